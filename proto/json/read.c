/*
 * json/read: the reader's grammar; see weigh/json.h, and reader.h for how its
 * two machines share the work.  Nothing recurses: open arrays and objects are
 * rows of `level`.
 */
#include <stdlib.h>

#include "reader.h"

const struct weigh_json_limits weigh_json_small = { 64, 1 << 20, 1000000,
	4 << 20 };
const struct weigh_json_limits weigh_json_big = { 64, 1 << 20, 4000000,
	1 << 30 };

struct weigh_json *
weigh_json_new(const struct weigh_json_limits *limits)
{
	struct weigh_json *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->limits = *limits;
	weigh_buf_init(&j->text, limits->string);
	/* The address is different in each run, so nobody can prepare keys
	 * whose hashes crowd together. */
	weigh_keys_init(&j->keys, (uint64_t)(uintptr_t)j);
	j->level = calloc((size_t)limits->depth + 1, sizeof(*j->level));
	if (j->level == NULL) {
		weigh_json_free(j);
		return NULL;
	}
	return j;
}

void
weigh_json_free(struct weigh_json *j)
{
	if (j == NULL)
		return;
	weigh_keys_free(&j->keys);
	weigh_buf_free(&j->text);
	free(j->level);
	free(j);
}

void
weigh_json_feed(struct weigh_json *j, const char *data, size_t len, bool last)
{
	uint64_t left;

	j->before += (uint64_t)(j->p - j->piece);
	left = j->limits.bytes - j->before;
	j->cut = len > left;
	if (j->cut)
		len = (size_t)left;
	j->piece = j->p = data;
	j->end = data + len;
	j->last = last;
}

enum weigh_json_token
weigh_json_bad(struct weigh_json *j, enum weigh_code code, const char *why)
{
	j->code = code;
	j->why = why;
	j->where = j->before + (uint64_t)(j->p - j->piece);
	return WEIGH_JSON_BAD;
}

enum weigh_json_token
weigh_json_malformed(struct weigh_json *j, const char *why)
{
	return weigh_json_bad(j, WEIGH_MALFORMED, why);
}

enum weigh_json_token
weigh_json_dry(struct weigh_json *j, const char *why)
{
	if (j->cut)
		return weigh_json_bad(j, WEIGH_TOO_BIG,
		    "the text is over its limit");
	return j->last ? weigh_json_malformed(j, why) : WEIGH_JSON_MORE;
}

/* What may follow a value. */
static void
after_value(struct weigh_json *j)
{
	j->place = j->depth == 0 ? AT_TEXT_END : AT_COMMA_OR_END;
}

static enum weigh_json_token
open_level(struct weigh_json *j, bool object)
{
	if (j->depth == j->limits.depth)
		return weigh_json_bad(j, WEIGH_TOO_BIG, "too many levels");
	j->level[j->depth] = (struct level){
		.object = object,
		.number = object ? ++j->objects : 0,
		.keys = j->keys.count,
	};
	j->depth++;
	j->p++;
	j->place = object ? AT_KEY_OR_END : AT_VALUE_OR_END;
	return object ? WEIGH_JSON_OBJECT : WEIGH_JSON_ARRAY;
}

static enum weigh_json_token
close_level(struct weigh_json *j)
{
	const struct level *l = &j->level[--j->depth];

	j->p++;
	weigh_keys_cut(&j->keys, l->keys);
	after_value(j);
	return l->object ? WEIGH_JSON_OBJECT_END : WEIGH_JSON_ARRAY_END;
}

/* A key is read: is it new here? */
static enum weigh_json_token
end_key(struct weigh_json *j)
{
	const char *key = j->text.data != NULL ? j->text.data : "";

	if (j->keys.count == j->limits.keys)
		return weigh_json_bad(j, WEIGH_TOO_BIG, "too many keys");
	switch (weigh_keys_add(&j->keys, j->level[j->depth - 1].number, key,
	    j->text.len)) {
	case KEYS_NEW:
		break;
	case KEYS_TWICE:
		return weigh_json_malformed(j, "a key is given twice");
	case KEYS_NOMEM:
		return weigh_json_bad(j, WEIGH_NOMEM, "no memory for keys");
	}
	j->place = AT_COLON;
	return WEIGH_JSON_KEY;
}

/* Go on with what is being read; once it is whole, with the grammar. */
static enum weigh_json_token
go_on(struct weigh_json *j)
{
	enum weigh_json_token t;

	if (j->given)
		weigh_buf_reset(&j->text);
	t = weigh_json_lex(j);
	j->given = t == WEIGH_JSON_PART;
	if (t == WEIGH_JSON_MORE || t == WEIGH_JSON_BAD || j->given)
		return t;
	if (t == WEIGH_JSON_STRING && j->is_key)
		return end_key(j);
	after_value(j);
	return t;
}

static enum weigh_json_token
begin_string(struct weigh_json *j, bool is_key)
{
	j->p++;
	j->lex = LEX_STRING;
	j->is_key = is_key;
	j->utf8 = (struct utf8){ 0 };
	weigh_buf_reset(&j->text);
	return go_on(j);
}

static enum weigh_json_token
begin_number(struct weigh_json *j)
{
	j->lex = LEX_NUMBER;
	j->number = WEIGH_NUMBER_START;
	weigh_buf_reset(&j->text);
	return go_on(j);
}

static enum weigh_json_token
begin_value(struct weigh_json *j)
{
	static const struct {
		const char *word;
		enum weigh_json_token token;
	} words[] = {
		{ "true", WEIGH_JSON_TRUE },
		{ "false", WEIGH_JSON_FALSE },
		{ "null", WEIGH_JSON_NULL },
	};
	char c = *j->p;

	if (c == '{' || c == '[')
		return open_level(j, c == '{');
	if (c == '"')
		return begin_string(j, false);
	if (weigh_number_step(WEIGH_NUMBER_START, c) != WEIGH_NUMBER_BAD)
		return begin_number(j);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].word[0] == c) {
			j->lex = LEX_WORD;
			j->word = words[i].word;
			j->word_token = words[i].token;
			return go_on(j);
		}
	return weigh_json_malformed(j, "no value begins like this");
}

/* ':' and ',' are no tokens: MORE stands for "go on". */
static enum weigh_json_token
punctuation(struct weigh_json *j, char want, enum place next, const char *why)
{
	if (*j->p != want)
		return weigh_json_malformed(j, why);
	j->p++;
	j->place = next;
	return WEIGH_JSON_MORE;
}

/* One step at a byte that is no blank. */
static enum weigh_json_token
step(struct weigh_json *j)
{
	bool object = j->depth > 0 && j->level[j->depth - 1].object;
	bool closes = *j->p == (object ? '}' : ']');

	switch (j->place) {
	case AT_VALUE_OR_END:
		return closes ? close_level(j) : begin_value(j);
	case AT_VALUE:
		return begin_value(j);
	case AT_KEY_OR_END:
		if (closes)
			return close_level(j);
		/* fallthrough */
	case AT_KEY:
		if (*j->p != '"')
			return weigh_json_malformed(j, "a key must stand here");
		return begin_string(j, true);
	case AT_COLON:
		return punctuation(j, ':', AT_VALUE, "':' is missing");
	case AT_COMMA_OR_END:
		if (closes)
			return close_level(j);
		return punctuation(j, ',', object ? AT_KEY : AT_VALUE,
		    "',' or the end of the list is missing");
	case AT_TEXT_END:
		break;
	}
	return weigh_json_malformed(j, "something stands behind the value");
}

static void
skip_blanks(struct weigh_json *j)
{
	while (j->p < j->end &&
	    (*j->p == ' ' || *j->p == '\n' || *j->p == '\t' || *j->p == '\r'))
		j->p++;
}

enum weigh_json_token
weigh_json_next(struct weigh_json *j)
{
	enum weigh_json_token t = WEIGH_JSON_MORE;

	if (j->code != WEIGH_OK)
		return WEIGH_JSON_BAD;
	if (j->lex != LEX_NONE)
		return go_on(j);
	while (t == WEIGH_JSON_MORE) {
		skip_blanks(j);
		if (j->p < j->end)
			t = step(j);
		else if (j->place == AT_TEXT_END && j->last && !j->cut)
			return WEIGH_JSON_END;
		else
			return weigh_json_dry(j, "the text ends too early");
		if (j->lex != LEX_NONE)
			return t; /* cut inside a string, number or word */
	}
	return t;
}

const char *
weigh_json_text(const struct weigh_json *j, size_t *len)
{
	if (len != NULL)
		*len = j->text.len;
	return j->text.data != NULL ? j->text.data : "";
}

void
weigh_json_parts(struct weigh_json *j, bool on)
{
	j->parts = on && j->limits.string > 64;
}

uint64_t
weigh_json_taken(const struct weigh_json *j)
{
	return j->before + (uint64_t)(j->p - j->piece);
}

unsigned
weigh_json_depth(const struct weigh_json *j)
{
	return j->depth;
}

bool
weigh_json_u64(const struct weigh_json *j, uint64_t *out)
{
	return weigh_number_u64(weigh_json_text(j, NULL), out);
}

bool
weigh_json_i64(const struct weigh_json *j, int64_t *out)
{
	return weigh_number_i64(weigh_json_text(j, NULL), out);
}

bool
weigh_json_skip(struct weigh_json *j, enum weigh_json_token first)
{
	bool opens = first == WEIGH_JSON_OBJECT || first == WEIGH_JSON_ARRAY;
	unsigned outside = j->depth - (opens ? 1 : 0);

	if (first <= WEIGH_JSON_BAD)
		return false;
	while (j->depth > outside)
		if (weigh_json_next(j) <= WEIGH_JSON_BAD)
			return false;
	return true;
}

enum weigh_code
weigh_json_error(const struct weigh_json *j, struct weigh_err *err)
{
	if (j->code == WEIGH_OK)
		return WEIGH_OK;
	return weigh_fail(err, j->code, "at byte %llu of the JSON text: %s",
	    (unsigned long long)j->where, j->why);
}
