/*
 * json/lex: strings, numbers and words, wherever the input is cut; see reader.h.
 */
#include "../hex.h"
#include "reader.h"

#define PART_SPARE 4 /* bytes that one escape adds at most */

/* Append to the text; MORE stands for "go on". */
static enum weigh_json_token
keep(struct weigh_json *j, const char *bytes, size_t len)
{
	if (len > j->limits.string - j->text.len)
		return weigh_json_bad(j, WEIGH_TOO_BIG,
		    "a string or number is over its limit");
	if (!weigh_buf_add(&j->text, bytes, len))
		return weigh_json_bad(j, WEIGH_NOMEM, "no memory for a string");
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

/* Does this string come in parts, and is one full?  Room is left for what an
 * escape may add. */
static bool
part_is_full(const struct weigh_json *j)
{
	return j->parts && !j->is_key &&
	    j->text.len + PART_SPARE >= j->limits.string;
}

/* How many plain bytes the text takes. */
static size_t
room_for_plain(const struct weigh_json *j)
{
	size_t room = j->limits.string - j->text.len;

	return j->parts && !j->is_key ? room - PART_SPARE : room;
}

/* Plain bytes, as many as there are and fit.  A limit is looked at before the
 * bytes are, so that every cutting stumbles over the same thing. */
static enum weigh_json_token
lex_string(struct weigh_json *j)
{
	const char *start = j->p;
	enum weigh_json_token t;
	size_t room;

	if (part_is_full(j))
		return WEIGH_JSON_PART;
	room = room_for_plain(j);
	while (j->p < j->end) {
		unsigned char c = (unsigned char)*j->p;

		if (j->utf8.need == 0 && (c == '"' || c == '\\' || c < 0x20))
			break;
		if ((size_t)(j->p - start) == room && j->parts && !j->is_key)
			break;
		if ((size_t)(j->p - start) == room)
			return keep(j, start, room + 1);
		if (!weigh_utf8_step(&j->utf8, c))
			return weigh_json_malformed(j, "a string is not UTF-8");
		j->p++;
	}
	t = keep(j, start, (size_t)(j->p - start));
	if (t != WEIGH_JSON_MORE || j->p == j->end)
		return t;
	if (part_is_full(j))
		return WEIGH_JSON_PART;
	if (*j->p == '"') {
		j->p++;
		j->lex = LEX_NONE;
		return WEIGH_JSON_STRING;
	}
	if (*j->p != '\\')
		return weigh_json_malformed(j,
		    "a control character in a string");
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
	return weigh_json_malformed(j, "an unknown escape");
}

/* Four digits are read: a character, or half of one. */
static enum weigh_json_token
end_unit(struct weigh_json *j)
{
	uint32_t c = j->unit;
	bool low = c >= 0xdc00 && c <= 0xdfff;

	if (low != (j->high != 0))
		return weigh_json_malformed(j, "a lone surrogate");
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
		return weigh_json_malformed(j, "a bad \\u escape");
	j->p++;
	j->unit = j->unit << 4 | (uint32_t)digit;
	return ++j->digits == 4 ? end_unit(j) : WEIGH_JSON_MORE;
}

static enum weigh_json_token
lex_low(struct weigh_json *j)
{
	if (*j->p != (j->lex == LEX_LOW_SLASH ? '\\' : 'u'))
		return weigh_json_malformed(j, "a lone surrogate");
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
			return weigh_json_malformed(j, "a bad number");
		if (next == WEIGH_NUMBER_WHOLE) {
			j->lex = LEX_NONE;
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
			return weigh_json_malformed(j, "an unknown word");
	if (*j->word != '\0')
		return WEIGH_JSON_MORE;
	j->lex = LEX_NONE;
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
	bool string = j->lex >= LEX_STRING && j->lex <= LEX_LOW_U;
	bool whole = j->lex == LEX_NUMBER &&
	    weigh_number_step(j->number, '\0') == WEIGH_NUMBER_WHOLE;

	if (string && j->parts && !j->is_key && !j->last && !j->cut &&
	    j->text.len > 0)
		return WEIGH_JSON_PART;
	if (!whole || !j->last || j->cut)
		return weigh_json_dry(j, "the text ends inside a value");
	j->lex = LEX_NONE;
	return WEIGH_JSON_NUMBER;
}

enum weigh_json_token
weigh_json_lex(struct weigh_json *j)
{
	while (j->p < j->end) {
		enum weigh_json_token t = lex_step(j);

		if (t != WEIGH_JSON_MORE)
			return t;
	}
	return lex_dry(j);
}
