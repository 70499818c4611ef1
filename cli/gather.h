/*
 * gather: the files of a folder that can tell its license.
 *
 * (1) Only those that weigh/evidence.h names, in the order of their paths.
 * (2) Nothing outside of the folder is read: a link is followed while it stays inside.
 * (3) What cannot be looked into is listed with the reason, and ends nothing.
 *
 * Every function may touch the disk.
 */
#ifndef CLI_GATHER_H
#define CLI_GATHER_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/err.h>
#include <weigh/evidence.h>

#define GATHER_MAX 65536 /* files */

struct gather_file {
	char *path; /* relative to the folder */
	enum weigh_evidence evidence;
	bool linked; /* by a symbolic link */
	int errnum;  /* 0, or why it, or this folder, cannot be read (3) */
};

struct gather {
	struct gather_file *files;
	size_t count, room;
};

/* List them; the caller calls gather_free in any case.  WEIGH_TOO_BIG, WEIGH_NOMEM. */
enum weigh_code gather_folder(struct gather *g, int dir, struct weigh_err *err);
void gather_free(struct gather *g);

/* Open one of them by (2): a descriptor of a regular file; -1 and errno, which is EISDIR
 * for a link to a folder and EINVAL for what is no file. */
int gather_open(int dir, const struct gather_file *f);

#endif
