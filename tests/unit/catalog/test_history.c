/* Where a revision's name ends, what came before it, and entries by paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <weigh/buf.h>

#include "check.h"
#include "shelf.h"

static const struct shelf_file files[] = {
	{ "README.md", "hello" },
	{ "sub/a.bin", "lfs a" },
	{ "sub/b", "3" },
};

static void
fill(struct shelf *s)
{
	const struct shelf_revision vs[] = {
		SHELF_REVISION("o/n", "main", 1, 0, files),
		SHELF_REVISION("o/n", "main-2", 2, 1, files),
		SHELF_REVISION("o/n", "dev/x", 3, 2, files),
		SHELF_REVISION("o/n", "dev/x-y/z", 4, 3, files),
		SHELF_REVISION("o/n", "tag:main/a", 5, 4, files),
		SHELF_REVISION("o/n", "tag:v1", 6, 5, files),
		SHELF_REVISION("o/n", "tag:dev/x", 7, 0, files),
		SHELF_REVISION("o/other", "one", 8, 0, files),
	};

	shelf_open(s);
	for (size_t i = 0; i < sizeof(vs) / sizeof(vs[0]); i++)
		check_code(vs[i].repo, shelf_admit(s, &vs[i], NULL), WEIGH_OK);
}

static const struct prefix_row {
	const char *text;
	bool whole;
	const char *rev; /* "": not found */
	unsigned commit;
} prefixes[] = {
	{ "main/config.json", false, "main", 1 },
	{ "main/a/config.json", false, "main/a", 5 },
	{ "main/a", false, "main", 1 },
	{ "main/a", true, "main/a", 5 },
	{ "main-2/a", false, "main-2", 2 },
	{ "main-1/a", false, "", 0 },
	{ "main", true, "main", 1 },
	{ "mainz/x", true, "", 0 },
	{ "dev/x/y/z", false, "dev/x", 3 }, /* the branch, not the tag */
	{ "dev/x-y/z/w/v", false, "dev/x-y/z", 4 },
	{ "dev/x-y/y", false, "", 0 },
	{ "dev/x-y", true, "", 0 },
	{ "dev", true, "", 0 },
	{ "refs/heads/dev/x/config.json", false, "refs/heads/dev/x", 3 },
	{ "refs/tags/dev/x/config.json", false, "refs/tags/dev/x", 7 },
	{ "refs/tags/v1", true, "refs/tags/v1", 6 },
	{ "refs/pr/1/a", false, "", 0 },
	{ "HEAD/sub/b", false, "HEAD", 1 },
	{ "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c00003/a", false,
	    "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c00003", 3 },
	{ "zzz/a", true, "", 0 },
	{ "!/a", true, "", 0 },
};

static void
test_prefix(void **state)
{
	struct weigh_repo repo = shelf_repo("o/n");
	struct shelf s;

	(void)state;
	fill(&s);
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const struct prefix_row *row = &prefixes[i];
		struct weigh_gitid commit = { { 0 } };
		bool known = false;
		size_t used = 0;
		enum weigh_code rc = catalog_resolve_prefix(s.reader, &repo,
		    row->text, row->whole, &commit, &used, &known, NULL);

		check_code(row->text, rc,
		    row->rev[0] != '\0' ? WEIGH_OK : WEIGH_NOT_FOUND);
		check_true(row->text, known);
		check_u64(row->text, shelf_number(&commit), row->commit);
		if (rc == WEIGH_OK)
			check_bytes(row->text, row->text, used, row->rev,
			    strlen(row->rev));
	}
	shelf_close(&s);
}

/* A name may be as long as a name may be, and what follows longer. */
static void
test_long_prefix(void **state)
{
	struct weigh_repo repo = shelf_repo("o/n");
	char text[WEIGH_REV_MAX + WEIGH_PATH_MAX + 2];
	struct weigh_gitid commit;
	struct shelf s;
	size_t used;
	bool known;

	(void)state;
	fill(&s);
	memset(text, 'a', sizeof(text));
	memcpy(text, "dev/x/", 6);
	for (size_t i = 100; i < sizeof(text); i += 100)
		text[i] = '/';
	text[sizeof(text) - 1] = '\0';
	check_code("long path",
	    catalog_resolve_prefix(s.reader, &repo, text, false, &commit, &used,
		&known, NULL),
	    WEIGH_OK);
	check_u64("used", used, 5);
	shelf_close(&s);
}

static void
note_step(void *ctx, const struct catalog_step *step)
{
	weigh_buf_addf(ctx, "%u ", shelf_number(&step->commit));
	check_u64("date", (uint64_t)step->date,
	    (uint64_t)shelf_date(shelf_number(&step->commit)));
}

static const struct history_row {
	unsigned from, skip, limit;
	const char *steps;
	unsigned total;
} histories[] = {
	{ 6, 0, 100, "6 5 4 3 2 1 ", 6 }, { 6, 0, 2, "6 5 ", 6 },
	{ 6, 2, 2, "4 3 ", 6 }, { 6, 5, 2, "1 ", 6 }, { 6, 6, 2, "", 6 },
	{ 1, 0, 10, "1 ", 1 }, { 7, 0, 10, "7 ", 1 },
	{ 8, 0, 10, "", 0 }, /* of another repository */
};

static void
test_history(void **state)
{
	struct weigh_repo repo = shelf_repo("o/n");
	struct weigh_buf got;
	struct shelf s;

	(void)state;
	fill(&s);
	weigh_buf_init(&got, 1000);
	for (size_t i = 0; i < sizeof(histories) / sizeof(histories[0]); i++) {
		const struct history_row *row = &histories[i];
		struct weigh_gitid from = shelf_commit(row->from);
		unsigned total = 99;

		weigh_buf_reset(&got);
		check_code(row->steps,
		    catalog_history(s.reader, &repo, &from, row->skip,
			row->limit, note_step, &got, &total, NULL),
		    WEIGH_OK);
		check_str(row->steps, got.len > 0 ? got.data : "", row->steps);
		check_u64(row->steps, total, row->total);
	}
	weigh_buf_free(&got);
	shelf_close(&s);
}

static void
note_path(void *ctx, const struct catalog_entry *e)
{
	weigh_buf_addf(ctx, "%s%s ", e->path, e->directory ? "/" : "");
}

static void
test_paths(void **state)
{
	static const char *const paths[] = { "sub/b", "none", "sub",
		"README.md", "sub/b", "" };
	struct weigh_repo repo = shelf_repo("o/n");
	struct weigh_gitid commit = shelf_commit(1);
	struct weigh_buf got;
	struct shelf s;

	(void)state;
	fill(&s);
	weigh_buf_init(&got, 1000);
	check_code("paths",
	    catalog_paths(s.reader, &repo, &commit, paths, 6, note_path, &got,
		NULL),
	    WEIGH_OK);
	check_str("in their order", got.data, "sub/b sub/ README.md sub/b ");
	commit = shelf_commit(8);
	check_code("another's",
	    catalog_paths(s.reader, &repo, &commit, paths, 6, note_path, &got,
		NULL),
	    WEIGH_NOT_FOUND);
	weigh_buf_free(&got);
	shelf_close(&s);
}

static void
test_renamed(void **state)
{
	struct weigh_repo old = shelf_repo("o/Former"), now = { 0 };
	struct shelf s;

	(void)state;
	fill(&s);
	check_code("never", catalog_renamed(s.reader, &old, &now, NULL),
	    WEIGH_NOT_FOUND);
	shelf_ask(&s,
	    "INSERT INTO renames SELECT kind, 'o/former', id"
	    " FROM repositories WHERE name = 'o/n' RETURNING 1");
	check_code("once", catalog_renamed(s.reader, &old, &now, NULL),
	    WEIGH_OK);
	check_str("now", now.name, "o/n");
	old.kind = WEIGH_DATASET;
	check_code("of another kind",
	    catalog_renamed(s.reader, &old, &now, NULL), WEIGH_NOT_FOUND);
	shelf_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_long_prefix),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_renamed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
