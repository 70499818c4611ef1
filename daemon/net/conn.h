/*
 * conn: one connection as conn.c (its events, its life) and carry.c (what they
 * lead to) see it.
 *
 * A connection lives until its socket is closed *and* its exchange, if the
 * application still holds one, is answered: `bev` is NULL in between.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include "address.h"
#include "local.h"
#include "priv.h"

/* What is remembered of a large answer while it is written. */
struct sending {
	int64_t since;  /* net_now() of its request */
	uint64_t total; /* bytes of the body, as far as it was queued */
	bool open;      /* more may follow: the total is not known */
	char target[];  /* path, perhaps cut */
};

struct conn {
	struct lane *lane;
	uint64_t id; /* the how-manieth connection it is */
	struct conn *prev, *next;
	struct conn_list *on;
	int64_t idle_since; /* of a connection on the list of idle ones */

	struct bufferevent *bev; /* NULL once closed */
	struct evbuffer *in;     /* bev's own, or for local connections ours */
	struct event *local_read;
	bool paused; /* nothing is read because enough waits to be parsed */
	bool ended;  /* nothing is read because the client sends no more */
	struct event *timer;
	struct timeval times[WEIGH_CLOCKS];
	enum weigh_conn_clock armed;
	bool rearm;

	struct weigh_conn machine;
	struct http_exchange *x;
	bool eof;         /* seen on the socket, not yet told to the machine */
	bool pumping;     /* in pump(): do not enter again, do not free */
	bool turned_away; /* there is no place for it */
	size_t heads;     /* bytes of answers' heads still to be written */
	int64_t asked;    /* net_now() of the last request */
	struct sending *sending; /* NULL: nothing large */
	unsigned queued;  /* answers since all was written */
	bool sends_file;  /* one of them is a file */
	char file[80];    /* its blob, in hex */
	int64_t body_since; /* when this while of the body began; 0: no body */
	uint64_t body_then; /* how much had come by then */
	unsigned body_grace, body_rate, requests_per_address;

	struct conn_origin origin;
	struct local_fds fds;
	void *attached;
	void (*attached_closed)(void *thing);
};

/* Close the socket; what waits to be written is lost.  The connection itself
 * goes when nobody is at work on it (pump). */
void conn_close(struct conn *c);
/* The same, so that the client sees a broken answer, not a short one. */
void conn_reset(struct conn *c);

/* survey.c: remember the answer that was just queued, if it is large; forget
 * it. */
void conn_note(struct conn *c);
/* The same for an answer that an outlet writes; more of its body was queued. */
void conn_note_stream(struct conn *c);
void conn_note_more(struct conn *c, size_t bytes);
void conn_unnote(struct conn *c);

/* Monotonic nanoseconds, as fine as the kernel's tick; never 0. */
int64_t net_now(void);

#endif
