/*
 * commit: one commit, from what git holds to the catalog.  Its blobs are recorded
 * as not yet verified: the first who asks for them has them hashed.  See priv.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weigh/manifest.h>

#include "about.h"
#include "base/fd.h"
#include "priv.h"

/* The entries of a commit, with paths of our own. */
struct listing {
	struct catalog_entry *entries;
	size_t count, room;
	uint64_t files, bytes;
};

static void
listing_free(struct listing *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		free((char *)(uintptr_t)l->entries[i].path);
	free(l->entries);
}

static bool
listing_grow(struct listing *l)
{
	size_t room = l->room == 0 ? 64 : 2 * l->room;
	struct catalog_entry *bigger;

	if (l->count < l->room)
		return true;
	bigger = realloc(l->entries, room * sizeof(*bigger));
	if (bigger == NULL)
		return false;
	l->entries = bigger;
	l->room = room;
	return true;
}

static enum weigh_code
listing_add(void *ctx, const struct repo_entry *e, struct weigh_err *err)
{
	struct listing *l = ctx;
	char *path;

	if (!listing_grow(l) || (path = strdup(e->path)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	l->entries[l->count++] = (struct catalog_entry){
		.path = path,
		.directory = e->directory,
		.git = e->git,
		.size = e->size,
		.oid = e->oid,
		.lfs = e->lfs,
		.pointer_size = e->pointer_size,
	};
	if (!e->directory) {
		l->files++;
		l->bytes += e->size;
	}
	return WEIGH_OK;
}

/* The manifest's digest, and the blobs, each as not verified: a stamp of zeros
 * is no file's. */
static enum weigh_code
derive(const struct listing *l, struct weigh_oid *manifest,
    struct catalog_blob *blobs, struct weigh_err *err)
{
	struct weigh_file *files = calloc(l->files + 1, sizeof(*files));
	struct weigh_buf text;
	enum weigh_code rc;
	size_t i, n = 0;

	if (files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 0; i < l->count; i++) {
		const struct catalog_entry *e = &l->entries[i];

		if (e->directory)
			continue;
		blobs[n] = (struct catalog_blob){ .oid = e->oid,
			.size = e->size };
		files[n++] = (struct weigh_file){
			.path = e->path,
			.size = e->size,
			.oid = e->oid,
			.git = e->git,
			.lfs = e->lfs,
		};
	}
	weigh_buf_init(&text, WEIGH_MANIFEST_MAX);
	rc = weigh_manifest_print(&text, files, n, err);
	if (rc == WEIGH_OK && !weigh_oid_of(manifest, text.data, text.len))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_buf_free(&text);
	free(files);
	return rc;
}

/* The files of a revision that the store holds, for gate_about_read. */
struct held {
	struct gate *gate;
	const struct listing *listing;
};

static const struct catalog_entry *
find_entry(const struct listing *l, const char *path)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (strcmp(l->entries[i].path, path) == 0)
			return &l->entries[i];
	return NULL;
}

/* Only bytes that are what the revision says. */
static bool
read_text(void *ctx, const char *path, struct weigh_buf *out)
{
	const struct held *h = ctx;
	const struct catalog_entry *e = find_entry(h->listing, path);
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

/* Is a failure to admit what git holds the repository's fault? */
static bool
is_theirs(enum weigh_code rc)
{
	return rc == WEIGH_EXISTS || rc == WEIGH_MISMATCH;
}

static enum weigh_code
admit(struct gate *g, struct gate_found *c, const struct listing *l,
    const struct catalog_blob *blobs, const struct weigh_oid *manifest,
    struct weigh_err *err)
{
	struct held held = { g, l };
	struct gate_about about;
	char origin[256];
	struct catalog_revision revision;
	struct catalog_admission a;
	enum weigh_code rc;

	snprintf(origin, sizeof(origin), "%s", c->origin);
	if ((rc = journal(g, c, manifest, origin, err)) != WEIGH_OK) {
		c->ours = true;
		return rc;
	}
	gate_about_read(&about, read_text, &held);
	revision = (struct catalog_revision){
		.commit = c->history->id,
		.parent = c->history->parent,
		.manifest = *manifest,
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
		.nblobs = l->files,
		.intent = c->intent,
		.now = time(NULL),
		.visibility = c->visibility,
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
	struct weigh_oid manifest;
	enum weigh_code rc;

	c->ours = false;
	rc = repo_each_entry(c->repo, &c->history->id, listing_add, &l, err);
	if (rc != WEIGH_OK)
		goto out;
	if ((blobs = calloc(l.files + 1, sizeof(*blobs))) == NULL) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	if ((rc = derive(&l, &manifest, blobs, err)) != WEIGH_OK)
		goto out;
	rc = admit(g, c, &l, blobs, &manifest, err);
	c->bytes = l.bytes;
out:
	c->ours = c->ours || rc == WEIGH_NOMEM;
	listing_free(&l);
	free(blobs);
	return rc;
}
