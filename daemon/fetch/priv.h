/*
 * priv: what the files of fetch share.
 *
 *   places.c   upstreams as they are configured, and how often each may be asked
 *   file.c     blobs on their way: who wants them, where from, how they end
 *   worker.c   the threads that bring bytes, and which file each takes next
 *   range.c    one request for a run of bytes, judged and placed
 *   job.c      one job, from its row to its end
 *   window.c   the files of one job that are under way at once
 *   list.c     what a revision holds, into a stage, and what of it is wanted
 *   plan.c     what an order would do
 *   orders.c   orders, words and looks from outside; the threads of jobs
 *   know.c     repositories that clients wait for to be known
 *   through.c  bytes that flow to clients while they come; lies
 *
 * One lock, `lock`, for all that is said to be under it; it is never held over disk or
 * network.  A worker or job thread has a catalog reader of its own.
 */
#ifndef FETCH_PRIV_H
#define FETCH_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include <weigh/budget.h>
#include <weigh/source.h>

#include "catalog/jobs.h"
#include "fetch/fetch.h"
#include "fetch/source.h"
#include "fetch/step.h"
#include "store/store.h"

#define JOB_THREADS 16
#define WORKER_THREADS 96
#define KNOW_THREADS 4
#define ORIGINS STEP_SOURCES
#define GOVERNORS 32
#define LIES 1024
#define TEXTS 4       /* of the settings */
#define FILE_MISSES 3 /* then a list is forgotten */

/* --- places.c ----------------------------------------------------------------- */

/* One upstream.  Its texts are the list's. */
struct place {
	const struct source *kind;
	struct source_place at; /* `cancel` is the user's */
	const char *name;       /* as it was written, for people */
};

/* Upstreams in the order in which they are asked; unchanged once made. */
struct places {
	atomic_uint refs;
	unsigned n;
	struct place list[STEP_SOURCES];
	/* What the names point into. */
	struct weigh_source sources[STEP_SOURCES];
	struct weigh_source_tokens *tokens;
	char *ca_file;
};
/* `text`: [mirror] upstream (`configured`), or one source that an order names.  *out
 * has one reference. */
enum weigh_code places_read(struct places **out, struct fetch *f,
    const char *text, bool configured, struct weigh_err *err);
/* Is that one of them? */
bool places_have(const struct places *p, const char *text);
struct places *places_hold(struct places *p);
void places_drop(struct places *p); /* NULL does nothing */
/* Can any of them be asked: online, or a folder of this machine? */
bool places_reached(const struct fetch *f, const struct places *p);

/* How often one origin may be asked. */
struct governor {
	char base[256];
	struct weigh_budget budget;
};
/* Wait until this upstream may be asked once more.  WEIGH_CANCELED. */
enum weigh_code governor_ask(struct fetch *f, const struct place *p,
    const atomic_bool *cancel, struct weigh_err *err);
void governor_told(struct fetch *f, const struct place *p,
    const struct outbound_head *head);
/* It is one of us: any number of calls. */
void governor_trust(struct fetch *f, const struct place *p);

/* --- file.c ------------------------------------------------------------------- */

/* Where a file's bytes may come from. */
struct origin {
	struct places *places; /* held */
	unsigned at;
	struct weigh_repo repo;
	struct source_revision rev;
	char *path;
	unsigned losses; /* failures since it last brought something */
	unsigned lies;
	bool over; /* it is not asked any more */
};

/* A blob on its way.  All under the fetch's lock, but what is said to be a worker's
 * own; lives until nobody holds it and no worker is at it. */
struct file {
	struct file *next; /* in fetch->files */
	struct weigh_oid oid;
	uint64_t size;
	uint64_t number;   /* in the order of coming */
	int priority;      /* of the most urgent job */
	unsigned holders;  /* jobs, and clients about to read */
	unsigned active;   /* workers at it */
	unsigned bringing; /* of them with a run of their own */

	struct store_part *part; /* once opened */
	bool opening, sealing;
	bool drained;         /* no run is free, until one has come or failed */
	bool ended;           /* no more in fetch->files */
	struct weigh_err err; /* ended: how */
	int64_t wait;         /* …: seconds upstream asked for; -1 */
	atomic_bool cancel;

	struct fetch *fetch;
	/* Clients read, and are one of the holders; NULL none. */
	struct flow *flow;
	/* What the flow says, without the lock. */
	atomic_bool wanted; /* somebody waits where nobody did before */
	atomic_int_fast64_t
	    left; /* ms: when the last reader left; 0: some read */

	struct origin origins[ORIGINS];
	unsigned norigins, at;
	int64_t not_before;           /* ms */
	bool whole;                   /* this origin knows no ranges */
	char etag[72];                /* of this origin's first answer */
	struct source_bytes *located; /* … where it said the bytes are; NULL */
	bool worked;                  /* … and they were there */
	bool listed;                  /* its midstates were asked for */
	unsigned misses;              /* segments that they do not bear out */
};

/* Want a blob, with the lock held: the file that is on its way, or a new one; one
 * holder more.  Takes over the origin's path and a hold of its places.  NULL: out of
 * memory (then they are given back). */
struct file *file_want(struct fetch *f, const struct weigh_oid *oid,
    uint64_t size, int priority, struct origin *origin);
/* Give it up, with the lock held; it may be gone afterwards. */
void file_release(struct fetch *f, struct file *file);
/* A worker leaves it, with the lock held; likewise. */
void file_leave(struct fetch *f, struct file *file);
/* It has ended, with the lock held: with err->code WEIGH_OK it is a blob now. */
void file_end(struct fetch *f, struct file *file, const struct weigh_err *err);
/* The origin in use failed, with the lock held: the same again, another, or the end. */
void file_failed(struct fetch *f, struct file *file, unsigned at,
    const struct weigh_err *err, int64_t wait);
/* Have its part opened, by whoever comes first; without the lock.  What a killed run
 * had named already is taken as it is: then it has ended. */
enum weigh_code file_open(struct fetch *f, struct catalog_reader *reader,
    struct file *file, struct weigh_err *err);
/* All bytes are held: check, and through the gate.  Without the lock. */
void file_seal(struct fetch *f, struct catalog_reader *reader,
    struct file *file);
/* Bytes have come; without the lock. */
void file_arrived(struct fetch *f, struct file *file, uint64_t first,
    uint64_t len);
/* Wrong bytes may have gone to readers: cut them.  With the lock held. */
void file_cut(struct file *file, const struct weigh_err *err);
struct file *file_find(struct fetch *f, const struct weigh_oid *oid);

/* --- worker.c, range.c -------------------------------------------------------- */

/* There is work: wake as many threads as it is worth, with the lock held. */
void workers_wake(struct fetch *f);
/* Bring one run of `file` from where it comes from; *wait as of a source. */
enum weigh_code range_bring(struct fetch *f, struct file *file, unsigned at,
    uint64_t first, uint64_t len, int64_t *wait, struct weigh_err *err);

/* --- job.c, window.c, list.c -------------------------------------------------- */

/* One file of a revision. */
struct listed {
	char *path;
	uint64_t size;
	bool lfs, wanted;
	enum weigh_select_why why; /* … or why not */
	struct weigh_oid oid;      /* lfs */
	struct weigh_gitid git;    /* of the blob, or the pointer */
	bool held;                 /* in the store */
	struct file *file;         /* on its way, for a job */
};

/* A revision in its stage, and what it holds. */
struct listing {
	struct stage *stage;
	char stage_name[40];
	struct weigh_gitid commit; /* in the stage */
	struct weigh_gitid told;   /* what upstream calls it, if another */
	bool proved;
	enum weigh_visibility visibility; /* as upstream shows it */
	struct listed *files;             /* in byte order of paths */
	size_t n, room;
};
void listing_close(struct listing *l);
/* Ask `place` for what `rev` holds, into l's stage. */
enum weigh_code listing_bring(struct fetch *f, struct listing *l,
    const struct place *place, const atomic_bool *cancel,
    const struct weigh_repo *repo, const struct source_revision *rev,
    int64_t *wait, struct weigh_err *err);
/* The same, only to look: where no git is offered, of small files those alone come that
 * tell of others, and no commit is made. */
enum weigh_code listing_look(struct fetch *f, struct listing *l,
    const struct place *place, const struct weigh_repo *repo,
    const struct source_revision *rev, int64_t *wait, struct weigh_err *err);
/* Which files the selection wants, and which are held. */
enum weigh_code listing_select(struct fetch *f, struct catalog_reader *reader,
    struct listing *l, const struct weigh_repo *repo,
    const struct weigh_select *select, struct weigh_err *err);
/* Admit it, as gate_mirror. */
enum weigh_code listing_admit(struct fetch *f, struct catalog_reader *reader,
    struct listing *l, const struct weigh_repo *repo, const char *ref,
    const struct place *place, bool partial, struct weigh_err *err);

/* A job that lives.  `job` and `step` are its thread's while it has one, else under
 * the lock; the others under the lock. */
struct work {
	struct work *next; /* in fetch->works */
	struct weigh_fetch_job job;
	struct step step;
	char token[CATALOG_TOKEN];
	struct places *places;
	bool running;
	enum step_kind word; /* what it was told; STEP_KINDS: nothing */
	atomic_bool cancel;  /* its questions end */

	/* its thread's own */
	struct source_revision rev;
	bool resolved; /* in this run, from the source in use */
	struct listing list;
	int64_t wait;
	uint64_t held_files, held_bytes; /* of the selection */
	uint64_t seen_bytes;             /* for the rate */
	int64_t seen_at;
	atomic_uint_fast64_t done_files, done_bytes, rate;
};
/* Carry out a job until it ends, waits or is told to leave. */
void job_run(struct fetch *f, struct catalog_reader *reader, struct work *w);
/* Whom an order asks; *out has one reference. */
enum weigh_code places_for(struct fetch *f,
    const struct weigh_fetch_order *order, struct places **out,
    struct weigh_err *err);
/* Write down how it stands. */
enum weigh_code job_keep(struct fetch *f, const struct weigh_fetch_job *job,
    struct weigh_err *err);
void work_free(struct work *w);
/* One file of the selection more is held. */
void work_count(struct work *w, const struct listed *file);
/* Have all files come that are wanted and not held; blocks until they are, one fails
 * for good or the job is told something.  w->wait as of a source. */
enum weigh_code work_bring(struct fetch *f, struct catalog_reader *reader,
    struct work *w, struct weigh_err *err);
/* As many threads as jobs may run; with the lock held. */
void job_threads(struct fetch *f);

/* --- know.c, through.c -------------------------------------------------------- */

struct know; /* one question that clients wait for */
void know_stop(struct fetch *f);
void know_free(struct fetch *f);
void *know_main(void *arg);
/* Does it come from elsewhere? */
bool fetch_is_mirror(struct catalog_reader *reader,
    const struct weigh_repo *repo);
/* A lie was told of this blob: remember, and write it down. */
void lie_note(struct fetch *f, const struct weigh_oid *oid);
void lie_take(void *fetch, const struct weigh_oid *oid, int64_t until);

/* --- the whole ---------------------------------------------------------------- */

struct lie {
	struct weigh_oid oid;
	int64_t until;
};

/* When a repository's last reading was written down. */
struct read_note {
	struct weigh_repo repo;
	int64_t noted;
};
#define READS 256

struct fetch {
	struct fetch_parts parts;
	struct fetch_counters counters;

	pthread_mutex_t lock;
	pthread_cond_t work; /* bytes are to be brought */
	/* A file ended, a job was told something or is new. */
	pthread_cond_t moved;
	pthread_cond_t asked; /* a client wants something to be known */
	struct fetch_settings settings; /* its texts: */
	char *texts[TEXTS];
	struct places *places;
	struct file *files;
	struct work *works;
	struct know *knows;
	unsigned running;    /* jobs */
	unsigned idle, busy; /* workers */
	uint64_t numbers;
	atomic_bool stop;
	bool started;

	struct lie lies[LIES];
	unsigned nlies;

	pthread_mutex_t reads_lock;
	struct read_note reads[READS];

	pthread_mutex_t reader_lock; /* of what is asked without a reader */
	struct catalog_reader *reader;

	pthread_mutex_t governor_lock;
	struct governor governors[GOVERNORS];
	unsigned ngovernors;

	pthread_t workers[WORKER_THREADS], jobs[JOB_THREADS],
	    knowers[KNOW_THREADS];
	unsigned nworkers, njobs, nknowers;
};

int64_t fetch_now(void); /* seconds since 1970 */
int64_t fetch_ms(void);  /* monotonic */
uint32_t fetch_chance(void);
/* Wait on one of the conditions above, `ms` at most; the lock is held. */
void fetch_wait(struct fetch *f, pthread_cond_t *cond, int64_t ms);
extern const struct gate_who fetch_who;
/* The ref that the revision was asked by: "refs/heads/main"; "" an id. */
void fetch_ref(const struct source_revision *rev, char out[WEIGH_FETCH_REF]);
bool fetch_holds(struct catalog_reader *reader, const struct weigh_oid *oid);
/* `fetch_who`, bringing in `repo`, which must outlive it: what is held for others alone
 * is not its to name (gate/mirror.h, 14). */
void fetch_who_for(struct gate_who *out, struct weigh_repo *repo);
/* Is this blob held, and may `repo` have it without its coming from upstream? */
bool fetch_may_use(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_oid *oid);

#endif
