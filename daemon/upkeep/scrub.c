/* scrub: the thread, and what it does next.  See scrub.h. */
#include "upkeep/scrub.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/thread.h"
#include "log/log.h"
#include "upkeep/scrub_priv.h"

/* --- time -------------------------------------------------------------------- */

uint64_t
scrub_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SCRUB_SECOND + (uint64_t)now.tv_nsec;
}

static unsigned
hour_of_day(void)
{
	time_t now = time(NULL);
	struct tm tm;

	return localtime_r(&now, &tm) != NULL ? (unsigned)tm.tm_hour : 0;
}

static bool
is_stopping(const struct scrub *s)
{
	return atomic_load(&s->progress.cancel);
}

bool
scrub_nap(struct scrub *s, uint64_t ns)
{
	uint64_t until = scrub_clock() + ns;
	const struct timespec at = {
		.tv_sec = (time_t)(until / SCRUB_SECOND),
		.tv_nsec = (long)(until % SCRUB_SECOND),
	};
	bool woken;

	pthread_mutex_lock(&s->lock);
	while (!is_stopping(s) && !s->changed &&
	    pthread_cond_timedwait(&s->wake, &s->lock, &at) == 0)
		;
	woken = is_stopping(s) || s->changed;
	if (s->changed)
		s->next_look = 0;
	s->changed = false;
	pthread_mutex_unlock(&s->lock);
	return !woken;
}

/* --- pace ---------------------------------------------------------------------- */

static void
set_state(struct scrub *s, enum scrub_state state)
{
	pthread_mutex_lock(&s->lock);
	s->status.state = state;
	pthread_mutex_unlock(&s->lock);
}

static bool
others_are_busy(struct scrub *s)
{
	struct pace_load now = { 0 }, before;
	uint64_t at = scrub_clock();
	uint64_t ms = (at - s->load_at) / 1000000;

	if (s->parts.load == NULL)
		return false;
	s->parts.load(s->parts.ctx, &now);
	before = s->load_at != 0 ? s->load : now;
	s->load = now;
	s->load_at = at;
	return pace_is_busy(&before, &now, ms);
}

/* What keeps it from reading now; SCRUB_READING if nothing does. */
static enum scrub_state
hindrance(struct scrub *s)
{
	const struct scrub_status *seen = &s->seen;
	bool busy = others_are_busy(s);

	scrub_look(s, &s->seen);
	s->rate = seen->plan.rate;
	if (seen->pace.days == 0)
		return SCRUB_OFF;
	if (!pace_hours_open(&seen->pace.hours, hour_of_day()))
		return SCRUB_CLOSED;
	if (busy &&
	    pace_age(seen->oldest, time(NULL)) <
		(int64_t)seen->pace.days * SCRUB_DAY)
		return SCRUB_ASIDE;
	return SCRUB_READING;
}

enum weigh_code
scrub_wait_turn(struct scrub *s, struct weigh_err *err)
{
	enum scrub_state state;
	uint64_t now;

	while (!is_stopping(s) && (now = scrub_clock()) >= s->next_look) {
		s->next_look = now + SCRUB_SECOND;
		state = hindrance(s);
		if (state == SCRUB_READING && !s->reading)
			state = SCRUB_RESTING;
		set_state(s, state);
		if (state == SCRUB_READING || state == SCRUB_RESTING)
			break;
		s->next_look = 0; /* until it may, it looks each time */
		s->slice_began = 0;
		if (state == SCRUB_OFF)
			return weigh_fail(err, WEIGH_CANCELED,
			    "scrub is switched off");
		scrub_nap(s, SCRUB_SECOND);
	}
	if (is_stopping(s))
		return weigh_fail(err, WEIGH_CANCELED, "weighd is stopping");
	return WEIGH_OK;
}

enum weigh_code
scrub_keep_pace(struct scrub *s, size_t len, struct weigh_err *err)
{
	uint64_t now = scrub_clock(), wait;
	enum weigh_code rc;

	/* A slice is a few seconds: so long is the memory of a slow disk. */
	if (s->slice_began == 0 || now - s->slice_began > 2 * SCRUB_SECOND) {
		s->slice_began = now;
		s->slice_bytes = 0;
	}
	s->slice_bytes += len;
	do {
		rc = scrub_wait_turn(s, err);
		if (s->slice_began == 0)
			break; /* it waited for others */
		wait = pace_wait(s->rate, s->slice_bytes,
		    scrub_clock() - s->slice_began);
		if (rc == WEIGH_OK && wait > 0)
			scrub_nap(s, wait < SCRUB_SECOND ? wait : SCRUB_SECOND);
	} while (rc == WEIGH_OK && wait > 0);
	return rc;
}

/* --- what it knows ----------------------------------------------------------------- */

/* Look at the catalog, and plan by what is held. */
static void
look_around(struct scrub *s)
{
	struct catalog_totals totals = { 0 };
	struct catalog_scrub round = { 0 };
	int64_t oldest = 0;
	struct scrub_status *st = &s->status;
	bool any = catalog_scrub_oldest(s->reader, &oldest, NULL) == WEIGH_OK;

	(void)catalog_totals(s->reader, &totals, NULL);
	(void)catalog_scrub(s->reader, &round, NULL);
	pthread_mutex_lock(&s->lock);
	st->any = any;
	st->oldest = oldest;
	st->round = round;
	st->total = totals.bytes - totals.bad_bytes;
	st->plan = pace_make_plan(&st->pace, st->total);
	s->seen = *st;
	pthread_mutex_unlock(&s->lock);
}

/* Nothing to do: until a minute is over, something was admitted, or the settings
 * are others. */
static void
rest(struct scrub *s)
{
	uint64_t until = scrub_clock() + SCRUB_MINUTE;
	uint64_t generation = gate_generation(s->parts.gate);

	while (scrub_clock() < until &&
	    gate_generation(s->parts.gate) == generation &&
	    scrub_nap(s, SCRUB_SECOND))
		;
}

/* --- the thread ---------------------------------------------------------------------- */

/* The last in the line for processor and disk, where that is allowed: the systemd
 * unit filters these calls.  Not SCHED_IDLE: what never runs while others compute
 * would hold the gate's lock as long. */
static void
stand_back(void)
{
	const int who_process = 1, class_idle = 3, class_shift = 13;

	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), 19);
	(void)syscall(SYS_ioprio_set, who_process, 0,
	    class_idle << class_shift);
}

typedef bool turn_fn(struct scrub *s);

/* In this order: what is small and seldom does not wait for what is long. */
static turn_fn *const turns[] = {
	scrub_turn_catalog,
	scrub_turn_journal,
	scrub_turn_repo,
	scrub_turn_blob,
};

static void
run(struct scrub *s)
{
	bool busy = false;

	while (!is_stopping(s)) {
		look_around(s);
		if (!busy)
			s->next_look = 0;
		busy = false;
		for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++)
			if (scrub_wait_turn(s, NULL) == WEIGH_OK)
				busy = turns[i](s) || busy;
		if (!busy) {
			look_around(s); /* as it is while it rests */
			rest(s);
		}
	}
	(void)gate_write_readings(s->parts.gate, NULL);
}

static void *
scrub_main(void *arg)
{
	struct scrub *s = arg;

	stand_back();
	look_around(s);
	for (uint64_t until = scrub_clock() + s->start_seconds * SCRUB_SECOND;
	     !is_stopping(s) && scrub_clock() < until;)
		scrub_nap(s, until - scrub_clock());
	scrub_recall_place(s);
	run(s);
	return NULL;
}

/* --- from outside ----------------------------------------------------------------------- */

enum weigh_code
scrub_new(struct scrub **out, const struct scrub_parts *parts,
    const struct scrub_settings *settings, struct weigh_err *err)
{
	struct scrub *s = calloc(1, sizeof(*s));
	pthread_condattr_t attr;

	if (s == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	s->parts = *parts;
	s->start_seconds = settings->start_seconds;
	s->status.pace = settings->pace;
	s->status.state = SCRUB_RESTING;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->wake, &attr);
	pthread_condattr_destroy(&attr);
	*out = s;
	return WEIGH_OK;
}

enum weigh_code
scrub_start(struct scrub *s, struct weigh_err *err)
{
	enum weigh_code rc;
	int failed;

	rc = catalog_reader_open(&s->reader, s->parts.catalog_path, err);
	if (rc != WEIGH_OK)
		return rc;
	if ((failed = thread_start(&s->thread, scrub_main, s, "scrub")) != 0)
		return weigh_fail_errno(err, failed,
		    "cannot start the scrub thread");
	s->started = true;
	return WEIGH_OK;
}

void
scrub_stop(struct scrub *s)
{
	if (s == NULL || !s->started)
		return;
	pthread_mutex_lock(&s->lock);
	atomic_store(&s->progress.cancel, true);
	pthread_cond_broadcast(&s->wake);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	s->started = false;
}

void
scrub_free(struct scrub *s)
{
	if (s == NULL)
		return;
	scrub_stop(s);
	catalog_reader_close(s->reader);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void
scrub_set(struct scrub *s, const struct scrub_settings *settings)
{
	pthread_mutex_lock(&s->lock);
	s->status.pace = settings->pace;
	s->status.plan = pace_make_plan(&settings->pace, s->status.total);
	s->changed = true;
	pthread_cond_broadcast(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

void
scrub_look(struct scrub *s, struct scrub_status *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->status;
	pthread_mutex_unlock(&s->lock);
	out->read_bytes = atomic_load(&s->read_bytes);
	out->read_blobs = atomic_load(&s->read_blobs);
	out->found = atomic_load(&s->found);
	out->failed = atomic_load(&s->failed);
}

const char *
scrub_state_name(enum scrub_state state)
{
	static const char *const names[SCRUB_STATES] = {
		[SCRUB_OFF] = "off",
		[SCRUB_RESTING] = "resting",
		[SCRUB_READING] = "reading",
		[SCRUB_CLOSED] = "closed",
		[SCRUB_ASIDE] = "aside",
	};

	return names[state];
}
