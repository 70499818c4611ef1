/*
 * number: digits, number words and scales as one number, with its currency.
 *
 * A number is built as it is said: small scales (hundred) multiply what was said since the
 * last big one, big scales (thousand, million) add that to the sum.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "look.h"
#include "number.h"

enum kind {
	DIGIT, /* a value that is added */
	SMALL, /* multiplies the part */
	BIG    /* multiplies the part, which is then done */
};

/* Sorted, for bsearch. */
static const struct number_word {
	const char *word;
	enum kind kind;
	uint64_t value;
} number_words[] = {
	{ "billion", BIG, 1000000000 },
	{ "billions", BIG, 1000000000 },
	{ "bn", BIG, 1000000000 },
	{ "eight", DIGIT, 8 },
	{ "eighteen", DIGIT, 18 },
	{ "eighty", DIGIT, 80 },
	{ "eleven", DIGIT, 11 },
	{ "fifteen", DIGIT, 15 },
	{ "fifty", DIGIT, 50 },
	{ "five", DIGIT, 5 },
	{ "forty", DIGIT, 40 },
	{ "four", DIGIT, 4 },
	{ "fourteen", DIGIT, 14 },
	{ "hundred", SMALL, 100 },
	{ "mio", BIG, 1000000 },
	{ "million", BIG, 1000000 },
	{ "millions", BIG, 1000000 },
	{ "mn", BIG, 1000000 },
	{ "nine", DIGIT, 9 },
	{ "nineteen", DIGIT, 19 },
	{ "ninety", DIGIT, 90 },
	{ "one", DIGIT, 1 },
	{ "seven", DIGIT, 7 },
	{ "seventeen", DIGIT, 17 },
	{ "seventy", DIGIT, 70 },
	{ "six", DIGIT, 6 },
	{ "sixteen", DIGIT, 16 },
	{ "sixty", DIGIT, 60 },
	{ "ten", DIGIT, 10 },
	{ "thirteen", DIGIT, 13 },
	{ "thirty", DIGIT, 30 },
	{ "thousand", BIG, 1000 },
	{ "three", DIGIT, 3 },
	{ "trillion", BIG, 1000000000000 },
	{ "twelve", DIGIT, 12 },
	{ "twenty", DIGIT, 20 },
	{ "two", DIGIT, 2 },
	{ "一", DIGIT, 1 },
	{ "七", DIGIT, 7 },
	{ "万", BIG, 10000 },
	{ "三", DIGIT, 3 },
	{ "两", DIGIT, 2 },
	{ "九", DIGIT, 9 },
	{ "二", DIGIT, 2 },
	{ "五", DIGIT, 5 },
	{ "亿", BIG, 100000000 },
	{ "億", BIG, 100000000 },
	{ "八", DIGIT, 8 },
	{ "六", DIGIT, 6 },
	{ "十", SMALL, 10 },
	{ "千", SMALL, 1000 },
	{ "四", DIGIT, 4 },
	{ "百", SMALL, 100 },
	{ "萬", BIG, 10000 },
};
#define NUMBER_WORDS (sizeof(number_words) / sizeof(number_words[0]))

static int
by_word(const void *key, const void *row)
{
	return strcmp(key, ((const struct number_word *)row)->word);
}

static const struct number_word *
find_word(const char *word)
{
	return bsearch(word, number_words, NUMBER_WORDS,
	    sizeof(number_words[0]), by_word);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
license_number_word(const char *word)
{
	return is_digit(word[0]) || find_word(word) != NULL;
}

/* --- one number ------------------------------------------------------------------- */

/* Sum and part as they grow; a decimal's places wait for the scale. */
struct sum {
	uint64_t total, part, places; /* places: 1, 10, 100... */
	bool said, overflow;
};

static uint64_t
times(struct sum *s, uint64_t a, uint64_t b)
{
	if (b != 0 && a > UINT64_MAX / b) {
		s->overflow = true;
		return 0;
	}
	return a * b;
}

static uint64_t
plus(struct sum *s, uint64_t a, uint64_t b)
{
	if (a > UINT64_MAX - b) {
		s->overflow = true;
		return 0;
	}
	return a + b;
}

static void
scale(struct sum *s, enum kind kind, uint64_t by)
{
	uint64_t part = s->part == 0 && !s->said ? 1 : s->part;

	s->said = true;
	if (kind == DIGIT) {
		s->part = plus(s, s->part, by);
	} else if (kind == SMALL) {
		s->part = times(s, part, by);
	} else if (s->part == 0 && s->total > 0) {
		s->total = times(s, s->total, by);
	} else {
		s->total = plus(s, s->total, times(s, part, by) / s->places);
		s->part = 0;
		s->places = 1;
	}
}

/* What may stand behind digits in the same word: 10m, 5bn, 20k. */
static uint64_t
suffix(const char *text)
{
	static const struct {
		const char *text;
		uint64_t value;
	} rows[] = {
		{ "", 1 },
		{ "k", 1000 },
		{ "m", 1000000 },
		{ "mm", 1000000 },
		{ "mn", 1000000 },
		{ "mio", 1000000 },
		{ "b", 1000000000 },
		{ "bn", 1000000000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].text, text) == 0)
			return rows[i].value;
	return 0;
}

/* "700", "1.5", "10m".  False: a version, a word that only begins with a digit. */
static bool
read_digits(struct sum *s, const char *word)
{
	uint64_t value = 0, by;
	bool point = false;

	s->places = 1;
	for (; is_digit(*word) || (*word == '.' && !point); word++) {
		if (*word == '.') {
			point = true;
			continue;
		}
		value = plus(s, times(s, value, 10), (uint64_t)(*word - '0'));
		if (point)
			s->places = times(s, s->places, 10);
	}
	if ((by = suffix(word)) == 0 || s->overflow)
		return false;
	s->part = value;
	s->said = true;
	if (by > 1)
		scale(s, BIG, by);
	return true;
}

/* May a number begin with this scale?  "million" alone is none, "a million" and "hundred
 * million" are. */
static bool
scale_begins(const struct license_text *t, size_t i)
{
	if ((unsigned char)license_word(t, i)[0] >= 0x80)
		return true;
	return license_phrase_before(t, i, "a") > 0 ||
	    (i + 1 < t->ntokens && find_word(license_word(t, i + 1)) != NULL);
}

/* "one hundred and fifty" */
static bool
is_and(const struct license_text *t, size_t i)
{
	const struct number_word *w;

	if (license_phrase_at(t, i, "and") == 0 || i + 1 >= t->ntokens)
		return false;
	w = find_word(license_word(t, i + 1));
	return w != NULL && w->kind == DIGIT &&
	    license_phrase_before(t, i, "hundred") > 0;
}

/* The words of the number at `i`; 0 if there is none.  *point: it has a decimal point
 * that no scale took away. */
static size_t
read_number(const struct license_text *t, size_t i, struct sum *s, bool *point)
{
	size_t at = i;
	bool digits = is_digit(license_word(t, at)[0]);
	const struct number_word *w = find_word(license_word(t, at));

	*s = (struct sum){ .places = 1 };
	if (w == NULL && (!digits || !read_digits(s, license_word(t, at++))))
		return 0;
	if (w != NULL && w->kind != DIGIT && !scale_begins(t, at))
		return 0;
	for (; at < t->ntokens && !s->overflow; at++) {
		if (!digits && is_and(t, at))
			continue;
		w = find_word(license_word(t, at));
		/* Digits are scaled, not added to: "2 one" is no number. */
		if (w == NULL || (digits && w->kind == DIGIT))
			break;
		scale(s, w->kind, w->value);
	}
	*point = s->places > 1;
	s->total = plus(s, s->total, s->part / s->places);
	return s->overflow ? 0 : at - i;
}

/* --- currency ----------------------------------------------------------------------- */

static const struct {
	const char *words;
	const char *code;
	bool behind; /* may follow the number */
	bool before; /* may stand before it */
} currencies[] = {
	/* Longer ones first. */
	{ "us $", "USD", false, true },
	{ "usd $", "USD", false, true },
	{ "hk $", "HKD", false, true },
	{ "ca $", "CAD", false, true },
	{ "au $", "AUD", false, true },
	{ "$", "USD", true, true },
	{ "usd", "USD", true, true },
	{ "us dollars", "USD", true, false },
	{ "united states dollars", "USD", true, false },
	{ "american dollars", "USD", true, false },
	{ "canadian dollars", "CAD", true, false },
	{ "australian dollars", "AUD", true, false },
	{ "hong kong dollars", "HKD", true, false },
	{ "dollars", "USD", true, false },
	{ "€", "EUR", true, true },
	{ "eur", "EUR", true, true },
	{ "euro", "EUR", true, true },
	{ "euros", "EUR", true, true },
	{ "£", "GBP", true, true },
	{ "gbp", "GBP", true, true },
	{ "pounds", "GBP", true, false },
	{ "rmb", "CNY", true, true },
	{ "cny", "CNY", true, true },
	{ "yuan", "CNY", true, false },
	{ "renminbi", "CNY", true, true },
	{ "人 民 币", "CNY", true, true },
	{ "美 元", "USD", true, true },
	{ "欧 元", "EUR", true, true },
	{ "元", "CNY", true, false },
	{ "¥", "", true, true },
	{ "yen", "JPY", true, false },
	{ "jpy", "JPY", true, true },
	{ "krw", "KRW", true, true },
	{ "won", "KRW", true, false },
	{ "₩", "KRW", true, true },
	{ "chf", "CHF", true, true },
	{ "inr", "INR", true, true },
	{ "rupees", "INR", true, false },
	{ "₹", "INR", true, true },
};
#define CURRENCIES (sizeof(currencies) / sizeof(currencies[0]))

static bool
same_line_or_next(const struct license_text *t, size_t a, size_t b)
{
	return t->tokens[b].line - t->tokens[a].line <= 1;
}

/* "5 million USD (2019)": the currency at word `i` belongs to what is before it. */
static bool
is_others(const struct license_text *t, size_t i)
{
	return i > 0 && license_number_word(license_word(t, i - 1));
}

static void
find_currency(const struct license_text *t, struct license_number *n)
{
	for (size_t i = 0; i < CURRENCIES && !n->money; i++) {
		size_t words = !currencies[i].before ?
		    0 :
		    license_phrase_before(t, n->from, currencies[i].words);

		if (words == 0 || is_others(t, n->from - words) ||
		    !same_line_or_next(t, n->from - 1, n->from))
			continue;
		n->money = true;
		n->from -= words;
		snprintf(n->currency, sizeof(n->currency), "%s",
		    currencies[i].code);
	}
	for (size_t i = 0; i < CURRENCIES && !n->money; i++) {
		size_t words = !currencies[i].behind ?
		    0 :
		    license_phrase_at(t, n->to, currencies[i].words);

		if (words == 0 || !same_line_or_next(t, n->to - 1, n->to))
			continue;
		n->money = true;
		n->to += words;
		snprintf(n->currency, sizeof(n->currency), "%s",
		    currencies[i].code);
	}
}

bool
license_number_at(const struct license_text *t, size_t i,
    struct license_number *out)
{
	struct sum s;
	bool point = false;
	size_t words = i < t->ntokens ? read_number(t, i, &s, &point) : 0;

	if (words == 0)
		return false;
	*out = (struct license_number){
		.from = i, .to = i + words, .value = s.total
	};
	find_currency(t, out);
	/* 2.0 is a version, $2.50 is not. */
	return !point || out->money;
}
