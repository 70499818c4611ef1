/* repos: what happens to repositories and refs, but for new revisions. */
#include <string.h>

#include "db.h"
#include "listed.h"
#include "rows.h"

/* One change of one repository, in a transaction. */
struct turn {
	struct db *db;
	const struct weigh_repo *repo;
	int64_t id;
};

/* Begin; WEIGH_NOT_FOUND (and no transaction) when there is no such repository. */
static enum weigh_code
begin(struct turn *t, struct catalog *c, const struct weigh_repo *repo,
    struct weigh_err *err)
{
	struct weigh_repo held;
	enum weigh_code rc;

	*t = (struct turn){ .db = &c->db, .repo = repo };
	if ((rc = db_begin(t->db, err)) != WEIGH_OK)
		return rc;
	rc = rows_repo(t->db, repo, &t->id, &held, err);
	if (rc == WEIGH_OK &&
	    (t->id == 0 || strcmp(held.name, repo->name) != 0))
		rc = weigh_fail(err, WEIGH_NOT_FOUND,
		    "no repository '%s' is held here", repo->name);
	return rc == WEIGH_OK ? rc : db_end(t->db, rc, err);
}

/* Run a statement whose only parameter is the repository. */
static enum weigh_code
run(struct turn *t, enum db_statement which, struct weigh_err *err)
{
	struct query q = query_begin(t->db, which);

	query_int(&q, t->id);
	return query_run(&q, err);
}

/* --- refs ------------------------------------------------------------------ */

enum weigh_code
catalog_set_ref(struct catalog *c, const struct weigh_repo *repo,
    enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit, struct weigh_err *err)
{
	int64_t revision;
	enum weigh_code rc;
	struct query q;
	struct turn t;

	if ((rc = begin(&t, c, repo, err)) != WEIGH_OK)
		return rc;
	rc = rows_revision(t.db, t.id, commit, &revision, err);
	if (rc == WEIGH_OK && revision == 0)
		rc = weigh_fail(err, WEIGH_NOT_FOUND,
		    "'%s' would lead to a revision that is not held", name);
	if (rc == WEIGH_OK) {
		q = query_begin(t.db, SQL_REF_SET);
		query_int(&q, t.id);
		query_int(&q, kind);
		query_text(&q, name);
		query_int(&q, revision);
		rc = query_run(&q, err);
	}
	if (rc == WEIGH_OK)
		rc = listed_refresh(t.db, t.id, err);
	return db_end(t.db, rc, err);
}

enum weigh_code
catalog_drop_ref(struct catalog *c, const struct weigh_repo *repo,
    enum catalog_ref_kind kind, const char *name, struct weigh_err *err)
{
	enum weigh_code rc;
	struct query q;
	struct turn t;

	if ((rc = begin(&t, c, repo, err)) != WEIGH_OK)
		return rc;
	q = query_begin(t.db, SQL_REF_DROP);
	query_int(&q, t.id);
	query_int(&q, kind);
	query_text(&q, name);
	rc = query_run(&q, err);
	if (rc == WEIGH_OK)
		rc = listed_refresh(t.db, t.id, err);
	return db_end(t.db, rc, err);
}

/* --- repositories ------------------------------------------------------------ */

/* Rows that others name go last: each check of a reference finds none then. */
static const enum db_statement deletes[] = {
	SQL_RENAMES_OF_DELETE,
	SQL_REFS_OF_DELETE,
	SQL_ENTRIES_OF_DELETE,
	SQL_REVISIONS_OF_DELETE,
	SQL_REPO_DELETE,
};

static enum weigh_code
delete_rows(struct turn *t, struct weigh_err *err)
{
	struct rows_difference difference = { .repos = -1 };
	enum weigh_code rc = listed_forget(t->db, t->id, err);

	for (size_t i = 0;
	     rc == WEIGH_OK && i < sizeof(deletes) / sizeof(deletes[0]); i++) {
		rc = run(t, deletes[i], err);
		if (deletes[i] == SQL_REVISIONS_OF_DELETE)
			difference.revisions =
			    -sqlite3_changes64(t->db->sqlite);
	}
	if (rc == WEIGH_OK)
		rc = rows_move_totals(t->db, &difference, err);
	return rc;
}

enum weigh_code
catalog_delete(struct catalog *c, const struct weigh_repo *repo,
    struct weigh_err *err)
{
	enum weigh_code rc;
	struct turn t;

	rc = begin(&t, c, repo, err);
	if (rc != WEIGH_OK)
		return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
	return db_end(t.db, delete_rows(&t, err), err);
}

/* Nobody had this name once. */
static enum weigh_code
drop_former(struct turn *t, const struct weigh_repo *name,
    struct weigh_err *err)
{
	struct rows_key key = rows_key(name);
	struct query q = query_begin(t->db, SQL_RENAME_DROP);

	query_int(&q, name->kind);
	query_text(&q, key.text);
	return query_run(&q, err);
}

/* The repository had this name once; one that a repository has is only its. */
static enum weigh_code
set_former(struct turn *t, const struct weigh_repo *name, struct weigh_err *err)
{
	struct rows_key key = rows_key(name);
	struct weigh_repo held;
	int64_t other;
	enum weigh_code rc = rows_repo(t->db, name, &other, &held, err);
	struct query q;

	if (rc != WEIGH_OK || other != 0)
		return rc;
	q = query_begin(t->db, SQL_RENAME_SET);
	query_int(&q, name->kind);
	query_text(&q, key.text);
	query_int(&q, t->id);
	return query_run(&q, err);
}

static enum weigh_code
set_name(struct turn *t, const struct weigh_repo *name, struct weigh_err *err)
{
	struct rows_key key = rows_key(name);
	struct query q = query_begin(t->db, SQL_REPO_RENAME);

	query_int(&q, t->id);
	query_text(&q, key.text);
	query_text(&q, name->name);
	return query_run(&q, err);
}

static enum weigh_code
rename_repo(struct turn *t, const struct weigh_repo *target,
    struct weigh_err *err)
{
	struct weigh_repo held;
	int64_t other;
	enum weigh_code rc;

	rc = rows_repo(t->db, target, &other, &held, err);
	if (rc == WEIGH_OK && other != 0 && other != t->id)
		rc = weigh_fail(err, WEIGH_EXISTS,
		    "the name is taken: '%s' is held here", held.name);
	if (rc == WEIGH_OK)
		rc = drop_former(t, target, err);
	if (rc == WEIGH_OK)
		rc = set_name(t, target, err);
	if (rc == WEIGH_OK)
		rc = set_former(t, t->repo, err);
	if (rc == WEIGH_OK)
		rc = listed_refresh(t->db, t->id, err);
	return rc;
}

enum weigh_code
catalog_move(struct catalog *c, const struct weigh_repo *repo,
    const struct weigh_repo *target, struct weigh_err *err)
{
	enum weigh_code rc;
	struct turn t;

	if ((rc = begin(&t, c, repo, err)) != WEIGH_OK)
		return rc;
	return db_end(t.db, rename_repo(&t, target, err), err);
}

enum weigh_code
catalog_formerly(struct catalog *c, const struct weigh_repo *repo,
    const struct weigh_repo *name, struct weigh_err *err)
{
	enum weigh_code rc;
	struct turn t;

	if ((rc = begin(&t, c, repo, err)) != WEIGH_OK)
		return rc;
	return db_end(t.db, set_former(&t, name, err), err);
}

enum weigh_code
catalog_show(struct catalog *c, const struct weigh_repo *repo,
    enum weigh_visibility visibility, struct weigh_err *err)
{
	enum weigh_code rc;
	struct query q;
	struct turn t;

	if ((rc = begin(&t, c, repo, err)) != WEIGH_OK)
		return rc;
	q = query_begin(t.db, SQL_REPO_SHOW);
	query_int(&q, t.id);
	query_int(&q, visibility);
	if ((rc = query_run(&q, err)) == WEIGH_OK)
		rc = run(&t, SQL_RECORD_WAIT_REPO, err);
	if (rc == WEIGH_OK)
		rc = rows_children_wait(t.db, rows_key(repo).text, err);
	return db_end(t.db, rc, err);
}
