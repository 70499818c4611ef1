/* look: verbs that only read: status, models, files, show, manifest, key. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weigh/hub.h>
#include <weigh/manifest.h>
#include <weigh/version.h>

#include "mirror.h"
#include "trust/access.h"

#define PAGE 1000
#define USES_MAX 10000 /* of a blob that are looked at */

/* --- what every reading verb needs ------------------------------------------------ */

bool
control_query(const struct question *q, const char *key, char *out, size_t size)
{
	if (weigh_http_query(http_head(q->task.x)->query, key, out, size) == 1)
		return true;
	out[0] = '\0';
	return false;
}

unsigned
control_limit(const struct question *q)
{
	char text[8];
	unsigned long n;

	if (!control_query(q, "limit", text, sizeof(text)) ||
	    text[strspn(text, "0123456789")] != '\0')
		return PAGE;
	n = strtoul(text, NULL, 10);
	return n == 0 || n > PAGE ? PAGE : (unsigned)n;
}

enum weigh_code
control_subject(struct question *q, struct catalog_reader *reader,
    struct control_subject *s, struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT + WEIGH_REV_MAX + 2];
	char revision[WEIGH_REV_MAX + 1];
	enum weigh_code rc;

	if (!control_query(q, "name", name, sizeof(name)))
		return weigh_fail(err, WEIGH_USAGE, "no name was given");
	rc = weigh_ref_parse(&s->ref, name, err);
	if (rc != WEIGH_OK)
		return rc;
	if (control_query(q, "revision", revision, sizeof(revision)))
		memcpy(s->ref.rev, revision, sizeof(revision));
	weigh_repo_text(&s->ref.repo, s->text);
	rc = control_may(q, reader, WEIGH_RIGHT_LOOK, &s->ref.repo);
	if (rc != WEIGH_OK)
		return rc;
	return catalog_resolve_short(reader, &s->ref.repo, s->ref.rev,
	    &s->commit, err);
}

static void
write_commit(struct weigh_jw *w, const char *key, const struct weigh_gitid *id)
{
	char hex[WEIGH_GITID_HEX + 1];

	weigh_gitid_hex(id, hex);
	weigh_jw_kstr(w, key, hex);
}

static void
write_oid(struct weigh_jw *w, const char *key, const struct weigh_oid *oid)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(oid, hex);
	weigh_jw_kstr(w, key, hex);
}

static void
begin(struct weigh_jw *w, struct question *q, const char *schema)
{
	weigh_jw_init(w, &q->task.reply.body);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "schema", schema);
}

/* --- status -------------------------------------------------------------------------- */

void
control_status(struct question *q, struct catalog_reader *reader)
{
	const struct control_parts *parts = &q->control->parts;
	struct http_reply *r = &q->task.reply;
	struct catalog_totals t;
	struct weigh_jw w;

	r->rc = catalog_totals(reader, &t, &r->err);
	if (r->rc != WEIGH_OK)
		return;
	begin(&w, q, "weigh.status/1");
	weigh_jw_kstr(&w, "version", WEIGH_VERSION);
	weigh_jw_kstr(&w, "data", parts->data);
	weigh_jw_ku64(&w, "models", t.repos);
	weigh_jw_ku64(&w, "revisions", t.revisions);
	weigh_jw_ku64(&w, "blobs", t.blobs);
	weigh_jw_ku64(&w, "bytes", t.bytes);
	weigh_jw_ku64(&w, "bad", t.bad);
	weigh_jw_ku64(&w, "absent", t.absent);
	weigh_jw_ku64(&w, "room", store_room(parts->store));
	weigh_jw_ku64(&w, "uptime_seconds",
	    (uint64_t)(time(NULL) - parts->started));
	r->rc = scrub_write_status(&w, q->control, reader, &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = mirror_write_status(&w, q->control, &q->who, reader,
		    &r->err);
	weigh_jw_object_end(&w);
}

const char *
control_decision(uint64_t bad)
{
	return bad > 0 ? "deny" : "allow";
}

/* --- models ---------------------------------------------------------------------------- */

struct models {
	struct question *q;
	struct weigh_jw w;
	unsigned limit, shown;
	unsigned rows;              /* of the catalog's page, shown or not */
	struct weigh_repo row;      /* the last of them */
	char last[WEIGH_REPO_TEXT]; /* the last that was shown */
};

static void
write_model(void *ctx, const struct weigh_repo *repo,
    const struct catalog_revision *head)
{
	struct models *m = ctx;

	m->rows++;
	m->row = *repo;
	if (!access_sees(m->q->control->parts.tokens, &m->q->who, repo,
		head->visibility))
		return;
	if (++m->shown > m->limit)
		return;
	weigh_repo_text(repo, m->last);
	weigh_jw_object(&m->w);
	weigh_jw_kstr(&m->w, "name", m->last);
	write_commit(&m->w, "revision", &head->commit);
	weigh_jw_ku64(&m->w, "files", head->files);
	weigh_jw_ku64(&m->w, "bytes", head->bytes);
	weigh_jw_kstr(&m->w, "license", head->license);
	weigh_jw_ku64(&m->w, "bad", head->bad);
	weigh_jw_ku64(&m->w, "absent", head->absent);
	weigh_jw_kstr(&m->w, "decision", control_decision(head->bad));
	weigh_jw_kstr(&m->w, "signed", "no");
	weigh_jw_object_end(&m->w);
}

/* Pages of the catalog until one of ours is full: what is hidden leaves no gap,
 * and its names stand in no `next`. */
static enum weigh_code
write_models(struct models *m, struct catalog_reader *reader, bool from,
    struct weigh_err *err)
{
	enum weigh_code rc;

	do {
		m->rows = 0;
		rc = catalog_list(reader, from ? &m->row : NULL, m->limit + 1,
		    write_model, m, err);
		from = true;
	} while (rc == WEIGH_OK && m->rows == m->limit + 1 &&
	    m->shown <= m->limit);
	return rc;
}

void
control_models(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	struct models m = { .q = q, .limit = control_limit(q) };
	char after[WEIGH_REPO_TEXT];
	struct weigh_ref ref;
	bool from = control_query(q, "after", after, sizeof(after));

	if (from && (r->rc = weigh_ref_parse(&ref, after, &r->err)) != WEIGH_OK)
		return;
	if (from)
		m.row = ref.repo;
	begin(&m.w, q, "weigh.ls/1");
	weigh_jw_key(&m.w, "models");
	weigh_jw_array(&m.w);
	r->rc = write_models(&m, reader, from, &r->err);
	weigh_jw_array_end(&m.w);
	if (m.shown > m.limit)
		weigh_jw_kstr(&m.w, "next", m.last);
	weigh_jw_object_end(&m.w);
}

/* --- files --------------------------------------------------------------------------------- */

struct files {
	struct weigh_jw w;
	unsigned limit, seen;
	char last[WEIGH_PATH_MAX + 1];
};

static void
write_file(void *ctx, const struct catalog_entry *e)
{
	struct files *f = ctx;

	if (++f->seen > f->limit)
		return;
	snprintf(f->last, sizeof(f->last), "%s", e->path);
	if (e->directory)
		return;
	weigh_jw_object(&f->w);
	weigh_jw_kstr(&f->w, "path", e->path);
	weigh_jw_ku64(&f->w, "size", e->size);
	write_oid(&f->w, "sha256", &e->oid);
	weigh_jw_kbool(&f->w, "lfs", e->lfs);
	weigh_jw_kbool(&f->w, "bad", e->bad);
	weigh_jw_kbool(&f->w, "absent", e->absent);
	weigh_jw_object_end(&f->w);
}

void
control_files(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	struct files f = { .limit = control_limit(q) };
	char after[WEIGH_PATH_MAX + 1];
	struct control_subject s;

	r->rc = control_subject(q, reader, &s, &r->err);
	if (r->rc != WEIGH_OK)
		return;
	if (control_query(q, "after", after, sizeof(after)) &&
	    (r->rc = weigh_path_check(after, strlen(after), &r->err)) !=
		WEIGH_OK)
		return;
	begin(&f.w, q, "weigh.files/1");
	weigh_jw_kstr(&f.w, "name", s.text);
	write_commit(&f.w, "revision", &s.commit);
	weigh_jw_key(&f.w, "files");
	weigh_jw_array(&f.w);
	r->rc = catalog_tree(reader, &s.ref.repo, &s.commit, "", true, after,
	    f.limit + 1, write_file, &f, &r->err);
	weigh_jw_array_end(&f.w);
	if (f.seen > f.limit)
		weigh_jw_kstr(&f.w, "next", f.last);
	weigh_jw_object_end(&f.w);
}

/* --- show ------------------------------------------------------------------------------------- */

struct show {
	struct weigh_jw w;
	struct weigh_gitid commit;
};

static void
write_revision(void *ctx, const struct catalog_revision *rev)
{
	struct show *s = ctx;

	write_commit(&s->w, "revision", &rev->commit);
	write_oid(&s->w, "manifest", &rev->manifest);
	weigh_hub_kdate(&s->w, "date", rev->date);
	weigh_jw_kstr(&s->w, "message", rev->title);
	weigh_jw_kstr(&s->w, "origin", rev->origin);
	weigh_jw_kstr(&s->w, "license", rev->license);
	weigh_jw_ku64(&s->w, "files", rev->files);
	weigh_jw_ku64(&s->w, "bytes", rev->bytes);
	weigh_jw_ku64(&s->w, "bad", rev->bad);
	weigh_jw_ku64(&s->w, "absent", rev->absent);
	weigh_jw_ku64(&s->w, "absent_bytes", rev->absent_bytes);
	weigh_jw_kstr(&s->w, "decision", control_decision(rev->bad));
}

static void
write_ref(void *ctx, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit)
{
	static const char *const kinds[] = {
		[CATALOG_BRANCH] = "branch",
		[CATALOG_TAG] = "tag",
		[CATALOG_PULL] = "pull",
	};
	struct show *s = ctx;

	weigh_jw_object(&s->w);
	weigh_jw_kstr(&s->w, "kind", kinds[kind]);
	weigh_jw_kstr(&s->w, "name", name);
	write_commit(&s->w, "revision", commit);
	weigh_jw_object_end(&s->w);
}

/* One word for all that is gated, and another for how. */
static void
write_visibility(struct weigh_jw *w, enum weigh_visibility v)
{
	weigh_jw_kstr(w, "visibility",
	    weigh_visibility_name(weigh_visibility_gated(v) ? WEIGH_GATED : v));
	if (weigh_visibility_gated(v))
		weigh_jw_kstr(w, "gated",
		    v == WEIGH_GATED_AUTO       ? "auto" :
			v == WEIGH_GATED_MANUAL ? "manual" :
						  "named");
}

void
control_show(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	enum weigh_visibility visibility;
	struct control_subject subject;
	struct weigh_repo repo;
	struct show s;

	r->rc = control_subject(q, reader, &subject, &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = catalog_visibility(reader, &subject.ref.repo, &repo,
		    &visibility, &r->err);
	if (r->rc != WEIGH_OK)
		return;
	begin(&s.w, q, "weigh.show/1");
	weigh_jw_kstr(&s.w, "name", subject.text);
	weigh_jw_kstr(&s.w, "kind", weigh_kind_plural(subject.ref.repo.kind));
	write_visibility(&s.w, visibility);
	r->rc = catalog_revision(reader, &subject.ref.repo, &subject.commit,
	    write_revision, &s, &r->err);
	weigh_jw_key(&s.w, "refs");
	weigh_jw_array(&s.w);
	if (r->rc == WEIGH_OK)
		r->rc = catalog_refs(reader, &subject.ref.repo, write_ref, &s,
		    &r->err);
	weigh_jw_array_end(&s.w);
	weigh_jw_kstr(&s.w, "signed", "no");
	weigh_jw_object_end(&s.w);
}

/* --- manifest -------------------------------------------------------------------------------------- */

/* The manifest is written line by line from the catalog, in the order of paths:
 * no list of files is made. */
struct manifest {
	struct weigh_buf *out;
	unsigned seen;
	uint64_t absent;
	char last[WEIGH_PATH_MAX + 1];
};

static void
write_line(void *ctx, const struct catalog_entry *e)
{
	struct manifest *m = ctx;
	struct weigh_file file = {
		.path = e->path,
		.size = e->size,
		.oid = e->oid,
		.git = e->git,
		.lfs = e->lfs,
	};

	m->seen++;
	snprintf(m->last, sizeof(m->last), "%s", e->path);
	m->absent += !e->directory && e->absent;
	if (!e->directory)
		weigh_manifest_line(m->out, &file);
}

static void
keep_digest(void *ctx, const struct catalog_revision *rev)
{
	*(struct weigh_oid *)ctx = rev->manifest;
}

/* What we are about to say must be what was admitted. */
static enum weigh_code
check_digest(const struct weigh_buf *text, const struct weigh_oid *recorded,
    struct weigh_err *err)
{
	struct weigh_oid made;

	if (text->failed || !weigh_oid_of(&made, text->data, text->len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (!weigh_oid_equal(&made, recorded))
		return weigh_fail(err, WEIGH_MISMATCH,
		    "the catalog's files do not make the manifest that was "
		    "admitted");
	return WEIGH_OK;
}

void
control_manifest(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	struct manifest m = { .out = &r->body };
	char hex[WEIGH_OID_HEX + 1], commit[WEIGH_GITID_HEX + 1];
	struct weigh_oid recorded;
	struct control_subject s;

	r->rc = control_subject(q, reader, &s, &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = catalog_revision(reader, &s.ref.repo, &s.commit,
		    keep_digest, &recorded, &r->err);
	if (r->rc == WEIGH_OK)
		weigh_buf_adds(&r->body, WEIGH_MANIFEST_FIRST);
	m.seen = PAGE;
	while (r->rc == WEIGH_OK && m.seen == PAGE) {
		m.seen = 0;
		r->rc = catalog_tree(reader, &s.ref.repo, &s.commit, "", true,
		    m.last, PAGE, write_line, &m, &r->err);
	}
	if (r->rc == WEIGH_OK)
		r->rc = check_digest(&r->body, &recorded, &r->err);
	if (r->rc != WEIGH_OK)
		return;
	weigh_oid_hex(&recorded, hex);
	weigh_gitid_hex(&s.commit, commit);
	r->type = "text/plain; charset=utf-8";
	snprintf(r->etag, sizeof(r->etag), "\"%s\"", hex);
	http_reply_field(r, WEIGH_HEADER_MANIFEST, "%s", hex);
	http_reply_field(r, "X-Repo-Commit", "%s", commit);
	if (m.absent > 0 &&
	    !fetch_through_allows(q->control->parts.fetch, reader, &s.ref.repo))
		http_reply_field(r, WEIGH_HEADER_LEFT_OUT, "%" PRIu64,
		    m.absent);
}

/* --- midstates and key ----------------------------------------------------------------------------------- */

struct use {
	const struct question *q;
	struct catalog_reader *reader;
	bool may;
};

static bool
look_at_use(void *ctx, const struct weigh_repo *repo,
    enum weigh_visibility visibility)
{
	struct use *use = ctx;

	use->may = access_reads(use->q->control->parts.tokens, use->reader,
	    &use->q->who, repo, visibility);
	return !use->may;
}

/* A list says nothing of what it is a list of, but that it is here: for those who
 * may have the bytes from some repository. */
static enum weigh_code
may_have(struct question *q, struct catalog_reader *reader,
    const struct weigh_oid *oid, struct weigh_err *err)
{
	struct use use = { .q = q, .reader = reader };
	enum weigh_code rc;

	rc = catalog_uses(reader, oid, USES_MAX, look_at_use, &use, err);
	return rc == WEIGH_OK && !use.may ? WEIGH_NOT_FOUND : rc;
}

void
control_midstates(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	struct catalog_blob blob;
	enum catalog_blob_state state;
	struct weigh_oid oid;

	if (!weigh_oid_parse(&oid, q->match.word, strlen(q->match.word))) {
		r->rc = weigh_fail(&r->err, WEIGH_MALFORMED,
		    "this is not a SHA-256 in 64 lower-case hex digits");
		return;
	}
	r->rc = catalog_blob(reader, &oid, &blob, &state, &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = may_have(q, reader, &oid, &r->err);
	if (r->rc == WEIGH_NOT_FOUND) /* in the same words for both */
		weigh_fail(&r->err, r->rc,
		    "no admitted revision names a blob '%s'", q->match.word);
	if (r->rc == WEIGH_OK && state == CATALOG_BAD)
		r->rc = weigh_fail(&r->err, WEIGH_MISMATCH, "%s",
		    weigh_verdict_text(WEIGH_REFUSE_BAD));
	if (r->rc == WEIGH_OK && blob.absent)
		r->rc = weigh_fail(&r->err, WEIGH_NOT_FOUND,
		    "these bytes are listed, and not held here");
	if (r->rc == WEIGH_OK)
		r->rc = store_midstates_kept(q->control->parts.store, &oid,
		    blob.size, &r->body, &r->err);
	if (r->rc == WEIGH_NOT_YET) /* the check makes the list again */
		gate_suspect(q->control->parts.gate, &oid);
	r->type = "application/octet-stream";
}

void
control_key(struct question *q, struct catalog_reader *reader)
{
	const struct key *key = q->control->parts.key;
	struct weigh_jw w;

	(void)reader;
	begin(&w, q, "weigh.key-export/1");
	weigh_jw_kstr(&w, "algorithm", "ed25519");
	weigh_jw_kstr(&w, "public_key", key_public(key));
	write_oid(&w, "key_id", key_id(key));
	weigh_jw_object_end(&w);
}
