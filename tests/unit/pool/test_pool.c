/* Tests of daemon/pool; the numbers are those of pool.h and base/job.h. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "check.h"
#include "pool/pool.h"

#define JOBS 2000

/* A loop that only collects what comes home. */
struct home {
	pthread_mutex_t lock;
	pthread_cond_t came;
	struct job *first;
	unsigned count;
};

static void
home_post(void *arg, struct job *job)
{
	struct home *h = arg;

	pthread_mutex_lock(&h->lock);
	job->next = h->first;
	h->first = job;
	h->count++;
	pthread_cond_signal(&h->came);
	pthread_mutex_unlock(&h->lock);
}

static void
home_init(struct home *h)
{
	*h = (struct home){ .first = NULL };
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->came, NULL);
}

static void
home_wait(struct home *h, unsigned count)
{
	pthread_mutex_lock(&h->lock);
	while (h->count < count)
		pthread_cond_wait(&h->came, &h->lock);
	pthread_mutex_unlock(&h->lock);
}

/* The plain fields have no lock: TSan watches invariant (2). */
struct task {
	struct job job;
	unsigned worked; /* times */
	unsigned order;
	void *worker;
};

static atomic_uint started;
static atomic_bool gate_open;

static void
task_work(struct job *job, void *worker)
{
	struct task *t = (struct task *)job;

	t->order = atomic_fetch_add(&started, 1);
	t->worked++;
	t->worker = worker;
}

static void
wait_work(struct job *job, void *worker)
{
	task_work(job, worker);
	while (!atomic_load(&gate_open))
		usleep(100);
}

static void
task_init(struct task *t, struct home *h)
{
	*t = (struct task){ .job = { .work = task_work, .home = h } };
}

static struct pool *
open_pool(unsigned threads)
{
	const struct pool_options options = {
		.threads = threads,
		.name = "test",
		.post = home_post,
	};
	struct pool *p;

	atomic_store(&started, 0);
	atomic_store(&gate_open, false);
	check_code("pool_new", pool_new(&p, &options, NULL), WEIGH_OK);
	return p;
}

/* (1): in order; with one thread that is also the order of starting. */
static void
test_order(void **state)
{
	struct task *tasks = calloc(JOBS, sizeof(*tasks));
	struct home home;
	struct pool *p;

	(void)state;
	home_init(&home);
	p = open_pool(1);
	for (unsigned i = 0; i < JOBS; i++) {
		task_init(&tasks[i], &home);
		pool_submit(p, &tasks[i].job);
	}
	home_wait(&home, JOBS);
	check_u64("nothing waits or runs", pool_depth(p), 0);
	for (unsigned i = 0; i < JOBS; i++) {
		check_u64("order", tasks[i].order, i);
		check_u64("once", tasks[i].worked, 1);
		check_u64("not skipped", tasks[i].job.skipped, 0);
	}
	pool_free(p);
	free(tasks);
}

struct submitter {
	struct pool *pool;
	struct task *tasks;
	unsigned count;
};

static void *
submitter_main(void *arg)
{
	struct submitter *s = arg;

	for (unsigned i = 0; i < s->count; i++)
		pool_submit(s->pool, &s->tasks[i].job);
	return NULL;
}

/* (2), (3): several threads submit, several work; all come home once. */
static void
test_many(void **state)
{
	struct task *tasks = calloc(JOBS, sizeof(*tasks));
	struct submitter submitters[4];
	pthread_t threads[4];
	struct home home;
	struct pool *p;

	(void)state;
	home_init(&home);
	p = open_pool(3);
	for (unsigned i = 0; i < JOBS; i++)
		task_init(&tasks[i], &home);
	for (unsigned i = 0; i < 4; i++) {
		submitters[i] = (struct submitter){ p, tasks + i * (JOBS / 4),
			JOBS / 4 };
		check_true("thread",
		    pthread_create(&threads[i], NULL, submitter_main,
			&submitters[i]) == 0);
	}
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	home_wait(&home, JOBS);
	check_u64("each once", home.count, JOBS);
	for (unsigned i = 0; i < JOBS; i++)
		check_u64("worked once", tasks[i].worked, 1);
	pool_free(p);
	free(tasks);
}

static void *
open_gate(void *arg)
{
	(void)arg;
	usleep(20000);
	atomic_store(&gate_open, true);
	return NULL;
}

/* (3): what runs is waited for, what waits is skipped, all comes home. */
static void
test_stopping(void **state)
{
	struct task tasks[10];
	struct home home;
	unsigned skipped = 0;
	pthread_t thread;
	struct pool *p;

	(void)state;
	home_init(&home);
	p = open_pool(2);
	for (unsigned i = 0; i < 10; i++) {
		task_init(&tasks[i], &home);
		tasks[i].job.work = wait_work;
		pool_submit(p, &tasks[i].job);
	}
	while (atomic_load(&started) < 2)
		usleep(100);
	check_u64("eight wait, two run", pool_depth(p), 10);
	check_true("thread",
	    pthread_create(&thread, NULL, open_gate, NULL) == 0);
	pool_stop(p);
	check_true("waited", atomic_load(&gate_open));
	pthread_join(thread, NULL);
	check_u64("all home", home.count, 10);
	for (unsigned i = 0; i < 10; i++) {
		check_true("worked or skipped",
		    tasks[i].worked == (tasks[i].job.skipped ? 0 : 1));
		skipped += tasks[i].job.skipped;
	}
	check_u64("skipped", skipped, 8);
	task_init(&tasks[0], &home);
	pool_submit(p, &tasks[0].job);
	check_u64("too late, and home at once", home.count, 11);
	check_true("skipped", tasks[0].job.skipped && tasks[0].worked == 0);
	pool_free(p);
	pool_free(NULL);
}

/* --- what each worker has for itself --------------------------------------- */

struct own {
	atomic_uint entered, left;
	unsigned fail_at; /* this worker's enter fails; 0: none */
};

static enum weigh_code
own_enter(void *ctx, void **worker, struct weigh_err *err)
{
	struct own *own = ctx;
	unsigned n = atomic_fetch_add(&own->entered, 1) + 1;

	if (n == own->fail_at)
		return weigh_fail(err, WEIGH_IO, "no reader for worker %u", n);
	*worker = malloc(1);
	return WEIGH_OK;
}

static void
own_leave(void *ctx, void *worker)
{
	struct own *own = ctx;

	free(worker);
	atomic_fetch_add(&own->left, 1);
}

static void
test_worker(void **state)
{
	struct own own = { .fail_at = 0 };
	struct pool_options options = {
		.threads = 3,
		.name = "a name of over 15 bytes",
		.enter = own_enter,
		.leave = own_leave,
		.ctx = &own,
		.post = home_post,
	};
	struct weigh_err err;
	struct task task;
	struct home home;
	struct pool *p;

	(void)state;
	home_init(&home);
	check_code("new", pool_new(&p, &options, NULL), WEIGH_OK);
	check_u64("all entered", atomic_load(&own.entered), 3);
	task_init(&task, &home);
	pool_submit(p, &task.job);
	home_wait(&home, 1);
	check_true("has its own", task.worker != NULL);
	pool_free(p);
	check_u64("all left", atomic_load(&own.left), 3);

	own = (struct own){ .fail_at = 2 };
	check_code("one fails", pool_new(&p, &options, &err), WEIGH_IO);
	check_true("no pool", p == NULL);
	check_str("its words", err.why, "no reader for worker 2");
	check_u64("the others left", atomic_load(&own.left), 2);

	options.threads = 0;
	check_code("none", pool_new(&p, &options, NULL), WEIGH_USAGE);
}

/* --- signals and names ------------------------------------------------------ */

struct look {
	struct job job;
	sigset_t blocked;
	char name[16];
};

static void
look_work(struct job *job, void *worker)
{
	struct look *l = (struct look *)job;

	(void)worker;
	pthread_sigmask(SIG_SETMASK, NULL, &l->blocked);
	pthread_getname_np(pthread_self(), l->name, sizeof(l->name));
}

/* Workers leave signals to the main thread, whose mask stays as it was. */
static void
test_signals(void **state)
{
	struct look look = { .job = { .work = look_work } };
	struct home home;
	sigset_t mine;
	struct pool *p;

	(void)state;
	home_init(&home);
	look.job.home = &home;
	p = open_pool(1);
	pool_submit(p, &look.job);
	home_wait(&home, 1);
	pool_free(p);
	check_true("SIGTERM blocked", sigismember(&look.blocked, SIGTERM) == 1);
	check_true("SIGHUP blocked", sigismember(&look.blocked, SIGHUP) == 1);
	check_true("SIGSEGV not", sigismember(&look.blocked, SIGSEGV) == 0);
	check_str("name", look.name, "test");
	pthread_sigmask(SIG_SETMASK, NULL, &mine);
	check_true("ours open", sigismember(&mine, SIGTERM) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_stopping),
		cmocka_unit_test(test_worker),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
