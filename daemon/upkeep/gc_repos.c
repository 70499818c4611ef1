/* gc_repos: what git and the journal know, and git objects.  See gc.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gc_priv.h"

static void
tell_repository(struct gc *gc, const struct weigh_repo *repo, const char *why)
{
	char text[WEIGH_REPO_TEXT];
	const struct gc_item item = {
		.kind = GC_REPOSITORY,
		.fate = GC_ODD,
		.name = text,
		.count = 1,
		.why = why,
	};

	weigh_repo_text(repo, text);
	gc_tell(gc, &item);
}

static enum weigh_code
is_known(struct gc *gc, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, bool *known, struct weigh_err *err)
{
	char rev[WEIGH_GITID_HEX + 1];
	struct weigh_gitid found;
	enum weigh_code rc;
	bool repo_known;

	weigh_gitid_hex(commit, rev);
	rc = catalog_resolve(gc->reader, repo, rev, &found, &repo_known, err);
	*known = rc == WEIGH_OK;
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

/* --- are all revisions known? (2) ----------------------------------------------- */

struct survey {
	struct gc *gc;
	const struct weigh_repo *repo;
	char unknown[WEIGH_REV_MAX + 16]; /* a commit, or a ref, or "" */
};

static enum weigh_code
look_at_commit(void *ctx, const struct weigh_gitid *commit,
    struct weigh_err *err)
{
	struct survey *s = ctx;
	bool known;
	enum weigh_code rc = is_known(s->gc, s->repo, commit, &known, err);

	if (rc == WEIGH_OK && !known)
		weigh_gitid_hex(commit, s->unknown);
	return rc;
}

/* If it is a ref's own commit that is not known, its name tells more. */
static enum weigh_code
look_at_ref(void *ctx, const char *ref, const struct weigh_gitid *id,
    struct weigh_err *err)
{
	struct survey *s = ctx;
	bool known;
	enum weigh_code rc = is_known(s->gc, s->repo, id, &known, err);

	if (rc == WEIGH_OK && !known)
		snprintf(s->unknown, sizeof(s->unknown), "%s", ref);
	return rc;
}

static enum weigh_code
survey_repo(void *ctx, const struct weigh_repo *repo, struct weigh_err *err)
{
	struct gc *gc = ctx;
	struct survey s = { .gc = gc, .repo = repo };
	struct weigh_err trouble = { .code = WEIGH_OK };
	struct repo *r = NULL;
	struct repo_root *repos = gate_parts_of(gc->gate)->repos;
	enum weigh_code rc = gc_go_on(gc, err);
	char why[400];
	bool there;

	if (rc != WEIGH_OK)
		return rc;
	gate_hold(gc->gate); /* between ref and catalog nobody is now */
	there = repo_is_there(repos, repo);
	rc = repo_open(repos, repo, false, &r, &trouble);
	if (rc == WEIGH_OK)
		rc = repo_each_reached(r, look_at_commit, &s, &trouble);
	if (rc == WEIGH_OK && s.unknown[0] != '\0')
		rc = repo_each_ref(r, look_at_ref, &s, &trouble);
	repo_close(r);
	gate_release(gc->gate);
	if (!there)
		return WEIGH_OK; /* listed, and then taken back */
	if (rc != WEIGH_OK)
		snprintf(why, sizeof(why), "it cannot be read: %.300s",
		    trouble.why);
	else if (s.unknown[0] != '\0')
		snprintf(why, sizeof(why), "the catalog does not know its '%s'",
		    s.unknown);
	else
		return WEIGH_OK;
	gc->unsure = true;
	tell_repository(gc, repo, why);
	return WEIGH_OK;
}

/* Is it a repository of which the journal knows more than the catalog? */
static bool
is_lost(const struct gc *gc, const struct weigh_repo *repo)
{
	for (size_t i = 0; i < gc->nlost; i++)
		if (gc->lost[i].kind == repo->kind &&
		    strcmp(gc->lost[i].name, repo->name) == 0)
			return true;
	return false;
}

static enum weigh_code
remember_lost(struct gc *gc, const struct weigh_repo *repo,
    struct weigh_err *err)
{
	struct weigh_repo *more;

	if (is_lost(gc, repo))
		return WEIGH_OK;
	more = reallocarray(gc->lost, gc->nlost + 1, sizeof(*more));
	if (more == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	gc->lost = more;
	gc->lost[gc->nlost++] = *repo;
	return WEIGH_OK;
}

static enum weigh_code
look_at_admitted(void *ctx, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, struct weigh_err *err)
{
	char hex[WEIGH_GITID_HEX + 1], why[200];
	struct gc *gc = ctx;
	bool known;
	enum weigh_code rc = is_known(gc, repo, revision, &known, err);

	if (rc != WEIGH_OK || known)
		return rc;
	gc->unsure = true;
	weigh_gitid_hex(revision, hex);
	snprintf(why, sizeof(why),
	    "the journal admitted %s, which is not in the catalog", hex);
	tell_repository(gc, repo, why);
	return remember_lost(gc, repo, err);
}

static enum weigh_code
read_ledger(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	(void)catalog;
	return audit_ledger_read(audit, ctx, err);
}

enum weigh_code
gc_survey(struct gc *gc, struct weigh_err *err)
{
	struct audit_ledger *ledger = NULL;
	enum weigh_code rc;

	rc = repo_root_each(gate_parts_of(gc->gate)->repos, survey_repo, gc,
	    err);
	/* An admission under way is in the journal before it is in the
	 * catalog: not while the gate is held. */
	gate_hold(gc->gate);
	if (rc == WEIGH_OK)
		rc = gate_write(gc->gate, read_ledger, &ledger, err);
	gate_release(gc->gate);
	if (rc == WEIGH_OK)
		rc = audit_ledger_each(ledger, look_at_admitted, gc, err);
	audit_ledger_free(ledger);
	return rc;
}

/* --- git objects --------------------------------------------------------------------- */

#define PAGE 1000

/* The commits of a repository that the catalog knows. */
struct commits {
	struct weigh_gitid *ids;
	size_t count, room;
};

static void
keep_commit(void *ctx, const struct weigh_gitid *commit)
{
	struct commits *c = ctx;

	if (c->count < c->room)
		c->ids[c->count++] = *commit;
}

static enum weigh_code
list_commits(struct gc *gc, const struct weigh_repo *repo, struct commits *c,
    struct weigh_err *err)
{
	struct weigh_gitid after = { { 0 } };
	enum weigh_code rc;
	size_t before;

	do {
		struct weigh_gitid *more = reallocarray(c->ids, c->room + PAGE,
		    sizeof(*more));

		if (more == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		c->ids = more;
		c->room += PAGE;
		before = c->count;
		rc = catalog_commits(gc->reader, repo, &after, PAGE,
		    keep_commit, c, err);
		if (c->count > 0)
			after = c->ids[c->count - 1];
		c->room = c->count;
	} while (rc == WEIGH_OK && c->count - before == PAGE);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

static enum weigh_code
collect(struct gc *gc, const struct weigh_repo *repo, struct repo *r,
    struct repo_collecting *result, bool dry, struct weigh_err *err)
{
	struct commits commits = { 0 };
	enum weigh_code rc = list_commits(gc, repo, &commits, err);

	*result = (struct repo_collecting){
		.roots = commits.ids,
		.nroots = commits.count,
		.now = gc->now,
		.grace = gc->grace,
		.dry = dry,
		.cancel = &gc->progress->cancel,
	};
	if (rc == WEIGH_OK)
		rc = repo_collect(r, result, err);
	free(commits.ids);
	return rc;
}

static void
tell_objects(struct gc *gc, const struct weigh_repo *repo,
    const struct repo_collecting *c)
{
	char text[WEIGH_REPO_TEXT];
	struct gc_item item = {
		.kind = GC_OBJECTS,
		.fate = GC_TAKEN,
		.name = text,
		.count = c->objects,
		.bytes = c->bytes,
		.why = "",
	};

	weigh_repo_text(repo, text);
	if (c->objects > 0)
		gc_tell(gc, &item);
	item.fate = GC_KEPT;
	item.count = c->young;
	item.bytes = 0;
	item.why = gc_reason(LITTER_YOUNG);
	if (c->young > 0)
		gc_tell(gc, &item);
}

/* Look first without holding the gate; most repositories have no litter.  What a
 * publication writes meanwhile is only counted. */
static enum weigh_code
collect_repo(void *ctx, const struct weigh_repo *repo, struct weigh_err *err)
{
	struct gc *gc = ctx;
	struct weigh_err trouble = { .code = WEIGH_OK };
	struct repo_collecting result;
	struct repo *r = NULL;
	enum weigh_code rc = gc_go_on(gc, err);
	bool counted = gc->dry; /* what `result` says is so */

	if (rc != WEIGH_OK || is_lost(gc, repo)) /* gc_survey has told */
		return rc;
	rc = repo_open(gate_parts_of(gc->gate)->repos, repo, false, &r, NULL);
	if (rc != WEIGH_OK)
		return WEIGH_OK; /* gc_survey has told */
	rc = collect(gc, repo, r, &result, true, &trouble);
	if (rc == WEIGH_OK && result.objects > 0 && !gc->dry) {
		gate_hold(gc->gate);
		counted = true;
		rc = collect(gc, repo, r, &result, false, &trouble);
		gate_release(gc->gate);
	}
	if (rc == WEIGH_OK || counted)
		tell_objects(gc, repo, &result);
	repo_close(r);
	if (rc == WEIGH_CANCELED)
		return gc_go_on(gc, err);
	if (rc != WEIGH_OK)
		tell_repository(gc, repo, trouble.why);
	return WEIGH_OK;
}

enum weigh_code
gc_objects(struct gc *gc, struct weigh_err *err)
{
	return repo_root_each(gate_parts_of(gc->gate)->repos, collect_repo, gc,
	    err);
}
