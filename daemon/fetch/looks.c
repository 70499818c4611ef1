/* looks: how jobs stand, what is needed, and what a name means upstream now. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/priv.h"

#define JOBS_LOOK 1000 /* rows that are read at once */

/* --- jobs ---------------------------------------------------------------- */

struct work *
work_find(const struct fetch *f, int64_t id)
{
	struct work *w = f->works;

	while (w != NULL && w->job.id != id)
		w = w->next;
	return w;
}

enum weigh_code
fetch_offline(struct weigh_err *err)
{
	(void)weigh_fail(err, WEIGH_DENIED, "this mirror is offline");
	weigh_fix(err, "set [mirror] offline = no in weighd.conf and reload");
	return WEIGH_DENIED;
}

/* What the row does not know: how it stands just now. */
static void
freshen(struct fetch *f, struct weigh_fetch_job *job)
{
	const struct work *w;

	pthread_mutex_lock(&f->lock);
	if ((w = work_find(f, job->id)) != NULL) {
		*job = w->job;
		job->done_files = atomic_load(&w->done_files);
		job->done_bytes = work_came(w);
		job->rate = atomic_load(&w->rate);
		if (!w->running && !places_reached(f, w->places))
			(void)fetch_offline(&job->err);
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

/* --- upstream ------------------------------------------------------------ */

struct glance {
	struct fetch *f;
	const struct weigh_repo *repo;
	const char *rev, *etag;
	struct source_revision *out;
};

static enum weigh_code
look_at(void *ctx, const struct place *p, int64_t *wait, struct weigh_err *err)
{
	const struct glance *g = ctx;
	struct source_place at = p->at;
	enum weigh_code rc;

	at.cancel = &g->f->stop;
	rc = governor_ask(g->f, p, at.cancel, err);
	if (rc != WEIGH_OK)
		return rc;
	return p->kind->resolve(&at, g->repo, g->rev, g->etag, g->out, wait,
	    err);
}

enum weigh_code
fetch_look(struct fetch *f, const char *source, const struct weigh_repo *repo,
    const char *rev, const char *etag, struct source_revision *out,
    int64_t *wait, struct weigh_err *err)
{
	struct weigh_fetch_order order = { .repo = *repo };
	struct glance g = { f, repo, rev, etag, out };
	struct places *places = NULL;
	enum weigh_code rc;

	*wait = -1;
	snprintf(order.source, sizeof(order.source), "%s", source);
	if ((rc = places_for(f, &order, &places, err)) != WEIGH_OK)
		return rc;
	rc = places_ask(places, look_at, &g, wait, err);
	places_drop(places);
	return rc;
}
