/* Writing revisions; the numbers are those of repo.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "check.h"
#include "gitrun.h"
#include "grove.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DEEP "d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/"

static const struct grove_file files[] = {
	{ ".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n",
	    false },
	{ "README.md", "# hello\n", false },
	{ "a-b", "between a and a/\n", false },
	{ "a.b", "so is this\n", false },
	{ "a/x.bin", "lots of bytes", true },
	{ "a/y/empty", "", false },
	{ "a0", "behind a/\n", false },
	{ DEEP "file", "deep\n", false },
	{ "\xc3\xa4/\xe6\x97\xa5", "not ASCII\n", false },
};

/* (1) What git says of it: nothing wrong, and the same content. */
static void
test_git_accepts(void **state)
{
	struct weigh_gitid id;
	char hex[WEIGH_GITID_HEX + 1];
	struct grove g;

	(void)state;
	grove_open(&g);
	id = grove_publish(&g, "main", files, COUNT(files));
	weigh_gitid_hex(&id, hex);
	grove_fsck(&g, "fsck");

	check_u64("clone",
	    (uint64_t)gitrun(&g.out, g.dir.path, "clone", "-q", "--no-local",
		g.path, "copy", NULL),
	    0);
	check_str("clone", g.out.data, "");
	gitrun(&g.out, g.path, "rev-parse", "HEAD", NULL);
	check_bytes("HEAD", g.out.data, g.out.len - 1, hex, strlen(hex));
	gitrun(&g.out, g.path, "log",
	    "--format=%an|%ae|%at|%cn|%ce|%ct|%ai|%s|%b", NULL);
	check_str("log", g.out.data,
	    "A U Thor|author@example.com|1234567890|A U Thor|"
	    "author@example.com|1234567890|2009-02-13 23:31:30 +0000|"
	    "a title|and more\n\n");
	gitrun(&g.out, g.path, "-c", "core.quotePath=false", "ls-tree", "-r",
	    "--format=%(objectmode) %(path)", "HEAD", NULL);
	check_str("ls-tree", g.out.data,
	    "100644 .gitattributes\n100644 README.md\n100644 a-b\n"
	    "100644 a.b\n100644 a/x.bin\n100644 a/y/empty\n100644 a0\n"
	    "100644 " DEEP "file\n100644 \xc3\xa4/\xe6\x97\xa5\n");
	gitrun(&g.out, g.path, "show", "HEAD:a/x.bin", NULL);
	check_str("pointer", g.out.data,
	    "version https://git-lfs.github.com/spec/v1\n"
	    "oid sha256:040b9fddda11801db90795a4c71aa94c"
	    "e99ad3b3fc14677664da0cbc2c984e3d\nsize 13\n");
	grove_close(&g);
}

/* The ids that come back are git's. */
static void
test_outputs(void **state)
{
	static const char *const dirs[] = { "a", "a/y" };
	char hex[WEIGH_GITID_HEX + 1], spec[128];
	struct repo_commit c;
	struct grove g;

	(void)state;
	grove_open(&g);
	check_code("write", grove_write(&g, NULL, files, 7, &c, NULL),
	    WEIGH_OK);
	check_u64("directories", c.ndirs, COUNT(dirs));
	for (size_t i = 0; i < COUNT(dirs); i++) {
		check_str("in order", c.dirs[i].path, dirs[i]);
		weigh_gitid_hex(&c.id, hex);
		snprintf(spec, sizeof(spec), "%s:%s", hex, dirs[i]);
		gitrun(&g.out, g.path, "rev-parse", spec, NULL);
		weigh_gitid_hex(&c.dirs[i].git, hex);
		check_bytes(dirs[i], g.out.data, g.out.len - 1, hex, 40);
	}
	for (size_t i = 0; i < c.nfiles; i++) {
		weigh_gitid_hex(&c.id, hex);
		snprintf(spec, sizeof(spec), "%s:%s", hex, c.files[i].path);
		gitrun(&g.out, g.path, "rev-parse", spec, NULL);
		weigh_gitid_hex(&c.files[i].git, hex);
		check_bytes(spec, g.out.data, g.out.len - 1, hex, 40);
		check_u64(spec, c.files[i].pointer_size,
		    c.files[i].lfs ? 127 : 0);
	}
	grove_free(&c);
	grove_close(&g);
}

static void
test_unchanged(void **state)
{
	struct weigh_gitid first;
	struct repo_commit c;
	struct grove g;

	(void)state;
	grove_open(&g);
	first = grove_publish(&g, "main", files, COUNT(files));
	check_code("the same again",
	    grove_write(&g, &first, files, COUNT(files), &c, NULL),
	    WEIGH_EXISTS);
	check_true("its parent", weigh_gitid_equal(&c.id, &first));
	check_u64("outputs are filled", c.ndirs, 2 + 30 + 1);
	grove_free(&c);
	check_code("one file less",
	    grove_write(&g, &first, files, COUNT(files) - 1, &c, NULL),
	    WEIGH_OK);
	check_true("a new one", !weigh_gitid_equal(&c.id, &first));
	grove_free(&c);
	grove_close(&g);
}

/* --- many files ---------------------------------------------------------- */

static double
publish_many(struct grove *g, size_t count, const char *folder)
{
	struct grove_file *many = calloc(count, sizeof(*many));
	char(*texts)[48] = calloc(count, sizeof(*texts));
	struct timespec from, to;

	assert_non_null(many);
	assert_non_null(texts);
	for (size_t i = 0; i < count; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%s%06zu", folder, i);
		many[i] = (struct grove_file){ texts[i], texts[i], false };
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	grove_publish(g, "main", many, count);
	clock_gettime(CLOCK_MONOTONIC, &to);
	free(many);
	free(texts);
	return (double)(to.tv_sec - from.tv_sec) +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Few objects become files, many a pack; both are right (1), (2). */
static void
test_many(void **state)
{
	struct grove g;

	(void)state;
	grove_open(&g);
	publish_many(&g, 20, "few/");
	check_u64("no pack",
	    (uint64_t)tmpdir_count(&g.dir,
		"repos/models/acme/demo.git/objects/pack"),
	    0);
	print_message("20,000 files: %.2f s\n", publish_many(&g, 20000, "m/"));
	check_u64("one pack and its index",
	    (uint64_t)tmpdir_count(&g.dir,
		"repos/models/acme/demo.git/objects/pack"),
	    2);
	publish_many(&g, 30, "again/"); /* new files beside the pack */
	grove_fsck(&g, "fsck");
	gitrun(&g.out, g.path, "rev-list", "--count", "HEAD", NULL);
	check_str("three revisions", g.out.data, "3\n");
	grove_close(&g);
}

/* More than fits in memory goes out as several packs. */
static void
test_much(void **state)
{
	const size_t size = 9u << 20;
	struct grove_file big[9];
	static char paths[9][8];
	struct grove g;

	(void)state;
	grove_open(&g);
	for (size_t i = 0; i < COUNT(big); i++) {
		char *text = malloc(size + 1);

		assert_non_null(text);
		for (size_t j = 0; j < size; j++)
			text[j] = (char)('a' + (i + j / 64) % 26);
		text[size] = '\0';
		snprintf(paths[i], sizeof(paths[i]), "f%zu", i);
		big[i] = (struct grove_file){ paths[i], text, false };
	}
	grove_publish(&g, "main", big, COUNT(big));
	check_true("more than one pack",
	    tmpdir_count(&g.dir, "repos/models/acme/demo.git/objects/pack") >
		2);
	grove_fsck(&g, "fsck");
	for (size_t i = 0; i < COUNT(big); i++)
		free((void *)(uintptr_t)big[i].text);
	grove_close(&g);
}

/* --- refused ------------------------------------------------------------- */

#define POINTER \
	"version https://git-lfs.github.com/spec/v1\n" \
	"oid sha256:" \
	"0000000000000000000000000000000000000000000000000000000000000001\n" \
	"size 1\n"

static const struct path_row {
	const char *label;
	struct grove_file files[3];
	enum weigh_code code;
} paths[] = {
	{ "twice", { { "a", "1", 0 }, { "a", "2", 0 } }, WEIGH_MALFORMED },
	{ "out of order", { { "b", "1", 0 }, { "a", "2", 0 } },
	    WEIGH_MALFORMED },
	{ "file and folder", { { "a", "1", 0 }, { "a/b", "2", 0 } },
	    WEIGH_MALFORMED },
	{ "the same, apart",
	    { { "a", "1", 0 }, { "a.b", "2", 0 }, { "a/b", "3", 0 } },
	    WEIGH_MALFORMED },
	{ "..", { { "../x", "1", 0 } }, WEIGH_MALFORMED },
	{ "absolute", { { "/x", "1", 0 } }, WEIGH_MALFORMED },
	{ "empty", { { "", "1", 0 } }, WEIGH_MALFORMED },
	{ ".git", { { ".git/config", "1", 0 } }, WEIGH_MALFORMED },
	{ ".GIT", { { "a/.GIT/config", "1", 0 } }, WEIGH_MALFORMED },
	{ "git~1", { { "git~1/config", "1", 0 } }, WEIGH_MALFORMED },
	{ ".git and ignorable Unicode",
	    { { ".g\xe2\x80\x8cit/config", "1", 0 } }, WEIGH_MALFORMED },
	{ ".git with a dot", { { ".git./x", "1", 0 } }, WEIGH_MALFORMED },
	{ ".git as a stream", { { ".git::$INDEX_ALLOCATION/x", "1", 0 } },
	    WEIGH_MALFORMED },
	{ "backslash", { { "a\\b", "1", 0 } }, WEIGH_MALFORMED },
	{ ".gitmodules", { { ".gitmodules", "x", 0 } }, WEIGH_MALFORMED },
	{ ".gitmodules below", { { "a/.GITmodules", "x", 0 } },
	    WEIGH_MALFORMED },
	{ "a pointer", { { "a", POINTER, 0 } }, WEIGH_MALFORMED },
	{ "not UTF-8", { { "\xff", "1", 0 } }, WEIGH_MALFORMED },
};

static void
test_bad_files(void **state)
{
	struct grove g;

	(void)state;
	grove_open(&g);
	for (size_t i = 0; i < COUNT(paths); i++) {
		const struct path_row *row = &paths[i];
		struct repo_commit c;
		struct weigh_err err;
		size_t n = 0;

		while (n < 3 && row->files[n].path != NULL)
			n++;
		check_code(row->label,
		    grove_write(&g, NULL, row->files, n, &c, &err), row->code);
		check_true(row->label, err.why[0] != '\0');
		check_u64(row->label, c.ndirs, 0);
		grove_free(&c);
	}
	/* Nothing was left on disk: objects/ still holds info and pack. */
	check_u64("objects",
	    (uint64_t)tmpdir_count(&g.dir,
		"repos/models/acme/demo.git/objects"),
	    2);
	grove_close(&g);
}

static void
test_long_attributes(void **state)
{
	struct grove_file file = { ".gitattributes", NULL, false };
	struct repo_commit c;
	char text[5000];
	struct grove g;

	(void)state;
	grove_open(&g);
	memset(text, 'x', sizeof(text));
	text[2047] = '\n';
	text[4095] = '\0';
	file.text = text;
	check_code("2,047 bytes", grove_write(&g, NULL, &file, 1, &c, NULL),
	    WEIGH_OK);
	check_code("main",
	    repo_move_ref(g.repo, "refs/heads/main", &c.parent, &c.id, NULL),
	    WEIGH_OK);
	grove_free(&c);
	grove_fsck(&g, "git agrees");
	text[2047] = 'x';
	check_code("one more", grove_write(&g, NULL, &file, 1, &c, NULL),
	    WEIGH_MALFORMED);
	grove_free(&c);
	grove_close(&g);
}

/* (5), and what a commit may say. */
static void
wrong_digest(struct repo_commit *c)
{
	c->files[1].oid.b[0] ^= 1;
}

static void
too_big(struct repo_commit *c)
{
	c->files[1].size = (10u << 20) + 1;
}

static void
longer_than_it_is(struct repo_commit *c)
{
	c->files[1].size++;
}

static void
no_files(struct repo_commit *c)
{
	c->nfiles = 0;
}

static void
angle_author(struct repo_commit *c)
{
	c->author = "A <U> Thor";
}

static void
two_line_author(struct repo_commit *c)
{
	c->author = "A\nparent 0000000000000000000000000000000000000000";
}

static void
empty_author(struct repo_commit *c)
{
	c->author = "";
}

static void
crumbs_for_author(struct repo_commit *c)
{
	c->author = " . "; /* git leaves nothing of it */
}

static void
bad_email(struct repo_commit *c)
{
	c->email = "a@b>";
}

static void
before_1970(struct repo_commit *c)
{
	c->date = -1;
}

static void
bad_message(struct repo_commit *c)
{
	c->message = "\xff";
}

static void
no_such_parent(struct repo_commit *c)
{
	c->parent.b[3] = 1;
}

static const struct change_row {
	const char *label;
	void (*change)(struct repo_commit *c);
	enum weigh_code code;
} changes[] = {
	{ "another SHA-256", wrong_digest, WEIGH_MISMATCH },
	{ "over 10 MiB and not LFS", too_big, WEIGH_TOO_BIG },
	{ "ends early", longer_than_it_is, WEIGH_IO },
	{ "no files", no_files, WEIGH_USAGE },
	{ "author with < and >", angle_author, WEIGH_MALFORMED },
	{ "author of two lines", two_line_author, WEIGH_MALFORMED },
	{ "no author", empty_author, WEIGH_MALFORMED },
	{ "nothing of an author", crumbs_for_author, WEIGH_MALFORMED },
	{ "e-mail with >", bad_email, WEIGH_MALFORMED },
	{ "before 1970", before_1970, WEIGH_MALFORMED },
	{ "message not UTF-8", bad_message, WEIGH_MALFORMED },
	{ "no such parent", no_such_parent, WEIGH_NOT_FOUND },
};

static void
test_bad_commits(void **state)
{
	struct grove g;

	(void)state;
	grove_open(&g);
	for (size_t i = 0; i < COUNT(changes); i++) {
		struct grove_texts texts;
		struct repo_commit c;

		grove_prepare(&texts, NULL, files, 3, &c);
		changes[i].change(&c);
		check_code(changes[i].label, repo_write(g.repo, &c, NULL),
		    changes[i].code);
		grove_free(&c);
	}
	check_u64("nothing on disk",
	    (uint64_t)tmpdir_count(&g.dir,
		"repos/models/acme/demo.git/objects"),
	    2);
	grove_close(&g);
}

/* (1) at the edges of what a commit may say. */
static void
no_message(struct repo_commit *c)
{
	c->message = "";
}

static void
far_future(struct repo_commit *c)
{
	c->date = INT64_MAX;
}

static void
first_second(struct repo_commit *c)
{
	c->date = 0;
}

static void
foreign_author(struct repo_commit *c)
{
	c->author = "\xe6\x97\xa5 'Q' (x), Jr.";
}

static void (*const edges[])(struct repo_commit *c) = {
	no_message,
	far_future,
	first_second,
	foreign_author,
};

static void
test_edges(void **state)
{
	struct weigh_gitid zero = { { 0 } };
	struct grove g;

	(void)state;
	grove_open(&g);
	grove_publish(&g, "main", files, 1); /* for HEAD */
	for (size_t i = 0; i < COUNT(edges); i++) {
		struct grove_texts texts;
		struct repo_commit c;
		char ref[32];

		snprintf(ref, sizeof(ref), "refs/heads/edge%zu", i);
		grove_prepare(&texts, NULL, files, 3, &c);
		edges[i](&c);
		check_code(ref, repo_write(g.repo, &c, NULL), WEIGH_OK);
		check_code(ref, repo_move_ref(g.repo, ref, &zero, &c.id, NULL),
		    WEIGH_OK);
		grove_free(&c);
		grove_fsck(&g, ref);
	}
	grove_close(&g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_git_accepts),
		cmocka_unit_test(test_outputs),
		cmocka_unit_test(test_unchanged),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_much),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_long_attributes),
		cmocka_unit_test(test_bad_commits),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests_name("repo write", tests, NULL, NULL);
}
