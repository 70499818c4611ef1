/* conn: see include/weigh/conn.h. */
#include <weigh/conn.h>

static const char *const state_names[WEIGH_CONN_STATES] = {
	[WEIGH_CONN_IDLE] = "IDLE",
	[WEIGH_CONN_HEAD] = "HEAD",
	[WEIGH_CONN_ROUTING] = "ROUTING",
	[WEIGH_CONN_BODY] = "BODY",
	[WEIGH_CONN_ANSWERING] = "ANSWERING",
	[WEIGH_CONN_DISCARDING] = "DISCARDING",
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
	[WEIGH_CONN_BODY] = WEIGH_CLOCK_BODY,
	[WEIGH_CONN_DISCARDING] = WEIGH_CLOCK_BODY,
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
	c->clock = clocks[state];
}

static enum weigh_conn_action
closed(struct weigh_conn *c)
{
	enter(c, WEIGH_CONN_CLOSED);
	return WEIGH_CONN_CLOSE;
}

static enum weigh_conn_action
refuse(struct weigh_conn *c, int status, const char *reason)
{
	c->status = status;
	c->reason = reason;
	c->close = true;
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
	c->body_over = c->continued = false;
	enter(c, WEIGH_CONN_IDLE);
	return WEIGH_CONN_NEXT;
}

static enum weigh_conn_action
head_bytes(struct weigh_conn *c, const char *data, size_t len, size_t *used)
{
	switch (weigh_http_read(&c->reader, data, len, used)) {
	case WEIGH_HTTP_HEAD_DONE:
		c->close = c->close || c->reader.head.close;
		c->body_over = !c->reader.head.has_body;
		enter(c, WEIGH_CONN_ROUTING);
		return WEIGH_CONN_REQUEST;
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

static enum weigh_conn_action
body_bytes(struct weigh_conn *c, const char *data, size_t len, size_t *used)
{
	switch (weigh_http_read(&c->reader, data, len, used)) {
	case WEIGH_HTTP_BODY:
		c->body_seen += c->reader.body.len;
		if (c->body_seen > c->body_max)
			return refuse(c, 413, "the body is larger than allowed");
		return WEIGH_CONN_GIVE_BODY;
	case WEIGH_HTTP_END:
		c->body_over = true;
		enter(c, WEIGH_CONN_ANSWERING);
		return WEIGH_CONN_GIVE_END;
	case WEIGH_HTTP_BAD:
		return refuse_bad(c);
	case WEIGH_HTTP_MORE:
	case WEIGH_HTTP_HEAD_DONE:
		break;
	}
	return WEIGH_CONN_WAIT;
}

/* The answer is out; read over the rest of its request's body (3). */
static enum weigh_conn_action
discard_bytes(struct weigh_conn *c, const char *data, size_t len, size_t *used)
{
	size_t all = 0, some;

	*used = 0;
	for (;;) {
		enum weigh_http_event event =
		    weigh_http_read(&c->reader, data + all, len - all, &some);
		all += some;
		*used = all;
		if (event == WEIGH_HTTP_END)
			return c->close ? closed(c) : next_request(c);
		if (event == WEIGH_HTTP_MORE)
			return WEIGH_CONN_WAIT;
		if (event == WEIGH_HTTP_BAD)
			return closed(c);
		c->body_seen += c->reader.body.len;
		if (c->body_seen > WEIGH_CONN_DISCARD) {
			enter(c, WEIGH_CONN_LINGER);
			return WEIGH_CONN_SHUT;
		}
	}
}

enum weigh_conn_action
weigh_conn_bytes(
    struct weigh_conn *c, const char *data, size_t len, size_t *used)
{
	*used = 0;
	switch (c->state) {
	case WEIGH_CONN_IDLE:
	case WEIGH_CONN_HEAD:
		return head_bytes(c, data, len, used);
	case WEIGH_CONN_BODY:
		return body_bytes(c, data, len, used);
	case WEIGH_CONN_DISCARDING:
		return discard_bytes(c, data, len, used);
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
	if (head->length > max)
		return refuse(c, 413, "the body is larger than allowed");
	enter(c, WEIGH_CONN_BODY);
	if (!head->expect_continue || c->body_over)
		return WEIGH_CONN_WAIT;
	c->continued = true;
	return WEIGH_CONN_CONTINUE;
}

void
weigh_conn_defer(struct weigh_conn *c)
{
	enter(c, WEIGH_CONN_ANSWERING);
}

/* May the rest of the body be read over, so that the connection can stay? */
static bool
worth_discarding(const struct weigh_conn *c)
{
	const struct weigh_http_head *head = &c->reader.head;

	if (head->expect_continue && !c->continued)
		return false; /* nobody knows whether it will be sent */
	return head->chunked || head->length <= WEIGH_CONN_DISCARD;
}

bool
weigh_conn_will_close(const struct weigh_conn *c)
{
	return c->close || (!c->body_over && !worth_discarding(c));
}

enum weigh_conn_action
weigh_conn_answered(struct weigh_conn *c)
{
	if (weigh_conn_will_close(c)) {
		c->close = true;
		enter(c, WEIGH_CONN_FLUSH);
		return WEIGH_CONN_WAIT;
	}
	if (c->body_over)
		return next_request(c);
	enter(c, WEIGH_CONN_DISCARDING);
	return WEIGH_CONN_WAIT;
}

enum weigh_conn_action
weigh_conn_flushed(struct weigh_conn *c)
{
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
	case WEIGH_CONN_BODY:
	case WEIGH_CONN_DISCARDING:
	case WEIGH_CONN_LINGER:
	case WEIGH_CONN_CLOSED:
	case WEIGH_CONN_STATES:
		break;
	}
	return closed(c);
}

enum weigh_conn_action
weigh_conn_timeout(struct weigh_conn *c)
{
	switch (c->clock) {
	case WEIGH_CLOCK_HEAD:
		return refuse(c, 408, "the request's head took too long");
	case WEIGH_CLOCK_BODY:
		if (c->state == WEIGH_CONN_BODY)
			return refuse(c, 408, "the body took too long");
		return closed(c);
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
weigh_conn_drain(struct weigh_conn *c)
{
	if (c->state == WEIGH_CONN_IDLE)
		return closed(c);
	c->close = true;
	return WEIGH_CONN_WAIT;
}
