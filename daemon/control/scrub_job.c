/*
 * scrub: reading back now, as a long job: a revision, what was not read since
 * some time, or all there is.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/log.h"
#include "priv.h"

#define PAGE 256

struct scrubbing {
	struct job job; /* first: the job is the scrubbing */
	struct control *control;
	struct long_job *place;
	bool named;
	struct weigh_ref ref; /* named */
	bool all;
	int64_t before; /* not all, not named: what was not read since */
	enum weigh_code rc;
	struct weigh_err err;
	struct weigh_buf out;
	struct weigh_jw w;
	uint64_t blobs, bytes, found;
};

/* Copied, so that no query stays open while a blob is read. */
struct page {
	struct catalog_blob blobs[PAGE];
	unsigned count;
	bool any; /* a row was seen, read or not */
	struct weigh_oid last;
	char path[WEIGH_PATH_MAX + 1]; /* of a tree: the last one */
	int64_t before;
};

/* --- one blob ------------------------------------------------------------------------ */

/* As it was recorded, which may have been some time ago. */
static enum weigh_code
write_found(struct scrubbing *s, struct catalog_reader *reader,
    const struct catalog_blob *blob)
{
	struct scrub_finding f = { .oid = blob->oid };
	enum weigh_code rc;

	s->found++;
	rc = catalog_finding(reader, &blob->oid, scrub_keep_finding, &f,
	    &s->err);
	return rc != WEIGH_OK ? rc :
				scrub_write_blob(&s->w, reader, &f, &s->err);
}

static enum weigh_code
read_one(struct scrubbing *s, struct catalog_reader *reader,
    const struct catalog_blob *blob)
{
	struct store_finding found;
	char hex[WEIGH_OID_HEX + 1];
	enum weigh_code rc;

	rc = scrub_read_now(s->control->parts.scrub, reader, blob,
	    &s->place->progress, &found, &s->err);
	weigh_oid_hex(&blob->oid, hex);
	if (rc == WEIGH_NOT_FOUND) /* gc took it away */
		return WEIGH_OK;
	if (rc != WEIGH_OK)
		return weigh_context(&s->err, rc, "blob %s", hex);
	s->blobs++;
	s->bytes += blob->size;
	/* What was doubtful was read twice, what is missing not at all. */
	atomic_store(&s->place->progress.bytes, s->bytes);
	return found.ok ? WEIGH_OK : write_found(s, reader, blob);
}

static enum weigh_code
read_page(struct scrubbing *s, struct catalog_reader *reader,
    const struct page *page)
{
	enum weigh_code rc = WEIGH_OK;

	for (unsigned i = 0; i < page->count && rc == WEIGH_OK; i++)
		rc = read_one(s, reader, &page->blobs[i]);
	return rc;
}

/* --- a revision ------------------------------------------------------------------------ */

static void
keep_entry(void *ctx, const struct catalog_entry *e)
{
	struct page *page = ctx;

	page->any = true;
	snprintf(page->path, sizeof(page->path), "%s", e->path);
	if (!e->directory && !e->absent)
		page->blobs[page->count++] = (struct catalog_blob){
			.oid = e->oid, .size = e->size
		};
}

static void
keep_total(void *ctx, const struct catalog_revision *rev)
{
	*(uint64_t *)ctx = rev->bytes - rev->absent_bytes;
}

static enum weigh_code
read_revision(struct scrubbing *s, struct catalog_reader *reader)
{
	struct page page = { .path = "" };
	struct weigh_gitid commit;
	uint64_t total = 0;
	enum weigh_code rc;

	rc = catalog_resolve_short(reader, &s->ref.repo, s->ref.rev, &commit,
	    &s->err);
	if (rc == WEIGH_OK)
		rc = catalog_revision(reader, &s->ref.repo, &commit, keep_total,
		    &total, &s->err);
	long_set_total(s->control, s->place, total);
	do {
		page.count = 0;
		page.any = false;
		if (rc == WEIGH_OK)
			rc = catalog_tree(reader, &s->ref.repo, &commit, "",
			    true, page.path, PAGE, keep_entry, &page, &s->err);
		if (rc == WEIGH_OK)
			rc = read_page(s, reader, &page);
	} while (rc == WEIGH_OK && page.any);
	return rc;
}

/* --- all of them ----------------------------------------------------------------------- */

static void
keep_row(void *ctx, const struct catalog_row *row)
{
	struct page *page = ctx;

	page->any = true;
	page->last = row->blob.oid;
	if (row->named && !row->blob.absent &&
	    (row->checked < page->before || row->state == CATALOG_BAD))
		page->blobs[page->count++] = row->blob;
}

static enum weigh_code
read_store(struct scrubbing *s, struct catalog_reader *reader)
{
	struct page page = { .before = s->all ? INT64_MAX : s->before };
	uint64_t total;
	enum weigh_code rc;

	rc = catalog_scrub_bytes(reader, page.before, &total, &s->err);
	long_set_total(s->control, s->place, total);
	do {
		page.count = 0;
		page.any = false;
		if (rc == WEIGH_OK)
			rc = catalog_rows(reader, &page.last, PAGE, keep_row,
			    &page, &s->err);
		if (rc == WEIGH_OK)
			rc = read_page(s, reader, &page);
	} while (rc == WEIGH_OK && page.any);
	return rc;
}

static void
write_other(void *ctx, const char *name, const char *problem)
{
	struct scrubbing *s = ctx;

	s->found++;
	scrub_write_other(&s->w,
	    strcmp(name, "catalog.db") == 0               ? "catalog" :
		strcmp(name, "audit/journal.ndjson") == 0 ? "journal" :
							    "repository",
	    name, 0, problem);
}

/* --- the job ----------------------------------------------------------------------------- */

static void
scrub_work(struct job *job, void *worker)
{
	struct scrubbing *s = (struct scrubbing *)job;
	struct control *c = s->control;

	weigh_jw_init(&s->w, &s->out);
	weigh_jw_object(&s->w);
	weigh_jw_kstr(&s->w, "schema", "weigh.scrub/1");
	weigh_jw_key(&s->w, "findings");
	weigh_jw_array(&s->w);
	s->rc = s->named ? read_revision(s, worker) : read_store(s, worker);
	if (s->rc == WEIGH_OK && s->all)
		s->rc = scrub_others_now(c->parts.scrub, worker,
		    &s->place->progress, write_other, s, &s->err);
	weigh_jw_array_end(&s->w);
	weigh_jw_ku64(&s->w, "blobs", s->blobs);
	weigh_jw_ku64(&s->w, "bytes", s->bytes);
	weigh_jw_object_end(&s->w);
	(void)gate_write_readings(c->parts.gate, NULL);
	if (s->rc == WEIGH_OK && s->out.failed)
		s->rc = weigh_fail(&s->err, WEIGH_TOO_BIG,
		    "more is bad than the report can hold");
}

static void
scrub_done(struct job *job)
{
	struct scrubbing *s = (struct scrubbing *)job;

	if (job->skipped)
		s->rc = weigh_fail(&s->err, WEIGH_NOT_YET,
		    "weighd is stopping");
	if (s->rc != WEIGH_OK && s->named)
		weigh_what(&s->err, "cannot read '%.180s' back",
		    s->ref.repo.name);
	else if (s->rc != WEIGH_OK)
		weigh_what(&s->err, "cannot read back what is held");
	log_event(s->found > 0 ? LOG_ERROR_LEVEL : LOG_INFO_LEVEL, "scrub",
	    "name", s->named ? s->ref.repo.name : NULL, "result",
	    s->rc != WEIGH_OK ? s->err.why :
		s->found > 0  ? "bad" :
				"good",
	    NULL);
	long_end(s->control, s->place, s->rc, &s->out, &s->err);
	weigh_buf_free(&s->out);
	free(s);
}

struct scrub_request {
	char name[WEIGH_REPO_TEXT];
	char revision[WEIGH_REV_MAX + 1];
	uint64_t since; /* seconds since 1970 */
	bool all;
};

static const struct weigh_json_field scrub_fields[] = {
	{ "name", WEIGH_JSON_T_STRING, offsetof(struct scrub_request, name),
	    sizeof(((struct scrub_request *)0)->name), false },
	{ "revision", WEIGH_JSON_T_STRING,
	    offsetof(struct scrub_request, revision),
	    sizeof(((struct scrub_request *)0)->revision), false },
	{ "since", WEIGH_JSON_T_U64, offsetof(struct scrub_request, since), 0,
	    false },
	{ "all", WEIGH_JSON_T_BOOL, offsetof(struct scrub_request, all), 0,
	    false },
};

/* Exactly one of the three says what is to be read. */
static enum weigh_code
read_request(struct scrubbing *s, const char *body, size_t len,
    struct weigh_err *err)
{
	struct scrub_request r = { .name = "" };
	enum weigh_code rc;

	rc = weigh_json_read_fields(body, len, scrub_fields,
	    sizeof(scrub_fields) / sizeof(scrub_fields[0]), &r, err);
	if (rc != WEIGH_OK)
		return rc;
	s->named = r.name[0] != '\0';
	s->all = r.all;
	s->before = r.since < INT64_MAX ? (int64_t)r.since : INT64_MAX;
	if (s->named + s->all + (s->before > 0) != 1)
		return weigh_fail(err, WEIGH_USAGE,
		    "give one of name, since and all");
	if (s->named)
		rc = weigh_ref_parse(&s->ref, r.name, err);
	if (rc == WEIGH_OK && r.revision[0] != '\0')
		memcpy(s->ref.rev, r.revision, sizeof(s->ref.rev));
	return rc;
}

static void
begin_scrub(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct control *c = ctx;
	struct scrubbing *s = calloc(1, sizeof(*s));
	char name[WEIGH_REPO_TEXT] = "";
	struct weigh_err err;

	if (s == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	if (read_request(s, body, len, &err) != WEIGH_OK) {
		control_fail(x, &err, "cannot read the request");
		free(s);
		return;
	}
	if ((s->place = long_begin(c, 0)) == NULL) {
		long_refuse(x);
		free(s);
		return;
	}
	if (s->named)
		weigh_repo_text(&s->ref.repo, name);
	long_name(c, s->place, "scrub", name);
	weigh_buf_init(&s->out, CONTROL_RESULT);
	s->control = c;
	s->job.work = scrub_work;
	s->job.done = scrub_done;
	s->job.home = http_loop(x);
	long_reply(x, s->place);
	pool_submit(c->parts.heavy, &s->job);
}

void
control_scrub(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, begin_scrub, c);
}
