/* jobs: see jobs.h. */
#include "catalog/jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"

#define ERROR_MAX (16u << 10) /* bytes of an error as JSON */

/* --- writing ------------------------------------------------------------- */

/* The order as text, in `out`. */
static enum weigh_code
order_text(const struct weigh_fetch_order *order, struct weigh_buf *out,
    struct weigh_err *err)
{
	struct weigh_jw w;

	weigh_buf_init(out, WEIGH_FETCH_ORDER_MAX);
	weigh_jw_init(&w, out);
	weigh_fetch_order_write(&w, order);
	if (!out->failed)
		return WEIGH_OK;
	weigh_buf_free(out);
	return weigh_fail(err, WEIGH_TOO_BIG, "the order is too long");
}

static enum weigh_code
add(struct db *db, struct weigh_fetch_job *job, const char *token,
    struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc = order_text(&job->order, &text, err);
	struct query q;

	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_JOB_ADD);
	query_int(&q, job->order.repo.kind);
	query_text(&q, job->order.repo.name);
	query_text(&q, text.data);
	query_int(&q, WEIGH_FETCH_QUEUED);
	query_int(&q, job->order.priority);
	query_text(&q, token);
	query_int(&q, job->made);
	rc = query_insert(&q, &job->id, err);
	weigh_buf_free(&text);
	return rc;
}

enum weigh_code
catalog_job_add(struct catalog *c, struct weigh_fetch_job *job,
    const char *token, struct weigh_err *err)
{
	enum weigh_code rc;

	if (strlen(token) >= CATALOG_TOKEN)
		return weigh_fail(err, WEIGH_BUG, "the token's id is too long");
	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, add(&c->db, job, token, err), err);
}

static enum weigh_code
keep(struct db *db, const struct weigh_fetch_job *job, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_JOB_KEEP);
	struct weigh_buf error;
	enum weigh_code rc;

	weigh_buf_init(&error, ERROR_MAX);
	weigh_fetch_error_write(&error, &job->err);
	query_int(&q, job->id);
	query_int(&q, job->state);
	query_int(&q, job->order.priority);
	query_text(&q, job->from);
	query_gitid(&q, &job->commit);
	query_int(&q, job->proved);
	query_int(&q, job->changed);
	query_int(&q, job->until);
	query_size(&q, job->files);
	query_size(&q, job->bytes);
	query_size(&q, job->done_files);
	query_size(&q, job->done_bytes);
	query_text(&q, error.failed || error.data == NULL ? "" : error.data);
	query_text(&q, job->ref);
	query_int(&q, job->unchanged);
	rc = query_run(&q, err);
	weigh_buf_free(&error);
	return rc;
}

enum weigh_code
catalog_job_keep(struct catalog *c, const struct weigh_fetch_job *job,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, keep(&c->db, job, err), err);
}

static enum weigh_code
keep_order(struct db *db, const struct weigh_fetch_job *job,
    struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc = order_text(&job->order, &text, err);
	struct query q;

	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_JOB_ORDER);
	query_int(&q, job->id);
	query_text(&q, text.data);
	query_int(&q, job->order.priority);
	rc = query_run(&q, err);
	weigh_buf_free(&text);
	return rc;
}

enum weigh_code
catalog_job_order(struct catalog *c, const struct weigh_fetch_job *job,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, keep_order(&c->db, job, err), err);
}

static enum weigh_code
run_with(struct db *db, enum db_statement which, int64_t value,
    struct weigh_err *err)
{
	struct query q = query_begin(db, which);

	query_int(&q, value);
	return query_run(&q, err);
}

enum weigh_code
catalog_jobs_drop(struct catalog *c, int64_t below, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, run_with(&c->db, SQL_JOBS_DROP_BELOW, below, err),
	    err);
}

static enum weigh_code
add_file(struct db *db, int64_t id, const struct catalog_job_file *file,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_JOB_FILE_ADD);

	query_int(&q, id);
	query_text(&q, file->path);
	if (weigh_oid_is_zero(&file->oid))
		query_null(&q);
	else
		query_oid(&q, &file->oid);
	query_gitid(&q, &file->git);
	query_size(&q, file->size);
	return query_run(&q, err);
}

enum weigh_code
catalog_job_list(struct catalog *c, int64_t id,
    const struct catalog_job_file *files, size_t n, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	rc = run_with(&c->db, SQL_JOB_FILES_DROP, id, err);
	for (size_t i = 0; i < n && rc == WEIGH_OK; i++)
		rc = add_file(&c->db, id, &files[i], err);
	return db_end(&c->db, rc, err);
}

/* --- reading ------------------------------------------------------------- */

/* A row as a job.  An order that cannot be read is no order: the job has no name,
 * and its error says why. */
static void
read_job(const struct query *q, struct weigh_fetch_job *out)
{
	const char *text = query_column_text(q, 1);
	const char *error = query_column_text(q, 15);
	struct weigh_err err;
	enum weigh_code rc;

	memset(out, 0, sizeof(*out));
	weigh_err_clear(&err);
	rc = weigh_fetch_order_read(&out->order, text, strlen(text), &err);
	out->id = sqlite3_column_int64(q->stmt, 0);
	out->state = (enum weigh_fetch_state)sqlite3_column_int(q->stmt, 2);
	out->order.priority = sqlite3_column_int(q->stmt, 3);
	snprintf(out->from, sizeof(out->from), "%s", query_column_text(q, 4));
	out->commit = query_column_gitid(q, 5);
	snprintf(out->ref, sizeof(out->ref), "%s", query_column_text(q, 16));
	out->proved = sqlite3_column_int(q->stmt, 6) != 0;
	out->unchanged = sqlite3_column_int(q->stmt, 17) != 0;
	out->made = sqlite3_column_int64(q->stmt, 8);
	out->changed = sqlite3_column_int64(q->stmt, 9);
	out->until = sqlite3_column_int64(q->stmt, 10);
	out->files = query_column_size(q, 11);
	out->bytes = query_column_size(q, 12);
	out->done_files = query_column_size(q, 13);
	out->done_bytes = query_column_size(q, 14);
	weigh_fetch_error_read(&out->err, error, strlen(error));
	if (rc != WEIGH_OK)
		out->err = err;
}

enum weigh_code
catalog_job(struct catalog_reader *r, int64_t id, struct weigh_fetch_job *out,
    char *token, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_JOB);
	enum weigh_code rc;
	bool found;

	query_int(&q, id);
	if ((found = query_row(&q))) {
		read_job(&q, out);
		if (token != NULL)
			snprintf(token, CATALOG_TOKEN, "%s",
			    query_column_text(&q, 7));
	}
	rc = query_end(&q, err);
	if (rc == WEIGH_OK && !found)
		return weigh_fail(err, WEIGH_NOT_FOUND, "there is no job %lld",
		    (long long)id);
	return rc;
}

static enum weigh_code
each_job(struct query *q, catalog_job_fn *each, void *ctx,
    struct weigh_err *err)
{
	struct weigh_fetch_job *job = malloc(sizeof(*job));
	bool more = job != NULL;
	enum weigh_code rc;

	while (more && query_row(q)) {
		read_job(q, job);
		more = each(ctx, job, query_column_text(q, 7));
	}
	rc = query_end(q, err);
	if (job == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	free(job);
	return rc;
}

enum weigh_code
catalog_jobs(struct catalog_reader *r, int64_t before, unsigned limit,
    catalog_job_fn *each, void *ctx, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_JOBS_BEFORE);

	query_int(&q, before);
	query_int(&q, limit);
	return each_job(&q, each, ctx, err);
}

enum weigh_code
catalog_jobs_live(struct catalog_reader *r, catalog_job_fn *each, void *ctx,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_JOBS_LIVE);

	query_int(&q, INT64_MAX);
	return each_job(&q, each, ctx, err);
}

enum weigh_code
catalog_job_files(struct catalog_reader *r, int64_t id,
    enum weigh_code (*each)(void *ctx, const struct catalog_job_file *file,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_JOB_FILES);
	enum weigh_code rc = WEIGH_OK, end;

	query_int(&q, id);
	while (rc == WEIGH_OK && query_row(&q)) {
		const struct catalog_job_file file = {
			.path = query_column_text(&q, 0),
			.oid = query_column_oid(&q, 1),
			.git = query_column_gitid(&q, 2),
			.size = query_column_size(&q, 3),
		};

		rc = each(ctx, &file, err);
	}
	end = query_end(&q, rc == WEIGH_OK ? err : NULL);
	return rc != WEIGH_OK ? rc : end;
}

enum weigh_code
catalog_job_needs(struct catalog_reader *r, const struct weigh_oid *oid,
    bool *needed, struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_JOB_NEEDS);

	query_oid(&q, oid);
	*needed = query_row(&q);
	return query_end(&q, err);
}
