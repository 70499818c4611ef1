/* Refs: where branches and tags point, moved by compare-and-swap. */
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "priv.h"

/* "refs/pr/7": a number as people write it. */
static bool
number_ok(const char *text)
{
	return text[0] >= '1' && text[0] <= '9' && strlen(text) <= 9 &&
	    strspn(text, "0123456789") == strlen(text);
}

/* Ours are branches, tags and pull requests; each name passes the one grammar. */
static bool
ref_ok(const char *ref)
{
	static const char *const prefixes[] = { "refs/heads/", "refs/tags/" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(ref, prefixes[i], len) == 0)
			return weigh_rev_ok(ref + len, strlen(ref + len));
	}
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

enum weigh_code
repo_ref(struct repo *r, const char *ref, struct weigh_gitid *out,
    struct weigh_err *err)
{
	enum weigh_code rc = check_ref(ref, err);
	git_oid id;
	int git_rc;

	if (rc != WEIGH_OK)
		return rc;
	if ((git_rc = git_reference_name_to_id(&id, r->git, ref)) != 0)
		return repo_fail(err, git_rc, "cannot read a ref");
	*out = repo_gitid(&id);
	return WEIGH_OK;
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
		return sync_ref_folders(r, ref, err);
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

/* --- listing ------------------------------------------------------------- */

enum weigh_code
repo_each_ref(struct repo *r,
    enum weigh_code (*each)(void *ctx, const char *ref,
	const struct weigh_gitid *id, struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	git_reference_iterator *refs = NULL;
	git_reference *ref = NULL;
	enum weigh_code rc = WEIGH_OK;
	int git_rc = git_reference_iterator_new(&refs, r->git);

	while (git_rc == 0 && rc == WEIGH_OK &&
	    (git_rc = git_reference_next(&ref, refs)) == 0) {
		const git_oid *at = git_reference_target(ref);

		if (at != NULL && ref_ok(git_reference_name(ref))) {
			struct weigh_gitid id = repo_gitid(at);

			rc = each(ctx, git_reference_name(ref), &id, err);
		}
		git_reference_free(ref);
	}
	git_reference_iterator_free(refs);
	if (git_rc != 0 && git_rc != GIT_ITEROVER)
		return repo_fail(err, git_rc, "cannot list refs");
	return rc;
}
