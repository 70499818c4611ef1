/*
 * What a killed run leaves in repositories.  One process writes them and this
 * runs before it does, so every temporary is a leftover.  Only folders where
 * libgit2 puts temporaries are listed: the 256 folders of loose objects never
 * hold any, and listing them for every repository would make starting slow.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "priv.h"

static bool
begins(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool
ends(const char *name, const char *suffix)
{
	size_t len = strlen(name), n = strlen(suffix);

	return len >= n && strcmp(name + len - n, suffix) == 0;
}

/* What a temporary is called depends on the folder: a branch may be called
 * `tmp_obj`, but no ref's name ends in `.lock`. */
static bool
is_ref_temporary(int dirfd, const char *name)
{
	(void)dirfd;
	return ends(name, ".lock");
}

static bool
is_top_temporary(int dirfd, const char *name)
{
	(void)dirfd;
	return ends(name, ".lock") || ends(name, ".new") ||
	    begins(name, "_git2_");
}

static bool
is_object_temporary(int dirfd, const char *name)
{
	(void)dirfd;
	return ends(name, ".lock") || begins(name, "tmp_obj"); /* git's too */
}

/* A pack whose index is not there, or the other way round: its writer was
 * killed between the two, so no ref leads to it. */
static bool
is_half_pack(int dirfd, const char *name)
{
	const char *other = ends(name, ".pack") ? ".idx" :
	    ends(name, ".idx")                  ? ".pack" :
						  NULL;
	char path[NAME_MAX + 8];
	const char *dot = strrchr(name, '.');

	if (other == NULL || !begins(name, "pack-"))
		return false;
	snprintf(path, sizeof(path), "%.*s%s", (int)(dot - name), name, other);
	return faccessat(dirfd, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
	    errno == ENOENT;
}

static bool
is_pack_temporary(int dirfd, const char *name)
{
	return ends(name, ".lock") || begins(name, "pack_git2_") ||
	    begins(name, "tmp_") || is_half_pack(dirfd, name);
}

typedef bool temporary_fn(int dirfd, const char *name);

static enum weigh_code
sweep_name(int dirfd, const char *name, temporary_fn *is_temporary,
    bool *removed, struct weigh_err *err)
{
	if (!is_temporary(dirfd, name))
		return WEIGH_OK;
	if (unlinkat(dirfd, name, 0) == 0)
		*removed = true;
	else if (errno != ENOENT && errno != EISDIR && errno != EPERM)
		return weigh_fail_errno(err, errno, "cannot remove '%s'", name);
	return WEIGH_OK;
}

/* Sweep the folder behind `*fd`, which is taken over.  `depth`: how many levels
 * of folders below it are swept too. */
static enum weigh_code
sweep_folder(int *fd, unsigned depth, temporary_fn *is_temporary,
    struct weigh_err *err)
{
	DIR *dir = fdopendir(*fd);
	enum weigh_code rc = WEIGH_OK;
	bool removed = false;
	struct dirent *d;

	if (dir == NULL) {
		rc = weigh_fail_errno(err, errno, "cannot list a folder");
		fd_close(fd);
		return rc;
	}
	*fd = -1; /* dir's now */
	while (rc == WEIGH_OK && (errno = 0, d = readdir(dir)) != NULL) {
		int below = -1;

		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (depth > 0)
			below = fd_open_beneath(dirfd(dir), d->d_name,
			    O_RDONLY | O_DIRECTORY, 0);
		if (below >= 0)
			rc = sweep_folder(&below, depth - 1, is_temporary, err);
		else
			rc = sweep_name(dirfd(dir), d->d_name, is_temporary,
			    &removed, err);
	}
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list a folder");
	if (rc == WEIGH_OK && removed)
		rc = fd_sync(dirfd(dir), err);
	closedir(dir);
	return rc;
}

static const struct {
	const char *folder;
	unsigned depth;
	temporary_fn *is_temporary;
} places[] = {
	{ ".", 0, is_top_temporary },
	{ "objects", 0, is_object_temporary },
	{ "objects/pack", 0, is_pack_temporary },
	{ "refs", REPO_DEPTH_MAX, is_ref_temporary },
};

static enum weigh_code
sweep_places(int dirfd, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int fd = fd_open_beneath(dirfd, places[i].folder,
		    O_RDONLY | O_DIRECTORY, 0);

		if (fd >= 0)
			rc = sweep_folder(&fd, places[i].depth,
			    places[i].is_temporary, err);
		else if (errno != ENOENT)
			rc = weigh_fail_errno(err, errno, "cannot open '%s'",
			    places[i].folder);
		if (rc != WEIGH_OK)
			break;
	}
	return rc;
}

/* --- repositories without refs ------------------------------------------- */

static enum weigh_code
note_ref(void *ctx, const char *ref, const git_oid *id, struct weigh_err *err)
{
	bool *any = ctx;

	(void)ref;
	(void)id;
	(void)err;
	*any = true;
	return WEIGH_OK;
}

/* Is there a file at `path`, or in a folder below it?  What cannot be looked at
 * may hold one. */
static bool
has_file(int at, const char *path, unsigned depth)
{
	int fd = fd_open_beneath(at, path, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	bool found = false;
	struct dirent *d;

	if (dir == NULL) {
		found = errno != ENOENT;
		fd_close(&fd);
		return found;
	}
	while (!found && (errno = 0, d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			found = depth == 0 ||
			    has_file(dirfd(dir), d->d_name, depth - 1);
	found = found || errno != 0;
	closedir(dir);
	return found;
}

/* HEAD leads to a commit by itself, with no branch. */
static bool
is_detached(struct repo *r)
{
	git_reference *head = NULL;
	bool detached = git_reference_lookup(&head, r->git, "HEAD") == 0 &&
	    git_reference_type(head) == GIT_REFERENCE_DIRECT;

	git_reference_free(head);
	return detached;
}

/* Files are looked for, not refs: one that git cannot read is to git as if it were
 * not there.  A folder without HEAD was never finished, or not wholly removed:
 * then its refs went first.  With them it is a repository that lost its HEAD:
 * somebody should look at it. */
static enum weigh_code
has_refs(struct repo_root *root, const struct weigh_repo *name, int dirfd,
    bool *any, struct weigh_err *err)
{
	struct repo *r = NULL;
	enum weigh_code rc;

	*any = has_file(dirfd, "refs", REPO_DEPTH_MAX) ||
	    has_file(dirfd, "packed-refs", 0);
	if (faccessat(dirfd, "HEAD", F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
	    errno == ENOENT)
		return WEIGH_OK;
	rc = repo_open(root, name, false, &r, err);
	if (rc == WEIGH_OK)
		rc = repo_each_raw_ref(r, note_ref, any, err);
	if (rc == WEIGH_OK)
		*any = *any || is_detached(r);
	repo_close(r);
	return rc;
}

static enum weigh_code
remove_vacant(struct repo_root *root, const struct weigh_repo *name,
    const struct repo_sweeping *how, struct weigh_err *err)
{
	if (how->unclaimed(how->ctx, name))
		return repo_remove(root, name, err);
	return weigh_fail(err, WEIGH_CONFLICT,
	    "all its refs are gone, and it was not taken back");
}

static enum weigh_code
sweep_repo(struct repo_root *root, const struct weigh_repo *name,
    const struct repo_sweeping *how, struct weigh_err *err)
{
	char folder[REPO_FOLDER_MAX];
	enum weigh_code rc = repo_folder(name, folder, err);
	bool any = true;
	int fd = -1;

	if (rc != WEIGH_OK)
		return rc;
	fd = fd_open_beneath(root->fd, folder, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return weigh_fail_errno(err, errno, "cannot open '%s'", folder);
	if ((rc = sweep_places(fd, err)) == WEIGH_OK)
		rc = has_refs(root, name, fd, &any, err);
	if (rc == WEIGH_OK && !any)
		rc = remove_vacant(root, name, how, err);
	fd_close(&fd);
	return weigh_context(err, rc, "sweeping '%s'", folder);
}

struct sweep {
	struct repo_root *root;
	const struct repo_sweeping *how;
};

static enum weigh_code
sweep_or_tell(void *ctx, const struct weigh_repo *name, struct weigh_err *err)
{
	struct sweep *s = ctx;
	struct weigh_err trouble = { .code = WEIGH_OK };

	(void)err;
	if (sweep_repo(s->root, name, s->how, &trouble) != WEIGH_OK)
		s->how->tell(s->how->ctx, name, &trouble);
	return WEIGH_OK;
}

enum weigh_code
repo_root_sweep(struct repo_root *root, const struct repo_sweeping *how,
    struct weigh_err *err)
{
	struct sweep s = { root, how };

	return repo_root_each(root, sweep_or_tell, &s, err);
}
