/* What pace.h decides: hours, rate and rest, waiting, stepping aside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check.h"
#include "upkeep/pace.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define DAY 86400
#define MIB ((uint64_t)1 << 20)
#define TIB ((uint64_t)1 << 40)

static const struct hours_row {
	const char *text;
	bool ok;
	unsigned count;
	const char *open; /* one mark an hour */
} hours[] = {
	{ "0-24", true, 24, "xxxxxxxxxxxxxxxxxxxxxxxx" },
	{ "22-6", true, 8, "xxxxxx................xx" },
	{ "9-17", true, 8, ".........xxxxxxxx......." },
	{ "23-24", true, 1, ".......................x" },
	{ "08-09", true, 1, "........x..............." },
	{ "23-1", true, 2, "x......................x" },
	{ "", false, 0, NULL },
	{ "0", false, 0, NULL },
	{ "0-", false, 0, NULL },
	{ "-6", false, 0, NULL },
	{ "6-6", false, 0, NULL },
	{ "24-6", false, 0, NULL },
	{ "22-0", false, 0, NULL }, /* 22-24 says it */
	{ "0-25", false, 0, NULL },
	{ "100-6", false, 0, NULL },
	{ "0-240", false, 0, NULL },
	{ "1-2 ", false, 0, NULL },
	{ " 1-2", false, 0, NULL },
	{ "1:30-2", false, 0, NULL },
	{ "+1-2", false, 0, NULL },
};

static void
test_hours(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hours); i++) {
		const struct hours_row *row = &hours[i];
		struct pace_hours h;

		check_u64(row->text, pace_hours_parse(row->text, &h), row->ok);
		if (!row->ok)
			continue;
		check_u64(row->text, pace_hours_count(&h), row->count);
		for (unsigned hour = 0; hour < 24; hour++)
			check_u64(row->text, pace_hours_open(&h, hour),
			    row->open[hour] == 'x');
	}
}

static const struct plan_row {
	const char *label;
	unsigned days;
	uint64_t rate;
	struct pace_hours hours;
	uint64_t bytes;
	uint64_t least, most; /* of the rate */
	int64_t rest_least, rest_most;
	bool late;
} plans[] = {
	{ "nothing is held", 7, 0, { 0, 24 }, 0, PACE_LEAST, PACE_LEAST, 544320,
	    544320, false },
	{ "a small store is read at the least rate", 7, 0, { 0, 24 }, 8 * MIB,
	    PACE_LEAST, PACE_LEAST, 544200, 544320, false },
	{ "a large one never rests", 7, 0, { 0, 24 }, 100 * TIB,
	    100 * TIB / 544320, 100 * TIB / 544000, 0, 1000, false },
	{ "half the hours, twice the rate", 7, 0, { 20, 8 }, 100 * TIB,
	    200 * TIB / 544320, 200 * TIB / 544000, 0, 1000, false },
	{ "a rate that was said", 7, 100 * MIB, { 0, 24 }, TIB, 100 * MIB,
	    100 * MIB, 533000, 534000, false },
	{ "a rate too small to be round", 7, MIB, { 0, 24 }, TIB, MIB, MIB, 0,
	    0, true },
	{ "small hours make it late", 7, 2 * MIB, { 3, 4 }, TIB / 8, 2 * MIB,
	    2 * MIB, 0, 0, true },
	{ "off", 0, 0, { 0, 24 }, TIB, 0, 0, 0, 0, false },
	{ "the longest", 3650, 0, { 0, 24 }, UINT64_MAX, 1, UINT64_MAX, 0, 1000,
	    false },
	{ "one byte a second", 1, 1, { 0, 1 }, UINT64_MAX, 1, 1, 0, 0, true },
};

static void
test_plan(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(plans); i++) {
		const struct plan_row *row = &plans[i];
		const struct pace_settings s = { row->days, row->rate,
			row->hours };
		struct pace_plan p = pace_make_plan(&s, row->bytes);

		check_true(row->label, p.rate >= row->least);
		check_true(row->label, p.rate <= row->most);
		check_true(row->label, p.rest >= row->rest_least);
		check_true(row->label, p.rest <= row->rest_most);
		check_u64(row->label, p.late, row->late);
	}
}

/* The promise itself: reading begins after the rest and takes bytes / rate, of
 * the open hours only; then no byte is older than the days. */
static void
test_promise(void **state)
{
	static const struct pace_hours windows[] = { { 0, 24 }, { 22, 6 },
		{ 3, 4 } };

	(void)state;
	for (unsigned days = 1; days <= 365; days += 13)
		for (uint64_t bytes = 1; bytes < 1000 * TIB; bytes *= 3)
			for (size_t w = 0; w < COUNT(windows); w++) {
				const struct pace_settings s = { days, 0,
					windows[w] };
				struct pace_plan p = pace_make_plan(&s, bytes);
				uint64_t takes = bytes / p.rate * 24 /
				    pace_hours_count(&windows[w]);

				check_true("not late", !p.late);
				check_true("within the days",
				    (uint64_t)p.rest + takes <=
					(uint64_t)days * DAY);
			}
}

static const struct due_row {
	const char *label;
	int64_t rest, checked, now;
	bool due;
} dues[] = {
	{ "never read", 1000, 0, 5000, true },
	{ "written, never read", 1000, -4999, 5000, true },
	{ "just read", 1000, 5000, 5000, false },
	{ "not yet", 1000, 4001, 5000, false },
	{ "now", 1000, 4000, 5000, true },
	{ "no rest", 0, 5000, 5000, true },
	{ "read in the future", 1000, 9000, 5000, false },
	{ "the clock is at 1970", 1000, 1700000000, 5, false },
	{ "after 2038", 1000, 1700000000, INT64_C(4102444800), true },
};

static void
test_due(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(dues); i++) {
		const struct pace_plan plan = { .rest = dues[i].rest };

		check_u64(dues[i].label,
		    pace_is_due(&plan, dues[i].checked, dues[i].now),
		    dues[i].due);
	}
}

static const struct wait_row {
	const char *label;
	uint64_t rate, bytes, elapsed, want;
} waits[] = {
	{ "nothing read", MIB, 0, 0, 0 },
	{ "half a second ahead", 2 * MIB, MIB, 0, 500000000 },
	{ "on time", 2 * MIB, MIB, 500000000, 0 },
	{ "behind", 2 * MIB, MIB, 900000000, 0 },
	{ "whole seconds", MIB, 3 * MIB, 1000000000, 2000000000 },
	{ "never more than a minute", 1, 262144, 0, UINT64_C(60000000000) },
	{ "nor for hours", 1, UINT64_MAX, 0, UINT64_C(60000000000) },
	{ "full speed", PACE_FULL, UINT64_MAX, 0, 0 },
};

static void
test_wait(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(waits); i++)
		check_u64(waits[i].label,
		    pace_wait(waits[i].rate, waits[i].bytes, waits[i].elapsed),
		    waits[i].want);
}

static const struct busy_row {
	const char *label;
	unsigned heavy;
	uint64_t before, now, ms;
	bool busy;
} busies[] = {
	{ "quiet", 0, 0, 0, 1000, false },
	{ "a long job", 1, 0, 0, 1000, true },
	{ "a few answers", 0, 5 * MIB, 6 * MIB, 1000, false },
	{ "a download", 0, 5 * MIB, 105 * MIB, 1000, true },
	{ "the same over a minute", 0, 5 * MIB, 105 * MIB, 60000, false },
	{ "no time passed", 0, 0, 1000, 0, false },
	{ "the counter began anew", 0, 500 * MIB, 0, 1000, false },
};

static void
test_busy(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(busies); i++) {
		const struct busy_row *row = &busies[i];
		const struct pace_load before = { 0, row->before };
		const struct pace_load now = { row->heavy, row->now };

		check_u64(row->label, pace_is_busy(&before, &now, row->ms),
		    row->busy);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_promise),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_busy),
	};

	return cmocka_run_group_tests_name("upkeep pace", tests, NULL, NULL);
}
