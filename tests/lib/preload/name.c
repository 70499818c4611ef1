/* name: calls that give, take or move names, and modes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preload.h"

/* One such call on one or two names. */
struct naming {
	const char *call;
	enum trace_op op;
	int (*perform)(const struct naming *n);
	int dirfd;
	const char *path;
	int other_dirfd;
	const char *other; /* NULL: there is only one */
	unsigned value;    /* flags or mode */
};

static int
do_rename(const struct naming *n)
{
	REAL(renameat2);

	return real(n->dirfd, n->path, n->other_dirfd, n->other, n->value);
}

static int
do_link(const struct naming *n)
{
	REAL(linkat);

	return real(n->dirfd, n->path, n->other_dirfd, n->other, (int)n->value);
}

static int
do_unlink(const struct naming *n)
{
	REAL(unlinkat);

	return real(n->dirfd, n->path, (int)n->value);
}

static int
do_mkdir(const struct naming *n)
{
	REAL(mkdirat);

	return real(n->dirfd, n->path, n->value);
}

/* The mode that mkdir gives: the process's mask is applied. */
static uint64_t
mode_of(const struct naming *n)
{
	struct stat st;

	if (n->op != TRACE_MKDIR)
		return 0;
	return fstatat(n->dirfd, n->path, &st, 0) == 0 ? st.st_mode & 07777 : 0;
}

static int
name(const struct naming *n)
{
	char path[PATH_MAX], other[PATH_MAX] = "";
	enum fault fault;
	bool tracing;
	int rc;

	if (!below_path(n->dirfd, n->path, path))
		return n->perform(n);
	if (n->other != NULL)
		below_path(n->other_dirfd, n->other, other);
	fault = control_next(n->op == TRACE_UNLINK ? CALL_UNLINK : CALL_NAME,
	    n->call, path);
	if (fault == FAULT_FAIL)
		return -1;
	if (fault == FAULT_TORN)
		control_die();
	tracing = trace_begin();
	rc = n->perform(n);
	if (tracing && rc == 0)
		trace_names(n->op, path, other, mode_of(n));
	if (tracing)
		trace_end();
	return rc;
}

int
renameat2(int from, const char *path, int to, const char *other, unsigned flags)
{
	const struct naming n = { "rename", TRACE_RENAME, do_rename, from, path,
		to, other, flags };

	return name(&n);
}

int
renameat(int from, const char *path, int to, const char *other)
{
	return renameat2(from, path, to, other, 0);
}

int
rename(const char *path, const char *other)
{
	return renameat2(AT_FDCWD, path, AT_FDCWD, other, 0);
}

int
linkat(int from, const char *path, int to, const char *other, int flags)
{
	const struct naming n = { "link", TRACE_LINK, do_link, from, path, to,
		other, (unsigned)flags };

	return name(&n);
}

int
link(const char *path, const char *other)
{
	return linkat(AT_FDCWD, path, AT_FDCWD, other, 0);
}

int
unlinkat(int at, const char *path, int flags)
{
	const struct naming n = { "unlink", TRACE_UNLINK, do_unlink, at, path,
		-1, NULL, (unsigned)flags };

	return name(&n);
}

int
unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int
rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int
mkdirat(int at, const char *path, mode_t mode)
{
	const struct naming n = { "mkdir", TRACE_MKDIR, do_mkdir, at, path, -1,
		NULL, mode };

	return name(&n);
}

int
mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

/* --- modes ------------------------------------------------------------------------ */

int
fchmod(int fd, mode_t mode)
{
	char path[PATH_MAX];
	enum fault fault;
	bool tracing;
	int rc;
	REAL(fchmod);

	if (!below_fd(fd, path))
		return real(fd, mode);
	fault = control_next(CALL_NAME, "fchmod", path);
	if (fault == FAULT_FAIL)
		return -1;
	if (fault == FAULT_TORN)
		control_die();
	tracing = trace_begin();
	rc = real(fd, mode);
	if (tracing && rc == 0)
		trace_file(TRACE_MODE, fd, path, mode);
	if (tracing)
		trace_end();
	return rc;
}

int
chmod(const char *path, mode_t mode)
{
	char below[PATH_MAX];
	int fd, rc;
	REAL(chmod);

	if (!below_path(AT_FDCWD, path, below) ||
	    (fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC)) < 0)
		return real(path, mode);
	rc = fchmod(fd, mode);
	close(fd);
	return rc;
}
