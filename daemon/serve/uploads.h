/*
 * uploads: what is being uploaded now, and files that come in parts.
 *
 * (1) A file in parts lies in one file of incoming/, each part where it belongs,
 *     in any order and at once; the digest follows as far as all have come.
 * (2) A part counts when its last byte came.  Sent again, it takes the place of
 *     the one before.
 * (3) A token has so many open, all together UPLOADS_MAX.  One that nobody has
 *     touched for UPLOADS_IDLE is dropped when the next begins, or /metrics is
 *     read; and so is everything at the end: a start begins with none.
 * (4) No byte of it leaves but by uploads_finish, which has hashed all of them.
 *
 * Threads: any worker; an upload_part belongs to one.  All may touch the disk.
 */
#ifndef SERVE_UPLOADS_H
#define SERVE_UPLOADS_H

#include <stdint.h>

#include <weigh/err.h>
#include <weigh/lfs.h>
#include <weigh/ticket.h>

#include "store/store.h"

#define UPLOADS_MAX 1024
#define UPLOADS_IDLE 3600 /* seconds */

struct uploads;
struct upload;
struct upload_part;

/* At most `open` a token. */
enum weigh_code uploads_new(struct uploads **out, struct store *store,
    unsigned open, struct weigh_err *err);
void uploads_free(struct uploads *u);

/* A file that comes in one piece: only its place is kept, until uploads_leave. */
enum weigh_code uploads_enter(struct uploads *u, const struct weigh_ticket *t,
    struct upload **out, struct weigh_err *err);
void uploads_leave(struct uploads *u, struct upload *up); /* NULL: nothing */

/* Part t->part of a file in parts, which begins with the first of them that comes.
 * WEIGH_NOT_YET: another request is sending this very part. */
enum weigh_code uploads_part_begin(struct uploads *u,
    const struct weigh_ticket *t, struct upload_part **out,
    struct weigh_err *err);
/* The next bytes of it. */
enum weigh_code uploads_part_write(struct upload_part *p, const void *data,
    size_t len, struct weigh_err *err);
/* All of them came, or WEIGH_MALFORMED: its ETag, with quotes.  `p` is gone. */
enum weigh_code uploads_part_end(struct upload_part *p,
    char etag[WEIGH_LFS_ETAG], struct weigh_err *err);
void uploads_part_abandon(struct upload_part *p); /* NULL: nothing */

/* All parts are there, and `c` names them: hash what was not, and seal it.  The
 * writer is the caller's; it calls uploads_leave when the bytes have their name.
 * WEIGH_NOT_FOUND: there is no such upload.  WEIGH_NOT_YET: parts are still coming,
 * or it is being finished.  WEIGH_MALFORMED: parts are missing, or others were told;
 * the upload stays.  WEIGH_MISMATCH: the bytes are not the promised ones; it is
 * gone. */
enum weigh_code uploads_finish(struct uploads *u, const struct weigh_ticket *t,
    const struct weigh_lfs_completion *c, struct upload **out,
    struct store_writer **writer, struct store_blob *blob,
    struct weigh_err *err);

/* Drop what nobody has touched for too long (3). */
void uploads_sweep(struct uploads *u, int64_t now);

/* How many there are, and the bytes that parts wrote: for /metrics. */
void uploads_count(struct uploads *u, uint64_t *open, uint64_t *bytes);

#endif
