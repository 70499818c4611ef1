/*
 * head: an answer's head, line by line as libcurl hands it over, read into what
 * outbound tells of it.  Pure.
 *
 * (1) A field that stands twice, or is not of its form, counts as absent; but for
 *     Content-Encoding, which is then said to be there.
 * (2) Interim answers (1xx) and what follows a head (trailers) leave no trace.
 */
#ifndef OUTBOUND_HEAD_H
#define OUTBOUND_HEAD_H

#include <time.h>

#include "outbound.h"

struct head {
	struct outbound_head told;
	char location[2048]; /* "" none */
	unsigned seen;       /* bits: rows of the table that stood already */
	bool done;           /* the blank line behind the final head came */
};

/* Begin: nothing is known. */
void head_init(struct head *h);

/* One line, with its line end; `now` in seconds since 1970, for Retry-After. */
void head_line(struct head *h, const char *line, size_t len, time_t now);

/* Is it a redirect that says where to? */
bool head_redirects(const struct head *h);

#endif
