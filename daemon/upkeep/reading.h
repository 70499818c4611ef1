/*
 * reading: one blob read back from the disk, to its end and its consequence.
 *
 * (1) What is right is recorded as read; what is not is handed to gate_check, which
 *     names the segments, sets it apart, marks and journals it.
 * (2) A place that was kept is where it goes on, if the file is still that one.
 */
#ifndef UPKEEP_READING_H
#define UPKEEP_READING_H

#include <weigh/err.h>

#include "catalog/catalog.h"
#include "gate/gate.h"
#include "store/store.h"

struct reading {
	struct gate *gate;
	struct store *store;
	struct catalog_reader *reader;   /* this thread's */
	struct store_progress *progress; /* counts bytes; `cancel` ends it */
	/* After each piece: how long it was, and the place behind the last whole
	 * segment (NULL: none yet).  May block; an answer that is not WEIGH_OK
	 * ends the reading.  NULL: as fast as it goes. */
	enum weigh_code (*pace)(void *ctx, size_t len,
	    const struct store_place *place, struct weigh_err *err);
	void *ctx;
};

/* Read `blob`, from `from` on (NULL: from the first byte).  WEIGH_OK: the answer is
 * in found->ok and found->problem.  WEIGH_NOT_FOUND: no revision names it any
 * more. */
enum weigh_code reading_blob(const struct reading *r,
    const struct catalog_blob *blob, const struct store_place *from,
    struct store_finding *found, struct weigh_err *err);

#endif
