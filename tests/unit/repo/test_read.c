/* Reading back: what was written, and objects that somebody made to hurt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "gitrun.h"
#include "grove.h"
#include "repo/priv.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct grove_file files[] = {
	{ "README.md", "# hello\n", false },
	{ "a-b", "1", false },
	{ "a.b", "2", false },
	{ "a/x.bin", "lots of bytes", true },
	{ "a/y/empty", "", false },
	{ "a0", "3", false },
};

/* --- entries ------------------------------------------------------------- */

static enum weigh_code
join_entry(void *ctx, const struct repo_entry *e, struct weigh_err *err)
{
	struct weigh_oid bytes;

	(void)err;
	weigh_buf_addf(ctx, "%s%s%s %llu\n", e->path, e->directory ? "/" : "",
	    e->lfs ? "*" : "", (unsigned long long)e->size);
	if (e->directory) {
		check_true("no digest", weigh_oid_is_zero(&e->oid));
		return WEIGH_OK;
	}
	for (size_t i = 0; i < COUNT(files); i++)
		if (strcmp(files[i].path, e->path) == 0) {
			check_true("sha-256",
			    weigh_oid_of(&bytes, files[i].text,
				strlen(files[i].text)));
			check_true(e->path, weigh_oid_equal(&bytes, &e->oid));
		}
	return WEIGH_OK;
}

static void
test_entries(void **state)
{
	struct weigh_gitid id;
	struct grove g;

	(void)state;
	grove_open(&g);
	id = grove_publish(&g, "main", files, COUNT(files));
	weigh_buf_reset(&g.out);
	check_code("entries",
	    repo_each_entry(g.repo, &id, join_entry, &g.out, NULL), WEIGH_OK);
	check_str("by the bytes of whole paths", g.out.data,
	    "README.md 8\na/ 0\na-b 1\na.b 1\na/x.bin* 13\na/y/ 0\n"
	    "a/y/empty 0\na0 1\n");
	grove_close(&g);
}

/* --- history ------------------------------------------------------------- */

static enum weigh_code
join_commit(void *ctx, const struct repo_history *h, struct weigh_err *err)
{
	struct weigh_buf *out = ctx;

	(void)err;
	check_str("title", h->title, "a title");
	check_u64("date", (uint64_t)h->date, 1234567890);
	check_true("only the first has no parent",
	    weigh_gitid_is_zero(&h->parent) == (out->len == 0));
	weigh_buf_add(out, h->id.b, sizeof(h->id.b));
	return WEIGH_OK;
}

static void
test_history(void **state)
{
	struct weigh_gitid ids[3];
	struct grove g;

	(void)state;
	grove_open(&g);
	for (size_t i = 0; i < 3; i++)
		ids[i] = grove_publish(&g, "main", files, i + 1);
	weigh_buf_reset(&g.out);
	check_code("history",
	    repo_each_commit(g.repo, &ids[2], join_commit, &g.out, NULL),
	    WEIGH_OK);
	check_bytes("oldest first", g.out.data, g.out.len, ids, sizeof(ids));
	grove_close(&g);
}

/* --- hostile objects ----------------------------------------------------- */

static struct weigh_gitid
put(struct grove *g, git_object_t type, const void *data, size_t len)
{
	git_oid id;

	check_true("put",
	    git_odb_write(&id, g->repo->odb, data, len, type) == 0);
	return repo_gitid(&id);
}

/* A tree under construction, byte by byte. */
struct raw {
	char data[4096];
	size_t len;
};

static void
add(struct raw *tree, const char *mode, const char *name,
    const struct weigh_gitid *id)
{
	tree->len += (size_t)snprintf(tree->data + tree->len,
			 sizeof(tree->data) - tree->len, "%s %s", mode, name) +
	    1;
	memcpy(tree->data + tree->len, id->b, sizeof(id->b));
	tree->len += sizeof(id->b);
}

static struct weigh_gitid
commit_of(struct grove *g, const struct weigh_gitid *tree)
{
	char hex[WEIGH_GITID_HEX + 1], text[256];
	int len;

	weigh_gitid_hex(tree, hex);
	len = snprintf(text, sizeof(text),
	    "tree %s\nauthor a <b> 1 +0000\ncommitter a <b> 1 +0000\n\nx\n",
	    hex);
	return put(g, GIT_OBJECT_COMMIT, text, (size_t)len);
}

static enum weigh_code
count_entry(void *ctx, const struct repo_entry *e, struct weigh_err *err)
{
	(void)e;
	(void)err;
	++*(unsigned *)ctx;
	return WEIGH_OK;
}

struct entry {
	const char *mode;
	const char *name; /* "tree" mode 40000 gets a tree of one file */
};

static const struct hostile_row {
	const char *label;
	struct entry entries[3];
	enum weigh_code code;
} hostile[] = {
	{ "a good one", { { "100644", "a" }, { "40000", "b" } }, WEIGH_OK },
	{ "an executable", { { "100755", "a" } }, WEIGH_OK },
	{ "a.b before a/", { { "100644", "a.b" }, { "40000", "a" } },
	    WEIGH_OK },
	{ "a symbolic link", { { "120000", "a" } }, WEIGH_MALFORMED },
	{ "a submodule", { { "160000", "a" } }, WEIGH_MALFORMED },
	{ "..", { { "100644", ".." } }, WEIGH_MALFORMED },
	{ ".", { { "40000", "." } }, WEIGH_MALFORMED },
	{ ".git", { { "40000", ".git" } }, WEIGH_MALFORMED },
	{ ".GIT", { { "100644", ".GIT" } }, WEIGH_MALFORMED },
	{ "a slash", { { "100644", "a/b" } }, WEIGH_MALFORMED },
	{ "a backslash", { { "100644", "a\\b" } }, WEIGH_MALFORMED },
	{ "a line's end", { { "100644", "a\nb" } }, WEIGH_MALFORMED },
	{ "not UTF-8", { { "100644", "\xff" } }, WEIGH_MALFORMED },
	{ "out of order", { { "100644", "b" }, { "100644", "a" } },
	    WEIGH_MALFORMED },
	{ "a/ before a.b", { { "40000", "a" }, { "100644", "a.b" } },
	    WEIGH_MALFORMED },
	{ "twice", { { "100644", "a" }, { "100644", "a" } }, WEIGH_MALFORMED },
	{ "file and folder",
	    { { "100644", "a" }, { "100644", "a.b" }, { "40000", "a" } },
	    WEIGH_MALFORMED },
};

static void
test_hostile_trees(void **state)
{
	struct weigh_gitid blob, folder, tree, commit;
	struct raw raw = { .len = 0 };
	struct grove g;

	(void)state;
	grove_open(&g);
	blob = put(&g, GIT_OBJECT_BLOB, "x", 1);
	add(&raw, "100644", "f", &blob);
	folder = put(&g, GIT_OBJECT_TREE, raw.data, raw.len);
	for (size_t i = 0; i < COUNT(hostile); i++) {
		const struct hostile_row *row = &hostile[i];
		struct weigh_err err = { .code = WEIGH_OK };
		unsigned seen = 0;

		raw.len = 0;
		for (size_t j = 0; j < 3 && row->entries[j].mode; j++)
			add(&raw, row->entries[j].mode, row->entries[j].name,
			    row->entries[j].mode[0] == '4' ? &folder : &blob);
		tree = put(&g, GIT_OBJECT_TREE, raw.data, raw.len);
		commit = commit_of(&g, &tree);
		check_code(row->label,
		    repo_each_entry(g.repo, &commit, count_entry, &seen, &err),
		    row->code);
		check_true("nothing told before all is checked",
		    row->code == WEIGH_OK || seen == 0);
	}
	grove_close(&g);
}

/* Ten levels of ten identical trees are 10^10 paths: counted, and stopped. */
static void
test_tree_bomb(void **state)
{
	struct weigh_gitid id, commit;
	struct weigh_err err;
	unsigned seen = 0;
	struct grove g;

	(void)state;
	grove_open(&g);
	id = put(&g, GIT_OBJECT_BLOB, "x", 1);
	for (unsigned level = 0; level < 10; level++) {
		struct raw raw = { .len = 0 };

		for (int name = '0'; name <= '9'; name++)
			add(&raw, level == 0 ? "100644" : "40000",
			    (char[]){ (char)name, '\0' }, &id);
		id = put(&g, GIT_OBJECT_TREE, raw.data, raw.len);
	}
	commit = commit_of(&g, &id);
	check_code("a bomb",
	    repo_each_entry(g.repo, &commit, count_entry, &seen, &err),
	    WEIGH_TOO_BIG);
	check_str("why", err.why, "more than 1000000 entries in a revision");
	check_u64("none told", seen, 0);
	grove_close(&g);
}

static enum weigh_code
read_nested(struct grove *g, unsigned depth)
{
	struct weigh_gitid id = put(g, GIT_OBJECT_BLOB, "x", 1), commit;
	unsigned seen = 0;

	for (unsigned level = 0; level < depth; level++) {
		struct raw raw = { .len = 0 };

		add(&raw, level == 0 ? "100644" : "40000", "d", &id);
		id = put(g, GIT_OBJECT_TREE, raw.data, raw.len);
	}
	commit = commit_of(g, &id);
	return repo_each_entry(g->repo, &commit, count_entry, &seen, NULL);
}

static void
test_depth(void **state)
{
	struct grove g;

	(void)state;
	grove_open(&g);
	check_code("64 deep", read_nested(&g, WEIGH_PATH_DEPTH), WEIGH_OK);
	check_true("65 deep", read_nested(&g, 65) != WEIGH_OK);
	check_true("1,000 deep", read_nested(&g, 1000) != WEIGH_OK);
	grove_close(&g);
}

/* Types and sizes are asked before anything is inflated. */
static void
test_wrong_objects(void **state)
{
	struct weigh_gitid blob, big, tree, commit, gone = { { 1 } };
	struct raw raw = { .len = 0 };
	char *text = calloc(1, REPO_BLOB_MAX + 1);
	unsigned seen = 0;
	struct grove g;

	(void)state;
	assert_non_null(text);
	grove_open(&g);
	blob = put(&g, GIT_OBJECT_BLOB, "x", 1);
	check_code("a blob for a commit",
	    repo_each_entry(g.repo, &blob, count_entry, &seen, NULL),
	    WEIGH_MALFORMED);
	check_code("nothing for a commit",
	    repo_each_entry(g.repo, &gone, count_entry, &seen, NULL),
	    WEIGH_NOT_FOUND);
	commit = commit_of(&g, &blob);
	check_code("a blob for a tree",
	    repo_each_entry(g.repo, &commit, count_entry, &seen, NULL),
	    WEIGH_MALFORMED);
	add(&raw, "40000", "a", &blob);
	tree = put(&g, GIT_OBJECT_TREE, raw.data, raw.len);
	commit = commit_of(&g, &tree);
	check_code("a blob for a folder",
	    repo_each_entry(g.repo, &commit, count_entry, &seen, NULL),
	    WEIGH_MALFORMED);
	raw.len = 0;
	add(&raw, "100644", "a", &tree);
	tree = put(&g, GIT_OBJECT_TREE, raw.data, raw.len);
	commit = commit_of(&g, &tree);
	check_code("a tree for a file",
	    repo_each_entry(g.repo, &commit, count_entry, &seen, NULL),
	    WEIGH_MALFORMED);
	raw.len = 0;
	big = put(&g, GIT_OBJECT_BLOB, text, REPO_BLOB_MAX + 1);
	add(&raw, "100644", "a", &big);
	tree = put(&g, GIT_OBJECT_TREE, raw.data, raw.len);
	commit = commit_of(&g, &tree);
	check_code("over 64 MiB",
	    repo_each_entry(g.repo, &commit, count_entry, &seen, NULL),
	    WEIGH_TOO_BIG);
	check_u64("none told", seen, 0);
	free(text);
	grove_close(&g);
}

/* A flipped bit in an object is found by its hash, never handed on. */
static void
test_rot(void **state)
{
	char hex[WEIGH_GITID_HEX + 1], path[200];
	struct weigh_gitid id, blob;
	unsigned seen = 0;
	struct weigh_repo name = { WEIGH_MODEL, "acme/demo" };
	struct repo_commit c;
	struct grove g;

	(void)state;
	grove_open(&g);
	id = grove_publish(&g, "main", files, 1);
	check_code("its ids", grove_write(&g, &id, files, 1, &c, NULL),
	    WEIGH_EXISTS);
	blob = c.files[0].git;
	grove_free(&c);
	weigh_gitid_hex(&blob, hex);
	snprintf(path, sizeof(path),
	    "repos/models/acme/demo.git/objects/%.2s/%s", hex, hex + 2);
	tmpdir_flip(&g.dir, path, 16);
	repo_close(g.repo);
	check_code("open again", repo_open(g.root, &name, false, &g.repo, NULL),
	    WEIGH_OK);
	check_true("found",
	    repo_each_entry(g.repo, &id, count_entry, &seen, NULL) != WEIGH_OK);
	check_u64("none told", seen, 0);
	grove_close(&g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_hostile_trees),
		cmocka_unit_test(test_tree_bomb),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_wrong_objects),
		cmocka_unit_test(test_rot),
	};

	return cmocka_run_group_tests_name("repo read", tests, NULL, NULL);
}
