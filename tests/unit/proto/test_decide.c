/* Tests of proto/decide.c; the numbers are those of include/weigh/decide.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/decide.h>

#include "check.h"

/* Every combination of the facts; (2): the same at every door. */
static const struct row {
	const char *label;
	bool known, verified, found_bad;
	enum weigh_verdict verdict;
} rows[] = {
	{ "nothing is known", false, false, false, WEIGH_REFUSE_UNKNOWN },
	{ "bad and unknown", false, false, true, WEIGH_REFUSE_UNKNOWN },
	{ "checked against nothing", false, true, false, WEIGH_REFUSE_UNKNOWN },
	{ "checked, bad, unknown", false, true, true, WEIGH_REFUSE_UNKNOWN },
	{ "not checked", true, false, false, WEIGH_REFUSE_NOT_VERIFIED },
	{ "found bad", true, false, true, WEIGH_REFUSE_BAD },
	{ "checked", true, true, false, WEIGH_ALLOW },
	{ "checked once, bad since", true, true, true, WEIGH_REFUSE_BAD },
};

static const enum weigh_door doors[] = { WEIGH_DOOR_NONE, WEIGH_DOOR_HUB,
	WEIGH_DOOR_CONTROL, WEIGH_DOOR_OCI };
#define DOORS (sizeof(doors) / sizeof(doors[0]))

static struct weigh_facts
facts_of(const struct row *r, enum weigh_door door)
{
	return (struct weigh_facts){
		.door = door,
		.digest_known = r->known,
		.digest_verified = r->verified,
		.found_bad = r->found_bad,
	};
}

static void
test_table(void **state)
{
	(void)state;
	check_u64("all combinations", sizeof(rows) / sizeof(rows[0]), 8);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t d = 0; d < DOORS; d++) {
			struct weigh_facts f = facts_of(&rows[i], doors[d]);

			check_u64(rows[i].label, weigh_decide(&f),
			    rows[i].verdict);
		}
}

/* (1), said as a rule of its own: no row without a check is allowed. */
static void
test_not_verified_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct weigh_facts f = facts_of(&rows[i], WEIGH_DOOR_HUB);

		f.digest_verified = false;
		check_true(rows[i].label, weigh_decide(&f) != WEIGH_ALLOW);
	}
}

/* (3): a sentence each, and each another one. */
static void
test_sentences(void **state)
{
	static const enum weigh_verdict all[] = { WEIGH_ALLOW,
		WEIGH_REFUSE_UNKNOWN, WEIGH_REFUSE_BAD,
		WEIGH_REFUSE_NOT_VERIFIED };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const char *text = weigh_verdict_text(all[i]);

		check_true("words", strlen(text) > 20);
		check_true("no full stop", text[strlen(text) - 1] != '.');
		for (size_t k = 0; k < i; k++)
			check_true("its own",
			    strcmp(text, weigh_verdict_text(all[k])) != 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_not_verified_is_refused),
		cmocka_unit_test(test_sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
