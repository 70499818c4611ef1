/*
 * priv: what the files that read a policy and decide by it share.  Private to proto/policy.
 *
 * A condition is compiled to a program of nodes in postfix order: terms put a truth on a
 * stack, `and`, `or` and `not` work on what lies there.  No node is named by a pointer, no
 * evaluation recurses.
 */
#ifndef PROTO_POLICY_PRIV_H
#define PROTO_POLICY_PRIV_H

#include <weigh/policy.h>

#include "../ini.h"

#define POLICY_NODES 128    /* of one condition */
#define POLICY_DEPTH 16     /* of parentheses and `not` in it */
#define POLICY_WHEN 4096    /* bytes of it */
#define POLICY_WAIVERS 4096 /* of a file */
#define POLICY_AMOUNTS 4    /* of one figure, each in its own currency */
#define POLICY_FACTS 64     /* at least weigh_term_nkinds */

/* --- the site ------------------------------------------------------------------- */

enum policy_site {
	SITE_TERRITORY,
	SITE_AUDIENCE,
	SITE_SECTOR,
	SITE_MAU,
	SITE_MUU,
	SITE_REVENUE_YEAR,
	SITE_REVENUE_MONTH,
	SITE_KEYS
};
extern const char *const weigh_policy_site_keys[SITE_KEYS];

struct policy_amount {
	uint64_t number;
	char currency[4]; /* "" of users */
};
struct policy_figure {
	struct policy_amount amounts[POLICY_AMOUNTS];
	size_t n; /* 0: not said */
};

/* Why a word is refused, and which one was likely meant, or "". */
struct policy_complaint {
	const char *why;
	char near[WEIGH_POLICY_ID];
};
/* Is it a value of this key?  Figures are read into *out. */
bool weigh_policy_site_check(enum policy_site key, struct cursor value,
    struct policy_figure *out, struct policy_complaint *bad);
/* "1000000 EUR", or without a currency. */
bool weigh_policy_amount(struct cursor text, struct policy_amount *out);
bool weigh_policy_is_money(const char *key);

/* ISO 3166-1 alpha-2. */
bool weigh_policy_is_country(const char *code, size_t len);
/* Is all of `code` (a country, EU or EEA) within `place` (likewise)? */
bool weigh_policy_within(const char *code, const char *place, size_t len);
/* Does a field of use that a license bars cover a site of this sector? */
enum weigh_truth weigh_policy_sector(const char *sector, const char *field,
    size_t len);

/* --- words ---------------------------------------------------------------------- */

/* Of ASCII. */
char weigh_policy_lower(char c);
/* Index of a word among `n`, or `n`, and `bad` has the nearest. */
size_t weigh_policy_word(struct cursor word, const char *const *names, size_t n,
    const char *why, struct policy_complaint *bad);
/* The same for a list with ", " between; false if it is not there. */
bool weigh_policy_listed(struct cursor word, const char *list, const char *why,
    struct policy_complaint *bad);

/* --- conditions ----------------------------------------------------------------- */

enum policy_op {
	OP_AND,
	OP_OR,
	OP_NOT,
	/* terms, those that say least of what made a rule hold first */
	OP_PURPOSE,
	OP_QUESTION,
	OP_REPO,
	OP_FORMAT,
	OP_SIGNED,
	OP_STATE,
	OP_CODE,
	OP_FINDING,
	OP_FAMILY,
	OP_ID,
	OP_KIND,
	OP_CONFLICT,
	OP_FACT,
	OP_THRESHOLD
};

enum policy_order {
	ORDER_LESS,
	ORDER_AT_MOST,
	ORDER_MORE,
	ORDER_AT_LEAST
};

struct policy_node {
	enum policy_op op;
	/* KIND, STATE, QUESTION, CONFLICT: the word; FACT, THRESHOLD: index of
	 * weigh_term_kinds; CONFLICT *: WEIGH_FINDINGS */
	uint32_t word;
	const char *text;      /* of all others */
	enum policy_site site; /* FACT, THRESHOLD; SITE_KEYS: text, amount */
	enum policy_order order;
	struct policy_amount amount;
};

/* Memory of strings: taken once, for all that a file can have. */
struct policy_heap {
	char *bytes;
	size_t used, size;
};
/* A copy with a NUL; NULL: no room. */
char *weigh_policy_keep(struct policy_heap *h, const char *text, size_t len);

/* A condition on its way to a program. */
struct policy_program {
	struct policy_node *nodes; /* room for POLICY_NODES */
	size_t n;
	struct policy_heap *heap;
};
struct policy_refusal {
	struct cursor word; /* what is refused */
	struct policy_complaint bad;
};
/* `when` was read, or *no says why not. */
bool weigh_policy_compile(struct policy_program *out, struct cursor when,
    struct policy_refusal *no);

/* --- the policy ----------------------------------------------------------------- */

struct policy_rule {
	char id[WEIGH_POLICY_ID];
	const char *when, *reason;
	enum weigh_ruling then;
	bool waivable;
	size_t first, nnodes; /* of weigh_policy.nodes */
	unsigned line;        /* of its `when` */
};

struct weigh_policy {
	struct weigh_oid name;
	struct policy_heap heap;
	const char *site[SITE_KEYS]; /* NULL: not said */
	struct policy_figure figures[SITE_KEYS];
	struct weigh_purpose purposes[WEIGH_POLICY_PURPOSES + 1];
	size_t npurposes;
	struct policy_rule *rules; /* by id */
	size_t nrules;
	struct policy_node *nodes;
	size_t nnodes;
	struct weigh_act *acts; /* by commit */
	size_t nacts;
};

/* --- deciding ------------------------------------------------------------------- */

/* One license of the option that is judged: a part of the record; without one nothing is
 * known of it, or there is none (`nothing`). */
struct policy_license {
	const struct weigh_record_part *part;
	bool nothing;
	const struct weigh_record_term *terms[POLICY_FACTS];
};

struct policy_view {
	const struct weigh_policy *policy;
	const struct weigh_purpose *purpose;
	const struct weigh_policy_facts *facts;
	const struct policy_license *license;
};

/* What a rule came to, and which term of it, asked of which license, made it so. */
struct policy_outcome {
	enum weigh_truth truth;
	const struct policy_node *node;
	const struct policy_license *license;
};

enum weigh_truth weigh_policy_ask(const struct policy_view *v,
    const struct policy_node *node);
/* The rule, asked of one license. */
struct policy_outcome weigh_policy_run(const struct policy_view *v,
    const struct policy_rule *rule);
/* In words. */
void weigh_policy_because(char out[WEIGH_POLICY_REASON],
    const struct policy_view *v, const struct policy_outcome *o);

#endif
