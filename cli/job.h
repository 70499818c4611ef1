/* job: wait for long work of weighd, with a bar. */
#ifndef CLI_JOB_H
#define CLI_JOB_H

#include <stdint.h>

#include <weigh/err.h>

#include "client.h"
#include "doc.h"
#include "local.h"
#include "out.h"

/* Whom to ask how the job is: one of the two. */
struct job_asker {
	struct client *client;
	struct local *local;
};

/* Ask until the job that `started` (weigh.job/1) names is done or failed.
 * *result is its result, the caller's; a failed job's error is `err`. */
enum weigh_code job_wait(const struct job_asker *asker,
    const struct doc *started, const struct out *out, const char *name,
    struct doc **result, struct weigh_err *err);

/* Sleep between two questions about work that began at `begun` (bars_now_ms) and has done
 * `done` of `total` (0: not known): a sixteenth of what has passed or half of what seems
 * to be left, whichever is less; 2 to 250 ms. */
void job_pause(uint64_t begun, uint64_t done, uint64_t total);

/* Begin long work by `body` to `path` and wait for it; *result is of `schema`, and
 * the caller's in any case.  `name` is what its bar says. */
enum weigh_code job_run(struct client *client, const char *path,
    const struct weigh_buf *body, const struct out *out, const char *name,
    const char *schema, struct doc **result, struct weigh_err *err);

#endif
