/* gc_blobs: files below blobs/sha256, and rows of the catalog.  See gc.h. */
#include <stdatomic.h>
#include <string.h>

#include "gc_priv.h"

/* --- facts ------------------------------------------------------------------- */

/* What the catalog says of a blob now. */
static enum weigh_code
ask_names(struct gc *gc, const struct weigh_oid *oid,
    struct litter_facts *facts, struct weigh_err *err)
{
	struct catalog_blob blob;
	enum catalog_blob_state state;
	int64_t sent, last;
	enum weigh_code rc;
	unsigned left;

	facts->unsure = gc->unsure;
	facts->now = gc->now;
	facts->grace = gc->grace;
	rc = catalog_blob(gc->reader, oid, &blob, &state, err);
	/* The file of one that is not held is what a kill left. */
	facts->named = rc == WEIGH_OK && !blob.absent;
	if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND)
		return rc;
	/* Sent again, it waits for its commit again. */
	rc = catalog_received(gc->reader, oid, "", &sent, &last, err);
	if (rc != WEIGH_OK)
		return rc;
	if (last > facts->changed)
		facts->changed = last;
	rc = catalog_intended(gc->reader, oid, &facts->intended, &left, err);
	if (rc == WEIGH_OK && !facts->named && !facts->intended)
		facts->intended = gc_awaited(gc, oid);
	return rc;
}

/* --- taking -------------------------------------------------------------------- */

static enum weigh_code
drop_row(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	bool dropped;

	(void)audit;
	return catalog_drop_blob(catalog, ctx, &dropped, err);
}

/* A blob, its list and its row; the row first (3). */
static enum weigh_code
take_blob(struct gc *gc, const struct weigh_oid *oid, struct weigh_err *err)
{
	struct weigh_oid copy = *oid;
	enum weigh_code rc;

	rc = gate_write(gc->gate, drop_row, &copy, err);
	if (rc == WEIGH_OK)
		rc = store_delete(gate_parts_of(gc->gate)->store, oid, err);
	return rc;
}

static enum weigh_code
take_list(struct gc *gc, const struct weigh_oid *oid, struct weigh_err *err)
{
	bool removed;

	return store_drop_lone_list(gate_parts_of(gc->gate)->store, oid,
	    &removed, err);
}

static enum weigh_code
take_row(struct gc *gc, const struct weigh_oid *oid, struct weigh_err *err)
{
	struct weigh_oid copy = *oid;

	return gate_write(gc->gate, drop_row, &copy, err);
}

typedef enum weigh_code take_fn(struct gc *gc, const struct weigh_oid *oid,
    struct weigh_err *err);

/* Ask again while the gate is held, and take it if it may go then (1). */
static enum weigh_code
decide_and_take(struct gc *gc, const struct weigh_oid *oid,
    struct litter_facts *facts, take_fn *take, enum litter_verdict *verdict,
    struct weigh_err *err)
{
	enum weigh_code rc;

	gate_hold(gc->gate);
	rc = ask_names(gc, oid, facts, err);
	*verdict = rc == WEIGH_OK ? litter_decide(facts) : LITTER_UNSURE;
	if (rc == WEIGH_OK && *verdict == LITTER_TAKE && !gc->dry)
		rc = take(gc, oid, err);
	gate_release(gc->gate);
	return rc;
}

static void
tell(struct gc *gc, enum gc_kind kind, const struct weigh_oid *oid,
    uint64_t bytes, enum litter_verdict verdict)
{
	char hex[WEIGH_OID_HEX + 1];
	const struct gc_item item = {
		.kind = kind,
		.fate = verdict == LITTER_TAKE ? GC_TAKEN : GC_KEPT,
		.name = hex,
		.count = 1,
		.bytes = bytes,
		.why = gc_reason(verdict),
	};

	if (verdict == LITTER_NAMED)
		return; /* named meanwhile: nothing to speak of */
	weigh_oid_hex(oid, hex);
	gc_tell(gc, &item);
}

/* --- files ----------------------------------------------------------------------- */

static uint64_t
list_bytes(struct gc *gc, const struct store_item *item)
{
	struct store_sight sight;

	if (store_look(gate_parts_of(gc->gate)->store, &item->oid, &sight,
		NULL) != WEIGH_OK ||
	    !sight.listed)
		return 0;
	return weigh_midstate_count(item->size) * WEIGH_MIDSTATE_SIZE;
}

static enum weigh_code
look_at_blob(struct gc *gc, const struct store_item *item,
    struct weigh_err *err)
{
	struct litter_facts facts = { .changed = item->changed };
	enum litter_verdict verdict;
	enum weigh_code rc;
	uint64_t bytes;

	atomic_fetch_add(&gc->progress->bytes, item->size);
	rc = ask_names(gc, &item->oid, &facts, err);
	if (rc != WEIGH_OK || facts.named)
		return rc;
	bytes = item->size + list_bytes(gc, item);
	rc = decide_and_take(gc, &item->oid, &facts, take_blob, &verdict, err);
	if (rc == WEIGH_OK)
		tell(gc, GC_BLOB, &item->oid, bytes, verdict);
	return rc;
}

/* A list without its blob is of no use, whoever names the blob: when that comes
 * again, it brings its list. */
static enum weigh_code
look_at_lone_list(struct gc *gc, const struct store_item *item,
    struct weigh_err *err)
{
	const struct litter_facts facts = {
		.changed = item->changed,
		.now = gc->now,
		.grace = gc->grace,
	};
	enum litter_verdict verdict = litter_decide(&facts);
	enum weigh_code rc = WEIGH_OK;

	if (verdict == LITTER_TAKE && !gc->dry) {
		gate_hold(gc->gate);
		rc = take_list(gc, &item->oid, err);
		gate_release(gc->gate);
	}
	if (rc == WEIGH_OK)
		tell(gc, GC_LIST, &item->oid, item->size, verdict);
	return rc;
}

static enum weigh_code
look_at_item(void *ctx, const struct store_item *item, struct weigh_err *err)
{
	struct gc *gc = ctx;
	enum weigh_code rc = gc_go_on(gc, err);
	const struct gc_item odd = {
		.kind = GC_STRANGE,
		.fate = GC_ODD,
		.name = item->name,
		.count = 1,
		.bytes = item->size,
		.why = "it is no blob and no list",
	};

	if (rc != WEIGH_OK)
		return rc;
	switch (item->kind) {
	case STORE_BLOB:
		return look_at_blob(gc, item, err);
	case STORE_LONE_LIST:
		return look_at_lone_list(gc, item, err);
	case STORE_STRANGE:
		gc_tell(gc, &odd);
		break;
	case STORE_LIST: /* goes with its blob */
		break;
	}
	return WEIGH_OK;
}

enum weigh_code
gc_blobs(struct gc *gc, struct weigh_err *err)
{
	return store_each_item(gate_parts_of(gc->gate)->store, look_at_item, gc,
	    err);
}

/* --- rows -------------------------------------------------------------------------- */

static void
tell_missing(struct gc *gc, const struct catalog_row *row)
{
	char hex[WEIGH_OID_HEX + 1];
	const struct gc_item item = {
		.kind = GC_MISSING,
		.fate = GC_ODD,
		.name = hex,
		.count = 1,
		.bytes = row->blob.size,
		.why = "a revision names it, and its file is not there",
	};

	weigh_oid_hex(&row->blob.oid, hex);
	gc_tell(gc, &item);
}

/* A row that nobody names goes with its file; here are those without one. */
static enum weigh_code
look_at_row(void *ctx, const struct catalog_row *row, struct weigh_err *err)
{
	struct gc *gc = ctx;
	struct litter_facts facts = { .changed = 0 };
	enum litter_verdict verdict;
	struct store_sight sight;
	enum weigh_code rc = gc_go_on(gc, err);

	if (rc == WEIGH_OK)
		rc = store_look(gate_parts_of(gc->gate)->store, &row->blob.oid,
		    &sight, err);
	if (rc != WEIGH_OK || sight.there)
		return rc;
	if (row->named) {
		if (row->state == CATALOG_GOOD && !row->blob.absent)
			tell_missing(gc, row);
		return WEIGH_OK;
	}
	rc = decide_and_take(gc, &row->blob.oid, &facts, take_row, &verdict,
	    err);
	if (rc == WEIGH_OK)
		tell(gc, GC_ROW, &row->blob.oid, 0, verdict);
	return rc;
}

enum weigh_code
gc_rows(struct gc *gc, struct weigh_err *err)
{
	return catalog_each_row(gc->reader, look_at_row, gc, err);
}
