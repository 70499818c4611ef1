/*
 * conn: the server's side of one HTTP/1.1 connection as a state machine, without
 * sockets and without time.  Events go in, an action comes out; daemon/net
 * carries the actions out, a replay test checks them.
 *
 *         first byte         head done, small body       body done
 *    IDLE ──────────► HEAD ─────────────────────► AHEAD ──────────┐
 *     ▲                 │ head done, no body, a large one         ▼
 *     │                 ├───────────────────────────────────► ROUTING
 *     │                 │ bad, late                               │ want_body
 *     │                 │                          end            ▼
 *     │                 │        ANSWERING ◄───────────────────  BODY
 *     │  keep-alive     │            │ answered
 *     ├◄────────────────┼────────────┤
 *                       ▼            ▼ must close
 *                     FLUSH ◄────────┘
 *                       │ flushed
 *                       ▼
 *                     LINGER ── eof, late ──► CLOSED
 *
 * (1) Requests are answered in their order; the next one is not parsed before
 *     the answer to this one is complete.
 * (2) After a framing error there is one answer, then close: nothing that
 *     followed is ever parsed.
 * (3) A body of up to WEIGH_CONN_AHEAD bytes is read before the application hears
 *     of the request, so that an error in its framing is the answer, and the
 *     body of a request that nobody wanted is never taken for the next one.  A
 *     larger one that is not wanted ends the connection after the answer.
 * (4) A client that closes its sending half still gets the answers it waits for;
 *     nothing that is queued for writing is dropped but by a time limit.
 * (5) `clock` says which time limit runs now.  HEAD's begins with the first byte
 *     and is not renewed; IDLE's begins when all that was queued is written.
 * (6) A body that is taken piece by piece can be held: its clock stands still and
 *     nothing more of it is read, until it is let go.
 */
#ifndef WEIGH_CONN_H
#define WEIGH_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/http.h>

#define WEIGH_CONN_AHEAD (64u << 10)

enum weigh_conn_state {
	WEIGH_CONN_IDLE,
	WEIGH_CONN_HEAD,
	WEIGH_CONN_READING_AHEAD,
	WEIGH_CONN_ROUTING,
	WEIGH_CONN_BODY,
	WEIGH_CONN_ANSWERING,
	WEIGH_CONN_FLUSH,
	WEIGH_CONN_LINGER,
	WEIGH_CONN_CLOSED,
	WEIGH_CONN_STATES
};

/* Which limit of time runs. */
enum weigh_conn_clock {
	WEIGH_CLOCK_NONE,   /* the application's turn, or the writer's */
	WEIGH_CLOCK_IDLE,   /* between requests */
	WEIGH_CLOCK_HEAD,   /* first byte to complete head, in all */
	WEIGH_CLOCK_BODY,   /* renewed by progress */
	WEIGH_CLOCK_LINGER, /* reading over what was still on its way */
	WEIGH_CLOCKS
};

enum weigh_conn_action {
	WEIGH_CONN_WAIT,       /* nothing before the next event */
	WEIGH_CONN_REQUEST,    /* show reader.head to the application, which calls
	                          _want_body, _defer or _answered */
	WEIGH_CONN_GIVE_BODY,  /* keep reader.body for it */
	WEIGH_CONN_GIVE_END,   /* tell it that the body is complete */
	WEIGH_CONN_CONTINUE,   /* write the interim answer 100 */
	WEIGH_CONN_REFUSE,     /* write an error answer: status, reason; the
	                          application's exchange, if any, is over */
	WEIGH_CONN_NEXT,       /* this exchange is over, the next may come */
	WEIGH_CONN_SHUT,       /* shut the writing half, go on reading */
	WEIGH_CONN_CLOSE,      /* close now */
	WEIGH_CONN_ACTIONS
};

struct weigh_conn {
	enum weigh_conn_state state;
	enum weigh_conn_clock clock;
	struct weigh_http_reader reader;
	int status;         /* of REFUSE */
	const char *reason; /* of REFUSE, static */
	uint64_t body_max;  /* what is taken */
	uint64_t body_seen;
	bool body_over;     /* the request is read to its end */
	bool routes_next;   /* reading ahead met its bound */
	bool close;         /* after this answer */
	bool held;          /* the application takes no more of the body now */
	bool unsent;        /* answers are queued and not yet written */
	bool read_closed;   /* the client sends no more */
};

/* The limits are copied into the reader. */
void weigh_conn_init(
    struct weigh_conn *c, const struct weigh_http_limits *limits);
void weigh_conn_free(struct weigh_conn *c);

/* Bytes arrived.  *used says how many were taken; call again with the rest after
 * carrying the action out, until WAIT. */
enum weigh_conn_action weigh_conn_bytes(
    struct weigh_conn *c, const char *data, size_t len, size_t *used);

/* The application wants the body, at most `max` bytes of it: GIVE_END if it is
 * here already, CONTINUE, WAIT, REFUSE (413), or CLOSE when the client will not
 * send it any more.  In ROUTING, or once after it deferred. */
enum weigh_conn_action weigh_conn_want_body(struct weigh_conn *c, uint64_t max);

/* Hold the body (6), or let it go.  In BODY only; else nothing happens. */
void weigh_conn_hold(struct weigh_conn *c, bool held);

/* The application will answer later, or say later that it wants the body.  In
 * ROUTING only. */
void weigh_conn_defer(struct weigh_conn *c);

/* The whole answer is queued for writing.  Must the connection end after it, as
 * far as the machine knows *before* the answer's head is written? */
bool weigh_conn_will_close(const struct weigh_conn *c);
enum weigh_conn_action weigh_conn_answered(struct weigh_conn *c);

/* All that was queued is written; in any state. */
enum weigh_conn_action weigh_conn_flushed(struct weigh_conn *c);

/* The client closed its sending half. */
enum weigh_conn_action weigh_conn_eof(struct weigh_conn *c);

/* The time of `clock` is over. */
enum weigh_conn_action weigh_conn_timeout(struct weigh_conn *c);

/* The house has no place for this connection: REFUSE with this answer, before a
 * byte was read.  `reason` is static.  In IDLE, right after init, only. */
enum weigh_conn_action weigh_conn_turn_away(
    struct weigh_conn *c, int status, const char *reason);

/* The house closes: end an idle connection, end others after their answer. */
enum weigh_conn_action weigh_conn_drain(struct weigh_conn *c);

const char *weigh_conn_state_name(enum weigh_conn_state state);
const char *weigh_conn_action_name(enum weigh_conn_action action);

#endif
