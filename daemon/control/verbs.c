/* verbs: the table of our own API, and who may ask for what.  See control.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/manifest.h>

#include "priv.h"

#define BODY_MAX WEIGH_MANIFEST_MAX /* a manifest is the largest answer */

enum right {
	RIGHT_READ,
	RIGHT_ADMIN
};

static const struct verb {
	const char *method;
	const char *pattern; /* behind /-/v1 */
	enum right right;
	/* One of the two: on a worker, or on the loop. */
	void (*answer)(struct question *q, struct catalog_reader *reader);
	void (*begin)(struct control *c, struct http_exchange *x,
	    const struct weigh_route_match *m);
} verbs[] = {
	{ "GET", "/status", RIGHT_READ, control_status, NULL },
	{ "GET", "/models", RIGHT_READ, control_models, NULL },
	{ "GET", "/files", RIGHT_READ, control_files, NULL },
	{ "GET", "/show", RIGHT_READ, control_show, NULL },
	{ "GET", "/manifest", RIGHT_READ, control_manifest, NULL },
	{ "GET", "/midstates/{word}", RIGHT_READ, control_midstates, NULL },
	{ "GET", "/key", RIGHT_READ, control_key, NULL },
	{ "GET", "/scrub", RIGHT_READ, control_scrub_look, NULL },
	{ "GET", "/jobs/{word}", RIGHT_READ, NULL, control_job },
	{ "GET", "/top", RIGHT_ADMIN, NULL, control_top },
	{ "GET", "/doctor", RIGHT_ADMIN, control_doctor, NULL },
	{ "POST", "/doctor", RIGHT_ADMIN, NULL, control_examine },
	{ "POST", "/verify", RIGHT_ADMIN, NULL, control_verify },
	{ "POST", "/scrub", RIGHT_ADMIN, NULL, control_scrub },
	{ "POST", "/gc", RIGHT_ADMIN, NULL, control_gc },
	{ "POST", "/rebuild", RIGHT_ADMIN, NULL, control_rebuild },
	{ "POST", "/add", RIGHT_ADMIN, NULL, control_add },
	{ "GET", "/add/{word}", RIGHT_ADMIN, NULL, control_add_progress },
	{ "POST", "/add/{word}/files", RIGHT_ADMIN, NULL, control_add_file },
	{ "POST", "/add/{word}/commit", RIGHT_ADMIN, NULL, control_add_commit },
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

static void
ask_worker(struct control *c, struct http_exchange *x, const struct verb *verb,
    const struct weigh_route_match *m)
{
	struct question *q = calloc(1, sizeof(*q));

	if (q == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	http_task_init(&q->task, x, BODY_MAX, question_work);
	q->control = c;
	q->match = *m;
	q->answer = verb->answer;
	pool_submit(c->parts.workers, &q->task.job);
}

/* The verb that fits; NULL and *other if only its method does not. */
static const struct verb *
find_verb(const struct http_exchange *x, struct weigh_route_match *m,
    const char **other)
{
	enum weigh_http_method method = http_head(x)->method;
	const char *name = weigh_http_method_name(method == WEIGH_HTTP_HEAD ?
		WEIGH_HTTP_GET :
		method);
	const struct weigh_http_target *t = http_target(x);
	size_t i;

	*other = NULL;
	if (t->count < 3 || strcmp(t->seg[1].text, "v1") != 0)
		return NULL;
	for (i = 0; i < NVERBS; i++) {
		if (!weigh_route_match(verbs[i].pattern, t, 2, m))
			continue;
		if (strcmp(verbs[i].method, name) == 0)
			return &verbs[i];
		*other = verbs[i].method;
	}
	return NULL;
}

static bool
may(const struct http_exchange *x, const struct verb *verb)
{
	switch (verb->right) {
	case RIGHT_READ:
		return true;
	case RIGHT_ADMIN:
		break;
	}
	return http_is_local(x);
}

static void
refuse(struct http_exchange *x)
{
	struct weigh_err err;

	weigh_fail(&err, WEIGH_UNAUTHORIZED,
	    "over the network this mirror can only be read");
	weigh_fix(&err,
	    "run weigh on the mirror itself, as the user weighd runs as or root");
	control_fail(x, &err, "this needs more rights than reading");
}

void
control_request(struct control *c, struct http_exchange *x)
{
	struct weigh_route_match m;
	const char *other;
	const struct verb *verb = find_verb(x, &m, &other);

	if (verb == NULL && other != NULL) {
		http_field(x, "Allow", "%s", other);
		http_fail(x, 405, WEIGH_USAGE, NULL,
		    "this path does not take this method");
	} else if (verb == NULL) {
		http_fail(x, 404, WEIGH_NOT_FOUND, NULL,
		    "there is nothing at this path");
	} else if (!may(x, verb)) {
		refuse(x);
	} else if (verb->answer != NULL) {
		ask_worker(c, x, verb, &m);
	} else {
		verb->begin(c, x, &m);
	}
}

void
control_set_server(struct control *c, struct server *server)
{
	c->server = server;
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
