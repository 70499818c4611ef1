/*
 * folder: the data folder: where it is, and that it is ours alone.
 *
 * (1) One weighd a folder: a lock on weighd.lock is held as long as the process
 *     lives; a second one is refused in one sentence.
 */
#ifndef FOLDER_H
#define FOLDER_H

#include <weigh/err.h>

#define FOLDER_PATH 4096

struct folder {
	char path[FOLDER_PATH]; /* absolute, without links */
	int dirfd;
	int lock_fd;
};

#define FOLDER_NONE { .dirfd = -1, .lock_fd = -1 }

/* Find or make the folder `wanted`, or the usual one if it is NULL
 * ($STATE_DIRECTORY; /var/lib/weighhouse for root; else below $XDG_DATA_HOME or
 * ~/.local/share), and lock it.  Blocking. */
enum weigh_code folder_open(
    struct folder *f, const char *wanted, struct weigh_err *err);
void folder_close(struct folder *f);

#endif
