/*
 * store: the digest of a part.  A chain runs through the segments in order and hashes
 * what is there, from memory where the bytes just came.  Where somebody told a list,
 * each segment is checked alone as it fills: one that begins and ends where the list
 * says needs no second hashing once the chain has come to it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "store/part.h"

/* The chain goes no further than here; the last segment is hashed when all is there. */
static uint64_t
chain_end(const struct store_part *p)
{
	return part_segment_first(p->count - 1);
}

void
part_chain_at(struct store_part *p, uint64_t n)
{
	if (n == 0)
		weigh_chain_begin(&p->chain);
	else
		weigh_chain_resume(&p->chain,
		    p->values + (n - 1) * WEIGH_MIDSTATE_SIZE, n);
}

void
part_lock_chain(struct store_part *p)
{
	pthread_mutex_lock(&p->lock);
	while (p->hashing)
		pthread_cond_wait(&p->idle, &p->lock);
	p->hashing = true;
}

static void
end_hashing(struct store_part *p)
{
	p->hashing = false;
	pthread_cond_broadcast(&p->idle);
}

void
part_unlock_chain(struct store_part *p)
{
	end_hashing(p);
	pthread_mutex_unlock(&p->lock);
}

/* --- one segment against a list ------------------------------------------ */

static enum weigh_code
refuse_segment(struct store_part *p, uint64_t n, struct weigh_err *err)
{
	part_free_segment(p, n);
	return weigh_fail(err, WEIGH_MISMATCH,
	    "segment %llu of %llu does not hold", (unsigned long long)(n + 1),
	    (unsigned long long)p->count);
}

/* A check for the segment if its first bytes come now, and there is a list. */
static struct weigh_segment_check *
check_at(struct store_part *p, uint64_t n, uint64_t offset)
{
	struct segment *s = &p->segments[n];
	struct weigh_segment_check *c = NULL;
	const uint64_t at = offset - part_segment_first(n);

	pthread_mutex_lock(&p->lock);
	if (p->list != NULL && at == 0 && s->check == NULL &&
	    (s->check = malloc(sizeof(*s->check))) != NULL)
		weigh_segment_begin(s->check, p->list, p->size, n);
	if (s->check != NULL &&
	    s->check->left == weigh_segment_length(p->size, n) - at) {
		c = s->check; /* ours until its bytes are in */
		s->check = NULL;
	}
	pthread_mutex_unlock(&p->lock);
	return c;
}

void
part_check_placed(struct store_part *p, uint64_t n, uint64_t offset,
    const void *data, size_t len)
{
	struct weigh_segment_check *c = check_at(p, n, offset);
	struct segment *s = &p->segments[n];

	if (c == NULL)
		return;
	weigh_segment_update(c, data, len);
	pthread_mutex_lock(&p->lock);
	if (s->check == NULL && p->list != NULL) {
		s->check = c;
		c = NULL;
	}
	pthread_mutex_unlock(&p->lock);
	free(c);
}

enum weigh_code
part_check_filled(struct store_part *p, uint64_t n, struct weigh_err *err)
{
	struct segment *s = &p->segments[n];
	enum weigh_code rc = WEIGH_OK;

	pthread_mutex_lock(&p->lock);
	if (p->list != NULL && s->check != NULL && s->check->left == 0) {
		s->checked = weigh_segment_end(s->check, p->list, &p->oid);
		if (!s->checked)
			rc = refuse_segment(p, n, err);
	}
	free(s->check);
	s->check = NULL;
	pthread_mutex_unlock(&p->lock);
	return rc;
}

/* What was checked by it counts no more, unless the chain has passed. */
static void
forget_list(struct store_part *p)
{
	for (uint64_t n = 0; n < p->count; n++) {
		free(p->segments[n].check);
		p->segments[n].check = NULL;
		p->segments[n].checked = false;
	}
	free(p->list);
	p->list = NULL;
}

enum weigh_code
store_part_list(struct store_part *p, const uint8_t *list, size_t count,
    struct weigh_err *err)
{
	const size_t bytes = count * WEIGH_MIDSTATE_SIZE;
	uint8_t *copy = NULL;
	enum weigh_code rc = WEIGH_OK;
	size_t known;

	if (list != NULL && count != p->count - 1)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a list of %zu values, not %llu", count,
		    (unsigned long long)(p->count - 1));
	if (list != NULL && (copy = malloc(bytes + 1)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (copy != NULL)
		memcpy(copy, list, bytes);
	part_lock_chain(p);
	known = (size_t)(p->chain.size / WEIGH_SEGMENT) * WEIGH_MIDSTATE_SIZE;
	if (copy != NULL && memcmp(copy, p->values, known) != 0) {
		rc = weigh_fail(err, WEIGH_MISMATCH,
		    "the list is not that of the bytes held");
	} else {
		forget_list(p);
		p->list = copy;
		copy = NULL;
	}
	part_unlock_chain(p);
	free(copy);
	return rc;
}

/* --- the chain ----------------------------------------------------------- */

/* The chain has come to the end of segment `n`, where its value is this one. */
static enum weigh_code
note_value(struct store_part *p, uint64_t n,
    const uint8_t value[WEIGH_MIDSTATE_SIZE], struct weigh_err *err)
{
	memcpy(p->values + n * WEIGH_MIDSTATE_SIZE, value, WEIGH_MIDSTATE_SIZE);
	p->segments[n].flags |= PART_CHAINED;
	return part_map_note(p, n, err);
}

/* The chain went on; with the lock held. */
static enum weigh_code
settle_chain(struct store_part *p, struct weigh_err *err)
{
	const uint64_t n = p->chain.size / WEIGH_SEGMENT - 1;
	uint8_t value[WEIGH_MIDSTATE_SIZE];

	if (p->chain.size == 0 || !weigh_chain_value(&p->chain, value))
		return WEIGH_OK;
	if (p->list != NULL &&
	    memcmp(p->list + n * WEIGH_MIDSTATE_SIZE, value, sizeof(value)) !=
		0) {
		part_chain_at(p, n);
		return refuse_segment(p, n, err);
	}
	return note_value(p, n, value, err);
}

enum weigh_code
part_hash_placed(struct store_part *p, uint64_t offset, const void *data,
    size_t len, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	bool ours;

	pthread_mutex_lock(&p->lock);
	/* With a list a segment is hashed by its own check, but one that the chain
	 * was in before there was a list. */
	ours = !p->hashing && p->chain.size == offset &&
	    offset + len <= chain_end(p) &&
	    (p->list == NULL || offset % WEIGH_SEGMENT != 0);
	if (ours)
		p->hashing = true;
	pthread_mutex_unlock(&p->lock);
	if (!ours)
		return WEIGH_OK;
	weigh_chain_update(&p->chain, data, len);
	pthread_mutex_lock(&p->lock);
	rc = settle_chain(p, err);
	end_hashing(p);
	pthread_mutex_unlock(&p->lock);
	return rc;
}

static enum weigh_code
hash_back(struct store_part *p, uint64_t from, uint64_t end,
    struct weigh_err *err)
{
	uint8_t *buffer = malloc(STORE_BUFFER);
	enum weigh_code rc = WEIGH_OK;

	if (buffer == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	while (rc == WEIGH_OK && from < end) {
		size_t len = STORE_BUFFER;

		if (end - from < len)
			len = (size_t)(end - from);
		rc = fd_pread_all(p->fd, buffer, len, from, err);
		if (rc == WEIGH_OK)
			weigh_chain_update(&p->chain, buffer, len);
		from += len;
	}
	free(buffer);
	return rc;
}

/* Segments that were checked against the list: its values are the chain's, which
 * agreed with it so far. */
static enum weigh_code
adopt(struct store_part *p, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	while (rc == WEIGH_OK && p->list != NULL &&
	    p->chain.size < chain_end(p) &&
	    p->chain.size % WEIGH_SEGMENT == 0) {
		const uint64_t n = p->chain.size / WEIGH_SEGMENT;

		if (!p->segments[n].checked)
			break;
		rc = note_value(p, n, p->list + n * WEIGH_MIDSTATE_SIZE, err);
		part_chain_at(p, n + 1);
	}
	return rc;
}

/* How far the chain can go in one piece, from where it is. */
static uint64_t
reach(const struct store_part *p)
{
	const uint64_t at = p->chain.size,
		       next = at - at % WEIGH_SEGMENT + WEIGH_SEGMENT;
	const uint64_t run = runs_end(&p->held, at);

	if (at >= chain_end(p))
		return at;
	if (p->list != NULL && at % WEIGH_SEGMENT == 0 && run < next)
		return at; /* its own check may do it */
	return run < next ? run : next;
}

enum weigh_code
part_hash_on(struct store_part *p, struct weigh_err *err)
{
	enum weigh_code rc;
	uint64_t at, end;

	while ((rc = adopt(p, err)) == WEIGH_OK &&
	    (end = reach(p)) > (at = p->chain.size)) {
		pthread_mutex_unlock(&p->lock);
		rc = hash_back(p, at, end, err);
		pthread_mutex_lock(&p->lock);
		if (rc != WEIGH_OK)
			part_chain_at(p, at / WEIGH_SEGMENT);
		else
			rc = settle_chain(p, err);
		if (rc != WEIGH_OK)
			break;
	}
	return rc;
}

enum weigh_code
store_part_take(struct store_part *p, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	pthread_mutex_lock(&p->lock);
	if (!p->hashing) {
		p->hashing = true;
		rc = part_hash_on(p, err);
		end_hashing(p);
	}
	pthread_mutex_unlock(&p->lock);
	if (rc == WEIGH_OK && part_wants_sync(p))
		rc = part_sync(p, err);
	return rc;
}
