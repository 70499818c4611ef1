/* verify: every byte of a revision read again, as a long job. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/hub.h>

#include "log/log.h"
#include "priv.h"

#define PAGE 256
#define ABSENT_MOST 1000 /* files not held that are named; all are counted */

struct verify {
	struct job job; /* first: the job is the verify */
	struct control *control;
	struct long_job *place;
	struct weigh_ref ref;
	struct weigh_gitid commit;
	enum weigh_code rc;
	struct weigh_err err;
	struct weigh_buf out;
	struct weigh_jw w;
	uint64_t files, bytes, bad;
	struct weigh_buf absent; /* the list of files not held */
	struct weigh_jw absent_w;
	uint64_t absent_files, absent_bytes;
};

/* One page of entries, copied: checking takes its time, and no query of the
 * catalog stays open meanwhile. */
struct page {
	struct page_entry {
		char *path;
		struct weigh_oid oid;
		uint64_t size;
		bool directory, absent;
	} entries[PAGE];
	unsigned count;
	bool failed; /* out of memory */
};

static void
keep_entry(void *ctx, const struct catalog_entry *e)
{
	struct page *page = ctx;
	struct page_entry *to = &page->entries[page->count];

	if (page->failed || (to->path = strdup(e->path)) == NULL) {
		page->failed = true;
		return;
	}
	to->oid = e->oid;
	to->size = e->size;
	to->directory = e->directory;
	to->absent = e->absent;
	page->count++;
}

static void
page_clear(struct page *page)
{
	while (page->count > 0)
		free(page->entries[--page->count].path);
}

static void
write_bad(struct verify *v, const struct page_entry *e,
    const struct store_finding *f)
{
	char hex[WEIGH_OID_HEX + 1];

	v->bad++;
	weigh_oid_hex(&e->oid, hex);
	weigh_jw_object(&v->w);
	weigh_jw_kstr(&v->w, "path", e->path);
	weigh_jw_kstr(&v->w, "sha256", hex);
	weigh_jw_kstr(&v->w, "problem", f->problem);
	weigh_jw_object_end(&v->w);
}

/* It was never here, so nothing is wrong with it. */
static void
write_absent(struct verify *v, const struct page_entry *e)
{
	v->absent_files++;
	v->absent_bytes += e->size;
	if (v->absent_files > ABSENT_MOST)
		return;
	weigh_jw_object(&v->absent_w);
	weigh_jw_kstr(&v->absent_w, "path", e->path);
	weigh_jw_ku64(&v->absent_w, "size", e->size);
	weigh_jw_object_end(&v->absent_w);
}

static enum weigh_code
check_entry(struct verify *v, struct catalog_reader *reader,
    const struct page_entry *e)
{
	struct store_finding finding;
	enum weigh_code rc;

	if (e->directory)
		return WEIGH_OK;
	if (e->absent) {
		write_absent(v, e);
		return WEIGH_OK;
	}
	rc = gate_check(v->control->parts.gate, reader, &e->oid, e->size,
	    &v->place->progress, &finding, &v->err);
	if (rc != WEIGH_OK)
		return weigh_context(&v->err, rc, "'%s'", e->path);
	v->files++;
	v->bytes += e->size;
	if (!finding.ok)
		write_bad(v, e, &finding);
	/* A check that ended early has not counted all of its bytes. */
	atomic_store(&v->place->progress.bytes, v->bytes);
	return WEIGH_OK;
}

static enum weigh_code
check_all(struct verify *v, struct catalog_reader *reader)
{
	struct page page = { .count = 0 };
	char *after = NULL;
	enum weigh_code rc;
	unsigned i, n;

	do {
		rc = catalog_tree(reader, &v->ref.repo, &v->commit, "", true,
		    after != NULL ? after : "", PAGE, keep_entry, &page,
		    &v->err);
		n = page.count;
		if (page.failed)
			rc = weigh_fail(&v->err, WEIGH_NOMEM, "out of memory");
		for (i = 0; i < n && rc == WEIGH_OK; i++)
			rc = check_entry(v, reader, &page.entries[i]);
		if (n > 0) {
			free(after);
			after = page.entries[n - 1].path;
			page.entries[n - 1].path = NULL;
		}
		page_clear(&page);
	} while (rc == WEIGH_OK && n == PAGE);
	free(after);
	return rc;
}

static void
keep_total(void *ctx, const struct catalog_revision *rev)
{
	*(uint64_t *)ctx = rev->bytes - rev->absent_bytes;
}

static enum weigh_code
find_revision(struct verify *v, struct catalog_reader *reader)
{
	uint64_t total = 0;
	enum weigh_code rc;

	rc = catalog_resolve_short(reader, &v->ref.repo, v->ref.rev, &v->commit,
	    &v->err);
	if (rc == WEIGH_OK)
		rc = catalog_revision(reader, &v->ref.repo, &v->commit,
		    keep_total, &total, &v->err);
	long_set_total(v->control, v->place, total);
	return rc;
}

static void
write_head(struct verify *v)
{
	char name[WEIGH_REPO_TEXT], hex[WEIGH_GITID_HEX + 1];

	weigh_repo_text(&v->ref.repo, name);
	weigh_gitid_hex(&v->commit, hex);
	weigh_jw_init(&v->w, &v->out);
	weigh_jw_object(&v->w);
	weigh_jw_kstr(&v->w, "schema", "weigh.verify/1");
	weigh_jw_kstr(&v->w, "name", name);
	weigh_jw_kstr(&v->w, "revision", hex);
	weigh_jw_key(&v->w, "bad");
	weigh_jw_array(&v->w);
	weigh_jw_init(&v->absent_w, &v->absent);
	weigh_jw_array(&v->absent_w);
}

static void
write_tail(struct verify *v)
{
	weigh_jw_array_end(&v->w);
	weigh_jw_array_end(&v->absent_w);
	weigh_jw_ku64(&v->w, "files", v->files);
	weigh_jw_ku64(&v->w, "bytes", v->bytes);
	weigh_jw_ku64(&v->w, "absent_files", v->absent_files);
	weigh_jw_ku64(&v->w, "absent_bytes", v->absent_bytes);
	weigh_jw_key(&v->w, "absent");
	weigh_jw_raw(&v->w, v->absent.data, v->absent.len);
	weigh_jw_object_end(&v->w);
}

static void
verify_work(struct job *job, void *worker)
{
	struct verify *v = (struct verify *)job;

	v->rc = find_revision(v, worker);
	if (v->rc != WEIGH_OK)
		return;
	write_head(v);
	v->rc = check_all(v, worker);
	write_tail(v);
	if (v->rc == WEIGH_OK && (v->out.failed || v->absent.failed))
		v->rc = weigh_fail(&v->err, WEIGH_TOO_BIG,
		    "more is bad than the report can hold");
}

static void
verify_done(struct job *job)
{
	struct verify *v = (struct verify *)job;

	if (job->skipped)
		v->rc = weigh_fail(&v->err, WEIGH_NOT_YET,
		    "weighd is stopping");
	if (v->rc != WEIGH_OK)
		weigh_what(&v->err, "cannot verify '%s'", v->ref.repo.name);
	log_event(v->bad > 0 ? LOG_ERROR_LEVEL : LOG_INFO_LEVEL, "verify",
	    "name", v->ref.repo.name, "result",
	    v->rc != WEIGH_OK ? v->err.why :
		v->bad > 0    ? "bad" :
				"good",
	    NULL);
	long_end(v->control, v->place, v->rc, &v->out, &v->err);
	weigh_buf_free(&v->out);
	weigh_buf_free(&v->absent);
	free(v);
}

struct verify_request {
	char name[WEIGH_REPO_TEXT];
	char revision[WEIGH_REV_MAX + 1];
};

static const struct weigh_json_field verify_fields[] = {
	{ "name", WEIGH_JSON_T_STRING, offsetof(struct verify_request, name),
	    sizeof(((struct verify_request *)0)->name), true },
	{ "revision", WEIGH_JSON_T_STRING,
	    offsetof(struct verify_request, revision),
	    sizeof(((struct verify_request *)0)->revision), false },
};

static enum weigh_code
read_request(struct weigh_ref *ref, const char *body, size_t len,
    struct weigh_err *err)
{
	struct verify_request request = { .revision = "" };
	enum weigh_code rc;

	rc = weigh_json_read_fields(body, len, verify_fields, 2, &request, err);
	if (rc == WEIGH_OK)
		rc = weigh_ref_parse(ref, request.name, err);
	if (rc == WEIGH_OK && request.revision[0] != '\0')
		memcpy(ref->rev, request.revision, sizeof(ref->rev));
	return rc;
}

static void
begin_verify(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct control *c = ctx;
	struct verify *v = calloc(1, sizeof(*v));
	char name[WEIGH_REPO_TEXT];
	struct weigh_err err;

	if (v == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	if (read_request(&v->ref, body, len, &err) != WEIGH_OK) {
		control_fail(x, &err, "cannot read the request");
		free(v);
		return;
	}
	if ((v->place = long_begin(c, 0)) == NULL) {
		long_refuse(x);
		free(v);
		return;
	}
	weigh_repo_text(&v->ref.repo, name);
	long_name(c, v->place, "verify", name);
	weigh_buf_init(&v->out, CONTROL_RESULT);
	weigh_buf_init(&v->absent, CONTROL_RESULT);
	v->control = c;
	v->job.work = verify_work;
	v->job.done = verify_done;
	v->job.home = http_loop(x);
	long_reply(x, v->place);
	pool_submit(c->parts.heavy, &v->job);
}

void
control_verify(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, begin_verify, c);
}
