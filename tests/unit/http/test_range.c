/* Ranges (RFC 9110 section 14): one is answered in part, all else whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/http.h>

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))
#define BIG ((uint64_t)INT64_MAX)
#define WHOLE WEIGH_RANGE_WHOLE
#define PART WEIGH_RANGE_PART
#define EMPTY WEIGH_RANGE_EMPTY
#define NONE WEIGH_RANGE_NONE

// clang-format off
static const struct {
	const char *value; /* NULL: no Range, or two of them */
	uint64_t size;
	enum weigh_range_kind kind;
	uint64_t first, last;
} rows[] = {
	{ NULL, 100, WHOLE, 0, 0 },
	{ "", 100, WHOLE, 0, 0 },

	/* a-b */
	{ "bytes=0-0", 100, PART, 0, 0 },
	{ "bytes=0-99", 100, PART, 0, 99 },
	{ "bytes=10-19", 100, PART, 10, 19 },
	{ "bytes=99-99", 100, PART, 99, 99 },
	{ "bytes=0-100", 100, PART, 0, 99 },
	{ "bytes=99-1000", 100, PART, 99, 99 },
	{ "bytes=0-0", 1, PART, 0, 0 },
	{ "bytes=007-0010", 100, PART, 7, 10 },
	{ "Bytes=1-2", 100, PART, 1, 2 },
	{ "BYTES=1-2", 100, PART, 1, 2 },

	/* a- */
	{ "bytes=0-", 100, PART, 0, 99 },
	{ "bytes=99-", 100, PART, 99, 99 },

	/* -n */
	{ "bytes=-1", 100, PART, 99, 99 },
	{ "bytes=-100", 100, PART, 0, 99 },
	{ "bytes=-101", 100, PART, 0, 99 },
	{ "bytes=-0", 100, NONE, 0, 0 },
	{ "bytes=-000", 100, NONE, 0, 0 },

	/* past the end */
	{ "bytes=100-", 100, NONE, 0, 0 },
	{ "bytes=100-100", 100, NONE, 0, 0 },
	{ "bytes=101-200", 100, NONE, 0, 0 },

	/* several */
	{ "bytes=0-0,2-3", 100, WHOLE, 0, 0 },
	{ "bytes=0-0, 2-3", 100, WHOLE, 0, 0 },
	{ "bytes=0-,-1", 100, WHOLE, 0, 0 },
	{ "bytes=0-49,50-99", 100, WHOLE, 0, 0 },
	{ "bytes=0-0,", 100, WHOLE, 0, 0 },
	{ "bytes=,0-0", 100, WHOLE, 0, 0 },
	{ "bytes=200-,300-", 100, WHOLE, 0, 0 },

	/* another unit */
	{ "items=0-1", 100, WHOLE, 0, 0 },
	{ "byte=0-1", 100, WHOLE, 0, 0 },
	{ "bytess=0-1", 100, WHOLE, 0, 0 },
	{ "none", 100, WHOLE, 0, 0 },
	{ "=0-1", 100, WHOLE, 0, 0 },

	/* malformed */
	{ "bytes", 100, WHOLE, 0, 0 },
	{ "bytes=", 100, WHOLE, 0, 0 },
	{ "bytes=-", 100, WHOLE, 0, 0 },
	{ "bytes=--1", 100, WHOLE, 0, 0 },
	{ "bytes=5", 100, WHOLE, 0, 0 },
	{ "bytes 0-1", 100, WHOLE, 0, 0 },
	{ "bytes:0-1", 100, WHOLE, 0, 0 },
	{ "bytes = 0-1", 100, WHOLE, 0, 0 },
	{ "bytes= 0-1", 100, WHOLE, 0, 0 },
	{ "bytes=0 -1", 100, WHOLE, 0, 0 },
	{ "bytes=0- 1", 100, WHOLE, 0, 0 },
	{ "bytes=0-1 ", 100, WHOLE, 0, 0 },
	{ "bytes=a-b", 100, WHOLE, 0, 0 },
	{ "bytes=0-b", 100, WHOLE, 0, 0 },
	{ "bytes=a-1", 100, WHOLE, 0, 0 },
	{ "bytes=+0-5", 100, WHOLE, 0, 0 },
	{ "bytes=0-+5", 100, WHOLE, 0, 0 },
	{ "bytes=-+5", 100, WHOLE, 0, 0 },
	{ "bytes=0x0-0x5", 100, WHOLE, 0, 0 },
	{ "bytes=0-5x", 100, WHOLE, 0, 0 },
	{ "bytes=1-0", 100, WHOLE, 0, 0 },
	{ "bytes=200-100", 100, WHOLE, 0, 0 },
	{ "bytes=0-1-2", 100, WHOLE, 0, 0 },
	{ "bytes=0--1", 100, WHOLE, 0, 0 },
	{ "bytes=0-1;2", 100, WHOLE, 0, 0 },
	{ "bytes=0.5-1", 100, WHOLE, 0, 0 },
	{ "bytes==0-1", 100, WHOLE, 0, 0 },
	{ "bytes=*", 100, WHOLE, 0, 0 },
	{ "bytes=0-1/100", 100, WHOLE, 0, 0 },
	{ "bytes=\xd9\xa1-", 100, WHOLE, 0, 0 },
	{ "bytes=0-\xff", 100, WHOLE, 0, 0 },

	/* beyond 63 bits */
	{ "bytes=9223372036854775806-9223372036854775807", BIG, PART,
	    BIG - 1, BIG - 1 },
	{ "bytes=9223372036854775807-", BIG, NONE, 0, 0 },
	{ "bytes=9223372036854775808-", 100, NONE, 0, 0 },
	{ "bytes=18446744073709551616-", 100, NONE, 0, 0 },
	{ "bytes=18446744073709551626-18446744073709551636", 100, NONE, 0, 0 },
	{ "bytes=99999999999999999999999999-99999999999999999999999999", 100,
	    NONE, 0, 0 },
	{ "bytes=99999999999999999999999999-5", 100, WHOLE, 0, 0 },
	{ "bytes=5-9223372036854775808", 100, PART, 5, 99 },
	{ "bytes=5-18446744073709551616", 100, PART, 5, 99 },
	{ "bytes=5-18446744073709551617", 100, PART, 5, 99 },
	{ "bytes=0-18446744073709551615", BIG, PART, 0, BIG - 1 },
	{ "bytes=-9223372036854775808", 100, PART, 0, 99 },
	{ "bytes=-18446744073709551616", 100, PART, 0, 99 },
	{ "bytes=-18446744073709551617", 100, PART, 0, 99 },

	/* of nothing */
	{ NULL, 0, WHOLE, 0, 0 },
	{ "bytes=0-0", 0, EMPTY, 0, 0 },
	{ "bytes=0-1", 0, NONE, 0, 0 },
	{ "bytes=0-", 0, NONE, 0, 0 },
	{ "bytes=1-1", 0, NONE, 0, 0 },
	{ "bytes=-1", 0, NONE, 0, 0 },
	{ "bytes=-0", 0, NONE, 0, 0 },
	{ "bytes=1-0", 0, WHOLE, 0, 0 },
	{ "bytes=0-0,0-0", 0, WHOLE, 0, 0 },
	{ "items=0-0", 0, WHOLE, 0, 0 },
};
// clang-format on

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *text = rows[i].value;
		struct weigh_span value = { text,
			text != NULL ? strlen(text) : 0 };
		struct weigh_range r = weigh_range_parse(value, rows[i].size);

		if (r.kind != rows[i].kind ||
		    (r.kind == PART &&
			(r.first != rows[i].first || r.last != rows[i].last)))
			fail_msg("row %zu, '%s': kind %d, %llu to %llu", i,
			    text != NULL ? text : "(none)", (int)r.kind,
			    (unsigned long long)r.first,
			    (unsigned long long)r.last);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("http: ranges", tests, NULL, NULL);
}
