/*
 * tmpdir: a folder of its own for each test.
 *
 * Made below $TMPDIR (or /tmp) and removed with all that is in it.  A test that
 * cannot have one ends the program with a sentence.
 */
#ifndef TESTS_TMPDIR_H
#define TESTS_TMPDIR_H

#include <stdbool.h>
#include <stddef.h>

struct tmpdir {
	int fd; /* of the folder */
	char path[256];
};

void tmpdir_make(struct tmpdir *t);
void tmpdir_remove(struct tmpdir *t);

/* Write a file below the folder, replacing it. */
void tmpdir_write(const struct tmpdir *t, const char *path, const void *data,
    size_t len);

/* Flip one bit of a file, as rot does: mode and links are no hindrance. */
void tmpdir_flip(const struct tmpdir *t, const char *path, long long offset);

/* Is there anything of that name?  Links are not followed. */
bool tmpdir_has(const struct tmpdir *t, const char *path);

/* How many entries a folder has, `.` and `..` not counted; -1 if none is. */
int tmpdir_count(const struct tmpdir *t, const char *path);

#endif
