/*
 * stage_walk: what a commit of a stage leads to, each object read strictly; and its
 * copy into a repository of ours.  See stage.h.
 */
#include <stdlib.h>
#include <string.h>

#include <weigh/gitobject.h>

#include "objects.h"
#include "stage_priv.h"

struct walk {
	struct stage *stage;
	const struct stage_visit *visit;
	struct idwalk ids;
};

/* --- all that a commit leads to ------------------------------------------ */

static enum weigh_code
meet(struct walk *w, const git_oid *id, git_object_t type,
    struct weigh_err *err)
{
	enum weigh_code rc = idwalk_meet(&w->ids, id, type, err);

	if (rc == WEIGH_OK && w->ids.met.count > STAGE_OBJECTS_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a revision of more than %d git objects",
		    STAGE_OBJECTS_MAX);
	return rc;
}

static enum weigh_code
meet_entries(struct walk *w, const git_oid *id, struct weigh_err *err)
{
	git_tree *tree = NULL;
	enum weigh_code rc = WEIGH_OK;
	int git_rc = git_tree_lookup(&tree, w->stage->repo->git, id);

	if (git_rc != 0)
		return repo_fail(err, git_rc, "cannot read a tree");
	for (size_t i = 0; rc == WEIGH_OK && i < git_tree_entrycount(tree);
	     i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);
		git_object_t type = git_tree_entry_type(e);

		if (type == GIT_OBJECT_COMMIT)
			rc = weigh_fail(err, WEIGH_MALFORMED,
			    "'%.200s' is a submodule, which is not kept here",
			    git_tree_entry_name(e));
		else
			rc = meet(w, git_tree_entry_id(e), type, err);
	}
	git_tree_free(tree);
	return rc;
}

static enum weigh_code
meet_tree_of(struct walk *w, const git_oid *id, struct weigh_err *err)
{
	git_commit *commit = NULL;
	int git_rc = git_commit_lookup(&commit, w->stage->repo->git, id);
	enum weigh_code rc;

	if (git_rc != 0)
		return repo_fail(err, git_rc, "cannot read a commit");
	rc = meet(w, git_commit_tree_id(commit), GIT_OBJECT_TREE, err);
	git_commit_free(commit);
	return rc;
}

static size_t
most_bytes(git_object_t type)
{
	return type == GIT_OBJECT_BLOB ? REPO_BLOB_MAX :
	    type == GIT_OBJECT_TREE    ? REPO_TREE_MAX :
					 REPO_COMMIT_MAX;
}

/* Its bytes as they lie there, before libgit2 makes anything of them. */
static enum weigh_code
check_bytes(git_object_t type, const void *data, size_t len,
    struct weigh_err *err)
{
	return type == GIT_OBJECT_COMMIT ?
	    weigh_git_commit_check(data, len, err) :
	    type == GIT_OBJECT_TREE ? weigh_git_tree_check(data, len, err) :
				      WEIGH_OK;
}

/* Read it; its bytes are checked and shown. */
static enum weigh_code
show(struct walk *w, const struct idwalk_item *at, struct weigh_err *err)
{
	git_odb_object *object = NULL;
	char hex[GIT_OID_HEXSZ + 1];
	enum weigh_code rc;
	int git_rc = git_odb_read(&object, w->stage->repo->odb, &at->id);

	if (git_rc != 0)
		return repo_fail(err, git_rc, "cannot read a git object");
	git_oid_tostr(hex, sizeof(hex), &at->id);
	rc = weigh_context(err,
	    check_bytes(at->type, git_odb_object_data(object),
		git_odb_object_size(object), err),
	    "git object %s", hex);
	if (rc == WEIGH_OK && w->visit->each != NULL)
		rc = w->visit->each(w->visit->ctx, &at->id, at->type,
		    git_odb_object_data(object), git_odb_object_size(object),
		    err);
	git_odb_object_free(object);
	return rc;
}

static enum weigh_code
look_at(struct walk *w, const struct idwalk_item *at, struct weigh_err *err)
{
	size_t size;
	enum weigh_code rc = repo_check_object(w->stage->repo->odb, &at->id,
	    at->type, most_bytes(at->type), &size, err);

	if (rc == WEIGH_OK && (at->type != GIT_OBJECT_BLOB || w->visit->files))
		rc = show(w, at, err);
	if (rc == WEIGH_OK && at->type == GIT_OBJECT_TREE)
		rc = meet_entries(w, &at->id, err);
	if (rc == WEIGH_OK && at->type == GIT_OBJECT_COMMIT)
		rc = meet_tree_of(w, &at->id, err);
	return rc;
}

enum weigh_code
stage_walk(struct stage *s, const struct weigh_gitid *commit,
    const struct stage_visit *visit, struct weigh_err *err)
{
	struct walk w = { .stage = s, .visit = visit };
	git_oid id = repo_git_oid(commit);
	enum weigh_code rc = meet(&w, &id, GIT_OBJECT_COMMIT, err);
	struct idwalk_item at;

	while (rc == WEIGH_OK && idwalk_next(&w.ids, &at))
		rc = look_at(&w, &at, err);
	idwalk_free(&w.ids);
	return rc;
}

enum weigh_code
stage_has(struct stage *s, const struct weigh_gitid *commit, bool *whole,
    struct weigh_err *err)
{
	const struct stage_visit look = { 0 };
	enum weigh_code rc = stage_walk(s, commit, &look, err);

	*whole = rc == WEIGH_OK;
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

/* --- its entries --------------------------------------------------------- */

struct entries {
	struct stage *stage;
	enum weigh_code (*each)(void *ctx, const struct repo_entry *e,
	    struct weigh_err *err);
	void *ctx;
};

/* git reads this one itself, and fsck looks into it. */
static enum weigh_code
check_attributes(struct stage *s, const struct repo_entry *e,
    struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, REPO_SMALL_MAX);
	rc = stage_blob(s, &e->git, &text, err);
	if (rc == WEIGH_OK)
		rc = repo_check_text(e->path, text.data, text.len, err);
	weigh_buf_free(&text);
	return rc;
}

/* What repo_write refuses is refused of what others wrote, too. */
static enum weigh_code
tell_entry(void *ctx, const struct repo_entry *e, struct weigh_err *err)
{
	struct entries *t = ctx;
	enum weigh_code rc = WEIGH_OK;

	if (!e->directory)
		rc = repo_check_name(e->path, err);
	if (rc == WEIGH_OK && !e->directory && repo_is_attributes(e->path))
		rc = check_attributes(t->stage, e, err);
	return rc == WEIGH_OK ? t->each(t->ctx, e, err) : rc;
}

enum weigh_code
stage_each_entry(struct stage *s, const struct weigh_gitid *commit,
    enum weigh_code (*each)(void *ctx, const struct repo_entry *e,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	const struct stage_visit look = { 0 };
	struct entries t = { s, each, ctx };
	enum weigh_code rc = stage_walk(s, commit, &look, err);

	return rc == WEIGH_OK ?
	    repo_each_entry(s->repo, commit, tell_entry, &t, err) :
	    rc;
}

/* --- into a repository of ours ------------------------------------------- */

static enum weigh_code
copy_object(void *ctx, const git_oid *id, git_object_t type, const void *data,
    size_t len, struct weigh_err *err)
{
	struct weigh_gitid made, want = repo_gitid(id);
	enum weigh_code rc = objects_write(ctx, type, data, len, &made, err);

	if (rc == WEIGH_OK && !weigh_gitid_equal(&made, &want))
		rc = weigh_fail(err, WEIGH_MISMATCH,
		    "a git object does not have its id");
	return rc;
}

/* Does it have a parent that is not known there? */
static enum weigh_code
lacks_parents(struct stage *s, const git_oid *id,
    bool (*known)(void *ctx, const struct weigh_gitid *parent), void *ctx,
    bool *lacks, struct weigh_err *err)
{
	git_commit *commit = NULL;
	int git_rc = git_commit_lookup(&commit, s->repo->git, id);

	if (git_rc != 0)
		return repo_fail(err, git_rc, "cannot read a commit");
	*lacks = false;
	for (unsigned i = 0; i < git_commit_parentcount(commit); i++) {
		struct weigh_gitid parent =
		    repo_gitid(git_commit_parent_id(commit, i));

		*lacks |= known == NULL || !known(ctx, &parent);
	}
	git_commit_free(commit);
	return WEIGH_OK;
}

enum weigh_code
stage_copy(struct stage *s, const struct weigh_gitid *commit, struct repo *to,
    struct weigh_err *err)
{
	struct stage_visit copy = { .files = true, .each = copy_object };
	struct objects *o = NULL;
	enum weigh_code rc = objects_open(to, &o, err);

	copy.ctx = o;
	if (rc == WEIGH_OK)
		rc = stage_walk(s, commit, &copy, err);
	if (rc == WEIGH_OK)
		rc = objects_finish(o, err);
	objects_close(o);
	return rc;
}

enum weigh_code
stage_give(struct stage *s, const struct weigh_gitid *commit, struct repo *to,
    bool (*known)(void *ctx, const struct weigh_gitid *parent), void *ctx,
    struct weigh_err *err)
{
	git_oid id = repo_git_oid(commit);
	const struct stage_visit look = { 0 };
	bool lacks = false;
	enum weigh_code rc = stage_walk(s, commit, &look, err);

	if (rc == WEIGH_OK && git_odb_exists(to->odb, &id) != 1) {
		rc = lacks_parents(s, &id, known, ctx, &lacks, err);
		if (rc == WEIGH_OK && lacks)
			rc = repo_note_shallow(to, &id, err);
	}
	return rc == WEIGH_OK ? stage_copy(s, commit, to, err) : rc;
}
