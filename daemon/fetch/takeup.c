/* takeup: what was under way when weighd stopped goes on; what nobody waits for goes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/priv.h"
#include "log/log.h"

enum weigh_code
work_add(struct fetch *f, const struct weigh_fetch_job *job, const char *token,
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
	    work_add(f, job, token, &err) != WEIGH_OK)
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
