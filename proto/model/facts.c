/* facts: what a header says, as JSON and back; see weigh/weights.h. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "header.h"

static const struct weigh_json_limits limits = {
	.depth = 8,
	.string = WEIGH_TEMPLATE_MAX,
	.keys = 1000,
	.bytes = 64u << 20,
};

/* --- the rows: every text and number of the facts ----------------------- */

#define TEXT(name) \
	{ \
#name, offsetof(struct weigh_weights, name), \
		    sizeof(((struct weigh_weights *)NULL)->name) \
	}
static const struct text {
	const char *key;
	size_t offset, size;
} texts[] = {
	TEXT(rule),
	TEXT(problem),
	TEXT(architecture),
	TEXT(size_label),
	TEXT(role),
	TEXT(quantization),
};
#undef TEXT

static const struct number {
	const char *key;
	size_t offset;
} numbers[] = {
	{ "tensors", offsetof(struct weigh_weights, tensors) },
	{ "total", offsetof(struct weigh_weights, parameters) },
	{ "context_length", offsetof(struct weigh_weights, context_length) },
	{ "splits", offsetof(struct weigh_weights, splits) },
	{ "split_tensors", offsetof(struct weigh_weights, split_tensors) },
};

static const struct long_text {
	const char *key;
	size_t offset;
} long_texts[] = {
	{ "chat_template", offsetof(struct weigh_weights, chat_template) },
	{ "bos_token", offsetof(struct weigh_weights, bos_token) },
	{ "eos_token", offsetof(struct weigh_weights, eos_token) },
};

/* Rises when the readers read more, or count differently: facts that older ones
 * wrote are then read from the file again. */
#define RULES 2

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* --- out ---------------------------------------------------------------- */

static void
print_types(struct weigh_jw *jw, const struct weigh_weights *w)
{
	weigh_jw_key(jw, "parameters");
	weigh_jw_object(jw);
	for (unsigned i = 0; i < w->ntypes; i++)
		weigh_jw_ku64(jw, w->types[i].type, w->types[i].parameters);
	weigh_jw_object_end(jw);
}

static void
print_shards(struct weigh_jw *jw, const struct weigh_weights *w)
{
	const char *name = w->shards.data;

	weigh_jw_key(jw, "shards");
	weigh_jw_array(jw);
	for (unsigned i = 0; i < w->nshards; i++, name += strlen(name) + 1)
		weigh_jw_str(jw, name);
	weigh_jw_array_end(jw);
}

static void
print_says(struct weigh_jw *jw, const struct weigh_weights *w)
{
	const char *at = w->says.data;

	weigh_jw_key(jw, "says");
	weigh_jw_object(jw);
	for (unsigned i = 0; i < w->nsays; i++) {
		const char *value = at + strlen(at) + 1;

		weigh_jw_kstr(jw, at, value);
		at = value + strlen(value) + 1;
	}
	weigh_jw_object_end(jw);
}

void
weigh_weights_print(struct weigh_jw *jw, const struct weigh_weights *w)
{
	const char *base = (const char *)w;

	weigh_jw_object(jw);
	weigh_jw_ku64(jw, "rules", RULES);
	weigh_jw_kstr(jw, "format", weigh_format_name(w->format));
	for (size_t i = 0; i < COUNT(texts); i++)
		if (base[texts[i].offset] != '\0')
			weigh_jw_kstr(jw, texts[i].key, base + texts[i].offset);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		uint64_t n;

		memcpy(&n, base + numbers[i].offset, sizeof(n));
		if (n != 0)
			weigh_jw_ku64(jw, numbers[i].key, n);
	}
	for (size_t i = 0; i < COUNT(long_texts); i++) {
		struct weigh_buf b;

		memcpy(&b, base + long_texts[i].offset, sizeof(b));
		if (b.len == 0)
			continue;
		weigh_jw_key(jw, long_texts[i].key);
		weigh_jw_text(jw, b.data, b.len);
	}
	if (w->ntypes > 0)
		print_types(jw, w);
	if (w->nsays > 0)
		print_says(jw, w);
	if (w->nshards > 0)
		print_shards(jw, w);
	weigh_jw_object_end(jw);
}

/* --- and back ----------------------------------------------------------- */

static bool
parse_format(struct weigh_weights *w, const char *name)
{
	static const enum weigh_format formats[] = { WEIGH_SAFETENSORS,
		WEIGH_GGUF, WEIGH_INDEX };

	for (size_t i = 0; i < COUNT(formats); i++)
		if (strcmp(weigh_format_name(formats[i]), name) == 0)
			w->format = formats[i];
	return true;
}

static bool
parse_types(struct weigh_weights *w, struct weigh_json *j)
{
	struct weigh_typed *row;
	const char *key;
	size_t len;

	for (;;) {
		enum weigh_json_token t = weigh_json_next(j);

		if (t == WEIGH_JSON_OBJECT_END)
			return true;
		if (t != WEIGH_JSON_KEY || w->ntypes == WEIGH_TYPES)
			return false;
		row = &w->types[w->ntypes++];
		key = weigh_json_text(j, &len);
		if (len >= sizeof(row->type))
			return false;
		memcpy(row->type, key, len + 1);
		if (weigh_json_next(j) != WEIGH_JSON_NUMBER ||
		    !weigh_json_u64(j, &row->parameters))
			return false;
	}
}

static bool
parse_says(struct weigh_weights *w, struct weigh_json *j)
{
	char key[WEIGH_SAYS_KEY + 1];
	const char *text;
	size_t len;

	for (;;) {
		enum weigh_json_token t = weigh_json_next(j);

		if (t == WEIGH_JSON_OBJECT_END)
			return true;
		if (t != WEIGH_JSON_KEY)
			return false;
		text = weigh_json_text(j, &len);
		if (len >= sizeof(key))
			return false;
		memcpy(key, text, len + 1);
		if (weigh_json_next(j) != WEIGH_JSON_STRING)
			return false;
		text = weigh_json_text(j, &len);
		if (!weigh_says_add(w, key, text, len))
			return false;
	}
}

static bool
parse_shards(struct weigh_weights *w, struct weigh_json *j)
{
	const char *name;
	size_t len;

	for (;;) {
		enum weigh_json_token t = weigh_json_next(j);

		if (t == WEIGH_JSON_ARRAY_END)
			return true;
		if (t != WEIGH_JSON_STRING)
			return false;
		name = weigh_json_text(j, &len);
		if (!weigh_buf_add(&w->shards, name, len + 1))
			return false;
		w->nshards++;
	}
}

/* The value of a string's key; a key that is not known is passed over. */
static bool
parse_text(struct weigh_weights *w, const char *key, const struct weigh_json *j)
{
	char *base = (char *)w;
	size_t len;
	const char *text = weigh_json_text(j, &len);

	if (strcmp(key, "format") == 0)
		return parse_format(w, text);
	for (size_t i = 0; i < COUNT(texts); i++)
		if (strcmp(texts[i].key, key) == 0) {
			if (len >= texts[i].size)
				return false;
			memcpy(base + texts[i].offset, text, len + 1);
		}
	for (size_t i = 0; i < COUNT(long_texts); i++)
		if (strcmp(long_texts[i].key, key) == 0 &&
		    !weigh_buf_add((struct weigh_buf *)(void *)(base +
				       long_texts[i].offset),
			text, len))
			return false;
	return true;
}

static bool
parse_number(struct weigh_weights *w, const char *key,
    const struct weigh_json *j)
{
	uint64_t n;

	if (!weigh_json_u64(j, &n))
		return false;
	if (strcmp(key, "rules") == 0)
		return n == RULES;
	for (size_t i = 0; i < COUNT(numbers); i++)
		if (strcmp(numbers[i].key, key) == 0)
			memcpy((char *)w + numbers[i].offset, &n, sizeof(n));
	return true;
}

static bool
parse_member(struct weigh_weights *w, const char *key, struct weigh_json *j)
{
	enum weigh_json_token t = weigh_json_next(j);

	if (t == WEIGH_JSON_STRING)
		return parse_text(w, key, j);
	if (t == WEIGH_JSON_NUMBER)
		return parse_number(w, key, j);
	if (t == WEIGH_JSON_OBJECT && strcmp(key, "parameters") == 0)
		return parse_types(w, j);
	if (t == WEIGH_JSON_OBJECT && strcmp(key, "says") == 0)
		return parse_says(w, j);
	if (t == WEIGH_JSON_ARRAY && strcmp(key, "shards") == 0)
		return parse_shards(w, j);
	return weigh_json_skip(j, t);
}

static bool
parse(struct weigh_weights *w, struct weigh_json *j)
{
	enum weigh_json_token t;
	char key[32];
	const char *text;
	size_t len;

	if (weigh_json_next(j) != WEIGH_JSON_OBJECT)
		return false;
	while ((t = weigh_json_next(j)) == WEIGH_JSON_KEY) {
		text = weigh_json_text(j, &len);
		snprintf(key, sizeof(key), "%s", text);
		if (!parse_member(w, key, j))
			return false;
	}
	return t == WEIGH_JSON_OBJECT_END &&
	    weigh_json_next(j) == WEIGH_JSON_END;
}

enum weigh_code
weigh_weights_parse(struct weigh_weights *w, const char *text, size_t len,
    struct weigh_err *err)
{
	struct weigh_json *j = weigh_json_new(&limits);
	bool fine;

	weigh_weights_init(w, WEIGH_NO_WEIGHTS);
	if (j == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_json_feed(j, text, len, true);
	fine = parse(w, j);
	weigh_json_free(j);
	if (fine)
		return WEIGH_OK;
	weigh_weights_free(w);
	weigh_weights_init(w, WEIGH_NO_WEIGHTS);
	return weigh_fail(err, WEIGH_MALFORMED,
	    "these are no facts of a file of weights");
}
