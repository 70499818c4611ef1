/*
 * policy: a site's rules, and what they say of one revision for one purpose.
 *
 * (1) All rules are evaluated, their order never matters, the strictest that holds wins:
 *     deny, then review, then allow; no rule holds: the purpose's default.
 * (2) Three values.  A condition on what is unknown or unclear is unknown, not false; a
 *     rule that says deny or review and comes out unknown counts as review; one that says
 *     allow does not count.  So a missing fact gives review, never allow.
 * (3) `none` is known: a license known to have no limit makes `threshold:mau` false.
 * (4) Of a record with several options (OR) each is judged by itself, and the best verdict
 *     is told, with its option.  Within an option every license counts: a rule is asked of
 *     each by itself; one that denies or asks for review holds if it holds of one of them,
 *     one that allows only if it holds of all.
 * (5) A waiver silences one rule for one revision until its end, unless the rule says
 *     waivable = no.  An approval turns a verdict of review, or of a hold, into allow for
 *     one revision, one purpose, one text and its terms, until its end; never a deny.
 * (6) The verdict depends on policy, record, purpose, acts and `now`: on nothing else.
 * (7) A file that is not understood as a whole is refused as a whole, with file, line and
 *     the nearest known word.
 *
 * The file is described in proto/policy/README.md.  Pure; nothing here blocks.
 */
#ifndef WEIGH_POLICY_H
#define WEIGH_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/oid.h>
#include <weigh/record.h>

#define WEIGH_POLICY_FILE (1u << 20) /* bytes of a file */
#define WEIGH_POLICY_RULES 512
#define WEIGH_POLICY_PURPOSES 32
#define WEIGH_POLICY_ID \
	64 /* bytes of a rule's or purpose's name, with its NUL */
#define WEIGH_POLICY_REASON 400 /* of a reason, with its NUL */

struct weigh_policy; /* read-only once it is read; any number of threads */

enum weigh_ruling { /* from best to strictest */
	WEIGH_RULING_ALLOW,
	WEIGH_RULING_REVIEW,
	WEIGH_RULING_DENY,
	WEIGH_RULINGS
};
/* "allow" "review" "deny" */
const char *weigh_ruling_name(enum weigh_ruling ruling);
bool weigh_ruling_parse(enum weigh_ruling *out, const char *text, size_t len);

enum weigh_question {
	WEIGH_QUESTION_USE,    /* may this site use it */
	WEIGH_QUESTION_MIRROR, /* may this mirror pass it on */
	WEIGH_QUESTIONS
};
const char *weigh_question_name(enum weigh_question question);

/* What stands if there is no file: a purpose `mirror`, everything is served, and what
 * should be known is warned about.  As text: what a site would write. */
void weigh_policy_builtin(const char **text, size_t *len);
/* `name` is for messages; the text is not needed afterwards.  WEIGH_MALFORMED by (7),
 * WEIGH_TOO_BIG, WEIGH_NOMEM. */
enum weigh_code weigh_policy_read(struct weigh_policy **out, const char *name,
    const char *text, size_t len, struct weigh_err *err);
void weigh_policy_free(struct weigh_policy *p);
/* The SHA-256 of the file's bytes: its version. */
const struct weigh_oid *weigh_policy_name(const struct weigh_policy *p);

struct weigh_purpose {
	char id[WEIGH_POLICY_ID];
	enum weigh_question question;
	enum weigh_ruling otherwise; /* when no rule holds */
	bool
	    hold; /* a review is refused until it is approved, not warned about */
};
size_t weigh_policy_purposes(const struct weigh_policy *p);
const struct weigh_purpose *weigh_policy_purpose(const struct weigh_policy *p,
    size_t i);
/* By its name; NULL: none, and err, if not NULL, names the nearest. */
const struct weigh_purpose *weigh_policy_find_purpose(const struct weigh_policy
							  *p,
    const char *id, struct weigh_err *err);
/* The purpose that the doors ask for: the first in the file whose question is mirror.
 * There always is one (a file without gets the built-in one's). */
const struct weigh_purpose *weigh_policy_door(const struct weigh_policy *p);

/* A key of [site] as the file has it, or NULL. */
const char *weigh_policy_site(const struct weigh_policy *p, const char *key);

/* --- what people decided ---------------------------------------------------------- */

enum weigh_act_kind {
	WEIGH_ACT_APPROVAL,
	WEIGH_ACT_WAIVER, /* of one rule */
	WEIGH_ACT_REVOKED /* takes the act number `revokes` back */
};
/* An approval or a waiver.  Never changed, only followed by another. */
struct weigh_act {
	int64_t number; /* rising; 0: it stands in the file */
	enum weigh_act_kind kind;
	const char *repo, *commit; /* 40 hex digits, never a branch */
	const char *rule;          /* WAIVER */
	const char *purpose;       /* APPROVAL; "" every */
	const char *by, *why, *ticket;
	int64_t at, until; /* seconds since 1970; until 0: no end */
	struct weigh_oid
	    basis; /* APPROVAL: weigh_record_basis of what was approved */
	int64_t revokes;
};
/* Waivers that stand in the file. */
size_t weigh_policy_acts(const struct weigh_policy *p);
const struct weigh_act *weigh_policy_act(const struct weigh_policy *p,
    size_t i);

/* What an approval binds to: SHA-256 of the concluded licenses, their texts' SHA-256 and
 * terms.  Another text or term is another basis. */
void weigh_record_basis(const struct weigh_record *r, struct weigh_oid *out);

/* --- the verdict -------------------------------------------------------------------- */

enum weigh_truth {
	WEIGH_FALSE,
	WEIGH_UNKNOWN,
	WEIGH_TRUE
};

/* What is known of a revision beside its license. */
struct weigh_policy_facts {
	const struct weigh_record *record;
	const char *repo, *commit;
	const char *
	    dangers; /* codes of findings of its files, blanks between, or "" */
	bool inspected;       /* else `finding:` is unknown */
	const char *signedby; /* "yes" "partly" "no", "" not known */
	const struct weigh_act *acts;
	size_t nacts;
	int64_t now; /* seconds since 1970 */
};

/* One rule, and what it came to. */
struct weigh_rule_trace {
	const char *id, *when, *reason; /* the policy's */
	enum weigh_ruling then;
	enum weigh_truth truth;
	bool counts;                    /* it is among those that decided */
	const struct weigh_act *waived; /* silenced by this, or NULL */
	/* The fact that made it so: value, clause, evidence, of which license; "" none. */
	char because[WEIGH_POLICY_REASON];
};

struct weigh_decision {
	enum weigh_ruling ruling;
	bool
	    held; /* ruling is review, and the purpose holds what is under review */
	uint32_t option; /* of the record */
	int64_t
	    until; /* the first moment at which it may change by itself; 0: never */
	const struct weigh_act
	    *approved; /* turned review into allow, or NULL */
	/* The strictest rule that counted, the first of equals by id; "" : the default. */
	const char *rule, *reason;
	char because[WEIGH_POLICY_REASON]; /* and what made it so */
};

/* Under 5 us for twenty rules.  `trace` may be NULL; else it has room for
 * weigh_policy_rules rows, which are filled for the option that was told, by id. */
void weigh_policy_decide(struct weigh_decision *out,
    const struct weigh_policy *p, const struct weigh_purpose *purpose,
    const struct weigh_policy_facts *facts, struct weigh_rule_trace *trace);
size_t weigh_policy_rules(const struct weigh_policy *p);

#endif
