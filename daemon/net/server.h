/*
 * server: HTTP/1.1 on sockets: listeners, connections, answers.  What to answer
 * is the application's business (struct http_app, handed over by main).
 *
 * (1) Bytes are judged by proto/http alone (<weigh/conn.h>, <weigh/http.h>); this
 *     folder only carries its actions out.
 * (2) A connection lives on one loop from accept to close.
 * (3) Bodies of files leave by sendfile; a reader as slow as it likes costs no
 *     memory.  An answer that cannot be completed ends with a reset, never with
 *     a clean close.
 * (4) An exchange is answered exactly once; if the client is gone by then, the
 *     answer is dropped.
 * (5) An idle connection holds no buffer; one without a route yet holds 128 KiB at
 *     most.
 * (6) There is an answer for whoever finds no place, and a place for whoever comes
 *     by control.sock.
 *
 * Threads: server_* from main's thread unless said otherwise; http_* on the
 * exchange's loop.  What only asks (http_head to http_base_url, http_wants_bytes)
 * may also be called by the worker that the exchange was handed to.  Nothing here
 * blocks.
 */
#ifndef NET_SERVER_H
#define NET_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/http.h>

#include "net/loop.h"

/* --- the application's side -------------------------------------------- */

struct http_exchange; /* one request and its answer */

struct http_app {
	/* A request's head is complete.  Answers now, or calls http_collect, or
	 * keeps `x` and answers later on the same loop. */
	void (*request)(void *ctx, struct http_exchange *x);
	/* A file being sent ended before its size; `blob` is its entity's.  May be
	 * NULL.  The connection is reset. */
	void (*broken)(void *ctx, const char *blob);
	void *ctx;
};

const struct weigh_http_head *http_head(const struct http_exchange *x);
const struct weigh_http_target *http_target(const struct http_exchange *x);
struct loop *http_loop(const struct http_exchange *x);
/* Which of the server's loops, from 0: an index for what is kept per loop. */
unsigned http_loop_index(const struct http_exchange *x);
/* Came by control.sock: every right. */
bool http_is_local(const struct http_exchange *x);
/* The number of the connection, from 1, in the order of their coming. */
uint64_t http_connection(const struct http_exchange *x);
/* Who asks, for logs and origins: "127.0.0.1:4711", or "uid 0" by control.sock. */
const char *http_peer(const struct http_exchange *x);
/* "http://HOST" as the client named it: for absolute links. */
void http_base_url(const struct http_exchange *x, struct weigh_buf *out);

/* The descriptor that came by control.sock with this request (which says so by
 * Weigh-Descriptor), now the caller's; -1 if there is none. */
int http_take_descriptor(struct http_exchange *x);

/* Wait for the body, at most `max` bytes (over it: 413, and `then` is never
 * called); `body` lives until the exchange is answered. */
void http_collect(struct http_exchange *x, size_t max,
    void (*then)(struct http_exchange *x, const char *body, size_t len,
	void *ctx),
    void *ctx);

/* Add a header field to the answer to come.  Values are built by us: a CR, LF or
 * NUL in them is dropped. */
void http_field(struct http_exchange *x, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Add whole lines, made by http_reply_field. */
void http_fields(struct http_exchange *x, const struct weigh_buf *lines);

/* What an answer's bytes are: lets conditions and ranges be judged. */
struct http_entity {
	const char *type; /* Content-Type */
	const char
	    *etag; /* with quotes, strong; NULL: no conditions, no ranges */
	int64_t modified; /* Last-Modified, seconds since 1970; 0: not known */
	uint64_t size;
	const char
	    *blob; /* of a file: whose bytes they are, for http_app.broken */
};

/* Answer with the bytes of `body`, which is taken over (and emptied). */
void http_send(struct http_exchange *x, int status, const char *type,
    struct weigh_buf *body);
/* The same, with an ETag: 304, 412, 206 and 416 where asked for. */
void http_send_entity(struct http_exchange *x, const struct http_entity *e,
    struct weigh_buf *body);
/* Answer with a file: `fd` is taken over; entity as above.  `fd` may be -1 for
 * HEAD, 304, 412 and 416. */
void http_send_file(struct http_exchange *x, const struct http_entity *e,
    int fd);
/* Answer with a file that is still coming in (net/flow.h): the hold of `f` is taken
 * over.  Its head is sent with the first byte; when it fails before, the answer is
 * an error, whose status and X-Error-Code `refusal` tells (NULL: 502 and none). */
struct flow;
void http_send_flow(struct http_exchange *x, const struct http_entity *e,
    struct flow *f,
    const char *(*refusal)(const struct weigh_err *err, int *status));
/* Would the answer to this request carry any byte of the entity?  False for HEAD,
 * 304, 412, 416: then no file need be opened. */
bool http_wants_bytes(const struct http_exchange *x,
    const struct http_entity *e);
/* Answer with an error: status by its code (or `status` if not 0), our JSON body,
 * X-Error-Message, and X-Error-Code if `hub_code` is not NULL. */
void http_send_error(struct http_exchange *x, int status, const char *hub_code,
    const struct weigh_err *err);

/* Something that lives as long as the connection of `x`: `closed` is called once
 * when it ends.  One per connection; false if there is one already. */
bool http_attach(struct http_exchange *x, void *thing,
    void (*closed)(void *thing));
/* What is attached, or NULL. */
void *http_attached(const struct http_exchange *x);

/* --- the house's side --------------------------------------------------- */

struct server;

/* Limits and times; see weighd.conf(5) for each. */
struct server_options {
	struct weigh_http_limits limits;
	unsigned head_seconds, idle_seconds, body_seconds, write_seconds;
	unsigned linger_seconds;
	unsigned body_grace_seconds; /* in each such while a body comes with */
	unsigned body_rate;          /* so many bytes a second, or more */
	unsigned connections;        /* in all; 0: descriptor limit less 256 */
	/* Of one address, and requests a second of all it holds; 0: any number. */
	unsigned connections_per_address, requests_per_address;
	char hosts[1024]; /* names we go by, separated by blanks; "": any */
};

/* Counted over all loops; any thread may read. */
struct server_counters {
	atomic_uint_fast64_t connections_total;
	atomic_uint_fast64_t connections; /* open now */
	atomic_uint_fast64_t requests_total;
	atomic_uint_fast64_t body_bytes_total; /* of answers, as written */
	atomic_uint_fast64_t refused_total;    /* by the parser or a limit */
	atomic_uint_fast64_t answers[6];       /* by hundreds: [2] is 2xx */
};

enum weigh_code server_new(struct server **out,
    const struct server_options *options, struct loop **loops, unsigned nloops,
    const struct http_app *app, struct weigh_err *err);

/* Listen on "ADDR:PORT" (IPv6 in brackets, port 0: any), on every loop by
 * SO_REUSEPORT.  The address really taken goes to `taken`. */
enum weigh_code server_listen(struct server *s, const char *address,
    char *taken, size_t size, struct weigh_err *err);

/* Listen on a Unix socket at `path`, made new with this mode, on the first loop. */
enum weigh_code server_listen_local(struct server *s, const char *path,
    mode_t mode, struct weigh_err *err);

/* New limits for connections to come; those that are open keep theirs. */
void server_set_options(struct server *s, const struct server_options *options);

struct server_counters *server_counters(struct server *s);

/* Stop accepting, end idle connections, let others finish their answer: after
 * this returns, server_connections goes to 0 by itself. */
void server_drain(struct server *s);
unsigned server_connections(struct server *s);

/* Stop listening and cut what is left.  The loops must have stopped.  Exchanges
 * that jobs still hold stay, and are dropped when they are answered. */
void server_cut(struct server *s);

/* After server_cut, and after every exchange was answered. */
void server_free(struct server *s);

#endif
