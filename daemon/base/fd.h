/*
 * fd: descriptors, whole reads and writes, and names that last.
 *
 * (1) Opening is relative to a directory's descriptor and never leaves it:
 *     openat2(RESOLVE_BENEATH | NO_SYMLINKS | NO_MAGICLINKS); where a container
 *     forbids openat2, component by component with O_NOFOLLOW.
 * (2) A read or write is whole, or it is an error; EINTR is retried.
 * (3) A failed sync is reported once and never retried: the data is lost.
 *
 * Threads: any.  Blocking: all may touch the disk.
 */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <weigh/buf.h>
#include <weigh/err.h>

/* Like openat, below `dirfd`; O_CLOEXEC is added.  -1 and errno: EXDEV or ELOOP
 * when a link or `..` is met. */
int fd_open_beneath(int dirfd, const char *path, int flags, mode_t mode);

/* Close if >= 0 and set to -1. */
void fd_close(int *fd);

enum weigh_code fd_write_all(
    int fd, const void *data, size_t len, struct weigh_err *err);

/* Exactly `len` bytes from `offset`; a file that ends early is WEIGH_IO. */
enum weigh_code fd_pread_all(
    int fd, void *data, size_t len, uint64_t offset, struct weigh_err *err);

/* All of a file below `dirfd`, appended to `out` up to its ceiling. */
enum weigh_code fd_read_file(
    int dirfd, const char *path, struct weigh_buf *out, struct weigh_err *err);

enum weigh_code fd_sync(int fd, struct weigh_err *err);
/* Make the names in a folder last. */
enum weigh_code fd_sync_dir(int dirfd, const char *path, struct weigh_err *err);

/* Make a folder and those above it, each durably; fine if it is there. */
enum weigh_code fd_make_dirs(
    int dirfd, const char *path, mode_t mode, struct weigh_err *err);

/* Write a whole small file durably: `NAME.new` beside it, fsync, rename over it,
 * fsync of the folder `dir` ("." for dirfd itself).  A NAME.new that a crash left
 * behind is replaced; so one replacer of a name at a time. */
enum weigh_code fd_replace_file(int dirfd, const char *dir, const char *name,
    const void *data, size_t len, mode_t mode, struct weigh_err *err);

/* Remove a folder and all below it, without following links.  Fine if absent. */
enum weigh_code fd_remove_tree(
    int dirfd, const char *path, struct weigh_err *err);

#endif
