/* about: see about.h. */
#include <string.h>

#include <weigh/card.h>
#include <weigh/model.h>

#include "about.h"

void
gate_about_read(struct gate_about *a, gate_text_fn *text, void *ctx)
{
	struct weigh_text texts[WEIGH_FILES] = { 0 };
	struct weigh_buf bufs[WEIGH_FILES];
	const struct weigh_text *card = &texts[WEIGH_FILE_CARD];

	memset(a, 0, sizeof(*a));
	weigh_buf_init(&a->card, WEIGH_CARD_JSON_MAX);
	weigh_buf_init(&a->config, WEIGH_CONFIG_MAX);
	for (int i = 0; i < WEIGH_FILES; i++) {
		weigh_buf_init(&bufs[i], GATE_ABOUT_MAX);
		if (text(ctx, weigh_model_file[i], &bufs[i]))
			texts[i] = (struct weigh_text){ bufs[i].data,
				bufs[i].len };
	}
	if (card->p != NULL) {
		weigh_card_license(card->p, card->len, a->license,
		    sizeof(a->license));
		(void)weigh_card_json(card->p, card->len, &a->card, NULL);
	}
	(void)weigh_model_config(texts, &a->config);
	for (int i = 0; i < WEIGH_FILES; i++)
		weigh_buf_free(&bufs[i]);
}

void
gate_about_lend(const struct gate_about *a, struct catalog_revision *v)
{
	v->license = a->license;
	v->card = a->card.data;
	v->config = a->config.data;
}

void
gate_about_free(struct gate_about *a)
{
	weigh_buf_free(&a->card);
	weigh_buf_free(&a->config);
}
