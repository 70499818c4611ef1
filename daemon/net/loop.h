/*
 * loop: one event loop, and how jobs come home to it.
 *
 * (1) A loop belongs to the thread that runs it; only loop_post and loop_stop may
 *     be called from another one.
 * (2) Every job posted is done exactly once, on the loop's thread, or for those
 *     posted after it stopped by loop_finish's caller.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdbool.h>

#include <weigh/err.h>

#include "base/job.h"

struct event_base; /* libevent's */
struct loop;

enum weigh_code loop_new(struct loop **out, struct weigh_err *err);
/* Not while it runs.  NULL does nothing. */
void loop_free(struct loop *l);

/* Run done() of the jobs that came home after the loop stopped, on the caller's
 * thread; true if there were any. */
bool loop_finish(struct loop *l);

struct event_base *loop_base(struct loop *l);

/* Run until loop_stop, on this thread. */
void loop_run(struct loop *l);

/* Run on a thread of its own, named `name`; loop_join waits for its end. */
enum weigh_code loop_start(
    struct loop *l, const char *name, struct weigh_err *err);
void loop_join(struct loop *l);

/* Ask it to return from loop_run; any thread. */
void loop_stop(struct loop *l);

/* Give a job home: its done() runs on the loop `home`.  Any thread.  This is the
 * job_post_fn that main hands to the pools; also how one loop calls another. */
void loop_post(void *home, struct job *job);

#endif
