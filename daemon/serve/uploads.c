/* uploads: see uploads.h. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "uploads.h"

enum part_state {
	PART_NONE,
	PART_COMING,
	PART_HERE
};

struct part {
	enum part_state state;
	uint64_t serial; /* of the request that brought it */
};

struct upload {
	struct upload *next;
	struct weigh_ticket ticket; /* of its first request */
	struct store_writer *writer;
	struct part *parts; /* NULL: in one piece */
	uint64_t nparts;
	uint64_t front; /* so many are in the digest */
	uint64_t here;  /* bytes of parts that are here */
	unsigned coming;
	bool taking; /* somebody takes parts into the digest */
	bool broken; /* and could not */
	bool ending;
	int64_t touched; /* seconds since 1970 */
};

struct uploads {
	struct store *store;
	unsigned open;
	pthread_mutex_t lock;
	pthread_cond_t taken; /* some `taking` has become false */
	struct upload *all;   /* under the lock, as all that is in them */
	unsigned count;
	uint64_t serial;
};

struct upload_part {
	struct uploads *uploads;
	struct upload *upload;
	uint64_t number, offset, length, came;
};

/* --- the list, with the lock held ------------------------------------------------ */

static bool
same(const struct upload *up, const struct weigh_ticket *t)
{
	return up->parts != NULL && up->ticket.size == t->size &&
	    up->ticket.part_size == t->part_size &&
	    weigh_oid_equal(&up->ticket.oid, &t->oid) &&
	    up->ticket.repo.kind == t->repo.kind &&
	    strcmp(up->ticket.repo.name, t->repo.name) == 0 &&
	    strcmp(up->ticket.token, t->token) == 0;
}

static struct upload *
find(struct uploads *u, const struct weigh_ticket *t)
{
	struct upload *up = u->all;

	while (up != NULL && !same(up, t))
		up = up->next;
	return up;
}

static void
take_out(struct uploads *u, struct upload *up)
{
	struct upload **at = &u->all;

	while (*at != NULL && *at != up)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	*at = up->next;
	u->count--;
}

static void
upload_free(struct upload *up)
{
	if (up == NULL)
		return;
	store_abandon(up->writer);
	free(up->parts);
	free(up);
}

/* Room for one more of this token? */
static enum weigh_code
check_room(const struct uploads *u, const char *token, struct weigh_err *err)
{
	const struct upload *up;
	unsigned n = 0;

	for (up = u->all; up != NULL; up = up->next)
		n += strcmp(up->ticket.token, token) == 0;
	if (n < u->open && u->count < UPLOADS_MAX)
		return WEIGH_OK;
	weigh_fail(err, WEIGH_NOT_YET, "%u uploads are open already",
	    n < u->open ? u->count : n);
	weigh_fix(err, "send fewer at a time, or wait until they have ended");
	return WEIGH_NOT_YET;
}

static enum weigh_code
add(struct uploads *u, const struct weigh_ticket *t, struct upload **out,
    struct weigh_err *err)
{
	struct upload *up;
	enum weigh_code rc = check_room(u, t->token, err);

	if (rc != WEIGH_OK)
		return rc;
	if ((up = calloc(1, sizeof(*up))) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	up->ticket = *t;
	up->touched = time(NULL);
	up->next = u->all;
	u->all = up;
	u->count++;
	*out = up;
	return WEIGH_OK;
}

/* The upload of a part: the one there is, or a new one. */
static enum weigh_code
find_or_add(struct uploads *u, const struct weigh_ticket *t,
    struct upload **out, struct weigh_err *err)
{
	struct upload *up = find(u, t);
	enum weigh_code rc;

	*out = up;
	if (up != NULL)
		return WEIGH_OK;
	if ((rc = add(u, t, &up, err)) != WEIGH_OK)
		return rc;
	up->nparts = weigh_lfs_part_count(t->size, t->part_size);
	up->parts = calloc((size_t)up->nparts, sizeof(*up->parts));
	rc = up->parts != NULL ?
	    store_begin(u->store, t->size, &up->writer, err) :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc != WEIGH_OK) {
		take_out(u, up);
		upload_free(up);
		return rc;
	}
	*out = up;
	return WEIGH_OK;
}

/* --- in one piece ------------------------------------------------------------------ */

enum weigh_code
uploads_enter(struct uploads *u, const struct weigh_ticket *t,
    struct upload **out, struct weigh_err *err)
{
	enum weigh_code rc;

	*out = NULL;
	uploads_sweep(u, time(NULL));
	pthread_mutex_lock(&u->lock);
	rc = add(u, t, out, err);
	if (rc == WEIGH_OK)
		(*out)->ending = true; /* it is never swept */
	pthread_mutex_unlock(&u->lock);
	return rc;
}

void
uploads_leave(struct uploads *u, struct upload *up)
{
	if (up == NULL)
		return;
	pthread_mutex_lock(&u->lock);
	take_out(u, up);
	pthread_mutex_unlock(&u->lock);
	upload_free(up);
}

/* --- parts ---------------------------------------------------------------------------- */

/* May part `n` (from 0) be written now?  One that is in the digest already makes
 * that begin again. */
static enum weigh_code
claim(struct upload *up, uint64_t n, struct weigh_err *err)
{
	struct part *part = &up->parts[n];
	enum weigh_code rc = WEIGH_OK;

	if (part->state == PART_COMING || up->ending ||
	    (part->state == PART_HERE && up->taking && n <= up->front))
		return weigh_fail(err, WEIGH_NOT_YET,
		    "another request is at work on part %llu",
		    (unsigned long long)n + 1);
	if (n < up->front) {
		if ((rc = store_take_again(up->writer, err)) != WEIGH_OK)
			return rc;
		up->front = 0;
	}
	if (part->state == PART_HERE)
		up->here -= weigh_lfs_part_length(up->ticket.size,
		    up->ticket.part_size, n + 1);
	part->state = PART_COMING;
	up->coming++;
	up->touched = time(NULL);
	return WEIGH_OK;
}

enum weigh_code
uploads_part_begin(struct uploads *u, const struct weigh_ticket *t,
    struct upload_part **out, struct weigh_err *err)
{
	struct upload_part *p = calloc(1, sizeof(*p));
	enum weigh_code rc;

	*out = NULL;
	if (p == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	p->uploads = u;
	p->number = t->part;
	p->offset = (t->part - 1) * t->part_size;
	p->length = weigh_lfs_part_length(t->size, t->part_size, t->part);
	uploads_sweep(u, time(NULL));
	pthread_mutex_lock(&u->lock);
	rc = find_or_add(u, t, &p->upload, err);
	if (rc == WEIGH_OK)
		rc = claim(p->upload, t->part - 1, err);
	pthread_mutex_unlock(&u->lock);
	if (rc == WEIGH_OK)
		*out = p;
	else
		free(p);
	return rc;
}

enum weigh_code
uploads_part_write(struct upload_part *p, const void *data, size_t len,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if (len > p->length - p->came)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "part %llu has more than its %llu bytes",
		    (unsigned long long)p->number,
		    (unsigned long long)p->length);
	rc = store_place(p->upload->writer, p->offset + p->came, data, len,
	    err);
	if (rc == WEIGH_OK)
		p->came += len;
	return rc;
}

/* Take into the digest what has come without a gap.  The lock is held, and given
 * up while bytes are read. */
static void
take_front(struct uploads *u, struct upload *up)
{
	uint64_t upto;
	enum weigh_code rc = WEIGH_OK;

	if (up->taking)
		return;
	up->taking = true;
	while (rc == WEIGH_OK && up->front < up->nparts &&
	    up->parts[up->front].state == PART_HERE) {
		upto = up->front * up->ticket.part_size +
		    weigh_lfs_part_length(up->ticket.size, up->ticket.part_size,
			up->front + 1);
		pthread_mutex_unlock(&u->lock);
		rc = store_take(up->writer, upto, NULL);
		pthread_mutex_lock(&u->lock);
		if (rc == WEIGH_OK)
			up->front++;
	}
	up->broken = up->broken || rc != WEIGH_OK;
	up->taking = false;
	pthread_cond_broadcast(&u->taken);
}

/* The request is over; `here`: all bytes came. */
static void
part_over(struct upload_part *p, bool here)
{
	struct upload *up = p->upload;
	struct part *part = &up->parts[p->number - 1];

	part->state = here ? PART_HERE : PART_NONE;
	part->serial = ++p->uploads->serial;
	up->touched = time(NULL);
	if (here) {
		up->here += p->length;
		take_front(p->uploads, up);
	}
	up->coming--;
}

static void
print_etag(char etag[WEIGH_LFS_ETAG], uint64_t serial, uint64_t number)
{
	snprintf(etag, WEIGH_LFS_ETAG, "\"%llx-%llu\"",
	    (unsigned long long)serial, (unsigned long long)number);
}

enum weigh_code
uploads_part_end(struct upload_part *p, char etag[WEIGH_LFS_ETAG],
    struct weigh_err *err)
{
	bool here = p->came == p->length;
	enum weigh_code rc = WEIGH_OK;

	if (!here)
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "part %llu has %llu of its %llu bytes",
		    (unsigned long long)p->number, (unsigned long long)p->came,
		    (unsigned long long)p->length);
	pthread_mutex_lock(&p->uploads->lock);
	part_over(p, here);
	print_etag(etag, p->upload->parts[p->number - 1].serial, p->number);
	pthread_mutex_unlock(&p->uploads->lock);
	free(p);
	return rc;
}

void
uploads_part_abandon(struct upload_part *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->uploads->lock);
	part_over(p, false);
	pthread_mutex_unlock(&p->uploads->lock);
	free(p);
}

/* --- the end ---------------------------------------------------------------------------- */

static enum weigh_code
check_parts(const struct upload *up, const struct weigh_lfs_completion *c,
    struct weigh_err *err)
{
	char etag[WEIGH_LFS_ETAG];

	if (c->nparts != up->nparts)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "it has %llu parts, %zu were named",
		    (unsigned long long)up->nparts, c->nparts);
	for (uint64_t i = 0; i < up->nparts; i++) {
		if (up->parts[i].state != PART_HERE)
			return weigh_fail(err, WEIGH_MALFORMED,
			    "part %llu did not come",
			    (unsigned long long)i + 1);
		print_etag(etag, up->parts[i].serial, i + 1);
		if (strcmp(etag, c->parts[i].etag) != 0)
			return weigh_fail(err, WEIGH_MALFORMED,
			    "part %llu is another one",
			    (unsigned long long)i + 1);
	}
	return WEIGH_OK;
}

/* Mark it as ending: from then on it belongs to the caller. */
static enum weigh_code
begin_end(struct uploads *u, const struct weigh_ticket *t,
    const struct weigh_lfs_completion *c, struct upload **out,
    struct weigh_err *err)
{
	struct upload *up = find(u, t);
	enum weigh_code rc;

	if (up == NULL)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "no part of this upload is here");
	if (up->coming > 0 || up->ending)
		return weigh_fail(err, WEIGH_NOT_YET,
		    "parts of this upload are still being worked on");
	rc = check_parts(up, c, err);
	if (rc != WEIGH_OK)
		return rc;
	up->ending = true;
	while (up->taking)
		pthread_cond_wait(&u->taken, &u->lock);
	*out = up;
	return WEIGH_OK;
}

static enum weigh_code
seal(struct upload *up, struct store_blob *blob, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	if (up->broken)
		return weigh_fail(err, WEIGH_IO,
		    "its parts could not be read again");
	if (store_taken(up->writer) < up->ticket.size)
		rc = store_take(up->writer, up->ticket.size, err);
	return rc == WEIGH_OK ?
	    store_seal(up->writer, &up->ticket.oid, blob, err) :
	    rc;
}

enum weigh_code
uploads_finish(struct uploads *u, const struct weigh_ticket *t,
    const struct weigh_lfs_completion *c, struct upload **out,
    struct store_writer **writer, struct store_blob *blob,
    struct weigh_err *err)
{
	struct upload *up = NULL;
	enum weigh_code rc;

	*out = NULL;
	*writer = NULL;
	pthread_mutex_lock(&u->lock);
	rc = begin_end(u, t, c, &up, err);
	pthread_mutex_unlock(&u->lock);
	if (rc != WEIGH_OK)
		return rc;
	rc = seal(up, blob, err);
	if (rc != WEIGH_OK) {
		uploads_leave(u, up);
		return rc;
	}
	/* It stays in the list, without its bytes, until they have their name: a
	 * second request to finish it waits instead of finding nothing. */
	*writer = up->writer;
	up->writer = NULL;
	*out = up;
	return WEIGH_OK;
}

/* --- the whole --------------------------------------------------------------------------- */

void
uploads_sweep(struct uploads *u, int64_t now)
{
	struct upload *gone = NULL, *up, **at;

	pthread_mutex_lock(&u->lock);
	for (at = &u->all; (up = *at) != NULL;) {
		if (up->coming > 0 || up->ending ||
		    now - up->touched < UPLOADS_IDLE) {
			at = &up->next;
			continue;
		}
		*at = up->next;
		u->count--;
		up->next = gone;
		gone = up;
	}
	pthread_mutex_unlock(&u->lock);
	while ((up = gone) != NULL) {
		gone = up->next;
		upload_free(up);
	}
}

void
uploads_count(struct uploads *u, uint64_t *open, uint64_t *bytes)
{
	const struct upload *up;

	*bytes = 0;
	pthread_mutex_lock(&u->lock);
	*open = u->count;
	for (up = u->all; up != NULL; up = up->next)
		*bytes += up->here;
	pthread_mutex_unlock(&u->lock);
}

enum weigh_code
uploads_new(struct uploads **out, struct store *store, unsigned open,
    struct weigh_err *err)
{
	struct uploads *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	u->store = store;
	u->open = open;
	/* So that an ETag of another run is never one of this. */
	u->serial = (uint64_t)time(NULL) << 24;
	pthread_mutex_init(&u->lock, NULL);
	pthread_cond_init(&u->taken, NULL);
	*out = u;
	return WEIGH_OK;
}

void
uploads_free(struct uploads *u)
{
	struct upload *up;

	if (u == NULL)
		return;
	while ((up = u->all) != NULL) {
		u->all = up->next;
		upload_free(up);
	}
	pthread_cond_destroy(&u->taken);
	pthread_mutex_destroy(&u->lock);
	free(u);
}
