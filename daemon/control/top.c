/*
 * top: what is going on, for whoever watches: a worker looks at the store and the
 * catalog, then every loop at its connections, then the jobs are read.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "mirror.h"
#include "net/survey.h"
#include "session.h"

#define TOP_MAX (4u << 20) /* bytes of an answer: 64 loops, all of them busy */

struct top {
	struct job job; /* first: the job is the top */
	struct control *control;
	struct http_exchange *x;
	uint64_t room;
	struct catalog_totals totals;
	struct scrub_status scrub;
	struct fetch_figures fetch;
	struct weigh_buf mirrors; /* an array of jobs */
	enum weigh_code rc;       /* of asking for them */
	struct weigh_err err;
};

static void
top_free(struct top *t)
{
	weigh_buf_free(&t->mirrors);
	free(t);
}

static uint64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
write_counters(struct weigh_jw *w, const struct top *t)
{
	const struct control_parts *parts = &t->control->parts;
	struct server_counters *c = server_counters(t->control->server);

	weigh_jw_ku64(w, "time_ms", monotonic_ms());
	weigh_jw_ku64(w, "uptime_seconds",
	    (uint64_t)(time(NULL) - parts->started));
	weigh_jw_ku64(w, "connections", atomic_load(&c->connections));
	weigh_jw_ku64(w, "connections_total",
	    atomic_load(&c->connections_total));
	weigh_jw_ku64(w, "requests_total", atomic_load(&c->requests_total));
	weigh_jw_ku64(w, "refused_total", atomic_load(&c->refused_total));
	weigh_jw_ku64(w, "body_bytes_total", atomic_load(&c->body_bytes_total));
	weigh_jw_ku64(w, "worker_queue", pool_depth(parts->workers));
	weigh_jw_ku64(w, "heavy_queue", pool_depth(parts->heavy));
	weigh_jw_ku64(w, "streams_queue", pool_depth(parts->streams));
	weigh_jw_ku64(w, "room", t->room);
	weigh_jw_ku64(w, "blobs", t->totals.blobs);
	weigh_jw_ku64(w, "bytes", t->totals.bytes);
	weigh_jw_ku64(w, "bad", t->totals.bad);
	weigh_jw_ku64(w, "upstream_bytes_total", t->fetch.upstream_bytes);
	weigh_jw_ku64(w, "hits_total", t->fetch.hits);
	weigh_jw_ku64(w, "misses_total", t->fetch.misses);
}

static void
write_answer(struct weigh_jw *w, const struct server_answer *a)
{
	weigh_jw_object(w);
	weigh_jw_ku64(w, "connection", a->connection);
	weigh_jw_kstr(w, "client", a->peer);
	weigh_jw_kstr(w, "path", a->target);
	weigh_jw_kstr(w, "state", a->sending ? "sending" : "working");
	weigh_jw_ku64(w, "sent", a->sent);
	if (!a->open) /* else it is made while it is sent */
		weigh_jw_ku64(w, "total", a->total);
	weigh_jw_ku64(w, "ms", a->ms);
	weigh_jw_object_end(w);
}

static void
write_answers(struct weigh_jw *w, const struct server_survey *s)
{
	size_t i;

	weigh_jw_key(w, "answers");
	weigh_jw_array(w);
	for (i = 0; i < s->count; i++)
		write_answer(w, &s->answers[i]);
	weigh_jw_array_end(w);
	weigh_jw_ku64(w, "more", s->more);
}

static void
write_work(struct weigh_jw *w, const char *kind, const char *subject,
    uint64_t done, uint64_t total)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "kind", kind);
	weigh_jw_kstr(w, "subject", subject);
	weigh_jw_ku64(w, "done", done);
	weigh_jw_ku64(w, "total", total);
	weigh_jw_object_end(w);
}

/* Folders on their way in, then long jobs. */
static void
write_jobs(struct weigh_jw *w, struct control *c)
{
	char name[WEIGH_REPO_TEXT];
	struct session *s;
	size_t i;

	weigh_jw_key(w, "jobs");
	weigh_jw_array(w);
	pthread_mutex_lock(&c->lock);
	for (s = c->sessions; s != NULL; s = s->next) {
		weigh_repo_text(&s->repo, name);
		write_work(w, "add", name, atomic_load(&s->progress.bytes),
		    atomic_load(&s->total));
	}
	for (i = 0; i < CONTROL_JOBS; i++) {
		struct long_job *j = &c->jobs[i];

		if (j->state == LONG_RUNNING)
			write_work(w, j->kind, j->subject,
			    atomic_load(&j->progress.bytes), j->total);
	}
	pthread_mutex_unlock(&c->lock);
	weigh_jw_array_end(w);
}

static void
write_scrub(struct weigh_jw *w, const struct scrub_status *s)
{
	char hex[WEIGH_OID_HEX + 1] = "";

	if (s->size > 0)
		weigh_oid_hex(&s->oid, hex);
	weigh_jw_key(w, "scrub");
	weigh_jw_object(w);
	weigh_jw_kstr(w, "state", scrub_state_name(s->state));
	weigh_jw_ku64(w, "done", s->round.done);
	weigh_jw_ku64(w, "total", s->total);
	weigh_jw_kstr(w, "sha256", hex);
	weigh_jw_ku64(w, "blob_done", s->offset);
	weigh_jw_ku64(w, "blob_total", s->size);
	weigh_jw_object_end(w);
}

/* Back on the loop that was asked. */
static void
send_top(void *ctx, const struct server_survey *survey)
{
	struct top *t = ctx;
	struct weigh_buf body;
	struct weigh_jw w;

	weigh_buf_init(&body, TOP_MAX);
	weigh_jw_init(&w, &body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.top/1");
	write_counters(&w, t);
	write_answers(&w, survey);
	write_jobs(&w, t->control);
	weigh_jw_key(&w, "mirrors");
	weigh_jw_raw(&w, t->mirrors.data, t->mirrors.len);
	write_scrub(&w, &t->scrub);
	weigh_jw_object_end(&w);
	control_send(t->x, 200, &body);
	top_free(t);
}

static void
top_work(struct job *job, void *worker)
{
	struct top *t = (struct top *)job;
	struct weigh_jw w;

	t->room = store_room(t->control->parts.store);
	scrub_look(t->control->parts.scrub, &t->scrub);
	t->rc = catalog_totals(worker, &t->totals, &t->err);
	if (t->rc == WEIGH_OK)
		t->rc = fetch_figures(t->control->parts.fetch,
		    t->control->parts.outbound, worker, &t->fetch, &t->err);
	weigh_jw_init(&w, &t->mirrors);
	weigh_jw_array(&w);
	if (t->rc == WEIGH_OK)
		t->rc = mirror_write_live(&w, t->control, worker, &t->err);
	weigh_jw_array_end(&w);
	if (t->rc == WEIGH_OK && t->mirrors.failed)
		t->rc = weigh_fail(&t->err, WEIGH_NOMEM, "out of memory");
}

static void
top_done(struct job *job)
{
	struct top *t = (struct top *)job;

	if (job->skipped)
		t->rc = weigh_fail(&t->err, WEIGH_NOT_YET,
		    "weighd is stopping");
	if (t->rc == WEIGH_OK &&
	    server_survey(t->control->server, http_connection(t->x),
		http_loop(t->x), send_top, t))
		return;
	if (t->rc == WEIGH_OK)
		weigh_fail(&t->err, WEIGH_NOMEM, "out of memory");
	control_fail(t->x, &t->err, "cannot tell what is going on");
	top_free(t);
}

void
control_top(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	struct top *t = calloc(1, sizeof(*t));

	(void)m;
	if (t == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	t->control = c;
	t->x = x;
	weigh_buf_init(&t->mirrors, TOP_MAX / 2);
	t->job.work = top_work;
	t->job.done = top_done;
	t->job.home = http_loop(x);
	pool_submit(c->parts.workers, &t->job);
}
