/*
 * Model cards.  (1) of weigh/card.h: memory of the front matter only, whatever it
 * is.  What is declared is visible ASCII that fits and stands in the text; what is
 * not declared leaves nothing behind; a smaller place changes nothing but that.
 * The JSON of a card is an object that our strict reader takes, and so do task and
 * tags; a card that the check finds no error in has one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/card.h>
#include <weigh/json.h>
#include <weigh/model.h>

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
try_license(const char *text, size_t size)
{
	char out[128], small[8];
	size_t len;

	memset(out, 'x', sizeof(out));
	if (!weigh_card_license(text, size, out, sizeof(out))) {
		must(out[0] == '\0');
		return;
	}
	len = strnlen(out, sizeof(out));
	must(len > 0 && len < sizeof(out));
	for (size_t i = 0; i < len; i++)
		must(out[i] > ' ' && out[i] <= '~');
	must(weigh_card_license(text, size, small, sizeof(small)) ==
	    (len < sizeof(small)));
	must(strcmp(small, len < sizeof(small) ? out : "") == 0);
}

static void
try_json(const char *json, size_t len)
{
	struct weigh_json *j = weigh_json_new(&weigh_json_small);

	must(j != NULL);
	weigh_json_feed(j, json, len, true);
	must(weigh_json_next(j) == WEIGH_JSON_OBJECT);
	must(weigh_json_skip(j, WEIGH_JSON_OBJECT));
	must(weigh_json_next(j) == WEIGH_JSON_END);
	weigh_json_free(j);
}

static void
try_model(enum weigh_kind kind, const char *card)
{
	struct weigh_model m;
	const char *tag = NULL;
	unsigned n = 0;

	must(weigh_model_read(&m, kind, card, "", 0, NULL));
	while ((tag = weigh_model_tag(&m, tag)) != NULL) {
		must(tag[0] != '\0' && strlen(tag) <= WEIGH_TAG_MAX);
		n++;
	}
	must(n <= WEIGH_TAGS_MAX);
	weigh_model_free(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct weigh_card_note notes[8];
	struct weigh_buf card;
	bool fine;
	size_t n;

	try_license(text, size);
	weigh_buf_init(&card, WEIGH_CARD_JSON_MAX);
	fine = weigh_card_json(text, size, &card, NULL) == WEIGH_OK;
	must(fine == (card.len > 0));
	if (fine) {
		try_json(card.data, card.len);
		for (int kind = 0; kind < WEIGH_KINDS; kind++)
			try_model((enum weigh_kind)kind, card.data);
	}
	weigh_buf_free(&card);
	n = weigh_card_check(text, size, WEIGH_MODEL, notes, 8);
	must(n <= 8);
	for (size_t i = 0; i < n; i++)
		must(memchr(notes[i].text, '\0', sizeof(notes[i].text)) !=
		    NULL);
	return 0;
}
