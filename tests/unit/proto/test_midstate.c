/* Tests of proto/midstate.c; the numbers are those of
 * include/weigh/midstate.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/midstate.h>

#include "check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SEG ((size_t)WEIGH_SEGMENT)
#define BLOB_MAX (2 * SEG + 5)

static const size_t sizes[] = { 0, 1, 63, 64, 65, SEG - 1, SEG, SEG + 1,
	2 * SEG, 2 * SEG + 5 };

static uint8_t *bytes; /* BLOB_MAX of them, always the same */

/* A blob and what is known of it. */
struct blob {
	size_t size;
	uint64_t segments;
	struct weigh_oid oid; /* by EVP, not by our hasher */
	struct weigh_hasher *hasher;
	const uint8_t *list;
	size_t list_size;
	char label[32];
};

static int
make_bytes(void **state)
{
	uint32_t x = 2463534242; /* xorshift32 (Marsaglia 2003) */

	(void)state;
	if ((bytes = malloc(BLOB_MAX)) == NULL)
		return -1;
	for (size_t i = 0; i < BLOB_MAX; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		bytes[i] = (uint8_t)x;
	}
	return 0;
}

static int
free_bytes(void **state)
{
	(void)state;
	free(bytes);
	return 0;
}

/* Hash `size` bytes in pieces of `piece`. */
static void
blob_init(struct blob *b, size_t size, size_t piece)
{
	struct weigh_oid got;

	b->size = size;
	b->segments = weigh_segment_count(size);
	(void)snprintf(b->label, sizeof(b->label), "%zu bytes", size);
	check_true(b->label, weigh_oid_of(&b->oid, bytes, size));
	b->hasher = weigh_hasher_new();
	check_true(b->label, b->hasher != NULL);
	for (size_t at = 0; at < size; at += piece) {
		size_t take = size - at < piece ? size - at : piece;

		check_true(b->label,
		    weigh_hasher_update(b->hasher, bytes + at, take));
	}
	check_true(b->label, weigh_hasher_final(b->hasher, &got));
	check_true(b->label, weigh_oid_equal(&got, &b->oid));
	b->list = weigh_hasher_list(b->hasher, &b->list_size);
}

static void
blob_free(struct blob *b)
{
	weigh_hasher_free(b->hasher);
}

static void
test_counts(void **state)
{
	static const struct {
		uint64_t size, entries, last;
	} rows[] = {
		{ 0, 0, 0 },
		{ 1, 0, 1 },
		{ WEIGH_SEGMENT - 1, 0, WEIGH_SEGMENT - 1 },
		{ WEIGH_SEGMENT, 0, WEIGH_SEGMENT },
		{ WEIGH_SEGMENT + 1, 1, 1 },
		{ 2 * WEIGH_SEGMENT, 1, WEIGH_SEGMENT },
		{ 2 * WEIGH_SEGMENT + 5, 2, 5 },
		{ INT64_MAX, INT64_MAX / WEIGH_SEGMENT, WEIGH_SEGMENT - 1 },
		{ UINT64_MAX, UINT64_MAX / WEIGH_SEGMENT, WEIGH_SEGMENT - 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t size = rows[i].size, n = rows[i].entries;

		check_u64("entries", weigh_midstate_count(size), n);
		check_u64("segments", weigh_segment_count(size), n + 1);
		check_u64("the last", weigh_segment_length(size, n),
		    rows[i].last);
		check_u64("behind it", weigh_segment_length(size, n + 1), 0);
		if (n > 0)
			check_u64("the first", weigh_segment_length(size, 0),
			    WEIGH_SEGMENT);
	}
}

/* (3): the digest is EVP's, and the list the same, however the bytes come. */
static void
test_digest_and_list(void **state)
{
	static const size_t pieces[] = { BLOB_MAX, 1 << 20, 65537, 4095 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct blob whole;

		blob_init(&whole, sizes[i], BLOB_MAX);
		check_u64(whole.label, whole.list_size,
		    weigh_midstate_count(sizes[i]) * WEIGH_MIDSTATE_SIZE);
		for (size_t k = 1; k < COUNT(pieces); k++) {
			struct blob b;

			blob_init(&b, sizes[i], pieces[k]);
			check_bytes(b.label, b.list, b.list_size, whole.list,
			    whole.list_size);
			blob_free(&b);
		}
		blob_free(&whole);
	}
}

/* Byte by byte around the first boundary. */
static void
test_single_bytes(void **state)
{
	struct weigh_hasher *h = weigh_hasher_new();
	struct weigh_oid got, want;
	struct blob b;
	const uint8_t *list;
	size_t len;

	(void)state;
	blob_init(&b, SEG + 70, BLOB_MAX);
	check_true("begin", weigh_hasher_update(h, bytes, SEG - 70));
	for (size_t i = SEG - 70; i < SEG + 70; i++)
		check_true("a byte", weigh_hasher_update(h, bytes + i, 1));
	check_true("nothing", weigh_hasher_update(h, NULL, 0));
	check_true("final", weigh_hasher_final(h, &got));
	check_true("EVP", weigh_oid_of(&want, bytes, SEG + 70));
	check_true("the digest", weigh_oid_equal(&got, &want));
	list = weigh_hasher_list(h, &len);
	check_bytes("the list", list, len, b.list, b.list_size);
	check_true("no more bytes", !weigh_hasher_update(h, bytes, 1));
	check_true("no second end", !weigh_hasher_final(h, &got));
	blob_free(&b);
	weigh_hasher_free(h);
	weigh_hasher_free(NULL);
}

/* An entry is what FIPS 180-4 says: the chaining value after 65,536 blocks, raw
 * and big-endian.  Of zeros; the value is from a SHA-256 written for this
 * in another language. */
static void
test_known_entry(void **state)
{
	static const char hex[] =
	    "2a7008c08349516d05c47e8a7e442f0f34459254ef61999d164800e8722ebf7b";
	struct weigh_hasher *h = weigh_hasher_new();
	uint8_t *zeros = calloc(1, SEG + 1);
	const uint8_t *list;
	struct weigh_oid want;
	size_t len;

	(void)state;
	check_true("memory", h != NULL && zeros != NULL);
	check_true("hash", weigh_hasher_update(h, zeros, SEG + 1));
	list = weigh_hasher_list(h, &len);
	check_true("hex", weigh_oid_parse(&want, hex, 64));
	check_bytes("entry", list, len, want.b, sizeof(want.b));
	free(zeros);
	weigh_hasher_free(h);
}

/* Go on after each number of segments: same digest, same list. */
static void
test_resume(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct blob b;
		struct weigh_oid got;

		blob_init(&b, sizes[i], BLOB_MAX);
		for (uint64_t n = 0; n < b.segments; n++) {
			struct weigh_hasher *h = weigh_hasher_new();
			size_t at = (size_t)n * SEG, len;
			const uint8_t *list;

			check_true(b.label, weigh_hasher_update(h, "junk", 4));
			check_true(b.label, weigh_hasher_resume(h, b.list, n));
			check_true(b.label,
			    weigh_hasher_update(h, bytes + at, b.size - at));
			check_true(b.label, weigh_hasher_final(h, &got));
			check_true(b.label, weigh_oid_equal(&got, &b.oid));
			list = weigh_hasher_list(h, &len);
			check_bytes(b.label, list, len, b.list, b.list_size);
			weigh_hasher_free(h);
		}
		blob_free(&b);
	}
}

/* Past 512 MiB the number of bits needs more than 32 of them. */
static void
test_resume_far_out(void **state)
{
	const uint64_t n = ((uint64_t)1 << 29) / WEIGH_SEGMENT;
	struct weigh_hasher *h = weigh_hasher_new();
	struct weigh_hasher *again = weigh_hasher_new();
	struct weigh_oid want, got;
	size_t len;

	(void)state;
	check_true("memory", h != NULL && again != NULL);
	for (uint64_t i = 0; i < n; i++)
		check_true("hash", weigh_hasher_update(h, bytes, SEG));
	check_true("one more", weigh_hasher_update(h, bytes, 1));
	check_true("final", weigh_hasher_final(h, &want));
	check_true("resume",
	    weigh_hasher_resume(again, weigh_hasher_list(h, &len), n));
	check_u64("entries", len / WEIGH_MIDSTATE_SIZE, n);
	check_true("one more", weigh_hasher_update(again, bytes, 1));
	check_true("final", weigh_hasher_final(again, &got));
	check_true("the same", weigh_oid_equal(&got, &want));
	weigh_hasher_free(h);
	weigh_hasher_free(again);
}

static void
test_reset(void **state)
{
	struct weigh_hasher *h = weigh_hasher_new();
	struct weigh_oid got, want;
	size_t len;

	(void)state;
	check_true("hash", weigh_hasher_update(h, bytes, SEG + 1));
	check_true("final", weigh_hasher_final(h, &got));
	weigh_hasher_reset(h);
	check_true("hash", weigh_hasher_update(h, "abc", 3));
	check_true("final", weigh_hasher_final(h, &got));
	check_true("EVP", weigh_oid_of(&want, "abc", 3));
	check_true("digest", weigh_oid_equal(&got, &want));
	(void)weigh_hasher_list(h, &len);
	check_u64("no list", len, 0);
	weigh_hasher_free(h);
}

/* Does segment `n` hold, fed in pieces of `piece`? */
static bool
holds(const struct blob *b, const uint8_t *data, uint64_t n, size_t piece)
{
	size_t at = (size_t)n * SEG;
	size_t left = (size_t)weigh_segment_length(b->size, n);
	struct weigh_segment_check c;

	weigh_segment_begin(&c, b->list, b->size, n);
	for (; left > 0; at += piece, left -= piece) {
		if (piece > left)
			piece = left;
		weigh_segment_update(&c, data + at, piece);
	}
	return weigh_segment_end(&c, b->list, &b->oid);
}

/* (1), (2): each segment holds alone, in any order, in any pieces. */
static void
test_segments_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct blob b;

		blob_init(&b, sizes[i], BLOB_MAX);
		for (uint64_t n = b.segments; n-- > 0;) {
			check_true(b.label, holds(&b, bytes, n, SEG));
			check_true(b.label, holds(&b, bytes, n, 65537));
		}
		blob_free(&b);
	}
}

/* (1): a flipped bit is found in its segment and in no other. */
static void
test_flipped_bit(void **state)
{
	(void)state;
	for (size_t i = 1; i < COUNT(sizes); i++) {
		struct blob b;
		size_t flips[] = { 0, sizes[i] / 2, sizes[i] - 1,
			sizes[i] > SEG ? SEG : 0,
			sizes[i] > SEG ? SEG - 1 : 0 };

		blob_init(&b, sizes[i], BLOB_MAX);
		for (size_t k = 0; k < COUNT(flips); k++) {
			size_t at = flips[k];

			bytes[at] ^= 0x10;
			for (uint64_t n = 0; n < b.segments; n++)
				check_true(b.label,
				    holds(&b, bytes, n, SEG) !=
					(n == at / SEG));
			bytes[at] ^= 0x10;
		}
		blob_free(&b);
	}
}

/* (1): whoever made the list: one wrong bit in it and a segment beside it does
 * not hold. */
static void
test_lying_list(void **state)
{
	struct blob b;
	uint8_t list[2 * WEIGH_MIDSTATE_SIZE];

	(void)state;
	blob_init(&b, BLOB_MAX, BLOB_MAX);
	check_u64("two entries", b.list_size, sizeof(list));
	memcpy(list, b.list, sizeof(list));
	b.list = list;
	for (uint64_t entry = 0; entry < 2; entry++) {
		list[entry * WEIGH_MIDSTATE_SIZE + 31] ^= 1;
		check_true("the one before", !holds(&b, bytes, entry, SEG));
		check_true("the one behind", !holds(&b, bytes, entry + 1, SEG));
		list[entry * WEIGH_MIDSTATE_SIZE + 31] ^= 1;
	}
	b.oid.b[0] ^= 1;
	check_true("another name", !holds(&b, bytes, 2, SEG));
	check_true("concerns the last only", holds(&b, bytes, 1, SEG));
	blob_free(&b);
}

/* Too few or too many bytes never hold. */
static void
test_wrong_lengths(void **state)
{
	struct weigh_segment_check c;
	struct blob b;

	(void)state;
	blob_init(&b, SEG + 65, BLOB_MAX);
	for (uint64_t n = 0; n < 2; n++) {
		size_t len = n == 0 ? SEG : 65;

		weigh_segment_begin(&c, b.list, b.size, n);
		check_u64("to come", c.left, len);
		weigh_segment_update(&c, bytes + n * SEG, len - 1);
		check_true("a byte short",
		    !weigh_segment_end(&c, b.list, &b.oid));
		weigh_segment_begin(&c, b.list, b.size, n);
		weigh_segment_update(&c, bytes + n * SEG, len);
		weigh_segment_update(&c, bytes, 1);
		check_true("a byte more",
		    !weigh_segment_end(&c, b.list, &b.oid));
	}
	blob_free(&b);
}

/* A chain put down at each segment's end and taken up again by the value alone
 * says what the list and the digest say. */
static void
test_chain(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		uint8_t value[WEIGH_MIDSTATE_SIZE];
		struct weigh_chain c;
		struct weigh_oid got;
		struct blob b;

		blob_init(&b, sizes[i], BLOB_MAX);
		weigh_chain_begin(&c);
		for (uint64_t n = 0; n < b.segments; n++) {
			uint64_t len = weigh_segment_length(b.size, n);

			weigh_chain_update(&c, bytes + n * SEG, len / 2);
			check_u64(b.label, weigh_chain_value(&c, value),
			    c.size % SEG == 0);
			weigh_chain_update(&c, bytes + n * SEG + len / 2,
			    len - len / 2);
			if (n + 1 == b.segments)
				break;
			check_true(b.label, weigh_chain_value(&c, value));
			check_bytes(b.label, value, sizeof(value),
			    b.list + n * sizeof(value), sizeof(value));
			memset(&c, 0xff, sizeof(c));
			weigh_chain_resume(&c, value, n + 1);
		}
		check_u64(b.label, c.size, b.size);
		weigh_chain_final(&c, &got);
		check_true(b.label, weigh_oid_equal(&got, &b.oid));
		blob_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_digest_and_list),
		cmocka_unit_test(test_single_bytes),
		cmocka_unit_test(test_known_entry),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_resume_far_out),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_segments_alone),
		cmocka_unit_test(test_flipped_bit),
		cmocka_unit_test(test_lying_list),
		cmocka_unit_test(test_wrong_lengths),
	};

	return cmocka_run_group_tests(tests, make_bytes, free_bytes);
}
