/*
 * jobs: what is being brought in from elsewhere, and what was, as the catalog keeps
 * it: a row for each job, and one for each file that it fetches.
 *
 * (1) Unlike the rest of the catalog a job cannot be made again from what is held:
 *     when the catalog is made again, jobs stay as they are.
 * (2) The files of a job are listed once, in one transaction, all or none of them.
 *
 * Threads and blocking: as in catalog.h.
 */
#ifndef CATALOG_JOBS_H
#define CATALOG_JOBS_H

#include <weigh/fetchjob.h>

#include "catalog/catalog.h"

#define CATALOG_TOKEN 64 /* bytes of a token's id, with its NUL */

/* --- writing ------------------------------------------------------------- */

/* A new job, queued: `order` and `made` of *job are read, `id` is filled.  `token`:
 * of who asked, "" the mirror's own user. */
enum weigh_code catalog_job_add(struct catalog *c, struct weigh_fetch_job *job,
    const char *token, struct weigh_err *err);

/* How it stands now: all of it but order and `made`; the order's priority too. */
enum weigh_code catalog_job_keep(struct catalog *c,
    const struct weigh_fetch_job *job, struct weigh_err *err);

/* The same job, asked for again: follow, source and priority may be others. */
enum weigh_code catalog_job_order(struct catalog *c,
    const struct weigh_fetch_job *job, struct weigh_err *err);

/* Forget jobs that ended, with ids below this one. */
enum weigh_code catalog_jobs_drop(struct catalog *c, int64_t below,
    struct weigh_err *err);

struct catalog_job_file {
	const char *path;
	struct weigh_oid oid;   /* zero: not LFS */
	struct weigh_gitid git; /* of a file that is not LFS: its blob */
	uint64_t size;
};
/* The files of a job, instead of those it had (2). */
enum weigh_code catalog_job_list(struct catalog *c, int64_t id,
    const struct catalog_job_file *files, size_t n, struct weigh_err *err);

/* --- reading ------------------------------------------------------------- */

/* False ends it. */
typedef bool catalog_job_fn(void *ctx, const struct weigh_fetch_job *job,
    const char *token);

/* One; WEIGH_NOT_FOUND.  `token` (CATALOG_TOKEN bytes) may be NULL. */
enum weigh_code catalog_job(struct catalog_reader *r, int64_t id,
    struct weigh_fetch_job *out, char *token, struct weigh_err *err);

/* Newest first, those with ids below `before` (INT64_MAX: all), at most `limit`. */
enum weigh_code catalog_jobs(struct catalog_reader *r, int64_t before,
    unsigned limit, catalog_job_fn *each, void *ctx, struct weigh_err *err);

/* Those that go on, now or when they are told to; the highest priority first, of one
 * priority the oldest. */
enum weigh_code catalog_jobs_live(struct catalog_reader *r,
    catalog_job_fn *each, void *ctx, struct weigh_err *err);

/* Its files in byte order of paths; stops at an answer that is not WEIGH_OK and
 * answers it. */
enum weigh_code catalog_job_files(struct catalog_reader *r, int64_t id,
    enum weigh_code (*each)(void *ctx, const struct catalog_job_file *file,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* Does a job that goes on want this blob? */
enum weigh_code catalog_job_needs(struct catalog_reader *r,
    const struct weigh_oid *oid, bool *needed, struct weigh_err *err);

#endif
