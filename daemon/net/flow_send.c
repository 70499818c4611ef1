/*
 * flow_send: an answer that is sent as its file comes in.  All of it on its loop.
 *
 *   http_send_flow    what is there
 *   visit             more has arrived, or it has failed
 *   ..._written       the output is empty: more may be queued, or all was sent
 *   ..._gone          the connection has closed
 *
 * The head goes with the first byte: what fails before is told as an error.  It reads
 * the flow until its last byte has left, so that a failure cuts it as long as there
 * is something to cut (flow.h, 2).
 */
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>

#include "conn.h"
#include "flow.h"
#include "plan.h"
#include "server.h"

#define QUEUED_MOST (8u << 20) /* bytes in the output: a bound for its pieces */

struct reading {
	struct flow_reader r;    /* first: the reader is the reading */
	struct http_exchange *x; /* NULL: it has left; the visit frees it */
	struct http_entity entity;
	char etag[80];
	struct http_plan plan;
	const char *(*refusal)(const struct weigh_err *err, int *status);
	bool begun; /* the head is queued */
};

/* It reads no more; a visit that is still on its way frees it. */
static void
end_reading(struct reading *g)
{
	struct flow *f = g->r.flow;

	g->x->reader = NULL;
	g->x = NULL;
	if (!flow_leave(&g->r))
		free(g);
	flow_drop(f);
}

/* --- what is queued ------------------------------------------------------ */

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

static void
begin(struct reading *g)
{
	struct conn *c = g->x->conn;

	g->begun = true;
	conn_queued_heads(c,
	    exchange_add_entity_head(g->x, &g->entity, &g->plan));
	conn_sends_file(c, ""); /* what ends early here is not held */
	conn_note_stream(c);
}

/* Queue what may be sent; not WEIGH_OK: it is over, and not well. */
static enum weigh_code
queue_ready(struct reading *g, struct evbuffer *out, struct weigh_err *err)
{
	struct flow_reader *r = &g->r;
	enum weigh_code rc;
	uint64_t bytes;

	while ((rc = flow_ready(r, &bytes, err)) == WEIGH_OK) {
		if (bytes == 0 || evbuffer_get_length(out) >= QUEUED_MOST)
			break; /* others look at `at` from now on */
		if (!g->begun)
			begin(g);
		if (!add_piece(out, r->flow, r->at, bytes))
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		r->at += bytes;
		conn_note_more(g->x->conn, bytes);
	}
	return rc;
}

/* --- how it ends --------------------------------------------------------- */

static void
refuse(struct http_exchange *x, const struct weigh_err *err,
    const char *(*refusal)(const struct weigh_err *err, int *status))
{
	const char *hub_code = NULL;
	int status = 502;

	if (refusal != NULL)
		hub_code = refusal(err, &status);
	http_send_error(x, status, hub_code, err);
}

/* (2) No client takes a part for the whole. */
static void
fail(struct reading *g, const struct weigh_err *err)
{
	const char *(*refusal)(const struct weigh_err *e,
	    int *status) = g->refusal;
	struct http_exchange *x = g->x;
	bool begun = g->begun;

	end_reading(g);
	if (begun)
		conn_abort(x->conn);
	else
		refuse(x, err, refusal);
}

static void
go_on(struct reading *g)
{
	struct conn *c = g->x->conn;
	struct evbuffer *out = conn_out(c);
	int status = g->plan.status;
	struct weigh_err err;

	if (queue_ready(g, out, &err) != WEIGH_OK) {
		fail(g, &err);
	} else if (!g->begun && g->r.at == g->r.end) {
		begin(g); /* of no bytes */
	} else if (g->r.at == g->r.end && evbuffer_get_length(out) == 0) {
		end_reading(g);
		conn_answered(c, status, 0);
	}
}

static void
visit(struct job *job)
{
	struct reading *g = (struct reading *)job;

	if (g->x == NULL) {
		free(g);
		return;
	}
	flow_visited(&g->r);
	go_on(g);
}

void
flow_reader_written(struct flow_reader *r)
{
	go_on((struct reading *)r);
}

void
flow_reader_gone(struct flow_reader *r)
{
	end_reading((struct reading *)r);
}

/* --- how it begins ------------------------------------------------------- */

/* Read what the plan asks for; takes the hold over, also on failure. */
static void
start(struct http_exchange *x, const struct http_entity *e,
    const struct http_plan *plan, struct flow *f,
    const char *(*refusal)(const struct weigh_err *err, int *status))
{
	struct reading *g = calloc(1, sizeof(*g));
	struct weigh_err err;

	if (g == NULL) {
		flow_drop(f);
		exchange_send_no_memory(x);
		return;
	}
	g->r.visit.done = visit;
	g->r.visit.home = http_loop(x);
	g->r.flow = f;
	g->r.at = plan->first;
	g->r.end = plan->first + plan->length;
	g->entity = *e;
	g->entity.blob = NULL;
	if (e->etag != NULL) {
		snprintf(g->etag, sizeof(g->etag), "%s", e->etag);
		g->entity.etag = g->etag;
	}
	g->plan = *plan;
	g->refusal = refusal;
	if (flow_join(&g->r, &err) != WEIGH_OK) {
		free(g);
		flow_drop(f);
		refuse(x, &err, refusal);
		return;
	}
	g->x = x;
	x->reader = &g->r;
	go_on(g);
}

void
http_send_flow(struct http_exchange *x, const struct http_entity *e,
    struct flow *f,
    const char *(*refusal)(const struct weigh_err *err, int *status))
{
	const struct http_plan plan = exchange_plan(x, e);
	size_t head = 0;

	if (conn_out(x->conn) != NULL && plan.bytes) {
		start(x, e, &plan, f, refusal);
		return;
	}
	flow_drop(f);
	if (conn_out(x->conn) != NULL)
		head = exchange_add_entity_head(x, e, &plan);
	conn_answered(x->conn, plan.status, head);
}
