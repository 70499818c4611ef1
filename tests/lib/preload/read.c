/* read: calls that take bytes out of a file. */
#include <unistd.h>

#include "preload.h"

/* Half of the bytes, or none and errno.  False: none. */
static bool
allowed(const char *call, int fd, size_t *len)
{
	char path[PATH_MAX];

	if (!below_fd(fd, path))
		return true;
	switch (control_next(CALL_READ, call, path)) {
	case FAULT_FAIL:
		return false;
	case FAULT_SHORT:
		*len = (*len + 1) / 2;
		return true;
	case FAULT_TORN:
		control_die();
	case FAULT_NONE:
	case FAULT_KILL:
	case FAULT_LIE:
		break;
	}
	return true;
}

ssize_t
read(int fd, void *data, size_t len)
{
	REAL(read);

	return allowed("read", fd, &len) ? real(fd, data, len) : -1;
}

ssize_t
pread(int fd, void *data, size_t len, off_t at)
{
	REAL(pread);

	return allowed("pread", fd, &len) ? real(fd, data, len, at) : -1;
}

ssize_t
pread64(int fd, void *data, size_t len, off64_t at)
{
	return pread(fd, data, len, at);
}

/* What _FORTIFY_SOURCE makes of them. */
ssize_t __read_chk(int fd, void *data, size_t len, size_t room);
ssize_t __pread_chk(int fd, void *data, size_t len, off_t at, size_t room);
ssize_t __pread64_chk(int fd, void *data, size_t len, off64_t at, size_t room);

ssize_t
__read_chk(int fd, void *data, size_t len, size_t room)
{
	(void)room;
	return read(fd, data, len);
}

ssize_t
__pread_chk(int fd, void *data, size_t len, off_t at, size_t room)
{
	(void)room;
	return pread(fd, data, len, at);
}

ssize_t
__pread64_chk(int fd, void *data, size_t len, off64_t at, size_t room)
{
	(void)room;
	return pread(fd, data, len, at);
}
