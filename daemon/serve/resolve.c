/*
 * resolve: a file, by GET and HEAD /{repo}/resolve/{rev}/{path}; and as it lies in
 * git, by /{repo}/raw/{rev}/{path}: of a file kept as LFS that is the pointer.
 */
#include <inttypes.h>
#include <stdio.h>

#include <weigh/pointer.h>

#include "priv.h"

struct found {
	struct weigh_oid oid;
	struct weigh_gitid git;
	uint64_t size;
	int64_t modified; /* by the commit that changed it last */
	bool lfs;
	bool directory;
	bool absent;
	unsigned pointer_size; /* lfs only */
};

static void
keep_entry(void *ctx, const struct catalog_entry *e)
{
	*(struct found *)ctx = (struct found){
		.oid = e->oid,
		.git = e->git,
		.size = e->size,
		.modified = e->last_date,
		.lfs = e->lfs,
		.directory = e->directory,
		.absent = e->absent,
		.pointer_size = e->pointer_size,
	};
}

/* The fields that clients read: the ETag is the SHA-256 for LFS files, else the
 * git blob's id. */
static void
describe(struct http_reply *r, const struct found *f)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&f->oid, r->blob);
	if (f->lfs) {
		weigh_oid_hex(&f->oid, hex);
		http_reply_field(r, "X-Linked-ETag", "\"%s\"", hex);
		http_reply_field(r, "X-Linked-Size", "%" PRIu64, f->size);
	} else {
		weigh_gitid_hex(&f->git, hex);
	}
	snprintf(r->etag, sizeof(r->etag), "\"%s\"", hex);
	r->type = "application/octet-stream";
	r->is_file = true;
	r->modified = f->modified;
	r->size = f->size;
}

static bool
wants_bytes(const struct ask *ask)
{
	const struct http_reply *r = &ask->task.reply;
	const struct http_entity e = {
		.etag = r->etag,
		.modified = r->modified,
		.size = r->size,
	};

	return http_wants_bytes(ask->task.x, &e);
}

/* The file that the request names; false: the reply says why not. */
static bool
find_file(struct ask *ask, struct catalog_reader *reader, struct found *f)
{
	struct http_reply *r = &ask->task.reply;
	enum weigh_code rc;

	if (!ask_revision_of_file(ask, reader))
		return false;
	rc = catalog_entry(reader, &ask->match.repo, &ask->commit,
	    ask->match.path, keep_entry, f, &r->err);
	if (rc == WEIGH_OK && f->directory)
		rc = weigh_fail(&r->err, WEIGH_NOT_FOUND,
		    "'%s' is a folder of '%s'", ask->match.path,
		    ask->match.repo.name);
	if (rc != WEIGH_OK)
		ask_lacks(ask, rc, WEIGH_HUB_NO_ENTRY);
	return rc == WEIGH_OK;
}

/* Open its bytes by the gate; HEAD, 304 and the like carry none: ask, but open
 * nothing. */
static void
open_file(struct ask *ask, struct catalog_reader *reader, const struct found *f)
{
	struct http_reply *r = &ask->task.reply;
	struct gate *gate = ask->serve->parts.gate;
	enum weigh_code rc;

	if (wants_bytes(ask))
		ask_counts(ask, reader, !f->absent);
	if (ask_lied(ask, &f->oid) ||
	    (f->absent &&
		ask_bring(ask, reader, ask->match.path, &f->oid,
		    wants_bytes(ask))))
		return;
	if (wants_bytes(ask))
		rc = gate_open(gate, reader, WEIGH_DOOR_HUB, &f->oid, f->size,
		    &r->fd, &r->err);
	else
		rc = gate_ask(gate, reader, WEIGH_DOOR_HUB, &f->oid, f->size,
		    &r->err);
	if (rc == WEIGH_OK)
		return;
	/* The revision has this file; its bytes are what is missing. */
	r->status = 503;
	weigh_what(&r->err, "cannot give out '%s' of '%s': %s", ask->match.path,
	    ask->match.repo.name, r->err.why);
	weigh_fix(&r->err,
	    "publish the file again on the mirror, or try later");
	ask_fail(ask, rc, NULL);
}

void
serve_resolve(struct ask *ask, struct catalog_reader *reader)
{
	struct found f = { .directory = true };

	if (!find_file(ask, reader, &f))
		return;
	describe(&ask->task.reply, &f);
	ask_notices(ask, reader);
	open_file(ask, reader, &f);
}

/* The pointer is not read: it has one form, and says what the entry does. */
static void
send_pointer(struct ask *ask, const struct found *f)
{
	const struct weigh_pointer pointer = { .oid = f->oid, .size = f->size };
	struct http_reply *r = &ask->task.reply;
	char text[WEIGH_POINTER_TEXT];
	size_t len = weigh_pointer_print(&pointer, text);

	if (len != f->pointer_size) {
		ask_fail(ask,
		    weigh_fail(&r->err, WEIGH_BUG,
			"the pointer of '%s' has %u bytes, not %zu",
			ask->match.path, f->pointer_size, len),
		    NULL);
		return;
	}
	weigh_buf_add(&r->body, text, len);
	r->modified = f->modified;
}

void
serve_raw(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct found f = { .directory = true };
	char hex[WEIGH_GITID_HEX + 1];

	if (!find_file(ask, reader, &f))
		return;
	if (f.lfs) {
		send_pointer(ask, &f);
	} else {
		describe(r, &f);
		open_file(ask, reader, &f);
	}
	weigh_gitid_hex(&f.git, hex);
	snprintf(r->etag, sizeof(r->etag), "\"%s\"", hex);
	r->type = "text/plain; charset=utf-8";
}
