/* mirror: repositories from elsewhere: what is mirrored, and the jobs that bring it. */
#include "mirror.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- who ----------------------------------------------------------------- */

void
mirror_who(struct mirror_who *out, const struct weigh_who *who)
{
	memcpy(out->token, who->id, sizeof(out->token));
	memcpy(out->name, who->name, sizeof(out->name));
	snprintf(out->email, sizeof(out->email), "%s@token", who->id);
	if (who->id[0] != '\0')
		snprintf(out->origin, sizeof(out->origin),
		    "mirrored by token %s (%s)", who->id, who->name);
	else
		snprintf(out->origin, sizeof(out->origin), "mirrored");
	out->gate = (struct gate_who){
		.token = out->token,
		.author = who->id[0] != '\0' ? out->name : NULL,
		.email = who->id[0] != '\0' ? out->email : NULL,
		.origin = out->origin,
	};
}

bool
mirror_knows(struct control *c, const struct weigh_who *who,
    struct catalog_reader *reader, const struct weigh_repo *repo)
{
	return control_judge(c, who, reader, WEIGH_RIGHT_LOOK, repo, NULL) ==
	    WEIGH_OK ||
	    control_judge(c, who, reader, WEIGH_RIGHT_PUBLISH, repo, NULL) ==
	    WEIGH_OK;
}

enum weigh_code
mirror_may_order(struct control *c, const struct weigh_who *who,
    struct catalog_reader *reader, const struct weigh_fetch_order *order,
    struct weigh_err *err)
{
	enum weigh_code rc = control_judge(c, who, reader, WEIGH_RIGHT_PUBLISH,
	    &order->repo, err);

	if (rc != WEIGH_OK || order->source[0] == '\0')
		return rc;
	rc = control_judge(c, who, reader, WEIGH_RIGHT_ADMIN, NULL, err);
	return rc == WEIGH_OK ?
	    rc :
	    weigh_context(err, rc,
		"from where it comes is said by who may everything");
}

/* --- what is mirrored ---------------------------------------------------- */

struct mirrors {
	struct question *q;
	struct catalog_reader *reader;
	struct weigh_jw w;
	unsigned limit, shown;
	unsigned rows; /* of the catalog's page, shown or not */
	struct weigh_repo row;
	char last[WEIGH_REPO_TEXT];
};

static void
write_time(struct weigh_jw *w, const char *key, int64_t time)
{
	weigh_jw_key(w, key);
	weigh_jw_i64(w, time);
}

static void
write_mirror(void *ctx, const struct catalog_mirror *m)
{
	struct mirrors *all = ctx;
	struct weigh_jw *w = &all->w;
	char hex[WEIGH_GITID_HEX + 1] = "";

	all->rows++;
	all->row = m->repo;
	if (!mirror_knows(all->q->control, &all->q->who, all->reader,
		&m->repo) ||
	    ++all->shown > all->limit)
		return;
	weigh_repo_text(&m->repo, all->last);
	if (!weigh_gitid_is_zero(&m->commit))
		weigh_gitid_hex(&m->commit, hex);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "name", all->last);
	weigh_jw_kstr(w, "source", m->source);
	weigh_jw_kbool(w, "follow", m->follow);
	weigh_jw_kbool(w, "through", m->through);
	weigh_jw_kstr(w, "upstream", weigh_upstream_state_name(m->state));
	weigh_jw_kstr(w, "upstream_revision", hex);
	weigh_jw_kstr(w, "called", m->called);
	write_time(w, "checked", m->checked);
	write_time(w, "next", m->follow ? m->next : 0);
	write_time(w, "used", m->used);
	weigh_jw_kstr(w, "error", m->error);
	weigh_jw_object_end(w);
}

/* As control_models: what is hidden leaves no gap, and no name in `next`. */
static enum weigh_code
write_mirrors(struct mirrors *m, bool from, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	do {
		m->rows = 0;
		rc = catalog_mirrors(m->reader, from ? &m->row : NULL,
		    m->limit + 1, write_mirror, m, err);
		from = true;
	} while (rc == WEIGH_OK && m->rows == m->limit + 1 &&
	    m->shown <= m->limit);
	return rc;
}

void
control_mirrors(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	struct mirrors m = {
		.q = q, .reader = reader, .limit = control_limit(q)
	};
	char after[WEIGH_REPO_TEXT];
	struct weigh_ref ref;
	bool from = control_query(q, "after", after, sizeof(after));

	if (from && (r->rc = weigh_ref_parse(&ref, after, &r->err)) != WEIGH_OK)
		return;
	if (from)
		m.row = ref.repo;
	weigh_jw_init(&m.w, &r->body);
	weigh_jw_object(&m.w);
	weigh_jw_kstr(&m.w, "schema", "weigh.mirror-ls/1");
	weigh_jw_key(&m.w, "mirrors");
	weigh_jw_array(&m.w);
	r->rc = write_mirrors(&m, from, &r->err);
	weigh_jw_array_end(&m.w);
	if (m.shown > m.limit)
		weigh_jw_kstr(&m.w, "next", m.last);
	weigh_jw_object_end(&m.w);
}

/* --- jobs ---------------------------------------------------------------- */

enum weigh_code
mirror_write_job(struct weigh_buf *out, struct control *c,
    struct catalog_reader *reader, int64_t id, struct weigh_err *err)
{
	struct weigh_fetch_job *job = malloc(sizeof(*job));
	struct weigh_jw w;
	enum weigh_code rc;

	if (job == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = fetch_job(c->parts.fetch, reader, id, job, err);
	if (rc == WEIGH_OK) {
		weigh_jw_init(&w, out);
		weigh_jw_object(&w);
		weigh_jw_kstr(&w, "schema", "weigh.mirror-job/1");
		weigh_jw_key(&w, "job");
		weigh_fetch_job_write(&w, job);
		weigh_jw_object_end(&w);
	}
	free(job);
	return rc;
}

/* May they know of a job?  Another's job is not there. */
static enum weigh_code
may_see(struct question *q, struct catalog_reader *reader, int64_t id,
    struct weigh_err *err)
{
	struct weigh_fetch_job *job = malloc(sizeof(*job));
	enum weigh_code rc;

	if (job == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = fetch_job(q->control->parts.fetch, reader, id, job, err);
	if (rc == WEIGH_OK &&
	    control_judge(q->control, &q->who, reader, WEIGH_RIGHT_PUBLISH,
		&job->order.repo, NULL) != WEIGH_OK)
		rc = WEIGH_NOT_FOUND;
	free(job);
	if (rc == WEIGH_NOT_FOUND) {
		(void)weigh_fail(err, rc, "there is no job %lld",
		    (long long)id);
		weigh_fix(err, "weigh mirror ls shows the jobs there are");
	}
	return rc;
}

void
control_mirror_job(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	char *end;
	long long id = strtoll(q->match.word, &end, 10);

	if (*end != '\0' || id <= 0) {
		r->rc = weigh_fail(&r->err, WEIGH_NOT_FOUND,
		    "'%.40s' is no job's number", q->match.word);
		return;
	}
	r->rc = may_see(q, reader, id, &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = mirror_write_job(&r->body, q->control, reader, id,
		    &r->err);
}

struct jobs {
	struct question *q;
	struct catalog_reader *reader;
	struct weigh_jw w;
	unsigned limit, shown;
	int64_t before, last;
};

static bool
write_job(void *ctx, const struct weigh_fetch_job *job)
{
	struct jobs *j = ctx;

	if (job->id >= j->before ||
	    control_judge(j->q->control, &j->q->who, j->reader,
		WEIGH_RIGHT_PUBLISH, &job->order.repo, NULL) != WEIGH_OK)
		return true;
	if (++j->shown > j->limit)
		return false;
	j->last = job->id;
	weigh_fetch_job_write(&j->w, job);
	return true;
}

static int64_t
query_before(const struct question *q)
{
	char text[24];
	int64_t n;

	if (!control_query(q, "after", text, sizeof(text)))
		return INT64_MAX;
	n = strtoll(text, NULL, 10);
	return n > 0 ? n : INT64_MAX;
}

void
control_mirror_jobs(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	struct jobs j = {
		.q = q,
		.reader = reader,
		.limit = control_limit(q),
		.before = query_before(q),
	};
	char next[24];

	weigh_jw_init(&j.w, &r->body);
	weigh_jw_object(&j.w);
	weigh_jw_kstr(&j.w, "schema", "weigh.mirror-jobs/1");
	weigh_jw_key(&j.w, "jobs");
	weigh_jw_array(&j.w);
	r->rc = fetch_each(q->control->parts.fetch, reader, write_job, &j,
	    &r->err);
	weigh_jw_array_end(&j.w);
	snprintf(next, sizeof(next), "%lld", (long long)j.last);
	if (j.shown > j.limit)
		weigh_jw_kstr(&j.w, "next", next);
	weigh_jw_object_end(&j.w);
}

/* --- for status and top -------------------------------------------------- */

static uint64_t
under_way(const struct fetch_figures *n)
{
	uint64_t sum = 0;

	for (unsigned s = 0; s < WEIGH_FETCH_DONE; s++)
		if (s != WEIGH_FETCH_WAITING && s != WEIGH_FETCH_PAUSED)
			sum += n->jobs[s];
	return sum;
}

enum weigh_code
mirror_write_status(struct weigh_jw *w, struct control *c,
    const struct weigh_who *who, struct catalog_reader *reader,
    struct weigh_err *err)
{
	struct fetch_figures n;
	char name[WEIGH_REPO_TEXT];
	enum weigh_code rc;

	rc = fetch_figures(c->parts.fetch, c->parts.outbound, reader, &n, err);
	if (rc != WEIGH_OK)
		return rc;
	weigh_jw_ku64(w, "served_bytes",
	    atomic_load(&server_counters(c->server)->body_bytes_total));
	weigh_jw_ku64(w, "upstream_bytes", n.upstream_bytes);
	weigh_jw_ku64(w, "hits", n.hits);
	weigh_jw_ku64(w, "misses", n.misses);
	weigh_jw_ku64(w, "jobs_under_way", under_way(&n));
	weigh_jw_ku64(w, "jobs_waiting", n.jobs[WEIGH_FETCH_WAITING]);
	weigh_jw_ku64(w, "jobs_paused", n.jobs[WEIGH_FETCH_PAUSED]);
	weigh_jw_ku64(w, "jobs_done", n.done);
	weigh_jw_ku64(w, "jobs_failed", n.failed);
	if (n.last.name[0] == '\0' || !mirror_knows(c, who, reader, &n.last))
		return WEIGH_OK;
	weigh_repo_text(&n.last, name);
	weigh_jw_key(w, "last_failure");
	weigh_jw_object(w);
	weigh_jw_kstr(w, "name", name);
	write_time(w, "time", n.last_time);
	weigh_jw_kstr(w, "why", n.last_why);
	weigh_jw_object_end(w);
	return WEIGH_OK;
}

static bool
write_live(void *ctx, const struct weigh_fetch_job *job)
{
	if (weigh_fetch_state_live(job->state))
		weigh_fetch_job_write(ctx, job);
	return true;
}

enum weigh_code
mirror_write_live(struct weigh_jw *w, struct control *c,
    struct catalog_reader *reader, struct weigh_err *err)
{
	return fetch_each(c->parts.fetch, reader, write_live, w, err);
}

/* --- one is told something ----------------------------------------------- */

struct telling {
	struct question question; /* first: the question is the telling */
	int64_t job;
	enum fetch_verb verb;
};

static void
answer_telling(struct question *q, struct catalog_reader *reader)
{
	struct telling *t = (struct telling *)q;
	struct http_reply *r = &q->task.reply;

	r->rc = may_see(q, reader, t->job, &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = fetch_tell(q->control->parts.fetch, t->job, t->verb,
		    &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = mirror_write_job(&r->body, q->control, reader, t->job,
		    &r->err);
}

static enum weigh_code
read_telling(struct telling *t, const char *body, size_t len,
    struct weigh_err *err)
{
	struct wish {
		uint64_t job;
		char verb[16];
	} wish = { .job = 0 };
	static const struct weigh_json_field fields[] = {
		{ "job", WEIGH_JSON_T_U64, offsetof(struct wish, job), 0,
		    true },
		{ "do", WEIGH_JSON_T_STRING, offsetof(struct wish, verb),
		    sizeof(((struct wish *)0)->verb), true },
	};
	static const struct {
		const char *word;
		enum fetch_verb verb;
	} verbs[] = {
		{ "pause", FETCH_PAUSE },
		{ "resume", FETCH_RESUME },
		{ "cancel", FETCH_CANCEL },
		{ "first", FETCH_FIRST },
	};
	enum weigh_code rc;

	rc = weigh_json_read_fields(body, len, fields, 2, &wish, err);
	if (rc != WEIGH_OK)
		return rc;
	t->job = wish.job < INT64_MAX ? (int64_t)wish.job : INT64_MAX;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].word, wish.verb) == 0) {
			t->verb = verbs[i].verb;
			return WEIGH_OK;
		}
	return weigh_fail(err, WEIGH_USAGE,
	    "a job is told pause, resume, cancel or first, not '%s'",
	    wish.verb);
}

static void
with_telling(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct control *c = ctx;
	struct telling *t = calloc(1, sizeof(*t));
	struct weigh_err err;

	if (t == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	t->question.control = c;
	control_who(c, x, &t->question.who);
	if (read_telling(t, body, len, &err) != WEIGH_OK) {
		control_fail(x, &err, "cannot read the request");
		free(t);
		return;
	}
	control_submit(&t->question, x, answer_telling);
}

void
control_mirror_tell(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, with_telling, c);
}
