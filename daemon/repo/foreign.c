/*
 * foreign: repositories of somebody else on this machine.  See foreign.h.  One is looked at
 * as a stage whose objects are there already.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "foreign.h"
#include "stage_priv.h"

#define HEADS "refs/heads/"

struct foreign {
	struct stage stage;
};

enum weigh_code
foreign_open(struct foreign **out, int dirfd, const char *path,
    const char *folder, struct weigh_err *err)
{
	struct foreign *f = NULL;
	enum weigh_code rc = WEIGH_OK;

	if (!repo_made_at(dirfd, folder))
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "'%.300s' is no git repository", folder);
	if ((f = calloc(1, sizeof(*f))) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = repo_open_at(dirfd, path, folder, &f->stage.repo, err);
	if (rc == WEIGH_OK) {
		*out = f;
		f = NULL;
	}
	foreign_close(f);
	return weigh_context(err, rc, "git repository '%.300s'", folder);
}

void
foreign_close(struct foreign *f)
{
	if (f == NULL)
		return;
	repo_close(f->stage.repo);
	free(f);
}

static void
keep_branch(const git_reference *ref, char branch[256])
{
	const char *target = git_reference_symbolic_target(ref);

	branch[0] = '\0';
	if (target != NULL && strncmp(target, HEADS, strlen(HEADS)) == 0 &&
	    strlen(target + strlen(HEADS)) < 256)
		(void)snprintf(branch, 256, "%s", target + strlen(HEADS));
}

enum weigh_code
foreign_ref(struct foreign *f, const char *ref, struct weigh_gitid *commit,
    char branch[256], struct weigh_err *err)
{
	git_reference *found = NULL;
	git_object *object = NULL;
	int rc = git_reference_lookup(&found, f->stage.repo->git, ref);

	if (rc == 0) {
		keep_branch(found, branch);
		rc = git_reference_peel(&object, found, GIT_OBJECT_COMMIT);
	}
	if (rc == 0)
		*commit = repo_gitid(git_object_id(object));
	git_object_free(object);
	git_reference_free(found);
	return rc == 0 ? WEIGH_OK : repo_fail(err, rc, "cannot read a ref");
}

enum weigh_code
foreign_take(struct foreign *f, const struct weigh_gitid *commit,
    struct stage *to, struct weigh_err *err)
{
	return stage_copy(&f->stage, commit, to->repo, err);
}
