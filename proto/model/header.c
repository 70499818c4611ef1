/* header: one way to all readers of headers; see weigh/weights.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "header.h"

#define SHARDS_TEXT_MAX (4u << 20)
#define TOKEN_TEXT_MAX 1024

static const struct model_reader *const readers[] = {
	[WEIGH_NO_WEIGHTS] = NULL,
	[WEIGH_SAFETENSORS] = &weigh_header_safetensors,
	[WEIGH_GGUF] = &weigh_header_gguf,
	[WEIGH_INDEX] = &weigh_header_index,
};

void
weigh_weights_init(struct weigh_weights *w, enum weigh_format format)
{
	memset(w, 0, sizeof(*w));
	w->format = format;
	weigh_buf_init(&w->chat_template, WEIGH_TEMPLATE_MAX);
	weigh_buf_init(&w->bos_token, TOKEN_TEXT_MAX);
	weigh_buf_init(&w->eos_token, TOKEN_TEXT_MAX);
	weigh_buf_init(&w->shards, SHARDS_TEXT_MAX);
	weigh_buf_init(&w->says,
	    WEIGH_SAYS * (WEIGH_SAYS_KEY + WEIGH_SAYS_TEXT + 2));
}

void
weigh_weights_free(struct weigh_weights *w)
{
	weigh_buf_free(&w->chat_template);
	weigh_buf_free(&w->bos_token);
	weigh_buf_free(&w->eos_token);
	weigh_buf_free(&w->shards);
	weigh_buf_free(&w->says);
}

struct weigh_header *
weigh_header_new(enum weigh_format format, uint64_t size)
{
	struct weigh_header *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->size = size;
	h->reader = readers[format];
	weigh_weights_init(&h->facts, format);
	if (h->reader != NULL && (h->state = h->reader->begin(h)) == NULL) {
		weigh_header_free(h);
		return NULL;
	}
	return h;
}

void
weigh_header_free(struct weigh_header *h)
{
	if (h == NULL)
		return;
	if (h->reader != NULL)
		h->reader->end(h->state);
	weigh_weights_free(&h->facts);
	free(h);
}

enum weigh_code
weigh_header_feed(struct weigh_header *h, const char *data, size_t len,
    struct weigh_err *err)
{
	if (h->reader == NULL)
		return WEIGH_OK; /* nothing to be read */
	return h->reader->feed(h, data, len, err);
}

struct weigh_weights *
weigh_header_facts(struct weigh_header *h)
{
	return &h->facts;
}

enum weigh_code
weigh_header_break(struct weigh_header *h, struct weigh_err *err,
    enum weigh_code code, const char *rule, const char *fmt, ...)
{
	struct weigh_weights *w = &h->facts;
	enum weigh_format format = w->format;
	va_list ap;

	weigh_weights_free(w);
	weigh_weights_init(w, format);
	va_start(ap, fmt);
	vsnprintf(w->problem, sizeof(w->problem), fmt, ap);
	va_end(ap);
	snprintf(w->rule, sizeof(w->rule), "%s", rule);
	return weigh_fail(err, code, "%s (%s)", w->problem, rule);
}

enum weigh_code
weigh_header_break_json(struct weigh_header *h, struct weigh_err *err,
    const struct weigh_json *json, const char *rule)
{
	struct weigh_err said;
	enum weigh_code rc = weigh_json_error(json, &said);

	if (rc == WEIGH_NOMEM)
		return weigh_fail(err, rc, "%s", said.why);
	return weigh_header_break(h, err, rc, rule, "%s", said.why);
}

bool
weigh_weights_count(struct weigh_weights *w, const char *type,
    uint64_t elements)
{
	unsigned i = 0;

	w->tensors++;
	while (i < w->ntypes && strcmp(w->types[i].type, type) != 0)
		i++;
	if (i == WEIGH_TYPES ||
	    __builtin_add_overflow(w->parameters, elements, &w->parameters))
		return false;
	if (i == w->ntypes)
		snprintf(w->types[w->ntypes++].type, sizeof(w->types[i].type),
		    "%s", type);
	w->types[i].parameters += elements; /* not above the sum of all */
	return true;
}
