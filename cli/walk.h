/*
 * walk: the files of a folder that is to be published.
 *
 * (1) The list holds regular files only: those in the folder, and those that a
 *     symbolic link inside the folder leads to without leaving it.
 * (2) `.git` and `.weigh` folders are skipped; other dot-files are not.
 * (3) The first thing that cannot be published ends the walk, with its path,
 *     the reason and a fix; nothing is left open.
 */
#ifndef CLI_WALK_H
#define CLI_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>

struct walk_file {
	char *path;    /* relative; passes weigh_path_check */
	uint64_t size; /* when it was seen; for progress only */
	bool linked;   /* by a symbolic link inside the folder */
};

struct walk {
	struct walk_file *files; /* sorted by path */
	size_t count;
	size_t room;
	uint64_t bytes;
};

/* List what lies below `dir`; the caller calls walk_free in any case. */
enum weigh_code walk_read(struct walk *w, int dir, struct weigh_err *err);
void walk_free(struct walk *w);

/* Open a listed file for reading, with the same rules again: what was a file
 * may be a link by now.  A descriptor, or -1 and err. */
int walk_open(int dir, const struct walk_file *file, struct weigh_err *err);

#endif
