/* Patterns of routes against targets; the numbers are those of route.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <weigh/route.h>

#include "check.h"

#define TREE "/api/{kind}/{id}/tree/{rev}/**"
#define FILE_ "/{repo}/resolve/{rev}/**"

static const struct row {
	const char *label, *pattern, *target;
	bool fits;
	enum weigh_route_bad bad;
	enum weigh_kind kind;
	const char *name, *rev, *path, *word;
} rows[] = {
	{ "literal", "/api/x", "/api/x", true, 0, 0, "", "", "", "" },
	{ "too long", "/api/x", "/api/x/y", false, 0, 0, "", "", "", "" },
	{ "too short", "/api/x", "/api", false, 0, 0, "", "", "", "" },
	{ "case counts", "/api/x", "/api/X", false, 0, 0, "", "", "", "" },
	{ "(1) a decoded slash is no slash", "/api/x", "/api%2Fx", false, 0, 0,
	    "", "", "", "" },
	{ "kind", "/api/{kind}/{id}", "/api/datasets/o/n", true, 0,
	    WEIGH_DATASET, "o/n", "", "", "" },
	{ "no kind", "/api/{kind}/{id}", "/api/things/o/n", false, 0, 0, "", "",
	    "", "" },
	{ "(2) two parts", "/api/{kind}/{id}", "/api/models/o/n", true, 0,
	    WEIGH_MODEL, "o/n", "", "", "" },
	{ "(2) one part", "/api/{kind}/{id}", "/api/models/n", true, 0,
	    WEIGH_MODEL, "n", "", "", "" },
	{ "tree", TREE, "/api/models/o/n/tree/main/a/b", true, 0, WEIGH_MODEL,
	    "o/n", "main", "a/b", "" },
	{ "(2) tree of one part", TREE, "/api/models/n/tree/main/a", true, 0,
	    WEIGH_MODEL, "n", "main", "a", "" },
	{ "(1) rev with %2F", TREE, "/api/models/o/n/tree/refs%2Fpr%2F1/a",
	    true, 0, WEIGH_MODEL, "o/n", "refs/pr/1", "a", "" },
	{ "(1) path in one part", TREE, "/api/models/o/n/tree/main/a%2Fb", true,
	    0, WEIGH_MODEL, "o/n", "main", "a/b", "" },
	{ "no path", TREE, "/api/models/o/n/tree/main", false, 0, 0, "", "", "",
	    "" },
	{ "(3) path into .git", TREE, "/api/models/o/n/tree/main/a%2F.git", true,
	    WEIGH_ROUTE_BAD_PATH, WEIGH_MODEL, "o/n", "main", NULL, "" },
	{ "(3) path ends in a slash", TREE, "/api/models/o/n/tree/main/a/",
	    true, WEIGH_ROUTE_BAD_PATH, WEIGH_MODEL, "o/n", "main", NULL, "" },
	{ "(3) rev is an expression", TREE, "/api/models/o/n/tree/main~1/a",
	    true, WEIGH_ROUTE_BAD_REV, WEIGH_MODEL, "o/n", "", "a", "" },
	{ "(3) name is none", "/api/{kind}/{id}", "/api/models/-o/n", true,
	    WEIGH_ROUTE_BAD_REPO, WEIGH_MODEL, NULL, "", "", "" },
	{ "file of a model", FILE_, "/o/n/resolve/main/a", true, 0, WEIGH_MODEL,
	    "o/n", "main", "a", "" },
	{ "file of a dataset", FILE_, "/datasets/o/n/resolve/main/a", true, 0,
	    WEIGH_DATASET, "o/n", "main", "a", "" },
	{ "file of one part", FILE_, "/n/resolve/main/a/b/c", true, 0,
	    WEIGH_MODEL, "n", "main", "a/b/c", "" },
	{ "file of a space", FILE_, "/spaces/n/resolve/v1/a", true, 0,
	    WEIGH_SPACE, "n", "v1", "a", "" },
	{ "word", "/jobs/{word}", "/jobs/0aF_.-", true, 0, 0, "", "", "",
	    "0aF_.-" },
	{ "no word", "/jobs/{word}", "/jobs/a%20b", false, 0, 0, "", "", "",
	    "" },
	{ "slash in a word", "/jobs/{word}", "/jobs/a%2Fb", false, 0, 0, "", "",
	    "", "" },
	{ "root", "/", "/", true, 0, 0, "", "", "", "" },
	{ "root is not all", "/", "/a", false, 0, 0, "", "", "", "" },
};

static void
check_text(const char *label, const char *got, const char *want)
{
	if (want != NULL)
		check_str(label, got, want);
}

static void
test_rows(void **state)
{
	struct weigh_http_target t;
	struct weigh_route_match m;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct weigh_span path = { row->target, strlen(row->target) };

		assert_int_equal(weigh_http_target_parse(&t, path), 0);
		check_true(row->label,
		    weigh_route_match(row->pattern, &t, 0, &m) == row->fits);
		weigh_http_target_free(&t);
		if (!row->fits)
			continue;
		check_u64(row->label, m.bad, row->bad);
		check_u64(row->label, m.repo.kind, row->kind);
		check_text(row->label, m.repo.name, row->name);
		check_text(row->label, m.rev, row->rev);
		check_text(row->label, m.path, row->path);
		check_text(row->label, m.word, row->word);
	}
}

/* Lengths past every bound are refused, not cut. */
static void
test_long(void **state)
{
	struct weigh_http_target t;
	struct weigh_route_match m;
	char target[8192];
	size_t len;

	(void)state;
	strcpy(target, "/n/resolve/main/");
	len = strlen(target);
	memset(target + len, 'a', 5000);
	assert_int_equal(weigh_http_target_parse(&t,
			     (struct weigh_span){ target, len + 5000 }),
	    0);
	assert_true(weigh_route_match(FILE_, &t, 0, &m));
	assert_int_equal(m.bad, WEIGH_ROUTE_BAD_PATH);
	weigh_http_target_free(&t);

	memset(target, 'r', 400);
	memcpy(target, "/n/resolve/", 11);
	memcpy(target + 400, "/a", 2);
	assert_int_equal(weigh_http_target_parse(&t,
			     (struct weigh_span){ target, 402 }),
	    0);
	assert_true(weigh_route_match(FILE_, &t, 0, &m));
	assert_int_equal(m.bad, WEIGH_ROUTE_BAD_REV);
	weigh_http_target_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
