/* priv: what the files of net/ share.  One loop's part of a server is a lane. */
#ifndef NET_PRIV_H
#define NET_PRIV_H

#include <event2/util.h>
#include <pthread.h>
#include <sys/time.h>

#include <weigh/conn.h>

#include "net/server.h"

#define NET_OUT_HIGH (64u << 10) /* queued answers: then stop reading requests */
#define NET_OUT_ANSWERS 16       /* the same, counted */
#define NET_IN_HIGH (64u << 10)  /* bytes waiting to be parsed */
#define NET_LISTENERS 16         /* addresses */
#define NET_TURNED_AWAY 32       /* of a lane, that are heard out */

struct bufferevent;
struct evbuffer;
struct event;
struct evconnlistener;
struct conn;
struct flow;
struct flow_reader;
struct http_entity;
struct http_intake;
struct http_outlet;
struct http_plan;

/* A doubly linked list threaded through the connections. */
struct conn_list {
	struct conn *first, *last;
};

struct lane {
	struct server *server;
	struct loop *loop;
	unsigned index;
	struct evconnlistener *listeners[NET_LISTENERS];
	unsigned nlisteners;
	struct event *resume; /* listeners pause after EMFILE */
	int spare;            /* a descriptor kept for saying no */
	struct conn_list idle; /* longest idle first */
	struct conn_list busy;
	/* When the first of `idle` became so, monotonic nanoseconds; INT64_MAX:
	 * there is none.  Other lanes look at it. */
	atomic_int_fast64_t idle_since;
	unsigned turned_away; /* connections without a place, not yet closed */
	bool draining;
	time_t date_at; /* of `date`, renewed when the second changes */
	char date[WEIGH_HTTP_DATE];
};

struct server {
	struct http_app app;
	struct lane *lanes;
	unsigned nlanes;
	struct server_counters counters;
	struct addresses *addresses;
	unsigned most; /* connections in all */
	pthread_mutex_t lock; /* of options: set on SIGHUP, read at accept */
	struct server_options options;
};

/* Who a connection is, as told at accept. */
struct conn_origin {
	bool local;
	char peer[64];
	struct address *address; /* NULL: nobody counts */
};

/* conn.c */
/* Takes `fd` and the origin's address.  `no_place`: NULL, or why it is told 503 and
 * closed; a static sentence. */
void conn_accept(struct lane *lane, evutil_socket_t fd,
    const struct conn_origin *origin, const char *no_place);
void conn_drain(struct conn *c);
/* Cut without a word; `loops` have stopped or it is the loop's own thread. */
void conn_cut(struct conn *c);
struct conn *conn_list_next(const struct conn *c);

/* What exchange.c needs of a connection. */
struct http_exchange {
	struct conn *conn;
	struct weigh_http_target target;
	struct weigh_buf fields; /* header lines of the answer to come */
	struct weigh_buf body;   /* of the request, when collected */
	void (*then)(
	    struct http_exchange *x, const char *body, size_t len, void *ctx);
	void *ctx;
	struct http_intake *intake; /* takes the body; NULL: nobody does */
	struct http_outlet *outlet; /* writes the answer; NULL: nobody does */
	struct flow_reader *reader; /* likewise, of a file that comes in */
	int fd; /* the descriptor it claimed and nobody took yet, or -1 */
	bool collecting; /* still ours: the application waits for the body */
};
struct http_exchange *exchange_new(struct conn *c);
void exchange_free(struct http_exchange *x);

/* What holds until the exchange is answered, the socket closed or not: also for a
 * worker's eyes. */
struct conn_view {
	struct lane *lane;
	struct weigh_conn *machine;
	const struct conn_origin *origin;
	uint64_t id;
};
struct conn_view conn_view(struct conn *c);
/* Where answers are queued; NULL: the client is gone.  Its loop's thread only. */
struct evbuffer *conn_out(struct conn *c);
/* carry.c */
void conn_carry_out(struct conn *c, enum weigh_conn_action action);
/* conn.c: the answer of exchange `x` is queued: count it, drop x, go on. */
void conn_answered(struct conn *c, int status, size_t head_bytes);
/* There will be no answer, as the connection ends in another way: drop x. */
void conn_drop(struct conn *c);
/* Go on with what waits: the application is ready for more. */
void conn_go_on(struct conn *c);
/* What a client that takes an answer is allowed: `least` bytes a second in each
 * `grace` seconds.  Any thread, while the exchange is held. */
void conn_patience(const struct conn *c, unsigned *grace, unsigned *least);
/* Bytes of heads and frames, not of bodies, were queued. */
void conn_queued_heads(struct conn *c, size_t bytes);
/* The answer cannot be completed: reset, and drop the exchange. */
void conn_abort(struct conn *c);
void conn_sends_file(struct conn *c, const char *blob);
bool conn_attach(struct conn *c, void *thing, void (*closed)(void *thing));
void *conn_attached(const struct conn *c);

/* exchange.c: queue an answer's head.  `length` < 0: no Content-Length.  Returns
 * its bytes. */
size_t exchange_add_head(struct http_exchange *x, int status, const char *type,
    int64_t length);

struct http_task;
/* task.c: the task is home: its answer, by its outlet or its reply. */
void http_task_answer(struct http_task *task);

/* intake.c, on the loop: a piece of the body; its end; it will not come. */
void intake_piece(struct http_intake *in, struct weigh_span piece);
void intake_end(struct http_intake *in);
void intake_lost(struct http_intake *in);

/* outlet.c, on the loop: so many bytes left the output; the client is gone; the
 * task is home, so answer to the end and free it. */
void outlet_drained(struct http_outlet *o, size_t bytes);
void outlet_gone(struct http_outlet *o);
void outlet_close(struct http_outlet *o);

/* flow.c: one answer that reads a flow, as both see it.  What is the loop's only,
 * flow_send.c has behind it. */
struct flow_reader {
	struct job visit; /* first: the job is the reader; `home` is its loop */
	struct flow *flow;
	uint64_t at, end; /* still to be queued */
	/* Under the flow's lock. */
	struct flow_reader *next;
	bool posted; /* the visit is on its way */
	bool waits;  /* for the byte at `at` */
};
/* Begin to read; from then on `visit` may be posted.  The flow is held by the reader
 * then.  Not WEIGH_OK: it failed. */
enum weigh_code flow_join(struct flow_reader *r, struct weigh_err *err);
/* Bytes that may be sent from `at` on.  0: none yet, and a visit will come.  Not
 * WEIGH_OK: it failed. */
enum weigh_code flow_ready(struct flow_reader *r, uint64_t *bytes,
    struct weigh_err *err);
void flow_visited(struct flow_reader *r);
/* Read no more; true: a visit is still on its way. */
bool flow_leave(struct flow_reader *r);
/* Its file, for as long as pinned. */
int flow_pin(struct flow *f);
void flow_unpin(struct flow *f);

/* flow_send.c, on the loop: the output is empty; the connection has closed. */
void flow_reader_written(struct flow_reader *r);
void flow_reader_gone(struct flow_reader *r);

/* exchange.c: what of the entity is asked for, and the head that says so.  Returns
 * its bytes. */
struct http_plan exchange_plan(const struct http_exchange *x,
    const struct http_entity *e);
size_t exchange_add_entity_head(struct http_exchange *x,
    const struct http_entity *e, const struct http_plan *plan);
void exchange_send_no_memory(struct http_exchange *x);
/* exchange.c: a complete error answer of the server's own. */
size_t answer_refusal(struct conn *c, int status, const char *reason);

#endif
