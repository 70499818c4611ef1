/*
 * The folder of a repository as a whole: what lies in it beside git's own files, its
 * name, its end.
 *
 * What is taken away is first renamed to `.gone/KIND/[ORG/]NAME.git` below the root:
 * names that begin with a dot are no repository's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "priv.h"

#define FACTS "weighhouse"
#define ASIDE ".gone"

/* --- facts ---------------------------------------------------------------- */

enum weigh_code
repo_read_facts(struct repo_root *root, const struct weigh_repo *name,
    struct weigh_repofile *out, struct weigh_err *err)
{
	char path[REPO_FOLDER_MAX + 16];
	struct weigh_buf text;
	enum weigh_code rc;
	size_t len;

	*out = (struct weigh_repofile){ .visibility = WEIGH_PUBLIC };
	if ((rc = repo_folder(name, path, err)) != WEIGH_OK)
		return rc;
	len = strlen(path);
	snprintf(path + len, sizeof(path) - len, "/" FACTS);
	weigh_buf_init(&text, WEIGH_REPOFILE_MAX + 1);
	rc = fd_read_file(root->fd, path, &text, err);
	if (rc == WEIGH_OK)
		rc = weigh_repofile_parse(out,
		    text.data != NULL ? text.data : "", text.len, err);
	weigh_buf_free(&text);
	if (rc == WEIGH_NOT_FOUND)
		return WEIGH_OK; /* nothing was ever said */
	return weigh_context(err, rc, "'%s'", path);
}

enum weigh_code
repo_write_facts(struct repo_root *root, const struct weigh_repo *name,
    const struct weigh_repofile *facts, struct weigh_err *err)
{
	char folder[REPO_FOLDER_MAX];
	struct weigh_buf text;
	enum weigh_code rc;

	if ((rc = repo_folder(name, folder, err)) != WEIGH_OK)
		return rc;
	weigh_buf_init(&text, WEIGH_REPOFILE_MAX);
	if (!weigh_repofile_print(&text, facts))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else
		rc = fd_replace_file(root->fd, folder, FACTS, text.data,
		    text.len, 0644, err);
	weigh_buf_free(&text);
	return weigh_context(err, rc, "'%s/" FACTS "'", folder);
}

/* --- moving a folder -------------------------------------------------------- */

/* The path up to its last '/'. */
static void
above(const char *path, char out[REPO_FOLDER_MAX + 16])
{
	snprintf(out, REPO_FOLDER_MAX + 16, "%.*s",
	    (int)(strrchr(path, '/') - path), path);
}

/* Rename a folder that is there, durably; never over another. */
static enum weigh_code
move_folder(struct repo_root *root, const char *from, const char *to,
    struct weigh_err *err)
{
	char dir[REPO_FOLDER_MAX + 16];
	enum weigh_code rc;

	above(to, dir);
	rc = fd_make_dirs(root->fd, dir, 0755, err);
	if (rc != WEIGH_OK)
		return rc;
	if (renameat2(root->fd, from, root->fd, to, RENAME_NOREPLACE) != 0) {
		rc = weigh_fail_errno(err, errno, "cannot move it to '%s'", to);
		return errno == EEXIST ?
		    weigh_fail(err, WEIGH_EXISTS, "'%s' is there already", to) :
		    rc;
	}
	rc = fd_sync_dir(root->fd, dir, err);
	above(from, dir);
	if (rc == WEIGH_OK)
		rc = fd_sync_dir(root->fd, dir, err);
	return rc;
}

enum weigh_code
repo_rename(struct repo_root *root, const struct weigh_repo *from,
    const struct weigh_repo *to, struct weigh_err *err)
{
	char old[REPO_FOLDER_MAX], new[REPO_FOLDER_MAX];
	enum weigh_code rc = repo_folder(from, old, err);

	if (rc == WEIGH_OK)
		rc = repo_folder(to, new, err);
	if (rc == WEIGH_OK)
		rc = move_folder(root, old, new, err);
	if (rc == WEIGH_OK)
		rc = repo_remove_empty_org(root, old, err);
	return weigh_context(err, rc, "git repository '%s'", from->name);
}

/* --- its end -------------------------------------------------------------------- */

static enum weigh_code
aside_folders(const struct weigh_repo *name, char folder[REPO_FOLDER_MAX],
    char aside[REPO_FOLDER_MAX + 16], struct weigh_err *err)
{
	enum weigh_code rc = repo_folder(name, folder, err);

	if (rc == WEIGH_OK)
		snprintf(aside, REPO_FOLDER_MAX + 16, ASIDE "/%s", folder);
	return rc;
}

enum weigh_code
repo_set_aside(struct repo_root *root, const struct weigh_repo *name,
    struct weigh_err *err)
{
	char folder[REPO_FOLDER_MAX], aside[REPO_FOLDER_MAX + 16];
	enum weigh_code rc = aside_folders(name, folder, aside, err);

	if (rc != WEIGH_OK || !repo_is_there(root, name))
		return rc;
	rc = fd_remove_tree(root->fd, aside, err); /* of an earlier one */
	if (rc == WEIGH_OK)
		rc = move_folder(root, folder, aside, err);
	if (rc == WEIGH_OK)
		rc = repo_remove_empty_org(root, folder, err);
	return weigh_context(err, rc, "git repository '%s'", folder);
}

enum weigh_code
repo_bring_back(struct repo_root *root, const struct weigh_repo *name,
    struct weigh_err *err)
{
	char folder[REPO_FOLDER_MAX], aside[REPO_FOLDER_MAX + 16];
	enum weigh_code rc = aside_folders(name, folder, aside, err);
	struct stat st;

	if (rc != WEIGH_OK)
		return rc;
	if (fstatat(root->fd, aside, &st, AT_SYMLINK_NOFOLLOW) != 0 &&
	    errno == ENOENT)
		return WEIGH_OK;
	return weigh_context(err, move_folder(root, aside, folder, err),
	    "git repository '%s'", folder);
}

enum weigh_code
repo_sweep_aside(struct repo_root *root, struct weigh_err *err)
{
	return weigh_context(err, fd_remove_tree(root->fd, ASIDE, err),
	    "repositories that were deleted");
}
