/*
 * window: how much may be on its way to us on one connection.  The system lets a window
 * grow until the queues between there and here are full.  What is in them when weighd is
 * killed, or hangs up, was sent for nothing; and whoever shares the road waits behind
 * it.  A window of a quarter more than passes in one round trip fills the road.
 */
#ifndef OUTBOUND_WINDOW_H
#define OUTBOUND_WINDOW_H

#include <stdint.h>

#define WINDOW_LEAST (256u << 10) /* bytes: what a slow look may cost */

struct window {
	uint64_t size;   /* bytes; 0 not known yet */
	uint64_t looked; /* bytes of the body, when it was last measured */
	uint64_t set;    /* and when it was last set */
	int64_t at;      /* microseconds, of the first; 0 never */
};

/* The window after `bytes` came in `us` microseconds, where `least` of them are the
 * shortest round trip that was seen and `now` is one of today.  `before`: the last one,
 * 0 none; it falls slowly.  Pure. */
uint64_t window_size(uint64_t before, uint64_t bytes, int64_t us,
    uint32_t least, uint32_t now);

/* So many bytes of a body have come on this connection.  Does not block; where the system does not know how, nothing happens. */
void window_follow(struct window *w, int fd, uint64_t got);

#endif
