/* turn: see turn.h. */
#include "turn.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "catalog/consents.h"
#include "gate/texts.h"
#include "log/log.h"

static const struct weigh_gitid none = { { 0 } };

/* --- refs ------------------------------------------------------------------------ */

/* Where the ref is now; WEIGH_OK and zeros if it is not there, in a repository that
 * can be read. */
static enum weigh_code
read_ref(struct turn *t, struct repo **repo, struct weigh_gitid *commit,
    struct weigh_gitid *object, struct weigh_err *err)
{
	enum weigh_code rc;

	*commit = *object = none;
	rc = repo_open(t->gate->parts.repos, &t->repo, false, repo, err);
	if (rc == WEIGH_NOT_FOUND)
		return WEIGH_IO; /* the catalog has it */
	if (rc == WEIGH_OK)
		rc = repo_ref(*repo, t->ref, commit, object, err);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

/* Move the ref, if it is at `from`. */
static enum weigh_code
move_ref(struct turn *t, const struct weigh_gitid *from,
    const struct weigh_gitid *to, struct weigh_err *err)
{
	struct weigh_gitid commit, object;
	struct repo *repo = NULL;
	enum weigh_code rc = read_ref(t, &repo, &commit, &object, err);

	if (rc == WEIGH_OK && weigh_gitid_equal(&object, from))
		rc = repo_move_ref(repo, t->ref, from, to, err);
	repo_close(repo);
	return rc;
}

static enum weigh_code
make_ref(struct turn *t, struct weigh_err *err)
{
	struct repo *repo = NULL;
	enum weigh_code rc;

	rc = repo_open(t->gate->parts.repos, &t->repo, false, &repo, err);
	t->object = t->commit;
	if (rc == WEIGH_OK && t->tag != NULL)
		rc = repo_write_tag(repo, t->tag, &t->object, err);
	if (rc == WEIGH_OK)
		rc = repo_move_ref(repo, t->ref, &t->from, &t->object, err);
	repo_close(repo);
	return rc;
}

static enum weigh_code
unmake_ref(struct turn *t, struct weigh_err *err)
{
	return weigh_gitid_is_zero(&t->object) ?
	    WEIGH_OK : /* it never came so far */
	    move_ref(t, &t->object, &t->from, err);
}

static enum weigh_code
find_made_ref(struct turn *t, bool *done, struct weigh_err *err)
{
	struct repo *repo = NULL;
	enum weigh_code rc = read_ref(t, &repo, &t->commit, &t->object, err);

	repo_close(repo);
	*done = !weigh_gitid_is_zero(&t->object) &&
	    !weigh_gitid_equal(&t->object, &t->from);
	return rc;
}

static enum weigh_code
note_made_ref(struct turn *t, struct weigh_err *err)
{
	enum catalog_ref_kind kind = CATALOG_BRANCH;
	const char *name = catalog_ref_short(t->ref, &kind);

	return catalog_set_ref(t->gate->parts.catalog, &t->repo, kind, name,
	    &t->commit, err);
}

static enum weigh_code
drop_ref(struct turn *t, struct weigh_err *err)
{
	struct weigh_gitid commit;
	struct repo *repo = NULL;
	enum weigh_code rc = read_ref(t, &repo, &commit, &t->object, err);

	if (rc == WEIGH_OK && !weigh_gitid_is_zero(&t->object))
		rc = repo_move_ref(repo, t->ref, &t->object, &none, err);
	repo_close(repo);
	return rc;
}

static enum weigh_code
undrop_ref(struct turn *t, struct weigh_err *err)
{
	return weigh_gitid_is_zero(&t->object) ?
	    WEIGH_OK :
	    move_ref(t, &none, &t->object, err);
}

static enum weigh_code
find_dropped_ref(struct turn *t, bool *done, struct weigh_err *err)
{
	struct weigh_gitid commit, object;
	struct repo *repo = NULL;
	enum weigh_code rc = read_ref(t, &repo, &commit, &object, err);

	repo_close(repo);
	*done = weigh_gitid_is_zero(&object);
	return rc;
}

static enum weigh_code
note_dropped_ref(struct turn *t, struct weigh_err *err)
{
	enum catalog_ref_kind kind = CATALOG_BRANCH;
	const char *name = catalog_ref_short(t->ref, &kind);

	return catalog_drop_ref(t->gate->parts.catalog, &t->repo, kind, name,
	    err);
}

/* --- a repository's end -------------------------------------------------------------- */

static enum weigh_code
set_aside(struct turn *t, struct weigh_err *err)
{
	return repo_set_aside(t->gate->parts.repos, &t->repo, err);
}

static enum weigh_code
bring_back(struct turn *t, struct weigh_err *err)
{
	return repo_bring_back(t->gate->parts.repos, &t->repo, err);
}

static enum weigh_code
find_deleted(struct turn *t, bool *done, struct weigh_err *err)
{
	(void)err;
	*done = !repo_is_there(t->gate->parts.repos, &t->repo);
	return WEIGH_OK;
}

static enum weigh_code
note_deleted(struct turn *t, struct weigh_err *err)
{
	enum weigh_code rc = catalog_delete(t->gate->parts.catalog, &t->repo,
	    err);

	return rc != WEIGH_OK ? rc :
				catalog_end_consents(t->gate->parts.catalog,
				    &t->repo, NULL, time(NULL), err);
}

/* --- another name ------------------------------------------------------------------------ */

/* The old name leads to it, the new one is no former one.  Again, it changes
 * nothing. */
static enum weigh_code
write_former(struct turn *t, struct weigh_err *err)
{
	struct repo_root *repos = t->gate->parts.repos;
	struct weigh_repofile facts;
	enum weigh_code rc = repo_read_facts(repos, &t->target, &facts, err);

	if (rc != WEIGH_OK)
		return rc;
	weigh_repofile_add(&facts, &t->repo);
	weigh_repofile_drop(&facts, &t->target);
	rc = repo_write_facts(repos, &t->target, &facts, err);
	weigh_repofile_free(&facts);
	return rc;
}

static enum weigh_code
move_repo(struct turn *t, struct weigh_err *err)
{
	struct repo_root *repos = t->gate->parts.repos;
	enum weigh_code rc = repo_read_facts(repos, &t->repo, &t->facts, err);

	if (rc == WEIGH_OK)
		rc = repo_rename(repos, &t->repo, &t->target, err);
	if (rc == WEIGH_OK)
		rc = write_former(t, err);
	return rc;
}

static enum weigh_code
find_moved(struct turn *t, bool *done, struct weigh_err *err)
{
	struct repo_root *repos = t->gate->parts.repos;

	*done = repo_is_there(repos, &t->target) &&
	    !repo_is_there(repos, &t->repo);
	return *done ? write_former(t, err) : WEIGH_OK;
}

static enum weigh_code
move_repo_back(struct turn *t, struct weigh_err *err)
{
	struct repo_root *repos = t->gate->parts.repos;
	enum weigh_code rc;

	if (repo_is_there(repos, &t->repo))
		return WEIGH_OK;
	rc = repo_write_facts(repos, &t->target, &t->facts, err);
	if (rc == WEIGH_OK)
		rc = repo_rename(repos, &t->target, &t->repo, err);
	return rc;
}

static enum weigh_code
note_moved(struct turn *t, struct weigh_err *err)
{
	struct catalog *catalog = t->gate->parts.catalog;
	enum weigh_code rc = catalog_move(catalog, &t->repo, &t->target, err);

	return rc != WEIGH_OK ? rc :
				catalog_end_consents(catalog, &t->repo,
				    &t->target, time(NULL), err);
}

/* --- who may see it -------------------------------------------------------------------------- */

static enum weigh_code
show(struct turn *t, struct weigh_err *err)
{
	struct repo_root *repos = t->gate->parts.repos;
	struct weigh_repofile facts;
	enum weigh_code rc = repo_read_facts(repos, &t->repo, &t->facts, err);

	if (rc != WEIGH_OK)
		return rc;
	t->read = true;
	facts = t->facts; /* what it points to stays t's */
	facts.visibility = t->visibility;
	return repo_write_facts(repos, &t->repo, &facts, err);
}

/* Facts that could not be read were not written, either. */
static enum weigh_code
unshow(struct turn *t, struct weigh_err *err)
{
	return !t->read ?
	    WEIGH_OK :
	    repo_write_facts(t->gate->parts.repos, &t->repo, &t->facts, err);
}

/* What the file says now is what the catalog must say, if it does not. */
static enum weigh_code
find_shown(struct turn *t, bool *done, struct weigh_err *err)
{
	enum weigh_visibility was = WEIGH_PUBLIC;
	struct weigh_repofile facts;
	struct weigh_repo held;
	enum weigh_code rc;

	rc = repo_read_facts(t->gate->parts.repos, &t->repo, &facts, err);
	if (rc == WEIGH_OK)
		rc = catalog_visibility(t->reader, &t->repo, &held, &was, err);
	if (rc == WEIGH_NOT_FOUND) {
		*done = false;
		weigh_repofile_free(&facts);
		return WEIGH_OK;
	}
	t->visibility = facts.visibility;
	*done = rc == WEIGH_OK && was != facts.visibility;
	weigh_repofile_free(&facts);
	return rc;
}

static enum weigh_code
note_shown(struct turn *t, struct weigh_err *err)
{
	return catalog_show(t->gate->parts.catalog, &t->repo, t->visibility,
	    err);
}

/* --- where it comes from, what is pinned ------------------------------------------------------- */

static enum weigh_code
keep(struct turn *t, struct weigh_err *err)
{
	struct repo_root *repos = t->gate->parts.repos;
	enum weigh_code rc = repo_read_facts(repos, &t->repo, &t->facts, err);

	t->read = rc == WEIGH_OK;
	if (rc == WEIGH_OK)
		rc = repo_write_facts(repos, &t->repo, t->keep, err);
	return rc;
}

/* Old or new, the catalog shall say the same as the file; which takes nothing if it
 * does. */
static enum weigh_code
find_kept(struct turn *t, bool *done, struct weigh_err *err)
{
	*done = repo_is_there(t->gate->parts.repos, &t->repo);
	t->keep = &t->facts;
	return *done ?
	    repo_read_facts(t->gate->parts.repos, &t->repo, &t->facts, err) :
	    WEIGH_OK;
}

static enum weigh_code
note_kept(struct turn *t, struct weigh_err *err)
{
	return gate_note_facts(t->gate->parts.catalog, &t->repo, t->keep, err);
}

/* --- the verbs --------------------------------------------------------------------------------- */

typedef enum weigh_code turn_step(struct turn *t, struct weigh_err *err);

static const struct verb {
	enum audit_event event;
	turn_step *act;  /* the step that lasts */
	turn_step *back; /* takes it back, however far it came */
	/* At a start: was it done?  Fills in what the journal is to say. */
	enum weigh_code (*find)(struct turn *t, bool *done,
	    struct weigh_err *err);
	turn_step *note; /* in the catalog, within a transaction */
	bool silent;     /* no line for the journal; `event` is nothing */
} verbs[CATALOG_VERBS] = {
	[CATALOG_MAKE_REF] = { AUDIT_MAKE_REF, make_ref, unmake_ref,
	    find_made_ref, note_made_ref, false },
	[CATALOG_DROP_REF] = { AUDIT_DROP_REF, drop_ref, undrop_ref,
	    find_dropped_ref, note_dropped_ref, false },
	[CATALOG_DELETE] = { AUDIT_DELETE, set_aside, bring_back, find_deleted,
	    note_deleted, false },
	[CATALOG_MOVE] = { AUDIT_MOVE, move_repo, move_repo_back, find_moved,
	    note_moved, false },
	[CATALOG_SHOW] = { AUDIT_SHOW, show, unshow, find_shown, note_shown,
	    false },
	[CATALOG_KEEP] = { AUDIT_EVENTS, keep, unshow, find_kept, note_kept,
	    true },
};

/* --- intent, journal, catalog -------------------------------------------------------------------- */

static enum weigh_code
write_intent(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct turn *t = ctx;
	struct catalog_intent intent = {
		.verb = t->verb,
		.repo = t->repo,
		.old = t->verb == CATALOG_DROP_REF ? t->commit : t->from,
		.target = t->target,
	};
	enum weigh_code rc;

	memcpy(intent.ref, t->ref, sizeof(intent.ref));
	snprintf(intent.origin, sizeof(intent.origin), "%s", t->origin);
	rc = catalog_intend(g->parts.catalog, &intent, err);
	t->intent = intent.id;
	return rc;
}

static enum weigh_code
forget_intent(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct turn *t = ctx;

	return catalog_unintend(g->parts.catalog, t->intent, err);
}

static struct audit_entry
entry_of(const struct turn *t)
{
	return (struct audit_entry){
		.event = verbs[t->verb].event,
		.time = time(NULL),
		.repo = &t->repo,
		.ref = t->ref,
		.revision = t->commit,
		.target = &t->target,
		.visibility = t->visibility,
		.origin = t->origin,
	};
}

static enum weigh_code
write_turn(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct turn *t = ctx;
	struct audit_entry entry = entry_of(t);
	enum weigh_code rc = WEIGH_OK;

	if (!t->said && !verbs[t->verb].silent)
		rc = audit_append(g->parts.audit, &entry, err);
	t->journaled = rc == WEIGH_OK && !verbs[t->verb].silent;
	if (rc == WEIGH_OK)
		rc = catalog_begin(g->parts.catalog, err);
	if (rc == WEIGH_OK) {
		rc = verbs[t->verb].note(t, err);
		if (rc == WEIGH_OK)
			rc = forget_intent(g, t, err);
		rc = catalog_end(g->parts.catalog, rc, err);
	}
	t->doubt = catalog_in_doubt(g->parts.catalog) ||
	    audit_in_doubt(g->parts.audit);
	gate_changed(g);
	gate_read_texts(g); /* what was made from it may wait for a record */
	return rc;
}

/* --- the whole --------------------------------------------------------------------------------------- */

/* (1) */
static void
take_back(struct turn *t)
{
	struct weigh_err err = { .code = WEIGH_OK };
	enum weigh_code rc;

	if (t->intent == 0)
		return;
	if (t->doubt) {
		log_event(LOG_WARN_LEVEL, "left-to-next-start", "repo",
		    t->repo.name, "why", "the catalog is in doubt", NULL);
		return;
	}
	if (t->journaled) {
		t->gate->unsettled = true;
		log_event(LOG_WARN_LEVEL, "left-unsettled", "repo",
		    t->repo.name, "why", "the catalog could not be written",
		    NULL);
		return;
	}
	rc = verbs[t->verb].back(t, &err);
	if (rc == WEIGH_OK)
		rc = gate_on_writer(t->gate, forget_intent, t, &err);
	if (rc == WEIGH_OK)
		return;
	t->gate->unsettled = true;
	log_event(LOG_WARN_LEVEL, "left-unsettled", "repo", t->repo.name, "why",
	    err.why, NULL);
}

enum weigh_code
turn_run(struct turn *t, struct weigh_err *err)
{
	enum weigh_code rc = gate_on_writer(t->gate, write_intent, t, err);

	if (rc == WEIGH_OK)
		rc = verbs[t->verb].act(t, err);
	if (rc == WEIGH_OK)
		rc = gate_on_writer(t->gate, write_turn, t, err);
	if (rc != WEIGH_OK)
		take_back(t);
	weigh_repofile_free(&t->facts);
	return rc;
}

enum weigh_code
turn_settle(struct gate *g, struct catalog_reader *reader,
    const struct catalog_intent *intent, bool *finished, struct weigh_err *err)
{
	struct turn t = {
		.gate = g,
		.reader = reader,
		.verb = intent->verb,
		.repo = intent->repo,
		.commit = intent->old,
		.from = intent->old,
		.target = intent->target,
		.origin = intent->origin,
		.intent = intent->id,
	};
	struct audit_entry entry;
	enum weigh_code rc;

	*finished = false;
	if ((unsigned)intent->verb >= CATALOG_VERBS ||
	    verbs[intent->verb].find == NULL)
		return weigh_fail(err, WEIGH_BUG, "an intent of no known kind");
	memcpy(t.ref, intent->ref, sizeof(t.ref));
	rc = verbs[t.verb].find(&t, finished, err);
	if (rc != WEIGH_OK)
		return rc;
	if (!*finished)
		return forget_intent(g, &t, err);
	entry = entry_of(&t);
	if (!verbs[t.verb].silent)
		rc = audit_said(g->parts.audit, &entry, &t.said, err);
	if (rc == WEIGH_OK)
		rc = write_turn(g, &t, err);
	weigh_repofile_free(&t.facts);
	/* A catalog that knows no such repository learns it from git. */
	return rc == WEIGH_NOT_FOUND ? forget_intent(g, &t, err) : rc;
}
