/* The progress line and its rate (cli/progress.h); numbers are its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../cli/progress.c"
#include "../../../cli/text.c"

#include "check.h"

#define GB ((uint64_t)1000000000)

static void
check_line(const char *label, const struct progress_line *p, unsigned width,
    bool utf8, const char *want)
{
	struct weigh_buf b;

	weigh_buf_init(&b, 4096);
	progress_line(&b, p, width, utf8);
	check_str(label, b.data, want);
	weigh_buf_free(&b);
}

static void
test_lines(void **state)
{
	static const struct {
		const char *label;
		struct progress_line p;
		unsigned width;
		bool utf8;
		const char *want;
	} rows[] = {
		{ "the picture in the header",
		    { "model-00041-of-00064.safetensors", 16 * GB / 10,
			47 * GB / 10, 58000000, false },
		    80, true,
		    "model-00041-of-00064.safetensors   34% "
		    "\u2595\u2588\u2588    \u258f 1.6 GB/4.7 GB    58 MB/s"
		    "     54s" },
		{ "in ASCII", { "w", 5 * GB, 10 * GB, 0, false }, 67, false,
		    "w                     50% [###...]  5.0 GB/10 GB"
		    "                   " },
		{ "on a wide terminal the bar ends",
		    { "w", 1 * GB, 1 * GB, 0, false }, 200, false,
		    "w                                                "
		    "100% [################################] "
		    "1.0 GB/1.0 GB                   " },
		{ "an eighth of a block", { "w", 1, 48, 0, false }, 60, true,
		    "w               2% \u2595\u258f     \u258f      1 B/48 B"
		    "                   " },
		{ "nothing to do is all done", { "w", 0, 0, 0, false }, 60,
		    false,
		    "w             100% [######]       0 B/0 B"
		    "                   " },
		{ "never past the end", { "w", 70, 48, 0, false }, 60, false,
		    "w             100% [######]     48 B/48 B"
		    "                   " },
		{ "finished", { "w.bin", 0, 2 * GB, 9, true }, 60, true,
		    "w.bin         100% 2.0 GB" },
		{ "finished, and narrow",
		    { "abcdefghijklmnop", 0, 2 * GB, 9, true }, 20, true,
		    "abc\u2026mnop 100% 2.0 GB" },
		{ "narrow: name and percent",
		    { "abcdefghijklmnop", 1, 2, 9, false }, 12, true,
		    "abc\u2026nop  50%" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_line(rows[i].label, &rows[i].p, rows[i].width,
		    rows[i].utf8, rows[i].want);
}

/* (1) for every width there is. */
static void
test_never_wider(void **state)
{
	(void)state;
	for (unsigned width = 6; width < 300; width++)
		for (unsigned finished = 0; finished < 2; finished++) {
			struct progress_line p = {
				"a-long-name-that-does-not-fit-into-any-column-"
				"of-any-terminal.safetensors",
				999 * GB, 9999 * GB, GB, finished != 0
			};
			struct weigh_buf b;

			weigh_buf_init(&b, 4096);
			progress_line(&b, &p, width, true);
			assert_in_range(text_columns(b.data), 1,
			    width < 14 ? 14 : width);
			weigh_buf_free(&b);
		}
}

/* (2): ten seconds count, whatever came before them. */
static void
test_rate(void **state)
{
	struct progress_rate r = { 0 };
	uint64_t now = 5000;

	(void)state;
	check_u64("before anything", progress_rate_get(&r, now), 0);
	progress_rate_add(&r, now, 500);
	check_u64("in the first second", progress_rate_get(&r, now + 10), 500);
	for (unsigned s = 0; s < 30; s++)
		progress_rate_add(&r, now + 1000 * s + 500, 100);
	check_u64("steady", progress_rate_get(&r, now + 29900), 100);
	for (unsigned s = 30; s < 40; s++)
		progress_rate_add(&r, now + 1000 * s, 700);
	check_u64("after a change", progress_rate_get(&r, now + 39900), 700);
	check_u64("half a window later", progress_rate_get(&r, now + 44000),
	    700 * 5 / 9);
	check_u64("long silence", progress_rate_get(&r, now + 60000), 0);
	progress_rate_add(&r, now + 3600000, 900);
	check_u64("an hour later", progress_rate_get(&r, now + 3601000), 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_never_wider),
		cmocka_unit_test(test_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
