/*
 * flow: a file that is still coming in, as what waits for it sees it.  Who brings the
 * bytes says which have arrived; answers send them by sendfile as they do, without a
 * thread each.
 *
 * (1) Bytes of the file's last HELD bytes (its last segment) go to nobody before
 *     flow_whole: whoever has all bytes has bytes whose SHA-256 holds.
 * (2) After flow_failed every answer that reads it is cut by a reset; none begins.
 * (3) It lives as long as somebody holds it; the descriptor closes with it.
 * (4) What a reader waits for is told to who brings it, so that it comes next.
 *
 * Threads: any.  Nothing blocks for long.
 */
#ifndef NET_FLOW_H
#define NET_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/err.h>

struct flow;

/* Both are called on any thread, one call at a time, and must not block, nor call
 * flow_drop or flow_unfeed of this flow. */
struct flow_feeder {
	/* Somebody waits for the byte at `offset`. */
	void (*wanted)(void *ctx, uint64_t offset);
	/* One left; so many hold it now, beside its maker. */
	void (*readers)(void *ctx, unsigned readers);
	void *ctx; /* outlives the flow, or flow_unfeed was called */
};

/* `fd` is taken, also on failure; `held` bytes at the end wait for flow_whole (more
 * than there are: all).  The caller is its maker and holds it. */
enum weigh_code flow_new(struct flow **out, int fd, uint64_t size,
    uint64_t held, const struct flow_feeder *feeder, struct weigh_err *err);
struct flow *flow_hold(struct flow *f);
void flow_drop(struct flow *f); /* NULL does nothing */

/* Who brings the bytes: they lie in the file.  Ranges may come in any order, and a
 * byte more than once. */
void flow_arrived(struct flow *f, uint64_t first, uint64_t len);
/* All bytes are there and have their SHA-256. */
void flow_whole(struct flow *f);
/* `err` is the answer of whoever comes now; the first failure counts. */
void flow_failed(struct flow *f, const struct weigh_err *err);
/* Where readers wait for a byte that has not arrived: at most `most` places, each
 * once, in no order.  How many. */
unsigned flow_waits(struct flow *f, uint64_t *offsets, unsigned most);
/* The feeder is called no more, and is not in a call, when this returns: so not with
 * a lock that the feeder takes.  Before the maker drops it. */
void flow_unfeed(struct flow *f);

/* How many hold it beside its maker. */
unsigned flow_readers(struct flow *f);

#endif
