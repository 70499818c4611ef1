/* pool: see pool.h. */
#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/thread.h"

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work;    /* a job came, or stopping */
	pthread_cond_t arrived; /* a worker is through with `enter` */
	struct job *first, *last;
	unsigned waiting, running;
	unsigned entered; /* workers through with `enter`, well or not */
	bool stopping;
	struct weigh_err enter_err; /* of the first worker that failed */
	char name[16];
	struct pool_options options;
	unsigned started;
	pthread_t threads[];
};

static void
push(struct pool *p, struct job *job)
{
	job->next = NULL;
	if (p->last != NULL)
		p->last->next = job;
	else
		p->first = job;
	p->last = job;
	p->waiting++;
}

static struct job *
pop(struct pool *p)
{
	struct job *job = p->first;

	p->first = job->next;
	if (p->first == NULL)
		p->last = NULL;
	job->next = NULL;
	p->waiting--;
	return job;
}

static void
send_home(struct pool *p, struct job *job)
{
	p->options.post(job->home, job);
}

/* Called and returns with the lock held. */
static void
run_one(struct pool *p, void *worker)
{
	struct job *job = pop(p);

	p->running++;
	pthread_mutex_unlock(&p->lock);
	job->work(job, worker);
	/* Out of `running` before it is home: who waits for the last job to come
	 * home then reads a depth of 0. */
	pthread_mutex_lock(&p->lock);
	p->running--;
	pthread_mutex_unlock(&p->lock);
	send_home(p, job);
	pthread_mutex_lock(&p->lock);
}

static enum weigh_code
worker_enter(struct pool *p, void **worker, struct weigh_err *err)
{
	*worker = NULL;
	if (p->options.enter == NULL)
		return WEIGH_OK;
	return p->options.enter(p->options.ctx, worker, err);
}

static void *
worker_main(void *arg)
{
	struct weigh_err err = { .code = WEIGH_OK };
	struct pool *p = arg;
	enum weigh_code rc;
	void *worker;

	rc = worker_enter(p, &worker, &err);
	pthread_mutex_lock(&p->lock);
	p->entered++;
	if (rc != WEIGH_OK && p->enter_err.code == WEIGH_OK) {
		p->enter_err = err;
		p->enter_err.code = rc;
	}
	pthread_cond_signal(&p->arrived);
	while (rc == WEIGH_OK && !p->stopping) {
		if (p->first != NULL)
			run_one(p, worker);
		else
			pthread_cond_wait(&p->work, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	if (rc == WEIGH_OK && p->options.leave != NULL)
		p->options.leave(p->options.ctx, worker);
	return NULL;
}

static enum weigh_code
start_workers(struct pool *p, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	int failed = 0;

	while (p->started < p->options.threads && failed == 0) {
		failed = thread_start(&p->threads[p->started], worker_main, p,
		    p->name);
		if (failed == 0)
			p->started++;
	}
	if (failed != 0)
		return weigh_fail_errno(err, failed,
		    "cannot start a thread of '%s'", p->name);

	pthread_mutex_lock(&p->lock);
	while (p->entered < p->started)
		pthread_cond_wait(&p->arrived, &p->lock);
	rc = p->enter_err.code;
	if (rc != WEIGH_OK && err != NULL)
		*err = p->enter_err;
	pthread_mutex_unlock(&p->lock);
	return rc;
}

enum weigh_code
pool_new(struct pool **out, const struct pool_options *options,
    struct weigh_err *err)
{
	struct pool *p = NULL;
	enum weigh_code rc;

	*out = NULL;
	if (options->threads == 0 || options->threads > 1024)
		return weigh_fail(err, WEIGH_USAGE,
		    "a pool of %u threads: 1 to 1024 allowed",
		    options->threads);
	p = calloc(1, sizeof(*p) + options->threads * sizeof(p->threads[0]));
	if (p == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->arrived, NULL);
	p->options = *options;
	snprintf(p->name, sizeof(p->name), "%s",
	    options->name != NULL ? options->name : "worker");
	p->options.name = p->name; /* the caller's may not live as long */
	if ((rc = start_workers(p, err)) != WEIGH_OK)
		goto out;
	*out = p;
	p = NULL;
out:
	pool_free(p);
	return rc;
}

void
pool_submit(struct pool *p, struct job *job)
{
	bool stopping;

	job->skipped = false;
	pthread_mutex_lock(&p->lock);
	stopping = p->stopping;
	if (!stopping) {
		push(p, job);
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
	if (stopping) {
		job->skipped = true;
		send_home(p, job);
	}
}

static void
queue_submit(void *queue, struct job *job)
{
	pool_submit(queue, job);
}

struct job_queue
pool_queue(struct pool *p)
{
	return (struct job_queue){ .submit = queue_submit, .queue = p };
}

unsigned
pool_depth(struct pool *p)
{
	unsigned depth;

	pthread_mutex_lock(&p->lock);
	depth = p->waiting + p->running;
	pthread_mutex_unlock(&p->lock);
	return depth;
}

void
pool_stop(struct pool *p)
{
	struct job *job;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	while (p->started > 0)
		pthread_join(p->threads[--p->started], NULL);
	while (p->first != NULL) {
		job = pop(p);
		job->skipped = true;
		send_home(p, job);
	}
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	pool_stop(p);
	pthread_cond_destroy(&p->arrived);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
