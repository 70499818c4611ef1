/*
 * figures: what status, top and metrics tell of the fetch.
 *
 * Counters are those of this run of weighd; jobs that live are read from the catalog.
 * Threads: any with a reader; blocks for reading the catalog.
 */
#ifndef FETCH_FIGURES_H
#define FETCH_FIGURES_H

#include "fetch/fetch.h"

struct fetch_figures {
	uint64_t upstream_bytes; /* of bodies, from outside */
	uint64_t asked;          /* requests */
	uint64_t unanswered;
	uint64_t refused;                  /* by us: redirect, address, TLS */
	uint64_t done, failed;             /* jobs */
	uint64_t mismatches;               /* files that were other bytes */
	uint64_t refetched;                /* bytes asked for a second time */
	uint64_t hits, misses;             /* files asked for by clients */
	uint64_t jobs[WEIGH_FETCH_STATES]; /* those that live, by state */
	struct weigh_repo last;            /* that failed; "" none is known */
	int64_t last_time;
	char last_why[512];
};
enum weigh_code fetch_figures(struct fetch *f, const struct outbound *outbound,
    struct catalog_reader *reader, struct fetch_figures *out,
    struct weigh_err *err);

/* The same for /metrics. */
void fetch_metrics(struct fetch *f, const struct outbound *outbound,
    struct catalog_reader *reader, struct weigh_buf *out);

#endif
