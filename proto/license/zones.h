/*
 * zones: lines that say nothing of law: notices of copyright, headings, page numbers.
 * Private to proto/license.
 *
 * (1) A line is only as harmless as its words: one modal verb, negation, verb of a grant
 *     or word of scope in it, and it is none.  Names keep a few of them ("Free Software
 *     Foundation, All rights reserved").
 */
#ifndef LICENSE_ZONES_H
#define LICENSE_ZONES_H

#include "text.h"

/* Sets TOKEN_COPYRIGHT, TOKEN_TITLE and TOKEN_FURNITURE. */
void license_zones_mark(struct license_text *t);
/* narrow.c: in a text that is compared, what narrows a permission decides in a notice of
 * copyright and a title as well ("trial", "verboten", "Outside Europe", "Single
 * Developer", "Acme, GPL"), and what is no name of anybody is no notice.  Packs are made without, so that they stay the same. */
void license_zones_narrow(struct license_text *t);

/* --- what both look at ---------------------------------------------------------- */

#define ZONES_NOTICE 30 /* words of one notice of copyright */
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct zone { /* the tokens [from, to) */
	size_t from, to;
};

bool license_among(const char *word, const char *const *list, size_t n);

/* Does a notice begin at word `i`, before `to`?  The word as sentences use it ("copyright
 * notice") is none. */
bool license_notice_at(const struct license_text *t, size_t i, size_t to);
/* "All rights reserved". */
bool license_reserved_at(const struct license_text *t, size_t i, size_t to);
/* A word in lower case that names and notices have. */
bool license_of_names(const char *word);
/* A point behind it ends no sentence. */
bool license_abbreviated(const char *word);
/* A year, a year of two digits, or a name that begins with digits. */
bool license_year_or_name(const char *word);

#endif
