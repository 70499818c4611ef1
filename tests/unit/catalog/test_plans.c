/* How SQLite would run each statement: invariant (5) of catalog.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/db.h"
#include "check.h"
#include "shelf.h"

/* SQLite calls every use of a virtual table a scan.  FTS5's is none if its index
 * is asked for words (the M of its index string; '<' and '>' bound the rows): it
 * then walks their lists, in the order of rows.  Anything else reads all of it. */
static bool
is_match(const char *step)
{
	const char *index = strstr(step, "VIRTUAL TABLE INDEX ");

	return index != NULL && strstr(index, ":M") != NULL;
}

/* The first step of the plan that looks at more rows than it needs, into
 * `step`; false if there is none. */
static bool
plan_has_scan(sqlite3 *sqlite, const char *sql, char *step, size_t size)
{
	sqlite3_stmt *stmt = NULL;
	char explain[2048];
	bool found = false;

	snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", sql);
	check_u64(sql,
	    (uint64_t)sqlite3_prepare_v2(sqlite, explain, -1, &stmt, NULL),
	    SQLITE_OK);
	while (!found && sqlite3_step(stmt) == SQLITE_ROW) {
		snprintf(step, size, "%s",
		    (const char *)sqlite3_column_text(stmt, 3));
		found = (strncmp(step, "SCAN ", 5) == 0 && !is_match(step)) ||
		    strstr(step, "TEMP B-TREE") != NULL ||
		    strstr(step, "AUTOMATIC") != NULL;
	}
	sqlite3_finalize(stmt);
	return found;
}

static void
test_no_statement_scans(void **state)
{
	char step[512], label[600];
	struct shelf s;

	(void)state;
	shelf_open(&s);
	for (size_t i = 0; i < SQL_COUNT; i++) {
		bool scans = plan_has_scan(s.catalog->db.sqlite, db_sql[i].sql,
		    step, sizeof(step));

		snprintf(label, sizeof(label), "%s: %s", db_sql[i].name, step);
		check_true(label, !scans);
	}
	shelf_close(&s);
}

/* The test above can fail: these are what it looks for. */
static const char *const bad[] = {
	"SELECT path FROM entries",
	"SELECT path FROM entries WHERE git = ?1",
	"SELECT name FROM repositories WHERE name = ?1",
	"SELECT path FROM entries WHERE revision = ?1 ORDER BY git",
	"SELECT count(*) FROM blobs",
	"SELECT path FROM entries WHERE last = ?1",
	"SELECT rowid FROM found",
	"SELECT rowid FROM found WHERE rowid > ?1",
	"SELECT rowid FROM found WHERE key LIKE ?1",
	"SELECT rowid FROM found WHERE found MATCH ?1 ORDER BY key",
	"SELECT key FROM listed WHERE key = ?1",
	"SELECT place FROM tagged WHERE place > ?1 ORDER BY word",
};

static void
test_scans_are_seen(void **state)
{
	char step[512];
	struct shelf s;

	(void)state;
	shelf_open(&s);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_true(bad[i],
		    plan_has_scan(s.catalog->db.sqlite, bad[i], step,
			sizeof(step)));
	shelf_close(&s);
}

/* (5) A page of repositories begins where the last one ended, by its key and
 * not by leaving out all before it. */
static void
test_pages_seek_by_the_whole_key(void **state)
{
	sqlite3_stmt *stmt = NULL;
	char explain[512];
	struct shelf s;

	(void)state;
	shelf_open(&s);
	snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s",
	    db_sql[SQL_REPO_PAGE].sql);
	check_u64("prepare",
	    (uint64_t)sqlite3_prepare_v2(s.catalog->db.sqlite, explain, -1,
		&stmt, NULL),
	    SQLITE_OK);
	check_u64("a step", (uint64_t)sqlite3_step(stmt), SQLITE_ROW);
	check_has("both columns", (const char *)sqlite3_column_text(stmt, 3),
	    "(kind,key)>(?,?)");
	sqlite3_finalize(stmt);
	shelf_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_statement_scans),
		cmocka_unit_test(test_scans_are_seen),
		cmocka_unit_test(test_pages_seek_by_the_whole_key),
	};

	return cmocka_run_group_tests_name("catalog plans", tests, NULL, NULL);
}
