/* open: the way out.  See gate.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fd.h"
#include "log/log.h"
#include "priv.h"

/* A changed file up to here is hashed while its client waits: a hundredth of a
 * second.  A larger one is hashed in the background. */
#define CHECK_NOW ((uint64_t)16 << 20)
/* So many seconds its client waits for a check that somebody else began. */
#define CHECK_WAIT 2

/* --- in the background ---------------------------------------------------------- */

struct suspicion {
	struct job job; /* first: the job is the suspicion */
	struct gate *gate;
	struct weigh_oid oid;
};

/* Called with the lock held. */
static bool
suspects_has(const struct gate *g, const struct weigh_oid *oid)
{
	for (unsigned i = 0; i < g->nsuspects; i++)
		if (weigh_oid_equal(&g->suspects[i], oid))
			return true;
	return false;
}

static bool
suspects_add(struct gate *g, const struct weigh_oid *oid)
{
	bool added = false;

	pthread_mutex_lock(&g->lock);
	if (g->nsuspects < GATE_SUSPECTS && !suspects_has(g, oid)) {
		g->suspects[g->nsuspects++] = *oid;
		added = true;
	}
	pthread_mutex_unlock(&g->lock);
	return added;
}

static void
suspects_remove(struct gate *g, const struct weigh_oid *oid)
{
	unsigned i;

	pthread_mutex_lock(&g->lock);
	for (i = 0; i < g->nsuspects; i++)
		if (weigh_oid_equal(&g->suspects[i], oid))
			g->suspects[i] = g->suspects[--g->nsuspects];
	pthread_cond_broadcast(&g->cleared);
	pthread_mutex_unlock(&g->lock);
}

/* Wait a little for whoever checks it; false: that is not over. */
static bool
suspects_await(struct gate *g, const struct weigh_oid *oid)
{
	struct timespec until;
	bool cleared;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += CHECK_WAIT;
	pthread_mutex_lock(&g->lock);
	while (suspects_has(g, oid) &&
	    pthread_cond_timedwait(&g->cleared, &g->lock, &until) != ETIMEDOUT)
		;
	cleared = !suspects_has(g, oid);
	pthread_mutex_unlock(&g->lock);
	return cleared;
}

static void
suspect_work(struct job *job, void *worker)
{
	struct suspicion *s = (struct suspicion *)job;
	struct catalog_blob blob;
	enum catalog_blob_state state;
	struct store_finding finding;
	struct weigh_err err;
	char hex[WEIGH_OID_HEX + 1];
	enum weigh_code rc;

	rc = catalog_blob(worker, &s->oid, &blob, &state, &err);
	if (rc == WEIGH_OK && state == CATALOG_GOOD)
		rc = gate_check(s->gate, worker, &s->oid, blob.size,
		    &s->gate->background, &finding, &err);
	if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND) {
		weigh_oid_hex(&s->oid, hex);
		log_event(LOG_ERROR_LEVEL, "check-failed", "sha256", hex, "why",
		    err.why, NULL);
	}
	suspects_remove(s->gate, &s->oid);
}

static void
suspect_done(struct job *job)
{
	free(job);
}

void
gate_suspect(struct gate *g, const struct weigh_oid *oid)
{
	struct suspicion *s;

	if (!suspects_add(g, oid))
		return;
	if ((s = calloc(1, sizeof(*s))) == NULL) {
		suspects_remove(g, oid);
		return;
	}
	s->job.work = suspect_work;
	s->job.done = suspect_done;
	s->job.home = g->home;
	s->gate = g;
	s->oid = *oid;
	pool_submit(g->checkers, &s->job);
}

/* --- the way out ------------------------------------------------------------------ */

/* The recorded facts about a blob, and its file if it is there. */
static enum weigh_code
look(struct gate *g, struct catalog_reader *reader, const struct weigh_oid *oid,
    uint64_t size, struct weigh_facts *facts, int *fd, struct weigh_err *err)
{
	struct catalog_blob blob;
	enum catalog_blob_state state;
	struct stamp now;
	enum weigh_code rc;

	rc = catalog_blob(reader, oid, &blob, &state, err);
	if (rc == WEIGH_NOT_FOUND)
		return WEIGH_OK; /* digest_known stays false */
	if (rc != WEIGH_OK)
		return rc;
	facts->digest_known = blob.size == size;
	facts->found_bad = state == CATALOG_BAD;
	rc = store_open_blob(g->parts.store, oid, fd, &now, err);
	if (rc == WEIGH_NOT_FOUND)
		return rc;
	if (rc != WEIGH_OK)
		return WEIGH_OK; /* something, but no file: not verified */
	facts->digest_verified = !facts->found_bad &&
	    stamp_equal(&now, &blob.stamp);
	return WEIGH_OK;
}

static enum weigh_code
refusal(enum weigh_verdict verdict, struct weigh_err *err)
{
	switch (verdict) {
	case WEIGH_REFUSE_BAD:
		return weigh_fail(err, WEIGH_MISMATCH, "%s",
		    weigh_verdict_text(verdict));
	case WEIGH_REFUSE_NOT_VERIFIED:
		return weigh_fail(err, WEIGH_NOT_YET, "%s",
		    weigh_verdict_text(verdict));
	case WEIGH_REFUSE_UNKNOWN:
	case WEIGH_ALLOW:
		break;
	}
	return weigh_fail(err, WEIGH_NOT_FOUND, "%s",
	    weigh_verdict_text(verdict));
}

/* Look, and decide; on anything but ALLOW nothing is open. */
static enum weigh_code
look_and_decide(struct gate *g, struct catalog_reader *reader,
    enum weigh_door door, const struct weigh_oid *oid, uint64_t size, int *fd,
    enum weigh_verdict *verdict, struct weigh_err *err)
{
	struct weigh_facts facts = { .door = door };
	enum weigh_code rc;

	*fd = -1;
	rc = look(g, reader, oid, size, &facts, fd, err);
	if (rc == WEIGH_NOT_FOUND && facts.found_bad)
		rc = WEIGH_OK; /* in quarantine: say so, not "missing" */
	if (rc != WEIGH_OK)
		return rc;
	*verdict = weigh_decide(&facts);
	if (*verdict != WEIGH_ALLOW)
		fd_close(fd);
	return WEIGH_OK;
}

enum weigh_code
gate_ask(struct gate *g, struct catalog_reader *reader, enum weigh_door door,
    const struct weigh_oid *oid, uint64_t size, struct weigh_err *err)
{
	enum weigh_verdict verdict;
	enum weigh_code rc;
	int fd;

	rc = look_and_decide(g, reader, door, oid, size, &fd, &verdict, err);
	fd_close(&fd);
	if (rc != WEIGH_OK || verdict == WEIGH_ALLOW)
		return rc;
	if (verdict != WEIGH_REFUSE_NOT_VERIFIED)
		return refusal(verdict, err);
	gate_suspect(g, oid);
	return WEIGH_OK;
}

/* Have a small file hashed, by us or by whoever is at it.  A HEAD begins a check
 * in the background, and its client asks for the bytes at once. */
static enum weigh_code
check_now(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, uint64_t size, struct weigh_err *err)
{
	struct store_finding finding;
	enum weigh_code rc;

	if (!suspects_add(g, oid))
		return suspects_await(g, oid) ?
		    WEIGH_OK :
		    refusal(WEIGH_REFUSE_NOT_VERIFIED, err);
	rc = gate_check(g, reader, oid, size, NULL, &finding, err);
	suspects_remove(g, oid);
	return rc;
}

enum weigh_code
gate_open(struct gate *g, struct catalog_reader *reader, enum weigh_door door,
    const struct weigh_oid *oid, uint64_t size, int *fd, struct weigh_err *err)
{
	enum weigh_verdict verdict;
	enum weigh_code rc;

	rc = look_and_decide(g, reader, door, oid, size, fd, &verdict, err);
	if (rc != WEIGH_OK || verdict == WEIGH_ALLOW)
		return rc;
	if (verdict != WEIGH_REFUSE_NOT_VERIFIED)
		return refusal(verdict, err);
	if (size > CHECK_NOW) {
		gate_suspect(g, oid);
		return refusal(verdict, err);
	}
	rc = check_now(g, reader, oid, size, err);
	if (rc == WEIGH_OK)
		rc = look_and_decide(g, reader, door, oid, size, fd, &verdict,
		    err);
	if (rc == WEIGH_OK && verdict != WEIGH_ALLOW)
		rc = refusal(verdict, err);
	return rc;
}
