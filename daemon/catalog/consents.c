/* consents: who accepted which terms; see consents.h. */
#include <string.h>

#include "consents.h"
#include "db.h"
#include "rows.h"

/* --- reading ------------------------------------------------------------- */

/* Four columns: ruling, terms, card, git. */
static struct weigh_consent
consent_at(const struct query *q, int column)
{
	struct weigh_consent c = {
		.ruling = (enum weigh_answer)sqlite3_column_int(q->stmt,
		    column),
		.accepted = sqlite3_column_type(q->stmt, column + 1) !=
		    SQLITE_NULL,
		.terms = query_column_oid(q, column + 1),
		.card = query_column_oid(q, column + 2),
		.commit = query_column_gitid(q, column + 3),
	};

	return c;
}

static enum weigh_code
read_consent(struct db *db, const struct weigh_repo *repo, const char *token,
    struct weigh_consent *out, struct weigh_err *err)
{
	struct rows_key key = rows_key(repo);
	struct query q = query_begin(db, SQL_CONSENT);

	*out = (struct weigh_consent){ .accepted = false };
	query_int(&q, repo->kind);
	query_text(&q, key.text);
	query_text(&q, token);
	if (query_row(&q))
		*out = consent_at(&q, 0);
	return query_end(&q, err);
}

enum weigh_code
catalog_consent(struct catalog_reader *r, const struct weigh_repo *repo,
    const char *token, struct weigh_consent *out, struct weigh_err *err)
{
	return read_consent(&r->db, repo, token, out, err);
}

enum weigh_code
catalog_consents(struct catalog_reader *r, const struct weigh_repo *repo,
    void (*each)(void *ctx, const struct catalog_consent *c), void *ctx,
    struct weigh_err *err)
{
	struct rows_key key = rows_key(repo);
	struct query q = query_begin(&r->db, SQL_CONSENTS);

	query_int(&q, repo->kind);
	query_text(&q, key.text);
	while (query_row(&q)) {
		const struct catalog_consent c = {
			.repo = *repo,
			.token = query_column_text(&q, 0),
			.act = (enum weigh_consent_act)
			    sqlite3_column_int(q.stmt, 1),
			.by = query_column_text(&q, 2),
			.why = query_column_text(&q, 3),
			.time = sqlite3_column_int64(q.stmt, 4),
			.now = consent_at(&q, 5),
		};

		each(ctx, &c);
	}
	return query_end(&q, err);
}

/* --- terms --------------------------------------------------------------- */

struct gating {
	const struct catalog_gating_texts *texts; /* NULL: nobody wants them */
	struct weigh_buf digested;
	struct weigh_buf prompt;
};

static void
take_card(struct gating *g, const char *card)
{
	const struct catalog_gating_texts *t = g->texts;

	if (!weigh_gating_of_card(card, strlen(card), &g->prompt))
		return;
	weigh_gating_prompt(&g->digested, g->prompt.data, g->prompt.len);
	if (t != NULL && t->prompt != NULL)
		t->prompt(t->ctx, g->prompt.data, g->prompt.len);
}

/* The revision that HEAD means, 0 if it means none; its card goes to `g`, if that is
 * not NULL. */
static enum weigh_code
read_head(struct db *db, const struct weigh_repo *repo, struct gating *g,
    int64_t *revision, struct weigh_gitid *commit, struct weigh_err *err)
{
	struct rows_key key = rows_key(repo);
	struct query q = query_begin(db, SQL_GATING_HEAD);

	*revision = 0;
	memset(commit, 0, sizeof(*commit));
	query_int(&q, repo->kind);
	query_text(&q, key.text);
	if (query_row(&q)) {
		*revision = sqlite3_column_int64(q.stmt, 0);
		*commit = query_column_gitid(&q, 1);
		if (g != NULL)
			take_card(g, query_column_text(&q, 2));
	}
	return query_end(&q, err);
}

static enum weigh_code
read_texts(struct db *db, struct gating *g, int64_t revision,
    struct weigh_err *err)
{
	const struct catalog_gating_texts *t = g->texts;
	struct query q = query_begin(db, SQL_GATING_TEXTS);

	query_int(&q, revision);
	while (query_row(&q)) {
		const char *path = query_column_text(&q, 0);
		const struct weigh_oid oid = query_column_oid(&q, 1);
		uint64_t size = query_column_size(&q, 2);

		if (!weigh_gating_is_text(path, size))
			continue;
		weigh_gating_text(&g->digested, path, &oid);
		if (t != NULL && t->text != NULL)
			t->text(t->ctx, path, &oid, size);
	}
	return query_end(&q, err);
}

static enum weigh_code
read_card(struct db *db, int64_t revision, struct weigh_oid *card,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_GATING_CARD);

	memset(card, 0, sizeof(*card));
	query_int(&q, revision);
	if (query_row(&q))
		*card = query_column_oid(&q, 0);
	return query_end(&q, err);
}

static enum weigh_code
read_gating(struct db *db, const struct weigh_repo *repo,
    const struct catalog_gating_texts *texts, struct catalog_gating *out,
    struct weigh_err *err)
{
	struct gating g = { .texts = texts };
	enum weigh_code rc;
	int64_t revision;

	weigh_buf_init(&g.digested, WEIGH_GATING_MAX);
	weigh_buf_init(&g.prompt, WEIGH_GATING_MAX);
	weigh_gating_begin(&g.digested);
	rc = read_head(db, repo, &g, &revision, &out->commit, err);
	if (rc == WEIGH_OK)
		rc = read_texts(db, &g, revision, err);
	if (rc == WEIGH_OK)
		rc = weigh_gating_end(&g.digested, &out->terms, err);
	if (rc == WEIGH_OK)
		rc = read_card(db, revision, &out->card, err);
	weigh_buf_free(&g.digested);
	weigh_buf_free(&g.prompt);
	return rc;
}

enum weigh_code
catalog_gating(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct catalog_gating_texts *texts, struct catalog_gating *out,
    struct weigh_err *err)
{
	return read_gating(&r->db, repo, texts, out, err);
}

enum weigh_code
catalog_gating_head(struct catalog_reader *r, const struct weigh_repo *repo,
    struct weigh_gitid *commit, struct weigh_err *err)
{
	int64_t revision;

	return read_head(&r->db, repo, NULL, &revision, commit, err);
}

/* --- writing ------------------------------------------------------------- */

enum weigh_code
catalog_own_consent(struct catalog *c, const struct weigh_repo *repo,
    const char *token, struct weigh_consent *out, struct weigh_err *err)
{
	return read_consent(&c->db, repo, token, out, err);
}

enum weigh_code
catalog_own_gating(struct catalog *c, const struct weigh_repo *repo,
    struct catalog_gating *out, struct weigh_err *err)
{
	return read_gating(&c->db, repo, NULL, out, err);
}

static void
bind_digest(struct query *q, bool there, const struct weigh_oid *oid)
{
	if (there)
		query_oid(q, oid);
	else
		query_null(q);
}

enum weigh_code
catalog_say_consent(struct catalog *c, const struct catalog_consent *said,
    struct weigh_err *err)
{
	struct rows_key key = rows_key(&said->repo);
	const struct weigh_consent *now = &said->now;
	enum weigh_code rc;
	struct query q;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	q = query_begin(&c->db, SQL_CONSENT_INSERT);
	query_int(&q, said->repo.kind);
	query_text(&q, key.text);
	query_text(&q, said->token);
	query_int(&q, said->act);
	query_text(&q, said->by);
	query_text(&q, said->why);
	query_int(&q, said->time);
	query_int(&q, now->ruling);
	bind_digest(&q, now->accepted, &now->terms);
	bind_digest(&q, now->accepted, &now->card);
	query_gitid(&q, &now->commit);
	return db_end(&c->db, query_run(&q, err), err);
}

static enum weigh_code
move_rows(struct db *db, const struct weigh_repo *repo,
    const struct weigh_repo *to, struct weigh_err *err)
{
	struct rows_key key = rows_key(repo), target = rows_key(to);
	struct query q = query_begin(db, SQL_CONSENTS_MOVE);

	query_int(&q, repo->kind);
	query_text(&q, key.text);
	query_text(&q, target.text);
	return query_run(&q, err);
}

static enum weigh_code
end_rows(struct db *db, const struct weigh_repo *repo,
    const struct weigh_repo *to, int64_t now, struct weigh_err *err)
{
	struct rows_key key = rows_key(repo);
	enum weigh_code rc = WEIGH_OK;
	struct query q;

	/* Another spelling is no other name. */
	if (to != NULL && strcmp(rows_key(to).text, key.text) == 0)
		return WEIGH_OK;
	if (to != NULL)
		rc = move_rows(db, repo, to, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_CONSENTS_END);
	query_int(&q, repo->kind);
	query_text(&q, key.text);
	query_text(&q,
	    to != NULL ? "the repository has another name" :
			 "the repository was deleted");
	query_int(&q, now);
	return query_run(&q, err);
}

enum weigh_code
catalog_end_consents(struct catalog *c, const struct weigh_repo *repo,
    const struct weigh_repo *to, int64_t now, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, end_rows(&c->db, repo, to, now, err), err);
}
