/*
 * gc: what nobody names is taken away: blobs, midstate lists, rows of the catalog,
 * git objects; and, on request, what lies in quarantine.
 *
 * (1) Nothing that a revision, an intent or a ref leads to is taken.  What may go
 *     is decided by litter_decide (base/litter.h) over facts that were gathered
 *     while the gate was held: nobody was about to name it (gate.h (6)).
 * (2) While some repository cannot be read, or git or the journal know a revision
 *     that the catalog does not, no blob is taken: it might be theirs.  Git objects
 *     stay where a ref cannot be read, or the journal knows more: they might be
 *     what it leads to.
 * (3) Row before file, list before blob, new pack before old: a kill at any moment
 *     leaves only litter, which the next gc takes.
 * (4) What a job or a client waits for stays: a blob that is whole and waits for the
 *     rest of its revision, and a part.
 * (5) What only pull-through brought goes by room.h, as far as it is too much.
 * (6) Evidence is journaled before it goes, and its note stays.
 * (7) A dry run writes nothing.
 *
 * Runs on a pool worker and blocks; one at a time.  The gate is held for one thing
 * at a time only (a blob, a repository), so publications go on in between.
 */
#ifndef UPKEEP_GC_H
#define UPKEEP_GC_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/err.h>

#include "catalog/catalog.h"
#include "fetch/fetch.h"
#include "gate/gate.h"

/* What a line of the report is about. */
enum gc_kind {
	GC_BLOB,       /* SHA-256; with its list */
	GC_LIST,       /* SHA-256; a list without its blob */
	GC_ROW,        /* SHA-256; the catalog's, and nothing else is left */
	GC_OBJECTS,    /* a repository; so many of its git objects */
	GC_QUARANTINE, /* a name in quarantine/ */
	GC_REPOSITORY, /* cannot be read, or is not known */
	GC_STRANGE,    /* a name below blobs/sha256 that is not ours */
	GC_MISSING,    /* SHA-256; named, and its file is not there */
	GC_PART,   /* SHA-256; bytes of a blob that nobody brings any more */
	GC_CACHED, /* SHA-256; a blob that stays listed, and is not held */
	GC_KINDS
};

/* What became of it. */
enum gc_fate {
	GC_TAKEN, /* dry: would be */
	GC_KEPT,  /* for a reason: evidence, too young, unsure */
	GC_ODD,   /* not gc's business: somebody should look */
	GC_FATES
};

struct gc_item {
	enum gc_kind kind;
	enum gc_fate fate;
	const char *name;
	uint64_t count;  /* of objects; else 1 */
	uint64_t bytes;  /* of the disk */
	const char *why; /* taken: "" */
};

struct gc_sum {
	uint64_t count, bytes;
};

struct gc {
	/* in */
	struct gate *gate;
	struct catalog_reader *reader;
	struct fetch *fetch; /* who waits for what; NULL: nobody */
	uint64_t cache;      /* bytes that the cache may take; 0: any */
	bool dry;
	bool quarantine;        /* take evidence too */
	int64_t now;            /* seconds since 1970 */
	int64_t grace;          /* seconds that something unnamed stays */
	int64_t evidence_grace; /* likewise, in quarantine */
	struct store_progress *progress; /* bytes of blobs looked at */
	void (*item)(void *ctx, const struct gc_item *item);
	void *ctx;
	/* out */
	struct gc_sum sums[GC_KINDS][GC_FATES];
	bool unsure; /* (2): no blob could be taken */
	/* its own: of these the journal knows more than the catalog */
	struct weigh_repo *lost;
	size_t nlost;
};

enum weigh_code gc_run(struct gc *gc, struct weigh_err *err);

/* Bytes given back, of all kinds; dry: that would be. */
uint64_t gc_freed(const struct gc *gc);

#endif
