/* records: what is known of the license of each revision; see records.h. */
#include "records.h"

#include <stdio.h>
#include <string.h>

#include "reader.h"
#include "rows.h"

/* --- writing ------------------------------------------------------------- */

/* The last record's name, zero if there is none, and its time. */
static enum weigh_code
last_record(struct db *db, int64_t revision, struct weigh_oid *name,
    int64_t *at, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_RECORD_NAME);

	memset(name, 0, sizeof(*name));
	*at = 0;
	query_int(&q, revision);
	if (query_row(&q)) {
		*name = query_column_oid(&q, 0);
		*at = sqlite3_column_int64(q.stmt, 1);
	}
	return query_end(&q, err);
}

/* (1) */
static enum weigh_code
insert_record(struct db *db, int64_t revision, const struct catalog_record *rec,
    int64_t last_at, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_RECORD_INSERT);

	query_int(&q, revision);
	query_int(&q, rec->at > last_at ? rec->at : last_at);
	query_oid(&q, &rec->name);
	query_oid(&q, &rec->judge);
	query_oid(&q, &rec->terms);
	query_text(&q, rec->concluded);
	query_text(&q, rec->state);
	query_text(&q, rec->family);
	query_text(&q, rec->findings);
	query_text(&q, rec->json);
	return query_run(&q, err);
}

/* One of the statements about a model's name and what was made from it. */
static enum weigh_code
run_edge(struct db *db, enum db_statement which, const char *name,
    int64_t revision, bool *found, struct weigh_err *err)
{
	struct weigh_repo base = { .kind = WEIGH_MODEL };
	struct query q = query_begin(db, which);
	struct rows_key key;

	snprintf(base.name, sizeof(base.name), "%s", name);
	key = rows_key(&base);
	query_text(&q, key.text);
	query_int(&q, revision);
	*found = query_row(&q);
	return query_end(&q, err);
}

/* *fresh: it was not known of one of its bases, so that what happened to that one while
 * the record was made woke nobody. */
static enum weigh_code
keep_lineage(struct db *db, int64_t revision, const struct catalog_recording *k,
    bool *fresh, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct query q;
	bool had;

	*fresh = false;
	for (size_t i = 0; rc == WEIGH_OK && i < k->nbases; i++) {
		rc = run_edge(db, SQL_LINEAGE_HAS, k->bases[i], revision, &had,
		    err);
		*fresh = *fresh || !had;
	}
	if (rc == WEIGH_OK) {
		q = query_begin(db, SQL_LINEAGE_DROP);
		query_int(&q, revision);
		rc = query_run(&q, err);
	}
	for (size_t i = 0; rc == WEIGH_OK && i < k->nbases; i++)
		rc = run_edge(db, SQL_LINEAGE_ADD, k->bases[i], revision, &had,
		    err);
	return rc;
}

/* (2) */
static enum weigh_code
end_turn(struct db *db, int64_t revision, int64_t turn, bool again,
    struct weigh_err *err)
{
	struct query q = query_begin(db,
	    again ? SQL_RECORD_WAIT : SQL_RECORD_TURN_END);

	if (!again)
		query_int(&q, turn);
	query_int(&q, revision);
	return query_run(&q, err);
}

static enum weigh_code
keep_record(struct db *db, const struct catalog_recording *k, bool *fresh,
    struct weigh_err *err)
{
	struct weigh_oid last;
	int64_t revision, at;
	bool again;
	enum weigh_code rc = reader_revision(db, &k->repo, &k->commit,
	    &revision, err);

	*fresh = false;
	if (rc != WEIGH_OK)
		return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
	rc = keep_lineage(db, revision, k, &again, err);
	if (rc == WEIGH_OK)
		rc = end_turn(db, revision, k->turn, again, err);
	if (rc == WEIGH_OK)
		rc = last_record(db, revision, &last, &at, err);
	if (rc != WEIGH_OK || weigh_oid_equal(&last, &k->record.name))
		return rc;
	rc = insert_record(db, revision, &k->record, at, err);
	if (rc == WEIGH_OK)
		rc = rows_children_wait(db, rows_key(&k->repo).text, err);
	*fresh = rc == WEIGH_OK;
	return rc;
}

enum weigh_code
catalog_keep_record(struct catalog *c, const struct catalog_recording *k,
    bool *fresh, struct weigh_err *err)
{
	enum weigh_code rc;

	*fresh = false;
	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, keep_record(&c->db, k, fresh, err), err);
}

/* --- who decides ---------------------------------------------------------- */

static enum weigh_code
appoint(struct db *db, const struct weigh_oid *judge,
    const struct weigh_oid *terms, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_RECORDER);
	enum weigh_code rc;
	bool same = false;

	if (query_row(&q)) {
		const struct weigh_oid was[2] = { query_column_oid(&q, 0),
			query_column_oid(&q, 1) };

		same = weigh_oid_equal(&was[0], judge) &&
		    weigh_oid_equal(&was[1], terms);
	}
	rc = query_end(&q, err);
	if (rc != WEIGH_OK || same)
		return rc;
	q = query_begin(db, SQL_RECORDER_SET);
	query_oid(&q, judge);
	query_oid(&q, terms);
	if ((rc = query_run(&q, err)) != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_RECORD_WAIT_ALL);
	return query_run(&q, err);
}

enum weigh_code
catalog_records_again(struct catalog *c, const struct weigh_oid *judge,
    const struct weigh_oid *terms, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, appoint(&c->db, judge, terms, err), err);
}

/* --- who waits ------------------------------------------------------------ */

enum weigh_code
catalog_records_waiting(struct catalog_reader *r, int64_t after, unsigned limit,
    void (*each)(void *ctx, const struct catalog_unrecorded *u), void *ctx,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_RECORDS_WAITING);

	query_int(&q, after);
	query_int(&q, limit);
	while (query_row(&q)) {
		struct catalog_unrecorded u = {
			.turn = sqlite3_column_int64(q.stmt, 0),
			.repo.kind = (enum weigh_kind)sqlite3_column_int(q.stmt,
			    1),
			.visibility = (enum weigh_visibility)
			    sqlite3_column_int(q.stmt, 3),
			.commit = query_column_gitid(&q, 4),
			.date = sqlite3_column_int64(q.stmt, 5),
		};

		snprintf(u.repo.name, sizeof(u.repo.name), "%s",
		    query_column_text(&q, 2));
		each(ctx, &u);
	}
	return query_end(&q, err);
}

enum weigh_code
catalog_record_waits(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, bool *waits, struct weigh_err *err)
{
	int64_t revision;
	enum weigh_code rc = reader_revision(&r->db, repo, commit, &revision,
	    err);
	struct query q;

	*waits = false;
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_RECORD_WAITS);
	query_int(&q, revision);
	*waits = query_row(&q);
	return query_end(&q, err);
}

/* --- reading ------------------------------------------------------------- */

static struct catalog_record
record_row(const struct query *q)
{
	return (struct catalog_record){
		.id = sqlite3_column_int64(q->stmt, 0),
		.at = sqlite3_column_int64(q->stmt, 1),
		.name = query_column_oid(q, 2),
		.judge = query_column_oid(q, 3),
		.terms = query_column_oid(q, 4),
		.concluded = query_column_text(q, 5),
		.state = query_column_text(q, 6),
		.family = query_column_text(q, 7),
		.findings = query_column_text(q, 8),
		.json = query_column_text(q, 9),
	};
}

static struct query
ask_record(struct db *db, int64_t revision, int64_t as_of)
{
	struct query q = query_begin(db, SQL_RECORD);

	query_int(&q, revision);
	query_int(&q, as_of != 0 ? as_of : INT64_MAX);
	return q;
}

enum weigh_code
catalog_record(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, int64_t as_of,
    void (*each)(void *ctx, const struct catalog_record *rec), void *ctx,
    struct weigh_err *err)
{
	int64_t revision;
	enum weigh_code rc = reader_revision(&r->db, repo, commit, &revision,
	    err);
	struct query q;
	bool found;

	if (rc != WEIGH_OK)
		return rc;
	q = ask_record(&r->db, revision, as_of);
	if ((found = query_row(&q))) {
		struct catalog_record rec = record_row(&q);

		each(ctx, &rec);
	}
	rc = query_end(&q, err);
	if (rc == WEIGH_OK && !found)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "'%s' has no record of its license%s", repo->name,
		    as_of != 0 ? " of that time" : " yet");
	return rc;
}

enum weigh_code
catalog_record_history(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, int64_t before, unsigned limit,
    void (*each)(void *ctx, const struct catalog_record *rec), void *ctx,
    struct weigh_err *err)
{
	int64_t revision;
	enum weigh_code rc = reader_revision(&r->db, repo, commit, &revision,
	    err);
	struct query q;

	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_RECORD_PAGE);
	query_int(&q, revision);
	query_int(&q, before != 0 ? before : INT64_MAX);
	query_int(&q, limit);
	while (query_row(&q)) {
		struct catalog_record rec = record_row(&q);

		each(ctx, &rec);
	}
	return query_end(&q, err);
}

/* --- one of each repository ----------------------------------------------- */

struct pages {
	struct db *db;
	int64_t as_of;
	void (*each)(void *ctx, const struct catalog_recorded *one);
	void *ctx;
};

/* The two columns that say what a revision is. */
static enum weigh_code
find_commit(struct db *db, int64_t revision, struct catalog_recorded *one,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_REVISION);

	query_int(&q, revision);
	if (query_row(&q)) {
		one->commit = query_column_gitid(&q, 0);
		one->date = sqlite3_column_int64(q.stmt, 3);
	}
	return query_end(&q, err);
}

static enum weigh_code
tell_one(const struct pages *p, int64_t repo, struct catalog_recorded *one,
    struct weigh_err *err)
{
	struct catalog_record rec;
	int64_t revision;
	enum weigh_code rc = reader_head(p->db, repo, &revision, err);
	struct query q;

	if (rc == WEIGH_OK)
		rc = find_commit(p->db, revision, one, err);
	if (rc != WEIGH_OK)
		return rc;
	q = ask_record(p->db, revision, p->as_of);
	if (query_row(&q)) {
		rec = record_row(&q);
		one->record = &rec;
	}
	p->each(p->ctx, one);
	return query_end(&q, err);
}

enum weigh_code
catalog_records_each(struct catalog_reader *r, const struct weigh_repo *after,
    unsigned limit, int64_t as_of,
    void (*each)(void *ctx, const struct catalog_recorded *one), void *ctx,
    struct weigh_repo *last, unsigned *n, struct weigh_err *err)
{
	const struct pages p = { &r->db, as_of, each, ctx };
	struct rows_key key = { "" };
	struct query q = query_begin(&r->db, SQL_REPO_PAGE);
	enum weigh_code rc = WEIGH_OK, ended;

	if (after != NULL)
		key = rows_key(after);
	query_int(&q, after != NULL ? (int64_t)after->kind : 0);
	query_text(&q, key.text);
	query_int(&q, limit);
	for (*n = 0; rc == WEIGH_OK && query_row(&q); ++*n) {
		struct catalog_recorded one = {
			.repo.kind = (enum weigh_kind)sqlite3_column_int(q.stmt,
			    1),
			.visibility = (enum weigh_visibility)
			    sqlite3_column_int(q.stmt, 3),
		};

		snprintf(one.repo.name, sizeof(one.repo.name), "%s",
		    query_column_text(&q, 2));
		*last = one.repo;
		rc = tell_one(&p, sqlite3_column_int64(q.stmt, 0), &one, err);
	}
	ended = query_end(&q, rc == WEIGH_OK ? err : NULL);
	return rc != WEIGH_OK ? rc : ended;
}

/* --- which was current ---------------------------------------------------- */

struct current {
	int64_t date;
	struct weigh_gitid commit;
	bool found;
};

static void
see_step(void *ctx, const struct catalog_step *step)
{
	struct current *c = ctx;

	if (!c->found && step->date <= c->date) {
		c->commit = step->commit;
		c->found = true;
	}
}

static enum weigh_code
find_held(struct catalog_reader *r, const struct weigh_repo *repo,
    struct weigh_repo *held, enum weigh_visibility *visibility,
    struct weigh_err *err)
{
	enum weigh_code rc = catalog_visibility(r, repo, held, visibility, err);

	if (rc != WEIGH_NOT_FOUND)
		return rc;
	rc = catalog_renamed(r, repo, held, err);
	return rc == WEIGH_OK ?
	    catalog_visibility(r, held, held, visibility, err) :
	    rc;
}

enum weigh_code
catalog_current(struct catalog_reader *r, const struct weigh_repo *repo,
    int64_t date, struct weigh_repo *held, enum weigh_visibility *visibility,
    struct weigh_gitid *commit, struct weigh_err *err)
{
	struct current c = { .date = date };
	struct catalog_recorded head = { .date = 0 };
	int64_t id, created, revision;
	enum weigh_code rc;
	unsigned total;

	rc = find_held(r, repo, held, visibility, err);
	if (rc == WEIGH_OK)
		rc = reader_repo(&r->db, held, &id, &created, err);
	if (rc == WEIGH_OK)
		rc = reader_head(&r->db, id, &revision, err);
	if (rc == WEIGH_OK)
		rc = find_commit(&r->db, revision, &head, err);
	if (rc == WEIGH_OK && head.date > date)
		rc = catalog_history(r, held, &head.commit, 0, CATALOG_HISTORY,
		    see_step, &c, &total, err);
	*commit = c.found ? c.commit : head.commit;
	return rc;
}
