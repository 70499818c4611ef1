/* scrub: how the reading back of every byte is doing, and what it found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weigh/hub.h>

#include "priv.h"

#define PAGE 256
#define USERS 1000 /* of one blob that are named */

/* --- findings ---------------------------------------------------------------------- */

static void
write_time(struct weigh_jw *w, const char *key, int64_t time)
{
	if (time > 0)
		weigh_hub_kdate(w, key, time);
}

static void
write_segments(struct weigh_jw *w, const char *numbers)
{
	char *end;
	uint64_t n;

	weigh_jw_key(w, "segments");
	weigh_jw_array(w);
	for (; n = strtoull(numbers, &end, 10), end != numbers; numbers = end)
		weigh_jw_u64(w, n);
	weigh_jw_array_end(w);
}

static void
write_user(void *ctx, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, const char *path)
{
	char name[WEIGH_REPO_TEXT], revision[WEIGH_GITID_HEX + 1];
	struct weigh_jw *w = ctx;

	weigh_repo_text(repo, name);
	weigh_gitid_hex(commit, revision);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "name", name);
	weigh_jw_kstr(w, "revision", revision);
	weigh_jw_kstr(w, "path", path);
	weigh_jw_object_end(w);
}

enum weigh_code
scrub_write_blob(struct weigh_jw *w, struct catalog_reader *reader,
    const struct scrub_finding *f, struct weigh_err *err)
{
	char hex[WEIGH_OID_HEX + 1];
	enum weigh_code rc;

	weigh_oid_hex(&f->oid, hex);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "kind", "blob");
	weigh_jw_kstr(w, "name", hex);
	weigh_jw_ku64(w, "size", f->size);
	weigh_jw_kstr(w, "problem", f->problem);
	write_time(w, "time", f->time);
	write_segments(w, f->segments);
	weigh_jw_key(w, "users");
	weigh_jw_array(w);
	rc = catalog_users(reader, &f->oid, USERS, write_user, w, err);
	weigh_jw_array_end(w);
	weigh_jw_object_end(w);
	return rc;
}

void
scrub_write_other(struct weigh_jw *w, const char *kind, const char *name,
    int64_t time, const char *problem)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "kind", kind);
	weigh_jw_kstr(w, "name", name);
	weigh_jw_kstr(w, "problem", problem);
	write_time(w, "time", time);
	weigh_jw_object_end(w);
}

void
scrub_keep_finding(void *ctx, const struct catalog_finding *f)
{
	struct scrub_finding *to = ctx;

	to->oid = f->oid;
	to->size = f->size;
	to->time = f->time;
	snprintf(to->problem, sizeof(to->problem), "%s",
	    f->problem[0] != '\0' ? f->problem : "its bytes were found bad");
	snprintf(to->segments, sizeof(to->segments), "%s", f->segments);
}

/* A page of findings, copied: who uses a blob is another question to the same
 * reader. */
struct page {
	struct scrub_finding findings[PAGE];
	unsigned count;
};

static void
keep_in_page(void *ctx, const struct catalog_finding *f)
{
	struct page *page = ctx;

	scrub_keep_finding(&page->findings[page->count++], f);
}

static enum weigh_code
write_blobs(struct weigh_jw *w, struct catalog_reader *reader,
    const struct weigh_oid *after, struct page *page, struct weigh_err *err)
{
	enum weigh_code rc;

	rc = catalog_findings(reader, after, PAGE, keep_in_page, page, err);
	for (unsigned i = 0; i < page->count && rc == WEIGH_OK; i++)
		rc = scrub_write_blob(w, reader, &page->findings[i], err);
	return rc;
}

static void
write_repo(void *ctx, const struct weigh_repo *repo, int64_t time,
    const char *problem)
{
	char name[WEIGH_REPO_TEXT];

	weigh_repo_text(repo, name);
	scrub_write_other(ctx, "repository", name, time, problem);
}

/* What is no blob comes first, on the first page. */
static enum weigh_code
write_others(struct weigh_jw *w, struct catalog_reader *reader,
    const struct scrub_status *s, struct weigh_err *err)
{
	if (s->catalog_problem[0] != '\0')
		scrub_write_other(w, "catalog", "catalog.db", 0,
		    s->catalog_problem);
	if (s->journal_problem[0] != '\0')
		scrub_write_other(w, "journal", "audit/journal.ndjson", 0,
		    s->journal_problem);
	return catalog_repo_findings(reader, NULL, 1000, write_repo, w, err);
}

/* --- how it is doing ------------------------------------------------------------------ */

static bool
is_overdue(const struct scrub_status *s)
{
	return s->pace.days > 0 &&
	    (s->plan.late ||
		(s->any &&
		    pace_age(s->oldest, time(NULL)) >
			(int64_t)s->pace.days * 86400));
}

static void
write_oldest(struct weigh_jw *w, const char *key, const struct scrub_status *s)
{
	if (s->any && s->oldest > 0)
		weigh_jw_ku64(w, key,
		    (uint64_t)pace_age(s->oldest, time(NULL)));
}

/* What the catalog says now; the thread's copy may be a minute old. */
static enum weigh_code
refresh(struct scrub_status *s, struct catalog_reader *reader,
    struct weigh_err *err)
{
	struct catalog_totals totals;
	enum weigh_code rc;

	rc = catalog_totals(reader, &totals, err);
	if (rc == WEIGH_OK)
		rc = catalog_scrub(reader, &s->round, err);
	if (rc != WEIGH_OK)
		return rc;
	s->total = totals.bytes - totals.bad_bytes;
	rc = catalog_scrub_oldest(reader, &s->oldest, err);
	s->any = rc == WEIGH_OK;
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

enum weigh_code
scrub_write_status(struct weigh_jw *w, struct control *c,
    struct catalog_reader *reader, struct weigh_err *err)
{
	struct scrub_status s;
	enum weigh_code rc;

	scrub_look(c->parts.scrub, &s);
	if ((rc = refresh(&s, reader, err)) != WEIGH_OK)
		return rc;
	weigh_jw_kstr(w, "scrub", scrub_state_name(s.state));
	weigh_jw_ku64(w, "scrub_done", s.round.done);
	weigh_jw_ku64(w, "scrub_total", s.total);
	write_oldest(w, "scrub_oldest_seconds", &s);
	weigh_jw_kbool(w, "scrub_overdue", is_overdue(&s));
	weigh_jw_ku64(w, "scrub_found", s.found);
	return WEIGH_OK;
}

static void
write_reading(struct weigh_jw *w, const struct scrub_status *s)
{
	char hex[WEIGH_OID_HEX + 1];

	if (s->size == 0)
		return;
	weigh_oid_hex(&s->oid, hex);
	weigh_jw_key(w, "reading");
	weigh_jw_object(w);
	weigh_jw_kstr(w, "sha256", hex);
	weigh_jw_ku64(w, "size", s->size);
	weigh_jw_ku64(w, "offset", s->offset);
	weigh_jw_ku64(w, "began_at", s->began_at);
	weigh_jw_object_end(w);
}

static void
write_progress(struct weigh_jw *w, const struct scrub_status *s,
    const struct catalog_scrub *round, bool named)
{
	char hours[16];

	snprintf(hours, sizeof(hours), "%u-%u", s->pace.hours.from,
	    s->pace.hours.until);
	weigh_jw_kstr(w, "state", scrub_state_name(s->state));
	weigh_jw_ku64(w, "days", s->pace.days);
	weigh_jw_kstr(w, "hours", hours);
	weigh_jw_ku64(w, "rate", s->plan.rate);
	weigh_jw_ku64(w, "done", round->done);
	weigh_jw_ku64(w, "total", s->total);
	write_time(w, "round_began", round->began);
	write_time(w, "round_ended", round->ended);
	write_oldest(w, "oldest_seconds", s);
	weigh_jw_kbool(w, "overdue", is_overdue(s));
	if (named)
		write_reading(w, s);
	weigh_jw_ku64(w, "read_bytes", s->read_bytes);
	weigh_jw_ku64(w, "read_blobs", s->read_blobs);
	weigh_jw_ku64(w, "found", s->found);
	weigh_jw_ku64(w, "failed", s->failed);
	write_time(w, "catalog_read", round->catalog);
	write_time(w, "journal_read", round->journal);
}

/* `after`: the page behind this SHA-256. */
static bool
read_after(const struct question *q, struct weigh_oid *after)
{
	char text[WEIGH_OID_HEX + 1];

	*after = (struct weigh_oid){ { 0 } };
	return weigh_http_query(http_head(q->task.x)->query, "after", text,
		   sizeof(text)) == 1 &&
	    weigh_oid_parse(after, text, strlen(text));
}

void
control_scrub_look(struct question *q, struct catalog_reader *reader)
{
	struct page page = { .count = 0 };
	struct http_reply *r = &q->task.reply;
	char hex[WEIGH_OID_HEX + 1];
	struct scrub_status s;
	struct weigh_oid after;
	struct weigh_jw w;
	bool from = read_after(q, &after);
	/* A finding names repositories, what is being read a file: perhaps of
	 * hidden ones. */
	bool named = q->who.role == WEIGH_ROLE_ADMIN;

	scrub_look(q->control->parts.scrub, &s);
	if ((r->rc = refresh(&s, reader, &r->err)) != WEIGH_OK)
		return;
	weigh_jw_init(&w, &r->body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.scrub/1");
	write_progress(&w, &s, &s.round, named);
	weigh_jw_key(&w, "findings");
	weigh_jw_array(&w);
	if (named && !from)
		r->rc = write_others(&w, reader, &s, &r->err);
	if (named && r->rc == WEIGH_OK)
		r->rc = write_blobs(&w, reader, &after, &page, &r->err);
	weigh_jw_array_end(&w);
	if (page.count == PAGE) {
		weigh_oid_hex(&page.findings[PAGE - 1].oid, hex);
		weigh_jw_kstr(&w, "next", hex);
	}
	weigh_jw_object_end(&w);
}
