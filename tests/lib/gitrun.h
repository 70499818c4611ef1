/*
 * gitrun: the git program, as a second opinion on what libgit2 wrote.  It reads
 * no configuration but the repository's.
 */
#ifndef TESTS_GITRUN_H
#define TESTS_GITRUN_H

#include <weigh/buf.h>

/* Run `git -C folder …` with arguments up to a NULL; what it prints (both
 * streams) replaces the content of `out`.  Answers its exit status. */
int gitrun(struct weigh_buf *out, const char *folder, ...)
    __attribute__((sentinel));

#endif
