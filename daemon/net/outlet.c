/*
 * outlet: see outlet.h.
 *
 * The worker appends to `queued`, framed, and posts a visit; on its loop the visit
 * moves what is queued to the connection's output.  The lock is held for a copy
 * of one piece at most.  The visit is posted at most once at a time, and those
 * that were posted come before the task is home: jobs keep their order.
 */
#include <event2/buffer.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "conn.h"
#include "outlet.h"

#define PIECE (64u << 10)               /* one chunk at most */
#define NANOSECONDS INT64_C(1000000000) /* of a second */

struct http_outlet {
	struct job visit; /* first: the job is the outlet */
	struct http_exchange *x;
	const char *type;
	int status;
	bool chunked, bare;    /* bare: an answer to HEAD */
	unsigned grace, least; /* seconds, and bytes a second in each */

	pthread_mutex_t lock;
	pthread_cond_t moved; /* bytes left, or the client is gone */
	/* Under the lock. */
	struct weigh_buf fields; /* the head's, until it is written */
	struct weigh_buf queued; /* framed, not yet in the output */
	size_t frames;           /* bytes of frames in `queued` */
	size_t waiting;          /* bytes in the output */
	uint64_t drained;        /* bytes that left it, in all */
	bool posted, gone;
	int64_t waited; /* nanoseconds, of this while */
	uint64_t then;  /* `drained` when it began */

	bool begun; /* the loop's: the head is written */
	bool ok;    /* the worker's, then the loop's: it was ended well */
};

/* --- on the loop ------------------------------------------------------------------ */

static void
begin(struct http_outlet *o)
{
	struct http_exchange *x = o->x;

	o->begun = true;
	x->outlet = o;
	http_fields(x, &o->fields);
	if (o->chunked)
		http_field(x, "Transfer-Encoding", "chunked");
	conn_queued_heads(x->conn,
	    exchange_add_head(x, o->status, o->type, -1));
	conn_note_stream(x->conn);
}

static void
free_piece(const void *data, size_t len, void *arg)
{
	(void)data, (void)len;
	free(arg);
}

/* Move what is queued to the output. */
static void
move(struct http_outlet *o, struct evbuffer *out)
{
	size_t len, frames;
	char *memory;

	pthread_mutex_lock(&o->lock);
	o->posted = false;
	len = o->queued.len;
	frames = o->frames;
	memory = weigh_buf_take(&o->queued);
	o->frames = 0;
	o->waiting += len;
	pthread_mutex_unlock(&o->lock);
	if (memory == NULL)
		return;
	conn_queued_heads(o->x->conn, frames);
	conn_note_more(o->x->conn, len - frames);
	if (evbuffer_add_reference(out, memory, len, free_piece, memory) == 0)
		return;
	free(memory);
	outlet_gone(o); /* what follows would stand in the wrong place */
}

static void
visit(struct job *job)
{
	struct http_outlet *o = (struct http_outlet *)job;
	struct evbuffer *out = conn_out(o->x->conn);

	if (out == NULL) {
		outlet_gone(o);
		return;
	}
	if (!o->begun)
		begin(o);
	move(o, out);
}

void
outlet_drained(struct http_outlet *o, size_t bytes)
{
	pthread_mutex_lock(&o->lock);
	o->waiting -= bytes < o->waiting ? bytes : o->waiting;
	o->drained += bytes;
	pthread_cond_signal(&o->moved);
	pthread_mutex_unlock(&o->lock);
}

void
outlet_gone(struct http_outlet *o)
{
	pthread_mutex_lock(&o->lock);
	o->gone = true;
	pthread_cond_signal(&o->moved);
	pthread_mutex_unlock(&o->lock);
}

static void
outlet_free(struct http_outlet *o)
{
	pthread_cond_destroy(&o->moved);
	pthread_mutex_destroy(&o->lock);
	weigh_buf_free(&o->fields);
	weigh_buf_free(&o->queued);
	free(o);
}

void
outlet_close(struct http_outlet *o)
{
	struct http_exchange *x = o->x;
	struct evbuffer *out = conn_out(x->conn);
	bool whole;
	int status = o->status;

	if (out != NULL)
		move(o, out);
	x->outlet = NULL;
	whole = o->ok && !o->gone;
	outlet_free(o);
	if (out == NULL)
		conn_drop(x->conn);
	else if (whole)
		conn_answered(x->conn, status, 0);
	else
		conn_abort(x->conn);
}

/* --- on the worker ------------------------------------------------------------------ */

static bool
set_up_lock(struct http_outlet *o)
{
	pthread_condattr_t attr;
	bool ok;

	if (pthread_condattr_init(&attr) != 0)
		return false;
	ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
	    pthread_cond_init(&o->moved, &attr) == 0;
	pthread_condattr_destroy(&attr);
	if (ok && pthread_mutex_init(&o->lock, NULL) != 0) {
		pthread_cond_destroy(&o->moved);
		ok = false;
	}
	return ok;
}

/* Called with the lock held. */
static void
post(struct http_outlet *o)
{
	if (o->posted)
		return;
	o->posted = true;
	loop_post(http_loop(o->x), &o->visit);
}

enum weigh_code
http_outlet_begin(struct http_outlet **out, struct http_task *t,
    const char *type, struct weigh_err *err)
{
	const struct weigh_http_head *head = http_head(t->x);
	struct http_outlet *o = calloc(1, sizeof(*o));

	if (o == NULL || t->reply.fields.failed || !set_up_lock(o)) {
		free(o);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	o->visit.done = visit;
	o->x = t->x;
	o->type = type;
	o->status = t->reply.status != 0 ? t->reply.status : 200;
	o->bare = head->method == WEIGH_HTTP_HEAD;
	o->chunked = head->minor > 0;
	conn_patience(t->x->conn, &o->grace, &o->least);
	o->fields = t->reply.fields;
	weigh_buf_init(&t->reply.fields, 0);
	weigh_buf_init(&o->queued, HTTP_OUTLET_WAITING + 2 * PIECE);
	t->outlet = o;
	pthread_mutex_lock(&o->lock);
	post(o);
	pthread_mutex_unlock(&o->lock);
	*out = o;
	return WEIGH_OK;
}

/* The client was waited for until now: did too little leave meanwhile?  A while is
 * `grace` seconds of waiting, in one piece or in many.  Called with the lock held. */
static bool
crawls(struct http_outlet *o, int64_t since)
{
	const int64_t now = net_now();
	int64_t seconds;
	uint64_t left;

	o->waited += now - since;
	seconds = o->waited / NANOSECONDS;
	if (seconds < o->grace)
		return false;
	left = o->drained - o->then;
	o->waited = 0;
	o->then = o->drained;
	return left < (uint64_t)seconds * o->least;
}

/* Wait until little enough waits; false: the client is gone, or takes so little
 * that it must go.  Called with the lock held. */
static bool
wait_for_room(struct http_outlet *o)
{
	struct timespec until;
	int64_t since;

	while (!o->gone && o->queued.len + o->waiting >= HTTP_OUTLET_WAITING) {
		since = net_now();
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += o->grace;
		pthread_cond_timedwait(&o->moved, &o->lock, &until);
		if (crawls(o, since))
			o->gone = true;
	}
	return !o->gone;
}

/* Called with the lock held. */
static bool
queue(struct http_outlet *o, const char *data, size_t len)
{
	char frame[WEIGH_HTTP_CHUNK];
	size_t n = weigh_http_chunk(frame, len);

	if (!o->chunked)
		return weigh_buf_add(&o->queued, data, len);
	o->frames += n + 2;
	return weigh_buf_add(&o->queued, frame, n) &&
	    weigh_buf_add(&o->queued, data, len) &&
	    weigh_buf_add(&o->queued, "\r\n", 2);
}

enum weigh_code
http_outlet_write(struct http_outlet *o, const char *data, size_t len,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t n;

	for (; len > 0 && rc == WEIGH_OK; data += n, len -= n) {
		n = len < PIECE ? len : PIECE;
		pthread_mutex_lock(&o->lock);
		if (!wait_for_room(o)) {
			rc = WEIGH_CANCELED;
		} else if (!o->bare) {
			if (!queue(o, data, n))
				rc = WEIGH_NOMEM;
			post(o);
		}
		pthread_mutex_unlock(&o->lock);
	}
	if (rc == WEIGH_CANCELED)
		return weigh_fail(err, rc, "the client is gone");
	if (rc != WEIGH_OK)
		return weigh_fail(err, rc, "out of memory");
	return WEIGH_OK;
}

void
http_outlet_end(struct http_outlet *o, bool ok)
{
	pthread_mutex_lock(&o->lock);
	/* The last chunk, and no trailer. */
	if (ok && o->chunked && !o->bare) {
		o->frames += 5;
		ok = weigh_buf_adds(&o->queued, "0\r\n\r\n");
	}
	pthread_mutex_unlock(&o->lock);
	o->ok = ok;
}
