/*
 * transfer: one file on its way in, as a state machine without sockets: what to
 * ask for next, what to do with what came.  `weigh pull` carries its actions
 * out with libcurl; a replay test carries them out with a script.
 *
 *            start          response ok        all bytes       digest right
 *   IDLE ───────────► ASKED ───────────► BODY ───────────► CHECK ───────► DONE
 *                       ▲  lost, 5xx      │ lost, segment bad     digest bad
 *                       │ ◄───────────────┤ (back to the last     (from 0,
 *                     WAIT (backoff)  ◄───┘  good segment)         once)
 *   anything ── too many failures, 4xx, wrong length, changed ──► FAILED
 *
 * (1) `good` bytes, a multiple of the segment size or the whole file, have been
 *     checked against the midstate list; only they survive a loss.
 * (2) A 206 must carry the very range asked for; 200 to a range request means
 *     start over; another ETag or size than promised fails the file.
 * (3) More bytes than promised are never taken.
 * (4) DONE only after the SHA-256 of all bytes is the promised one.
 * (5) At most WEIGH_TRANSFER_TRIES losses without progress, then FAILED.
 * (6) A list needs no trust: when one segment does not hold twice, either the
 *     list or the sender is wrong, so the list is forgotten and the whole file
 *     is judged by its SHA-256 alone.
 * (7) The answer is the same for every cutting of the bytes.
 */
#ifndef WEIGH_TRANSFER_H
#define WEIGH_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/http.h>
#include <weigh/midstate.h>
#include <weigh/oid.h>

#define WEIGH_TRANSFER_TRIES 5
#define WEIGH_TRANSFER_BACKOFF_MS 500   /* doubled each time */
#define WEIGH_TRANSFER_BACKOFF_MAX_MS 8000

enum weigh_transfer_state {
	WEIGH_TRANSFER_IDLE,
	WEIGH_TRANSFER_ASKED,
	WEIGH_TRANSFER_BODY,
	WEIGH_TRANSFER_WAIT,
	WEIGH_TRANSFER_DONE,
	WEIGH_TRANSFER_FAILED
};

/* What the caller does next. */
enum weigh_transfer_action {
	WEIGH_DO_NOTHING,
	WEIGH_DO_ASK,   /* GET; Range: bytes=t->good- when good > 0, If-Range */
	WEIGH_DO_STOP,  /* drop the connection, truncate the file to t->good, then
	                   ask weigh_transfer_next */
	WEIGH_DO_SLEEP, /* t->delay_ms, then weigh_transfer_wake */
	WEIGH_DO_KEEP,  /* finished and right: sync, rename into place */
	WEIGH_DO_REPORT /* t->err says what failed */
};

struct weigh_transfer {
	enum weigh_transfer_state state;
	struct weigh_oid oid;    /* promised */
	uint64_t size;           /* promised */
	char etag[72];           /* promised, with quotes */
	const uint8_t *list;     /* midstates, the caller's; NULL: check at the end */
	uint64_t good;           /* checked bytes */
	uint64_t have;           /* bytes written so far, >= good */
	uint64_t refetched;      /* bytes thrown away and asked for again */
	unsigned tries;          /* losses since the last progress */
	unsigned bad_segments;   /* segments that did not hold, in all */
	unsigned bad_here;       /* how often the segment at `good` did not hold */
	bool again;              /* begun anew after bytes that did not hold */
	unsigned delay_ms;
	struct weigh_segment_check segment; /* with a list: the one coming in */
	struct weigh_hasher *hasher;        /* without: all bytes so far */
	struct weigh_err err;
};

/* Begin.  `list` may be NULL; else it has weigh_midstate_count(size) entries
 * and outlives the transfer.  `held` bytes are on disk from an earlier run and
 * have been checked (weigh_segment_*) by the caller: a multiple of the segment
 * size.  Memory: one hasher.  WEIGH_NOMEM possible. */
enum weigh_code weigh_transfer_init(struct weigh_transfer *t,
    const struct weigh_oid *oid, uint64_t size, const char *etag,
    const uint8_t *list, uint64_t held, struct weigh_err *err);
void weigh_transfer_free(struct weigh_transfer *t);

/* The first action: ASK, or KEEP for a file that is whole (or empty). */
enum weigh_transfer_action weigh_transfer_start(struct weigh_transfer *t);

/* The answer's head arrived: status, and Content-Range's first byte and total,
 * Content-Length, ETag as far as given. */
struct weigh_transfer_head {
	int status;
	bool has_range;
	uint64_t range_first, range_last, range_total;
	bool has_length;
	uint64_t length;
	const char *etag; /* NULL: none given */
};
enum weigh_transfer_action weigh_transfer_head(
    struct weigh_transfer *t, const struct weigh_transfer_head *head);

/* `len` bytes arrived.  The caller writes them at offset t->have *before* the
 * call, and never past t->size.  An endless body is cut at the promised size:
 * after KEEP the caller may drop the connection. */
enum weigh_transfer_action weigh_transfer_bytes(
    struct weigh_transfer *t, const void *data, size_t len);

/* The answer ended (all of it, or cut); `why` is for people. */
enum weigh_transfer_action weigh_transfer_ended(
    struct weigh_transfer *t, const char *why);

/* The connection was dropped after STOP: SLEEP, or REPORT. */
enum weigh_transfer_action weigh_transfer_next(struct weigh_transfer *t);

/* The time of SLEEP is over. */
enum weigh_transfer_action weigh_transfer_wake(struct weigh_transfer *t);

#endif
