/*
 * commit: one commit, from what git holds to the catalog.  Its blobs are recorded
 * as not yet verified: the first who asks for them has them hashed.  See priv.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "about.h"
#include "base/fd.h"
#include "priv.h"

/* The files of a revision that the store holds, for gate_about_read. */
struct held {
	struct gate *gate;
	const struct listing *listing;
};

/* Only bytes that are what the revision says. */
static bool
read_text(void *ctx, const char *path, struct weigh_buf *out)
{
	const struct held *h = ctx;
	const struct catalog_entry *e = listing_find(h->listing, path);
	struct weigh_oid oid;
	struct stamp stamp;
	bool ok = false;
	char *room;
	int fd = -1;

	if (e == NULL || e->directory || e->size == 0 || e->size > out->max)
		return false;
	room = weigh_buf_room(out, (size_t)e->size);
	if (room != NULL &&
	    store_open_blob(h->gate->parts.store, &e->oid, &fd, &stamp, NULL) ==
		WEIGH_OK &&
	    fd_pread_all(fd, room, (size_t)e->size, 0, NULL) == WEIGH_OK &&
	    weigh_oid_of(&oid, room, (size_t)e->size))
		ok = weigh_oid_equal(&oid, &e->oid);
	fd_close(&fd);
	out->len += ok ? (size_t)e->size : 0;
	return ok;
}

/* Journal it unless an earlier run did; learn the origin if it did. */
static enum weigh_code
journal(struct gate *g, const struct gate_found *c,
    const struct weigh_oid *manifest, char origin[256], struct weigh_err *err)
{
	struct audit *audit = g->parts.audit;
	struct audit_entry entry = {
		.event = AUDIT_ADMIT,
		.time = time(NULL),
		.repo = c->name,
		.ref = c->ref != NULL ? c->ref : "",
		.revision = c->history->id,
		.manifest = *manifest,
		.origin = origin,
	};
	char known[256];
	const char *said;
	bool found;
	enum weigh_code rc;

	if (c->fresh)
		return audit_append(audit, &entry, err);
	if (c->ledger != NULL) {
		said = audit_ledger_origin(c->ledger, c->name, &c->history->id);
		if (said == NULL)
			return audit_append_unsynced(audit, &entry, err);
		snprintf(origin, 256, "%s", said);
		return WEIGH_OK;
	}
	rc = audit_find_admit(audit, c->name, &c->history->id, known,
	    sizeof(known), &found, err);
	if (rc != WEIGH_OK)
		return rc;
	if (!found)
		return audit_append(audit, &entry, err);
	memcpy(origin, known, sizeof(known));
	return WEIGH_OK;
}

/* What is known of its blobs: by the caller, or of a partial revision by whether a
 * file has the name. */
static enum weigh_code
look_at_blobs(struct gate *g, const struct gate_found *c,
    struct catalog_blob *blobs, size_t count, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct store_sight sight;

	if (c->blobs != NULL) {
		for (size_t i = 0; i < count; i++) {
			const struct catalog_blob *known =
			    listing_blob(c->blobs, c->nblobs, &blobs[i].oid);

			if (known != NULL)
				blobs[i] = *known;
		}
		return WEIGH_OK;
	}
	if (c->facts == NULL ||
	    weigh_repofile_find(c->facts, WEIGH_MARK_PARTIAL,
		&c->history->id) == NULL)
		return WEIGH_OK;
	for (size_t i = 0; rc == WEIGH_OK && i < count; i++) {
		rc = store_look(g->parts.store, &blobs[i].oid, &sight, err);
		blobs[i].absent = rc == WEIGH_OK && !sight.there;
	}
	return rc;
}

/* Is a failure to admit what git holds the repository's fault? */
static bool
is_theirs(enum weigh_code rc)
{
	return rc == WEIGH_EXISTS || rc == WEIGH_MISMATCH;
}

static enum weigh_code
admit(struct gate *g, struct gate_found *c, const struct listing *l,
    const struct catalog_blob *blobs, size_t nblobs, struct weigh_err *err)
{
	struct held held = { g, l };
	struct gate_about about;
	char origin[256];
	struct catalog_revision revision;
	struct catalog_admission a;
	enum weigh_code rc;

	snprintf(origin, sizeof(origin), "%s", c->origin);
	if ((rc = journal(g, c, &c->manifest, origin, err)) != WEIGH_OK) {
		c->ours = true;
		return rc;
	}
	c->journaled = true;
	gate_about_read(&about, read_text, &held);
	revision = (struct catalog_revision){
		.commit = c->history->id,
		.parent = c->history->parent,
		.manifest = c->manifest,
		.date = c->history->date,
		.title = c->history->title,
		.origin = origin,
		.files = l->files,
		.bytes = l->bytes,
	};
	gate_about_lend(&about, &revision);
	a = (struct catalog_admission){
		.repo = *c->name,
		.revision = &revision,
		.entries = l->entries,
		.nentries = l->count,
		.blobs = blobs,
		.nblobs = nblobs,
		.intent = c->intent,
		.now = time(NULL),
		.visibility = c->facts != NULL ? c->facts->visibility :
						 WEIGH_PUBLIC,
	};
	if (c->ref != NULL)
		a.ref = catalog_ref_short(c->ref, &a.ref_kind);
	rc = catalog_admit(g->parts.catalog, &a, err);
	gate_about_free(&about);
	c->ours = rc != WEIGH_OK && !is_theirs(rc);
	return rc;
}

enum weigh_code
gate_admit_commit(struct gate *g, struct gate_found *c, struct weigh_err *err)
{
	struct catalog_blob *blobs = NULL;
	struct listing l = { 0 };
	size_t nblobs = 0;
	enum weigh_code rc;

	c->ours = c->journaled = false;
	rc = repo_each_entry(c->repo, &c->history->id, listing_add, &l, err);
	if (rc == WEIGH_OK)
		rc = listing_blobs(&l, &blobs, &nblobs, err);
	if (rc == WEIGH_OK)
		rc = listing_manifest(&l, &c->manifest, err);
	if (rc == WEIGH_OK)
		rc = look_at_blobs(g, c, blobs, nblobs, err);
	if (rc == WEIGH_OK)
		rc = admit(g, c, &l, blobs, nblobs, err);
	c->bytes = l.bytes;
	c->ours = c->ours || rc == WEIGH_NOMEM;
	listing_free(&l);
	free(blobs);
	return rc;
}
