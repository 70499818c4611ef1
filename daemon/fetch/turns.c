/* turns: which job has a thread, and which stands back for a more urgent one. */
#include <stdio.h>

#include "base/thread.h"
#include "fetch/priv.h"
#include "log/log.h"

/* With the lock held. */
static bool
is_ready(const struct fetch *f, const struct work *w)
{
	enum weigh_fetch_state state = w->step.state;

	if (w->running || !places_reached(f, w->places))
		return w->word == STEP_CANCELED && !w->running;
	if (w->word != STEP_KINDS)
		return true;
	if (state == WEIGH_FETCH_WAITING)
		return w->step.until <= fetch_now();
	return state != WEIGH_FETCH_PAUSED;
}

static struct work *
next_job(const struct fetch *f)
{
	struct work *best = NULL;

	for (struct work *w = f->works; w != NULL; w = w->next)
		if (is_ready(f, w) &&
		    (best == NULL ||
			w->job.order.priority > best->job.order.priority ||
			(w->job.order.priority == best->job.order.priority &&
			    w->job.id < best->job.id)))
			best = w;
	return best;
}

/* All places are taken, and `w` is more urgent than one that has one: that stands
 * back. */
static void
make_place(struct fetch *f, const struct work *w)
{
	struct work *least = NULL;

	for (struct work *r = f->works; r != NULL; r = r->next)
		if (r->running &&
		    (least == NULL ||
			r->job.order.priority < least->job.order.priority))
			least = r;
	if (least == NULL || least->word != STEP_KINDS ||
	    least->job.order.priority >= w->job.order.priority)
		return;
	least->word = STEP_STOPPED;
	atomic_store(&least->cancel, true);
	pthread_cond_broadcast(&f->moved);
}

static void
unlink_work(struct fetch *f, struct work *w)
{
	struct work **at = &f->works;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
}

/* What is configured may be another since it was ordered, or last tried. */
static void
refresh(struct fetch *f, struct work *w)
{
	struct places *fresh = NULL;
	struct weigh_err err;

	weigh_err_clear(&err);
	if (places_for(f, &w->job.order, &fresh, &err) != WEIGH_OK) {
		log_event(LOG_WARN_LEVEL, "upstream-not-read", "why", err.why,
		    NULL);
		return;
	}
	pthread_mutex_lock(&f->lock);
	places_drop(w->places);
	w->places = fresh;
	step_sources(&w->step, fresh->n);
	pthread_mutex_unlock(&f->lock);
}

static void *
jobs_main(void *arg)
{
	struct fetch *f = arg;
	struct catalog_reader *reader = fetch_reader(f);
	struct work *w;

	pthread_mutex_lock(&f->lock);
	while (!atomic_load(&f->stop)) {
		w = next_job(f);
		if (w != NULL && f->running >= f->settings.jobs) {
			make_place(f, w);
			w = NULL;
		}
		if (w == NULL) {
			fetch_wait(f, &f->moved, 1000);
			continue;
		}
		w->running = true;
		f->running++;
		pthread_mutex_unlock(&f->lock);
		refresh(f, w);
		job_run(f, reader, w);
		pthread_mutex_lock(&f->lock);
		f->running--;
		w->running = false;
		if (!weigh_fetch_state_live(w->step.state)) {
			unlink_work(f, w);
			work_free(w);
		}
		pthread_cond_broadcast(&f->moved);
	}
	pthread_mutex_unlock(&f->lock);
	catalog_reader_close(reader);
	return NULL;
}

void
job_threads(struct fetch *f)
{
	char name[16];

	while (f->started && !atomic_load(&f->stop) && f->njobs < JOB_THREADS &&
	    f->njobs < f->settings.jobs + 1) {
		snprintf(name, sizeof(name), "job-%u", f->njobs);
		if (thread_start(&f->jobs[f->njobs], jobs_main, f, name) != 0)
			break;
		f->njobs++;
	}
}
