/* gc: the order of the whole, quarantine, and the journal.  See gc.h. */
#include "upkeep/gc.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gc_priv.h"

/* --- what the parts share -------------------------------------------------- */

void
gc_tell(struct gc *gc, const struct gc_item *item)
{
	struct gc_sum *sum = &gc->sums[item->kind][item->fate];

	sum->count += item->count;
	sum->bytes += item->bytes;
	gc->item(gc->ctx, item);
}

const char *
gc_reason(enum litter_verdict verdict)
{
	switch (verdict) {
	case LITTER_NAMED:
		return "a revision names it";
	case LITTER_INTENDED:
		return "a publication or a job wants it";
	case LITTER_UNSURE:
		return "it may belong to a revision that is not known here";
	case LITTER_EVIDENCE:
		return "it is evidence";
	case LITTER_YOUNG:
		return "it has not lain here long enough";
	case LITTER_TAKE:
		break;
	}
	return "";
}

enum weigh_code
gc_go_on(const struct gc *gc, struct weigh_err *err)
{
	if (atomic_load(&gc->progress->cancel))
		return weigh_fail(err, WEIGH_CANCELED, "weighd is stopping");
	return WEIGH_OK;
}

uint64_t
gc_freed(const struct gc *gc)
{
	uint64_t bytes = 0;

	for (int kind = 0; kind < GC_KINDS; kind++)
		bytes += gc->sums[kind][GC_TAKEN].bytes;
	return bytes;
}

/* --- the journal ------------------------------------------------------------- */

static enum weigh_code
write_entry(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	(void)catalog;
	return audit_append(audit, ctx, err);
}

/* What was taken, in one line; nothing taken, nothing said. */
static enum weigh_code
journal(const struct gc *gc, struct weigh_err *err)
{
	char why[512];
	struct audit_entry entry = {
		.event = AUDIT_COLLECT,
		.time = time(NULL),
		.why = why,
	};
	uint64_t taken = 0;

	for (int kind = 0; kind < GC_KINDS; kind++)
		if (kind != GC_QUARANTINE && kind != GC_PART)
			taken += gc->sums[kind][GC_TAKEN].count;
	if (gc->dry || taken == 0)
		return WEIGH_OK;
	snprintf(why, sizeof(why),
	    "nobody named them: %" PRIu64 " blobs, %" PRIu64 " lists, %" PRIu64
	    " rows, %" PRIu64 " git objects; out of the cache: %" PRIu64
	    " blobs; %" PRIu64 " bytes",
	    gc->sums[GC_BLOB][GC_TAKEN].count,
	    gc->sums[GC_LIST][GC_TAKEN].count, gc->sums[GC_ROW][GC_TAKEN].count,
	    gc->sums[GC_OBJECTS][GC_TAKEN].count,
	    gc->sums[GC_CACHED][GC_TAKEN].count,
	    gc_freed(gc) - gc->sums[GC_QUARANTINE][GC_TAKEN].bytes);
	return gate_write(gc->gate, write_entry, &entry, err);
}

/* --- quarantine ------------------------------------------------------------------ */

/* (6): written down, then done. */
static enum weigh_code
discard(struct gc *gc, const struct store_apart *apart, struct weigh_err *err)
{
	char why[700];
	struct audit_entry entry = {
		.event = AUDIT_DISCARD,
		.time = time(NULL),
		.blob = apart->oid,
		.why = why,
	};
	enum weigh_code rc;

	snprintf(why, sizeof(why),
	    "%" PRIu64 " bytes removed from quarantine on request; they had "
	    "been found bad: %.500s",
	    apart->size, apart->why);
	gate_hold(gc->gate);
	rc = gate_write(gc->gate, write_entry, &entry, err);
	if (rc == WEIGH_OK)
		rc = store_discard(gate_parts_of(gc->gate)->store, apart->name,
		    err);
	gate_release(gc->gate);
	return rc;
}

static enum weigh_code
look_apart(void *ctx, const struct store_apart *apart, struct weigh_err *err)
{
	struct gc *gc = ctx;
	const struct litter_facts facts = {
		.evidence = true,
		.asked = gc->quarantine,
		.changed = apart->since,
		.now = gc->now,
		.grace = gc->evidence_grace,
	};
	enum litter_verdict verdict = litter_decide(&facts);
	struct gc_item item = {
		.kind = GC_QUARANTINE,
		.fate = GC_KEPT,
		.name = apart->name,
		.count = 1,
		.bytes = apart->size,
		.why = apart->why,
	};
	enum weigh_code rc = gc_go_on(gc, err);

	if (rc == WEIGH_OK && verdict == LITTER_TAKE) {
		item.fate = GC_TAKEN;
		if (!gc->dry)
			rc = discard(gc, apart, err);
	}
	if (rc == WEIGH_OK)
		gc_tell(gc, &item);
	return rc;
}

static enum weigh_code
look_at_quarantine(struct gc *gc, struct weigh_err *err)
{
	return store_each_apart(gate_parts_of(gc->gate)->store, look_apart, gc,
	    err);
}

/* --- the whole ------------------------------------------------------------------- */

/* With another file under its name, the catalog says nothing that lasts. */
static enum weigh_code
check_catalog(struct gc *gc, struct weigh_err *err)
{
	if (!catalog_has_moved(gc->reader))
		return WEIGH_OK;
	weigh_fail(err, WEIGH_IO,
	    "catalog.db was removed or replaced while weighd runs");
	weigh_fix(err, "restart weighd: it makes the catalog again");
	return WEIGH_IO;
}

static enum weigh_code
tidy(struct gc *gc, struct weigh_err *err)
{
	return gc->dry ? WEIGH_OK : gate_tidy(gc->gate, gc->reader, err);
}

enum weigh_code
gc_run(struct gc *gc, struct weigh_err *err)
{
	static enum weigh_code (*const steps[])(struct gc * gc,
	    struct weigh_err * err) = {
		check_catalog,
		tidy,
		gc_survey,
		gc_blobs,
		gc_rows,
		gc_parts,
		gc_cache,
		gc_objects,
		look_at_quarantine,
	};
	enum weigh_code rc = WEIGH_OK, journaled;
	struct weigh_err second;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if ((rc = steps[i](gc, err)) != WEIGH_OK)
			break;
	free(gc->lost);
	gc->lost = NULL;
	gc->nlost = 0;
	/* What went is written down, also when something failed then. */
	journaled = journal(gc, rc == WEIGH_OK ? err : &second);
	return rc != WEIGH_OK ? rc : journaled;
}
