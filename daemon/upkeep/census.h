/*
 * census: after a start, rows of the catalog against names on disk.  Nothing is
 * read; that is scrub's business.
 *
 * (1) A blob that a revision names and whose file is not there is condemned, as if
 *     somebody had asked for it: marked, journaled, never "found" again.
 * (2) A midstate list that is not there is made again, by reading its blob.
 * (3) It goes a page of rows, or one blob, at a time, and lets others in between.
 *
 * Threads: begun and freed on the home loop's thread; works on the pool.
 */
#ifndef UPKEEP_CENSUS_H
#define UPKEEP_CENSUS_H

#include <weigh/err.h>

#include "gate/gate.h"
#include "pool/pool.h"

struct census;

/* Begin it; `home` is the loop where its pieces come home.  Borrowed; all outlive
 * the census. */
enum weigh_code census_new(struct census **out, struct gate *g,
    struct pool *pool, void *home, struct weigh_err *err);
/* weighd is stopping: end the piece under way.  NULL does nothing. */
void census_stop(struct census *c);
/* After the pool has stopped and its jobs came home.  NULL does nothing. */
void census_free(struct census *c);

#endif
