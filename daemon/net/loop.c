/* loop: see loop.h. */
#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/thread.h"
#include "loop.h"

struct loop {
	struct event_base *base;
	struct event *wake;
	int wake_fd; /* an eventfd: counts posts since the last look */
	atomic_bool stop;
	pthread_t thread;
	bool started;

	pthread_mutex_t
	    lock; /* of the two below, held for a few instructions */
	struct job *first;
	struct job **last;
};

static struct job *
take_all(struct loop *l)
{
	struct job *jobs;

	pthread_mutex_lock(&l->lock);
	jobs = l->first;
	l->first = NULL;
	l->last = &l->first;
	pthread_mutex_unlock(&l->lock);
	return jobs;
}

bool
loop_finish(struct loop *l)
{
	struct job *job = take_all(l), *next;
	bool any = job != NULL;

	for (; job != NULL; job = next) {
		next = job->next; /* done() may free the job */
		job->next = NULL;
		job->done(job);
	}
	return any;
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return;
	loop_finish(l);
	if (atomic_load(&l->stop))
		event_base_loopbreak(l->base);
}

static void
wake(struct loop *l)
{
	const uint64_t one = 1;

	/* It can only fail when the counter is full: then it is awake anyway. */
	if (write(l->wake_fd, &one, sizeof(one)) < 0)
		return;
}

enum weigh_code
loop_new(struct loop **out, struct weigh_err *err)
{
	struct loop *l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	l->last = &l->first;
	pthread_mutex_init(&l->lock, NULL);
	l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->base = event_base_new();
	if (l->wake_fd >= 0 && l->base != NULL)
		l->wake = event_new(l->base, l->wake_fd, EV_READ | EV_PERSIST,
		    on_wake, l);
	if (l->wake == NULL || event_add(l->wake, NULL) != 0) {
		loop_free(l);
		return weigh_fail(err, WEIGH_IO, "cannot make an event loop");
	}
	*out = l;
	return WEIGH_OK;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	if (l->wake != NULL)
		event_free(l->wake);
	if (l->base != NULL)
		event_base_free(l->base);
	if (l->wake_fd >= 0)
		close(l->wake_fd);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

struct event_base *
loop_base(struct loop *l)
{
	return l->base;
}

void
loop_run(struct loop *l)
{
	if (!atomic_load(&l->stop))
		event_base_dispatch(l->base);
}

static void *
run_thread(void *arg)
{
	loop_run(arg);
	return NULL;
}

enum weigh_code
loop_start(struct loop *l, const char *name, struct weigh_err *err)
{
	int rc = thread_start(&l->thread, run_thread, l, name);

	if (rc != 0)
		return weigh_fail_errno(err, rc, "cannot start a thread");
	l->started = true;
	return WEIGH_OK;
}

void
loop_join(struct loop *l)
{
	if (l->started)
		pthread_join(l->thread, NULL);
	l->started = false;
}

void
loop_stop(struct loop *l)
{
	atomic_store(&l->stop, true);
	wake(l);
}

void
loop_post(void *home, struct job *job)
{
	struct loop *l = home;

	job->next = NULL;
	pthread_mutex_lock(&l->lock);
	*l->last = job;
	l->last = &job->next;
	pthread_mutex_unlock(&l->lock);
	wake(l);
}
