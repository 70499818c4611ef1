/*
 * ledger: what becomes of every word of a text.  Private to proto/license: account.c
 * keeps it, pointed.c enters what is only pointed to.
 */
#ifndef PROTO_LICENSE_LEDGER_H
#define PROTO_LICENSE_LEDGER_H

#include <stdio.h>

#include "match.h"

#define LICENSE_LIMITS 64u
#define LICENSE_NO_PART (~0u)

struct license_ledger {
	struct weigh_license_result *r;
	struct license_scan *s;
	unsigned
	    match_of[LICENSE_FOUND]; /* of each finding; or LICENSE_NO_PART */
	/* Of each match; NULL: it is only pointed to, or unknown. */
	const struct license_found *found_of[WEIGH_LICENSE_MATCHES];
	uint32_t added[WEIGH_LICENSE_MATCHES]; /* words */
	/* Words that limit what a match points to, in no order. */
	struct license_limited {
		uint32_t from, to;
		unsigned match; /* or LICENSE_NO_PART */
	} limits[LICENSE_LIMITS];
	uint32_t nlimits;
	char digits[13];
};

/* Is it a text, and not a header or a sentence beside one? */
static inline bool
license_is_part(const struct license_found *f)
{
	return f->entry.what != WEIGH_WHAT_HEADER &&
	    f->entry.what != WEIGH_WHAT_HARMLESS;
}

static inline bool
license_any_part(const struct license_scan *s)
{
	for (uint32_t i = 0; i < s->nfound; i++)
		if (license_is_part(&s->found[i]))
			return true;
	return false;
}

/* A string into a field of a result, cut to it. */
static inline void
license_copy(char *out, size_t room, const char *text)
{
	(void)snprintf(out, room, "%s", text);
}

/* Enter headers, references, and what limits them.  `bytes`: the file. */
void license_pointed(struct license_ledger *l, const void *bytes, size_t len);

#endif
