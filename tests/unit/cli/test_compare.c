/* What changed between two lists of files (cli/compare.h); numbers are its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "../../../cli/compare.c"

#include "check.h"

#define FILES_MAX 8
#define MANY 20000

/* "a=1 b=2": path and content; a file has as many bytes as its content says. */
static size_t
read_list(char *text, struct compare_file *files)
{
	size_t n = 0;
	char *word, *rest = text;

	while ((word = strtok_r(rest, " ", &rest)) != NULL) {
		char *equals = strchr(word, '=');

		assert_non_null(equals);
		*equals = '\0';
		files[n] = (struct compare_file){ .path = word };
		files[n].size = strtoull(equals + 1, NULL, 10);
		files[n].oid.b[0] = (uint8_t)files[n].size;
		n++;
	}
	return n;
}

static void
print_changes(const struct compare *c, char *out, size_t size)
{
	size_t i, len = 0;

	out[0] = '\0';
	for (i = 0; i < c->count && len < size; i++) {
		const struct compare_change *k = &c->changes[i];

		len += (size_t)snprintf(out + len, size - len, "%s%s %s%s%s",
		    i > 0 ? ", " : "", compare_word(k->kind),
		    k->before ? k->before->path : "",
		    k->before && k->after ? ">" : "",
		    k->after ? k->after->path : "");
	}
}

/* (2), (3), (4) */
static const struct {
	const char *label, *before, *after, *changes;
	uint64_t same, new_bytes;
} rows[] = {
	{ "nothing at all", "", "", "", 0, 0 },
	{ "nothing changed", "a=1 b=2", "a=1 b=2", "", 2, 0 },
	{ "all is new", "", "a=1 b=2", "added a, added b", 0, 3 },
	{ "all is gone", "a=1 b=2", "", "removed a, removed b", 0, 0 },
	{ "changed", "a=1 b=2", "a=1 b=3", "changed b>b", 1, 3 },
	{ "in the middle", "a=1 c=3", "a=1 b=2 c=3", "added b", 2, 2 },
	{ "renamed forward", "a=1 b=2", "b=2 c=1", "renamed a>c", 1, 0 },
	{ "renamed back", "b=2 c=1", "a=1 b=2", "renamed c>a", 1, 0 },
	{ "a copy is added, without new bytes", "a=1", "a=1 b=1", "added b", 1,
	    0 },
	{ "a copy that stays is no rename", "a=1 b=1", "a=1", "removed b", 1,
	    0 },
	{ "two of one content pair by path", "a=1 b=1", "c=1 d=1",
	    "renamed a>c, renamed b>d", 0, 0 },
	{ "more gone than added", "a=1 b=1 c=1", "d=1",
	    "removed b, removed c, renamed a>d", 0, 0 },
	{ "more added than gone", "a=1", "b=1 c=1", "renamed a>b, added c", 0,
	    0 },
	{ "new bytes count once", "", "a=7 b=7", "added a, added b", 0, 7 },
	{ "content that moves into another file", "a=1 b=2", "b=1",
	    "removed a, changed b>b", 0, 0 },
	{ "two that change places", "a=1 b=2", "a=2 b=1",
	    "changed a>a, changed b>b", 0, 0 },
	{ "a prefix is another path", "a=1 a/b=2", "a=1 a.b=2",
	    "renamed a/b>a.b", 1, 0 },
};

static void
test_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct compare_file before[FILES_MAX], after[FILES_MAX];
		char a[64], b[64], got[256];
		struct compare c;
		size_t na, nb;

		snprintf(a, sizeof(a), "%s", rows[i].before);
		snprintf(b, sizeof(b), "%s", rows[i].after);
		na = read_list(a, before);
		nb = read_list(b, after);
		check_code(rows[i].label,
		    compare_lists(&c, before, na, after, nb, NULL), WEIGH_OK);
		print_changes(&c, got, sizeof(got));
		check_str(rows[i].label, got, rows[i].changes);
		check_u64(rows[i].label, c.same, rows[i].same);
		check_u64(rows[i].label, c.new_bytes, rows[i].new_bytes);
		check_u64(rows[i].label,
		    c.of_kind[0] + c.of_kind[1] + c.of_kind[2] + c.of_kind[3],
		    c.count);
		compare_free(&c);
	}
}

/* (1) */
static void
test_disorder_is_refused(void **state)
{
	static const char *const lists[] = { "b=1 a=2", "a=1 a=2" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct compare_file files[FILES_MAX];
		struct compare c;
		char text[64];
		size_t n;

		snprintf(text, sizeof(text), "%s", lists[i]);
		n = read_list(text, files);
		check_code(lists[i], compare_lists(&c, files, n, NULL, 0, NULL),
		    WEIGH_MALFORMED);
		check_code(lists[i], compare_lists(&c, NULL, 0, files, n, NULL),
		    WEIGH_MALFORMED);
	}
}

/* All of one content and all renamed is the worst there is: squares would take
 * minutes. */
static void
test_many(void **state)
{
	static struct compare_file before[MANY], after[MANY];
	static char names[2][MANY][8];
	struct timespec begun, ended;
	struct compare c;
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		snprintf(names[0][i], 8, "a%05zu", i);
		snprintf(names[1][i], 8, "b%05zu", i);
		before[i] = (struct compare_file){ .path = names[0][i] };
		after[i] = (struct compare_file){ .path = names[1][i] };
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begun);
	check_code("compare",
	    compare_lists(&c, before, MANY, after, MANY, NULL), WEIGH_OK);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
	check_u64("renamed", c.of_kind[COMPARE_RENAMED], MANY);
	check_true("within a second or two", ended.tv_sec - begun.tv_sec < 3);
	compare_free(&c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_disorder_is_refused),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
