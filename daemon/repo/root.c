/* The folder of all repositories: opening, making, listing, removing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "priv.h"

#define SUFFIX ".git"
#define FOLDER_MODE 0755
#define FILE_MODE 0644

enum weigh_code
repo_root_open(struct repo_root **out, const char *path, struct weigh_err *err)
{
	struct repo_root *root = calloc(1, sizeof(*root));
	enum weigh_code rc = WEIGH_OK;

	if (root == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	root->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root->fd < 0)
		rc = weigh_fail_errno(err, errno, "cannot open '%s'", path);
	else if ((root->path = strdup(path)) == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc != WEIGH_OK) {
		repo_root_close(root);
		return rc;
	}
	*out = root;
	return WEIGH_OK;
}

void
repo_root_close(struct repo_root *root)
{
	if (root == NULL)
		return;
	fd_close(&root->fd);
	free(root->path);
	free(root);
}

enum weigh_code
repo_folder(const struct weigh_repo *name, char out[REPO_FOLDER_MAX],
    struct weigh_err *err)
{
	struct weigh_repo checked;
	enum weigh_code rc;

	rc = weigh_repo_parse(&checked, name->kind, name->name,
	    strlen(name->name), err);
	if (rc == WEIGH_OK)
		snprintf(out, REPO_FOLDER_MAX, "%s/%s" SUFFIX,
		    weigh_kind_plural(checked.kind), checked.name);
	return rc;
}

/* --- one repository ------------------------------------------------------ */

/* By hand rather than by git_repository_init: no template, each step synced,
 * and doing it again finishes what a killed run began.  HEAD comes last: a
 * folder without it is no repository.  gitrepository-layout(5). */
static const char *const folders[] = {
	"objects/info",
	"objects/pack",
	"refs/heads",
	"refs/tags",
};
static const struct {
	const char *name;
	const char *text;
} files[] = {
	{ "config",
	    "[core]\n"
	    "\trepositoryformatversion = 0\n"
	    "\tfilemode = true\n"
	    "\tbare = true\n"
	    "\tlogAllRefUpdates = false\n"
	    "\tprotectHFS = true\n" /* `.git` in its disguises is refused */
	    "\tprotectNTFS = true\n" },
	{ "HEAD", "ref: refs/heads/main\n" },
};

enum weigh_code
repo_make_at(int dirfd, const char *folder, struct weigh_err *err)
{
	char path[REPO_FOLDER_MAX + 16];
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, folders[i]);
		rc = fd_make_dirs(dirfd, path, FOLDER_MODE, err);
		if (rc != WEIGH_OK)
			return rc;
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		rc = fd_replace_file(dirfd, folder, files[i].name,
		    files[i].text, strlen(files[i].text), FILE_MODE, err);
		if (rc != WEIGH_OK)
			return rc;
	}
	return rc;
}

bool
repo_made_at(int dirfd, const char *folder)
{
	char path[REPO_FOLDER_MAX + 16];
	int fd;
	bool made;

	snprintf(path, sizeof(path), "%s/HEAD", folder);
	fd = fd_open_beneath(dirfd, path, O_RDONLY, 0);
	made = fd >= 0;
	fd_close(&fd);
	return made;
}

bool
repo_is_there(struct repo_root *root, const struct weigh_repo *name)
{
	char folder[REPO_FOLDER_MAX];
	struct stat st;

	return repo_folder(name, folder, NULL) == WEIGH_OK &&
	    (fstatat(root->fd, folder, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
		errno != ENOENT);
}

static enum weigh_code
open_handles(int dirfd, const char *above, const char *folder, struct repo *r,
    struct weigh_err *err)
{
	int rc;

	r->fd = fd_open_beneath(dirfd, folder, O_RDONLY | O_DIRECTORY, 0);
	if (r->fd < 0)
		return weigh_fail_errno(err, errno, "cannot open it");
	if (asprintf(&r->path, "%s/%s", above, folder) < 0) {
		r->path = NULL;
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	rc = git_repository_open_ext(&r->git, r->path,
	    GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT |
		GIT_REPOSITORY_OPEN_BARE,
	    NULL);
	if (rc == 0)
		rc = git_repository_odb(&r->odb, r->git);
	return rc == 0 ? WEIGH_OK : repo_fail(err, rc, "cannot open it");
}

enum weigh_code
repo_open_at(int dirfd, const char *above, const char *folder,
    struct repo **out, struct weigh_err *err)
{
	struct repo *r = calloc(1, sizeof(*r));
	enum weigh_code rc;

	if (r == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	r->fd = -1;
	if ((rc = open_handles(dirfd, above, folder, r, err)) != WEIGH_OK)
		repo_close(r);
	else
		*out = r;
	return rc;
}

enum weigh_code
repo_open(struct repo_root *root, const struct weigh_repo *name, bool create,
    struct repo **out, struct weigh_err *err)
{
	char folder[REPO_FOLDER_MAX];
	enum weigh_code rc;

	if ((rc = repo_folder(name, folder, err)) != WEIGH_OK)
		return rc;
	if (create && !repo_made_at(root->fd, folder))
		rc = repo_make_at(root->fd, folder, err);
	if (rc == WEIGH_OK)
		rc = repo_open_at(root->fd, root->path, folder, out, err);
	return weigh_context(err, rc, "git repository '%s'", folder);
}

void
repo_close(struct repo *r)
{
	if (r == NULL)
		return;
	git_odb_free(r->odb);
	git_repository_free(r->git);
	idset_free(&r->shallow);
	fd_close(&r->fd);
	free(r->path);
	free(r);
}

enum weigh_code
repo_remove_empty_org(struct repo_root *root, const char *folder,
    struct weigh_err *err)
{
	char org[REPO_FOLDER_MAX];
	char *slash;

	snprintf(org, sizeof(org), "%s", folder);
	slash = strrchr(org, '/');
	*slash = '\0';
	if ((slash = strchr(org, '/')) == NULL)
		return fd_sync_dir(root->fd, org, err); /* a kind's: it stays */
	if (unlinkat(root->fd, org, AT_REMOVEDIR) != 0)
		return fd_sync_dir(root->fd, org, err);
	*slash = '\0';
	return fd_sync_dir(root->fd, org, err);
}

enum weigh_code
repo_remove(struct repo_root *root, const struct weigh_repo *name,
    struct weigh_err *err)
{
	char folder[REPO_FOLDER_MAX], head[REPO_FOLDER_MAX + 16];
	enum weigh_code rc;

	if ((rc = repo_folder(name, folder, err)) != WEIGH_OK)
		return rc;
	/* Without HEAD it is no repository, however far the rest gets. */
	snprintf(head, sizeof(head), "%s/HEAD", folder);
	if (unlinkat(root->fd, head, 0) != 0 && errno != ENOENT)
		return weigh_fail_errno(err, errno, "cannot remove '%s'", head);
	rc = fd_remove_tree(root->fd, folder, err);
	if (rc == WEIGH_OK)
		rc = repo_remove_empty_org(root, folder, err);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

/* --- all repositories ---------------------------------------------------- */

struct visit {
	struct repo_root *root;
	enum weigh_kind kind;
	enum weigh_code (*each)(void *ctx, const struct weigh_repo *repo,
	    struct weigh_err *err);
	void *ctx;
};

static bool
ends_in_suffix(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(SUFFIX) &&
	    strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

static enum weigh_code visit_folder(struct visit *v, const char *org,
    struct weigh_err *err);

/* A repository, or (directly below the kind) an organization; anything else is
 * not ours and left alone. */
static enum weigh_code
visit_name(struct visit *v, const char *org, const char *name,
    struct weigh_err *err)
{
	char text[2 * NAME_MAX + 2];
	struct weigh_repo repo;
	int len;

	if (name[0] == '.')
		return WEIGH_OK;
	if (!ends_in_suffix(name))
		return org == NULL ? visit_folder(v, name, err) : WEIGH_OK;
	len = snprintf(text, sizeof(text), "%s%s%s", org != NULL ? org : "",
	    org != NULL ? "/" : "", name);
	if (len < 0 || (size_t)len >= sizeof(text))
		return WEIGH_OK;
	if (weigh_repo_parse(&repo, v->kind, text, (size_t)len - strlen(SUFFIX),
		NULL) != WEIGH_OK)
		return WEIGH_OK;
	return v->each(v->ctx, &repo, err);
}

/* The names in KIND or KIND/ORG; none if it is not there or is no folder. */
static DIR *
open_folder(struct visit *v, const char *org)
{
	char path[NAME_MAX + 16];
	DIR *dir = NULL;
	int fd;

	snprintf(path, sizeof(path), "%s%s%s", weigh_kind_plural(v->kind),
	    org != NULL ? "/" : "", org != NULL ? org : "");
	fd = fd_open_beneath(v->root->fd, path, O_RDONLY | O_DIRECTORY, 0);
	if (fd >= 0 && (dir = fdopendir(fd)) == NULL)
		fd_close(&fd);
	return dir;
}

static bool
is_no_folder(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP ||
	    errnum == EXDEV;
}

static enum weigh_code
visit_folder(struct visit *v, const char *org, struct weigh_err *err)
{
	DIR *dir = open_folder(v, org);
	enum weigh_code rc = WEIGH_OK;
	struct dirent *d = NULL;

	if (dir == NULL && is_no_folder(errno))
		return WEIGH_OK;
	if (dir == NULL)
		return weigh_fail_errno(err, errno, "cannot list repositories");
	while (errno = 0, rc == WEIGH_OK && (d = readdir(dir)) != NULL)
		rc = visit_name(v, org, d->d_name, err);
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list repositories");
	closedir(dir);
	return rc;
}

enum weigh_code
repo_root_each(struct repo_root *root,
    enum weigh_code (*each)(void *ctx, const struct weigh_repo *repo,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct visit v = { .root = root, .each = each, .ctx = ctx };
	enum weigh_code rc = WEIGH_OK;

	for (int kind = 0; rc == WEIGH_OK && kind < WEIGH_KINDS; kind++) {
		v.kind = (enum weigh_kind)kind;
		rc = visit_folder(&v, NULL, err);
	}
	return rc;
}
