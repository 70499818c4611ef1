/* trace: what was done below the folder, in order.  README.md has the form. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "preload.h"

#define ANSWER_MAX 16384 /* bytes of an answer that are kept */
#define TRACE_FD 900     /* out of the way of the program's own */

struct record {
	uint32_t op;
	uint32_t path;  /* bytes of it, behind this head */
	uint32_t other; /* bytes of it, behind the path */
	uint32_t unused;
	uint64_t inode;
	uint64_t offset;
	uint64_t data; /* bytes of it, behind the names */
};

static int trace_fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void
trace_open(void)
{
	const char *path = getenv("PRELOAD_TRACE");
	long fd;

	if (path == NULL)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, path,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	trace_fd = fcntl((int)fd, F_DUPFD_CLOEXEC, TRACE_FD);
	syscall(SYS_close, fd);
}

bool
trace_begin(void)
{
	if (trace_fd < 0)
		return false;
	pthread_mutex_lock(&lock);
	return true;
}

void
trace_end(void)
{
	pthread_mutex_unlock(&lock);
}

/* A trace with a hole would prove nothing, so a record that cannot be written is
 * the end. */
static void
put(struct record *r, const char *path, const char *other, const void *data)
{
	int saved = errno;
	struct iovec parts[4] = {
		{ r, sizeof(*r) },
		{ (void *)(uintptr_t)path, r->path = (uint32_t)strlen(path) },
		{ (void *)(uintptr_t)other,
		    r->other = (uint32_t)strlen(other) },
		{ (void *)(uintptr_t)data, (size_t)r->data },
	};
	size_t total = sizeof(*r) + r->path + r->other + (size_t)r->data;
	long n = syscall(SYS_writev, trace_fd, parts, 4);

	if (n < 0 || (size_t)n != total)
		abort();
	errno = saved;
}

static uint64_t
inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

void
trace_names(enum trace_op op, const char *path, const char *other,
    uint64_t offset)
{
	struct record r = { .op = op, .offset = offset };

	put(&r, path, other, NULL);
}

void
trace_file(enum trace_op op, int fd, const char *path, uint64_t offset)
{
	struct record r = {
		.op = op,
		.inode = inode_of(fd),
		.offset = offset,
	};

	put(&r, path, "", NULL);
}

void
trace_data(int fd, const char *path, uint64_t offset, const void *data,
    size_t len)
{
	struct record r = {
		.op = TRACE_WRITE,
		.inode = inode_of(fd),
		.offset = offset,
		.data = len,
	};

	put(&r, path, "", data);
}

void
trace_data_of(int fd, const char *path, uint64_t offset, size_t len)
{
	char *piece = malloc(len), link[32];
	long back;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	back = syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC);
	if (piece == NULL || back < 0 ||
	    syscall(SYS_pread64, back, piece, len, offset) != (long)len)
		abort();
	trace_data(fd, path, offset, piece, len);
	syscall(SYS_close, back);
	free(piece);
}

void
trace_answer(int fd, const void *data, size_t len)
{
	struct record r = { .op = TRACE_ANSWER };
	int saved = errno;
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) && trace_begin()) {
		r.data = len < ANSWER_MAX ? len : ANSWER_MAX;
		put(&r, "", "", data);
		trace_end();
	}
	errno = saved;
}
