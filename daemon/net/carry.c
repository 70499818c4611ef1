/* carry: carries out what a connection's machine, <weigh/conn.h>, decides. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>

#include <weigh/control.h>

#include "conn.h"
#include "host.h"
#include "task.h"

#define NANOSECONDS INT64_C(1000000000) /* of a second */

/* The exchange of the request being read; false: there is none, and no
 * connection any more. */
static bool
need_exchange(struct conn *c)
{
	if (c->x == NULL && (c->x = exchange_new(c)) == NULL)
		conn_reset(c);
	return c->x != NULL;
}

/* 0, or the status to answer.  "*" and CONNECT's target have no parts: the
 * application sees an empty list. */
static int
split_target(struct conn *c)
{
	struct weigh_span path = c->machine.reader.head.path;

	if (path.len == 0 || path.p[0] != '/')
		return 0;
	return weigh_http_target_parse(&c->x->target, path);
}

/* Is the request for a host we go by?  HTTP/1.0 may name none. */
static bool
is_our_host(struct conn *c)
{
	struct server *s = c->lane->server;
	struct weigh_span host = c->machine.reader.head.host;
	bool ours;

	if (c->origin.local || host.len == 0)
		return true;
	pthread_mutex_lock(&s->lock);
	ours = host_listed(host, s->options.hosts);
	pthread_mutex_unlock(&s->lock);
	return ours;
}

/* Does its address ask more often than it may? */
static bool
asks_too_often(struct conn *c)
{
	return c->requests_per_address > 0 && c->origin.address != NULL &&
	    !address_may_ask(c->lane->server->addresses, c->origin.address,
		c->requests_per_address, net_now());
}

static void
begin_exchange(struct conn *c)
{
	struct server *s = c->lane->server;
	int status;

	atomic_fetch_add(&s->counters.requests_total, 1);
	c->asked = net_now();
	if (!need_exchange(c))
		return;
	c->x->collecting = false;
	if (weigh_http_field(&c->machine.reader.head, WEIGH_HEADER_DESCRIPTOR)
		.p != NULL)
		c->x->fd = local_take(&c->fds);
	if (asks_too_often(c)) {
		atomic_fetch_add(&s->counters.refused_total, 1);
		http_fail(c->x, 429, WEIGH_NOT_YET, NULL,
		    "this address asks more often than this mirror allows");
		return;
	}
	if (!is_our_host(c)) {
		http_fail(c->x, 421, WEIGH_USAGE, NULL,
		    "this mirror does not go by that host name");
		return;
	}
	status = split_target(c);
	if (status != 0) {
		http_fail(c->x, status,
		    status == 404 ? WEIGH_NOT_FOUND : WEIGH_MALFORMED, NULL,
		    "the path has a part that no route takes");
		return;
	}
	s->app.request(s->app.ctx, c->x);
	/* Kept for later and no body asked for: nothing more is read now. */
	if (c->x != NULL && c->machine.state == WEIGH_CONN_ROUTING)
		weigh_conn_defer(&c->machine);
}

static void
refuse(struct conn *c)
{
	struct server *s = c->lane->server;

	atomic_fetch_add(&s->counters.refused_total, 1);
	/* Whoever took the body hears of it, and lets go of x on his own time. */
	if (c->x != NULL && c->x->intake != NULL) {
		intake_lost(c->x->intake);
	} else if (c->x != NULL) {
		exchange_free(c->x);
		c->x = NULL;
	}
	c->heads += answer_refusal(c, c->machine.status, c->machine.reason);
}

/* Is a while over in which too little of the body came? */
static bool
crawls(struct conn *c)
{
	const int64_t now = net_now();
	const uint64_t came = c->machine.body_seen - c->body_then;
	int64_t seconds;

	if (c->body_since == 0)
		c->body_since = now;
	seconds = (now - c->body_since) / NANOSECONDS;
	if (seconds < c->body_grace)
		return false;
	c->body_since = now;
	c->body_then = c->machine.body_seen;
	return came < (uint64_t)seconds * c->body_rate;
}

static void
give_body(struct conn *c)
{
	struct weigh_span piece = c->machine.reader.body;

	if (!need_exchange(c))
		return;
	if (c->x->intake != NULL)
		intake_piece(c->x->intake, piece);
	else
		weigh_buf_add(&c->x->body, piece.p, piece.len);
	c->rearm = true; /* progress */
	if (c->machine.held) {
		c->body_since =
		    0; /* (6): the while is ours, not the client's */
		c->body_then = c->machine.body_seen;
		return;
	}
	if (crawls(c))
		conn_carry_out(c, weigh_conn_timeout(&c->machine));
}

static void
give_end(struct conn *c)
{
	struct http_exchange *x = c->x;
	struct weigh_err err;

	if (x->intake != NULL) {
		intake_end(x->intake);
		return;
	}
	x->collecting = false;
	if (x->body.failed) {
		weigh_fail(&err, WEIGH_NOMEM, "out of memory");
		http_send_error(x, 0, NULL, &err);
		return;
	}
	x->then(x, x->body.data != NULL ? x->body.data : "", x->body.len,
	    x->ctx);
}

void
conn_carry_out(struct conn *c, enum weigh_conn_action action)
{
	if (c->bev == NULL)
		return;
	switch (action) {
	case WEIGH_CONN_REQUEST:
		begin_exchange(c);
		break;
	case WEIGH_CONN_GIVE_BODY:
		give_body(c);
		break;
	case WEIGH_CONN_GIVE_END:
		give_end(c);
		break;
	case WEIGH_CONN_CONTINUE:
		evbuffer_add_printf(bufferevent_get_output(c->bev),
		    "HTTP/1.1 100 Continue\r\n\r\n");
		c->heads += strlen("HTTP/1.1 100 Continue\r\n\r\n");
		break;
	case WEIGH_CONN_REFUSE:
		refuse(c);
		break;
	case WEIGH_CONN_SHUT:
		/* Few of those without a place are heard out. */
		if (c->turned_away && c->lane->turned_away > NET_TURNED_AWAY)
			conn_close(c);
		else
			shutdown(bufferevent_getfd(c->bev), SHUT_WR);
		break;
	case WEIGH_CONN_CLOSE:
		conn_close(c);
		break;
	case WEIGH_CONN_NEXT:
		c->rearm = true; /* idle begins anew */
		c->body_since = 0;
		c->body_then = 0;
		break;
	case WEIGH_CONN_WAIT:
	case WEIGH_CONN_ACTIONS:
		break;
	}
}
