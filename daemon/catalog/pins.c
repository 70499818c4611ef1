/* pins: revisions that stay; see mirrors.h. */
#include <stdio.h>

#include "mirrors.h"
#include "reader.h"

static enum weigh_code
set_pin(struct db *db, const struct catalog_pin *pin, struct weigh_err *err)
{
	int64_t revision;
	enum weigh_code rc;
	struct query q;

	rc = reader_revision(db, &pin->repo, &pin->commit, &revision, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_PIN_SET);
	query_int(&q, revision);
	query_int(&q, pin->time);
	query_text(&q, pin->why);
	return query_run(&q, err);
}

static enum weigh_code
drop_pin(struct db *db, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, struct weigh_err *err)
{
	int64_t revision;
	enum weigh_code rc = reader_revision(db, repo, commit, &revision, err);
	struct query q;

	if (rc != WEIGH_OK)
		return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
	q = query_begin(db, SQL_PIN_DROP);
	query_int(&q, revision);
	return query_run(&q, err);
}

/* --- all of a repository ------------------------------------------------- */

static bool
is_among(const struct catalog_pin *pins, size_t n,
    const struct weigh_gitid *commit)
{
	for (size_t i = 0; i < n; i++)
		if (weigh_gitid_equal(&pins[i].commit, commit))
			return true;
	return false;
}

/* The pins of a repository that are not among these. */
static enum weigh_code
drop_others(struct db *db, const struct weigh_repo *name,
    const struct catalog_pin *pins, size_t n, struct weigh_err *err)
{
	int64_t repo, created;
	enum weigh_code rc = reader_repo(db, name, &repo, &created, err);
	struct weigh_gitid at = { { 0 } };
	bool more = true;

	while (rc == WEIGH_OK && more) {
		struct query q = query_begin(db, SQL_PINS_OF);

		query_int(&q, repo);
		query_gitid_after(&q, &at);
		if ((more = query_row(&q)))
			at = query_column_gitid(&q, 1);
		rc = query_end(&q, err);
		if (rc == WEIGH_OK && more && !is_among(pins, n, &at))
			rc = drop_pin(db, name, &at, err);
	}
	return rc;
}

static enum weigh_code
keep_pins(struct db *db, const struct weigh_repo *repo,
    const struct catalog_pin *pins, size_t n, struct weigh_err *err)
{
	enum weigh_code rc = drop_others(db, repo, pins, n, err);

	for (size_t i = 0; rc == WEIGH_OK && i < n; i++) {
		rc = set_pin(db, &pins[i], err);
		if (rc == WEIGH_NOT_FOUND)
			rc = WEIGH_OK;
	}
	return rc;
}

enum weigh_code
catalog_keep_pins(struct catalog *c, const struct weigh_repo *repo,
    const struct catalog_pin *pins, size_t n, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, keep_pins(&c->db, repo, pins, n, err), err);
}

/* --- asking -------------------------------------------------------------- */

enum weigh_code
catalog_pinned(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, bool *pinned, struct weigh_err *err)
{
	int64_t revision;
	enum weigh_code rc;
	struct query q;

	rc = reader_revision(&r->db, repo, commit, &revision, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_PINNED);
	query_int(&q, revision);
	*pinned = query_row(&q);
	return query_end(&q, err);
}

enum weigh_code
catalog_pins(struct catalog_reader *r, const struct weigh_repo *repo,
    int64_t after, unsigned limit,
    void (*each)(void *ctx, int64_t id, const struct catalog_pin *pin),
    void *ctx, struct weigh_err *err)
{
	int64_t id = 0, created;
	enum weigh_code rc = WEIGH_OK;
	struct query q;

	if (repo != NULL)
		rc = reader_repo(&r->db, repo, &id, &created, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_PIN_PAGE);
	query_int(&q, after);
	query_int(&q, id);
	query_int(&q, limit);
	while (query_row(&q)) {
		struct catalog_pin pin = {
			.repo.kind = (enum weigh_kind)sqlite3_column_int(q.stmt,
			    1),
			.commit = query_column_gitid(&q, 3),
			.time = sqlite3_column_int64(q.stmt, 4),
			.why = query_column_text(&q, 5),
		};

		snprintf(pin.repo.name, sizeof(pin.repo.name), "%s",
		    query_column_text(&q, 2));
		each(ctx, sqlite3_column_int64(q.stmt, 0), &pin);
	}
	return query_end(&q, err);
}
