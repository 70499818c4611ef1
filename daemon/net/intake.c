/*
 * intake: see intake.h.
 *
 * Bytes gather in `filling` on the loop.  When there are enough, and no job is
 * out, they become `working` and go to a worker with the job; the job comes home,
 * and takes along what has gathered meanwhile.
 */
#include <stdlib.h>

#include "coding.h"
#include "intake.h"
#include "priv.h"

#define ENOUGH (64u << 10) /* bytes for which a hop to a worker is worth it */
/* One piece may pass the bound before the connection is held. */
#define FILLING_MAX (HTTP_INTAKE_BLOCK + WEIGH_CONN_AHEAD + 2 * NET_IN_HIGH)

/* --- on a worker -------------------------------------------------------------- */

struct giving {
	struct http_intake *in;
	void *worker;
};

static enum weigh_code
give(void *ctx, const char *data, size_t len, struct weigh_err *err)
{
	const struct giving *g = ctx;
	enum weigh_code rc = WEIGH_OK;
	size_t n;

	for (; len > 0 && rc == WEIGH_OK; data += n, len -= n) {
		n = len < HTTP_INTAKE_BLOCK ? len : HTTP_INTAKE_BLOCK;
		rc = g->in->block(g->in, g->worker, data, n, err);
	}
	return rc;
}

/* Is the body wanted, and can its coding be taken off? */
static bool
begin(struct http_intake *in, void *worker)
{
	struct http_reply *r = &in->task.reply;

	switch (weigh_http_content_coding(http_head(in->task.x))) {
	case WEIGH_CODING_IDENTITY:
		break;
	case WEIGH_CODING_GZIP:
		r->rc = gunzip_new(&in->own.gunzip, in->own.max, &r->err);
		break;
	case WEIGH_CODING_OTHER:
		r->status = 415;
		http_reply_field(r, "Accept-Encoding", "gzip");
		r->rc = weigh_fail(&r->err, WEIGH_USAGE,
		    "this Content-Encoding is not understood, only gzip is");
		break;
	}
	return r->rc == WEIGH_OK &&
	    (in->begin == NULL || in->begin(in, worker));
}

static enum weigh_code
take_blocks(struct http_intake *in, void *worker)
{
	struct giving g = { .in = in, .worker = worker };
	struct weigh_buf *b = &in->own.working;
	struct weigh_err *err = &in->task.reply.err;

	if (b->failed)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (b->len == 0)
		return WEIGH_OK;
	if (in->own.gunzip != NULL)
		return gunzip_feed(in->own.gunzip, b->data, b->len, give, &g,
		    err);
	return give(&g, b->data, b->len, err);
}

/* What has come; false: no more is wanted, and the reply says why. */
static bool
take(struct http_intake *in, void *worker)
{
	struct http_reply *r = &in->task.reply;
	bool first = !in->own.begun;

	in->own.begun = true;
	if (first && !begin(in, worker))
		return false;
	r->rc = take_blocks(in, worker);
	if (r->rc == WEIGH_OK && in->own.step == INTAKE_LAST &&
	    in->own.gunzip != NULL)
		r->rc = gunzip_end(in->own.gunzip, &r->err);
	return r->rc == WEIGH_OK;
}

static void
lose(struct http_intake *in, void *worker)
{
	struct http_reply *r = &in->task.reply;

	in->own.over = true;
	if (r->err.what[0] == '\0')
		weigh_what(&r->err, "%s", r->err.why);
	if (in->lost != NULL)
		in->lost(in, worker);
}

/* It has waited, and has its body. */
static void
work_again(struct job *job, void *worker)
{
	struct http_task *task = (struct http_task *)job;

	task->work(task, worker);
	http_task_encode(task);
}

static void
intake_work(struct job *job, void *worker)
{
	struct http_intake *in = (struct http_intake *)job;

	if (in->own.step == INTAKE_LOST) {
		in->task.reply.rc = WEIGH_CANCELED;
		lose(in, worker);
	} else if (!take(in, worker)) {
		lose(in, worker);
	} else if (in->own.step == INTAKE_LAST) {
		in->own.over = true;
		in->task.job.work = work_again; /* the body was given */
		in->task.work(&in->task, worker);
		http_task_encode(&in->task);
	}
}

/* --- on the loop --------------------------------------------------------------- */

static void
submit(struct http_intake *in)
{
	struct intake_own *own = &in->own;
	struct weigh_buf taken = own->working;

	own->working = own->filling;
	own->filling = taken;
	weigh_buf_reset(&own->filling);
	own->step = own->lost ? INTAKE_LOST :
	    own->ended        ? INTAKE_LAST :
				INTAKE_ON;
	own->out = true;
	own->queue.submit(own->queue.queue, &in->task.job);
}

/* Send what is here to a worker, if it is worth it and none is at it. */
static void
go_on(struct http_intake *in)
{
	struct intake_own *own = &in->own;

	if (!own->out &&
	    (own->lost || own->ended || own->filling.len >= ENOUGH))
		submit(in);
	weigh_conn_hold(conn_view(in->task.x->conn).machine,
	    own->filling.len >= HTTP_INTAKE_BLOCK);
}

void
intake_piece(struct http_intake *in, struct weigh_span piece)
{
	weigh_buf_add(&in->own.filling, piece.p, piece.len);
	go_on(in);
}

void
intake_end(struct http_intake *in)
{
	in->own.ended = true;
	go_on(in);
}

void
intake_lost(struct http_intake *in)
{
	in->own.lost = true;
	if (!in->own.out)
		submit(in);
}

/* The bytes that may come for `max` bytes of the body: gzip makes what cannot be
 * packed a little larger. */
static uint64_t
wire_max(const struct http_intake *in)
{
	uint64_t max = in->own.max;

	if (weigh_http_content_coding(http_head(in->task.x)) ==
		WEIGH_CODING_IDENTITY ||
	    max > UINT64_MAX / 2)
		return max;
	return max + max / 64 + 4096;
}

static void
want(struct http_intake *in)
{
	struct conn *c = in->task.x->conn;

	in->own.wanted = true;
	conn_carry_out(c,
	    weigh_conn_want_body(conn_view(c).machine, wire_max(in)));
}

/* Work or lost was called: answer, and free it. */
static void
finish(struct http_intake *in)
{
	in->task.x->intake = NULL;
	if (in->own.lost && in->task.outlet == NULL) {
		struct conn *c = in->task.x->conn;

		if (in->task.finish != NULL)
			in->task.finish(&in->task);
		http_reply_free(&in->task.reply);
		conn_drop(c);
	} else {
		http_task_answer(&in->task);
	}
	gunzip_free(in->own.gunzip);
	weigh_buf_free(&in->own.filling);
	weigh_buf_free(&in->own.working);
	free(in);
}

static bool
waits(struct http_intake *in)
{
	return in->own.over && !in->own.lost && !in->task.job.skipped &&
	    in->task.waits != NULL && in->task.waits(&in->task);
}

static void
intake_done(struct job *job)
{
	struct http_intake *in = (struct http_intake *)job;
	struct conn *c = in->task.x->conn;

	in->own.out = false;
	if (job->skipped && !in->own.over) {
		in->task.reply.rc = weigh_fail(&in->task.reply.err,
		    WEIGH_NOT_YET, "weighd is stopping");
		lose(in, NULL);
	}
	if (waits(in)) {
		in->own.out = true; /* nobody else sends it to work */
		return;
	}
	if (in->own.over) {
		finish(in);
		return;
	}
	if (in->own.lost || in->own.wanted)
		go_on(in);
	else
		want(in);
	conn_go_on(c);
}

void
http_intake_init(struct http_intake *in, struct http_exchange *x,
    size_t reply_max, void (*work)(struct http_task *task, void *worker))
{
	http_task_init(&in->task, x, reply_max, work);
	in->task.job.work = intake_work;
	in->task.job.done = intake_done;
}

void
http_intake_start(struct http_intake *in, struct job_queue queue, uint64_t max)
{
	struct http_exchange *x = in->task.x;

	in->own.queue = queue;
	in->own.max = max;
	in->own.filling = x->body; /* read ahead */
	in->own.filling.max = FILLING_MAX;
	weigh_buf_init(&x->body, 0);
	weigh_buf_init(&in->own.working, FILLING_MAX);
	x->intake = in;
	if (in->begin == NULL || conn_view(x->conn).machine->body_over)
		want(in);
	else
		submit(in);
}
