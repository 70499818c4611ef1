/*
 * beneath: files below a folder, and never outside it.
 *
 * (1) No function follows a symbolic link in a component of `path`, except
 *     beneath_open_linked, which follows links that stay inside.
 * (2) `path` is relative and has no `..`; such a one answers EXDEV.
 * (3) By openat2(RESOLVE_BENEATH) where the kernel has it and lets us; else
 *     component by component with O_NOFOLLOW.
 *
 * Failures are -1 and errno.  Every function may touch the disk.
 */
#ifndef CLI_BENEATH_H
#define CLI_BENEATH_H

#include <sys/types.h>

/* Open below `dir`; O_CLOEXEC is added. */
int beneath_open(int dir, const char *path, int flags, mode_t mode);

/* openat(2), tried again when a signal comes in between; `name` is one part, or a
 * path of the person's own with AT_FDCWD. */
int beneath_openat(int at, const char *name, int flags, mode_t mode);

/* The way without openat2 (3); for tests, beneath_open takes it by itself. */
int beneath_open_parts(int dir, const char *path, int flags, mode_t mode);

/* Open, following symbolic links that stay below `dir`.  ENOSYS where the
 * kernel cannot promise that. */
int beneath_open_linked(int dir, const char *path, int flags);

/* The folder that holds the last part of `path`, as a descriptor; *base is that
 * part.  With `make`, folders that are missing are made, each one synced into
 * its parent. */
int beneath_parent(int dir, const char *path, int make, const char **base);

#endif
