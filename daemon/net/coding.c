/* coding: see coding.h. */
#include <stdlib.h>
#include <zlib.h>

#include "coding.h"

#define GZIP_WINDOW (15 + 16) /* zlib: 32 KiB, and gzip's head and tail */
#define FAST 1                /* the level: JSON shrinks to a tenth by it */
#define MEMORY 8              /* zlib's usual */

struct gunzip {
	z_stream z;
	uint64_t left;  /* bytes that may still come out */
	bool in_member; /* the last member has not ended */
	unsigned char piece[CODING_PIECE];
};

enum weigh_code
gunzip_new(struct gunzip **out, uint64_t max, struct weigh_err *err)
{
	struct gunzip *g = calloc(1, sizeof(*g));

	if (g == NULL || inflateInit2(&g->z, GZIP_WINDOW) != Z_OK) {
		free(g);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	g->left = max;
	g->in_member = true;
	*out = g;
	return WEIGH_OK;
}

void
gunzip_free(struct gunzip *g)
{
	if (g == NULL)
		return;
	inflateEnd(&g->z);
	free(g);
}

/* One call of inflate, at most a piece of output.  *got says how much. */
static enum weigh_code
inflate_piece(struct gunzip *g, size_t *got, struct weigh_err *err)
{
	int rc;

	if (!g->in_member)
		inflateReset(&g->z);
	g->in_member = true;
	g->z.next_out = g->piece;
	g->z.avail_out = sizeof(g->piece);
	rc = inflate(&g->z, Z_NO_FLUSH);
	*got = sizeof(g->piece) - g->z.avail_out;
	if (rc == Z_STREAM_END)
		g->in_member = false;
	else if (rc == Z_MEM_ERROR)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else if (rc != Z_OK && rc != Z_BUF_ERROR)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the body is not gzip as its Content-Encoding says");
	if (*got > g->left)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "the body is larger than allowed");
	g->left -= *got;
	return WEIGH_OK;
}

enum weigh_code
gunzip_feed(struct gunzip *g, const char *data, size_t len,
    enum weigh_code (*give)(void *ctx, const char *data, size_t len,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t got = 1;

	/* zlib does not write to what it reads; its type is older than const. */
	g->z.next_in = (unsigned char *)(uintptr_t)data;
	g->z.avail_in = (unsigned)len;
	/* A full piece may have more behind it although all input is taken. */
	while (rc == WEIGH_OK &&
	    (g->z.avail_in > 0 || (got > 0 && g->in_member))) {
		rc = inflate_piece(g, &got, err);
		if (rc == WEIGH_OK && got > 0)
			rc = give(ctx, (const char *)g->piece, got, err);
	}
	return rc;
}

enum weigh_code
gunzip_end(const struct gunzip *g, struct weigh_err *err)
{
	if (!g->in_member)
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_MALFORMED,
	    "the body ends before its gzip does");
}

bool
gzip_buf(struct weigh_buf *b)
{
	z_stream z = { .next_in = (unsigned char *)b->data };
	struct weigh_buf out;
	bool done;

	weigh_buf_init(&out, b->len + 1);
	if (b->len < 2 || b->len > UINT32_MAX ||
	    weigh_buf_room(&out, b->len - 1) == NULL ||
	    deflateInit2(&z, FAST, Z_DEFLATED, GZIP_WINDOW, MEMORY,
		Z_DEFAULT_STRATEGY) != Z_OK) {
		weigh_buf_free(&out);
		return false;
	}
	z.avail_in = (unsigned)b->len;
	z.next_out = (unsigned char *)out.data;
	z.avail_out = (unsigned)b->len - 1;
	done = deflate(&z, Z_FINISH) == Z_STREAM_END;
	out.len = (size_t)z.total_out;
	deflateEnd(&z);
	if (!done) {
		weigh_buf_free(&out);
		return false;
	}
	out.max = b->max;
	weigh_buf_free(b);
	*b = out;
	return true;
}
