/* tmpdir: see tmpdir.h. */
#include "tmpdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static _Noreturn void
give_up(const char *what, const char *path)
{
	fprintf(stderr, "tmpdir: cannot %s '%s': %s\n", what, path,
	    strerror(errno));
	abort();
}

void
tmpdir_make(struct tmpdir *t)
{
	const char *base = getenv("TMPDIR");

	snprintf(t->path, sizeof(t->path), "%s/weigh-test-XXXXXX",
	    base != NULL && *base != '\0' ? base : "/tmp");
	if (mkdtemp(t->path) == NULL)
		give_up("make", t->path);
	t->fd = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->fd < 0)
		give_up("open", t->path);
}

static void
remove_entry(int at, const char *name)
{
	struct dirent *e;
	DIR *dir;
	int fd;

	if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
		return;
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0 || (dir = fdopendir(fd)) == NULL)
		give_up("empty", name);
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			remove_entry(fd, e->d_name);
	}
	closedir(dir);
	if (unlinkat(at, name, AT_REMOVEDIR) != 0)
		give_up("remove", name);
}

void
tmpdir_remove(struct tmpdir *t)
{
	close(t->fd);
	t->fd = -1;
	remove_entry(AT_FDCWD, t->path);
}

void
tmpdir_write(const struct tmpdir *t, const char *path, const void *data,
    size_t len)
{
	const char *p = data;
	ssize_t n;
	int fd;

	fd = openat(t->fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		give_up("write", path);
	for (; len > 0; p += n, len -= (size_t)n) {
		if ((n = write(fd, p, len)) <= 0)
			give_up("write", path);
	}
	close(fd);
}

void
tmpdir_flip(const struct tmpdir *t, const char *path, long long offset)
{
	struct stat st;
	char byte;
	int fd;

	if (fstatat(t->fd, path, &st, 0) != 0 ||
	    fchmodat(t->fd, path, 0644, 0) != 0 ||
	    (fd = openat(t->fd, path, O_RDWR)) < 0)
		give_up("open", path);
	if (pread(fd, &byte, 1, offset) != 1)
		give_up("read", path);
	byte ^= 0x10;
	if (pwrite(fd, &byte, 1, offset) != 1 || fchmod(fd, st.st_mode) != 0)
		give_up("change", path);
	close(fd);
}

bool
tmpdir_has(const struct tmpdir *t, const char *path)
{
	struct stat st;

	return fstatat(t->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int
tmpdir_count(const struct tmpdir *t, const char *path)
{
	struct dirent *e;
	int fd, n = 0;
	DIR *dir;

	fd = openat(t->fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0 || (dir = fdopendir(fd)) == NULL)
		return -1;
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			n++;
	}
	closedir(dir);
	return n;
}
