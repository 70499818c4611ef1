/* blobs: see blobs.h. */
#include "blobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static struct store *
open_store(const struct blobs *b, uint64_t keep_free)
{
	const struct store_options options = { .keep_free = keep_free };
	struct weigh_err err = { .code = WEIGH_OK };
	struct store *s;

	check_code("store_open", store_open(&s, b->dir.fd, &options, &err),
	    WEIGH_OK);
	return s;
}

void
blobs_open(struct blobs *b, uint64_t keep_free)
{
	tmpdir_make(&b->dir);
	b->store = open_store(b, keep_free);
}

void
blobs_reopen(struct blobs *b, uint64_t keep_free)
{
	store_close(b->store);
	b->store = open_store(b, keep_free);
}

void
blobs_close(struct blobs *b)
{
	store_close(b->store);
	tmpdir_remove(&b->dir);
}

/* xorshift64*: no two segments are alike. */
uint8_t *
blobs_bytes(uint64_t size, uint64_t seed)
{
	uint8_t *bytes = malloc(size + 8);
	uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;

	if (bytes == NULL)
		abort();
	for (uint64_t i = 0; i < size; i += 8) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		memcpy(bytes + i, &x, 8);
	}
	return bytes;
}

enum weigh_code
blobs_put(struct blobs *b, const uint8_t *bytes, uint64_t size, size_t piece,
    struct store_blob *out)
{
	struct store_writer *w;
	enum weigh_code rc;
	uint64_t at;
	size_t len;

	rc = store_begin(b->store, size, &w, NULL);
	for (at = 0; rc == WEIGH_OK && at < size; at += len) {
		len = size - at < piece ? (size_t)(size - at) : piece;
		rc = store_append(w, bytes + at, len, NULL);
	}
	if (rc == WEIGH_OK)
		rc = store_seal(w, NULL, out, NULL);
	if (rc == WEIGH_OK)
		return store_publish(w, out, NULL);
	store_abandon(w);
	return rc;
}

const char *
blobs_path(const struct weigh_oid *oid, const char *suffix)
{
	static char path[160];
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(oid, hex);
	snprintf(path, sizeof(path), "blobs/sha256/%.2s/%s%s", hex, hex,
	    suffix);
	return path;
}
