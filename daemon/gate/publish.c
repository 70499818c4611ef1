/*
 * publish: sealed files become a revision.  See gate.h.
 *
 * The order of lasting steps, and what takes each back:
 *
 *     intend       what is about to happen        unintend
 *     settle       blobs get their names          delete those that are new
 *     repo_write   objects, no ref                (unreferenced; harmless)
 *     move_ref     git knows                      move it back
 *     admit        journal, then catalog know     withdraw the journal's line
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/log.h"
#include "making.h"

/* --- may it? ----------------------------------------------------------------- */

/* Which ref of the repository stands in the way of a branch? */
struct obstacle {
	const char *branch;
	bool found;
	enum catalog_ref_kind kind;
	char name[WEIGH_REV_MAX + 1];
};

/* Does `inner` lie below `outer`?  Git keeps one as a folder and the other as a
 * file, so it cannot have both. */
static bool
is_below(const char *inner, const char *outer)
{
	size_t len = strlen(outer);

	return strncmp(inner, outer, len) == 0 && inner[len] == '/';
}

static void
look_for_obstacle(void *ctx, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit)
{
	struct obstacle *o = ctx;

	(void)commit;
	if (kind == CATALOG_TAG ?
		strcmp(name, o->branch) != 0 :
		!is_below(name, o->branch) && !is_below(o->branch, name))
		return;
	o->found = true;
	o->kind = kind;
	snprintf(o->name, sizeof(o->name), "%s", name);
}

static enum weigh_code
check_branch(struct catalog_reader *reader, const struct weigh_repo *repo,
    const char *branch, struct weigh_err *err)
{
	struct obstacle o = { .branch = branch };
	enum weigh_code rc;

	rc = catalog_refs(reader, repo, look_for_obstacle, &o, err);
	if (rc != WEIGH_OK || !o.found)
		return rc;
	if (o.kind == CATALOG_TAG)
		return weigh_fail(err, WEIGH_EXISTS,
		    "the name is taken: '%s' is a tag of '%s', and tags do not "
		    "move",
		    branch, repo->name);
	return weigh_fail(err, WEIGH_EXISTS,
	    "the name is taken: '%s' has a branch '%s', and no branch can lie "
	    "below another",
	    repo->name, o.name);
}

enum weigh_code
gate_may_publish(struct catalog_reader *reader, const struct weigh_repo *repo,
    const char *branch, struct weigh_err *err)
{
	struct weigh_repo held;
	enum weigh_code rc;

	rc = catalog_find_repo(reader, repo, &held, err);
	if (rc == WEIGH_NOT_FOUND)
		return WEIGH_OK;
	if (rc != WEIGH_OK)
		return rc;
	if (strcmp(held.name, repo->name) == 0)
		return check_branch(reader, repo, branch, err);
	rc = weigh_fail(err, WEIGH_EXISTS,
	    "the name is taken: '%s' is held here, and names that differ only "
	    "in case are one name",
	    held.name);
	weigh_fix(err, "publish as '%s', or choose another name", held.name);
	return rc;
}

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

static enum weigh_code
intend(struct making *m, struct weigh_err *err)
{
	struct weigh_oid *oids = calloc(m->nblobs, sizeof(*oids));
	enum weigh_code rc;
	size_t i;

	if (oids == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	m->intent.repo = m->p->repo;
	m->intent.old = m->commit.parent;
	snprintf(m->intent.ref, sizeof(m->intent.ref), "%s", m->ref);
	snprintf(m->intent.origin, sizeof(m->intent.origin), "%s",
	    m->p->origin);
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

	rc = repo_ref(m->repo, m->ref, &now, err);
	if (rc == WEIGH_NOT_FOUND ||
	    (rc == WEIGH_OK && !weigh_gitid_equal(&now, &m->commit.id)))
		return WEIGH_OK;
	if (rc != WEIGH_OK)
		return rc;
	return repo_move_ref(m->repo, m->ref, &m->commit.id, &m->commit.parent,
	    err);
}

static enum weigh_code
withdraw(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct making *m = ctx;

	return audit_withdraw(g->parts.audit, &m->p->repo, &m->commit.id, err);
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
		rc = repo_remove(m->gate->parts.repos, &m->p->repo, err);
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
		    m->p->repo.name, "why", "the catalog is in doubt", NULL);
	} else if (undo(m, &err) != WEIGH_OK) {
		m->gate->unsettled = true;
		log_event(LOG_WARN_LEVEL, "left-unsettled", "repo",
		    m->p->repo.name, "why", err.why, NULL);
	}
}

/* --- the whole ---------------------------------------------------------------------------------- */

/* In the order in which they must last; the first failure ends it. */
static enum weigh_code (*const steps[])(struct making *m,
    struct weigh_err *err) = {
	making_list_files,
	making_list_blobs,
	making_find_tip,
	making_find_fresh,
	intend,
	making_settle,
	making_write_commit,
	making_name_manifest,
	making_move_ref,
	making_admit,
};

static enum weigh_code
publish(struct gate *g, struct catalog_reader *reader,
    struct gate_publication *p, struct weigh_err *err)
{
	struct making m = { .gate = g, .reader = reader, .p = p };
	enum weigh_code rc;
	size_t i;

	rc = gate_may_publish(reader, &p->repo, p->branch, err);
	if (rc != WEIGH_OK)
		return rc;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && rc == WEIGH_OK; i++)
		rc = steps[i](&m, err);
	if (rc != WEIGH_OK)
		take_back(&m);
	repo_commit_free(&m.commit);
	repo_close(m.repo);
	free(m.commit.files);
	free(m.by_oid);
	gate_about_free(&m.about);
	free(m.blobs);
	free(m.fresh);
	return rc;
}

enum weigh_code
gate_publish(struct gate *g, struct catalog_reader *reader,
    struct gate_publication *p, struct weigh_err *err)
{
	enum weigh_code rc;

	pthread_mutex_lock(&g->publishing);
	rc = gate_tidy_held(g, reader, err);
	if (rc == WEIGH_OK)
		rc = publish(g, reader, p, err);
	pthread_mutex_unlock(&g->publishing);
	return rc;
}
