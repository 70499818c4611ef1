/* open: every way of opening a file by its name. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload.h"

static long
call(long number, long a, long b, long c, long d)
{
	static long (*real)(long, ...);

	if (real == NULL)
		*(void **)(void *)&real = dlsym(RTLD_NEXT, "syscall");
	return real(number, a, b, c, d);
}

/* open(2) in all its forms is openat(2) or openat2(2) with these. */
struct opening {
	int dirfd;
	const char *path;
	int flags;
	mode_t mode;
	const struct open_how *how; /* NULL: openat */
};

static int
perform(const struct opening *o)
{
	if (o->how != NULL)
		return (int)call(SYS_openat2, o->dirfd, (long)o->path,
		    (long)o->how, sizeof(*o->how));
	return (int)call(SYS_openat, o->dirfd, (long)o->path, o->flags,
	    (long)o->mode);
}

static void
record(const struct opening *o, int fd, const char *path, bool was_there)
{
	struct stat st;

	if (fd >= 0 && !was_there && fstat(fd, &st) == 0)
		trace_file(TRACE_CREATE, fd, path, st.st_mode & 07777);
	else if (fd >= 0 && (o->flags & O_TRUNC))
		trace_file(TRACE_SIZE, fd, path, 0);
}

static enum call_class
class_of(const struct opening *o)
{
	return (o->flags & (O_CREAT | O_TRUNC)) ||
		(o->flags & O_ACCMODE) != O_RDONLY ?
	    CALL_CREATE :
	    CALL_OPEN;
}

static int
open_it(const struct opening *o)
{
	bool tracing, was_there;
	char path[PATH_MAX];
	enum fault fault;
	int fd;

	if (!below_path(o->dirfd, o->path, path))
		return perform(o);
	fault = control_next(class_of(o), "open", path);
	if (fault == FAULT_FAIL)
		return -1;
	if (fault == FAULT_TORN)
		control_die();
	if ((o->flags & (O_CREAT | O_TRUNC)) == 0)
		return perform(o);
	tracing = trace_begin();
	was_there = faccessat(o->dirfd, o->path, F_OK, 0) == 0;
	fd = perform(o);
	if (tracing) {
		record(o, fd, path, was_there);
		trace_end();
	}
	return fd;
}

static int
open_at(int dirfd, const char *path, int flags, mode_t mode)
{
	const struct opening o = { dirfd, path, flags, mode, NULL };

	return open_it(&o);
}

/* The mode is there only when a file may be made. */
#define TAKE_MODE(mode, flags, last) \
	do { \
		va_list more; \
		va_start(more, last); \
		mode = (flags) & (O_CREAT | __O_TMPFILE) ? \
		    va_arg(more, mode_t) : \
		    0; \
		va_end(more); \
	} while (0)

int
open(const char *path, int flags, ...)
{
	mode_t mode;

	TAKE_MODE(mode, flags, flags);
	return open_at(AT_FDCWD, path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	mode_t mode;

	TAKE_MODE(mode, flags, flags);
	return open_at(AT_FDCWD, path, flags, mode);
}

int
openat(int dirfd, const char *path, int flags, ...)
{
	mode_t mode;

	TAKE_MODE(mode, flags, flags);
	return open_at(dirfd, path, flags, mode);
}

int
openat64(int dirfd, const char *path, int flags, ...)
{
	mode_t mode;

	TAKE_MODE(mode, flags, flags);
	return open_at(dirfd, path, flags, mode);
}

int
creat(const char *path, mode_t mode)
{
	return open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

/* What _FORTIFY_SOURCE makes of opens without a mode. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);

int
__open_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

int
__open64_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

int
__openat_2(int dirfd, const char *path, int flags)
{
	return open_at(dirfd, path, flags, 0);
}

int
__openat64_2(int dirfd, const char *path, int flags)
{
	return open_at(dirfd, path, flags, 0);
}

/* libc has no openat2 of its own.  Others pass with as many words as a system
 * call can have. */
long
syscall(long number, ...)
{
	static long (*real)(long, ...);
	long word[6];
	va_list more;

	if (real == NULL)
		*(void **)(void *)&real = dlsym(RTLD_NEXT, "syscall");
	va_start(more, number);
	for (int i = 0; i < 6; i++)
		word[i] = va_arg(more, long);
	va_end(more);
	if (number == SYS_openat2) {
		const struct open_how *how = (const void *)word[2];
		const struct opening o = { (int)word[0], (const void *)word[1],
			(int)how->flags, (mode_t)how->mode, how };

		return open_it(&o);
	}
	return real(number, word[0], word[1], word[2], word[3], word[4],
	    word[5]);
}
