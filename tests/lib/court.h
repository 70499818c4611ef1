/*
 * court: a revision whose license is asked about, put together by hand, and a policy.
 *
 *	court_open(&c, "[purpose p]\n…");
 *	court_part(&c, "MIT", "permissive", "commercial = yes (para 1); redistribution = yes");
 *	court_decide(&c, "p");
 *	check_u64("allowed", c.decision.ruling, WEIGH_RULING_ALLOW);
 *	court_close(&c);
 */
#ifndef TESTS_COURT_H
#define TESTS_COURT_H

#include <weigh/policy.h>

#define COURT_PARTS 8
#define COURT_TERMS 40
#define COURT_TEXT 16384
#define COURT_RULES 64
#define COURT_COMMIT "0123456789abcdef0123456789abcdef01234567"

struct court {
	struct weigh_policy *policy;
	struct weigh_record record; /* of org/name, state text, without parts */
	struct weigh_record_part parts[COURT_PARTS];
	struct weigh_record_term terms[COURT_PARTS][COURT_TERMS];
	struct weigh_record_finding findings[COURT_PARTS];
	char text[COURT_TEXT];
	size_t used;
	struct weigh_policy_facts facts; /* now: 1000 */
	struct weigh_decision decision;
	struct weigh_rule_trace trace[COURT_RULES];
};

/* Opens with the text of a policy; the test fails if it is refused. */
void court_open(struct court *c, const char *policy);
void court_close(struct court *c);

/* A license that applies.  `terms` are "fact = value (clause)" with ';' between. */
struct weigh_record_part *court_part(struct court *c, const char *id,
    const char *family, const char *terms);
/* A copy of text that lives as long as the court. */
const char *court_keep(struct court *c, const char *text);
void court_finding(struct court *c, enum weigh_finding finding);

/* Decides with a trace, and without, which must say the same. */
void court_decide(struct court *c, const char *purpose);
/* What a rule came to. */
const struct weigh_rule_trace *court_rule(const struct court *c,
    const char *id);

#endif
