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
	{ "git's name of a repository", "/{git}/info/refs",
	    "/o/n.git/info/refs", true, 0, WEIGH_MODEL, "o/n", "", "", "" },
	{ "the same without its ending", "/{git}/info/refs", "/o/n/info/refs",
	    true, 0, WEIGH_MODEL, "o/n", "", "", "" },
	{ "the same of one part", "/{git}/info/refs", "/n.git/info/refs", true,
	    0, WEIGH_MODEL, "n", "", "", "" },
	{ "the same of a dataset", "/{git}/info/refs",
	    "/datasets/o/n.git/info/refs", true, 0, WEIGH_DATASET, "o/n", "",
	    "", "" },
	{ "only one ending is none of the name", "/{git}/info/refs",
	    "/o/n.git.git/info/refs", true, WEIGH_ROUTE_BAD_REPO, WEIGH_MODEL,
	    "", "", "", "" },
	{ "an ending alone is no name", "/{git}/info/refs", "/o/.git/info/refs",
	    true, WEIGH_ROUTE_BAD_REPO, WEIGH_MODEL, "", "", "", "" },
	{ "(1) a slash in a name", "/api/{kind}/{id}", "/api/models/o%2Fn",
	    false, 0, 0, "", "", "", "" },
	{ "(1) a slash in an organization", "/api/{kind}/{id}",
	    "/api/models/o%2Fn/m", false, 0, 0, "", "", "", "" },
	{ "(1) a slash behind an organization", "/api/{kind}/{id}",
	    "/api/models/o/n%2Fm", false, 0, 0, "", "", "", "" },
	{ "an empty name", "/api/{kind}/{id}", "/api/models/", false, 0, 0, "",
	    "", "", "" },
	{ "an empty second part", "/api/{kind}/{id}", "/api/models/o/", false,
	    0, 0, "", "", "", "" },
	{ "no name", "/api/{kind}/{id}", "/api/models", false, 0, 0, "", "", "",
	    "" },
	{ "no revision", "/api/{kind}/{id}/tree/{rev}", "/api/models/n/tree/",
	    false, 0, 0, "", "", "", "" },
	{ "a commit", "/{repo}/commit/{rev}",
	    "/n/commit/0123456789abcdef0123456789abcdef01234567", true, 0,
	    WEIGH_MODEL, "n", "0123456789abcdef0123456789abcdef01234567", "",
	    "" },
	{ "a revision with its slashes", "/{repo}/commit/{rev}",
	    "/o/n/commit/refs/pr/1", true, 0, WEIGH_MODEL, "o/n", "refs/pr/1",
	    "", "" },
	{ "some of them encoded", "/{repo}/commit/{rev}",
	    "/o/n/commit/refs%2Fpr/1", true, 0, WEIGH_MODEL, "o/n", "refs/pr/1",
	    "", "" },
	{ "(3) a revision with a bad part", "/{repo}/commit/{rev}",
	    "/o/n/commit/refs/pr~1", true, WEIGH_ROUTE_BAD_REV, WEIGH_MODEL,
	    "o/n", NULL, "", "" },
	{ "(3) a revision that ends in a slash", "/{repo}/commit/{rev}",
	    "/o/n/commit/main/", true, WEIGH_ROUTE_BAD_REV, WEIGH_MODEL, "o/n",
	    NULL, "", "" },
	{ "(2) two parts where one would do", FILE_,
	    "/o/resolve/resolve/main/a", true, 0, WEIGH_MODEL, "o/resolve",
	    "main", "a", "" },
	{ "(3) models is no organization", FILE_, "/models/n/resolve/main/a",
	    true, WEIGH_ROUTE_BAD_REPO, WEIGH_MODEL, NULL, "main", "a", "" },
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
	{ "(3) path into .git", TREE, "/api/models/o/n/tree/main/a%2F.git",
	    true, WEIGH_ROUTE_BAD_PATH, WEIGH_MODEL, "o/n", "main", NULL, "" },
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

static const struct {
	const char *pattern, *target;
	bool open; /* (4) */
	unsigned repo_at, repo_parts;
} opens[] = {
	{ TREE, "/api/models/o/n/tree/dev/a/b", true, 2, 2 },
	{ TREE, "/api/models/n/tree/dev/a", true, 2, 1 },
	{ TREE, "/api/models/o/n/tree/dev%2Fa/b", true, 2, 2 },
	{ TREE, "/api/models/o/n/tree/dev/a%2Fb", true, 2, 2 },
	{ FILE_, "/datasets/o/n/resolve/dev/a", true, 1, 2 },
	{ "/{repo}/commit/{rev}", "/o/n/commit/dev/a", false, 0, 2 },
	{ "/{word}", "/a", false, 0, 0 },
};

static void
test_open(void **state)
{
	struct weigh_http_target t;
	struct weigh_route_match m;

	(void)state;
	for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		const char *label = opens[i].target;

		assert_int_equal(weigh_http_target_parse(&t,
				     (struct weigh_span){
					 label, strlen(label) }),
		    0);
		check_true(label,
		    weigh_route_match(opens[i].pattern, &t, 0, &m));
		check_true(label, m.open == opens[i].open);
		check_u64(label, m.repo_at, opens[i].repo_at);
		check_u64(label, m.repo_parts, opens[i].repo_parts);
		weigh_http_target_free(&t);
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

/* Where a bound is, to the byte. */
static void
test_bounds(void **state)
{
	static const struct {
		const char *label, *pattern, *before;
		size_t len; /* of the letters behind it */
		bool fits;
		enum weigh_route_bad bad;
	} bounds[] = {
		{ "longest word", "/{word}", "/", 64, true, 0 },
		{ "word too long", "/{word}", "/", 65, false, 0 },
		{ "longest name", "/{id}", "/o/", 96, true, 0 },
		{ "name too long", "/{id}", "/o/", 97, true,
		    WEIGH_ROUTE_BAD_REPO },
		{ "name far too long", "/{id}", "/o/", 3000, true,
		    WEIGH_ROUTE_BAD_REPO },
		{ "longest revision", "/{rev}", "/", 255, true, 0 },
		{ "revision too long", "/{rev}", "/", 256, true,
		    WEIGH_ROUTE_BAD_REV },
	};
	struct weigh_http_target t;
	struct weigh_route_match m;
	char target[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		size_t at = strlen(bounds[i].before);

		memset(target, 'a', sizeof(target));
		memcpy(target, bounds[i].before, at);
		assert_int_equal(weigh_http_target_parse(&t,
				     (struct weigh_span){
					 target, at + bounds[i].len }),
		    0);
		check_true(bounds[i].label,
		    weigh_route_match(bounds[i].pattern, &t, 0, &m) ==
			bounds[i].fits);
		if (bounds[i].fits)
			check_u64(bounds[i].label, m.bad, bounds[i].bad);
		weigh_http_target_free(&t);
	}
}

/* A path of WEIGH_PATH_MAX bytes in parts of at most 255; one more is too long. */
static void
test_longest_path(void **state)
{
	struct weigh_http_target t;
	struct weigh_route_match m;
	char target[WEIGH_PATH_MAX + 3];

	(void)state;
	for (size_t more = 0; more <= 1; more++) {
		size_t len = 1 + WEIGH_PATH_MAX + more;

		memset(target, 'a', sizeof(target));
		for (size_t i = 0; i + 100 < len; i += 241)
			target[i] = '/';
		assert_int_equal(weigh_http_target_parse(&t,
				     (struct weigh_span){ target, len }),
		    0);
		assert_true(weigh_route_match("/**", &t, 0, &m));
		check_u64("bad", m.bad, more > 0 ? WEIGH_ROUTE_BAD_PATH : 0);
		if (more == 0)
			check_bytes("path", m.path, strlen(m.path), target + 1,
			    WEIGH_PATH_MAX);
		weigh_http_target_free(&t);
	}
}

/* What stands before `from` is not looked at. */
static void
test_from(void **state)
{
	struct weigh_http_target t;
	struct weigh_route_match m;

	(void)state;
	assert_int_equal(weigh_http_target_parse(&t,
			     (struct weigh_span){ "/a%2Fb/c/d", 10 }),
	    0);
	assert_true(weigh_route_match("/c/{word}", &t, 1, &m));
	check_str("word", m.word, "d");
	assert_false(weigh_route_match("/c/{word}", &t, 0, &m));
	assert_false(weigh_route_match("/{word}", &t, 3, &m));
	weigh_http_target_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_longest_path),
		cmocka_unit_test(test_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
