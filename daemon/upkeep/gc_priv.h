/* gc_priv: what the files of gc share. */
#ifndef UPKEEP_GC_PRIV_H
#define UPKEEP_GC_PRIV_H

#include "base/litter.h"
#include "upkeep/gc.h"

/* Count one thing and tell of it. */
void gc_tell(struct gc *gc, const struct gc_item *item);

/* Why something that nobody names stays; "" for what goes. */
const char *gc_reason(enum litter_verdict verdict);

/* WEIGH_CANCELED when somebody asked to stop. */
enum weigh_code gc_go_on(const struct gc *gc, struct weigh_err *err);

/* gc_repos.c: does the catalog know all that git and the journal know?  Sets
 * gc->unsure.  And: git objects, repository by repository. */
enum weigh_code gc_survey(struct gc *gc, struct weigh_err *err);
enum weigh_code gc_objects(struct gc *gc, struct weigh_err *err);

/* gc_fetched.c: parts of blobs that nobody brings any more; the cache. */
enum weigh_code gc_parts(struct gc *gc, struct weigh_err *err);
enum weigh_code gc_cache(struct gc *gc, struct weigh_err *err);
/* Does a job or a client wait for this blob?  Yes also where that is not known. */
bool gc_awaited(struct gc *gc, const struct weigh_oid *oid);

/* gc_blobs.c: files below blobs/sha256, and rows that nothing is left of. */
enum weigh_code gc_blobs(struct gc *gc, struct weigh_err *err);
enum weigh_code gc_rows(struct gc *gc, struct weigh_err *err);

#endif
