/*
 * idset: git ids that were seen; idwalk: and those of them that wait to be looked at.
 * Private to repo/.
 */
#ifndef REPO_IDSET_H
#define REPO_IDSET_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>

#include <weigh/err.h>

struct idset {
	git_oid *slots; /* zero: free */
	size_t room;    /* a power of two, or 0 */
	size_t count;
};

/* Starts as { 0 }. */
void idset_free(struct idset *set);
bool idset_has(const struct idset *set, const git_oid *id);
/* *fresh: it was not in it.  False when there is no memory. */
bool idset_add(struct idset *set, const git_oid *id, bool *fresh);

/* --- a walk over what leads to what: each id once ------------------------ */

struct idwalk_item {
	git_oid id;
	git_object_t type; /* as it was met; GIT_OBJECT_ANY: not known */
};

struct idwalk {
	struct idset met;
	struct idwalk_item *todo; /* met, and not looked at yet */
	size_t count, room;
};

/* Starts as { 0 }. */
void idwalk_free(struct idwalk *walk);
/* Something leads to `id`: it is to be looked at, if that is the first time.
 * WEIGH_NOMEM. */
enum weigh_code idwalk_meet(struct idwalk *walk, const git_oid *id,
    git_object_t type, struct weigh_err *err);
/* The one that was met last, to be looked at now.  False: there is none left. */
bool idwalk_next(struct idwalk *walk, struct idwalk_item *out);

#endif
