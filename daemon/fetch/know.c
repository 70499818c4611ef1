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

#define NO_SECONDS 60    /* what upstream did not have is remembered so long */
#define NO_MOST 1024     /* such answers, and questions */
#define NO_STRANGERS 768 /* … of repositories that are not here */

struct know {
	struct know *next;
	struct weigh_repo repo;
	char rev[WEIGH_REV_MAX + 12];
	struct fetch_waiter *waiters;
	bool known; /* the repository is here */
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

/* Would it be the same a moment later? */
static bool
is_no(enum weigh_code code)
{
	return code == WEIGH_NOT_FOUND || code == WEIGH_UNAUTHORIZED ||
	    code == WEIGH_FORBIDDEN || code == WEIGH_PARTLY;
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
	k->until = fetch_now() + (is_no(err->code) ? NO_SECONDS : 0);
}

/* Forget answers that are too old, and of `most` or more the oldest, or whoever asks for
 * names that nobody has would keep others from asking; with the lock held.  How many
 * are left. */
static unsigned
forget(struct fetch *f, unsigned most)
{
	struct know **at = &f->knows, **oldest = NULL, *k;
	int64_t now = fetch_now();
	unsigned n = 0;

	while ((k = *at) != NULL) {
		if (k->over && k->until <= now) {
			*at = k->next;
			free(k);
		} else {
			if (k->over)
				oldest = at; /* new ones come in front */
			at = &k->next;
			n++;
		}
	}
	if (n < most || oldest == NULL)
		return n;
	k = *oldest;
	*oldest = k->next;
	free(k);
	return n - 1;
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
	pthread_cond_broadcast(&f->asked);
}

void
fetch_know(struct fetch *f, const struct weigh_repo *repo, const char *rev,
    bool known, struct fetch_waiter *waiter)
{
	unsigned most = known ? NO_MOST : NO_STRANGERS, n;
	struct weigh_err err;
	struct know *k = NULL;

	weigh_err_clear(&err);
	waiter->next = NULL;
	if (outbound_offline(f->parts.outbound)) {
		(void)weigh_fail(&err, WEIGH_DENIED,
		    "this mirror is offline, and does not have it");
		answer(f, waiter, &err);
		return;
	}
	pthread_mutex_lock(&f->lock);
	n = forget(f, most);
	k = find_know(f, repo, rev);
	if (k != NULL && k->over) {
		answer(f, waiter, &k->err);
	} else if (k == NULL &&
	    (n >= most || strlen(rev) >= sizeof(k->rev) ||
		atomic_load(&f->stop) || (k = calloc(1, sizeof(*k))) == NULL)) {
		(void)weigh_fail(&err, WEIGH_NOT_YET,
		    "too many unknown repositories are being asked for");
		answer(f, waiter, &err);
	} else {
		if (k->waiters == NULL && !k->running) {
			k->repo = *repo;
			snprintf(k->rev, sizeof(k->rev), "%s", rev);
			k->known = known;
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

struct asking {
	struct fetch *f;
	struct catalog_reader *reader;
	const struct know *k;
	struct listing list;
};

/* It names bytes that are here for others alone: they are neither its, nor can they be
 * listed as not held.  Only by coming from upstream they become its own (gate/mirror.h,
 * 14), and that is more than a question may set off. */
static enum weigh_code
refuse_owed(const struct weigh_repo *repo, struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT];

	weigh_repo_text(repo, name);
	(void)weigh_fail(err, WEIGH_PARTLY,
	    "'%s' has to be brought whole before it can be told of", name);
	weigh_fix(err, "ask the mirror's administrator for it: weigh mirror %s",
	    name);
	return WEIGH_PARTLY;
}

/* One upstream: what it calls the revision, and what that holds. */
static enum weigh_code
know_from(void *ctx, const struct place *p, int64_t *wait,
    struct weigh_err *err)
{
	struct asking *a = ctx;
	const struct know *k = a->k;
	struct fetch *f = a->f;
	struct place mine = *p;
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
	enum weigh_code rc;

	mine.asker = PLACE_CLIENT;
	at.cancel = &f->stop;
	rc = governor_ask(f, &mine, &f->stop, err);
	if (rc == WEIGH_OK)
		rc = p->kind->resolve(&at, &k->repo, k->rev, "", &rev, wait,
		    err);
	if (rc == WEIGH_OK)
		rc = listing_bring(f, &a->list, &mine, &f->stop, &rev.repo,
		    &rev, wait, err);
	if (rc != WEIGH_OK)
		return rc;
	if (rev.segments)
		governor_trust(f, p);
	shown_note(f, p, &rev);
	fetch_ref(&rev, ref);
	rc = listing_admit(f, a->reader, &a->list, &k->repo, ref, p, true, err);
	if (rc == WEIGH_NOT_YET)
		rc = refuse_owed(&k->repo, err);
	mirrored = fetch_is_mirror(a->reader, &k->repo);
	if (rc == WEIGH_OK && !mirrored)
		rc = gate_follow(f->parts.gate, a->reader, &m, err);
	return rc;
}

static void
know(struct fetch *f, struct catalog_reader *reader, struct know *k,
    struct weigh_err *err)
{
	static atomic_uint numbers;
	struct asking a = { .f = f, .reader = reader, .k = k };
	struct places *places;
	enum weigh_code rc;
	int64_t wait;

	pthread_mutex_lock(&f->lock);
	places = places_hold(f->places);
	pthread_mutex_unlock(&f->lock);
	snprintf(a.list.stage_name, sizeof(a.list.stage_name), "know-%u",
	    atomic_fetch_add(&numbers, 1));
	weigh_err_clear(err);
	rc = places_ask(places, know_from, &a, &wait, err);
	if (rc == WEIGH_USAGE) /* nobody has it */
		(void)weigh_fail(err, WEIGH_NOT_FOUND,
		    "no upstream is configured");
	listing_close(&a.list);
	(void)stage_drop(f->parts.dirfd, a.list.stage_name, NULL);
	places_drop(places);
}

/* Of repositories that are not here some may be asked for at once, so that those that
 * are here always have a thread. */
static struct know *
next_know(const struct fetch *f)
{
	struct know *best = NULL;
	unsigned strangers = 0;

	for (struct know *k = f->knows; k != NULL; k = k->next)
		strangers += k->running && !k->known;
	for (struct know *k = f->knows; k != NULL; k = k->next)
		if (!k->running && !k->over &&
		    (k->known || strangers < KNOW_STRANGERS))
			best = k; /* the last of the list is the oldest */
	return best;
}

void *
know_main(void *arg)
{
	struct fetch *f = arg;
	struct catalog_reader *reader = fetch_reader(f);
	struct weigh_err err;
	struct know *k;

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
		pthread_cond_broadcast(&f->asked); /* a place is free */
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
