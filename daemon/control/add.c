/*
 * add: a folder becomes a revision, file by file.
 *
 *     POST add            a session, which belongs to this connection
 *     POST add/ID/files   a path and a descriptor: read on the heavy pool
 *     GET  add/ID         how far it is
 *     POST add/ID/commit  when all are read: gate_publish, as a long job
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session.h"

/* The session of this connection, if its id is the one asked for. */
static struct session *
session_of(struct http_exchange *x, const struct weigh_route_match *m)
{
	struct session *s = http_attached(x);

	if (s != NULL && strcmp(s->id, m->word) == 0)
		return s;
	http_fail(x, 404, WEIGH_NOT_FOUND, NULL,
	    "this connection has no such session");
	return NULL;
}

/* --- POST add/ID/files ------------------------------------------------------------------ */

struct file_request {
	char path[WEIGH_PATH_MAX + 1];
};

static const struct weigh_json_field file_fields[] = {
	{ "path", WEIGH_JSON_T_STRING, offsetof(struct file_request, path),
	    sizeof(((struct file_request *)0)->path), true },
};

/* A descriptor is what it claims to be only after a look. */
static enum weigh_code
check_descriptor(int fd, uint64_t *size, struct weigh_err *err)
{
	struct stat st;
	int flags;

	if (fd < 0)
		return weigh_fail(err, WEIGH_USAGE,
		    "no descriptor came with the request");
	if (fstat(fd, &st) != 0 || (flags = fcntl(fd, F_GETFL)) < 0)
		return weigh_fail(err, WEIGH_USAGE,
		    "the descriptor cannot be looked at");
	if (!S_ISREG(st.st_mode) || (flags & O_ACCMODE) == O_WRONLY ||
	    (flags & O_PATH) != 0)
		return weigh_fail(err, WEIGH_USAGE,
		    "the descriptor is not a regular file open for reading");
	*size = (uint64_t)st.st_size;
	return WEIGH_OK;
}

static void
take_file(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct session *s = ctx;
	struct file_request request;
	struct weigh_err err;
	uint64_t size = 0;
	int fd = http_take_descriptor(x);
	enum weigh_code rc;

	rc = weigh_json_read_fields(body, len, file_fields, 1, &request, &err);
	if (rc == WEIGH_OK)
		rc = weigh_path_check(request.path, strlen(request.path), &err);
	if (rc == WEIGH_OK)
		rc = check_descriptor(fd, &size, &err);
	if (rc == WEIGH_OK && (s->commit != NULL || s->over))
		rc = weigh_fail(&err, WEIGH_CONFLICT,
		    "the commit was asked for already");
	if (rc == WEIGH_OK && s->queued >= SESSION_FILES_MAX)
		rc = weigh_fail(&err, WEIGH_TOO_BIG,
		    "a revision has at most %d files", SESSION_FILES_MAX);
	if (rc == WEIGH_OK)
		rc = session_read(s, request.path, fd, size, &err);
	if (rc != WEIGH_OK) {
		if (fd >= 0)
			close(fd);
		control_fail(x, &err, "cannot take this file");
		return;
	}
	if (s->reading < SESSION_IN_FLIGHT)
		session_send_queued(x);
	else
		s->waiting = x;
}

void
control_add_file(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	struct session *s = session_of(x, m);

	(void)c;
	if (s != NULL)
		http_collect(x, WEIGH_CONTROL_BODY, take_file, s);
}

/* --- GET add/ID ----------------------------------------------------------------------------- */

void
control_add_progress(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	struct session *s = session_of(x, m);
	struct weigh_buf body;
	struct weigh_jw w;

	(void)c;
	if (s == NULL)
		return;
	weigh_buf_init(&body, 4096);
	weigh_jw_init(&w, &body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.add-progress/1");
	weigh_jw_ku64(&w, "files", s->queued);
	weigh_jw_ku64(&w, "files_done", s->queued - s->reading);
	weigh_jw_ku64(&w, "done", atomic_load(&s->progress.bytes));
	weigh_jw_ku64(&w, "total", atomic_load(&s->total));
	weigh_jw_kbool(&w, "failed", s->failed);
	weigh_jw_object_end(&w);
	control_send(x, 200, &body);
}

/* --- POST add/ID/commit ------------------------------------------------------------------------ */

struct commit_request {
	uint64_t files;
};

static const struct weigh_json_field commit_fields[] = {
	{ "files", WEIGH_JSON_T_U64, offsetof(struct commit_request, files), 0,
	    true },
};

static void
take_commit(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct session *s = ctx;
	struct commit_request request = { 0 };
	char name[WEIGH_REPO_TEXT];
	struct weigh_err err;
	enum weigh_code rc;

	rc = weigh_json_read_fields(body, len, commit_fields, 1, &request,
	    &err);
	if (rc == WEIGH_OK && (s->commit != NULL || s->over))
		rc = weigh_fail(&err, WEIGH_CONFLICT,
		    "the commit was asked for already");
	if (rc == WEIGH_OK && request.files != s->queued)
		rc = weigh_fail(&err, WEIGH_USAGE,
		    "%zu files came, the commit speaks of another number",
		    s->queued);
	if (rc == WEIGH_OK && s->queued == 0)
		rc = weigh_fail(&err, WEIGH_USAGE,
		    "a revision needs at least one file");
	if (rc != WEIGH_OK) {
		control_fail(x, &err, "cannot add '%s'", s->repo.name);
		return;
	}
	s->commit = long_begin(s->control, atomic_load(&s->total));
	if (s->commit == NULL) {
		long_refuse(x);
		return;
	}
	weigh_repo_text(&s->repo, name);
	long_name(s->control, s->commit, "publish", name);
	long_reply(x, s->commit);
	session_publish(s);
}

void
control_add_commit(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	struct session *s = session_of(x, m);

	(void)c;
	if (s != NULL)
		http_collect(x, WEIGH_CONTROL_BODY, take_commit, s);
}

/* --- POST add ------------------------------------------------------------------------------------- */

struct add_request {
	char name[WEIGH_REPO_TEXT];
	char revision[WEIGH_REV_MAX + 1];
	char message[4096];
};

static const struct weigh_json_field add_fields[] = {
	{ "name", WEIGH_JSON_T_STRING, offsetof(struct add_request, name),
	    sizeof(((struct add_request *)0)->name), true },
	{ "revision", WEIGH_JSON_T_STRING,
	    offsetof(struct add_request, revision),
	    sizeof(((struct add_request *)0)->revision), false },
	{ "message", WEIGH_JSON_T_STRING, offsetof(struct add_request, message),
	    sizeof(((struct add_request *)0)->message), false },
};

/* A question to the catalog before the first byte comes. */
struct opening {
	struct http_task task; /* first */
	struct session *session;
};

static enum weigh_code
read_add(struct session *s, const char *body, size_t len, struct weigh_err *err)
{
	struct add_request request = {
		.revision = "main",
		.message = "Publish a folder",
	};
	struct weigh_gitid id;
	struct weigh_ref ref;
	enum weigh_code rc;

	rc = weigh_json_read_fields(body, len, add_fields, 3, &request, err);
	if (rc == WEIGH_OK)
		rc = weigh_ref_parse(&ref, request.name, err);
	if (rc != WEIGH_OK)
		return rc;
	if (ref.rev[0] != '\0' || request.revision[0] == '\0')
		memcpy(request.revision, ref.rev, sizeof(ref.rev));
	if (!weigh_rev_ok(request.revision, strlen(request.revision)) ||
	    weigh_gitid_parse(&id, request.revision,
		strlen(request.revision)) ||
	    strncmp(request.revision, "refs/", 5) == 0 ||
	    strcmp(request.revision, "HEAD") == 0)
		return weigh_fail(err, WEIGH_USAGE,
		    "'%s' is not a name for a branch", request.revision);
	s->repo = ref.repo;
	memcpy(s->branch, request.revision, sizeof(s->branch));
	memcpy(s->message, request.message, sizeof(s->message));
	return WEIGH_OK;
}

static void
opening_work(struct http_task *task, void *worker)
{
	struct session *s = ((struct opening *)task)->session;
	struct http_reply *r = &task->reply;
	struct weigh_jw w;

	r->rc = gate_may_publish(worker, &s->repo, s->branch, &r->err);
	if (r->rc != WEIGH_OK) {
		weigh_what(&r->err, "cannot add '%s'", s->repo.name);
		return;
	}
	weigh_jw_init(&w, &r->body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.add-session/1");
	weigh_jw_kstr(&w, "session", s->id);
	weigh_jw_object_end(&w);
}

static void
opening_finish(struct http_task *task)
{
	struct session *s = ((struct opening *)task)->session;

	if (task->reply.rc == WEIGH_OK &&
	    http_attach(task->x, s, session_closed)) {
		session_list(s);
		return;
	}
	if (task->reply.rc == WEIGH_OK) {
		task->reply.rc = weigh_fail(&task->reply.err, WEIGH_CONFLICT,
		    "this connection has a session already");
		weigh_what(&task->reply.err, "cannot add '%s'", s->repo.name);
	}
	session_free(s);
}

static void
open_session(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct control *c = ctx;
	struct session *s = calloc(1, sizeof(*s));
	struct opening *o = calloc(1, sizeof(*o));
	struct weigh_err err;

	if (s == NULL || o == NULL || !control_random_id(s->id)) {
		free(s);
		free(o);
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	if (read_add(s, body, len, &err) != WEIGH_OK) {
		control_fail(x, &err, "cannot add this");
		free(s);
		free(o);
		return;
	}
	s->control = c;
	s->home = http_loop(x);
	snprintf(s->origin, sizeof(s->origin), "published by %s", http_peer(x));
	o->session = s;
	http_task_init(&o->task, x, 4096, opening_work);
	o->task.finish = opening_finish;
	pool_submit(c->parts.workers, &o->task.job);
}

void
control_add(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, open_session, c);
}
