/*
 * conclude: what the steps from evidence to conclusion share.  Private to proto/license.
 *
 * conclude.c calls them in this order:
 *   own        which texts decide, what is declared; the model's own parts
 *   terms      what each of those demands, as its row and its text say it
 *   base       what bases add
 *   conflict   where the own license grants what a base restricts
 *   find       what else has to be said
 * What goes wrong for lack of memory is noted once, in `failed`; each step may go on.
 */
#ifndef PROTO_LICENSE_CONCLUDE_H
#define PROTO_LICENSE_CONCLUDE_H

#include "record_rows.h"

#define CONCLUDE_NONE "NONE"                /* no grant */
#define CONCLUDE_NOTHING_SAID "NOASSERTION" /* cannot be told */

/* --- conclude_expr.c: what an expression leaves to choose ------------------------------- */

/* One OR of ANDs: option i has part k where bit k of mask[i] is set. */
struct choice {
	uint32_t mask[WEIGH_RECORD_OPTIONS];
	uint32_t n; /* at least 1 */
};

/* No license: all that is AND-ed to it stays as it is. */
struct choice choice_empty(void);
struct choice choice_of(uint32_t part);
/* With more options than there is room for, all have to be kept at once. */
void choice_and(struct choice *into, const struct choice *more);
void choice_or(struct choice *into, const struct choice *more);
uint32_t choice_all(const struct choice *c);

/* What each id of an expression stands for is asked of `id`.  False: it is none. */
bool choice_read(struct choice *out, const char *expression,
    struct choice (*id)(void *arg, const char *id), void *arg);

/* --- what the steps work on ------------------------------------------------------------- */

/* What a text is good for. */
enum conclude_use {
	CONCLUDE_UNUSED,
	CONCLUDE_DECIDES, /* the license is what it says */
	CONCLUDE_POLICY,  /* a policy of acceptable use */
	CONCLUDE_POINTS,  /* it names a license, and is none */
	CONCLUDE_BESIDE, /* about code or data, or a more exact file is there */
	CONCLUDE_CARD,   /* found in README.md */
};

struct conclude {
	struct weigh_record *r;
	const struct weigh_record *const *bases;
	const struct weigh_terms *const *tables;
	size_t ntables;
	struct choice choice; /* of r->parts */
	uint32_t nown;        /* these come first in r->parts */
	uint8_t use[WEIGH_RECORD_TEXTS];
	uint32_t parts_of[WEIGH_RECORD_TEXTS]; /* that DECIDES, as bits */
	bool failed;                           /* no memory */
};

/* --- conclude_say.c ------------------------------------------------------------------------ */

/* One more reason; those there is no room for are not told. */
void conclude_say(struct conclude *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* One more finding, about a part or NULL: its path, base and text; `clause` may be "".
 * NULL: no room; what is found twice in the same words is told once. */
struct weigh_record_finding *conclude_find(struct conclude *c,
    enum weigh_finding finding, const struct weigh_record_part *p,
    const char *clause, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* The part of this id and base, which is added if it is not there; its index.  When there
 * is no room any more it is one that says NOASSERTION, so that nothing is lost silently. */
uint32_t conclude_part(struct conclude *c, const char *id, const char *from);
/* The row of an id, the caller's; NULL: there is none. */
struct weigh_license_terms *conclude_row(struct conclude *c, const char *id);
/* Is this the policy of acceptable use of some license? */
bool conclude_is_policy(struct conclude *c, const char *id);
/* The term of a fact, or NULL: not known. */
const struct weigh_record_term *conclude_term(const struct weigh_record_part *p,
    const char *fact);
/* Is `word` in a list with ", " between, case ignored? */
bool conclude_lists(const char *list, const char *word);
/* Are both the same license, as far as a tag can tell: -only, -or-later, another name? */
bool conclude_same(struct conclude *c, const char *a, const char *b);
/* Parts of `mask` as an expression, AND between; the record's. */
const char *conclude_expression(struct conclude *c, const struct choice *choice,
    bool own);

/* --- the steps --------------------------------------------------------------------------- */

void conclude_own(struct conclude *c);
void conclude_terms(struct conclude *c);
void conclude_base(struct conclude *c);
void conclude_conflict(struct conclude *c);
void conclude_findings(struct conclude *c);

/* --- conclude_tags.c: what is declared ---------------------------------------------------- */

/* The expression of what the strongest source declares, or "". */
const char *conclude_declared(struct conclude *c);
/* Parts of what is declared, where no text decides: is any license known by it? */
bool conclude_by_tag(struct conclude *c);
/* Does any claim name a license? */
bool conclude_tagged(struct conclude *c);
/* Findings where claims and the parts [0, nown) do not agree. */
void conclude_disagree(struct conclude *c);

/* --- conclude_base.c ----------------------------------------------------------------------- */

/* Does it demand more of what is made from it than to keep notices, as far as is known? */
bool conclude_flows(const struct weigh_record_part *p);

#endif
