/* ring: bytes between two threads, each in one piece as long as it does not wrap. */
#ifndef OUTBOUND_RING_H
#define OUTBOUND_RING_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct ring {
	char *data;
	size_t size;  /* a power of two */
	size_t first; /* of the oldest byte */
	size_t len;
};

static inline size_t
ring_room(const struct ring *r)
{
	return r->size - r->len;
}

/* Append what fits into ring_room. */
static inline void
ring_put(struct ring *r, const char *data, size_t len)
{
	size_t at = (r->first + r->len) & (r->size - 1);
	size_t head = r->size - at < len ? r->size - at : len;

	memcpy(r->data + at, data, head);
	memcpy(r->data, data + head, len - head);
	r->len += len;
}

/* The oldest bytes, in one piece; they stay until ring_drop. */
static inline size_t
ring_front(const struct ring *r, const char **data)
{
	*data = r->data + r->first;
	return r->size - r->first < r->len ? r->size - r->first : r->len;
}

static inline void
ring_drop(struct ring *r, size_t len)
{
	r->first = (r->first + len) & (r->size - 1);
	r->len -= len;
	if (r->len == 0)
		r->first = 0; /* the same memory again: it is in the cache */
}

#endif
