/* query: running a prepared statement; see db.h. */
#include <string.h>

#include "db.h"

static bool
is_failure(int rc)
{
	return rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE;
}

static void
keep(struct query *q, int rc)
{
	if (!is_failure(q->rc))
		q->rc = rc;
}

struct query
query_begin(struct db *db, enum db_statement which)
{
	struct query q = { .db = db, .stmt = db->prepared[which] };

	if (q.stmt == NULL) /* not this role's */
		q.rc = SQLITE_MISUSE;
	return q;
}

void
query_int(struct query *q, int64_t value)
{
	keep(q, sqlite3_bind_int64(q->stmt, ++q->bound, value));
}

void
query_size(struct query *q, uint64_t value)
{
	if (value > INT64_MAX)
		keep(q, SQLITE_TOOBIG);
	query_int(q, (int64_t)(value & INT64_MAX));
}

void
query_text(struct query *q, const char *text)
{
	keep(q,
	    sqlite3_bind_text(q->stmt, ++q->bound, text != NULL ? text : "", -1,
		SQLITE_STATIC));
}

void
query_text_part(struct query *q, const char *text, size_t len)
{
	if (len > WEIGH_PATH_MAX)
		keep(q, SQLITE_TOOBIG);
	else
		keep(q,
		    sqlite3_bind_text(q->stmt, ++q->bound, text, (int)len,
			SQLITE_STATIC));
}

void
query_oid(struct query *q, const struct weigh_oid *oid)
{
	keep(q,
	    sqlite3_bind_blob(q->stmt, ++q->bound, oid->b, sizeof(oid->b),
		SQLITE_STATIC));
}

void
query_gitid(struct query *q, const struct weigh_gitid *id)
{
	if (weigh_gitid_is_zero(id)) {
		query_null(q);
		return;
	}
	keep(q,
	    sqlite3_bind_blob(q->stmt, ++q->bound, id->b, sizeof(id->b),
		SQLITE_STATIC));
}

void
query_gitid_after(struct query *q, const struct weigh_gitid *id)
{
	keep(q,
	    sqlite3_bind_blob(q->stmt, ++q->bound, id->b, sizeof(id->b),
		SQLITE_STATIC));
}

void
query_null(struct query *q)
{
	keep(q, sqlite3_bind_null(q->stmt, ++q->bound));
}

bool
query_row(struct query *q)
{
	if (!is_failure(q->rc))
		q->rc = sqlite3_step(q->stmt);
	return q->rc == SQLITE_ROW;
}

enum weigh_code
query_end(struct query *q, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	if (is_failure(q->rc)) /* before the reset: it holds the words */
		rc = db_fail(q->db, q->rc, err);
	if (q->stmt != NULL) {
		(void)sqlite3_reset(q->stmt);
		(void)sqlite3_clear_bindings(q->stmt);
	}
	return rc;
}

enum weigh_code
query_run(struct query *q, struct weigh_err *err)
{
	(void)query_row(q);
	return query_end(q, err);
}

enum weigh_code
query_insert(struct query *q, int64_t *id, struct weigh_err *err)
{
	enum weigh_code rc = query_run(q, err);

	if (rc == WEIGH_OK)
		*id = sqlite3_last_insert_rowid(q->db->sqlite);
	return rc;
}

const char *
query_column_text(const struct query *q, int column)
{
	const char *text = (const char *)sqlite3_column_text(q->stmt, column);

	return text != NULL ? text : "";
}

uint64_t
query_column_size(const struct query *q, int column)
{
	int64_t value = sqlite3_column_int64(q->stmt, column);

	return value > 0 ? (uint64_t)value : 0;
}

static void
column_digest(const struct query *q, int column, void *out, size_t len)
{
	const void *bytes = sqlite3_column_blob(q->stmt, column);

	if (bytes != NULL &&
	    (size_t)sqlite3_column_bytes(q->stmt, column) == len)
		memcpy(out, bytes, len);
}

struct weigh_oid
query_column_oid(const struct query *q, int column)
{
	struct weigh_oid oid = { { 0 } };

	column_digest(q, column, oid.b, sizeof(oid.b));
	return oid;
}

struct weigh_gitid
query_column_gitid(const struct query *q, int column)
{
	struct weigh_gitid id = { { 0 } };

	column_digest(q, column, id.b, sizeof(id.b));
	return id;
}
