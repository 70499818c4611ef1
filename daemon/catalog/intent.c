/* Intents: what is about to be done, written down before it is begun. */
#include <stdio.h>
#include <stdlib.h>

#include "db.h"

static enum weigh_code
insert_intent(struct db *db, struct catalog_intent *intent,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_INTENT_INSERT);

	query_int(&q, intent->repo.kind);
	query_text(&q, intent->repo.name);
	query_text(&q, intent->ref);
	query_gitid(&q, &intent->old);
	query_text(&q, intent->origin);
	query_int(&q, intent->verb);
	query_text(&q, intent->target.name);
	return query_insert(&q, &intent->id, err);
}

static enum weigh_code
insert_intent_blobs(struct db *db, const struct catalog_intent *intent,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < intent->nblobs; i++) {
		struct query q = query_begin(db, SQL_INTENT_BLOB_INSERT);

		query_int(&q, intent->id);
		query_oid(&q, &intent->blobs[i]);
		rc = query_run(&q, err);
	}
	return rc;
}

enum weigh_code
catalog_intend(struct catalog *c, struct catalog_intent *intent,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	rc = insert_intent(&c->db, intent, err);
	if (rc == WEIGH_OK)
		rc = insert_intent_blobs(&c->db, intent, err);
	return db_end(&c->db, rc, err);
}

enum weigh_code
catalog_unintend(struct catalog *c, int64_t id, struct weigh_err *err)
{
	struct query q;
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	q = query_begin(&c->db, SQL_INTENT_DELETE);
	query_int(&q, id);
	return db_end(&c->db, query_run(&q, err), err);
}

/* The first intent after `after`; id 0 when there is none. */
static enum weigh_code
next_intent(struct db *db, int64_t after, struct catalog_intent *intent,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_INTENT_NEXT);

	*intent = (struct catalog_intent){ 0 };
	query_int(&q, after);
	if (query_row(&q)) {
		intent->id = sqlite3_column_int64(q.stmt, 0);
		intent->repo.kind = (enum weigh_kind)sqlite3_column_int(q.stmt,
		    1);
		snprintf(intent->repo.name, sizeof(intent->repo.name), "%s",
		    query_column_text(&q, 2));
		snprintf(intent->ref, sizeof(intent->ref), "%s",
		    query_column_text(&q, 3));
		intent->old = query_column_gitid(&q, 4);
		snprintf(intent->origin, sizeof(intent->origin), "%s",
		    query_column_text(&q, 5));
		intent->verb = (enum catalog_verb)sqlite3_column_int(q.stmt, 6);
		intent->target.kind = intent->repo.kind;
		snprintf(intent->target.name, sizeof(intent->target.name), "%s",
		    query_column_text(&q, 7));
	}
	return query_end(&q, err);
}

/* Make room for one more in an array that doubles. */
static struct weigh_oid *
more_room(struct weigh_oid *blobs, size_t count)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return blobs; /* between two powers of two: there is some */
	return reallocarray(blobs, count != 0 ? 2 * count : 1, sizeof(*blobs));
}

/* The blobs of an intent; *blobs is the caller's to free, also on failure. */
static enum weigh_code
intent_blobs(struct db *db, int64_t id, struct weigh_oid **blobs, size_t *count,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_INTENT_BLOBS);

	query_int(&q, id);
	while (query_row(&q)) {
		struct weigh_oid *more = more_room(*blobs, *count);

		if (more == NULL) {
			q.rc = SQLITE_NOMEM;
			break;
		}
		*blobs = more;
		more[(*count)++] = query_column_oid(&q, 0);
	}
	return query_end(&q, err);
}

/* No statement is open while `each` runs: it may admit or forget. */
enum weigh_code
catalog_intents(struct catalog *c,
    enum weigh_code (*each)(void *ctx, const struct catalog_intent *intent,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct catalog_intent intent = { 0 };
	enum weigh_code rc;

	for (;;) {
		struct weigh_oid *blobs = NULL;

		rc = next_intent(&c->db, intent.id, &intent, err);
		if (rc != WEIGH_OK || intent.id == 0)
			return rc;
		rc = intent_blobs(&c->db, intent.id, &blobs, &intent.nblobs,
		    err);
		intent.blobs = blobs;
		if (rc == WEIGH_OK)
			rc = each(ctx, &intent, err);
		free(blobs);
		if (rc != WEIGH_OK)
			return rc;
	}
}

static enum weigh_code
names_blob(struct db *db, int64_t intent, const struct weigh_oid *oid,
    bool *named, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_INTENT_BLOB);

	query_int(&q, intent);
	query_oid(&q, oid);
	*named = query_row(&q);
	return query_end(&q, err);
}

enum weigh_code
catalog_intended(struct catalog_reader *r, const struct weigh_oid *oid,
    bool *intended, unsigned *left, struct weigh_err *err)
{
	struct catalog_intent intent = { 0 };
	enum weigh_code rc;
	bool named;

	*intended = false;
	*left = 0;
	for (;;) {
		rc = next_intent(&r->db, intent.id, &intent, err);
		if (rc != WEIGH_OK || intent.id == 0)
			return rc;
		(*left)++;
		rc = names_blob(&r->db, intent.id, oid, &named, err);
		if (rc != WEIGH_OK)
			return rc;
		*intended = *intended || named;
	}
}
