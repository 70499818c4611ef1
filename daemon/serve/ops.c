/* ops: what operators and their tools read: /, /readyz, /metrics. */
#include <inttypes.h>
#include <time.h>

#include <weigh/version.h>

#include "base/metric.h"
#include "priv.h"
#include "uploads.h"

#define TEXT "text/plain; charset=utf-8"

void
serve_front(struct ask *ask, struct catalog_reader *reader)
{
	(void)reader;
	ask->task.reply.type = TEXT;
	weigh_buf_adds(&ask->task.reply.body,
	    "weighd " WEIGH_VERSION ": a mirror of model weights.\n"
	    "Set HF_ENDPOINT to this address, or: weigh --server URL ls\n");
}

void
serve_ready(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct catalog_totals totals;
	struct weigh_err err;
	bool ready = true;

	r->type = TEXT;
	if (catalog_totals(reader, &totals, &err) != WEIGH_OK) {
		weigh_buf_addf(&r->body, "catalog: %s\n", err.why);
		ready = false;
	}
	if (catalog_has_moved(reader)) {
		weigh_buf_adds(&r->body,
		    "catalog: catalog.db was removed or replaced while weighd "
		    "runs; restart weighd, which makes it again\n");
		ready = false;
	}
	if (store_room(ask->serve->parts.store) == 0) {
		weigh_buf_adds(&r->body,
		    "store: no room for writing, or read-only\n");
		ready = false;
	}
	if (gate_in_doubt(ask->serve->parts.gate)) {
		weigh_buf_adds(&r->body,
		    "store: the disk failed to keep a write of catalog or "
		    "journal; check it, then restart weighd\n");
		ready = false;
	}
	if (ready)
		weigh_buf_adds(&r->body, "ready\n");
	else
		r->status = 503;
}

/* --- metrics: the Prometheus text format, version 0.0.4 ------------------------------ */

static void
answers(struct weigh_buf *out, struct server_counters *c)
{
	unsigned i;

	weigh_buf_adds(out,
	    "# HELP weighhouse_http_answers_total Answers by hundreds of their "
	    "status.\n# TYPE weighhouse_http_answers_total counter\n");
	for (i = 1; i < 6; i++)
		weigh_buf_addf(out,
		    "weighhouse_http_answers_total{code=\"%uxx\"} %" PRIuFAST64
		    "\n",
		    i, atomic_load(&c->answers[i]));
}

static void
server_metrics(struct weigh_buf *out, struct server_counters *c)
{
	metric_add(out, "http_connections", "gauge", "Open connections.",
	    atomic_load(&c->connections));
	metric_add(out, "http_connections_total", "counter",
	    "Connections accepted.", atomic_load(&c->connections_total));
	metric_add(out, "http_requests_total", "counter",
	    "Requests with a head.", atomic_load(&c->requests_total));
	metric_add(out, "http_refused_total", "counter",
	    "Requests refused by the parser or a limit.",
	    atomic_load(&c->refused_total));
	metric_add(out, "http_body_bytes_total", "counter",
	    "Bytes of bodies answered.", atomic_load(&c->body_bytes_total));
	answers(out, c);
}

static void
catalog_metrics(struct weigh_buf *out, const struct catalog_totals *t)
{
	metric_add(out, "repositories", "gauge", "Repositories held.",
	    t->repos);
	metric_add(out, "revisions", "gauge", "Revisions held.", t->revisions);
	metric_add(out, "blobs", "gauge", "Blobs held.", t->blobs);
	metric_add(out, "blob_bytes", "gauge", "Bytes of blobs, each once.",
	    t->bytes);
	metric_add(out, "bad_blobs", "gauge",
	    "Blobs whose bytes were found bad and are not served.", t->bad);
}

static void
upload_metrics(struct weigh_buf *out, struct uploads *u)
{
	uint64_t open, bytes;

	uploads_sweep(u, time(NULL));
	uploads_count(u, &open, &bytes);
	metric_add(out, "uploads_open", "gauge",
	    "Files that are being uploaded.", open);
	metric_add(out, "upload_part_bytes", "gauge",
	    "Bytes of parts whose file is not whole yet.", bytes);
}

void
serve_metrics(struct ask *ask, struct catalog_reader *reader)
{
	struct serve *s = ask->serve;
	struct weigh_buf *out = &ask->task.reply.body;
	struct catalog_totals totals;

	ask->task.reply.type = "text/plain; version=0.0.4; charset=utf-8";
	weigh_buf_adds(out,
	    "# HELP weighhouse_build_info What is running.\n"
	    "# TYPE weighhouse_build_info gauge\n"
	    "weighhouse_build_info{version=\"" WEIGH_VERSION "\"} 1\n");
	metric_add(out, "uptime_seconds", "gauge", "Since the start.",
	    (uint64_t)(time(NULL) - s->parts.started));
	server_metrics(out, server_counters(s->server));
	upload_metrics(out, s->uploads);
	metric_add(out, "store_room_bytes", "gauge",
	    "Bytes that may still be written.", store_room(s->parts.store));
	metric_add(out, "worker_queue", "gauge", "Jobs waiting and running.",
	    pool_depth(s->parts.workers));
	metric_add(out, "streams_queue", "gauge",
	    "Long answers being written, and waiting for a thread.",
	    pool_depth(s->parts.streams));
	if (catalog_totals(reader, &totals, NULL) == WEIGH_OK)
		catalog_metrics(out, &totals);
	if (s->parts.metrics != NULL)
		s->parts.metrics(s->parts.metrics_ctx, reader, out);
}
