/* figures: see figures.h. */
#include "fetch/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/metric.h"
#include "catalog/jobs.h"

#define LAST_OF 64 /* jobs that are looked at for the last failure */

static bool
count_live(void *ctx, const struct weigh_fetch_job *job, const char *token)
{
	struct fetch_figures *out = ctx;

	(void)token;
	if (job->state < WEIGH_FETCH_STATES)
		out->jobs[job->state]++;
	return true;
}

static bool
find_failure(void *ctx, const struct weigh_fetch_job *job, const char *token)
{
	struct fetch_figures *out = ctx;

	(void)token;
	if (job->err.code == WEIGH_OK || job->state == WEIGH_FETCH_DONE ||
	    job->changed <= out->last_time)
		return true;
	out->last = job->order.repo;
	out->last_time = job->changed;
	snprintf(out->last_why, sizeof(out->last_why), "%.511s", job->err.why);
	return true;
}

static void
count(struct fetch *f, const struct outbound *outbound,
    struct fetch_figures *out)
{
	const struct fetch_counters *c = fetch_counters(f);
	const struct outbound_counters *o = outbound_counters(outbound);

	out->upstream_bytes = atomic_load(&o->body_bytes);
	out->asked = atomic_load(&o->asked);
	out->unanswered = atomic_load(&o->failed);
	out->refused = atomic_load(&o->refused);
	out->done = atomic_load(&c->done);
	out->failed = atomic_load(&c->failed);
	out->mismatches = atomic_load(&c->mismatches);
	out->refetched = atomic_load(&c->refetched);
	out->hits = atomic_load(&c->hits);
	out->misses = atomic_load(&c->misses);
}

enum weigh_code
fetch_figures(struct fetch *f, const struct outbound *outbound,
    struct catalog_reader *reader, struct fetch_figures *out,
    struct weigh_err *err)
{
	enum weigh_code rc;

	memset(out, 0, sizeof(*out));
	count(f, outbound, out);
	rc = catalog_jobs_live(reader, count_live, out, err);
	if (rc == WEIGH_OK)
		rc = catalog_jobs(reader, INT64_MAX, LAST_OF, find_failure, out,
		    err);
	return rc;
}

void
fetch_metrics(struct fetch *f, const struct outbound *outbound,
    struct catalog_reader *reader, struct weigh_buf *out)
{
	struct fetch_figures n = { .asked = 0 };
	bool known = fetch_figures(f, outbound, reader, &n, NULL) == WEIGH_OK;

	metric_add(out, "upstream_body_bytes_total", "counter",
	    "Bytes of bodies taken from outside.", n.upstream_bytes);
	metric_add(out, "upstream_requests_total", "counter",
	    "Requests to upstreams.", n.asked);
	metric_add(out, "upstream_unanswered_total", "counter",
	    "Requests to upstreams that got no answer.", n.unanswered);
	metric_add(out, "upstream_refused_total", "counter",
	    "Answers and addresses of upstreams that were refused here.",
	    n.refused);
	metric_add(out, "upstream_mismatches_total", "counter",
	    "Files from upstreams that were other bytes than promised.",
	    n.mismatches);
	metric_add(out, "upstream_refetched_bytes_total", "counter",
	    "Bytes that were asked for a second time.", n.refetched);
	metric_add(out, "file_hits_total", "counter",
	    "Files asked for by clients that were held.", n.hits);
	metric_add(out, "file_misses_total", "counter",
	    "Files asked for by clients that had to be fetched.", n.misses);
	metric_add(out, "mirror_jobs_done_total", "counter",
	    "Jobs that brought their revision.", n.done);
	metric_add(out, "mirror_jobs_failed_total", "counter",
	    "Jobs that ended without it.", n.failed);
	if (!known)
		return;
	weigh_buf_adds(out,
	    "# HELP weighhouse_mirror_jobs Jobs that go on, by state.\n"
	    "# TYPE weighhouse_mirror_jobs gauge\n");
	for (unsigned s = 0; s < WEIGH_FETCH_DONE; s++)
		weigh_buf_addf(out,
		    "weighhouse_mirror_jobs{state=\"%s\"} %" PRIu64 "\n",
		    weigh_fetch_state_name((enum weigh_fetch_state)s),
		    n.jobs[s]);
}
