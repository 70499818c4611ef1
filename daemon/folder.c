/* folder: see folder.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "folder.h"

/* Where everything is kept, if --data does not say. */
static enum weigh_code
usual_data(char out[FOLDER_PATH], struct weigh_err *err)
{
	const char *state = getenv("STATE_DIRECTORY");
	const char *xdg = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");

	if (state != NULL && state[0] == '/')
		snprintf(out, FOLDER_PATH, "%s", state);
	else if (geteuid() == 0)
		snprintf(out, FOLDER_PATH, "/var/lib/weighhouse");
	else if (xdg != NULL && xdg[0] == '/')
		snprintf(out, FOLDER_PATH, "%s/weighhouse", xdg);
	else if (home != NULL && home[0] == '/')
		snprintf(out, FOLDER_PATH, "%s/.local/share/weighhouse", home);
	else
		return weigh_fail(err, WEIGH_USAGE,
		    "neither --data nor $HOME says where to keep things");
	return WEIGH_OK;
}

/* Make the folder and those above it; its own mode lets nobody else in. */
static enum weigh_code
make_folder(const char *path, struct weigh_err *err)
{
	char copy[FOLDER_PATH];
	enum weigh_code rc = WEIGH_OK;
	char *slash;

	snprintf(copy, sizeof(copy), "%s", path);
	for (slash = strchr(copy + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0755) != 0 && errno != EEXIST)
			rc = weigh_fail_errno(err, errno, "cannot make '%s'",
			    copy);
		*slash = '/';
		if (rc != WEIGH_OK)
			break;
	}
	if (rc == WEIGH_OK && mkdir(path, 0750) != 0 && errno != EEXIST)
		rc = weigh_fail_errno(err, errno, "cannot make '%s'", path);
	return rc;
}

static enum weigh_code
find_folder(struct folder *f, const char *data, struct weigh_err *err)
{
	char wanted[FOLDER_PATH], here[FOLDER_PATH / 2];
	enum weigh_code rc;

	if (data == NULL) {
		if ((rc = usual_data(wanted, err)) != WEIGH_OK)
			return rc;
	} else if (data[0] == '/') {
		snprintf(wanted, sizeof(wanted), "%s", data);
	} else {
		if (getcwd(here, sizeof(here)) == NULL)
			return weigh_fail_errno(err, errno,
			    "no current folder");
		if (snprintf(wanted, sizeof(wanted), "%s/%s", here, data) >=
		    (int)sizeof(wanted))
			return weigh_fail(err, WEIGH_USAGE,
			    "the folder's path is too long");
	}
	if ((rc = make_folder(wanted, err)) != WEIGH_OK)
		return rc;
	if (realpath(wanted, f->path) == NULL)
		return weigh_fail_errno(err, errno, "cannot find '%s'", wanted);
	f->dirfd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->dirfd < 0)
		return weigh_fail_errno(err, errno, "cannot open '%s'",
		    f->path);
	return WEIGH_OK;
}

/* One weighd a folder: the lock is held as long as the process lives. */
static enum weigh_code
lock_folder(struct folder *f, struct weigh_err *err)
{
	enum weigh_code rc;

	f->lock_fd = fd_open_beneath(f->dirfd, "weighd.lock", O_RDWR | O_CREAT,
	    0600);
	if (f->lock_fd < 0)
		return weigh_fail_errno(err, errno,
		    "cannot open '%s/weighd.lock'", f->path);
	if (flock(f->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return WEIGH_OK;
	if (errno != EWOULDBLOCK)
		return weigh_fail_errno(err, errno, "cannot lock '%s'",
		    f->path);
	rc = weigh_fail(err, WEIGH_CONFLICT,
	    "another weighd is running on '%s'", f->path);
	weigh_fix(err,
	    "stop it first, or give this one another folder with --data");
	return rc;
}

enum weigh_code
folder_open(struct folder *f, const char *wanted, struct weigh_err *err)
{
	enum weigh_code rc = find_folder(f, wanted, err);

	if (rc == WEIGH_OK)
		rc = lock_folder(f, err);
	return rc;
}

void
folder_close(struct folder *f)
{
	fd_close(&f->lock_fd);
	fd_close(&f->dirfd);
}
