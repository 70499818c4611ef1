/* Dates, read in three forms and printed in one, against the C library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <weigh/http.h>

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))
#define BAD INT64_MIN

// clang-format off
static const struct {
	const char *text;
	int64_t want; /* BAD: refused */
} rows[] = {
	/* the examples of RFC 9110 */
	{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
	{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
	{ "Sun Nov  6 08:49:37 1994", 784111777 },

	{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
	{ "Wed, 31 Dec 1969 23:59:59 GMT", -1 },
	{ "Fri, 31 Dec 9999 23:59:59 GMT", 253402300799 },
	{ "Sat, 01 Jan 0000 00:00:00 GMT", -62167219200 },
	{ "Tue, 19 Jan 2038 03:14:08 GMT", 2147483648 },
	{ "Tue, 29 Feb 2000 12:00:00 GMT", 951825600 },
	{ "Thu, 29 Feb 2024 12:00:00 GMT", 1709208000 },
	{ "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 },
	{ "Sun Nov 16 08:49:37 1994", 784975777 },
	{ "Sun Nov 06 08:49:37 1994", 784111777 },
	{ "Mon, 06 Nov 1994 08:49:37 GMT", 784111777 }, /* it was a Sunday */

	/* two digits of a year */
	{ "Thursday, 01-Jan-70 00:00:00 GMT", 0 },
	{ "Friday, 31-Dec-99 23:59:59 GMT", 946684799 },
	{ "Saturday, 01-Jan-00 00:00:00 GMT", 946684800 },
	{ "Tuesday, 31-Dec-69 23:59:59 GMT", 3155759999 },

	/* no such moment */
	{ "Sun, 00 Nov 1994 08:49:37 GMT", BAD },
	{ "Sun, 31 Nov 1994 08:49:37 GMT", BAD },
	{ "Sun, 32 Jan 1994 08:49:37 GMT", BAD },
	{ "Sun, 29 Feb 1900 08:49:37 GMT", BAD },
	{ "Sun, 29 Feb 2023 08:49:37 GMT", BAD },
	{ "Sun, 30 Feb 2024 08:49:37 GMT", BAD },
	{ "Sun, 06 Nov 1994 24:00:00 GMT", BAD },
	{ "Sun, 06 Nov 1994 08:60:37 GMT", BAD },
	{ "Sun, 06 Nov 1994 08:49:61 GMT", BAD },
	{ "Sun Nov  0 08:49:37 1994", BAD },

	/* no such form */
	{ "", BAD },
	{ "0", BAD },
	{ "784111777", BAD },
	{ "Sun", BAD },
	{ "Sun, 06 Nov 1994 08:49:37", BAD },
	{ "Sun, 06 Nov 1994 08:49:37 GM", BAD },
	{ "Sun, 06 Nov 1994 08:49:37 GMT ", BAD },
	{ " Sun, 06 Nov 1994 08:49:37 GMT", BAD },
	{ "Sun, 06 Nov 1994 08:49:37 UTC", BAD },
	{ "Sun, 06 Nov 1994 08:49:37 +0000", BAD },
	{ "Sun, 06 Nov 1994 08:49:37 gmt", BAD },
	{ "sun, 06 nov 1994 08:49:37 GMT", BAD },
	{ "SUN, 06 NOV 1994 08:49:37 GMT", BAD },
	{ "Sun, 6 Nov 1994 08:49:37 GMT", BAD },
	{ "Sun,  6 Nov 1994 08:49:37 GMT", BAD },
	{ "Sun, 06 Nov 94 08:49:37 GMT", BAD },
	{ "Sun, 06 Nov 19944 08:49:37 GMT", BAD },
	{ "Sun, 06 Nov 1994 8:49:37 GMT", BAD },
	{ "Sun, 06 Nov 1994 08:49 GMT", BAD },
	{ "Sun, 06 Nov 1994  08:49:37 GMT", BAD },
	{ "Sun, 06 Nov 1994 -8:49:37 GMT", BAD },
	{ "Sun, +6 Nov 1994 08:49:37 GMT", BAD },
	{ "Sun, 06-Nov-1994 08:49:37 GMT", BAD },
	{ "Sun, 06-Nov-94 08:49:37 GMT", BAD },
	{ "Sunday, 06 Nov 1994 08:49:37 GMT", BAD },
	{ "Sunday, 06-Nov-1994 08:49:37 GMT", BAD },
	{ "Xxx, 06 Nov 1994 08:49:37 GMT", BAD },
	{ "Sun, 06 Xxx 1994 08:49:37 GMT", BAD },
	{ "Sun, 06 11 1994 08:49:37 GMT", BAD },
	{ "Sun Nov 6 08:49:37 1994", BAD },
	{ "Sun Nov  6 08:49:37 1994 GMT", BAD },
	{ "Sun Nov  6 08:49:37 GMT 1994", BAD },
	{ "1994-11-06T08:49:37Z", BAD },
};
// clang-format on

static void
test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len = strlen(rows[i].text);
		char *copy = malloc(len > 0 ? len : 1);
		time_t got = 42;
		bool ok;

		assert_non_null(copy);
		memcpy(copy, rows[i].text, len);
		ok = weigh_http_date_parse((struct weigh_span){ copy, len },
		    &got);
		free(copy);
		if (ok != (rows[i].want != BAD) ||
		    got != (ok ? rows[i].want : 42))
			fail_msg("'%s': %d, %lld", rows[i].text, ok,
			    (long long)got);
	}
}

/* No prefix of a date is a date, and no byte behind it is read. */
static void
test_prefixes(void **state)
{
	time_t when;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t whole = strlen(rows[i].text);

		for (size_t len = 0; len < whole; len++) {
			char *copy = malloc(len > 0 ? len : 1);

			assert_non_null(copy);
			memcpy(copy, rows[i].text, len);
			assert_false(weigh_http_date_parse(
			    (struct weigh_span){ copy, len }, &when));
			free(copy);
		}
	}
}

static void
check_print(time_t when)
{
	char got[WEIGH_HTTP_DATE], want[64];
	struct tm tm;
	time_t back = 0;

	weigh_http_date(when, got);
	assert_non_null(gmtime_r(&when, &tm));
	assert_int_not_equal(strftime(want, sizeof(want), "%a, %d %b %Y %T GMT",
				 &tm),
	    0);
	assert_string_equal(got, want);
	assert_true(weigh_http_date_parse((struct weigh_span){ got,
					      strlen(got) },
	    &back));
	assert_int_equal(back, when);
}

/* Every day of 1600 to 2400, at some second of it, and the years around. */
static void
test_print(void **state)
{
	(void)state;
	for (int64_t day = -135140; day < 157055; day++)
		check_print((time_t)(day * 86400 + (day & 0xffff)));
	check_print(253402300799); /* the last second of 9999 */
	check_print(-30610224000); /* 1000-01-01, four digits in strftime too */
}

/* A moment that four digits cannot say is printed as the nearest they can. */
static void
test_print_far(void **state)
{
	char got[WEIGH_HTTP_DATE];

	(void)state;
	weigh_http_date((time_t)INT64_MAX, got);
	assert_string_equal(got, "Fri, 31 Dec 9999 23:59:59 GMT");
	weigh_http_date(253402300800, got);
	assert_string_equal(got, "Fri, 31 Dec 9999 23:59:59 GMT");
	weigh_http_date((time_t)INT64_MIN, got);
	assert_string_equal(got, "Sat, 01 Jan 0000 00:00:00 GMT");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_print_far),
	};

	return cmocka_run_group_tests_name("http: dates", tests, NULL, NULL);
}
