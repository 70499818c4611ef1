/* fd: see fd.h. */
#include "fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME_SIZE 256 /* one component with its NUL, as the kernel has it */
#define TREE_DEPTH 64 /* a descriptor a level while removing */
#define READ_PIECE (16 << 10)

/* Take the first component of *path off into `out`: 1, or 0 at the end, or -1
 * and errno for what may not stand in a path of ours. */
static int
take_component(const char **path, char out[NAME_SIZE])
{
	const char *p = *path;
	size_t len;

	while (*p == '/')
		p++;
	len = strcspn(p, "/");
	*path = p + len;
	if (len == 0)
		return 0;
	if (len >= NAME_SIZE) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(out, p, len);
	out[len] = '\0';
	if (strcmp(out, "..") == 0) {
		errno = EXDEV;
		return -1;
	}
	return 1;
}

/* Neither absolute nor with a `..`: refused alike by both ways of opening. */
static bool
path_is_plain(const char *path)
{
	char part[NAME_SIZE];
	int more;

	if (*path == '/' || *path == '\0') {
		errno = *path == '/' ? EXDEV : ENOENT;
		return false;
	}
	while ((more = take_component(&path, part)) == 1)
		;
	return more == 0;
}

/* One component, links refused.  The kernel answers ENOTDIR for a link that was
 * to be a folder; say ELOOP, as openat2 does. */
static int
open_component(int dirfd, const char *name, int flags, mode_t mode)
{
	struct stat st;
	int fd;

	do {
		fd = openat(dirfd, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0 && errno == ENOTDIR) {
		if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISLNK(st.st_mode))
			errno = ELOOP;
		else
			errno = ENOTDIR;
	}
	return fd;
}

void
fd_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

/* The folder that holds the last component of `path`, which goes to `last`
 * ("." when there is none).  -1 and errno. */
static int
open_parent(int dirfd, const char *path, char last[NAME_SIZE])
{
	char next[NAME_SIZE];
	int at, down, more;

	memcpy(last, ".", sizeof("."));
	if ((at = open_component(dirfd, ".", O_PATH | O_DIRECTORY, 0)) < 0)
		return -1;
	while ((more = take_component(&path, next)) == 1) {
		down = open_component(at, last, O_PATH | O_DIRECTORY, 0);
		fd_close(&at);
		if (down < 0)
			return -1;
		at = down;
		memcpy(last, next, strlen(next) + 1);
	}
	if (more < 0)
		fd_close(&at);
	return at;
}

static int
open_by_walking(int dirfd, const char *path, int flags, mode_t mode)
{
	char last[NAME_SIZE];
	int parent, fd;

	if ((parent = open_parent(dirfd, path, last)) < 0)
		return -1;
	fd = open_component(parent, last, flags, mode);
	fd_close(&parent);
	return fd;
}

int
fd_open_beneath(int dirfd, const char *path, int flags, mode_t mode)
{
	struct open_how how = { 0 };
	long fd;

	if (!path_is_plain(path))
		return -1;
	if (strchr(path, '/') == NULL)
		return open_component(dirfd, path, flags, mode);
	how.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC);
	how.mode = flags & O_CREAT ? mode : 0;
	how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
	    RESOLVE_NO_MAGICLINKS;
	do {
		fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
	} while (fd < 0 && errno == EINTR);
	/* Old kernels say ENOSYS, the filters of old containers EPERM. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return open_by_walking(dirfd, path, flags, mode);
	return (int)fd;
}

/* Did a call fail only for now?  Waits until it is worth another try. */
static bool
try_again(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN)
		return false;
	(void)poll(&p, 1, 1000);
	return true;
}

enum weigh_code
fd_write_all(int fd, const void *data, size_t len, struct weigh_err *err)
{
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n < 0 && try_again(fd, POLLOUT))
			continue;
		if (n < 0)
			return weigh_fail_errno(err, errno, "cannot write");
		if (n == 0)
			return weigh_fail(err, WEIGH_IO,
			    "cannot write: no byte was taken");
		p += n;
		len -= (size_t)n;
	}
	return WEIGH_OK;
}

enum weigh_code
fd_pread_all(int fd, void *data, size_t len, uint64_t offset,
    struct weigh_err *err)
{
	char *p = data;
	ssize_t n;

	while (len > 0) {
		n = pread(fd, p, len, (off_t)offset);
		if (n < 0 && try_again(fd, POLLIN))
			continue;
		if (n < 0)
			return weigh_fail_errno(err, errno, "cannot read");
		if (n == 0)
			return weigh_fail(err, WEIGH_IO,
			    "the file ends %zu bytes early", len);
		p += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return WEIGH_OK;
}

static enum weigh_code
read_to_end(int fd, struct weigh_buf *out, struct weigh_err *err)
{
	char piece[READ_PIECE];
	ssize_t n;

	for (;;) {
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && try_again(fd, POLLIN))
			continue;
		if (n < 0)
			return weigh_fail_errno(err, errno, "cannot read");
		if (n == 0)
			return WEIGH_OK;
		if ((size_t)n > out->max - out->len)
			return weigh_fail(err, WEIGH_TOO_BIG,
			    "more than %zu bytes", out->max);
		if (!weigh_buf_add(out, piece, (size_t)n))
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
}

enum weigh_code
fd_read_file(int dirfd, const char *path, struct weigh_buf *out,
    struct weigh_err *err)
{
	struct stat st;
	enum weigh_code rc;
	int fd;

	/* O_NONBLOCK: a fifo in the file's place must not hold us. */
	fd = fd_open_beneath(dirfd, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0 || fstat(fd, &st) != 0)
		rc = weigh_fail_errno(err, errno, "cannot open");
	else if (!S_ISREG(st.st_mode))
		rc = weigh_fail(err, WEIGH_IO, "not a regular file");
	else
		rc = read_to_end(fd, out, err);
	fd_close(&fd);
	return weigh_context(err, rc, "file '%s'", path);
}

enum weigh_code
fd_sync(int fd, struct weigh_err *err)
{
	if (fsync(fd) != 0)
		return weigh_fail_errno(err, errno,
		    "the disk did not take what was written");
	return WEIGH_OK;
}

enum weigh_code
fd_sync_dir(int dirfd, const char *path, struct weigh_err *err)
{
	enum weigh_code rc;
	int fd;

	fd = fd_open_beneath(dirfd, path, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		rc = weigh_fail_errno(err, errno, "cannot open");
	else
		rc = fd_sync(fd, err);
	fd_close(&fd);
	return weigh_context(err, rc, "folder '%s'", path);
}

/* Go one level down, making the level first: *at becomes its descriptor.  The
 * folder above is synced also when the level was there: whoever made it may have
 * died before its sync. */
static enum weigh_code
make_level(int *at, const char *name, mode_t mode, struct weigh_err *err)
{
	enum weigh_code rc;
	int down;

	if (mkdirat(*at, name, mode) != 0 && errno != EEXIST)
		return weigh_fail_errno(err, errno, "cannot make it");
	down = open_component(*at, name, O_RDONLY | O_DIRECTORY, 0);
	if (down < 0)
		return weigh_fail_errno(err, errno, "cannot open it");
	rc = fd_sync(*at, err);
	fd_close(at);
	*at = down;
	return rc;
}

enum weigh_code
fd_make_dirs(int dirfd, const char *path, mode_t mode, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	const char *rest = path;
	char part[NAME_SIZE];
	int at = -1;

	if (path_is_plain(path))
		at = open_component(dirfd, ".", O_RDONLY | O_DIRECTORY, 0);
	if (at < 0)
		rc = weigh_fail_errno(err, errno, "cannot make it");
	while (rc == WEIGH_OK && take_component(&rest, part) == 1)
		rc = make_level(&at, part, mode, err);
	fd_close(&at);
	return weigh_context(err, rc, "folder '%s'", path);
}

/* Fill the temporary and sync it.  close() is checked too: some network file
 * systems report there. */
static enum weigh_code
write_new(int dir, const char *name, const void *data, size_t len, mode_t mode,
    struct weigh_err *err)
{
	enum weigh_code rc;
	int fd;

	if (unlinkat(dir, name, 0) != 0 && errno != ENOENT)
		return weigh_fail_errno(err, errno, "cannot remove '%s'", name);
	fd = open_component(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return weigh_fail_errno(err, errno, "cannot make '%s'", name);
	rc = fd_write_all(fd, data, len, err);
	if (rc == WEIGH_OK && fchmod(fd, mode) != 0)
		rc = weigh_fail_errno(err, errno, "cannot set its mode");
	if (rc == WEIGH_OK)
		rc = fd_sync(fd, err);
	if (close(fd) != 0 && rc == WEIGH_OK)
		rc = weigh_fail_errno(err, errno, "cannot close '%s'", name);
	return rc;
}

enum weigh_code
fd_replace_file(int dirfd, const char *dir, const char *name, const void *data,
    size_t len, mode_t mode, struct weigh_err *err)
{
	char fresh[NAME_SIZE];
	enum weigh_code rc;
	int n, at;

	n = snprintf(fresh, sizeof(fresh), "%s.new", name);
	if (n < 0 || (size_t)n >= sizeof(fresh) || strchr(name, '/') != NULL)
		return weigh_fail(err, WEIGH_BUG, "bad file name '%s'", name);
	at = fd_open_beneath(dirfd, dir, O_RDONLY | O_DIRECTORY, 0);
	if (at < 0) {
		rc = weigh_fail_errno(err, errno, "cannot open '%s'", dir);
		goto out;
	}
	rc = write_new(at, fresh, data, len, mode, err);
	if (rc == WEIGH_OK && renameat(at, fresh, at, name) != 0)
		rc = weigh_fail_errno(err, errno, "cannot rename");
	if (rc == WEIGH_OK)
		rc = fd_sync(at, err);
	else
		(void)unlinkat(at, fresh, 0);
out:
	fd_close(&at);
	return weigh_context(err, rc, "file '%s'", name);
}

static enum weigh_code remove_at(int at, const char *name, unsigned depth,
    struct weigh_err *err);

static enum weigh_code
empty_folder(int fd, unsigned depth, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct dirent *entry;
	DIR *dir;

	if ((dir = fdopendir(fd)) == NULL) {
		rc = weigh_fail_errno(err, errno, "cannot list");
		fd_close(&fd);
		return rc;
	}
	while (rc == WEIGH_OK) {
		errno = 0;
		if ((entry = readdir(dir)) == NULL)
			break;
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		rc = remove_at(dirfd(dir), entry->d_name, depth, err);
	}
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list");
	closedir(dir);
	return rc;
}

static enum weigh_code
remove_at(int at, const char *name, unsigned depth, struct weigh_err *err)
{
	enum weigh_code rc;
	int fd;

	if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
		return WEIGH_OK;
	if (errno != EISDIR && errno != EPERM)
		return weigh_fail_errno(err, errno, "cannot remove '%s'", name);
	if (depth == 0)
		return weigh_fail(err, WEIGH_TOO_BIG, "folders too deep");
	fd = open_component(at, name, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return weigh_fail_errno(err, errno, "cannot open '%s'", name);
	rc = empty_folder(fd, depth - 1, err);
	if (rc == WEIGH_OK && unlinkat(at, name, AT_REMOVEDIR) != 0)
		rc = weigh_fail_errno(err, errno, "cannot remove '%s'", name);
	return rc;
}

enum weigh_code
fd_remove_tree(int dirfd, const char *path, struct weigh_err *err)
{
	char last[NAME_SIZE];
	enum weigh_code rc;
	int parent;

	if (!path_is_plain(path) ||
	    (parent = open_parent(dirfd, path, last)) < 0) {
		if (errno == ENOENT)
			return WEIGH_OK;
		return weigh_fail_errno(err, errno, "cannot open '%s'", path);
	}
	rc = remove_at(parent, last, TREE_DEPTH, err);
	fd_close(&parent);
	return rc;
}
