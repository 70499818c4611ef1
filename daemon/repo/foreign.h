/*
 * foreign: a git repository of somebody else on this machine, bare or a `.git` folder, to
 * be read.
 *
 * (1) Nothing is written there.
 * (2) What is taken from it goes into a stage, read as strictly as a pack that came from
 *     afar, each object hashed.
 *
 * Threads: a foreign belongs to one thread.  Blocking: all.
 */
#ifndef REPO_FOREIGN_H
#define REPO_FOREIGN_H

#include "repo/stage.h"

struct foreign;

/* The repository in `folder` below `dirfd`, whose path is `path`.  WEIGH_NOT_FOUND. */
enum weigh_code foreign_open(struct foreign **out, int dirfd, const char *path,
    const char *folder, struct weigh_err *err);
void foreign_close(struct foreign *f); /* NULL does nothing */

/* The commit that a full ref, or HEAD, leads to; `branch` is what HEAD stands for, ""
 * when it stands for itself.  WEIGH_NOT_FOUND: there is no such ref. */
enum weigh_code foreign_ref(struct foreign *f, const char *ref,
    struct weigh_gitid *commit, char branch[256], struct weigh_err *err);

/* Copy a commit, without its history, into a stage.  WEIGH_NOT_FOUND: it is not there,
 * or not all it leads to. */
enum weigh_code foreign_take(struct foreign *f,
    const struct weigh_gitid *commit, struct stage *to, struct weigh_err *err);

#endif
