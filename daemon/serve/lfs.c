/*
 * lfs: the Git LFS batch API (git-lfs docs/api/batch.md), and the bytes behind its
 * links.  An object is a repository's if one of its revisions names it, whoever else
 * here has it.
 */
#include <stdio.h>
#include <string.h>

#include <weigh/lfs.h>

#include "catalog/mirrors.h"
#include "lfs.h"
#include "publish.h"

/* --- errors ------------------------------------------------------------------------- */

/* git-lfs shows people the "message" of an answer. */
void
lfs_fail(struct ask *ask, enum weigh_code rc)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_jw w;

	r->status = weigh_code_info(rc)->http_status;
	r->type = WEIGH_LFS_TYPE;
	r->rc = WEIGH_OK;
	weigh_buf_reset(&r->body);
	weigh_jw_init(&w, &r->body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "message", r->err.why);
	weigh_jw_object_end(&w);
}

/* --- which objects ----------------------------------------------------------------------- */

/* Does a file of this repository have these bytes?  *size: how many. */
static enum weigh_code
find(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_oid *oid, uint64_t *size, struct weigh_err *err)
{
	struct weigh_repo held;
	char kind[16];
	enum weigh_code rc;

	rc = catalog_find_repo(reader, &ask->match.repo, &held, err);
	if (rc == WEIGH_OK)
		rc = catalog_has(reader, &held, oid, size, kind, sizeof(kind),
		    err);
	if (rc == WEIGH_OK && kind[0] == '\0')
		return WEIGH_OK;
	return rc != WEIGH_OK && rc != WEIGH_NOT_FOUND ?
	    rc :
	    weigh_fail(err, WEIGH_NOT_FOUND,
		"no revision of this repository names these bytes");
}

/* Bytes that are listed and not held, and are brought in when they are asked for:
 * where they are listed. */
static bool
comes(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_oid *oid, struct weigh_gitid *commit,
    char path[WEIGH_PATH_MAX + 1])
{
	return ask_brings(ask, reader, &ask->match.repo) &&
	    catalog_absent_at(reader, &ask->match.repo, oid, commit, path,
		NULL) == WEIGH_OK;
}

static enum weigh_code
may_have(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_lfs_object *o, struct weigh_err *err)
{
	char path[WEIGH_PATH_MAX + 1];
	struct weigh_gitid commit;
	uint64_t size;
	enum weigh_code rc = find(ask, reader, &o->oid, &size, err);

	if (rc == WEIGH_OK && size != o->size)
		rc = weigh_fail(err, WEIGH_MISMATCH,
		    "these bytes are %llu, not %llu", (unsigned long long)size,
		    (unsigned long long)o->size);
	if (rc == WEIGH_OK && !comes(ask, reader, &o->oid, &commit, path))
		rc = gate_ask(ask->serve->parts.gate, reader, WEIGH_DOOR_LFS,
		    &o->oid, o->size, err);
	return rc;
}

/* --- POST objects/batch ------------------------------------------------------------------ */

/* git-lfs asks a link of ours without the token it showed us for the batch, and when
 * it is told 401 it asks the same for ever; so the link's header says what it shall
 * send: what it sent itself. */
static void
write_authorization(struct ask *ask, struct weigh_jw *w)
{
	struct weigh_span value = weigh_http_field(http_head(ask->task.x),
	    "Authorization");
	struct weigh_buf text;

	if (value.len == 0)
		return;
	weigh_buf_init(&text, value.len);
	if (weigh_buf_add(&text, value.p, value.len))
		weigh_jw_kstr(w, "Authorization", text.data);
	weigh_buf_free(&text);
}

static void
write_link(struct ask *ask, struct weigh_jw *w,
    const struct weigh_lfs_object *o)
{
	char repo[WEIGH_REPO_TEXT], hex[WEIGH_OID_HEX + 1];
	struct weigh_buf href;

	weigh_buf_init(&href, 2048);
	weigh_repo_text(&ask->match.repo, repo);
	weigh_oid_hex(&o->oid, hex);
	http_base_url(ask->task.x, &href);
	weigh_buf_addf(&href, "/%s.git/info/lfs/objects/%s", repo, hex);
	weigh_lfs_answer_object(w, o);
	weigh_lfs_answer_action(w, "download", href.failed ? "" : href.data, 0);
	write_authorization(ask, w);
	weigh_lfs_answer_action_end(w);
	weigh_lfs_answer_object_end(w);
	weigh_buf_free(&href);
}

static void
answer_download(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_lfs_batch *batch)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_jw w;

	r->type = WEIGH_LFS_TYPE;
	weigh_jw_init(&w, &r->body);
	weigh_lfs_answer_begin(&w, "basic");
	for (size_t i = 0; i < batch->nobjects; i++) {
		const struct weigh_lfs_object *o = &batch->objects[i];
		struct weigh_err err;
		enum weigh_code rc = may_have(ask, reader, o, &err);

		if (rc == WEIGH_OK)
			write_link(ask, &w, o);
		else
			weigh_lfs_answer_error(&w, o,
			    weigh_code_info(rc)->http_status, err.why);
	}
	weigh_lfs_answer_end(&w);
}

const struct route_body serve_lfs_body = { .max = WEIGH_LFS_BODY };

void
serve_lfs_batch(struct ask *ask, struct catalog_reader *reader)
{
	struct weigh_err *err = &ask->task.reply.err;
	struct weigh_lfs_batch batch;
	enum weigh_code rc;

	rc = weigh_lfs_batch_parse(&batch, ask->body.data, ask->body.len, err);
	if (rc != WEIGH_OK) {
		lfs_fail(ask, rc);
		return;
	}
	if (batch.upload)
		serve_batch_upload(ask, reader, &batch);
	else if (strchr(ask->match.repo.name, '/') == NULL &&
	    !ask_may(ask, reader))
		; /* not asked before (ROUTE_HOME); refused, and said */
	else if (!batch.basic)
		lfs_fail(ask,
		    weigh_fail(err, WEIGH_USAGE,
			"downloads are offered by the transfer 'basic'"));
	else
		answer_download(ask, reader, &batch);
	weigh_lfs_batch_free(&batch);
}

/* --- GET objects/OID ----------------------------------------------------------------------- */

static bool
wants_bytes(const struct ask *ask)
{
	const struct http_reply *r = &ask->task.reply;
	const struct http_entity e = { .etag = r->etag, .size = r->size };

	return http_wants_bytes(ask->task.x, &e);
}

/* The bytes, or why not. */
static enum weigh_code
open_object(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_oid *oid)
{
	struct http_reply *r = &ask->task.reply;
	struct gate *gate = ask->serve->parts.gate;
	char path[WEIGH_PATH_MAX + 1];
	const bool bytes = wants_bytes(ask),
		   absent = comes(ask, reader, oid, &ask->commit, path);

	if (bytes)
		ask_counts(ask, reader, !absent);
	if (ask_lied(ask, oid) ||
	    (absent && ask_bring(ask, reader, path, oid, bytes)))
		return r->rc;
	if (bytes)
		return gate_open(gate, reader, WEIGH_DOOR_LFS, oid, r->size,
		    &r->fd, &r->err);
	return gate_ask(gate, reader, WEIGH_DOOR_LFS, oid, r->size, &r->err);
}

void
serve_lfs_object(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_oid oid;
	enum weigh_code rc;
	int status;

	if (!weigh_oid_parse(&oid, ask->match.word, strlen(ask->match.word)))
		rc = weigh_fail(&r->err, WEIGH_NOT_FOUND,
		    "the name of an object is 64 hex digits");
	else
		rc = find(ask, reader, &oid, &r->size, &r->err);
	if (rc != WEIGH_OK) {
		lfs_fail(ask, rc);
		return;
	}
	weigh_oid_hex(&oid, r->blob);
	snprintf(r->etag, sizeof(r->etag), "\"%s\"", r->blob);
	r->type = "application/octet-stream";
	r->is_file = true;
	rc = open_object(ask, reader, &oid);
	if (rc != WEIGH_OK) {
		r->is_file = false;
		r->etag[0] = '\0';
		status = r->status;
		lfs_fail(ask, rc);
		if (status != 0) /* more than the code says */
			r->status = status;
	}
}
