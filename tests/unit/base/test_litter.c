/* litter_decide: the numbers are those of litter.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/litter.h"
#include "check.h"

#define NOW 1000000
#define DAY 86400
#define OLD (NOW - DAY - 1)

static const struct row {
	const char *label;
	struct litter_facts facts;
	enum litter_verdict want;
} rows[] = {
	{ "nobody's, a day old", { .changed = NOW - DAY, .grace = DAY },
	    LITTER_TAKE },
	{ "nobody's, nearly", { .changed = NOW - DAY + 1, .grace = DAY },
	    LITTER_YOUNG },
	{ "nobody's, without grace", { .changed = NOW }, LITTER_TAKE },
	{ "from the future", { .changed = NOW + DAY, .grace = DAY },
	    LITTER_YOUNG },
	{ "from the future, without grace", { .changed = NOW + DAY },
	    LITTER_TAKE },
	{ "named", { .named = true, .changed = OLD }, LITTER_NAMED },
	{ "intended", { .intended = true, .changed = OLD }, LITTER_INTENDED },
	{ "unsure", { .unsure = true, .changed = OLD }, LITTER_UNSURE },
	{ "evidence", { .evidence = true, .changed = OLD }, LITTER_EVIDENCE },
	{ "evidence, asked for",
	    { .evidence = true, .asked = true, .changed = OLD, .grace = DAY },
	    LITTER_TAKE },
	{ "evidence, asked for too early",
	    { .evidence = true, .asked = true, .changed = NOW, .grace = DAY },
	    LITTER_YOUNG },
	{ "evidence does not wait for repositories",
	    { .evidence = true, .asked = true, .unsure = true, .changed = OLD },
	    LITTER_TAKE },
	{ "asking is about evidence only",
	    { .asked = true, .unsure = true, .changed = OLD }, LITTER_UNSURE },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct litter_facts facts = rows[i].facts;

		facts.now = NOW;
		check_u64(rows[i].label, litter_decide(&facts), rows[i].want);
	}
}

static struct litter_facts
facts_of(unsigned bits)
{
	return (struct litter_facts){
		.named = bits & 1,
		.intended = bits & 2,
		.unsure = bits & 4,
		.evidence = bits & 8,
		.asked = bits & 16,
		.changed = bits & 32 ? OLD : NOW,
		.now = NOW,
		.grace = DAY,
	};
}

/* All facts there can be. */
static void
test_what_always_holds(void **state)
{
	char label[32];

	(void)state;
	for (unsigned bits = 0; bits < 64; bits++) {
		struct litter_facts f = facts_of(bits);
		bool taken = litter_decide(&f) == LITTER_TAKE;

		snprintf(label, sizeof(label), "facts %u", bits);
		check_true(label, !(taken && (f.named || f.intended))); /* 1 */
		check_true(label, !(taken && f.unsure && !f.evidence)); /* 2 */
		check_true(label, !(taken && f.evidence && !f.asked));  /* 3 */
		check_true(label, !(taken && f.changed == NOW));        /* 4 */
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_what_always_holds),
	};

	return cmocka_run_group_tests_name("litter", tests, NULL, NULL);
}
