/*
 * recover: what a start does about the last run's end.  See gate.h.
 *
 * An intent whose ref has moved is finished from what git holds; one whose ref has
 * not is taken back.  Blobs of a revision that is finished here are recorded as
 * not yet verified: the first who asks for them has them hashed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weigh/card.h>
#include <weigh/manifest.h>

#include "base/fd.h"
#include "log/log.h"
#include "priv.h"

#define CARD_MAX (1u << 20) /* bytes of README.md that are looked at */

/* --- one commit, from git to the catalog ------------------------------------- */

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

/* Split "refs/heads/main" or "refs/tags/v1"; NULL for other refs. */
static const char *
short_ref(const char *full, enum catalog_ref_kind *kind)
{
	*kind = CATALOG_BRANCH;
	if (strncmp(full, "refs/heads/", 11) == 0)
		return full + 11;
	*kind = CATALOG_TAG;
	if (strncmp(full, "refs/tags/", 10) == 0)
		return full + 10;
	return NULL;
}

/* The license that the revision's model card declares, if the card is held and is
 * what the revision says. */
static void
declared_license(struct gate *g, const struct catalog_entry *card, char *out,
    size_t size)
{
	struct weigh_buf text;
	struct weigh_oid oid;
	struct stamp stamp;
	char *room;
	int fd = -1;

	if (card->size > CARD_MAX || card->size == 0)
		return;
	weigh_buf_init(&text, CARD_MAX);
	room = weigh_buf_room(&text, (size_t)card->size);
	if (room != NULL &&
	    store_open_blob(g->parts.store, &card->oid, &fd, &stamp, NULL) ==
		WEIGH_OK &&
	    fd_pread_all(fd, room, (size_t)card->size, 0, NULL) == WEIGH_OK &&
	    weigh_oid_of(&oid, room, (size_t)card->size) &&
	    weigh_oid_equal(&oid, &card->oid))
		weigh_card_license(room, (size_t)card->size, out, size);
	fd_close(&fd);
	weigh_buf_free(&text);
}

static const struct catalog_entry *
find_card(const struct listing *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (strcmp(l->entries[i].path, "README.md") == 0)
			return &l->entries[i];
	return NULL;
}

/* Journal it unless an earlier run did; learn the origin if it did. */
static enum weigh_code
journal(struct gate *g, const struct weigh_repo *name, const char *ref,
    const struct weigh_gitid *commit, const struct weigh_oid *manifest,
    char origin[256], struct weigh_err *err)
{
	struct audit_entry entry = {
		.event = AUDIT_ADMIT,
		.time = time(NULL),
		.repo = name,
		.ref = ref,
		.revision = *commit,
		.manifest = *manifest,
		.origin = origin,
	};
	char known[256];
	bool found;
	enum weigh_code rc;

	rc = audit_find_admit(g->parts.audit, name, commit, known,
	    sizeof(known), &found, err);
	if (rc != WEIGH_OK)
		return rc;
	if (!found)
		return audit_append(g->parts.audit, &entry, err);
	memcpy(origin, known, sizeof(known));
	return WEIGH_OK;
}

enum weigh_code
gate_admit_commit(struct gate *g, const struct weigh_repo *name,
    struct repo *repo, const struct repo_history *commit, const char *ref,
    const char *origin, int64_t intent, struct weigh_err *err)
{
	struct listing l = { 0 };
	struct catalog_blob *blobs = NULL;
	const struct catalog_entry *card;
	struct weigh_oid manifest;
	char license[128] = "", source[256];
	struct catalog_revision revision;
	struct catalog_admission a;
	enum weigh_code rc;

	snprintf(source, sizeof(source), "%s", origin);
	rc = repo_each_entry(repo, &commit->id, listing_add, &l, err);
	if (rc != WEIGH_OK)
		goto out;
	if ((blobs = calloc(l.files + 1, sizeof(*blobs))) == NULL) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	if ((rc = derive(&l, &manifest, blobs, err)) != WEIGH_OK)
		goto out;
	rc = journal(g, name, ref, &commit->id, &manifest, source, err);
	if (rc != WEIGH_OK)
		goto out;
	if ((card = find_card(&l)) != NULL)
		declared_license(g, card, license, sizeof(license));
	revision = (struct catalog_revision){
		.commit = commit->id,
		.parent = commit->parent,
		.manifest = manifest,
		.date = commit->date,
		.title = commit->title,
		.origin = source,
		.license = license,
		.files = l.files,
		.bytes = l.bytes,
	};
	a = (struct catalog_admission){
		.repo = *name,
		.revision = &revision,
		.entries = l.entries,
		.nentries = l.count,
		.blobs = blobs,
		.nblobs = l.files,
		.intent = intent,
		.now = time(NULL),
	};
	a.ref = short_ref(ref, &a.ref_kind);
	rc = catalog_admit(g->parts.catalog, &a, err);
out:
	listing_free(&l);
	free(blobs);
	return rc;
}

/* --- intents ---------------------------------------------------------------------- */

struct recovery {
	struct gate *gate;
	struct catalog_reader *reader;
	const struct catalog_intent *intent;
	struct repo *repo;
	const struct weigh_repo *name;
	const char *ref;
	bool back;     /* take back also what could be finished */
	int64_t again; /* the intent to make the catalog again; 0: none */
	unsigned restored;
};

/* Of a history, admit only its last commit. */
struct tip {
	struct recovery *r;
	struct weigh_gitid id;
};

static enum weigh_code
finish_tip(void *ctx, const struct repo_history *h, struct weigh_err *err)
{
	struct tip *tip = ctx;
	const struct catalog_intent *intent = tip->r->intent;

	if (!weigh_gitid_equal(&h->id, &tip->id))
		return WEIGH_OK;
	tip->r->restored++;
	return gate_admit_commit(tip->r->gate, &intent->repo, tip->r->repo, h,
	    intent->ref, intent->origin, intent->id, err);
}

/* No row names these blobs: nobody was told of them. */
static enum weigh_code
take_back(struct recovery *r, struct weigh_err *err)
{
	const struct catalog_intent *intent = r->intent;
	struct catalog_blob blob;
	enum catalog_blob_state state;
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	for (i = 0; i < intent->nblobs && rc == WEIGH_OK; i++) {
		rc = catalog_blob(r->reader, &intent->blobs[i], &blob, &state,
		    err);
		if (rc == WEIGH_NOT_FOUND)
			rc = store_delete(r->gate->parts.store,
			    &intent->blobs[i], err);
	}
	if (rc == WEIGH_OK)
		rc = catalog_unintend(r->gate->parts.catalog, intent->id, err);
	return rc;
}

static enum weigh_code
settle_intent(void *ctx, const struct catalog_intent *intent,
    struct weigh_err *err)
{
	struct recovery *r = ctx;
	struct tip tip = { .r = r };
	bool moved = false;
	enum weigh_code rc;

	if (intent->ref[0] == '\0') {
		r->again = intent->id;
		return WEIGH_OK;
	}
	r->intent = intent;
	r->repo = NULL;
	rc = repo_open(r->gate->parts.repos, &intent->repo, false, &r->repo,
	    err);
	if (rc == WEIGH_OK)
		rc = repo_ref(r->repo, intent->ref, &tip.id, err);
	if (rc == WEIGH_OK)
		moved = !weigh_gitid_equal(&tip.id, &intent->old);
	if (rc == WEIGH_NOT_FOUND)
		rc = WEIGH_OK;
	if (rc == WEIGH_OK && moved && r->back) {
		rc = audit_withdraw(r->gate->parts.audit, &intent->repo,
		    &tip.id, err);
		if (rc == WEIGH_OK)
			rc = repo_move_ref(r->repo, intent->ref, &tip.id,
			    &intent->old, err);
		moved = false;
	}
	if (rc == WEIGH_OK && moved)
		rc = repo_each_commit(r->repo, &tip.id, finish_tip, &tip, err);
	else if (rc == WEIGH_OK)
		rc = take_back(r, err);
	log_event(LOG_INFO_LEVEL, moved ? "finished" : "taken-back", "repo",
	    intent->repo.name, "ref", intent->ref, NULL);
	repo_close(r->repo);
	return weigh_context(err, rc, "cannot settle what was begun for '%s'",
	    intent->repo.name);
}

/* Locks that could not be removed go first; a repository that is left without a
 * ref goes last. */
static enum weigh_code
settle_now(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct recovery r = { .gate = g, .reader = ctx, .back = true };
	enum weigh_code rc;

	if (catalog_in_doubt(g->parts.catalog)) {
		weigh_fail(err, WEIGH_IO, "the catalog is in doubt");
		weigh_fix(err, "check the disk, then restart weighd");
		return WEIGH_IO;
	}
	rc = repo_root_sweep(g->parts.repos, err);
	if (rc == WEIGH_OK)
		rc = catalog_intents(g->parts.catalog, settle_intent, &r, err);
	if (rc == WEIGH_OK)
		rc = repo_root_sweep(g->parts.repos, err);
	return rc;
}

enum weigh_code
gate_settle(struct gate *g, struct catalog_reader *reader,
    struct weigh_err *err)
{
	enum weigh_code rc = gate_on_writer(g, settle_now, reader, err);

	g->unsettled = rc != WEIGH_OK;
	return rc;
}

/* --- the catalog again from the repositories ------------------------------------------ */

static enum weigh_code
readmit_commit(void *ctx, const struct repo_history *h, struct weigh_err *err)
{
	struct recovery *r = ctx;

	r->restored++;
	return gate_admit_commit(r->gate, r->name, r->repo, h, r->ref,
	    "found in the repository", 0, err);
}

static enum weigh_code
readmit_ref(void *ctx, const char *ref, const struct weigh_gitid *id,
    struct weigh_err *err)
{
	struct recovery *r = ctx;
	enum catalog_ref_kind kind;

	if (short_ref(ref, &kind) == NULL)
		return WEIGH_OK;
	r->ref = ref;
	return repo_each_commit(r->repo, id, readmit_commit, r, err);
}

static enum weigh_code
readmit_repo(void *ctx, const struct weigh_repo *name, struct weigh_err *err)
{
	struct recovery *r = ctx;
	enum weigh_code rc;

	r->name = name;
	rc = repo_open(r->gate->parts.repos, name, false, &r->repo, err);
	if (rc == WEIGH_OK)
		rc = repo_each_ref(r->repo, readmit_ref, r, err);
	repo_close(r->repo);
	r->repo = NULL;
	return weigh_context(err, rc, "repository '%s'", name->name);
}

/* Killed on the way, the catalog is not empty and not whole; so this too is
 * written down first, as an intent without a ref. */
static enum weigh_code
make_again(struct recovery *r, struct weigh_err *err)
{
	struct catalog *catalog = r->gate->parts.catalog;
	struct catalog_intent all = { .origin = "the catalog made again" };
	enum weigh_code rc = WEIGH_OK;

	if (r->again == 0) {
		rc = catalog_intend(catalog, &all, err);
		r->again = all.id;
	}
	if (rc == WEIGH_OK)
		rc = repo_root_each(r->gate->parts.repos, readmit_repo, r, err);
	if (rc == WEIGH_OK)
		rc = catalog_unintend(catalog, r->again, err);
	return rc;
}

enum weigh_code
gate_recover(struct gate *g, struct catalog_reader *reader, unsigned *restored,
    struct weigh_err *err)
{
	struct recovery r = { .gate = g, .reader = reader };
	struct catalog_totals totals = { 0 };
	enum weigh_code rc;

	rc = catalog_intents(g->parts.catalog, settle_intent, &r, err);
	if (rc == WEIGH_OK)
		rc = repo_root_sweep(g->parts.repos, err);
	if (rc == WEIGH_OK)
		rc = catalog_totals(reader, &totals, err);
	if (rc == WEIGH_OK && (totals.repos == 0 || r.again != 0))
		rc = make_again(&r, err);
	*restored = r.restored;
	return rc;
}
