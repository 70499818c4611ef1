/* conn: see include/weigh/conn.h. */
#include <weigh/conn.h>

static const char *const state_names[WEIGH_CONN_STATES] = {
	[WEIGH_CONN_IDLE] = "IDLE",
	[WEIGH_CONN_HEAD] = "HEAD",
	[WEIGH_CONN_READING_AHEAD] = "AHEAD",
	[WEIGH_CONN_ROUTING] = "ROUTING",
	[WEIGH_CONN_BODY] = "BODY",
	[WEIGH_CONN_ANSWERING] = "ANSWERING",
	[WEIGH_CONN_FLUSH] = "FLUSH",
	[WEIGH_CONN_LINGER] = "LINGER",
	[WEIGH_CONN_CLOSED] = "CLOSED",
};

static const char *const action_names[WEIGH_CONN_ACTIONS] = {
	[WEIGH_CONN_WAIT] = "WAIT",
	[WEIGH_CONN_REQUEST] = "REQUEST",
	[WEIGH_CONN_GIVE_BODY] = "GIVE_BODY",
	[WEIGH_CONN_GIVE_END] = "GIVE_END",
	[WEIGH_CONN_CONTINUE] = "CONTINUE",
	[WEIGH_CONN_REFUSE] = "REFUSE",
	[WEIGH_CONN_NEXT] = "NEXT",
	[WEIGH_CONN_SHUT] = "SHUT",
	[WEIGH_CONN_CLOSE] = "CLOSE",
};

/* The clock that belongs to each state. */
static const enum weigh_conn_clock clocks[WEIGH_CONN_STATES] = {
	[WEIGH_CONN_IDLE] = WEIGH_CLOCK_IDLE,
	[WEIGH_CONN_HEAD] = WEIGH_CLOCK_HEAD,
	[WEIGH_CONN_READING_AHEAD] = WEIGH_CLOCK_BODY,
	[WEIGH_CONN_BODY] = WEIGH_CLOCK_BODY,
	[WEIGH_CONN_LINGER] = WEIGH_CLOCK_LINGER,
};

const char *
weigh_conn_state_name(enum weigh_conn_state state)
{
	return state_names[state];
}

const char *
weigh_conn_action_name(enum weigh_conn_action action)
{
	return action_names[action];
}

static void
enter(struct weigh_conn *c, enum weigh_conn_state state)
{
	c->state = state;
	c->held = false;
	c->clock = clocks[state];
	if (c->clock == WEIGH_CLOCK_IDLE && c->unsent)
		c->clock = WEIGH_CLOCK_NONE; /* (5) */
}

static enum weigh_conn_action
closed(struct weigh_conn *c)
{
	enter(c, WEIGH_CONN_CLOSED);
	return WEIGH_CONN_CLOSE;
}

/* Close, but not before what is queued is written (4). */
static enum weigh_conn_action
finish(struct weigh_conn *c)
{
	c->close = true;
	if (!c->unsent)
		return closed(c);
	enter(c, WEIGH_CONN_FLUSH);
	return WEIGH_CONN_WAIT;
}

static enum weigh_conn_action
refuse(struct weigh_conn *c, int status, const char *reason)
{
	c->status = status;
	c->reason = reason;
	c->close = c->unsent = true;
	enter(c, WEIGH_CONN_FLUSH);
	return WEIGH_CONN_REFUSE;
}

static enum weigh_conn_action
refuse_bad(struct weigh_conn *c)
{
	return refuse(c, c->reader.status, c->reader.reason);
}

void
weigh_conn_init(struct weigh_conn *c, const struct weigh_http_limits *limits)
{
	*c = (struct weigh_conn){ .state = WEIGH_CONN_IDLE };
	c->clock = WEIGH_CLOCK_IDLE;
	weigh_http_reader_init(&c->reader, limits);
}

void
weigh_conn_free(struct weigh_conn *c)
{
	weigh_http_reader_free(&c->reader);
}

/* The exchange is over and the connection stays: be as after init. */
static enum weigh_conn_action
next_request(struct weigh_conn *c)
{
	weigh_http_reader_next(&c->reader);
	c->body_max = c->body_seen = 0;
	c->body_over = false;
	enter(c, WEIGH_CONN_IDLE);
	return WEIGH_CONN_NEXT;
}

/* Is the body small, or may it be, and is it on its way already (3)? */
static bool
reads_ahead(const struct weigh_http_head *head)
{
	return head->has_body && !head->expect_continue &&
	    (head->chunked || head->length <= WEIGH_CONN_AHEAD);
}

static enum weigh_conn_action
head_done(struct weigh_conn *c)
{
	const struct weigh_http_head *head = &c->reader.head;

	c->close = c->close || head->close;
	c->body_over = !head->has_body;
	c->body_max = WEIGH_CONN_AHEAD;
	if (reads_ahead(head)) {
		enter(c, WEIGH_CONN_READING_AHEAD);
		return WEIGH_CONN_WAIT;
	}
	enter(c, WEIGH_CONN_ROUTING);
	return WEIGH_CONN_REQUEST;
}

static enum weigh_conn_action
head_bytes(struct weigh_conn *c, const char *data, size_t len, size_t *used)
{
	switch (weigh_http_read(&c->reader, data, len, used)) {
	case WEIGH_HTTP_HEAD_DONE:
		return head_done(c);
	case WEIGH_HTTP_BAD:
		return refuse_bad(c);
	case WEIGH_HTTP_MORE:
	case WEIGH_HTTP_BODY:
	case WEIGH_HTTP_END:
		break;
	}
	if (!c->reader.idle && c->state == WEIGH_CONN_IDLE)
		enter(c, WEIGH_CONN_HEAD);
	return WEIGH_CONN_WAIT;
}

/* A chunked body turned out larger than what is read ahead: the application
 * decides.  The piece that told so is kept for it. */
static enum weigh_conn_action
body_piece(struct weigh_conn *c)
{
	c->body_seen += c->reader.body.len;
	if (c->body_seen <= c->body_max)
		return WEIGH_CONN_GIVE_BODY;
	if (c->state == WEIGH_CONN_BODY)
		return refuse(c, 413, "the body is larger than allowed");
	c->routes_next = true;
	return WEIGH_CONN_GIVE_BODY;
}

static enum weigh_conn_action
body_end(struct weigh_conn *c)
{
	c->body_over = true;
	if (c->state == WEIGH_CONN_BODY) {
		enter(c, WEIGH_CONN_ANSWERING);
		return WEIGH_CONN_GIVE_END;
	}
	enter(c, WEIGH_CONN_ROUTING);
	return WEIGH_CONN_REQUEST;
}

static enum weigh_conn_action
body_bytes(struct weigh_conn *c, const char *data, size_t len, size_t *used)
{
	if (c->routes_next) {
		c->routes_next = false;
		enter(c, WEIGH_CONN_ROUTING);
		return WEIGH_CONN_REQUEST;
	}
	switch (weigh_http_read(&c->reader, data, len, used)) {
	case WEIGH_HTTP_BODY:
		return body_piece(c);
	case WEIGH_HTTP_END:
		return body_end(c);
	case WEIGH_HTTP_BAD:
		return refuse_bad(c);
	case WEIGH_HTTP_MORE:
	case WEIGH_HTTP_HEAD_DONE:
		break;
	}
	return WEIGH_CONN_WAIT;
}

enum weigh_conn_action
weigh_conn_bytes(struct weigh_conn *c, const char *data, size_t len,
    size_t *used)
{
	*used = 0;
	switch (c->state) {
	case WEIGH_CONN_IDLE:
	case WEIGH_CONN_HEAD:
		return head_bytes(c, data, len, used);
	case WEIGH_CONN_READING_AHEAD:
	case WEIGH_CONN_BODY:
		return c->held ? WEIGH_CONN_WAIT :
				 body_bytes(c, data, len, used);
	case WEIGH_CONN_LINGER:
	case WEIGH_CONN_CLOSED:
		*used = len; /* (2): dropped unseen */
		return WEIGH_CONN_WAIT;
	case WEIGH_CONN_ROUTING:
	case WEIGH_CONN_ANSWERING:
	case WEIGH_CONN_FLUSH:
	case WEIGH_CONN_STATES:
		break; /* (1): it waits where it is */
	}
	return WEIGH_CONN_WAIT;
}

enum weigh_conn_action
weigh_conn_want_body(struct weigh_conn *c, uint64_t max)
{
	const struct weigh_http_head *head = &c->reader.head;

	c->body_max = max;
	if (head->length > max || c->body_seen > max)
		return refuse(c, 413, "the body is larger than allowed");
	if (c->body_over) {
		enter(c, WEIGH_CONN_ANSWERING);
		return WEIGH_CONN_GIVE_END;
	}
	if (c->read_closed)
		return finish(c);
	enter(c, WEIGH_CONN_BODY);
	return head->expect_continue ? WEIGH_CONN_CONTINUE : WEIGH_CONN_WAIT;
}

void
weigh_conn_hold(struct weigh_conn *c, bool held)
{
	if (c->state != WEIGH_CONN_BODY)
		return;
	c->held = held;
	c->clock = held ? WEIGH_CLOCK_NONE : WEIGH_CLOCK_BODY;
}

void
weigh_conn_defer(struct weigh_conn *c)
{
	enter(c, WEIGH_CONN_ANSWERING);
}

bool
weigh_conn_will_close(const struct weigh_conn *c)
{
	return c->close || !c->body_over;
}

enum weigh_conn_action
weigh_conn_answered(struct weigh_conn *c)
{
	c->unsent = true;
	if (!weigh_conn_will_close(c))
		return next_request(c);
	c->close = true;
	enter(c, WEIGH_CONN_FLUSH);
	return WEIGH_CONN_WAIT;
}

enum weigh_conn_action
weigh_conn_flushed(struct weigh_conn *c)
{
	c->unsent = false;
	if (c->state == WEIGH_CONN_IDLE)
		c->clock = WEIGH_CLOCK_IDLE;
	if (c->state != WEIGH_CONN_FLUSH)
		return WEIGH_CONN_WAIT;
	if (c->read_closed)
		return closed(c);
	enter(c, WEIGH_CONN_LINGER);
	return WEIGH_CONN_SHUT;
}

enum weigh_conn_action
weigh_conn_eof(struct weigh_conn *c)
{
	c->read_closed = true;
	switch (c->state) {
	case WEIGH_CONN_ROUTING:
	case WEIGH_CONN_ANSWERING:
	case WEIGH_CONN_FLUSH:
		c->close = true; /* (4) */
		return WEIGH_CONN_WAIT;
	case WEIGH_CONN_IDLE:
	case WEIGH_CONN_HEAD:
	case WEIGH_CONN_READING_AHEAD:
	case WEIGH_CONN_BODY:
	case WEIGH_CONN_LINGER:
	case WEIGH_CONN_CLOSED:
	case WEIGH_CONN_STATES:
		break;
	}
	return finish(c);
}

enum weigh_conn_action
weigh_conn_timeout(struct weigh_conn *c)
{
	switch (c->clock) {
	case WEIGH_CLOCK_HEAD:
		return refuse(c, 408, "the request's head took too long");
	case WEIGH_CLOCK_BODY:
		return refuse(c, 408, "the body took too long");
	case WEIGH_CLOCK_IDLE:
	case WEIGH_CLOCK_LINGER:
		return closed(c);
	case WEIGH_CLOCK_NONE:
	case WEIGH_CLOCKS:
		break;
	}
	return WEIGH_CONN_WAIT;
}

enum weigh_conn_action
weigh_conn_turn_away(struct weigh_conn *c, int status, const char *reason)
{
	return refuse(c, status, reason);
}

enum weigh_conn_action
weigh_conn_drain(struct weigh_conn *c)
{
	if (c->state == WEIGH_CONN_IDLE)
		return finish(c);
	c->close = true;
	return WEIGH_CONN_WAIT;
}
