/*
 * objects: where the objects of one commit wait, and how they get to disk.
 * Private to repo/.
 *
 * (1) Nothing is on disk before objects_finish, unless there is more than
 *     OBJECTS_BYTES of it: then that much goes out as a pack.
 * (2) After objects_finish everything that was written or found there already
 *     is on disk, names included.
 * (3) Without objects_finish nothing stays.
 */
#ifndef REPO_OBJECTS_H
#define REPO_OBJECTS_H

#include "priv.h"

/* Up to so many new objects become files of their own; more become one pack.
 * A file costs two fsyncs, a pack four, but a hundred packs slow every look-up
 * down.  README.md has the measurement. */
#define OBJECTS_LOOSE 64
#define OBJECTS_BYTES (32u << 20) /* held in memory before a pack is written */

struct objects;
enum weigh_code objects_open(struct repo *r, struct objects **out,
    struct weigh_err *err);
/* What was not finished is forgotten, and what is on disk of it removed. */
void objects_close(struct objects *o);

enum weigh_code objects_write(struct objects *o, git_object_t type,
    const void *data, size_t len, struct weigh_gitid *out,
    struct weigh_err *err);

/* For libgit2's own writers (trees, commits): the repository they write to, and
 * what they wrote. */
git_repository *objects_repository(struct objects *o);
enum weigh_code objects_note(struct objects *o, const git_oid *id, size_t len,
    struct weigh_err *err);

enum weigh_code objects_finish(struct objects *o, struct weigh_err *err);

#endif
