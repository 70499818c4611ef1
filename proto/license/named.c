/* named: references that name a license; see finder.h. */
#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "finder.h"
#include "known.h"
#include "look.h"
#include "spdx.h"

#define NAME 16  /* words behind "licensed under" in which the name may stand */
#define LATER 16 /* words behind a name in which "or later" may stand */
#define SHORT 40 /* words of a text that is hardly more than a name */
#define NAMES 256 /* words of names that follow one another */

/* --- names ------------------------------------------------------------------------- */

/* Is the sign behind word `i`: "GPL-2+"? */
static bool
has_plus(const struct license_finder *find, size_t i)
{
	uint32_t end = license_finder_token(find, i)->end;

	return end < find->len && find->bytes[end] == '+';
}

/* Is a later version offered behind the name that ends before word `i`: "GPL-2+", "version
 * 2 or later"?  Within its sentence. */
static bool
or_later(const struct license_finder *find, size_t i)
{
	static license_phrases later = { "or later", "any later version",
		"or any later", "or newer", "orlater", NULL };
	const struct license_text *t = find->t;
	size_t to = i;

	if (has_plus(find, i - 1))
		return true;
	while (to < t->ntokens && to - i < LATER &&
	    !(license_finder_token(find, to - 1)->flags & TOKEN_STOP) &&
	    !(license_finder_token(find, to)->flags & TOKEN_PARAGRAPH))
		to++;
	return license_any_ahead(t, i, to - i, later) != LOOK_NONE;
}

/* Does word `i` begin a field: "License: MIT", "**License** = MIT"? */
static bool
begins_field(const struct license_finder *find, size_t i)
{
	char raw[8];
	uint32_t ends[sizeof(raw)];
	size_t from;

	license_finder_raw(find, license_finder_token(find, i)->end, raw, ends,
	    sizeof(raw));
	from = strspn(raw, "*_\"'` \t");
	return raw[from] == ':' || raw[from] == '=';
}

/* The license whose name stands at word `i`, by the words before word `to` alone. */
static bool
name_before(const struct license_finder *find, size_t i, size_t to,
    struct license_known *out)
{
	struct license_text t = *find->t;

	t.ntokens = to;
	return license_name_at(&t, i, find->packs, find->npacks, out);
}

/* The same by its own words alone: the "License:" of the next line is none of them, nor is
 * what adds nothing behind "GPL-3+". */
static bool
name_at(const struct license_finder *find, size_t i, struct license_known *out)
{
	struct license_known less;

	if (!name_before(find, i, find->t->ntokens, out))
		return false;
	for (size_t at = i + 1; at < i + out->words; at++) {
		if (license_finder_token(find, at)->flags & TOKEN_LINE &&
		    begins_field(find, at))
			return name_before(find, i, at, out);
		if (has_plus(find, at - 1) && name_before(find, i, at, &less) &&
		    strcmp(less.id, out->id) == 0) {
			*out = less;
			return true;
		}
	}
	return true;
}

/* The words of the name at word `i`, 0 if none stands there, and its license. */
size_t
license_find_name(const struct license_finder *find, size_t i,
    char id[WEIGH_LICENSE_ID])
{
	char raw[WEIGH_LICENSE_ID + 16];
	struct license_known known;

	if (!name_at(find, i, &known))
		return 0;
	snprintf(raw, sizeof(raw), "%s%s", known.id,
	    !known.open                         ? "" :
		or_later(find, i + known.words) ? "-or-later" :
						  "-only");
	license_id_known(raw, strlen(raw), find->packs, find->npacks, id);
	return known.words;
}

/* What offers a later version in so many words, directly behind a name: a part of it. */
static size_t
later_at(const struct license_finder *find, size_t i)
{
	static license_phrases offers = { "or later", "or later version",
		"or any later version", "or newer", "only", NULL };

	return license_any_at(find->t, i, offers);
}

/* Names that "or" joins, or "and": words of all, and their expression.  What repeats the
 * name belongs to it: "The MIT License (MIT)". */
static size_t
names_at(const struct license_finder *find, size_t i,
    char out[WEIGH_LICENSE_EXPR])
{
	static license_phrases joints = { "or", "and", "or the", "and the",
		NULL };
	char id[WEIGH_LICENSE_ID], last[WEIGH_LICENSE_ID];
	const char *joint = NULL, *other;
	size_t words = license_find_name(find, i, last), n, len;

	if (words == 0)
		return 0;
	words += later_at(find, i + words);
	len = (size_t)snprintf(out, WEIGH_LICENSE_EXPR, "%s", last);
	while (words < NAMES) {
		size_t at = i + words, join;

		if ((n = license_find_name(find, at, id)) > 0 &&
		    strcmp(id, last) == 0) {
			words += n;
			continue;
		}
		if ((join = license_any_at(find->t, at, joints)) == 0 ||
		    (n = license_find_name(find, at + join, id)) == 0)
			return words;
		other = license_word(find->t, at)[0] == 'o' ? "OR" : "AND";
		if ((joint != NULL && joint != other) ||
		    len + strlen(id) + 6 > WEIGH_LICENSE_EXPR)
			return words;
		joint = other;
		len += (size_t)snprintf(out + len, WEIGH_LICENSE_EXPR - len,
		    " %s %s", other, id);
		snprintf(last, sizeof(last), "%s", id);
		words += join + n;
		words += later_at(find, i + words);
	}
	return words;
}

/* Where names that end before word `i` end, with the sign behind them ("GPL-2+"). */
static uint32_t
name_end(const struct license_finder *find, size_t i)
{
	return license_finder_token(find, i - 1)->end + has_plus(find, i - 1);
}

static void
put_names(struct license_finder *find, enum weigh_license_ref_kind kind,
    const char *id, size_t from, size_t to)
{
	(void)license_finder_put(find, kind, id, "",
	    license_finder_token(find, from)->start, name_end(find, to),
	    license_finder_token(find, from)->line);
}

/* "License: GPL-2+ or Apache-2.0", "**License**: MIT" */
size_t
license_find_field(struct license_finder *find, size_t i)
{
	static license_phrases words = { "license", "licenses", "licence",
		NULL };
	char raw[WEIGH_LICENSE_EXPR + 64], id[WEIGH_LICENSE_EXPR];
	uint32_t ends[sizeof(raw)], end = license_finder_token(find, i)->end;
	size_t n, from, taken;

	if (license_any_at(find->t, i, words) == 0)
		return 0;
	license_finder_raw(find, end, raw, ends, sizeof(raw));
	from = strspn(raw, "*_\"'` \t");
	if (raw[from] != ':' && raw[from] != '=')
		return 0;
	from += strspn(raw + from, "*_\"'`:= \t[(");
	taken = license_expression(raw + from, strlen(raw + from), find->packs,
	    find->npacks, id);
	if (taken > 0 && find->npacks > 0 &&
	    license_only_marks(raw + from + taken) &&
	    license_expression_listed(id, find->packs, find->npacks)) {
		(void)license_finder_put(find, WEIGH_LICENSE_REF_NAME, id, "",
		    license_finder_token(find, i)->start,
		    ends[from + taken - 1],
		    license_finder_token(find, i)->line);
		return 1;
	}
	for (n = 1; license_phrase_at(find->t, i + n, "the") > 0 ||
	     license_phrase_at(find->t, i + n, "gnu") > 0;
	     n++)
		;
	if (i + n >= find->t->ntokens ||
	    license_finder_token(find, i + n)->flags & TOKEN_LINE ||
	    (taken = names_at(find, i + n, id)) == 0)
		return 0;
	put_names(find, WEIGH_LICENSE_REF_NAME, id, i, i + n + taken);
	return n + taken;
}

/* "under the Apache 2.0 license" */
size_t
license_find_under(struct license_finder *find, size_t i)
{
	static license_phrases words = { "under", "under the", "under a",
		"under an", "under the gnu", NULL };
	char id[WEIGH_LICENSE_EXPR];
	size_t n = license_any_at(find->t, i, words), name;

	/* A word alone may be the name of anything. */
	if (n == 0 || (name = names_at(find, i + n, id)) < 2)
		return 0;
	put_names(find, WEIGH_LICENSE_REF_HEADER, id, i, i + n + name);
	return n + name;
}

/* --- headers ---------------------------------------------------------------------- */

/* "licensed under the Apache License, Version 2.0" */
size_t
license_find_header(struct license_finder *find, size_t i)
{
	static license_phrases words = { "licensed under", "released under",
		"distributed under", "available under", "provided under",
		"governed by", "under the terms of", "subject to the terms of",
		"license is", "licensed according to", NULL };
	static license_phrases before = { "the", "a", "an", "gnu", "either",
		"of", "both", "terms", "conditions", "and", "following", NULL };
	size_t n = license_any_at(find->t, i, words), name;
	char id[WEIGH_LICENSE_EXPR];
	bool near = true;

	if (n == 0)
		return 0;
	for (size_t at = i + n; at < find->t->ntokens && at < i + n + NAME;
	     at++) {
		if (license_finder_token(find, at - 1)->flags & TOKEN_STOP)
			break;
		name = names_at(find, at, id);
		/* A word alone may be the name of anything. */
		if (name >= 2 || (name == 1 && near)) {
			put_names(find, WEIGH_LICENSE_REF_HEADER, id, i,
			    at + name);
			return at + name - i;
		}
		near = near && license_any_at(find->t, at, before) > 0;
	}
	return n;
}

/* Is all of the line's rest no more than what names may have behind: "January 2004"? */
static bool
only_date(const struct license_text *t, size_t from, size_t to)
{
	static license_phrases months = { "january", "february", "march",
		"april", "may", "june", "july", "august", "september",
		"october", "november", "december", NULL };

	for (size_t i = from; i < to; i++)
		if (license_any_at(t, i, months) == 0 &&
		    license_word(t,
			i)[strspn(license_word(t, i), "0123456789.")] != '\0')
			return false;
	return true;
}

static size_t
line_end(const struct license_text *t, size_t from)
{
	size_t to = from + 1;

	while (to < t->ntokens && !(t->tokens[to].flags & TOKEN_LINE))
		to++;
	return to;
}

/* The line [from, to), if it is a name: words of it and of the lines over which the name
 * goes on.  A word alone is one in a text that has hardly more, or below "License".
 * *looks rises by the words that were looked into. */
static size_t
find_line(struct license_finder *find, size_t from, size_t to, bool below,
    size_t *looks)
{
	static license_phrases before = { "the", "gnu", "license", NULL };
	char id[WEIGH_LICENSE_EXPR];
	size_t i = from, name;

	while (i + 1 < to && license_any_at(find->t, i, before) > 0)
		i++;
	name = names_at(find, i, id);
	*looks += i + 1 - from + name;
	if (name == 0 || (name < 2 && !below && find->t->ntokens > SHORT))
		return 0;
	if (i + name > to)
		to = line_end(find->t, i + name - 1);
	if (!only_date(find->t, i + name, to))
		return 0;
	put_names(find, WEIGH_LICENSE_REF_NAME, id, from, to);
	return to - from;
}

size_t
license_lone_names(const struct license_text *t, const void *bytes, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_license_ref *out, size_t room)
{
	struct license_finder find = { .t = t,
		.bytes = bytes,
		.len = len,
		.packs = packs,
		.npacks = npacks,
		.out = out,
		.room = room };
	static license_phrases headings = { "license", "licenses", "licence",
		"licensing", NULL };
	bool below = false;
	size_t n, looks = 0;

	/* A name that goes on over all lines is none in each of them. */
	for (size_t i = 0;
	     i < t->ntokens && i < LICENSE_LOOKS && looks < LICENSE_LOOKS;
	     i += n) {
		size_t to = line_end(t, i);

		n = find_line(&find, i, to, below, &looks);
		below = to == i + 1 && license_any_at(t, i, headings) > 0;
		if (n == 0)
			n = to - i;
	}
	return find.n;
}
