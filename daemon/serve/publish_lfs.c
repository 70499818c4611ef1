/*
 * publish_lfs: large files before their commit: the batch that says where to put
 * them, the putting, whole or in parts, and the end.
 *
 *     batch   who asks may publish here; answers signed URLs (<weigh/ticket.h>)
 *     PUT     whoever has the URL; the bytes must have the size and SHA-256 in it
 *     POST    likewise; ends what came in parts
 *     verify  is it here now?
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "publish.h"
#include "uploads.h"

#define EXPIRES_MAX 2147483647 /* batch.md */
#define COMPLETION_BODY (2u << 20)

/* --- the batch --------------------------------------------------------------------- */

struct batch {
	struct ask *ask;
	struct catalog_reader *reader;
	struct publisher p;
	const struct weigh_lfs_batch *request;
	int64_t expires;
	struct weigh_jw w;
};

static bool
wants_parts(const struct batch *b, uint64_t size)
{
	return b->request->multipart && size > b->ask->serve->parts.upload.part;
}

/* The URL of one ticket. */
static void
ticket_url(struct batch *b, const struct weigh_ticket *t, struct weigh_buf *out)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&t->oid, hex);
	weigh_buf_reset(out);
	http_base_url(b->ask->task.x, out);
	weigh_buf_addf(out, "/api/%s/%s/lfs/objects/%s?",
	    weigh_kind_plural(t->repo.kind), t->repo.name, hex);
	weigh_ticket_print(out, t, b->ask->serve->parts.upload.key);
}

/* "chunk_size", and a URL for each part. */
static void
answer_parts(struct batch *b, struct weigh_ticket *t, struct weigh_buf *url)
{
	uint64_t n = weigh_lfs_part_count(t->size, t->part_size);
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)t->part_size);
	weigh_jw_kstr(&b->w, "chunk_size", text);
	t->post = false;
	for (t->part = 1; t->part <= n && !b->w.out->failed; t->part++) {
		snprintf(text, sizeof(text), "%05llu",
		    (unsigned long long)t->part);
		ticket_url(b, t, url);
		weigh_jw_kstr(&b->w, text, url->data != NULL ? url->data : "");
	}
}

static void
answer_upload(struct batch *b, const struct weigh_lfs_object *o)
{
	struct serve *s = b->ask->serve;
	unsigned seconds = s->parts.upload.seconds;
	struct weigh_ticket t = {
		.repo = b->ask->match.repo,
		.oid = o->oid,
		.size = o->size,
		.expires = b->expires,
	};
	struct weigh_buf url;

	if (seconds > EXPIRES_MAX)
		seconds = EXPIRES_MAX;
	snprintf(t.token, sizeof(t.token), "%s", b->ask->who.id);
	if (wants_parts(b, o->size)) {
		t.part_size = weigh_lfs_part_size(o->size,
		    s->parts.upload.part);
		t.post = true;
	}
	weigh_buf_init(&url, 16 << 10);
	ticket_url(b, &t, &url);
	weigh_lfs_answer_object(&b->w, o);
	weigh_lfs_answer_action(&b->w, "upload",
	    url.data != NULL ? url.data : "", seconds);
	if (t.post)
		answer_parts(b, &t, &url);
	weigh_lfs_answer_action_end(&b->w);
	weigh_buf_reset(&url);
	http_base_url(b->ask->task.x, &url);
	weigh_buf_addf(&url, "/api/%s/%s/lfs/verify",
	    weigh_kind_plural(t.repo.kind), t.repo.name);
	weigh_lfs_answer_action(&b->w, "verify",
	    url.data != NULL ? url.data : "", 0);
	weigh_lfs_answer_action_end(&b->w);
	weigh_lfs_answer_object_end(&b->w);
	weigh_buf_free(&url);
}

/* Held already is only what whoever asks may use: a hash alone proves nothing. */
static enum weigh_code
answer_object(struct batch *b, const struct weigh_lfs_object *o)
{
	struct serve *s = b->ask->serve;
	struct weigh_err *err = &b->ask->task.reply.err;
	uint64_t size = 0;
	enum weigh_code rc;

	rc = gate_may_use(s->parts.gate, b->reader, &o->oid, &b->p.who, &size,
	    err);
	if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND)
		return rc;
	weigh_err_clear(err);
	if (rc == WEIGH_OK && size == o->size)
		weigh_lfs_answer_held(&b->w, o);
	else if (rc == WEIGH_OK)
		weigh_lfs_answer_error(&b->w, o, 422,
		    "the bytes with this SHA-256 have another size");
	else if (o->size > s->parts.upload.largest)
		weigh_lfs_answer_error(&b->w, o, 413,
		    "the file is larger than this mirror takes");
	else
		answer_upload(b, o);
	return WEIGH_OK;
}

static const char *
transfer_of(const struct batch *b)
{
	for (size_t i = 0; i < b->request->nobjects; i++)
		if (wants_parts(b, b->request->objects[i].size))
			return "multipart";
	return "basic";
}

void
serve_batch_upload(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_lfs_batch *batch)
{
	struct http_reply *r = &ask->task.reply;
	struct batch b = {
		.ask = ask,
		.reader = reader,
		.request = batch,
		.expires = time(NULL) + ask->serve->parts.upload.seconds,
	};
	enum weigh_code rc = WEIGH_OK;

	if (!publish_repo(ask, reader))
		return;
	publisher_fill(&b.p, ask);
	weigh_jw_init(&b.w, &r->body);
	weigh_lfs_answer_begin(&b.w, transfer_of(&b));
	for (size_t i = 0;
	     i < batch->nobjects && rc == WEIGH_OK && !r->body.failed; i++)
		rc = answer_object(&b, &batch->objects[i]);
	weigh_lfs_answer_end(&b.w);
	r->type = WEIGH_LFS_TYPE;
	r->status = 200;
	if (rc == WEIGH_OK && r->body.failed)
		rc = weigh_fail(&r->err, WEIGH_TOO_BIG,
		    "the answer would be too large; ask for fewer at a time");
	if (rc == WEIGH_OK)
		return;
	weigh_buf_reset(&r->body);
	r->status = 0;
	r->type = NULL;
	ask_fail(ask, rc, NULL);
}

/* --- whoever has the URL ------------------------------------------------------------- */

/* The ticket of this request, and in ask->who whom it was given to: still known,
 * and still allowed to publish here. */
static bool
read_ticket(struct ask *ask, struct weigh_ticket *t, bool post)
{
	struct serve *s = ask->serve;
	struct weigh_err *err = &ask->task.reply.err;
	int64_t now = time(NULL);
	enum weigh_code rc = WEIGH_OK;

	*t = (struct weigh_ticket){ .post = post, .repo = ask->match.repo };
	if (!weigh_oid_parse(&t->oid, ask->match.word, strlen(ask->match.word)))
		rc = weigh_fail(err, WEIGH_DENIED,
		    "the URL of this upload is not one that was given out here");
	if (rc == WEIGH_OK)
		rc = weigh_ticket_read(t, http_head(ask->task.x)->query,
		    s->parts.upload.key, now, err);
	if (rc != WEIGH_OK) {
		ask_fail(ask, rc, NULL);
		return false;
	}
	if (t->token[0] == '\0')
		ask->who = (struct weigh_who){ .role = WEIGH_ROLE_ADMIN,
			.local = true };
	else if (!tokens_find(s->parts.tokens, t->token, now, &ask->who))
		ask->who = (struct weigh_who){ .bad = true };
	return true;
}

/* --- PUT ----------------------------------------------------------------------------------- */

struct putting {
	struct weigh_ticket ticket;
	uint64_t want, came;         /* bytes */
	struct upload *place;        /* in one piece: */
	struct store_writer *writer; /* likewise */
	struct upload_part *part;    /* or a part */
};

static void
putting_free(struct ask *ask)
{
	struct putting *p = ask->own;

	if (p == NULL)
		return;
	store_abandon(p->writer);
	uploads_leave(ask->serve->uploads, p->place);
	uploads_part_abandon(p->part);
	free(p);
	ask->own = NULL;
}

/* Is the body one that could be right? */
static enum weigh_code
check_body(struct ask *ask, struct putting *p)
{
	const struct weigh_http_head *head = http_head(ask->task.x);
	struct weigh_err *err = &ask->task.reply.err;
	const struct weigh_ticket *t = &p->ticket;

	p->want = t->part_size == 0 ?
	    t->size :
	    weigh_lfs_part_length(t->size, t->part_size, t->part);
	if ((t->part_size == 0) != (t->part == 0) ||
	    (t->part_size != 0 && p->want == 0))
		return weigh_fail(err, WEIGH_USAGE, "there is no such part");
	if (weigh_http_field(head, "Content-Range").p != NULL)
		return weigh_fail(err, WEIGH_USAGE,
		    "a part of a body cannot be taken; send all of it");
	if (!head->chunked && head->length != p->want &&
	    weigh_http_field(head, "Content-Encoding").p == NULL)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "%llu bytes are announced, %llu were to come",
		    (unsigned long long)head->length,
		    (unsigned long long)p->want);
	return WEIGH_OK;
}

static enum weigh_code
open_place(struct ask *ask, struct putting *p)
{
	struct serve *s = ask->serve;
	struct weigh_err *err = &ask->task.reply.err;
	enum weigh_code rc;

	if (p->ticket.part_size != 0)
		return uploads_part_begin(s->uploads, &p->ticket, &p->part,
		    err);
	rc = uploads_enter(s->uploads, &p->ticket, &p->place, err);
	return rc == WEIGH_OK ?
	    store_begin(s->parts.store, p->want, &p->writer, err) :
	    rc;
}

static bool
put_begin(struct ask *ask, struct catalog_reader *reader)
{
	struct putting *p = calloc(1, sizeof(*p));
	enum weigh_code rc;

	ask->own = p;
	if (p == NULL) {
		ask_fail(ask,
		    weigh_fail(&ask->task.reply.err, WEIGH_NOMEM,
			"out of memory"),
		    NULL);
		return false;
	}
	if (!read_ticket(ask, &p->ticket, false) ||
	    !ask_may_repo(ask, reader, WEIGH_RIGHT_PUBLISH, &p->ticket.repo))
		return false;
	rc = check_body(ask, p);
	if (rc == WEIGH_OK)
		rc = open_place(ask, p);
	if (rc != WEIGH_OK)
		ask_fail(ask, rc, NULL);
	return rc == WEIGH_OK;
}

static enum weigh_code
put_block(struct ask *ask, struct catalog_reader *reader, const char *data,
    size_t len, struct weigh_err *err)
{
	struct putting *p = ask->own;
	enum weigh_code rc;

	(void)reader;
	if (p->part != NULL)
		rc = uploads_part_write(p->part, data, len, err);
	else if (len > p->want - p->came)
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "more than the %llu bytes come that were to come",
		    (unsigned long long)p->want);
	else
		rc = store_append(p->writer, data, len, err);
	p->came += len;
	if (rc != WEIGH_OK)
		weigh_what(err, "%s", err->why);
	return rc;
}

static void
put_lost(struct ask *ask, struct catalog_reader *reader)
{
	(void)reader;
	putting_free(ask);
}

const struct route_body serve_upload_body = {
	.max = INT64_MAX,
	.begin = put_begin,
	.block = put_block,
	.lost = put_lost,
};

/* The bytes have their name now, in the name of whose ticket it was. */
static enum weigh_code
receive(struct ask *ask, struct catalog_reader *reader,
    struct store_writer *writer, const struct store_blob *blob)
{
	struct publisher p;

	publisher_fill(&p, ask);
	return gate_receive(ask->serve->parts.gate, reader, writer, blob,
	    &p.who, &ask->task.reply.err);
}

static enum weigh_code
end_whole(struct ask *ask, struct catalog_reader *reader, struct putting *p)
{
	struct weigh_err *err = &ask->task.reply.err;
	struct store_writer *writer;
	struct store_blob blob;
	enum weigh_code rc;

	if (p->came != p->want)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "%llu of %llu bytes came", (unsigned long long)p->came,
		    (unsigned long long)p->want);
	rc = store_seal(p->writer, &p->ticket.oid, &blob, err);
	if (rc != WEIGH_OK)
		return rc;
	writer = p->writer;
	p->writer = NULL;
	return receive(ask, reader, writer, &blob);
}

static enum weigh_code
end_part(struct ask *ask, struct putting *p)
{
	struct upload_part *part = p->part;
	char etag[WEIGH_LFS_ETAG];
	enum weigh_code rc;

	p->part = NULL;
	rc = uploads_part_end(part, etag, &ask->task.reply.err);
	if (rc == WEIGH_OK)
		http_reply_field(&ask->task.reply, "ETag", "%s", etag);
	return rc;
}

static void
answer_done(struct ask *ask, enum weigh_code rc)
{
	if (rc != WEIGH_OK) {
		ask_fail(ask, rc, NULL);
		return;
	}
	publish_done(ask);
}

void
serve_upload(struct ask *ask, struct catalog_reader *reader)
{
	struct putting *p = ask->own;

	answer_done(ask,
	    p->part != NULL ? end_part(ask, p) : end_whole(ask, reader, p));
	putting_free(ask);
}

/* --- the end of what came in parts --------------------------------------------------------- */

static bool
complete_begin(struct ask *ask, struct catalog_reader *reader)
{
	struct weigh_ticket t;

	return read_ticket(ask, &t, true) &&
	    ask_may_repo(ask, reader, WEIGH_RIGHT_PUBLISH, &t.repo);
}

const struct route_body serve_complete_body = {
	.max = COMPLETION_BODY,
	.begin = complete_begin,
};

/* Told a second time, because the first answer was lost: it is here. */
static enum weigh_code
was_completed(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_ticket *t)
{
	struct publisher p;
	uint64_t size = 0;
	struct weigh_err err;

	publisher_fill(&p, ask);
	if (gate_may_use(ask->serve->parts.gate, reader, &t->oid, &p.who, &size,
		&err) == WEIGH_OK &&
	    size == t->size)
		return WEIGH_OK;
	weigh_fix(&ask->task.reply.err, "begin the upload again");
	return WEIGH_NOT_FOUND;
}

static enum weigh_code
complete(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_ticket *t, const struct weigh_lfs_completion *c)
{
	struct uploads *uploads = ask->serve->uploads;
	struct weigh_err *err = &ask->task.reply.err;
	struct store_writer *writer;
	struct store_blob blob;
	struct upload *up;
	enum weigh_code rc;

	if (!weigh_oid_equal(&c->oid, &t->oid))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "'oid' is not that of the URL");
	rc = uploads_finish(uploads, t, c, &up, &writer, &blob, err);
	if (rc == WEIGH_NOT_FOUND)
		return was_completed(ask, reader, t);
	if (rc != WEIGH_OK)
		return rc;
	rc = receive(ask, reader, writer, &blob);
	uploads_leave(uploads, up);
	return rc;
}

void
serve_complete(struct ask *ask, struct catalog_reader *reader)
{
	struct weigh_lfs_completion c;
	struct weigh_ticket t;
	enum weigh_code rc;

	if (!read_ticket(ask, &t, true))
		return;
	rc = weigh_lfs_completion_parse(&c, ask->body.data, ask->body.len,
	    &ask->task.reply.err);
	if (rc == WEIGH_OK) {
		rc = complete(ask, reader, &t, &c);
		weigh_lfs_completion_free(&c);
	}
	answer_done(ask, rc);
}

/* --- is it here? ------------------------------------------------------------------------------ */

void
serve_verify(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_lfs_object o;
	struct publisher p;
	uint64_t size = 0;
	enum weigh_code rc;

	if (!publish_repo(ask, reader))
		return;
	publisher_fill(&p, ask);
	rc = weigh_lfs_verify_parse(&o, ask->body.data, ask->body.len, &r->err);
	if (rc == WEIGH_OK)
		rc = gate_may_use(ask->serve->parts.gate, reader, &o.oid,
		    &p.who, &size, &r->err);
	if (rc == WEIGH_OK && size != o.size)
		rc = weigh_fail(&r->err, WEIGH_MISMATCH,
		    "%llu bytes have this SHA-256, not %llu",
		    (unsigned long long)size, (unsigned long long)o.size);
	answer_done(ask, rc);
}
