/* Tests of proto/publish/ignore.c: git check-ignore answers the same; the numbers
 * are those of weigh/ignore.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/ignore.h>

#include "check.h"

static const struct row {
	const char *label, *rules, *path;
	bool out;
} rows[] = {
	{ "no rules", "", "a", false },
	{ "a name, anywhere", "a\n", "x/y/a", true },
	{ "a name, a folder", "a\n", "a/b", true },
	{ "another", "a\n", "ab", false },
	{ "a pattern", "*.tmp\n", "x/y.tmp", true },
	{ "a star stays in its part", "x/*.tmp\n", "x/y/z.tmp", false },
	{ "a star in its part", "x/*.tmp\n", "x/z.tmp", true },
	{ "anchored", "/a\n", "a", true },
	{ "anchored, deeper", "/a\n", "x/a", false },
	{ "a slash inside anchors", "x/a\n", "y/x/a", false },
	{ "folders only: a file", "a/\n", "a", false },
	{ "folders only: a folder", "a/\n", "x/a/b", true },
	{ "comment", "# a\n", "# a", false },
	{ "no comment", "\\#a\n", "#a", true },
	{ "blank line", "\n\n", "a", false },
	{ "blanks behind", "a  \n", "a", true },
	{ "CR LF", "a\r\n", "a", true },
	{ "(1) back", "*.txt\n!b.txt\n", "b.txt", false },
	{ "(1) the others stay", "*.txt\n!b.txt\n", "a.txt", true },
	{ "(1) the last one counts", "!b.txt\n*.txt\n", "b.txt", true },
	{ "(1) not below what is out", "d/\n!d/a\n", "d/a", true },
	{ "(1) but below what is not", "d/*\n!d/a\n", "d/a", false },
	{ "no back", "\\!a\n", "!a", true },
	{ "(2) ** in front", "**/a\n", "x/y/a", true },
	{ "(2) ** in front, none", "**/a\n", "a", true },
	{ "(2) ** behind", "a/**\n", "a/b/c", true },
	{ "(2) ** between", "a/**/b\n", "a/x/y/b", true },
	{ "(2) ** between, none", "a/**/b\n", "a/b", true },
	{ "(2) ** between, another", "a/**/b\n", "x/a/b", false },
	{ "(2) ** twice", "**/a/**/b\n", "x/a/y/a/z/b", true },
	{ "a set", "[ab].x\n", "b.x", true },
	{ "not in a set", "[!ab].x\n", "b.x", false },
	{ "no line end", "a", "a", true },
	{ "only a slash", "/\n", "a", false },
	{ "only a mark", "!\n", "a", false },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct weigh_ignore *g;

		check_code(rows[i].label,
		    weigh_ignore_parse(&g, rows[i].rules, strlen(rows[i].rules),
			NULL),
		    WEIGH_OK);
		check_true(rows[i].label,
		    weigh_ignore_has(g, rows[i].path) == rows[i].out);
		weigh_ignore_free(g);
	}
}

static void
test_too_many(void **state)
{
	static char text[2 * (WEIGH_IGNORE_RULES + 1)];
	struct weigh_ignore *g;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "a\n", 2);
	check_code("as many as may be",
	    weigh_ignore_parse(&g, text, sizeof(text) - 2, NULL), WEIGH_OK);
	weigh_ignore_free(g);
	check_code("one more", weigh_ignore_parse(&g, text, sizeof(text), NULL),
	    WEIGH_TOO_BIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
