/* flow: see flow.h.  What has arrived, and who waits; sending is flow_send.c's. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/runs.h"
#include "flow.h"
#include "loop.h"
#include "priv.h"

struct flow {
	int fd;
	uint64_t size, held;

	/* Held while the feeder is called; taken before `lock`, never inside it. */
	pthread_mutex_t feeding;
	struct flow_feeder feeder;

	pthread_mutex_t lock; /* what follows */
	unsigned holders;     /* its maker, and who will read or reads it */
	unsigned pins;        /* pieces of its file in outputs */
	struct runs arrived;
	bool whole, failed;
	struct weigh_err err; /* of `failed` */
	uint64_t told;        /* the feeder knows that this byte is wanted */
	struct flow_reader *readers;
};

enum weigh_code
flow_new(struct flow **out, int fd, uint64_t size, uint64_t held,
    const struct flow_feeder *feeder, struct weigh_err *err)
{
	struct flow *f = calloc(1, sizeof(*f));

	*out = f;
	if (f == NULL) {
		close(fd);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	f->fd = fd;
	f->size = size;
	f->held = held < size ? held : size;
	f->feeder = *feeder;
	f->holders = 1;
	f->told = UINT64_MAX;
	pthread_mutex_init(&f->feeding, NULL);
	pthread_mutex_init(&f->lock, NULL);
	return WEIGH_OK;
}

/* --- who holds it -------------------------------------------------------- */

static void
flow_free(struct flow *f)
{
	close(f->fd);
	runs_free(&f->arrived);
	pthread_mutex_destroy(&f->lock);
	pthread_mutex_destroy(&f->feeding);
	free(f);
}

static void
tell_readers(struct flow *f, unsigned holders)
{
	if (f->feeder.readers != NULL && holders > 0)
		f->feeder.readers(f->feeder.ctx, holders - 1);
}

struct flow *
flow_hold(struct flow *f)
{
	pthread_mutex_lock(&f->lock);
	f->holders++;
	pthread_mutex_unlock(&f->lock);
	return f;
}

void
flow_drop(struct flow *f)
{
	unsigned holders;
	bool last;

	if (f == NULL)
		return;
	pthread_mutex_lock(&f->feeding);
	pthread_mutex_lock(&f->lock);
	f->pins++; /* until we are through */
	holders = --f->holders;
	pthread_mutex_unlock(&f->lock);
	tell_readers(f, holders);
	pthread_mutex_unlock(&f->feeding);
	pthread_mutex_lock(&f->lock);
	last = --f->pins == 0 && f->holders == 0;
	pthread_mutex_unlock(&f->lock);
	if (last)
		flow_free(f);
}

int
flow_pin(struct flow *f)
{
	pthread_mutex_lock(&f->lock);
	f->pins++;
	pthread_mutex_unlock(&f->lock);
	return f->fd;
}

void
flow_unpin(struct flow *f)
{
	bool last;

	pthread_mutex_lock(&f->lock);
	last = --f->pins == 0 && f->holders == 0;
	pthread_mutex_unlock(&f->lock);
	if (last)
		flow_free(f);
}

unsigned
flow_readers(struct flow *f)
{
	unsigned holders;

	pthread_mutex_lock(&f->lock);
	holders = f->holders;
	pthread_mutex_unlock(&f->lock);
	return holders > 0 ? holders - 1 : 0;
}

void
flow_unfeed(struct flow *f)
{
	pthread_mutex_lock(&f->feeding);
	f->feeder = (struct flow_feeder){ NULL, NULL, NULL };
	pthread_mutex_unlock(&f->feeding);
}

/* --- what has arrived ---------------------------------------------------- */

/* Bytes that this reader may have now (1).  With the lock held. */
static uint64_t
ready(const struct flow *f, const struct flow_reader *r)
{
	uint64_t end = runs_end(&f->arrived, r->at);
	const uint64_t open = f->whole ? f->size : f->size - f->held;

	if (end > open)
		end = open;
	if (end > r->end)
		end = r->end;
	return end > r->at ? end - r->at : 0;
}

/* Visit those for whom there is something now.  With the lock held. */
static void
wake(struct flow *f)
{
	struct flow_reader *r;

	for (r = f->readers; r != NULL; r = r->next) {
		if (r->posted || !(f->failed || (r->waits && ready(f, r) > 0)))
			continue;
		r->posted = true;
		loop_post(r->visit.home, &r->visit);
	}
}

void
flow_arrived(struct flow *f, uint64_t first, uint64_t len)
{
	pthread_mutex_lock(&f->lock);
	if (!runs_add(&f->arrived, first, first + len) && !f->failed) {
		f->failed = true;
		weigh_fail(&f->err, WEIGH_NOMEM, "out of memory");
	}
	wake(f);
	pthread_mutex_unlock(&f->lock);
}

void
flow_whole(struct flow *f)
{
	pthread_mutex_lock(&f->lock);
	if (runs_add(&f->arrived, 0, f->size))
		f->whole = true;
	wake(f);
	pthread_mutex_unlock(&f->lock);
}

void
flow_failed(struct flow *f, const struct weigh_err *err)
{
	pthread_mutex_lock(&f->lock);
	if (!f->failed)
		f->err = *err;
	if (f->err.code == WEIGH_OK)
		weigh_fail(&f->err, WEIGH_CANCELED, "it was not brought here");
	f->failed = true;
	wake(f);
	pthread_mutex_unlock(&f->lock);
}

unsigned
flow_waits(struct flow *f, uint64_t *offsets, unsigned most)
{
	const struct flow_reader *r;
	unsigned n = 0, i;

	pthread_mutex_lock(&f->lock);
	for (r = f->readers; r != NULL && n < most; r = r->next) {
		if (!r->waits || r->at == r->end ||
		    runs_end(&f->arrived, r->at) > r->at)
			continue;
		for (i = 0; i < n && offsets[i] != r->at; i++)
			;
		offsets[i] = r->at;
		n += i == n;
	}
	pthread_mutex_unlock(&f->lock);
	return n;
}

/* --- one reader ---------------------------------------------------------- */

enum weigh_code
flow_join(struct flow_reader *r, struct weigh_err *err)
{
	struct flow *f = r->flow;
	enum weigh_code rc = WEIGH_OK;

	pthread_mutex_lock(&f->lock);
	if (f->failed) {
		*err = f->err;
		rc = f->err.code;
	} else {
		r->next = f->readers;
		f->readers = r;
	}
	pthread_mutex_unlock(&f->lock);
	return rc;
}

/* The byte at `offset` is not there: (4). */
static void
tell_wanted(struct flow *f, uint64_t offset)
{
	pthread_mutex_lock(&f->feeding);
	if (f->feeder.wanted != NULL)
		f->feeder.wanted(f->feeder.ctx, offset);
	pthread_mutex_unlock(&f->feeding);
}

enum weigh_code
flow_ready(struct flow_reader *r, uint64_t *bytes, struct weigh_err *err)
{
	struct flow *f = r->flow;
	enum weigh_code rc = WEIGH_OK;
	bool wanted;

	pthread_mutex_lock(&f->lock);
	if (f->failed) {
		*err = f->err;
		rc = f->err.code;
	}
	*bytes = ready(f, r);
	r->waits = *bytes == 0;
	wanted = rc == WEIGH_OK && r->waits && r->at < r->end &&
	    f->told != r->at && runs_end(&f->arrived, r->at) == r->at;
	if (wanted)
		f->told = r->at;
	pthread_mutex_unlock(&f->lock);
	if (wanted)
		tell_wanted(f, r->at);
	return rc;
}

void
flow_visited(struct flow_reader *r)
{
	pthread_mutex_lock(&r->flow->lock);
	r->posted = false;
	pthread_mutex_unlock(&r->flow->lock);
}

bool
flow_leave(struct flow_reader *r)
{
	struct flow *f = r->flow;
	struct flow_reader **at;
	bool posted;

	pthread_mutex_lock(&f->lock);
	for (at = &f->readers; *at != NULL && *at != r;)
		at = &(*at)->next;
	if (*at == r)
		*at = r->next;
	posted = r->posted;
	pthread_mutex_unlock(&f->lock);
	return posted;
}
