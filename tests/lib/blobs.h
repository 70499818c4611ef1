/*
 * blobs: a store in a temporary folder, and bytes to put into it.
 */
#ifndef TESTS_BLOBS_H
#define TESTS_BLOBS_H

#include "store/store.h"
#include "tmpdir.h"

#define MIB ((uint64_t)1 << 20)

struct blobs {
	struct tmpdir dir;
	struct store *store;
};

void blobs_open(struct blobs *b, uint64_t keep_free);
/* Close and open the store again, as a restart does. */
void blobs_reopen(struct blobs *b, uint64_t keep_free);
void blobs_close(struct blobs *b);

/* `size` bytes that look random and are the same every time; free() them. */
uint8_t *blobs_bytes(uint64_t size, uint64_t seed);

/* Begin, append in pieces of `piece` bytes, seal, publish. */
enum weigh_code blobs_put(struct blobs *b, const uint8_t *bytes, uint64_t size,
    size_t piece, struct store_blob *out);

/* Where a blob lies below the data folder, `suffix` behind it; a static buffer
 * that the next call overwrites. */
const char *blobs_path(const struct weigh_oid *oid, const char *suffix);

#endif
