/* acts: what people decided, and what the policy came to; see records.h. */
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "records.h"
#include "rows.h"

/* --- acts ---------------------------------------------------------------- */

static enum weigh_code
insert_act(struct db *db, const struct weigh_act *act,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    struct weigh_err *err)
{
	struct rows_key key = rows_key(repo);
	struct query q = query_begin(db, SQL_ACT_INSERT);

	query_int(&q, act->number);
	query_int(&q, act->kind);
	query_int(&q, repo->kind);
	query_text(&q, key.text);
	query_text(&q, repo->name);
	query_gitid(&q, commit);
	query_text(&q, act->rule);
	query_text(&q, act->purpose);
	query_text(&q, act->by);
	query_text(&q, act->why);
	query_text(&q, act->ticket);
	query_int(&q, act->at);
	query_int(&q, act->until);
	query_oid(&q, &act->basis);
	query_int(&q, act->revokes);
	return query_run(&q, err);
}

enum weigh_code
catalog_add_act(struct catalog *c, const struct weigh_act *act,
    struct weigh_err *err)
{
	struct weigh_gitid commit;
	struct weigh_ref ref;
	enum weigh_code rc = weigh_ref_parse(&ref, act->repo, err);

	if (rc != WEIGH_OK)
		return rc;
	if (ref.rev[0] != '\0' || act->number <= 0 ||
	    !weigh_gitid_parse(&commit, act->commit, strlen(act->commit)))
		return weigh_fail(err, WEIGH_BUG,
		    "an act about no commit, or without its number");
	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, insert_act(&c->db, act, &ref.repo, &commit, err),
	    err);
}

typedef void act_fn(void *ctx, const struct weigh_act *act);

static void
tell_act(const struct query *q, act_fn *each, void *ctx)
{
	struct weigh_gitid commit = query_column_gitid(q, 4);
	char name[WEIGH_REPO_TEXT], hex[WEIGH_GITID_HEX + 1];
	struct weigh_repo repo = {
		.kind = (enum weigh_kind)sqlite3_column_int(q->stmt, 2),
	};
	const struct weigh_act act = {
		.number = sqlite3_column_int64(q->stmt, 0),
		.kind = (enum weigh_act_kind)sqlite3_column_int(q->stmt, 1),
		.repo = name,
		.commit = hex,
		.rule = query_column_text(q, 5),
		.purpose = query_column_text(q, 6),
		.by = query_column_text(q, 7),
		.why = query_column_text(q, 8),
		.ticket = query_column_text(q, 9),
		.at = sqlite3_column_int64(q->stmt, 10),
		.until = sqlite3_column_int64(q->stmt, 11),
		.basis = query_column_oid(q, 12),
		.revokes = sqlite3_column_int64(q->stmt, 13),
	};

	snprintf(repo.name, sizeof(repo.name), "%s", query_column_text(q, 3));
	weigh_repo_text(&repo, name);
	weigh_gitid_hex(&commit, hex);
	each(ctx, &act);
}

static enum weigh_code
tell_acts(struct query *q, act_fn *each, void *ctx, unsigned *n,
    struct weigh_err *err)
{
	for (*n = 0; query_row(q); ++*n)
		tell_act(q, each, ctx);
	return query_end(q, err);
}

enum weigh_code
catalog_acts(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, act_fn *each, void *ctx,
    struct weigh_err *err)
{
	struct rows_key key = rows_key(repo);
	struct query q = query_begin(&r->db, SQL_ACTS_OF);
	unsigned n;

	query_gitid(&q, commit);
	query_int(&q, repo->kind);
	query_text(&q, key.text);
	return tell_acts(&q, each, ctx, &n, err);
}

enum weigh_code
catalog_acts_each(struct catalog_reader *r, int64_t after, unsigned limit,
    act_fn *each, void *ctx, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_ACT_PAGE);
	unsigned n;

	query_int(&q, after);
	query_int(&q, limit);
	return tell_acts(&q, each, ctx, &n, err);
}

enum weigh_code
catalog_act(struct catalog_reader *r, int64_t number, act_fn *each, void *ctx,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_ACT);
	enum weigh_code rc;
	unsigned n;

	query_int(&q, number);
	rc = tell_acts(&q, each, ctx, &n, err);
	if (rc == WEIGH_OK && n == 0)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "there is no approval or waiver number %lld",
		    (long long)number);
	return rc;
}

/* --- decisions ------------------------------------------------------------ */

static struct catalog_decision
decision_row(const struct query *q)
{
	struct catalog_decision d = {
		.id = sqlite3_column_int64(q->stmt, 0),
		.repo.kind = (enum weigh_kind)sqlite3_column_int(q->stmt, 1),
		.commit = query_column_gitid(q, 3),
		.purpose = query_column_text(q, 4),
		.ruling = (enum weigh_ruling)sqlite3_column_int(q->stmt, 5),
		.held = sqlite3_column_int(q->stmt, 6) != 0,
		.option = (uint32_t)sqlite3_column_int64(q->stmt, 7),
		.rule = query_column_text(q, 8),
		.reason = query_column_text(q, 9),
		.because = query_column_text(q, 10),
		.policy = query_column_oid(q, 11),
		.record = query_column_oid(q, 12),
		.approved = sqlite3_column_int64(q->stmt, 13),
		.at = sqlite3_column_int64(q->stmt, 14),
		.until = sqlite3_column_int64(q->stmt, 15),
	};

	snprintf(d.repo.name, sizeof(d.repo.name), "%s",
	    query_column_text(q, 2));
	return d;
}

/* `key` lives until the query ends. */
static struct query
ask_decision(struct db *db, const struct rows_key *key,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    const char *purpose, int64_t as_of)
{
	struct query q = query_begin(db, SQL_DECISION);

	query_gitid(&q, commit);
	query_int(&q, repo->kind);
	query_text(&q, key->text);
	query_text(&q, purpose);
	query_int(&q, as_of != 0 ? as_of : INT64_MAX);
	return q;
}

static bool
says_the_same(const struct catalog_decision *a,
    const struct catalog_decision *b)
{
	return a->ruling == b->ruling && a->held == b->held &&
	    a->option == b->option && a->approved == b->approved &&
	    a->until == b->until && strcmp(a->rule, b->rule) == 0 &&
	    strcmp(a->reason, b->reason) == 0 &&
	    strcmp(a->because, b->because) == 0 &&
	    weigh_oid_equal(&a->policy, &b->policy) &&
	    weigh_oid_equal(&a->record, &b->record);
}

static enum weigh_code
compare_last(struct db *db, const struct catalog_decision *d, bool *fresh,
    bool *turned, struct weigh_err *err)
{
	struct rows_key key = rows_key(&d->repo);
	struct query q = ask_decision(db, &key, &d->repo, &d->commit,
	    d->purpose, 0);
	struct catalog_decision last = { .ruling = WEIGH_RULING_ALLOW };

	*fresh = true;
	if (query_row(&q)) {
		last = decision_row(&q);
		*fresh = !says_the_same(d, &last);
	}
	*turned = last.ruling != d->ruling || last.held != d->held;
	return query_end(&q, err);
}

static enum weigh_code
insert_decision(struct db *db, const struct catalog_decision *d,
    struct weigh_err *err)
{
	struct rows_key key = rows_key(&d->repo);
	struct query q = query_begin(db, SQL_DECISION_INSERT);

	query_int(&q, d->repo.kind);
	query_text(&q, key.text);
	query_text(&q, d->repo.name);
	query_gitid(&q, &d->commit);
	query_text(&q, d->purpose);
	query_int(&q, d->ruling);
	query_int(&q, d->held);
	query_int(&q, d->option);
	query_text(&q, d->rule);
	query_text(&q, d->reason);
	query_text(&q, d->because);
	query_oid(&q, &d->policy);
	query_oid(&q, &d->record);
	query_int(&q, d->approved);
	query_int(&q, d->at);
	query_int(&q, d->until);
	return query_run(&q, err);
}

enum weigh_code
catalog_keep_decision(struct catalog *c, const struct catalog_decision *d,
    bool *fresh, bool *turned, struct weigh_err *err)
{
	enum weigh_code rc;

	*fresh = *turned = false;
	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	rc = compare_last(&c->db, d, fresh, turned, err);
	if (rc == WEIGH_OK && *fresh)
		rc = insert_decision(&c->db, d, err);
	return db_end(&c->db, rc, err);
}

enum weigh_code
catalog_decision(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, const char *purpose, int64_t as_of,
    void (*each)(void *ctx, const struct catalog_decision *d), void *ctx,
    struct weigh_err *err)
{
	struct rows_key key = rows_key(repo);
	struct query q = ask_decision(&r->db, &key, repo, commit, purpose,
	    as_of);
	bool found = query_row(&q);
	enum weigh_code rc;

	if (found) {
		struct catalog_decision d = decision_row(&q);

		each(ctx, &d);
	}
	rc = query_end(&q, err);
	if (rc == WEIGH_OK && !found)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "nothing was decided about '%s' for '%s'", repo->name,
		    purpose);
	return rc;
}

enum weigh_code
catalog_decisions_each(struct catalog_reader *r, int64_t after, unsigned limit,
    void (*each)(void *ctx, const struct catalog_decision *d), void *ctx,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_DECISION_PAGE);

	query_int(&q, after);
	query_int(&q, limit);
	while (query_row(&q)) {
		struct catalog_decision d = decision_row(&q);

		each(ctx, &d);
	}
	return query_end(&q, err);
}
