/* rows: see rows.h. */
#include "rows.h"

#include <stdio.h>
#include <string.h>

struct rows_key
rows_key(const struct weigh_repo *repo)
{
	struct rows_key key;
	size_t i;

	for (i = 0; i < WEIGH_NAME_MAX && repo->name[i] != '\0'; i++) {
		char c = repo->name[i];

		key.text[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	key.text[i] = '\0';
	return key;
}

enum weigh_code
rows_repo(struct db *db, const struct weigh_repo *repo, int64_t *id,
    struct weigh_repo *held, struct weigh_err *err)
{
	struct rows_key key = rows_key(repo);
	struct query q = query_begin(db, SQL_REPO_BY_KEY);

	*id = 0;
	query_int(&q, repo->kind);
	query_text(&q, key.text);
	if (query_row(&q)) {
		*id = sqlite3_column_int64(q.stmt, 0);
		held->kind = repo->kind;
		snprintf(held->name, sizeof(held->name), "%s",
		    query_column_text(&q, 1));
	}
	return query_end(&q, err);
}

enum weigh_code
rows_revision(struct db *db, int64_t repo, const struct weigh_gitid *commit,
    int64_t *id, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_REVISION_ID);

	*id = 0;
	query_int(&q, repo);
	query_gitid(&q, commit);
	if (query_row(&q))
		*id = sqlite3_column_int64(q.stmt, 0);
	return query_end(&q, err);
}

size_t
rows_folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) : 0;
}

enum weigh_code
rows_move_totals(struct db *db, const struct rows_difference *d,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_TOTALS_ADD);

	query_int(&q, d->repos);
	query_int(&q, d->revisions);
	query_int(&q, d->blobs);
	query_int(&q, d->bytes);
	query_int(&q, d->bad);
	return query_run(&q, err);
}

/* --- blobs --------------------------------------------------------------- */

enum weigh_code
rows_find_blob(struct db *db, const struct weigh_oid *oid,
    struct rows_blob *held, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_BLOB_ID);

	memset(held, 0, sizeof(*held));
	query_oid(&q, oid);
	if (query_row(&q)) {
		held->id = sqlite3_column_int64(q.stmt, 0);
		held->size = query_column_size(&q, 1);
		held->state = sqlite3_column_int(q.stmt, 2) == 0 ?
		    CATALOG_GOOD :
		    CATALOG_BAD;
	}
	return query_end(&q, err);
}

static void
bind_stamp(struct query *q, const struct stamp *stamp)
{
	query_int(q, stamp->size);
	query_int(q, stamp->inode);
	query_int(q, stamp->mtime_ns);
	query_int(q, stamp->ctime_ns);
}

static enum weigh_code
insert_blob(struct db *db, const struct catalog_blob *blob,
    enum catalog_blob_state state, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_BLOB_INSERT);

	query_oid(&q, &blob->oid);
	query_size(&q, blob->size);
	query_int(&q, state);
	bind_stamp(&q, &blob->stamp);
	return query_run(&q, err);
}

static enum weigh_code
update_blob(struct db *db, int64_t id, const struct catalog_blob *blob,
    enum catalog_blob_state state, struct weigh_err *err)
{
	struct query q = query_begin(db,
	    state == CATALOG_GOOD ? SQL_BLOB_GOOD : SQL_BLOB_BAD);

	query_int(&q, id);
	if (state == CATALOG_GOOD) {
		query_size(&q, blob->size);
		bind_stamp(&q, &blob->stamp);
	}
	return query_run(&q, err);
}

static bool
never_hashed(const struct catalog_blob *blob)
{
	static const struct stamp none;

	return stamp_equal(&blob->stamp, &none);
}

enum weigh_code
rows_record_blob(struct db *db, const struct catalog_blob *blob,
    enum catalog_blob_state state, struct rows_difference *d,
    struct weigh_err *err)
{
	struct rows_blob held;
	enum weigh_code rc = rows_find_blob(db, &blob->oid, &held, err);

	if (rc != WEIGH_OK)
		return rc;
	if (held.id != 0 && state == CATALOG_GOOD && never_hashed(blob))
		return WEIGH_OK;
	d->bad += (state == CATALOG_BAD) - (held.state == CATALOG_BAD);
	if (held.id == 0) {
		d->blobs++;
		d->bytes += (int64_t)blob->size;
		return insert_blob(db, blob, state, err);
	}
	if (state == CATALOG_GOOD)
		d->bytes += (int64_t)blob->size - (int64_t)held.size;
	return update_blob(db, held.id, blob, state, err);
}
