/* events: what happened, and which blobs upstream lied about; see mirrors.h. */
#include "db.h"
#include "mirrors.h"

/* --- events -------------------------------------------------------------- */

static enum weigh_code
insert_event(struct db *db, struct catalog_event *event, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_EVENT_INSERT);
	enum weigh_code rc;

	query_int(&q, event->time);
	query_text(&q, event->kind);
	query_text(&q, event->name);
	query_text(&q, event->what);
	query_text(&q, event->more);
	rc = query_insert(&q, &event->id, err);
	if (rc != WEIGH_OK || event->id <= CATALOG_EVENTS)
		return rc;
	q = query_begin(db, SQL_EVENT_FORGET);
	query_int(&q, event->id - CATALOG_EVENTS);
	return query_run(&q, err);
}

enum weigh_code
catalog_note(struct catalog *c, struct catalog_event *event,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, insert_event(&c->db, event, err), err);
}

enum weigh_code
catalog_events(struct catalog_reader *r, const char *name, int64_t before,
    unsigned limit, void (*each)(void *ctx, const struct catalog_event *event),
    void *ctx, struct weigh_err *err)
{
	bool all = name[0] == '\0';
	struct query q = query_begin(&r->db,
	    all ? SQL_EVENT_PAGE : SQL_EVENT_PAGE_OF);

	query_int(&q, before > 0 ? before : INT64_MAX);
	query_int(&q, limit);
	if (!all)
		query_text(&q, name);
	while (query_row(&q)) {
		const struct catalog_event event = {
			.id = sqlite3_column_int64(q.stmt, 0),
			.time = sqlite3_column_int64(q.stmt, 1),
			.kind = query_column_text(&q, 2),
			.name = query_column_text(&q, 3),
			.what = query_column_text(&q, 4),
			.more = query_column_text(&q, 5),
		};

		each(ctx, &event);
	}
	return query_end(&q, err);
}

/* --- lies ---------------------------------------------------------------- */

static enum weigh_code
note_lie(struct db *db, const struct weigh_oid *oid, int64_t now, int64_t until,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_LIE_FORGET);
	enum weigh_code rc;

	query_int(&q, now);
	if ((rc = query_run(&q, err)) != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_LIE_SET);
	query_oid(&q, oid);
	query_int(&q, until);
	return query_run(&q, err);
}

enum weigh_code
catalog_lie(struct catalog *c, const struct weigh_oid *oid, int64_t now,
    int64_t until, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, note_lie(&c->db, oid, now, until, err), err);
}

enum weigh_code
catalog_lies(struct catalog_reader *r, int64_t now,
    void (*each)(void *ctx, const struct weigh_oid *oid, int64_t until),
    void *ctx, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_LIES);

	query_int(&q, now);
	while (query_row(&q)) {
		const struct weigh_oid oid = query_column_oid(&q, 0);

		each(ctx, &oid, sqlite3_column_int64(q.stmt, 1));
	}
	return query_end(&q, err);
}
