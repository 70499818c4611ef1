/* Tests of proto/manifest.c; the numbers are those of
 * include/weigh/manifest.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/manifest.h>

#include "check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FIRST "weighhouse manifest 1\n"
#define SHA "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
#define GIT "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
#define LINE(path) SHA " 7 " GIT " git " path "\n"

/* (1), (2), (3): what is no manifest, and which words say so. */
static const struct row {
	const char *label;
	const char *text;
	const char *why; /* NULL: good */
} rows[] = {
	{ "no files", FIRST, NULL },
	{ "one file", FIRST LINE("a"), NULL },
	{ "lfs", FIRST SHA " 7 " GIT " lfs a\n", NULL },
	{ "in order of bytes",
	    FIRST LINE("B") LINE("a") LINE("a-b") LINE("a.b") LINE("a0")
		LINE("b/c") LINE("b/d") LINE("\xc3\xa9"),
	    NULL },
	{ "a path with blanks", FIRST LINE("a b c"), NULL },
	{ "the biggest size", FIRST SHA " 9223372036854775807 " GIT " git a\n",
	    NULL },
	{ "nothing", "", "first line" },
	{ "another version", "weighhouse manifest 2\n", "first line" },
	{ "no line end", "weighhouse manifest 1", "first line" },
	{ "CR LF", "weighhouse manifest 1\r\n", "first line" },
	{ "a blank first", " " FIRST, "first line" },
	{ "an empty line", FIRST "\n", "line 2 " },
	{ "an empty line last", FIRST LINE("a") "\n", "line 3 " },
	{ "no line end at the end", FIRST SHA " 7 " GIT " git a", "line 2 " },
	{ "no path", FIRST SHA " 7 " GIT " git \n", "line 2 " },
	{ "no mark", FIRST SHA " 7 " GIT " a\n", "line 2 " },
	{ "another mark", FIRST SHA " 7 " GIT " xet a\n", "line 2 " },
	{ "two blanks", FIRST SHA "  7 " GIT " git a\n", "line 2 " },
	{ "a tab", FIRST SHA "\t7 " GIT " git a\n", "line 2 " },
	{ "upper case",
	    FIRST "4D7A214614AB2935C943F9E0FF69D22EADBB8F32B1258DAAA5E2CA24"
		  "D17E2393 7 " GIT " git a\n",
	    "line 2 " },
	{ "a short SHA-256", FIRST "4d7a 7 " GIT " git a\n", "line 2 " },
	{ "a short git id", FIRST SHA " 7 4b825d git a\n", "line 2 " },
	{ "a long git id", FIRST SHA " 7 " GIT "0 git a\n", "line 2 " },
	{ "a leading zero", FIRST SHA " 07 " GIT " git a\n", "line 2 " },
	{ "a sign", FIRST SHA " +7 " GIT " git a\n", "line 2 " },
	{ "2^63", FIRST SHA " 9223372036854775808 " GIT " git a\n", "line 2 " },
	{ "a path that leaves", FIRST LINE("../a"), "part '..'" },
	{ "an absolute path", FIRST LINE("/a"), "an empty part" },
	{ ".git", FIRST LINE(".git/config"), "'.git'" },
	{ "a CR in a path", FIRST LINE("a\r"), "a control character" },
	{ "bad UTF-8", FIRST LINE("\xff"), "not UTF-8" },
	{ "twice", FIRST LINE("a") LINE("a"), "stands there twice" },
	{ "not sorted", FIRST LINE("b") LINE("a"), "not sorted" },
	{ "longer first", FIRST LINE("aa") LINE("a"), "not sorted" },
	{ "sorted like signed bytes", FIRST LINE("\xc3\xa9") LINE("a"),
	    "not sorted" },
	{ "a folder that is a file", FIRST LINE("a") LINE("a/b"),
	    "also a file" },
	{ "the same, with others between",
	    FIRST LINE("a") LINE("a-b") LINE("a.b") LINE("a/b"),
	    "also a file" },
	{ "the same, deeper", FIRST LINE("x/a") LINE("x/a-b/c") LINE("x/a/b/c"),
	    "also a file" },
	{ "the same, far above", FIRST LINE("a") LINE("a-") LINE("a/b/c/d"),
	    "also a file" },
	{ "a name that begins like a folder",
	    FIRST LINE("ab") LINE("ab-/c") LINE("abc/d"), NULL },
	{ "a file forgotten in time",
	    FIRST LINE("a/b") LINE("a/b-c") LINE("ab/b/c") LINE("b/b/c"),
	    NULL },
};

static void
check_row(const struct row *r)
{
	struct weigh_manifest m = { 0 };
	struct weigh_err err;
	struct weigh_buf b;
	enum weigh_code rc;

	rc = weigh_manifest_parse(&m, r->text, strlen(r->text), &err);
	check_code(r->label, rc, r->why ? WEIGH_MALFORMED : WEIGH_OK);
	if (r->why != NULL) {
		check_has(r->label, err.why, r->why);
		check_true(r->label, m.files == NULL && m.text == NULL);
		return;
	}
	weigh_buf_init(&b, 1 << 16);
	check_code(r->label, weigh_manifest_print(&b, m.files, m.count, NULL),
	    WEIGH_OK);
	check_str(r->label, b.data, r->text);
	weigh_buf_free(&b);
	weigh_manifest_free(&m);
}

static void
test_rows(void **state)
{
	struct weigh_manifest m;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
	check_code("no text at all", weigh_manifest_parse(&m, NULL, 0, NULL),
	    WEIGH_MALFORMED);
	weigh_manifest_free(NULL);
}

static void
test_values(void **state)
{
	static const char text[] = FIRST SHA " 7 " GIT " git a\n" SHA " 35 " GIT
					     " lfs b/c\n";
	struct weigh_manifest m;
	const struct weigh_file *f;
	char hex[WEIGH_OID_HEX + 1];

	(void)state;
	check_code("parse",
	    weigh_manifest_parse(&m, text, sizeof(text) - 1, NULL), WEIGH_OK);
	check_u64("files", m.count, 2);
	check_u64("bytes", weigh_manifest_bytes(&m), 42);
	f = weigh_manifest_find(&m, "b/c");
	check_true("found", f == &m.files[1]);
	check_str("path", f->path, "b/c");
	check_u64("size", f->size, 35);
	check_true("lfs", f->lfs && !m.files[0].lfs);
	weigh_oid_hex(&f->oid, hex);
	check_str("SHA-256", hex, SHA);
	weigh_gitid_hex(&f->git, hex);
	check_str("git id", hex, GIT);
	check_true("a folder", weigh_manifest_find(&m, "b") == NULL);
	check_true("nothing", weigh_manifest_find(&m, "") == NULL);
	check_true("behind", weigh_manifest_find(&m, "z") == NULL);
	weigh_manifest_free(&m);
	check_true("empty", weigh_manifest_find(&m, "a") == NULL);
}

/* Every cut and every NUL is refused, except a cut behind a whole line. */
static void
test_every_byte_counts(void **state)
{
	static const char good[] = FIRST LINE("a") LINE("b/c");
	size_t len = sizeof(good) - 1;
	char text[sizeof(good)];

	(void)state;
	for (size_t n = 0; n < len; n++) {
		struct weigh_manifest m = { 0 };
		bool whole = n > 0 && good[n - 1] == '\n';

		check_code("cut", weigh_manifest_parse(&m, good, n, NULL),
		    whole ? WEIGH_OK : WEIGH_MALFORMED);
		weigh_manifest_free(&m);
		memcpy(text, good, sizeof(good));
		text[n] = '\0';
		check_code("NUL", weigh_manifest_parse(&m, text, len, NULL),
		    WEIGH_MALFORMED);
	}
}

/* print sorts, and refuses what parse would refuse. */
static void
test_print(void **state)
{
	struct weigh_file files[] = { { .path = "b", .size = 1 },
		{ .path = "a/c", .size = 2 }, { .path = "a.c", .size = 3 } };
	struct weigh_file twice[] = { { .path = "a" }, { .path = "a" } };
	struct weigh_file folder[] = { { .path = "a/b" }, { .path = "a-b" },
		{ .path = "a" } };
	struct weigh_file leaves[] = { { .path = "../a" } };
	struct weigh_file huge[] = { { .path = "a",
	    .size = (uint64_t)1 << 63 } };
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, 1 << 16);
	check_code("good", weigh_manifest_print(&b, files, 3, NULL), WEIGH_OK);
	check_str("sorted", files[0].path, "a.c");
	check_str("sorted", files[1].path, "a/c");
	check_str("sorted", files[2].path, "b");
	weigh_buf_reset(&b);
	check_code("twice", weigh_manifest_print(&b, twice, 2, NULL),
	    WEIGH_MALFORMED);
	check_code("a folder that is a file",
	    weigh_manifest_print(&b, folder, 3, NULL), WEIGH_MALFORMED);
	check_code("a path that leaves",
	    weigh_manifest_print(&b, leaves, 1, NULL), WEIGH_MALFORMED);
	check_code("2^63", weigh_manifest_print(&b, huge, 1, NULL),
	    WEIGH_TOO_BIG);
	check_u64("nothing was written", b.len, 0);
	weigh_buf_free(&b);
	weigh_buf_init(&b, 100);
	check_code("no room", weigh_manifest_print(&b, files, 3, NULL),
	    WEIGH_NOMEM);
	weigh_buf_free(&b);
}

/* Limits are looked at before memory is taken. */
static void
test_limits(void **state)
{
	struct weigh_manifest m = { 0 };
	size_t lines = WEIGH_MANIFEST_FILES + 1;
	char *text = malloc(sizeof(FIRST) + lines);
	struct weigh_file *files = calloc(lines, sizeof(*files));
	struct weigh_buf b;

	(void)state;
	check_true("memory", text != NULL && files != NULL);
	weigh_buf_init(&b, 0);
	for (size_t i = 0; i < lines; i++)
		files[i].path = "x";
	memcpy(text, FIRST, sizeof(FIRST));
	memset(text + sizeof(FIRST) - 1, '\n', lines);
	check_code("a file too many",
	    weigh_manifest_parse(&m, text, sizeof(FIRST) - 1 + lines, NULL),
	    WEIGH_TOO_BIG);
	check_code("one less",
	    weigh_manifest_parse(&m, text, sizeof(FIRST) - 2 + lines, NULL),
	    WEIGH_MALFORMED);
	check_code("too long",
	    weigh_manifest_parse(&m, text, WEIGH_MANIFEST_MAX + 1, NULL),
	    WEIGH_TOO_BIG);
	check_code("too many to print",
	    weigh_manifest_print(&b, files, WEIGH_MANIFEST_FILES + 1, NULL),
	    WEIGH_TOO_BIG);
	free(files);
	free(text);
}

/* The sum of sizes stops at the top instead of beginning again at 0. */
static void
test_bytes_do_not_wrap(void **state)
{
	struct weigh_file files[] = { { .path = "a", .size = INT64_MAX },
		{ .path = "b", .size = INT64_MAX }, { .path = "c", .size = 1 },
		{ .path = "d", .size = 1 } };
	struct weigh_manifest m = { .files = files, .count = 3 };

	(void)state;
	check_u64("2^64 - 1", weigh_manifest_bytes(&m), UINT64_MAX);
	m.count = 4;
	check_u64("and no further", weigh_manifest_bytes(&m), UINT64_MAX);
}

static size_t
long_line(char *out, size_t room, unsigned i)
{
	int n = snprintf(out, room, SHA " 7 " GIT " git dir-%04u/file-%07u\n",
	    i / 1000, i);

	return (size_t)n;
}

/* A hundred thousand files. */
static void
test_many(void **state)
{
	const unsigned count = 100000;
	struct weigh_manifest m;
	struct weigh_buf b, back;
	char line[256];

	(void)state;
	weigh_buf_init(&b, 64 << 20);
	weigh_buf_init(&back, 64 << 20);
	weigh_buf_adds(&b, FIRST);
	for (unsigned i = 0; i < count; i++)
		weigh_buf_add(&b, line, long_line(line, sizeof(line), i));
	check_code("parse", weigh_manifest_parse(&m, b.data, b.len, NULL),
	    WEIGH_OK);
	check_u64("files", m.count, count);
	check_true("the last",
	    weigh_manifest_find(&m, "dir-0099/file-0099999") != NULL);
	check_code("print", weigh_manifest_print(&back, m.files, m.count, NULL),
	    WEIGH_OK);
	check_bytes("the same", back.data, back.len, b.data, b.len);
	weigh_manifest_free(&m);
	weigh_buf_free(&b);
	weigh_buf_free(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_every_byte_counts),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_bytes_do_not_wrap),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
