/*
 * dir_walk: the files of a folder that is mirrored.  Private to fetch/.
 *
 * (1) Regular files only, in byte order of paths, each path by weigh_path_check; a link
 *     or anything else that is no file ends the walk, by name.
 * (2) `.git` and `.weigh` are passed over, and `.cache` at the top, where downloads keep
 *     their notes; at most WEIGH_MANIFEST_FILES files.
 *
 * Blocking: all.
 */
#ifndef FETCH_DIR_WALK_H
#define FETCH_DIR_WALK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <weigh/err.h>

struct dir_file {
	char *path;
	uint64_t size;
	struct timespec time; /* of its last change */
};

struct dir_walk {
	struct dir_file *files;
	size_t count, room;
};

/* The caller calls dir_walk_free in any case. */
enum weigh_code dir_walk_read(struct dir_walk *w, int folder,
    struct weigh_err *err);
void dir_walk_free(struct dir_walk *w);

/* Open one of `size` bytes for reading: WEIGH_CHANGED if it has another size now,
 * WEIGH_NOT_FOUND if it is no file any more. */
enum weigh_code dir_walk_open(int folder, const char *path, uint64_t size,
    int *fd, struct weigh_err *err);

#endif
