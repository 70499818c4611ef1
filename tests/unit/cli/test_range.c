/* Content-Range, strictly (cli/range.h; RFC 9110 section 14.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../cli/range.c"

#include "check.h"

static void
test_ranges(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t first, last, total;
	} rows[] = {
		{ "bytes 0-0/1", true, 0, 0, 1 },
		{ "bytes 4194304-10485759/10485760", true, 4194304, 10485759,
		    10485760 },
		{ "Bytes 1-2/3", true, 1, 2, 3 },
		{ "bytes 0-9223372036854775806/9223372036854775807", true, 0,
		    INT64_MAX - 1, INT64_MAX },
		{ "", false, 0, 0, 0 },
		{ "bytes", false, 0, 0, 0 },
		{ "bytes ", false, 0, 0, 0 },
		{ "bytes */10", false, 0, 0, 0 },
		{ "bytes 0-1/*", false, 0, 0, 0 },
		{ "bytes 2-1/10", false, 0, 0, 0 },
		{ "bytes 0-10/10", false, 0, 0, 0 },
		{ "bytes -5/10", false, 0, 0, 0 },
		{ "bytes 5-/10", false, 0, 0, 0 },
		{ "bytes -1-2/10", false, 0, 0, 0 },
		{ "bytes +1-2/10", false, 0, 0, 0 },
		{ "bytes 0x1-2/10", false, 0, 0, 0 },
		{ "bytes  1-2/10", false, 0, 0, 0 },
		{ "bytes 1-2/10 ", false, 0, 0, 0 },
		{ "bytes 1-2/10,3-4/10", false, 0, 0, 0 },
		{ "bytes=1-2/10", false, 0, 0, 0 },
		{ "lines 1-2/10", false, 0, 0, 0 },
		{ "bytes 0-1/9223372036854775808", false, 0, 0, 0 },
		{ "bytes 0-1/99999999999999999999", false, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t first = 0, last = 0, total = 0;

		if (range_read(rows[i].text, &first, &last, &total) !=
		    rows[i].ok)
			fail_msg("'%s'", rows[i].text);
		if (!rows[i].ok)
			continue;
		check_u64(rows[i].text, first, rows[i].first);
		check_u64(rows[i].text, last, rows[i].last);
		check_u64(rows[i].text, total, rows[i].total);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ranges) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
