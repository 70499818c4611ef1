/* task: see task.h. */
#include <stdlib.h>

#include "task.h"

static void
task_work(struct job *job, void *worker)
{
	struct http_task *task = (struct http_task *)job;

	task->work(task, worker);
}

static void
task_done(struct job *job)
{
	struct http_task *task = (struct http_task *)job;

	if (job->skipped)
		task->reply.rc = weigh_fail(&task->reply.err, WEIGH_NOT_YET,
		    "weighd is stopping");
	if (task->finish != NULL)
		task->finish(task);
	http_reply_send(task->x, &task->reply);
	free(task);
}

void
http_task_init(struct http_task *task, struct http_exchange *x, size_t body_max,
    void (*work)(struct http_task *task, void *worker))
{
	task->job.work = task_work;
	task->job.done = task_done;
	task->job.home = http_loop(x);
	task->x = x;
	task->work = work;
	http_reply_init(&task->reply, body_max);
}

void
http_fail(struct http_exchange *x, int status, enum weigh_code code,
    const char *hub_code, const char *why)
{
	struct weigh_err err;

	weigh_fail(&err, code, "%s", why);
	weigh_what(&err, "%s", why);
	http_send_error(x, status, hub_code, &err);
}
