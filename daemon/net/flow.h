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

/* Called with the place of a byte that somebody waits for, and when the last reader
 * left (`readers` 0); on a loop's thread, must not block. */
struct flow_feeder {
	void (*wanted)(void *ctx, uint64_t offset);
	void (*readers)(void *ctx, unsigned readers);
	void *ctx; /* outlives the flow, or flow_unfeed was called */
};

/* `fd` is taken, also on failure; `held` bytes at the end wait for flow_whole. */
enum weigh_code flow_new(struct flow **out, int fd, uint64_t size,
    uint64_t held, const struct flow_feeder *feeder, struct weigh_err *err);
struct flow *flow_hold(struct flow *f);
void flow_drop(struct flow *f); /* NULL does nothing */

/* Who brings the bytes: they lie in the file.  Ranges may come in any order. */
void flow_arrived(struct flow *f, uint64_t first, uint64_t len);
void flow_whole(struct flow *f);
void flow_failed(struct flow *f, const struct weigh_err *err);
/* The feeder is called no more, and is not in a call, when this returns. */
void flow_unfeed(struct flow *f);

uint64_t flow_size(const struct flow *f);
unsigned flow_readers(const struct flow *f);

#endif
