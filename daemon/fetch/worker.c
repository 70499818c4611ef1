/* worker: the threads that bring bytes, and which file each takes next. */
#include <stdio.h>

#include "base/thread.h"
#include "fetch/priv.h"

#define RUN_MOST (256u << 20) /* bytes of one request among several */
#define RUNS 64      /* of a large file: so that the hash stays close behind */
#define LEFT_MS 5000 /* a file goes on so long after its last reader left */
#define LOOK_MS 1000
#define WAITS 64 /* places where clients wait that are looked at */

/* --- which --------------------------------------------------------------- */

/* With the lock held; it has an origin. */
static unsigned
width_of(struct fetch *f, const struct file *file, unsigned *sure)
{
	const struct origin *o = &file->origins[file->at];

	return governor_width(f, &o->places->list[o->at], sure);
}

bool
file_streams(struct fetch *f, const struct file *file)
{
	unsigned sure;

	(void)width_of(f, file, &sure);
	return sure == 1 || file->whole;
}

/* How many workers may be at it at once. */
static unsigned
places_at(struct fetch *f, const struct file *file)
{
	uint64_t runs = file->size / RUN_LEAST + 1;
	unsigned sure, most = width_of(f, file, &sure);

	if (file->whole)
		return 1;
	return runs < most ? (unsigned)runs : most;
}

/* Workers of jobs; as many more as bring one file are for clients alone, so that none
 * waits behind an upstream that is silent. */
static unsigned
most_workers(const struct fetch *f)
{
	unsigned most = f->settings.jobs * f->settings.files *
	    f->settings.ranges;
	unsigned room = WORKER_THREADS - f->settings.ranges;

	return most < room ? most : room;
}

static bool
may_take(struct fetch *f, const struct file *file, int64_t now)
{
	if (file->flow == NULL && f->busy >= most_workers(f))
		return false;
	return !file->opening && !file->sealing && !file->drained &&
	    !atomic_load(&file->cancel) && file->not_before <= now &&
	    file->norigins > 0 &&
	    /* One more for a client who waits where nobody is at work. */
	    file->active <
	    places_at(f, file) + (atomic_load(&file->wanted) ? 1 : 0);
}

/* A client's before a job's (5); of one priority the one with the fewest workers, of
 * these the oldest. */
static bool
is_before(const struct file *a, const struct file *b)
{
	bool read_a = a->flow != NULL, read_b = b->flow != NULL;

	if (read_a != read_b)
		return read_a;
	if (a->priority != b->priority)
		return a->priority > b->priority;
	if (a->active != b->active)
		return a->active < b->active;
	return a->number < b->number;
}

/* With the lock held; *next: when another look is worth it. */
static struct file *
pick(struct fetch *f, int64_t *next)
{
	struct file *best = NULL;
	int64_t now = fetch_ms();

	*next = now + LOOK_MS;
	for (struct file *file = f->files; file != NULL; file = file->next) {
		if (file->not_before > now && file->not_before < *next)
			*next = file->not_before;
		if (may_take(f, file, now) &&
		    (best == NULL || is_before(file, best)))
			best = file;
	}
	return best;
}

/* --- what ---------------------------------------------------------------- */

static uint64_t
run_length(const struct file *file)
{
	uint64_t most = file->size / RUNS;

	if (file->flow != NULL || most < RUN_LEAST)
		return RUN_LEAST;
	return most < RUN_MOST ? most - most % WEIGH_SEGMENT : RUN_MOST;
}

/* A run that begins with a byte that a client waits for, if nobody brings that. */
static bool
claim_wanted(struct file *file, uint64_t most, uint64_t *first, uint64_t *len)
{
	uint64_t at[WAITS];
	unsigned n;

	if (file->flow == NULL || !atomic_exchange(&file->wanted, false))
		return false;
	n = flow_waits(file->flow, at, WAITS);
	for (unsigned i = 0; i < n; i++) {
		if (!store_part_claim(file->part, at[i], most, first, len))
			continue;
		if (*first == at[i]) {
			/* Perhaps there are more. */
			atomic_store(&file->wanted, i + 1 < n);
			return true;
		}
		store_part_unclaim(file->part, *first, *len);
	}
	return false;
}

/* Behind a worker that streams the others take what it comes to last. */
static bool
claim_next(struct file *file, uint64_t most, struct run_claim *run)
{
	if (file->streams)
		return store_part_claim_last(file->part, RUN_LEAST, &run->first,
		    &run->len);
	return store_part_claim(file->part, 0, run->streams ? RUN_LEAST : most,
	    &run->first, &run->len);
}

/* With the lock held: a run for this worker; else *seal, or there is none now. */
static bool
take_run(struct fetch *f, struct file *file, struct run_claim *run, bool *seal)
{
	uint64_t most = run_length(file);
	bool some;

	*seal = false;
	run->at = file->at;
	run->streams = !file->streams && file_streams(f, file);
	some = claim_wanted(file, most, &run->first, &run->len);
	if (!some && file->active > places_at(f, file))
		return false;
	if (!some)
		some = claim_next(file, most, run);
	if (some) {
		file->bringing++;
		file->streams = file->streams || run->streams;
		return true;
	}
	file->drained = true;
	*seal = file->bringing == 0 &&
	    store_part_held(file->part) == file->size;
	file->sealing = *seal;
	return false;
}

static void
bring_run(struct fetch *f, struct file *file, const struct run_claim *run)
{
	struct weigh_err err;
	int64_t wait = -1;
	enum weigh_code rc;

	weigh_err_clear(&err);
	rc = range_bring(f, file, run, &wait, &err);
	if (rc == WEIGH_OK)
		rc = store_part_take(file->part, &err);
	pthread_mutex_lock(&f->lock);
	file->bringing--;
	if (run->streams)
		file->streams = false;
	file->drained = false;
	if (rc == WEIGH_OK)
		file->origins[run->at].losses = 0;
	else
		file_failed(f, file, run->at, &err, wait);
	pthread_mutex_unlock(&f->lock);
}

/* One turn at a file. */
static void
work_on(struct fetch *f, struct catalog_reader *reader, struct file *file)
{
	struct run_claim run = { 0 };
	bool seal = false, some = false;
	struct weigh_err err;

	weigh_err_clear(&err);
	if (file_open(f, reader, file, &err) != WEIGH_OK) {
		pthread_mutex_lock(&f->lock);
		file_failed(f, file, file->at, &err, -1);
		pthread_mutex_unlock(&f->lock);
		return;
	}
	pthread_mutex_lock(&f->lock);
	if (!file->ended && !file->sealing)
		some = take_run(f, file, &run, &seal);
	pthread_mutex_unlock(&f->lock);
	if (some)
		bring_run(f, file, &run);
	else if (seal)
		file_seal(f, reader, file);
}

/* --- the threads --------------------------------------------------------- */

/* Clients read it, and all of them left a while ago. */
static bool
is_left(const struct file *file, int64_t now)
{
	int64_t left = atomic_load(&file->left);

	return file->flow != NULL && left != 0 && now - left > LEFT_MS;
}

static void
end_unread(struct fetch *f)
{
	const struct weigh_err err = { .code = WEIGH_CANCELED,
		.why = "nobody waits for it any more" };
	int64_t now = fetch_ms();

	for (struct file *file = f->files; file != NULL; file = file->next) {
		if (!is_left(file, now))
			continue;
		file_cut(file, &err);
		file->active++; /* it stays until it is left */
		if (file->holders == 0)
			file_end(f, file, &err);
		file_leave(f, file);
		return; /* the list may be another */
	}
}

static void *
worker_main(void *arg)
{
	struct fetch *f = arg;
	struct catalog_reader *reader = NULL; /* once it is needed */
	struct file *file;
	int64_t next;

	pthread_mutex_lock(&f->lock);
	while (!atomic_load(&f->stop)) {
		end_unread(f);
		if ((file = pick(f, &next)) == NULL) {
			f->idle++;
			fetch_wait(f, &f->work, next - fetch_ms());
			f->idle--;
			continue;
		}
		file->active++;
		f->busy++;
		pthread_mutex_unlock(&f->lock);
		if (reader == NULL)
			reader = fetch_reader(f);
		if (reader != NULL) /* not stopped */
			work_on(f, reader, file);
		pthread_mutex_lock(&f->lock);
		f->busy--;
		file_leave(f, file);
	}
	pthread_mutex_unlock(&f->lock);
	catalog_reader_close(reader);
	return NULL;
}

void
workers_wake(struct fetch *f)
{
	unsigned most = most_workers(f) + f->settings.ranges;
	char name[16];

	for (unsigned i = f->idle; i < f->settings.ranges &&
	     f->nworkers < most && !atomic_load(&f->stop);
	     i++) {
		snprintf(name, sizeof(name), "fetch-%u", f->nworkers);
		if (thread_start(&f->workers[f->nworkers], worker_main, f,
			name) != 0)
			break;
		f->nworkers++;
	}
	pthread_cond_broadcast(&f->work);
}
