/* task: see task.h. */
#include <stdlib.h>
#include <string.h>

#include "coding.h"
#include "priv.h"
#include "task.h"

#define JSON "application/json"
#define ENCODED_LEAST 1024 /* bytes: smaller answers fit into a packet or two */

static void
task_work(struct job *job, void *worker)
{
	struct http_task *task = (struct http_task *)job;

	task->work(task, worker);
	http_task_encode(task);
}

static void
task_done(struct job *job)
{
	struct http_task *task = (struct http_task *)job;

	if (!job->skipped && task->waits != NULL && task->waits(task))
		return;
	if (job->skipped)
		task->reply.rc = weigh_fail(&task->reply.err, WEIGH_NOT_YET,
		    "weighd is stopping");
	http_task_answer(task);
	free(task);
}

void
http_task_again(struct http_task *task, struct job_queue queue)
{
	http_reply_clear(&task->reply);
	queue.submit(queue.queue, &task->job);
}

void
http_task_end(struct http_task *task)
{
	task->waits = NULL;
	task->job.done(&task->job);
}

void
http_task_answer(struct http_task *task)
{
	if (task->finish != NULL)
		task->finish(task);
	if (task->outlet != NULL) {
		http_reply_free(&task->reply);
		outlet_close(task->outlet);
	} else {
		http_reply_send(task->x, &task->reply);
	}
}

/* Is this an answer of ours in JSON, and worth it? */
static bool
shrinks(const struct http_task *task)
{
	const struct http_reply *r = &task->reply;

	return task->outlet == NULL && r->rc == WEIGH_OK && !r->is_file &&
	    !r->body.failed && r->body.len >= ENCODED_LEAST &&
	    r->etag[0] == '\0' && !http_is_local(task->x) &&
	    (r->type == NULL || strncmp(r->type, JSON, strlen(JSON)) == 0);
}

void
http_task_encode(struct http_task *task)
{
	struct http_reply *r = &task->reply;

	if (!shrinks(task))
		return;
	http_reply_field(r, "Vary", "Accept-Encoding");
	if (weigh_http_accepts_gzip(http_head(task->x)) && gzip_buf(&r->body))
		http_reply_field(r, "Content-Encoding", "gzip");
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

unsigned
http_methods(const char *words)
{
	unsigned methods = 0;
	size_t len;

	for (; *words != '\0'; words += len + strspn(words + len, " ")) {
		len = strcspn(words, " ");
		for (int i = 0; i < WEIGH_HTTP_METHODS; i++) {
			const char *name =
			    weigh_http_method_name((enum weigh_http_method)i);

			if (strlen(name) == len &&
			    memcmp(name, words, len) == 0)
				methods |= 1u << i;
		}
	}
	if (methods & 1u << WEIGH_HTTP_GET)
		methods |= 1u << WEIGH_HTTP_HEAD;
	return methods;
}

void
http_fail_method(struct http_exchange *x, unsigned methods)
{
	struct weigh_buf names;

	weigh_buf_init(&names, 128);
	for (int i = 0; i < WEIGH_HTTP_METHODS; i++)
		if (methods & 1u << i)
			weigh_buf_addf(&names, "%s%s",
			    names.len > 0 ? ", " : "",
			    weigh_http_method_name((enum weigh_http_method)i));
	http_field(x, "Allow", "%s", names.len > 0 ? names.data : "");
	weigh_buf_free(&names);
	http_fail(x, 405, WEIGH_USAGE, NULL,
	    "this path does not take this method");
}
