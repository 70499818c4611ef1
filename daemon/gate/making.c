/*
 * making: the lasting steps of a new revision, and what takes each back.
 *
 *     intend       what is about to happen        unintend
 *     settle       blobs get their names          delete those that are new
 *     repo_write   objects, no ref                (unreferenced; harmless)
 *     move_ref     git knows                      move it back
 *     admit        journal, then catalog know     withdraw the journal's line
 */
#include "making.h"

#include <stdio.h>
#include <stdlib.h>

#include "log/log.h"

/* --- intent, and taking back ---------------------------------------------------------------- */

static enum weigh_code
write_intent(struct gate *g, void *ctx, struct weigh_err *err)
{
	return catalog_intend(g->parts.catalog, ctx, err);
}

static enum weigh_code
forget_intent(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct catalog_intent *intent = ctx;

	return catalog_unintend(g->parts.catalog, intent->id, err);
}

enum weigh_code
making_intend(struct making *m, struct weigh_err *err)
{
	struct weigh_oid *oids = calloc(m->nblobs + 1, sizeof(*oids));
	enum weigh_code rc;
	size_t i;

	if (oids == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	m->intent.repo = *m->name;
	m->intent.old = m->from;
	snprintf(m->intent.ref, sizeof(m->intent.ref), "%s", m->ref);
	snprintf(m->intent.origin, sizeof(m->intent.origin), "%s", m->origin);
	for (i = 0; i < m->nblobs; i++)
		if (m->fresh[i])
			oids[m->intent.nblobs++] = m->blobs[i].oid;
	m->intent.blobs = oids;
	rc = gate_on_writer(m->gate, write_intent, &m->intent, err);
	m->intent.blobs = NULL;
	m->intended = rc == WEIGH_OK;
	free(oids);
	return rc;
}

/* A move that failed may have happened all the same, its sync being the last of
 * it; so look. */
static enum weigh_code
move_back(struct making *m, struct weigh_err *err)
{
	struct weigh_gitid now;
	enum weigh_code rc;

	rc = repo_ref(m->repo, m->ref, &now, NULL, err);
	if (rc == WEIGH_NOT_FOUND ||
	    (rc == WEIGH_OK && !weigh_gitid_equal(&now, &m->commit.id)))
		return WEIGH_OK;
	if (rc != WEIGH_OK)
		return rc;
	return repo_move_ref(m->repo, m->ref, &m->commit.id, &m->from, err);
}

static enum weigh_code
withdraw(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct making *m = ctx;

	return audit_withdraw(g->parts.audit, m->name, &m->commit.id, err);
}

/* The lasting steps, last first: as long as the journal's line stands, the ref
 * does too, and a start that finds both makes the revision whole. */
static enum weigh_code
undo(struct making *m, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	if (m->journaled)
		rc = gate_on_writer(m->gate, withdraw, m, err);
	if (rc == WEIGH_OK && m->moving)
		rc = move_back(m, err);
	for (i = 0; i < m->nblobs && rc == WEIGH_OK; i++)
		if (m->fresh[i])
			rc = store_delete(m->gate->parts.store,
			    &m->blobs[i].oid, err);
	if (rc == WEIGH_OK && m->created) {
		repo_close(m->repo);
		m->repo = NULL;
		rc = repo_remove(m->gate->parts.repos, m->name, err);
		if (rc == WEIGH_NOT_FOUND)
			rc = WEIGH_OK;
	}
	if (rc == WEIGH_OK)
		rc = gate_on_writer(m->gate, forget_intent, &m->intent, err);
	return rc;
}

/* What cannot be undone now is left to the next publication, which begins with
 * it, or to the next start: the intent is kept.  With the catalog in doubt nothing
 * may be undone: the next start may find the revision there. */
static void
take_back(struct making *m)
{
	struct weigh_err err;

	if (!m->intended)
		return;
	if (m->doubt) {
		log_event(LOG_WARN_LEVEL, "left-to-next-start", "repo",
		    m->name->name, "why", "the catalog is in doubt", NULL);
	} else if (undo(m, &err) != WEIGH_OK) {
		m->gate->unsettled = true;
		log_event(LOG_WARN_LEVEL, "left-unsettled", "repo",
		    m->name->name, "why", err.why, NULL);
	}
}

/* --- the whole ------------------------------------------------------------------ */

enum weigh_code
making_run(struct making *m, making_step *const *steps, size_t nsteps,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	for (i = 0; i < nsteps && rc == WEIGH_OK; i++)
		rc = steps[i](m, err);
	if (rc != WEIGH_OK)
		take_back(m);
	return rc;
}

void
making_free(struct making *m)
{
	repo_commit_free(&m->commit);
	repo_close(m->repo);
	free(m->commit.files);
	gate_about_free(&m->about);
	free(m->by_oid);
	free(m->blobs);
	free(m->fresh);
}
