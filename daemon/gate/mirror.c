/*
 * mirror: a revision of somebody else becomes one of ours.  See mirror.h.
 *
 *     receive      small files get names (LFS ones have theirs)   nobody names them: gc's
 *     intend       what is about to happen                        unintend
 *     facts        where it comes from; is it partial             as they were
 *     stage_give   objects, no ref                                (unreferenced; harmless)
 *     move_ref     git knows                                      move it back
 *     admit        journal, then catalog know                     withdraw the line
 *
 * The last three are those of every revision (making.c), so a start finishes or takes
 * back this one as it does others, and reads the facts for what git does not hold.
 */
#include "gate/mirror.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gate/texts.h"
#include "kept.h"
#include "making.h"
#include "turn.h"

#define SMALL_BATCH 256       /* small files that get their names at once */
#define SMALL_MAX (64u << 20) /* bytes of one, and of a batch about */

struct mirroring {
	struct making making; /* first: a step's making is the mirroring's */
	struct gate_mirrored *m;
	struct listing listing;
	struct catalog_blob *blobs; /* each distinct one, sorted */
	size_t nblobs;
	struct weigh_repofile facts, was;
	bool known; /* the catalog has this revision */
	bool wrote; /* the facts, over `was` */
	char origin[256];
};

/* --- what the revision holds ---------------------------------------------------- */

static enum weigh_code
read_listing(struct mirroring *s, struct weigh_err *err)
{
	enum weigh_code rc;

	rc = stage_each_entry(s->m->stage, &s->m->commit, listing_add,
	    &s->listing, err);
	if (rc == WEIGH_OK)
		rc = listing_blobs(&s->listing, &s->blobs, &s->nblobs, err);
	return rc;
}

/* --- small files ------------------------------------------------------------------- */

/* Files on their way to their names. */
struct batch {
	struct store_writer *writers[SMALL_BATCH];
	const struct catalog_entry *entries[SMALL_BATCH];
	struct store_blob blobs[SMALL_BATCH];
	size_t n;
	uint64_t bytes;
};

static void
drop_batch(struct batch *b)
{
	while (b->n > 0)
		store_abandon(b->writers[--b->n]);
	b->bytes = 0;
}

/* Their syncs meet, their names last together, their rows are one transaction. */
static enum weigh_code
send_batch(struct mirroring *s, struct batch *b, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	if (b->n > 0)
		rc = store_seal_many(b->writers, b->n, b->blobs, err);
	for (size_t i = 0; rc == WEIGH_OK && i < b->n; i++)
		if (!weigh_oid_equal(&b->blobs[i].oid, &b->entries[i]->oid))
			rc = weigh_fail(err, WEIGH_MISMATCH,
			    "'%s' did not stay what it was",
			    b->entries[i]->path);
	if (rc == WEIGH_OK && b->n > 0)
		rc = gate_receive_many(s->making.gate, s->making.reader,
		    b->writers, b->blobs, b->n, s->m->who, err);
	drop_batch(b);
	return rc;
}

/* Does the catalog have it, and is its file there?  Whether the bytes are right is
 * asked when it is admitted. */
static enum weigh_code
seems_held(struct mirroring *s, const struct weigh_oid *oid, bool *held,
    struct weigh_err *err)
{
	struct catalog_blob blob;
	enum catalog_blob_state state;
	struct store_sight sight;
	enum weigh_code rc;

	*held = false;
	rc = catalog_known_blob(s->making.reader, oid, &blob, &state, err);
	if (rc == WEIGH_NOT_FOUND)
		return WEIGH_OK;
	if (rc != WEIGH_OK || state != CATALOG_GOOD || blob.absent)
		return rc;
	rc = store_look(s->making.gate->parts.store, oid, &sight, err);
	*held = rc == WEIGH_OK && sight.there;
	return rc;
}

static enum weigh_code
add_small(struct mirroring *s, const struct catalog_entry *e, struct batch *b,
    struct weigh_err *err)
{
	struct store_writer *w = NULL;
	struct weigh_buf bytes;
	enum weigh_code rc;

	weigh_buf_init(&bytes, SMALL_MAX);
	rc = stage_blob(s->m->stage, &e->git, &bytes, err);
	if (rc == WEIGH_OK)
		rc = store_begin(s->making.gate->parts.store, bytes.len, &w,
		    err);
	if (rc == WEIGH_OK && bytes.len > 0)
		rc = store_append(w, bytes.data, bytes.len, err);
	weigh_buf_free(&bytes);
	if (rc != WEIGH_OK) {
		store_abandon(w);
		return weigh_context(err, rc, "'%s'", e->path);
	}
	b->entries[b->n] = e;
	b->writers[b->n++] = w;
	b->bytes += e->size;
	return WEIGH_OK;
}

static bool
is_full(const struct batch *b)
{
	return b->n == SMALL_BATCH || b->bytes >= SMALL_MAX;
}

/* They came with the stage, and are held whatever is selected. */
static enum weigh_code
receive_small(struct mirroring *s, struct weigh_err *err)
{
	struct batch *b = calloc(1, sizeof(*b));
	enum weigh_code rc = WEIGH_OK;
	bool held;

	if (b == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; rc == WEIGH_OK && i < s->listing.count; i++) {
		const struct catalog_entry *e = &s->listing.entries[i];

		if (e->directory || e->lfs)
			continue;
		rc = seems_held(s, &e->oid, &held, err);
		if (rc == WEIGH_OK && !held)
			rc = add_small(s, e, b, err);
		if (rc == WEIGH_OK && is_full(b))
			rc = send_batch(s, b, err);
	}
	if (rc == WEIGH_OK)
		rc = send_batch(s, b, err);
	drop_batch(b);
	free(b);
	return rc;
}

/* --- what of it is held --------------------------------------------------------------- */

static enum weigh_code
find_held(struct mirroring *s, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	bool held;

	for (size_t i = 0; rc == WEIGH_OK && i < s->nblobs; i++) {
		rc = gate_holds(s->making.gate, s->making.reader, &s->blobs[i],
		    &held, err);
		s->blobs[i].absent = !held;
		if (!held)
			s->blobs[i].stamp = (struct stamp){ 0 };
	}
	return rc;
}

static bool
is_selected(const struct gate_mirrored *m, const struct catalog_entry *e)
{
	return m->selected == NULL || m->selected(m->ctx, e->path, e->size);
}

/* (14) */
static enum weigh_code
may_name(struct mirroring *s, const struct catalog_entry *e,
    struct weigh_err *err)
{
	uint64_t size;
	enum weigh_code rc;

	if (!e->lfs || s->m->who->may_read == NULL) /* small: it came */
		return WEIGH_OK;
	rc = gate_may_use(s->making.gate, s->making.reader, &e->oid, s->m->who,
	    &size, err);
	return rc == WEIGH_NOT_FOUND ?
	    weigh_fail(err, WEIGH_NOT_YET, "'%s' is not here yet", e->path) :
	    rc;
}

/* Is every file here that must be?  And how much is. */
static enum weigh_code
count_held(struct mirroring *s, struct weigh_err *err)
{
	struct gate_mirrored *m = s->m;
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < s->listing.count; i++) {
		const struct catalog_entry *e = &s->listing.entries[i];

		if (e->directory)
			continue;
		if (listing_blob(s->blobs, s->nblobs, &e->oid)->absent) {
			if (!m->partial && is_selected(m, e))
				rc = weigh_fail(err, WEIGH_NOT_YET,
				    "'%s' is not here yet", e->path);
			continue;
		}
		rc = may_name(s, e, err);
		m->files++;
		m->bytes += e->size;
	}
	m->all_files = s->listing.files;
	m->all_bytes = s->listing.bytes;
	return rc;
}

/* --- may it have the name? --------------------------------------------------------------- */

static void
see_revision(void *ctx, const struct catalog_revision *revision)
{
	(void)revision;
	*(bool *)ctx = true;
}

static enum weigh_code
knows_revision(struct mirroring *s, const struct weigh_gitid *commit,
    bool *known, struct weigh_err *err)
{
	enum weigh_code rc;

	*known = false;
	rc = catalog_revision(s->making.reader, &s->m->repo, commit,
	    see_revision, known, err);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

/* The name is free, or a mirror has it. */
static enum weigh_code
check_name(struct mirroring *s, struct weigh_err *err)
{
	struct repo_root *repos = s->making.gate->parts.repos;
	const struct weigh_repo *name = &s->m->repo;
	struct weigh_repo held;
	enum weigh_code rc;

	rc = catalog_find_repo(s->making.reader, name, &held, err);
	if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND)
		return rc;
	if (rc == WEIGH_OK && strcmp(held.name, name->name) != 0)
		return weigh_fail(err, WEIGH_EXISTS,
		    "the name is taken: '%s' is held here, and names that "
		    "differ only in case are one name",
		    held.name);
	weigh_err_clear(err);
	s->making.created = !repo_is_there(repos, name);
	if (s->making.created)
		return WEIGH_OK;
	rc = repo_read_facts(repos, name, &s->was, err);
	if (rc == WEIGH_OK && s->was.source[0] == '\0') {
		rc = weigh_fail(err, WEIGH_EXISTS,
		    "'%s' was published here: nothing is mirrored over it",
		    name->name);
		weigh_fix(err,
		    "rename or remove it here if the other one is wanted");
	}
	return rc;
}

/* (16) What is in it already is shut with it: a repository is open as a whole.  A
 * failure behind this leaves it shut. */
static enum weigh_code
shut(struct mirroring *s, struct weigh_err *err)
{
	struct turn t = {
		.gate = s->making.gate,
		.reader = s->making.reader,
		.verb = CATALOG_SHOW,
		.repo = s->m->repo,
		.visibility = s->m->visibility,
		.origin = s->origin,
	};
	enum weigh_code rc;

	if (s->making.created || s->known ||
	    s->m->visibility <= s->was.visibility)
		return WEIGH_OK;
	rc = turn_run(&t, err);
	if (rc == WEIGH_OK)
		s->was.visibility = s->m->visibility;
	return rc;
}

/* The same again, to be changed. */
static enum weigh_code
edit_facts(struct mirroring *s, struct weigh_err *err)
{
	const struct gate_mirrored *m = s->m;
	struct weigh_repomark mark = { .kind = WEIGH_MARK_PARTIAL,
		.commit = m->commit };
	enum weigh_code rc = WEIGH_OK;

	if (s->making.created)
		s->facts.visibility = m->visibility;
	else
		rc = repo_read_facts(s->making.gate->parts.repos, &m->repo,
		    &s->facts, err);
	if (rc == WEIGH_OK)
		rc = kept_set_source(&s->facts, m->source, m->partial, err);
	if (rc == WEIGH_OK && m->files < m->all_files)
		rc = weigh_repofile_mark(&s->facts, &mark, err);
	else if (rc == WEIGH_OK)
		(void)weigh_repofile_unmark(&s->facts, mark.kind, &mark.commit);
	if (rc != WEIGH_OK || weigh_gitid_is_zero(&m->told))
		return rc;
	mark.kind = WEIGH_MARK_TOLD;
	mark.told = m->told;
	return weigh_repofile_mark(&s->facts, &mark, err);
}

static enum weigh_code
check_ref(struct mirroring *s, struct weigh_err *err)
{
	const struct gate_mirrored *m = s->m;
	char hex[WEIGH_GITID_HEX + 1];
	char *ref = s->making.ref;
	size_t size = sizeof(s->making.ref);

	if (m->ref == NULL) {
		weigh_gitid_hex(&m->commit, hex);
		snprintf(ref, size, REPO_KEPT "%s", hex);
		return WEIGH_OK;
	}
	if (!weigh_rev_ok(m->ref, strlen(m->ref)))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "'%.255s' cannot be the name of a branch or tag", m->ref);
	snprintf(ref, size, "%s%s", catalog_ref_prefix(m->ref_kind), m->ref);
	return s->making.created ? WEIGH_OK :
				   gate_check_ref(s->making.reader, &m->repo,
				       m->ref_kind, m->ref, true, err);
}

/* --- a revision that is new ------------------------------------------------------------------ */

static struct mirroring *
mirroring_of(struct making *making)
{
	return (struct mirroring *)making;
}

/* Where the ref is, if it is there. */
static enum weigh_code
find_tip(struct making *m, struct weigh_err *err)
{
	struct weigh_gitid commit;
	enum weigh_code rc;

	if (m->created)
		return WEIGH_OK;
	rc = repo_open(m->gate->parts.repos, m->name, false, &m->repo, err);
	if (rc == WEIGH_OK)
		rc = repo_ref(m->repo, m->ref, &commit, &m->from, err);
	if (rc == WEIGH_NOT_FOUND && m->repo != NULL)
		rc = WEIGH_OK;
	m->unchanged = weigh_gitid_equal(&m->from, &m->commit.id);
	return rc;
}

static enum weigh_code
write_facts(struct making *m, struct weigh_err *err)
{
	struct mirroring *s = mirroring_of(m);
	enum weigh_code rc = WEIGH_OK;

	if (m->created)
		rc = repo_open(m->gate->parts.repos, m->name, true, &m->repo,
		    err);
	if (rc != WEIGH_OK)
		return rc;
	s->wrote = true;
	return repo_write_facts(m->gate->parts.repos, m->name, &s->facts, err);
}

static bool
is_admitted(void *ctx, const struct weigh_gitid *parent)
{
	bool known;

	return knows_revision(ctx, parent, &known, NULL) == WEIGH_OK && known;
}

static enum weigh_code
give(struct making *m, struct weigh_err *err)
{
	struct mirroring *s = mirroring_of(m);

	return stage_give(s->m->stage, &s->m->commit, m->repo, is_admitted, s,
	    err);
}

static enum weigh_code
admit_tip(void *ctx, const struct repo_history *h, struct weigh_err *err)
{
	struct mirroring *s = ctx;
	struct gate_found c = {
		.name = &s->m->repo,
		.repo = s->making.repo,
		.history = h,
		.ref = s->m->ref != NULL ? s->making.ref : NULL,
		.origin = s->origin,
		.intent = s->making.intent.id,
		.facts = &s->facts,
		.blobs = s->blobs,
		.nblobs = s->nblobs,
		.fresh = true,
	};
	enum weigh_code rc;

	if (!weigh_gitid_equal(&h->id, &s->m->commit))
		return WEIGH_OK;
	rc = gate_admit_commit(s->making.gate, &c, err);
	s->making.journaled = c.journaled;
	s->m->manifest = c.manifest;
	return rc;
}

static enum weigh_code
write_admission(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct mirroring *s = ctx;
	struct catalog *catalog = g->parts.catalog;
	enum weigh_code rc = catalog_begin(catalog, err);

	if (rc == WEIGH_OK) {
		rc = repo_each_commit(s->making.repo, &s->m->commit, admit_tip,
		    s, err);
		if (rc == WEIGH_OK)
			rc = gate_note_facts(catalog, &s->m->repo, &s->facts,
			    err);
		rc = catalog_end(catalog, rc, err);
	}
	s->making.doubt = rc != WEIGH_OK &&
	    (catalog_in_doubt(catalog) || audit_in_doubt(g->parts.audit));
	gate_changed(g);
	gate_read_texts(g);
	return rc;
}

static enum weigh_code
admit(struct making *m, struct weigh_err *err)
{
	return gate_on_writer(m->gate, write_admission, mirroring_of(m), err);
}

/* In the order in which they must last. */
static making_step *const steps[] = {
	find_tip,
	making_intend,
	write_facts,
	give,
	making_move_ref,
	admit,
};

static enum weigh_code
admit_new(struct mirroring *s, struct weigh_err *err)
{
	enum weigh_code rc = making_run(&s->making, steps,
	    sizeof(steps) / sizeof(steps[0]), err);

	/* A mark for a revision that did not come would say nothing, another
	 * source would. */
	if (rc != WEIGH_OK && s->wrote && !s->making.created &&
	    !s->making.doubt && !s->making.gate->unsettled)
		(void)repo_write_facts(s->making.gate->parts.repos, &s->m->repo,
		    &s->was, NULL);
	return rc;
}

/* --- a revision that is known ------------------------------------------------------------------- */

static void
see_manifest(void *ctx, const struct catalog_revision *revision)
{
	*(struct weigh_oid *)ctx = revision->manifest;
}

static enum weigh_code
lead_ref(struct mirroring *s, struct weigh_err *err)
{
	struct making *m = &s->making;
	struct turn t = {
		.gate = m->gate,
		.reader = m->reader,
		.verb = CATALOG_MAKE_REF,
		.repo = s->m->repo,
		.commit = s->m->commit,
		.origin = s->origin,
	};
	enum weigh_code rc = WEIGH_OK;

	if (s->m->ref == NULL)
		return WEIGH_OK;
	memcpy(t.ref, m->ref, sizeof(t.ref));
	if ((rc = find_tip(m, err)) != WEIGH_OK || m->unchanged)
		return rc;
	t.from = m->from;
	return turn_run(&t, err);
}

/* It gains what is held by now, and the ref moves: each whole or not at all. */
static enum weigh_code
admit_known(struct mirroring *s, struct weigh_err *err)
{
	struct weigh_buf was, now;
	enum weigh_code rc = WEIGH_OK;

	weigh_buf_init(&was, WEIGH_REPOFILE_MAX);
	weigh_buf_init(&now, WEIGH_REPOFILE_MAX);
	if (!weigh_repofile_print(&was, &s->was) ||
	    !weigh_repofile_print(&now, &s->facts))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else if (was.len != now.len || memcmp(was.data, now.data, now.len) != 0)
		rc = kept_change(s->making.gate, s->making.reader, &s->m->repo,
		    &s->facts, err);
	weigh_buf_free(&was);
	weigh_buf_free(&now);
	if (rc == WEIGH_OK)
		rc = lead_ref(s, err);
	if (rc == WEIGH_OK)
		rc = catalog_revision(s->making.reader, &s->m->repo,
		    &s->m->commit, see_manifest, &s->m->manifest, err);
	return rc;
}

/* --- the whole --------------------------------------------------------------------------------------- */

static enum weigh_code
mirror(struct mirroring *s, struct weigh_err *err)
{
	enum weigh_code rc = gate_tidy_held(s->making.gate, s->making.reader,
	    err);

	if (rc == WEIGH_OK)
		rc = check_name(s, err);
	if (rc == WEIGH_OK)
		rc = check_ref(s, err);
	if (rc == WEIGH_OK)
		rc = find_held(s, err);
	if (rc == WEIGH_OK)
		rc = count_held(s, err);
	if (rc == WEIGH_OK)
		rc = knows_revision(s, &s->m->commit, &s->known, err);
	if (rc == WEIGH_OK)
		rc = shut(s, err);
	if (rc == WEIGH_OK)
		rc = edit_facts(s, err);
	if (rc != WEIGH_OK)
		return rc;
	return s->known ? admit_known(s, err) : admit_new(s, err);
}

enum weigh_code
gate_mirror(struct gate *g, struct catalog_reader *reader,
    struct gate_mirrored *m, struct weigh_err *err)
{
	struct mirroring s = {
		.making = { .gate = g, .reader = reader, .name = &m->repo },
		.m = m,
	};
	enum weigh_code rc;

	snprintf(s.origin, sizeof(s.origin), "%.200s, %s", m->who->origin,
	    m->proof == GATE_PROVED ? "proved by git" : "as told");
	s.making.origin = s.origin;
	s.making.commit.id = m->commit;
	m->files = m->bytes = m->all_files = m->all_bytes = 0;
	rc = read_listing(&s, err);
	if (rc == WEIGH_OK)
		rc = receive_small(&s, err);
	if (rc == WEIGH_OK) {
		gate_hold(g);
		rc = mirror(&s, err);
		gate_release(g);
	}
	making_free(&s.making);
	weigh_repofile_free(&s.facts);
	weigh_repofile_free(&s.was);
	listing_free(&s.listing);
	free(s.blobs);
	return rc;
}
