/*
 * lastcall: a program of ours that is killed at its N-th call that lasts.  The calls
 * are replaced by those below, in the program whose one source includes this.
 */
#ifndef TESTS_LASTCALL_H
#define TESTS_LASTCALL_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int until; /* calls before the last; 0: no end */

/* Is this the call at which the child ends? */
static bool
is_last(void)
{
	return until > 0 && --until == 0;
}

static _Noreturn void
end_here(void)
{
	kill(getpid(), SIGKILL);
	_exit(1);
}

/* Half of it gets onto the disk. */
ssize_t
write(int fd, const void *data, size_t len)
{
	bool last = fd > STDERR_FILENO && is_last();
	ssize_t n = syscall(SYS_write, fd, data, last ? len / 2 : len);

	if (last)
		end_here();
	return n;
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	bool last = is_last();
	ssize_t n = syscall(SYS_pwrite64, fd, data, last ? len / 2 : len, at);

	if (last)
		end_here();
	return n;
}

ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	return pwrite(fd, data, len, at);
}

/* What comes before the others has happened, they have not.  Only the process
 * dies, so nothing need be synced. */
#define ENDS_BEFORE(call) \
	do { \
		if (is_last()) \
			end_here(); \
		return (int)(call); \
	} while (0)

int
fsync(int fd)
{
	(void)fd;
	ENDS_BEFORE(0);
}

int
fdatasync(int fd)
{
	(void)fd;
	ENDS_BEFORE(0);
}

int
rename(const char *from, const char *to)
{
	ENDS_BEFORE(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int
renameat(int from, const char *name, int to, const char *name2)
{
	ENDS_BEFORE(syscall(SYS_renameat2, from, name, to, name2, 0));
}

int
renameat2(int from, const char *name, int to, const char *name2, unsigned how)
{
	ENDS_BEFORE(syscall(SYS_renameat2, from, name, to, name2, how));
}

int
link(const char *from, const char *to)
{
	ENDS_BEFORE(syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int
unlink(const char *path)
{
	ENDS_BEFORE(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

int
unlinkat(int fd, const char *path, int how)
{
	ENDS_BEFORE(syscall(SYS_unlinkat, fd, path, how));
}

int
mkdir(const char *path, mode_t mode)
{
	ENDS_BEFORE(syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

int
mkdirat(int fd, const char *path, mode_t mode)
{
	struct stat st;

	/* Most are there; those do not count. */
	if (fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	ENDS_BEFORE(syscall(SYS_mkdirat, fd, path, mode));
}

int
rmdir(const char *path)
{
	ENDS_BEFORE(syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}

#endif
