/*
 * gate: the one way in and the one way out.  Whatever is published becomes visible
 * here; whatever leaves by any door is opened here.
 *
 * (1) No descriptor of a blob leaves gate_open unless weigh_decide allowed it on
 *     facts established for that very file: its stamp is the one under which it
 *     was hashed, or it was hashed just now.
 * (2) A publication is all or nothing: after a failure, or a kill at any moment
 *     and the next start, the house is as before or the revision is whole.
 * (3) Order: blobs, git objects, ref, journal, catalog; then the answer.
 * (4) Bytes found bad go to quarantine, are marked and journaled; they are never
 *     opened again.
 * (5) The catalog's writes, and the journal's, happen on the writer thread only.
 *
 * (6) Between gate_hold and gate_release nothing gets a name, becomes visible or
 *     is condemned: what nobody names then, nobody is about to name.
 *
 * What happens to a repository afterwards (commits, refs, names, its end) stands in
 * gate/change.h.
 *
 * Threads: all but gate_new, gate_recover and gate_free run on pool workers and
 * block.  `reader` is the worker's own.
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <weigh/decide.h>
#include <weigh/err.h>
#include <weigh/name.h>
#include <weigh/oid.h>

#include "audit/audit.h"
#include "catalog/catalog.h"
#include "pool/pool.h"
#include "repo/repo.h"
#include "store/store.h"

struct gate;

/* Borrowed; all outlive the gate. */
struct gate_parts {
	struct store *store;
	struct catalog *catalog; /* the writer thread's */
	struct audit *audit;     /* the writer thread's */
	struct repo_root *repos;
	unsigned verify_threads; /* cores for checking one blob */
};

enum weigh_code gate_new(struct gate **out, const struct gate_parts *parts,
    struct weigh_err *err);
void gate_free(struct gate *g);

/* From now on: the writer's pool of one, the pool for background checks, and the
 * loop where finished jobs go.  Before it, everything runs on the caller. */
void gate_start(struct gate *g, struct pool *writer, struct pool *checkers,
    void *home);

/* weighd is stopping: end the background checks, which nobody waits for. */
void gate_stop(struct gate *g);

/* Rises with every change that answers may depend on; any thread. */
uint64_t gate_generation(const struct gate *g);

/* The disk failed to keep a write of catalog or journal, so nothing more is written
 * until weighd is started again; any thread. */
bool gate_in_doubt(const struct gate *g);

/* Finish or take back what a killed run began; make the catalog again when it is
 * empty and repositories are not, and admit a repository that it does not know.
 * What cannot be read is logged, and hidden.  At start, before the pools run, on
 * the thread that owns the catalog then.  *restored: revisions made visible. */
enum weigh_code gate_recover(struct gate *g, struct catalog_reader *reader,
    unsigned *restored, struct weigh_err *err);

/* --- out ------------------------------------------------------------------ */

/* Open a blob for a door; the caller closes *fd.  `size` is what the revision
 * says.  A file that changed since it was hashed is hashed again first: here if
 * it is small, or two seconds at most are waited for who is at it; else in the
 * background and WEIGH_NOT_YET.  WEIGH_NOT_FOUND: the
 * bytes are not held; WEIGH_MISMATCH: they are bad. */
enum weigh_code gate_open(struct gate *g, struct catalog_reader *reader,
    enum weigh_door door, const struct weigh_oid *oid, uint64_t size, int *fd,
    struct weigh_err *err);

/* Would gate_open open it?  For an answer without bytes (HEAD, 304): the same
 * errors but one: a file that has to be hashed again is WEIGH_OK, and its check
 * begins in the background. */
enum weigh_code gate_ask(struct gate *g, struct catalog_reader *reader,
    enum weigh_door door, const struct weigh_oid *oid, uint64_t size,
    struct weigh_err *err);

/* Somebody noticed that a blob's file is not what it should be: check it, in the
 * background.  Any thread, does not block. */
void gate_suspect(struct gate *g, const struct weigh_oid *oid);

/* --- checking --------------------------------------------------------------- */

/* Read one blob again, whatever is recorded, and record what was found. */
enum weigh_code gate_check(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, uint64_t size, struct store_progress *progress,
    struct store_finding *finding, struct weigh_err *err);

/* All bytes of a blob were read just now and have its name; `stamp` is how its
 * file looked before and after.  What was recorded already is noted in memory and
 * written down with others, so that reading a million small blobs is not a million
 * syncs: lost in a crash, it is only done again. */
enum weigh_code gate_found_right(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, uint64_t size, const struct stamp *stamp,
    struct weigh_err *err);
/* Write down what was noted. */
enum weigh_code gate_write_readings(struct gate *g, struct weigh_err *err);

/* Run `fn` where the catalog and the journal may be written, and wait for it. */
enum weigh_code gate_write(struct gate *g,
    enum weigh_code (*fn)(void *ctx, struct catalog *catalog,
	struct audit *audit, struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* --- for upkeep --------------------------------------------------------------- */

/* What the gate guards.  `catalog` and `audit` are the writer thread's: use them
 * by gate_write only. */
const struct gate_parts *gate_parts_of(const struct gate *g);

/* Take back what a failed publication could not, if there is such.  Takes the
 * gate. */
enum weigh_code gate_tidy(struct gate *g, struct catalog_reader *reader,
    struct weigh_err *err);

/* The same for who holds the gate. */
enum weigh_code gate_tidy_held(struct gate *g, struct catalog_reader *reader,
    struct weigh_err *err);

/* Keep publications and condemnations waiting (6); for short.  Not nested. */
void gate_hold(struct gate *g);
void gate_release(struct gate *g);

/* What was not as it should be when the catalog was made again. */
enum gate_odd {
	GATE_ODD_UNREADABLE, /* a repository: hidden until it can be read */
	GATE_ODD_LOST, /* NAME@COMMIT, NAME@REF: journaled, and in no repository */
	GATE_ODD_MISSING, /* SHA-256: named, and its file is not there */
	GATE_ODD_BAD,     /* SHA-256: its bytes were found bad, and stay so */
	GATE_ODDS
};

struct gate_again {
	/* in */
	const atomic_bool *cancel;   /* set to stop: WEIGH_CANCELED; or NULL */
	atomic_uint_fast64_t *bytes; /* of revisions so far; or NULL */
	void (*tell)(void *ctx, enum gate_odd kind, const char *name,
	    const char *why);
	void *ctx;
	/* The last thing before it lasts, when all is counted; or NULL. */
	enum weigh_code (*finish)(const struct gate_again *a,
	    struct audit *audit, struct weigh_err *err);
	/* out */
	uint64_t repos, revisions, blobs;
	uint64_t odd[GATE_ODDS];
};
/* Make the catalog again from repositories, journal, blobs and notes, in one
 * transaction: after a failure, or a kill, the old one is in force.  No byte is
 * trusted: blobs are recorded as not yet verified.  On the writer thread, while
 * the gate is held. */
enum weigh_code gate_again(struct gate *g, struct gate_again *a,
    struct weigh_err *err);

/* --- in ---------------------------------------------------------------------- */

/* One file of a publication: sealed bytes. */
struct gate_file {
	char *path;
	struct store_writer *writer; /* the gate takes it; NULL afterwards */
	struct store_blob blob;
};

struct gate_publication {
	struct weigh_repo repo;
	const char *branch;
	const char *message;
	const char *origin; /* "published by uid 0" */
	struct gate_file *files;
	size_t nfiles;
	/* out */
	struct weigh_gitid commit;
	struct weigh_oid manifest;
	uint64_t bytes;     /* of all files */
	uint64_t new_bytes; /* of blobs that were not held before */
	bool unchanged;     /* the branch's tip has this very tree */
};

/* Make the files a new revision of `repo` on `branch`.  One at a time. */
enum weigh_code gate_publish(struct gate *g, struct catalog_reader *reader,
    struct gate_publication *p, struct weigh_err *err);

/* May something be published under this name at all?  Asked before the bytes
 * come, and again by gate_publish.  WEIGH_EXISTS says why not. */
enum weigh_code gate_may_publish(struct catalog_reader *reader,
    const struct weigh_repo *repo, const char *branch, struct weigh_err *err);

#endif
