/*
 * packscan: somebody else's pack as it comes, judged before anybody takes memory for
 * what it says of itself.  It inflates, counts and forgets; who makes objects of it
 * reads it after.  Source: git's gitformat-pack(5).
 *
 * (1) What passes has version 2, as many objects as it says, at most `objects`, each
 *     inflating to exactly the size it states, and 20 bytes behind the last.
 * (2) No object is larger than `object` bytes: neither one that is whole, nor the base
 *     or the result that a difference states; all of them together `total` at most.
 * (3) Every cutting is judged alike.  Memory: zlib's, some 40 KiB.
 * (4) Ids, bases and the pack's SHA-1 are not looked at: the indexer does that.
 */
#ifndef WEIGH_PACKSCAN_H
#define WEIGH_PACKSCAN_H

#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>

struct weigh_packscan_limits {
	uint32_t objects;
	uint64_t object; /* bytes */
	uint64_t total;  /* bytes, inflated and put together */
};

struct weigh_packscan;

/* Limits are copied; NULL when out of memory. */
struct weigh_packscan *weigh_packscan_new(const struct weigh_packscan_limits
	*limits);
void weigh_packscan_free(struct weigh_packscan *s);

/* The next bytes.  WEIGH_MALFORMED, WEIGH_TOO_BIG, WEIGH_NOMEM: for ever. */
enum weigh_code weigh_packscan_feed(struct weigh_packscan *s, const void *data,
    size_t len, struct weigh_err *err);
/* That was all.  WEIGH_MALFORMED: it is cut. */
enum weigh_code weigh_packscan_end(const struct weigh_packscan *s,
    struct weigh_err *err);

#endif
