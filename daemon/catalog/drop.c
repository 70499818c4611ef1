/* Dropping: what upkeep takes out of the catalog, and transactions of its own. */
#include <string.h>

#include "db.h"
#include "rows.h"

enum weigh_code
catalog_begin(struct catalog *c, struct weigh_err *err)
{
	return db_begin(&c->db, err);
}

enum weigh_code
catalog_end(struct catalog *c, enum weigh_code rc, struct weigh_err *err)
{
	return db_end(&c->db, rc, err);
}

enum weigh_code
catalog_empty(struct catalog *c, struct weigh_err *err)
{
	int rc = sqlite3_exec(c->db.sqlite, db_empty, NULL, NULL, NULL);

	return rc == SQLITE_OK ? WEIGH_OK : db_fail(&c->db, rc, err);
}

static enum weigh_code
drop_blob(struct db *db, const struct weigh_oid *oid, bool *dropped,
    struct weigh_err *err)
{
	struct rows_difference difference = { 0 };
	struct rows_blob held;
	enum weigh_code rc = rows_find_blob(db, oid, &held, err);
	struct query q;

	*dropped = false;
	if (rc != WEIGH_OK || held.id == 0)
		return rc;
	q = query_begin(db, SQL_BLOB_DELETE);
	query_int(&q, held.id);
	if ((rc = query_run(&q, err)) != WEIGH_OK)
		return rc;
	if (sqlite3_changes(db->sqlite) == 0)
		return WEIGH_OK; /* an entry names it */
	*dropped = true;
	rc = rows_forget_blob(db, &held, &difference, err);
	if (rc == WEIGH_OK)
		rc = rows_move_totals(db, &difference, err);
	return rc;
}

enum weigh_code
catalog_drop_blob(struct catalog *c, const struct weigh_oid *oid, bool *dropped,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, drop_blob(&c->db, oid, dropped, err), err);
}

enum weigh_code
catalog_knows(struct catalog *c, const struct weigh_repo *repo, bool *known,
    struct weigh_err *err)
{
	struct weigh_repo held = { .name = "" };
	int64_t id;
	enum weigh_code rc = rows_repo(&c->db, repo, &id, &held, err);

	*known = id != 0 && strcmp(held.name, repo->name) == 0;
	return rc;
}

enum weigh_code
catalog_holds(struct catalog *c, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, bool *held, struct weigh_err *err)
{
	struct weigh_repo name;
	int64_t repo_id, id = 0;
	enum weigh_code rc = rows_repo(&c->db, repo, &repo_id, &name, err);

	if (rc == WEIGH_OK && repo_id != 0)
		rc = rows_revision(&c->db, repo_id, commit, &id, err);
	*held = id != 0;
	return rc;
}

enum weigh_code
catalog_has_ref(struct catalog *c, const struct weigh_repo *repo,
    const char *ref, bool *known, bool *there, struct weigh_err *err)
{
	enum catalog_ref_kind kind;
	const char *name = catalog_ref_short(ref, &kind);
	struct weigh_repo held = { .name = "" };
	struct query q;
	int64_t id;
	enum weigh_code rc = rows_repo(&c->db, repo, &id, &held, err);

	*known = id != 0 && strcmp(held.name, repo->name) == 0;
	*there = false;
	if (rc != WEIGH_OK || !*known || name == NULL)
		return rc;
	q = query_begin(&c->db, SQL_REF);
	query_int(&q, id);
	query_int(&q, kind);
	query_text(&q, name);
	*there = query_row(&q);
	return query_end(&q, err);
}
