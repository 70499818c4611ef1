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
#include <time.h>
#include <unistd.h>

#include "conn.h"

static void pump(struct conn *c);

int64_t
net_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec + 1;
}

/* --- lists ------------------------------------------------------------- */

/* Tell the other lanes how long the first idle connection is idle. */
static void
tell_idle(struct lane *lane)
{
	int64_t since = lane->idle.first != NULL ?
	    lane->idle.first->idle_since :
	    INT64_MAX;

	atomic_store_explicit(&lane->idle_since, since, memory_order_relaxed);
}

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
	if (l == &c->lane->idle)
		tell_idle(c->lane);
}

static void
list_append(struct conn_list *l, struct conn *c)
{
	list_remove(c);
	c->prev = l->last;
	*(l->last != NULL ? &l->last->next : &l->first) = c;
	l->last = c;
	c->on = l;
	if (l == &c->lane->idle) {
		c->idle_since = net_now();
		tell_idle(c->lane);
	}
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
	bool ours;

	if (c->bev == NULL)
		return;
	list_remove(c);
	if (c->local_read != NULL) {
		event_free(c->local_read);
		evbuffer_free(c->in);
	}
	if (c->timer != NULL)
		event_free(c->timer);
	bufferevent_free(c->bev); /* closes the socket */
	c->bev = NULL;
	local_close(&c->fds);
	conn_unnote(c);
	if (c->attached_closed != NULL)
		c->attached_closed(c->attached);
	c->attached_closed = NULL;
	if (c->origin.address != NULL)
		address_leave(c->lane->server->addresses, c->origin.address);
	c->lane->turned_away -= c->turned_away;
	atomic_fetch_sub(&c->lane->server->counters.connections, 1);
	if (c->x != NULL && c->x->intake != NULL)
		intake_lost(c->x->intake);
	if (c->x != NULL && c->x->outlet != NULL)
		outlet_gone(c->x->outlet);
	/* One that still collects its body, or reads a flow, is ours, not the
	 * application's. */
	ours = c->x != NULL && (c->x->collecting || c->x->reader != NULL);
	if (c->x != NULL && c->x->reader != NULL)
		flow_reader_gone(c->x->reader);
	if (ours) {
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

/* May one more answer be queued?  One file at a time, so that it is known which
 * one ended before its size. */
static bool
may_queue(struct conn *c)
{
	return !c->sends_file && c->queued < NET_OUT_ANSWERS &&
	    evbuffer_get_length(bufferevent_get_output(c->bev)) < NET_OUT_HIGH;
}

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
		return may_queue(c);
	case WEIGH_CONN_BODY:
		return !c->machine.held;
	case WEIGH_CONN_READING_AHEAD:
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
	if (c->eof && !c->machine.held && evbuffer_get_length(c->in) == 0) {
		c->eof = false;
		conn_carry_out(c, weigh_conn_eof(&c->machine));
		return true;
	}
	if (c->machine.unsent &&
	    evbuffer_get_length(bufferevent_get_output(c->bev)) == 0) {
		c->queued = 0;
		c->sends_file = false;
		if (c->x == NULL || c->x->outlet == NULL)
			conn_unnote(c);
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
	struct conn *c = arg;

	(void)bev;
	c->pumping = true; /* the pump comes below, once */
	if (c->x != NULL && c->x->reader != NULL)
		flow_reader_written(c->x->reader);
	c->pumping = false;
	pump(c);
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
	if (n > 0 && c->x != NULL && c->x->outlet != NULL)
		outlet_drained(c->x->outlet, n);
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
		.origin = &c->origin,
		.id = c->id,
	};
}

struct evbuffer *
conn_out(struct conn *c)
{
	return c->bev != NULL ? bufferevent_get_output(c->bev) : NULL;
}

void
conn_sends_file(struct conn *c, const char *blob)
{
	c->sends_file = true;
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
		c->queued++;
		conn_note(c);
		conn_carry_out(c, weigh_conn_answered(&c->machine));
	}
	pump(c);
}

void
conn_drop(struct conn *c)
{
	exchange_free(c->x);
	c->x = NULL;
	pump(c);
}

void
conn_go_on(struct conn *c)
{
	pump(c);
}

void
conn_patience(const struct conn *c, unsigned *grace, unsigned *least)
{
	*grace = c->body_grace;
	*least = c->body_rate;
}

void
conn_queued_heads(struct conn *c, size_t bytes)
{
	c->heads += bytes;
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
set_limits(struct conn *c, const struct server_options *o)
{
	c->body_grace = o->body_grace_seconds;
	c->body_rate = o->body_rate;
	c->requests_per_address = o->requests_per_address;
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

/* A connection with its socket and its limits, counted; NULL without memory, and
 * then nothing is left of it. */
static struct conn *
conn_new(struct lane *lane, evutil_socket_t fd,
    const struct conn_origin *origin, const struct server_options *options)
{
	struct server_counters *counters = &lane->server->counters;
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL ||
	    (c->bev = bufferevent_socket_new(loop_base(lane->loop), fd,
		 BEV_OPT_CLOSE_ON_FREE)) == NULL) {
		free(c);
		close(fd);
		if (origin->address != NULL)
			address_leave(lane->server->addresses, origin->address);
		return NULL;
	}
	c->lane = lane;
	c->origin = *origin;
	weigh_conn_init(&c->machine, &options->limits);
	set_limits(c, options);
	c->id = atomic_fetch_add(&counters->connections_total, 1) + 1;
	atomic_fetch_add(&counters->connections, 1);
	if (set_up(c, fd, options))
		return c;
	conn_close(c);
	free_if_over(c);
	return NULL;
}

void
conn_accept(struct lane *lane, evutil_socket_t fd,
    const struct conn_origin *origin, const char *no_place)
{
	struct server *s = lane->server;
	struct server_options options;
	struct conn *c;

	pthread_mutex_lock(&s->lock);
	options = s->options;
	pthread_mutex_unlock(&s->lock);
	if ((c = conn_new(lane, fd, origin, &options)) == NULL)
		return;
	if (no_place != NULL) {
		c->turned_away = true;
		lane->turned_away++;
		conn_carry_out(c,
		    weigh_conn_turn_away(&c->machine, 503, no_place));
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
