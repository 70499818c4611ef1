/*
 * midstate: SHA-256 in segments.  SHA-256 is a chain of compressions; its
 * 32-byte chaining value after every 4 MiB makes each segment checkable alone.
 *
 * A list is raw big-endian H0…H7 (FIPS 180-4) after each whole segment that
 * ends before the last byte: no header, and never the digest itself.  A blob
 * of N bytes has (N - 1) / WEIGH_SEGMENT entries, 0 for N = 0.
 *
 * (1) All segments of a blob hold, from the initial value to the name, exactly
 *     if SHA-256(blob) = name, whoever made the list.
 * (2) One segment that holds says: *if* the value before it is right, so are
 *     its bytes.
 * (3) One pass over the bytes, no second hash.
 */
#ifndef WEIGH_MIDSTATE_H
#define WEIGH_MIDSTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/oid.h>
#include <weigh/sha256x2.h>

#define WEIGH_SEGMENT ((uint64_t)4 << 20)
#define WEIGH_MIDSTATE_SIZE 32

/* Entries of the list of a blob of `size` bytes; segments are one more, but
 * an empty blob has one empty segment too. */
uint64_t weigh_midstate_count(uint64_t size);
uint64_t weigh_segment_count(uint64_t size);

/* Bytes in segment `n` of a blob of `size` bytes. */
uint64_t weigh_segment_length(uint64_t size, uint64_t n);

struct weigh_hasher; /* a running SHA-256 that writes its midstates down */

/* A hasher, or NULL when out of memory. */
struct weigh_hasher *weigh_hasher_new(void);
void weigh_hasher_free(struct weigh_hasher *h);
void weigh_hasher_reset(struct weigh_hasher *h);

/* Hash `len` more bytes.  False when out of memory for the list. */
bool weigh_hasher_update(struct weigh_hasher *h, const void *data, size_t len);

/* The digest of all bytes so far, and the list (the hasher's memory, valid
 * until reset or free).  After this the hasher takes no more bytes. */
bool weigh_hasher_final(struct weigh_hasher *h, struct weigh_oid *oid);
const uint8_t *weigh_hasher_list(const struct weigh_hasher *h, size_t *bytes);

/* Go on in the middle: take up after the `n` segments whose midstates are the
 * first n of `list`, without hashing them again. */
bool weigh_hasher_resume(
    struct weigh_hasher *h, const uint8_t *list, uint64_t n);

/*
 * A running SHA-256 that can be put down where a segment ends and taken up again
 * there, with nothing but the chaining value: no list, no memory.
 */
struct weigh_chain {
	uint32_t state[28]; /* room for libcrypto's SHA256_CTX */
	uint64_t size;      /* bytes hashed so far */
};

/* From the first byte. */
void weigh_chain_begin(struct weigh_chain *c);
/* From behind the first `n` segments, n > 0, where the value was `value`. */
void weigh_chain_resume(struct weigh_chain *c,
    const uint8_t value[WEIGH_MIDSTATE_SIZE], uint64_t n);
void weigh_chain_update(struct weigh_chain *c, const void *data, size_t len);
/* The chaining value here; false where no segment ends. */
bool weigh_chain_value(
    const struct weigh_chain *c, uint8_t out[WEIGH_MIDSTATE_SIZE]);
/* The digest of all bytes; the chain is used up. */
void weigh_chain_final(struct weigh_chain *c, struct weigh_oid *out);

/*
 * One segment alone, fed in pieces: begin, update until its bytes are used up,
 * then ask whether it ends where the list (or, for the last one, the name) says.
 */
struct weigh_segment_check {
	uint32_t state[28]; /* room for libcrypto's SHA256_CTX */
	uint64_t n;         /* which segment */
	uint64_t left;      /* bytes still to come */
	uint64_t size;      /* of the blob */
};

/* `list` holds weigh_midstate_count(size) entries; `n` < segment count. */
void weigh_segment_begin(struct weigh_segment_check *c, const uint8_t *list,
    uint64_t size, uint64_t n);
/* At most c->left bytes. */
void weigh_segment_update(
    struct weigh_segment_check *c, const void *data, size_t len);
/* `len` bytes of each, at most what is left of either: with a kernel for `two`,
 * at once; with NULL, one after the other.  The checks are two. */
void weigh_segment_update_two(weigh_sha256x2 *two,
    struct weigh_segment_check *a, const void *adata,
    struct weigh_segment_check *b, const void *bdata, size_t len);
/* True if all bytes came and the chaining value, or the digest, is right. */
bool weigh_segment_end(struct weigh_segment_check *c, const uint8_t *list,
    const struct weigh_oid *oid);

#endif
