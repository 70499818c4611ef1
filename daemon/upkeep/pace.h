/*
 * pace: how fast scrub reads, and when.  Pure: settings, sizes and times go in,
 * decisions come out; no clock is read here.
 *
 * The promise is that every byte is read back within `days`.  Reading begins
 * `rest` seconds after the last reading of the same blob and goes on at `rate`:
 * so fast that what is due all at once is read in what is left of the days, less a
 * tenth for what comes between.  A small store rests most of the time, a large one
 * never.
 */
#ifndef UPKEEP_PACE_H
#define UPKEEP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_LEAST ((uint64_t)8 << 20) /* bytes a second, when nobody says */
#define PACE_FULL UINT64_MAX           /* as fast as it goes */

/* The hours of the day in which it reads: from `from` up to `until`, past
 * midnight if that is smaller. */
struct pace_hours {
	unsigned from, until; /* 0-24 */
};

/* Read `FROM-UNTIL`: whole hours, 0 to 24, not the same. */
bool pace_hours_parse(const char *text, struct pace_hours *out);
bool pace_hours_open(const struct pace_hours *h, unsigned hour);
/* How many of 24 they are. */
unsigned pace_hours_count(const struct pace_hours *h);

struct pace_settings {
	unsigned days; /* 0: never */
	uint64_t rate; /* bytes a second; 0: just fast enough */
	struct pace_hours hours;
};

struct pace_plan {
	uint64_t rate; /* bytes a second while it reads */
	int64_t rest;  /* seconds from one reading of a blob to the next, at least */
	bool late;     /* at this rate the promise cannot be kept */
};
/* For `bytes` in all. */
struct pace_plan pace_make_plan(const struct pace_settings *s, uint64_t bytes);

/* Is a blob, last read at `checked` (catalog.h), to be read now? */
bool pace_is_due(const struct pace_plan *plan, int64_t checked, int64_t now);

/* Seconds from `since` (0: nobody knows) to `now`; never below zero. */
int64_t pace_age(int64_t since, int64_t now);

/* Nanoseconds to wait so that `bytes`, read in `elapsed_ns` so far, are not read
 * faster than `rate`; at most a minute, then ask again. */
uint64_t pace_wait(uint64_t rate, uint64_t bytes, uint64_t elapsed_ns);

/* What others do meanwhile. */
struct pace_load {
	unsigned heavy; /* long jobs waiting or running */
	uint64_t sent;  /* bytes sent in all */
};
/* Should it step aside?  `before` was `ms` ago. */
bool pace_is_busy(const struct pace_load *before, const struct pace_load *now,
    uint64_t ms);

#endif
