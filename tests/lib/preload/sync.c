/* sync: calls that ask for bytes or names to last, and close. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "preload.h"

/* What a sync answers instead of being done; true: *rc is it. */
static bool
prevented(const char *call, const char *path, int *rc)
{
	enum fault fault = control_next(CALL_SYNC, call, path);

	if (fault == FAULT_TORN)
		control_die();
	*rc = fault == FAULT_FAIL ? -1 : 0;
	return fault == FAULT_FAIL || fault == FAULT_LIE;
}

static int
sync_one(const char *call, int fd, int (*real)(int fd))
{
	char path[PATH_MAX];
	bool tracing;
	int rc;

	if (!below_fd(fd, path))
		return real(fd);
	if (prevented(call, path, &rc))
		return rc;
	tracing = trace_begin();
	rc = real(fd);
	if (tracing && rc == 0)
		trace_file(TRACE_SYNC, fd, path, 0);
	if (tracing)
		trace_end();
	return rc;
}

int
fsync(int fd)
{
	REAL(fsync);

	return sync_one("fsync", fd, real);
}

int
fdatasync(int fd)
{
	REAL(fdatasync);

	return sync_one("fdatasync", fd, real);
}

int
syncfs(int fd)
{
	char path[PATH_MAX];
	int rc;
	REAL(syncfs);

	if (below_fd(fd, path) && prevented("syncfs", path, &rc))
		return rc;
	return real(fd); /* not in the trace: it promises more than we model */
}

int
sync_file_range(int fd, off64_t at, off64_t len, unsigned flags)
{
	char path[PATH_MAX];
	int rc;
	REAL(sync_file_range);

	if (below_fd(fd, path) && prevented("sync_file_range", path, &rc))
		return rc;
	return real(fd, at, len, flags); /* it promises nothing: no record */
}

/* The descriptor is gone, whatever close says: close(2). */
int
close(int fd)
{
	enum fault fault = FAULT_NONE;
	char path[PATH_MAX];
	int error, rc;
	REAL(close);

	if (below_fd(fd, path)) {
		fault = control_next(CALL_CLOSE, "close", path);
		error = errno;
		if (fault == FAULT_TORN)
			control_die();
	}
	rc = real(fd);
	if (fault == FAULT_FAIL) {
		errno = error;
		rc = -1;
	}
	return rc;
}
