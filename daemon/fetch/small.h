/*
 * small: files that are not LFS, one by one, from where no git is offered.
 *
 * (1) As many come at once as `[mirror] files` says, each within what upstream may be
 *     asked; the first failure ends the others.
 * (2) A content is asked for once, whatever number of paths have it, and not at all if
 *     the stage has it.
 * (3) Nothing is in the stage but under the git id that its bytes have.
 */
#ifndef FETCH_SMALL_H
#define FETCH_SMALL_H

#include "fetch/priv.h"

#define SMALL_MOST (32u << 20) /* bytes of a file that is not LFS */

/* A revision as a place tells of it. */
struct told {
	struct fetch *f;
	struct listing *l;
	struct source_place at;
	const struct place *place;
	const struct weigh_repo *repo;
	const struct source_revision *rev;
	int64_t *wait;
};

/* Have the small files of the listing that `wants` in its stage (NULL: all of them).
 * Blocks until all are there or one failed.  WEIGH_TOO_BIG: one that should be LFS. */
enum weigh_code small_bring(struct told *t,
    bool (*wants)(const struct listed *file), struct weigh_err *err);

/* How many questions that would be, with nothing in the stage. */
enum weigh_code small_count(const struct listing *l, uint64_t *out,
    struct weigh_err *err);

#endif
