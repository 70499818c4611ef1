/*
 * know: what clients wait for before there is a list of files: repositories and
 * revisions that upstream may have.  One question for each revision, however many
 * wait; who waits holds no thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "fetch/priv.h"

#define NO_SECONDS 60 /* what upstream did not have is remembered so long */
#define NO_MOST 1024  /* such answers, and questions */

struct know {
	struct know *next;
	struct weigh_repo repo;
	char rev[WEIGH_REV_MAX + 12];
	struct fetch_waiter *waiters;
	bool running, over;
	struct weigh_err err; /* over: how */
	int64_t until;        /* over: when it is asked again */
};

/* --- questions ----------------------------------------------------------- */

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

/* Forget answers that are too old, and of too many the oldest, or whoever asks for
 * names that nobody has would keep others from asking; with the lock held.  *n: how
 * many are left. */
static void
forget(struct fetch *f, unsigned *n)
{
	struct know **at = &f->knows, **oldest = NULL, *k;
	int64_t now = fetch_now();

	*n = 0;
	while ((k = *at) != NULL) {
		if (k->over && k->until <= now) {
			*at = k->next;
			free(k);
		} else {
			if (k->over)
				oldest = at; /* new ones come in front */
			at = &k->next;
			++*n;
		}
	}
	if (*n < NO_MOST || oldest == NULL)
		return;
	k = *oldest;
	*oldest = k->next;
	free(k);
	--*n;
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

/* --- asking -------------------------------------------------------------- */

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
	char ref[WEIGH_FETCH_REF];
	bool mirrored;
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
	fetch_ref(&rev, ref);
	rc = listing_admit(f, reader, l, &k->repo, ref, p, true, err);
	mirrored = fetch_is_mirror(reader, &k->repo);
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
