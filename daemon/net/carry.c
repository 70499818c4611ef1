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

#define BODY_GRACE 60  /* seconds after which a body must have come with */
#define BODY_RATE 1024 /* this many bytes a second */

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

static void
begin_exchange(struct conn *c)
{
	struct server *s = c->lane->server;
	int status;

	atomic_fetch_add(&s->counters.requests_total, 1);
	if (!need_exchange(c))
		return;
	c->x->collecting = false;
	if (weigh_http_field(&c->machine.reader.head, WEIGH_HEADER_DESCRIPTOR)
		.p != NULL)
		c->x->fd = local_take(&c->fds);
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
	if (c->x != NULL)
		exchange_free(c->x);
	c->x = NULL;
	c->heads += answer_refusal(c, c->machine.status, c->machine.reason);
}

/* Has the body been coming for a while, and too slowly? */
static bool
crawls(struct conn *c)
{
	struct timeval now;

	event_base_gettimeofday_cached(loop_base(c->lane->loop), &now);
	if (c->body_since == 0)
		c->body_since = now.tv_sec;
	return now.tv_sec - c->body_since >= BODY_GRACE &&
	    c->machine.body_seen <
	    (uint64_t)(now.tv_sec - c->body_since) * BODY_RATE;
}

static void
give_body(struct conn *c)
{
	struct weigh_span piece = c->machine.reader.body;

	if (!need_exchange(c))
		return;
	weigh_buf_add(&c->x->body, piece.p, piece.len);
	c->rearm = true; /* progress */
	if (crawls(c))
		conn_carry_out(c, weigh_conn_timeout(&c->machine));
}

static void
give_end(struct conn *c)
{
	struct http_exchange *x = c->x;
	struct weigh_err err;

	x->collecting = false;
	c->body_since = 0;
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
		shutdown(bufferevent_getfd(c->bev), SHUT_WR);
		break;
	case WEIGH_CONN_CLOSE:
		conn_close(c);
		break;
	case WEIGH_CONN_NEXT:
		c->rearm = true; /* idle begins anew */
		break;
	case WEIGH_CONN_WAIT:
	case WEIGH_CONN_ACTIONS:
		break;
	}
}
