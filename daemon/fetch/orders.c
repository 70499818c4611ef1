/* orders: what is asked of the fetch from outside, and the threads of jobs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "fetch/priv.h"
#include "log/log.h"

#define JOBS_LOOK 1000 /* rows that are read at once */
#define JOBS_KEPT 1000 /* numbers behind the newest: older ones that ended go */

/* --- which job goes next ------------------------------------------------------------ */

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
	struct catalog_reader *reader = NULL;
	struct fetch *f = arg;
	struct work *w;

	if (catalog_reader_open(&reader, f->parts.catalog_path, NULL) !=
	    WEIGH_OK)
		return NULL;
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

/* --- taking up what was under way --------------------------------------------------------- */

enum weigh_code
places_for(struct fetch *f, const struct weigh_fetch_order *order,
    struct places **out, struct weigh_err *err)
{
	bool configured;

	if (order->source[0] == '\0') {
		pthread_mutex_lock(&f->lock);
		*out = places_hold(f->places);
		pthread_mutex_unlock(&f->lock);
		return WEIGH_OK;
	}
	pthread_mutex_lock(&f->lock);
	configured = places_have(f->places, order->source);
	pthread_mutex_unlock(&f->lock);
	return places_read(out, f, order->source, configured, err);
}

static enum weigh_code
add_work(struct fetch *f, const struct weigh_fetch_job *job, const char *token,
    struct weigh_err *err)
{
	struct work *w = calloc(1, sizeof(*w));
	enum weigh_code rc;

	if (w == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = places_for(f, &job->order, &w->places, err);
	if (rc != WEIGH_OK) {
		free(w);
		return rc;
	}
	w->job = *job;
	w->word = STEP_KINDS;
	snprintf(w->token, sizeof(w->token), "%s", token);
	step_init(&w->step, job->state, !weigh_gitid_is_zero(&job->commit),
	    w->places->n, job->until);
	atomic_store(&w->done_files, job->done_files);
	atomic_store(&w->done_bytes, job->done_bytes);
	pthread_mutex_lock(&f->lock);
	w->next = f->works;
	f->works = w;
	job_threads(f);
	pthread_cond_broadcast(&f->moved);
	pthread_mutex_unlock(&f->lock);
	return WEIGH_OK;
}

static bool
take_up(void *ctx, const struct weigh_fetch_job *job, const char *token)
{
	struct fetch *f = ctx;
	struct weigh_err err;

	weigh_err_clear(&err);
	if (job->order.repo.name[0] == '\0' ||
	    add_work(f, job, token, &err) != WEIGH_OK)
		log_event(LOG_ERROR_LEVEL, "job-not-taken-up", "why",
		    job->order.repo.name[0] == '\0' ? job->err.why : err.why,
		    NULL);
	return true;
}

/* A revision lists it as not held: a client may ask for it again. */
static bool
is_listed_absent(struct fetch *f, const struct weigh_oid *oid)
{
	enum catalog_blob_state state;
	struct catalog_blob blob;

	return catalog_blob(f->reader, oid, &blob, &state, NULL) == WEIGH_OK &&
	    blob.absent;
}

static enum weigh_code
sweep_part(void *ctx, const struct store_left *left, struct weigh_err *err)
{
	struct fetch *f = ctx;
	bool needed = true;
	enum weigh_code rc;

	rc = catalog_job_needs(f->reader, &left->oid, &needed, err);
	if (rc != WEIGH_OK || needed || is_listed_absent(f, &left->oid))
		return rc;
	return store_drop_part(f->parts.store, &left->oid, err);
}

/* Stages of jobs that are over, and of questions that nobody waits for any more. */
static enum weigh_code
sweep_stage(void *ctx, const char *name, struct weigh_err *err)
{
	struct fetch *f = ctx;
	char own[40];

	for (const struct work *w = f->works; w != NULL; w = w->next) {
		snprintf(own, sizeof(own), "job-%lld", (long long)w->job.id);
		if (strcmp(own, name) == 0)
			return WEIGH_OK;
	}
	return stage_drop(f->parts.dirfd, name, err);
}

enum weigh_code
fetch_start(struct fetch *f, struct weigh_err *err)
{
	enum weigh_code rc;

	rc = catalog_reader_open(&f->reader, f->parts.catalog_path, err);
	if (rc == WEIGH_OK)
		rc = catalog_jobs_live(f->reader, take_up, f, err);
	if (rc == WEIGH_OK)
		rc = store_each_part(f->parts.store, sweep_part, f, err);
	if (rc == WEIGH_OK)
		rc = stage_each(f->parts.dirfd, sweep_stage, f, err);
	if (rc == WEIGH_OK)
		rc = catalog_lies(f->reader, fetch_now(), lie_take, f, err);
	if (rc != WEIGH_OK)
		return weigh_context(err, rc,
		    "cannot take up what was fetched");
	pthread_mutex_lock(&f->lock);
	f->started = true;
	job_threads(f);
	pthread_mutex_unlock(&f->lock);
	return WEIGH_OK;
}

/* --- orders ------------------------------------------------------------------------------------ */

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

/* The same is on its way: it is that, from now on as this order says. */
static bool
join(struct fetch *f, const struct weigh_fetch_order *order,
    struct weigh_fetch_job *out)
{
	struct work *w;

	pthread_mutex_lock(&f->lock);
	for (w = f->works; w != NULL; w = w->next)
		if (weigh_fetch_order_same(&w->job.order, order) &&
		    strcmp(w->job.order.source, order->source) == 0 &&
		    weigh_fetch_state_live(w->step.state))
			break;
	if (w != NULL) {
		w->job.order.follow = w->job.order.follow || order->follow;
		if (order->priority > w->job.order.priority)
			w->job.order.priority = order->priority;
		*out = w->job;
	}
	pthread_cond_broadcast(&f->moved);
	pthread_mutex_unlock(&f->lock);
	return w != NULL;
}

static enum weigh_code
refuse_offline(struct weigh_err *err)
{
	(void)weigh_fail(err, WEIGH_DENIED, "this mirror is offline");
	weigh_fix(err, "set [mirror] offline = no in weighd.conf and reload");
	return WEIGH_DENIED;
}

static enum weigh_code
refuse_nobody(struct weigh_err *err)
{
	(void)weigh_fail(err, WEIGH_USAGE, "no upstream is configured");
	weigh_fix(err,
	    "set [mirror] upstream in weighd.conf, or name one with --from");
	return WEIGH_USAGE;
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
		rc = refuse_nobody(err);
	} else if (!places_reached(f, places)) {
		rc = refuse_offline(err);
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
	if (join(f, order, &n.job)) {
		*id = n.job.id;
		return gate_write(f->parts.gate, write_order, &n, err);
	}
	n.job.order = *order;
	n.job.made = n.job.changed = fetch_now();
	rc = gate_write(f->parts.gate, write_new, &n, err);
	if (rc == WEIGH_OK)
		rc = add_work(f, &n.job, n.token, err);
	*id = n.job.id;
	return rc;
}

/* With the lock held. */
static struct work *
find_work(const struct fetch *f, int64_t id)
{
	struct work *w = f->works;

	while (w != NULL && w->job.id != id)
		w = w->next;
	return w;
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
	struct work *w;

	pthread_mutex_lock(&f->lock);
	if ((w = find_work(f, id)) != NULL) {
		tell(f, w, verb);
		n.job = w->job;
	}
	pthread_mutex_unlock(&f->lock);
	if (w == NULL)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "no job %lld is under way", (long long)id);
	return verb == FETCH_FIRST ?
	    gate_write(f->parts.gate, write_order, &n, err) :
	    WEIGH_OK;
}

/* --- looks ---------------------------------------------------------------------------------------- */

/* What the row does not know: how it stands just now. */
static void
freshen(struct fetch *f, struct weigh_fetch_job *job)
{
	const struct work *w;

	pthread_mutex_lock(&f->lock);
	if ((w = find_work(f, job->id)) != NULL) {
		*job = w->job;
		job->done_files = atomic_load(&w->done_files);
		job->done_bytes = atomic_load(&w->done_bytes);
		job->rate = atomic_load(&w->rate);
		if (!w->running && !places_reached(f, w->places))
			(void)refuse_offline(&job->err);
	}
	pthread_mutex_unlock(&f->lock);
}

struct looks {
	struct fetch *f;
	bool (*each)(void *ctx, const struct weigh_fetch_job *job);
	void *ctx;
};

static bool
look(void *ctx, const struct weigh_fetch_job *job, const char *token)
{
	struct looks *l = ctx;
	struct weigh_fetch_job *copy = malloc(sizeof(*copy));
	bool more;

	(void)token;
	if (copy == NULL)
		return false;
	*copy = *job;
	freshen(l->f, copy);
	more = l->each(l->ctx, copy);
	free(copy);
	return more;
}

enum weigh_code
fetch_each(struct fetch *f, struct catalog_reader *reader,
    bool (*each)(void *ctx, const struct weigh_fetch_job *job), void *ctx,
    struct weigh_err *err)
{
	struct looks l = { .f = f, .each = each, .ctx = ctx };

	return catalog_jobs(reader, INT64_MAX, JOBS_LOOK, look, &l, err);
}

enum weigh_code
fetch_job(struct fetch *f, struct catalog_reader *reader, int64_t id,
    struct weigh_fetch_job *out, struct weigh_err *err)
{
	enum weigh_code rc = catalog_job(reader, id, out, NULL, err);

	if (rc == WEIGH_OK)
		freshen(f, out);
	return rc;
}

bool
fetch_needs(struct fetch *f, const struct weigh_oid *oid)
{
	bool needed;

	pthread_mutex_lock(&f->lock);
	needed = file_find(f, oid) != NULL;
	pthread_mutex_unlock(&f->lock);
	if (needed)
		return true;
	pthread_mutex_lock(&f->reader_lock);
	if (catalog_job_needs(f->reader, oid, &needed, NULL) != WEIGH_OK)
		needed = true;
	pthread_mutex_unlock(&f->reader_lock);
	return needed;
}

/* --- looks at upstream ------------------------------------------------------------------------------ */

static enum weigh_code
look_at(struct fetch *f, const struct place *p, const struct weigh_repo *repo,
    const char *rev, const char *etag, struct source_revision *out,
    int64_t *wait, struct weigh_err *err)
{
	struct source_place at = p->at;
	enum weigh_code rc;

	at.cancel = &f->stop;
	weigh_err_clear(err);
	rc = governor_ask(f, p, &f->stop, err);
	if (rc != WEIGH_OK)
		return rc;
	return p->kind->resolve(&at, repo, rev, etag, out, wait, err);
}

/* It is gone only when all say so: one that cannot be reached may have it. */
enum weigh_code
fetch_look(struct fetch *f, const char *source, const struct weigh_repo *repo,
    const char *rev, const char *etag, struct source_revision *out,
    int64_t *wait, struct weigh_err *err)
{
	struct weigh_fetch_order order = { .repo = *repo };
	struct weigh_err now = { .code = WEIGH_OK }, said = now;
	struct places *places = NULL;
	enum weigh_code rc;

	*wait = -1;
	snprintf(order.source, sizeof(order.source), "%s", source);
	if ((rc = places_for(f, &order, &places, err)) != WEIGH_OK)
		return rc;
	if (places->n == 0)
		rc = refuse_nobody(&said);
	for (unsigned i = 0; i < places->n; i++) {
		rc = look_at(f, &places->list[i], repo, rev, etag, out, wait,
		    &now);
		if (rc == WEIGH_OK)
			break;
		now.code = rc;
		if (said.code == WEIGH_OK || said.code == WEIGH_NOT_FOUND)
			said = now;
	}
	places_drop(places);
	if (rc == WEIGH_OK)
		return rc;
	if (err != NULL)
		*err = said;
	return said.code;
}
