/*
 * step: a job as a state machine without sockets, files or clock: what happened goes
 * in, what to do next comes out.  job.c carries it out; a replay test plays scripts
 * (tests/replay/job_*.rpl).
 *
 *              resolved         listed          all held          admitted
 *   QUEUED ─► RESOLVING ──► LISTING ──► BYTES ──────► ADMITTING ──────► DONE
 *     ▲           │            │           │  missing     │
 *     │           ▼            ▼           ▼ ◄────────────┘
 *     └─────── WAITING ◄── a source failed: the next one, or the same again later
 *   any ── pause ─► PAUSED ── resume ─► where it was;  any ── cancel ─► CANCELED
 *   any ── every source said no, or what only a person can mend ─► FAILED
 *
 * (1) A commit that is known once stays: whatever is resolved again, is asked for by
 *     its id.
 * (2) A source that said no (not there, gated, refused, nonsense) is not asked again
 *     by this job; when all did, the job has failed, with the word of the first that
 *     said more than "not found".
 * (3) What passes by itself (network, 429, 5xx, no room, disk) never ends a job: the
 *     next source, and when each had its turn a pause, longer each time, up to
 *     STEP_PAUSE_MAX; what a source asked for (Retry-After) is waited for at least.
 * (4) Progress forgets failures.  Wrong bytes from each source, STEP_LIES times in all
 *     without progress between, end the job.
 * (5) A start in any state that lives goes on from what is known: without a commit it
 *     resolves, else it lists again, which costs nothing where objects are held.
 * (6) DONE, FAILED and CANCELED are ends: nothing leads out of them.
 * (7) The same events give the same actions: time and chance come with the event.
 */
#ifndef FETCH_STEP_H
#define FETCH_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/fetchjob.h>

#define STEP_SOURCES 16
#define STEP_LIES 3
#define STEP_PAUSE 2 /* seconds after the first round of failures; doubled */
#define STEP_PAUSE_MAX 900 /* seconds */
#define STEP_ROOM 60       /* seconds until the room is looked at again */
#define STEP_OWN_TRIES 8   /* failures of our own disk or memory in a row */

enum step_kind {
	STEP_START,    /* weighd has (re)started, or its turn has come */
	STEP_RESOLVED, /* the commit is known */
	STEP_LISTED,   /* its files are known; the selection fits the room */
	STEP_PROGRESS, /* a file came whole */
	STEP_FETCHED,  /* every file of the selection is held */
	STEP_ADMITTED,
	STEP_MISSING, /* not admitted: a blob is not held any more */
	STEP_FAILED, /* the action failed: code, why, and what upstream asked for */
	STEP_TIME,    /* the pause may be over */
	STEP_STOPPED, /* weighd is stopping, or another job is more urgent */
	STEP_PAUSED,  /* somebody said so */
	STEP_RESUMED,
	STEP_CANCELED,
	STEP_KINDS
};

struct step_event {
	enum step_kind kind;
	int64_t now;                 /* seconds since 1970 */
	uint32_t chance;             /* any number: for the jitter */
	const struct weigh_err *err; /* STEP_FAILED */
	int64_t wait; /* STEP_FAILED: seconds upstream asked for; -1 */
};

enum step_action {
	STEP_DO_NOTHING, /* go on with what is under way */
	STEP_DO_RESOLVE, /* ask source `at` what the revision is, by the commit's id
			  * if that is known */
	STEP_DO_LIST, /* its objects or listing, into the stage; what is missing */
	STEP_DO_FETCH, /* bring what is missing */
	STEP_DO_ADMIT,
	STEP_DO_WAIT, /* until `until` */
	STEP_DO_LEAVE, /* the thread leaves it: it goes on from its row */
	STEP_DO_END, /* done, failed or canceled */
	STEP_ACTIONS
};

struct step {
	enum weigh_fetch_state state;
	bool known;        /* the commit is */
	unsigned nsources; /* at most STEP_SOURCES */
	unsigned at;       /* the source in use */
	bool no[STEP_SOURCES];
	unsigned losses; /* failures since the last progress, of any source */
	unsigned own;    /* of them our own in a row */
	unsigned lies;
	int64_t until;         /* WAITING */
	struct weigh_err err;  /* the last failure; WEIGH_OK none */
	struct weigh_err said; /* of (2); WEIGH_OK none */
};

/* A job as it was written down: any state. */
void step_init(struct step *s, enum weigh_fetch_state state, bool known,
    unsigned nsources, int64_t until);
enum step_action step_next(struct step *s, const struct step_event *e);

/* From now on there are so many sources; before a start. */
void step_sources(struct step *s, unsigned n);

/* Of what several sources said, the word of the first that said more than "not found"
 * counts: is it `now`, after `said` (WEIGH_OK: nothing yet)? */
bool step_says_more(const struct weigh_err *said, const struct weigh_err *now);

/* There is no source: WEIGH_USAGE, and what is to be done. */
enum weigh_code step_nobody(struct weigh_err *err);

/* May the source in use be asked? false: each said no. */
bool step_has_source(const struct step *s);

#endif
