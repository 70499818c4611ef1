/*
 * intake: a request's body handed to workers block by block, then one reply.
 *
 * (1) At any moment at most one of begin, block, work and lost runs, always on a
 *     worker of the queue the intake was started with: what belongs to an intake
 *     needs no lock.
 * (2) `begin` runs first, before the client is told to go on (Expect:
 *     100-continue); then each block in order; then task.work, once, behind the
 *     last byte.  All bytes but those of a Content-Encoding, which is taken off.
 * (3) Either task.work is called, once, or `lost` is, once: when begin said no, a
 *     block failed, the body was refused (framing, too large, too slow), the client
 *     went away, or weighd is stopping.
 * (4) About 2 MiB of a body wait at most; then nothing more is read from the
 *     client, and its clocks stand still: it is not blamed for our disk.
 * (5) `max` bounds the bytes handed over, after a coding was taken off: over it
 *     413.  A coding that is not gzip is 415.
 *
 * Use: calloc something larger with a struct http_intake as its first member;
 * http_intake_init, fill in what is needed, http_intake_start.  It is freed with
 * free() when the reply is sent.
 */
#ifndef NET_INTAKE_H
#define NET_INTAKE_H

#include "net/task.h"

#define HTTP_INTAKE_BLOCK (1u << 20) /* the most bytes of one block */

/* What the next job is to do; the loop's word to the worker. */
enum intake_step {
	INTAKE_ON,   /* begin, or take the blocks that are here */
	INTAKE_LAST, /* the same, and then work */
	INTAKE_LOST  /* the rest will not come */
};

struct intake_own {
	struct job_queue queue;
	/* The loop's. */
	struct weigh_buf filling; /* came while a job was out */
	bool out;                 /* a job is out */
	bool wanted;              /* the connection was told */
	bool ended;               /* the last byte has come */
	bool lost;                /* it will not come */
	/* The worker's while a job is out, else the loop's. */
	struct weigh_buf working; /* what it takes now */
	enum intake_step step;
	bool begun; /* begin was called */
	bool over;  /* work or lost was called */
	struct gunzip *gunzip;
	uint64_t max;
};

struct http_intake {
	struct http_task task; /* first: the intake is the task */

	/* Is this body wanted?  May be NULL: it is.  False: nothing is read of it
	 * that was not read already, and task.reply is the answer, an error or not
	 * (a redirect). */
	bool (*begin)(struct http_intake *in, void *worker);
	/* Take 1 to HTTP_INTAKE_BLOCK bytes, which end with the call.  Not WEIGH_OK:
	 * no block follows, and this code, with *err (task.reply's), is the answer.
	 * Never NULL. */
	enum weigh_code (*block)(struct http_intake *in, void *worker,
	    const char *data, size_t len, struct weigh_err *err);
	/* Release what begin and block made; may be NULL.  `worker` is NULL when
	 * weighd is stopping. */
	void (*lost)(struct http_intake *in, void *worker);

	struct intake_own own; /* intake.c's */
};

/* Ready an intake that the caller allocated, zeroed; the reply may have
 * `reply_max` bytes; `work` as in task.h, called when the body is complete. */
void http_intake_init(struct http_intake *in, struct http_exchange *x,
    size_t reply_max, void (*work)(struct http_task *task, void *worker));

/* Take the body of the exchange, at most `max` bytes.  The loop's thread; in the
 * application's `request` only.  The intake is net's from here on. */
void http_intake_start(struct http_intake *in, struct job_queue queue,
    uint64_t max);

#endif
