/*
 * stage: git objects of somebody else, before they are admitted: a bare repository in
 * a folder that no door knows.
 *
 * (1) Every object is hashed here (SHA-1 that notices collisions) and read strictly:
 *     what a commit leads to is checked as repo_each_entry checks it, and `git fsck
 *     --strict` agrees.
 * (2) A commit without its parents is shallow: the parents' ids stay in it, nothing
 *     leads to them.
 * (3) Nothing here is visible; a stage lives until it is dropped, restarts included.
 *
 * Threads: a stage belongs to one thread at a time.  Blocking: all.
 */
#ifndef REPO_STAGE_H
#define REPO_STAGE_H

#include "repo/repo.h"

struct stage;

/* The stage `name` ([0-9a-z-], 1 to 64 bytes) below the data folder's
 * incoming/stages; made if it is not there. */
enum weigh_code stage_open(struct stage **out, int dirfd, const char *path,
    const char *name, struct weigh_err *err);
void stage_close(struct stage *s); /* NULL does nothing */
/* Take it away, opened or not. */
enum weigh_code stage_drop(int dirfd, const char *name, struct weigh_err *err);
/* Every stage there is, for who sweeps. */
enum weigh_code stage_each(int dirfd,
    enum weigh_code (*each)(void *ctx, const char *name, struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* A pack, as it comes: begin, add, end.  At most `max` bytes.  WEIGH_MALFORMED. */
enum weigh_code stage_pack_begin(struct stage *s, uint64_t max,
    struct weigh_err *err);
enum weigh_code stage_pack_add(struct stage *s, const void *data, size_t len,
    struct weigh_err *err);
enum weigh_code stage_pack_end(struct stage *s, struct weigh_err *err);
void stage_pack_abandon(struct stage *s);

/* Is this commit here with all it leads to? */
enum weigh_code stage_has(struct stage *s, const struct weigh_gitid *commit,
    bool *whole, struct weigh_err *err);

/* Its entries, checked, in byte order of whole paths; as repo_each_entry. */
enum weigh_code stage_each_entry(struct stage *s,
    const struct weigh_gitid *commit,
    enum weigh_code (*each)(void *ctx, const struct repo_entry *e,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);
/* Is an object called so here? */
bool stage_has_blob(struct stage *s, const struct weigh_gitid *blob);
/* The bytes of a small file. */
enum weigh_code stage_blob(struct stage *s, const struct weigh_gitid *blob,
    struct weigh_buf *out, struct weigh_err *err);

/* One small file's bytes into the stage; its id must be this one. */
enum weigh_code stage_put_blob(struct stage *s, const struct weigh_gitid *want,
    const void *data, size_t len, struct weigh_err *err);

/* Where no git is offered: a commit made here from what upstream told.  The same
 * told things make the same commit on every machine: author and date are given, no
 * parent.  Files that are LFS become pointers; of the others the bytes are in the
 * stage.  Sorted by path. */
struct stage_told {
	const char *message;
	int64_t date;
	const struct repo_file *files;
	size_t nfiles;
	struct weigh_gitid commit; /* out */
};
enum weigh_code stage_make(struct stage *s, struct stage_told *told,
    struct weigh_err *err);

/* Copy a commit with all it leads to into a repository of ours, durably; noted there
 * as shallow unless `known` says of each of its parents that it was admitted there
 * (NULL: of none).  No ref moves. */
enum weigh_code stage_give(struct stage *s, const struct weigh_gitid *commit,
    struct repo *to, bool (*known)(void *ctx, const struct weigh_gitid *parent),
    void *ctx, struct weigh_err *err);

#endif
