/* texts: files that could be a license, and what they were found to be. */
#include <stdio.h>

#include "reader.h"
#include "rows.h"
#include "texts.h"

/* --- writing ------------------------------------------------------------- */

static enum weigh_code
keep_text(struct db *db, const struct catalog_text_found *found,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_TEXT_KEEP);
	enum weigh_code rc;

	query_oid(&q, &found->oid);
	query_oid(&q, &found->judge);
	query_text(&q, found->kind);
	query_text(&q, found->license);
	query_text(&q, found->result);
	rc = query_run(&q, err);
	if (rc == WEIGH_OK && sqlite3_changes(db->sqlite) > 0)
		rc = rows_wait_for_record(db, &found->oid, err);
	return rc;
}

enum weigh_code
catalog_keep_text(struct catalog *c, const struct catalog_text_found *found,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, keep_text(&c->db, found, err), err);
}

enum weigh_code
catalog_texts_again(struct catalog *c, const struct weigh_oid *judge,
    struct weigh_err *err)
{
	enum weigh_code rc;
	struct query q;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	q = query_begin(&c->db, SQL_TEXTS_AGAIN);
	query_oid(&q, judge);
	return db_end(&c->db, query_run(&q, err), err);
}

/* --- reading ------------------------------------------------------------- */

enum weigh_code
catalog_texts_waiting(struct catalog_reader *r, int64_t after, unsigned limit,
    void (*each)(void *ctx, const struct catalog_text *t), void *ctx,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_TEXTS_WAITING);

	query_int(&q, after);
	query_int(&q, limit);
	while (query_row(&q)) {
		struct catalog_text t = {
			.place = sqlite3_column_int64(q.stmt, 0),
			.oid = query_column_oid(&q, 1),
			.size = query_column_size(&q, 2),
		};

		each(ctx, &t);
	}
	return query_end(&q, err);
}

enum weigh_code
catalog_texts_of(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, unsigned limit,
    void (*each)(void *ctx, const struct catalog_text_of *t), void *ctx,
    struct weigh_err *err)
{
	int64_t revision;
	enum weigh_code rc;
	struct query q;

	rc = reader_revision(&r->db, repo, commit, &revision, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_TEXTS_OF);
	query_int(&q, revision);
	query_int(&q, limit);
	while (query_row(&q)) {
		struct catalog_text_of t = {
			.path = query_column_text(&q, 0),
			.oid = query_column_oid(&q, 1),
			.size = query_column_size(&q, 2),
			.waits = sqlite3_column_int(q.stmt, 3) != 0 &&
			    sqlite3_column_int(q.stmt, 4) == 0,
			.result = query_column_text(&q, 5),
		};

		each(ctx, &t);
	}
	return query_end(&q, err);
}

enum weigh_code
catalog_text_copies(struct catalog_reader *r, const char *license,
    unsigned limit,
    bool (*each)(void *ctx, const struct catalog_text_copy *copy), void *ctx,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_TEXT_COPIES);
	bool more = true;

	query_text(&q, license);
	query_int(&q, limit);
	while (more && query_row(&q)) {
		struct catalog_text_copy copy = {
			.oid = query_column_oid(&q, 0),
			.size = query_column_size(&q, 1),
			.repo.kind = (enum weigh_kind)sqlite3_column_int(q.stmt,
			    2),
			.visibility = (enum weigh_visibility)
			    sqlite3_column_int(q.stmt, 4),
			.commit = query_column_gitid(&q, 5),
			.path = query_column_text(&q, 6),
		};

		snprintf(copy.repo.name, sizeof(copy.repo.name), "%s",
		    query_column_text(&q, 3));
		more = each(ctx, &copy);
	}
	return query_end(&q, err);
}
