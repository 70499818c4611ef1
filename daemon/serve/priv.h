/* priv: what the files of serve/ share. */
#ifndef SERVE_PRIV_H
#define SERVE_PRIV_H

#include <weigh/route.h>

#include "net/intake.h"
#include "net/task.h"
#include "serve/serve.h"

struct cache;

struct serve {
	struct serve_parts parts;
	struct server *server;
	struct cache **caches; /* one a loop */
};

/* A question on its way to a worker and back. */
struct ask {
	union { /* first: the task is the ask */
		struct http_task task;
		struct http_intake intake; /* where the route takes a body */
	};
	struct serve *serve;
	const struct route *route;
	struct weigh_route_match match;
	uint64_t generation;       /* when it was asked */
	struct weigh_gitid commit; /* what match.rev means, once looked up */
	struct weigh_buf body; /* of the request, if its route collects it */
	void *own; /* the handler's: from begin and block to work or lost */
};

/* How a route takes its request's body; net/intake.h says when each is called. */
struct route_body {
	uint64_t max; /* bytes, after a coding was taken off */
	/* Before the body is read; NULL: it is wanted.  False: not, and the reply
	 * is filled. */
	bool (*begin)(struct ask *ask, struct catalog_reader *reader);
	/* Takes the body block by block; NULL: it is collected in ask->body. */
	enum weigh_code (*block)(struct ask *ask, struct catalog_reader *reader,
	    const char *data, size_t len, struct weigh_err *err);
	/* Releases ask->own where `work` will not be called; may be NULL, and so
	 * may be `reader`. */
	void (*lost)(struct ask *ask, struct catalog_reader *reader);
};

enum route_flags {
	ROUTE_CACHED = 1, /* the answer may be given again */
	ROUTE_HUB = 2,    /* tolerates one empty part in front */
	/* Whose threads work it out; neither: `workers`, for questions. */
	ROUTE_HEAVY = 4,   /* reads or writes many bytes, waits for no client */
	ROUTE_STREAMS = 8, /* writes by an outlet, so waits for its client */
};

struct route {
	const char *methods; /* "GET", or "GET POST": HEAD goes with GET */
	const char *pattern;
	/* On a worker; fills the reply.  NULL: it is answered on the loop. */
	void (*work)(struct ask *ask, struct catalog_reader *reader);
	unsigned flags;
	const struct route_body *body; /* NULL: it takes none */
};

/* --- helpers of the handlers ------------------------------------------------ */

/* Look up repository and revision: fills ask->commit and the X-Repo-Commit field,
 * or the reply with the Hub's error.  False on error. */
bool ask_revision(struct ask *ask, struct catalog_reader *reader);

/* The reply becomes this error; `hub_code` is static or NULL. */
void ask_fail(struct ask *ask, enum weigh_code rc, const char *hub_code);

/* A query parameter; "" and false when absent or malformed. */
bool ask_query(const struct ask *ask, const char *key, char *out, size_t size);
bool ask_flag(const struct ask *ask, const char *key);

/* --- handlers ------------------------------------------------------------------ */
void serve_resolve(struct ask *ask, struct catalog_reader *reader);
void serve_info(struct ask *ask, struct catalog_reader *reader);
void serve_tree(struct ask *ask, struct catalog_reader *reader);
void serve_refs(struct ask *ask, struct catalog_reader *reader);
void serve_whoami(struct ask *ask, struct catalog_reader *reader);
void serve_ready(struct ask *ask, struct catalog_reader *reader);
void serve_metrics(struct ask *ask, struct catalog_reader *reader);
void serve_front(struct ask *ask, struct catalog_reader *reader);

/* --- cache.c: answers that may be given again, for one loop ------------------------ */
enum weigh_code cache_new(struct cache **out, struct weigh_err *err);
void cache_free(struct cache *c);
/* Answer `x` from the cache if it holds an answer to this very request made under
 * `generation`.  True: answered. */
bool cache_answer(struct cache *c, struct http_exchange *x,
    uint64_t generation);
/* Keep a copy of a reply, if it is small and no error. */
void cache_keep(struct cache *c, const struct http_exchange *x,
    uint64_t generation, const struct http_reply *r);

#endif
