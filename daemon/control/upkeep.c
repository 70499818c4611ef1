/* upkeep: gc and rebuild as long jobs, and how they are told. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log/log.h"
#include "priv.h"
#include "upkeep/gc.h"
#include "upkeep/rebuild.h"

#define ITEMS_MAX 10000 /* of a report; the rest is only counted */
#define DAY ((int64_t)24 * 60 * 60)
#define OLDER_MAX 36500 /* days */

/* One of gc and rebuild, under way. */
struct chore {
	struct job job; /* first: the job is the chore */
	struct control *control;
	struct long_job *place;
	const char *name; /* of the verb */
	enum weigh_code (*work)(struct chore *c, struct catalog_reader *reader);
	enum weigh_code rc;
	struct weigh_err err;
	struct weigh_buf out;
	struct weigh_jw w;
	uint64_t items;
	struct gc gc; /* what was asked for */
	struct rebuild rebuild;
};

/* --- the job ----------------------------------------------------------------- */

static void
chore_work(struct job *job, void *worker)
{
	struct chore *c = (struct chore *)job;

	weigh_jw_init(&c->w, &c->out);
	weigh_jw_object(&c->w);
	c->rc = c->work(c, worker);
	weigh_jw_object_end(&c->w);
	if (c->rc == WEIGH_OK && c->out.failed)
		c->rc = weigh_fail(&c->err, WEIGH_TOO_BIG,
		    "the report is larger than an answer may be");
}

static void
chore_done(struct job *job)
{
	struct chore *c = (struct chore *)job;

	if (job->skipped)
		c->rc = weigh_fail(&c->err, WEIGH_NOT_YET,
		    "weighd is stopping");
	if (c->rc != WEIGH_OK)
		weigh_what(&c->err, "cannot finish %s", c->name);
	log_event(c->rc != WEIGH_OK ? LOG_ERROR_LEVEL : LOG_INFO_LEVEL, c->name,
	    "result", c->rc != WEIGH_OK ? c->err.why : "done", NULL);
	atomic_store(&c->control->chore, false);
	long_end(c->control, c->place, c->rc, &c->out, &c->err);
	weigh_buf_free(&c->out);
	free(c);
}

/* Begin it, or answer why not; the chore is taken over. */
static void
begin(struct http_exchange *x, struct chore *c, struct control *control)
{
	struct weigh_err err;

	if (atomic_exchange(&control->chore, true)) {
		weigh_fail(&err, WEIGH_NOT_YET,
		    "another gc or rebuild is under way");
		control_fail(x, &err, "cannot begin this now");
		free(c);
		return;
	}
	if ((c->place = long_begin(control, 0)) == NULL) {
		atomic_store(&control->chore, false);
		long_refuse(x);
		free(c);
		return;
	}
	weigh_buf_init(&c->out, CONTROL_RESULT);
	c->control = control;
	c->job.work = chore_work;
	c->job.done = chore_done;
	c->job.home = http_loop(x);
	long_name(control, c->place, c->name, "");
	long_name(control, c->place, c->name, "");
	long_reply(x, c->place);
	pool_submit(control->parts.heavy, &c->job);
}

/* --- gc ------------------------------------------------------------------------ */

static const char *const kinds[GC_KINDS] = {
	[GC_BLOB] = "blob",
	[GC_LIST] = "list",
	[GC_ROW] = "row",
	[GC_OBJECTS] = "objects",
	[GC_QUARANTINE] = "quarantine",
	[GC_REPOSITORY] = "repository",
	[GC_STRANGE] = "strange",
	[GC_MISSING] = "missing",
	[GC_PART] = "part",
	[GC_CACHED] = "cached",
};

static const char *const fates[GC_FATES] = {
	[GC_TAKEN] = "taken",
	[GC_KEPT] = "kept",
	[GC_ODD] = "odd",
};

static void
write_item(void *ctx, const struct gc_item *item)
{
	struct chore *c = ctx;
	struct weigh_jw *w = &c->w;

	if (++c->items > ITEMS_MAX)
		return;
	weigh_jw_object(w);
	weigh_jw_kstr(w, "kind", kinds[item->kind]);
	weigh_jw_kstr(w, "name", item->name);
	weigh_jw_ku64(w, "count", item->count);
	weigh_jw_ku64(w, "bytes", item->bytes);
	weigh_jw_kstr(w, "fate",
	    c->gc.dry && item->fate == GC_TAKEN ? "would be taken" :
						  fates[item->fate]);
	weigh_jw_kstr(w, "why", item->why);
	weigh_jw_object_end(w);
}

/* The totals, by kind. */
static void
write_sums(struct weigh_jw *w, const struct gc *gc)
{
	static const struct {
		const char *key;
		enum gc_kind kind;
		enum gc_fate fate;
	} rows[] = {
		{ "blobs", GC_BLOB, GC_TAKEN },
		{ "lists", GC_LIST, GC_TAKEN },
		{ "rows", GC_ROW, GC_TAKEN },
		{ "objects", GC_OBJECTS, GC_TAKEN },
		{ "discarded", GC_QUARANTINE, GC_TAKEN },
		{ "evidence", GC_QUARANTINE, GC_KEPT },
		{ "repositories", GC_REPOSITORY, GC_ODD },
		{ "strange", GC_STRANGE, GC_ODD },
		{ "missing", GC_MISSING, GC_ODD },
		{ "parts", GC_PART, GC_TAKEN },
		{ "cached", GC_CACHED, GC_TAKEN },
	};
	uint64_t waiting = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		weigh_jw_ku64(w, rows[i].key,
		    gc->sums[rows[i].kind][rows[i].fate].count);
	for (int kind = 0; kind < GC_KINDS; kind++)
		if (kind != GC_QUARANTINE)
			waiting += gc->sums[kind][GC_KEPT].count;
	weigh_jw_ku64(w, "waiting", waiting);
	weigh_jw_ku64(w, "evidence_bytes",
	    gc->sums[GC_QUARANTINE][GC_KEPT].bytes);
	weigh_jw_ku64(w, "freed", gc_freed(gc));
}

static enum weigh_code
gc_work(struct chore *c, struct catalog_reader *reader)
{
	struct catalog_totals totals;
	struct weigh_jw *w = &c->w;
	struct gc *gc = &c->gc;
	enum weigh_code rc;

	rc = catalog_totals(reader, &totals, &c->err);
	if (rc != WEIGH_OK)
		return rc;
	long_set_total(c->control, c->place, totals.bytes);
	gc->gate = c->control->parts.gate;
	gc->reader = reader;
	gc->fetch = c->control->parts.fetch;
	gc->cache = fetch_cache(gc->fetch);
	gc->progress = &c->place->progress;
	gc->item = write_item;
	gc->ctx = c;
	gc->now = time(NULL);
	weigh_jw_kstr(w, "schema", "weigh.gc/1");
	weigh_jw_kbool(w, "dry_run", gc->dry);
	weigh_jw_key(w, "items");
	weigh_jw_array(w);
	rc = gc_run(gc, &c->err);
	weigh_jw_array_end(w);
	weigh_jw_ku64(w, "unlisted",
	    c->items > ITEMS_MAX ? c->items - ITEMS_MAX : 0);
	write_sums(w, gc);
	weigh_jw_kbool(w, "unsure", gc->unsure);
	return rc;
}

struct gc_request {
	bool dry_run, quarantine;
	uint64_t older; /* days */
};
#define OLDER_USUAL UINT64_MAX

static const struct weigh_json_field gc_fields[] = {
	{ "dry_run", WEIGH_JSON_T_BOOL, offsetof(struct gc_request, dry_run), 0,
	    false },
	{ "quarantine", WEIGH_JSON_T_BOOL,
	    offsetof(struct gc_request, quarantine), 0, false },
	{ "older", WEIGH_JSON_T_U64, offsetof(struct gc_request, older), 0,
	    false },
};

static enum weigh_code
read_gc(struct gc *gc, const char *body, size_t len, struct weigh_err *err)
{
	struct gc_request r = { .older = OLDER_USUAL };
	enum weigh_code rc;

	rc = weigh_json_read_fields(body, len, gc_fields,
	    sizeof(gc_fields) / sizeof(gc_fields[0]), &r, err);
	if (rc != WEIGH_OK)
		return rc;
	if (r.older != OLDER_USUAL && r.older > OLDER_MAX)
		return weigh_fail(err, WEIGH_USAGE, "more than %d days",
		    OLDER_MAX);
	gc->dry = r.dry_run;
	gc->quarantine = r.quarantine;
	gc->grace = DAY * (r.older != OLDER_USUAL ? (int64_t)r.older : 1);
	gc->evidence_grace = DAY *
	    (r.older != OLDER_USUAL ? (int64_t)r.older : 30);
	return WEIGH_OK;
}

static void
begin_gc(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct chore *c = calloc(1, sizeof(*c));
	struct weigh_err err;

	if (c == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	if (read_gc(&c->gc, body, len, &err) != WEIGH_OK) {
		control_fail(x, &err, "cannot read the request");
		free(c);
		return;
	}
	c->name = "gc";
	c->work = gc_work;
	begin(x, c, ctx);
}

void
control_gc(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, begin_gc, c);
}

/* --- rebuild -------------------------------------------------------------------- */

static void
write_odd(void *ctx, enum gate_odd kind, const char *name, const char *why)
{
	static const char *const names[GATE_ODDS] = {
		[GATE_ODD_UNREADABLE] = "unreadable",
		[GATE_ODD_LOST] = "lost",
		[GATE_ODD_MISSING] = "missing",
		[GATE_ODD_BAD] = "bad",
	};
	struct chore *c = ctx;

	if (++c->items > ITEMS_MAX)
		return;
	weigh_jw_object(&c->w);
	weigh_jw_kstr(&c->w, "kind", names[kind]);
	weigh_jw_kstr(&c->w, "name", name);
	weigh_jw_kstr(&c->w, "why", why);
	weigh_jw_object_end(&c->w);
}

static enum weigh_code
rebuild_work(struct chore *c, struct catalog_reader *reader)
{
	struct rebuild *r = &c->rebuild;
	const struct gate_again *a = &r->again;
	struct weigh_jw *w = &c->w;
	enum weigh_code rc;

	r->gate = c->control->parts.gate;
	r->reader = reader;
	r->progress = &c->place->progress;
	r->tell = write_odd;
	r->ctx = c;
	weigh_jw_kstr(w, "schema", "weigh.rebuild/1");
	weigh_jw_key(w, "items");
	weigh_jw_array(w);
	rc = rebuild_run(r, &c->err);
	weigh_jw_array_end(w);
	weigh_jw_ku64(w, "unlisted",
	    c->items > ITEMS_MAX ? c->items - ITEMS_MAX : 0);
	weigh_jw_ku64(w, "repositories", a->repos);
	weigh_jw_ku64(w, "revisions", a->revisions);
	weigh_jw_ku64(w, "blobs", a->blobs);
	weigh_jw_ku64(w, "unreadable", a->odd[GATE_ODD_UNREADABLE]);
	weigh_jw_ku64(w, "lost", a->odd[GATE_ODD_LOST]);
	weigh_jw_ku64(w, "missing", a->odd[GATE_ODD_MISSING]);
	weigh_jw_ku64(w, "bad", a->odd[GATE_ODD_BAD]);
	return rc;
}

static void
begin_rebuild(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct chore *c = calloc(1, sizeof(*c));

	(void)body, (void)len;
	if (c == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	c->name = "rebuild";
	c->work = rebuild_work;
	begin(x, c, ctx);
}

void
control_rebuild(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, begin_rebuild, c);
}
