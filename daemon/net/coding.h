/*
 * coding: gzip (RFC 1952) off a request's body, and onto an answer's.
 *
 * (1) What comes out is bounded by the caller's ceiling, whatever goes in; memory
 *     is a window and one piece of CODING_PIECE bytes.
 * (2) A body of several members is one body; what follows the last one and is no
 *     member is refused.
 *
 * On workers only: both take time.
 */
#ifndef NET_CODING_H
#define NET_CODING_H

#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>

#define CODING_PIECE (256u << 10)

struct gunzip;

enum weigh_code gunzip_new(struct gunzip **out, uint64_t max,
    struct weigh_err *err);
/* NULL does nothing. */
void gunzip_free(struct gunzip *g);

/* Take `len` bytes off, and give what they hold to `give`, piece by piece.
 * WEIGH_TOO_BIG over the ceiling, WEIGH_MALFORMED, or what `give` answered. */
enum weigh_code gunzip_feed(struct gunzip *g, const char *data, size_t len,
    enum weigh_code (*give)(void *ctx, const char *data, size_t len,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* Behind the last byte: did the body end where a member ends? */
enum weigh_code gunzip_end(const struct gunzip *g, struct weigh_err *err);

/* Replace the bytes of `b` by their gzip form if that is shorter; true if so. */
bool gzip_buf(struct weigh_buf *b);

#endif
