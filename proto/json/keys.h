/*
 * keys: which keys the open objects have, as a set of 64-bit hashes: what the
 * reader needs to refuse a second one.  Private to proto/json.
 *
 * (1) A key that is there is always found; a collision of hashes can only
 *     refuse a document, never accept one.
 * (2) Objects close in the order opposite to their opening, so the set is a
 *     stack: closing an object takes off what was put on since it opened.
 * (3) 16 bytes a key: the hash, and two slots of an index of 4 bytes each
 *     (twice that right after the set has grown).
 */
#ifndef JSON_KEYS_H
#define JSON_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keys {
	uint64_t *hashes; /* in the order they came */
	uint32_t *index;  /* 2 * room slots: place in hashes + 1; 0 is empty */
	size_t count, room;
	uint64_t seed;
};

enum keys_answer {
	KEYS_NEW,
	KEYS_TWICE,
	KEYS_NOMEM
};

void weigh_keys_init(struct keys *k, uint64_t seed);
void weigh_keys_free(struct keys *k);

/* Put a key of the object number `object` on the stack. */
enum keys_answer weigh_keys_add(struct keys *k, uint64_t object,
    const char *key, size_t len);

/* Take keys off until `count` are left. */
void weigh_keys_cut(struct keys *k, size_t count);

#endif
