/* How many connections are worth it.  The numbers are those of pace.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check.h"
#include "fetch/pace.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define MOST 8u
#define STEP_MS 50
#define MIB (1u << 20)

/* An upstream: what one connection brings, and all together; MiB a second. */
struct upstream {
	const char *label;
	unsigned each, all;
	bool full;      /* … and the road shows it */
	unsigned width; /* after half a minute */
	unsigned most_seen;
};

static uint64_t
brings(const struct upstream *u, unsigned width)
{
	const unsigned rate = width * u->each < u->all ? width * u->each :
							 u->all;

	return (uint64_t)rate * MIB * STEP_MS / 1000;
}

/* So many ms of it, from *now on; the widest it was. */
static unsigned
pass(struct pace *p, const struct upstream *u, int64_t *now, int64_t ms)
{
	const int64_t until = *now + ms;
	unsigned most = 0;

	for (; *now < until; *now += STEP_MS) {
		const unsigned width = pace_width(p, MOST);

		most = width > most ? width : most;
		(void)pace_came(p, brings(u, width),
		    u->full && width * u->each >= u->all, MOST, *now);
	}
	return most;
}

static void
test_width(void **state)
{
	static const struct upstream rows[] = {
		{ "(1) each is held back", 10, 1000, false, 8, 8 },
		{ "(1) all are, at the second", 60, 110, false, 2, 4 },
		{ "(1) the first has all there is", 110, 110, false, 1, 2 },
		{ "(1) a fifth more is not worth it", 100, 120, false, 1, 2 },
		{ "(2) a full road", 110, 110, true, 1, 1 },
		{ "(2) full with two", 60, 110, true, 2, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pace p = { 0 };
		int64_t now = 1000;
		unsigned most = pass(&p, &rows[i], &now, 30000);

		check_u64(rows[i].label, pace_width(&p, MOST), rows[i].width);
		check_u64(rows[i].label, pace_sure(&p, MOST), rows[i].width);
		check_u64(rows[i].label, most, rows[i].most_seen);
	}
}

/* (1) What did not help is tried again after a minute; while it is, it is not sure. */
static void
test_again(void **state)
{
	static const struct upstream flat = { "", 110, 110, false, 0, 0 },
				     wide = { "", 10, 100, false, 0, 0 };
	struct pace p = { 0 };
	int64_t now = 1000;

	(void)state;
	(void)pass(&p, &flat, &now, PACE_SETTLE_MS + PACE_LOOK_MS + STEP_MS);
	check_u64("tried", pace_width(&p, MOST), 2);
	check_u64("not sure", pace_sure(&p, MOST), 1);
	(void)pass(&p, &flat, &now, 5000);
	check_u64("back", pace_width(&p, MOST), 1);
	check_u64("at rest", pass(&p, &wide, &now, PACE_REST_MS - 10000), 1);
	check_u64("again", pass(&p, &wide, &now, 30000), 8);
	check_u64("they stay", pace_sure(&p, MOST), 8);
}

/* (3) A pause is not measured: neither a slow time nor a trial that fails. */
static void
test_pause(void **state)
{
	static const struct upstream u = { "", 10, 1000, false, 0, 0 };
	struct pace p = { 0 };
	int64_t now = 1000;

	(void)state;
	for (int i = 0; i < 20; i++) {
		check_u64("too short", pass(&p, &u, &now, PACE_LOOK_MS), 1);
		now += PACE_PAUSE_MS + STEP_MS;
	}
	(void)pass(&p, &u, &now, PACE_SETTLE_MS + PACE_LOOK_MS + STEP_MS);
	check_u64("tried", pace_width(&p, MOST), 2);
	now += 20000;
	(void)pass(&p, &u, &now, PACE_SETTLE_MS + PACE_LOOK_MS + STEP_MS);
	check_u64("the pause does not count", pace_width(&p, MOST), 4);
}

static void
test_bounds(void **state)
{
	const struct pace none = { 0 }, many = { .more = 15 };

	(void)state;
	check_u64("one at least", pace_width(&none, 0), 1);
	check_u64("as many as may be", pace_width(&many, 8), 8);
	check_u64("of a smaller setting", pace_sure(&many, 3), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
