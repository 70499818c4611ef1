/* idset: see idset.h.  Open addressing; an id is as good as a hash of itself. */
#include "idset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 1024
#define TODO_FIRST 64

/* Where the id is, or where it would go.  The zero id is nobody's. */
static size_t
find(const git_oid *slots, size_t room, const git_oid *id)
{
	uint64_t hash;
	size_t i;

	memcpy(&hash, id->id, sizeof(hash));
	for (i = (size_t)hash & (room - 1); !git_oid_is_zero(&slots[i]);
	     i = (i + 1) & (room - 1))
		if (git_oid_equal(&slots[i], id))
			break;
	return i;
}

void
idset_free(struct idset *set)
{
	free(set->slots);
	*set = (struct idset){ 0 };
}

bool
idset_has(const struct idset *set, const git_oid *id)
{
	return set->room != 0 &&
	    !git_oid_is_zero(&set->slots[find(set->slots, set->room, id)]);
}

/* At most three quarters are in use. */
static bool
grow(struct idset *set)
{
	size_t room = set->room != 0 ? 2 * set->room : ROOM_FIRST;
	git_oid *slots;

	if (set->count + 1 <= set->room / 4 * 3)
		return true;
	if ((slots = calloc(room, sizeof(*slots))) == NULL)
		return false;
	for (size_t i = 0; i < set->room; i++)
		if (!git_oid_is_zero(&set->slots[i]))
			slots[find(slots, room, &set->slots[i])] =
			    set->slots[i];
	free(set->slots);
	set->slots = slots;
	set->room = room;
	return true;
}

bool
idset_add(struct idset *set, const git_oid *id, bool *fresh)
{
	git_oid *slot;

	if (!grow(set))
		return false;
	slot = &set->slots[find(set->slots, set->room, id)];
	*fresh = git_oid_is_zero(slot);
	if (*fresh) {
		*slot = *id;
		set->count++;
	}
	return true;
}

/* --- a walk -------------------------------------------------------------- */

void
idwalk_free(struct idwalk *walk)
{
	idset_free(&walk->met);
	free(walk->todo);
	*walk = (struct idwalk){ .todo = NULL };
}

static bool
make_room(struct idwalk *walk)
{
	size_t room = walk->room != 0 ? 2 * walk->room : TODO_FIRST;
	struct idwalk_item *more;

	if (walk->count < walk->room)
		return true;
	if ((more = reallocarray(walk->todo, room, sizeof(*more))) == NULL)
		return false;
	walk->todo = more;
	walk->room = room;
	return true;
}

enum weigh_code
idwalk_meet(struct idwalk *walk, const git_oid *id, git_object_t type,
    struct weigh_err *err)
{
	bool fresh;

	if (!idset_add(&walk->met, id, &fresh) || !make_room(walk))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (fresh)
		walk->todo[walk->count++] = (struct idwalk_item){ *id, type };
	return WEIGH_OK;
}

bool
idwalk_next(struct idwalk *walk, struct idwalk_item *out)
{
	if (walk->count == 0)
		return false;
	*out = walk->todo[--walk->count];
	return true;
}
