/* Which files are LFS: tables, and git's own opinion beside ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "gitrun.h"
#include "repo/repo.h"
#include "tmpdir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIB ((uint64_t)1 << 20)

/* --- sizes and the default list ------------------------------------------ */

static const struct size_row {
	const char *label;
	const char *text; /* of .gitattributes; NULL: none */
	const char *path;
	uint64_t size;
	bool lfs;
} sizes[] = {
	{ "small text", NULL, "README.md", 100, false },
	{ "1 MiB", NULL, "a.txt", MIB, false },
	{ "over 1 MiB", NULL, "a.txt", MIB + 1, true },
	{ "over 1 MiB, but there are rules", "", "a.txt", MIB + 1, false },
	{ "10 MiB", "", "a.txt", 10 * MIB, false },
	{ "over 10 MiB", "", "a.txt", 10 * MIB + 1, true },
	{ "over 10 MiB, against the rules", "* -filter\n", "a.txt",
	    10 * MIB + 1, true },
	{ "the rules themselves", "* filter=lfs\n", ".gitattributes", 9,
	    false },
	{ "the rules, huge", NULL, ".gitattributes", 2 * MIB, false },
	{ "the rules, over 10 MiB", NULL, ".gitattributes", 10 * MIB + 1,
	    true },
	{ "rules in a folder are a file", "* filter=lfs\n", "a/.gitattributes",
	    9, true },
	{ "empty, against the rules", "* filter=lfs\n", "w.bin", 0, false },
	{ "safetensors", NULL, "model-00001-of-00002.safetensors", 9, true },
	{ "gguf", NULL, "q/model.Q4_K.gguf", 9, true },
	{ "tfevents", NULL, "runs/events.out.tfevents.1.host", 9, true },
	{ "saved_model", NULL, "saved_model/variables/variables.index", 9,
	    true },
	{ "saved_model, directly", NULL, "saved_model/x", 9, true },
	{ "saved_model elsewhere", NULL, "a/saved_model/x", 9, false },
	{ "tar of a kind", NULL, "x.tar.lz4", 9, true },
	{ "lfs in the middle", NULL, "x.lfs.y", 9, true },
	{ "case counts", NULL, "MODEL.BIN", 9, false },
	{ "config", NULL, "config.json", 9, false },
	{ "a name that only ends so", NULL, "mybin", 9, false },
};

static struct repo_attributes *
parse(const char *text)
{
	struct repo_attributes *a = NULL;

	check_code("parse",
	    repo_attributes_parse(&a, text, text != NULL ? strlen(text) : 0,
		NULL),
	    WEIGH_OK);
	return a;
}

static void
test_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		const struct size_row *row = &sizes[i];
		struct repo_attributes *a = parse(row->text);

		check_true(row->label,
		    repo_attributes_lfs(a, row->path, row->size) == row->lfs);
		repo_attributes_free(a);
	}
}

/* --- the same question to git -------------------------------------------- */

/* (Without `a/b**`: by its manual the stars are one '*' there, but git 2.39
 * compares two unrelated addresses to decide that.) */
static const char *const texts[] = {
	"*.bin filter=lfs diff=lfs merge=lfs -text\n",
	"a/*.bin filter=lfs\n",
	"/*.bin filter=lfs\n",
	"a/**/c filter=lfs\n",
	"**/c filter=lfs\n",
	"a/** filter=lfs\n",
	"/a/b/* filter=lfs\n",
	"**/b/** filter=lfs\n",
	"a/**/b/**/x.bin filter=lfs\n",
	"a** filter=lfs\n",
	"** filter=lfs\n",
	"a/b/ filter=lfs\n",
	"a filter=lfs\n",
	"? filter=lfs\n",
	"[ab]*.bin filter=lfs\n",
	"[!ab]*.bin filter=lfs\n",
	"[^a]*.bin filter=lfs\n",
	"[a-c].bin filter=lfs\n",
	"*.bin filter=lfs\na/*.bin -filter\n",
	"*.bin filter=lfs\nx.bin !filter\n",
	"*.bin -filter\n*.bin filter=lfs\n",
	"*.bin filter=lfs -filter\n",
	"*.bin filter=other\n",
	"*.bin filter\n",
	"*.bin filter=lfs\n*.bin filter=other\n",
	"*.bin filter=lfsx\n",
	"*.bin text\n",
	"*.bin filter=lfs\n*.bin text\n",
	"# *.bin filter=lfs\n",
	"  \t*.bin \t filter=lfs  \n",
	"*.bin filter=lfs\r\n",
	"*.bin filter=lfs",
	"\n\n*.bin filter=lfs\n\n",
	"\"a b.bin\" filter=lfs\n",
	"\"*.bin\" filter=lfs\n",
	"\\[x].bin filter=lfs\n",
	"x\\*.bin filter=lfs\n",
	"\\*.bin filter=lfs\n",
	"!*.bin filter=lfs\n",
	"*.bin diff=lfs merge=lfs -text\n",
	"a/b/x.bin filter=lfs\n",
	"b/x.bin filter=lfs\n",
	"*/x.bin filter=lfs\n",
	"*/*/x.bin filter=lfs\n",
	"**/**/x.bin filter=lfs\n",
	"a/*/c filter=lfs\n",
};

static const char *const paths[] = {
	"x.bin",
	"a.bin",
	"b.bin",
	"a",
	"c",
	"ab",
	"x.txt",
	"x.binx",
	"a/x.bin",
	"a/c",
	"a/b/x.bin",
	"a/b/c",
	"a/b/d/c",
	"a/b/d/x.bin",
	"a/bb/x.bin",
	"b/x.bin",
	"z/b/x.bin",
	"z/a/b/x.bin",
	"a b.bin",
	"[x].bin",
	"x*.bin",
	"*.bin",
	"!x.bin",
	"#x.bin",
};

static void
compare(struct weigh_buf *out, const struct tmpdir *dir, const char *text)
{
	struct repo_attributes *a = parse(text);

	tmpdir_write(dir, ".gitattributes", text, strlen(text));
	for (size_t i = 0; i < COUNT(paths); i++) {
		char label[256];
		bool theirs;

		gitrun(out, dir->path, "check-attr", "-z", "filter", "--",
		    paths[i], NULL);
		/* PATH NUL filter NUL VALUE NUL */
		theirs = out->len > 4 &&
		    memcmp(out->data + out->len - 4, "lfs", 4) == 0 &&
		    out->data[out->len - 5] == '\0';
		snprintf(label, sizeof(label), "'%s' under '%s' (git: %d)",
		    paths[i], text, theirs);
		check_true(label,
		    repo_attributes_lfs(a, paths[i], 9) == theirs);
	}
	repo_attributes_free(a);
}

static void
test_as_git(void **state)
{
	struct weigh_buf out;
	struct tmpdir dir;

	(void)state;
	tmpdir_make(&dir);
	weigh_buf_init(&out, 1 << 20);
	check_u64("init", (uint64_t)gitrun(&out, dir.path, "init", "-q", NULL),
	    0);
	for (size_t i = 0; i < COUNT(texts); i++)
		compare(&out, &dir, texts[i]);
	weigh_buf_free(&out);
	tmpdir_remove(&dir);
}

/* --- bounds -------------------------------------------------------------- */

static void
test_bounds(void **state)
{
	struct repo_attributes *a = NULL;
	char *text = malloc(2 * MIB);
	size_t len = 0;

	(void)state;
	assert_non_null(text);
	memset(text, '#', 2 * MIB);
	check_code("over 1 MiB", repo_attributes_parse(&a, text, MIB + 1, NULL),
	    WEIGH_TOO_BIG);
	check_code("a NUL",
	    repo_attributes_parse(&a, "*\0 filter=lfs", 13, NULL),
	    WEIGH_MALFORMED);
	for (unsigned i = 0; i < 10001; i++)
		len += (size_t)sprintf(text + len, "%u filter=lfs\n", i);
	check_code("10,001 rules", repo_attributes_parse(&a, text, len, NULL),
	    WEIGH_TOO_BIG);
	len -= strlen("10000 filter=lfs\n");
	check_code("10,000 rules", repo_attributes_parse(&a, text, len, NULL),
	    WEIGH_OK);
	check_true("the first counts", repo_attributes_lfs(a, "0", 1));
	repo_attributes_free(a);

	/* A line git would not read is none. */
	memset(text, ' ', 4096);
	memcpy(text, "x", 1);
	memcpy(text + 3000, "filter=lfs\n", 11);
	check_code("a long line", repo_attributes_parse(&a, text, 3011, NULL),
	    WEIGH_OK);
	check_true("does not count", !repo_attributes_lfs(a, "x", 1));
	repo_attributes_free(a);
	free(text);
}

/* Many `**` and '*' cost no more than their number. */
static void
test_hostile_pattern(void **state)
{
	char text[2048] = "", path[2048] = "";
	struct repo_attributes *a;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		strcat(text, "**/*a*a*a*/");
		strcat(path, i < 59 ? "aaaaaaaaaaaaaaaa/" : "aaaaaaa");
	}
	strcat(text, "b filter=lfs\n");
	a = parse(text);
	for (unsigned i = 0; i < 1000; i++)
		check_true("no match", !repo_attributes_lfs(a, path, 1));
	repo_attributes_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_as_git),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_hostile_pattern),
	};

	return cmocka_run_group_tests_name("repo attributes", tests, NULL,
	    NULL);
}
