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
	enum weigh_code rc;

	query_int(&q, d->repos);
	query_int(&q, d->revisions);
	query_int(&q, d->blobs);
	query_int(&q, d->bytes);
	query_int(&q, d->bad);
	query_int(&q, d->bad_bytes);
	query_int(&q, d->absent);
	query_int(&q, d->absent_bytes);
	rc = query_run(&q, err);
	if (rc != WEIGH_OK || d->scrubbed == 0)
		return rc;
	q = query_begin(db, SQL_SCRUB_DONE_ADD);
	query_int(&q, d->scrubbed);
	return query_run(&q, err);
}

/* --- blobs --------------------------------------------------------------- */

struct stamp
rows_stamp(const struct query *q, int column)
{
	return (struct stamp){
		.size = sqlite3_column_int64(q->stmt, column),
		.inode = sqlite3_column_int64(q->stmt, column + 1),
		.mtime_ns = sqlite3_column_int64(q->stmt, column + 2),
		.ctime_ns = sqlite3_column_int64(q->stmt, column + 3),
	};
}

void
rows_bind_stamp(struct query *q, const struct stamp *stamp)
{
	query_int(q, stamp->size);
	query_int(q, stamp->inode);
	query_int(q, stamp->mtime_ns);
	query_int(q, stamp->ctime_ns);
}

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
		held->checked = sqlite3_column_int64(q.stmt, 3);
		held->stamp = rows_stamp(&q, 4);
		held->absent = sqlite3_column_int(q.stmt, 8) == 0;
	}
	return query_end(&q, err);
}

static enum weigh_code
insert_blob(struct db *db, const struct catalog_blob *blob,
    enum catalog_blob_state state, int64_t checked, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_BLOB_INSERT);

	query_oid(&q, &blob->oid);
	query_size(&q, blob->size);
	query_int(&q, state);
	query_int(&q, blob->absent ? 0 : checked);
	query_int(&q, !blob->absent);
	rows_bind_stamp(&q, &blob->stamp);
	return query_run(&q, err);
}

static enum weigh_code
update_good(struct db *db, int64_t id, const struct catalog_blob *blob,
    int64_t checked, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_BLOB_GOOD);

	query_int(&q, id);
	query_size(&q, blob->size);
	query_int(&q, checked);
	rows_bind_stamp(&q, &blob->stamp);
	return query_run(&q, err);
}

static enum weigh_code
update_bad(struct db *db, int64_t id, int64_t checked, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_BLOB_BAD);

	query_int(&q, id);
	query_int(&q, checked);
	return query_run(&q, err);
}

static enum weigh_code
drop_finding(struct db *db, int64_t id, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_FINDING_DROP);

	query_int(&q, id);
	return query_run(&q, err);
}

static bool
never_hashed(const struct catalog_blob *blob)
{
	static const struct stamp none;

	return stamp_equal(&blob->stamp, &none);
}

/* What one blob adds to the totals; an id of 0 is no blob. */
static struct rows_difference
weight_of(const struct rows_blob *b, int64_t began)
{
	struct rows_difference d = { 0 };
	int64_t size = (int64_t)b->size;

	if (b->id == 0)
		return d;
	if (b->absent) {
		d.absent = 1;
		d.absent_bytes = size;
		return d;
	}
	d.blobs = 1;
	d.bytes = size;
	if (b->state == CATALOG_BAD) {
		d.bad = 1;
		d.bad_bytes = size;
	} else if (began > 0 && b->checked >= began) {
		d.scrubbed = size; /* in this round of scrub */
	}
	return d;
}

/* What changes when `was` becomes `is`. */
static enum weigh_code
add_difference(struct db *db, const struct rows_blob *was,
    const struct rows_blob *is, struct rows_difference *d,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_SCRUB);
	struct rows_difference before, after;
	int64_t began = 0;

	if (query_row(&q))
		began = sqlite3_column_int64(q.stmt, 0);
	before = weight_of(was, began);
	after = weight_of(is, began);
	d->blobs += after.blobs - before.blobs;
	d->bytes += after.bytes - before.bytes;
	d->bad += after.bad - before.bad;
	d->bad_bytes += after.bad_bytes - before.bad_bytes;
	d->absent += after.absent - before.absent;
	d->absent_bytes += after.absent_bytes - before.absent_bytes;
	d->scrubbed += after.scrubbed - before.scrubbed;
	return query_end(&q, err);
}

/* It comes or goes in all revisions that list it. */
static enum weigh_code
tell_revisions(struct db *db, const struct rows_blob *held, int by,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_REVISIONS_ABSENT);

	query_int(&q, held->id);
	query_size(&q, held->size);
	query_int(&q, by);
	return query_run(&q, err);
}

enum weigh_code
rows_wait_for_record(struct db *db, const struct weigh_oid *oid,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_RECORD_WAIT_BLOB);

	query_oid(&q, oid);
	return query_run(&q, err);
}

enum weigh_code
rows_children_wait(struct db *db, const char *key, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_RECORD_WAIT_CHILDREN);

	query_text(&q, key);
	return query_run(&q, err);
}

enum weigh_code
rows_let_go(struct db *db, const struct rows_blob *held,
    struct rows_difference *d, struct weigh_err *err)
{
	struct rows_blob is = *held;
	struct query q = query_begin(db, SQL_BLOB_LET_GO);
	enum weigh_code rc;

	is.absent = true;
	query_int(&q, held->id);
	rc = query_run(&q, err);
	if (rc == WEIGH_OK)
		rc = tell_revisions(db, held, 1, err);
	if (rc == WEIGH_OK)
		rc = add_difference(db, held, &is, d, err);
	return rc;
}

enum weigh_code
rows_forget_blob(struct db *db, const struct rows_blob *held,
    struct rows_difference *d, struct weigh_err *err)
{
	static const struct rows_blob none;

	return add_difference(db, held, &none, d, err);
}

enum weigh_code
rows_record_read(struct db *db, const struct rows_blob *held, int64_t checked,
    struct rows_difference *d, struct weigh_err *err)
{
	struct rows_blob is = *held;
	struct query q = query_begin(db, SQL_BLOB_READ);
	enum weigh_code rc;

	is.checked = checked;
	query_int(&q, held->id);
	query_int(&q, checked);
	rc = query_run(&q, err);
	if (rc == WEIGH_OK)
		rc = add_difference(db, held, &is, d, err);
	return rc;
}

enum weigh_code
rows_record_blob(struct db *db, const struct catalog_blob *blob,
    enum catalog_blob_state state, int64_t checked, struct rows_difference *d,
    struct weigh_err *err)
{
	struct rows_blob held, is;
	enum weigh_code rc = rows_find_blob(db, &blob->oid, &held, err);

	if (rc != WEIGH_OK)
		return rc;
	if (held.id != 0 && state == CATALOG_GOOD &&
	    (blob->absent || (never_hashed(blob) && !held.absent)))
		return WEIGH_OK;
	is = (struct rows_blob){ held.id, blob->size, state, checked,
		blob->stamp, blob->absent };
	if (held.id != 0 && state == CATALOG_BAD)
		is.size = held.size;
	if (held.id != 0 && held.state == CATALOG_GOOD && checked <= 0 &&
	    stamp_equal(&held.stamp, &blob->stamp))
		is.checked = held.checked;
	if (held.id == 0) {
		is.id = -1; /* some id: it will be there */
		rc = insert_blob(db, blob, state, is.checked, err);
	} else if (state == CATALOG_GOOD) {
		rc = update_good(db, held.id, blob, is.checked, err);
	} else {
		rc = update_bad(db, held.id, is.checked, err);
	}
	if (rc == WEIGH_OK && held.state == CATALOG_BAD &&
	    state == CATALOG_GOOD)
		rc = drop_finding(db, held.id, err);
	if (rc == WEIGH_OK && held.absent)
		rc = tell_revisions(db, &held, -1, err);
	if (rc == WEIGH_OK && held.absent)
		rc = rows_wait_for_record(db, &blob->oid, err);
	if (rc == WEIGH_OK)
		rc = add_difference(db, &held, &is, d, err);
	return rc;
}
