/*
 * pack: what matching reads of a pack.  Private to proto/license.
 *
 * Words are numbered: a pack's vocabulary has at most 65,534 of them, sorted by hash;
 * LICENSE_NO_WORD is every other word.
 */
#ifndef PROTO_LICENSE_PACK_H
#define PROTO_LICENSE_PACK_H

#include <weigh/licensepack.h>

#define LICENSE_NO_WORD 0xffffu
#define LICENSE_ANY_WORDS 0xfffeu /* in alternatives only */
#define LICENSE_WORD_KINDS 65534u /* numbers that are words */
#define LICENSE_SHINGLE 5u        /* words */
#define LICENSE_TINY 24u          /* words */

/* A part of a template in which words may differ. */
enum license_span_kind {
	SPAN_OPTIONAL, /* may be missing as a whole */
	SPAN_ANY,      /* any words: a holder's name */
	SPAN_ONE_OF,   /* the template's words or one of the alternatives */
	SPAN_TITLE, /* the license's own title: free for SPDX's, identity for vendors' */
	SPAN_COPYRIGHT, /* a notice of copyright: as ANY, and years may stand in it */
	SPAN_KINDS
};
#define LICENSE_NO_SPAN 0xffffu
struct license_span {
	uint32_t from,
	    to;        /* words [from, to) of the template; ANY may be empty */
	uint16_t kind; /* enum license_span_kind */
	uint16_t parent; /* the span around it, or LICENSE_NO_SPAN */
	uint32_t alternatives,
	    nalternatives; /* of license_template.alternatives */
};
/* LICENSE_ANY_WORDS among them stands for words as SPAN_ANY takes them; no words at
 * all: what the span has may be missing. */
struct license_alternative {
	uint32_t from, count; /* words, in license_template.alternative_words */
};

struct license_template {
	uint32_t number; /* in the pack */
	uint32_t entry;  /* whose */
	const uint16_t *words;
	uint32_t nwords,
	    nrequired; /* required: outside of OPTIONAL, ANY, COPYRIGHT, and of TITLE
			* if the entry is no vendor's */
	const struct license_span *spans; /* sorted by from, outer ones first */
	uint32_t nspans;
	const struct license_alternative *alternatives;
	const uint16_t *alternative_words;
	const uint32_t *lookalikes; /* numbers of templates, sorted */
	uint32_t nlookalikes;
	bool vendor; /* its TITLE is required */
	bool
	    tiny; /* fewer than LICENSE_TINY words: found by search, not by rank */
};

/* As strcmp, but letters of ASCII have no case: how entries are sorted. */
int license_id_compare(const char *a, const char *b);

/* How its licenses are called (names.h); the pack's. */
const struct license_names *license_pack_names(const struct weigh_license_pack
	*p);
uint32_t license_pack_templates(const struct weigh_license_pack *p);
void license_pack_template(const struct weigh_license_pack *p, uint32_t number,
    struct license_template *out);
/* The number of a word in the vocabulary, or LICENSE_NO_WORD; its strength
 * (enum weigh_license_strong). */
uint16_t license_pack_word(const struct weigh_license_pack *p, uint64_t hash);
unsigned license_pack_strong(const struct weigh_license_pack *p, uint16_t word);
/* Label of the clause that word `i` of a template stands in, "" if none. */
const char *license_pack_clause(const struct weigh_license_pack *p,
    uint32_t number, uint32_t i);

/* Which templates have these LICENSE_SHINGLE words: their numbers, rising; false for
 * none.  Words that are LICENSE_NO_WORD are in none. */
struct license_postings {
	const uint8_t *next;
	uint32_t count; /* templates that have it */
	uint32_t left, last;
};
bool license_pack_shingle(const struct weigh_license_pack *p,
    const uint16_t words[LICENSE_SHINGLE], struct license_postings *out);
bool license_postings_next(struct license_postings *it, uint32_t *number);

#endif
