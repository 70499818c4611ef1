/*
 * flow_send: an answer that is sent as its file comes in.  All of it on its loop.
 *
 *   http_send_flow    the head; then what is there
 *   visit             more has arrived, or it has failed
 *   ..._written       the output is empty: more may be queued, or all was sent
 *   ..._gone          the connection has closed
 *
 * It reads the flow until its last byte has left, so that a failure cuts it as long
 * as there is something to cut (flow.h, 2).
 */
#include <event2/buffer.h>
#include <stdlib.h>

#include "conn.h"
#include "flow.h"
#include "plan.h"
#include "server.h"

#define QUEUED_MOST (8u << 20) /* bytes in the output: a bound for its pieces */

/* The reader reads no more; a visit that is still on its way frees it. */
static void
end_reading(struct flow_reader *r)
{
	struct flow *f = r->flow;

	r->x->reader = NULL;
	r->x = NULL;
	if (!flow_leave(r))
		free(r);
	flow_drop(f);
}

static void
free_piece(struct evbuffer_file_segment const *segment, int flags, void *arg)
{
	(void)segment, (void)flags;
	flow_unpin(arg);
}

/* Queue bytes of the file, which stays open as long as they wait. */
static bool
add_piece(struct evbuffer *out, struct flow *f, uint64_t first, uint64_t len)
{
	struct evbuffer_file_segment *segment;
	int fd = flow_pin(f);
	int rc;

	segment = evbuffer_file_segment_new(fd, (ev_off_t)first, (ev_off_t)len,
	    0);
	if (segment == NULL) {
		flow_unpin(f);
		return false;
	}
	evbuffer_file_segment_add_cleanup_cb(segment, free_piece, f);
	rc = evbuffer_add_file_segment(out, segment, 0, (ev_off_t)len);
	evbuffer_file_segment_free(segment);
	return rc == 0;
}

/* Queue what may be sent; false: it is over, and not well. */
static bool
queue_ready(struct flow_reader *r, struct evbuffer *out)
{
	uint64_t bytes;

	while (flow_ready(r, &bytes)) {
		if (bytes == 0 || evbuffer_get_length(out) >= QUEUED_MOST)
			return true; /* others look at `at` from now on */
		if (!add_piece(out, r->flow, r->at, bytes))
			return false;
		r->at += bytes;
		conn_note_more(r->x->conn, bytes);
	}
	return false;
}

static void
go_on(struct flow_reader *r)
{
	struct conn *c = r->x->conn;
	struct evbuffer *out = conn_out(c);
	int status = r->status;

	if (!queue_ready(r, out)) {
		end_reading(r);
		conn_abort(c);
	} else if (r->at == r->end && evbuffer_get_length(out) == 0) {
		end_reading(r);
		conn_answered(c, status, 0);
	}
}

static void
visit(struct job *job)
{
	struct flow_reader *r = (struct flow_reader *)job;

	if (r->x == NULL) {
		free(r);
		return;
	}
	flow_visited(r);
	go_on(r);
}

void
flow_reader_written(struct flow_reader *r)
{
	go_on(r);
}

void
flow_reader_gone(struct flow_reader *r)
{
	end_reading(r);
}

/* The answer has begun: its head is queued. */
static void
begin(struct http_exchange *x, const struct http_entity *e,
    const struct http_plan *plan, struct flow_reader *r)
{
	r->status = plan->status;
	r->at = plan->first;
	r->end = plan->first + plan->length;
	x->reader = r;
	conn_queued_heads(x->conn, exchange_add_entity_head(x, e, plan));
	conn_sends_file(x->conn, ""); /* what ends early here is not held */
	conn_note_stream(x->conn);
	go_on(r);
}

void
http_send_flow(struct http_exchange *x, const struct http_entity *e,
    struct flow *f)
{
	const struct http_plan plan = exchange_plan(x, e);
	struct flow_reader *r = NULL;
	struct weigh_err err;
	size_t head = 0;

	if (conn_out(x->conn) == NULL || !plan.bytes) {
		if (conn_out(x->conn) != NULL)
			head = exchange_add_entity_head(x, e, &plan);
		conn_answered(x->conn, plan.status, head);
	} else if ((r = calloc(1, sizeof(*r))) == NULL) {
		exchange_send_no_memory(x);
	} else {
		r->visit.done = visit;
		r->visit.home = http_loop(x);
		r->x = x;
		r->flow = f;
		if (flow_join(r, &err) == WEIGH_OK) {
			begin(x, e, &plan, r);
			return;
		}
		http_send_error(x, 0, NULL, &err);
	}
	free(r);
	flow_drop(f);
}
