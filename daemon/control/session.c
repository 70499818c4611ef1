/* session: see session.h. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/log.h"
#include "session.h"

/* --- the end of a session ------------------------------------------------------- */

/* Dropping sealed files removes them from the disk: a worker's business. */
struct drop {
	struct job job; /* first */
	struct session *session;
};

void
session_list(struct session *s)
{
	struct control *c = s->control;

	pthread_mutex_lock(&c->lock);
	s->next = c->sessions;
	if (s->next != NULL)
		s->next->prev = s;
	c->sessions = s;
	s->listed = true;
	pthread_mutex_unlock(&c->lock);
}

static void
session_unlist(struct session *s)
{
	struct control *c = s->control;

	if (!s->listed)
		return;
	pthread_mutex_lock(&c->lock);
	*(s->prev != NULL ? &s->prev->next : &c->sessions) = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	pthread_mutex_unlock(&c->lock);
}

void
session_free(struct session *s)
{
	size_t i;

	session_unlist(s);
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

void
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
	s->over = true;
	free_if_over(s);
	free(p);
}

static void
end_commit(struct session *s, const struct weigh_err *err)
{
	long_end(s->control, s->commit, err->code, NULL, err);
	s->commit = NULL;
	s->over = true;
}

void
session_publish(struct session *s)
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

void
session_send_queued(struct http_exchange *x)
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
		session_send_queued(x);
	session_publish(s);
	free_if_over(s);
}

enum weigh_code
session_read(struct session *s, const char *path, int fd, uint64_t size,
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
	atomic_fetch_add(&s->total, size);
	pool_submit(s->control->parts.heavy, &r->job);
	return WEIGH_OK;
}
