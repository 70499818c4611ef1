/*
 * json/read: the reader; see weigh/json.h.
 *
 * Two small machines, one inside the other.  `place` is where in the grammar
 * the next token must fit; `lex` says whether the input was cut inside a
 * string, a number or a word.  Nothing else survives from piece to piece, and
 * nothing recurses: open arrays and objects are rows of `level`.
 */
#include <stdlib.h>
#include <string.h>

#include <weigh/json.h>

#include "../utf8.h"
#include "keys.h"
#include "number.h"

const struct weigh_json_limits weigh_json_small = { 64, 1 << 20, 1000000,
	4 << 20 };
const struct weigh_json_limits weigh_json_big = { 64, 1 << 20, 4000000,
	1 << 30 };

enum place {
	AT_VALUE,        /* a value must follow */
	AT_VALUE_OR_END, /* behind '[' */
	AT_KEY,          /* behind ',' in an object */
	AT_KEY_OR_END,   /* behind '{' */
	AT_COLON,        /* behind a key */
	AT_COMMA_OR_END, /* behind a value in an array or object */
	AT_TEXT_END      /* behind the outermost value */
};

enum lex {
	LEX_NONE,
	LEX_STRING,
	LEX_ESCAPE,    /* behind a backslash */
	LEX_HEX,       /* inside \uXXXX */
	LEX_LOW_SLASH, /* behind a high surrogate: '\' must follow */
	LEX_LOW_U,     /* then 'u' */
	LEX_NUMBER,
	LEX_WORD
};

struct level {
	bool object;
	uint64_t number; /* of the object, counted from the start */
	size_t keys;     /* how many the objects around it have */
};

struct weigh_json {
	struct weigh_json_limits limits;

	const char *piece, *p, *end;
	uint64_t before; /* bytes of the pieces before this one */
	bool last;       /* no piece follows */
	bool cut;        /* the piece goes on past limits.bytes */

	enum place place;
	struct level *level;
	unsigned depth;
	uint64_t objects; /* begun so far */
	struct keys keys;

	enum lex lex;
	bool is_key;
	struct weigh_buf text;
	struct utf8 utf8;
	uint32_t unit,
	    high;        /* UTF-16: being read; waiting for its other half */
	unsigned digits; /* of unit */
	enum weigh_number number;
	const char *word; /* the rest of it, to come */
	enum weigh_json_token word_token;

	enum weigh_code code; /* why it is BAD */
	const char *why;
	uint64_t where;
};

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

static enum weigh_json_token
bad(struct weigh_json *j, enum weigh_code code, const char *why)
{
	j->code = code;
	j->why = why;
	j->where = j->before + (uint64_t)(j->p - j->piece);
	return WEIGH_JSON_BAD;
}

static enum weigh_json_token
malformed(struct weigh_json *j, const char *why)
{
	return bad(j, WEIGH_MALFORMED, why);
}

/* The input is used up. */
static enum weigh_json_token
dry(struct weigh_json *j, const char *why)
{
	if (j->cut)
		return bad(j, WEIGH_TOO_BIG, "the text is over its limit");
	return j->last ? malformed(j, why) : WEIGH_JSON_MORE;
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
		return bad(j, WEIGH_TOO_BIG, "too many levels");
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
		return bad(j, WEIGH_TOO_BIG, "too many keys");
	switch (weigh_keys_add(&j->keys, j->level[j->depth - 1].number, key,
	    j->text.len)) {
	case KEYS_NEW:
		break;
	case KEYS_TWICE:
		return malformed(j, "a key is given twice");
	case KEYS_NOMEM:
		return bad(j, WEIGH_NOMEM, "no memory for keys");
	}
	j->place = AT_COLON;
	return WEIGH_JSON_KEY;
}

static enum weigh_json_token
end_string(struct weigh_json *j)
{
	j->lex = LEX_NONE;
	j->p++;
	if (j->is_key)
		return end_key(j);
	after_value(j);
	return WEIGH_JSON_STRING;
}

/* Append to the text; MORE stands for "go on". */
static enum weigh_json_token
keep(struct weigh_json *j, const char *bytes, size_t len)
{
	if (len > j->limits.string - j->text.len)
		return bad(j, WEIGH_TOO_BIG,
		    "a string or number is over its limit");
	if (!weigh_buf_add(&j->text, bytes, len))
		return bad(j, WEIGH_NOMEM, "no memory for a string");
	return WEIGH_JSON_MORE;
}

/* A code point from \u, as UTF-8. */
static enum weigh_json_token
keep_point(struct weigh_json *j, uint32_t c)
{
	char b[4];

	if (c < 0x80) {
		b[0] = (char)c;
		return keep(j, b, 1);
	}
	if (c < 0x800) {
		b[0] = (char)(0xc0 | c >> 6);
		b[1] = (char)(0x80 | (c & 63));
		return keep(j, b, 2);
	}
	if (c < 0x10000) {
		b[0] = (char)(0xe0 | c >> 12);
		b[1] = (char)(0x80 | (c >> 6 & 63));
		b[2] = (char)(0x80 | (c & 63));
		return keep(j, b, 3);
	}
	b[0] = (char)(0xf0 | c >> 18);
	b[1] = (char)(0x80 | (c >> 12 & 63));
	b[2] = (char)(0x80 | (c >> 6 & 63));
	b[3] = (char)(0x80 | (c & 63));
	return keep(j, b, 4);
}

/* Plain bytes, as many as there are and fit.  A limit is looked at before the
 * bytes are, so that every cutting stumbles over the same thing. */
static enum weigh_json_token
lex_string(struct weigh_json *j)
{
	size_t room = j->limits.string - j->text.len;
	const char *start = j->p;
	enum weigh_json_token t;

	while (j->p < j->end) {
		unsigned char c = (unsigned char)*j->p;

		if (j->utf8.need == 0 && (c == '"' || c == '\\' || c < 0x20))
			break;
		if ((size_t)(j->p - start) == room)
			return keep(j, start, room + 1);
		if (!weigh_utf8_step(&j->utf8, c))
			return malformed(j, "a string is not UTF-8");
		j->p++;
	}
	t = keep(j, start, (size_t)(j->p - start));
	if (t != WEIGH_JSON_MORE || j->p == j->end)
		return t;
	if (*j->p == '"')
		return end_string(j);
	if (*j->p != '\\')
		return malformed(j, "a control character in a string");
	j->p++;
	j->lex = LEX_ESCAPE;
	return WEIGH_JSON_MORE;
}

static enum weigh_json_token
lex_escape(struct weigh_json *j)
{
	static const char rows[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	char c = *j->p;

	if (c == 'u') {
		j->p++;
		j->lex = LEX_HEX;
		j->unit = j->digits = 0;
		return WEIGH_JSON_MORE;
	}
	for (size_t i = 0; rows[i] != '\0'; i += 2) {
		if (rows[i] != c)
			continue;
		if (keep(j, &rows[i + 1], 1) == WEIGH_JSON_BAD)
			return WEIGH_JSON_BAD;
		j->p++;
		j->lex = LEX_STRING;
		return WEIGH_JSON_MORE;
	}
	return malformed(j, "an unknown escape");
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four digits are read: a character, or half of one. */
static enum weigh_json_token
end_unit(struct weigh_json *j)
{
	uint32_t c = j->unit;
	bool low = c >= 0xdc00 && c <= 0xdfff;

	if (low != (j->high != 0))
		return malformed(j, "a lone surrogate");
	if (c >= 0xd800 && c <= 0xdbff) {
		j->high = c;
		j->lex = LEX_LOW_SLASH;
		return WEIGH_JSON_MORE;
	}
	if (low)
		c = 0x10000 + ((j->high - 0xd800) << 10) + (c - 0xdc00);
	j->high = 0;
	j->lex = LEX_STRING;
	return keep_point(j, c);
}

static enum weigh_json_token
lex_hex(struct weigh_json *j)
{
	int digit = hex_digit(*j->p);

	if (digit < 0)
		return malformed(j, "a bad \\u escape");
	j->p++;
	j->unit = j->unit << 4 | (uint32_t)digit;
	return ++j->digits == 4 ? end_unit(j) : WEIGH_JSON_MORE;
}

static enum weigh_json_token
lex_low(struct weigh_json *j)
{
	if (*j->p != (j->lex == LEX_LOW_SLASH ? '\\' : 'u'))
		return malformed(j, "a lone surrogate");
	j->p++;
	if (j->lex == LEX_LOW_SLASH) {
		j->lex = LEX_LOW_U;
		return WEIGH_JSON_MORE;
	}
	j->lex = LEX_HEX;
	j->unit = j->digits = 0;
	return WEIGH_JSON_MORE;
}

/* Only the byte behind a number says that it is whole. */
static enum weigh_json_token
lex_number(struct weigh_json *j)
{
	while (j->p < j->end) {
		enum weigh_number next = weigh_number_step(j->number, *j->p);

		if (next == WEIGH_NUMBER_BAD)
			return malformed(j, "a bad number");
		if (next == WEIGH_NUMBER_WHOLE) {
			j->lex = LEX_NONE;
			after_value(j);
			return WEIGH_JSON_NUMBER;
		}
		if (keep(j, j->p, 1) == WEIGH_JSON_BAD)
			return WEIGH_JSON_BAD;
		j->number = next;
		j->p++;
	}
	return WEIGH_JSON_MORE;
}

static enum weigh_json_token
lex_word(struct weigh_json *j)
{
	for (; *j->word != '\0' && j->p < j->end; j->word++, j->p++)
		if (*j->p != *j->word)
			return malformed(j, "an unknown word");
	if (*j->word != '\0')
		return WEIGH_JSON_MORE;
	j->lex = LEX_NONE;
	after_value(j);
	return j->word_token;
}

static enum weigh_json_token
lex_step(struct weigh_json *j)
{
	switch (j->lex) {
	case LEX_STRING:
		return lex_string(j);
	case LEX_ESCAPE:
		return lex_escape(j);
	case LEX_HEX:
		return lex_hex(j);
	case LEX_LOW_SLASH:
	case LEX_LOW_U:
		return lex_low(j);
	case LEX_NUMBER:
		return lex_number(j);
	case LEX_WORD:
		return lex_word(j);
	case LEX_NONE:
		break;
	}
	return WEIGH_JSON_MORE;
}

/* The text ends: a number may end with it, anything else may not. */
static enum weigh_json_token
lex_dry(struct weigh_json *j)
{
	bool whole = j->lex == LEX_NUMBER &&
	    weigh_number_step(j->number, '\0') == WEIGH_NUMBER_WHOLE;

	if (!whole || !j->last || j->cut)
		return dry(j, "the text ends inside a value");
	j->lex = LEX_NONE;
	after_value(j);
	return WEIGH_JSON_NUMBER;
}

/* Go on with a string, number or word until it or the input ends. */
static enum weigh_json_token
lex_run(struct weigh_json *j)
{
	while (j->p < j->end) {
		enum weigh_json_token t = lex_step(j);

		if (t != WEIGH_JSON_MORE)
			return t;
	}
	return lex_dry(j);
}

static enum weigh_json_token
begin_string(struct weigh_json *j, bool is_key)
{
	j->p++;
	j->lex = LEX_STRING;
	j->is_key = is_key;
	j->utf8 = (struct utf8){ 0 };
	weigh_buf_reset(&j->text);
	return lex_run(j);
}

static enum weigh_json_token
begin_number(struct weigh_json *j)
{
	j->lex = LEX_NUMBER;
	j->number = WEIGH_NUMBER_START;
	weigh_buf_reset(&j->text);
	return lex_run(j);
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
			return lex_run(j);
		}
	return malformed(j, "no value begins like this");
}

/* ':' and ',' are no tokens: MORE stands for "go on". */
static enum weigh_json_token
punctuation(struct weigh_json *j, char want, enum place next, const char *why)
{
	if (*j->p != want)
		return malformed(j, why);
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
			return malformed(j, "a key must stand here");
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
	return malformed(j, "something stands behind the value");
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
		return lex_run(j);
	while (t == WEIGH_JSON_MORE) {
		skip_blanks(j);
		if (j->p < j->end)
			t = step(j);
		else if (j->place == AT_TEXT_END && j->last && !j->cut)
			return WEIGH_JSON_END;
		else
			return dry(j, "the text ends too early");
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
