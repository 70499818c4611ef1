/*
 * again: the catalog made again from repositories, journal, blobs and notes.  See
 * gate.h.
 *
 * All of it is one transaction, and each repository one inside that: it comes
 * whole or not at all, and one that cannot be read does not hold up the others.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gate/consent.h"
#include "gate/texts.h"
#include "priv.h"

/* --- a repository ------------------------------------------------------------- */

static enum weigh_code
go_on(struct gate_readmission *r, struct weigh_err *err)
{
	if (r->cancel == NULL || !atomic_load(r->cancel))
		return WEIGH_OK;
	r->ours = true;
	return weigh_fail(err, WEIGH_CANCELED, "weighd is stopping");
}

static enum weigh_code
readmit_commit(void *ctx, const struct repo_history *h, struct weigh_err *err)
{
	struct gate_readmission *r = ctx;
	struct gate_found c = {
		.name = r->name,
		.repo = r->repo,
		.history = h,
		.ref = r->ref,
		.origin = "found in the repository",
		.ledger = r->ledger,
		.facts = &r->facts,
	};
	enum weigh_code rc = go_on(r, err);
	bool held = false;

	if (rc == WEIGH_OK)
		rc = catalog_holds(r->gate->parts.catalog, r->name, &h->id,
		    &held, err);
	if (rc != WEIGH_OK || held)
		return rc;
	rc = gate_admit_commit(r->gate, &c, err);
	r->revisions++;
	r->bytes += c.bytes;
	r->ours = c.ours;
	return rc;
}

static enum weigh_code
readmit_ref(void *ctx, const char *ref, const struct weigh_gitid *id,
    struct weigh_err *err)
{
	struct gate_readmission *r = ctx;
	enum catalog_ref_kind kind;
	const char *name = catalog_ref_short(ref, &kind);
	enum weigh_code rc;

	r->ref = name != NULL ? ref : NULL; /* kept by its id alone */
	rc = repo_each_commit(r->repo, id, readmit_commit, r, err);
	if (rc == WEIGH_OK &&
	    name != NULL) /* also if another ref led to all of it */
		rc = catalog_set_ref(r->gate->parts.catalog, r->name, kind,
		    name, id, err);
	return rc;
}

/* Names it had: a repository that has one of them now comes first. */
static enum weigh_code
readmit_names(struct gate_readmission *r, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (unsigned i = 0; rc == WEIGH_OK && i < r->facts.nformerly; i++)
		rc = catalog_formerly(r->gate->parts.catalog, r->name,
		    &r->facts.formerly[i], err);
	return rc;
}

static enum weigh_code
readmit_all(struct gate_readmission *r, struct weigh_err *err)
{
	struct repo_root *repos = r->gate->parts.repos;
	uint64_t before = r->revisions;
	enum weigh_code rc;

	rc = repo_read_facts(repos, r->name, &r->facts, err);
	if (rc == WEIGH_OK)
		rc = repo_open(repos, r->name, false, &r->repo, err);
	if (rc == WEIGH_OK)
		rc = repo_each_ref(r->repo, readmit_ref, r, err);
	if (rc == WEIGH_OK && r->revisions > before)
		rc = readmit_names(r, err);
	if (rc == WEIGH_OK && r->revisions > before)
		rc = gate_note_facts(r->gate->parts.catalog, r->name, &r->facts,
		    err);
	repo_close(r->repo);
	r->repo = NULL;
	weigh_repofile_free(&r->facts);
	return rc;
}

enum weigh_code
gate_readmit(struct gate_readmission *r, const struct weigh_repo *name,
    struct weigh_err *err)
{
	struct catalog *catalog = r->gate->parts.catalog;
	uint64_t revisions = r->revisions;
	enum weigh_code rc, ended;

	r->name = name;
	r->repo = NULL;
	r->ours = true;
	if ((rc = catalog_begin(catalog, err)) != WEIGH_OK)
		return rc;
	r->ours = false;
	rc = readmit_all(r, err);
	ended = catalog_end(catalog, rc, rc == WEIGH_OK ? err : NULL);
	if (rc == WEIGH_OK && ended != WEIGH_OK)
		r->ours = true;
	if (ended != WEIGH_OK)
		r->revisions = revisions;
	return weigh_context(err, ended, "repository '%s'", name->name);
}

/* --- revisions that no ref leads to ---------------------------------------------- */

enum weigh_code
gate_readmit_lost(struct gate_readmission *r, const struct weigh_repo *name,
    const struct weigh_gitid *revision, bool *held, struct weigh_err *err)
{
	struct catalog *catalog = r->gate->parts.catalog;
	struct weigh_err trouble = { .code = WEIGH_OK };
	enum weigh_code rc, ended;
	bool known;

	rc = catalog_holds(catalog, name, revision, held, err);
	if (rc != WEIGH_OK || *held)
		return rc;
	rc = catalog_knows(catalog, name, &known, err);
	if (rc != WEIGH_OK || !known) /* hidden: not by the back door */
		return rc;
	r->name = name;
	r->ref = NULL;
	if ((rc = catalog_begin(catalog, err)) != WEIGH_OK)
		return rc;
	rc = repo_read_facts(r->gate->parts.repos, name, &r->facts, &trouble);
	if (rc == WEIGH_OK)
		rc = repo_open(r->gate->parts.repos, name, false, &r->repo,
		    &trouble);
	if (rc == WEIGH_OK)
		rc = repo_each_commit(r->repo, revision, readmit_commit, r,
		    &trouble);
	if (rc == WEIGH_OK)
		rc = gate_note_facts(catalog, name, &r->facts, &trouble);
	repo_close(r->repo);
	r->repo = NULL;
	weigh_repofile_free(&r->facts);
	ended = catalog_end(catalog, rc, rc == WEIGH_OK ? err : NULL);
	*held = ended == WEIGH_OK;
	return rc == WEIGH_OK ? ended : WEIGH_OK;
}

/* --- all of them ----------------------------------------------------------------- */

struct remaking {
	struct gate *gate;
	struct gate_again *again;
	struct gate_readmission readmission;
	struct audit_ledger *ledger;
};

static void
tell(struct remaking *m, enum gate_odd kind, const char *name, const char *why)
{
	struct gate_again *a = m->again;

	a->odd[kind]++;
	a->tell(a->ctx, kind, name, why);
}

static enum weigh_code
remake_repo(void *ctx, const struct weigh_repo *name, struct weigh_err *err)
{
	struct remaking *m = ctx;
	struct weigh_err trouble = { .code = WEIGH_OK };
	uint64_t before = m->readmission.revisions;
	char text[WEIGH_REPO_TEXT];
	enum weigh_code rc = go_on(&m->readmission, err);

	if (rc != WEIGH_OK)
		return rc;
	rc = gate_readmit(&m->readmission, name, &trouble);
	if (m->again->bytes != NULL)
		atomic_store(m->again->bytes, m->readmission.bytes);
	if (rc == WEIGH_OK) {
		m->again->repos += m->readmission.revisions > before;
		return WEIGH_OK;
	}
	if (m->readmission.ours) {
		if (err != NULL)
			*err = trouble;
		return rc;
	}
	weigh_repo_text(name, text);
	tell(m, GATE_ODD_UNREADABLE, text, trouble.why);
	return WEIGH_OK;
}

/* --- what the journal knows -------------------------------------------------------- */

/* A revision that was admitted once and is in no repository now. */
static enum weigh_code
look_for_lost(void *ctx, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, struct weigh_err *err)
{
	struct remaking *m = ctx;
	char text[WEIGH_REPO_TEXT + WEIGH_GITID_HEX + 2];
	enum weigh_code rc;
	size_t len;
	bool held;

	rc = gate_readmit_lost(&m->readmission, repo, revision, &held, err);
	if (rc != WEIGH_OK || held)
		return rc;
	weigh_repo_text(repo, text);
	len = strlen(text);
	text[len] = '@';
	weigh_gitid_hex(revision, text + len + 1);
	tell(m, GATE_ODD_LOST, text,
	    "the journal admitted it, and it is in no repository");
	return WEIGH_OK;
}

/* A branch or tag that nobody dropped and that its repository does not have, or
 * not where it can be read. */
static enum weigh_code
look_for_ref(void *ctx, const struct weigh_repo *repo, const char *ref,
    const struct weigh_gitid *revision, struct weigh_err *err)
{
	struct remaking *m = ctx;
	char text[WEIGH_REPO_TEXT + WEIGH_REV_MAX + 16];
	char hex[WEIGH_GITID_HEX + 1], why[160];
	bool known, there;
	enum weigh_code rc;

	rc = catalog_has_ref(m->gate->parts.catalog, repo, ref, &known, &there,
	    err);
	if (rc != WEIGH_OK || !known || there)
		return rc;
	weigh_repo_text(repo, text);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "@%s", ref);
	weigh_gitid_hex(revision, hex);
	snprintf(why, sizeof(why),
	    "the journal has it at %s, and its repository has no such ref",
	    hex);
	tell(m, GATE_ODD_LOST, text, why);
	return WEIGH_OK;
}

/* --- what lies in the store ---------------------------------------------------------- */

/* What was found bad and never came again is bad, not only missing, nor only listed
 * by a partial revision. */
static enum weigh_code
look_at_missing(struct remaking *m, const struct catalog_blob *blob,
    struct weigh_err *err)
{
	char note[400] = "it is not there; the journal has it as bad";
	char hex[WEIGH_OID_HEX + 1];
	const struct catalog_check check = {
		.blob = *blob,
		.state = CATALOG_BAD,
		.time = time(NULL),
		.problem = note,
		.segments = "",
	};

	weigh_oid_hex(&blob->oid, hex);
	if (!store_quarantine_note(m->gate->parts.store, &blob->oid, note,
		sizeof(note)) &&
	    !audit_ledger_bad(m->ledger, &blob->oid)) {
		if (!blob->absent)
			tell(m, GATE_ODD_MISSING, hex,
			    "a revision names it, and its file is not there");
		return WEIGH_OK;
	}
	tell(m, GATE_ODD_BAD, hex, note);
	return catalog_mark_blob(m->gate->parts.catalog, &check, err);
}

static enum weigh_code
look_at_row(void *ctx, const struct catalog_row *row, struct weigh_err *err)
{
	struct remaking *m = ctx;
	struct store_sight sight;
	enum weigh_code rc;

	m->again->blobs += !row->blob.absent;
	rc = store_look(m->gate->parts.store, &row->blob.oid, &sight, err);
	if (rc == WEIGH_OK && !sight.there)
		rc = look_at_missing(m, &row->blob, err);
	return rc;
}

/* --- the whole -------------------------------------------------------------------------- */

static enum weigh_code
remake(struct remaking *m, struct weigh_err *err)
{
	const struct gate_parts *parts = &m->gate->parts;
	enum weigh_code rc = catalog_empty(parts->catalog, err);

	if (rc == WEIGH_OK)
		rc = repo_root_each(parts->repos, remake_repo, m, err);
	if (rc == WEIGH_OK)
		rc = gate_consents_again(parts->catalog, m->ledger, err);
	if (rc == WEIGH_OK)
		rc = audit_ledger_each(m->ledger, look_for_lost, m, err);
	if (rc == WEIGH_OK)
		rc = audit_ledger_each_ref(m->ledger, look_for_ref, m, err);
	if (rc == WEIGH_OK)
		rc = catalog_own_each_row(parts->catalog, look_at_row, m, err);
	if (rc == WEIGH_OK)
		rc = gate_recall_acts(m->gate, true, err);
	m->again->revisions = m->readmission.revisions;
	if (rc == WEIGH_OK && m->again->finish != NULL)
		rc = m->again->finish(m->again, parts->audit, err);
	if (rc == WEIGH_OK) /* before what they are about can be seen */
		rc = audit_sync(parts->audit, err);
	return rc;
}

enum weigh_code
gate_again(struct gate *g, struct gate_again *a, struct weigh_err *err)
{
	struct remaking m = { .gate = g, .again = a };
	enum weigh_code rc;

	rc = audit_ledger_read(g->parts.audit, &m.ledger, err);
	if (rc != WEIGH_OK)
		return rc;
	m.readmission.gate = g;
	m.readmission.ledger = m.ledger;
	m.readmission.cancel = a->cancel;
	if ((rc = catalog_begin(g->parts.catalog, err)) == WEIGH_OK)
		rc = catalog_end(g->parts.catalog, remake(&m, err), err);
	audit_ledger_free(m.ledger);
	gate_changed(g);
	if (rc == WEIGH_OK)
		gate_read_texts(g);
	return rc;
}
