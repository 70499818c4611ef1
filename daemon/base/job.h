/*
 * job: a piece of work that leaves its loop for a worker and comes home.
 *
 * (1) A job has exactly one owner at any moment: its loop, the pool, a worker,
 *     its loop again.  So no job needs a lock.
 * (2) work() runs on a worker and may block; done() runs on the home loop's
 *     thread and may not.
 * (3) done() is called exactly once for every job that was submitted, also when
 *     the pool is stopping (then work() may have been skipped: `skipped`).
 */
#ifndef BASE_JOB_H
#define BASE_JOB_H

#include <stdbool.h>

struct job {
	/* `worker` is what main.c made for this thread: its catalog reader. */
	void (*work)(struct job *job, void *worker);
	void (*done)(struct job *job);
	void *home;       /* the loop it came from; for the poster only */
	struct job *next; /* the queue's that owns it */
	bool skipped;
};

/* How a pool gives a finished job back: thread-safe, never blocks long.
 * main.c hands net's loop_post to the pool. */
typedef void job_post_fn(void *home, struct job *job);

/* Where a job can be submitted, for who may not know what is behind it: net and
 * pool are neighbors.  Any thread; does not block. */
struct job_queue {
	void (*submit)(void *queue, struct job *job);
	void *queue;
};

#endif
