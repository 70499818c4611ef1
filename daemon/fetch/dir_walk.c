/* dir_walk: see dir_walk.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <weigh/buf.h>
#include <weigh/manifest.h>
#include <weigh/name.h>

#include "base/fd.h"
#include "dir_walk.h"

/* --- the list ------------------------------------------------------------ */

static enum weigh_code
add_file(struct dir_walk *w, const char *path, const struct stat *st,
    struct weigh_err *err)
{
	size_t room = w->room != 0 ? 2 * w->room : 64;
	struct dir_file *more = w->files;

	if (w->count == WEIGH_MANIFEST_FILES)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "the folder has more than %d files", WEIGH_MANIFEST_FILES);
	if (w->count == w->room) {
		more = reallocarray(w->files, room, sizeof(*more));
		if (more == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		w->files = more;
		w->room = room;
	}
	more[w->count] = (struct dir_file){
		.path = strdup(path),
		.size = (uint64_t)st->st_size,
		.time = st->st_mtim,
	};
	if (more[w->count].path == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	w->count++;
	return WEIGH_OK;
}

void
dir_walk_free(struct dir_walk *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->files[i].path);
	free(w->files);
	*w = (struct dir_walk){ .files = NULL };
}

/* --- folders ------------------------------------------------------------- */

static bool
passed_over(const char *name, bool top)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strcmp(name, ".git") == 0 || strcmp(name, ".weigh") == 0 ||
	    (top && strcmp(name, ".cache") == 0);
}

static enum weigh_code walk_folder(struct dir_walk *w, int folder,
    struct weigh_buf *path, struct weigh_err *err);

/* One name in `parent`; `path` ends with it. */
static enum weigh_code
walk_name(struct dir_walk *w, int folder, int parent, const char *name,
    struct weigh_buf *path, struct weigh_err *err)
{
	struct stat st;
	enum weigh_code rc = weigh_path_check(path->data, path->len, err);

	if (rc != WEIGH_OK)
		return rc;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return weigh_fail_errno(err, errno, "cannot look at '%.300s'",
		    path->data);
	if (S_ISDIR(st.st_mode))
		return walk_folder(w, folder, path, err);
	if (S_ISREG(st.st_mode))
		return add_file(w, path->data, &st, err);
	rc = weigh_fail(err, WEIGH_MALFORMED, "'%.300s' is %s, not a file",
	    path->data, S_ISLNK(st.st_mode) ? "a link" : "something else");
	weigh_fix(err, "replace it by a copy of what it stands for");
	return rc;
}

/* weigh_path_check bounds how deep this goes. */
static enum weigh_code
walk_folder(struct dir_walk *w, int folder, struct weigh_buf *path,
    struct weigh_err *err)
{
	size_t len = path->len;
	int fd = fd_open_beneath(folder, len > 0 ? path->data : ".",
	    O_RDONLY | O_DIRECTORY, 0);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	enum weigh_code rc = WEIGH_OK;
	struct dirent *e;

	if (d == NULL) {
		rc = weigh_fail_errno(err, errno, "cannot list '%.300s'",
		    len > 0 ? path->data : ".");
		fd_close(&fd);
		return rc;
	}
	while (rc == WEIGH_OK && (errno = 0, e = readdir(d)) != NULL) {
		if (passed_over(e->d_name, len == 0))
			continue;
		weigh_buf_addf(path, "%s%s", len > 0 ? "/" : "", e->d_name);
		rc = path->failed ?
		    weigh_fail(err, WEIGH_TOO_BIG, "a path is too long") :
		    walk_name(w, folder, dirfd(d), e->d_name, path, err);
		path->len = len;
		if (path->data != NULL)
			path->data[len] = '\0';
	}
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list '%.300s'",
		    len > 0 ? path->data : ".");
	closedir(d);
	return rc;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct dir_file *)a)->path,
	    ((const struct dir_file *)b)->path);
}

enum weigh_code
dir_walk_read(struct dir_walk *w, int folder, struct weigh_err *err)
{
	struct weigh_buf path;
	enum weigh_code rc;

	*w = (struct dir_walk){ .files = NULL };
	weigh_buf_init(&path, 4 * WEIGH_PATH_MAX);
	rc = walk_folder(w, folder, &path, err);
	weigh_buf_free(&path);
	if (rc == WEIGH_OK && w->count == 0)
		rc = weigh_fail(err, WEIGH_NOT_FOUND, "the folder is empty");
	if (rc == WEIGH_OK)
		qsort(w->files, w->count, sizeof(*w->files), by_path);
	return rc;
}

/* --- one file ------------------------------------------------------------ */

enum weigh_code
dir_walk_open(int folder, const char *path, uint64_t size, int *fd,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct stat st;

	/* A pipe would wait for its writer. */
	*fd = fd_open_beneath(folder, path, O_RDONLY | O_NONBLOCK, 0);
	if (*fd < 0 || fstat(*fd, &st) != 0)
		rc = weigh_fail_errno(err, errno, "cannot open '%.300s'", path);
	else if (!S_ISREG(st.st_mode))
		rc = weigh_fail(err, WEIGH_NOT_FOUND, "'%.300s' is no file",
		    path);
	else if ((uint64_t)st.st_size != size)
		rc = weigh_fail(err, WEIGH_CHANGED,
		    "'%.300s' had %llu bytes when it was listed", path,
		    (unsigned long long)size);
	if (rc != WEIGH_OK)
		fd_close(fd);
	return rc;
}
