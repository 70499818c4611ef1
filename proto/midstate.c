/*
 * midstate: see weigh/midstate.h.  EVP hides the chaining value; libcrypto's
 * older SHA256_CTX shows it, and runs the same code (SHA-NI where there is).
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include <weigh/midstate.h>

/* 128 TiB of blob; a ceiling for the buffer, not a limit anyone meets. */
#define LIST_MAX ((size_t)1 << 30)

struct weigh_hasher {
	SHA256_CTX ctx;
	uint64_t size;         /* bytes hashed so far */
	struct weigh_buf list; /* midstates before `size` */
	bool done;             /* final was called */
};

uint64_t
weigh_midstate_count(uint64_t size)
{
	return size == 0 ? 0 : (size - 1) / WEIGH_SEGMENT;
}

uint64_t
weigh_segment_count(uint64_t size)
{
	return weigh_midstate_count(size) + 1;
}

uint64_t
weigh_segment_length(uint64_t size, uint64_t n)
{
	uint64_t last = weigh_midstate_count(size);

	if (n > last)
		return 0;
	return n < last ? WEIGH_SEGMENT : size - last * WEIGH_SEGMENT;
}

static void
store_be32(uint8_t *out, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(v >> (24 - 8 * i));
}

static uint32_t
load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* The chaining value; only between blocks (ctx->num == 0) it says it all. */
static void
chain_store(uint8_t out[WEIGH_MIDSTATE_SIZE], const SHA256_CTX *ctx)
{
	for (size_t i = 0; i < 8; i++)
		store_be32(out + 4 * i, ctx->h[i]);
}

/* A context as it is after `n` segments, where the value is `value`.  The bit
 * count is set too, so that SHA256_Final pads for the whole. */
static void
value_load(SHA256_CTX *ctx, const uint8_t *value, uint64_t n)
{
	const uint64_t bits = n * WEIGH_SEGMENT * 8;

	SHA256_Init(ctx);
	for (size_t i = 0; i < 8; i++)
		ctx->h[i] = load_be32(value + 4 * i);
	ctx->Nl = (uint32_t)bits;
	ctx->Nh = (uint32_t)(bits >> 32);
}

/* The same after the first `n` segments of any blob whose list this is. */
static void
chain_load(SHA256_CTX *ctx, const uint8_t *list, uint64_t n)
{
	if (n == 0)
		SHA256_Init(ctx);
	else
		value_load(ctx, list + (n - 1) * WEIGH_MIDSTATE_SIZE, n);
}

struct weigh_hasher *
weigh_hasher_new(void)
{
	struct weigh_hasher *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	weigh_buf_init(&h->list, LIST_MAX);
	SHA256_Init(&h->ctx);
	return h;
}

void
weigh_hasher_free(struct weigh_hasher *h)
{
	if (h == NULL)
		return;
	weigh_buf_free(&h->list);
	free(h);
}

void
weigh_hasher_reset(struct weigh_hasher *h)
{
	SHA256_Init(&h->ctx);
	h->size = 0;
	h->done = false;
	weigh_buf_reset(&h->list);
}

/* At the start of a segment, when another byte is known to follow: write the
 * chaining value down unless it is there (after a resume). */
static bool
note_midstate(struct weigh_hasher *h)
{
	uint8_t chain[WEIGH_MIDSTATE_SIZE];

	if (h->list.len / WEIGH_MIDSTATE_SIZE == h->size / WEIGH_SEGMENT)
		return true;
	chain_store(chain, &h->ctx);
	return weigh_buf_add(&h->list, chain, sizeof(chain));
}

bool
weigh_hasher_update(struct weigh_hasher *h, const void *data, size_t len)
{
	const uint8_t *p = data;

	if (h->done)
		return false;
	while (len > 0) {
		uint64_t at = h->size % WEIGH_SEGMENT;
		size_t take = len;

		if (at == 0 && !note_midstate(h))
			return false;
		if (take > WEIGH_SEGMENT - at)
			take = (size_t)(WEIGH_SEGMENT - at);
		SHA256_Update(&h->ctx, p, take);
		h->size += take;
		p += take;
		len -= take;
	}
	return true;
}

bool
weigh_hasher_final(struct weigh_hasher *h, struct weigh_oid *oid)
{
	if (h->done || h->list.failed)
		return false;
	h->done = true;
	return SHA256_Final(oid->b, &h->ctx) == 1;
}

const uint8_t *
weigh_hasher_list(const struct weigh_hasher *h, size_t *bytes)
{
	*bytes = (size_t)weigh_midstate_count(h->size) * WEIGH_MIDSTATE_SIZE;
	return (const uint8_t *)h->list.data;
}

bool
weigh_hasher_resume(struct weigh_hasher *h, const uint8_t *list, uint64_t n)
{
	weigh_hasher_reset(h);
	if (n > LIST_MAX / WEIGH_MIDSTATE_SIZE ||
	    !weigh_buf_add(&h->list, list, (size_t)n * WEIGH_MIDSTATE_SIZE))
		return false;
	chain_load(&h->ctx, list, n);
	h->size = n * WEIGH_SEGMENT;
	return true;
}

_Static_assert(sizeof(SHA256_CTX) == sizeof(((struct weigh_chain *)0)->state),
    "weigh_chain.state holds a SHA256_CTX");

void
weigh_chain_begin(struct weigh_chain *c)
{
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	memcpy(c->state, &ctx, sizeof(ctx));
	c->size = 0;
}

void
weigh_chain_resume(struct weigh_chain *c,
    const uint8_t value[WEIGH_MIDSTATE_SIZE], uint64_t n)
{
	SHA256_CTX ctx;

	value_load(&ctx, value, n);
	memcpy(c->state, &ctx, sizeof(ctx));
	c->size = n * WEIGH_SEGMENT;
}

void
weigh_chain_update(struct weigh_chain *c, const void *data, size_t len)
{
	SHA256_CTX ctx;

	memcpy(&ctx, c->state, sizeof(ctx));
	SHA256_Update(&ctx, data, len);
	memcpy(c->state, &ctx, sizeof(ctx));
	c->size += len;
}

bool
weigh_chain_value(const struct weigh_chain *c, uint8_t out[WEIGH_MIDSTATE_SIZE])
{
	SHA256_CTX ctx;

	if (c->size % WEIGH_SEGMENT != 0)
		return false;
	memcpy(&ctx, c->state, sizeof(ctx));
	chain_store(out, &ctx);
	return true;
}

void
weigh_chain_final(struct weigh_chain *c, struct weigh_oid *out)
{
	SHA256_CTX ctx;

	memcpy(&ctx, c->state, sizeof(ctx));
	SHA256_Final(out->b, &ctx);
}

_Static_assert(sizeof(SHA256_CTX) ==
	sizeof(((struct weigh_segment_check *)0)->state),
    "weigh_segment_check.state holds a SHA256_CTX");

void
weigh_segment_begin(struct weigh_segment_check *c, const uint8_t *list,
    uint64_t size, uint64_t n)
{
	SHA256_CTX ctx;

	chain_load(&ctx, list, n);
	memcpy(c->state, &ctx, sizeof(ctx));
	c->n = n;
	c->size = size;
	c->left = weigh_segment_length(size, n);
}

void
weigh_segment_update(struct weigh_segment_check *c, const void *data,
    size_t len)
{
	SHA256_CTX ctx;

	if (len > c->left) {
		c->left = UINT64_MAX; /* too many bytes: never holds */
		return;
	}
	memcpy(&ctx, c->state, sizeof(ctx));
	SHA256_Update(&ctx, data, len);
	memcpy(c->state, &ctx, sizeof(ctx));
	c->left -= len;
}

/* Blocks have gone into the chaining value past libcrypto: count their bytes. */
static void
chain_count(SHA256_CTX *ctx, size_t bytes)
{
	uint64_t bits = ((uint64_t)ctx->Nh << 32 | ctx->Nl) + 8 * bytes;

	ctx->Nl = (uint32_t)bits;
	ctx->Nh = (uint32_t)(bits >> 32);
}

/* The whole blocks of `len` bytes, when both stand between blocks and have so
 * much to come.  How many bytes were taken of each. */
static size_t
take_blocks(weigh_sha256x2 *two, struct weigh_segment_check *a,
    const void *adata, struct weigh_segment_check *b, const void *bdata,
    size_t len)
{
	SHA256_CTX actx, bctx;

	memcpy(&actx, a->state, sizeof(actx));
	memcpy(&bctx, b->state, sizeof(bctx));
	if (len > a->left || len > b->left || actx.num != 0 || bctx.num != 0)
		return 0;
	len -= len % SHA256_CBLOCK;
	two(actx.h, adata, bctx.h, bdata, len / SHA256_CBLOCK);
	chain_count(&actx, len);
	chain_count(&bctx, len);
	memcpy(a->state, &actx, sizeof(actx));
	memcpy(b->state, &bctx, sizeof(bctx));
	a->left -= len;
	b->left -= len;
	return len;
}

void
weigh_segment_update_two(weigh_sha256x2 *two, struct weigh_segment_check *a,
    const void *adata, struct weigh_segment_check *b, const void *bdata,
    size_t len)
{
	size_t done = 0;

	if (two != NULL)
		done = take_blocks(two, a, adata, b, bdata, len);
	weigh_segment_update(a, (const uint8_t *)adata + done, len - done);
	weigh_segment_update(b, (const uint8_t *)bdata + done, len - done);
}

bool
weigh_segment_end(struct weigh_segment_check *c, const uint8_t *list,
    const struct weigh_oid *oid)
{
	uint8_t got[WEIGH_MIDSTATE_SIZE];
	SHA256_CTX ctx;

	if (c->left != 0)
		return false;
	memcpy(&ctx, c->state, sizeof(ctx));
	if (c->n + 1 == weigh_segment_count(c->size)) {
		SHA256_Final(got, &ctx);
		return memcmp(got, oid->b, sizeof(got)) == 0;
	}
	chain_store(got, &ctx);
	return memcmp(got, list + c->n * WEIGH_MIDSTATE_SIZE, sizeof(got)) == 0;
}
