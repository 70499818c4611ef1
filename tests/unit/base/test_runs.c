/* Tests of daemon/base/runs.h: each step against a set kept number by number. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "base/runs.h"

#define NUMBERS 64
#define STEPS 4000

static void
compare(const struct runs *r, const bool *want)
{
	uint64_t total = 0;

	for (uint64_t at = 0; at < NUMBERS; at++) {
		uint64_t end = at, next = at;

		while (end < NUMBERS && want[end])
			end++;
		while (next < NUMBERS && !want[next])
			next++;
		check_u64("where a run ends", runs_end(r, at), end);
		check_u64("the next", runs_next(r, at),
		    next < NUMBERS ? next : UINT64_MAX);
		total += want[at];
	}
	check_u64("how many", runs_total(r), total);
	for (size_t i = 1; i < r->n; i++)
		check_true("(1) none touch", r->v[i - 1].end < r->v[i].first);
}

static void
test_like_a_set(void **state)
{
	struct runs r = { 0 };
	bool want[NUMBERS] = { false };
	uint32_t dice = 1;

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		uint64_t first, end;
		bool add;

		dice = dice * 1664525 + 1013904223;
		first = dice >> 26;
		end = first + (dice >> 16 & 15);
		add = (dice >> 12 & 3) != 0;
		if (end > NUMBERS)
			end = NUMBERS;
		check_true("memory",
		    add ? runs_add(&r, first, end) :
			  runs_remove(&r, first, end));
		for (uint64_t n = first; n < end; n++)
			want[n] = add;
		if (i % 100 == 0)
			(void)runs_remove(&r, 0, NUMBERS / 2);
		if (i % 100 == 0)
			memset(want, 0, sizeof(want) / 2);
		compare(&r, want);
	}
	runs_free(&r);
	compare(&r, (bool[NUMBERS]){ false });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_like_a_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
