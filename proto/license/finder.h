/*
 * finder: what looks for the references of a text.  Private to proto/license.
 *
 * refs.c goes over the words; what begins at one of them is asked of a function that
 * gives the words it took, 0 for none.
 */
#ifndef PROTO_LICENSE_FINDER_H
#define PROTO_LICENSE_FINDER_H

#include "text.h"

#define LICENSE_LOOKS \
	32768u /* words that are looked into, so that no text costs much */

typedef const char *const license_phrases[];

struct license_finder {
	const struct license_text *t;
	const unsigned char *bytes;
	size_t len;
	const struct weigh_license_pack *const *packs;
	size_t npacks;
	struct weigh_license_ref *out;
	size_t room, n;
	bool more; /* one had no room */
};

static inline const struct license_token *
license_finder_token(const struct license_finder *find, size_t i)
{
	return &find->t->tokens[i];
}

/* --- refs.c --------------------------------------------------------------------- */

/* The reference, unless the same was found before; NULL: it was, or there is no room. */
struct weigh_license_ref *license_finder_put(struct license_finder *find,
    enum weigh_license_ref_kind kind, const char *id, const char *target,
    uint32_t start, uint32_t end, uint32_t line);
/* The ASCII of the file from byte `at` to the end of the line; UTF-16 and UTF-32 have
 * zeros between, and nothing else is read here.  *ends: where each of them ended. */
size_t license_finder_raw(const struct license_finder *find, uint32_t at,
    char *out, uint32_t *ends, size_t size);
/* May this stand behind an expression: the end of a comment, a quote, a tag? */
bool license_only_marks(const char *rest);

/* --- named.c -------------------------------------------------------------------- */

/* "licensed under the Apache License, Version 2.0" */
size_t license_find_header(struct license_finder *find, size_t i);
/* "under the Apache 2.0 license" */
size_t license_find_under(struct license_finder *find, size_t i);
/* "License: GPL-2+ or Apache-2.0", "**License**: MIT" */
size_t license_find_field(struct license_finder *find, size_t i);
/* Words of the name at word `i`, 0 if none stands there, and its license. */
size_t license_find_name(const struct license_finder *find, size_t i,
    char id[WEIGH_LICENSE_ID]);

#endif
