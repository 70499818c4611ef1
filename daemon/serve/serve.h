/*
 * serve: the Hub's routes, and the pages that operators read (/healthz, /readyz,
 * /metrics).  Answers are worked out on pool workers; small ones that are still
 * true are given again from a cache, on the loop.
 *
 * (1) No answer holds a byte of a file that gate_open did not open.
 * (2) Nothing about Xet is ever said.
 * (3) An unknown path under /api/ is a fast 404 with a JSON body.
 * (4) A cached answer is used only while the gate's generation is the one it was
 *     made under.
 * (5) Nothing is worked out for anybody before its route's right was judged by
 *     weigh_access_decide, and a credential that is not good is answered 401 before
 *     anything else is looked at.
 * (6) What the cache holds nobody in particular may have; what was made for
 *     somebody known is never kept unless everybody is answered the same.
 * (7) What is not here is brought in only for who could read it if it were; until it
 *     is known the question waits without a thread.  Nobody is told that a repository
 *     does not exist because upstream cannot be reached.
 */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include <weigh/err.h>
#include <weigh/ticket.h>

#include "fetch/fetch.h"
#include "gate/gate.h"
#include "net/server.h"
#include "pool/pool.h"
#include "trust/tokens.h"

struct serve;

/* How uploads are taken; see weighd.conf(5). */
struct serve_upload {
	uint8_t key[WEIGH_TICKET_KEY]; /* signs their URLs */
	uint64_t part;    /* bytes of a part, and over which there are parts */
	uint64_t largest; /* bytes of a file */
	unsigned seconds; /* a URL holds */
	unsigned open;    /* uploads of one token at a time */
};

/* Borrowed; all outlive the serve. */
struct serve_parts {
	struct gate *gate;
	struct tokens *tokens;
	struct store *store; /* for /readyz: is there room? */
	struct repo_root *repos; /* for git */
	struct fetch *fetch; /* brings in what is not here; NULL: nobody does */
	struct pool *workers, *heavy, *streams; /* see priv.h, route_flags */
	unsigned nloops;
	struct serve_upload upload;
	/* Appends lines of /metrics that others keep; may be NULL. */
	void (*metrics)(void *ctx, struct catalog_reader *reader,
	    struct weigh_buf *out);
	void *metrics_ctx;
	int64_t started; /* seconds since 1970 */
};

enum weigh_code serve_new(struct serve **out, const struct serve_parts *parts,
    struct weigh_err *err);
void serve_free(struct serve *s);

/* Answer a request; the loop's thread. */
void serve_request(struct serve *s, struct http_exchange *x);

/* The server, for its counters: made after the application it calls. */
void serve_set_server(struct serve *s, struct server *server);

#endif
