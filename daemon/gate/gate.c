/* gate: its beginning and end, and the way to the writer thread.  See gate.h. */
#include <semaphore.h>
#include <stdlib.h>

#include "gate/texts.h"
#include "priv.h"

enum weigh_code
gate_new(struct gate **out, const struct gate_parts *parts,
    struct weigh_err *err)
{
	struct gate *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	g->parts = *parts;
	atomic_init(&g->generation, 1);
	pthread_mutex_init(&g->publishing, NULL);
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->cleared, NULL);
	*out = g;
	return WEIGH_OK;
}

void
gate_free(struct gate *g)
{
	if (g == NULL)
		return;
	pthread_cond_destroy(&g->cleared);
	pthread_mutex_destroy(&g->publishing);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

void
gate_start(struct gate *g, struct pool *writer, struct pool *checkers,
    void *home)
{
	g->writer = writer;
	g->checkers = checkers;
	g->home = home;
	gate_read_texts(g); /* what an earlier run left */
}

void
gate_stop(struct gate *g)
{
	atomic_store(&g->background.cancel, true);
}

bool
gate_in_doubt(const struct gate *g)
{
	return atomic_load(&g->doubt);
}

uint64_t
gate_generation(const struct gate *g)
{
	return atomic_load(&g->generation);
}

void
gate_changed(struct gate *g)
{
	atomic_fetch_add(&g->generation, 1);
}

const struct gate_parts *
gate_parts_of(const struct gate *g)
{
	return &g->parts;
}

void
gate_hold(struct gate *g)
{
	pthread_mutex_lock(&g->publishing);
}

void
gate_release(struct gate *g)
{
	pthread_mutex_unlock(&g->publishing);
}

/*
 * A call to the writer thread.  Two hold it, the one who waits and the job that
 * must come home; whoever lets go last frees it.
 */
struct call {
	struct job job; /* first: the job is the call */
	struct gate *gate;
	enum weigh_code (*fn)(struct gate *g, void *ctx, struct weigh_err *err);
	void *ctx;
	struct weigh_err *err;
	enum weigh_code rc;
	sem_t over;
	atomic_int holders;
};

static void
let_go(struct call *call)
{
	if (atomic_fetch_sub(&call->holders, 1) > 1)
		return;
	sem_destroy(&call->over);
	free(call);
}

static void
call_work(struct job *job, void *worker)
{
	struct call *call = (struct call *)job;

	(void)worker;
	call->rc = call->fn(call->gate, call->ctx, call->err);
	if (catalog_in_doubt(call->gate->parts.catalog) ||
	    audit_in_doubt(call->gate->parts.audit))
		atomic_store(&call->gate->doubt, true);
	sem_post(&call->over);
}

static void
call_done(struct job *job)
{
	struct call *call = (struct call *)job;

	if (job->skipped) {
		call->rc = weigh_fail(call->err, WEIGH_CANCELED,
		    "weighd is stopping");
		sem_post(&call->over);
	}
	let_go(call);
}

enum weigh_code
gate_on_writer(struct gate *g,
    enum weigh_code (*fn)(struct gate *g, void *ctx, struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct call *call;
	enum weigh_code rc;

	if (g->writer == NULL)
		return fn(g, ctx, err);
	if ((call = calloc(1, sizeof(*call))) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	call->job.work = call_work;
	call->job.done = call_done;
	call->job.home = g->home;
	call->gate = g;
	call->fn = fn;
	call->ctx = ctx;
	call->err = err;
	atomic_init(&call->holders, 2);
	sem_init(&call->over, 0, 0);
	pool_submit(g->writer, &call->job);
	while (sem_wait(&call->over) != 0)
		; /* EINTR */
	rc = call->rc;
	let_go(call);
	return rc;
}

struct write {
	enum weigh_code (*fn)(void *ctx, struct catalog *catalog,
	    struct audit *audit, struct weigh_err *err);
	void *ctx;
};

static enum weigh_code
run_write(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct write *w = ctx;

	return w->fn(w->ctx, g->parts.catalog, g->parts.audit, err);
}

enum weigh_code
gate_write(struct gate *g,
    enum weigh_code (*fn)(void *ctx, struct catalog *catalog,
	struct audit *audit, struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct write w = { fn, ctx };

	return gate_on_writer(g, run_write, &w, err);
}
