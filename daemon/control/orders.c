/*
 * orders: what is asked of the fetch: bring this, what would it be, look there now, and
 * no more of it.  What waits for an upstream is a long job on `streams`.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/log.h"
#include "mirror.h"

struct request {
	struct question question; /* first: the question is the request */
	struct weigh_fetch_order order;
};

static struct request *
request_new(struct control *c, struct http_exchange *x, const char *body,
    size_t len, const char *what)
{
	struct request *r = calloc(1, sizeof(*r));
	struct weigh_err err;

	if (r == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return NULL;
	}
	r->question.control = c;
	control_who(c, x, &r->question.who);
	if (weigh_fetch_order_asked(&r->order,
		(enum weigh_formats)atomic_load(&c->formats), body, len,
		&err) == WEIGH_OK)
		return r;
	control_fail(x, &err, "%s", what);
	free(r);
	return NULL;
}

/* --- bring this ---------------------------------------------------------- */

static void
answer_order(struct question *q, struct catalog_reader *reader)
{
	struct request *request = (struct request *)q;
	struct http_reply *r = &q->task.reply;
	struct control *c = q->control;
	struct mirror_who who;
	int64_t id = 0;

	mirror_who(&who, &q->who);
	r->status = 202;
	r->rc = mirror_may_order(c, &q->who, reader, &request->order, &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = fetch_order(c->parts.fetch, &request->order, &who.gate,
		    &id, &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = mirror_write_job(&r->body, c, reader, id, &r->err);
	if (r->rc != WEIGH_OK)
		r->status = 0;
	if (r->rc != WEIGH_OK && r->err.what[0] == '\0')
		weigh_what(&r->err, "cannot mirror '%s'",
		    request->order.repo.name);
}

static void
with_order(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct request *r = request_new(ctx, x, body, len,
	    "cannot mirror this");

	if (r != NULL)
		control_submit(&r->question, x, answer_order);
}

void
control_mirror(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_FETCH_ORDER_MAX, with_order, c);
}

/* --- and no more of it --------------------------------------------------- */

struct ended {
	char source[WEIGH_FETCH_SOURCE];
	bool through;
	const struct weigh_repo *repo;
	int64_t live[64]; /* jobs of it */
	unsigned n;
};

static void
keep_source(void *ctx, const struct catalog_mirror *m)
{
	struct ended *e = ctx;

	snprintf(e->source, sizeof(e->source), "%s", m->source);
	e->through = m->through;
}

static bool
keep_live(void *ctx, const struct weigh_fetch_job *job)
{
	struct ended *e = ctx;

	if (weigh_fetch_state_live(job->state) &&
	    job->order.repo.kind == e->repo->kind &&
	    strcmp(job->order.repo.name, e->repo->name) == 0 &&
	    e->n < sizeof(e->live) / sizeof(e->live[0]))
		e->live[e->n++] = job->id;
	return true;
}

/* Its jobs are given up, and it is followed no more; what is held stays. */
static enum weigh_code
end_mirror(struct control *c, struct catalog_reader *reader,
    const struct weigh_repo *repo, unsigned *jobs, struct weigh_err *err)
{
	struct ended e = { .repo = repo };
	struct catalog_mirror m = { .repo = *repo };
	enum weigh_code rc, found;

	rc = fetch_each(c->parts.fetch, reader, keep_live, &e, err);
	for (unsigned i = 0; i < e.n && rc == WEIGH_OK; i++)
		rc = fetch_tell(c->parts.fetch, e.live[i], FETCH_CANCEL, err);
	*jobs = e.n;
	if (rc != WEIGH_OK)
		return rc;
	found = catalog_mirror(reader, repo, keep_source, &e, err);
	if (found != WEIGH_OK)
		return found == WEIGH_NOT_FOUND && e.n > 0 ? WEIGH_OK : found;
	m.source = e.source;
	m.request = "";
	m.through = e.through;
	m.etag = m.error = m.called = "";
	return gate_follow(c->parts.gate, reader, &m, err);
}

static void
answer_end(struct question *q, struct catalog_reader *reader)
{
	struct request *request = (struct request *)q;
	struct http_reply *r = &q->task.reply;
	const struct weigh_repo *repo = &request->order.repo;
	char name[WEIGH_REPO_TEXT];
	struct weigh_jw w;
	unsigned jobs = 0;

	r->rc = control_may(q, reader, WEIGH_RIGHT_PUBLISH, repo);
	if (r->rc == WEIGH_OK)
		r->rc = end_mirror(q->control, reader, repo, &jobs, &r->err);
	weigh_repo_text(repo, name);
	if (r->rc != WEIGH_OK) {
		weigh_what(&r->err, "cannot end mirroring '%s'", name);
		return;
	}
	log_event(LOG_INFO_LEVEL, "unmirrored", "repo", name, NULL);
	weigh_jw_init(&w, &r->body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.mirror-rm/1");
	weigh_jw_kstr(&w, "name", name);
	weigh_jw_ku64(&w, "canceled", jobs);
	weigh_jw_object_end(&w);
}

static void
with_end(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct request *r = request_new(ctx, x, body, len,
	    "cannot end mirroring this");

	if (r != NULL)
		control_submit(&r->question, x, answer_end);
}

void
control_mirror_end(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, with_end, c);
}

/* --- errands: what waits for an upstream --------------------------------- */

struct errand {
	struct job job; /* first: the job is the errand */
	struct control *control;
	struct long_job *place;
	struct weigh_who who;
	struct weigh_fetch_order order;
	char name[WEIGH_REPO_TEXT];
	const char *what; /* "plan the mirroring of" */
	enum weigh_code (*work)(struct errand *e,
	    struct catalog_reader *reader);
	enum weigh_code rc;
	struct weigh_err err;
	struct weigh_buf out;
};

static void
errand_work(struct job *job, void *worker)
{
	struct errand *e = (struct errand *)job;

	e->rc = mirror_may_order(e->control, &e->who, worker, &e->order,
	    &e->err);
	if (e->rc == WEIGH_OK)
		e->rc = e->work(e, worker);
	if (e->rc == WEIGH_OK && e->out.failed)
		e->rc = weigh_fail(&e->err, WEIGH_TOO_BIG,
		    "the report is larger than an answer may be");
}

static void
errand_done(struct job *job)
{
	struct errand *e = (struct errand *)job;

	if (job->skipped)
		e->rc = weigh_fail(&e->err, WEIGH_NOT_YET,
		    "weighd is stopping");
	if (e->rc != WEIGH_OK)
		weigh_what(&e->err, "cannot %s '%s'", e->what, e->name);
	long_end(e->control, e->place, e->rc, &e->out, &e->err);
	weigh_buf_free(&e->out);
	free(e);
}

/* The request's order goes on an errand; the request is freed. */
static void
send_errand(struct http_exchange *x, struct request *r, const char *kind,
    const char *what,
    enum weigh_code (*work)(struct errand *e, struct catalog_reader *reader))
{
	struct control *c = r->question.control;
	struct errand *e = calloc(1, sizeof(*e));

	if (e == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		free(r);
		return;
	}
	if ((e->place = long_begin(c, 0)) == NULL) {
		long_refuse(x);
		free(e);
		free(r);
		return;
	}
	e->control = c;
	e->who = r->question.who;
	e->order = r->order;
	e->what = what;
	e->work = work;
	e->job.work = errand_work;
	e->job.done = errand_done;
	e->job.home = http_loop(x);
	weigh_buf_init(&e->out, CONTROL_RESULT);
	weigh_repo_text(&e->order.repo, e->name);
	free(r);
	long_name(c, e->place, kind, e->name);
	long_reply(x, e->place);
	pool_submit(c->parts.streams, &e->job);
}

/* --- what would it be? --------------------------------------------------- */

static void
write_array(struct weigh_jw *w, const char *key, const struct weigh_buf *json)
{
	weigh_jw_key(w, key);
	if (json->len > 0)
		weigh_jw_raw(w, json->data, json->len);
	else
		weigh_jw_raw(w, "[]", 2);
}

static void
write_plan(struct errand *e, const struct weigh_fetch_plan *plan)
{
	char hex[WEIGH_GITID_HEX + 1] = "";
	struct weigh_jw w;

	if (!weigh_gitid_is_zero(&plan->commit))
		weigh_gitid_hex(&plan->commit, hex);
	weigh_jw_init(&w, &e->out);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.mirror-plan/1");
	weigh_jw_kstr(&w, "name", e->name);
	weigh_jw_kstr(&w, "revision", hex);
	weigh_jw_kstr(&w, "source", plan->source);
	weigh_jw_ku64(&w, "files", plan->files);
	weigh_jw_ku64(&w, "bytes", plan->bytes);
	weigh_jw_ku64(&w, "held_files", plan->held_files);
	weigh_jw_ku64(&w, "held_bytes", plan->held_bytes);
	weigh_jw_ku64(&w, "skipped_files", plan->skipped_files);
	weigh_jw_ku64(&w, "skipped_bytes", plan->skipped_bytes);
	weigh_jw_ku64(&w, "calls", plan->calls);
	weigh_jw_ku64(&w, "room", plan->room);
	weigh_jw_kbool(&w, "proved", plan->proved);
	weigh_jw_kstr(&w, "license", plan->license);
	write_array(&w, "list", &plan->files_json);
	write_array(&w, "also", &plan->also_json);
	weigh_jw_object_end(&w);
}

static enum weigh_code
work_plan(struct errand *e, struct catalog_reader *reader)
{
	struct weigh_fetch_plan plan = { .files = 0 };
	enum weigh_code rc;

	weigh_buf_init(&plan.files_json, CONTROL_RESULT / 2);
	weigh_buf_init(&plan.also_json, CONTROL_RESULT / 4);
	rc = fetch_plan(e->control->parts.fetch, reader, &e->order, &plan,
	    &e->err);
	if (rc == WEIGH_OK && (plan.files_json.failed || plan.also_json.failed))
		rc = weigh_fail(&e->err, WEIGH_TOO_BIG,
		    "the listing is larger than an answer may be");
	if (rc == WEIGH_OK)
		write_plan(e, &plan);
	weigh_buf_free(&plan.files_json);
	weigh_buf_free(&plan.also_json);
	return rc;
}

static void
with_plan(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct request *r = request_new(ctx, x, body, len, "cannot plan this");

	if (r != NULL)
		send_errand(x, r, "plan",
		    "plan the mirroring of", work_plan);
}

void
control_mirror_plan(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_FETCH_ORDER_MAX, with_plan, c);
}

/* --- look there now ------------------------------------------------------ */

static enum weigh_code
write_seen(struct errand *e, struct catalog_reader *reader,
    const struct follow_seen *seen)
{
	struct weigh_fetch_job *job = NULL;
	char hex[WEIGH_GITID_HEX + 1] = "";
	enum weigh_code rc = WEIGH_OK;
	struct weigh_jw w;

	if (!weigh_gitid_is_zero(&seen->commit))
		weigh_gitid_hex(&seen->commit, hex);
	weigh_jw_init(&w, &e->out);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.mirror-sync/1");
	weigh_jw_kstr(&w, "name", e->name);
	weigh_jw_kstr(&w, "upstream", weigh_upstream_state_name(seen->state));
	weigh_jw_kstr(&w, "revision", hex);
	weigh_jw_kbool(&w, "moved", seen->moved);
	if (seen->job != 0) {
		if ((job = malloc(sizeof(*job))) == NULL)
			rc = weigh_fail(&e->err, WEIGH_NOMEM, "out of memory");
		else
			rc = fetch_job(e->control->parts.fetch, reader,
			    seen->job, job, &e->err);
		weigh_jw_key(&w, "job");
		if (rc == WEIGH_OK)
			weigh_fetch_job_write(&w, job);
	}
	weigh_jw_object_end(&w);
	free(job);
	return rc;
}

static enum weigh_code
work_sync(struct errand *e, struct catalog_reader *reader)
{
	struct follow_seen seen;
	struct mirror_who who;
	enum weigh_code rc;

	mirror_who(&who, &e->who);
	rc = follow_now(e->control->parts.follow, reader, &e->order.repo,
	    &who.gate, &seen, &e->err);
	return rc == WEIGH_OK ? write_seen(e, reader, &seen) : rc;
}

static void
with_sync(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct request *r = request_new(ctx, x, body, len,
	    "cannot look upstream for this");

	if (r != NULL)
		send_errand(x, r, "look", "look upstream for", work_sync);
}

void
control_mirror_sync(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, with_sync, c);
}
