/* Refs: where branches and tags point, moved by compare-and-swap. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "objects.h"

/* "refs/pr/7": a number as people write it. */
static bool
number_ok(const char *text)
{
	return text[0] >= '1' && text[0] <= '9' && strlen(text) <= 9 &&
	    strspn(text, "0123456789") == strlen(text);
}

/* "refs/kept/ID": what is kept by its id alone. */
static bool
kept_ok(const char *ref)
{
	struct weigh_gitid id;

	return weigh_gitid_parse(&id, ref, strlen(ref));
}

/* Ours are branches, tags, pull requests and what is kept; each name passes the one
 * grammar. */
static bool
ref_ok(const char *ref)
{
	static const char *const prefixes[] = { "refs/heads/", "refs/tags/" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(ref, prefixes[i], len) == 0)
			return weigh_rev_ok(ref + len, strlen(ref + len));
	}
	if (strncmp(ref, REPO_KEPT, strlen(REPO_KEPT)) == 0)
		return kept_ok(ref + strlen(REPO_KEPT));
	return strncmp(ref, "refs/pr/", 8) == 0 && number_ok(ref + 8);
}

static enum weigh_code
check_ref(const char *ref, struct weigh_err *err)
{
	if (ref_ok(ref))
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_MALFORMED,
	    "'%.280s' is not the full name of a branch or tag", ref);
}

/* The commit that an object is, or leads to as a tag. */
static enum weigh_code
peel(struct repo *r, const git_oid *id, struct weigh_gitid *out,
    struct weigh_err *err)
{
	git_object *object = NULL, *commit = NULL;
	git_object_t type;
	size_t size;
	int rc = git_odb_read_header(&size, &type, r->odb, id);

	if (rc == 0 && type == GIT_OBJECT_COMMIT) {
		*out = repo_gitid(id);
		return WEIGH_OK;
	}
	if (rc == 0 && (type != GIT_OBJECT_TAG || size > REPO_COMMIT_MAX))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a ref leads to no commit");
	if (rc == 0)
		rc = git_object_lookup(&object, r->git, id, GIT_OBJECT_TAG);
	if (rc == 0)
		rc = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
	if (rc == 0)
		*out = repo_gitid(git_object_id(commit));
	git_object_free(commit);
	git_object_free(object);
	return rc == 0 ? WEIGH_OK :
			 repo_fail(err, rc, "cannot read what a ref leads to");
}

enum weigh_code
repo_ref(struct repo *r, const char *ref, struct weigh_gitid *out,
    struct weigh_gitid *object, struct weigh_err *err)
{
	enum weigh_code rc = check_ref(ref, err);
	git_oid id;
	int git_rc;

	if (rc != WEIGH_OK)
		return rc;
	if ((git_rc = git_reference_name_to_id(&id, r->git, ref)) != 0)
		return repo_fail(err, git_rc, "cannot read a ref");
	if (object != NULL)
		*object = repo_gitid(&id);
	rc = peel(r, &id, out, err);
	/* The ref is there: what it leads to is not, which is damage. */
	if (rc == WEIGH_NOT_FOUND)
		rc = WEIGH_IO;
	return weigh_context(err, rc, "'%s'", ref);
}

/* --- moving -------------------------------------------------------------- */

static int
set_ref(git_repository *git, const char *ref, const git_oid *old,
    const git_oid *new)
{
	git_reference *made = NULL;
	int rc;

	if (old != NULL)
		rc = git_reference_create_matching(&made, git, ref, new, 1, old,
		    NULL);
	else
		rc = git_reference_create(&made, git, ref, new, 0, NULL);
	git_reference_free(made);
	return rc;
}

/* git_reference_delete compares with what the look-up saw, under the lock. */
static int
delete_ref(git_repository *git, const char *ref, const git_oid *old)
{
	git_reference *found = NULL;
	const git_oid *at;
	int rc = git_reference_lookup(&found, git, ref);

	if (rc == 0) {
		at = git_reference_target(found);
		rc = at != NULL && git_oid_equal(at, old) ?
		    git_reference_delete(found) :
		    GIT_EMODIFIED;
	}
	git_reference_free(found);
	return rc;
}

/* libgit2 gives a ref that begins its name by link and unlink, and does not look how
 * the unlink ends.  What is left would lock the ref, so it goes now, or the move
 * has failed. */
static enum weigh_code
remove_lock(struct repo *r, const char *ref, struct weigh_err *err)
{
	char lock[WEIGH_REV_MAX + 24];

	snprintf(lock, sizeof(lock), "%s.lock", ref);
	if (unlinkat(r->fd, lock, 0) == 0 || errno == ENOENT)
		return WEIGH_OK;
	return weigh_fail_errno(err, errno, "cannot remove '%s'", lock);
}

/* Of each folder from the ref's up to the repository's: libgit2 syncs only the
 * first, and makes and removes the others. */
static enum weigh_code
sync_ref_folders(struct repo *r, const char *ref, struct weigh_err *err)
{
	char folder[WEIGH_REV_MAX + 16];
	enum weigh_code rc;
	char *slash;

	snprintf(folder, sizeof(folder), "%s", ref);
	while ((slash = strrchr(folder, '/')) != NULL) {
		*slash = '\0';
		rc = fd_sync_dir(r->fd, folder, err);
		if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND)
			return rc;
	}
	return fd_sync_dir(r->fd, ".", err); /* packed-refs */
}

enum weigh_code
repo_move_ref(struct repo *r, const char *ref, const struct weigh_gitid *old,
    const struct weigh_gitid *new, struct weigh_err *err)
{
	bool fresh = weigh_gitid_is_zero(old);
	git_oid from = repo_git_oid(old), to = repo_git_oid(new);
	enum weigh_code rc;
	int git_rc;

	if ((rc = check_ref(ref, err)) != WEIGH_OK)
		return rc;
	if (weigh_gitid_is_zero(new))
		git_rc = delete_ref(r->git, ref, &from);
	else
		git_rc = set_ref(r->git, ref, fresh ? NULL : &from, &to);
	switch (git_rc) {
	case 0:
		rc = remove_lock(r, ref, err);
		return rc == WEIGH_OK ? sync_ref_folders(r, ref, err) : rc;
	case GIT_EMODIFIED:
	case GIT_EEXISTS:
	case GIT_ELOCKED:
	case GIT_ENOTFOUND:
		return weigh_fail(err, WEIGH_CONFLICT,
		    "'%s' is not where it was: somebody else moved it", ref);
	default:
		return repo_fail(err, git_rc, "cannot move a ref");
	}
}

/* --- tags that are objects ---------------------------------------------------- */

static int
create_tag(git_oid *id, git_repository *git, const struct repo_tag *tag)
{
	git_oid commit = repo_git_oid(&tag->commit);
	git_signature *by = NULL;
	git_object *target = NULL;
	int rc = git_signature_new(&by, tag->author, tag->email, tag->date, 0);

	if (rc == 0)
		rc = git_object_lookup(&target, git, &commit,
		    GIT_OBJECT_COMMIT);
	if (rc == 0)
		rc = git_tag_annotation_create(id, git, tag->name, target, by,
		    tag->message);
	git_object_free(target);
	git_signature_free(by);
	return rc;
}

enum weigh_code
repo_write_tag(struct repo *r, const struct repo_tag *tag,
    struct weigh_gitid *out, struct weigh_err *err)
{
	struct objects *o = NULL;
	enum weigh_code rc;
	git_oid id;
	int git_rc;

	if (strlen(tag->message) > REPO_MESSAGE_MAX ||
	    !weigh_utf8_ok(tag->message, strlen(tag->message)))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a message must be UTF-8 of at most %u bytes",
		    REPO_MESSAGE_MAX);
	if ((rc = objects_open(r, &o, err)) != WEIGH_OK)
		return rc;
	git_rc = create_tag(&id, objects_repository(o), tag);
	if (git_rc != 0)
		rc = repo_fail(err, git_rc, "cannot make the tag");
	if (rc == WEIGH_OK)
		rc = objects_note(o, &id, strlen(tag->message), err);
	if (rc == WEIGH_OK)
		rc = objects_finish(o, err);
	if (rc == WEIGH_OK)
		*out = repo_gitid(&id);
	objects_close(o);
	return rc;
}

/* --- listing ------------------------------------------------------------- */

enum weigh_code
repo_each_raw_ref(struct repo *r, repo_raw_ref_fn *each, void *ctx,
    struct weigh_err *err)
{
	git_reference_iterator *refs = NULL;
	git_reference *ref = NULL;
	enum weigh_code rc = WEIGH_OK;
	int git_rc = git_reference_iterator_new(&refs, r->git);

	while (git_rc == 0 && rc == WEIGH_OK &&
	    (git_rc = git_reference_next(&ref, refs)) == 0) {
		const git_oid *at = git_reference_target(ref);

		if (at != NULL && ref_ok(git_reference_name(ref)))
			rc = each(ctx, git_reference_name(ref), at, err);
		git_reference_free(ref);
	}
	git_reference_iterator_free(refs);
	if (git_rc != 0 && git_rc != GIT_ITEROVER)
		return repo_fail(err, git_rc, "cannot list refs");
	return rc;
}

struct targets {
	struct repo *repo;
	enum weigh_code (*each)(void *ctx, const char *ref,
	    const struct weigh_gitid *object, const struct weigh_gitid *commit,
	    struct weigh_err *err);
	void *ctx;
};

static enum weigh_code
tell_target(void *ctx, const char *ref, const git_oid *at,
    struct weigh_err *err)
{
	const struct targets *t = ctx;
	struct weigh_gitid object = repo_gitid(at), commit;
	enum weigh_code rc = peel(t->repo, at, &commit, err);

	if (rc != WEIGH_OK)
		return weigh_context(err, rc, "'%s'", ref);
	return t->each(t->ctx, ref, &object, &commit, err);
}

enum weigh_code
repo_each_target(struct repo *r,
    enum weigh_code (*each)(void *ctx, const char *ref,
	const struct weigh_gitid *object, const struct weigh_gitid *commit,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct targets t = { r, each, ctx };

	return repo_each_raw_ref(r, tell_target, &t, err);
}

struct commits_only {
	enum weigh_code (*each)(void *ctx, const char *ref,
	    const struct weigh_gitid *id, struct weigh_err *err);
	void *ctx;
};

static enum weigh_code
tell_commit(void *ctx, const char *ref, const struct weigh_gitid *object,
    const struct weigh_gitid *commit, struct weigh_err *err)
{
	const struct commits_only *c = ctx;

	(void)object;
	return c->each(c->ctx, ref, commit, err);
}

enum weigh_code
repo_each_ref(struct repo *r,
    enum weigh_code (*each)(void *ctx, const char *ref,
	const struct weigh_gitid *id, struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct commits_only c = { each, ctx };

	return repo_each_target(r, tell_commit, &c, err);
}
