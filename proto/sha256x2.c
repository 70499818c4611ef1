/*
 * sha256x2: see weigh/sha256x2.h.  FIPS 180-4 (SHA-256), and "Intel SHA
 * Extensions" (Intel 64 and IA-32 Architectures Software Developer's Manual,
 * volume 2, SHA256RNDS2, SHA256MSG1 and SHA256MSG2) for what they compute.
 *
 * The instructions want the eight working variables in two registers, as
 * A B E F and C D G H, highest first; SHA256RNDS2 does two rounds and answers
 * the new A B E F, the old one being the new C D G H.  Four words of the message
 * schedule lie in one register; four registers hold the sixteen that count.
 */
#include <weigh/sha256x2.h>

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

/* For these functions only; whether they may run is asked of the processor. */
#define SHA_CODE __attribute__((target("sha,sse4.1")))
#define INLINE static inline __attribute__((always_inline)) SHA_CODE

/* FIPS 180-4, 4.2.2. */
static const uint32_t round_constants[64] = { 0x428a2f98, 0x71374491,
	0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d,
	0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb,
	0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
	0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb,
	0xbef9a3f7, 0xc67178f2 };

/* One chain on its way through a block. */
struct chain {
	__m128i abef, cdgh;
	__m128i w[4]; /* sixteen words of the message schedule */
};

INLINE __m128i
load(const void *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

INLINE void
store(void *p, __m128i v)
{
	_mm_storeu_si128((__m128i *)p, v);
}

/* H0…H3 and H4…H7, lowest first, to ABEF and CDGH. */
INLINE void
chain_load(struct chain *c, const uint32_t h[8])
{
	__m128i abcd = load(h);
	__m128i efgh = load(h + 4);

	abcd = _mm_shuffle_epi32(abcd, _MM_SHUFFLE(2, 3, 0, 1)); /* B A D C */
	efgh = _mm_shuffle_epi32(efgh, _MM_SHUFFLE(0, 1, 2, 3)); /* H G F E */
	c->abef = _mm_alignr_epi8(abcd, efgh, 8);
	c->cdgh = _mm_blend_epi16(efgh, abcd, 0xf0);
}

INLINE void
chain_store(const struct chain *c, uint32_t h[8])
{
	__m128i feba = _mm_shuffle_epi32(c->abef, _MM_SHUFFLE(0, 1, 2, 3));
	__m128i dchg = _mm_shuffle_epi32(c->cdgh, _MM_SHUFFLE(2, 3, 0, 1));

	store(h, _mm_blend_epi16(feba, dchg, 0xf0));
	store(h + 4, _mm_alignr_epi8(dchg, feba, 8));
}

/* Rounds t to t + 3, whose words are in w[i], i = t / 4 % 4. */
INLINE void
chain_rounds(struct chain *c, int i, const uint32_t *k)
{
	__m128i wk = _mm_add_epi32(c->w[i], load(k));

	c->cdgh = _mm_sha256rnds2_epu32(c->cdgh, c->abef, wk);
	wk = _mm_shuffle_epi32(wk, _MM_SHUFFLE(1, 0, 3, 2));
	c->abef = _mm_sha256rnds2_epu32(c->abef, c->cdgh, wk);
}

/* Four words of the block, big-endian, and their rounds. */
INLINE void
chain_begin(struct chain *c, const uint8_t *block, int i, const uint32_t *k)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b,
	    0x0405060700010203);

	c->w[i] = _mm_shuffle_epi8(load(block + 16 * i), swap);
	chain_rounds(c, i, k);
}

/* The next four words of the schedule, in the place of those 16 before, and
 * their rounds. */
INLINE void
chain_go_on(struct chain *c, int i, const uint32_t *k)
{
	const __m128i *w = c->w, last = w[(i + 3) % 4];
	__m128i seven = _mm_alignr_epi8(last, w[(i + 2) % 4], 4);
	__m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[i], w[(i + 1) % 4]),
	    seven);

	c->w[i] = _mm_sha256msg2_epu32(sum, last);
	chain_rounds(c, i, k);
}

/* The order of the steps is that in which gcc and clang both keep nearly all of
 * it in the sixteen registers there are. */
INLINE void
both_begin(struct chain *a, const uint8_t *ap, struct chain *b,
    const uint8_t *bp, int i)
{
	chain_begin(a, ap, i, round_constants + 4 * i);
	chain_begin(b, bp, i, round_constants + 4 * i);
}

INLINE void
both_go_on(struct chain *a, struct chain *b, int i, const uint32_t *k)
{
	chain_go_on(a, i, k + 4 * i);
	chain_go_on(b, i, k + 4 * i);
}

INLINE void
both_block(struct chain *a, const uint8_t *ap, struct chain *b,
    const uint8_t *bp)
{
	const __m128i abef_a = a->abef, cdgh_a = a->cdgh;
	const __m128i abef_b = b->abef, cdgh_b = b->cdgh;

	both_begin(a, ap, b, bp, 0);
	both_begin(a, ap, b, bp, 1);
	both_begin(a, ap, b, bp, 2);
	both_begin(a, ap, b, bp, 3);
	for (int t = 16; t < 64; t += 16) {
		both_go_on(a, b, 0, round_constants + t);
		both_go_on(a, b, 1, round_constants + t);
		both_go_on(a, b, 2, round_constants + t);
		both_go_on(a, b, 3, round_constants + t);
	}
	a->abef = _mm_add_epi32(a->abef, abef_a);
	a->cdgh = _mm_add_epi32(a->cdgh, cdgh_a);
	b->abef = _mm_add_epi32(b->abef, abef_b);
	b->cdgh = _mm_add_epi32(b->cdgh, cdgh_b);
}

SHA_CODE static void
compress_two(uint32_t a[8], const void *adata, uint32_t b[8], const void *bdata,
    size_t blocks)
{
	const uint8_t *ap = adata, *bp = bdata;
	struct chain ca, cb;

	chain_load(&ca, a);
	chain_load(&cb, b);
	for (; blocks > 0; blocks--, ap += 64, bp += 64)
		both_block(&ca, ap, &cb, bp);
	chain_store(&ca, a);
	chain_store(&cb, b);
}

/* SSSE3 and SSE4.1 beside SHA: no processor has one without the other, but the
 * mask of a virtual machine may.  They need nothing of the kernel but SSE, which
 * is always there. */
weigh_sha256x2 *
weigh_sha256x2_find(void)
{
	unsigned ax, bx, cx, dx;

	if (!__get_cpuid(1, &ax, &bx, &cx, &dx) || (cx & bit_SSSE3) == 0 ||
	    (cx & bit_SSE4_1) == 0 ||
	    !__get_cpuid_count(7, 0, &ax, &bx, &cx, &dx) || (bx & bit_SHA) == 0)
		return NULL;
	return compress_two;
}

#else

weigh_sha256x2 *
weigh_sha256x2_find(void)
{
	return NULL;
}

#endif
