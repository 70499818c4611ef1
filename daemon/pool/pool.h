/*
 * pool: worker threads for disk and hashing.
 *
 * (1) Jobs start in the order in which they were submitted.
 * (2) A job has one owner at any moment (base/job.h).
 * (3) pool_stop() skips what has not started, waits for what has, and posts all
 *     of it home: no job is lost.
 *
 * A pool of one thread is how a thing gets a single owner: the catalog's writes.
 */
#ifndef POOL_POOL_H
#define POOL_POOL_H

#include <weigh/err.h>

#include "base/job.h"

struct pool;

struct pool_options {
	unsigned threads; /* at least 1 */
	const char *name; /* of the threads, at most 15 bytes */
	/* Make and drop what each worker has for itself; may be NULL.  Runs on the
	 * worker's thread.  A NULL answer of `enter` with rc != OK fails pool_new. */
	enum weigh_code (*enter)(void *ctx, void **worker,
	    struct weigh_err *err);
	void (*leave)(void *ctx, void *worker);
	void *ctx;
	job_post_fn *post;
};

enum weigh_code pool_new(struct pool **out, const struct pool_options *options,
    struct weigh_err *err);

/* Hand over a job; any thread.  Does not block. */
void pool_submit(struct pool *p, struct job *job);

/* The pool as a queue of jobs, for net's intakes. */
struct job_queue pool_queue(struct pool *p);

/* Jobs waiting and running, for metrics; any thread. */
unsigned pool_depth(struct pool *p);

/* Stop and wait (3).  A job submitted afterwards is skipped and goes straight
 * home.  NULL does nothing. */
void pool_stop(struct pool *p);

/* Stop, and give the memory back.  NULL does nothing. */
void pool_free(struct pool *p);

#endif
