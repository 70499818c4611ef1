/*
 * progress: one line of a progress display.  Pure: no terminal, no clock.
 *
 *     model-00041-of-00064.safetensors  34% ▕███▌      ▏ 1.6 GB/4.7 GB    58 MB/s     53s
 *
 * (1) A line is at most `width` columns; the name gives first, then the bar.
 * (2) The rate is that of the last ten whole seconds, not of the whole time.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/buf.h>

#define PROGRESS_BUCKETS 10

/* Bytes per second over a moving window of one-second buckets. */
struct progress_rate {
	uint64_t bucket[PROGRESS_BUCKETS];
	uint64_t second; /* of the newest bucket */
	uint64_t begun;  /* the first second; a young rate has fewer buckets */
	bool running;
};

/* `bytes` came at `now_ms` (monotonic). */
void progress_rate_add(
    struct progress_rate *r, uint64_t now_ms, uint64_t bytes);
/* Bytes per second, 0 as long as nothing is known. */
uint64_t progress_rate_get(const struct progress_rate *r, uint64_t now_ms);

struct progress_line {
	const char *name;
	uint64_t done;
	uint64_t total;
	uint64_t rate; /* bytes per second; 0: not known */
	bool finished; /* keeps name, 100 % and total only */
};

/* Append the line, without a line end. */
void progress_line(struct weigh_buf *out, const struct progress_line *line,
    unsigned width, bool utf8);

#endif
