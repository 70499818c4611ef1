/*
 * gitdelta: a delta of a git pack applied to its base, as git's patch-delta does.
 * In the header, for the fuzz targets link nothing of tests/.
 */
#ifndef TESTS_GITDELTA_H
#define TESTS_GITDELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <weigh/buf.h>

struct gitdelta_in {
	const unsigned char *p;
	size_t left;
};

static inline unsigned
gitdelta_byte(struct gitdelta_in *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->p++;
}

static inline size_t
gitdelta_size(struct gitdelta_in *in)
{
	size_t n = 0;
	unsigned c = 0x80;

	for (unsigned shift = 0; (c & 0x80) != 0; shift += 7) {
		c = gitdelta_byte(in);
		n |= (size_t)(c & 0x7f) << shift;
	}
	return n;
}

static inline size_t
gitdelta_bytes(struct gitdelta_in *in, unsigned which, unsigned count)
{
	size_t n = 0;

	for (unsigned i = 0; i < count; i++)
		if ((which >> i & 1) != 0)
			n |= (size_t)gitdelta_byte(in) << 8 * i;
	return n;
}

/* False when the delta is none, or is not for this base. */
static inline bool
gitdelta_apply(struct weigh_buf *out, const void *base, size_t base_len,
    const void *delta, size_t len)
{
	struct gitdelta_in in = { delta, len };
	size_t size;

	weigh_buf_reset(out);
	if (gitdelta_size(&in) != base_len)
		return false;
	size = gitdelta_size(&in);
	while (in.left > 0) {
		unsigned op = gitdelta_byte(&in);

		if ((op & 0x80) != 0) {
			size_t at = gitdelta_bytes(&in, op, 4);
			size_t n = gitdelta_bytes(&in, op >> 4, 3);

			n = n == 0 ? 0x10000 : n;
			if (at > base_len || n > base_len - at)
				return false;
			weigh_buf_add(out, (const char *)base + at, n);
		} else {
			if (op == 0 || op > in.left)
				return false;
			weigh_buf_add(out, in.p, op);
			in.p += op;
			in.left -= op;
		}
	}
	return !out->failed && out->len == size;
}

#endif
