/* gather: the files of a folder that can tell its license. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <weigh/buf.h>

#include "beneath.h"
#include "gather.h"

#define PATH_MOST 4095

static enum weigh_code
add(struct gather *g, const char *path, struct gather_file file,
    struct weigh_err *err)
{
	struct gather_file *f;

	if (g->count == GATHER_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "more than %d files there have a license's name",
		    GATHER_MAX);
	if (g->count == g->room) {
		size_t room = g->room != 0 ? 2 * g->room : 16;

		f = reallocarray(g->files, room, sizeof(*f));
		if (f == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		g->files = f;
		g->room = room;
	}
	f = &g->files[g->count];
	*f = file;
	f->path = strdup(path);
	if (f->path == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	g->count++;
	return WEIGH_OK;
}

static enum weigh_code look_into(struct gather *g, int dir,
    struct weigh_buf *path, struct weigh_err *err);

/* One name in the folder `parent`; `path` ends with it. */
static enum weigh_code
look_at(struct gather *g, int dir, int parent, const char *name,
    struct weigh_buf *path, struct weigh_err *err)
{
	struct gather_file f = { .evidence = WEIGH_EVIDENCE_NAMED };
	struct stat st;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		f.errnum = errno;
		return errno == ENOENT ? /* gone meanwhile */
		    WEIGH_OK :
		    add(g, path->data, f, err);
	}
	if (S_ISDIR(st.st_mode))
		return weigh_evidence_folder(path->data) ?
		    look_into(g, dir, path, err) :
		    WEIGH_OK;
	f.evidence = weigh_evidence_file(path->data);
	f.linked = S_ISLNK(st.st_mode);
	return f.evidence != WEIGH_EVIDENCE_NONE ? add(g, path->data, f, err) :
					     WEIGH_OK;
}

/* weigh_evidence_folder bounds how deep this goes. */
static enum weigh_code
look_into(struct gather *g, int dir, struct weigh_buf *path,
    struct weigh_err *err)
{
	size_t len = path->len;
	enum weigh_code rc = WEIGH_OK;
	struct dirent *e;
	DIR *d = NULL;
	int fd = beneath_open(dir, len > 0 ? path->data : ".",
	    O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0 || (d = fdopendir(fd)) == NULL) {
		rc = add(g, len > 0 ? path->data : ".",
		    (struct gather_file){ .errnum = errno }, err);
		if (fd >= 0)
			close(fd);
		return rc;
	}
	for (errno = 0; rc == WEIGH_OK && (e = readdir(d)) != NULL; errno = 0) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		weigh_buf_addf(path, "%s%s", len > 0 ? "/" : "", e->d_name);
		rc = path->failed ?
		    weigh_fail(err, WEIGH_TOO_BIG, "a path is too long") :
		    look_at(g, dir, dirfd(d), e->d_name, path, err);
		path->len = len;
		if (path->data != NULL)
			path->data[len] = '\0';
	}
	if (rc == WEIGH_OK && errno != 0) /* the rest of it is not known */
		rc = add(g, len > 0 ? path->data : ".",
		    (struct gather_file){ .errnum = errno }, err);
	closedir(d);
	return rc;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct gather_file *)a)->path,
	    ((const struct gather_file *)b)->path);
}

enum weigh_code
gather_folder(struct gather *g, int dir, struct weigh_err *err)
{
	struct weigh_buf path;
	enum weigh_code rc;

	*g = (struct gather){ 0 };
	weigh_buf_init(&path, PATH_MOST + 1);
	rc = look_into(g, dir, &path, err);
	weigh_buf_free(&path);
	if (g->count > 0)
		qsort(g->files, g->count, sizeof(*g->files), by_path);
	return rc;
}

void
gather_free(struct gather *g)
{
	size_t i;

	for (i = 0; i < g->count; i++)
		free(g->files[i].path);
	free(g->files);
	*g = (struct gather){ 0 };
}

static int
open_by_rule(int dir, const struct gather_file *f, int flags)
{
	return f->linked ? beneath_open_linked(dir, f->path, flags) :
			   beneath_open(dir, f->path, flags, 0);
}

int
gather_open(int dir, const struct gather_file *f)
{
	struct stat st;
	int fd, e;

	errno = f->errnum;
	if (errno != 0)
		return -1;
	/* Look before opening: opening a device may do something. */
	fd = open_by_rule(dir, f, O_PATH);
	if (fd < 0)
		return -1;
	e = fstat(fd, &st) != 0 ? errno : 0;
	if (e == 0 && !S_ISREG(st.st_mode))
		e = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	close(fd);
	if (e == 0)
		return open_by_rule(dir, f, O_RDONLY | O_NONBLOCK);
	errno = e;
	return -1;
}
