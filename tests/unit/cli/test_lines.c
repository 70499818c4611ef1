/* What differs between two texts (cli/lines.h); numbers are its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../../cli/lines.c"

#include "check.h"

#define MANY 3000

static void
diff(struct weigh_buf *out, const char *a, const char *b)
{
	weigh_buf_init(out, 1u << 20);
	assert_int_equal(lines_diff(out, a, strlen(a), b, strlen(b), NULL),
	    WEIGH_OK);
}

static void
test_hunks(void **state)
{
	static const struct {
		const char *label, *a, *b, *want;
	} rows[] = {
		{ "the same", "a\nb\n", "a\nb\n", "" },
		{ "nothing and nothing", "", "", "" },
		{ "all is new", "", "a\n", "@@ -0,0 +1,1 @@\n+a\n" },
		{ "all is gone", "a\n", "", "@@ -1,1 +0,0 @@\n-a\n" },
		{ "one of one", "a\n", "b\n", "@@ -1,1 +1,1 @@\n-a\n+b\n" },
		{ "two lines around", "1\n2\n3\n4\n5\n6\n7\n",
		    "1\n2\n3\nx\n5\n6\n7\n",
		    "@@ -2,5 +2,5 @@\n 2\n 3\n-4\n+x\n 5\n 6\n" },
		{ "a line between", "1\n2\n3\n", "1\n2\nx\n3\n",
		    "@@ -1,3 +1,4 @@\n 1\n 2\n+x\n 3\n" },
		{ "near ones are one hunk", "a\n1\n2\n3\n4\nb\n",
		    "A\n1\n2\n3\n4\nB\n",
		    "@@ -1,6 +1,6 @@\n-a\n+A\n 1\n 2\n 3\n 4\n-b\n+B\n" },
		{ "far ones are two", "a\n1\n2\n3\n4\n5\nb\n",
		    "A\n1\n2\n3\n4\n5\nB\n",
		    "@@ -1,3 +1,3 @@\n-a\n+A\n 1\n 2\n"
		    "@@ -5,3 +5,3 @@\n 4\n 5\n-b\n+B\n" },
		{ "no line feed", "a\nb", "a\nb\n",
		    "@@ -1,2 +1,2 @@\n a\n-b\n\\ no line feed at the end\n"
		    "+b\n" },
		{ "the longest is kept", "a\nb\nc\nd\n", "b\nd\nx\n",
		    "@@ -1,4 +1,3 @@\n-a\n b\n-c\n d\n+x\n" },
	};
	struct weigh_buf out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		diff(&out, rows[i].a, rows[i].b);
		if (strcmp(out.len > 0 ? out.data : "", rows[i].want) != 0)
			fail_msg("%s:\n%s", rows[i].label,
			    out.len > 0 ? out.data : "");
		weigh_buf_free(&out);
	}
}

/* (2): more pairs than the table may have; the ends they share are still left out. */
static void
test_what_is_too_much_is_swapped(void **state)
{
	struct weigh_buf a, b, out;
	char line[16];

	(void)state;
	weigh_buf_init(&a, 1u << 20);
	weigh_buf_init(&b, 1u << 20);
	weigh_buf_adds(&a, "head\n");
	weigh_buf_adds(&b, "head\n");
	for (int i = 0; i < MANY; i++) {
		snprintf(line, sizeof(line), "a%d\n", i);
		weigh_buf_adds(&a, line);
		line[0] = 'b';
		weigh_buf_adds(&b, line);
	}
	diff(&out, a.data, b.data);
	assert_int_equal(strncmp(out.data,
			     "@@ -1,3001 +1,3001 @@\n head\n-a0\n-a1\n", 36),
	    0);
	weigh_buf_free(&out);
	weigh_buf_free(&a);
	weigh_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hunks),
		cmocka_unit_test(test_what_is_too_much_is_swapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
