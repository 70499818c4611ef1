/*
 * Packs as the git program reads them, and differences of trees; the numbers are
 * those of weigh/gitpack.h.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <weigh/gitpack.h>

#include "check.h"
#include "gitdelta.h"
#include "gitrun.h"
#include "tmpdir.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static enum weigh_code
keep(void *ctx, const char *data, size_t len, struct weigh_err *err)
{
	(void)err;
	return weigh_buf_add(ctx, data, len) ? WEIGH_OK : WEIGH_NOMEM;
}

static enum weigh_code
refuse(void *ctx, const char *data, size_t len, struct weigh_err *err)
{
	(void)ctx;
	(void)data;
	(void)len;
	return weigh_fail(err, WEIGH_CANCELED, "the client is gone");
}

/* --- packs ---------------------------------------------------------------------- */

static struct weigh_gitid
id_of(const char *hex)
{
	struct weigh_gitid g;

	assert_true(weigh_gitid_parse(&g, hex, strlen(hex)));
	return g;
}

/* git index-pack takes it, and finds the same objects. */
static void
test_git_reads_it(void **state)
{
	static const char big_text[] = "0123456789abcdef";
	struct weigh_pack *p = NULL;
	struct weigh_buf pack, out, big;
	struct tmpdir dir;
	char path[400];
	int fd;

	(void)state;
	tmpdir_make(&dir);
	weigh_buf_init(&pack, 8 << 20);
	weigh_buf_init(&out, 1 << 20);
	weigh_buf_init(&big, 8 << 20);
	for (int i = 0; i < 20000; i++)
		weigh_buf_addf(&big, "%s %d\n", big_text, i * 7919);
	assert_int_equal(weigh_pack_begin(&p, 3, keep, &pack, NULL), WEIGH_OK);
	assert_int_equal(weigh_pack_add(p, WEIGH_PACK_BLOB, "hallo\n", 6, NULL),
	    WEIGH_OK);
	assert_int_equal(weigh_pack_add(p, WEIGH_PACK_BLOB, "", 0, NULL),
	    WEIGH_OK);
	assert_int_equal(weigh_pack_add(p, WEIGH_PACK_BLOB, big.data, big.len,
			     NULL),
	    WEIGH_OK);
	assert_int_equal(weigh_pack_end(p, NULL), WEIGH_OK);
	weigh_pack_free(p);

	snprintf(path, sizeof(path), "%s/x.pack", dir.path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, pack.data, pack.len), (ssize_t)pack.len);
	close(fd);
	if (gitrun(&out, dir.path, "init", "-q", ".", NULL) != 0 ||
	    gitrun(&out, dir.path, "index-pack", "--strict", path, NULL) != 0)
		fail_msg("git index-pack: %s", out.data);
	assert_int_equal(gitrun(&out, dir.path, "verify-pack", "-v", path,
			     NULL),
	    0);
	check_has("the empty blob", out.data,
	    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391 blob   0");
	check_has("the small one", out.data, " blob   6 ");
	check_has("all three", out.data, "non delta: 3 objects");
	weigh_buf_free(&pack);
	weigh_buf_free(&out);
	weigh_buf_free(&big);
	tmpdir_remove(&dir);
}

/* (1), and an answer of the sink is the answer. */
static void
test_counts(void **state)
{
	struct weigh_gitid base =
	    id_of("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
	struct weigh_pack *p = NULL;
	struct weigh_buf pack;

	(void)state;
	weigh_buf_init(&pack, 1 << 20);
	assert_int_equal(weigh_pack_begin(&p, 1, keep, &pack, NULL), WEIGH_OK);
	assert_int_equal(weigh_pack_end(p, NULL), WEIGH_BUG);
	assert_int_equal(weigh_pack_add_delta(p, &base, "\0\0", 2, NULL),
	    WEIGH_OK);
	assert_int_equal(weigh_pack_add(p, WEIGH_PACK_BLOB, "", 0, NULL),
	    WEIGH_BUG);
	assert_int_equal(weigh_pack_end(p, NULL), WEIGH_OK);
	weigh_pack_free(p);
	assert_memory_equal(pack.data, "PACK\0\0\0\2\0\0\0\1\x72", 13);
	weigh_buf_free(&pack);

	assert_int_equal(weigh_pack_begin(&p, 0, refuse, NULL, NULL), WEIGH_OK);
	assert_int_equal(weigh_pack_end(p, NULL), WEIGH_CANCELED);
	weigh_pack_free(p);
}

/* --- trees ------------------------------------------------------------------------ */

/* A tree of words: "name" is a file, "name/" a folder; a number behind it is its
 * content. */
static void
tree_of(struct weigh_buf *out, const char *words)
{
	weigh_buf_reset(out);
	while (*words != '\0') {
		size_t len = strcspn(words, " "), name = strcspn(words, "=/ ");
		unsigned char id[20];

		memset(id, words[len - 1], sizeof(id));
		weigh_buf_addf(out, "%s %.*s",
		    words[name] == '/' ? "40000" : "100644", (int)name, words);
		weigh_buf_add(out, "", 1);
		weigh_buf_add(out, id, sizeof(id));
		words += len + (words[len] == ' ');
	}
}

#define MANY "k=1 l=1 m=1 n=1 o=1 p=1 q=1 r=1 s=1 t=1 u=1 v=1 w=1 x=1"

/* How many bytes the difference may have: what changed, and a few to say where. */
static const struct row {
	const char *label, *base, *tree;
	size_t most; /* 0: it is not worth it */
} rows[] = {
	{ "the same", MANY, MANY, 12 },
	{ "one added in front", MANY, "a=1 " MANY, 50 },
	{ "one added behind", MANY, MANY " y=1", 50 },
	{ "one taken away in front", "a=1 " MANY, MANY, 12 },
	{ "one taken away behind", MANY " y=1", MANY, 12 },
	{ "one changed", "a=1 " MANY, "a=2 " MANY, 50 },
	{ "a file where a folder was", "a/1 " MANY, "a=1 " MANY, 50 },
	{ "git's order: a-b, a/, a0", "a-b=1 a/1 a0=1 " MANY,
	    "a-b=1 a/2 a0=1 " MANY, 50 },
	{ "in two places", "a=1 " MANY " y=1", "a=2 " MANY " y=2", 90 },
	{ "out of order: true, but long", "z=1 " MANY, MANY " z=1", 0 },
	{ "all of it changed", "a=1 b=1", "a=2 b=2", 0 },
	{ "from nothing", "", MANY, 0 },
	{ "to nothing", MANY, "", 0 },
};

static void
test_trees(void **state)
{
	struct weigh_buf base, tree, delta, got;

	(void)state;
	weigh_buf_init(&base, 1 << 20);
	weigh_buf_init(&tree, 1 << 20);
	weigh_buf_init(&delta, 1 << 20);
	weigh_buf_init(&got, 1 << 20);
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool good;

		tree_of(&base, rows[i].base);
		tree_of(&tree, rows[i].tree);
		good = weigh_pack_tree_delta(&delta, base.data, base.len,
		    tree.data, tree.len);
		check_true(rows[i].label, good == (rows[i].most != 0));
		if (!good)
			continue;
		check_true(rows[i].label, delta.len <= rows[i].most);
		check_true(rows[i].label,
		    gitdelta_apply(&got, base.data, base.len, delta.data,
			delta.len));
		check_bytes(rows[i].label, got.data, got.len, tree.data,
		    tree.len);
	}
	weigh_buf_free(&base);
	weigh_buf_free(&tree);
	weigh_buf_free(&delta);
	weigh_buf_free(&got);
}

/* Copies longer than three bytes can count, and places that need all four. */
static void
test_long_copies(void **state)
{
	enum {
		ENTRIES = 800000
	};
	struct weigh_buf base, tree, delta, got;

	(void)state;
	weigh_buf_init(&base, 64 << 20);
	weigh_buf_init(&tree, 64 << 20);
	weigh_buf_init(&delta, 1 << 20);
	weigh_buf_init(&got, 64 << 20);
	for (int i = 0; i < ENTRIES; i++) {
		weigh_buf_addf(&base, "100644 %07d", i);
		weigh_buf_add(&base, "\0aaaaaaaaaaaaaaaaaaaa", 21);
	}
	weigh_buf_add(&tree, base.data, base.len);
	tree.data[tree.len - 1] = 'b';
	assert_true(base.len > 0x1000000);
	assert_true(weigh_pack_tree_delta(&delta, base.data, base.len,
	    tree.data, tree.len));
	assert_true(delta.len < 100);
	assert_true(gitdelta_apply(&got, base.data, base.len, delta.data,
	    delta.len));
	assert_int_equal(got.len, tree.len);
	assert_memory_equal(got.data, tree.data, tree.len);
	weigh_buf_free(&base);
	weigh_buf_free(&tree);
	weigh_buf_free(&delta);
	weigh_buf_free(&got);
}

/* Bytes that are no tree have no difference. */
static void
test_no_trees(void **state)
{
	static const struct {
		const char *label;
		const char *text;
		size_t len;
	} bad[] = {
		{ "text", "hallo", 5 },
		{ "no id", "100644 a\0", 9 },
		{ "half an id", "100644 a\0aaaaaaaaaa", 19 },
		{ "no name", "100644\0aaaaaaaaaaaaaaaaaaaaaaaaaa", 33 },
	};
	struct weigh_buf tree, delta;

	(void)state;
	weigh_buf_init(&tree, 1 << 16);
	weigh_buf_init(&delta, 1 << 16);
	tree_of(&tree, MANY);
	for (size_t i = 0; i < COUNT(bad); i++) {
		check_true(bad[i].label,
		    !weigh_pack_tree_delta(&delta, tree.data, tree.len,
			bad[i].text, bad[i].len));
		check_true(bad[i].label,
		    !weigh_pack_tree_delta(&delta, bad[i].text, bad[i].len,
			tree.data, tree.len));
	}
	weigh_buf_free(&tree);
	weigh_buf_free(&delta);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_git_reads_it),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_long_copies),
		cmocka_unit_test(test_no_trees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
