/* gc_fetched: what was fetched from elsewhere: parts that nobody brings to their end,
 * and the cache.  See gc.h. */
#include <string.h>

#include "catalog/jobs.h"
#include "gc_priv.h"
#include "room.h"

bool
gc_awaited(struct gc *gc, const struct weigh_oid *oid)
{
	bool awaited;

	if (gc->fetch != NULL)
		return fetch_needs(gc->fetch, oid);
	return catalog_job_needs(gc->reader, oid, &awaited, NULL) != WEIGH_OK ||
	    awaited;
}

/* --- parts --------------------------------------------------------------- */

/* One that is opened meanwhile stays: somebody goes on with it. */
static enum weigh_code
look_at_part(void *ctx, const struct store_left *left, struct weigh_err *err)
{
	struct gc *gc = ctx;
	char hex[WEIGH_OID_HEX + 1];
	const struct litter_facts facts = {
		.intended = gc_awaited(gc, &left->oid),
		.changed = left->changed,
		.now = gc->now,
		.grace = gc->grace,
	};
	enum litter_verdict verdict = litter_decide(&facts);
	struct gc_item item = {
		.kind = GC_PART,
		.fate = verdict == LITTER_TAKE ? GC_TAKEN : GC_KEPT,
		.name = hex,
		.count = 1,
		.bytes = left->held,
		.why = gc_reason(verdict),
	};
	enum weigh_code rc = gc_go_on(gc, err);

	if (rc == WEIGH_OK && verdict == LITTER_TAKE && !gc->dry)
		rc = store_drop_part(gate_parts_of(gc->gate)->store, &left->oid,
		    err);
	if (rc == WEIGH_CONFLICT)
		return WEIGH_OK;
	weigh_oid_hex(&left->oid, hex);
	/* What is on its way is nothing to speak of. */
	if (rc == WEIGH_OK && verdict != LITTER_INTENDED)
		gc_tell(gc, &item);
	return rc;
}

enum weigh_code
gc_parts(struct gc *gc, struct weigh_err *err)
{
	return store_each_part(gate_parts_of(gc->gate)->store, look_at_part, gc,
	    err);
}

/* --- the cache ----------------------------------------------------------- */

static void
tell_cached(void *ctx, const struct weigh_oid *oid, uint64_t bytes,
    enum room_fate fate)
{
	static const char *const why[] = {
		[ROOM_GOES] = "it was unread longest",
		[ROOM_READ] = "it is being read, or was a moment ago",
		[ROOM_WANTED] = "a job or a client waits for it",
	};
	char hex[WEIGH_OID_HEX + 1];
	const struct gc_item item = {
		.kind = GC_CACHED,
		.fate = fate == ROOM_GOES ? GC_TAKEN : GC_KEPT,
		.name = hex,
		.count = 1,
		.bytes = bytes,
		.why = why[fate],
	};

	weigh_oid_hex(oid, hex);
	gc_tell(ctx, &item);
}

/* While some repository is not known, it might list them, too (2). */
enum weigh_code
gc_cache(struct gc *gc, struct weigh_err *err)
{
	struct room room = {
		.gate = gc->gate,
		.reader = gc->reader,
		.fetch = gc->fetch,
		.ceiling = gc->cache,
		.dry = gc->dry,
		.now = gc->now,
		.cancel = &gc->progress->cancel,
		.tell = tell_cached,
		.ctx = gc,
	};

	return gc->unsure ? WEIGH_OK : room_make(&room, err);
}
