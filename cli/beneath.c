/* beneath: files below a folder, and never outside it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "beneath.h"

#define PART_MAX 256
#define AGAIN_MAX 16 /* times that a racing rename may disturb openat2 */

int
beneath_openat(int at, const char *name, int flags, mode_t mode)
{
	int fd;

	do
		fd = openat(at, name, flags, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

static int
openat2_beneath(int dir, const char *path, int flags, mode_t mode,
    uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.mode = (flags & O_CREAT) != 0 ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | resolve,
	};
	long fd;
	int again = 0;

	do
		fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
	while (fd < 0 &&
	    (errno == EINTR || (errno == EAGAIN && ++again < AGAIN_MAX)));
	return (int)fd;
}

static void
close_keeping_errno(int fd)
{
	int e = errno;

	close(fd);
	errno = e;
}

/* Copy the part of `path` up to the next '/' into `part`; moves *path behind
 * it.  errno tells why a part is refused. */
static int
next_part(const char **path, char part[PART_MAX])
{
	size_t len = strcspn(*path, "/");

	if (len == 0 || (len == 2 && memcmp(*path, "..", 2) == 0)) {
		errno = EXDEV;
		return -1;
	}
	if (len >= PART_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(part, *path, len);
	part[len] = '\0';
	*path += len + ((*path)[len] == '/');
	return 0;
}

/* One folder further down.  `at` is closed unless it is `dir`. */
static int
step(int dir, int at, const char *part, int make)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = beneath_openat(at, part, flags, 0);

	if (fd < 0 && errno == ENOENT && make) {
		if ((mkdirat(at, part, 0777) == 0 && fsync(at) == 0) ||
		    errno == EEXIST)
			fd = beneath_openat(at, part, flags, 0);
	}
	if (fd < 0 && errno == ENOTDIR) {
		struct stat st;

		/* Linux says ENOTDIR for a link too; be exact. */
		if (fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW) == 0)
			errno = S_ISLNK(st.st_mode) ? ELOOP : ENOTDIR;
	}
	if (at != dir)
		close_keeping_errno(at);
	return fd;
}

int
beneath_parent(int dir, const char *path, int make, const char **base)
{
	char part[PART_MAX];
	int at = dir;

	while (strchr(path, '/') != NULL) {
		if (next_part(&path, part) != 0) {
			if (at != dir)
				close_keeping_errno(at);
			return -1;
		}
		at = step(dir, at, part, make);
		if (at < 0)
			return -1;
	}
	*base = path;
	return at == dir ? fcntl(dir, F_DUPFD_CLOEXEC, 0) : at;
}

int
beneath_open_parts(int dir, const char *path, int flags, mode_t mode)
{
	const char *base;
	char part[PART_MAX];
	int parent = beneath_parent(dir, path, 0, &base);
	int fd = -1;

	if (parent < 0)
		return -1;
	if (next_part(&base, part) == 0)
		fd = beneath_openat(parent, part,
		    flags | O_NOFOLLOW | O_CLOEXEC, mode);
	close_keeping_errno(parent);
	return fd;
}

int
beneath_open(int dir, const char *path, int flags, mode_t mode)
{
	int fd = openat2_beneath(dir, path, flags | O_NOFOLLOW, mode,
	    RESOLVE_NO_SYMLINKS);

	/* Some containers answer EPERM for calls they do not know. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return beneath_open_parts(dir, path, flags, mode);
	return fd;
}

int
beneath_open_linked(int dir, const char *path, int flags)
{
	int fd = openat2_beneath(dir, path, flags, 0, 0);

	if (fd < 0 && errno == EPERM)
		errno = ENOSYS;
	return fd;
}
