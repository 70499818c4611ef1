/*
 * pace: how many connections to one upstream are worth it.  Each costs both ends; more
 * than one help where each alone is held back, not where the road is full.
 *
 * (1) It begins with one.  Twice as many are tried for a while; they stay if more comes
 *     by a quarter, and twice as many again are tried.  Else it is as before, and
 *     nothing is tried for a minute.
 * (2) None are tried while a quarter of the bytes comes by a road that is full: a sender
 *     who pauses now and then empties it for a moment, and more would not fill it.
 * (3) What is measured came without a pause; the first moments after a change do not
 *     count.
 *
 * Pure.
 */
#ifndef FETCH_PACE_H
#define FETCH_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_SETTLE_MS 500
#define PACE_LOOK_MS 1000
#define PACE_PAUSE_MS 500
#define PACE_REST_MS 60000

struct pace {          /* {0} is the beginning */
	unsigned more; /* connections beyond the first */
	bool tries;    /* these are tried; with `before` it was… */
	unsigned before;
	uint64_t rate;        /* … so many bytes a second */
	uint64_t bytes, full; /* since `since`; of them by a full road */
	int64_t since, last;  /* ms; `last` 0: nothing yet */
	int64_t rest;         /* ms: nothing is tried until then */
};

/* How many are to be used of `most`; and how many if those that are tried are not
 * counted. */
unsigned pace_width(const struct pace *p, unsigned most);
unsigned pace_sure(const struct pace *p, unsigned most);
/* So many bytes came at `now` (ms), where up to `most` connections may be; `full`: the
 * road has no more.  True: the width is another now. */
bool pace_came(struct pace *p, uint64_t bytes, bool full, unsigned most,
    int64_t now);

#endif
