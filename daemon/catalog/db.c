/* db: see db.h.  Opening, migrating, transactions and errors. */
#include "db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BUSY_MS 5000 /* a checkpoint or a recovery may hold the lock */
#define RESTART "check the disk, then restart weighd"

const struct db_sql db_sql[SQL_COUNT] = {
#define X(name, roles, sql) { #name, roles, sql },
#include "statements.tbl.h"
#undef X
};

/* What SQLite's primary result codes mean in our words; others are a bug. */
static const struct {
	int sqlite;
	enum weigh_code code;
} meanings[] = {
	{ SQLITE_FULL, WEIGH_FULL },
	{ SQLITE_NOMEM, WEIGH_NOMEM },
	{ SQLITE_BUSY, WEIGH_CONFLICT },
	{ SQLITE_LOCKED, WEIGH_CONFLICT },
	{ SQLITE_CORRUPT, WEIGH_MALFORMED },
	{ SQLITE_NOTADB, WEIGH_MALFORMED },
	{ SQLITE_FORMAT, WEIGH_MALFORMED },
	{ SQLITE_IOERR, WEIGH_IO },
	{ SQLITE_READONLY, WEIGH_IO },
	{ SQLITE_CANTOPEN, WEIGH_IO },
	{ SQLITE_PERM, WEIGH_IO },
	{ SQLITE_PROTOCOL, WEIGH_IO },
	{ SQLITE_TOOBIG, WEIGH_TOO_BIG },
};

static enum weigh_code
meaning_of(struct db *db, int rc)
{
	int disk = db->sqlite ? sqlite3_system_errno(db->sqlite) : 0;

	if (rc == SQLITE_IOERR_NOMEM)
		return WEIGH_NOMEM;
	if ((rc & 0xff) == SQLITE_IOERR && (disk == EDQUOT || disk == ENOSPC))
		return WEIGH_FULL;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].sqlite == (rc & 0xff))
			return meanings[i].code;
	return WEIGH_BUG;
}

/* The connection's words are about its own last failure only. */
static const char *
words_of(struct db *db, int rc)
{
	if (db->sqlite != NULL && sqlite3_extended_errcode(db->sqlite) == rc)
		return sqlite3_errmsg(db->sqlite);
	return sqlite3_errstr(rc);
}

enum weigh_code
db_fail(struct db *db, int rc, struct weigh_err *err)
{
	enum weigh_code code = meaning_of(db, rc);

	if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC)
		db->broken = true;
	weigh_fail(err, code, "catalog: %s", words_of(db, rc));
	if (db->broken)
		weigh_fix(err, RESTART);
	if (code == WEIGH_MALFORMED)
		weigh_fix(err,
		    "move catalog.db, catalog.db-wal and catalog.db-shm "
		    "away and start again: it is made again from repos/ and "
		    "blobs/");
	return code;
}

/* --- opening ------------------------------------------------------------- */

/* The first column of the first row of a constant question. */
static int
ask(sqlite3 *sqlite, const char *sql, int64_t *number)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		*number = sqlite3_column_int64(stmt, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* Refuse what is not ours, or newer than we are; answer the schema's version. */
static enum weigh_code
check_schema(struct db *db, int64_t *version, struct weigh_err *err)
{
	int64_t application = 0, tables = 0;
	int rc;

	if ((rc = ask(db->sqlite, "PRAGMA user_version", version)) != 0 ||
	    (rc = ask(db->sqlite, "PRAGMA application_id", &application)) !=
		0 ||
	    (rc = ask(db->sqlite, "SELECT count(*) FROM sqlite_schema",
		 &tables)) != 0)
		return db_fail(db, rc, err);
	if (*version < 0 ||
	    (application != DB_APPLICATION && (tables != 0 || *version != 0))) {
		weigh_fail(err, WEIGH_EXISTS,
		    "catalog: an SQLite database, but not a catalog of ours");
		weigh_fix(err,
		    "move catalog.db away and start again: it is made "
		    "again from repos/ and blobs/");
		return WEIGH_EXISTS;
	}
	if (*version > CATALOG_SCHEMA) {
		weigh_fail(err, WEIGH_EXISTS,
		    "catalog: it has schema %lld, this weighd knows up to %d",
		    (long long)*version, CATALOG_SCHEMA);
		weigh_fix(err,
		    "start the newer weighd that wrote it, or move "
		    "catalog.db away: it is made again from repos/ and blobs/");
		return WEIGH_EXISTS;
	}
	return WEIGH_OK;
}

/* Bring the tables to CATALOG_SCHEMA, all steps in one transaction. */
static enum weigh_code
migrate(struct db *db, struct weigh_err *err)
{
	int64_t version = 0;
	enum weigh_code rc;
	int sqlite;

	sqlite = sqlite3_exec(db->sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (sqlite != SQLITE_OK)
		return db_fail(db, sqlite, err);
	rc = check_schema(db, &version, err);
	for (; rc == WEIGH_OK && version < CATALOG_SCHEMA; version++) {
		sqlite = sqlite3_exec(db->sqlite, db_migrations[version], NULL,
		    NULL, NULL);
		if (sqlite != SQLITE_OK)
			rc = db_fail(db, sqlite, err);
	}
	if (rc == WEIGH_OK) {
		sqlite = sqlite3_exec(db->sqlite, "COMMIT", NULL, NULL, NULL);
		if (sqlite != SQLITE_OK)
			rc = db_fail(db, sqlite, err);
	}
	return rc; /* a failure is rolled back by closing */
}

static enum weigh_code
prepare(struct db *db, enum db_role role, struct weigh_err *err)
{
	for (size_t i = 0; i < SQL_COUNT; i++) {
		int rc;

		if ((db_sql[i].roles & role) == 0)
			continue;
		rc = sqlite3_prepare_v3(db->sqlite, db_sql[i].sql, -1,
		    SQLITE_PREPARE_PERSISTENT, &db->prepared[i], NULL);
		if (rc != SQLITE_OK)
			return weigh_context(err, db_fail(db, rc, err),
			    "statement %s", db_sql[i].name);
	}
	return WEIGH_OK;
}

/* Nothing in the file may make SQLite do more than keep tables. */
static void
harden(sqlite3 *sqlite)
{
	static const struct {
		int option;
		int value;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		(void)sqlite3_db_config(sqlite, options[i].option,
		    options[i].value, NULL);
	(void)sqlite3_extended_result_codes(sqlite, 1);
	(void)sqlite3_busy_timeout(sqlite, BUSY_MS);
}

static const struct {
	int flags;
	const char *pragmas;
} roles[] = {
	[DB_WRITER] = { SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		SQLITE_OPEN_NOMUTEX,
	    "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL;"
	    "PRAGMA cell_size_check = ON;"
	    "PRAGMA temp_store = MEMORY;"
	    "PRAGMA cache_size = -8192;" /* KiB */
	    "PRAGMA journal_size_limit = 67108864;" },
	[DB_READER] = { SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
	    "PRAGMA query_only = ON;"
	    "PRAGMA cell_size_check = ON;"
	    "PRAGMA cache_size = -2048;" },
};

static enum weigh_code
open_as(struct db *db, const char *path, enum db_role role,
    struct weigh_err *err)
{
	int64_t version = 0;
	enum weigh_code rc;
	int sqlite;

	sqlite = sqlite3_open_v2(path, &db->sqlite, roles[role].flags, NULL);
	if (sqlite != SQLITE_OK)
		return db_fail(db, sqlite, err);
	harden(db->sqlite);
	/* Before the first pragma that writes: a refused file stays as it is. */
	if ((rc = check_schema(db, &version, err)) != WEIGH_OK)
		return rc;
	sqlite = sqlite3_exec(db->sqlite, roles[role].pragmas, NULL, NULL,
	    NULL);
	if (sqlite != SQLITE_OK)
		return db_fail(db, sqlite, err);
	if (role == DB_WRITER && (rc = migrate(db, err)) != WEIGH_OK)
		return rc;
	if (role == DB_READER && version != CATALOG_SCHEMA)
		return weigh_fail(err, WEIGH_NOT_YET,
		    "catalog: no writer has migrated it to schema %d yet",
		    CATALOG_SCHEMA);
	return prepare(db, role, err);
}

enum weigh_code
db_open(struct db *db, const char *path, enum db_role role,
    struct weigh_err *err)
{
	enum weigh_code rc;

	memset(db, 0, sizeof(*db));
	rc = open_as(db, path, role, err);
	if (rc != WEIGH_OK)
		db_close(db);
	return weigh_context(err, rc, "'%s'", path);
}

void
db_close(struct db *db)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(db->prepared[i]);
	sqlite3_close(db->sqlite);
	memset(db, 0, sizeof(*db));
}

/* --- transactions -------------------------------------------------------- */

enum weigh_code
db_begin(struct db *db, struct weigh_err *err)
{
	enum weigh_code rc;
	struct query q;

	if (db->broken) {
		weigh_fail(err, WEIGH_IO,
		    "catalog: its disk failed to keep an earlier write");
		weigh_fix(err, RESTART);
		return WEIGH_IO;
	}
	/* A failure may have rolled back all of it, by itself; going on would
	 * begin another transaction. */
	if (db->depth > 0 && sqlite3_get_autocommit(db->sqlite))
		return weigh_fail(err, WEIGH_IO,
		    "catalog: the transaction was taken back");
	q = query_begin(db, db->depth == 0 ? SQL_BEGIN : SQL_SAVEPOINT);
	if ((rc = query_run(&q, err)) == WEIGH_OK)
		db->depth++;
	return rc;
}

static enum weigh_code
end_inner(struct db *db, enum weigh_code rc, struct weigh_err *err)
{
	struct query q;

	if (sqlite3_get_autocommit(db->sqlite))
		return rc != WEIGH_OK ?
		    rc :
		    weigh_fail(err, WEIGH_IO,
			"catalog: the transaction was taken back");
	if (rc != WEIGH_OK) {
		q = query_begin(db, SQL_ROLLBACK_TO);
		(void)query_run(&q, NULL);
	}
	q = query_begin(db, SQL_RELEASE);
	if (rc != WEIGH_OK)
		(void)query_run(&q, NULL);
	else
		rc = query_run(&q, err);
	return rc;
}

enum weigh_code
db_end(struct db *db, enum weigh_code rc, struct weigh_err *err)
{
	struct query q;

	if (--db->depth > 0)
		return end_inner(db, rc, err);
	if (rc == WEIGH_OK) {
		q = query_begin(db, SQL_COMMIT);
		rc = query_run(&q, err);
	}
	/* Some failures have rolled back already, by themselves. */
	if (rc != WEIGH_OK && !sqlite3_get_autocommit(db->sqlite)) {
		q = query_begin(db, SQL_ROLLBACK);
		(void)query_run(&q, NULL);
	}
	return rc;
}
