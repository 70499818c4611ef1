/* What readers answer; the numbers are those of catalog.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <weigh/buf.h>

#include "catalog/db.h"
#include "catalog/mirrors.h"
#include "check.h"
#include "shelf.h"

static const struct shelf_file files[] = {
	{ "README.md", "hello" },
	{ "sub-x", "1" }, /* '-' is before '/', so these two lie between */
	{ "sub.txt", "2" },
	{ "sub/a.bin", "lfs a" },
	{ "sub/deep/b", "3" },
	{ "sub/deep/c", "4" },
	{ "sub0", "5" }, /* '0' is the byte after '/' */
	{ "\xc3\xa4.txt", "6" },
};
static const struct shelf_file other[] = { { "x", "lfs a" } };

/* `one` has main and more; `two` a single branch; `three` several, no main. */
static void
fill(struct shelf *s)
{
	const struct shelf_revision vs[] = {
		SHELF_REVISION("acme/one", "main", 1, 0, files),
		SHELF_REVISION("acme/one", "dev/x", 2, 1, other),
		SHELF_REVISION("acme/one", "tag:v1", 3, 1, other),
		SHELF_REVISION("acme/one", NULL, 4, 1, other),
		SHELF_REVISION("acme/one", "tag:main", 5, 0, files),
		SHELF_REVISION("two", "trunk", 6, 0, other),
		SHELF_REVISION("Beta/three", "a", 7, 0, other),
		SHELF_REVISION("Beta/three", "b", 8, 0, other),
		SHELF_REVISION("datasets/acme/one", "main", 9, 0, other),
		SHELF_REVISION("spaces/acme/two", "main", 10, 0, other),
	};

	shelf_open(s);
	for (size_t i = 0; i < sizeof(vs) / sizeof(vs[0]); i++)
		check_code(vs[i].repo, shelf_admit(s, &vs[i], NULL), WEIGH_OK);
}

/* --- resolve ------------------------------------------------------------- */

#define C0 "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"

static const struct resolve_row {
	const char *label;
	const char *repo;
	const char *rev;
	unsigned commit; /* 0: not found */
	const char *why;
} resolves[] = {
	{ "a branch", "acme/one", "main", 1, NULL },
	{ "a branch with a slash", "acme/one", "dev/x", 2, NULL },
	{ "a tag", "acme/one", "v1", 3, NULL },
	{ "branch before tag", "acme/one", "main", 1, NULL },
	{ "the branch in full", "acme/one", "refs/heads/main", 1, NULL },
	{ "the tag in full", "acme/one", "refs/tags/main", 5, NULL },
	{ "HEAD", "acme/one", "HEAD", 1, NULL },
	{ "nothing", "acme/one", "", 1, NULL },
	{ "HEAD of the only branch", "two", "HEAD", 6, NULL },
	{ "another kind", "datasets/acme/one", "main", 9, NULL },
	{ "a commit", "acme/one", C0 "0003", 3, NULL },
	{ "a commit without a ref", "acme/one", C0 "0004", 4, NULL },
	{ "another repository's commit", "acme/one", C0 "0006", 0,
	    "repository 'acme/one' has no revision '" C0 "0006'" },
	{ "an abbreviated commit", "acme/one", "c0c0c0c0", 0,
	    "repository 'acme/one' has no revision 'c0c0c0c0'" },
	{ "no such branch", "acme/one", "x", 0,
	    "repository 'acme/one' has no revision 'x'" },
	{ "a tag is no branch", "acme/one", "refs/heads/v1", 0,
	    "repository 'acme/one' has no revision 'refs/heads/v1'" },
	{ "an expression", "acme/one", "main~1", 0,
	    "repository 'acme/one' has no revision 'main~1'" },
	{ "several branches", "Beta/three", "", 0,
	    "repository 'Beta/three' has no branch 'main', and which revision is meant was not said" },
	{ "one of several", "Beta/three", "b", 8, NULL },
	{ "case counts", "Acme/one", "main", 0,
	    "no repository 'Acme/one' is held here" },
	{ "no such repository", "acme/none", "main", 0,
	    "no repository 'acme/none' is held here" },
	{ "nor of this kind", "datasets/two", "main", 0,
	    "no repository 'datasets/two' is held here" },
};

static void
test_resolve(void **state)
{
	struct shelf s;

	(void)state;
	fill(&s);
	for (size_t i = 0; i < sizeof(resolves) / sizeof(resolves[0]); i++) {
		const struct resolve_row *row = &resolves[i];
		struct weigh_repo repo = shelf_repo(row->repo);
		struct weigh_gitid commit = { { 0 } };
		struct weigh_err err = { .code = WEIGH_OK };
		bool known = false;
		enum weigh_code rc = catalog_resolve(s.reader, &repo, row->rev,
		    &commit, &known, &err);

		check_code(row->label, rc,
		    row->why ? WEIGH_NOT_FOUND : WEIGH_OK);
		check_u64(row->label, shelf_number(&commit), row->commit);
		check_str(row->label, err.why, row->why ? row->why : "");
		check_true(row->label,
		    known == (row->why == NULL || row->why[0] == 'r'));
	}
	shelf_close(&s);
}

/* Nothing is called so, but a commit begins so. */
static const struct short_row {
	const char *label;
	const char *rev;
	enum weigh_code rc;
	unsigned commit;
	const char *why;
} shorts[] = {
	{ "a branch first", "main", WEIGH_OK, 1, "" },
	{ "a commit in full", C0 "0004", WEIGH_OK, 4, "" },
	{ "too short for any", "c0c0c1", WEIGH_NOT_FOUND, 0,
	    "repository 'acme/one' has no revision 'c0c0c1'" },
	{ "several", "c0c0c0c", WEIGH_USAGE, 0,
	    "'c0c0c0c' begins more than one commit of 'acme/one': " C0
	    "0001 and " C0 "0002" },
	{ "too short", "c0c0c0", WEIGH_NOT_FOUND, 0,
	    "repository 'acme/one' has no revision 'c0c0c0'" },
	{ "none begins so", "c0c0c0d", WEIGH_NOT_FOUND, 0,
	    "repository 'acme/one' has no revision 'c0c0c0d'" },
	{ "capitals", "C0C0C0C", WEIGH_NOT_FOUND, 0,
	    "repository 'acme/one' has no revision 'C0C0C0C'" },
	{ "upstream's name for it", "0123456", WEIGH_OK, 4, "" },
	{ "an odd number of its digits", "012345678", WEIGH_OK, 4, "" },
	{ "another upstream's", "0123457", WEIGH_NOT_FOUND, 0,
	    "repository 'acme/one' has no revision '0123457'" },
	{ "one commit under two names", "fedcba9", WEIGH_OK, 4, "" },
};

static void
tell_of_four(struct shelf *s, const char *hex)
{
	const struct weigh_repo repo = shelf_repo("acme/one");
	const struct weigh_gitid four = shelf_commit(4);
	struct weigh_gitid told;

	check_true(hex, weigh_gitid_parse(&told, hex, strlen(hex)));
	check_code(hex, catalog_tell(s->catalog, &repo, &told, &four, NULL),
	    WEIGH_OK);
}

static void
test_resolve_short(void **state)
{
	const struct weigh_repo repo = shelf_repo("acme/one");
	struct shelf s;

	(void)state;
	fill(&s);
	tell_of_four(&s, "0123456789abcdef0123456789abcdef01234567");
	tell_of_four(&s, "fedcba9876543210fedcba9876543210fedcba98");
	tell_of_four(&s, "fedcba9876543210fedcba9876543210fedcba99");
	for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++) {
		const struct short_row *row = &shorts[i];
		struct weigh_gitid commit = { { 0 } };
		struct weigh_err err = { .code = WEIGH_OK };

		check_code(row->label,
		    catalog_resolve_short(s.reader, &repo, row->rev, &commit,
			&err),
		    row->rc);
		check_u64(row->label, shelf_number(&commit), row->commit);
		check_str(row->label, err.why, row->why);
	}
	shelf_close(&s);
}

static void
test_find_repo_in_any_case(void **state)
{
	struct weigh_repo asked = shelf_repo("bETA/Three"), held;
	struct weigh_repo none = shelf_repo("datasets/beta/three");
	struct shelf s;

	(void)state;
	fill(&s);
	check_code("any case", catalog_find_repo(s.reader, &asked, &held, NULL),
	    WEIGH_OK);
	check_str("its own spelling", held.name, "Beta/three");
	check_code("another kind",
	    catalog_find_repo(s.reader, &none, &held, NULL), WEIGH_NOT_FOUND);
	shelf_close(&s);
}

/* --- trees --------------------------------------------------------------- */

static void
join_entry(void *ctx, const struct catalog_entry *e)
{
	weigh_buf_addf(ctx, "%s%s%s ", e->path, e->directory ? "/" : "",
	    e->lfs ? "*" : "");
}

#define AE "\xc3\xa4.txt"

static const struct tree_row {
	const char *label;
	const char *folder;
	bool recursive;
	const char *after;
	unsigned limit;
	const char *paths; /* NULL: not found */
} trees[] = {
	{ "the root", "", false, "", 99,
	    "README.md sub/ sub-x sub.txt sub0 " AE " " },
	{ "its first page", "", false, "", 2, "README.md sub/ " },
	{ "its second page", "", false, "sub", 2, "sub-x sub.txt " },
	{ "its last page", "", false, "sub.txt", 9, "sub0 " AE " " },
	{ "after the last", "", false, AE, 9, "" },
	{ "everything", "", true, "", 99,
	    "README.md sub/ sub-x sub.txt sub/a.bin* sub/deep/ sub/deep/b "
	    "sub/deep/c sub0 " AE " " },
	{ "everything from a place", "", true, "sub/deep", 3,
	    "sub/deep/b sub/deep/c sub0 " },
	{ "a folder", "sub", false, "", 99, "sub/a.bin* sub/deep/ " },
	{ "a folder's second page", "sub", false, "sub/a.bin", 9,
	    "sub/deep/ " },
	{ "below a folder", "sub", true, "", 99,
	    "sub/a.bin* sub/deep/ sub/deep/b sub/deep/c " },
	{ "below a folder, paged", "sub", true, "sub/deep/b", 9,
	    "sub/deep/c " },
	{ "below, after before it", "sub", true, "README.md", 1,
	    "sub/a.bin* " },
	{ "below, after behind it", "sub", true, "sub0", 9, "" },
	{ "a deep folder", "sub/deep", false, "", 99,
	    "sub/deep/b sub/deep/c " },
	{ "no such folder", "nope", false, "", 99, NULL },
	{ "nor below", "nope", true, "", 99, NULL },
	{ "a file is none", "README.md", false, "", 99, NULL },
	{ "the beginning of a name", "su", true, "", 99, NULL },
};

static void
test_tree(void **state)
{
	struct weigh_gitid commit = shelf_commit(1);
	struct weigh_repo repo = shelf_repo("acme/one");
	struct weigh_buf paths;
	struct shelf s;

	(void)state;
	fill(&s);
	weigh_buf_init(&paths, 4096);
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		const struct tree_row *row = &trees[i];

		weigh_buf_reset(&paths);
		weigh_buf_adds(&paths, "");
		check_code(row->label,
		    catalog_tree(s.reader, &repo, &commit, row->folder,
			row->recursive, row->after, row->limit, join_entry,
			&paths, NULL),
		    row->paths ? WEIGH_OK : WEIGH_NOT_FOUND);
		check_str(row->label, paths.len > 0 ? paths.data : "",
		    row->paths ? row->paths : "");
	}
	weigh_buf_free(&paths);
	shelf_close(&s);
}

/* --- rows as a whole ----------------------------------------------------- */

static void
check_entry(void *ctx, const struct catalog_entry *e)
{
	struct weigh_oid oid = shelf_oid("lfs a");

	++*(unsigned *)ctx;
	check_str("path", e->path, "sub/a.bin");
	check_true("no folder", !e->directory);
	check_true("sha-256", weigh_oid_equal(&e->oid, &oid));
	check_u64("size", e->size, 5);
	check_true("lfs", e->lfs);
	check_u64("pointer", e->pointer_size, 130);
	check_u64("last change", shelf_number(&e->last_commit), 1);
}

static void
check_revision(void *ctx, const struct catalog_revision *v)
{
	struct weigh_oid manifest = shelf_oid("manifest");

	++*(unsigned *)ctx;
	check_u64("commit", shelf_number(&v->commit), 2);
	check_u64("parent", shelf_number(&v->parent), 1);
	check_true("manifest", weigh_oid_equal(&v->manifest, &manifest));
	check_u64("date", (uint64_t)v->date, (uint64_t)shelf_date(2));
	check_str("title", v->title, "a title");
	check_str("origin", v->origin, "published by a test");
	check_str("license", v->license, "apache-2.0");
	check_u64("files", v->files, 1);
	check_u64("bytes", v->bytes, 5);
}

static void
test_rows_come_back(void **state)
{
	struct weigh_repo repo = shelf_repo("acme/one");
	struct weigh_gitid one = shelf_commit(1), two = shelf_commit(2);
	struct weigh_gitid six = shelf_commit(6);
	unsigned seen = 0;
	struct shelf s;

	(void)state;
	fill(&s);
	check_code("entry",
	    catalog_entry(s.reader, &repo, &one, "sub/a.bin", check_entry,
		&seen, NULL),
	    WEIGH_OK);
	check_code("revision",
	    catalog_revision(s.reader, &repo, &two, check_revision, &seen,
		NULL),
	    WEIGH_OK);
	check_u64("each once", seen, 2);
	check_code("no such entry",
	    catalog_entry(s.reader, &repo, &one, "sub/none", check_entry, &seen,
		NULL),
	    WEIGH_NOT_FOUND);
	check_code("not its revision",
	    catalog_revision(s.reader, &repo, &six, check_revision, &seen,
		NULL),
	    WEIGH_NOT_FOUND);
	check_u64("not asked", seen, 2);
	shelf_close(&s);
}

static void
join_ref(void *ctx, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit)
{
	weigh_buf_addf(ctx, "%s:%s=%u ", kind == CATALOG_TAG ? "tag" : "branch",
	    name, shelf_number(commit));
}

static void
test_refs(void **state)
{
	struct weigh_repo repo = shelf_repo("acme/one");
	struct weigh_buf text;
	struct shelf s;

	(void)state;
	fill(&s);
	weigh_buf_init(&text, 4096);
	check_code("refs", catalog_refs(s.reader, &repo, join_ref, &text, NULL),
	    WEIGH_OK);
	check_str("in order", text.data,
	    "branch:dev/x=2 branch:main=1 tag:main=5 tag:v1=3 ");
	weigh_buf_free(&text);
	shelf_close(&s);
}

static void
join_repo(void *ctx, const struct weigh_repo *repo,
    const struct catalog_revision *head)
{
	char text[WEIGH_REPO_TEXT];

	weigh_repo_text(repo, text);
	weigh_buf_addf(ctx, "%s=%u ", text,
	    head ? shelf_number(&head->commit) : 0);
}

static const struct list_row {
	const char *label;
	const char *after;
	unsigned limit;
	const char *repos;
} lists[] = {
	{ "all", NULL, 99,
	    "acme/one=1 Beta/three=8 two=6 datasets/acme/one=9 "
	    "spaces/acme/two=10 " },
	{ "a page", NULL, 2, "acme/one=1 Beta/three=8 " },
	{ "the next", "Beta/three", 2, "two=6 datasets/acme/one=9 " },
	{ "case aside", "beta/THREE", 1, "two=6 " },
	{ "after one not held", "m", 1, "two=6 " },
	{ "after the last", "spaces/x", 9, "" },
};

static void
test_list(void **state)
{
	struct weigh_buf text;
	struct shelf s;

	(void)state;
	fill(&s);
	weigh_buf_init(&text, 4096);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct list_row *row = &lists[i];
		struct weigh_repo after;

		if (row->after != NULL)
			after = shelf_repo(row->after);
		weigh_buf_reset(&text);
		check_code(row->label,
		    catalog_list(s.reader, row->after ? &after : NULL,
			row->limit, join_repo, &text, NULL),
		    WEIGH_OK);
		check_str(row->label, text.len > 0 ? text.data : "",
		    row->repos);
	}
	weigh_buf_free(&text);
	shelf_close(&s);
}

/* --- who may read it ------------------------------------------------------ */

static void
keep_visibility(void *ctx, const struct weigh_repo *repo,
    const struct catalog_revision *head)
{
	if (strcmp(repo->name, "acme/one") == 0 && repo->kind == WEIGH_MODEL)
		*(enum weigh_visibility *)ctx = head->visibility;
}

static void
check_visibility(struct shelf *s, enum weigh_visibility want)
{
	const char *word = weigh_visibility_name(want);
	struct weigh_repo repo = shelf_repo("ACME/One"), held;
	enum weigh_visibility got = WEIGH_VISIBILITIES;

	check_code(word,
	    catalog_visibility(s->reader, &repo, &held, &got, NULL), WEIGH_OK);
	check_u64(word, got, want);
	check_str("as it is held", held.name, "acme/one");
	check_code(word,
	    catalog_list(s->reader, NULL, 99, keep_visibility, &got, NULL),
	    WEIGH_OK);
	check_u64("in the list", got, want);
}

static void
test_visibility(void **state)
{
	struct weigh_repo none = shelf_repo("acme/none"), held;
	enum weigh_visibility got;
	struct shelf s;

	(void)state;
	fill(&s);
	check_visibility(&s, WEIGH_PUBLIC);
	for (int v = WEIGH_PUBLIC; v < WEIGH_VISIBILITIES; v++) {
		char sql[128];

		snprintf(sql, sizeof(sql),
		    "UPDATE repositories SET visibility = %d"
		    " WHERE kind = 0 AND key = 'acme/one'",
		    v);
		assert_int_equal(sqlite3_exec(s.catalog->db.sqlite, sql, NULL,
				     NULL, NULL),
		    SQLITE_OK);
		check_visibility(&s, (enum weigh_visibility)v);
	}
	check_code("not held",
	    catalog_visibility(s.reader, &none, &held, &got, NULL),
	    WEIGH_NOT_FOUND);
	shelf_close(&s);
}

static void
join_user(void *ctx, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, const char *path)
{
	char text[WEIGH_REPO_TEXT];

	weigh_repo_text(repo, text);
	weigh_buf_addf(ctx, "%s@%u:%s ", text, shelf_number(commit), path);
}

/* Only what a ref leads to: revision 4 has none. */
static void
test_users(void **state)
{
	struct weigh_oid oid = shelf_oid("lfs a"), none = shelf_oid("none");
	struct weigh_buf text;
	struct shelf s;

	(void)state;
	fill(&s);
	weigh_buf_init(&text, 4096);
	check_code("users",
	    catalog_users(s.reader, &oid, 5, join_user, &text, NULL), WEIGH_OK);
	check_str("five of them", text.data,
	    "acme/one@1:sub/a.bin acme/one@2:x acme/one@3:x "
	    "acme/one@5:sub/a.bin two@6:x ");
	weigh_buf_reset(&text);
	check_code("nobody",
	    catalog_users(s.reader, &none, 5, join_user, &text, NULL),
	    WEIGH_OK);
	check_u64("nobody", text.len, 0);
	weigh_buf_free(&text);
	shelf_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_resolve_short),
		cmocka_unit_test(test_find_repo_in_any_case),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_rows_come_back),
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_visibility),
		cmocka_unit_test(test_users),
	};

	return cmocka_run_group_tests_name("catalog read", tests, NULL, NULL);
}
