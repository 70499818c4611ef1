/* received: bytes that came before a revision that names them, and who may use
 * what is held. */
#include <stdio.h>

#include "db.h"
#include "reader.h"
#include "rows.h"

static enum weigh_code
receive(struct db *db, const struct catalog_blob *blob, const char *token,
    int64_t now, struct weigh_err *err)
{
	struct rows_difference difference = { 0 };
	enum weigh_code rc;
	struct query q;

	rc = rows_record_blob(db, blob, CATALOG_GOOD, -now, &difference, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_RECEIVED_SET);
	query_oid(&q, &blob->oid);
	query_text(&q, token);
	query_int(&q, now);
	rc = query_run(&q, err);
	if (rc == WEIGH_OK)
		rc = rows_move_totals(db, &difference, err);
	return rc;
}

enum weigh_code
catalog_receive(struct catalog *c, const struct catalog_blob *blob,
    const char *token, int64_t now, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, receive(&c->db, blob, token, now, err), err);
}

enum weigh_code
catalog_received(struct catalog_reader *r, const struct weigh_oid *oid,
    const char *token, int64_t *time, int64_t *last, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_RECEIVED_FROM);
	enum weigh_code rc;

	*time = *last = 0;
	query_oid(&q, oid);
	query_text(&q, token);
	if (query_row(&q))
		*time = sqlite3_column_int64(q.stmt, 0);
	if ((rc = query_end(&q, err)) != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_RECEIVED_LAST);
	query_oid(&q, oid);
	if (query_row(&q))
		*last = sqlite3_column_int64(q.stmt, 0); /* NULL reads as 0 */
	return query_end(&q, err);
}

enum weigh_code
catalog_uses(struct catalog_reader *r, const struct weigh_oid *oid,
    unsigned limit,
    bool (*each)(void *ctx, const struct weigh_repo *repo,
	enum weigh_visibility visibility),
    void *ctx, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_BLOB_USES);
	bool more = true;

	query_oid(&q, oid);
	query_int(&q, limit);
	while (more && query_row(&q)) {
		struct weigh_repo repo = {
			.kind = (enum weigh_kind)sqlite3_column_int(q.stmt, 0),
		};

		snprintf(repo.name, sizeof(repo.name), "%s",
		    query_column_text(&q, 1));
		more = each(ctx, &repo,
		    (enum weigh_visibility)sqlite3_column_int(q.stmt, 2));
	}
	return query_end(&q, err);
}
