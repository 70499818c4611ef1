/* since: points in time as people say them.  Pure. */
#ifndef CLI_SINCE_H
#define CLI_SINCE_H

#include <stdbool.h>
#include <stdint.h>

/* Read `2026-11-20`, `2026-11-20T08:30:00Z` (both UTC), or how long ago: `90s`, `30m`,
 * `12h`, `3d`, `2w`.  `now` and *out are seconds since 1970; *out is above 0 and
 * not after `now`. */
bool since_parse(const char *text, int64_t now, int64_t *out);

/* Read an end: `90`, so many days from now (1 to 36500), or a date as above; it is
 * after `now`. */
bool since_parse_end(const char *text, int64_t now, int64_t *out);

#endif
