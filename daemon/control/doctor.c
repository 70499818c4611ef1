/*
 * doctor: is the house well?  Facts are gathered (facts.c, machine.c), judged by
 * weigh/doctor.h, and told.  GET takes milliseconds; POST reads catalog and journal
 * whole, looks for revisions that are not told and asks each upstream, as a long job.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weigh/source.h>
#include <weigh/version.h>

#include "facts.h"
#include "log/log.h"
#include "priv.h"

#define PAGE 100
#define THINGS_MAX 1000 /* of each kind that are named */
#define PROBLEM 200

static void
write_finding(struct weigh_jw *w, const struct weigh_finding *f)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "check", f->check);
	weigh_jw_kstr(w, "state", weigh_health_name(f->health));
	weigh_jw_kstr(w, "what", f->what);
	weigh_jw_kstr(w, "fix", f->fix);
	weigh_jw_object_end(w);
}

/* --- bad blobs ------------------------------------------------------------------- */

/* A page of them, copied: a reader's callback may not ask the reader. */
struct bad_blob {
	struct weigh_oid oid;
	uint64_t size;
	char problem[PROBLEM];
};

struct bad_page {
	struct bad_blob blobs[PAGE];
	size_t count;
};

static void
keep_blob(void *ctx, const struct catalog_finding *f)
{
	struct bad_page *page = ctx;
	struct bad_blob *to = &page->blobs[page->count++];

	to->oid = f->oid;
	to->size = f->size;
	snprintf(to->problem, sizeof(to->problem), "%s",
	    f->problem != NULL ? f->problem : "");
}

struct users {
	uint64_t count;
	char name[WEIGH_REPO_TEXT];
	char path[WEIGH_PATH_MAX + 1];
};

static void
keep_user(void *ctx, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, const char *path)
{
	struct users *u = ctx;

	(void)commit;
	if (u->count++ > 0)
		return;
	weigh_repo_text(repo, u->name);
	snprintf(u->path, sizeof(u->path), "%s", path);
}

static enum weigh_code
write_blob(struct weigh_jw *w, struct catalog_reader *reader,
    const struct bad_blob *blob, struct weigh_err *err)
{
	char hex[WEIGH_OID_HEX + 1];
	struct users users = { .count = 0 };
	struct weigh_blob_facts f = {
		.sha256 = hex, .size = blob->size, .problem = blob->problem
	};
	struct weigh_finding out;
	enum weigh_code rc;

	rc = catalog_users(reader, &blob->oid, THINGS_MAX, keep_user, &users,
	    err);
	if (rc != WEIGH_OK)
		return rc;
	weigh_oid_hex(&blob->oid, hex);
	f.users = users.count;
	f.user = users.name;
	f.path = users.path;
	weigh_doctor_blob(&f, &out);
	write_finding(w, &out);
	return WEIGH_OK;
}

static enum weigh_code
write_blobs(struct weigh_jw *w, struct catalog_reader *reader,
    struct weigh_err *err)
{
	struct bad_page page = { .count = PAGE };
	struct weigh_oid after = { { 0 } };
	enum weigh_code rc = WEIGH_OK;
	size_t i, all = 0;

	while (rc == WEIGH_OK && page.count == PAGE && all < THINGS_MAX) {
		page.count = 0;
		rc = catalog_findings(reader, &after, PAGE, keep_blob, &page,
		    err);
		for (i = 0; i < page.count && rc == WEIGH_OK; i++)
			rc = write_blob(w, reader, &page.blobs[i], err);
		all += page.count;
		if (page.count > 0)
			after = page.blobs[page.count - 1].oid;
	}
	return rc;
}

/* --- what lies in quarantine and is no trouble any more ---------------------------- */

struct evidence {
	struct weigh_jw *w;
	struct catalog_reader *reader;
	size_t count;
};

/* What is still bad was told above. */
static enum weigh_code
write_evidence(void *ctx, const struct store_apart *apart,
    struct weigh_err *err)
{
	struct evidence *e = ctx;
	char hex[WEIGH_OID_HEX + 1];
	struct catalog_blob blob;
	enum catalog_blob_state state;
	struct weigh_finding out;
	enum weigh_code rc;

	rc = catalog_blob(e->reader, &apart->oid, &blob, &state, err);
	if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND)
		return rc;
	if ((rc == WEIGH_OK && state == CATALOG_BAD) ||
	    e->count++ >= THINGS_MAX)
		return WEIGH_OK;
	weigh_oid_hex(&apart->oid, hex);
	weigh_doctor_evidence(hex, apart->size, apart->why, rc == WEIGH_OK,
	    &out);
	write_finding(e->w, &out);
	return WEIGH_OK;
}

/* --- damaged repositories --------------------------------------------------------- */

struct repos {
	struct weigh_jw *w;
	uint64_t count;
};

static void
write_repo(void *ctx, const struct weigh_repo *repo, int64_t time,
    const char *problem)
{
	struct repos *r = ctx;
	struct weigh_finding out;
	char name[WEIGH_REPO_TEXT];

	(void)time;
	r->count++;
	if (r->w == NULL)
		return;
	weigh_repo_text(repo, name);
	weigh_doctor_repo(name, problem, &out);
	write_finding(r->w, &out);
}

/* Told to `w`; NULL: only counted. */
static enum weigh_code
each_damaged(struct weigh_jw *w, struct catalog_reader *reader, uint64_t *count,
    struct weigh_err *err)
{
	struct repos r = { .w = w };
	enum weigh_code rc = catalog_repo_findings(reader, NULL, THINGS_MAX,
	    write_repo, &r, err);

	*count = r.count;
	return rc;
}

/* --- revisions that git or the journal names, and that are not told ---------------- */

struct hidden {
	struct weigh_repo repo;
	char ref[WEIGH_REV_MAX + 16]; /* "": the journal names it */
	struct weigh_gitid commit;
};

struct search {
	struct control *control;
	struct catalog_reader *reader;
	struct store_progress *progress;
	struct weigh_repo repo; /* being looked at */
	struct hidden *found;   /* room for THINGS_MAX */
	size_t count;
};

static enum weigh_code
is_told(struct catalog_reader *reader, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, bool *told, struct weigh_err *err)
{
	char hex[WEIGH_GITID_HEX + 1];
	struct weigh_gitid id;
	bool known;
	enum weigh_code rc;

	weigh_gitid_hex(commit, hex);
	rc = catalog_resolve(reader, repo, hex, &id, &known, err);
	*told = rc == WEIGH_OK;
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

/* A branch, a tag and the journal may all name it. */
static bool
is_found(const struct search *s, const struct weigh_repo *repo,
    const struct weigh_gitid *id)
{
	for (size_t i = 0; i < s->count; i++)
		if (weigh_gitid_equal(&s->found[i].commit, id) &&
		    s->found[i].repo.kind == repo->kind &&
		    strcmp(s->found[i].repo.name, repo->name) == 0)
			return true;
	return false;
}

static enum weigh_code
keep_hidden(struct search *s, const struct weigh_repo *repo, const char *ref,
    const struct weigh_gitid *id, struct weigh_err *err)
{
	struct hidden *h = &s->found[s->count];
	enum weigh_code rc;
	bool told;

	if (atomic_load(&s->progress->cancel))
		return weigh_fail(err, WEIGH_CANCELED, "weighd is stopping");
	if (s->count == THINGS_MAX)
		return WEIGH_OK;
	rc = is_told(s->reader, repo, id, &told, err);
	if (rc != WEIGH_OK || told || is_found(s, repo, id))
		return rc;
	h->repo = *repo;
	h->commit = *id;
	snprintf(h->ref, sizeof(h->ref), "%s", ref);
	s->count++;
	return WEIGH_OK;
}

static enum weigh_code
look_at_ref(void *ctx, const char *ref, const struct weigh_gitid *id,
    struct weigh_err *err)
{
	struct search *s = ctx;

	if (strncmp(ref, "refs/heads/", 11) != 0 &&
	    strncmp(ref, "refs/tags/", 10) != 0)
		return WEIGH_OK;
	return keep_hidden(s, &s->repo, ref, id, err);
}

static enum weigh_code
look_at_admitted(void *ctx, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, struct weigh_err *err)
{
	return keep_hidden(ctx, repo, "", revision, err);
}

static enum weigh_code
read_ledger(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	(void)catalog;
	return audit_ledger_read(audit, ctx, err);
}

/* A repository that cannot be read is scrub's finding, not ours. */
static enum weigh_code
look_at_repo(void *ctx, const struct weigh_repo *name, struct weigh_err *err)
{
	struct search *s = ctx;
	struct repo *repo = NULL;
	enum weigh_code rc;

	s->repo = *name;
	rc = repo_open(s->control->parts.repos, name, false, &repo, err);
	if (rc == WEIGH_OK)
		rc = repo_each_ref(repo, look_at_ref, s, err);
	repo_close(repo);
	return rc == WEIGH_CANCELED ? rc : WEIGH_OK;
}

/* A repository that is gone is in the journal still. */
static enum weigh_code
look_at_journal(struct search *s, struct weigh_err *err)
{
	struct audit_ledger *ledger = NULL;
	enum weigh_code rc;

	rc = gate_write(s->control->parts.gate, read_ledger, &ledger, err);
	if (rc == WEIGH_OK)
		rc = audit_ledger_each(ledger, look_at_admitted, s, err);
	audit_ledger_free(ledger);
	return rc;
}

/* Between its ref, its line in the journal and its row in the catalog a publication
 * takes a moment: who is told by then is not hidden. */
static enum weigh_code
look_again(struct search *s, struct weigh_err *err)
{
	const struct timespec moment = { .tv_sec = 1 };
	enum weigh_code rc = WEIGH_OK;
	size_t i, n = 0;
	bool told;

	if (s->count > 0)
		nanosleep(&moment, NULL);
	for (i = 0; i < s->count && rc == WEIGH_OK; i++) {
		struct hidden *h = &s->found[i];

		rc = is_told(s->reader, &h->repo, &h->commit, &told, err);
		if (rc == WEIGH_OK && !told)
			s->found[n++] = *h;
	}
	s->count = n;
	return rc;
}

/* --- upstreams ---------------------------------------------------------------------- */

struct upstreams {
	struct weigh_finding list[WEIGH_SOURCES];
	size_t count;
};

static void
keep_upstream(void *ctx, const char *place, const struct weigh_err *why)
{
	struct upstreams *u = ctx;

	if (u->count < WEIGH_SOURCES)
		weigh_doctor_upstream(place, why != NULL ? why->why : "",
		    &u->list[u->count++]);
}

static void
write_hidden(struct weigh_jw *w, const struct hidden *h)
{
	char name[WEIGH_REPO_TEXT], hex[WEIGH_GITID_HEX + 1];
	struct weigh_finding out;

	weigh_repo_text(&h->repo, name);
	weigh_gitid_hex(&h->commit, hex);
	weigh_doctor_hidden(name, h->ref, hex, &out);
	write_finding(w, &out);
}

/* --- the whole ---------------------------------------------------------------------- */

static void
write_house(struct weigh_jw *w, const struct facts *f)
{
	struct weigh_finding list[WEIGH_HOUSE_CHECKS];
	size_t i, n = weigh_doctor_house(&f->house, list);

	weigh_jw_kstr(w, "schema", "weigh.doctor/1");
	weigh_jw_kstr(w, "version", WEIGH_VERSION);
	weigh_jw_key(w, "checks");
	weigh_jw_array(w);
	for (i = 0; i < n; i++)
		write_finding(w, &list[i]);
}

/* `hidden` and `upstreams` are named too.  A catalog that does not answer is a finding, and names
 * nothing. */
static enum weigh_code
write_all(struct weigh_buf *out, const struct facts *f,
    const struct control_parts *parts, struct catalog_reader *reader,
    const struct search *hidden, const struct upstreams *upstreams,
    struct weigh_err *err)
{
	struct evidence evidence = { .reader = reader };
	enum weigh_code rc = WEIGH_OK;
	struct weigh_jw w;
	uint64_t count;
	size_t i;

	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	write_house(&w, f);
	if (f->catalog_problem[0] == '\0') {
		evidence.w = &w;
		rc = write_blobs(&w, reader, err);
		if (rc == WEIGH_OK)
			rc = store_each_apart(parts->store, write_evidence,
			    &evidence, err);
		if (rc == WEIGH_OK)
			rc = each_damaged(&w, reader, &count, err);
	}
	for (i = 0; hidden != NULL && i < hidden->count; i++)
		write_hidden(&w, &hidden->found[i]);
	for (i = 0; upstreams != NULL && i < upstreams->count; i++)
		write_finding(&w, &upstreams->list[i]);
	weigh_jw_array_end(&w);
	weigh_jw_object_end(&w);
	return rc;
}

void
control_doctor(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	struct facts f;

	facts_gather(&f, &q->control->parts, reader);
	(void)each_damaged(NULL, reader, &f.house.damaged, NULL);
	r->rc = write_all(&r->body, &f, &q->control->parts, reader, NULL, NULL,
	    &r->err);
}

/* --- read whole, as a long job -------------------------------------------------------- */

struct examination {
	struct job job; /* first: the job is the examination */
	struct control *control;
	struct long_job *place;
	enum weigh_code rc;
	struct weigh_err err;
	struct weigh_buf out;
};

static enum weigh_code
examine(struct examination *e, struct catalog_reader *reader,
    struct search *search)
{
	const struct control_parts *parts = &e->control->parts;
	struct upstreams upstreams = { .count = 0 };
	struct facts f;
	enum weigh_code rc;

	facts_gather(&f, parts, reader);
	(void)each_damaged(NULL, reader, &f.house.damaged, NULL);
	rc = facts_read_whole(&f, parts, reader, &e->place->progress.cancel,
	    &e->err);
	if (rc == WEIGH_OK && f.catalog_problem[0] == '\0') {
		rc = repo_root_each(parts->repos, look_at_repo, search,
		    &e->err);
		if (rc == WEIGH_OK && f.journal_problem[0] == '\0')
			rc = look_at_journal(search, &e->err);
		if (rc == WEIGH_OK)
			rc = look_again(search, &e->err);
		f.house.hidden_known = true;
		f.house.hidden = search->count;
	}
	if (rc == WEIGH_OK)
		rc = fetch_check(parts->fetch, &e->place->progress.cancel,
		    keep_upstream, &upstreams, &e->err);
	return rc == WEIGH_OK ?
	    write_all(&e->out, &f, parts, reader, search, &upstreams, &e->err) :
	    rc;
}

static void
examine_work(struct job *job, void *worker)
{
	struct examination *e = (struct examination *)job;
	struct search search = { .control = e->control,
		.reader = worker,
		.progress = &e->place->progress };

	search.found = calloc(THINGS_MAX, sizeof(*search.found));
	e->rc = search.found != NULL ?
	    examine(e, worker, &search) :
	    weigh_fail(&e->err, WEIGH_NOMEM, "out of memory");
	free(search.found);
}

static void
examine_done(struct job *job)
{
	struct examination *e = (struct examination *)job;

	if (job->skipped)
		e->rc = weigh_fail(&e->err, WEIGH_NOT_YET,
		    "weighd is stopping");
	if (e->rc == WEIGH_OK && e->out.failed)
		e->rc = weigh_fail(&e->err, WEIGH_TOO_BIG,
		    "more is wrong than the report can hold");
	if (e->rc != WEIGH_OK)
		weigh_what(&e->err, "cannot look at all of the house");
	long_end(e->control, e->place, e->rc, &e->out, &e->err);
	weigh_buf_free(&e->out);
	free(e);
}

void
control_examine(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	struct examination *e = calloc(1, sizeof(*e));

	(void)m;
	if (e == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	if ((e->place = long_begin(c, 0)) == NULL) {
		long_refuse(x);
		free(e);
		return;
	}
	long_name(c, e->place, "doctor", "");
	weigh_buf_init(&e->out, CONTROL_RESULT);
	e->control = c;
	e->job.work = examine_work;
	e->job.done = examine_done;
	e->job.home = http_loop(x);
	long_reply(x, e->place);
	pool_submit(c->parts.heavy, &e->job);
}
