/*
 * exchange: one request and its answer, as the application sees it, and the text
 * of answers' heads.
 */
#include <event2/buffer.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <weigh/control.h>

#include "field.h"
#include "plan.h"
#include "priv.h"

#define FIELDS_MAX (32u << 10) /* header lines of one answer */
#define COPY_MAX 4096 /* bodies up to here are copied, not handed over */

struct http_exchange *
exchange_new(struct conn *c)
{
	struct http_exchange *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->conn = c;
	x->collecting = true;
	x->fd = -1;
	weigh_buf_init(&x->fields, FIELDS_MAX);
	/* One piece may pass the bound before it is noticed. */
	weigh_buf_init(&x->body, WEIGH_CONN_AHEAD + NET_IN_HIGH);
	return x;
}

void
exchange_free(struct http_exchange *x)
{
	if (x->fd >= 0)
		close(x->fd);
	weigh_http_target_free(&x->target);
	weigh_buf_free(&x->fields);
	weigh_buf_free(&x->body);
	free(x);
}

/* --- what was asked ------------------------------------------------------ */

const struct weigh_http_head *
http_head(const struct http_exchange *x)
{
	return &conn_view(x->conn).machine->reader.head;
}

const struct weigh_http_target *
http_target(const struct http_exchange *x)
{
	return &x->target;
}

struct loop *
http_loop(const struct http_exchange *x)
{
	return conn_view(x->conn).lane->loop;
}

unsigned
http_loop_index(const struct http_exchange *x)
{
	return conn_view(x->conn).lane->index;
}

bool
http_is_local(const struct http_exchange *x)
{
	return conn_view(x->conn).origin->local;
}

uint64_t
http_connection(const struct http_exchange *x)
{
	return conn_view(x->conn).id;
}

const char *
http_peer(const struct http_exchange *x)
{
	return conn_view(x->conn).origin->peer;
}

void
http_base_url(const struct http_exchange *x, struct weigh_buf *out)
{
	const struct weigh_http_head *head = http_head(x);
	struct weigh_span proto = weigh_http_field(head, "X-Forwarded-Proto");

	weigh_buf_adds(out,
	    weigh_span_is_nocase(proto, "https") ? "https://" : "http://");
	weigh_buf_add(out, head->host.p, head->host.len);
}

int
http_take_descriptor(struct http_exchange *x)
{
	int fd = x->fd;

	x->fd = -1;
	return fd;
}

bool
http_attach(struct http_exchange *x, void *thing, void (*closed)(void *thing))
{
	return conn_attach(x->conn, thing, closed);
}

void *
http_attached(const struct http_exchange *x)
{
	return conn_attached(x->conn);
}

void
http_collect(struct http_exchange *x, size_t max,
    void (*then)(struct http_exchange *x, const char *body, size_t len,
	void *ctx),
    void *ctx)
{
	struct weigh_conn *machine = conn_view(x->conn).machine;

	x->then = then;
	x->ctx = ctx;
	x->collecting = true;
	x->body.max = max > x->body.max ? max : x->body.max;
	/* x may be gone after this: a body that is too large is refused. */
	conn_carry_out(x->conn, weigh_conn_want_body(machine, max));
}

/* --- the head of an answer ------------------------------------------------- */

static const char *
date_now(struct lane *lane)
{
	time_t now = time(NULL);

	if (now != lane->date_at) {
		weigh_http_date(now, lane->date);
		lane->date_at = now;
	}
	return lane->date;
}

void
http_field(struct http_exchange *x, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	field_add(&x->fields, name, fmt, ap);
	va_end(ap);
}

void
http_fields(struct http_exchange *x, const struct weigh_buf *lines)
{
	if (lines->len > 0)
		weigh_buf_add(&x->fields, lines->data, lines->len);
}

/* Write status line and fields; `length` < 0: no Content-Length.  Returns the
 * bytes of the head. */
static size_t
add_head(struct conn *c, int status, const char *type, int64_t length,
    const struct weigh_buf *fields)
{
	const struct conn_view v = conn_view(c);
	struct evbuffer *out = conn_out(c);
	bool close = v.lane->draining || weigh_conn_will_close(v.machine);
	char text[512];
	int n;

	if (close)
		v.machine->close = true;
	n = snprintf(text, sizeof(text),
	    "HTTP/1.1 %d %s\r\nDate: %s\r\nServer: weighd\r\n%s", status,
	    weigh_http_reason(status), date_now(v.lane),
	    close ? "Connection: close\r\n" : "");
	if (type != NULL)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
		    "Content-Type: %s\r\nX-Content-Type-Options: nosniff\r\n",
		    type);
	if (length >= 0)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
		    "Content-Length: %" PRId64 "\r\n", length);
	evbuffer_add(out, text, (size_t)n);
	if (fields != NULL && fields->len > 0)
		evbuffer_add(out, fields->data, fields->len);
	evbuffer_add(out, "\r\n", 2);
	return (size_t)n + (fields != NULL ? fields->len : 0) + 2;
}

size_t
exchange_add_head(struct http_exchange *x, int status, const char *type,
    int64_t length)
{
	return add_head(x->conn, status, type, length, &x->fields);
}

/* --- answers ------------------------------------------------------------------ */

static void
free_body(const void *data, size_t len, void *arg)
{
	(void)data, (void)len;
	free(arg);
}

/* Queue `len` bytes of the buffer from `first`; takes its memory over. */
static void
add_body(struct evbuffer *out, struct weigh_buf *body, size_t first, size_t len)
{
	char *memory;

	if (len <= COPY_MAX) {
		evbuffer_add(out, body->data + first, len);
		weigh_buf_free(body);
		return;
	}
	memory = weigh_buf_take(body);
	if (evbuffer_add_reference(out, memory + first, len, free_body,
		memory) != 0)
		free(memory);
}

void
exchange_send_no_memory(struct http_exchange *x)
{
	struct weigh_err err;

	weigh_fail(&err, WEIGH_NOMEM, "out of memory");
	http_send_error(x, 0, NULL, &err);
}

void
http_send(struct http_exchange *x, int status, const char *type,
    struct weigh_buf *body)
{
	struct evbuffer *out = conn_out(x->conn);
	size_t len = body->len, head = 0;

	if (body->failed || x->fields.failed) {
		weigh_buf_free(body);
		weigh_buf_reset(&x->fields);
		exchange_send_no_memory(x);
		return;
	}
	if (out != NULL) {
		bool bare = status == 204 || status == 304;

		head = add_head(x->conn, status, bare ? NULL : type,
		    bare ? -1 : (int64_t)len, &x->fields);
		if (!bare && len > 0 && http_head(x)->method != WEIGH_HTTP_HEAD)
			add_body(out, body, 0, len);
	}
	weigh_buf_free(body);
	conn_answered(x->conn, status, head);
}

/* A date is a strong validator a minute later: no second change can follow in its
 * second (RFC 9110 section 8.8.2.2). */
struct http_plan
exchange_plan(const struct http_exchange *x, const struct http_entity *e)
{
	const struct weigh_http_validators v = {
		.etag = e->etag,
		.last_modified = e->modified != 0 ? e->modified : -1,
		.strong_date = e->modified <= time(NULL) - 60,
	};

	return http_plan_make(http_head(x), &v, e->size);
}

/* The fields that say what of the entity comes. */
size_t
exchange_add_entity_head(struct http_exchange *x, const struct http_entity *e,
    const struct http_plan *plan)
{
	bool whole = plan->status == 200 || plan->status == 206;
	char date[WEIGH_HTTP_DATE];

	if (e->modified != 0) {
		weigh_http_date(e->modified, date);
		http_field(x, "Last-Modified", "%s", date);
		/* Else a date would let caches guess how long it holds. */
		http_field(x, "Cache-Control", "no-cache");
	}
	if (e->etag != NULL) {
		http_field(x, "ETag", "%s", e->etag);
		http_field(x, "Accept-Ranges", "bytes");
	}
	if (plan->content_range[0] != '\0')
		http_field(x, "Content-Range", "%s", plan->content_range);
	return add_head(x->conn, plan->status, whole ? e->type : NULL,
	    plan->status == 304 ? -1 : (int64_t)plan->length, &x->fields);
}

void
http_send_entity(struct http_exchange *x, const struct http_entity *e,
    struct weigh_buf *body)
{
	struct evbuffer *out = conn_out(x->conn);
	struct http_plan plan = exchange_plan(x, e);
	size_t head = 0;

	if (body->failed || x->fields.failed) {
		weigh_buf_free(body);
		weigh_buf_reset(&x->fields);
		exchange_send_no_memory(x);
		return;
	}
	if (out != NULL) {
		head = exchange_add_entity_head(x, e, &plan);
		if (plan.bytes)
			add_body(out, body, (size_t)plan.first,
			    (size_t)plan.length);
	}
	weigh_buf_free(body);
	conn_answered(x->conn, plan.status, head);
}

/* Queue bytes of a file; takes fd over.  False: nothing was queued. */
static bool
add_file(struct evbuffer *out, int fd, uint64_t first, uint64_t length)
{
	struct evbuffer_file_segment *segment;
	int rc;

	segment = evbuffer_file_segment_new(fd, (ev_off_t)first,
	    (ev_off_t)length, EVBUF_FS_CLOSE_ON_FREE);
	if (segment == NULL) {
		close(fd);
		return false;
	}
	/* The output of a bufferevent drains to a descriptor, so this is a
	 * sendfile and never a mapping of the file. */
	rc = evbuffer_add_file_segment(out, segment, 0, (ev_off_t)length);
	evbuffer_file_segment_free(segment);
	return rc == 0;
}

void
http_send_file(struct http_exchange *x, const struct http_entity *e, int fd)
{
	struct evbuffer *out = conn_out(x->conn);
	struct http_plan plan = exchange_plan(x, e);
	size_t head = 0;

	if (out == NULL || !plan.bytes) {
		if (fd >= 0)
			close(fd);
		if (out != NULL)
			head = exchange_add_entity_head(x, e, &plan);
		conn_answered(x->conn, plan.status, head);
		return;
	}
	head = exchange_add_entity_head(x, e, &plan);
	conn_sends_file(x->conn, e->blob != NULL ? e->blob : "");
	if (!add_file(out, fd, plan.first, plan.length)) {
		conn_abort(x->conn); /* a head without its body */
		return;
	}
	conn_answered(x->conn, plan.status, head);
}

bool
http_wants_bytes(const struct http_exchange *x, const struct http_entity *e)
{
	return exchange_plan(x, e).bytes;
}

/* Seconds after which it is worth asking again; NULL: that cannot be said. */
static const char *
retry_after(int status)
{
	switch (status) {
	case 429:
		return "1";
	case 503:
		return "5";
	default:
		return NULL;
	}
}

void
http_send_error(struct http_exchange *x, int status, const char *hub_code,
    const struct weigh_err *err)
{
	struct weigh_buf body;

	if (status == 0)
		status = weigh_code_info(err->code)->http_status;
	weigh_buf_init(&body, 16 << 10);
	weigh_control_error_body(&body, err);
	if (hub_code != NULL)
		http_field(x, "X-Error-Code", "%s", hub_code);
	http_field(x, "X-Error-Message", "%s",
	    err->what[0] != '\0' ? err->what : err->why);
	if (retry_after(status) != NULL)
		http_field(x, "Retry-After", "%s", retry_after(status));
	http_send(x, status, "application/json; charset=utf-8", &body);
}

/* What a status without an application behind it means to the program. */
static enum weigh_code
refusal_code(int status)
{
	switch (status) {
	case 413:
	case 414:
	case 431:
		return WEIGH_TOO_BIG;
	case 417:
	case 501:
	case 505:
		return WEIGH_USAGE;
	case 408:
	case 503:
		return WEIGH_NOT_YET;
	default:
		return WEIGH_MALFORMED;
	}
}

size_t
answer_refusal(struct conn *c, int status, const char *reason)
{
	struct conn_view v = conn_view(c);
	const char *seconds = retry_after(status);
	struct weigh_buf body, fields;
	struct weigh_err err;
	size_t head;

	weigh_fail(&err, refusal_code(status), "%s", reason);
	weigh_what(&err, "cannot take this request");
	weigh_buf_init(&fields, 64);
	if (seconds != NULL)
		weigh_buf_addf(&fields, "Retry-After: %s\r\n", seconds);
	weigh_buf_init(&body, 16 << 10);
	weigh_control_error_body(&body, &err);
	atomic_fetch_add(&v.lane->server->counters.answers[status / 100], 1);
	head = add_head(c, status, "application/json; charset=utf-8",
	    (int64_t)body.len, &fields);
	if (body.len > 0 && v.machine->reader.head.method != WEIGH_HTTP_HEAD)
		evbuffer_add(conn_out(c), body.data, body.len);
	weigh_buf_free(&body);
	weigh_buf_free(&fields);
	return head;
}
