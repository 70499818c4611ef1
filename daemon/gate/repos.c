/* repos: repositories made, taken away, moved, shown.  See change.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/log.h"
#include "making.h"
#include "turn.h"

/* --- making ------------------------------------------------------------------------ */

/* A held one whose name is this, but for case; *there tells. */
static enum weigh_code
find_held(struct catalog_reader *reader, const struct weigh_repo *repo,
    struct weigh_repo *held, bool *there, struct weigh_err *err)
{
	enum weigh_code rc = catalog_find_repo(reader, repo, held, err);

	*there = rc == WEIGH_OK;
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

static enum weigh_code
check_free(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, struct weigh_err *err)
{
	struct weigh_repo held;
	bool there;
	enum weigh_code rc = find_held(reader, repo, &held, &there, err);

	if (rc == WEIGH_OK && there)
		rc = weigh_fail(err, WEIGH_EXISTS,
		    "the name is taken: '%s' is held here", held.name);
	if (rc == WEIGH_OK && repo_is_there(g->parts.repos, repo)) {
		rc = weigh_fail(err, WEIGH_EXISTS,
		    "the name is taken: a repository '%s' lies here that "
		    "cannot be read",
		    repo->name);
		weigh_fix(err,
		    "choose another name, or take it away: weigh rm");
	}
	return rc;
}

static making_step *const steps[] = {
	making_read_about,
	making_list_blobs,
	making_find_tip,
	making_find_fresh,
	making_intend,
	making_settle,
	making_write_commit,
	making_name_manifest,
	making_move_ref,
	making_admit,
};

/* The one file that it begins with. */
static enum weigh_code
first_file(struct making *m, struct store_writer **writer,
    struct weigh_err *err)
{
	struct store_blob blob;
	struct weigh_buf text;
	enum weigh_code rc = WEIGH_OK;

	weigh_buf_init(&text, MAKING_RULES_MAX);
	m->commit.files = calloc(1, sizeof(*m->commit.files));
	if (m->commit.files == NULL || !repo_attributes_default(&text))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK)
		rc = store_begin(m->gate->parts.store, text.len, writer, err);
	if (rc == WEIGH_OK)
		rc = store_append(*writer, text.data, text.len, err);
	if (rc == WEIGH_OK)
		rc = store_seal(*writer, NULL, &blob, err);
	weigh_buf_free(&text);
	if (rc != WEIGH_OK)
		return rc;
	m->commit.files[0] = (struct repo_file){
		.path = ".gitattributes",
		.size = blob.size,
		.oid = blob.oid,
		.mine = writer,
	};
	m->commit.nfiles = 1;
	return WEIGH_OK;
}

static enum weigh_code
create(struct gate *g, struct catalog_reader *reader, struct gate_creation *c,
    struct weigh_err *err)
{
	struct making m = {
		.gate = g,
		.reader = reader,
		.name = &c->repo,
		.message = "initial commit",
		.origin = c->who->origin,
		.visibility = c->visibility,
		.ref = "refs/heads/main",
		.commit = {
			.author = c->who->author,
			.email = c->who->email,
		},
	};
	struct store_writer *writer = NULL;
	enum weigh_code rc = check_free(g, reader, &c->repo, err);

	if (rc == WEIGH_OK)
		rc = first_file(&m, &writer, err);
	if (rc == WEIGH_OK)
		rc = making_run(&m, steps, sizeof(steps) / sizeof(steps[0]),
		    err);
	c->commit = m.commit.id;
	making_free(&m);
	store_abandon(writer);
	return rc;
}

enum weigh_code
gate_create(struct gate *g, struct catalog_reader *reader,
    struct gate_creation *c, struct weigh_err *err)
{
	enum weigh_code rc;

	gate_hold(g);
	rc = gate_tidy_held(g, reader, err);
	if (rc == WEIGH_OK)
		rc = create(g, reader, c, err);
	gate_release(g);
	return rc;
}

/* --- what happens to one that is there --------------------------------------------------- */

static enum weigh_code
run(struct turn *t,
    enum weigh_code (*check)(struct turn *t, struct weigh_err *err),
    struct weigh_err *err)
{
	enum weigh_code rc;

	gate_hold(t->gate);
	rc = gate_tidy_held(t->gate, t->reader, err);
	if (rc == WEIGH_OK)
		rc = check(t, err);
	if (rc == WEIGH_OK)
		rc = turn_run(t, err);
	gate_release(t->gate);
	return rc;
}

/* Known by this very name. */
static enum weigh_code
check_known(struct turn *t, struct weigh_err *err)
{
	int64_t created;

	return catalog_created(t->reader, &t->repo, &created, err);
}

/* --- deleting ----------------------------------------------------------------------------- */

struct search {
	const struct weigh_repo *repo;
	bool found;
};

static enum weigh_code
search_journal(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct search *s = ctx;
	struct audit_ledger *ledger = NULL;
	enum weigh_code rc = audit_ledger_read(g->parts.audit, &ledger, err);

	if (rc == WEIGH_OK)
		s->found = audit_ledger_knows(ledger, s->repo);
	audit_ledger_free(ledger);
	return rc;
}

/* Known to the catalog, or lying there, or only the journal has it still. */
static enum weigh_code
check_was_there(struct turn *t, struct weigh_err *err)
{
	struct search search = { .repo = &t->repo };
	struct weigh_err unknown = { .code = WEIGH_OK };
	enum weigh_code known = check_known(t, &unknown), rc;

	if (known == WEIGH_OK || repo_is_there(t->gate->parts.repos, &t->repo))
		return WEIGH_OK;
	rc = gate_on_writer(t->gate, search_journal, &search, err);
	if (rc != WEIGH_OK || search.found)
		return rc;
	if (err != NULL)
		*err = unknown;
	return known;
}

enum weigh_code
gate_delete_repo(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct gate_who *who,
    struct weigh_err *err)
{
	struct turn t = {
		.gate = g,
		.reader = reader,
		.verb = CATALOG_DELETE,
		.repo = *repo,
		.origin = who->origin,
	};
	struct weigh_err trouble = { .code = WEIGH_OK };
	enum weigh_code rc = run(&t, check_was_there, err);

	/* It is deleted; the next start sweeps what is left of it. */
	if (rc == WEIGH_OK &&
	    repo_sweep_aside(g->parts.repos, &trouble) != WEIGH_OK)
		log_event(LOG_WARN_LEVEL, "left-aside", "repo", repo->name,
		    "why", trouble.why, NULL);
	return rc;
}

/* --- moving, showing ---------------------------------------------------------------------------- */

static enum weigh_code
check_move(struct turn *t, struct weigh_err *err)
{
	struct weigh_repo held;
	enum weigh_code rc;
	bool there;

	if (t->repo.kind != t->target.kind ||
	    strcmp(t->repo.name, t->target.name) == 0)
		return weigh_fail(err, WEIGH_USAGE,
		    "a repository moves to another name of its kind");
	rc = check_known(t, err);
	if (rc == WEIGH_OK)
		rc = find_held(t->reader, &t->target, &held, &there, err);
	if (rc == WEIGH_OK && there && strcmp(held.name, t->repo.name) == 0)
		return WEIGH_OK; /* itself, spelled otherwise */
	return rc == WEIGH_OK ?
	    check_free(t->gate, t->reader, &t->target, err) :
	    rc;
}

enum weigh_code
gate_move_repo(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *from, const struct weigh_repo *to,
    const struct gate_who *who, struct weigh_err *err)
{
	struct turn t = {
		.gate = g,
		.reader = reader,
		.verb = CATALOG_MOVE,
		.repo = *from,
		.target = *to,
		.origin = who->origin,
	};

	return run(&t, check_move, err);
}

enum weigh_code
gate_set_visibility(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, enum weigh_visibility visibility,
    const struct gate_who *who, struct weigh_err *err)
{
	struct turn t = {
		.gate = g,
		.reader = reader,
		.verb = CATALOG_SHOW,
		.repo = *repo,
		.visibility = visibility,
		.origin = who->origin,
	};

	return run(&t, check_known, err);
}
