/* Reading: the entries of a revision, and who uses a blob. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"
#include "rows.h"

static struct catalog_entry
entry_row(const struct query *q)
{
	return (struct catalog_entry){
		.path = query_column_text(q, 0),
		.git = query_column_gitid(q, 1),
		.directory = sqlite3_column_type(q->stmt, 2) == SQLITE_NULL,
		.oid = query_column_oid(q, 2),
		.size = query_column_size(q, 3),
		.lfs = sqlite3_column_type(q->stmt, 4) != SQLITE_NULL,
		.pointer_size = (unsigned)query_column_size(q, 4),
		.last_commit = query_column_gitid(q, 5),
		.last_title = query_column_text(q, 6),
		.last_date = sqlite3_column_int64(q->stmt, 7),
		.bad = sqlite3_column_int(q->stmt, 8) != 0,
		.absent = sqlite3_column_type(q->stmt, 9) != SQLITE_NULL &&
		    sqlite3_column_int(q->stmt, 9) == 0,
	};
}

static enum weigh_code
no_entry(const struct weigh_repo *repo, const char *path, struct weigh_err *err)
{
	char text[WEIGH_REPO_TEXT];

	weigh_repo_text(repo, text);
	return weigh_fail(err, WEIGH_NOT_FOUND,
	    "this revision of '%s' has no entry '%.300s'", text, path);
}

/* Hand one entry over; *found says what it was. */
static enum weigh_code
one_entry(struct db *db, int64_t revision, const char *path,
    void (*each)(void *ctx, const struct catalog_entry *entry), void *ctx,
    bool *found, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_ENTRY);

	query_int(&q, revision);
	query_text(&q, path);
	*found = query_row(&q);
	if (*found) {
		struct catalog_entry entry = entry_row(&q);

		each(ctx, &entry);
	}
	return query_end(&q, err);
}

enum weigh_code
catalog_entry(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, const char *path,
    void (*each)(void *ctx, const struct catalog_entry *entry), void *ctx,
    struct weigh_err *err)
{
	int64_t revision;
	bool found;
	enum weigh_code rc;

	rc = reader_revision(&r->db, repo, commit, &revision, err);
	if (rc != WEIGH_OK)
		return rc;
	rc = one_entry(&r->db, revision, path, each, ctx, &found, err);
	if (rc == WEIGH_OK && !found)
		rc = no_entry(repo, path, err);
	return rc;
}

enum weigh_code
catalog_paths(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, const char *const *paths, size_t n,
    void (*each)(void *ctx, const struct catalog_entry *entry), void *ctx,
    struct weigh_err *err)
{
	int64_t revision;
	enum weigh_code rc;
	bool found;

	rc = reader_revision(&r->db, repo, commit, &revision, err);
	for (size_t i = 0; i < n && rc == WEIGH_OK; i++)
		rc = one_entry(&r->db, revision, paths[i], each, ctx, &found,
		    err);
	return rc;
}

/* --- trees --------------------------------------------------------------- */

static void
note_directory(void *ctx, const struct catalog_entry *entry)
{
	bool *directory = ctx;

	*directory = entry->directory;
}

static enum weigh_code
check_folder(struct db *db, const struct weigh_repo *repo, int64_t revision,
    const char *folder, struct weigh_err *err)
{
	bool found, directory = false;
	enum weigh_code rc;

	if (folder[0] == '\0')
		return WEIGH_OK; /* the root is always there */
	rc = one_entry(db, revision, folder, note_directory, &directory, &found,
	    err);
	if (rc == WEIGH_OK && !directory)
		rc = no_entry(repo, folder, err);
	return rc;
}

/* The paths below a folder are those between "folder/" and "folder0", '0'
 * being the byte after '/'. */
struct range {
	char first[WEIGH_PATH_MAX + 2]; /* all are greater */
	char end[WEIGH_PATH_MAX + 2];   /* all are less */
};

static void
range_of(struct range *range, const char *folder, const char *after)
{
	snprintf(range->first, sizeof(range->first), "%s/", folder);
	snprintf(range->end, sizeof(range->end), "%s0", folder);
	if (strcmp(after, range->first) > 0)
		snprintf(range->first, sizeof(range->first), "%s", after);
}

static struct query
tree_query(struct db *db, int64_t revision, const char *folder, bool recursive,
    const char *after, unsigned limit, struct range *range)
{
	struct query q;

	q = query_begin(db,
	    !recursive            ? SQL_TREE_FOLDER :
		folder[0] != '\0' ? SQL_TREE_BELOW :
				    SQL_TREE_ALL);
	query_int(&q, revision);
	if (!recursive) {
		query_text(&q, folder);
		query_text(&q, after);
	} else if (folder[0] != '\0') {
		range_of(range, folder, after);
		query_text(&q, range->first);
		query_text(&q, range->end);
	} else {
		query_text(&q, after);
	}
	query_int(&q, limit);
	return q;
}

enum weigh_code
catalog_tree(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, const char *folder, bool recursive,
    const char *after, unsigned limit,
    void (*each)(void *ctx, const struct catalog_entry *entry), void *ctx,
    struct weigh_err *err)
{
	struct range range = { "", "" };
	int64_t revision;
	enum weigh_code rc;
	struct query q;

	rc = reader_revision(&r->db, repo, commit, &revision, err);
	if (rc == WEIGH_OK)
		rc = check_folder(&r->db, repo, revision, folder, err);
	if (rc != WEIGH_OK)
		return rc;
	q = tree_query(&r->db, revision, folder, recursive, after, limit,
	    &range);
	while (query_row(&q)) {
		struct catalog_entry entry = entry_row(&q);

		each(ctx, &entry);
	}
	return query_end(&q, err);
}

/* --- blobs --------------------------------------------------------------- */

static enum weigh_code
no_blob(const struct weigh_oid *oid, struct weigh_err *err)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(oid, hex);
	return weigh_fail(err, WEIGH_NOT_FOUND,
	    "no admitted revision names a blob '%s'", hex);
}

/* size, state, the four columns of the stamp, held */
static enum catalog_blob_state
blob_row(const struct query *q, struct catalog_blob *out)
{
	out->size = query_column_size(q, 0);
	out->stamp = (struct stamp){
		.size = sqlite3_column_int64(q->stmt, 2),
		.inode = sqlite3_column_int64(q->stmt, 3),
		.mtime_ns = sqlite3_column_int64(q->stmt, 4),
		.ctime_ns = sqlite3_column_int64(q->stmt, 5),
	};
	out->absent = sqlite3_column_int(q->stmt, 6) == 0;
	return sqlite3_column_int(q->stmt, 1) == 0 ? CATALOG_GOOD : CATALOG_BAD;
}

static enum weigh_code
look_up_blob(struct db *db, enum db_statement which,
    const struct weigh_oid *oid, struct catalog_blob *out,
    enum catalog_blob_state *state, struct weigh_err *err)
{
	struct query q = query_begin(db, which);
	enum weigh_code rc;
	bool found;

	query_oid(&q, oid);
	found = query_row(&q);
	if (found) {
		out->oid = *oid;
		*state = blob_row(&q, out);
	}
	rc = query_end(&q, err);
	return rc == WEIGH_OK && !found ? no_blob(oid, err) : rc;
}

enum weigh_code
catalog_blob(struct catalog_reader *r, const struct weigh_oid *oid,
    struct catalog_blob *out, enum catalog_blob_state *state,
    struct weigh_err *err)
{
	return look_up_blob(&r->db, SQL_BLOB, oid, out, state, err);
}

enum weigh_code
catalog_known_blob(struct catalog_reader *r, const struct weigh_oid *oid,
    struct catalog_blob *out, enum catalog_blob_state *state,
    struct weigh_err *err)
{
	return look_up_blob(&r->db, SQL_BLOB_KNOWN, oid, out, state, err);
}

static enum weigh_code
page_of_rows(struct db *db, const struct weigh_oid *after, unsigned limit,
    void (*each)(void *ctx, const struct catalog_row *row), void *ctx,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_BLOB_PAGE);

	query_oid(&q, after);
	query_int(&q, limit);
	while (query_row(&q)) {
		struct catalog_row row = {
			.blob.oid = query_column_oid(&q, 7),
			.named = sqlite3_column_int(q.stmt, 8) != 0,
			.checked = sqlite3_column_int64(q.stmt, 9),
		};

		row.state = blob_row(&q, &row.blob);
		each(ctx, &row);
	}
	return query_end(&q, err);
}

enum weigh_code
catalog_rows(struct catalog_reader *r, const struct weigh_oid *after,
    unsigned limit, void (*each)(void *ctx, const struct catalog_row *row),
    void *ctx, struct weigh_err *err)
{
	return page_of_rows(&r->db, after, limit, each, ctx, err);
}

/* --- every row --------------------------------------------------------------- */

#define ROWS 1000

struct rows_page {
	struct catalog_row rows[ROWS];
	unsigned count;
};

static void
keep_row(void *ctx, const struct catalog_row *row)
{
	struct rows_page *page = ctx;

	if (page->count < ROWS)
		page->rows[page->count++] = *row;
}

/* No statement is open while `each` is called. */
static enum weigh_code
each_row(struct db *db, catalog_row_fn *each, void *ctx, struct weigh_err *err)
{
	struct rows_page *page = malloc(sizeof(*page));
	struct weigh_oid after = { { 0 } };
	enum weigh_code rc;

	if (page == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	do {
		page->count = 0;
		rc = page_of_rows(db, &after, ROWS, keep_row, page, err);
		for (unsigned i = 0; rc == WEIGH_OK && i < page->count; i++)
			rc = each(ctx, &page->rows[i], err);
		if (page->count > 0)
			after = page->rows[page->count - 1].blob.oid;
	} while (rc == WEIGH_OK && page->count == ROWS);
	free(page);
	return rc;
}

enum weigh_code
catalog_each_row(struct catalog_reader *r, catalog_row_fn *each, void *ctx,
    struct weigh_err *err)
{
	return each_row(&r->db, each, ctx, err);
}

enum weigh_code
catalog_own_each_row(struct catalog *c, catalog_row_fn *each, void *ctx,
    struct weigh_err *err)
{
	return each_row(&c->db, each, ctx, err);
}

enum weigh_code
catalog_users(struct catalog_reader *r, const struct weigh_oid *oid,
    unsigned limit,
    void (*each)(void *ctx, const struct weigh_repo *repo,
	const struct weigh_gitid *commit, const char *path),
    void *ctx, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_BLOB_USERS);

	query_oid(&q, oid);
	query_int(&q, limit);
	while (query_row(&q)) {
		struct weigh_gitid commit = query_column_gitid(&q, 2);
		struct weigh_repo repo = {
			.kind = (enum weigh_kind)sqlite3_column_int(q.stmt, 0),
		};

		snprintf(repo.name, sizeof(repo.name), "%s",
		    query_column_text(&q, 1));
		each(ctx, &repo, &commit, query_column_text(&q, 3));
	}
	return query_end(&q, err);
}
