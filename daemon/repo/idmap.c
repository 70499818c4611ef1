/* idmap: see idmap.h.  Open addressing, as idset. */
#include "idmap.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 1024

/* Where the id is, or where it would go.  The zero id is nobody's. */
static struct idmap_slot *
find(struct idmap_slot *slots, size_t room, const git_oid *id)
{
	uint64_t hash;
	size_t i;

	memcpy(&hash, id->id, sizeof(hash));
	for (i = (size_t)hash & (room - 1); !git_oid_is_zero(&slots[i].id);
	     i = (i + 1) & (room - 1))
		if (git_oid_equal(&slots[i].id, id))
			break;
	return &slots[i];
}

void
idmap_free(struct idmap *map)
{
	free(map->slots);
	*map = (struct idmap){ 0 };
}

uint32_t *
idmap_find(const struct idmap *map, const git_oid *id)
{
	struct idmap_slot *slot;

	if (map->room == 0)
		return NULL;
	slot = find(map->slots, map->room, id);
	return git_oid_is_zero(&slot->id) ? NULL : &slot->number;
}

/* At most three quarters are in use. */
static bool
grow(struct idmap *map)
{
	size_t room = map->room != 0 ? 2 * map->room : ROOM_FIRST;
	struct idmap_slot *slots;

	if (map->count + 1 <= map->room / 4 * 3)
		return true;
	if ((slots = calloc(room, sizeof(*slots))) == NULL)
		return false;
	for (size_t i = 0; i < map->room; i++)
		if (!git_oid_is_zero(&map->slots[i].id))
			*find(slots, room, &map->slots[i].id) = map->slots[i];
	free(map->slots);
	map->slots = slots;
	map->room = room;
	return true;
}

bool
idmap_add(struct idmap *map, const git_oid *id, uint32_t number)
{
	if (!grow(map))
		return false;
	*find(map->slots, map->room, id) = (struct idmap_slot){ *id, number };
	map->count++;
	return true;
}
