/*
 * task: a request that is answered from a worker: there, and back to its loop.
 *
 * (1) The task owns its exchange and reply from http_task_init until it is done:
 *     then the reply is sent and the task freed, whatever happened.
 * (2) A task that waits for something holds no thread; whoever it waits for sends it
 *     to work again, once.
 */
#ifndef NET_TASK_H
#define NET_TASK_H

#include "base/job.h"
#include "net/reply.h"
#include "net/server.h"

struct http_task {
	struct job job; /* first: the job is the task */
	struct http_exchange *x;
	struct http_reply reply;
	struct http_outlet *outlet; /* the reply is on its way already */
	/* On a worker: fill the reply. */
	void (*work)(struct http_task *task, void *worker);
	/* On the loop, behind `work`: true: nothing is answered yet, and somebody
	 * will call http_task_again or http_task_end.  May be NULL. */
	bool (*waits)(struct http_task *task);
	/* On the loop, before the reply is sent; may be NULL. */
	void (*finish)(struct http_task *task);
};

/* Ready a task that the caller allocated with malloc's family, zeroed, as the
 * first member of something larger; then submit &task->job to a pool. */
void http_task_init(struct http_task *task, struct http_exchange *x,
    size_t body_max, void (*work)(struct http_task *task, void *worker));

/* On the loop: a task that waits goes to work again, with an empty reply; or it is
 * answered with the reply it has. */
void http_task_again(struct http_task *task, struct job_queue queue);
void http_task_end(struct http_task *task);

/* On a worker, behind `work`: gzip a JSON answer whose client takes that. */
void http_task_encode(struct http_task *task);

/* Answer at once with an error in one sentence. */
void http_fail(struct http_exchange *x, int status, enum weigh_code code,
    const char *hub_code, const char *why);

/* The methods in a route's words ("GET POST"), 1 << WEIGH_HTTP_GET and so on; HEAD
 * comes with GET. */
unsigned http_methods(const char *words);

/* Answer 405 at once, naming the methods that the path takes. */
void http_fail_method(struct http_exchange *x, unsigned methods);

#endif
