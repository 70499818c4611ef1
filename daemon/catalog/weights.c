/* weights: what the headers of files of weights say, and blobs that were made from
 * such files. */
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "reader.h"
#include "rows.h"

/* --- writing ------------------------------------------------------------- */

static enum weigh_code
keep_weights(struct db *db, const struct weigh_oid *oid, const char *facts,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_WEIGHTS_SET);

	query_oid(&q, oid);
	query_text(&q, facts);
	return query_run(&q, err);
}

enum weigh_code
catalog_keep_weights(struct catalog *c, const struct weigh_oid *oid,
    const char *facts, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, keep_weights(&c->db, oid, facts, err), err);
}

static enum weigh_code
keep_made(struct db *db, const struct weigh_oid *source, const char *kind,
    const struct catalog_blob *blob, int64_t now, struct weigh_err *err)
{
	struct rows_difference difference = { 0 };
	enum weigh_code rc;
	struct query q;

	rc = rows_record_blob(db, blob, CATALOG_GOOD, -now, &difference, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_MADE_SET);
	query_oid(&q, source);
	query_text(&q, kind);
	query_oid(&q, &blob->oid);
	rc = query_run(&q, err);
	if (rc == WEIGH_OK && sqlite3_changes(db->sqlite) == 0)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "what it is made from is not held here");
	if (rc == WEIGH_OK)
		rc = rows_move_totals(db, &difference, err);
	return rc;
}

enum weigh_code
catalog_keep_made(struct catalog *c, const struct weigh_oid *source,
    const char *kind, const struct catalog_blob *blob, int64_t now,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, keep_made(&c->db, source, kind, blob, now, err),
	    err);
}

/* --- reading ------------------------------------------------------------- */

enum weigh_code
catalog_weights(struct catalog_reader *r, const struct weigh_oid *oid,
    struct weigh_buf *out, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_WEIGHTS);
	enum weigh_code rc;
	bool found;

	query_oid(&q, oid);
	found = query_row(&q);
	if (found)
		weigh_buf_adds(out, query_column_text(&q, 0));
	rc = query_end(&q, err);
	if (rc == WEIGH_OK && !found)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "the file's header was not read yet");
	if (rc == WEIGH_OK && out->failed)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return rc;
}

enum weigh_code
catalog_made(struct catalog_reader *r, const struct weigh_oid *source,
    const char *kind, struct weigh_oid *oid, uint64_t *size,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_MADE);
	enum weigh_code rc;
	bool found;

	query_oid(&q, source);
	query_text(&q, kind);
	found = query_row(&q);
	if (found) {
		*oid = query_column_oid(&q, 0);
		*size = query_column_size(&q, 1);
	}
	rc = query_end(&q, err);
	if (rc == WEIGH_OK && !found)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "nothing was made of it yet");
	return rc;
}

enum weigh_code
catalog_made_any(struct catalog_reader *r, const struct weigh_oid *source,
    const char *word, bool *any, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_MADE_KIND);
	char first[64 + WEIGH_REPO_TEXT], end[64 + WEIGH_REPO_TEXT];

	/* "word …" lies between "word " and "word!": '!' follows ' '. */
	snprintf(first, sizeof(first), "%s ", word);
	snprintf(end, sizeof(end), "%s!", word);
	query_oid(&q, source);
	query_text(&q, first);
	query_text(&q, end);
	*any = query_row(&q);
	return query_end(&q, err);
}

/* The first row, if there is one: a size, and what it was made for. */
static enum weigh_code
look_in(struct db *db, enum db_statement which, const struct weigh_oid *oid,
    int64_t id, const struct weigh_repo *repo, bool *found, uint64_t *size,
    char *kind, size_t kind_size, struct weigh_err *err)
{
	struct query q = query_begin(db, which);
	char text[WEIGH_REPO_TEXT], word[WEIGH_REPO_TEXT + 2];

	weigh_repo_text(repo, text);
	snprintf(word, sizeof(word), " %s ", text);
	query_oid(&q, oid);
	query_int(&q, id);
	if (which == SQL_HAS_MADE)
		query_text(&q, word);
	*found = query_row(&q);
	if (*found) {
		*size = query_column_size(&q, 0);
		snprintf(kind, kind_size, "%s",
		    which == SQL_HAS_MADE ? query_column_text(&q, 1) : "");
	}
	return query_end(&q, err);
}

enum weigh_code
catalog_has(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_oid *oid, uint64_t *size, char *kind, size_t kind_size,
    struct weigh_err *err)
{
	struct weigh_repo held;
	int64_t id;
	bool found = false;
	enum weigh_code rc = rows_repo(&r->db, repo, &id, &held, err);

	if (rc == WEIGH_OK && id != 0)
		rc = look_in(&r->db, SQL_HAS_NAMED, oid, id, &held, &found,
		    size, kind, kind_size, err);
	if (rc == WEIGH_OK && id != 0 && !found)
		rc = look_in(&r->db, SQL_HAS_MADE, oid, id, &held, &found, size,
		    kind, kind_size, err);
	if (rc == WEIGH_OK && !found)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "no revision of '%s' names these bytes", repo->name);
	return rc;
}
