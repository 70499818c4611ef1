/*
 * mirror: jobs of weighd that bring repositories in, as weigh sees them: ordered,
 * waited for, told.
 *
 * (1) A job is weighd's: weigh waits for it and may go away; nothing is lost by that.
 * (2) Waiting ends: when the job has ended or rests, on Ctrl-C, and when a job that
 *     waits for something itself has not come further for --timeout seconds.
 */
#ifndef CLI_MIRROR_H
#define CLI_MIRROR_H

#include <weigh/fetchjob.h>

#include "call.h"

#define MIRROR_JOBS 64 /* of one command */

struct mirror_job {
	const char *name; /* as it was typed; the caller's */
	struct doc *doc;  /* the job as it was told last; NULL: there is none */
	struct weigh_err err; /* why there is none, or how it ended */
	bool over;
	bool seen; /* `doc` is what a look showed: there was nothing to do */
	int line;  /* its progress line; -1: none */
	uint64_t measure;    /* what grows as it comes further */
	uint64_t further_ms; /* when it last did */
	char said[128];      /* why it waits, as it was said last */
};

/* Nothing is known of it yet. */
void mirror_job_init(struct mirror_job *job, const char *name);
/* It is over, and that is why. */
void mirror_fail(struct mirror_job *job, const struct weigh_err *err);

/* What a look showed (weigh.mirror-sync/1, used up): the job that was begun for it, or
 * that there is nothing new, which is over and well. */
void mirror_take_seen(struct mirror_job *job, struct doc *seen);

/* Ask weighd to begin, by `path` and `body`; what went wrong is in the job too. */
enum weigh_code mirror_begin(struct client *client, const char *path,
    const struct weigh_buf *body, struct mirror_job *job,
    struct weigh_err *err);

/* Wait until each is over (2).  WEIGH_CANCELED: somebody pressed Ctrl-C; other
 * failures of a job are in its `err`. */
enum weigh_code mirror_wait(const struct call *c, struct client *client,
    struct mirror_job *jobs, size_t n, struct weigh_err *err);

/* Print weigh.mirror/1 and how it went: the job's own failure if there is one job,
 * WEIGH_PARTLY if some of several failed. */
enum weigh_code mirror_print(const struct call *c,
    const struct mirror_job *jobs, size_t n, bool waited,
    struct weigh_err *err);

void mirror_free(struct mirror_job *jobs, size_t n);

#endif
