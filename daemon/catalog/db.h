/*
 * db: one SQLite connection with all its statements prepared, and a small way
 * of running them.  Private to catalog/.
 *
 *	struct query q = query_begin(db, SQL_REF);
 *	query_int(&q, repo);
 *	query_text(&q, name);
 *	if (query_row(&q))
 *		id = sqlite3_column_int64(q.stmt, 0);
 *	rc = query_end(&q, err);
 *
 * (1) A failure anywhere sticks to the query; query_end reports the first one.
 * (2) Bound texts and digests are borrowed until query_end.
 * (3) After a failed sync nothing is written any more: SQLite may believe pages
 *     to be on disk that are not.  Only a restart reads what is really there.
 */
#ifndef CATALOG_DB_H
#define CATALOG_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/oid.h>

#include "catalog.h"

#define DB_APPLICATION 0x57474831 /* PRAGMA application_id: "WGH1" */

enum db_role {
	DB_WRITER = 1,
	DB_READER = 2
};

enum db_statement {
#define X(name, roles, sql) SQL_##name,
#include "statements.tbl.h"
#undef X
	SQL_COUNT
};

struct db_sql {
	const char *name;
	unsigned roles; /* who prepares it: enum db_role, or-ed */
	const char *sql;
};
extern const struct db_sql db_sql[SQL_COUNT];

/* db_migrations[n] leads from schema n to n + 1. */
extern const char *const db_migrations[];
/* Takes all rows away but those of intents. */
extern const char db_empty[];

struct db {
	sqlite3 *sqlite;
	sqlite3_stmt *prepared[SQL_COUNT];
	bool broken;    /* (3) */
	unsigned depth; /* of transactions */
};

struct catalog {
	struct db db;
};
struct catalog_reader {
	struct db db;
};

/* Open `path` in a role; the writer creates and migrates.  On failure *db is
 * closed. */
enum weigh_code db_open(struct db *db, const char *path, enum db_role role,
    struct weigh_err *err);
void db_close(struct db *db);

/* Say what SQLite's `rc` means. */
enum weigh_code db_fail(struct db *db, int rc, struct weigh_err *err);

/* A transaction: begin; work; then end with the work's outcome, which commits
 * or takes back.  Answers that outcome, or why it could not be committed.  One
 * inside another is part of it: taken back alone, lasting only with it. */
enum weigh_code db_begin(struct db *db, struct weigh_err *err);
enum weigh_code db_end(struct db *db, enum weigh_code rc,
    struct weigh_err *err);

struct query {
	struct db *db;
	sqlite3_stmt *stmt;
	int bound; /* parameters so far */
	int rc;    /* SQLite's; sticks when it is a failure */
};

struct query query_begin(struct db *db, enum db_statement which);
void query_int(struct query *q, int64_t value);
void query_size(struct query *q, uint64_t value);   /* fails above 2^63 - 1 */
void query_text(struct query *q, const char *text); /* NULL is "" */
void query_text_part(struct query *q, const char *text, size_t len);
void query_oid(struct query *q, const struct weigh_oid *oid);
void query_gitid(struct query *q,
    const struct weigh_gitid *id); /* zero: NULL */
/* A place in the order of ids; zero is before the first. */
void query_gitid_after(struct query *q, const struct weigh_gitid *id);
void query_null(struct query *q);
/* Advance: true when there is a row to look at. */
bool query_row(struct query *q);
enum weigh_code query_end(struct query *q, struct weigh_err *err);
/* For statements without rows: advance and end. */
enum weigh_code query_run(struct query *q, struct weigh_err *err);
/* The same for an INSERT; *id is the new row's. */
enum weigh_code query_insert(struct query *q, int64_t *id,
    struct weigh_err *err);

/* Columns.  A digest of a wrong length reads as zero, which names nothing. */
const char *query_column_text(const struct query *q, int column);
uint64_t query_column_size(const struct query *q, int column);
struct weigh_oid query_column_oid(const struct query *q, int column);
struct weigh_gitid query_column_gitid(const struct query *q, int column);

#endif
