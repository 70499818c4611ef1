/* conn: one connection's life: its events from first to last.  See conn.h. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn.h"

static void pump(struct conn *c);

/* --- lists ------------------------------------------------------------- */

static void
list_remove(struct conn *c)
{
	struct conn_list *l = c->on;

	if (l == NULL)
		return;
	*(c->prev != NULL ? &c->prev->next : &l->first) = c->next;
	*(c->next != NULL ? &c->next->prev : &l->last) = c->prev;
	c->on = NULL;
	c->prev = c->next = NULL;
}

static void
list_append(struct conn_list *l, struct conn *c)
{
	list_remove(c);
	c->prev = l->last;
	*(l->last != NULL ? &l->last->next : &l->first) = c;
	l->last = c;
	c->on = l;
}

struct conn *
conn_list_next(const struct conn *c)
{
	return c->next;
}

/* --- the end ------------------------------------------------------------ */

static void
free_if_over(struct conn *c)
{
	if (c->bev != NULL || c->pumping || c->x != NULL)
		return;
	weigh_conn_free(&c->machine);
	free(c);
}

void
conn_close(struct conn *c)
{
	if (c->bev == NULL)
		return;
	list_remove(c);
	if (c->local_read != NULL) {
		event_free(c->local_read);
		evbuffer_free(c->in);
	}
	event_free(c->timer);
	bufferevent_free(c->bev); /* closes the socket */
	c->bev = NULL;
	local_close(&c->fds);
	if (c->attached_closed != NULL)
		c->attached_closed(c->attached);
	c->attached_closed = NULL;
	atomic_fetch_sub(&c->lane->server->counters.connections, 1);
	/* An exchange that still collects its body is ours, not the application's. */
	if (c->x != NULL && c->x->collecting) {
		exchange_free(c->x);
		c->x = NULL;
	}
}

void
conn_reset(struct conn *c)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(bufferevent_getfd(c->bev), SOL_SOCKET, SO_LINGER, &now,
	    sizeof(now));
	conn_close(c);
}

void
conn_cut(struct conn *c)
{
	conn_reset(c);
	free_if_over(c);
}

/* --- time ---------------------------------------------------------------- */

static void
set_clock(struct conn *c)
{
	enum weigh_conn_clock clock = c->machine.clock;

	if (c->bev == NULL || (clock == c->armed && !c->rearm))
		return;
	c->armed = clock;
	c->rearm = false;
	if (clock == WEIGH_CLOCK_NONE)
		event_del(c->timer);
	else
		event_add(c->timer,
		    event_base_init_common_timeout(loop_base(c->lane->loop),
			&c->times[clock]));
}

static void
set_list(struct conn *c)
{
	bool idle = c->machine.clock == WEIGH_CLOCK_IDLE;
	struct conn_list *l = idle ? &c->lane->idle : &c->lane->busy;

	if (c->bev != NULL && c->on != l)
		list_append(l, c);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd, (void)what;
	c->armed = WEIGH_CLOCK_NONE;
	conn_carry_out(c, weigh_conn_timeout(&c->machine));
	pump(c);
}

/* --- bytes in -------------------------------------------------------------- */

/* Is it the machine's turn to see bytes? */
static bool
may_parse(struct conn *c)
{
	switch (c->machine.state) {
	case WEIGH_CONN_ROUTING:
	case WEIGH_CONN_ANSWERING:
	case WEIGH_CONN_FLUSH:
	case WEIGH_CONN_CLOSED:
	case WEIGH_CONN_STATES:
		return false;
	case WEIGH_CONN_IDLE:
	case WEIGH_CONN_HEAD:
		return evbuffer_get_length(bufferevent_get_output(c->bev)) <
		    NET_OUT_HIGH;
	case WEIGH_CONN_READING_AHEAD:
	case WEIGH_CONN_BODY:
	case WEIGH_CONN_LINGER:
		break;
	}
	return true;
}

/* There are no bytes: what may still be known is that a body is complete, or that
 * the client will send no more. */
static bool
feed_nothing(struct conn *c)
{
	size_t used;
	enum weigh_conn_action action = weigh_conn_bytes(&c->machine, "", 0,
	    &used);

	if (action == WEIGH_CONN_WAIT && c->eof) {
		c->eof = false;
		action = weigh_conn_eof(&c->machine);
	}
	conn_carry_out(c, action);
	return action != WEIGH_CONN_WAIT;
}

/* Feed one contiguous piece; false when there is nothing more to do now. */
static bool
feed(struct conn *c)
{
	struct evbuffer_iovec piece;
	size_t used = 0;
	enum weigh_conn_action action;

	if (evbuffer_peek(c->in, -1, NULL, &piece, 1) < 1 || piece.iov_len == 0)
		return feed_nothing(c);
	action = weigh_conn_bytes(&c->machine, piece.iov_base, piece.iov_len,
	    &used);
	conn_carry_out(c, action); /* a piece of a body lies in `piece` */
	if (c->bev != NULL)
		evbuffer_drain(c->in, used);
	return action != WEIGH_CONN_WAIT || used > 0;
}

/* One step; false when nothing more can be done before the next event. */
static bool
advance(struct conn *c)
{
	if (may_parse(c) && feed(c))
		return true;
	if (c->bev == NULL)
		return false;
	/* A client that hung up while its answer is being made. */
	if (c->eof && evbuffer_get_length(c->in) == 0) {
		c->eof = false;
		conn_carry_out(c, weigh_conn_eof(&c->machine));
		return true;
	}
	if (c->machine.unsent &&
	    evbuffer_get_length(bufferevent_get_output(c->bev)) == 0) {
		conn_carry_out(c, weigh_conn_flushed(&c->machine));
		return true;
	}
	return false;
}

/* Bound what waits to be parsed: stop reading while it is enough. */
static void
pause_reading(struct conn *c)
{
	bool full = evbuffer_get_length(c->in) >= NET_IN_HIGH;

	if (full == c->paused || c->ended)
		return;
	c->paused = full;
	if (!c->origin.local && full)
		bufferevent_disable(c->bev, EV_READ);
	else if (!c->origin.local)
		bufferevent_enable(c->bev, EV_READ);
	else if (full)
		event_del(c->local_read);
	else
		event_add(c->local_read, NULL);
}

/* Parse and answer as far as it goes. */
static void
pump(struct conn *c)
{
	if (c->pumping)
		return;
	c->pumping = true;
	while (c->bev != NULL && advance(c))
		;
	c->pumping = false;
	if (c->bev != NULL) {
		pause_reading(c);
		/* Descriptors that no request claimed belong to none. */
		if (c->machine.state == WEIGH_CONN_IDLE &&
		    evbuffer_get_length(c->in) == 0)
			local_close(&c->fds);
	}
	set_clock(c);
	set_list(c);
	free_if_over(c);
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	(void)bev;
	pump(arg);
}

static void
on_written(struct bufferevent *bev, void *arg)
{
	(void)bev;
	pump(arg);
}

/* sendfile moved nothing: either the socket was full after all, or the file has
 * ended before its time. */
static void
written_nothing(struct conn *c)
{
	struct http_app *app = &c->lane->server->app;
	struct pollfd p = { .fd = bufferevent_getfd(c->bev),
		.events = POLLOUT };

	if (poll(&p, 1, 0) == 0) {
		bufferevent_enable(c->bev, EV_WRITE);
		return;
	}
	if (app->broken != NULL)
		app->broken(app->ctx, c->file);
	conn_reset(c);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct conn *c = arg;

	(void)bev;
	if ((what & BEV_EVENT_READING) && (what & BEV_EVENT_EOF)) {
		c->eof = c->ended = true;
	} else if ((what & BEV_EVENT_WRITING) && (what & BEV_EVENT_EOF)) {
		written_nothing(c);
	} else {
		conn_reset(c); /* an error, or a write that made no progress */
	}
	pump(c);
}

/* Count what really left: heads apart from bodies. */
static void
on_drained(struct evbuffer *out, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *c = arg;
	size_t n = info->n_deleted;
	size_t heads = n < c->heads ? n : c->heads;

	(void)out;
	c->heads -= heads;
	atomic_fetch_add(&c->lane->server->counters.body_bytes_total,
	    n - heads);
}

/* --- local connections: bytes and descriptors -------------------------------- */

static void
on_local_read(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)what;
	switch (local_receive(fd, c->in, &c->fds)) {
	case LOCAL_BYTES:
		break;
	case LOCAL_EOF:
		c->eof = c->ended = true;
		event_del(c->local_read);
		break;
	case LOCAL_BROKEN:
		conn_reset(c);
		break;
	}
	pump(c);
}

/* --- for exchange.c ------------------------------------------------------------ */

struct conn_view
conn_view(struct conn *c)
{
	return (struct conn_view){
		.lane = c->lane,
		.machine = &c->machine,
		.out = c->bev != NULL ? bufferevent_get_output(c->bev) : NULL,
		.origin = &c->origin,
	};
}

void
conn_sends_file(struct conn *c, const char *blob)
{
	strncpy(c->file, blob, sizeof(c->file) - 1);
}

void
conn_answered(struct conn *c, int status, size_t head_bytes)
{
	struct server_counters *counters = &c->lane->server->counters;

	exchange_free(c->x);
	c->x = NULL;
	if (c->bev != NULL) {
		atomic_fetch_add(&counters->answers[status / 100], 1);
		c->heads += head_bytes;
		conn_carry_out(c, weigh_conn_answered(&c->machine));
	}
	pump(c);
}

void
conn_abort(struct conn *c)
{
	exchange_free(c->x);
	c->x = NULL;
	conn_reset(c);
	pump(c);
}

bool
conn_attach(struct conn *c, void *thing, void (*closed_fn)(void *thing))
{
	if (c->attached_closed != NULL || c->bev == NULL)
		return false;
	c->attached = thing;
	c->attached_closed = closed_fn;
	return true;
}

void *
conn_attached(const struct conn *c)
{
	return c->attached_closed != NULL ? c->attached : NULL;
}

/* --- the beginning --------------------------------------------------------------- */

static void
set_times(struct conn *c, const struct server_options *o)
{
	c->times[WEIGH_CLOCK_IDLE].tv_sec = o->idle_seconds;
	c->times[WEIGH_CLOCK_HEAD].tv_sec = o->head_seconds;
	c->times[WEIGH_CLOCK_BODY].tv_sec = o->body_seconds;
	c->times[WEIGH_CLOCK_LINGER].tv_sec = o->linger_seconds;
}

static bool
set_up_local(struct conn *c, evutil_socket_t fd)
{
	c->in = evbuffer_new();
	c->local_read = event_new(loop_base(c->lane->loop), fd,
	    EV_READ | EV_PERSIST, on_local_read, c);
	if (c->in != NULL && c->local_read != NULL)
		return event_add(c->local_read, NULL) == 0;
	if (c->in != NULL)
		evbuffer_free(c->in);
	if (c->local_read != NULL)
		event_free(c->local_read);
	c->local_read = NULL;
	return false;
}

static bool
set_up(struct conn *c, evutil_socket_t fd, const struct server_options *o)
{
	const struct timeval write_time = { .tv_sec = o->write_seconds };
	const int one = 1;

	c->timer = evtimer_new(loop_base(c->lane->loop), on_timer, c);
	if (c->timer == NULL)
		return false;
	c->in = bufferevent_get_input(c->bev);
	bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
	bufferevent_set_timeouts(c->bev, NULL, &write_time);
	bufferevent_set_max_single_write(c->bev, 256 << 10);
	evbuffer_add_cb(bufferevent_get_output(c->bev), on_drained, c);
	if (c->origin.local)
		return set_up_local(c, fd) &&
		    bufferevent_enable(c->bev, EV_WRITE) == 0;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return bufferevent_enable(c->bev, EV_READ | EV_WRITE) == 0;
}

void
conn_accept(struct lane *lane, evutil_socket_t fd,
    const struct conn_origin *origin)
{
	struct server *s = lane->server;
	struct server_options options;
	struct conn *c;

	pthread_mutex_lock(&s->lock);
	options = s->options;
	pthread_mutex_unlock(&s->lock);
	if ((c = calloc(1, sizeof(*c))) == NULL ||
	    (c->bev = bufferevent_socket_new(loop_base(lane->loop), fd,
		 BEV_OPT_CLOSE_ON_FREE)) == NULL) {
		free(c);
		close(fd);
		return;
	}
	c->lane = lane;
	c->origin = *origin;
	weigh_conn_init(&c->machine, &options.limits);
	set_times(c, &options);
	atomic_fetch_add(&s->counters.connections_total, 1);
	atomic_fetch_add(&s->counters.connections, 1);
	if (!set_up(c, fd, &options)) {
		if (c->timer == NULL) {
			bufferevent_free(c->bev);
			atomic_fetch_sub(&s->counters.connections, 1);
			free(c);
			return;
		}
		conn_close(c);
		free_if_over(c);
		return;
	}
	set_clock(c);
	set_list(c);
}

void
conn_drain(struct conn *c)
{
	conn_carry_out(c, weigh_conn_drain(&c->machine));
	pump(c);
}
