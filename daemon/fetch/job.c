/* job: one job, from its row to its end: what step.h decides, carried out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/events.h"
#include "fetch/priv.h"
#include "log/log.h"

#define DROP_TRIES 200

/* --- its row ---------------------------------------------------------------------- */

static enum weigh_code
write_job(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	(void)audit;
	return catalog_job_keep(catalog, ctx, err);
}

enum weigh_code
job_keep(struct fetch *f, const struct weigh_fetch_job *job,
    struct weigh_err *err)
{
	struct weigh_fetch_job copy = *job;

	copy.changed = fetch_now();
	return gate_write(f->parts.gate, write_job, &copy, err);
}

struct rows {
	int64_t id;
	struct catalog_job_file *files;
	size_t n;
};

static enum weigh_code
write_files(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	const struct rows *rows = ctx;

	(void)audit;
	return catalog_job_list(catalog, rows->id, rows->files, rows->n, err);
}

static enum weigh_code
keep_files(struct fetch *f, const struct work *w, struct weigh_err *err)
{
	const struct listing *l = &w->list;
	struct rows rows = { .id = w->job.id };
	enum weigh_code rc;

	rows.files = calloc(l->n + 1, sizeof(*rows.files));
	if (rows.files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < l->n; i++)
		if (l->files[i].wanted)
			rows.files[rows.n++] = (struct catalog_job_file){
				.path = l->files[i].path,
				.oid = l->files[i].oid,
				.git = l->files[i].git,
				.size = l->files[i].size,
			};
	rc = gate_write(f->parts.gate, write_files, &rows, err);
	free(rows.files);
	return rc;
}

void
work_free(struct work *w)
{
	if (w == NULL)
		return;
	listing_close(&w->list);
	places_drop(w->places);
	free(w);
}

/* --- what the revision is ----------------------------------------------------------------- */

const struct place *
work_place(const struct work *w)
{
	return &w->places->list[w->step.at];
}

/* Whoever looks at the job meanwhile sees all of it or nothing. */
static void
keep_resolved(struct fetch *f, struct work *w)
{
	pthread_mutex_lock(&f->lock);
	w->job.commit = w->rev.commit;
	fetch_ref(&w->rev, w->job.ref);
	pthread_mutex_unlock(&f->lock);
}

void
revision_hint(const char *rev, enum weigh_code rc, struct weigh_err *err)
{
	size_t len = strlen(rev);

	if (rc == WEIGH_NOT_FOUND && len >= 7 && len < WEIGH_GITID_HEX &&
	    strspn(rev, "0123456789abcdef") == len)
		weigh_fix(err,
		    "a mirror needs a branch, a tag or a commit's id: give all "
		    "40 digits of the id, not %zu of them",
		    len);
}

/* Ask the source in use; by the commit's id once that is known (1). */
static enum weigh_code
resolve(struct fetch *f, struct work *w, struct weigh_err *err)
{
	const struct place *p = work_place(w);
	struct source_place at = p->at;
	char hex[WEIGH_GITID_HEX + 1];
	enum weigh_code rc;
	bool known = !weigh_gitid_is_zero(&w->job.commit);

	at.cancel = &w->cancel;
	weigh_gitid_hex(&w->job.commit, hex);
	rc = governor_ask(f, p, &w->cancel, err);
	if (rc == WEIGH_OK)
		rc = p->kind->resolve(&at, &w->job.order.repo,
		    known ? hex : w->job.order.revision, "", &w->rev, &w->wait,
		    err);
	revision_hint(w->job.order.revision, rc, err);
	if (rc == WEIGH_OK && known &&
	    !weigh_gitid_equal(&w->rev.commit, &w->job.commit))
		rc = weigh_fail(err, WEIGH_NOT_FOUND,
		    "upstream does not have commit %s any more", hex);
	if (rc != WEIGH_OK)
		return rc;
	if (w->rev.segments)
		governor_trust(f, p);
	shown_note(f, p, &w->rev);
	if (!known)
		keep_resolved(f, w);
	w->resolved = true;
	return WEIGH_OK;
}

/* --- what it holds -------------------------------------------------------------------------- */

struct missing {
	const struct listing *list;
	uint64_t bytes;
};

/* What an earlier run fetched of a file takes its room already. */
static enum weigh_code
less_part(void *ctx, const struct store_left *left, struct weigh_err *err)
{
	struct missing *m = ctx;

	(void)err;
	for (size_t i = 0; i < m->list->n; i++) {
		const struct listed *file = &m->list->files[i];

		if (file->wanted && !file->held &&
		    weigh_oid_equal(&file->oid, &left->oid)) {
			m->bytes -= left->held < m->bytes ? left->held :
							    m->bytes;
			break;
		}
	}
	return WEIGH_OK;
}

/* Bytes as people count them. */
static void
size_text(uint64_t bytes, char out[24])
{
	if (bytes >= (uint64_t)1 << 30)
		snprintf(out, 24, "%.1f GiB",
		    (double)bytes / (double)((uint64_t)1 << 30));
	else
		snprintf(out, 24, "%.1f MiB",
		    (double)bytes / (double)(1u << 20));
}

static enum weigh_code
refuse_room(const struct fetch *f, uint64_t missing, uint64_t room,
    struct weigh_err *err)
{
	char want[24], have[24], keep[24];

	size_text(missing, want);
	size_text(room, have);
	size_text(store_keep_free(f->parts.store), keep);
	(void)weigh_fail(err, WEIGH_FULL,
	    "%s are to come, and there is room for %s beside the %s that are "
	    "kept free",
	    want, have, keep);
	weigh_fix(err,
	    "make room (weigh gc, weigh rm), lower [store] keep_free, or leave "
	    "files out with --exclude; it goes on by itself");
	return WEIGH_FULL;
}

/* Is there room for what is missing? */
static enum weigh_code
check_room(struct fetch *f, struct catalog_reader *reader, const struct work *w,
    struct weigh_err *err)
{
	uint64_t room = store_room(f->parts.store), missing;
	struct missing m = { .list = &w->list };
	enum weigh_code rc;

	for (size_t i = 0; i < w->list.n; i++)
		if (w->list.files[i].wanted && !w->list.files[i].held)
			m.bytes += w->list.files[i].size;
	rc = store_each_part(f->parts.store, less_part, &m, err);
	if (rc != WEIGH_OK)
		return rc;
	missing = m.bytes;
	if (missing <= room ||
	    (f->parts.make_room != NULL &&
		f->parts.make_room(f->parts.ctx, reader, missing)))
		return WEIGH_OK;
	return refuse_room(f, missing, room, err);
}

/* The caller holds the lock: others look at the job. */
static void
count_files(struct work *w)
{
	w->job.proved = w->list.proved;
	w->job.files = w->job.bytes = 0;
	w->held_files = w->held_bytes = 0;
	for (size_t i = 0; i < w->list.n; i++) {
		const struct listed *file = &w->list.files[i];

		if (!file->wanted)
			continue;
		w->job.files++;
		w->job.bytes += file->size;
		if (file->held)
			work_count(w, file);
		else
			w->job.unchanged = false;
	}
	atomic_store(&w->done_files, w->held_files);
	atomic_store(&w->done_bytes, w->held_bytes);
}

/* An order for nothing is a slip of the pen in its patterns. */
static enum weigh_code
refuse_nothing(const struct work *w, struct weigh_err *err)
{
	const struct weigh_select *select = &w->job.order.select;
	const struct listing *l = &w->list;

	if (select->nincludes == 0 || l->n == 0)
		return WEIGH_OK;
	for (size_t i = 0; i < l->n; i++)
		if (l->files[i].wanted)
			return WEIGH_OK;
	(void)weigh_fail(err, WEIGH_NOT_FOUND,
	    "none of its %zu files matches --include '%.200s'%s", l->n,
	    select->include[0],
	    select->nincludes > 1 || select->nexcludes > 0 ?
		" and the other patterns" :
		"");
	weigh_fix(err,
	    "a pattern is matched against the whole path; weigh mirror NAME --dry-run lists them");
	return WEIGH_NOT_FOUND;
}

static enum weigh_code
list(struct fetch *f, struct catalog_reader *reader, struct work *w,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	if (!w->resolved)
		rc = resolve(f, w, err);
	if (rc == WEIGH_OK)
		rc = listing_bring(f, &w->list, work_place(w), &w->cancel,
		    &w->rev.repo, &w->rev, &w->wait, err);
	if (rc == WEIGH_OK)
		rc = listing_select(f, reader, &w->list, &w->job.order.repo,
		    &w->job.order.select, err);
	if (rc == WEIGH_OK)
		rc = refuse_nothing(w, err);
	if (rc != WEIGH_OK)
		return rc;
	pthread_mutex_lock(&f->lock);
	count_files(w);
	pthread_mutex_unlock(&f->lock);
	if ((rc = keep_files(f, w, err)) == WEIGH_OK)
		rc = check_room(f, reader, w, err);
	if (rc != WEIGH_OK)
		return rc;
	return listing_shut(f, reader, &w->list, &w->job.order.repo,
	    work_place(w), err);
}

/* --- one step after another ------------------------------------------------------------------------ */

/* Carry out an action; what it came to. */
static enum step_kind
act(struct fetch *f, struct catalog_reader *reader, struct work *w,
    enum step_action action, struct weigh_err *err)
{
	enum weigh_code rc;

	switch (action) {
	case STEP_DO_RESOLVE:
		rc = resolve(f, w, err);
		return rc == WEIGH_OK ? STEP_RESOLVED : STEP_FAILED;
	case STEP_DO_LIST:
		rc = list(f, reader, w, err);
		return rc == WEIGH_OK ? STEP_LISTED : STEP_FAILED;
	case STEP_DO_FETCH:
		rc = work_bring(f, reader, w, err);
		return rc == WEIGH_OK ? STEP_FETCHED : STEP_FAILED;
	case STEP_DO_ADMIT:
		rc = work_admit(f, reader, w, err);
		if (rc == WEIGH_NOT_YET)
			return STEP_MISSING;
		return rc == WEIGH_OK ? STEP_ADMITTED : STEP_FAILED;
	case STEP_DO_NOTHING:
	case STEP_DO_WAIT:
	case STEP_DO_LEAVE:
	case STEP_DO_END:
	case STEP_ACTIONS:
		break;
	}
	return STEP_KINDS;
}

/* A word counts more than what the action came to, but for what is admitted.  Who stops
 * begins nothing more, even where the last action came to something: the next might go
 * on for ever.  Offline nothing fails: it is left for when there is a way out. */
static void
hear(struct fetch *f, struct work *w, struct step_event *e)
{
	pthread_mutex_lock(&f->lock);
	if (w->word != STEP_KINDS && e->kind != STEP_ADMITTED)
		e->kind = w->word;
	else if ((atomic_load(&f->stop) && e->kind != STEP_ADMITTED) ||
	    (e->kind == STEP_FAILED && !places_reached(f, w->places)))
		e->kind = STEP_STOPPED;
	w->word = STEP_KINDS;
	if (!atomic_load(&f->stop))
		atomic_store(&w->cancel, false);
	pthread_mutex_unlock(&f->lock);
}

/* The job's row as the machine has it, or as it will when it has heard what the job was
 * told. */
static void
show(struct fetch *f, struct work *w, bool keep)
{
	struct weigh_fetch_job copy;
	struct weigh_err err;

	pthread_mutex_lock(&f->row_lock);
	pthread_mutex_lock(&f->lock);
	w->job.state = state_told(w->step.state, w->word);
	w->job.until = w->step.until;
	w->job.err = w->step.err;
	w->job.done_files = atomic_load(&w->done_files);
	w->job.done_bytes = atomic_load(&w->done_bytes);
	w->job.changed = fetch_now();
	if (step_has_source(&w->step))
		snprintf(w->job.from, sizeof(w->job.from), "%.1000s",
		    work_place(w)->name);
	copy = w->job;
	pthread_mutex_unlock(&f->lock);
	weigh_err_clear(&err);
	if (keep && job_keep(f, &copy, &err) != WEIGH_OK)
		log_event(LOG_ERROR_LEVEL, "job-not-kept", "why", err.why,
		    NULL);
	pthread_mutex_unlock(&f->row_lock);
}

struct oids {
	struct weigh_oid *all;
	size_t n, room;
};

static enum weigh_code
take_oid(void *ctx, const struct catalog_job_file *file, struct weigh_err *err)
{
	struct oids *o = ctx;
	size_t room = o->room > 0 ? 2 * o->room : 64;
	struct weigh_oid *more;

	if (weigh_oid_is_zero(&file->oid))
		return WEIGH_OK;
	if (o->n == o->room) {
		more = realloc(o->all, room * sizeof(*more));
		if (more == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		o->all = more;
		o->room = room;
	}
	o->all[o->n++] = file->oid;
	return WEIGH_OK;
}

/* Once nobody is at it any more, which takes as long as its workers need to notice. */
static void
drop_part(struct fetch *f, const struct weigh_oid *oid)
{
	enum weigh_code rc = WEIGH_CONFLICT;
	const struct file *file;
	bool wanted = false;

	for (unsigned i = 0; i < DROP_TRIES && rc == WEIGH_CONFLICT && !wanted;
	     i++) {
		pthread_mutex_lock(&f->lock);
		if (i > 0)
			fetch_wait(f, &f->moved, 50);
		file = file_find(f, oid);
		wanted = file != NULL && file->holders > 0;
		pthread_mutex_unlock(&f->lock);
		if (file == NULL)
			rc = store_drop_part(f->parts.store, oid, NULL);
	}
}

/* A job that was given up leaves nothing of files that nobody else waits for. */
static void
drop_parts(struct fetch *f, struct catalog_reader *reader, int64_t id)
{
	struct oids o = { .all = NULL };
	bool needed;

	(void)catalog_job_files(reader, id, take_oid, &o, NULL);
	for (size_t i = 0; i < o.n; i++) {
		if (catalog_job_needs(reader, &o.all[i], &needed, NULL) !=
		    WEIGH_OK)
			break;
		if (!needed)
			drop_part(f, &o.all[i]);
	}
	free(o.all);
}

/* Before its row says that it ended: who waits for that looks at these then. */
static void
count_end(struct fetch *f, const struct work *w)
{
	if (w->step.state == WEIGH_FETCH_DONE)
		atomic_fetch_add(&f->counters.done, 1);
	if (w->step.state != WEIGH_FETCH_FAILED)
		return;
	atomic_fetch_add(&f->counters.failed, 1);
	(void)events_failed(f->parts.gate, &w->job.order.repo, &w->step.err,
	    NULL);
}

static void
finish(struct fetch *f, struct catalog_reader *reader, struct work *w)
{
	char name[WEIGH_REPO_TEXT];
	bool failed = w->step.state == WEIGH_FETCH_FAILED;

	weigh_repo_text(&w->job.order.repo, name);
	log_event(failed ? LOG_ERROR_LEVEL : LOG_INFO_LEVEL, "job", "name",
	    name, "state", weigh_fetch_state_name(w->step.state), "why",
	    failed ? w->step.err.why : NULL, NULL);
	if (w->step.state == WEIGH_FETCH_CANCELED)
		drop_parts(f, reader, w->job.id);
	listing_close(&w->list);
	(void)stage_drop(f->parts.dirfd, w->list.stage_name, NULL);
}

void
job_run(struct fetch *f, struct catalog_reader *reader, struct work *w)
{
	struct step_event e = { .kind = STEP_START };
	struct weigh_err err;
	enum step_action action;
	enum step_kind came;
	unsigned at;

	snprintf(w->list.stage_name, sizeof(w->list.stage_name), "job-%lld",
	    (long long)w->job.id);
	do {
		at = w->step.at;
		e.now = fetch_now();
		e.chance = fetch_chance();
		e.err = &err;
		hear(f, w, &e);
		action = step_next(&w->step, &e);
		if (w->step.at != at)
			w->resolved = false;
		if (action == STEP_DO_END)
			count_end(f, w);
		show(f, w, e.kind != STEP_START || action != STEP_DO_WAIT);
		weigh_err_clear(&err);
		w->wait = -1;
		came = act(f, reader, w, action, &err);
		e = (struct step_event){ .kind = came, .wait = w->wait };
	} while (came != STEP_KINDS);
	if (!weigh_fetch_state_live(w->step.state))
		finish(f, reader, w);
	else
		listing_close(&w->list);
	w->resolved = false;
}
