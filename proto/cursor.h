/*
 * cursor: bytes that can only be taken from the front, so that reading past
 * their end is hard to write.  Every take_… leaves the cursor where it was when
 * it answers false.  Private to proto/.
 */
#ifndef PROTO_CURSOR_H
#define PROTO_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <weigh/oid.h>

struct cursor {
	const char *p;
	size_t len;
};

static inline void
cursor_skip(struct cursor *c, size_t n)
{
	c->p += n;
	c->len -= n;
}

static inline bool
take_text(struct cursor *c, const char *text)
{
	size_t n = strlen(text);

	if (c->len < n || memcmp(c->p, text, n) != 0)
		return false;
	cursor_skip(c, n);
	return true;
}

static inline bool
take_oid(struct cursor *c, struct weigh_oid *out)
{
	if (c->len < WEIGH_OID_HEX ||
	    !weigh_oid_parse(out, c->p, WEIGH_OID_HEX))
		return false;
	cursor_skip(c, WEIGH_OID_HEX);
	return true;
}

static inline bool
take_gitid(struct cursor *c, struct weigh_gitid *out)
{
	if (c->len < WEIGH_GITID_HEX ||
	    !weigh_gitid_parse(out, c->p, WEIGH_GITID_HEX))
		return false;
	cursor_skip(c, WEIGH_GITID_HEX);
	return true;
}

/* Decimal without sign or leading zero, at most 2^63 - 1. */
static inline bool
take_u63(struct cursor *c, uint64_t *out)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < c->len && c->p[i] >= '0' && c->p[i] <= '9'; i++) {
		uint64_t digit = (uint64_t)(c->p[i] - '0');

		if (n > ((uint64_t)INT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	if (i == 0 || (i > 1 && c->p[0] == '0'))
		return false;
	*out = n;
	cursor_skip(c, i);
	return true;
}

#endif
