/* json/keys: see keys.h. */
#include <stdlib.h>
#include <string.h>

#include "../siphash.h"
#include "keys.h"

#define FIRST_ROOM 32

void
weigh_keys_init(struct keys *k, uint64_t seed)
{
	*k = (struct keys){ .seed = seed };
}

void
weigh_keys_free(struct keys *k)
{
	free(k->hashes);
	free(k->index);
	weigh_keys_init(k, k->seed);
}

/* The slot that holds `hash`, or the empty one where it would stand. */
static uint32_t *
find_slot(const struct keys *k, uint64_t hash)
{
	size_t mask = 2 * k->room - 1, at = (size_t)hash & mask;

	while (k->index[at] != 0 && k->hashes[k->index[at] - 1] != hash)
		at = (at + 1) & mask;
	return &k->index[at];
}

static bool
grow(struct keys *k)
{
	size_t room = k->room == 0 ? FIRST_ROOM : 2 * k->room;
	uint64_t *hashes;
	uint32_t *index;

	if (room > UINT32_MAX / 2)
		return false;
	if ((hashes = realloc(k->hashes, room * sizeof(*hashes))) == NULL)
		return false;
	k->hashes = hashes;
	if ((index = calloc(2 * room, sizeof(*index))) == NULL)
		return false;
	free(k->index);
	k->index = index;
	k->room = room;
	/* In their old order: weigh_keys_cut depends on it. */
	for (size_t i = 0; i < k->count; i++)
		*find_slot(k, hashes[i]) = (uint32_t)i + 1;
	return true;
}

enum keys_answer
weigh_keys_add(struct keys *k, uint64_t object, const char *key, size_t len)
{
	/* The object's number is half of the key, so that the same name in two
	 * open objects has two hashes. */
	uint64_t hash = weigh_siphash(k->seed, object, key, len);
	uint32_t *slot;

	if (k->count == k->room && !grow(k))
		return KEYS_NOMEM;
	slot = find_slot(k, hash);
	if (*slot != 0)
		return KEYS_TWICE;
	k->hashes[k->count++] = hash;
	*slot = (uint32_t)k->count;
	return KEYS_NEW;
}

/*
 * Open addressing can forget its youngest member by emptying its slot: nobody
 * who came earlier had to step over it.
 */
void
weigh_keys_cut(struct keys *k, size_t count)
{
	while (k->count > count)
		*find_slot(k, k->hashes[--k->count]) = 0;
}
