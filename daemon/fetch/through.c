/*
 * through: what clients wait for: repositories that are to be known, and bytes that
 * flow while they come.  One question for each revision, one file for each blob,
 * however many wait; who waits holds no thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "fetch/priv.h"
#include "log/log.h"

#define NO_SECONDS 60 /* what upstream did not have is remembered so long */
#define NO_MOST 1024  /* such answers */

struct know {
	struct know *next;
	struct weigh_repo repo;
	char rev[WEIGH_REV_MAX + 12];
	struct fetch_waiter *waiters;
	bool running, over;
	struct weigh_err err; /* over: how */
	int64_t until;        /* over: when it is asked again */
};

/* --- may it ------------------------------------------------------------------------- */

static bool
is_listed(const char *globs, const struct weigh_repo *repo)
{
	char name[WEIGH_REPO_TEXT], glob[WEIGH_SELECT_GLOB];

	weigh_repo_text(repo, name);
	while (*globs != '\0') {
		size_t len;

		globs += strspn(globs, " \t");
		len = strcspn(globs, " \t");
		if (len > 0 && len < sizeof(glob)) {
			memcpy(glob, globs, len);
			glob[len] = '\0';
			if (weigh_glob_match(glob, name))
				return true;
		}
		globs += len;
	}
	return false;
}

static void
note_source(void *ctx, const struct catalog_mirror *m)
{
	(void)m;
	*(bool *)ctx = true;
}

bool
fetch_through_allows(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_repo *repo)
{
	struct weigh_repo held;
	bool mirrored = false, listed, any;

	pthread_mutex_lock(&f->lock);
	any = f->settings.through == FETCH_THROUGH_ANY;
	listed = f->settings.through == FETCH_THROUGH_LISTED &&
	    is_listed(f->settings.listed, repo);
	if (f->settings.through == FETCH_THROUGH_OFF || f->places->n == 0) {
		pthread_mutex_unlock(&f->lock);
		return false;
	}
	pthread_mutex_unlock(&f->lock);
	(void)catalog_mirror(reader, repo, note_source, &mirrored, NULL);
	if (mirrored)
		return true;
	/* What was published here is nobody else's to add to. */
	return (any || listed) &&
	    catalog_find_repo(reader, repo, &held, NULL) == WEIGH_NOT_FOUND;
}

/* --- questions ------------------------------------------------------------------------ */

static void
answer(struct fetch *f, struct fetch_waiter *waiter,
    const struct weigh_err *err)
{
	waiter->code = err->code;
	waiter->err = *err;
	f->parts.post(waiter->job.home, &waiter->job);
}

/* With the lock held: everybody who waits, and what is remembered of it. */
static void
conclude(struct fetch *f, struct know *k, const struct weigh_err *err)
{
	struct fetch_waiter *next;

	for (struct fetch_waiter *w = k->waiters; w != NULL; w = next) {
		next = w->next;
		answer(f, w, err);
	}
	k->waiters = NULL;
	k->running = false;
	k->over = true;
	k->err = *err;
	k->until = fetch_now() +
	    (err->code == WEIGH_NOT_FOUND || err->code == WEIGH_UNAUTHORIZED ||
			err->code == WEIGH_FORBIDDEN ?
		    NO_SECONDS :
		    0);
}

/* Forget answers that are too old; with the lock held.  *n: how many are left. */
static void
forget(struct fetch *f, unsigned *n)
{
	struct know **at = &f->knows, *k;
	int64_t now = fetch_now();

	*n = 0;
	while ((k = *at) != NULL) {
		if (k->over && k->until <= now) {
			*at = k->next;
			free(k);
		} else {
			at = &k->next;
			++*n;
		}
	}
}

static struct know *
find_know(struct fetch *f, const struct weigh_repo *repo, const char *rev)
{
	struct know *k = f->knows;

	while (k != NULL &&
	    (k->repo.kind != repo->kind ||
		strcmp(k->repo.name, repo->name) != 0 ||
		strcmp(k->rev, rev) != 0))
		k = k->next;
	return k;
}

/* With the lock held. */
static void
more_knowers(struct fetch *f)
{
	char name[16];

	if (f->nknowers < KNOW_THREADS) {
		snprintf(name, sizeof(name), "know-%u", f->nknowers);
		if (thread_start(&f->knowers[f->nknowers], know_main, f,
			name) == 0)
			f->nknowers++;
	}
	pthread_cond_signal(&f->asked);
}

void
fetch_know(struct fetch *f, const struct weigh_repo *repo, const char *rev,
    struct fetch_waiter *waiter)
{
	struct weigh_err err;
	struct know *k = NULL;
	unsigned n;

	weigh_err_clear(&err);
	waiter->next = NULL;
	if (outbound_offline(f->parts.outbound)) {
		(void)weigh_fail(&err, WEIGH_DENIED,
		    "this mirror is offline, and does not have it");
		answer(f, waiter, &err);
		return;
	}
	pthread_mutex_lock(&f->lock);
	forget(f, &n);
	k = find_know(f, repo, rev);
	if (k != NULL && k->over) {
		answer(f, waiter, &k->err);
	} else if (k == NULL &&
	    (n >= NO_MOST || strlen(rev) >= sizeof(k->rev) ||
		atomic_load(&f->stop) || (k = calloc(1, sizeof(*k))) == NULL)) {
		(void)weigh_fail(&err, WEIGH_NOT_YET,
		    "too many unknown repositories are being asked for");
		answer(f, waiter, &err);
	} else {
		if (k->waiters == NULL && !k->running) {
			k->repo = *repo;
			snprintf(k->rev, sizeof(k->rev), "%s", rev);
			k->next = f->knows;
			f->knows = k;
			more_knowers(f);
		}
		waiter->next = k->waiters;
		k->waiters = waiter;
	}
	pthread_mutex_unlock(&f->lock);
}

/* --- asking ------------------------------------------------------------------------------ */

/* One upstream: what it calls the revision, and what that holds. */
static enum weigh_code
know_from(struct fetch *f, struct catalog_reader *reader, const struct know *k,
    const struct place *p, struct listing *l, struct weigh_err *err)
{
	struct source_place at = p->at;
	struct source_revision rev;
	struct catalog_mirror m = {
		.repo = k->repo,
		.source = p->name,
		.request = "",
		.through = true,
		.used = fetch_now(),
	};
	char ref[300];
	bool mirrored = false;
	int64_t wait = -1;
	enum weigh_code rc;

	at.cancel = &f->stop;
	rc = governor_ask(f, p, &f->stop, err);
	if (rc == WEIGH_OK)
		rc = p->kind->resolve(&at, &k->repo, k->rev, "", &rev, &wait,
		    err);
	if (rc == WEIGH_OK)
		rc = listing_bring(f, l, p, &f->stop, &rev.repo, &rev, &wait,
		    err);
	if (rc != WEIGH_OK)
		return rc;
	if (rev.segments)
		governor_trust(f, p);
	snprintf(ref, sizeof(ref), "%s%s",
	    rev.branch[0] == '\0' ? "" :
		rev.tag           ? "refs/tags/" :
				    "refs/heads/",
	    rev.branch);
	rc = listing_admit(f, reader, l, &k->repo, ref, p, true, err);
	(void)catalog_mirror(reader, &k->repo, note_source, &mirrored, NULL);
	if (rc == WEIGH_OK && !mirrored)
		rc = gate_follow(f->parts.gate, reader, &m, err);
	return rc;
}

/* The first upstream that has it; else the word of the first that said more than
 * that it does not. */
static void
know(struct fetch *f, struct catalog_reader *reader, struct know *k,
    struct weigh_err *err)
{
	static atomic_uint numbers;
	struct listing l = { .stage = NULL };
	struct weigh_err said;
	struct places *places;
	enum weigh_code rc = WEIGH_NOT_FOUND;

	(void)weigh_fail(err, WEIGH_NOT_FOUND, "no upstream is configured");
	pthread_mutex_lock(&f->lock);
	places = places_hold(f->places);
	pthread_mutex_unlock(&f->lock);
	snprintf(l.stage_name, sizeof(l.stage_name), "know-%u",
	    atomic_fetch_add(&numbers, 1));
	for (unsigned i = 0; i < places->n && rc != WEIGH_OK; i++) {
		weigh_err_clear(&said);
		rc = know_from(f, reader, k, &places->list[i], &l, &said);
		if (rc == WEIGH_OK || i == 0 || err->code == WEIGH_NOT_FOUND)
			*err = said;
	}
	if (rc == WEIGH_OK)
		weigh_err_clear(err);
	listing_close(&l);
	(void)stage_drop(f->parts.dirfd, l.stage_name, NULL);
	places_drop(places);
}

static struct know *
next_know(const struct fetch *f)
{
	struct know *best = NULL;

	for (struct know *k = f->knows; k != NULL; k = k->next)
		if (!k->running && !k->over)
			best = k; /* the last of the list is the oldest */
	return best;
}

void *
know_main(void *arg)
{
	struct catalog_reader *reader = NULL;
	struct weigh_err err;
	struct fetch *f = arg;
	struct know *k;

	if (catalog_reader_open(&reader, f->parts.catalog_path, NULL) !=
	    WEIGH_OK)
		return NULL;
	pthread_mutex_lock(&f->lock);
	while (!atomic_load(&f->stop)) {
		if ((k = next_know(f)) == NULL) {
			fetch_wait(f, &f->asked, 10000);
			continue;
		}
		k->running = true;
		pthread_mutex_unlock(&f->lock);
		know(f, reader, k, &err);
		pthread_mutex_lock(&f->lock);
		conclude(f, k, &err);
	}
	pthread_mutex_unlock(&f->lock);
	catalog_reader_close(reader);
	return NULL;
}

void
know_stop(struct fetch *f)
{
	struct weigh_err err;

	(void)weigh_fail(&err, WEIGH_CANCELED, "weighd is stopping");
	pthread_mutex_lock(&f->lock);
	for (struct know *k = f->knows; k != NULL; k = k->next)
		if (!k->running && !k->over)
			conclude(f, k, &err);
	pthread_mutex_unlock(&f->lock);
}

void
know_free(struct fetch *f)
{
	struct know *k, *next;

	for (k = f->knows; k != NULL; k = next) {
		next = k->next;
		free(k);
	}
	f->knows = NULL;
}

/* --- bytes that flow ----------------------------------------------------------------------- */

static void
on_wanted(void *ctx, uint64_t offset)
{
	struct file *file = ctx;

	(void)offset; /* flow_waits tells of all */
	atomic_store(&file->wanted, true);
	pthread_cond_broadcast(&file->fetch->work);
}

static void
on_readers(void *ctx, unsigned readers)
{
	struct file *file = ctx;
	int_fast64_t none = 0;

	/* Holds that come and go do not begin the time anew. */
	if (readers > 0)
		atomic_store(&file->left, 0);
	else
		atomic_compare_exchange_strong(&file->left, &none, fetch_ms());
}

/* Every upstream may have it. */
static enum weigh_code
want_from_all(struct fetch *f, const struct weigh_repo *repo,
    const struct source_revision *rev, const char *path,
    const struct weigh_oid *oid, uint64_t size, struct file **out,
    struct weigh_err *err)
{
	struct file *file = NULL;

	for (unsigned i = 0; i < f->places->n; i++) {
		struct origin o = {
			.at = i,
			.repo = *repo,
			.rev = *rev,
			.path = strdup(path),
		};

		if (o.path == NULL)
			break;
		o.places = places_hold(f->places);
		if ((file = file_want(f, oid, size, 0, &o)) == NULL)
			break;
		if (i > 0)
			file->holders--; /* one holder, many origins */
	}
	*out = file;
	if (file == NULL)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "no upstream is configured");
	return WEIGH_OK;
}

/* What came before there was a flow. */
static void
tell_held(struct file *file, struct flow *flow)
{
	uint64_t at = 0, run;

	while (at < file->size) {
		run = store_part_run(file->part, at);
		if (run > 0)
			flow_arrived(flow, at, run);
		at += run;
		at += WEIGH_SEGMENT - at % WEIGH_SEGMENT;
	}
}

/* The flow of a file whose part is open, made if there is none; a hold of it. */
static enum weigh_code
flow_of(struct file *file, struct flow **out, struct weigh_err *err)
{
	const struct flow_feeder feeder = {
		.wanted = on_wanted,
		.readers = on_readers,
		.ctx = file,
	};
	uint64_t last = weigh_segment_count(file->size) - 1;
	enum weigh_code rc = WEIGH_OK;
	int fd = -1;

	if (file->ended) {
		*err = file->err;
		return err->code == WEIGH_OK ?
		    weigh_fail(err, WEIGH_EXISTS, "it is here now") :
		    err->code;
	}
	if (file->flow == NULL) {
		rc = store_part_fd(file->part, &fd, err);
		if (rc == WEIGH_OK)
			rc = flow_new(&file->flow, fd, file->size,
			    weigh_segment_length(file->size, last), &feeder,
			    err);
		if (rc != WEIGH_OK)
			return rc;
		file->holders++; /* the flow's */
		tell_held(file, file->flow);
	}
	*out = flow_hold(file->flow);
	atomic_store(&file->left, 0);
	return WEIGH_OK;
}

/* What upstream calls this commit, and how it told of it. */
static void
revision_of(struct catalog_reader *reader, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, struct source_revision *out)
{
	struct weigh_gitid told;

	*out = (struct source_revision){ .commit = *commit, .repo = *repo };
	if (catalog_told(reader, repo, commit, &told, NULL) == WEIGH_OK &&
	    !weigh_gitid_is_zero(&told))
		out->commit = told;
}

enum weigh_code
fetch_flow(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    const char *path, const struct weigh_oid *oid, uint64_t size,
    struct flow **out, struct weigh_err *err)
{
	struct source_revision rev;
	struct file *file;
	enum weigh_code rc;

	if (fetch_holds(reader, oid))
		return weigh_fail(err, WEIGH_EXISTS, "it is here now");
	if (outbound_offline(f->parts.outbound))
		return weigh_fail(err, WEIGH_DENIED,
		    "this mirror is offline, and does not hold these bytes");
	revision_of(reader, repo, commit, &rev);
	pthread_mutex_lock(&f->lock);
	rc = want_from_all(f, repo, &rev, path, oid, size, &file, err);
	pthread_mutex_unlock(&f->lock);
	if (rc != WEIGH_OK)
		return rc;
	rc = file_open(f, reader, file, err);
	pthread_mutex_lock(&f->lock);
	while (file->opening || file->sealing)
		fetch_wait(f, &f->moved, 1000);
	if (rc == WEIGH_OK)
		rc = flow_of(file, out, err);
	if (rc == WEIGH_OK)
		workers_wake(f); /* there are some for clients alone */
	file_release(f, file);
	pthread_mutex_unlock(&f->lock);
	return rc;
}

/* --- lies ------------------------------------------------------------------------------------ */

static void
keep_lie(struct fetch *f, const struct weigh_oid *oid, int64_t until)
{
	unsigned at = 0;

	while (at < f->nlies && !weigh_oid_equal(&f->lies[at].oid, oid))
		at++;
	if (at == LIES) { /* the one that is over first makes place */
		at = 0;
		for (unsigned i = 1; i < LIES; i++)
			if (f->lies[i].until < f->lies[at].until)
				at = i;
	}
	if (at == f->nlies)
		f->nlies++;
	f->lies[at] = (struct lie){ .oid = *oid, .until = until };
}

void
lie_take(void *fetch, const struct weigh_oid *oid, int64_t until)
{
	struct fetch *f = fetch;

	pthread_mutex_lock(&f->lock);
	keep_lie(f, oid, until);
	pthread_mutex_unlock(&f->lock);
}

struct lie_row {
	const struct weigh_oid *oid;
	int64_t now, until;
};

static enum weigh_code
write_lie(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	const struct lie_row *row = ctx;

	(void)audit;
	return catalog_lie(catalog, row->oid, row->now, row->until, err);
}

void
lie_note(struct fetch *f, const struct weigh_oid *oid)
{
	struct lie_row row = { .oid = oid, .now = fetch_now() };

	pthread_mutex_lock(&f->lock);
	row.until = row.now + f->settings.lied_seconds;
	keep_lie(f, oid, row.until);
	pthread_mutex_unlock(&f->lock);
	(void)gate_write(f->parts.gate, write_lie, &row, NULL);
}

bool
fetch_lied(struct fetch *f, const struct weigh_oid *oid)
{
	int64_t now = fetch_now();
	bool lied = false;

	pthread_mutex_lock(&f->lock);
	for (unsigned i = 0; i < f->nlies && !lied; i++)
		lied = weigh_oid_equal(&f->lies[i].oid, oid) &&
		    f->lies[i].until > now;
	pthread_mutex_unlock(&f->lock);
	return lied;
}
