/*
 * room: what only pull-through brought gives way where it takes more than it may, the
 * longest unread first.
 *
 * (1) Only LFS files of repositories that were only pulled through, which nothing else
 *     lists, in revisions that are not pinned; the gate asks again (gate_let_go).
 * (2) No more goes than it takes until the cache is no larger than its ceiling and the
 *     room that was asked for is there above keep_free.
 * (3) Nothing goes whose file is open, which a job or a client waits for, or whose
 *     repository a client read within ROOM_REST seconds.
 * (4) A dry run writes nothing, and tells what would go.
 *
 * Runs on a pool worker and blocks; the gate is held for one blob at a time.
 */
#ifndef UPKEEP_ROOM_H
#define UPKEEP_ROOM_H

#include "fetch/fetch.h"
#include "gate/gate.h"

#define ROOM_REST 60

enum room_fate {
	ROOM_GOES, /* dry: would */
	ROOM_READ, /* open, or read a moment ago */
	ROOM_WANTED
};

struct room {
	/* in */
	struct gate *gate;
	struct catalog_reader *reader;
	struct fetch *fetch; /* NULL: nobody waits for anything */
	uint64_t ceiling;    /* bytes of the cache; 0: any */
	uint64_t wanted;     /* bytes that shall fit above keep_free */
	bool dry;
	int64_t now; /* seconds since 1970 */
	const atomic_bool *cancel;
	/* Told of each that goes, and of those that would if they could; or NULL. */
	void (*tell)(void *ctx, const struct weigh_oid *oid, uint64_t bytes,
	    enum room_fate fate);
	void *ctx;
	/* out */
	uint64_t cached; /* bytes of the cache, before */
	uint64_t count, freed;
};

enum weigh_code room_make(struct room *room, struct weigh_err *err);

#endif
