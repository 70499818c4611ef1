/*
 * scrub: every byte that is held is read back from the disk and compared with its
 * SHA-256, again and again, by a thread that has time.
 *
 * (1) Within `days` every good blob was read from its first byte to its last; if
 *     that cannot be kept up, it is said.
 * (2) What was never read back comes first, the newest before all (after a power
 *     cut it is the likeliest to be wrong); then what was read longest ago.
 * (3) A restart, also after a kill, goes on inside the blob where it was, by a
 *     place that stands in the catalog.
 * (4) What is found wrong is named: blob, segments, every repository and path;
 *     it is set apart and never served (gate_check).
 * (5) It steps aside for others until a byte is overdue, reads in its hours only,
 *     and stops at once.
 *
 * The git objects of every repository are read in the same days, the catalog
 * (PRAGMA quick_check) and the journal (its chain of hashes) every week.
 *
 * Threads: one of its own between scrub_start and scrub_stop, with a catalog
 * connection of its own; scrub_set, scrub_look, scrub_read_now and scrub_metrics
 * from any thread.
 */
#ifndef UPKEEP_SCRUB_H
#define UPKEEP_SCRUB_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/oid.h>

#include "catalog/catalog.h"
#include "gate/gate.h"
#include "upkeep/pace.h"

struct scrub;

/* Borrowed; all outlive the scrub. */
struct scrub_parts {
	struct gate *gate;
	struct store *store;
	struct repo_root *repos;
	int dirfd;                /* the data folder */
	const char *catalog_path; /* of catalog.db */
	/* What others do now; any thread.  NULL: nothing. */
	void (*load)(void *ctx, struct pace_load *out);
	void *ctx;
};

struct scrub_settings {
	struct pace_settings pace;
	unsigned start_seconds; /* after scrub_start nothing is read for so long */
};

enum weigh_code scrub_new(struct scrub **out, const struct scrub_parts *parts,
    const struct scrub_settings *settings, struct weigh_err *err);
/* After gate_start: it writes by the gate. */
enum weigh_code scrub_start(struct scrub *s, struct weigh_err *err);
/* End the thread, its place kept.  While the writer's pool still runs.  NULL
 * does nothing. */
void scrub_stop(struct scrub *s);
void scrub_free(struct scrub *s);

/* Other settings, from now on. */
void scrub_set(struct scrub *s, const struct scrub_settings *settings);

/* Read a blob now, at full speed, on this thread.  See reading_blob. */
enum weigh_code scrub_read_now(struct scrub *s, struct catalog_reader *reader,
    const struct catalog_blob *blob, struct store_progress *progress,
    struct store_finding *found, struct weigh_err *err);

/* Read what is no blob now, at full speed, on this thread: the catalog, the
 * journal, the git objects of every repository.  `found` is told of each that is
 * wrong. */
enum weigh_code scrub_others_now(struct scrub *s, struct catalog_reader *reader,
    struct store_progress *progress,
    void (*found)(void *ctx, const char *name, const char *problem), void *ctx,
    struct weigh_err *err);

/* --- how it is doing ------------------------------------------------------ */

enum scrub_state {
	SCRUB_OFF,     /* days = 0 */
	SCRUB_RESTING, /* nothing is due */
	SCRUB_READING,
	SCRUB_CLOSED,  /* it is not one of its hours */
	SCRUB_ASIDE,   /* others need the disk */
	SCRUB_STATES
};
const char *scrub_state_name(enum scrub_state state);

#define SCRUB_PROBLEM 160

/* As the thread saw it when it last looked: after each blob, at least once a
 * minute. */
struct scrub_status {
	enum scrub_state state;
	struct pace_settings pace;
	struct pace_plan plan;
	/* Of the good blobs. */
	uint64_t total;     /* bytes of all of them */
	bool any;           /* there is one */
	int64_t oldest;     /* none was verified longer ago; 0: nobody knows */
	struct catalog_scrub round;
	/* The blob being read; size 0: none. */
	struct weigh_oid oid;
	uint64_t offset, size;
	uint64_t began_at; /* the offset where this run began it */
	/* Since the start, by this thread and by scrub_read_now. */
	uint64_t read_bytes, read_blobs, found, failed;
	/* What was found at the last look, "" if nothing. */
	char catalog_problem[SCRUB_PROBLEM];
	char journal_problem[SCRUB_PROBLEM];
};
void scrub_look(struct scrub *s, struct scrub_status *out);

/* Append its lines of /metrics; `ctx` is a struct scrub. */
void scrub_metrics(struct scrub *s, struct weigh_buf *out);

#endif
