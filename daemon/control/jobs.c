/*
 * jobs: long work that one request begins and others ask after.  A finished job
 * is kept until its place is needed.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "priv.h"

bool
control_random_id(char out[CONTROL_ID + 1])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char random[CONTROL_ID / 2];
	size_t i;

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return false;
	for (i = 0; i < sizeof(random); i++) {
		out[2 * i] = hex[random[i] >> 4];
		out[2 * i + 1] = hex[random[i] & 15];
	}
	out[CONTROL_ID] = '\0';
	return true;
}

/* A free place, else that of the job that ended first: whoever waits for one that
 * ended just now has not asked yet. */
static struct long_job *
find_place(struct control *c)
{
	struct long_job *best = NULL;
	size_t i;

	for (i = 0; i < CONTROL_JOBS; i++) {
		struct long_job *j = &c->jobs[i];

		if (j->state == LONG_FREE)
			return j;
		if (j->state != LONG_RUNNING &&
		    (best == NULL || j->ended < best->ended))
			best = j;
	}
	return best;
}

struct long_job *
long_begin(struct control *c, uint64_t total)
{
	struct long_job *j;
	char id[CONTROL_ID + 1];

	if (!control_random_id(id))
		return NULL;
	pthread_mutex_lock(&c->lock);
	if ((j = find_place(c)) != NULL) {
		weigh_buf_free(&j->result);
		*j = (struct long_job){ .state = LONG_RUNNING, .total = total };
		memcpy(j->id, id, sizeof(id));
		weigh_buf_init(&j->result, CONTROL_RESULT);
	}
	pthread_mutex_unlock(&c->lock);
	return j;
}

void
long_name(struct control *c, struct long_job *j, const char *kind,
    const char *subject)
{
	pthread_mutex_lock(&c->lock);
	snprintf(j->kind, sizeof(j->kind), "%s", kind);
	snprintf(j->subject, sizeof(j->subject), "%s", subject);
	pthread_mutex_unlock(&c->lock);
}

void
long_set_total(struct control *c, struct long_job *j, uint64_t total)
{
	pthread_mutex_lock(&c->lock);
	j->total = total;
	pthread_mutex_unlock(&c->lock);
}

void
long_end(struct control *c, struct long_job *j, enum weigh_code rc,
    struct weigh_buf *result, const struct weigh_err *err)
{
	pthread_mutex_lock(&c->lock);
	j->state = rc == WEIGH_OK ? LONG_DONE : LONG_FAILED;
	j->ended = ++c->serial;
	if (rc == WEIGH_OK) {
		j->result = *result;
		weigh_buf_init(result, 0);
	} else {
		j->err = *err;
	}
	pthread_mutex_unlock(&c->lock);
}

void
control_stop(struct control *c)
{
	size_t i;

	pthread_mutex_lock(&c->lock);
	for (i = 0; i < CONTROL_JOBS; i++)
		atomic_store(&c->jobs[i].progress.cancel, true);
	pthread_mutex_unlock(&c->lock);
}

void
long_reply(struct http_exchange *x, const struct long_job *j)
{
	struct weigh_buf body;
	struct weigh_jw w;

	weigh_buf_init(&body, 4096);
	weigh_jw_init(&w, &body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.job/1");
	weigh_jw_kstr(&w, "job", j->id);
	weigh_jw_object_end(&w);
	control_send(x, 202, &body);
}

void
long_refuse(struct http_exchange *x)
{
	struct weigh_err err;

	weigh_fail(&err, WEIGH_NOT_YET,
	    "%d long jobs are running, and no more are taken", CONTROL_JOBS);
	control_fail(x, &err, "cannot begin this now");
}

static void
write_job(struct weigh_jw *w, const struct long_job *j)
{
	static const char *const states[] = {
		[LONG_FREE] = "",
		[LONG_RUNNING] = "running",
		[LONG_DONE] = "done",
		[LONG_FAILED] = "failed",
	};

	weigh_jw_object(w);
	weigh_jw_kstr(w, "schema", "weigh.job/1");
	weigh_jw_kstr(w, "job", j->id);
	weigh_jw_kstr(w, "state", states[j->state]);
	weigh_jw_ku64(w, "done", atomic_load(&j->progress.bytes));
	weigh_jw_ku64(w, "total", j->total);
	if (j->state == LONG_DONE) {
		weigh_jw_key(w, "result");
		weigh_jw_raw(w, j->result.data, j->result.len);
	}
	if (j->state == LONG_FAILED) {
		weigh_jw_key(w, "error");
		weigh_control_error(w, &j->err);
	}
	weigh_jw_object_end(w);
}

void
control_job(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	struct weigh_buf body;
	struct weigh_jw w;
	bool found = false;
	size_t i;

	weigh_buf_init(&body, CONTROL_RESULT + 4096);
	weigh_jw_init(&w, &body);
	pthread_mutex_lock(&c->lock);
	for (i = 0; i < CONTROL_JOBS && !found; i++) {
		found = c->jobs[i].state != LONG_FREE &&
		    strcmp(c->jobs[i].id, m->word) == 0;
		if (found)
			write_job(&w, &c->jobs[i]);
	}
	pthread_mutex_unlock(&c->lock);
	if (found) {
		control_send(x, 200, &body);
		return;
	}
	weigh_buf_free(&body);
	http_fail(x, 404, WEIGH_NOT_FOUND, NULL,
	    "there is no such job, or its result was dropped");
}
