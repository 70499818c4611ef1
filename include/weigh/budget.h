/*
 * budget: when to ask an upstream again, and how fast to take what it sends.  What it
 * says (Retry-After, RateLimit), what we promised it (so many calls in a window), the
 * pause after a failure, the rate of a link, the hours of the night.
 *
 * (1) Pure: moments and chance come from the caller, in the unit that is named.
 * (2) Whatever an upstream says, nobody waits longer for it than WEIGH_WAIT_MAX.
 * (3) weigh_budget_ask lets no more than `most` calls through in any window of
 *     `seconds` (counted by slices of a WEIGH_BUDGET_SLICES-th of it), none before the
 *     moment that upstream named, and no more than it said are left until then.
 * (4) Over any while a bucket lets through at most rate x while + burst.
 * (5) weigh_budget_ask_guest leaves a third of each window, and of what upstream said is
 *     left until a moment, to weigh_budget_ask.
 */
#ifndef WEIGH_BUDGET_H
#define WEIGH_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/http.h>

#define WEIGH_WAIT_MAX 86400 /* seconds */

/* Retry-After (RFC 9110 section 10.2.3): seconds from `now` (seconds since 1970), for
 * a number or a date; -1 for anything else. */
int64_t weigh_retry_after(struct weigh_span value, int64_t now);

/* RateLimit, as `"api";r=0;t=55` (draft-ietf-httpapi-ratelimit-headers); of several
 * the one with the least left.  -1 where nothing is said. */
void weigh_ratelimit(struct weigh_span value, int64_t *left, int64_t *reset);

/* Milliseconds to wait after so many losses in a row (1 or more): `base`, doubled each
 * time up to `most`, of which between half and all, by `chance`. */
uint32_t weigh_backoff_ms(unsigned losses, uint32_t base, uint32_t most,
    uint32_t chance);

/* --- how fast ------------------------------------------------------------ */

/* Tokens that fill up at a rate; what was taken too much is owed. */
struct weigh_bucket {
	uint64_t rate;       /* a second, at most 10^12; 0: any */
	int64_t burst;       /* at most so many at once */
	int64_t left;        /* below 0: owed */
	uint64_t millionths; /* of a token, beside */
	int64_t then;        /* microseconds, of the last look */
};
void weigh_bucket_init(struct weigh_bucket *b, uint64_t rate, int64_t burst,
    int64_t now_us);
/* Another rate from now on. */
void weigh_bucket_set(struct weigh_bucket *b, uint64_t rate, int64_t burst,
    int64_t now_us);
/* `n` came through. */
void weigh_bucket_take(struct weigh_bucket *b, uint64_t n, int64_t now_us);
/* 0: go on; else microseconds until nothing is owed. */
int64_t weigh_bucket_wait(struct weigh_bucket *b, int64_t now_us);

/* Is `hour` (0 to 23) in the hours from `from` up to `until`, perhaps over midnight?
 * Never when they are equal. */
bool weigh_night(unsigned from, unsigned until, unsigned hour);

/* --- how often ----------------------------------------------------------- */

#define WEIGH_BUDGET_SLICES 30

/* The calls to one upstream host, whoever makes them. */
struct weigh_budget {
	unsigned most,
	    seconds;   /* so many in any so many seconds; 0: any number */
	int64_t slice; /* which one the newest count is of */
	unsigned counts[WEIGH_BUDGET_SLICES + 1];
	int64_t until; /* seconds: not before, by upstream's word */
	int64_t left;  /* calls that upstream said are left; -1: not said */
	int64_t full;  /* the most that it said so, until the same moment */
	int64_t reset; /* until then */
};
void weigh_budget_init(struct weigh_budget *b, unsigned most, unsigned seconds);
/* May one more call be made at `now` (seconds, monotonic)?  0: yes, and it is counted;
 * else the seconds after which to ask again. */
int64_t weigh_budget_ask(struct weigh_budget *b, int64_t now);
/* The same for who can be told to come again: a share is kept from it (5). */
int64_t weigh_budget_ask_guest(struct weigh_budget *b, int64_t now);
/* What an answer said: its status, and -1 for what it did not say. */
void weigh_budget_told(struct weigh_budget *b, int64_t now, int status,
    int64_t retry_after, int64_t left, int64_t reset);

#endif
