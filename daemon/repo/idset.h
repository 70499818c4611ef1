/* idset: git ids that were seen.  Private to repo/. */
#ifndef REPO_IDSET_H
#define REPO_IDSET_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>

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

#endif
