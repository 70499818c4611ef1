/* Opening: what is refused, and that it stays as it was (4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <weigh/buf.h>

#include "base/fd.h"
#include "catalog/db.h"
#include "catalog/jobs.h"
#include "check.h"
#include "shelf.h"

static const struct shelf_file files[] = { { "README.md", "hello" } };

/* Run SQL on the file by a connection of its own. */
static void
alter(const struct shelf *s, const char *sql)
{
	sqlite3 *sqlite = NULL;

	check_u64("open", (uint64_t)sqlite3_open(s->path, &sqlite), SQLITE_OK);
	check_u64(sql, (uint64_t)sqlite3_exec(sqlite, sql, NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(sqlite);
}

static void
make_path(struct shelf *s)
{
	memset(s, 0, sizeof(*s));
	tmpdir_make(&s->dir);
	snprintf(s->path, sizeof(s->path), "%s/catalog.db", s->dir.path);
}

static const struct refused_row {
	const char *label;
	bool ours;         /* begin with a catalog of ours */
	const char *sql;   /* then do this to it, */
	const char *bytes; /* or write this over its beginning */
	enum weigh_code code;
	const char *why;
} refused[] = {
	{ "a newer schema", true, "PRAGMA user_version = 999", NULL,
	    WEIGH_EXISTS, "it has schema 999, this weighd knows up to" },
	{ "a schema below zero", true, "PRAGMA user_version = -1", NULL,
	    WEIGH_EXISTS, "not a catalog of ours" },
	{ "somebody else's tables", false, "CREATE TABLE t (a)", NULL,
	    WEIGH_EXISTS, "not a catalog of ours" },
	{ "somebody else's version", false, "PRAGMA user_version = 1", NULL,
	    WEIGH_EXISTS, "not a catalog of ours" },
	{ "a text", false, NULL, "this is no database", WEIGH_MALFORMED,
	    "file is not a database" },
	{ "a damaged header", true, NULL, "SQLite forwat 3", WEIGH_MALFORMED,
	    "file is not a database" },
};

static void
make_refused(struct shelf *s, const struct refused_row *row)
{
	if (row->ours) {
		check_code(row->label, catalog_open(&s->catalog, s->path, NULL),
		    WEIGH_OK);
		catalog_close(s->catalog);
	}
	if (row->sql != NULL)
		alter(s, row->sql);
	if (row->bytes != NULL) {
		FILE *f = fopen(s->path, row->ours ? "r+" : "w");

		assert_non_null(f);
		fputs(row->bytes, f);
		fclose(f);
	}
}

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct refused_row *row = &refused[i];
		struct weigh_buf before, after;
		struct weigh_err err;
		struct shelf s;

		make_path(&s);
		make_refused(&s, row);
		weigh_buf_init(&before, 1 << 20);
		weigh_buf_init(&after, 1 << 20);
		check_code(row->label,
		    fd_read_file(s.dir.fd, "catalog.db", &before, NULL),
		    WEIGH_OK);
		check_code(row->label, catalog_open(&s.catalog, s.path, &err),
		    row->code);
		check_has(row->label, err.why, row->why);
		check_has(row->label, weigh_err_fix(&err), "made again from");
		check_code("a reader",
		    catalog_reader_open(&s.reader, s.path, NULL), row->code);
		check_code(row->label,
		    fd_read_file(s.dir.fd, "catalog.db", &after, NULL),
		    WEIGH_OK);
		check_bytes(row->label, after.data, after.len, before.data,
		    before.len);
		weigh_buf_free(&before);
		weigh_buf_free(&after);
		tmpdir_remove(&s.dir);
	}
}

/* Damage that opening cannot see is said when it is met. */
static void
test_damaged_page(void **state)
{
	const struct shelf_revision v = SHELF_REVISION("acme/demo", "main", 1,
	    0, files);
	struct catalog_totals totals;
	struct weigh_err err;
	int64_t page, size;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("admit", shelf_admit(&s, &v, NULL), WEIGH_OK);
	page = shelf_ask(&s,
	    "SELECT rootpage FROM sqlite_schema WHERE name = 'totals'");
	size = shelf_ask(&s, "PRAGMA page_size");
	catalog_reader_close(s.reader);
	catalog_close(s.catalog);
	for (int64_t at = 0; at < 8; at++)
		tmpdir_flip(&s.dir, "catalog.db", (page - 1) * size + at);
	check_code("it opens", catalog_open(&s.catalog, s.path, NULL),
	    WEIGH_OK);
	check_code("a reader too", catalog_reader_open(&s.reader, s.path, NULL),
	    WEIGH_OK);
	check_code("the damage", catalog_totals(s.reader, &totals, &err),
	    WEIGH_MALFORMED);
	check_has("advice", weigh_err_fix(&err), "made again from");
	shelf_close(&s);
}

static void
test_reader_before_writer(void **state)
{
	struct shelf s;

	(void)state;
	make_path(&s);
	check_code("no file", catalog_reader_open(&s.reader, s.path, NULL),
	    WEIGH_IO);
	check_true("none is made", !tmpdir_has(&s.dir, "catalog.db"));
	tmpdir_write(&s.dir, "catalog.db", "", 0);
	check_code("an empty file",
	    catalog_reader_open(&s.reader, s.path, NULL), WEIGH_NOT_YET);
	check_code("a writer makes it", catalog_open(&s.catalog, s.path, NULL),
	    WEIGH_OK);
	check_code("then it reads",
	    catalog_reader_open(&s.reader, s.path, NULL), WEIGH_OK);
	shelf_close(&s);
}

/* (2) and the guards, as each connection has them. */
static const struct pragma_row {
	const char *pragma;
	int writer;
	int reader;
} pragmas[] = {
	{ "PRAGMA synchronous", 2, 2 }, /* FULL */
	{ "PRAGMA foreign_keys", 1, 1 },
	{ "PRAGMA trusted_schema", 0, 0 },
	{ "PRAGMA query_only", 0, 1 },
	{ "PRAGMA cell_size_check", 1, 1 },
	{ "PRAGMA busy_timeout", 5000, 5000 },
	{ "PRAGMA application_id", DB_APPLICATION, DB_APPLICATION },
	{ "PRAGMA user_version", CATALOG_SCHEMA, CATALOG_SCHEMA },
	{ "SELECT count(*) = 33 FROM pragma_table_list"
	  " WHERE strict AND type = 'table' AND schema = 'main'",
	    1, 1 },
	{ "SELECT journal_mode = 'wal' FROM pragma_journal_mode", 1, 1 },
};

static int
ask_own(sqlite3 *sqlite, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int answer;

	check_u64(sql,
	    (uint64_t)sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL),
	    SQLITE_OK);
	check_u64(sql, (uint64_t)sqlite3_step(stmt), SQLITE_ROW);
	answer = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return answer;
}

static void
test_guards(void **state)
{
	struct shelf s;

	(void)state;
	shelf_open(&s);
	for (size_t i = 0; i < sizeof(pragmas) / sizeof(pragmas[0]); i++) {
		const struct pragma_row *row = &pragmas[i];

		check_u64(row->pragma,
		    (uint64_t)ask_own(s.catalog->db.sqlite, row->pragma),
		    (uint64_t)row->writer);
		check_u64(row->pragma,
		    (uint64_t)ask_own(s.reader->db.sqlite, row->pragma),
		    (uint64_t)row->reader);
	}
	check_true("a reader writes nothing",
	    sqlite3_exec(s.reader->db.sqlite, "DELETE FROM totals", NULL, NULL,
		NULL) != SQLITE_OK);
	shelf_close(&s);
}

/* A job that a weighd of the fourth schema left is still told; what nobody wrote down of
 * it, whether it brought anything, is not claimed. */
static void
test_schema_4(void **state)
{
	struct weigh_fetch_job job;
	struct weigh_buf steps;
	struct shelf s;

	(void)state;
	make_path(&s);
	weigh_buf_init(&steps, 64u << 10);
	for (unsigned i = 0; i < 4; i++)
		weigh_buf_adds(&steps, db_migrations[i]);
	weigh_buf_adds(&steps,
	    "INSERT INTO jobs (kind, name, request, state, priority, source,"
	    " token, made, changed) VALUES (0, 'acme/demo',"
	    " '{\"name\":\"acme/demo\"}', 7, 0, 'http://hub', '', 5, 6)");
	alter(&s, steps.data);
	weigh_buf_free(&steps);
	check_code("opened", catalog_open(&s.catalog, s.path, NULL), WEIGH_OK);
	check_code("read", catalog_reader_open(&s.reader, s.path, NULL),
	    WEIGH_OK);
	check_code("the job", catalog_job(s.reader, 1, &job, NULL, NULL),
	    WEIGH_OK);
	check_str("of", job.order.repo.name, "acme/demo");
	check_true("nothing new is not claimed", !job.unchanged);
	shelf_close(&s);
}

/* Files that a weighd of the fifth schema admitted are noted by their names: what could
 * be a license waits, what is too long for one or named otherwise does not. */
static void
test_schema_5(void **state)
{
	struct weigh_buf steps;
	struct shelf s;

	(void)state;
	make_path(&s);
	weigh_buf_init(&steps, 64u << 10);
	for (unsigned i = 0; i < 5; i++)
		weigh_buf_adds(&steps, db_migrations[i]);
	weigh_buf_adds(&steps,
	    "INSERT INTO repositories (id, kind, key, name, created)"
	    " VALUES (1, 0, 'acme/demo', 'acme/demo', 5);"
	    "INSERT INTO revisions (id, repo, git, manifest, date, title, origin,"
	    " license, files, bytes)"
	    " VALUES (1, 1, zeroblob(20), zeroblob(32), 5, '', '', '', 3, 3);");
	for (unsigned i = 1; i <= 3; i++)
		weigh_buf_addf(&steps,
		    "INSERT INTO blobs (id, oid, size, state, stamp_size,"
		    " stamp_inode, stamp_mtime, stamp_ctime) VALUES (%u,"
		    " CAST(printf('%%032d', %u) AS BLOB), %u, 0, 0, 0, 0, 0);"
		    "INSERT INTO entries (revision, path, folder, git, blob,"
		    " last) VALUES (1, '%s', '', zeroblob(20), %u, 1);",
		    i, i, i == 2 ? 1u << 20 : 100,
		    i == 1     ? "Model_Licence.txt" :
			i == 2 ? "LICENSE" :
				 "config.json",
		    i);
	check_true("written down", !steps.failed);
	alter(&s, steps.data);
	weigh_buf_free(&steps);
	check_code("opened", catalog_open(&s.catalog, s.path, NULL), WEIGH_OK);
	check_code("read", catalog_reader_open(&s.reader, s.path, NULL),
	    WEIGH_OK);
	check_u64("one waits",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM license_texts"), 1);
	check_u64("the small one of that name",
	    (uint64_t)shelf_ask(&s,
		"SELECT blob FROM license_texts WHERE judge IS NULL"),
	    1);
	shelf_close(&s);
}

/* A weighd of the sixth schema kept of a text what it is, and not what a record needs: it
 * is looked at again, and each revision waits for its record. */
static void
test_schema_6(void **state)
{
	struct weigh_buf steps;
	struct shelf s;

	(void)state;
	make_path(&s);
	weigh_buf_init(&steps, 64u << 10);
	for (unsigned i = 0; i < 6; i++)
		weigh_buf_adds(&steps, db_migrations[i]);
	weigh_buf_adds(&steps,
	    "INSERT INTO repositories (id, kind, key, name, created)"
	    " VALUES (1, 0, 'acme/demo', 'acme/demo', 5);"
	    "INSERT INTO revisions (id, repo, git, manifest, date, title, origin,"
	    " license, files, bytes)"
	    " VALUES (7, 1, zeroblob(20), zeroblob(32), 5, '', '', '', 3, 3);"
	    "INSERT INTO blobs (id, oid, size, state, stamp_size, stamp_inode,"
	    " stamp_mtime, stamp_ctime) VALUES (1, zeroblob(32), 9, 0, 0, 0, 0, 0);"
	    "INSERT INTO license_texts (blob, judge, kind, license)"
	    " VALUES (1, zeroblob(32), 'exact', 'MIT');");
	check_true("written down", !steps.failed);
	alter(&s, steps.data);
	weigh_buf_free(&steps);
	check_code("opened", catalog_open(&s.catalog, s.path, NULL), WEIGH_OK);
	check_code("read", catalog_reader_open(&s.reader, s.path, NULL),
	    WEIGH_OK);
	check_u64("the text waits",
	    (uint64_t)shelf_ask(&s,
		"SELECT count(*) FROM license_texts WHERE judge IS NULL"
		" AND kind = '' AND license = '' AND result = ''"),
	    1);
	check_u64("so does the revision",
	    (uint64_t)shelf_ask(&s, "SELECT revision FROM unrecorded"), 7);
	shelf_close(&s);
}

/* What was private stays so when there are more ways of being gated, and what may be
 * written there is bounded as before. */
static void
test_schema_7(void **state)
{
	struct weigh_buf steps;
	struct shelf s;

	(void)state;
	make_path(&s);
	weigh_buf_init(&steps, 64u << 10);
	for (unsigned i = 0; i < 7; i++)
		weigh_buf_adds(&steps, db_migrations[i]);
	for (unsigned i = 0; i < 3; i++)
		weigh_buf_addf(&steps,
		    "INSERT INTO repositories (kind, key, name, created,"
		    " visibility) VALUES (0, 'acme/%u', 'acme/%u', 5, %u);",
		    i, i, i);
	check_true("written down", !steps.failed);
	alter(&s, steps.data);
	weigh_buf_free(&steps);
	check_code("opened", catalog_open(&s.catalog, s.path, NULL), WEIGH_OK);
	check_u64("public, gated, private",
	    (uint64_t)shelf_ask(&s,
		"SELECT sum(visibility << (8 * (key = 'acme/1') +"
		" 16 * (key = 'acme/2'))) FROM repositories"),
	    WEIGH_PUBLIC | WEIGH_GATED << 8 | WEIGH_PRIVATE << 16);
	check_true("nothing else is written",
	    (sqlite3_exec(s.catalog->db.sqlite,
		 "UPDATE repositories SET visibility = 5", NULL, NULL, NULL) &
		0xff) == SQLITE_CONSTRAINT);
	shelf_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_damaged_page),
		cmocka_unit_test(test_reader_before_writer),
		cmocka_unit_test(test_guards),
		cmocka_unit_test(test_schema_4),
		cmocka_unit_test(test_schema_5),
		cmocka_unit_test(test_schema_6),
		cmocka_unit_test(test_schema_7),
	};

	return cmocka_run_group_tests_name("catalog open", tests, NULL, NULL);
}
