/* weights: headers of files of weights, each read once.  See weights.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "gate/weights.h"
#include "inspect/inspect.h"
#include "log/log.h"
#include "priv.h"

#define FACTS_MAX (16u << 20) /* bytes of one file's facts as JSON */

/* --- what is recorded ---------------------------------------------------------- */

/* One blob may have names of two formats.  What is right as one is nothing as the
 * other; what is broken as one may be right as the other, and is read. */
static void
see_other_format(struct gate_weights *row)
{
	if (row->facts.format == row->format)
		return;
	row->other = row->facts.rule[0] != '\0';
	row->known = !row->other;
	weigh_weights_free(&row->facts);
	weigh_weights_init(&row->facts, row->format);
	if (!row->known)
		return;
	snprintf(row->facts.rule, sizeof(row->facts.rule), "format.mismatch");
	snprintf(row->facts.problem, sizeof(row->facts.problem),
	    "it is a file of another format");
}

/* Facts that an older weighd wrote, by other rules, are as good as none. */
static enum weigh_code
look_up(struct catalog_reader *reader, struct gate_weights *row,
    struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, FACTS_MAX);
	rc = catalog_weights(reader, &row->oid, &text, err);
	if (rc == WEIGH_OK &&
	    weigh_weights_parse(&row->facts, text.data, text.len, NULL) ==
		WEIGH_OK) {
		row->known = true;
		see_other_format(row);
	}
	weigh_buf_free(&text);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

struct record {
	const struct gate_weights *rows;
	size_t n;
};

static enum weigh_code
write_one(struct catalog *catalog, const struct gate_weights *row,
    struct weigh_err *err)
{
	struct weigh_buf text;
	struct weigh_jw jw;
	enum weigh_code rc;

	weigh_buf_init(&text, FACTS_MAX);
	weigh_jw_init(&jw, &text);
	weigh_weights_print(&jw, &row->facts);
	if (text.failed)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else
		rc = catalog_keep_weights(catalog, &row->oid, text.data, err);
	weigh_buf_free(&text);
	return rc;
}

static enum weigh_code
write_all(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct catalog *catalog = g->parts.catalog;
	const struct record *r = ctx;
	enum weigh_code rc = catalog_begin(catalog, err);

	if (rc != WEIGH_OK)
		return rc;
	for (size_t i = 0; i < r->n && rc == WEIGH_OK; i++)
		rc = write_one(catalog, &r->rows[i], err);
	rc = catalog_end(catalog, rc, err);
	gate_changed(g);
	return rc;
}

/* --- reading ---------------------------------------------------------------------- */

/* A file that cannot be opened now (being checked, bad, gone) stays unknown, and
 * is no error of who asks. */
static void
read_one(struct gate *g, struct catalog_reader *reader,
    struct gate_weights *row)
{
	char hex[WEIGH_OID_HEX + 1];
	struct weigh_err err;
	enum weigh_code rc;
	int fd = -1;

	if (gate_open(g, reader, WEIGH_DOOR_NONE, &row->oid, row->size, &fd,
		NULL) != WEIGH_OK)
		return;
	weigh_weights_free(&row->facts);
	rc = inspect_header(fd, row->size, row->format, &row->facts, &err);
	row->known = rc == WEIGH_OK;
	fd_close(&fd);
	if (rc == WEIGH_OK)
		return;
	weigh_oid_hex(&row->oid, hex);
	log_event(LOG_WARN_LEVEL, "header-not-read", "sha256", hex, "why",
	    err.why, NULL);
}

/* Of what is broken as two formats the first is recorded, and stays: or two names
 * of one file would have it written at every question. */
static bool
is_news(const struct gate_weights *row)
{
	return row->known && !(row->other && row->facts.rule[0] != '\0');
}

/* Read those of the rows that are not known, at most `limit` of them, and record
 * what they say; *left: how many are still unknown. */
static enum weigh_code
read_rows(struct gate *g, struct catalog_reader *reader,
    struct gate_weights *rows, size_t n, size_t limit, size_t *left,
    struct weigh_err *err)
{
	struct record r = { .rows = NULL };
	struct gate_weights *fresh = calloc(n, sizeof(*fresh));
	enum weigh_code rc = WEIGH_OK;

	*left = 0;
	if (fresh == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (rows[i].known)
			continue;
		if (limit == 0) {
			++*left;
			continue;
		}
		limit--;
		read_one(g, reader, &rows[i]);
		if (is_news(&rows[i]))
			fresh[r.n++] = rows[i]; /* borrowed */
	}
	r.rows = fresh;
	if (r.n > 0)
		rc = gate_on_writer(g, write_all, &r, err);
	free(fresh);
	return rc;
}

/* --- in the background ---------------------------------------------------------------- */

#define BATCH 32 /* headers recorded at once */

struct reading {
	struct job job; /* first: the job is the reading */
	struct gate *gate;
	struct gate_weights *rows;
	size_t n;
};

static void
reading_work(struct job *job, void *worker)
{
	struct reading *r = (struct reading *)job;
	struct weigh_err err;
	enum weigh_code rc = WEIGH_OK;
	size_t left, n;

	for (size_t i = 0; i < r->n && rc == WEIGH_OK &&
	     !atomic_load(&r->gate->background.cancel);
	     i += n) {
		n = r->n - i < BATCH ? r->n - i : BATCH;
		rc = read_rows(r->gate, worker, r->rows + i, n, n, &left, &err);
		for (size_t k = i; k < i + n; k++) /* not all at once */
			weigh_weights_free(&r->rows[k].facts);
	}
	if (rc != WEIGH_OK)
		log_event(LOG_WARN_LEVEL, "headers-not-recorded", "why",
		    err.why, NULL);
}

static void
reading_done(struct job *job)
{
	struct reading *r = (struct reading *)job;

	atomic_store(&r->gate->inspecting, false);
	free(r->rows);
	free(r);
}

/* Whoever asks next finds what was read; one such job at a time, for the next
 * question begins it again. */
static void
read_later(struct gate *g, const struct gate_weights *rows, size_t n)
{
	struct reading *r;

	if (g->checkers == NULL || atomic_exchange(&g->inspecting, true))
		return;
	r = calloc(1, sizeof(*r));
	if (r == NULL || (r->rows = calloc(n, sizeof(*r->rows))) == NULL) {
		free(r);
		atomic_store(&g->inspecting, false);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (rows[i].known)
			continue;
		r->rows[r->n] = rows[i];
		weigh_weights_init(&r->rows[r->n++].facts, rows[i].format);
	}
	r->job.work = reading_work;
	r->job.done = reading_done;
	r->job.home = g->home;
	r->gate = g;
	pool_submit(g->checkers, &r->job);
}

/* Is a change going on?  Then who asks shall not wait for the writer behind it. */
static bool
is_held(struct gate *g)
{
	if (pthread_mutex_trylock(&g->publishing) != 0)
		return true;
	pthread_mutex_unlock(&g->publishing);
	return false;
}

/* --- the whole ---------------------------------------------------------------------------- */

static enum weigh_code
look_up_all(struct catalog_reader *reader, struct gate_weights *rows, size_t n,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	for (i = 0; i < n; i++) {
		weigh_weights_init(&rows[i].facts, rows[i].format);
		rows[i].known = rows[i].other = false;
	}
	for (i = 0; i < n && rc == WEIGH_OK; i++)
		rc = look_up(reader, &rows[i], err);
	return rc;
}

enum weigh_code
gate_weights(struct gate *g, struct catalog_reader *reader,
    struct gate_weights *rows, size_t n, unsigned now, struct weigh_err *err)
{
	enum weigh_code rc = look_up_all(reader, rows, n, err);
	size_t left = 0;

	if (is_held(g))
		now = 0;
	if (rc == WEIGH_OK && n > 0)
		rc = read_rows(g, reader, rows, n, now, &left, err);
	if (rc == WEIGH_OK && left > 0)
		read_later(g, rows, n);
	return rc;
}

enum weigh_code
gate_weights_all(struct gate *g, struct catalog_reader *reader,
    struct gate_weights *rows, size_t n, struct weigh_err *err)
{
	enum weigh_code rc = look_up_all(reader, rows, n, err);
	size_t left = 0;

	if (rc == WEIGH_OK && n > 0)
		rc = read_rows(g, reader, rows, n, n, &left, err);
	return rc;
}

void
gate_weights_free(struct gate_weights *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		weigh_weights_free(&rows[i].facts);
}
