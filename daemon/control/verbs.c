/* verbs: the table of our own API, and who may ask for what.  See control.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/manifest.h>

#include "priv.h"
#include "trust/access.h"

#define BODY_MAX WEIGH_MANIFEST_MAX /* a manifest is the largest answer */

#define LOOK WEIGH_RIGHT_LOOK
#define READ WEIGH_RIGHT_READ
#define PUBLISH WEIGH_RIGHT_PUBLISH
#define APPROVE WEIGH_RIGHT_APPROVE
#define ADMIN WEIGH_RIGHT_ADMIN
#define ANYWHERE false
#define SOCKET true

static const struct verb {
	const char *method;
	const char *pattern; /* behind /-/v1 */
	enum weigh_right right;
	bool socket; /* by control.sock alone: it takes descriptors */
	/* One of the two: on a worker, or on the loop. */
	void (*answer)(struct question *q, struct catalog_reader *reader);
	void (*begin)(struct control *c, struct http_exchange *x,
	    const struct weigh_route_match *m);
} verbs[] = {
	{ "GET", "/status", LOOK, ANYWHERE, control_status, NULL },
	{ "GET", "/models", LOOK, ANYWHERE, control_models, NULL },
	{ "GET", "/files", LOOK, ANYWHERE, control_files, NULL },
	{ "GET", "/show", LOOK, ANYWHERE, control_show, NULL },
	{ "GET", "/manifest", LOOK, ANYWHERE, control_manifest, NULL },
	{ "GET", "/midstates/{word}", READ, ANYWHERE, control_midstates, NULL },
	{ "GET", "/license/texts", READ, ANYWHERE, control_license_texts,
	    NULL },
	{ "GET", "/license/record", LOOK, ANYWHERE, control_license_record,
	    NULL },
	{ "GET", "/key", LOOK, ANYWHERE, control_key, NULL },
	{ "GET", "/scrub", LOOK, ANYWHERE, control_scrub_look, NULL },
	{ "GET", "/jobs/{word}", LOOK, ANYWHERE, NULL, control_job },
	{ "GET", "/mirror", LOOK, ANYWHERE, control_mirrors, NULL },
	{ "GET", "/events", LOOK, ANYWHERE, control_events, NULL },
	{ "GET", "/pins", LOOK, ANYWHERE, control_pins, NULL },
	{ "POST", "/mirror", PUBLISH, ANYWHERE, NULL, control_mirror },
	{ "POST", "/mirror/plan", PUBLISH, ANYWHERE, NULL,
	    control_mirror_plan },
	{ "POST", "/mirror/sync", PUBLISH, ANYWHERE, NULL,
	    control_mirror_sync },
	{ "POST", "/mirror/rm", PUBLISH, ANYWHERE, NULL, control_mirror_end },
	{ "GET", "/mirror/jobs", PUBLISH, ANYWHERE, control_mirror_jobs, NULL },
	{ "GET", "/mirror/jobs/{word}", PUBLISH, ANYWHERE, control_mirror_job,
	    NULL },
	{ "POST", "/mirror/jobs", PUBLISH, ANYWHERE, NULL,
	    control_mirror_tell },
	{ "POST", "/pins", PUBLISH, ANYWHERE, NULL, control_pin },
	{ "POST", "/pins/rm", PUBLISH, ANYWHERE, NULL, control_unpin },
	{ "GET", "/access", APPROVE, ANYWHERE, control_access, NULL },
	{ "GET", "/access/terms", LOOK, ANYWHERE, control_terms, NULL },
	{ "POST", "/access/accept", LOOK, ANYWHERE, NULL, control_accept },
	{ "POST", "/access/rule", APPROVE, ANYWHERE, NULL,
	    control_access_rule },
	{ "POST", "/access/set", PUBLISH, ANYWHERE, NULL, control_access_set },
	{ "GET", "/tokens", ADMIN, ANYWHERE, control_tokens, NULL },
	{ "POST", "/tokens", ADMIN, ANYWHERE, NULL, control_token_new },
	{ "DELETE", "/tokens/{word}", ADMIN, ANYWHERE, NULL, control_token_rm },
	{ "GET", "/top", ADMIN, ANYWHERE, NULL, control_top },
	{ "GET", "/doctor", ADMIN, ANYWHERE, control_doctor, NULL },
	{ "POST", "/doctor", ADMIN, ANYWHERE, NULL, control_examine },
	{ "POST", "/verify", ADMIN, ANYWHERE, NULL, control_verify },
	{ "POST", "/scrub", ADMIN, ANYWHERE, NULL, control_scrub },
	{ "POST", "/delete", ADMIN, ANYWHERE, NULL, control_delete },
	{ "POST", "/gc", ADMIN, ANYWHERE, NULL, control_gc },
	{ "POST", "/rebuild", ADMIN, ANYWHERE, NULL, control_rebuild },
	{ "POST", "/add", ADMIN, SOCKET, NULL, control_add },
	{ "GET", "/add/{word}", ADMIN, SOCKET, NULL, control_add_progress },
	{ "POST", "/add/{word}/files", ADMIN, SOCKET, NULL, control_add_file },
	{ "POST", "/add/{word}/commit", ADMIN, SOCKET, NULL,
	    control_add_commit },
};
#define NVERBS (sizeof(verbs) / sizeof(verbs[0]))

void
control_send(struct http_exchange *x, int status, struct weigh_buf *body)
{
	http_send(x, status, "application/json; charset=utf-8", body);
}

void
control_fail(struct http_exchange *x, struct weigh_err *err, const char *fmt,
    ...)
{
	char what[sizeof(err->what)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	weigh_what(err, "%s", what);
	http_send_error(x, 0, NULL, err);
}

bool
control_owns(const struct http_exchange *x)
{
	const struct weigh_http_target *t = http_target(x);

	return t->count > 1 && strcmp(t->seg[0].text, "-") == 0 &&
	    !t->seg[0].slash;
}

static void
question_work(struct http_task *task, void *worker)
{
	struct question *q = (struct question *)task;

	q->answer(q, worker);
	if (task->reply.rc != WEIGH_OK && task->reply.err.what[0] == '\0')
		weigh_what(&task->reply.err, "%s", task->reply.err.why);
}

void
control_submit(struct question *q, struct http_exchange *x,
    void (*answer)(struct question *q, struct catalog_reader *reader))
{
	http_task_init(&q->task, x, BODY_MAX, question_work);
	q->answer = answer;
	pool_submit(q->control->parts.workers, &q->task.job);
}

static void
ask_worker(struct control *c, struct http_exchange *x, const struct verb *verb,
    const struct weigh_route_match *m, const struct weigh_who *who)
{
	struct question *q = calloc(1, sizeof(*q));

	if (q == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	q->control = c;
	q->match = *m;
	q->who = *who;
	control_submit(q, x, verb->answer);
}

/* The verb that fits; if only its method does not, the methods of all that do are
 * a bit each in *others. */
static const struct verb *
find_verb(const struct http_exchange *x, struct weigh_route_match *m,
    unsigned *others)
{
	const struct weigh_http_target *t = http_target(x);
	unsigned methods;
	size_t i;

	*others = 0;
	if (t->count < 3 || strcmp(t->seg[1].text, "v1") != 0)
		return NULL;
	for (i = 0; i < NVERBS; i++) {
		if (!weigh_route_match(verbs[i].pattern, t, 2, m))
			continue;
		methods = http_methods(verbs[i].method);
		if (methods & 1u << http_head(x)->method)
			return &verbs[i];
		*others |= methods;
	}
	return NULL;
}

/* --- who may ------------------------------------------------------------- */

void
control_who(struct control *c, const struct http_exchange *x,
    struct weigh_who *who)
{
	access_who(c->parts.tokens, http_head(x), http_is_local(x), who);
}

static void
refuse(struct http_exchange *x, enum weigh_hub_case which,
    struct weigh_err *err)
{
	const struct weigh_hub_error *e = weigh_hub_error(which);

	weigh_hub_error_say(which, err);
	if (e->status == 401)
		http_field(x, "WWW-Authenticate", "Bearer realm=\"weighd\"");
	http_send_error(x, e->status, e->hub_code, err);
}

/* Why somebody may not, in better words than the table's. */
static void
explain(const struct weigh_who *who, enum weigh_access access,
    struct weigh_err *err)
{
	if (access == WEIGH_ACCESS_FORBIDDEN)
		weigh_fail(err, WEIGH_FORBIDDEN,
		    "a token with the role '%s' may not do this",
		    weigh_role_name(who->role));
	else if (access == WEIGH_ACCESS_TOKEN_NEEDED)
		weigh_fail(err, WEIGH_UNAUTHORIZED,
		    "over the network this needs a token");
}

/* What can be said without looking at any repository; false: answered. */
static bool
admits(struct control *c, struct http_exchange *x, const struct verb *verb,
    const struct weigh_who *who)
{
	const struct weigh_access_facts facts = {
		.who = who,
		.right = verb->right,
		.rules = tokens_rules(c->parts.tokens),
	};
	enum weigh_access access = weigh_access_decide(&facts);
	struct weigh_err err;

	weigh_err_clear(&err);
	if (access != WEIGH_ACCESS_ALLOW) {
		explain(who, access, &err);
		refuse(x, weigh_hub_refusal(access), &err);
		return false;
	}
	if (!verb->socket || who->local)
		return true;
	weigh_fail(&err, WEIGH_FORBIDDEN,
	    "files are handed over as open descriptors, which only the "
	    "mirror's own socket can carry");
	weigh_what(&err, "this is not done over the network");
	refuse(x, WEIGH_HUB_FORBIDDEN, &err);
	return false;
}

enum weigh_code
control_may(struct question *q, struct catalog_reader *reader,
    enum weigh_right right, const struct weigh_repo *repo)
{
	struct http_reply *r = &q->task.reply;
	struct access_answer answer;
	const struct weigh_hub_error *e;

	r->rc = access_judge(q->control->parts.tokens, reader, &q->who, right,
	    repo, &answer, &r->err);
	if (r->rc != WEIGH_OK || answer.access == WEIGH_ACCESS_ALLOW)
		return r->rc;
	e = access_say(&answer, repo, &r->err);
	r->status = e->status;
	r->hub_code = e->hub_code;
	return r->rc = e->code;
}

enum weigh_code
control_judge(struct control *c, const struct weigh_who *who,
    struct catalog_reader *reader, enum weigh_right right,
    const struct weigh_repo *repo, struct weigh_err *err)
{
	struct access_answer answer;
	enum weigh_code rc;

	rc = access_judge(c->parts.tokens, reader, who, right, repo, &answer,
	    err);
	if (rc != WEIGH_OK || answer.access == WEIGH_ACCESS_ALLOW)
		return rc;
	return access_say(&answer, repo, err)->code;
}

void
control_request(struct control *c, struct http_exchange *x)
{
	struct weigh_route_match m;
	unsigned others;
	const struct verb *verb = find_verb(x, &m, &others);
	struct weigh_who who;

	if (verb == NULL && others != 0) {
		http_fail_method(x, others);
		return;
	}
	if (verb == NULL) {
		http_fail(x, 404, WEIGH_NOT_FOUND, NULL,
		    "there is nothing at this path");
		return;
	}
	control_who(c, x, &who);
	if (!admits(c, x, verb, &who))
		return;
	if (verb->answer != NULL)
		ask_worker(c, x, verb, &m, &who);
	else
		verb->begin(c, x, &m);
}

void
control_set_server(struct control *c, struct server *server)
{
	c->server = server;
}

void
control_set_formats(struct control *c, enum weigh_formats formats)
{
	atomic_store(&c->formats, (unsigned)formats);
}

enum weigh_code
control_new(struct control **out, const struct control_parts *parts,
    struct weigh_err *err)
{
	struct control *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	c->parts = *parts;
	pthread_mutex_init(&c->lock, NULL);
	*out = c;
	return WEIGH_OK;
}

void
control_free(struct control *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < CONTROL_JOBS; i++)
		weigh_buf_free(&c->jobs[i].result);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
