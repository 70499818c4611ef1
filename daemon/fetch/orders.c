/* orders: what is asked of the fetch from outside: orders of jobs, and words to them. */
#include <string.h>

#include "fetch/priv.h"

#define JOBS_KEPT 1000 /* numbers behind the newest: older ones that ended go */

/* --- orders -------------------------------------------------------------- */

struct new_job {
	struct weigh_fetch_job job;
	const char *token;
};

static enum weigh_code
write_new(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	struct new_job *n = ctx;
	enum weigh_code rc;

	(void)audit;
	rc = catalog_job_add(catalog, &n->job, n->token, err);
	return rc == WEIGH_OK ?
	    catalog_jobs_drop(catalog, n->job.id - JOBS_KEPT, err) :
	    rc;
}

static enum weigh_code
write_order(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	const struct new_job *n = ctx;

	(void)audit;
	return catalog_job_order(catalog, &n->job, err);
}

/* Is it what this order asks for?  One that is being admitted was read for whether it
 * is to be followed.  With the lock held: `step` is the job's own thread's. */
static bool
is_same(const struct work *w, const struct weigh_fetch_order *order)
{
	const struct weigh_fetch_order *o = &w->job.order;

	return weigh_fetch_order_same(o, order) &&
	    strcmp(o->source, order->source) == 0 &&
	    weigh_fetch_state_live(w->job.state) &&
	    (w->job.state != WEIGH_FETCH_ADMITTING || o->follow ||
		!order->follow);
}

/* The same is on its way: it is that, from now on as this order says. */
static bool
join(struct fetch *f, const struct weigh_fetch_order *order,
    struct weigh_fetch_job *out)
{
	struct work *w;

	pthread_mutex_lock(&f->lock);
	for (w = f->works; w != NULL; w = w->next)
		if (is_same(w, order))
			break;
	if (w != NULL) {
		if (order->follow && !w->job.order.follow)
			w->job.order.follow = true;
		if (order->priority > w->job.order.priority)
			w->job.order.priority = order->priority;
		*out = w->job;
	}
	pthread_cond_broadcast(&f->moved);
	pthread_mutex_unlock(&f->lock);
	return w != NULL;
}

/* What it names is read before it is written down. */
static enum weigh_code
check_order(struct fetch *f, const struct weigh_fetch_order *order,
    struct weigh_err *err)
{
	struct places *places = NULL;
	enum weigh_code rc = places_for(f, order, &places, err);

	if (rc != WEIGH_OK)
		return rc;
	if (places->n == 0) {
		rc = step_nobody(err);
	} else if (!places_reached(f, places)) {
		rc = fetch_offline(err);
	}
	places_drop(places);
	return rc;
}

enum weigh_code
fetch_order(struct fetch *f, const struct weigh_fetch_order *order,
    const struct gate_who *who, int64_t *id, struct weigh_err *err)
{
	struct new_job n = { .token = who != NULL ? who->token : "" };
	enum weigh_code rc;

	if ((rc = check_order(f, order, err)) != WEIGH_OK)
		return rc;
	/* Or two of the same, at the same time, would both be new. */
	pthread_mutex_lock(&f->order_lock);
	if (join(f, order, &n.job)) {
		rc = gate_write(f->parts.gate, write_order, &n, err);
	} else {
		n.job.order = *order;
		n.job.unchanged = true;
		n.job.made = n.job.changed = fetch_now();
		rc = gate_write(f->parts.gate, write_new, &n, err);
		if (rc == WEIGH_OK)
			rc = work_add(f, &n.job, n.token, err);
	}
	pthread_mutex_unlock(&f->order_lock);
	*id = n.job.id;
	return rc;
}

/* --- words --------------------------------------------------------------- */

/* What becomes of a job that is in a state and has been told something.  What is being
 * admitted may be done all the same. */
enum weigh_fetch_state
state_told(enum weigh_fetch_state now, enum step_kind word)
{
	if (!weigh_fetch_state_live(now) || now == WEIGH_FETCH_ADMITTING)
		return now;
	if (word == STEP_PAUSED)
		return WEIGH_FETCH_PAUSED;
	if (word == STEP_CANCELED)
		return WEIGH_FETCH_CANCELED;
	if (word == STEP_RESUMED &&
	    (now == WEIGH_FETCH_PAUSED || now == WEIGH_FETCH_WAITING))
		return WEIGH_FETCH_QUEUED;
	return now;
}

static void
tell(struct fetch *f, struct work *w, enum fetch_verb verb)
{
	static const enum step_kind words[] = {
		[FETCH_PAUSE] = STEP_PAUSED,
		[FETCH_RESUME] = STEP_RESUMED,
		[FETCH_CANCEL] = STEP_CANCELED,
	};

	if (verb == FETCH_FIRST) {
		w->job.order.priority = WEIGH_FETCH_PRIORITY;
	} else {
		w->word = words[verb];
		w->job.state = state_told(w->job.state, w->word);
		if (w->running && verb != FETCH_RESUME)
			atomic_store(&w->cancel, true);
	}
	pthread_cond_broadcast(&f->moved);
}

enum weigh_code
fetch_tell(struct fetch *f, int64_t id, enum fetch_verb verb,
    struct weigh_err *err)
{
	struct new_job n = { .token = "" };
	enum weigh_code rc;
	struct work *w;

	pthread_mutex_lock(&f->row_lock);
	pthread_mutex_lock(&f->lock);
	w = work_find(f, id);
	if (w != NULL && !weigh_fetch_state_live(w->job.state))
		w = NULL;
	if (w != NULL) {
		tell(f, w, verb);
		n.job = w->job;
	}
	pthread_mutex_unlock(&f->lock);
	if (w == NULL)
		rc = weigh_fail(err, WEIGH_NOT_FOUND,
		    "no job %lld is under way", (long long)id);
	else if (verb == FETCH_FIRST)
		rc = gate_write(f->parts.gate, write_order, &n, err);
	else
		rc = job_keep(f, &n.job, err);
	pthread_mutex_unlock(&f->row_lock);
	return rc;
}
