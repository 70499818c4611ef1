/* range: the Content-Range of a 206 (RFC 9110 section 14.4).  Pure. */
#ifndef CLI_RANGE_H
#define CLI_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/* Read exactly `bytes FIRST-LAST/TOTAL` with FIRST <= LAST < TOTAL. */
bool range_read(
    const char *text, uint64_t *first, uint64_t *last, uint64_t *total);

#endif
