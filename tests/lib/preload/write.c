/* write: calls that put bytes into a file, or change how many it has. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "preload.h"

/* --- bytes --------------------------------------------------------------------- */

#define HERE ((off_t)-1) /* where the descriptor stands */

/* One transfer into a file, whatever call it came by. */
struct transfer {
	const char *call;
	int to;
	const void *data; /* NULL: from `from`, by the kernel */
	size_t len;
	off_t at; /* in `to`; or HERE */
	int from;
	off_t *from_at;
	bool ranged; /* copy_file_range, not sendfile */
};

static ssize_t
perform(const struct transfer *t, size_t len)
{
	off_t to = t->at;

	if (t->data != NULL && t->at == HERE) {
		REAL(write);
		return real(t->to, t->data, len);
	}
	if (t->data != NULL) {
		REAL(pwrite);
		return real(t->to, t->data, len, t->at);
	}
	if (t->ranged) {
		REAL(copy_file_range);
		return real(t->from, t->from_at, t->to,
		    t->at == HERE ? NULL : &to, len, 0);
	}
	{
		REAL(sendfile);
		return real(t->to, t->from, t->from_at, len);
	}
}

/* The call itself, and its record. */
static ssize_t
perform_traced(const struct transfer *t, const char *path, size_t len)
{
	bool tracing = trace_begin();
	ssize_t n = perform(t, len);
	uint64_t at;

	if (tracing && n > 0) {
		at = (uint64_t)(t->at != HERE ? t->at :
						lseek(t->to, 0, SEEK_CUR) - n);
		if (t->data != NULL)
			trace_data(t->to, path, at, t->data, (size_t)n);
		else
			trace_data_of(t->to, path, at, (size_t)n);
	}
	if (tracing)
		trace_end();
	return n;
}

static ssize_t
transfer(const struct transfer *t)
{
	char path[PATH_MAX];

	if (!below_fd(t->to, path)) {
		if (t->data != NULL)
			trace_answer(t->to, t->data, t->len);
		return perform(t, t->len);
	}
	switch (control_next(CALL_WRITE, t->call, path)) {
	case FAULT_FAIL:
		return -1;
	case FAULT_SHORT:
		return perform_traced(t, path, (t->len + 1) / 2);
	case FAULT_TORN:
		perform_traced(t, path, t->len / 2);
		control_die();
	case FAULT_LIE:
		if (t->at == HERE)
			lseek(t->to, (off_t)t->len, SEEK_CUR);
		return (ssize_t)t->len;
	case FAULT_NONE:
	case FAULT_KILL:
		break;
	}
	return perform_traced(t, path, t->len);
}

ssize_t
write(int fd, const void *data, size_t len)
{
	const struct transfer t = { "write", fd, data, len, HERE, -1, NULL, 0 };

	return transfer(&t);
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	const struct transfer t = { "pwrite", fd, data, len, at, -1, NULL, 0 };

	return transfer(&t);
}

ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	return pwrite(fd, data, len, at);
}

/* To a file: the first of the pieces, which is a short write and allowed. */
ssize_t
writev(int fd, const struct iovec *pieces, int count)
{
	char path[PATH_MAX];
	REAL(writev);

	if (count > 0 && below_fd(fd, path))
		return write(fd, pieces[0].iov_base, pieces[0].iov_len);
	for (int i = 0; i < count; i++)
		trace_answer(fd, pieces[i].iov_base, pieces[i].iov_len);
	return real(fd, pieces, count);
}

ssize_t
copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t len,
    unsigned flags)
{
	const struct transfer t = { "copy_file_range", to, NULL, len,
		to_at != NULL ? *to_at : HERE, from, from_at, true };
	ssize_t n;

	if (flags != 0) {
		errno = EINVAL;
		return -1;
	}
	n = transfer(&t);
	if (n > 0 && to_at != NULL)
		*to_at += n;
	return n;
}

ssize_t
sendfile(int to, int from, off_t *from_at, size_t len)
{
	const struct transfer t = { "sendfile", to, NULL, len, HERE, from,
		from_at, false };

	return transfer(&t);
}

ssize_t
sendfile64(int to, int from, off64_t *from_at, size_t len)
{
	return sendfile(to, from, from_at, len);
}

/* --- sizes ----------------------------------------------------------------------- */

/* A call that changes a size, or blocks behind it: may it happen?  True: no, and
 * *rc is its answer. */
static bool
prevented(enum call_class class, const char *call, const char *path, int *rc)
{
	enum fault fault = control_next(class, call, path);

	if (fault == FAULT_TORN)
		control_die();
	*rc = fault == FAULT_FAIL ? -1 : 0;
	return fault == FAULT_FAIL || fault == FAULT_LIE;
}

/* Cutting a file needs no room, it gives some back. */
static bool
shrinks(int fd, off_t size)
{
	struct stat st;

	return fstat(fd, &st) == 0 && size <= st.st_size;
}

int
ftruncate(int fd, off_t size)
{
	char path[PATH_MAX];
	bool tracing;
	int rc;
	REAL(ftruncate);

	if (!below_fd(fd, path))
		return real(fd, size);
	if (prevented(shrinks(fd, size) ? CALL_UNLINK : CALL_WRITE, "ftruncate",
		path, &rc))
		return rc;
	tracing = trace_begin();
	rc = real(fd, size);
	if (tracing && rc == 0)
		trace_file(TRACE_SIZE, fd, path, (uint64_t)size);
	if (tracing)
		trace_end();
	return rc;
}

int
ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

int
fallocate(int fd, int mode, off_t at, off_t len)
{
	char path[PATH_MAX];
	struct stat st;
	bool tracing;
	int rc;
	REAL(fallocate);

	if (!below_fd(fd, path))
		return real(fd, mode, at, len);
	if (prevented(CALL_WRITE, "fallocate", path, &rc))
		return rc;
	tracing = trace_begin();
	rc = real(fd, mode, at, len);
	if (tracing && rc == 0 && fstat(fd, &st) == 0)
		trace_file(TRACE_SIZE, fd, path, (uint64_t)st.st_size);
	if (tracing)
		trace_end();
	return rc;
}

int
fallocate64(int fd, int mode, off64_t at, off64_t len)
{
	return fallocate(fd, mode, at, len);
}

/* Answers the error instead of -1. */
int
posix_fallocate(int fd, off_t at, off_t len)
{
	return fallocate(fd, 0, at, len) == 0 ? 0 : errno;
}

int
posix_fallocate64(int fd, off64_t at, off64_t len)
{
	return posix_fallocate(fd, at, len);
}

/* Cloning counts as a write.  Under a trace nothing can be cloned, so that the
 * bytes come by a call that shows them. */
int
ioctl(int fd, unsigned long request, ...)
{
	char path[PATH_MAX];
	va_list more;
	void *argument;
	int rc;
	REAL(ioctl);

	va_start(more, request);
	argument = va_arg(more, void *);
	va_end(more);
	if ((request != FICLONE && request != FICLONERANGE) ||
	    !below_fd(fd, path))
		return real(fd, request, argument);
	if (prevented(CALL_WRITE, "clone", path, &rc))
		return rc;
	if (trace_begin()) {
		trace_end();
		errno = EOPNOTSUPP;
		return -1;
	}
	return real(fd, request, argument);
}

/* --- sockets: only looked at ---------------------------------------------------------- */

ssize_t
send(int fd, const void *data, size_t len, int flags)
{
	REAL(send);

	trace_answer(fd, data, len);
	return real(fd, data, len, flags);
}
