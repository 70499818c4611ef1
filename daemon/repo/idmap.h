/* idmap: a number for each git id.  Private to repo/. */
#ifndef REPO_IDMAP_H
#define REPO_IDMAP_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idmap_slot {
	git_oid id; /* zero: free */
	uint32_t number;
};

struct idmap {
	struct idmap_slot *slots;
	size_t room; /* a power of two, or 0 */
	size_t count;
};

/* Starts as { 0 }. */
void idmap_free(struct idmap *map);
/* The number of an id, to be read or changed until the next idmap_add; NULL: it has
 * none. */
uint32_t *idmap_find(const struct idmap *map, const git_oid *id);
/* Give an id that has none its number.  False when there is no memory. */
bool idmap_add(struct idmap *map, const git_oid *id, uint32_t number);

#endif
