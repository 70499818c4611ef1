/*
 * reach: what refs lead to, whatever they are called.  See repo.h and priv.h.
 *
 * To git a loose ref that it cannot read is as if it were not there.  Here that
 * is a failure: what only this ref leads to would look like nobody's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "priv.h"

/* --- can every ref be read? ------------------------------------------------ */

struct loose {
	struct repo *repo;
	char path[PATH_MAX]; /* where it is now, "refs" or below */
};

static bool
is_no_ref(const char *name)
{
	const char *dot = strrchr(name, '.');

	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    (dot != NULL && strcmp(dot, ".lock") == 0);
}

static enum weigh_code
read_ref(const struct loose *l, struct weigh_err *err)
{
	git_reference *ref = NULL;
	int git_rc = git_reference_lookup(&ref, l->repo->git, l->path);

	git_reference_free(ref);
	if (git_rc == 0 || git_rc == GIT_ENOTFOUND) /* gone meanwhile */
		return WEIGH_OK;
	return weigh_context(err, repo_fail(err, git_rc, "cannot read a ref"),
	    "'%s'", l->path);
}

static enum weigh_code read_folder(struct loose *l, unsigned depth,
    struct weigh_err *err);

static enum weigh_code
read_name(struct loose *l, const char *name, unsigned depth,
    struct weigh_err *err)
{
	size_t len = strlen(l->path);
	enum weigh_code rc;

	if (depth == 0 || len + 1 + strlen(name) >= sizeof(l->path))
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "too many folders below '%.100s'", l->path);
	snprintf(l->path + len, sizeof(l->path) - len, "/%s", name);
	rc = read_folder(l, depth - 1, err);
	l->path[len] = '\0';
	return rc;
}

/* All refs in the folder l->path and below it; a file is one itself. */
static enum weigh_code
read_folder(struct loose *l, unsigned depth, struct weigh_err *err)
{
	int fd = fd_open_beneath(l->repo->fd, l->path, O_RDONLY | O_DIRECTORY,
	    0);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	enum weigh_code rc = WEIGH_OK;
	struct dirent *d;

	if (dir == NULL) {
		if (errno == ENOTDIR || errno == ELOOP)
			rc = read_ref(l, err);
		else if (errno != ENOENT)
			rc = weigh_fail_errno(err, errno, "cannot open '%s'",
			    l->path);
		fd_close(&fd);
		return rc;
	}
	while (rc == WEIGH_OK && (errno = 0, d = readdir(dir)) != NULL)
		if (!is_no_ref(d->d_name))
			rc = read_name(l, d->d_name, depth, err);
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list '%s'", l->path);
	closedir(dir);
	return rc;
}

/* --- where they lead -------------------------------------------------------- */

static enum weigh_code
tell_tip(struct repo *r, git_reference *ref, repo_tip_fn *each, void *ctx,
    struct weigh_err *err)
{
	const git_oid *at = git_reference_target(ref);
	git_reference *direct = NULL;
	enum weigh_code rc = WEIGH_OK;

	if (at != NULL)
		return each(r, ctx, at, err);
	/* A symbolic one leads nowhere until its branch is born. */
	if (git_reference_resolve(&direct, ref) == 0)
		rc = each(r, ctx, git_reference_target(direct), err);
	git_reference_free(direct);
	return rc;
}

static enum weigh_code
tell_head(struct repo *r, repo_tip_fn *each, void *ctx, struct weigh_err *err)
{
	git_reference *head = NULL;
	enum weigh_code rc = WEIGH_OK;
	int git_rc = git_reference_lookup(&head, r->git, "HEAD");

	if (git_rc == 0)
		rc = tell_tip(r, head, each, ctx, err);
	else if (git_rc != GIT_ENOTFOUND)
		rc = repo_fail(err, git_rc, "cannot read HEAD");
	git_reference_free(head);
	return rc;
}

enum weigh_code
repo_each_tip(struct repo *r, repo_tip_fn *each, void *ctx,
    struct weigh_err *err)
{
	struct loose loose = { .repo = r, .path = "refs" };
	git_reference_iterator *refs = NULL;
	git_reference *ref = NULL;
	enum weigh_code rc = read_folder(&loose, REPO_DEPTH_MAX, err);
	int git_rc;

	if (rc != WEIGH_OK)
		return rc;
	git_rc = git_reference_iterator_new(&refs, r->git);
	while (git_rc == 0 && rc == WEIGH_OK &&
	    (git_rc = git_reference_next(&ref, refs)) == 0) {
		rc = tell_tip(r, ref, each, ctx, err);
		git_reference_free(ref);
	}
	git_reference_iterator_free(refs);
	if (git_rc != 0 && git_rc != GIT_ITEROVER)
		return repo_fail(err, git_rc, "cannot list refs");
	return rc == WEIGH_OK ? tell_head(r, each, ctx, err) : rc;
}

/* --- commits ------------------------------------------------------------------ */

/* An annotated tag leads on to its commit; what leads to none is not ours, and
 * nobody here could say what it stands for. */
static enum weigh_code
begin_at(struct repo *r, void *ctx, const git_oid *id, struct weigh_err *err)
{
	git_object *object = NULL, *commit = NULL;
	enum weigh_code rc;
	int git_rc = git_object_lookup(&object, r->git, id, GIT_OBJECT_ANY);

	if (git_rc == 0)
		git_rc = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
	rc = git_rc == 0 ?
	    idwalk_meet(ctx, git_object_id(commit), GIT_OBJECT_COMMIT, err) :
	    repo_fail(err, git_rc, "cannot read what a ref leads to");
	git_object_free(commit);
	git_object_free(object);
	return rc;
}

static enum weigh_code
meet_parents(struct repo *r, struct idwalk *walk, const git_oid *id,
    struct weigh_err *err)
{
	git_commit *commit = NULL;
	bool shallow;
	enum weigh_code rc = repo_is_shallow(r, id, &shallow, err);
	int git_rc;

	if (rc != WEIGH_OK)
		return rc;
	if ((git_rc = git_commit_lookup(&commit, r->git, id)) != 0)
		return repo_fail(err, git_rc, "cannot walk its history");
	for (unsigned i = 0;
	     rc == WEIGH_OK && !shallow && i < git_commit_parentcount(commit);
	     i++)
		rc = idwalk_meet(walk, git_commit_parent_id(commit, i),
		    GIT_OBJECT_COMMIT, err);
	git_commit_free(commit);
	return rc;
}

/* Not libgit2's own walk: that of 1.5 knows nothing of shallow commits. */
enum weigh_code
repo_each_reached(struct repo *r,
    enum weigh_code (*each)(void *ctx, const struct weigh_gitid *commit,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct idwalk walk = { .todo = NULL };
	struct idwalk_item at;
	enum weigh_code rc = repo_each_tip(r, begin_at, &walk, err);

	while (rc == WEIGH_OK && idwalk_next(&walk, &at)) {
		struct weigh_gitid commit = repo_gitid(&at.id);

		rc = meet_parents(r, &walk, &at.id, err);
		if (rc == WEIGH_OK)
			rc = each(ctx, &commit, err);
	}
	idwalk_free(&walk);
	return rc;
}
