/* weigh status: how weighd is doing. */
#include <inttypes.h>
#include <stdio.h>

#include "cmds.h"
#include "text.h"

static const struct out_column fields[] = {
	{ "version", "version", OUT_TEXT, false },
	{ "data", "data", OUT_TEXT, false },
	{ "models", "models", OUT_NUMBER, false },
	{ "blobs", "blobs", OUT_NUMBER, false },
	{ "size", "bytes", OUT_SIZE, false },
	{ "bad", "bad", OUT_NUMBER, false },
	{ "not held", "absent", OUT_NUMBER, false },
	{ "scrub", "scrub", OUT_TEXT, false },
	{ "unread for", "scrub_oldest_seconds", OUT_SECONDS, false },
	{ "served", "served_bytes", OUT_SIZE, false },
	{ "from upstream", "upstream_bytes", OUT_SIZE, false },
	{ "hit ratio", "hit_ratio", OUT_TEXT, false },
	{ "jobs", "jobs", OUT_TEXT, false },
	{ "last failure", "failure", OUT_TEXT, false },
	{ "up", "uptime_seconds", OUT_SECONDS, false },
};

/* "97%": of the files that clients asked for, so many were held. */
static bool
put_ratio(struct doc *d)
{
	uint64_t hits = doc_u64(d, "hits"), misses = doc_u64(d, "misses");
	char text[16];

	if (hits + misses == 0)
		return true;
	snprintf(text, sizeof(text), "%.0f%%",
	    100.0 * (double)hits / ((double)hits + (double)misses));
	return doc_put_str(d, "hit_ratio", text);
}

static bool
put_jobs(struct doc *d)
{
	char text[160];

	snprintf(text, sizeof(text),
	    "%" PRIu64 " under way, %" PRIu64 " waiting, %" PRIu64
	    " paused; since the start %" PRIu64 " done, %" PRIu64 " failed",
	    doc_u64(d, "jobs_under_way"), doc_u64(d, "jobs_waiting"),
	    doc_u64(d, "jobs_paused"), doc_u64(d, "jobs_done"),
	    doc_u64(d, "jobs_failed"));
	return doc_put_str(d, "jobs", text);
}

static bool
put_failure(struct doc *d)
{
	const struct doc *last = doc_get(d, "last_failure");
	char text[1024], when[TEXT_WHEN];

	if (last == NULL)
		return true;
	text_when((int64_t)doc_u64(last, "time"), when);
	snprintf(text, sizeof(text), "%s %.200s: %.600s", when,
	    doc_str(last, "name"), doc_str(last, "why"));
	return doc_put_str(d, "failure", text);
}

static enum weigh_code
print(const struct call *c, struct doc *d, struct weigh_err *err)
{
	if (c->out->format != OUT_JSON &&
	    !(put_ratio(d) && put_jobs(d) && put_failure(d)))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return call_print(c, d, fields, sizeof(fields) / sizeof(fields[0]),
	    err);
}

enum weigh_code
cmd_status(const struct call *c, struct weigh_err *err)
{
	struct client client;
	struct doc *d = NULL;
	enum weigh_code rc;

	rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = client_doc(&client, "/-/v1/status", NULL, "weigh.status/1",
		    &d, err);
	if (rc == WEIGH_OK)
		rc = print(c, d, err);
	doc_free(d);
	client_close(&client);
	return rc;
}
