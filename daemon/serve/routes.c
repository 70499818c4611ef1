/*
 * routes: the table of what we answer, and a question's way to a worker and back.
 * A new route is a row here and a handler in a file of its family.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "publish.h"
#include "uploads.h"

#define BODY_MAX (64u << 20) /* of one JSON answer */

/* Bytes of all requests whose bodies are collected: each is small, but anybody may
 * begin many and end none. */
#define BODIES_MAX ((size_t)256 << 20)

#define AGAIN (ROUTE_CACHED | ROUTE_HUB)
#define SEEK (AGAIN | ROUTE_THROUGH)
#define OPEN WEIGH_RIGHT_OPEN
#define LOOK WEIGH_RIGHT_LOOK
#define READ WEIGH_RIGHT_READ
#define PUBLISH WEIGH_RIGHT_PUBLISH
#define APPROVE WEIGH_RIGHT_APPROVE
#define OWN (ROUTE_HUB | ROUTE_HOME)

/* {id} with a verb behind it stands before {id} alone: see README.md. */
static const struct route routes[] = {
	{ "GET", "/api/whoami-v2", LOOK, serve_whoami, ROUTE_HUB, NULL },
	{ "GET", "/api/{kind}/{id}/revision/{rev}", LOOK, serve_info, SEEK,
	    NULL },
	{ "GET", "/api/{kind}/{id}/tree/{rev}/**", LOOK, serve_tree, SEEK,
	    NULL },
	{ "GET", "/api/{kind}/{id}/tree/{rev}", LOOK, serve_tree, SEEK, NULL },
	{ "POST", "/api/{kind}/{id}/paths-info/{rev}", LOOK, serve_paths,
	    ROUTE_HUB | ROUTE_THROUGH, &serve_paths_body },
	{ "GET", "/api/{kind}/{id}/commits/{rev}", LOOK, serve_commits, SEEK,
	    NULL },
	{ "GET", "/api/{kind}/{id}/auth-check", READ, serve_auth_check,
	    ROUTE_HUB | ROUTE_THROUGH, NULL },
	{ "GET", "/api/{kind}/{id}/auth-check/write", PUBLISH, serve_auth_check,
	    OWN, NULL },
	/* What is gated: consent.c. */
	{ "POST", "/{repo}/ask-access", LOOK, serve_ask_access, ROUTE_HUB,
	    &serve_small_body },
	{ "GET", "/api/{kind}/{id}/user-access-request/{word}", APPROVE,
	    serve_access_requests, ROUTE_HUB, NULL },
	{ "POST", "/api/{kind}/{id}/user-access-request/handle", APPROVE,
	    serve_access_handle, ROUTE_HUB, &serve_small_body },
	{ "POST", "/api/{kind}/{id}/user-access-request/grant", APPROVE,
	    serve_access_grant, ROUTE_HUB, &serve_small_body },
	{ "GET", "/api/{kind}/{id}/refs", LOOK, serve_refs, SEEK, NULL },
	{ "GET", "/api/{kind}", LOOK, serve_list, AGAIN, NULL },
	{ "GET", "/api/{kind}/{id}", LOOK, serve_info, SEEK, NULL },
	{ "GET", "/{repo}/resolve/{rev}/**", READ, serve_resolve, SEEK, NULL },
	{ "GET", "/{repo}/raw/{rev}/**", READ, serve_raw, SEEK, NULL },
	{ "GET", "/{git}/info/refs", READ, serve_git_info,
	    ROUTE_GIT | ROUTE_THROUGH, NULL },
	{ "POST", "/{git}/git-upload-pack", READ, serve_git_upload_pack,
	    ROUTE_GIT | ROUTE_STREAMS, &serve_git_body },
	{ "POST", "/{git}/git-receive-pack", READ, serve_git_receive_pack,
	    ROUTE_GIT, NULL },
	{ "POST", "/{git}/info/lfs/objects/batch", READ, serve_lfs_batch,
	    ROUTE_LFS | ROUTE_HOME, &serve_lfs_body },
	{ "GET", "/{git}/info/lfs/objects/{word}", READ, serve_lfs_object,
	    ROUTE_LFS, NULL },
	{ "GET", "/v2/", LOOK, serve_oci, ROUTE_OCI, NULL },
	{ "GET", "/v2", LOOK, serve_oci, ROUTE_OCI, NULL },
	{ "GET", "/v2/{id}/manifests/**", READ, serve_oci_manifest, ROUTE_OCI,
	    NULL },
	{ "GET", "/v2/{id}/blobs/**", READ, serve_oci_blob,
	    ROUTE_OCI | ROUTE_CACHED, NULL },
	{ "GET", "/v2/{id}/tags/list", READ, serve_oci_tags,
	    ROUTE_OCI | ROUTE_CACHED, NULL },
	/* To publish: publish.h. */
	{ "POST", "/api/repos/create", PUBLISH, serve_create, ROUTE_HUB,
	    &serve_small_body },
	{ "DELETE", "/api/repos/delete", PUBLISH, serve_delete, ROUTE_HUB,
	    &serve_small_body },
	{ "POST", "/api/repos/move", PUBLISH, serve_move, ROUTE_HUB,
	    &serve_small_body },
	{ "PUT", "/api/{kind}/{id}/settings", PUBLISH, serve_settings, OWN,
	    &serve_small_body },
	{ "POST", "/api/{kind}/{id}/branch/{rev}", PUBLISH, serve_branch_make,
	    OWN, &serve_small_body },
	{ "DELETE", "/api/{kind}/{id}/branch/{rev}", PUBLISH, serve_branch_drop,
	    OWN, &serve_small_body },
	{ "POST", "/api/{kind}/{id}/tag/{rev}", PUBLISH, serve_tag_make, OWN,
	    &serve_small_body },
	{ "DELETE", "/api/{kind}/{id}/tag/{rev}", PUBLISH, serve_tag_drop, OWN,
	    &serve_small_body },
	{ "POST", "/api/validate-yaml", LOOK, serve_validate, ROUTE_HUB,
	    &serve_card_body },
	{ "POST", "/api/{kind}/{id}/preupload/{rev}", PUBLISH, serve_preupload,
	    OWN, &serve_preupload_body },
	{ "POST", "/api/{kind}/{id}/commit/{rev}", PUBLISH, serve_commit,
	    OWN | ROUTE_HEAVY, &serve_commit_body },
	/* Whoever has the URL: its ticket says who that is. */
	{ "PUT", "/api/{kind}/{id}/lfs/objects/{word}", OPEN, serve_upload,
	    ROUTE_HUB | ROUTE_HEAVY, &serve_upload_body },
	{ "POST", "/api/{kind}/{id}/lfs/objects/{word}", OPEN, serve_complete,
	    ROUTE_HUB | ROUTE_HEAVY, &serve_complete_body },
	{ "POST", "/api/{kind}/{id}/lfs/verify", PUBLISH, serve_verify, OWN,
	    &serve_small_body },
	{ "GET", "/healthz", OPEN, NULL, 0, NULL },
	{ "GET", "/readyz", OPEN, serve_ready, 0, NULL },
	{ "GET", "/metrics", OPEN, serve_metrics, 0, NULL },
	{ "GET", "/", OPEN, serve_front, 0, NULL },
};
#define NROUTES (sizeof(routes) / sizeof(routes[0]))

/* --- helpers ------------------------------------------------------------------- */

void
ask_fail(struct ask *ask, enum weigh_code rc, const char *hub_code)
{
	ask->task.reply.rc = rc;
	ask->task.reply.hub_code = hub_code;
	if (ask->task.reply.err.what[0] == '\0')
		weigh_what(&ask->task.reply.err, "%s", ask->task.reply.err.why);
}

/* The reply for a look-up of a revision; false on error. */
static bool
say_revision(struct ask *ask, struct catalog_reader *reader, enum weigh_code rc,
    bool repo_known)
{
	char hex[WEIGH_GITID_HEX + 1];

	if (rc == WEIGH_NOT_FOUND && ask_misses(ask, reader, repo_known))
		return false;
	if (rc != WEIGH_OK) {
		ask_lacks(ask, rc,
		    repo_known ? WEIGH_HUB_NO_REVISION : WEIGH_HUB_NO_REPO);
		return false;
	}
	weigh_gitid_hex(&ask->commit, hex);
	http_reply_field(&ask->task.reply, "X-Repo-Commit", "%s", hex);
	return true;
}

/* A revision that may have been sent with its slashes: the longest ref is it, and
 * what is left of the path the path. */
static enum weigh_code
find_open(struct ask *ask, struct catalog_reader *reader, bool whole,
    bool *repo_known)
{
	char text[WEIGH_REV_MAX + WEIGH_PATH_MAX + 2];
	struct weigh_route_match *m = &ask->match;
	enum weigh_code rc;
	size_t used = 0;

	snprintf(text, sizeof(text), "%s/%s", m->rev, m->path);
	rc = catalog_resolve_prefix(reader, &m->repo, text, whole, &ask->commit,
	    &used, repo_known, &ask->task.reply.err);
	if (rc != WEIGH_OK)
		return rc;
	snprintf(m->rev, sizeof(m->rev), "%.*s", (int)used, text);
	snprintf(m->path, sizeof(m->path), "%s",
	    text[used] == '/' ? text + used + 1 : "");
	return WEIGH_OK;
}

static bool
find_revision(struct ask *ask, struct catalog_reader *reader, bool whole)
{
	bool repo_known = false;
	enum weigh_code rc;

	if (ask->match.open)
		rc = find_open(ask, reader, whole, &repo_known);
	else
		rc = catalog_resolve(reader, &ask->match.repo, ask->match.rev,
		    &ask->commit, &repo_known, &ask->task.reply.err);
	return say_revision(ask, reader, rc, repo_known);
}

bool
ask_revision(struct ask *ask, struct catalog_reader *reader)
{
	return find_revision(ask, reader, true);
}

bool
ask_revision_of_file(struct ask *ask, struct catalog_reader *reader)
{
	return find_revision(ask, reader, false);
}

bool
ask_query(const struct ask *ask, const char *key, char *out, size_t size)
{
	if (weigh_http_query(http_head(ask->task.x)->query, key, out, size) ==
	    1)
		return true;
	out[0] = '\0';
	return false;
}

bool
ask_flag(const struct ask *ask, const char *key)
{
	char value[16];

	ask_query(ask, key, value, sizeof(value));
	return strcmp(value, "true") == 0 || strcmp(value, "True") == 0 ||
	    strcmp(value, "1") == 0;
}

/* --- to a worker and back ---------------------------------------------------------- */

/* The repository that the route names for certain, or NULL. */
static const struct weigh_repo *
named_repo(const struct route *route, const struct weigh_route_match *m)
{
	if (m->repo.name[0] == '\0')
		return NULL;
	if ((route->flags & ROUTE_HOME) && strchr(m->repo.name, '/') == NULL)
		return NULL;
	return &m->repo;
}

/* A handler that must first find out which repository is meant asks itself. */
static bool
may(struct ask *ask, struct catalog_reader *reader)
{
	if ((ask->route->flags & ROUTE_HOME) &&
	    named_repo(ask->route, &ask->match) == NULL)
		return true;
	return ask_may(ask, reader);
}

static void
ask_work(struct http_task *task, void *worker)
{
	struct ask *ask = (struct ask *)task;

	/* Where there was a body it was asked before that; but for what was not
	 * known then. */
	if ((ask->route->body != NULL &&
		!(ask->route->flags & ROUTE_THROUGH)) ||
	    may(ask, worker))
		ask->route->work(ask, worker);
}

/* Whom the answer may be given to again (serve.h, 6). */
static bool
keeps(const struct ask *ask, enum cache_for *whom)
{
	*whom = ask->shared ? CACHE_FOR_ALL : CACHE_FOR_NOBODY;
	return ask->shared ||
	    (ask->who.role == WEIGH_ROLE_NOBODY && !ask->who.bad);
}

/* A body is read only for who may send it. */
static bool
body_begin(struct http_intake *in, void *worker)
{
	struct ask *ask = (struct ask *)in;
	const struct route_body *body = ask->route->body;

	if (!may(ask, worker)) {
		if (!ask->wait.wanted)
			return false;
		ask->wait.wanted = false; /* behind its body, which is small */
		http_reply_clear(&ask->task.reply);
	}
	return body->begin == NULL || body->begin(ask, worker);
}

/* Collect bytes, if all that others sent leave room for them. */
static enum weigh_code
collect(struct ask *ask, const char *data, size_t len, struct weigh_err *err)
{
	atomic_size_t *bodies = &ask->serve->bodies;

	ask->counted += len;
	if (atomic_fetch_add(bodies, len) + len > BODIES_MAX)
		return weigh_fail(err, WEIGH_NOT_YET,
		    "too many requests are being sent at once");
	if (!weigh_buf_add(&ask->body, data, len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

static enum weigh_code
body_block(struct http_intake *in, void *worker, const char *data, size_t len,
    struct weigh_err *err)
{
	struct ask *ask = (struct ask *)in;

	if (ask->route->body->block != NULL)
		return ask->route->body->block(ask, worker, data, len, err);
	return collect(ask, data, len, err);
}

static void
body_lost(struct http_intake *in, void *worker)
{
	struct ask *ask = (struct ask *)in;

	if (ask->route->body->lost != NULL)
		ask->route->body->lost(ask, worker);
}

static void
ask_finish(struct http_task *task)
{
	struct ask *ask = (struct ask *)task;
	struct serve *s = ask->serve;
	enum cache_for whom;

	weigh_buf_free(&ask->body);
	atomic_fetch_sub(&s->bodies, ask->counted);
	if ((ask->route->flags & ROUTE_CACHED) && keeps(ask, &whom))
		cache_keep(s->caches[http_loop_index(task->x)], task->x,
		    ask->generation, whom, &task->reply);
	if (ask->route->flags & ROUTE_OCI)
		oci_turn_error(&task->reply);
}

/* --- answers that need no worker ------------------------------------------------------ */

/* The loop turns: no disk, no lock. */
static void
send_health(struct http_exchange *x)
{
	struct weigh_buf body;

	weigh_buf_init(&body, 64);
	weigh_buf_adds(&body, "ok\n");
	http_send(x, 200, "text/plain; charset=utf-8", &body);
}

/* The route was right, a part of it not: the error says which part. */
static void
fail_part(struct http_exchange *x, const struct route *route,
    enum weigh_route_bad bad)
{
	static const struct {
		enum weigh_hub_case which;
		const char *why;
	} rows[] = {
		[WEIGH_ROUTE_BAD_REPO] = { WEIGH_HUB_NO_REPO,
		    "this is not the name of a repository" },
		[WEIGH_ROUTE_BAD_REV] = { WEIGH_HUB_NO_REVISION,
		    "this is not the name of a revision" },
		[WEIGH_ROUTE_BAD_PATH] = { WEIGH_HUB_NO_ENTRY,
		    "this is not the path of a file" },
	};
	const struct weigh_hub_error *e = weigh_hub_error(rows[bad].which);
	struct weigh_err err;

	weigh_err_clear(&err);
	weigh_fail(&err, WEIGH_NOT_FOUND, "%s", rows[bad].why);
	weigh_what(&err, "%s", rows[bad].why);
	if (route->flags & ROUTE_OCI)
		oci_send_error(x, e->status, e->hub_code, &err);
	else
		http_send_error(x, e->status, e->hub_code, &err);
}

/* The first row that fits; if only its method does not, the methods of all rows
 * that do are a bit each in *others. */
static const struct route *
find_route(const struct http_exchange *x, struct weigh_route_match *m,
    unsigned *others)
{
	const struct weigh_http_target *t = http_target(x);
	/* A client whose base ends in '/' asks for "//api/…". */
	unsigned from = t->count > 1 && t->seg[0].len == 0 ? 1 : 0;
	unsigned methods;
	size_t i;

	*others = 0;
	for (i = 0; i < NROUTES; i++) {
		if (from == 1 && !(routes[i].flags & ROUTE_HUB))
			continue;
		if (!weigh_route_match(routes[i].pattern, t, from, m))
			continue;
		methods = http_methods(routes[i].methods);
		if (methods & 1u << http_head(x)->method)
			return &routes[i];
		*others |= methods;
	}
	return NULL;
}

static void
no_route(struct http_exchange *x, unsigned others)
{
	if (others != 0)
		http_fail_method(x, others);
	else
		http_fail(x, 404, WEIGH_NOT_FOUND, NULL,
		    "there is nothing at this path");
}

/* What is answered for a method alone, whatever the path. */
static bool
answer_method(struct http_exchange *x)
{
	const struct weigh_http_head *head = http_head(x);
	struct weigh_buf none;

	if (head->method == WEIGH_HTTP_CONNECT ||
	    head->method == WEIGH_HTTP_TRACE) {
		http_field(x, "Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS");
		http_fail(x, 405, WEIGH_USAGE, NULL,
		    "this method is not offered");
		return true;
	}
	if (head->method == WEIGH_HTTP_OPTIONS) {
		weigh_buf_init(&none, 0);
		http_field(x, "Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS");
		http_send(x, 204, NULL, &none);
		return true;
	}
	return false;
}

static struct pool *
pool_of(const struct serve *s, const struct route *route)
{
	if (route->flags & ROUTE_STREAMS)
		return s->parts.streams;
	return route->flags & ROUTE_HEAVY ? s->parts.heavy : s->parts.workers;
}

struct pool *
ask_pool(const struct ask *ask)
{
	return pool_of(ask->serve, ask->route);
}

/* Send it to a worker, behind its body if the route takes one. */
static void
start(struct ask *ask, struct http_exchange *x)
{
	const struct route_body *body = ask->route->body;
	struct pool *pool = pool_of(ask->serve, ask->route);

	if (body == NULL) {
		http_task_init(&ask->task, x, BODY_MAX, ask_work);
		ask->task.finish = ask_finish;
		ask->task.waits = ask_waits;
		pool_submit(pool, &ask->task.job);
		return;
	}
	http_intake_init(&ask->intake, x, BODY_MAX, ask_work);
	ask->task.finish = ask_finish;
	ask->task.waits = ask_waits;
	ask->intake.begin = body_begin;
	ask->intake.block = body_block;
	ask->intake.lost = body_lost;
	weigh_buf_init(&ask->body, (size_t)body->max);
	http_intake_start(&ask->intake, pool_queue(pool), body->max);
}

static void
submit(struct serve *s, struct http_exchange *x, const struct route *route,
    const struct weigh_route_match *m, const struct weigh_who *who)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (ask == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	ask->serve = s;
	ask->route = route;
	ask->match = *m;
	ask->who = *who;
	ask->generation = gate_generation(s->parts.gate);
	start(ask, x);
}

void
serve_request(struct serve *s, struct http_exchange *x)
{
	struct weigh_route_match m;
	const struct route *route;
	unsigned others;
	struct weigh_who who;
	enum cache_for whom;

	serve_identify(s, x, &who);
	if (serve_cache_for(s, &who, &whom) &&
	    cache_answer(s->caches[http_loop_index(x)], x,
		gate_generation(s->parts.gate), whom))
		return;
	if (answer_method(x))
		return;
	route = find_route(x, &m, &others);
	if (route == NULL)
		no_route(x, others);
	else if (!serve_admits(s, x, route, &who, named_repo(route, &m)))
		return;
	else if (m.bad != WEIGH_ROUTE_FINE)
		fail_part(x, route, m.bad);
	else if (route->work == NULL)
		send_health(x);
	else
		submit(s, x, route, &m, &who);
}

/* --- the whole ------------------------------------------------------------------------------ */

enum weigh_code
serve_new(struct serve **out, const struct serve_parts *parts,
    struct weigh_err *err)
{
	struct serve *s = calloc(1, sizeof(*s));
	enum weigh_code rc = WEIGH_OK;
	unsigned i;

	if (s == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	s->parts = *parts;
	s->caches = calloc(parts->nloops, sizeof(struct cache *));
	if (s->caches == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 0; i < parts->nloops && rc == WEIGH_OK; i++)
		rc = cache_new(&s->caches[i], err);
	if (rc == WEIGH_OK)
		rc = uploads_new(&s->uploads, parts->store, parts->upload.open,
		    err);
	if (rc != WEIGH_OK) {
		serve_free(s);
		return rc;
	}
	*out = s;
	return WEIGH_OK;
}

void
serve_free(struct serve *s)
{
	unsigned i;

	if (s == NULL)
		return;
	for (i = 0; s->caches != NULL && i < s->parts.nloops; i++)
		cache_free(s->caches[i]);
	free(s->caches);
	uploads_free(s->uploads);
	free(s);
}

void
serve_set_server(struct serve *s, struct server *server)
{
	s->server = server;
}
