/*
 * rebuild: the catalog made again while weighd runs.
 *
 * (1) Readers see the old catalog until the new one is whole; a failure or a kill
 *     leaves the old one in force.
 * (2) No byte is trusted for it: each blob is hashed before it leaves.
 * (3) What was found bad stays bad, by its note in quarantine/ or the journal.
 * (4) It is journaled, in the same step.
 * (5) A catalog that is too damaged to be written is given up: the next start
 *     sets it aside and makes it again.
 * (6) A publication that failed and could not be taken back is taken back first:
 *     nothing of it becomes visible.
 *
 * Runs on a pool worker and blocks.  Publications wait until it is over, and so
 * does whatever else wants to write into the catalog.
 */
#ifndef UPKEEP_REBUILD_H
#define UPKEEP_REBUILD_H

#include <weigh/err.h>

#include "catalog/catalog.h"
#include "gate/gate.h"

struct rebuild {
	/* in */
	struct gate *gate;
	struct catalog_reader *reader;
	struct store_progress *progress; /* bytes of revisions read back */
	void (*tell)(void *ctx, enum gate_odd kind, const char *name,
	    const char *why);
	void *ctx;
	/* out */
	struct gate_again again;
};

enum weigh_code rebuild_run(struct rebuild *r, struct weigh_err *err);

#endif
