/*
 * priv: what the files of fetch share.
 *
 *   places.c   upstreams as they are configured, asked in their order, and how often
 *   file.c     blobs on their way: who wants them, where from, how they end
 *   pace.c     how many connections to one upstream are worth it
 *   worker.c   the threads that bring bytes, and which file each takes next
 *   range.c    one request for a run of bytes, judged and placed
 *   job.c      one job, from its row to its end
 *   admission.c what a job brought becomes ours
 *   window.c   the files of one job that are under way at once
 *   list.c     what a revision holds, into a stage, and what of it is wanted
 *   small.c    its small files where no git is offered
 *   plan.c     what an order would do
 *   orders.c   orders of jobs, and words to them
 *   turns.c    which job has a thread
 *   takeup.c   what was under way goes on, what nobody waits for goes
 *   looks.c    how jobs stand, and what a name means upstream
 *   know.c     repositories that clients wait for to be known
 *   shown.c    does upstream show to everybody still what is open here?
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
#include "fetch/pace.h"
#include "fetch/source.h"
#include "fetch/step.h"
#include "store/store.h"

#define JOB_THREADS 16
#define WORKER_THREADS 96
#define KNOW_THREADS 4
#define KNOW_STRANGERS 2 /* of them for repositories that are not here */
#define ORIGINS STEP_SOURCES
#define GOVERNORS 32 /* upstreams that are counted at once */
#define LIES 1024
#define TEXTS 4 /* of the settings */
#define FETCH_TOKEN (WEIGH_REPO_TEXT + 4)
#define FILE_MISSES 3 /* then a list is forgotten */

/* --- places.c ----------------------------------------------------------------- */

/* Whose question it is, for how often an upstream may be asked. */
enum place_asker {
	PLACE_JOB,
	PLACE_CLIENT, /* a client waits, and can be told to come again */
	PLACE_READER  /* bytes flow to clients alone */
};

/* One upstream.  Its texts are the list's. */
struct place {
	const struct source *kind;
	struct source_place at; /* `cancel` is the user's */
	const char *name;       /* as it was written, for people */
	enum place_asker asker; /* PLACE_JOB; others in a copy */
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
/* Whom an order asks; *out has one reference. */
enum weigh_code places_for(struct fetch *f,
    const struct weigh_fetch_order *order, struct places **out,
    struct weigh_err *err);
/* Is that one of them? */
bool places_have(const struct places *p, const char *text);
struct places *places_hold(struct places *p);
void places_drop(struct places *p); /* NULL does nothing */
/* What is asked of one of them; *wait as of a source. */
typedef enum weigh_code place_fn(void *ctx, const struct place *place,
    int64_t *wait, struct weigh_err *err);
/* Ask in their order until one has it.  Else the word of the first that said more than
 * "not found", with its *wait: one that cannot be reached may have it.  WEIGH_CANCELED
 * is said at once; WEIGH_USAGE: there is none. */
enum weigh_code places_ask(const struct places *p, place_fn *ask, void *ctx,
    int64_t *wait, struct weigh_err *err);
/* Can any of them be asked: online, or a folder of this machine? */
bool places_reached(const struct fetch *f, const struct places *p);

/* How often one origin may be asked, and by how many connections at once. */
struct governor {
	char base[WEIGH_SOURCE_MAX];
	struct weigh_budget budget;
	struct pace pace;
	int64_t used; /* ms: when it was looked up last */
};
/* Wait until this upstream may be asked once more; jobs go before clients.
 * WEIGH_CANCELED; WEIGH_NOT_YET: a client would wait too long. */
enum weigh_code governor_ask(struct fetch *f, const struct place *p,
    const atomic_bool *cancel, struct weigh_err *err);
void governor_told(struct fetch *f, const struct place *p,
    const struct outbound_head *head);
/* So many bytes came from there, `full` as of outbound: other widths may be worth it.
 * True: they are. */
bool governor_came(struct fetch *f, const struct place *p, uint64_t bytes,
    bool full);
/* How many connections may bring one large file from there; of these *sure are not
 * merely tried. */
unsigned governor_width(struct fetch *f, const struct place *p, unsigned *sure);
/* It is one of us: any number of calls. */
void governor_trust(struct fetch *f, const struct place *p);

/* --- file.c ------------------------------------------------------------------- */

/* Where a file's bytes may come from. */
struct origin {
	struct places *places; /* held */
	unsigned at;
	struct weigh_repo repo; /* as it is called there */
	struct source_revision rev;
	char token[FETCH_TOKEN]; /* that of the file it is for */
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
	char token[FETCH_TOKEN]; /* under which it is received */
	uint64_t number;         /* in the order of coming */
	int priority;            /* of the most urgent job */
	unsigned holders;        /* jobs, and clients about to read */
	unsigned active;         /* workers at it */
	unsigned bringing;       /* of them with a run of their own */
	bool streams;            /* one of these goes on to what follows */

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

/* Want a blob, with the lock held: the file that is on its way for the origin's token,
 * or a new one; one holder more.  Takes over the origin's path and a hold of its places.  NULL: out of
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
/* Bytes have come, by a road that is full or not; without the lock. */
void file_arrived(struct fetch *f, struct file *file, uint64_t first,
    uint64_t len, bool full);
/* Wrong bytes may have gone to readers: cut them.  With the lock held. */
void file_cut(struct file *file, const struct weigh_err *err);
/* governor_ask for bytes of this file. */
enum weigh_code file_ask(struct fetch *f, const struct file *file,
    const struct place *p, struct weigh_err *err);
/* One that is on its way, for whomever. */
struct file *file_find(struct fetch *f, const struct weigh_oid *oid);

/* --- shown.c ------------------------------------------------------------------ */

/* What upstream told of a repository, a moment ago. */
void shown_note(struct fetch *f, const struct place *p,
    const struct source_revision *rev);
/* May bytes for a file that everybody can read here come from this origin now?  Where
 * our token is shown, it asks whether upstream shows the repository to everybody still,
 * at most once in SHOWN_SECONDS.  WEIGH_FORBIDDEN: not any more; others, and *wait, as
 * of a source. */
enum weigh_code shown_check(struct fetch *f, const struct file *file,
    const struct origin *o, int64_t *wait, struct weigh_err *err);

/* --- worker.c, range.c -------------------------------------------------------- */

/* There is work: wake as many threads as it is worth, with the lock held. */
void workers_wake(struct fetch *f);
/* A run of a file's bytes, claimed in its part. */
struct run_claim {
	unsigned at; /* from this origin */
	uint64_t first, len;
	/* One request for all that is missing behind it, too: more is claimed as it
	 * comes, while nobody else has it and one connection does. */
	bool streams;
};
#define RUN_LEAST (16u << 20) /* bytes of one run */
/* Bring it from where it comes from; *wait as of a source. */
enum weigh_code range_bring(struct fetch *f, struct file *file,
    const struct run_claim *run, int64_t *wait, struct weigh_err *err);
/* Does one connection alone bring this file's bytes, as far as is known?  With the lock
 * held. */
bool file_streams(struct fetch *f, const struct file *file);

/* --- jobs: job.c, turns.c, takeup.c, window.c, list.c ------------------------ */

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
/* Files of it are to come: what was more open than upstream shows it is shut before,
 * for what came is open wherever it was listed. */
enum weigh_code listing_shut(struct fetch *f, struct catalog_reader *reader,
    const struct listing *l, const struct weigh_repo *repo,
    const struct place *place, struct weigh_err *err);
/* Admit it, as gate_mirror. */
enum weigh_code listing_admit(struct fetch *f, struct catalog_reader *reader,
    struct listing *l, const struct weigh_repo *repo, const char *ref,
    const struct place *place, bool partial, struct weigh_err *err);

/* A job that lives.  `job` and `step` are its thread's while it has one, else under
 * the lock; job.state and the others under the lock. */
struct work {
	struct work *next; /* in fetch->works */
	struct weigh_fetch_job job;
	const struct window
	    *window; /* while files are on their way; window.c */
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
/* Upstream has no revision `rev`: say so if it is the beginning of an id. */
void revision_hint(const char *rev, enum weigh_code rc, struct weigh_err *err);
/* Write down how it stands, with the lock of rows held. */
enum weigh_code job_keep(struct fetch *f, const struct weigh_fetch_job *job,
    struct weigh_err *err);
/* The state of a job once it has heard a word; STEP_KINDS: none. */
enum weigh_fetch_state state_told(enum weigh_fetch_state now,
    enum step_kind word);
void work_free(struct work *w);
/* A job that is new, or goes on from its row: it waits for a thread. */
enum weigh_code work_add(struct fetch *f, const struct weigh_fetch_job *job,
    const char *token, struct weigh_err *err);
/* With the lock held; NULL: none of this number lives. */
struct work *work_find(const struct fetch *f, int64_t id);
/* What is to be done while nothing may be asked: WEIGH_DENIED. */
enum weigh_code fetch_offline(struct weigh_err *err);
/* The source in use. */
const struct place *work_place(const struct work *w);
/* All files of the selection are held: admit them.  WEIGH_NOT_YET: one is not. */
enum weigh_code work_admit(struct fetch *f, struct catalog_reader *reader,
    struct work *w, struct weigh_err *err);
/* One file of the selection more is held. */
void work_count(struct work *w, const struct listed *file);
/* Bytes of the selection that are here, with the lock held: to the last block, so that
 * who waits for its end knows when to ask again. */
uint64_t work_came(const struct work *w);
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

/* Does an upstream show a repository to everybody?  As it was told last. */
struct shown_note {
	char base[256];
	struct weigh_repo repo;
	int64_t until;  /* ms */
	int64_t asking; /* ms: until then somebody asks anew */
	bool open;
};
#define SHOWN 64
#define SHOWN_SECONDS 60

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
	struct shown_note shown[SHOWN];

	pthread_mutex_t reads_lock;
	struct read_note reads[READS];

	/* Held while an order joins what is on its way, or becomes a job of its own;
	 * before `lock`. */
	pthread_mutex_t order_lock;
	/* Held while the row of a job that lives is written, so that the last word is
	 * written last; before `lock`. */
	pthread_mutex_t row_lock;

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
/* A reader of the catalog for one of the threads: what there is too little of for a
 * moment (descriptors, memory) is waited for, and said.  NULL: weighd is stopping. */
struct catalog_reader *fetch_reader(struct fetch *f);
/* The ref that the revision was asked by: "refs/heads/main"; "" an id. */
void fetch_ref(const struct source_revision *rev, char out[WEIGH_FETCH_REF]);
bool fetch_holds(struct catalog_reader *reader, const struct weigh_oid *oid);
/* Under which name blobs of `repo` are received: what upstream shows to everybody
 * (`shown`) under one for all, else under one of its own. */
void fetch_token(char out[FETCH_TOKEN], const struct weigh_repo *repo,
    enum weigh_visibility shown);
/* Who brings in a repository: what is held for others alone is not its to
 * name (gate/mirror.h, 14).  Not copied: `who` points into it. */
struct fetch_self {
	struct gate_who who;
	struct weigh_repo repo;
	char token[FETCH_TOKEN];
};
void fetch_self(struct fetch_self *out, const struct weigh_repo *repo,
    enum weigh_visibility shown);
/* Is this blob held, and may `repo` have it without its coming from upstream? */
bool fetch_may_use(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_repo *repo, enum weigh_visibility shown,
    const struct weigh_oid *oid);

#endif
