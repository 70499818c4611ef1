/* below: which calls are about the folder that is watched. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload.h"

static const char deleted[] = " (deleted)"; /* proc(5): its name is gone */

/* Strip the folder's own name; "" is the folder. */
static bool
strip(const char *absolute, char out[PATH_MAX])
{
	const char *folder = getenv("PRELOAD_BELOW");
	size_t len = folder != NULL ? strlen(folder) : 0;

	if (len == 0 || strncmp(absolute, folder, len) != 0 ||
	    (absolute[len] != '/' && absolute[len] != '\0'))
		return false;
	absolute += len;
	while (*absolute == '/')
		absolute++;
	snprintf(out, PATH_MAX, "%s", absolute);
	return true;
}

static bool
name_of(int fd, char out[PATH_MAX])
{
	char link[32];
	ssize_t n;
	size_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if ((n = readlink(link, out, PATH_MAX - 1)) < 0)
		return false;
	len = (size_t)n;
	if (len > strlen(deleted) &&
	    memcmp(out + len - strlen(deleted), deleted, strlen(deleted)) == 0)
		len -= strlen(deleted);
	out[len] = '\0';
	return out[0] == '/';
}

bool
below_fd(int fd, char out[PATH_MAX])
{
	char absolute[PATH_MAX];
	int saved = errno;
	bool is = name_of(fd, absolute) && strip(absolute, out);

	errno = saved;
	return is;
}

bool
below_path(int dirfd, const char *path, char out[PATH_MAX])
{
	char folder[PATH_MAX], absolute[2 * PATH_MAX];
	int saved = errno;
	bool is = true;

	if (path[0] == '/')
		is = strip(path, out);
	else if (dirfd == AT_FDCWD ? getcwd(folder, sizeof(folder)) == NULL :
				     !name_of(dirfd, folder))
		is = false;
	if (is && path[0] != '/') {
		snprintf(absolute, sizeof(absolute), "%s/%s", folder, path);
		is = strip(absolute, out);
	}
	errno = saved;
	return is;
}
