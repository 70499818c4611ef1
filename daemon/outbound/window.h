/*
 * window: how much may be on its way to us on one connection.  The system lets a window
 * grow until the queues between there and here are full.  What is in them when weighd is
 * killed, or hangs up, was sent for nothing; and whoever shares the road waits behind
 * it.
 *
 * (1) At first the system's window stands: a rate that still grows is not held back.
 * (2) Then a window of half more than passes in one round trip fills the road, though what
 *     came is not taken out at once; it grows at once and falls slowly.
 * (3) Where round trips become longer than the shortest was, the road is full; unless
 *     the sender paused as long, which the system takes for a long round trip.
 * (4) We are woken for a few milliseconds' bytes at once, not for each packet; never
 *     for more than are still to come.
 */
#ifndef OUTBOUND_WINDOW_H
#define OUTBOUND_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#define WINDOW_LEAST (256u << 10) /* bytes: what a slow look may cost */
#define WINDOW_BATCH (128u << 10) /* bytes: worth waking for */

struct window {
	uint64_t size;   /* bytes; 0 not known yet */
	uint64_t looked; /* bytes of the body, when it was last measured */
	uint64_t set;    /* and when it was last set */
	int64_t at;      /* microseconds, of the first; 0 never */
	uint64_t passed; /* bytes a second, when it was last measured */
	unsigned flat;   /* looks since it last grew */
	unsigned batch;  /* bytes we are woken for; 0 any */
	bool full;       /* the road is (3) */
	int64_t came;    /* microseconds, when there were bytes; 0 never */
	int64_t pause;   /* the longest since `at` */
};

/* The window after `bytes` came in `us` microseconds, where `least` of them are the
 * shortest round trip that was seen and `now` is one of today.  `before`: the last one,
 * 0 none.  Pure. */
uint64_t window_size(uint64_t before, uint64_t bytes, int64_t us,
    uint32_t least, uint32_t now);
/* Is the road full, by these round trips and the longest pause meanwhile, in
 * microseconds?  Pure. */
bool window_full(uint32_t least, uint32_t now, int64_t pause);
/* How many bytes to be woken for, with this window and so many to come; 0: for any.
 * Pure. */
unsigned window_batch(uint64_t size, uint64_t left);

/* So many bytes of a body have come on this connection, and so many are to come (0: not
 * known).  Does not block; where the system does not know how, nothing happens. */
void window_follow(struct window *w, int fd, uint64_t got, uint64_t left);
/* Nothing came for a while: take what there is. */
void window_wake(struct window *w, int fd);

#endif
