/* Numbers and names as people read them (cli/text.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../cli/text.c"

#include "check.h"

static void
test_sizes(void **state)
{
	static const struct {
		const char *label;
		uint64_t bytes;
		const char *text, *narrow;
	} rows[] = {
		{ "nothing", 0, "0 B", "0 B" },
		{ "below a thousand", 999, "999 B", "999 B" },
		{ "a thousand", 1000, "1.0 kB", "1.0 kB" },
		{ "no decimal for narrow ones", 19600000000, "19.6 GB",
		    "20 GB" },
		{ "rounds to the next unit", 999999, "1.0 MB", "1.0 MB" },
		{ "three digits", 345000000, "345 MB", "345 MB" },
		{ "just below the unit", 999499, "999 kB", "999 kB" },
		{ "rounds past a decimal", 99960, "100 kB", "100 kB" },
		{ "all there is", UINT64_MAX, "18.4 EB", "18 EB" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[TEXT_SIZE];

		text_size(rows[i].bytes, out);
		check_str(rows[i].label, out, rows[i].text);
		text_size_short(rows[i].bytes, out);
		check_str(rows[i].label, out, rows[i].narrow);
	}
}

static void
test_durations(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} rows[] = {
		{ 0, "0s" },
		{ 59, "59s" },
		{ 60, "1m00s" },
		{ 3599, "59m59s" },
		{ 3600, "1h00m" },
		{ 7509, "2h05m" },
		{ 86399, "23h59m" },
		{ 86400, "1d00h" },
		{ 99 * 86400, "99d00h" },
		{ 100 * 86400, "100d" },
		{ 9999 * 86400, "9999d" },
		{ 10000 * 86400, "-" },
		{ UINT64_MAX, "-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[TEXT_DURATION];

		text_duration(rows[i].seconds, out);
		check_str(rows[i].text, out, rows[i].text);
	}
}

static void
test_points_in_time(void **state)
{
	static const struct {
		int64_t when;
		const char *text;
	} rows[] = {
		{ 0, "-" },
		{ -1, "-" },
		{ 1, "1970-01-01T00:00:01Z" },
		{ 1795379687, "2026-11-22T20:34:47Z" },
		{ 253402300799, "9999-12-31T23:59:59Z" },
		{ INT64_MAX, "-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[TEXT_WHEN];

		text_when(rows[i].when, out);
		check_str(rows[i].text, out, rows[i].text);
	}
}

static void
test_counts(void **state)
{
	static const struct {
		const char *label;
		uint64_t n;
		const char *one, *text;
	} rows[] = {
		{ "none", 0, "file", "0 files" },
		{ "one", 1, "file", "1 file" },
		{ "more", 12, "file", "12 files" },
		{ "one with y", 1, "repository", "1 repository" },
		{ "more with y", 2, "repository", "2 repositories" },
		{ "all there are", UINT64_MAX, "git object",
		    "18446744073709551615 git objects" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[TEXT_COUNT];

		text_count(rows[i].n, rows[i].one, out);
		check_str(rows[i].label, out, rows[i].text);
	}
}

static void
test_wrap(void **state)
{
	static const struct {
		const char *label, *text;
		size_t at, indent, width;
		const char *lines;
	} rows[] = {
		{ "nothing", "", 4, 4, 20, "" },
		{ "it fits", "two words", 0, 2, 9, "two words" },
		{ "one too many", "two words", 0, 2, 8, "two\n  words" },
		{ "the first begins later", "two words", 8, 2, 15,
		    "two\n  words" },
		{ "a long word is whole", "a wordwordword b", 0, 1, 6,
		    "a\n wordwordword\n b" },
		{ "blanks are one", " a  b ", 0, 0, 9, "a b" },
		{ "no width at all", "a b", 0, 0, 0, "a\nb" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct weigh_buf b;

		weigh_buf_init(&b, 1000);
		text_wrap(&b, rows[i].text, rows[i].at, rows[i].indent,
		    rows[i].width);
		check_str(rows[i].label, b.data != NULL ? b.data : "",
		    rows[i].lines);
		weigh_buf_free(&b);
	}
}

static void
test_fit(void **state)
{
	static const struct {
		const char *label, *text;
		size_t width;
		bool utf8;
		const char *want;
	} rows[] = {
		{ "padded", "ab", 4, true, "ab  " },
		{ "exact", "abcd", 4, true, "abcd" },
		{ "cut in the middle", "abcdefghij", 7, true, "abc\u2026hij" },
		{ "cut with dots", "abcdefghij", 7, false, "ab...ij" },
		{ "the tail gets the odd column", "abcdefghij", 8, true,
		    "abc\u2026ghij" },
		{ "letters of two bytes count once",
		    "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4", 5, true,
		    "\u00e4\u00e4\u2026\u00e4\u00e4" },
		{ "too narrow for a gap", "abcdefghij", 4, false, "abcd" },
		{ "no room at all", "abc", 0, true, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct weigh_buf b;

		weigh_buf_init(&b, 256);
		weigh_buf_adds(&b, "");
		text_fit(&b, rows[i].text, rows[i].width, rows[i].utf8);
		check_str(rows[i].label, b.data != NULL ? b.data : "",
		    rows[i].want);
		weigh_buf_free(&b);
	}
}

/* (3) of out.h: nothing from outside can move the cursor. */
static void
test_clean(void **state)
{
	static const struct {
		const char *label, *text, *want;
	} rows[] = {
		{ "plain", "a b~", "a b~" },
		{ "letters stay", "\u00e4\u20ac\U0001F600",
		    "\u00e4\u20ac\U0001F600" },
		{ "escape", "\033[2J", "\\x1b[2J" },
		{ "line end and tab", "a\nb\tc", "a\\x0ab\\x09c" },
		{ "delete", "\x7f", "\\x7f" },
		{ "C1 in UTF-8", "\xc2\x9b", "\\xc2\\x9b" },
		{ "turned around", "a\xe2\x80\xae" "b", "a\\xe2\\x80\\xae" "b" },
		{ "a line end", "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },
		{ "a dash", "\xe2\x80\x94", "\xe2\x80\x94" },
		{ "latin-1", "caf\xe9!", "caf\\xe9!" },
		{ "cut off", "\xe2\x82", "\\xe2\\x82" },
		{ "overlong", "\xc0\xaf", "\\xc0\\xaf" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct weigh_buf b;

		weigh_buf_init(&b, 256);
		text_clean(&b, rows[i].text);
		check_str(rows[i].label, b.data, rows[i].want);
		weigh_buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_points_in_time),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
