/* Acts and decisions on their way through journal and catalog: the numbers are those of
 * gate/acts.h.  Acts that are killed half-way stand in test_turns.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "check.h"
#include "gate/acts.h"
#include "gatehouse.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct gatehouse_file files[] = {
	{ .path = "README.md", .text = "hello" },
};

struct scene {
	struct gatehouse g;
	char hex[WEIGH_GITID_HEX + 1]; /* acme/demo's main */
	struct weigh_gitid commit;
};

static int
setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct gate_publication p;

	if (s == NULL)
		return -1;
	gatehouse_make(&s->g);
	check_code("publish",
	    gatehouse_publish(&s->g, &p, "acme/demo", "main", files, 1, NULL),
	    WEIGH_OK);
	s->commit = p.commit;
	weigh_gitid_hex(&p.commit, s->hex);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	gatehouse_remove(&s->g);
	free(s);
	return 0;
}

static struct weigh_act
approval(const struct scene *s)
{
	return (struct weigh_act){
		.kind = WEIGH_ACT_APPROVAL,
		.repo = "acme/demo",
		.commit = s->hex,
		.rule = "",
		.purpose = "mirror",
		.by = "alice",
		.why = "read by counsel",
		.ticket = "LEGAL-7",
	};
}

static enum weigh_code
act(struct scene *s, struct weigh_act *a, struct weigh_err *err)
{
	weigh_err_clear(err);
	return gate_act(s->g.gate, s->g.reader, a, err);
}

/* Who may act is asked elsewhere; what can be an act, here. */
static void
test_refused(void **state)
{
	struct scene *s = *state;
	struct weigh_act a, none = approval(s);
	char longer[GATE_ACT_WHY + 2];
	struct weigh_err err;

	a = none, a.why = " \t";
	check_code("no reason", act(s, &a, &err), WEIGH_USAGE);
	check_has("words", err.why, "no reason");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	a = none, a.why = longer;
	check_code("a novel", act(s, &a, &err), WEIGH_USAGE);
	a = none, a.by = "\xff";
	check_code("not UTF-8", act(s, &a, &err), WEIGH_USAGE);
	a = none, a.commit = "main";
	check_code("a branch", act(s, &a, &err), WEIGH_USAGE);
	a = none, a.repo = "acme/other";
	check_code("not held", act(s, &a, &err), WEIGH_NOT_FOUND);
	a = none, a.until = 1;
	check_code("over", act(s, &a, &err), WEIGH_USAGE);
	a = none, a.kind = WEIGH_ACT_WAIVER;
	check_code("of no rule", act(s, &a, &err), WEIGH_USAGE);
	a = none, a.kind = WEIGH_ACT_REVOKED, a.revokes = 1;
	check_code("what is not there", act(s, &a, &err), WEIGH_NOT_FOUND);
	check_u64("nothing was journaled",
	    gatehouse_journal(&s->g, "alice", "acme/demo"), 0);
	check_u64("nor kept",
	    (uint64_t)gatehouse_number(&s->g,
		"SELECT (SELECT count(*) FROM acts) +"
		" (SELECT count(*) FROM intents)"),
	    0);
}

/* (2) Taken back is another act; only once. */
static void
test_revoked(void **state)
{
	struct scene *s = *state;
	struct weigh_act given = approval(s), back = approval(s), again;
	struct weigh_err err;

	check_code("approved", act(s, &given, &err), WEIGH_OK);
	check_true("numbered", given.number > 0);
	check_true("dated", given.at > 0);
	check_u64("journaled", gatehouse_journal(&s->g, "\"approve\"", "alice"),
	    1);
	back.kind = WEIGH_ACT_REVOKED;
	back.revokes = given.number;
	check_code("revoked", act(s, &back, &err), WEIGH_OK);
	check_true("later", back.number > given.number);
	again = back;
	check_code("twice", act(s, &again, &err), WEIGH_EXISTS);
	again.revokes = back.number;
	check_code("a revocation", act(s, &again, &err), WEIGH_NOT_FOUND);
	check_u64("both stay",
	    (uint64_t)gatehouse_number(&s->g, "SELECT count(*) FROM acts"), 2);
}

static struct catalog_decision
decision(const struct scene *s, enum weigh_ruling ruling, bool held,
    const char *rule)
{
	return (struct catalog_decision){
		.repo = { WEIGH_MODEL, "acme/demo" },
		.commit = s->commit,
		.purpose = "mirror",
		.ruling = ruling,
		.held = held,
		.option = 1,
		.rule = rule,
		.reason = "r",
		.because = "b",
		.policy = gatehouse_oid(&files[0]),
		.record = gatehouse_oid(&files[0]),
		.approved = 3,
		.at = 1000,
		.until = 2000,
	};
}

static void
make_again(struct gatehouse *g)
{
	static const char *const parts[] = { "catalog.db", "catalog.db-wal",
		"catalog.db-shm" };

	gatehouse_shut(g);
	for (size_t i = 0; i < COUNT(parts); i++)
		(void)unlinkat(g->dir.fd, parts[i], 0);
	gatehouse_start(g);
}

/* (1), (3): all acts come back as they were, and the decisions that turned something. */
static void
test_made_again(void **state)
{
	static const char all[] =
	    "SELECT number, act, name, hex(git), rule, purpose, by, why, ticket,"
	    " at, until, hex(basis), revokes FROM acts ORDER BY number";
	static const char decided[] =
	    "SELECT name, hex(git), purpose, ruling, held, option, rule, reason,"
	    " because, hex(policy), hex(record), approved, at, until"
	    " FROM decisions WHERE rule <> 'b' ORDER BY id";
	struct scene *s = *state;
	const struct catalog_decision decisions[] = {
		decision(s, WEIGH_RULING_REVIEW, true, "a"),
		decision(s, WEIGH_RULING_REVIEW, true, "b"),
		decision(s, WEIGH_RULING_DENY, false, "c"),
	};
	struct weigh_act given = approval(s), waived = approval(s);
	struct weigh_buf before[2], after[2];
	struct weigh_err err;

	waived.kind = WEIGH_ACT_WAIVER;
	waived.rule = "no-gpl";
	waived.purpose = "";
	waived.until = INT64_C(4000000000);
	check_code("approved", act(s, &given, &err), WEIGH_OK);
	check_code("waived", act(s, &waived, &err), WEIGH_OK);
	check_code("decided", gate_decided(s->g.gate, decisions, 3, &err),
	    WEIGH_OK);
	check_code("the same again",
	    gate_decided(s->g.gate, &decisions[2], 1, &err), WEIGH_OK);
	check_u64("two turned something",
	    gatehouse_journal(&s->g, "\"decide\"", "acme/demo"), 2);
	for (int i = 0; i < 2; i++) {
		weigh_buf_init(&before[i], 1 << 16);
		weigh_buf_init(&after[i], 1 << 16);
		gatehouse_ask(&s->g, &before[i], i == 0 ? all : decided);
	}
	make_again(&s->g);
	for (int i = 0; i < 2; i++) {
		gatehouse_ask(&s->g, &after[i], i == 0 ? all : decided);
		check_true("there were some", before[i].len > 0);
		check_str("as before", after[i].data, before[i].data);
		weigh_buf_free(&before[i]);
		weigh_buf_free(&after[i]);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_revoked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_made_again, setup,
		    teardown),
	};

	return cmocka_run_group_tests_name("gate acts", tests, NULL, NULL);
}
