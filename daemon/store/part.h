/*
 * part: a blob on its way, inside.  Shared by part*.c only.
 *
 * Below incoming/parts: HEX has the bytes, each where it belongs; HEX.map says of each
 * segment what is held.  The map is little-endian, in records of 64 bytes.  The first:
 *
 *    0 16  "weighhouse part\n"
 *   16  8  size of the blob
 *   24 32  its SHA-256, the name
 *   56  4  0
 *   60  4  CRC-32 of the bytes before
 *
 * then one for each segment:
 *
 *    0  4  how many of its bytes are held, from its first
 *    4  4  CRC-32 of these
 *    8  4  flags: 1 they are on disk for sure; 2 the chaining value is known
 *   12 32  the value after it (weigh/midstate.h), if it is; else 0
 *   44 16  0
 *   60  4  CRC-32 of the bytes before, begun with the CRC-32 of the first record
 *
 * CRC-32 is gzip's.  A record that does not hold says nothing.  Records are written in
 * place, without sync, after every 128 KiB of a segment that came in order, so that a
 * kill loses no more than that of each; flag 1 only after a sync of the bytes.
 */
#ifndef STORE_PART_H
#define STORE_PART_H

#include "store/priv.h"
#include "base/runs.h"

#define PARTS "parts" /* below incoming */
#define PART_RECORD 64u
#define PART_MAX ((uint64_t)4 << 40) /* bytes: memory for it is 100 MB */
#define PART_SYNCED 1u
#define PART_CHAINED 2u

struct part_record {
	uint32_t held; /* bytes from the segment's first */
	uint32_t crc;
	uint32_t flags;
	uint8_t value[WEIGH_MIDSTATE_SIZE];
};

struct segment {
	uint32_t held; /* bytes from its first that are in `crc` */
	uint32_t crc;
	uint32_t noted; /* of `held`, in the map */
	uint32_t flags; /* PART_… */
	bool checked;   /* it ended where `list` says, and began there */
	struct weigh_segment_check *check; /* so far; NULL none */
};

struct part_names {
	char bytes[WEIGH_OID_HEX + 16]; /* "parts/HEX", below incoming */
	char map[WEIGH_OID_HEX + 16];   /* "parts/HEX.map" */
};

struct store_part {
	struct store *store;
	struct store_part *next; /* in store->parts, under the store's lock */
	struct weigh_oid oid;
	struct part_names names;
	uint64_t size;
	uint64_t count; /* segments; the list has one value less */
	int fd, map;
	uint32_t seed; /* CRC-32 of the map's first record */

	pthread_mutex_t lock; /* what follows */
	pthread_cond_t idle;  /* hashing ended */
	struct runs held, claimed;
	struct segment *segments; /* `count` */
	uint64_t granted;         /* of store->promised */
	uint64_t unsynced;        /* segments that filled since the last sync */
	atomic_bool broken; /* a sync failed: nothing of it can be trusted */
	bool hashing;       /* somebody has `chain`, without the lock */
	struct weigh_chain chain; /* up to where the digest stands */
	uint8_t *values;          /* after each segment before that */
	uint8_t *list;            /* told by somebody; NULL none */
};

/* part_map.c */
void part_names_of(struct part_names *n, const struct weigh_oid *oid);
void part_record_pack(uint8_t out[PART_RECORD], const struct part_record *r,
    uint32_t seed);
bool part_record_parse(struct part_record *out, const uint8_t in[PART_RECORD],
    uint32_t seed);
/* Write an empty map, and cut the bytes to none. */
enum weigh_code part_map_begin(struct store_part *p, struct weigh_err *err);
/* Take up what the map says and the bytes bear out; *usable false: it is no map of
 * this part. */
enum weigh_code part_map_load(struct store_part *p, bool *usable,
    struct weigh_err *err);
/* What a map below incoming/ says of a part: whose, and how much.  False: it is none. */
bool part_map_look(struct store *s, const struct part_names *names,
    const struct weigh_oid *oid, uint64_t *held);
/* Note segment `n` as it is now.  With the lock held. */
enum weigh_code part_map_note(struct store_part *p, uint64_t n,
    struct weigh_err *err);
/* Bytes and map to disk.  Without the lock. */
enum weigh_code part_sync(struct store_part *p, struct weigh_err *err);

/* part.c */
uint64_t part_segment_first(uint64_t n);
/* Segment `n` is missing again.  With the lock held. */
void part_free_segment(struct store_part *p, uint64_t n);
/* The CRC-32 of `len` bytes from `offset`, read back. */
enum weigh_code part_read_crc(const struct store_part *p, uint64_t offset,
    uint64_t len, uint32_t *crc, struct weigh_err *err);

enum weigh_code part_remove_files(struct store *s,
    const struct part_names *names, struct weigh_err *err);
/* Did so much come since the last sync that it is time for another? */
bool part_wants_sync(struct store_part *p);

/* part_hash.c */
/* `len` bytes of segment `n` were written: check them against the list, if there is
 * one and they come in order. */
void part_check_placed(struct store_part *p, uint64_t n, uint64_t offset,
    const void *data, size_t len);
/* The segment is full: WEIGH_MISMATCH if the check says so; it is missing again. */
enum weigh_code part_check_filled(struct store_part *p, uint64_t n,
    struct weigh_err *err);
/* Hash them from memory if the digest stands there. */
enum weigh_code part_hash_placed(struct store_part *p, uint64_t offset,
    const void *data, size_t len, struct weigh_err *err);
/* The chain at the first byte of segment `n`, whose values are known until there. */
void part_chain_at(struct store_part *p, uint64_t n);
/* Wait for the chain and the lock; give both back. */
void part_lock_chain(struct store_part *p);
void part_unlock_chain(struct store_part *p);
/* Hash what is there, from where the chain is; with chain and lock. */
enum weigh_code part_hash_on(struct store_part *p, struct weigh_err *err);

#endif
