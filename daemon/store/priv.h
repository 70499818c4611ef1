/* store, inside: shared by the .c files of this folder only. */
#ifndef STORE_PRIV_H
#define STORE_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/store.h"

#define STORE_BUFFER (256u << 10) /* bytes read and hashed at a time */

struct store {
	int blobs;      /* blobs/sha256 */
	int incoming;   /* incoming */
	int quarantine; /* quarantine */
	atomic_uint_fast64_t keep_free;
	atomic_uint_fast64_t serial; /* next name in incoming/ */
	pthread_mutex_t lock;
	uint64_t promised; /* to writers, not yet written; under the lock */
	struct store_part *parts; /* that somebody has open; under the lock */
};

/*
 * A writer's life:
 *
 *   begin -> WRITER_OPEN -seal-> WRITER_SEALED -publish-> freed
 *                |                    |
 *                +---- any error -----+--> WRITER_BROKEN -abandon-> freed
 */
enum writer_state {
	WRITER_OPEN,
	WRITER_SEALED,
	WRITER_BROKEN
};

#define STORE_TEMP_NAME (WEIGH_OID_HEX + 24)

struct store_writer {
	struct store *store;
	enum writer_state state;
	int fd;                     /* -1 once sealed */
	char name[STORE_TEMP_NAME]; /* in incoming/; "" when nothing is there */
	struct weigh_hasher *hasher;
	uint64_t size;    /* bytes written and hashed */
	uint64_t granted; /* part of store->promised that is ours */
	struct weigh_oid oid;
	struct store_part *part; /* whose bytes these are: ours; else NULL */
	bool published;
};

/* Where a blob lies, relative to store->blobs. */
struct blob_names {
	char fan[3];                  /* "ab" */
	char blob[WEIGH_OID_HEX + 1]; /* "abcd…", in the fan-out folder */
	char list[WEIGH_OID_HEX + 5]; /* "abcd….mid", likewise */
	char blob_path[WEIGH_OID_HEX + 4]; /* "ab/abcd…" */
	char list_path[WEIGH_OID_HEX + 8]; /* "ab/abcd….mid" */
};

/* store.c */
void store_names(struct blob_names *n, const struct weigh_oid *oid);
/* The fan-out folder, to name and sync in; the caller closes *fd. */
enum weigh_code store_open_fan(struct store *s, const struct blob_names *n,
    int *fd, struct weigh_err *err);
/* A new file in incoming/ under a name that was never used since open. */
enum weigh_code store_new_temp(struct store *s, const char *kind,
    char name[STORE_TEMP_NAME], int *fd, struct weigh_err *err);
/* Set `bytes` of the room aside, or WEIGH_FULL. */
enum weigh_code store_promise(struct store *s, uint64_t bytes,
    struct weigh_err *err);
void store_unpromise(struct store *s, uint64_t bytes);
/* A list that was placed, and its blob then was not. */
enum weigh_code store_sweep_list(struct store *s, const struct weigh_oid *oid,
    struct weigh_err *err);

/* part_list.c: keep among the parts what can be gone on with. */
enum weigh_code store_sweep_parts(struct store *s, struct weigh_err *err);

/* ingest.c: room for `len` more bytes of this writer, granted or WEIGH_FULL. */
enum weigh_code writer_need(struct store_writer *w, uint64_t len,
    struct weigh_err *err);
/* `len` bytes are in the file and in the hasher. */
void writer_took(struct store_writer *w, uint64_t len);

/* list.c: midstate lists on disk and in memory. */

/* Read the list of a blob of `size` bytes into the empty buffer; *usable is
 * false when it is missing or has another length.  Only WEIGH_NOMEM fails. */
enum weigh_code list_load(struct store *s, const struct blob_names *n,
    uint64_t size, struct weigh_buf *list, bool *usable, struct weigh_err *err);
/* Put a list beside its blob: bytes, fsync, rename.  The caller syncs `fan`. */
enum weigh_code list_save(struct store *s, int fan, const struct blob_names *n,
    const void *list, size_t bytes, struct weigh_err *err);
/* Put the list of a blob that is in its place, durably.  Nothing for 0 bytes. */
enum weigh_code list_mend(struct store *s, const struct blob_names *n,
    const void *list, size_t bytes, struct weigh_err *err);
/* Hash the bytes from `offset` to `size`, which the hasher has not seen yet.
 * `counts`: also tell progress->bytes.  WEIGH_CANCELED by progress. */
enum weigh_code list_hash(struct weigh_hasher *h, int fd, uint64_t offset,
    uint64_t size, struct store_progress *progress, bool counts,
    struct weigh_err *err);

bool progress_canceled(struct store_progress *progress);
void progress_add(struct store_progress *progress, uint64_t bytes);

#endif
