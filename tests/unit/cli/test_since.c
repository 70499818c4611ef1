/* Points in time as people say them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../cli/since.c"

#include "check.h"

#define NOW INT64_C(1795340000) /* 2026-11-22T09:33:20Z */

static const struct row {
	const char *text;
	int64_t want; /* 0: refused */
} rows[] = {
	{ "1s", NOW - 1 },
	{ "0s", NOW },
	{ "30m", NOW - 1800 },
	{ "12h", NOW - 43200 },
	{ "3d", NOW - 259200 },
	{ "2w", NOW - 1209600 },
	{ "2026-11-22", INT64_C(1795305600) },
	{ "2026-11-22T09:33:20Z", NOW },
	{ "1970-01-01T00:00:01Z", 1 },
	{ "2024-02-29", INT64_C(1709164800) },
	{ "", 0 },
	{ "3", 0 },
	{ "d", 0 },
	{ "-3d", 0 },
	{ "3d ", 0 },
	{ " 3d", 0 },
	{ "3days", 0 },
	{ "3y", 0 },
	{ "1.5h", 0 },
	{ "999999999w", 0 },
	{ "9999999999s", 0 },
	{ "90w2d", 0 },
	{ "5217w", 0 },                /* before 1970 */
	{ "1970-01-01", 0 },           /* no reading was before it */
	{ "2026-11-22T09:33:21Z", 0 }, /* the future */
	{ "2026-11-23", 0 },
	{ "2023-02-29", 0 },
	{ "2026-02-31", 0 },
	{ "2026-13-01", 0 },
	{ "2026-1-2", 0 },
	{ "26-11-20", 0 },
	{ "2026-11-22T09:33:20", 0 },
	{ "2026-11-22 09:33:20Z", 0 },
	{ "2026-11-22T24:00:00Z", 0 },
	{ "yesterday", 0 },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t got = 0;
		bool ok = since_parse(rows[i].text, NOW, &got);

		check_u64(rows[i].text, ok, rows[i].want != 0);
		if (ok)
			check_u64(rows[i].text, (uint64_t)got,
			    (uint64_t)rows[i].want);
	}
}

/* Ends: so many days, or a date to come. */
static const struct row ends[] = {
	{ "1", NOW + 86400 },
	{ "90", NOW + 90 * 86400 },
	{ "36500", NOW + INT64_C(36500) * 86400 },
	{ "36501", 0 },
	{ "0", 0 },
	{ "999999999", 0 },
	{ "", 0 },
	{ "3d", 0 },
	{ "-1", 0 },
	{ "2026-11-23", INT64_C(1795392000) },
	{ "2026-11-22T09:33:21Z", NOW + 1 },
	{ "2026-11-22T09:33:20Z", 0 },
	{ "2026-11-22", 0 },
	{ "2027-02-30", 0 },
};

static void
test_ends(void **state)
{
	int64_t got;

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct row *r = &ends[i];

		check_u64(r->text, since_parse_end(r->text, NOW, &got),
		    r->want != 0);
		if (r->want != 0)
			check_u64(r->text, (uint64_t)got, (uint64_t)r->want);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests_name("cli since", tests, NULL, NULL);
}
