/*
 * recover: what a start does about the last run's end.  See gate.h.
 *
 * An intent whose ref has moved is finished from what git holds; one whose ref has
 * not is taken back.  What cannot be done because a repository cannot be read is
 * said, and left: the others are served.
 */
#include <stdio.h>
#include <string.h>

#include "log/log.h"
#include "turn.h"

/* --- intents ---------------------------------------------------------------------- */

struct recovery {
	struct gate *gate;
	struct catalog_reader *reader;
	const struct catalog_intent *intent;
	struct repo *repo;
	bool back;   /* take back also what could be finished */
	bool ours;   /* a failure lies with catalog, journal or store */
	bool again;  /* an earlier start did not come to its end */
	bool behind; /* the journal knows revisions that the catalog does not */
	unsigned restored;
	struct audit_ledger *ledger; /* read when it is needed */
	struct gate_readmission readmission;
};

/* Of a history, admit only its last commit. */
struct tip {
	struct recovery *r;
	struct weigh_gitid id;
};

/* The revision and what its repository says of it, together. */
static enum weigh_code
admit_found(struct gate *g, struct gate_found *c, struct weigh_err *err)
{
	struct catalog *catalog = g->parts.catalog;
	enum weigh_code rc = catalog_begin(catalog, err);

	if (rc != WEIGH_OK) {
		c->ours = true;
		return rc;
	}
	if ((rc = gate_admit_commit(g, c, err)) == WEIGH_OK &&
	    (rc = gate_note_facts(catalog, c->name, c->facts, err)) != WEIGH_OK)
		c->ours = true;
	return catalog_end(catalog, rc, err);
}

static enum weigh_code
finish_tip(void *ctx, const struct repo_history *h, struct weigh_err *err)
{
	struct tip *tip = ctx;
	const struct catalog_intent *intent = tip->r->intent;
	struct gate_found c = {
		.name = &intent->repo,
		.repo = tip->r->repo,
		.history = h,
		.ref = intent->ref,
		.origin = intent->origin,
		.intent = intent->id,
	};
	enum catalog_ref_kind kind;
	struct weigh_repofile facts;
	enum weigh_code rc;

	if (!weigh_gitid_equal(&h->id, &tip->id))
		return WEIGH_OK;
	rc = repo_read_facts(tip->r->gate->parts.repos, &intent->repo, &facts,
	    err);
	if (rc != WEIGH_OK)
		return rc;
	if (catalog_ref_short(c.ref, &kind) == NULL)
		c.ref = NULL;
	c.facts = &facts;
	tip->r->restored++;
	rc = admit_found(tip->r->gate, &c, err);
	tip->r->ours = c.ours;
	weigh_repofile_free(&facts);
	return rc;
}

/* Does the catalog know all that the journal admitted?  One that was laid back from
 * a copy does not: then others may name what it thinks is nobody's. */
static enum weigh_code
look_for_unknown(void *ctx, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, struct weigh_err *err)
{
	struct recovery *r = ctx;
	bool held;
	enum weigh_code rc = catalog_holds(r->gate->parts.catalog, repo,
	    revision, &held, err);

	r->behind = r->behind || (rc == WEIGH_OK && !held);
	return rc;
}

static enum weigh_code
find_behind(struct recovery *r, struct weigh_err *err)
{
	struct audit_ledger *ledger = NULL;
	enum weigh_code rc;

	if (r->intent->nblobs == 0)
		return WEIGH_OK;
	rc = audit_ledger_read(r->gate->parts.audit, &ledger, err);
	if (rc == WEIGH_OK)
		rc = audit_ledger_each(ledger, look_for_unknown, r, err);
	audit_ledger_free(ledger);
	return rc;
}

/* No row names these blobs: nobody was told of them.  If that is not sure, they are
 * left to gc. */
static enum weigh_code
take_back(struct recovery *r, struct weigh_err *err)
{
	const struct catalog_intent *intent = r->intent;
	struct catalog_blob blob;
	enum catalog_blob_state state;
	enum weigh_code rc = find_behind(r, err);
	size_t i;

	for (i = 0; i < intent->nblobs && rc == WEIGH_OK && !r->behind; i++) {
		rc = catalog_known_blob(r->reader, &intent->blobs[i], &blob,
		    &state, err);
		if (rc == WEIGH_NOT_FOUND)
			rc = store_delete(r->gate->parts.store,
			    &intent->blobs[i], err);
	}
	if (rc == WEIGH_OK)
		rc = catalog_unintend(r->gate->parts.catalog, intent->id, err);
	return rc;
}

/* Where the ref of an intent is now; zero: nowhere. */
static enum weigh_code
find_tip(struct recovery *r, struct tip *tip, struct weigh_err *err)
{
	const struct catalog_intent *intent = r->intent;
	enum weigh_code rc;

	if (!repo_is_there(r->gate->parts.repos, &intent->repo))
		return WEIGH_OK;
	rc = repo_open(r->gate->parts.repos, &intent->repo, false, &r->repo,
	    err);
	if (rc == WEIGH_OK)
		rc = repo_ref(r->repo, intent->ref, &tip->id, NULL, err);
	/* Never made, or without the branch: nothing moved. */
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

static enum weigh_code
settle(struct recovery *r, bool *moved, struct weigh_err *err)
{
	struct tip tip = { .r = r };
	enum weigh_code rc = find_tip(r, &tip, err);

	*moved = !weigh_gitid_is_zero(&tip.id) &&
	    !weigh_gitid_equal(&tip.id, &r->intent->old);
	if (rc == WEIGH_OK && *moved && r->back) {
		rc = audit_withdraw(r->gate->parts.audit, &r->intent->repo,
		    &tip.id, err);
		if (rc == WEIGH_OK)
			rc = repo_move_ref(r->repo, r->intent->ref, &tip.id,
			    &r->intent->old, err);
		*moved = false;
	}
	if (rc != WEIGH_OK)
		return rc;
	if (*moved)
		return repo_each_commit(r->repo, &tip.id, finish_tip, &tip,
		    err);
	r->ours = true;
	return take_back(r, err);
}

static enum weigh_code
settle_intent(void *ctx, const struct catalog_intent *intent,
    struct weigh_err *err)
{
	struct recovery *r = ctx;
	struct weigh_err trouble = { .code = WEIGH_OK };
	bool moved = false;
	enum weigh_code rc;

	if (intent->verb == CATALOG_COMMIT && intent->ref[0] == '\0') {
		r->again = true;
		return catalog_unintend(r->gate->parts.catalog, intent->id,
		    err);
	}
	r->intent = intent;
	r->repo = NULL;
	r->ours = r->back; /* at a start only, others go on */
	if (intent->verb == CATALOG_COMMIT) {
		rc = settle(r, &moved, &trouble);
	} else if (intent->verb == CATALOG_ACT) {
		rc = gate_settle_act(r->gate, intent, &trouble);
		moved = rc == WEIGH_OK;
	} else {
		rc = turn_settle(r->gate, r->reader, intent, &moved, &trouble);
	}
	repo_close(r->repo);
	if (rc != WEIGH_OK && r->ours) {
		if (err != NULL)
			*err = trouble;
		return weigh_context(err, rc,
		    "cannot settle what was begun for '%s'", intent->repo.name);
	}
	log_event(rc != WEIGH_OK ? LOG_ERROR_LEVEL : LOG_INFO_LEVEL,
	    rc != WEIGH_OK ? "unsettled" :
		moved      ? "finished" :
			     "taken-back",
	    "repo", intent->repo.name, "ref", intent->ref, "why",
	    rc != WEIGH_OK ? trouble.why : NULL, NULL);
	return WEIGH_OK;
}

static void
tell_unswept(void *ctx, const struct weigh_repo *name,
    const struct weigh_err *err)
{
	char text[WEIGH_REPO_TEXT];

	(void)ctx;
	weigh_repo_text(name, text);
	log_event(LOG_ERROR_LEVEL, "repository-unreadable", "name", text, "why",
	    err->why, NULL);
}

/* Neither catalog nor journal knows a revision of it: then it has no ref because
 * it was taken back, or never got one.  Else its refs were lost. */
static bool
is_unclaimed(void *ctx, const struct weigh_repo *name)
{
	struct recovery *r = ctx;
	struct audit_ledger *ledger = NULL;
	struct weigh_repo held;
	bool known;

	if (catalog_find_repo(r->reader, name, &held, NULL) !=
		WEIGH_NOT_FOUND ||
	    audit_ledger_read(r->gate->parts.audit, &ledger, NULL) != WEIGH_OK)
		return false;
	known = audit_ledger_knows(ledger, name);
	audit_ledger_free(ledger);
	return !known;
}

/* What is left of deleted repositories is nobody's, but may stay. */
static void
sweep_aside(struct recovery *r)
{
	struct weigh_err trouble = { .code = WEIGH_OK };

	if (repo_sweep_aside(r->gate->parts.repos, &trouble) != WEIGH_OK)
		log_event(LOG_WARN_LEVEL, "left-aside", "why", trouble.why,
		    NULL);
}

static enum weigh_code
sweep(struct recovery *r, struct weigh_err *err)
{
	const struct repo_sweeping how = { is_unclaimed, tell_unswept, r };

	sweep_aside(r);
	return repo_root_sweep(r->gate->parts.repos, &how, err);
}

/* Locks that could not be removed go first; a repository that is left without a
 * ref goes last. */
static enum weigh_code
settle_now(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct recovery r = { .gate = g, .reader = ctx, .back = true };
	enum weigh_code rc;

	if (catalog_in_doubt(g->parts.catalog)) {
		weigh_fail(err, WEIGH_IO, "the catalog is in doubt");
		weigh_fix(err, "check the disk, then restart weighd");
		return WEIGH_IO;
	}
	rc = sweep(&r, err);
	if (rc == WEIGH_OK)
		rc = catalog_intents(g->parts.catalog, settle_intent, &r, err);
	if (rc == WEIGH_OK)
		rc = sweep(&r, err);
	return rc;
}

enum weigh_code
gate_settle(struct gate *g, struct catalog_reader *reader,
    struct weigh_err *err)
{
	enum weigh_code rc = gate_on_writer(g, settle_now, reader, err);

	g->unsettled = rc != WEIGH_OK;
	return rc;
}

enum weigh_code
gate_tidy_held(struct gate *g, struct catalog_reader *reader,
    struct weigh_err *err)
{
	return g->unsettled ? gate_settle(g, reader, err) : WEIGH_OK;
}

enum weigh_code
gate_tidy(struct gate *g, struct catalog_reader *reader, struct weigh_err *err)
{
	enum weigh_code rc;

	gate_hold(g);
	rc = gate_tidy_held(g, reader, err);
	gate_release(g);
	return rc;
}

/* --- repositories that the catalog does not know --------------------------------- */

static void
tell_odd(void *ctx, enum gate_odd kind, const char *name, const char *why)
{
	static const char *const events[GATE_ODDS] = {
		[GATE_ODD_UNREADABLE] = "repository-hidden",
		[GATE_ODD_LOST] = "revision-lost",
		[GATE_ODD_MISSING] = "blob-missing",
		[GATE_ODD_BAD] = "blob-bad",
	};

	(void)ctx;
	log_event(LOG_ERROR_LEVEL, events[kind], "name", name, "why", why,
	    NULL);
}

/* One that could not be read when the catalog was made again, and now can. */
static enum weigh_code
adopt_repo(void *ctx, const struct weigh_repo *name, struct weigh_err *err)
{
	struct recovery *r = ctx;
	struct gate_readmission *m = &r->readmission;
	struct weigh_err trouble = { .code = WEIGH_OK };
	char text[WEIGH_REPO_TEXT];
	struct weigh_repo held;
	enum weigh_code rc;

	rc = catalog_find_repo(r->reader, name, &held, err);
	if (rc != WEIGH_NOT_FOUND)
		return rc;
	if (r->ledger == NULL) {
		rc = audit_ledger_read(r->gate->parts.audit, &r->ledger, err);
		if (rc != WEIGH_OK)
			return rc;
		m->gate = r->gate;
		m->ledger = r->ledger;
	}
	if ((rc = gate_readmit(m, name, &trouble)) == WEIGH_OK)
		return WEIGH_OK;
	if (m->ours) {
		if (err != NULL)
			*err = trouble;
		return rc;
	}
	weigh_repo_text(name, text);
	tell_odd(NULL, GATE_ODD_UNREADABLE, text, trouble.why);
	return WEIGH_OK;
}

/* Of those that were adopted also what no ref leads to. */
static enum weigh_code
adopt_lost(void *ctx, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, struct weigh_err *err)
{
	struct recovery *r = ctx;
	bool held;

	return gate_readmit_lost(&r->readmission, repo, revision, &held, err);
}

/* Known or not, each is looked up; those that are not known are admitted, all in
 * one transaction. */
static enum weigh_code
adopt(struct recovery *r, struct weigh_err *err)
{
	const struct gate_parts *parts = &r->gate->parts;
	enum weigh_code rc = catalog_begin(parts->catalog, err);

	if (rc != WEIGH_OK)
		return rc;
	rc = repo_root_each(parts->repos, adopt_repo, r, err);
	if (rc == WEIGH_OK && r->ledger != NULL)
		rc = audit_ledger_each(r->ledger, adopt_lost, r, err);
	if (rc == WEIGH_OK && r->ledger != NULL)
		rc = audit_sync(parts->audit, err);
	rc = catalog_end(parts->catalog, rc, err);
	r->restored += (unsigned)r->readmission.revisions;
	audit_ledger_free(r->ledger);
	return rc;
}

static enum weigh_code
make_again(struct recovery *r, struct weigh_err *err)
{
	struct gate_again again = { .tell = tell_odd };
	enum weigh_code rc = gate_again(r->gate, &again, err);

	r->restored += (unsigned)again.revisions;
	return rc;
}

enum weigh_code
gate_recover(struct gate *g, struct catalog_reader *reader, unsigned *restored,
    struct weigh_err *err)
{
	struct recovery r = { .gate = g, .reader = reader };
	struct catalog_totals totals = { 0 };
	enum weigh_code rc;
	bool lost;

	rc = catalog_intents(g->parts.catalog, settle_intent, &r, err);
	if (rc == WEIGH_OK)
		rc = sweep(&r, err);
	if (rc == WEIGH_OK)
		rc = catalog_totals(reader, &totals, err);
	/* One without repositories may know what was received for the first. */
	lost = totals.repos == 0 && totals.blobs == 0;
	if (rc == WEIGH_OK)
		rc = lost || r.again ? make_again(&r, err) : adopt(&r, err);
	*restored = r.restored;
	return rc;
}
