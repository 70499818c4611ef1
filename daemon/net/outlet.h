/*
 * outlet: an answer of unknown length, written from a worker piece by piece.
 *
 * (1) Chunked (RFC 9112 section 7.1); for HTTP/1.0 until the connection closes.
 * (2) At most HTTP_OUTLET_WAITING bytes wait for the client; then write blocks, so
 *     it belongs on a pool of its own: the house's `streams`.
 * (3) A client that is gone, that takes nothing for write_seconds, or that takes
 *     less than body_rate in body_grace_seconds while we wait for it, ends the
 *     outlet: each later write answers WEIGH_CANCELED at once.
 * (4) What was not ended with `ok` ends in a reset: no client takes a part for
 *     the whole.
 * (5) An answer to HEAD has the same head and no byte behind it.
 *
 * All three are called from task.work, on its worker.  Until begin the reply is a
 * reply as any other; from begin on only its fields and its status were sent.
 */
#ifndef NET_OUTLET_H
#define NET_OUTLET_H

#include "net/task.h"

#define HTTP_OUTLET_WAITING (256u << 10)

struct http_outlet;

/* Begin the answer with t->reply's fields and its status (0: 200).  `type` is the
 * Content-Type, static.  On failure (memory) nothing was sent: fill the reply. */
enum weigh_code http_outlet_begin(struct http_outlet **out, struct http_task *t,
    const char *type, struct weigh_err *err);

/* Hand over `len` bytes; blocks (2).  WEIGH_CANCELED: see (3). */
enum weigh_code http_outlet_write(struct http_outlet *o, const char *data,
    size_t len, struct weigh_err *err);

/* The end.  `o` is gone after it.  Without it work's return is the end, not ok. */
void http_outlet_end(struct http_outlet *o, bool ok);

#endif
