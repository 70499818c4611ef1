/*
 * view: what weigh top shows.  Pure: two answers of weighd in, rates and lines
 * out; no terminal, no clock.
 *
 * (1) A rate is what was counted between the two answers, by weighd's own clock;
 *     of an answer that began in between, its own average.
 * (2) There are at most `rows` lines of at most `columns` columns, and no text
 *     from outside has a control character in them.
 */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include <stdbool.h>

#include <weigh/buf.h>

#include "doc.h"

/* Add to `now` what the difference to `before` says: requests_per_second and
 * bytes_per_second, and to each of answers[] its rate, bytes per second.  False:
 * out of memory. */
bool view_rates(struct doc *now, const struct doc *before);

/* The screen: lines, each ended by a line feed. */
void view_screen(struct weigh_buf *out, const struct doc *d, const char *server,
    unsigned columns, unsigned rows, bool utf8);

#endif
