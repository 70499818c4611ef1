/* follow: see follow.h. */
#include "fetch/follow.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/thread.h"
#include "fetch/events.h"
#include "log/log.h"

#define DUE 16          /* looked up at once */
#define IDLE_SECONDS 60 /* at most, until the catalog is asked what is due */

struct follow {
	struct follow_parts parts;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool over;        /* under the lock */
	unsigned seconds; /* under the lock */
};

/* --- one look ------------------------------------------------------------ */

struct look {
	struct weigh_fetch_order order;
	struct weigh_upstream before, now;
	char etag[80];
	bool through;
	struct weigh_event events[WEIGH_FOLLOW_MOST];
	size_t n;
	int64_t checked, next;
	enum weigh_code read; /* of the order that is followed */
	struct weigh_err err;
};

static void
read_called(struct weigh_repo *out, const char *text)
{
	struct weigh_ref ref;

	memset(out, 0, sizeof(*out));
	if (text[0] != '\0' && weigh_ref_parse(&ref, text, NULL) == WEIGH_OK)
		*out = ref.repo;
}

/* What is followed, and how it was found the last time. */
static void
keep_mirror(void *ctx, const struct catalog_mirror *m)
{
	struct look *l = ctx;

	l->order = (struct weigh_fetch_order){ .repo = m->repo };
	if (m->request[0] != '\0')
		l->read = weigh_fetch_order_read(&l->order, m->request,
		    strlen(m->request), &l->err);
	else
		snprintf(l->order.source, sizeof(l->order.source), "%s",
		    m->source);
	l->through = m->through;
	snprintf(l->etag, sizeof(l->etag), "%s", m->etag);
	l->before.state = m->state;
	l->before.commit = m->commit;
	snprintf(l->before.error, sizeof(l->before.error), "%s", m->error);
	read_called(&l->before.called, m->called);
}

/* What upstream told, in the words of a look. */
static struct weigh_upstream
found_by(const struct look *l, const struct source_revision *rev)
{
	struct weigh_upstream found = { .state = WEIGH_UPSTREAM_THERE };

	if (rev->unchanged)
		return l->before;
	if (rev->gated)
		found.state = WEIGH_UPSTREAM_GATED;
	found.commit = rev->commit;
	if (rev->repo.name[0] != '\0' &&
	    strcmp(rev->repo.name, l->order.repo.name) != 0)
		found.called = rev->repo;
	return found;
}

static unsigned
usual_pause(struct follow *f)
{
	unsigned seconds;

	pthread_mutex_lock(&f->lock);
	seconds = f->seconds;
	pthread_mutex_unlock(&f->lock);
	return seconds;
}

/* (3) */
static int64_t
pause_after(unsigned seconds, enum weigh_code rc, int64_t wait)
{
	int64_t pause = seconds;

	if (rc == WEIGH_NETWORK || rc == WEIGH_NOT_YET)
		pause = pause < FOLLOW_AGAIN ? pause : FOLLOW_AGAIN;
	return wait > pause ? wait : pause;
}

static enum weigh_code
ask(struct follow *f, struct look *l, struct weigh_err *err)
{
	struct source_revision rev = { .commit = { { 0 } } };
	bool again = l->before.state == WEIGH_UPSTREAM_THERE ||
	    l->before.state == WEIGH_UPSTREAM_GATED;
	struct weigh_upstream found;
	int64_t wait = -1;
	enum weigh_code rc;

	rc = fetch_look(f->parts.fetch, l->order.source, &l->order.repo,
	    l->order.revision, again ? l->etag : "", &rev, &wait, err);
	if (rc == WEIGH_DENIED || rc == WEIGH_CANCELED)
		return rc;
	found = found_by(l, &rev);
	weigh_upstream_look(&l->now, &l->before, rc, err, &found);
	l->n = weigh_follow_judge(l->order.revision, &l->before, &l->now,
	    l->events);
	if (rc == WEIGH_OK && !rev.unchanged)
		snprintf(l->etag, sizeof(l->etag), "%s", rev.etag);
	l->checked = time(NULL);
	l->next = l->checked + pause_after(usual_pause(f), rc, wait);
	return rc;
}

static enum weigh_code
write_look(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	const struct look *l = ctx;
	char called[WEIGH_REPO_TEXT] = "";
	const struct catalog_mirror m = {
		.repo = l->order.repo,
		.checked = l->checked,
		.next = l->next,
		.etag = l->etag,
		.commit = l->now.commit,
		.error = l->now.error,
		.state = l->now.state,
		.called = called,
	};

	(void)audit;
	if (l->now.called.name[0] != '\0')
		weigh_repo_text(&l->now.called, called);
	return catalog_mirror_asked(catalog, &m, err);
}

/* --- and what follows from it -------------------------------------------- */

/* Does the name of the revision lead to that commit here too?  What upstream calls
 * another of ours counts as that. */
static enum weigh_code
is_held(struct catalog_reader *reader, const struct look *l, bool *held,
    struct weigh_err *err)
{
	struct weigh_gitid here, there;
	char hex[WEIGH_GITID_HEX + 1];
	enum weigh_code rc;
	bool known;

	*held = false;
	weigh_gitid_hex(&l->now.commit, hex);
	rc = catalog_resolve(reader, &l->order.repo, hex, &there, &known, err);
	if (rc == WEIGH_OK)
		rc = catalog_resolve(reader, &l->order.repo, l->order.revision,
		    &here, &known, err);
	if (rc == WEIGH_NOT_FOUND)
		return WEIGH_OK;
	*held = rc == WEIGH_OK && weigh_gitid_equal(&here, &there);
	return rc;
}

static enum weigh_code
bring(struct follow *f, struct catalog_reader *reader, const struct look *l,
    const struct gate_who *who, struct follow_seen *out, struct weigh_err *err)
{
	enum weigh_code rc;
	bool held;

	out->state = l->now.state;
	out->commit = l->now.commit;
	if (weigh_gitid_is_zero(&l->now.commit))
		return WEIGH_OK;
	rc = is_held(reader, l, &held, err);
	out->moved = rc == WEIGH_OK && !held;
	if (!out->moved || l->through)
		return rc;
	return fetch_order(f->parts.fetch, &l->order, who, &out->job, err);
}

/* What was brought is how upstream was found then, for a first look. */
static enum weigh_code
begin_with_held(struct catalog_reader *reader, struct look *l,
    struct weigh_err *err)
{
	struct weigh_gitid here, told;
	enum weigh_code rc;
	bool known;

	if (l->before.state != WEIGH_UPSTREAM_UNKNOWN || l->through)
		return WEIGH_OK;
	rc = catalog_resolve(reader, &l->order.repo, l->order.revision, &here,
	    &known, err);
	if (rc == WEIGH_OK)
		rc = catalog_told(reader, &l->order.repo, &here, &told, err);
	if (rc == WEIGH_NOT_FOUND)
		return WEIGH_OK;
	if (rc != WEIGH_OK)
		return rc;
	l->before.state = WEIGH_UPSTREAM_THERE;
	l->before.commit = weigh_gitid_is_zero(&told) ? here : told;
	return WEIGH_OK;
}

static enum weigh_code
look(struct follow *f, struct catalog_reader *reader, struct look *l,
    const struct weigh_repo *repo, const struct gate_who *who,
    struct follow_seen *out, struct weigh_err *err)
{
	enum weigh_code rc, asked;

	rc = catalog_mirror(reader, repo, keep_mirror, l, err);
	if (rc == WEIGH_OK && l->read != WEIGH_OK) {
		*err = l->err;
		rc = weigh_context(err, l->read, "what '%s' follows",
		    repo->name);
	}
	if (rc != WEIGH_OK)
		return rc;
	if ((rc = begin_with_held(reader, l, err)) != WEIGH_OK)
		return rc;
	asked = ask(f, l, err);
	if (asked == WEIGH_DENIED || asked == WEIGH_CANCELED)
		return asked; /* (4) */
	rc = gate_write(f->parts.gate, write_look, l,
	    asked == WEIGH_OK ? err : NULL);
	if (rc == WEIGH_OK)
		rc = events_note(f->parts.gate, repo, l->events, l->n,
		    asked == WEIGH_OK ? err : NULL);
	if (asked != WEIGH_OK)
		return asked;
	return rc == WEIGH_OK ? bring(f, reader, l, who, out, err) : rc;
}

enum weigh_code
follow_now(struct follow *f, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct gate_who *who,
    struct follow_seen *out, struct weigh_err *err)
{
	struct look *l = calloc(1, sizeof(*l));
	enum weigh_code rc;

	memset(out, 0, sizeof(*out));
	if (l == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = look(f, reader, l, repo, who, out, err);
	free(l);
	return rc;
}

/* --- the thread ---------------------------------------------------------- */

struct due {
	struct weigh_repo repos[DUE];
	unsigned n;
};

static void
keep_due(void *ctx, const struct catalog_mirror *m)
{
	struct due *due = ctx;

	if (due->n < DUE)
		due->repos[due->n++] = m->repo;
}

static bool
is_over(struct follow *f)
{
	bool over;

	pthread_mutex_lock(&f->lock);
	over = f->over;
	pthread_mutex_unlock(&f->lock);
	return over;
}

/* False: nothing more can be looked at now. */
static bool
look_at(struct follow *f, struct catalog_reader *reader,
    const struct weigh_repo *repo)
{
	const struct gate_who who = { .token = "", .origin = "followed" };
	struct weigh_err err = { .code = WEIGH_OK };
	char name[WEIGH_REPO_TEXT];
	struct follow_seen seen;
	enum weigh_code rc;

	rc = follow_now(f, reader, repo, &who, &seen, &err);
	if (rc == WEIGH_OK || rc == WEIGH_DENIED || rc == WEIGH_CANCELED)
		return rc == WEIGH_OK;
	weigh_repo_text(repo, name);
	log_event(LOG_WARN_LEVEL, "follow", "repo", name, "why", err.why, NULL);
	return true;
}

/* All that is due; *next is when something is again, 0 not known. */
static bool
look_at_all(struct follow *f, struct catalog_reader *reader, int64_t *next)
{
	struct weigh_err err = { .code = WEIGH_OK };
	struct due due = { .n = 0 };
	enum weigh_code rc;
	bool on = true;

	*next = 0;
	rc = catalog_mirrors_due(reader, time(NULL), DUE, keep_due, &due, &err);
	for (unsigned i = 0; i < due.n && on && !is_over(f); i++)
		on = look_at(f, reader, &due.repos[i]);
	if (rc == WEIGH_OK)
		rc = catalog_mirrors_next(reader, next, &err);
	if (rc != WEIGH_OK)
		log_event(LOG_ERROR_LEVEL, "follow", "why", err.why, NULL);
	/* A look that could not be noted is due still: not again at once. */
	return on && rc == WEIGH_OK && (due.n == DUE || *next > time(NULL));
}

/* Until `next`, but not for long: what is new is found by asking. */
static void
pause_until(struct follow *f, int64_t next, bool on)
{
	int64_t most = usual_pause(f);
	int64_t seconds = next - time(NULL);
	struct timespec until;

	if (most > IDLE_SECONDS)
		most = IDLE_SECONDS;
	if (!on || seconds > most)
		seconds = most;
	if (seconds < 1)
		seconds = 1;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
	pthread_mutex_lock(&f->lock);
	while (!f->over &&
	    pthread_cond_timedwait(&f->wake, &f->lock, &until) == 0)
		;
	pthread_mutex_unlock(&f->lock);
}

/* Descriptors may be short for a moment: then with the next look. */
static bool
have_reader(struct follow *f, struct catalog_reader **reader)
{
	struct weigh_err err = { .code = WEIGH_OK };

	if (*reader != NULL ||
	    catalog_reader_open(reader, f->parts.catalog_path, &err) ==
		WEIGH_OK)
		return true;
	log_event(LOG_WARN_LEVEL, "follow-waits", "why", err.why, NULL);
	return false;
}

static void *
run(void *arg)
{
	struct follow *f = arg;
	struct catalog_reader *reader = NULL;
	int64_t next;
	bool on;

	while (!is_over(f)) {
		next = 0;
		on = have_reader(f, &reader) && look_at_all(f, reader, &next);
		pause_until(f, next, on);
	}
	catalog_reader_close(reader);
	return NULL;
}

/* --- the house's side ---------------------------------------------------- */

enum weigh_code
follow_new(struct follow **out, const struct follow_parts *parts,
    unsigned seconds, struct weigh_err *err)
{
	struct follow *f = calloc(1, sizeof(*f));
	pthread_condattr_t clock;

	if (f == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	f->parts = *parts;
	f->seconds = seconds;
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&f->wake, &clock);
	pthread_condattr_destroy(&clock);
	*out = f;
	return WEIGH_OK;
}

void
follow_set(struct follow *f, unsigned seconds)
{
	pthread_mutex_lock(&f->lock);
	f->seconds = seconds;
	pthread_mutex_unlock(&f->lock);
}

enum weigh_code
follow_start(struct follow *f, struct weigh_err *err)
{
	int problem = thread_start(&f->thread, run, f, "follow");

	if (problem != 0)
		return weigh_fail_errno(err, problem, "cannot start a thread");
	f->started = true;
	return WEIGH_OK;
}

void
follow_stop(struct follow *f)
{
	if (f == NULL || !f->started)
		return;
	pthread_mutex_lock(&f->lock);
	f->over = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	f->started = false;
}

void
follow_free(struct follow *f)
{
	if (f == NULL)
		return;
	pthread_cond_destroy(&f->wake);
	pthread_mutex_destroy(&f->lock);
	free(f);
}
