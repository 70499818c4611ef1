/* report: scrub's lines of /metrics, in the Prometheus text format 0.0.4. */
#include <time.h>

#include "base/metric.h"
#include "upkeep/scrub.h"

static void
state_metric(struct weigh_buf *out, enum scrub_state state)
{
	weigh_buf_adds(out,
	    "# HELP weighhouse_scrub_state What scrub does now: 1.\n"
	    "# TYPE weighhouse_scrub_state gauge\n");
	for (int i = 0; i < SCRUB_STATES; i++)
		weigh_buf_addf(out, "weighhouse_scrub_state{state=\"%s\"} %d\n",
		    scrub_state_name((enum scrub_state)i), i == (int)state);
}

void
scrub_metrics(struct scrub *scrub, struct weigh_buf *out)
{
	struct scrub_status s;

	scrub_look(scrub, &s);
	state_metric(out, s.state);
	metric_add(out, "scrub_rate_bytes", "gauge",
	    "Bytes a second while it reads.", s.plan.rate);
	metric_add(out, "scrub_read_bytes_total", "counter",
	    "Bytes read back from the disk since the start.", s.read_bytes);
	metric_add(out, "scrub_read_blobs_total", "counter",
	    "Blobs read back to their end since the start.", s.read_blobs);
	metric_add(out, "scrub_found_total", "counter",
	    "Things found bad by reading since the start.", s.found);
	metric_add(out, "scrub_failed_total", "counter",
	    "Readings that could not be made since the start.", s.failed);
	metric_add(out, "scrub_round_bytes", "gauge",
	    "Bytes to be read in a round.", s.total);
	metric_add(out, "scrub_round_done_bytes", "gauge",
	    "Bytes read since the round began.", s.round.done);
	if (s.any && s.oldest > 0)
		metric_add(out, "scrub_oldest_seconds", "gauge",
		    "Since the byte verified longest ago was verified.",
		    (uint64_t)pace_age(s.oldest, time(NULL)));
	metric_add(out, "scrub_overdue", "gauge",
	    "Is a byte not verified for longer than scrub.days, or can it not "
	    "be kept up: 1.",
	    s.plan.late ||
		(s.any && s.pace.days > 0 &&
		    pace_age(s.oldest, time(NULL)) >
			(int64_t)s.pace.days * 86400));
}
