/*
 * add: a folder becomes a revision, file by file.
 *
 *     POST add            a session, which belongs to this connection
 *     POST add/ID/files   a path and a descriptor: read on the heavy pool
 *     POST add/ID/commit  when all are read: gate_publish, as a long job
 *
 * A session is changed on its loop only; a file belongs to its job while it is
 * being read, all files to the publishing job at the end.  It is freed when its
 * connection has ended and no job has anything of it.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/log.h"
#include "priv.h"

#define IN_FLIGHT 8       /* files being read; then the next answer waits */
#define FILES_MAX 1000000 /* of one revision */

struct session {
	struct control *control;
	struct loop *home;
	char id[CONTROL_ID + 1];
	struct weigh_repo repo;
	char branch[WEIGH_REV_MAX + 1];
	char message[4096];
	char origin[128];

	struct gate_file *files; /* those that are sealed */
	size_t nfiles, room;
	size_t queued;    /* files that were begun */
	unsigned reading; /* jobs out */
	uint64_t total;   /* bytes of the files begun */
	struct store_progress progress;
	bool failed;
	struct weigh_err err; /* the first failure */

	struct http_exchange *waiting; /* its answer waits for a free place */
	bool closed;                   /* the connection has ended */
	struct long_job *commit;       /* asked for; NULL: not yet */
	bool publishing;
};

/* --- the end of a session ------------------------------------------------------- */

/* Dropping sealed files removes them from the disk: a worker's business. */
struct drop {
	struct job job; /* first */
	struct session *session;
};

static void
session_free(struct session *s)
{
	size_t i;

	for (i = 0; i < s->nfiles; i++) {
		store_abandon(s->files[i].writer);
		free(s->files[i].path);
	}
	free(s->files);
	free(s);
}

static void
drop_work(struct job *job, void *worker)
{
	(void)worker;
	session_free(((struct drop *)job)->session);
}

static void
drop_done(struct job *job)
{
	if (job->skipped)
		session_free(((struct drop *)job)->session);
	free(job);
}

static void
free_if_over(struct session *s)
{
	struct drop *d;

	if (!s->closed || s->reading > 0 || s->commit != NULL)
		return;
	if ((d = calloc(1, sizeof(*d))) == NULL) {
		session_free(s);
		return;
	}
	d->job.work = drop_work;
	d->job.done = drop_done;
	d->job.home = s->home;
	d->session = s;
	pool_submit(s->control->parts.heavy, &d->job);
}

/* The connection has ended: a publication under way is finished, anything else
 * dropped. */
static void
session_closed(void *thing)
{
	struct session *s = thing;

	s->closed = true;
	if (!s->publishing)
		atomic_store(&s->progress.cancel, true);
	free_if_over(s);
}

static void
session_fail(struct session *s, const struct weigh_err *err)
{
	if (s->failed)
		return;
	s->failed = true;
	s->err = *err;
	weigh_what(&s->err, "cannot add '%s'", s->repo.name);
	atomic_store(&s->progress.cancel, true);
}

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

/* --- publishing -------------------------------------------------------------------- */

struct publish {
	struct job job; /* first */
	struct session *session;
	struct gate_publication p;
	enum weigh_code rc;
	struct weigh_err err;
	struct weigh_buf out;
};

static void
write_result(struct publish *p)
{
	const struct gate_publication *g = &p->p;
	char name[WEIGH_REPO_TEXT], hex[WEIGH_OID_HEX + 1];
	struct weigh_jw w;

	weigh_jw_init(&w, &p->out);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.add/1");
	weigh_repo_text(&g->repo, name);
	weigh_jw_kstr(&w, "name", name);
	weigh_gitid_hex(&g->commit, hex);
	weigh_jw_kstr(&w, "revision", hex);
	weigh_jw_kstr(&w, "branch", g->branch);
	weigh_jw_ku64(&w, "files", g->nfiles);
	weigh_jw_ku64(&w, "bytes", g->bytes);
	weigh_oid_hex(&g->manifest, hex);
	weigh_jw_kstr(&w, "manifest", hex);
	weigh_jw_ku64(&w, "new_bytes", g->new_bytes);
	weigh_jw_kbool(&w, "unchanged", g->unchanged);
	weigh_jw_object_end(&w);
}

static void
publish_work(struct job *job, void *worker)
{
	struct publish *p = (struct publish *)job;
	struct session *s = p->session;

	p->rc = gate_publish(s->control->parts.gate, worker, &p->p, &p->err);
	if (p->rc == WEIGH_OK)
		write_result(p);
}

static void
publish_done(struct job *job)
{
	struct publish *p = (struct publish *)job;
	struct session *s = p->session;
	char hex[WEIGH_GITID_HEX + 1];

	if (job->skipped)
		p->rc = weigh_fail(&p->err, WEIGH_NOT_YET,
		    "weighd is stopping");
	if (p->rc != WEIGH_OK)
		weigh_what(&p->err, "cannot add '%s'", s->repo.name);
	weigh_gitid_hex(&p->p.commit, hex);
	log_event(LOG_INFO_LEVEL, p->rc == WEIGH_OK ? "admit" : "not-admitted",
	    "name", s->repo.name, "revision", p->rc == WEIGH_OK ? hex : NULL,
	    "origin", s->origin, "why", p->rc == WEIGH_OK ? NULL : p->err.why,
	    NULL);
	long_end(s->control, s->commit, p->rc, &p->out, &p->err);
	weigh_buf_free(&p->out);
	s->commit = NULL;
	s->publishing = false;
	free_if_over(s);
	free(p);
}

static void
end_commit(struct session *s, const struct weigh_err *err)
{
	long_end(s->control, s->commit, err->code, NULL, err);
	s->commit = NULL;
	free_if_over(s);
}

/* Everything is read: publish, or say why not. */
static void
publish_if_read(struct session *s)
{
	struct publish *p;
	struct weigh_err err;

	if (s->commit == NULL || s->reading > 0 || s->publishing)
		return;
	if (s->failed || s->closed) {
		if (!s->failed)
			weigh_fail(&s->err, WEIGH_CANCELED,
			    "the connection ended before the commit");
		end_commit(s, &s->err);
		return;
	}
	if ((p = calloc(1, sizeof(*p))) == NULL) {
		weigh_fail(&err, WEIGH_NOMEM, "out of memory");
		end_commit(s, &err);
		return;
	}
	weigh_buf_init(&p->out, 64 << 10);
	p->session = s;
	p->p = (struct gate_publication){
		.repo = s->repo,
		.branch = s->branch,
		.message = s->message,
		.origin = s->origin,
		.files = s->files,
		.nfiles = s->nfiles,
	};
	p->job.work = publish_work;
	p->job.done = publish_done;
	p->job.home = s->home;
	s->publishing = true;
	pool_submit(s->control->parts.heavy, &p->job);
}

/* --- reading a file ------------------------------------------------------------------- */

struct reading {
	struct job job; /* first */
	struct session *session;
	char *path;
	int fd;
	uint64_t size;
	struct store_writer *writer;
	struct store_blob blob;
	enum weigh_code rc;
	struct weigh_err err;
};

static void
reading_work(struct job *job, void *worker)
{
	struct reading *r = (struct reading *)job;
	struct session *s = r->session;

	(void)worker;
	if (atomic_load(&s->progress.cancel)) {
		r->rc = weigh_fail(&r->err, WEIGH_CANCELED,
		    "not read any more");
		return;
	}
	r->rc = store_begin(s->control->parts.store, r->size, &r->writer,
	    &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = store_append_file(r->writer, r->fd, &s->progress,
		    &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = store_seal(r->writer, NULL, &r->blob, &r->err);
	if (r->rc != WEIGH_OK) {
		store_abandon(r->writer);
		r->writer = NULL;
		weigh_context(&r->err, r->rc, "'%s'", r->path);
	}
}

static bool
session_keep(struct session *s, struct reading *r)
{
	if (s->nfiles == s->room) {
		size_t room = s->room == 0 ? 64 : 2 * s->room;
		struct gate_file *bigger = realloc(s->files,
		    room * sizeof(*bigger));

		if (bigger == NULL)
			return false;
		s->files = bigger;
		s->room = room;
	}
	s->files[s->nfiles++] = (struct gate_file){
		.path = r->path,
		.writer = r->writer,
		.blob = r->blob,
	};
	r->path = NULL;
	r->writer = NULL;
	return true;
}

static void
send_queued(struct http_exchange *x)
{
	struct weigh_buf body;
	struct weigh_jw w;

	weigh_buf_init(&body, 256);
	weigh_jw_init(&w, &body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.add-file/1");
	weigh_jw_kbool(&w, "queued", true);
	weigh_jw_object_end(&w);
	control_send(x, 202, &body);
}

static void
reading_done(struct job *job)
{
	struct reading *r = (struct reading *)job;
	struct session *s = r->session;
	struct http_exchange *x = s->waiting;

	if (job->skipped)
		r->rc = weigh_fail(&r->err, WEIGH_NOT_YET,
		    "weighd is stopping");
	if (r->rc == WEIGH_OK && !session_keep(s, r))
		r->rc = weigh_fail(&r->err, WEIGH_NOMEM, "out of memory");
	if (r->rc != WEIGH_OK)
		session_fail(s, &r->err);
	store_abandon(r->writer);
	close(r->fd);
	free(r->path);
	free(r);
	s->reading--;
	s->waiting = NULL;
	if (x != NULL)
		send_queued(x);
	publish_if_read(s);
	free_if_over(s);
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

static enum weigh_code
begin_reading(struct session *s, const char *path, int fd, uint64_t size,
    struct weigh_err *err)
{
	struct reading *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->path = strdup(path)) == NULL) {
		free(r);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	r->session = s;
	r->fd = fd;
	r->size = size;
	r->job.work = reading_work;
	r->job.done = reading_done;
	r->job.home = s->home;
	s->queued++;
	s->reading++;
	s->total += size;
	pool_submit(s->control->parts.heavy, &r->job);
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
	if (rc == WEIGH_OK && s->commit != NULL)
		rc = weigh_fail(&err, WEIGH_USAGE,
		    "the commit was asked for already");
	if (rc == WEIGH_OK && s->queued >= FILES_MAX)
		rc = weigh_fail(&err, WEIGH_TOO_BIG,
		    "a revision has at most %d files", FILES_MAX);
	if (rc == WEIGH_OK)
		rc = begin_reading(s, request.path, fd, size, &err);
	if (rc != WEIGH_OK) {
		if (fd >= 0)
			close(fd);
		control_fail(x, &err, "cannot take this file");
		return;
	}
	if (s->reading < IN_FLIGHT)
		send_queued(x);
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
	weigh_jw_ku64(&w, "total", s->total);
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
	struct weigh_err err;
	enum weigh_code rc;

	rc = weigh_json_read_fields(body, len, commit_fields, 1, &request,
	    &err);
	if (rc == WEIGH_OK && s->commit != NULL)
		rc = weigh_fail(&err, WEIGH_USAGE,
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
	s->commit = long_begin(s->control, s->total);
	if (s->commit == NULL) {
		long_refuse(x);
		return;
	}
	long_reply(x, s->commit);
	publish_if_read(s);
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
	    http_attach(task->x, s, session_closed))
		return;
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
