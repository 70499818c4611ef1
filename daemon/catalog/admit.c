/*
 * The writer: what is about to be done (intents), and the one transaction that
 * makes a revision visible.
 */
#include <stdlib.h>
#include <string.h>

#include <weigh/evidence.h>
#include <weigh/model.h>

#include "db.h"
#include "listed.h"
#include "mirrored.h"
#include "rows.h"

/* --- one admission, step by step; the caller holds the transaction -------- */

struct admission {
	struct db *db;
	const struct catalog_admission *a;
	int64_t repo;
	int64_t revision;
	int64_t parent;                /* 0: none, or never admitted */
	uint64_t absent, absent_bytes; /* of its files */
	struct rows_difference difference;
};

static enum weigh_code
insert_repo(struct admission *s, struct weigh_err *err)
{
	struct rows_key key = rows_key(&s->a->repo);
	struct query q = query_begin(s->db, SQL_RENAME_DROP);
	enum weigh_code rc;

	/* Who had the name once, has it no more. */
	query_int(&q, s->a->repo.kind);
	query_text(&q, key.text);
	if ((rc = query_run(&q, err)) != WEIGH_OK)
		return rc;
	q = query_begin(s->db, SQL_REPO_INSERT);
	query_int(&q, s->a->repo.kind);
	query_text(&q, key.text);
	query_text(&q, s->a->repo.name);
	query_int(&q, s->a->revision->date);
	query_int(&q, s->a->visibility);
	s->difference.repos++;
	return query_insert(&q, &s->repo, err);
}

static enum weigh_code
admit_repo(struct admission *s, struct weigh_err *err)
{
	struct weigh_repo held;
	enum weigh_code rc;

	rc = rows_repo(s->db, &s->a->repo, &s->repo, &held, err);
	if (rc != WEIGH_OK)
		return rc;
	if (s->repo == 0)
		return insert_repo(s, err);
	if (strcmp(held.name, s->a->repo.name) != 0)
		return weigh_fail(err, WEIGH_EXISTS,
		    "repository '%s' is held already, spelled '%s'",
		    s->a->repo.name, held.name);
	return WEIGH_OK;
}

static enum weigh_code
admit_blobs(struct admission *s, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < s->a->nblobs; i++)
		rc = rows_record_blob(s->db, &s->a->blobs[i], CATALOG_GOOD,
		    -s->a->now, &s->difference, err);
	return rc;
}

/* What the names of its files tell. */
static uint32_t
marks_of(const struct catalog_admission *a)
{
	uint32_t marks = 0;

	for (size_t i = 0; i < a->nentries; i++)
		if (!a->entries[i].directory)
			marks |= weigh_model_mark(a->entries[i].path);
	return marks;
}

static enum weigh_code
insert_revision(struct admission *s, struct weigh_err *err)
{
	const struct catalog_revision *v = s->a->revision;
	struct query q = query_begin(s->db, SQL_REVISION_INSERT);

	query_int(&q, s->repo);
	query_gitid(&q, &v->commit);
	query_gitid(&q, &v->parent);
	query_oid(&q, &v->manifest);
	query_int(&q, v->date);
	query_text(&q, v->title);
	query_text(&q, v->origin);
	query_text(&q, v->license);
	query_size(&q, v->files);
	query_size(&q, v->bytes);
	query_int(&q, marks_of(s->a));
	query_text(&q, v->card);
	query_text(&q, v->config);
	s->difference.revisions++;
	return query_insert(&q, &s->revision, err);
}

/* For a record of its license (records.h). */
static enum weigh_code
wait_for_record(struct admission *s, struct weigh_err *err)
{
	struct query q = query_begin(s->db, SQL_RECORD_WAIT);

	query_int(&q, s->revision);
	return query_run(&q, err);
}

/* A repository is as old as its oldest revision, in whatever order they come:
 * a catalog made again says the same. */
static enum weigh_code
date_repo(struct admission *s, struct weigh_err *err)
{
	struct query q = query_begin(s->db, SQL_REPO_CREATED);

	query_int(&q, s->repo);
	query_int(&q, s->a->revision->date);
	return query_run(&q, err);
}

/* The blob an entry names: it must have been hashed here, now or before. */
static enum weigh_code
find_blob(struct db *db, const struct catalog_entry *e, struct rows_blob *blob,
    struct weigh_err *err)
{
	enum weigh_code rc = rows_find_blob(db, &e->oid, blob, err);

	if (rc != WEIGH_OK)
		return rc;
	if (blob->id == 0)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "the bytes of '%s' were never hashed here", e->path);
	if (blob->size != e->size)
		return weigh_fail(err, WEIGH_MISMATCH,
		    "'%s' has %llu bytes, its blob %llu", e->path,
		    (unsigned long long)e->size,
		    (unsigned long long)blob->size);
	return WEIGH_OK;
}

/* A file that could be a license is noted, to be looked at when there is time. */
static enum weigh_code
note_text(struct db *db, const struct catalog_entry *e, int64_t blob,
    struct weigh_err *err)
{
	enum weigh_evidence evidence = e->size <= WEIGH_EVIDENCE_MAX ?
	    weigh_evidence_file(e->path) :
	    WEIGH_EVIDENCE_NONE;
	uint64_t most = evidence == WEIGH_EVIDENCE_NAMED ? WEIGH_EVIDENCE_MAX :
	    evidence == WEIGH_EVIDENCE_SMALL ? WEIGH_EVIDENCE_SMALL_MAX :
					       0;
	struct query q;

	if (e->size == 0 || e->size > most)
		return WEIGH_OK;
	q = query_begin(db, SQL_TEXT_NOTE);
	query_int(&q, blob);
	return query_run(&q, err);
}

static enum weigh_code
insert_entry(struct admission *s, const struct catalog_entry *e,
    struct weigh_err *err)
{
	struct rows_blob blob = { 0 };
	enum weigh_code rc = WEIGH_OK;
	struct query q;

	if (!e->directory)
		rc = find_blob(s->db, e, &blob, err);
	if (rc == WEIGH_OK && !e->directory)
		rc = note_text(s->db, e, blob.id, err);
	if (rc != WEIGH_OK)
		return rc;
	if (blob.absent) {
		s->absent++;
		s->absent_bytes += blob.size;
	}
	q = query_begin(s->db, SQL_ENTRY_INSERT);
	query_int(&q, s->revision);
	query_text(&q, e->path);
	query_text_part(&q, e->path, rows_folder_length(e->path));
	query_gitid(&q, &e->git);
	if (e->directory)
		query_null(&q);
	else
		query_int(&q, blob.id);
	if (e->lfs)
		query_int(&q, e->pointer_size);
	else
		query_null(&q);
	query_int(&q, s->parent);
	return weigh_context(err, query_run(&q, err), "'%s'", e->path);
}

static enum weigh_code
admit_place(struct admission *s, struct weigh_err *err)
{
	return listed_refresh(s->db, s->repo, err);
}

static enum weigh_code
count_absent(struct admission *s, struct weigh_err *err)
{
	struct query q;

	if (s->absent == 0)
		return WEIGH_OK;
	q = query_begin(s->db, SQL_REVISION_ABSENT);
	query_int(&q, s->revision);
	query_size(&q, s->absent);
	query_size(&q, s->absent_bytes);
	return query_run(&q, err);
}

/* Where it comes from, if from elsewhere. */
static enum weigh_code
admit_source(struct admission *s, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	if (s->a->source != NULL)
		rc = mirrored_from(s->db, s->repo, s->a->source, s->a->through,
		    s->a->now, err);
	if (rc == WEIGH_OK && !weigh_gitid_is_zero(&s->a->told))
		rc = mirrored_told(s->db, s->repo, &s->a->told, s->revision,
		    err);
	return rc;
}

/* The revision with its entries; one that is there already stays as it is. */
static enum weigh_code
admit_revision(struct admission *s, struct weigh_err *err)
{
	const struct catalog_revision *v = s->a->revision;
	enum weigh_code rc;

	rc = rows_revision(s->db, s->repo, &v->commit, &s->revision, err);
	if (rc != WEIGH_OK || s->revision != 0)
		return rc;
	rc = rows_revision(s->db, s->repo, &v->parent, &s->parent, err);
	if (rc == WEIGH_OK)
		rc = insert_revision(s, err);
	if (rc == WEIGH_OK)
		rc = date_repo(s, err);
	for (size_t i = 0; rc == WEIGH_OK && i < s->a->nentries; i++)
		rc = insert_entry(s, &s->a->entries[i], err);
	if (rc == WEIGH_OK)
		rc = count_absent(s, err);
	if (rc == WEIGH_OK)
		rc = wait_for_record(s, err);
	return rc;
}

static enum weigh_code
admit_ref(struct admission *s, struct weigh_err *err)
{
	const char *ref = s->a->ref;
	struct query q;

	if (ref == NULL)
		return WEIGH_OK;
	if (!weigh_rev_ok(ref, strlen(ref)))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "'%.255s' cannot be the name of a branch or tag", ref);
	q = query_begin(s->db, SQL_REF_SET);
	query_int(&q, s->repo);
	query_int(&q, s->a->ref_kind);
	query_text(&q, ref);
	query_int(&q, s->revision);
	return query_run(&q, err);
}

static enum weigh_code
forget_intent(struct db *db, int64_t id, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_INTENT_DELETE);

	query_int(&q, id);
	return query_run(&q, err);
}

static enum weigh_code
admit_steps(struct admission *s, struct weigh_err *err)
{
	static enum weigh_code (*const steps[])(struct admission *,
	    struct weigh_err *) = {
		admit_repo,
		admit_blobs,
		admit_revision,
		admit_ref,
		admit_source,
		admit_place,
	};
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if ((rc = steps[i](s, err)) != WEIGH_OK)
			return rc;
	if (s->a->intent != 0)
		rc = forget_intent(s->db, s->a->intent, err);
	if (rc == WEIGH_OK)
		rc = rows_move_totals(s->db, &s->difference, err);
	return rc;
}

enum weigh_code
catalog_admit(struct catalog *c, const struct catalog_admission *a,
    struct weigh_err *err)
{
	struct admission s = { .db = &c->db, .a = a };
	enum weigh_code rc;

	if ((rc = db_begin(&c->db, err)) != WEIGH_OK)
		return rc;
	return db_end(&c->db, admit_steps(&s, err), err);
}

/* --- opening and closing ------------------------------------------------- */

enum weigh_code
catalog_open(struct catalog **out, const char *path, struct weigh_err *err)
{
	struct catalog *c = calloc(1, sizeof(*c));
	enum weigh_code rc;

	if (c == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = db_open(&c->db, path, DB_WRITER, err);
	if (rc == WEIGH_OK)
		rc = listed_fill(&c->db, err);
	if (rc != WEIGH_OK)
		catalog_close(c);
	else
		*out = c;
	return rc;
}

bool
catalog_in_doubt(const struct catalog *c)
{
	return c->db.broken;
}

void
catalog_close(struct catalog *c)
{
	if (c == NULL)
		return;
	db_close(&c->db);
	free(c);
}
