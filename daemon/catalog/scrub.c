/* Scrub's memory: when what was last read, and what was found. */
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "rows.h"

/* --- writing: the round -------------------------------------------------- */

static enum weigh_code
read_round(struct db *db, struct catalog_scrub *out, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_SCRUB);

	*out = (struct catalog_scrub){ 0 };
	if (query_row(&q))
		*out = (struct catalog_scrub){
			.began = sqlite3_column_int64(q.stmt, 0),
			.ended = sqlite3_column_int64(q.stmt, 1),
			.done = query_column_size(&q, 2),
			.catalog = sqlite3_column_int64(q.stmt, 3),
			.journal = sqlite3_column_int64(q.stmt, 4),
		};
	return query_end(&q, err);
}

/* The largest `checked` below `bound` of a good blob; `bound` if there is none. */
static enum weigh_code
last_checked(struct db *db, int64_t bound, int64_t *out, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_CHECKED_LAST);

	*out = bound;
	query_int(&q, bound);
	if (query_row(&q))
		*out = sqlite3_column_int64(q.stmt, 0);
	return query_end(&q, err);
}

/* Run a statement that takes one number. */
static enum weigh_code
run_with(struct db *db, enum db_statement which, int64_t value,
    struct weigh_err *err)
{
	struct query q = query_begin(db, which);

	query_int(&q, value);
	return query_run(&q, err);
}

static enum weigh_code
begin_round(struct db *db, int64_t now, struct weigh_err *err)
{
	int64_t newest = 0;
	enum weigh_code rc;

	/* A second ahead is no wrong clock: see catalog_mark_blob. */
	rc = run_with(db, SQL_CHECKED_FORGET, now + 1, err);
	if (rc == WEIGH_OK)
		rc = last_checked(db, INT64_MAX, &newest, err);
	if (rc == WEIGH_OK && newest != INT64_MAX && newest >= now)
		now = newest + 1;
	if (rc == WEIGH_OK)
		rc = run_with(db, SQL_SCRUB_BEGIN, now, err);
	return rc;
}

enum weigh_code
catalog_scrub_begin(struct catalog *c, int64_t now, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, begin_round(&c->db, now, err), err);
}

/* One statement is its own transaction, but for the look at `broken`. */
static enum weigh_code
write_one(struct catalog *c, enum db_statement which, int64_t value,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, run_with(&c->db, which, value, err), err);
}

enum weigh_code
catalog_scrub_end(struct catalog *c, int64_t now, struct weigh_err *err)
{
	return write_one(c, SQL_SCRUB_END, now, err);
}

enum weigh_code
catalog_scrub_whole(struct catalog *c, enum catalog_whole what, int64_t now,
    struct weigh_err *err)
{
	static const enum db_statement statements[] = {
		[CATALOG_ITSELF] = SQL_SCRUB_CATALOG,
		[CATALOG_JOURNAL] = SQL_SCRUB_JOURNAL,
	};

	return write_one(c, statements[what], now, err);
}

static enum weigh_code
set_place(struct db *db, const struct catalog_place *place,
    struct weigh_err *err)
{
	struct query q = query_begin(db,
	    place != NULL ? SQL_SCRUB_PLACE_SET : SQL_SCRUB_PLACE_DROP);
	struct weigh_oid chain;

	if (place != NULL) {
		memcpy(chain.b, place->chain, sizeof(chain.b));
		query_oid(&q, &place->oid);
		query_size(&q, place->offset);
		query_oid(&q, &chain);
		rows_bind_stamp(&q, &place->stamp);
	}
	return query_run(&q, err);
}

enum weigh_code
catalog_scrub_keep(struct catalog *c, const struct catalog_place *place,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, set_place(&c->db, place, err), err);
}

static enum weigh_code
mark_repo(struct db *db, const struct weigh_repo *repo, int64_t now,
    const char *problem, struct weigh_err *err)
{
	struct rows_key key = rows_key(repo);
	struct query q = query_begin(db, SQL_REPO_CHECKED);

	query_int(&q, repo->kind);
	query_text(&q, key.text);
	query_int(&q, now);
	query_text(&q, problem);
	return query_run(&q, err);
}

enum weigh_code
catalog_scrub_repo(struct catalog *c, const struct weigh_repo *repo,
    int64_t now, const char *problem, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, mark_repo(&c->db, repo, now, problem, err), err);
}

/* --- writing: what a reading found ---------------------------------------- */

static enum weigh_code
set_finding(struct db *db, const struct catalog_check *check,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_FINDING_SET);

	query_oid(&q, &check->blob.oid);
	query_int(&q, check->time);
	query_text(&q, check->problem);
	query_text(&q, check->segments);
	return query_run(&q, err);
}

/* The time that a reading is remembered by.  A round may begin a second ahead;
 * what is read now belongs to it. */
static enum weigh_code
time_in_round(struct db *db, int64_t now, int64_t *checked,
    struct weigh_err *err)
{
	struct catalog_scrub round;
	enum weigh_code rc = read_round(db, &round, err);

	*checked = now > 0 ? now : 1;
	if (*checked < round.began)
		*checked = round.began;
	return rc;
}

static enum weigh_code
mark_steps(struct db *db, const struct catalog_check *check,
    struct weigh_err *err)
{
	struct rows_difference difference = { 0 };
	int64_t checked;
	enum weigh_code rc;

	rc = time_in_round(db, check->time, &checked, err);
	if (rc == WEIGH_OK)
		rc = rows_record_blob(db, &check->blob, check->state, checked,
		    &difference, err);
	if (rc == WEIGH_OK && check->state == CATALOG_BAD)
		rc = set_finding(db, check, err);
	if (rc == WEIGH_OK)
		rc = rows_move_totals(db, &difference, err);
	return rc;
}

static enum weigh_code
mark_read(struct db *db, const struct catalog_blob *blob, int64_t checked,
    struct rows_difference *d, struct weigh_err *err)
{
	struct rows_blob held;
	enum weigh_code rc = rows_find_blob(db, &blob->oid, &held, err);

	if (rc != WEIGH_OK || held.id == 0 || held.state != CATALOG_GOOD ||
	    !stamp_equal(&held.stamp, &blob->stamp))
		return rc;
	return rows_record_read(db, &held, checked, d, err);
}

static enum weigh_code
mark_all_read(struct db *db, const struct catalog_blob *blobs, size_t n,
    int64_t now, struct weigh_err *err)
{
	struct rows_difference difference = { 0 };
	int64_t checked;
	enum weigh_code rc = time_in_round(db, now, &checked, err);

	for (size_t i = 0; rc == WEIGH_OK && i < n; i++)
		rc = mark_read(db, &blobs[i], checked, &difference, err);
	if (rc == WEIGH_OK)
		rc = rows_move_totals(db, &difference, err);
	return rc;
}

enum weigh_code
catalog_mark_read(struct catalog *c, const struct catalog_blob *blobs, size_t n,
    int64_t now, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	rc = mark_all_read(&c->db, blobs, n, now, err);
	return db_end(&c->db, rc, err);
}

enum weigh_code
catalog_mark_blob(struct catalog *c, const struct catalog_check *check,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, mark_steps(&c->db, check, err), err);
}

/* --- reading --------------------------------------------------------------- */

enum weigh_code
catalog_scrub(struct catalog_reader *r, struct catalog_scrub *out,
    struct weigh_err *err)
{
	return read_round(&r->db, out, err);
}

enum weigh_code
catalog_scrub_place(struct catalog_reader *r, struct catalog_place *out,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_SCRUB_PLACE);
	struct weigh_oid chain;
	bool found = query_row(&q);
	enum weigh_code rc;

	if (found) {
		out->oid = query_column_oid(&q, 0);
		out->offset = query_column_size(&q, 1);
		chain = query_column_oid(&q, 2);
		memcpy(out->chain, chain.b, sizeof(out->chain));
		out->stamp = rows_stamp(&q, 3);
	}
	rc = query_end(&q, err);
	if (rc == WEIGH_OK && !found)
		rc = weigh_fail(err, WEIGH_NOT_FOUND, "no place is kept");
	return rc;
}

static void
bind_after(struct query *q, const struct catalog_turn *after)
{
	query_int(q, after != NULL ? after->checked : INT64_MIN);
	query_int(q, after != NULL ? after->id : INT64_MIN);
}

enum weigh_code
catalog_scrub_next(struct catalog_reader *r, const struct catalog_turn *after,
    int64_t before, struct catalog_turn *out, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_CHECKED_NEXT);
	enum weigh_code rc;
	bool found;

	bind_after(&q, after);
	query_int(&q, before);
	if ((found = query_row(&q)))
		*out = (struct catalog_turn){
			.id = sqlite3_column_int64(q.stmt, 0),
			.checked = sqlite3_column_int64(q.stmt, 3),
			.blob = { .oid = query_column_oid(&q, 1),
			    .size = query_column_size(&q, 2),
			    .stamp = rows_stamp(&q, 4) },
		};
	rc = query_end(&q, err);
	if (rc == WEIGH_OK && !found)
		rc = weigh_fail(err, WEIGH_NOT_FOUND, "no blob is left");
	return rc;
}

enum weigh_code
catalog_scrub_next_repo(struct catalog_reader *r,
    const struct catalog_turn *after, struct catalog_turn *out,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_REPO_UNREAD);
	enum weigh_code rc;
	bool found;

	bind_after(&q, after);
	if ((found = query_row(&q))) {
		*out = (struct catalog_turn){
			.id = sqlite3_column_int64(q.stmt, 0),
			.checked = sqlite3_column_int64(q.stmt, 3),
			.repo.kind = (enum weigh_kind)sqlite3_column_int(q.stmt,
			    1),
		};
		snprintf(out->repo.name, sizeof(out->repo.name), "%s",
		    query_column_text(&q, 2));
	}
	rc = query_end(&q, err);
	if (rc == WEIGH_OK && !found)
		rc = weigh_fail(err, WEIGH_NOT_FOUND, "no repository is left");
	return rc;
}

enum weigh_code
catalog_scrub_bytes(struct catalog_reader *r, int64_t before, uint64_t *out,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_CHECKED_BYTES);

	*out = 0;
	query_int(&q, before);
	if (query_row(&q))
		*out = query_column_size(&q, 0);
	return query_end(&q, err);
}

enum weigh_code
catalog_scrub_oldest(struct catalog_reader *r, int64_t *since,
    struct weigh_err *err)
{
	const struct catalog_turn before_the_read = { .id = INT64_MAX };
	struct catalog_turn read;
	int64_t never;
	enum weigh_code rc;

	*since = 0;
	/* Of those never read, the largest is the one admitted first. */
	if ((rc = last_checked(&r->db, 1, &never, err)) != WEIGH_OK)
		return rc;
	rc = catalog_scrub_next(r, &before_the_read, INT64_MAX, &read, err);
	if (rc == WEIGH_OK)
		*since = read.checked;
	if (never != 1 && (rc == WEIGH_NOT_FOUND || -never < *since)) {
		*since = -never;
		rc = WEIGH_OK;
	}
	return rc;
}

static enum weigh_code
tell_findings(struct query *q,
    void (*each)(void *ctx, const struct catalog_finding *f), void *ctx,
    struct weigh_err *err)
{
	while (query_row(q)) {
		const struct catalog_finding f = {
			.oid = query_column_oid(q, 0),
			.size = query_column_size(q, 1),
			.time = sqlite3_column_int64(q->stmt, 2),
			.problem = query_column_text(q, 3),
			.segments = query_column_text(q, 4),
		};

		each(ctx, &f);
	}
	return query_end(q, err);
}

enum weigh_code
catalog_findings(struct catalog_reader *r, const struct weigh_oid *after,
    unsigned limit, void (*each)(void *ctx, const struct catalog_finding *f),
    void *ctx, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_FINDINGS);

	query_oid(&q, after);
	query_int(&q, limit);
	return tell_findings(&q, each, ctx, err);
}

enum weigh_code
catalog_finding(struct catalog_reader *r, const struct weigh_oid *oid,
    void (*each)(void *ctx, const struct catalog_finding *f), void *ctx,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_FINDING);

	query_oid(&q, oid);
	return tell_findings(&q, each, ctx, err);
}

enum weigh_code
catalog_repo_findings(struct catalog_reader *r, const struct weigh_repo *after,
    unsigned limit,
    void (*each)(void *ctx, const struct weigh_repo *repo, int64_t time,
	const char *problem),
    void *ctx, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_REPO_PROBLEMS);
	struct rows_key key = { "" };
	struct weigh_repo repo;

	if (after != NULL)
		key = rows_key(after);
	query_int(&q, after != NULL ? (int64_t)after->kind : -1);
	query_text(&q, key.text);
	query_int(&q, limit);
	while (query_row(&q)) {
		repo.kind = (enum weigh_kind)sqlite3_column_int(q.stmt, 0);
		snprintf(repo.name, sizeof(repo.name), "%s",
		    query_column_text(&q, 1));
		each(ctx, &repo, sqlite3_column_int64(q.stmt, 2),
		    query_column_text(&q, 3));
	}
	return query_end(&q, err);
}

/* --- the whole file --------------------------------------------------------- */

#define STEPS 10000 /* of SQLite's machine between two looks at `cancel` */

static int
is_canceled(void *ctx)
{
	return atomic_load((atomic_bool *)ctx);
}

/* Damage that keeps SQLite from going on is an answer too. */
static enum weigh_code
judge(struct db *db, int rc, const char *row, char *problem, size_t size,
    struct weigh_err *err)
{
	switch (rc & 0xff) {
	case SQLITE_ROW:
		if (strcmp(row, "ok") != 0)
			snprintf(problem, size, "%s", row);
		return WEIGH_OK;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_IOERR:
		snprintf(problem, size, "%s", sqlite3_errmsg(db->sqlite));
		return WEIGH_OK;
	case SQLITE_INTERRUPT:
		return weigh_fail(err, WEIGH_CANCELED, "canceled");
	default:
		return db_fail(db, rc, err);
	}
}

enum weigh_code
catalog_quick_check(struct catalog_reader *r, atomic_bool *cancel,
    char *problem, size_t size, struct weigh_err *err)
{
	sqlite3 *sqlite = r->db.sqlite;
	sqlite3_stmt *stmt = NULL;
	const char *row = NULL;
	enum weigh_code rc;
	int got;

	problem[0] = '\0';
	sqlite3_progress_handler(sqlite, STEPS, is_canceled, cancel);
	got = sqlite3_prepare_v2(sqlite, "PRAGMA quick_check(1)", -1, &stmt,
	    NULL);
	if (got == SQLITE_OK && (got = sqlite3_step(stmt)) == SQLITE_ROW)
		row = (const char *)sqlite3_column_text(stmt, 0);
	rc = judge(&r->db, got, row != NULL ? row : "", problem, size, err);
	sqlite3_finalize(stmt);
	sqlite3_progress_handler(sqlite, 0, NULL, NULL);
	return rc;
}
