/*
 * terms: what the files that read and check a table of terms share.  Private to
 * proto/license.
 */
#ifndef PROTO_LICENSE_TERMS_H
#define PROTO_LICENSE_TERMS_H

#include <weigh/licenseterms.h>

#include "../ini.h"

/* What a row says of itself. */
enum terms_what {
	TERMS_NAME,
	TERMS_FAMILY,
	TERMS_HUB,
	TERMS_ALSO,
	TERMS_BASED_ON,
	TERMS_URL,
	TERMS_EVIDENCE,
	TERMS_NOTE,
	TERMS_ABOUTS
};
struct terms_about {
	const char *key, *values; /* values: a closed list, or NULL */
	size_t offset, size;      /* of struct weigh_license_terms */
};
extern const struct terms_about weigh_terms_abouts[TERMS_ABOUTS];

struct terms_fact {
	const struct weigh_term_kind *kind;
	struct cursor value, clause, evidence, note;
};

struct terms_row {
	char name[WEIGH_LICENSE_ID]; /* the id again, with a NUL */
	struct cursor id, about[TERMS_ABOUTS];
	size_t first, nfacts;     /* of weigh_terms.facts */
	bool no_other_limit;      /* threshold.* = none */
	struct terms_fact others; /* that line's clause and note */
	unsigned line;
};

struct terms_tag {
	struct cursor tag, id;
	enum weigh_hub_precision precision;
};

struct weigh_terms {
	struct terms_row *rows;
	struct terms_fact *facts;
	struct terms_tag *tags;
	size_t nrows, nfacts, ntags;
};

/* The same bytes, case of ASCII letters ignored. */
bool weigh_terms_same(struct cursor a, struct cursor b);

/* Why a value is refused. */
struct terms_complaint {
	const char *why; /* "is none of", to be put behind the value */
	char near[WEIGH_TERM_NEAR]; /* the nearest known word, or "" */
};
/* Is `value` one of the fact's (of one without a name: only of its list)?  Written to `out` in its usual form. */
bool weigh_term_check(const struct weigh_term_kind *kind, struct cursor value,
    char *out, size_t size, struct terms_complaint *bad);

#endif
