/* date: see date.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "date.h"
#include "look.h"

#define CONTEXT 8 /* words before a date that say what it is of */
#define HEADING 3 /* as many of them may stand in the paragraph before */

struct date {
	unsigned year, month, day; /* day 0: not told */
};

static unsigned
month_named(const char *word)
{
	static const char *const names[] = { "january", "february", "march",
		"april", "may", "june", "july", "august", "september",
		"october", "november", "december" };

	for (unsigned i = 0; i < 12; i++)
		if (word[0] == names[i][0] &&
		    (strcmp(word, names[i]) == 0 ||
			(strncmp(word, names[i], 3) == 0 && word[3] == '\0')))
			return i + 1;
	return strcmp(word, "sept") == 0 ? 9 : 0;
}

/* Word `i` as a whole number of least to most, 0 if it is none; "18th" is 18. */
static unsigned
part(const struct license_text *t, size_t i, unsigned least, unsigned most)
{
	static const char *const ends[] = { "", "st", "nd", "rd", "th" };
	const char *word = i < t->ntokens ? license_word(t, i) : "";
	unsigned n = 0;

	if (*word < '0' || *word > '9')
		return 0;
	for (; *word >= '0' && *word <= '9' && n < 10000; word++)
		n = n * 10 + (unsigned)(*word - '0');
	if (n < least || n > most)
		return 0;
	for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++)
		if (strcmp(word, ends[k]) == 0)
			return n;
	return 0;
}

static unsigned
year_at(const struct license_text *t, size_t i)
{
	return part(t, i, 1970, 2100);
}

static unsigned
month_at(const struct license_text *t, size_t i)
{
	return i < t->ntokens ? month_named(license_word(t, i)) : 0;
}

/* July 18 2023, July 2023 */
static size_t
month_first(const struct license_text *t, size_t i, struct date *d)
{
	if ((d->month = month_at(t, i)) == 0)
		return 0;
	if ((d->day = part(t, i + 1, 1, 31)) != 0 &&
	    (d->year = year_at(t, i + 2)) != 0)
		return 3;
	d->day = 0;
	return (d->year = year_at(t, i + 1)) != 0 ? 2 : 0;
}

/* 18 July 2023, 18th of July 2023 */
static size_t
day_first(const struct license_text *t, size_t i, struct date *d)
{
	size_t of = license_phrase_at(t, i + 1, "of");

	if ((d->day = part(t, i, 1, 31)) == 0 ||
	    (d->month = month_at(t, i + 1 + of)) == 0 ||
	    (d->year = year_at(t, i + 2 + of)) == 0)
		return 0;
	return 3 + of;
}

/* 2023-07-18: the parts are one byte apart, or they are no date. */
static size_t
year_first(const struct license_text *t, size_t i, struct date *d)
{
	if ((d->year = year_at(t, i)) == 0 ||
	    (d->month = part(t, i + 1, 1, 12)) == 0 ||
	    (d->day = part(t, i + 2, 1, 31)) == 0 ||
	    t->tokens[i].end + 1 != t->tokens[i + 1].start ||
	    t->tokens[i + 1].end + 1 != t->tokens[i + 2].start)
		return 0;
	return 3;
}

/* 2023 年 7 月 18 日 */
static size_t
ideographs(const struct license_text *t, size_t i, struct date *d)
{
	if ((d->year = year_at(t, i)) == 0 ||
	    license_phrase_at(t, i + 1, "年") == 0 ||
	    (d->month = part(t, i + 2, 1, 12)) == 0 ||
	    license_phrase_at(t, i + 3, "月") == 0)
		return 0;
	if ((d->day = part(t, i + 4, 1, 31)) != 0 &&
	    license_phrase_at(t, i + 5, "日") > 0)
		return 6;
	d->day = 0;
	return 4;
}

/* What the words before a date say that it is of; nearer ones first. */
static const char *
date_of(const struct license_text *t, size_t i)
{
	static const struct {
		const char *word, *name;
	} rows[] = {
		{ "modified", "last-modified" },
		{ "updated", "last-modified" },
		{ "revised", "last-modified" },
		{ "revision", "last-modified" },
		{ "amended", "last-modified" },
		{ "effective", "effective-date" },
		{ "release", "release-date" },
		{ "released", "release-date" },
		{ "version", "version-date" },
		{ "dated", "version-date" },
	};
	bool crossed = false;

	for (size_t k = 1; k <= CONTEXT && k <= i; k++) {
		crossed = crossed ||
		    t->tokens[i - k + 1].flags & TOKEN_PARAGRAPH;
		if (crossed && k > HEADING)
			break;
		for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
			if (license_phrase_at(t, i - k, rows[r].word) > 0)
				return rows[r].name;
	}
	return "date";
}

size_t
license_date_at(const struct license_text *t, size_t i,
    struct weigh_license_fact *out)
{
	static size_t (*const forms[])(const struct license_text *, size_t,
	    struct date *) = { month_first, day_first, year_first, ideographs };
	struct date d;
	size_t n = 0;

	for (size_t k = 0; n == 0 && k < sizeof(forms) / sizeof(forms[0]);
	     k++) {
		d = (struct date){ .year = 0 };
		n = forms[k](t, i, &d);
	}
	if (n == 0)
		return 0;
	*out = (struct weigh_license_fact){ .unit = WEIGH_UNIT_DATE,
		.number = d.year * 10000 + d.month * 100 + d.day };
	snprintf(out->name, sizeof(out->name), "%s", date_of(t, i));
	if (d.day != 0)
		snprintf(out->value, sizeof(out->value), "%04u-%02u-%02u",
		    d.year, d.month, d.day);
	else
		snprintf(out->value, sizeof(out->value), "%04u-%02u", d.year,
		    d.month);
	return n;
}
