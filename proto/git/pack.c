/* pack: git's packs as a stream.  See weigh/gitpack.h. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <zlib.h>

#include <weigh/gitpack.h>

#define PIECE (64u << 10)
#define REF_DELTA 7
/* The fastest: what is sent is read once, and most of it does not shrink. */
#define LEVEL Z_BEST_SPEED

struct weigh_pack {
	weigh_pack_sink *sink;
	void *ctx;
	uint32_t left; /* objects still to come */
	EVP_MD_CTX *sha;
	z_stream z;
	bool deflating; /* z was initialized */
	size_t len;     /* of `piece` */
	unsigned char piece[PIECE];
};

/* --- bytes on their way out -------------------------------------------------- */

static enum weigh_code
send_piece(struct weigh_pack *p, struct weigh_err *err)
{
	size_t len = p->len;

	p->len = 0;
	return len == 0 ? WEIGH_OK :
			  p->sink(p->ctx, (const char *)p->piece, len, err);
}

/* Everything but the last 20 bytes passes here. */
static enum weigh_code
put(struct weigh_pack *p, const void *data, size_t len, struct weigh_err *err)
{
	const char *from = data;
	enum weigh_code rc = WEIGH_OK;

	if (len > 0 && EVP_DigestUpdate(p->sha, data, len) != 1)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	while (rc == WEIGH_OK && len > 0) {
		size_t n = PIECE - p->len < len ? PIECE - p->len : len;

		memcpy(p->piece + p->len, from, n);
		p->len += n;
		from += n;
		len -= n;
		if (p->len == PIECE)
			rc = send_piece(p, err);
	}
	return rc;
}

/* Type and size: four bits of it beside the type, then seven a byte, the lowest
 * first; the highest bit says that more follows. */
static enum weigh_code
put_head(struct weigh_pack *p, unsigned type, size_t len, struct weigh_err *err)
{
	unsigned char head[16];
	size_t n = 0;

	head[n] = (unsigned char)(type << 4 | (len & 15));
	for (len >>= 4; len > 0; len >>= 7) {
		head[n++] |= 0x80;
		head[n] = (unsigned char)(len & 127);
	}
	return put(p, head, n + 1, err);
}

/* zlib counts in unsigned int. */
static enum weigh_code
put_deflated(struct weigh_pack *p, const void *data, size_t len,
    struct weigh_err *err)
{
	unsigned char out[16u << 10];
	enum weigh_code rc = WEIGH_OK;
	int z = Z_OK;

	if (len > UINT_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a git object of %zu bytes", len);
	if (deflateReset(&p->z) != Z_OK)
		return weigh_fail(err, WEIGH_BUG, "zlib does not begin again");
	/* zlib only reads it. */
	memcpy(&p->z.next_in, &data, sizeof(p->z.next_in));
	p->z.avail_in = (unsigned)len;
	while (rc == WEIGH_OK && z != Z_STREAM_END) {
		p->z.next_out = out;
		p->z.avail_out = sizeof(out);
		z = deflate(&p->z, Z_FINISH);
		if (z != Z_OK && z != Z_STREAM_END)
			return weigh_fail(err, WEIGH_BUG,
			    "zlib does not deflate");
		rc = put(p, out, sizeof(out) - p->z.avail_out, err);
	}
	return rc;
}

/* --- the pack ------------------------------------------------------------------ */

static bool
pack_init(struct weigh_pack *p)
{
	p->deflating = deflateInit(&p->z, LEVEL) == Z_OK;
	p->sha = EVP_MD_CTX_new();
	return p->deflating && p->sha != NULL &&
	    EVP_DigestInit_ex(p->sha, EVP_sha1(), NULL) == 1;
}

enum weigh_code
weigh_pack_begin(struct weigh_pack **out, uint32_t objects,
    weigh_pack_sink *sink, void *ctx, struct weigh_err *err)
{
	unsigned char head[12] = { 'P', 'A', 'C', 'K', 0, 0, 0, 2,
		(unsigned char)(objects >> 24), (unsigned char)(objects >> 16),
		(unsigned char)(objects >> 8), (unsigned char)objects };
	struct weigh_pack *p = calloc(1, sizeof(*p));
	enum weigh_code rc;

	if (p == NULL || !pack_init(p)) {
		weigh_pack_free(p);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	p->sink = sink;
	p->ctx = ctx;
	p->left = objects;
	rc = put(p, head, sizeof(head), err);
	if (rc != WEIGH_OK) {
		weigh_pack_free(p);
		return rc;
	}
	*out = p;
	return WEIGH_OK;
}

static enum weigh_code
count_one(struct weigh_pack *p, struct weigh_err *err)
{
	if (p->left == 0)
		return weigh_fail(err, WEIGH_BUG,
		    "more objects than the pack was begun with");
	p->left--;
	return WEIGH_OK;
}

enum weigh_code
weigh_pack_add(struct weigh_pack *p, enum weigh_pack_type type,
    const void *data, size_t len, struct weigh_err *err)
{
	enum weigh_code rc = count_one(p, err);

	if (rc == WEIGH_OK)
		rc = put_head(p, (unsigned)type, len, err);
	if (rc == WEIGH_OK)
		rc = put_deflated(p, data, len, err);
	return rc;
}

enum weigh_code
weigh_pack_add_delta(struct weigh_pack *p, const struct weigh_gitid *base,
    const void *delta, size_t len, struct weigh_err *err)
{
	enum weigh_code rc = count_one(p, err);

	if (rc == WEIGH_OK)
		rc = put_head(p, REF_DELTA, len, err);
	if (rc == WEIGH_OK)
		rc = put(p, base->b, sizeof(base->b), err);
	if (rc == WEIGH_OK)
		rc = put_deflated(p, delta, len, err);
	return rc;
}

enum weigh_code
weigh_pack_end(struct weigh_pack *p, struct weigh_err *err)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	enum weigh_code rc;

	if (p->left != 0)
		return weigh_fail(err, WEIGH_BUG,
		    "fewer objects than the pack was begun with");
	if (EVP_DigestFinal_ex(p->sha, sum, NULL) != 1)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = send_piece(p, err);
	if (rc == WEIGH_OK)
		rc = p->sink(p->ctx, (const char *)sum, WEIGH_GITID_SIZE, err);
	return rc;
}

void
weigh_pack_free(struct weigh_pack *p)
{
	if (p == NULL)
		return;
	if (p->deflating)
		deflateEnd(&p->z);
	EVP_MD_CTX_free(p->sha);
	free(p);
}
