/* census: see census.h. */
#include "upkeep/census.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "log/log.h"

#define PAGE 1000

struct census {
	struct job job; /* first: the job is the census */
	struct gate *gate;
	struct pool *pool;
	struct store_progress progress; /* to cancel it */
	struct weigh_oid after;         /* rows up to here are done */
	struct catalog_row rows[PAGE];
	unsigned count;
	uint64_t missing, listless;
	bool over;
};

static void
keep_row(void *ctx, const struct catalog_row *row)
{
	struct census *c = ctx;

	if (c->count < PAGE)
		c->rows[c->count++] = *row;
}

/* Compare one row; *read: its blob had to be read, which takes its time. */
static enum weigh_code
compare(struct census *c, struct catalog_reader *reader,
    const struct catalog_row *row, bool *read, struct weigh_err *err)
{
	struct store_finding finding;
	struct store_sight sight;
	enum weigh_code rc;

	if (!row->named || row->blob.absent || row->state != CATALOG_GOOD)
		return WEIGH_OK;
	rc = store_look(gate_parts_of(c->gate)->store, &row->blob.oid, &sight,
	    err);
	if (rc != WEIGH_OK || (sight.there && sight.listed))
		return rc;
	c->missing += !sight.there;
	c->listless += sight.there;
	*read = sight.there;
	return gate_check(c->gate, reader, &row->blob.oid, row->blob.size,
	    &c->progress, &finding, err);
}

static void
tell_trouble(const struct weigh_oid *oid, const struct weigh_err *err)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(oid, hex);
	log_event(LOG_ERROR_LEVEL, "census", "sha256", hex, "why", err->why,
	    NULL);
}

/* A page of rows, or up to the first blob that was read. */
static void
census_work(struct job *job, void *worker)
{
	struct census *c = (struct census *)job;
	struct weigh_err err = { .code = WEIGH_OK };
	bool read = false;
	enum weigh_code rc;
	unsigned i;

	c->count = 0;
	rc = catalog_rows(worker, &c->after, PAGE, keep_row, c, &err);
	if (rc != WEIGH_OK)
		tell_trouble(&c->after, &err);
	for (i = 0; i < c->count && !read; i++) {
		if (atomic_load(&c->progress.cancel))
			break;
		rc = compare(c, worker, &c->rows[i], &read, &err);
		if (rc != WEIGH_OK && rc != WEIGH_CANCELED)
			tell_trouble(&c->rows[i].blob.oid, &err);
		c->after = c->rows[i].blob.oid;
	}
	c->over = i == c->count && c->count < PAGE;
}

static void
census_done(struct job *job)
{
	struct census *c = (struct census *)job;
	char missing[24], listless[24];

	if (job->skipped || atomic_load(&c->progress.cancel))
		return;
	if (!c->over) {
		pool_submit(c->pool, job);
		return;
	}
	if (c->missing + c->listless == 0)
		return;
	snprintf(missing, sizeof(missing), "%" PRIu64, c->missing);
	snprintf(listless, sizeof(listless), "%" PRIu64, c->listless);
	log_event(LOG_WARN_LEVEL, "census", "missing", missing, "listless",
	    listless, NULL);
}

enum weigh_code
census_new(struct census **out, struct gate *g, struct pool *pool, void *home,
    struct weigh_err *err)
{
	struct census *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	c->gate = g;
	c->pool = pool;
	c->job.work = census_work;
	c->job.done = census_done;
	c->job.home = home;
	*out = c;
	pool_submit(pool, &c->job);
	return WEIGH_OK;
}

void
census_stop(struct census *c)
{
	if (c != NULL)
		atomic_store(&c->progress.cancel, true);
}

void
census_free(struct census *c)
{
	free(c);
}
