/* mirrors: see mirrors.h. */
#include "mirrors.h"

#include <stdio.h>
#include <string.h>

#include "mirrored.h"
#include "reader.h"
#include "rows.h"

/* --- absent blobs -------------------------------------------------------- */

static enum weigh_code
let_go(struct db *db, const struct weigh_oid *oid, bool *gone,
    struct weigh_err *err)
{
	struct rows_difference difference = { 0 };
	struct rows_blob held;
	enum weigh_code rc = rows_find_blob(db, oid, &held, err);

	*gone = rc == WEIGH_OK && held.id != 0 && !held.absent &&
	    held.state == CATALOG_GOOD;
	if (!*gone)
		return rc;
	rc = rows_let_go(db, &held, &difference, err);
	if (rc == WEIGH_OK)
		rc = rows_move_totals(db, &difference, err);
	return rc;
}

enum weigh_code
catalog_let_go(struct catalog *c, const struct weigh_oid *oid, bool *gone,
    struct weigh_err *err)
{
	enum weigh_code rc;

	*gone = false;
	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, let_go(&c->db, oid, gone, err), err);
}

enum weigh_code
catalog_absent_at(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_oid *oid, struct weigh_gitid *commit,
    char path[WEIGH_PATH_MAX + 1], struct weigh_err *err)
{
	struct weigh_repo held;
	bool found = false;
	struct query q;
	int64_t id;
	enum weigh_code rc = rows_repo(&r->db, repo, &id, &held, err);

	if (rc == WEIGH_OK && id != 0) {
		q = query_begin(&r->db, SQL_ABSENT_AT);
		query_oid(&q, oid);
		query_int(&q, id);
		found = query_row(&q);
		if (found) {
			*commit = query_column_gitid(&q, 0);
			snprintf(path, WEIGH_PATH_MAX + 1, "%s",
			    query_column_text(&q, 1));
		}
		rc = query_end(&q, err);
	}
	if (rc == WEIGH_OK && !found)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "'%s' lists no such bytes that are not held", repo->name);
	return rc;
}

enum weigh_code
catalog_listings(struct catalog_reader *r, const struct weigh_oid *oid,
    unsigned limit, void (*each)(void *ctx, const struct catalog_listing *l),
    void *ctx, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_BLOB_LISTINGS);

	query_oid(&q, oid);
	query_int(&q, limit);
	while (query_row(&q)) {
		struct catalog_listing l = {
			.repo.kind = (enum weigh_kind)sqlite3_column_int(q.stmt,
			    0),
			.commit = query_column_gitid(&q, 2),
			.absent = query_column_size(&q, 3),
			.mirrored = sqlite3_column_type(q.stmt, 4) !=
			    SQLITE_NULL,
			.through = sqlite3_column_int(q.stmt, 4) != 0,
			.pinned = sqlite3_column_type(q.stmt, 5) != SQLITE_NULL,
		};

		snprintf(l.repo.name, sizeof(l.repo.name), "%s",
		    query_column_text(&q, 1));
		each(ctx, &l);
	}
	return query_end(&q, err);
}

/* --- writing where repositories come from -------------------------------- */

static enum weigh_code
insert_mirror(struct db *db, int64_t repo, int64_t now, bool *fresh,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_MIRROR_INSERT);
	enum weigh_code rc;

	query_int(&q, repo);
	query_int(&q, now);
	rc = query_run(&q, err);
	*fresh = sqlite3_changes(db->sqlite) > 0;
	return rc;
}

enum weigh_code
mirrored_from(struct db *db, int64_t repo, const char *source, bool through,
    int64_t now, struct weigh_err *err)
{
	enum weigh_code rc;
	struct query q;
	bool fresh;

	if ((rc = insert_mirror(db, repo, now, &fresh, err)) != WEIGH_OK)
		return rc;
	q = query_begin(db, fresh ? SQL_MIRROR_BEGIN : SQL_MIRROR_SOURCE);
	query_int(&q, repo);
	query_text(&q, source);
	query_int(&q, through);
	return query_run(&q, err);
}

enum weigh_code
mirrored_told(struct db *db, int64_t repo, const struct weigh_gitid *told,
    int64_t revision, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_TOLD_SET);

	query_int(&q, repo);
	query_gitid(&q, told);
	query_int(&q, revision);
	return query_run(&q, err);
}

static enum weigh_code
set_mirror(struct db *db, const struct catalog_mirror *m, struct weigh_err *err)
{
	int64_t repo, created;
	enum weigh_code rc = reader_repo(db, &m->repo, &repo, &created, err);
	struct query q;
	bool fresh;

	if (rc == WEIGH_OK)
		rc = insert_mirror(db, repo, m->used, &fresh, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_MIRROR_SET);
	query_int(&q, repo);
	query_text(&q, m->source);
	query_text(&q, m->request);
	query_int(&q, m->follow);
	query_int(&q, m->through);
	return query_run(&q, err);
}

enum weigh_code
catalog_set_mirror(struct catalog *c, const struct catalog_mirror *m,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, set_mirror(&c->db, m, err), err);
}

static enum weigh_code
note_asked(struct db *db, const struct catalog_mirror *m, struct weigh_err *err)
{
	int64_t repo, created;
	enum weigh_code rc = reader_repo(db, &m->repo, &repo, &created, err);
	struct query q;

	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_MIRROR_ASKED);
	query_int(&q, repo);
	query_int(&q, m->checked);
	query_int(&q, m->next);
	query_text(&q, m->etag);
	query_gitid(&q, &m->commit);
	query_text(&q, m->error);
	query_int(&q, m->state);
	query_text(&q, m->called);
	return query_run(&q, err);
}

enum weigh_code
catalog_mirror_asked(struct catalog *c, const struct catalog_mirror *m,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, note_asked(&c->db, m, err), err);
}

static enum weigh_code
note_used(struct db *db, const struct weigh_repo *name, int64_t now,
    struct weigh_err *err)
{
	int64_t repo, created;
	enum weigh_code rc = reader_repo(db, name, &repo, &created, err);
	struct query q;

	if (rc != WEIGH_OK)
		return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
	q = query_begin(db, SQL_MIRROR_USED);
	query_int(&q, repo);
	query_int(&q, now);
	return query_run(&q, err);
}

enum weigh_code
catalog_mirror_used(struct catalog *c, const struct weigh_repo *repo,
    int64_t now, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, note_used(&c->db, repo, now, err), err);
}

static enum weigh_code
tell(struct db *db, const struct weigh_repo *name,
    const struct weigh_gitid *told, const struct weigh_gitid *commit,
    struct weigh_err *err)
{
	int64_t repo, created, revision;
	enum weigh_code rc = reader_repo(db, name, &repo, &created, err);

	if (rc == WEIGH_OK)
		rc = reader_revision(db, name, commit, &revision, err);
	if (rc == WEIGH_OK)
		rc = mirrored_told(db, repo, told, revision, err);
	return rc;
}

enum weigh_code
catalog_tell(struct catalog *c, const struct weigh_repo *repo,
    const struct weigh_gitid *told, const struct weigh_gitid *commit,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, tell(&c->db, repo, told, commit, err), err);
}

/* --- reading where they come from ---------------------------------------- */

typedef void mirror_fn(void *ctx, const struct catalog_mirror *m);

static enum weigh_upstream_state
state_of(int number)
{
	return number > 0 && number < WEIGH_UPSTREAM_STATES ?
	    (enum weigh_upstream_state)number :
	    WEIGH_UPSTREAM_UNKNOWN;
}

static struct catalog_mirror
mirror_row(const struct query *q)
{
	struct catalog_mirror m = {
		.repo.kind = (enum weigh_kind)sqlite3_column_int(q->stmt, 0),
		.source = query_column_text(q, 2),
		.request = query_column_text(q, 3),
		.follow = sqlite3_column_int(q->stmt, 4) != 0,
		.through = sqlite3_column_int(q->stmt, 5) != 0,
		.used = sqlite3_column_int64(q->stmt, 6),
		.checked = sqlite3_column_int64(q->stmt, 7),
		.next = sqlite3_column_int64(q->stmt, 8),
		.etag = query_column_text(q, 9),
		.commit = query_column_gitid(q, 10),
		.error = query_column_text(q, 11),
		.state = state_of(sqlite3_column_int(q->stmt, 12)),
		.called = query_column_text(q, 13),
	};

	snprintf(m.repo.name, sizeof(m.repo.name), "%s",
	    query_column_text(q, 1));
	return m;
}

static enum weigh_code
each_mirror(struct query *q, mirror_fn *each, void *ctx, unsigned *n,
    struct weigh_err *err)
{
	for (*n = 0; query_row(q); (*n)++) {
		struct catalog_mirror m = mirror_row(q);

		each(ctx, &m);
	}
	return query_end(q, err);
}

enum weigh_code
catalog_mirror(struct catalog_reader *r, const struct weigh_repo *repo,
    mirror_fn *each, void *ctx, struct weigh_err *err)
{
	int64_t id, created;
	enum weigh_code rc;
	struct query q;
	unsigned n;

	if ((rc = reader_repo(&r->db, repo, &id, &created, err)) != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_MIRROR);
	query_int(&q, id);
	rc = each_mirror(&q, each, ctx, &n, err);
	if (rc == WEIGH_OK && n == 0)
		rc = weigh_fail(err, WEIGH_NOT_FOUND,
		    "'%s' does not come from elsewhere", repo->name);
	return rc;
}

enum weigh_code
catalog_mirrors(struct catalog_reader *r, const struct weigh_repo *after,
    unsigned limit, mirror_fn *each, void *ctx, struct weigh_err *err)
{
	struct rows_key key = { "" };
	struct query q = query_begin(&r->db, SQL_MIRROR_PAGE);
	unsigned n;

	if (after != NULL)
		key = rows_key(after);
	query_int(&q, after != NULL ? (int64_t)after->kind : 0);
	query_text(&q, key.text);
	query_int(&q, limit);
	return each_mirror(&q, each, ctx, &n, err);
}

enum weigh_code
catalog_mirrors_due(struct catalog_reader *r, int64_t now, unsigned limit,
    mirror_fn *each, void *ctx, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_MIRROR_DUE);
	unsigned n;

	query_int(&q, now);
	query_int(&q, limit);
	return each_mirror(&q, each, ctx, &n, err);
}

enum weigh_code
catalog_mirrors_next(struct catalog_reader *r, int64_t *next,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_MIRROR_NEXT);

	*next = 0;
	if (query_row(&q)) {
		*next = sqlite3_column_int64(q.stmt, 0);
		*next = *next > 0 ? *next : 1; /* at once */
	}
	return query_end(&q, err);
}

enum weigh_code
catalog_mirrors_unread(struct catalog_reader *r, unsigned limit,
    mirror_fn *each, void *ctx, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_MIRROR_UNREAD);
	unsigned n;

	query_int(&q, limit);
	return each_mirror(&q, each, ctx, &n, err);
}

enum weigh_code
catalog_told(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, struct weigh_gitid *told,
    struct weigh_err *err)
{
	int64_t revision;
	enum weigh_code rc;
	struct query q;

	memset(told, 0, sizeof(*told));
	rc = reader_revision(&r->db, repo, commit, &revision, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_TOLD_OF);
	query_int(&q, revision);
	if (query_row(&q))
		*told = query_column_gitid(&q, 0);
	return query_end(&q, err);
}
