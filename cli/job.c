/* job: wait for long work of weighd. */
#include <string.h>
#include <time.h>

#include <weigh/http.h>

#include "bars.h"
#include "job.h"
#include "stop.h"

/* Small work is done soon; of work whose end cannot be told a sixteenth may be waiting in
 * vain, else a two-thousandth.  Each question costs both sides a third of a millisecond. */
#define FIRST_MS 2
#define MOST_MS 250
#define SHARE 16
#define SHARE_AT_END 2000

static enum weigh_code
ask(const struct job_asker *a, const char *path, struct doc **out,
    struct weigh_err *err)
{
	if (a->local != NULL)
		return local_doc(a->local, path, NULL, -1, "weigh.job/1", out,
		    err);
	return client_doc(a->client, path, NULL, "weigh.job/1", out, err);
}

/* Half of what is left, if it goes on as it went; so the end is met within moments. */
static uint64_t
pause_ms(uint64_t spent, uint64_t done, uint64_t total)
{
	const uint64_t left = done == 0 || total == 0 ?
	    spent :
	    done >= total ?
	    0 :
	    (uint64_t)((double)spent / (double)done * (double)(total - done));
	uint64_t ms = left / 2 < spent / SHARE ? left / 2 : spent / SHARE;

	if (ms < spent / SHARE_AT_END)
		ms = spent / SHARE_AT_END;
	return ms < FIRST_MS ? FIRST_MS : ms > MOST_MS ? MOST_MS : ms;
}

void
job_pause(uint64_t begun, uint64_t done, uint64_t total)
{
	const uint64_t ms = pause_ms(bars_now_ms() - begun, done, total);
	const struct timespec t = { 0, (long)ms * 1000000 };

	nanosleep(&t, NULL);
}

/* The job's own words about its failure. */
static enum weigh_code
failed(const struct doc *job, struct weigh_err *err)
{
	const struct doc *e = doc_get(job, "error");
	const char *code = doc_str(e, "code");

	weigh_fail(err, weigh_code_named(code, strlen(code)), "%s",
	    doc_str(e, "why"));
	weigh_what(err, "%s", doc_str(e, "what"));
	weigh_fix(err, "%s", doc_str(e, "fix"));
	return err != NULL ? err->code : WEIGH_BUG;
}

static struct doc *
take_result(struct doc *job)
{
	struct doc **at = &job->first;

	for (; *at != NULL; at = &(*at)->next)
		if (strcmp((*at)->key, "result") == 0) {
			struct doc *d = *at;

			*at = d->next;
			d->next = NULL;
			return d;
		}
	return NULL;
}

/* Ask until it is no longer running; *job is then its last answer. */
static enum weigh_code
poll_job(const struct job_asker *asker, const char *path, struct bars *bars,
    struct doc **job, struct weigh_err *err)
{
	uint64_t begun = bars_now_ms(), done;
	enum weigh_code rc;

	while ((rc = ask(asker, path, job, err)) == WEIGH_OK &&
	    strcmp(doc_str(*job, "state"), "running") == 0) {
		bars->total = doc_u64(*job, "total");
		done = doc_u64(*job, "done");
		bars_total(bars, done);
		bars_draw(bars);
		doc_free(*job);
		*job = NULL;
		if (stop_asked())
			return stop_fail(err);
		job_pause(begun, done, bars->total);
	}
	return rc;
}

enum weigh_code
job_wait(const struct job_asker *asker, const struct doc *started,
    const struct out *out, const char *name, struct doc **result,
    struct weigh_err *err)
{
	struct weigh_buf path;
	struct doc *job = NULL;
	struct bars bars;
	enum weigh_code rc;

	*result = NULL;
	weigh_buf_init(&path, 4096);
	weigh_buf_adds(&path, "/-/v1/jobs/");
	weigh_http_escape(&path, doc_str(started, "job"), false);
	bars_begin(&bars, out, name, 0);
	rc = path.failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			   poll_job(asker, path.data, &bars, &job, err);
	bars_end(&bars);
	if (rc == WEIGH_OK && strcmp(doc_str(job, "state"), "failed") == 0)
		rc = failed(job, err);
	else if (rc == WEIGH_OK && (*result = take_result(job)) == NULL)
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "the server's job ended without a result");
	doc_free(job);
	weigh_buf_free(&path);
	return rc;
}

enum weigh_code
job_run(struct client *client, const char *path, const struct weigh_buf *body,
    const struct out *out, const char *name, const char *schema,
    struct doc **result, struct weigh_err *err)
{
	struct job_asker asker = { .client = client };
	struct doc *started = NULL;
	enum weigh_code rc;

	*result = NULL;
	if (body->failed)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = client_doc(client, path, body->data != NULL ? body->data : "{}",
	    "weigh.job/1", &started, err);
	if (rc == WEIGH_OK)
		rc = job_wait(&asker, started, out, name, result, err);
	doc_free(started);
	return rc == WEIGH_OK ? doc_schema(*result, schema, err) : rc;
}
