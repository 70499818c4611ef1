/* Tests of proto/sha256x2.c and of two segments checked at once; the numbers are
 * those of include/weigh/sha256x2.h.  On a processor without a kernel the first
 * half is skipped and the second runs on libcrypto alone. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/sha.h>

#include <weigh/midstate.h>
#include <weigh/sha256x2.h>

#include "check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SEG ((size_t)WEIGH_SEGMENT)
#define BYTES (3 * SEG + 100)

static uint8_t *bytes; /* BYTES of them, always the same */
static uint32_t seed = 2463534242;

/* xorshift32 (Marsaglia 2003) */
static uint32_t
next_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static int
make_bytes(void **state)
{
	(void)state;
	if ((bytes = malloc(BYTES)) == NULL)
		return -1;
	for (size_t i = 0; i < BYTES; i++)
		bytes[i] = (uint8_t)(next_number() >> 11);
	return 0;
}

static int
free_bytes(void **state)
{
	(void)state;
	free(bytes);
	return 0;
}

/* --- the kernel ----------------------------------------------------------- */

/* FIPS 180-4, 5.3.3. */
static void
initial_value(uint32_t h[8])
{
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	for (size_t i = 0; i < 8; i++)
		h[i] = ctx.h[i];
}

/* What libcrypto makes of it. */
static void
compress_by_libcrypto(uint32_t h[8], const uint8_t *data, size_t blocks)
{
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	for (size_t i = 0; i < 8; i++)
		ctx.h[i] = h[i];
	SHA256_Update(&ctx, data, 64 * blocks);
	for (size_t i = 0; i < 8; i++)
		h[i] = ctx.h[i];
}

/* "abc" and the two-block message of FIPS 180-4's examples, padded by hand: a
 * known answer that needs no second implementation. */
static void
test_known_answers(void **state)
{
	static const uint32_t abc[8] = { 0xba7816bf, 0x8f01cfea, 0x414140de,
		0x5dae2223, 0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad };
	static const uint32_t none[8] = { 0xe3b0c442, 0x98fc1c14, 0x9afbf4c8,
		0x996fb924, 0x27ae41e4, 0x649b934c, 0xa495991b, 0x7852b855 };
	uint8_t padded_abc[64] = { 'a', 'b', 'c', 0x80, [63] = 24 };
	uint8_t padded_none[64] = { 0x80 };
	weigh_sha256x2 *two = weigh_sha256x2_find();
	uint32_t a[8], b[8];

	(void)state;
	if (two == NULL)
		skip();
	initial_value(a);
	initial_value(b);
	two(a, padded_abc, b, padded_none, 1);
	check_bytes("abc", a, sizeof(a), abc, sizeof(abc));
	check_bytes("nothing", b, sizeof(b), none, sizeof(none));
}

/* (1): any value, any data, at any address; in each place as in the other. */
static void
test_as_libcrypto(void **state)
{
	weigh_sha256x2 *two = weigh_sha256x2_find();
	uint32_t a[8], b[8], want_a[8], want_b[8];
	char label[64];

	(void)state;
	if (two == NULL)
		skip();
	for (unsigned round = 0; round < 4000; round++) {
		size_t blocks = next_number() % (round % 100 == 0 ? 5000 : 9);
		const uint8_t *p = bytes + next_number() % SEG;
		const uint8_t *q = bytes + next_number() % SEG;

		for (size_t i = 0; i < 8; i++) {
			want_a[i] = a[i] = next_number();
			want_b[i] = b[i] = next_number();
		}
		compress_by_libcrypto(want_a, p, blocks);
		compress_by_libcrypto(want_b, q, blocks);
		two(a, p, b, q, blocks);
		snprintf(label, sizeof(label), "round %u, %zu blocks", round,
		    blocks);
		check_bytes(label, a, sizeof(a), want_a, sizeof(want_a));
		check_bytes(label, b, sizeof(b), want_b, sizeof(want_b));
	}
}

/* A block with one bit set, each bit in turn: no word of the message and no
 * round goes missing. */
static void
test_each_bit(void **state)
{
	weigh_sha256x2 *two = weigh_sha256x2_find();
	uint32_t a[8], b[8], want_a[8], want_b[8];
	uint8_t block[64], zeros[64] = { 0 };
	char label[64];

	(void)state;
	if (two == NULL)
		skip();
	for (unsigned bit = 0; bit < 512; bit++) {
		memset(block, 0, sizeof(block));
		block[bit / 8] = (uint8_t)(1u << bit % 8);
		initial_value(a);
		initial_value(b);
		initial_value(want_a);
		initial_value(want_b);
		compress_by_libcrypto(want_a, block, 1);
		compress_by_libcrypto(want_b, zeros, 1);
		two(a, block, b, zeros, 1);
		snprintf(label, sizeof(label), "bit %u", bit);
		check_bytes(label, a, sizeof(a), want_a, sizeof(want_a));
		check_bytes(label, b, sizeof(b), want_b, sizeof(want_b));
	}
}

/* --- two segments at once ------------------------------------------------- */

/* A blob of three whole segments and a short one, its list and its name. */
struct blob {
	struct weigh_hasher *hasher;
	struct weigh_oid oid;
	const uint8_t *list;
};

static void
blob_init(struct blob *b)
{
	size_t n;

	b->hasher = weigh_hasher_new();
	check_true("memory", b->hasher != NULL);
	check_true("hashed", weigh_hasher_update(b->hasher, bytes, BYTES));
	check_true("hashed", weigh_hasher_final(b->hasher, &b->oid));
	b->list = weigh_hasher_list(b->hasher, &n);
	check_u64("entries", n, 3 * WEIGH_MIDSTATE_SIZE);
}

/* Check segments `m` and `n` side by side in pieces of `piece` bytes; what the
 * longer has more goes alone. */
static void
check_both(const struct blob *b, weigh_sha256x2 *two, uint64_t m, uint64_t n,
    size_t piece, bool holds[2])
{
	struct weigh_segment_check c[2];
	const uint8_t *at[2] = { bytes + m * SEG, bytes + n * SEG };

	weigh_segment_begin(&c[0], b->list, BYTES, m);
	weigh_segment_begin(&c[1], b->list, BYTES, n);
	while (c[0].left > 0 && c[1].left > 0) {
		size_t len = piece;

		len = len > c[0].left ? (size_t)c[0].left : len;
		len = len > c[1].left ? (size_t)c[1].left : len;
		weigh_segment_update_two(two, &c[0], at[0], &c[1], at[1], len);
		at[0] += len;
		at[1] += len;
	}
	for (int i = 0; i < 2; i++) {
		weigh_segment_update(&c[i], at[i], (size_t)c[i].left);
		holds[i] = weigh_segment_end(&c[i], b->list, &b->oid);
	}
}

static const struct {
	const char *label;
	uint64_t m, n;
	size_t piece;
} pairs[] = {
	{ "neighbors", 0, 1, 256 << 10 },
	{ "the other way round", 2, 1, 1 << 20 },
	{ "one with itself", 1, 1, 64 << 10 },
	{ "the short last one second", 2, 3, 256 << 10 },
	{ "the short last one first", 3, 0, 256 << 10 },
	{ "pieces that end inside a block", 0, 2, 4099 },
	{ "less than a block", 1, 3, 63 },
	{ "a byte", 3, 3, 1 },
};

static void
check_pairs(const struct blob *b, weigh_sha256x2 *two, const char *how)
{
	bool holds[2];
	char label[96];

	for (size_t i = 0; i < COUNT(pairs); i++) {
		const uint64_t m = pairs[i].m, n = pairs[i].n;

		snprintf(label, sizeof(label), "%s, %s", pairs[i].label, how);
		check_both(b, two, m, n, pairs[i].piece, holds);
		check_true(label, holds[0] && holds[1]);
		bytes[m * SEG + 77] ^= 4;
		check_both(b, two, m, n, pairs[i].piece, holds);
		check_true(label, !holds[0] && holds[1] == (m != n));
		bytes[m * SEG + 77] ^= 4;
	}
}

/* A segment that holds, holds beside any other; a flipped bit is found in the
 * one where it is: with the kernel and without one. */
static void
test_two_segments(void **state)
{
	weigh_sha256x2 *two = weigh_sha256x2_find();
	struct blob b;

	(void)state;
	blob_init(&b);
	check_pairs(&b, NULL, "libcrypto");
	if (two != NULL)
		check_pairs(&b, two, "kernel");
	weigh_hasher_free(b.hasher);
}

/* More bytes than a segment has never hold, and spoil no neighbor. */
static void
test_too_many_bytes(void **state)
{
	weigh_sha256x2 *kernels[] = { NULL, weigh_sha256x2_find() };
	struct weigh_segment_check last, first;
	struct blob b;

	(void)state;
	blob_init(&b);
	for (size_t i = 0; i < COUNT(kernels); i++) {
		weigh_segment_begin(&last, b.list, BYTES, 3);
		weigh_segment_begin(&first, b.list, BYTES, 0);
		weigh_segment_update_two(kernels[i], &last,
		    bytes + 3 * SEG - 28, &first, bytes, 128);
		weigh_segment_update(&first, bytes + 128, SEG - 128);
		check_true("more than there is",
		    !weigh_segment_end(&last, b.list, &b.oid));
		check_true("its neighbor",
		    weigh_segment_end(&first, b.list, &b.oid));
	}
	weigh_hasher_free(b.hasher);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_as_libcrypto),
		cmocka_unit_test(test_each_bit),
		cmocka_unit_test(test_two_segments),
		cmocka_unit_test(test_too_many_bytes),
	};

	return cmocka_run_group_tests(tests, make_bytes, free_bytes);
}
