/* court: see court.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "court.h"

static const char *
keep(struct court *c, const char *text, size_t len)
{
	char *out = c->text + c->used;

	assert_true(c->used + len < COURT_TEXT);
	memcpy(out, text, len);
	out[len] = '\0';
	c->used += len + 1;
	return out;
}

const char *
court_keep(struct court *c, const char *text)
{
	return keep(c, text, strlen(text));
}

void
court_open(struct court *c, const char *policy)
{
	struct weigh_err err = { 0 };

	memset(c, 0, sizeof(*c));
	if (weigh_policy_read(&c->policy, "t", policy, strlen(policy), &err) !=
	    WEIGH_OK)
		fail_msg("%s (%s)", err.why, err.fix);
	c->record = (struct weigh_record){ .repo = "org/name",
		.commit = COURT_COMMIT,
		.license_name = "",
		.formats = "",
		.state = WEIGH_STATE_TEXT,
		.declared = "",
		.detected = "",
		.concluded = "",
		.family = "",
		.noptions = 1,
		.parts = c->parts,
		.findings = c->findings };
	c->facts = (struct weigh_policy_facts){ .record = &c->record,
		.repo = "org/name",
		.commit = COURT_COMMIT,
		.dangers = "",
		.signedby = "",
		.now = 1000 };
}

void
court_close(struct court *c)
{
	weigh_policy_free(c->policy);
}

static void
take_term(struct court *c, struct weigh_record_term *t, const char *text,
    size_t len)
{
	const char *equals = memchr(text, '=', len);
	const char *clause = memchr(text, '(', len);
	const char *end = clause != NULL ? clause - 1 : text + len;

	assert_non_null(equals);
	t->fact = keep(c, text, (size_t)(equals - 1 - text));
	t->value = keep(c, equals + 2, (size_t)(end - equals - 2));
	t->clause = clause == NULL ?
	    "" :
	    keep(c, clause + 1, (size_t)(text + len - clause - 2));
	t->evidence = "text";
}

struct weigh_record_part *
court_part(struct court *c, const char *id, const char *family,
    const char *terms)
{
	struct weigh_record_part *p = &c->parts[c->record.nparts];

	assert_true(c->record.nparts < COURT_PARTS);
	*p = (struct weigh_record_part){ .id = id,
		.name = "",
		.family = family,
		.from = "",
		.why = "text",
		.path = "LICENSE",
		.kind = WEIGH_LICENSE_EXACT,
		.options = 1,
		.terms = c->terms[c->record.nparts++] };
	c->record.concluded = id;
	while (*terms != '\0') {
		size_t len = strcspn(terms, ";");

		assert_true(p->nterms < COURT_TERMS);
		take_term(c, &p->terms[p->nterms++], terms, len);
		terms += len;
		terms += strspn(terms, "; ");
	}
	return p;
}

void
court_finding(struct court *c, enum weigh_finding finding)
{
	assert_true(c->record.nfindings < COURT_PARTS);
	c->findings[c->record.nfindings++] = (struct weigh_record_finding){
		.finding = finding,
		.what = "so it is",
		.clause = "3",
		.path = "",
		.from = "",
	};
}

void
court_decide(struct court *c, const char *purpose)
{
	const struct weigh_purpose *p = weigh_policy_find_purpose(c->policy,
	    purpose, NULL);
	struct weigh_decision bare;

	assert_non_null(p);
	assert_true(weigh_policy_rules(c->policy) <= COURT_RULES);
	memset(&bare, 0xff, sizeof(bare));
	memset(&c->decision, 0, sizeof(c->decision));
	weigh_policy_decide(&bare, c->policy, p, &c->facts, NULL);
	weigh_policy_decide(&c->decision, c->policy, p, &c->facts, c->trace);
	check_u64("ruling", bare.ruling, c->decision.ruling);
	check_u64("held", bare.held, c->decision.held);
	check_u64("option", bare.option, c->decision.option);
	check_u64("until", (uint64_t)bare.until, (uint64_t)c->decision.until);
	check_true("approved", bare.approved == c->decision.approved);
	check_str("rule", bare.rule, c->decision.rule);
	check_str("reason", bare.reason, c->decision.reason);
	check_str("because", bare.because, c->decision.because);
}

const struct weigh_rule_trace *
court_rule(const struct court *c, const char *id)
{
	for (size_t i = 0; i < weigh_policy_rules(c->policy); i++)
		if (strcmp(c->trace[i].id, id) == 0)
			return &c->trace[i];
	fail_msg("no rule %s", id);
	return NULL;
}
