/* terms_value: is this a value that the fact may have? */
#include <stdio.h>
#include <string.h>

#include <weigh/near.h>

#include "terms.h"

#define WORDS_MAX 32 /* of a closed list */
#define WORD_SIZE 32 /* bytes of one, with its NUL */

/* A closed list, to be compared with and to be near to. */
struct words {
	char word[WORDS_MAX][WORD_SIZE];
	size_t n;
};

/* What any fact may be. */
#define ANY_FACT "unclear, unknown"

static void
words_add(struct words *w, const char *list)
{
	struct cursor rest = { list, strlen(list) };

	while (rest.len > 0 && w->n < WORDS_MAX) {
		struct cursor one = weigh_ini_trim(weigh_ini_cut(&rest, ','));

		snprintf(w->word[w->n++], WORD_SIZE, "%.*s", (int)one.len,
		    one.p);
	}
}

static bool
words_have(const struct words *w, struct cursor s)
{
	for (size_t i = 0; i < w->n; i++)
		if (strlen(w->word[i]) == s.len &&
		    memcmp(w->word[i], s.p, s.len) == 0)
			return true;
	return false;
}

static bool
complain(struct terms_complaint *bad, const char *why)
{
	*bad = (struct terms_complaint){ .why = why };
	return false;
}

static bool
complain_near(struct terms_complaint *bad, const char *why,
    const struct words *w, struct cursor s)
{
	const char *list[WORDS_MAX], *found;
	char text[WORD_SIZE];

	for (size_t i = 0; i < w->n; i++)
		list[i] = w->word[i];
	snprintf(text, sizeof(text), "%.*s",
	    (int)(s.len < sizeof(text) ? s.len : sizeof(text)), s.p);
	found = weigh_nearest(text, list, w->n);
	complain(bad, why);
	snprintf(bad->near, sizeof(bad->near), "%s",
	    found != NULL ? found : "");
	return false;
}

/* Append to a list, ", " between. */
static bool
put(char *out, size_t size, struct cursor one, struct terms_complaint *bad)
{
	size_t n = strlen(out);
	int len = snprintf(out + n, size - n, "%s%.*s", n > 0 ? ", " : "",
	    (int)one.len, one.p);

	if (len <= 0 || (size_t)len >= size - n)
		return complain(bad, "is too long");
	return true;
}

static bool
holds(const char *list, struct cursor one)
{
	struct words w = { .n = 0 };

	words_add(&w, list);
	return words_have(&w, one);
}

/* --- words of a closed list --------------------------------------------------- */

static bool
check_word(const struct weigh_term_kind *kind, struct cursor value, char *out,
    size_t size, struct terms_complaint *bad)
{
	struct words w = { .n = 0 };

	words_add(&w, kind->values);
	if (kind->fact != NULL)
		words_add(&w, ANY_FACT);
	if (!words_have(&w, value))
		return complain_near(bad, "is none of its values", &w, value);
	return put(out, size, value, bad);
}

/* Words that say something about all of it stand alone. */
static bool
stands_alone(struct cursor one)
{
	return holds("none, silent, " ANY_FACT, one);
}

static bool
check_words(const struct weigh_term_kind *kind, struct cursor value, char *out,
    size_t size, struct terms_complaint *bad)
{
	struct words w = { .n = 0 };
	size_t n = 0;

	words_add(&w, kind->values);
	words_add(&w, ANY_FACT);
	do {
		struct cursor one = weigh_ini_trim(weigh_ini_cut(&value, ','));

		if (!words_have(&w, one))
			return complain_near(bad,
			    "has a word that is none of its values", &w, one);
		if (holds(out, one))
			return complain(bad, "says a word twice");
		if (stands_alone(one) && (n > 0 || value.len > 0))
			return complain(bad,
			    "has a word that stands alone or not at all");
		if (!put(out, size, one, bad))
			return false;
		n++;
	} while (value.len > 0);
	return true;
}

/* --- thresholds --------------------------------------------------------------- */

/* Where each word of a threshold belongs. */
static const struct {
	const char *words;
	size_t offset;
} parts[] = {
	{ "product, licensee, affiliates",
	    offsetof(struct weigh_threshold, scope) },
	{ "release-date, rolling", offsetof(struct weigh_threshold, moment) },
	{ "no-rights, request, paid, ends, display",
	    offsetof(struct weigh_threshold, effect) },
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))
#define PART_SIZE sizeof(((struct weigh_threshold *)0)->scope)

static bool
take_part(struct weigh_threshold *t, struct cursor one,
    struct terms_complaint *bad)
{
	struct words w = { .n = 0 };

	for (size_t i = 0; i < PARTS; i++) {
		char *part = (char *)t + parts[i].offset;

		words_add(&w, parts[i].words);
		if (!holds(parts[i].words, one))
			continue;
		if (part[0] != '\0')
			return complain(bad, "says two words for one thing");
		snprintf(part, PART_SIZE, "%.*s", (int)one.len, one.p);
		return true;
	}
	return complain_near(bad, "has a word that no threshold has", &w, one);
}

static bool
take_currency(struct weigh_threshold *t, struct cursor *c)
{
	size_t i = 0;

	if (c->len == 0)
		return true;
	if (!take_text(c, " ") || c->len != 3)
		return false;
	for (; i < 3; i++)
		if (c->p[i] < 'A' || c->p[i] > 'Z')
			return false;
	memcpy(t->currency, c->p, 3);
	return true;
}

static bool
read_threshold(struct weigh_threshold *t, struct cursor value,
    struct terms_complaint *bad)
{
	struct cursor head = weigh_ini_trim(weigh_ini_cut(&value, ','));
	struct cursor c = { head.p, head.len };

	*t = (struct weigh_threshold){ .op = "" };
	if (take_text(&c, ">= "))
		memcpy(t->op, ">=", 3);
	else if (take_text(&c, "> "))
		memcpy(t->op, ">", 2);
	else
		return complain(bad, "does not begin with '> ' or '>= '");
	if (!take_u63(&c, &t->number))
		return complain(bad,
		    "has no number: digits only, without separators");
	if (!take_currency(t, &c))
		return complain(bad,
		    "has no currency of three capitals behind the number");
	while (value.len > 0)
		if (!take_part(t, weigh_ini_trim(weigh_ini_cut(&value, ',')),
			bad))
			return false;
	return true;
}

bool
weigh_threshold_read(struct weigh_threshold *out, const char *value)
{
	struct terms_complaint bad;

	return read_threshold(out, (struct cursor){ value, strlen(value) },
	    &bad);
}

/* A limit of money has a currency, one of users has none. */
static bool
check_threshold(const struct weigh_term_kind *kind, struct cursor value,
    char *out, size_t size, struct terms_complaint *bad)
{
	struct weigh_threshold t;
	bool money = strstr(kind->fact, "revenue") != NULL;
	struct cursor part;

	if (holds("none, " ANY_FACT, value))
		return put(out, size, value, bad);
	if (!read_threshold(&t, value, bad))
		return false;
	if (money != (t.currency[0] != '\0'))
		return complain(bad,
		    money ? "names no currency" : "names a currency for users");
	while (value.len > 0) {
		part = weigh_ini_trim(weigh_ini_cut(&value, ','));
		if (!put(out, size, part, bad))
			return false;
	}
	return true;
}

/* --- places, words to show, dates --------------------------------------------- */

static bool
is_place(struct cursor one)
{
	if (one.len == 3 && memcmp(one.p, "EEA", 3) == 0)
		return true;
	return one.len == 2 && one.p[0] >= 'A' && one.p[0] <= 'Z' &&
	    one.p[1] >= 'A' && one.p[1] <= 'Z';
}

static bool
check_places(struct cursor value, char *out, size_t size,
    struct terms_complaint *bad)
{
	if (holds("none, " ANY_FACT, value))
		return put(out, size, value, bad);
	do {
		struct cursor one = weigh_ini_trim(weigh_ini_cut(&value, ','));

		if (!is_place(one))
			return complain(bad,
			    "has a place that is neither EU, EEA nor a country "
			    "code of two capitals");
		if (holds(out, one))
			return complain(bad, "says a place twice");
		if (!put(out, size, one, bad))
			return false;
	} while (value.len > 0);
	return true;
}

/* "words": the quotes go, a doubled one inside is one. */
static bool
check_text(struct cursor value, char *out, size_t size,
    struct terms_complaint *bad)
{
	size_t n = 0;

	if (holds("none, " ANY_FACT, value))
		return put(out, size, value, bad);
	if (value.len < 3 || value.p[0] != '"' || value.p[value.len - 1] != '"')
		return complain(bad,
		    "is neither none nor words in double quotes");
	for (size_t i = 1; i < value.len - 1; i++) {
		if (value.p[i] == '"' && value.p[++i] != '"')
			return complain(bad, "has a quote that is not doubled");
		if (n + 1 >= size || i >= value.len - 1)
			return complain(bad, "is too long");
		out[n++] = value.p[i];
	}
	out[n] = '\0';
	return true;
}

static bool
check_date(struct cursor value, char *out, size_t size,
    struct terms_complaint *bad)
{
	static const char shape[] = "0000-00-00";
	size_t i;

	if (holds(ANY_FACT, value))
		return put(out, size, value, bad);
	if (value.len != strlen(shape))
		return complain(bad, "is no date like 2024-09-25");
	for (i = 0; i < value.len; i++)
		if (shape[i] == '0' ? value.p[i] < '0' || value.p[i] > '9' :
				      value.p[i] != shape[i])
			return complain(bad, "is no date like 2024-09-25");
	if (memcmp(value.p + 5, "00", 2) == 0 ||
	    memcmp(value.p + 5, "12", 2) > 0 ||
	    memcmp(value.p + 8, "00", 2) == 0 ||
	    memcmp(value.p + 8, "31", 2) > 0)
		return complain(bad, "is no day of the calendar");
	return put(out, size, value, bad);
}

bool
weigh_term_check(const struct weigh_term_kind *kind, struct cursor value,
    char *out, size_t size, struct terms_complaint *bad)
{
	out[0] = '\0';
	if (value.len == 0)
		return complain(bad, "is empty");
	if (value.p[value.len - 1] == ',')
		return complain(bad, "ends with a comma");
	switch (kind->type) {
	case WEIGH_TERM_WORD:
		return check_word(kind, value, out, size, bad);
	case WEIGH_TERM_WORDS:
		return check_words(kind, value, out, size, bad);
	case WEIGH_TERM_THRESHOLD:
		return check_threshold(kind, value, out, size, bad);
	case WEIGH_TERM_PLACES:
		return check_places(value, out, size, bad);
	case WEIGH_TERM_TEXT:
		return check_text(value, out, size, bad);
	case WEIGH_TERM_DATE:
		return check_date(value, out, size, bad);
	}
	return complain(bad, "is of no known kind");
}

bool
weigh_term_value_ok(const struct weigh_term_kind *kind, const char *value,
    size_t len, char *out, size_t size, const char **why,
    char near[WEIGH_TERM_NEAR])
{
	struct terms_complaint bad;

	if (weigh_term_check(kind, (struct cursor){ value, len }, out, size,
		&bad))
		return true;
	*why = bad.why;
	memcpy(near, bad.near, WEIGH_TERM_NEAR);
	return false;
}
