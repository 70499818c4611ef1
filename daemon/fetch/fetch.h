/*
 * fetch: bringing repositories in.  Each fetch is a job, a row of the catalog; what it
 * does next is decided by a pure machine (step.h), carried out by threads of its own.
 *
 * (1) A job keeps the commit it began with, whatever upstream does meanwhile.
 * (2) A job survives everything: a kill, a power cut, a full disk; it goes on from the
 *     last segment held, and never asks again for bytes that are held.
 * (3) A blob is asked for once, however many jobs and clients want it; but each
 *     repository that is not for everybody (7) brings its own.
 * (4) Nothing is believed: a file is a blob only after its SHA-256 (and, where git
 *     says so, its place in the commit) holds; what does not is named, dropped, and
 *     asked for elsewhere.
 * (5) Upstream is asked no more often than it allows (weigh_budget), nor faster than
 *     [wan] says; of several jobs the one of the highest priority goes first, and what
 *     a client waits for before all.  Of what upstream allows a third is kept for jobs,
 *     however much clients ask.
 * (6) Offline nothing is asked, and every question is answered at once.
 * (7) What upstream shows to our token alone is nobody else's here: blobs of what is not
 *     open there are received for their repository only, and what is open here comes by
 *     our token only while upstream shows it to everybody.
 *
 * Threads: any, but new, start, stop and free.  What blocks says so.
 */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include <weigh/fetchjob.h>

#include "fetch/source.h"
#include "gate/mirror.h"
#include "net/flow.h"
#include "outbound/outbound.h"
#include "pool/pool.h"

struct fetch;

enum fetch_through {
	FETCH_THROUGH_OFF,
	FETCH_THROUGH_LISTED,
	FETCH_THROUGH_ANY
};

struct fetch_settings {
	/* URLs, blanks between: [mirror] upstream; copied. */
	const char *upstream;
	const char *tokens;  /* a file of "URL TOKEN" lines, "" none; copied */
	const char *ca_file; /* copied */
	enum fetch_through through;
	const char *listed; /* globs of names, beside those that are mirrored */
	unsigned jobs;      /* at once */
	unsigned files;     /* of a job, at once */
	unsigned ranges;    /* of a file, at once */
	/* No 206 for a blob after a mismatch for so long. */
	unsigned lied_seconds;
	uint64_t cache; /* bytes of what was only pulled through; 0: any */
};

struct fetch_parts {
	struct gate *gate;
	struct store *store;
	struct repo_root *repos;
	struct outbound *outbound;
	int dirfd;        /* the data folder */
	const char *data; /* its path, for libgit2 */
	const char *catalog_path;
	job_post_fn *post; /* how waiters come home: loop_post */
	/* So many bytes do not fit: can what was only pulled through make room?  It
	 * did if true.  Blocks.  NULL: it cannot. */
	bool (*make_room)(void *ctx, struct catalog_reader *reader,
	    uint64_t bytes);
	void *ctx;
};

enum weigh_code fetch_new(struct fetch **out, const struct fetch_parts *parts,
    const struct fetch_settings *settings, struct weigh_err *err);
/* Sweep what nobody waits for, take up what was under way, begin to work. */
enum weigh_code fetch_start(struct fetch *f, struct weigh_err *err);
enum weigh_code fetch_set(struct fetch *f,
    const struct fetch_settings *settings, struct weigh_err *err);
/* Bytes that what was only pulled through may take, as it is set now; 0: any. */
uint64_t fetch_cache(struct fetch *f);
/* weighd is stopping: what is under way is left as it is, to go on next time. */
void fetch_stop(struct fetch *f);
void fetch_free(struct fetch *f);

/* --- jobs ---------------------------------------------------------------- */
/* struct weigh_fetch_job, its states and orders: weigh/fetchjob.h. */

/* Note an order; *id names the job.  The same order (repository, revision, selection,
 * source) while one is under way, waits or is paused joins that.
 * Blocks for a write of the catalog.  WEIGH_USAGE: no source, a selection that is none;
 * WEIGH_DENIED: offline. */
enum weigh_code fetch_order(struct fetch *f,
    const struct weigh_fetch_order *order, const struct gate_who *who,
    int64_t *id, struct weigh_err *err);
/* What an order would do, asked of upstream now; nothing is kept.  Blocks until upstream
 * answered; for `streams`. */
enum weigh_code fetch_plan(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_fetch_order *order, struct weigh_fetch_plan *out,
    struct weigh_err *err);

enum fetch_verb {
	FETCH_PAUSE,
	FETCH_RESUME,
	FETCH_CANCEL,
	FETCH_FIRST /* priority */
};
/* Tell a job that lives: its row says so when this answers, whatever happens then; its
 * thread hears it a little later.  Blocks for a write of the catalog.  WEIGH_NOT_FOUND;
 * another failure: it was told, and a weighd that starts again may not know. */
enum weigh_code fetch_tell(struct fetch *f, int64_t id, enum fetch_verb verb,
    struct weigh_err *err);

/* How a job stands now, newest first; `each` until false.  Rates and sources of those
 * under way are in it. */
enum weigh_code fetch_each(struct fetch *f, struct catalog_reader *reader,
    bool (*each)(void *ctx, const struct weigh_fetch_job *job), void *ctx,
    struct weigh_err *err);
enum weigh_code fetch_job(struct fetch *f, struct catalog_reader *reader,
    int64_t id, struct weigh_fetch_job *out, struct weigh_err *err);

/* Are bytes of this blob being waited for, by a job or a client?  For gc. */
bool fetch_needs(struct fetch *f, const struct weigh_oid *oid);

/* --- following: follow.h ------------------------------------------------- */

/* What a name of a revision means upstream now, by one question: source.h's resolve,
 * of `source` ("": each of [mirror] upstream in its order, the first that has it).
 * `etag` only of an answer of that same source.  Codes and *wait as there; WEIGH_DENIED:
 * offline.  Blocks until upstream answered; for threads of one's own and `streams`. */
enum weigh_code fetch_look(struct fetch *f, const char *source,
    const struct weigh_repo *repo, const char *rev, const char *etag,
    struct source_revision *out, int64_t *wait, struct weigh_err *err);

/* --- pull-through -------------------------------------------------------- */

/* Somebody waits: `job` comes home (posted) once it is known, with code and err. */
struct fetch_waiter {
	/* First; `home` set by the caller, done() the caller's. */
	struct job job;
	enum weigh_code code;
	struct weigh_err err;
	struct fetch_waiter *next;
};

/* May a client's question bring this repository in?  Does not block. */
bool fetch_through_allows(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_repo *repo);

/* Make repository and revision known: afterwards the catalog has it as a partial
 * revision.  WEIGH_NOT_FOUND: upstream does not have it; WEIGH_NETWORK: it cannot be
 * reached; WEIGH_UNAUTHORIZED, WEIGH_FORBIDDEN: gated there; WEIGH_DENIED: offline.
 * What upstream did not have is remembered for a minute.  `known`: the repository is
 * here, and only the revision is not: names that nobody knows do not keep it waiting.
 * WEIGH_NOT_YET: upstream may not be asked so often. */
void fetch_know(struct fetch *f, const struct weigh_repo *repo, const char *rev,
    bool known, struct fetch_waiter *waiter);

/* The bytes of a blob that `repo`@`commit` has at `path`, begun or joined.  The caller
 * drops the flow.  WEIGH_EXISTS: it came meanwhile: open it by the gate. */
enum weigh_code fetch_flow(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    const char *path, const struct weigh_oid *oid, uint64_t size,
    struct flow **out, struct weigh_err *err);

/* A client asked for the bytes of a file of this repository, which were here or not:
 * counted, and now and then written down, for which it waits. */
void fetch_asked(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_repo *repo, bool held);

/* Did upstream lie about this blob a short while ago?  Then no 206. */
bool fetch_lied(struct fetch *f, const struct weigh_oid *oid);

/* --- for the doctor ------------------------------------------------------ */

struct fetch_outlook {
	bool offline;
	unsigned upstreams; /* how many are configured */
	enum fetch_through through;
};
void fetch_outlook(struct fetch *f, struct fetch_outlook *out);

/* Ask each configured upstream one small question, one after the other; offline none.
 * `why` is NULL where it answers and lets us in.  Blocks.  WEIGH_CANCELED. */
enum weigh_code fetch_check(struct fetch *f, const atomic_bool *cancel,
    void (*each)(void *ctx, const char *place, const struct weigh_err *why),
    void *ctx, struct weigh_err *err);

struct fetch_counters {
	atomic_uint_fast64_t done, failed; /* jobs */
	atomic_uint_fast64_t mismatches;   /* files that were other bytes */
	atomic_uint_fast64_t refetched;    /* bytes asked for a second time */
	atomic_uint_fast64_t hits, misses; /* files asked for by clients */
};
const struct fetch_counters *fetch_counters(const struct fetch *f);

#endif
