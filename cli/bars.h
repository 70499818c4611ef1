/*
 * bars: progress on a terminal, one line per file in flight and one total.
 *
 * (1) Nothing is drawn unless out->bars; a pipe sees none of it.
 * (2) Bars are drawn at most ten times a second, and wiped by bars_end, so that
 *     what follows on stderr stands alone.
 *
 * One thread only.
 */
#ifndef CLI_BARS_H
#define CLI_BARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"
#include "progress.h"

#define BARS_MAX 8 /* files in flight that get a line */

struct bars {
	const struct out *out;
	struct progress_rate rate; /* of the total */
	struct {
		const char *name; /* the caller's; NULL: free */
		uint64_t done, total;
		struct progress_rate rate;
	} file[BARS_MAX];
	const char *name; /* of the total line */
	uint64_t done, total;
	uint64_t drawn_ms; /* when */
	unsigned lines;    /* on the screen now */
};

void bars_begin(struct bars *b, const struct out *out, const char *name,
    uint64_t total);
/* A line for a file, or -1 when there is no room; `name` is kept. */
int bars_add(struct bars *b, const char *name, uint64_t done, uint64_t total);
/* A file's new amount. */
void bars_file(struct bars *b, int line, uint64_t done);
/* Take a file's line away; finished ones stay on the screen above. */
void bars_drop(struct bars *b, int line, bool finished);
/* The total's new amount. */
void bars_total(struct bars *b, uint64_t done);
/* Draw, if it is time. */
void bars_draw(struct bars *b);
void bars_end(struct bars *b);

/* Milliseconds of a clock that only goes forward. */
uint64_t bars_now_ms(void);

/* A line of talk (see out_say) that stays above the bars. */
void bars_say(struct bars *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
