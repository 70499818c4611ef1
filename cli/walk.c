/* walk: the files of a folder that is to be published. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <weigh/buf.h>
#include <weigh/manifest.h>
#include <weigh/name.h>

#include "beneath.h"
#include "text.h"
#include "walk.h"

/* A failure with the path in front, made safe to print. */
static enum weigh_code
refuse(struct weigh_err *err, const char *path, const char *why,
    const char *fix)
{
	struct weigh_buf b;

	weigh_buf_init(&b, 4 * WEIGH_PATH_MAX + 1);
	text_clean(&b, path);
	weigh_fail(err, WEIGH_MALFORMED, "'%.400s': %s",
	    b.data != NULL ? b.data : "", why);
	if (fix != NULL)
		weigh_fix(err, "%s", fix);
	weigh_buf_free(&b);
	return WEIGH_MALFORMED;
}

/* The same for an errno of open.  Always WEIGH_IO, whose status is 1: a file
 * that vanished is not a name that was not found. */
static enum weigh_code
refuse_errno(struct weigh_err *err, const char *path, int errnum)
{
	struct weigh_buf b;

	if (errnum == EXDEV)
		return refuse(err, path,
		    "a symbolic link that leaves the folder",
		    "replace the link by a copy of what it points to");
	if (errnum == ENOSYS)
		return refuse(err, path,
		    "a symbolic link, which this kernel cannot follow safely",
		    "replace the link by a copy of what it points to");
	if (errnum == ELOOP)
		return refuse(err, path, "a symbolic link that leads nowhere",
		    "remove the link, or replace it by a file");
	weigh_buf_init(&b, 4 * WEIGH_PATH_MAX + 1);
	text_clean(&b, path);
	weigh_fail(err, WEIGH_IO, "'%.400s' cannot be read: %s",
	    b.data != NULL ? b.data : "", strerror(errnum));
	weigh_fix(err,
	    "make it readable (chmod +r), or take it out of the "
	    "folder");
	weigh_buf_free(&b);
	return WEIGH_IO;
}

/* Only regular files are published. */
static enum weigh_code
check_kind(struct weigh_err *err, const char *path, mode_t mode)
{
	const char *kind = S_ISDIR(mode)   ? "a link to a folder" :
	    S_ISFIFO(mode)                 ? "a pipe" :
	    S_ISSOCK(mode)                 ? "a socket" :
	    S_ISCHR(mode) || S_ISBLK(mode) ? "a device" :
					     "not a file";

	if (S_ISREG(mode))
		return WEIGH_OK;
	return refuse(err, path, kind,
	    "take it out of the folder: only files can be published");
}

/* Open by the rules, and look at what it is. */
static int
open_checked(int dir, const struct walk_file *file, int flags,
    struct weigh_err *err)
{
	struct stat st;
	int fd = file->linked ? beneath_open_linked(dir, file->path, flags) :
				beneath_open(dir, file->path, flags, 0);

	if (fd < 0 || fstat(fd, &st) != 0)
		refuse_errno(err, file->path,
		    file->linked && errno == ENOENT ? ELOOP : errno);
	else if (check_kind(err, file->path, st.st_mode) == WEIGH_OK)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int
walk_open(int dir, const struct walk_file *file, struct weigh_err *err)
{
	/* Look before opening: opening a device may do something. */
	int fd = open_checked(dir, file, O_PATH, err);

	if (fd < 0)
		return -1;
	close(fd);
	return open_checked(dir, file, O_RDONLY | O_NONBLOCK, err);
}

static enum weigh_code
add_file(struct walk *w, int dir, const char *path, bool linked,
    struct weigh_err *err)
{
	struct walk_file f = { .linked = linked };
	struct stat st;
	int fd;

	if (w->count == WEIGH_MANIFEST_FILES)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "the folder has more than %d files", WEIGH_MANIFEST_FILES);
	if (w->count == w->room) {
		size_t room = w->room != 0 ? 2 * w->room : 64;
		struct walk_file *files = reallocarray(w->files, room,
		    sizeof(*files));

		if (files == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		w->files = files;
		w->room = room;
	}
	f.path = strdup(path);
	if (f.path == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	w->files[w->count++] = f; /* the list owns the path from here on */
	fd = walk_open(dir, &f, err);
	if (fd < 0)
		return err != NULL ? err->code : WEIGH_IO;
	if (fstat(fd, &st) == 0)
		w->files[w->count - 1].size = (uint64_t)st.st_size;
	w->bytes += w->files[w->count - 1].size;
	close(fd);
	return WEIGH_OK;
}

static bool
skipped(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strcmp(name, ".git") == 0 || strcmp(name, ".weigh") == 0;
}

static enum weigh_code walk_folder(struct walk *w, int dir,
    struct weigh_buf *path, struct weigh_err *err);

/* One name in the folder `parent`; `path` ends with it. */
static enum weigh_code
walk_name(struct walk *w, int dir, int parent, const char *name,
    struct weigh_buf *path, struct weigh_err *err)
{
	struct weigh_err why = { 0 };
	struct stat st;

	if (weigh_path_check(path->data, path->len, &why) != WEIGH_OK)
		return refuse(err, path->data, why.why,
		    "rename it, or take it out of the folder");
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return refuse_errno(err, path->data, errno);
	if (S_ISDIR(st.st_mode))
		return walk_folder(w, dir, path, err);
	if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		return add_file(w, dir, path->data, S_ISLNK(st.st_mode), err);
	return check_kind(err, path->data, st.st_mode);
}

/* weigh_path_check bounds how deep this goes. */
static enum weigh_code
walk_folder(struct walk *w, int dir, struct weigh_buf *path,
    struct weigh_err *err)
{
	size_t len = path->len;
	enum weigh_code rc = WEIGH_OK;
	struct dirent *e;
	DIR *d = NULL;
	int fd = beneath_open(dir, len > 0 ? path->data : ".",
	    O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0 || (d = fdopendir(fd)) == NULL) {
		rc = refuse_errno(err, len > 0 ? path->data : ".", errno);
		if (fd >= 0)
			close(fd);
		return rc;
	}
	for (errno = 0; rc == WEIGH_OK && (e = readdir(d)) != NULL; errno = 0) {
		if (skipped(e->d_name))
			continue;
		weigh_buf_addf(path, "%s%s", len > 0 ? "/" : "", e->d_name);
		rc = path->failed ?
		    weigh_fail(err, WEIGH_TOO_BIG, "a path is too long") :
		    walk_name(w, dir, dirfd(d), e->d_name, path, err);
		path->len = len;
		if (path->data != NULL)
			path->data[len] = '\0';
	}
	if (rc == WEIGH_OK && errno != 0)
		rc = refuse_errno(err, len > 0 ? path->data : ".", errno);
	closedir(d);
	return rc;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct walk_file *)a)->path,
	    ((const struct walk_file *)b)->path);
}

enum weigh_code
walk_read(struct walk *w, int dir, struct weigh_err *err)
{
	struct weigh_err own = { 0 };
	struct weigh_buf path;
	enum weigh_code rc;

	if (err == NULL)
		err = &own;
	*w = (struct walk){ 0 };
	weigh_buf_init(&path, 4 * WEIGH_PATH_MAX);
	rc = walk_folder(w, dir, &path, err);
	weigh_buf_free(&path);
	if (rc == WEIGH_OK && w->count == 0) {
		rc = weigh_fail(err, WEIGH_MALFORMED, "the folder is empty");
		weigh_fix(err, "put the model's files into it");
	}
	if (rc == WEIGH_OK)
		qsort(w->files, w->count, sizeof(*w->files), by_path);
	return rc;
}

void
walk_free(struct walk *w)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		free(w->files[i].path);
	free(w->files);
	*w = (struct walk){ 0 };
}
