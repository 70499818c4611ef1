/*
 * licenseterms: what a license demands: a table of facts with clauses, in our own words.
 *
 * (1) Unknown stays unknown: a fact that is not written, or written as `unknown`, is not
 *     among a row's terms; it is never "no".  `none` is known, and so is `unclear`: a text
 *     that contradicts itself.
 * (2) A value is of its fact's closed list (or a threshold, a date, a list of places, words
 *     to show); anything else is refused with file, line and the nearest known word.
 * (3) Each fact tells its clause, if the text numbers or names it, and its evidence: text
 *     (the license was read), secondary (a published description) or likely (neither).
 *
 * The format is an INI: a section for each license id, a line for each fact:
 *
 *     [LicenseRef-Acme-1.0]
 *     name = Acme License 1.0
 *     family = vendor-community
 *     evidence = text
 *     commercial = conditional (2)
 *     threshold.mau = > 1000000, licensee, rolling, request (4)
 *     threshold.* = none
 *     display = "Built with Acme" (3.b) -- not for hosted services
 *     aup = url (5) [likely]
 *
 * and one section that says which license a tag of the Hub stands for:
 *
 *     [hub]
 *     acme = LicenseRef-Acme-1.0, exact
 *     gpl = family
 *
 * The whole of it: proto/license/README.md.  Nothing here blocks.
 */
#ifndef WEIGH_LICENSETERMS_H
#define WEIGH_LICENSETERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/license.h>

#define WEIGH_TERMS_MAX (4u << 20) /* bytes of a table */

struct weigh_terms; /* a table: read-only, owned by whoever read it */

/* The table that is built in, as text. */
void weigh_terms_builtin(const char **text, size_t *len);
/* `name` is for messages.  The text must live until weigh_terms_free.  WEIGH_MALFORMED: by
 * (2); WEIGH_TOO_BIG: over WEIGH_TERMS_MAX; WEIGH_NOMEM. */
enum weigh_code weigh_terms_read(struct weigh_terms **out, const char *name,
    const char *text, size_t len, struct weigh_err *err);
void weigh_terms_free(struct weigh_terms *t);

/* How many rows, and the id of row `i`, in the order of the file; the table's. */
size_t weigh_terms_count(const struct weigh_terms *t);
const char *weigh_terms_id(const struct weigh_terms *t, size_t i);

struct weigh_term {
	const char *fact; /* "commercial": one of weigh_term_kinds */
	char value[320];  /* "conditional"; lists with ", " between */
	char clause[64];  /* "2, 4.a", or "" */
	char evidence
	    [16];       /* text, secondary, likely: the row's if not its own */
	char note[240]; /* what a person should know beside it, or "" */
};
struct weigh_license_terms {
	char id[WEIGH_LICENSE_ID];
	char name[128], family[32];
	char hub[96];   /* the Hub's tag, or what its cards say, or "" */
	char also[160], /* names that others have for it, ", " between, or "" */
	    based_on[WEIGH_LICENSE_ID], url[256];
	char evidence[16]; /* text, secondary, likely */
	char note[320];    /* of the row as a whole, or "" */
	struct weigh_term
	    *terms; /* in the order of weigh_term_kinds; only known ones */
	size_t nterms;
};

/* The row of an id, case ignored, in the first of the tables that has it; else the row that
 * has it under `also`; of `X-only`, `X-or-later` and `X+` that of `X` when they have none.
 * The caller's (weigh_license_terms_free).  WEIGH_NOT_FOUND: nothing is known; err names the
 * nearest id. */
enum weigh_code weigh_terms_find(struct weigh_license_terms **out,
    const struct weigh_terms *const *tables, size_t ntables, const char *id,
    struct weigh_err *err);
void weigh_license_terms_free(struct weigh_license_terms *t);
/* The term of a fact, or NULL: it is not known. */
const struct weigh_term *weigh_license_term(const struct weigh_license_terms *t,
    const char *fact);

/* Is a policy of acceptable use, by the value of `aup`, to be a file of its own? */
bool weigh_terms_policy_file(const char *aup);
/* The id that the policy of this license has, if it has a row or a text: the license's with
 * -AUP behind.  False: that would be too long for an id. */
bool weigh_terms_policy(const char *license, char policy[WEIGH_LICENSE_ID]);

/* What a tag of the Hub's model cards stands for, case ignored. */
enum weigh_hub_precision {
	WEIGH_HUB_UNHEARD, /* no table has the tag */
	WEIGH_HUB_NONE,    /* it says nothing: other, unknown */
	WEIGH_HUB_FAMILY,  /* a group of licenses, no single one */
	WEIGH_HUB_VERSION, /* leaves a version open, or `only` or `or-later` */
	WEIGH_HUB_EXACT
};
/* `id` is "" unless VERSION or EXACT; it may be one that has no row. */
enum weigh_hub_precision weigh_terms_hub(const struct weigh_terms *const
					     *tables,
    size_t ntables, const char *tag, char id[WEIGH_LICENSE_ID]);

/* --- the facts ------------------------------------------------------------------ */

enum weigh_term_type {
	WEIGH_TERM_WORD,      /* one of `values`, or unclear */
	WEIGH_TERM_WORDS,     /* several of them, or unclear */
	WEIGH_TERM_THRESHOLD, /* see struct weigh_threshold, or none */
	WEIGH_TERM_PLACES,    /* EU, EEA or ISO 3166-1 alpha-2, or none */
	WEIGH_TERM_TEXT, /* words in double quotes, a quote in them twice, or none */
	WEIGH_TERM_DATE /* 2024-09-25 */
};
/* Every fact there is, with its meaning, for `terms` to say which are not known. */
struct weigh_term_kind {
	const char *fact, *values, *means;
	enum weigh_term_type type;
};
extern const struct weigh_term_kind weigh_term_kinds[];
extern const size_t weigh_term_nkinds;

/* Every family there is, ", " between. */
extern const char weigh_term_families[];

/* May the fact have this value, as a table has it, or as one of a list?  `out` is the value
 * as a term has it.  False: `why` is to be put behind the value, `near` is the nearest known
 * word or "". */
#define WEIGH_TERM_NEAR 32
bool weigh_term_value_ok(const struct weigh_term_kind *kind, const char *value,
    size_t len, char *out, size_t size, const char **why,
    char near[WEIGH_TERM_NEAR]);

/* "> 1000000 USD, affiliates, rolling, ends": what is reached, counted over whom, when, and
 * what it does; a part that the text does not say is "". */
struct weigh_threshold {
	char op[3]; /* ">" or ">=" */
	uint64_t number;
	char currency[4];
	char scope[16];  /* product, licensee, affiliates */
	char moment[16]; /* release-date, rolling */
	char effect[16]; /* no-rights, request, paid, ends, display */
};
/* False: `value` is none, or no threshold. */
bool weigh_threshold_read(struct weigh_threshold *out, const char *value);

/* Where the numbers, places, dates and words to show that a text has differ from what the row says; what
 * the row does not know differs from nothing.  At most `room`; their number. */
struct weigh_terms_difference {
	char fact[32];
	char table[320], text[128]; /* "": it does not say */
	char clause[64];            /* the text's, or else the table's */
	uint32_t start, end; /* bytes of the file, both 0: nothing there */
};
size_t weigh_terms_compare(const struct weigh_license_terms *t,
    const struct weigh_license_result *r, struct weigh_terms_difference *out,
    size_t room);

#endif
