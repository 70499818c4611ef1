/* resolve: the bytes of a file, GET and HEAD /{repo}/resolve/{rev}/{path}. */
#include <inttypes.h>
#include <stdio.h>

#include "priv.h"

struct found {
	struct weigh_oid oid;
	struct weigh_gitid git;
	uint64_t size;
	int64_t modified; /* by the commit that changed it last */
	bool lfs;
	bool directory;
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

void
serve_resolve(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct found f = { .directory = true };
	enum weigh_code rc;

	if (!ask_revision(ask, reader))
		return;
	rc = catalog_entry(reader, &ask->match.repo, &ask->commit,
	    ask->match.path, keep_entry, &f, &r->err);
	if (rc == WEIGH_OK && f.directory)
		rc = weigh_fail(&r->err, WEIGH_NOT_FOUND,
		    "'%s' is a folder of '%s'", ask->match.path,
		    ask->match.repo.name);
	if (rc != WEIGH_OK) {
		ask_fail(ask, rc,
		    rc == WEIGH_NOT_FOUND ? "EntryNotFound" : NULL);
		return;
	}
	describe(r, &f);
	/* HEAD, 304 and the like carry no bytes: ask, but open nothing. */
	if (wants_bytes(ask))
		rc = gate_open(ask->serve->parts.gate, reader, WEIGH_DOOR_HUB,
		    &f.oid, f.size, &r->fd, &r->err);
	else
		rc = gate_ask(ask->serve->parts.gate, reader, WEIGH_DOOR_HUB,
		    &f.oid, f.size, &r->err);
	if (rc != WEIGH_OK) {
		/* The revision has this file; its bytes are what is missing. */
		r->status = 503;
		weigh_what(&r->err, "cannot give out '%s' of '%s': %s",
		    ask->match.path, ask->match.repo.name, r->err.why);
		weigh_fix(&r->err,
		    "publish the file again on the mirror, or try later");
		ask_fail(ask, rc, NULL);
	}
}
