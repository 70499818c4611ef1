/* view: what weigh top shows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progress.h"
#include "text.h"
#include "view.h"

/* --- rates ----------------------------------------------------------------------- */

/* What was known of an answer when it was looked at before. */
struct seen {
	uint64_t connection, sent, total;
};

static int
by_connection(const void *left, const void *right)
{
	const struct seen *a = left, *b = right;

	return (a->connection > b->connection) -
	    (a->connection < b->connection);
}

static struct seen
look(const struct doc *answer)
{
	return (struct seen){
		.connection = doc_u64(answer, "connection"),
		.sent = doc_u64(answer, "sent"),
		.total = doc_u64(answer, "total"),
	};
}

/* All of `d`'s answers, sorted; NULL: out of memory. */
static struct seen *
remember(const struct doc *d, size_t *n)
{
	const struct doc *list = doc_get(d, "answers");
	struct seen *seen = calloc(doc_count(list) + 1, sizeof(*seen));
	const struct doc *a;

	*n = 0;
	if (seen == NULL)
		return NULL;
	for (a = list != NULL ? list->first : NULL; a != NULL; a = a->next)
		seen[(*n)++] = look(a);
	qsort(seen, *n, sizeof(*seen), by_connection);
	return seen;
}

static uint64_t
per_second(uint64_t n, uint64_t ms)
{
	return ms > 0 ? (uint64_t)((double)n * 1000.0 / (double)ms) : 0;
}

static uint64_t
answer_rate(const struct doc *answer, const struct seen *seen, size_t n,
    uint64_t ms)
{
	const struct seen now = look(answer);
	const struct seen *then = bsearch(&now, seen, n, sizeof(now),
	    by_connection);

	if (then != NULL && then->total == now.total && then->sent <= now.sent)
		return per_second(now.sent - then->sent, ms);
	return per_second(now.sent, doc_u64(answer, "ms"));
}

static uint64_t
rise(const struct doc *now, const struct doc *before, const char *key)
{
	uint64_t a = doc_u64(before, key), b = doc_u64(now, key);

	return b > a ? b - a : 0;
}

bool
view_rates(struct doc *now, const struct doc *before)
{
	uint64_t ms = rise(now, before, "time_ms");
	struct doc *list = doc_get(now, "answers");
	struct seen *seen;
	struct doc *a;
	size_t n;
	bool ok;

	if ((seen = remember(before, &n)) == NULL)
		return false;
	ok = doc_put_u64(now, "requests_per_second",
		 per_second(rise(now, before, "requests_total"), ms)) &&
	    doc_put_u64(now, "bytes_per_second",
		per_second(rise(now, before, "body_bytes_total"), ms)) &&
	    doc_put_u64(now, "upstream_per_second",
		per_second(rise(now, before, "upstream_bytes_total"), ms));
	for (a = list != NULL ? list->first : NULL; a != NULL && ok;
	     a = a->next)
		ok = doc_put_u64(a, "rate", answer_rate(a, seen, n, ms));
	free(seen);
	return ok;
}

/* --- lines ------------------------------------------------------------------------- */

#define LINE_MAX (8u << 10) /* bytes of one line, before it is cut */

struct page {
	struct weigh_buf *out;
	unsigned columns, left; /* rows that are still free */
	bool utf8;
};

/* One line, cut to the width; false: there is no room for another one. */
static bool
put(struct page *p, const char *text)
{
	struct weigh_buf clean;

	if (p->left == 0)
		return false;
	p->left--;
	weigh_buf_init(&clean, 4 * LINE_MAX);
	p->utf8 ? text_clean(&clean, text) : text_clean_ascii(&clean, text);
	if (clean.len > 0 && text_columns(clean.data) <= p->columns)
		weigh_buf_adds(p->out, clean.data);
	else if (clean.len > 0)
		text_fit(p->out, clean.data, p->columns, p->utf8);
	weigh_buf_addc(p->out, '\n');
	weigh_buf_free(&clean);
	return p->left > 0;
}

static void
put_head(struct page *p, const struct doc *d, const char *server)
{
	char line[LINE_MAX], up[TEXT_DURATION], rate[TEXT_SIZE];
	char room[TEXT_SIZE], bytes[TEXT_SIZE], in[TEXT_SIZE];
	char connections[TEXT_COUNT], requests[TEXT_COUNT], blobs[TEXT_COUNT];

	text_duration(doc_u64(d, "uptime_seconds"), up);
	snprintf(line, sizeof(line), "weighd at %s, up %s; q ends", server, up);
	put(p, line);
	text_size(doc_u64(d, "bytes_per_second"), rate);
	text_size(doc_u64(d, "upstream_per_second"), in);
	text_size(doc_u64(d, "room"), room);
	text_size(doc_u64(d, "bytes"), bytes);
	text_count(doc_u64(d, "connections"), "connection", connections);
	text_count(doc_u64(d, "requests_per_second"), "request", requests);
	text_count(doc_u64(d, "blobs"), "blob", blobs);
	snprintf(line, sizeof(line), "%s, %s/s, %s/s out, %s/s in", connections,
	    requests, rate, in);
	put(p, line);
	snprintf(line, sizeof(line), "%s, %s, %" PRIu64 " bad, room for %s",
	    blobs, bytes, doc_u64(d, "bad"), room);
	put(p, line);
}

/* "scrub is reading: 1.2 GB of 3.4 GB this round; 9f86d081884c at 34%" */
static void
put_scrub(struct page *p, const struct doc *scrub)
{
	uint64_t size = doc_u64(scrub, "blob_total");
	char line[LINE_MAX], done[TEXT_SIZE], total[TEXT_SIZE];
	int n;

	if (scrub == NULL)
		return;
	text_size(doc_u64(scrub, "done"), done);
	text_size(doc_u64(scrub, "total"), total);
	n = snprintf(line, sizeof(line), "scrub is %.20s: %s of %s this round",
	    doc_str(scrub, "state"), done, total);
	if (size > 0 && n > 0)
		snprintf(line + n, sizeof(line) - (size_t)n,
		    "; %.12s at %.0f%%", doc_str(scrub, "sha256"),
		    100.0 * (double)doc_u64(scrub, "blob_done") / (double)size);
	put(p, line);
}

static bool
put_job(struct page *p, const struct doc *job)
{
	struct progress_line l = { .done = doc_u64(job, "done"),
		.total = doc_u64(job, "total") };
	struct weigh_buf line;
	char name[512];
	bool more;

	snprintf(name, sizeof(name), "%s %.300s", doc_str(job, "kind"),
	    doc_str(job, "subject"));
	l.name = name;
	weigh_buf_init(&line, LINE_MAX);
	progress_line(&line, &l, p->columns, p->utf8);
	more = put(p, line.data != NULL ? line.data : "");
	weigh_buf_free(&line);
	return more;
}

/* "org/model  bytes  1.2 GB of 3.4 GB  10 MB/s  https://hub.example: why it waits" */
static bool
put_mirror(struct page *p, const struct doc *job)
{
	const char *why = doc_str(doc_get(job, "error"), "why");
	char done[TEXT_SIZE], total[TEXT_SIZE], rate[TEXT_SIZE];
	char line[LINE_MAX];

	text_size(doc_u64(job, "done_bytes"), done);
	text_size(doc_u64(job, "bytes"), total);
	text_size(doc_u64(job, "rate"), rate);
	snprintf(line, sizeof(line),
	    "%.200s  %.20s  %s of %s  %s/s  %.400s%s%.600s",
	    doc_str(job, "name"), doc_str(job, "state"), done, total, rate,
	    doc_str(job, "source"), why[0] != '\0' ? ": " : "", why);
	return put(p, line);
}

static bool
put_answer(struct page *p, const struct doc *a)
{
	char sent[TEXT_SIZE], total[TEXT_SIZE], rate[TEXT_SIZE];
	char line[LINE_MAX], time[TEXT_DURATION];

	text_size(doc_u64(a, "sent"), sent);
	text_size(doc_u64(a, "total"), total);
	text_size(doc_u64(a, "rate"), rate);
	text_duration(doc_u64(a, "ms") / 1000, time);
	snprintf(line, sizeof(line), "%8s %8s %8s/s %6s  %-21.60s  %.600s",
	    sent, total, rate, time, doc_str(a, "client"), doc_str(a, "path"));
	return put(p, line);
}

static void
put_list(struct page *p, const struct doc *d, const char *key,
    const char *title, bool (*each)(struct page *p, const struct doc *row))
{
	const struct doc *list = doc_get(d, key);
	const struct doc *row;

	if (doc_count(list) == 0 || !put(p, "") || !put(p, title))
		return;
	for (row = list->first; row != NULL; row = row->next)
		if (!each(p, row))
			return;
}

void
view_screen(struct weigh_buf *out, const struct doc *d, const char *server,
    unsigned columns, unsigned rows, bool utf8)
{
	struct page p = { out, columns, rows, utf8 };

	put_head(&p, d, server);
	put_scrub(&p, doc_get(d, "scrub"));
	put_list(&p, d, "jobs", "JOBS", put_job);
	put_list(&p, d, "mirrors", "MIRROR JOBS", put_mirror);
	put_list(&p, d, "answers",
	    "    SENT    TOTAL       RATE   TIME  CLIENT                 PATH",
	    put_answer);
}
