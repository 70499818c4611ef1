/* texts: which license each held text is.  See texts.h. */
#include <stdlib.h>
#include <string.h>

#include <weigh/record.h>

#include "base/fd.h"
#include "catalog/records.h"
#include "catalog/texts.h"
#include "gate/record.h"
#include "gate/texts.h"
#include "log/log.h"
#include "recording.h"

#define BATCH 32 /* texts recorded at once */

struct found {
	struct weigh_oid oid;
	const char *kind;
	char license[WEIGH_LICENSE_EXPR];
	struct weigh_buf result; /* all of it, as JSON */
};

struct batch {
	struct catalog_text texts[BATCH];
	size_t n;
	struct found found[BATCH];
	size_t nfound;
};

/* --- those that failed ---------------------------------------------------------------- */

/* Called with the lock held; g->nunread if it is none of them. */
static unsigned
find_unread(const struct gate *g, const struct weigh_oid *oid)
{
	unsigned i;

	for (i = 0; i < g->nunread; i++)
		if (weigh_oid_equal(&g->unread[i], oid))
			break;
	return i;
}

bool
gate_text_failed(struct gate *g, const struct weigh_oid *oid)
{
	bool is;

	pthread_mutex_lock(&g->lock);
	is = find_unread(g, oid) < g->nunread;
	pthread_mutex_unlock(&g->lock);
	return is;
}

/* (3) */
static void
add_unread(struct gate *g, const struct catalog_text *t,
    const struct weigh_err *why)
{
	char hex[WEIGH_OID_HEX + 1];

	if (gate_text_failed(g, &t->oid)) /* there is one reading at a time */
		return;
	pthread_mutex_lock(&g->lock);
	if (g->nunread < GATE_UNREAD)
		g->unread[g->nunread++] = t->oid;
	pthread_mutex_unlock(&g->lock);
	weigh_oid_hex(&t->oid, hex);
	log_event(LOG_WARN_LEVEL, "text-not-read", "sha256", hex, "why",
	    why->why, NULL);
}

static void
remove_unread(struct gate *g, const struct weigh_oid *oid)
{
	unsigned i;

	pthread_mutex_lock(&g->lock);
	i = find_unread(g, oid);
	if (i < g->nunread)
		g->unread[i] = g->unread[--g->nunread];
	pthread_mutex_unlock(&g->lock);
}

/* --- one batch -------------------------------------------------------------------- */

static void
add_text(void *ctx, const struct catalog_text *t)
{
	struct batch *b = ctx;

	if (b->n < BATCH)
		b->texts[b->n++] = *t;
}

/* What a record needs of it. */
static enum weigh_code
print_result(const struct weigh_license_result *result, struct weigh_buf *out,
    struct weigh_err *err)
{
	struct weigh_record *r = weigh_record_new();
	struct weigh_record_text *t = r != NULL ? weigh_record_text(r) : NULL;
	enum weigh_code rc = t != NULL ?
	    weigh_record_take_scan(r, t, result, err) :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");

	if (rc == WEIGH_OK && !weigh_record_text_print(out, t))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_record_free(r);
	return rc;
}

static enum weigh_code
judge(const struct inspect_judge *j, int fd, uint64_t size, struct found *f,
    struct weigh_err *err)
{
	struct weigh_license_result *result = NULL;
	enum weigh_code rc = inspect_license(j, fd, size, &result, err);

	if (rc == WEIGH_OK) {
		f->kind = weigh_license_kind_name(result->kind);
		memcpy(f->license, result->license, sizeof(f->license));
		rc = print_result(result, &f->result, err);
	}
	weigh_license_result_free(result);
	return rc;
}

/* A text that cannot be opened now (being checked, bad, gone) waits on. */
static void
look_at(struct gate *g, struct catalog_reader *reader,
    const struct catalog_text *t, struct batch *b)
{
	struct found *found = &b->found[b->nfound];
	struct weigh_err err;
	enum weigh_code rc;
	int fd = -1;

	if (gate_open(g, reader, WEIGH_DOOR_NONE, &t->oid, t->size, &fd,
		NULL) != WEIGH_OK)
		return;
	weigh_err_clear(&err);
	weigh_buf_init(&found->result, WEIGH_RECORD_MAX);
	rc = judge(g->judge, fd, t->size, found, &err);
	fd_close(&fd);
	if (rc != WEIGH_OK) {
		weigh_buf_free(&found->result);
		add_unread(g, t, &err);
		return;
	}
	remove_unread(g, &t->oid);
	found->oid = t->oid;
	b->nfound++;
}

static enum weigh_code
write_batch(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct catalog *catalog = g->parts.catalog;
	const struct batch *b = ctx;
	enum weigh_code rc = catalog_begin(catalog, err);

	if (rc != WEIGH_OK)
		return rc;
	for (size_t i = 0; i < b->nfound && rc == WEIGH_OK; i++) {
		const struct catalog_text_found found = {
			.oid = b->found[i].oid,
			.judge = *inspect_judge_name(g->judge),
			.kind = b->found[i].kind,
			.license = b->found[i].license,
			.result = b->found[i].result.data,
		};

		rc = catalog_keep_text(catalog, &found, err);
	}
	return catalog_end(catalog, rc, err);
}

/* --- all of them ------------------------------------------------------------------- */

enum weigh_code
gate_look_at_texts(struct gate *g, struct catalog_reader *reader,
    struct weigh_err *err)
{
	struct batch *b = malloc(sizeof(*b));
	enum weigh_code rc = WEIGH_OK;
	int64_t after = 0;

	if (b == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	do {
		b->n = b->nfound = 0;
		rc = catalog_texts_waiting(reader, after, BATCH, add_text, b,
		    err);
		for (size_t i = 0;
		     i < b->n && !atomic_load(&g->background.cancel); i++) {
			look_at(g, reader, &b->texts[i], b);
			after = b->texts[i].place;
		}
		if (rc == WEIGH_OK && b->nfound > 0)
			rc = gate_on_writer(g, write_batch, b, err);
		for (size_t i = 0; i < b->nfound; i++)
			weigh_buf_free(&b->found[i].result);
	} while (rc == WEIGH_OK && b->n == BATCH &&
	    !atomic_load(&g->background.cancel));
	free(b);
	return rc;
}

/* --- in the background ---------------------------------------------------------------- */

struct reading {
	struct job job; /* first: the job is the reading */
	struct gate *gate;
};

static void
reading_work(struct job *job, void *worker)
{
	struct gate *g = ((struct reading *)job)->gate;
	enum weigh_code rc;
	struct weigh_err err;

	weigh_err_clear(&err);
	atomic_store(&g->texts_wait, false);
	rc = gate_look_at_texts(g, worker, &err);
	if (rc != WEIGH_OK)
		log_event(LOG_WARN_LEVEL, "texts-not-recorded", "why", err.why,
		    NULL);
	weigh_err_clear(&err);
	rc = gate_make_records(g, worker, &err);
	if (rc != WEIGH_OK)
		log_event(LOG_WARN_LEVEL, "licenses-not-recorded", "why",
		    err.why, NULL);
}

/* What was noted while the job was at the end of its list is read by another. */
static void
reading_done(struct job *job)
{
	struct reading *r = (struct reading *)job;
	struct gate *g = r->gate;
	bool skipped = job->skipped;

	free(r);
	atomic_store(&g->reading_texts, false);
	if (!skipped && atomic_load(&g->texts_wait))
		gate_read_texts(g);
}

void
gate_read_texts(struct gate *g)
{
	struct reading *r;

	atomic_store(&g->texts_wait, true);
	if (g->checkers == NULL || g->judge == NULL ||
	    atomic_load(&g->background.cancel) ||
	    atomic_exchange(&g->reading_texts, true))
		return;
	if ((r = calloc(1, sizeof(*r))) == NULL) {
		atomic_store(&g->reading_texts, false);
		return;
	}
	r->job.work = reading_work;
	r->job.done = reading_done;
	r->job.home = g->home;
	r->gate = g;
	pool_submit(g->checkers, &r->job);
}

enum weigh_code
gate_take_judge(struct gate *g, const struct inspect_judge *judge,
    struct weigh_err *err)
{
	const struct inspect_terms *terms = inspect_judge_terms(judge);
	enum weigh_code rc;

	g->judge = judge;
	rc = catalog_texts_again(g->parts.catalog, inspect_judge_name(judge),
	    err);
	if (rc == WEIGH_OK)
		rc = catalog_records_again(g->parts.catalog,
		    inspect_judge_name(judge), inspect_terms_name(terms), err);
	return rc;
}

/* --- what is left ---------------------------------------------------------------------- */

struct left {
	struct gate *gate;
	bool any;
};

static void
see_left(void *ctx, const struct catalog_text *t)
{
	struct left *l = ctx;

	l->any = l->any || !gate_text_failed(l->gate, &t->oid);
}

enum weigh_code
gate_texts_left(struct gate *g, struct catalog_reader *reader, bool *left,
    struct weigh_err *err)
{
	struct left l = { .gate = g };
	enum weigh_code rc = WEIGH_OK;

	if (g->judge != NULL) /* one more than can have failed */
		rc = catalog_texts_waiting(reader, 0, GATE_UNREAD + 1, see_left,
		    &l, err);
	*left = l.any;
	return rc;
}
