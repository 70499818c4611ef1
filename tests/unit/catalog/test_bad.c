/* What readers say of revisions and files whose blobs are bad (catalog.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/buf.h>

#include "check.h"
#include "shelf.h"

/* Fewer files than bad blobs, and more: the two ways of counting. */
static const struct shelf_file large[] = {
	{ "a", "lfs 1" },
	{ "b", "lfs 2" },
	{ "c/d", "lfs 1" }, /* one blob under two paths counts twice */
	{ "e", "lfs 3" },
	{ "f", "lfs 4" },
};
static const struct shelf_file small[] = { { "x", "lfs 2" }, { "y", "lfs 4" } };
static const struct shelf_file whole[] = { { "z", "lfs 4" } };

static void
mark(struct shelf *s, const char *text, enum catalog_blob_state state)
{
	const struct catalog_check check = {
		.blob = { .oid = shelf_oid(text),
		    .size = strlen(text),
		    .stamp = shelf_stamp(text) },
		.state = state,
		.time = 2000,
		.problem = "a problem",
		.segments = "0",
	};

	check_code(text, catalog_mark_blob(s->catalog, &check, NULL), WEIGH_OK);
}

static void
fill(struct shelf *s)
{
	const struct shelf_revision vs[] = {
		SHELF_REVISION("acme/large", "main", 1, 0, large),
		SHELF_REVISION("acme/small", "main", 2, 0, small),
		SHELF_REVISION("acme/whole", "main", 3, 0, whole),
	};

	shelf_open(s);
	for (size_t i = 0; i < sizeof(vs) / sizeof(vs[0]); i++)
		check_code(vs[i].repo, shelf_admit(s, &vs[i], NULL), WEIGH_OK);
}

static void
join_head(void *ctx, const struct weigh_repo *repo,
    const struct catalog_revision *head)
{
	weigh_buf_addf(ctx, "%s=%u ", repo->name, (unsigned)head->bad);
}

static void
keep_bad(void *ctx, const struct catalog_revision *rev)
{
	*(uint64_t *)ctx = rev->bad;
}

static void
join_entry(void *ctx, const struct catalog_entry *e)
{
	weigh_buf_addf(ctx, "%s%s ", e->path, e->bad ? "!" : "");
}

static void
check_list(struct shelf *s, const char *want)
{
	struct weigh_buf text;

	weigh_buf_init(&text, 4096);
	check_code(want,
	    catalog_list(s->reader, NULL, 10, join_head, &text, NULL),
	    WEIGH_OK);
	check_str(want, text.data, want);
	weigh_buf_free(&text);
}

static void
check_tree(struct shelf *s, const char *want)
{
	struct weigh_repo repo = shelf_repo("acme/large");
	struct weigh_gitid commit = shelf_commit(1);
	struct weigh_buf text;
	uint64_t bad = 99;

	weigh_buf_init(&text, 4096);
	check_code(want,
	    catalog_tree(s->reader, &repo, &commit, "", true, "", 100,
		join_entry, &text, NULL),
	    WEIGH_OK);
	check_str(want, text.data, want);
	check_code(want,
	    catalog_revision(s->reader, &repo, &commit, keep_bad, &bad, NULL),
	    WEIGH_OK);
	check_u64(want, bad, (uint64_t)(strchr(want, '!') != NULL ? 3 : 0));
	weigh_buf_free(&text);
}

static void
test_bad_is_counted_and_marked(void **state)
{
	struct shelf s;

	(void)state;
	fill(&s);
	check_list(&s, "acme/large=0 acme/small=0 acme/whole=0 ");
	check_tree(&s, "a b c c/d e f ");
	mark(&s, "lfs 2", CATALOG_BAD);
	check_list(&s, "acme/large=1 acme/small=1 acme/whole=0 ");
	mark(&s, "lfs 1", CATALOG_BAD);
	check_list(&s, "acme/large=3 acme/small=1 acme/whole=0 ");
	check_tree(&s, "a! b! c c/d! e f ");
	mark(&s, "lfs 2", CATALOG_GOOD);
	mark(&s, "lfs 1", CATALOG_GOOD);
	check_list(&s, "acme/large=0 acme/small=0 acme/whole=0 ");
	check_tree(&s, "a b c c/d e f ");
	shelf_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_is_counted_and_marked),
	};

	return cmocka_run_group_tests_name("catalog bad", tests, NULL, NULL);
}
