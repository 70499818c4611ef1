/* Tests of proto/budget.c: when to ask again, and how fast. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <weigh/budget.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define US INT64_C(1000000)

/* --- what upstream says -------------------------------------------------- */

/* Sun, 06 Nov 1994 08:49:37 GMT */
#define NOW INT64_C(784111777)

static const struct retry {
	const char *text;
	int64_t want;
} retries[] = {
	{ "0", 0 },
	{ "120", 120 },
	{ "86400", 86400 },
	{ "86401", 86400 }, /* (2) */
	{ "9223372036854775807", 86400 },
	{ "99999999999999999999", -1 },
	{ "", -1 },
	{ "-1", -1 },
	{ "1.5", -1 },
	{ "01", -1 },
	{ "1 ", -1 },
	{ "soon", -1 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", 0 },
	{ "Sun, 06 Nov 1994 08:50:37 GMT", 60 },
	{ "Sun, 06 Nov 1994 08:48:37 GMT", 0 },
	{ "Tue, 08 Nov 1994 08:49:37 GMT", 86400 },
	{ "Fri, 31 Dec 9999 23:59:59 GMT", 86400 },
	{ "Sun, 06 Nov 1994", -1 },
};

static void
test_retry_after(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(retries); i++)
		check_u64(retries[i].text,
		    (uint64_t)
			weigh_retry_after((struct weigh_span){ retries[i].text,
					      strlen(retries[i].text) },
			    NOW),
		    (uint64_t)retries[i].want);
}

static const struct limit {
	const char *text;
	int64_t left, reset;
} limits[] = {
	{ "\"api\";r=0;t=55", 0, 55 },
	{ "\"api\"; r=12 ; t=3", 12, 3 },
	{ "\"api\";t=3;r=12", 12, 3 },
	{ "\"api\";r=5", 5, -1 },
	{ "\"api\";t=5", -1, -1 },
	{ "\"a\";r=9;t=1, \"b\";r=2;t=7", 2, 7 },
	{ "\"a\";r=2;t=7,\"b\";r=9;t=1", 2, 7 },
	{ "\"api\";x=1;r=4;y;t=6", 4, 6 },
	{ "\"api\";r=1;t=999999", 1, 86400 }, /* (2) */
	{ "\"api\";r=-1;t=6", -1, -1 },
	{ "\"api\";r=x", -1, -1 },
	{ "", -1, -1 },
	{ ",,;;,", -1, -1 },
	{ "100", -1, -1 },
};

static void
test_ratelimit(void **state)
{
	int64_t left, reset;

	(void)state;
	for (size_t i = 0; i < COUNT(limits); i++) {
		const struct limit *l = &limits[i];

		weigh_ratelimit((struct weigh_span){ l->text, strlen(l->text) },
		    &left, &reset);
		check_u64(l->text, (uint64_t)left, (uint64_t)l->left);
		check_u64(l->text, (uint64_t)reset, (uint64_t)l->reset);
	}
}

static void
test_backoff(void **state)
{
	static const struct {
		const char *label;
		unsigned losses;
		uint32_t least, most;
	} rows[] = {
		{ "first", 1, 500, 1000 },
		{ "second", 2, 1000, 2000 },
		{ "third", 3, 2000, 4000 },
		{ "seventh", 7, 30000, 60000 },
		{ "of a million", 1000000, 30000, 60000 },
		{ "none yet", 0, 500, 1000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		check_u64(rows[i].label,
		    weigh_backoff_ms(rows[i].losses, 1000, 60000, 0),
		    rows[i].most);
		check_u64(rows[i].label,
		    weigh_backoff_ms(rows[i].losses, 1000, 60000, UINT32_MAX),
		    rows[i].least);
	}
	check_u64("the largest", weigh_backoff_ms(9, UINT32_MAX, UINT32_MAX, 0),
	    UINT32_MAX);
}

/* --- how fast ------------------------------------------------------------ */

static void
test_a_bucket(void **state)
{
	struct weigh_bucket b;

	(void)state;
	weigh_bucket_init(&b, 1000, 100, 0);
	check_u64("full", (uint64_t)weigh_bucket_wait(&b, 0), 0);
	weigh_bucket_take(&b, 100, 0);
	check_u64("empty, nothing owed", (uint64_t)weigh_bucket_wait(&b, 0), 0);
	weigh_bucket_take(&b, 500, 0);
	check_u64("half a second owed", (uint64_t)weigh_bucket_wait(&b, 0),
	    500001);
	check_u64("a part paid", (uint64_t)weigh_bucket_wait(&b, 200000),
	    300001);
	check_u64("paid", (uint64_t)weigh_bucket_wait(&b, 500001), 0);
	weigh_bucket_take(&b, 100, 100 * US);
	check_u64("a long rest gives the burst, no more (4)",
	    (uint64_t)weigh_bucket_wait(&b, 100 * US), 0);
	weigh_bucket_take(&b, 1, 100 * US);
	check_true("then it is owed", weigh_bucket_wait(&b, 100 * US) > 0);
}

static void
test_a_bucket_without_bounds(void **state)
{
	struct weigh_bucket b;

	(void)state;
	weigh_bucket_init(&b, 0, 0, 0);
	weigh_bucket_take(&b, UINT64_MAX, 0);
	check_u64("any rate", (uint64_t)weigh_bucket_wait(&b, 0), 0);
	weigh_bucket_init(&b, UINT64_MAX, 0, 0);
	weigh_bucket_take(&b, UINT64_C(1) << 40, 0);
	check_true("a rate past all", weigh_bucket_wait(&b, 0) < 2 * US);
	weigh_bucket_init(&b, 1, 0, 0);
	weigh_bucket_take(&b, UINT64_C(1) << 60, 0);
	check_u64("a debt for ever (2)", (uint64_t)weigh_bucket_wait(&b, 0),
	    (uint64_t)(WEIGH_WAIT_MAX * US));
}

static void
test_another_rate(void **state)
{
	struct weigh_bucket b;

	(void)state;
	weigh_bucket_init(&b, 100, 10, 0);
	weigh_bucket_take(&b, 1010, 0);
	check_u64("10 s owed", (uint64_t)weigh_bucket_wait(&b, 0), 10 * US + 1);
	weigh_bucket_set(&b, 1000, 100, 5 * US);
	check_u64("the rest by the new rate",
	    (uint64_t)weigh_bucket_wait(&b, 5 * US), US / 2 + 1);
	weigh_bucket_set(&b, 0, 0, 5 * US);
	check_u64("none any more", (uint64_t)weigh_bucket_wait(&b, 5 * US), 0);
	weigh_bucket_set(&b, 50, 5, 6 * US);
	check_u64("one again: begins full",
	    (uint64_t)weigh_bucket_wait(&b, 6 * US), 0);
}

/* (4): a taker that is always there gets the rate, whatever the steps of its clock. */
static void
test_a_bucket_over_a_while(void **state)
{
	static const int64_t steps[] = { 1, 7, 999, 1001, 250000, 3 * US };

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct weigh_bucket b;
		uint64_t got = 0;
		int64_t now = 0, end = steps[i] < 1000 ? US / 20 : 30 * US;

		weigh_bucket_init(&b, 123456, 1000, 0);
		for (; now < end; now += steps[i])
			while (weigh_bucket_wait(&b, now) == 0) {
				weigh_bucket_take(&b, 100, now);
				got += 100;
			}
		check_true("not more",
		    (double)got <= 123456.0 * (double)end / 1e6 + 1000 + 100);
		if (steps[i] <= 1001) /* else the burst is all there is */
			check_true("not less",
			    (double)got >= 123456.0 * (double)end / 1e6);
	}
}

static void
test_nights(void **state)
{
	static const struct {
		unsigned from, until, hour;
		bool night;
	} rows[] = {
		{ 22, 6, 22, true },
		{ 22, 6, 23, true },
		{ 22, 6, 0, true },
		{ 22, 6, 5, true },
		{ 22, 6, 6, false },
		{ 22, 6, 21, false },
		{ 1, 5, 1, true },
		{ 1, 5, 4, true },
		{ 1, 5, 5, false },
		{ 1, 5, 0, false },
		{ 0, 24, 0, true },
		{ 0, 24, 23, true },
		{ 0, 0, 0, false },
		{ 7, 7, 7, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_true("night",
		    weigh_night(rows[i].from, rows[i].until, rows[i].hour) ==
			rows[i].night);
}

/* --- how often ----------------------------------------------------------- */

static void
test_a_window(void **state)
{
	struct weigh_budget b;
	int64_t now = 1000, wait;

	(void)state;
	weigh_budget_init(&b, 3000, 300);
	for (unsigned i = 0; i < 3000; i++)
		check_u64("within", (uint64_t)weigh_budget_ask(&b, now), 0);
	wait = weigh_budget_ask(&b, now);
	check_true("then it waits for the window", wait >= 300 && wait <= 310);
	check_true("not yet", weigh_budget_ask(&b, now + 290) > 0);
	check_u64("again", (uint64_t)weigh_budget_ask(&b, now + wait), 0);
}

static void
test_no_window_is_overdrawn(void **state)
{
	static const struct {
		unsigned most, seconds;
	} rows[] = { { 1, 1 }, { 10, 7 }, { 50, 30 }, { 100, 300 } };

	(void)state;
	for (size_t r = 0; r < COUNT(rows); r++) {
		int64_t times[4096] = { 0 };
		size_t n = 0;
		struct weigh_budget b;

		weigh_budget_init(&b, rows[r].most, rows[r].seconds);
		/* As fast as it lets, in bursts: (3). */
		for (int64_t now = 0; now < 1000; now++)
			while (n < COUNT(times) &&
			    (now % 11 < 7 || now % 3 == 0) &&
			    weigh_budget_ask(&b, now) == 0)
				times[n++] = now;
		check_true("some get through", n > rows[r].most);
		for (size_t i = rows[r].most; i < n; i++)
			check_true("(3)",
			    times[i] - times[i - rows[r].most] >=
				(int64_t)rows[r].seconds);
	}
}

static void
test_what_it_says_to_wait_is_enough(void **state)
{
	struct weigh_budget b;
	int64_t now = 5, wait;

	(void)state;
	weigh_budget_init(&b, 7, 100);
	for (unsigned i = 0; i < 200; i++) {
		wait = weigh_budget_ask(&b, now);
		check_true("bounded", wait >= 0 && wait <= 104);
		if (wait > 0)
			check_u64("then one goes",
			    (uint64_t)weigh_budget_ask(&b, now + wait), 0);
		now += wait;
	}
}

static void
test_upstreams_word(void **state)
{
	struct weigh_budget b;

	(void)state;
	weigh_budget_init(&b, 0, 0);
	check_u64("no bound", (uint64_t)weigh_budget_ask(&b, 0), 0);
	weigh_budget_told(&b, 10, 429, 60, -1, -1);
	check_u64("429", (uint64_t)weigh_budget_ask(&b, 10), 60);
	check_u64("half of it", (uint64_t)weigh_budget_ask(&b, 40), 30);
	weigh_budget_told(&b, 40, 429, 5, -1, -1);
	check_u64("a shorter word changes nothing",
	    (uint64_t)weigh_budget_ask(&b, 40), 30);
	check_u64("over", (uint64_t)weigh_budget_ask(&b, 70), 0);
	weigh_budget_told(&b, 70, 200, 60, -1, -1);
	check_u64("of an answer that was good",
	    (uint64_t)weigh_budget_ask(&b, 70), 0);
	weigh_budget_told(&b, 100, 200, -1, 2, 30);
	check_u64("2 left", (uint64_t)weigh_budget_ask(&b, 100), 0);
	check_u64("1 left", (uint64_t)weigh_budget_ask(&b, 101), 0);
	check_u64("none", (uint64_t)weigh_budget_ask(&b, 102), 28);
	weigh_budget_told(&b, 103, 200, -1, 9, 27);
	check_u64("an older answer comes late",
	    (uint64_t)weigh_budget_ask(&b, 103), 27);
	check_u64("a new window", (uint64_t)weigh_budget_ask(&b, 130), 0);
	check_u64("of which nothing is known",
	    (uint64_t)weigh_budget_ask(&b, 130), 0);
}

/* How many guests get through at this moment. */
static unsigned
guests(struct weigh_budget *b, int64_t now)
{
	unsigned n = 0;

	while (n < 10000 && weigh_budget_ask_guest(b, now) == 0)
		n++;
	return n;
}

static unsigned
others(struct weigh_budget *b, int64_t now)
{
	unsigned n = 0;

	while (n < 10000 && weigh_budget_ask(b, now) == 0)
		n++;
	return n;
}

/* (5) */
static void
test_guests_leave_a_third(void **state)
{
	static const struct {
		unsigned most, guests;
	} rows[] = { { 3000, 2000 }, { 10, 6 }, { 3, 2 }, { 2, 1 }, { 1, 0 } };
	struct weigh_budget b;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned most = rows[i].most;

		weigh_budget_init(&b, most, 300);
		check_u64("guests", guests(&b, 1000), rows[i].guests);
		check_true("a guest is told when to ask again",
		    weigh_budget_ask_guest(&b, 1000) > 0);
		check_u64("others have the rest", others(&b, 1000),
		    most - rows[i].guests);
		check_u64("and together no more", guests(&b, 1200), 0);
		check_u64("what others took is not a guest's", others(&b, 1400),
		    most);
		check_u64("none", guests(&b, 1400), 0);
	}
	weigh_budget_init(&b, 0, 0);
	check_u64("without a bound", guests(&b, 0), 10000);
}

/* (5): of what upstream said. */
static void
test_guests_leave_a_third_of_what_is_left(void **state)
{
	struct weigh_budget b;

	(void)state;
	weigh_budget_init(&b, 0, 0);
	weigh_budget_told(&b, 100, 200, -1, 30, 60);
	check_u64("two thirds", guests(&b, 100), 20);
	check_u64("until then", (uint64_t)weigh_budget_ask_guest(&b, 130), 30);
	weigh_budget_told(&b, 130, 200, -1, 9, 30);
	check_u64("the third stays one of all", guests(&b, 130), 0);
	check_u64("others", others(&b, 130), 9);
	check_u64("a new window", (uint64_t)weigh_budget_ask_guest(&b, 160), 0);
	weigh_budget_told(&b, 161, 200, -1, 6, 60);
	check_u64("is told anew", guests(&b, 161), 4);
	weigh_budget_told(&b, 300, 429, 20, -1, -1);
	check_u64("a pause is everybody's",
	    (uint64_t)weigh_budget_ask_guest(&b, 310), 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_ratelimit),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_a_bucket),
		cmocka_unit_test(test_a_bucket_without_bounds),
		cmocka_unit_test(test_another_rate),
		cmocka_unit_test(test_a_bucket_over_a_while),
		cmocka_unit_test(test_nights),
		cmocka_unit_test(test_a_window),
		cmocka_unit_test(test_no_window_is_overdrawn),
		cmocka_unit_test(test_what_it_says_to_wait_is_enough),
		cmocka_unit_test(test_upstreams_word),
		cmocka_unit_test(test_guests_leave_a_third),
		cmocka_unit_test(test_guests_leave_a_third_of_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
