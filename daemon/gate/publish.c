/*
 * publish: sealed files become a revision.  See gate.h.
 *
 * The order of lasting steps, and what takes each back:
 *
 *     intend       what is about to happen        unintend
 *     settle       blobs get their names          delete those that are new
 *     repo_write   objects, no ref                (unreferenced; harmless)
 *     move_ref     git knows                      move it back
 *     admit        journal and catalog know       cannot fail half
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

#define RULES_MAX (1u << 20) /* bytes of .gitattributes */
#define CARD_MAX (1u << 20)  /* bytes of README.md that are looked at */

/* A publication while it is being made. */
struct making {
	struct gate *gate;
	struct catalog_reader *reader;
	struct gate_publication *p;
	char ref[WEIGH_REV_MAX + 12];
	struct repo *repo;
	struct repo_commit commit;
	struct catalog_blob *blobs; /* each distinct one, once */
	bool *fresh;                /* blobs[i] was not held before */
	size_t nblobs;
	struct gate_file **by_oid;
	struct catalog_intent intent;
	bool intended;
	bool created; /* the repository did not exist */
	bool moved;   /* the ref */
	char license[128];
};

/* --- may it? ----------------------------------------------------------------- */

struct tag_search {
	const char *name;
	bool found;
};

static void
match_tag(void *ctx, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit)
{
	struct tag_search *s = ctx;

	(void)commit;
	if (kind == CATALOG_TAG && strcmp(name, s->name) == 0)
		s->found = true;
}

enum weigh_code
gate_may_publish(struct catalog_reader *reader, const struct weigh_repo *repo,
    const char *branch, struct weigh_err *err)
{
	struct tag_search search = { .name = branch };
	struct weigh_repo held;
	enum weigh_code rc;

	rc = catalog_find_repo(reader, repo, &held, err);
	if (rc == WEIGH_NOT_FOUND)
		return WEIGH_OK;
	if (rc != WEIGH_OK)
		return rc;
	if (strcmp(held.name, repo->name) != 0) {
		weigh_fix(err, "publish as '%s', or choose another name",
		    held.name);
		return weigh_fail(err, WEIGH_EXISTS,
		    "the name is taken: '%s' is held here, and names that differ "
		    "only in case are one name",
		    held.name);
	}
	rc = catalog_refs(reader, repo, match_tag, &search, err);
	if (rc == WEIGH_OK && search.found)
		rc = weigh_fail(err, WEIGH_EXISTS,
		    "the name is taken: '%s' is a tag of '%s', and tags do not "
		    "move",
		    branch, held.name);
	return rc;
}

/* --- small files that decide something ------------------------------------------ */

static int
compare_file(const void *a, const void *b)
{
	const struct gate_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static struct gate_file *
find_file(struct gate_publication *p, const char *path)
{
	const struct gate_file key = { .path = (char *)(uintptr_t)path };

	return bsearch(&key, p->files, p->nfiles, sizeof(key), compare_file);
}

/* The sealed bytes of a file, up to the buffer's ceiling. */
static enum weigh_code
read_sealed(struct gate_file *f, struct weigh_buf *out, struct weigh_err *err)
{
	enum weigh_code rc;
	int fd = -1;
	size_t len = f->blob.size < out->max ? (size_t)f->blob.size : out->max;
	char *room = weigh_buf_room(out, len);

	if (room == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = store_sealed_fd(f->writer, &fd, err);
	if (rc == WEIGH_OK)
		rc = fd_pread_all(fd, room, len, 0, err);
	if (rc == WEIGH_OK)
		out->len += len;
	fd_close(&fd);
	return rc;
}

static enum weigh_code
read_rules(struct making *m, struct repo_attributes **out,
    struct weigh_err *err)
{
	struct gate_file *f = find_file(m->p, ".gitattributes");
	struct weigh_buf text;
	enum weigh_code rc = WEIGH_OK;

	if (f == NULL)
		return repo_attributes_parse(out, NULL, 0, err);
	if (f->blob.size > RULES_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "'.gitattributes' is larger than %u bytes", RULES_MAX);
	weigh_buf_init(&text, RULES_MAX);
	rc = read_sealed(f, &text, err);
	if (rc == WEIGH_OK)
		rc = repo_attributes_parse(out,
		    text.data != NULL ? text.data : "", text.len, err);
	weigh_buf_free(&text);
	return rc;
}

/* What the model card declares; a card that cannot be read declares nothing. */
static void
read_license(struct making *m)
{
	struct gate_file *f = find_file(m->p, "README.md");
	struct weigh_buf text;

	if (f == NULL)
		return;
	weigh_buf_init(&text, CARD_MAX);
	if (read_sealed(f, &text, NULL) == WEIGH_OK)
		weigh_card_license(text.data, text.len, m->license,
		    sizeof(m->license));
	weigh_buf_free(&text);
}

static enum weigh_code
list_files(struct making *m, struct weigh_err *err)
{
	struct repo_attributes *rules = NULL;
	struct gate_publication *p = m->p;
	enum weigh_code rc;
	size_t i;

	m->commit.files = calloc(p->nfiles, sizeof(*m->commit.files));
	if (m->commit.files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if ((rc = read_rules(m, &rules, err)) != WEIGH_OK)
		return rc;
	for (i = 0; i < p->nfiles; i++) {
		const struct gate_file *f = &p->files[i];

		p->bytes += f->blob.size;
		m->commit.files[i] = (struct repo_file){
			.path = f->path,
			.size = f->blob.size,
			.oid = f->blob.oid,
			.lfs = repo_attributes_lfs(rules, f->path,
			    f->blob.size),
		};
	}
	m->commit.nfiles = p->nfiles;
	repo_attributes_free(rules);
	return WEIGH_OK;
}

/* --- blobs ------------------------------------------------------------------------ */

static int
compare_oid(const void *a, const void *b)
{
	const struct gate_file *const *x = a, *const *y = b;

	return memcmp(&(*x)->blob.oid, &(*y)->blob.oid, sizeof((*x)->blob.oid));
}

/* One row per distinct content: files with the same bytes share it. */
static enum weigh_code
list_blobs(struct making *m, struct weigh_err *err)
{
	size_t n = m->p->nfiles, i;

	m->by_oid = calloc(n, sizeof(struct gate_file *));
	m->blobs = calloc(n, sizeof(*m->blobs));
	m->fresh = calloc(n, sizeof(*m->fresh));
	if (m->by_oid == NULL || m->blobs == NULL || m->fresh == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 0; i < n; i++)
		m->by_oid[i] = &m->p->files[i];
	qsort(m->by_oid, n, sizeof(struct gate_file *), compare_oid);
	for (i = 0; i < n; i++) {
		const struct store_blob *b = &m->by_oid[i]->blob;

		if (i > 0 && compare_oid(&m->by_oid[i - 1], &m->by_oid[i]) == 0)
			continue;
		m->by_oid[m->nblobs] = m->by_oid[i];
		m->blobs[m->nblobs++] = (struct catalog_blob){ .oid = b->oid,
			.size = b->size };
	}
	return WEIGH_OK;
}

/* Is this blob held, and are its bytes right?  If so, *stamp is how it looks; one
 * that is wrong goes to quarantine. */
static enum weigh_code
is_held(struct making *m, const struct catalog_blob *blob, bool *held,
    struct stamp *stamp, struct weigh_err *err)
{
	struct store *store = m->gate->parts.store;
	struct catalog_blob known;
	enum catalog_blob_state state;
	struct store_finding finding;
	enum weigh_code rc, known_rc;
	int fd = -1;

	*held = false;
	rc = store_open_blob(store, &blob->oid, &fd, stamp, err);
	fd_close(&fd);
	if (rc != WEIGH_OK)
		return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
	known_rc = catalog_blob(m->reader, &blob->oid, &known, &state, err);
	if (known_rc == WEIGH_OK && state == CATALOG_GOOD &&
	    stamp_equal(stamp, &known.stamp)) {
		*held = true;
		return WEIGH_OK;
	}
	rc = store_verify(store, &blob->oid, blob->size,
	    m->gate->parts.verify_threads, NULL, &finding, err);
	if (rc != WEIGH_OK)
		return rc;
	*held = finding.ok;
	*stamp = finding.stamp;
	if (finding.ok)
		return WEIGH_OK;
	if (known_rc == WEIGH_OK)
		return gate_condemn(m->gate, &blob->oid, blob->size,
		    finding.problem, err);
	return store_quarantine(store, &blob->oid, finding.problem, err);
}

/* Which blobs are new?  Asked before the intent is written down. */
static enum weigh_code
find_fresh(struct making *m, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	bool held;
	size_t i;

	for (i = 0; i < m->nblobs && rc == WEIGH_OK; i++) {
		rc = is_held(m, &m->blobs[i], &held, &m->blobs[i].stamp, err);
		m->fresh[i] = !held;
		if (rc == WEIGH_OK && !held)
			m->p->new_bytes += m->blobs[i].size;
	}
	return rc;
}

/* Give the new ones their names. */
static enum weigh_code
settle(struct making *m, struct weigh_err *err)
{
	struct store_blob blob;
	enum weigh_code rc;
	size_t i;

	for (i = 0; i < m->nblobs; i++) {
		struct gate_file *f = m->by_oid[i];

		if (!m->fresh[i])
			continue;
		rc = store_publish(f->writer, &blob, err);
		f->writer = NULL;
		if (rc != WEIGH_OK)
			return weigh_context(err, rc, "'%s'", f->path);
		m->blobs[i].stamp = blob.stamp;
	}
	return WEIGH_OK;
}

/* --- git ----------------------------------------------------------------------------- */

static enum weigh_code
open_small(void *ctx, const struct repo_file *file, int *fd,
    struct weigh_err *err)
{
	struct making *m = ctx;
	struct stamp stamp;

	return store_open_blob(m->gate->parts.store, &file->oid, fd, &stamp,
	    err);
}

/* Where the branch stands now: zero if there is no such branch. */
static enum weigh_code
find_tip(struct making *m, struct weigh_err *err)
{
	struct gate_publication *p = m->p;
	enum weigh_code rc;

	snprintf(m->ref, sizeof(m->ref), "refs/heads/%s", p->branch);
	rc = repo_open(m->gate->parts.repos, &p->repo, false, &m->repo, err);
	if (rc == WEIGH_NOT_FOUND) {
		m->created = true;
		return WEIGH_OK;
	}
	if (rc != WEIGH_OK)
		return rc;
	rc = repo_ref(m->repo, m->ref, &m->commit.parent, err);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

static enum weigh_code
write_commit(struct making *m, struct weigh_err *err)
{
	struct gate_publication *p = m->p;
	enum weigh_code rc = WEIGH_OK;

	if (m->created)
		rc = repo_open(m->gate->parts.repos, &p->repo, true, &m->repo,
		    err);
	if (rc != WEIGH_OK)
		return rc;
	m->commit.author = "weighd";
	m->commit.email = "weighd@localhost";
	m->commit.date = time(NULL);
	m->commit.message = p->message;
	m->commit.open = open_small;
	m->commit.ctx = m;
	rc = repo_write(m->repo, &m->commit, err);
	if (rc == WEIGH_EXISTS) {
		p->unchanged = true;
		rc = WEIGH_OK;
	}
	p->commit = m->commit.id;
	return rc;
}

static enum weigh_code
move_ref(struct making *m, struct weigh_err *err)
{
	enum weigh_code rc;

	if (m->p->unchanged)
		return WEIGH_OK;
	rc = repo_move_ref(m->repo, m->ref, &m->commit.parent, &m->commit.id,
	    err);
	m->moved = rc == WEIGH_OK;
	return rc;
}

/* --- journal and catalog ---------------------------------------------------------------- */

struct admission {
	struct catalog_admission catalog;
	struct audit_entry audit;
	bool journal; /* something new happened */
};

static enum weigh_code
write_admission(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct admission *a = ctx;
	enum weigh_code rc = WEIGH_OK;

	if (a->journal)
		rc = audit_append(g->parts.audit, &a->audit, err);
	if (rc == WEIGH_OK)
		rc = catalog_admit(g->parts.catalog, &a->catalog, err);
	gate_changed(g);
	return rc;
}

static int
compare_entry(const void *a, const void *b)
{
	const struct catalog_entry *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static struct catalog_entry *
list_entries(const struct repo_commit *c, size_t *count)
{
	struct catalog_entry *list, *e;
	size_t i;

	*count = c->nfiles + c->ndirs;
	if ((list = calloc(*count, sizeof(*list))) == NULL)
		return NULL;
	e = list;
	for (i = 0; i < c->nfiles; i++)
		*e++ = (struct catalog_entry){
			.path = c->files[i].path,
			.git = c->files[i].git,
			.size = c->files[i].size,
			.oid = c->files[i].oid,
			.lfs = c->files[i].lfs,
			.pointer_size = c->files[i].pointer_size,
		};
	for (i = 0; i < c->ndirs; i++)
		*e++ = (struct catalog_entry){
			.path = c->dirs[i].path,
			.git = c->dirs[i].git,
			.directory = true,
		};
	qsort(list, *count, sizeof(*list), compare_entry);
	return list;
}

static enum weigh_code
name_manifest(struct making *m, struct weigh_err *err)
{
	const struct repo_commit *c = &m->commit;
	struct weigh_file *files = calloc(c->nfiles, sizeof(*files));
	struct weigh_buf text;
	enum weigh_code rc;
	size_t i;

	if (files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 0; i < c->nfiles; i++)
		files[i] = (struct weigh_file){
			.path = c->files[i].path,
			.size = c->files[i].size,
			.oid = c->files[i].oid,
			.git = c->files[i].git,
			.lfs = c->files[i].lfs,
		};
	weigh_buf_init(&text, WEIGH_MANIFEST_MAX);
	rc = weigh_manifest_print(&text, files, c->nfiles, err);
	if (rc == WEIGH_OK &&
	    !weigh_oid_of(&m->p->manifest, text.data, text.len))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_buf_free(&text);
	free(files);
	return rc;
}

/* The first line of a message, in `out`. */
static void
title_of(const char *message, char *out, size_t size)
{
	size_t len = strcspn(message, "\n");

	if (len > size - 1)
		len = size - 1;
	memcpy(out, message, len);
	out[len] = '\0';
}

static enum weigh_code
admit(struct making *m, struct weigh_err *err)
{
	struct gate_publication *p = m->p;
	struct catalog_entry *entries;
	struct catalog_revision revision;
	struct admission a = { .journal = !p->unchanged };
	char title[256];
	size_t count;
	enum weigh_code rc;

	if ((entries = list_entries(&m->commit, &count)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	title_of(p->message, title, sizeof(title));
	revision = (struct catalog_revision){
		.commit = m->commit.id,
		.parent = m->commit.parent,
		.manifest = p->manifest,
		.date = m->commit.date,
		.title = title,
		.origin = p->origin,
		.license = m->license,
		.files = p->nfiles,
		.bytes = p->bytes,
	};
	a.catalog = (struct catalog_admission){
		.repo = p->repo,
		.ref_kind = CATALOG_BRANCH,
		.ref = p->branch,
		.revision = &revision,
		.entries = entries,
		.nentries = count,
		.blobs = m->blobs,
		.nblobs = m->nblobs,
		.intent = m->intent.id,
	};
	a.audit = (struct audit_entry){
		.event = AUDIT_ADMIT,
		.time = m->commit.date,
		.repo = &p->repo,
		.ref = m->ref,
		.revision = m->commit.id,
		.manifest = p->manifest,
		.origin = p->origin,
	};
	rc = gate_on_writer(m->gate, write_admission, &a, err);
	free(entries);
	return rc;
}

/* --- intent, and taking back ---------------------------------------------------------------- */

static enum weigh_code
write_intent(struct gate *g, void *ctx, struct weigh_err *err)
{
	return catalog_intend(g->parts.catalog, ctx, err);
}

static enum weigh_code
forget_intent(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct catalog_intent *intent = ctx;

	return catalog_unintend(g->parts.catalog, intent->id, err);
}

static enum weigh_code
intend(struct making *m, struct weigh_err *err)
{
	struct weigh_oid *oids = calloc(m->nblobs, sizeof(*oids));
	enum weigh_code rc;
	size_t i;

	if (oids == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	m->intent.repo = m->p->repo;
	m->intent.old = m->commit.parent;
	snprintf(m->intent.ref, sizeof(m->intent.ref), "%s", m->ref);
	snprintf(m->intent.origin, sizeof(m->intent.origin), "%s",
	    m->p->origin);
	for (i = 0; i < m->nblobs; i++)
		if (m->fresh[i])
			oids[m->intent.nblobs++] = m->blobs[i].oid;
	m->intent.blobs = oids;
	rc = gate_on_writer(m->gate, write_intent, &m->intent, err);
	m->intent.blobs = NULL;
	m->intended = rc == WEIGH_OK;
	free(oids);
	return rc;
}

/* Undo the lasting steps, last first.  What cannot be undone now is left to the
 * next start: the intent is kept then. */
static void
take_back(struct making *m)
{
	struct weigh_err err;
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	if (!m->intended)
		return;
	if (m->moved)
		rc = repo_move_ref(m->repo, m->ref, &m->commit.id,
		    &m->commit.parent, &err);
	for (i = 0; i < m->nblobs && rc == WEIGH_OK; i++)
		if (m->fresh[i])
			rc = store_delete(m->gate->parts.store,
			    &m->blobs[i].oid, &err);
	if (rc == WEIGH_OK && m->created) {
		repo_close(m->repo);
		m->repo = NULL;
		rc = repo_remove(m->gate->parts.repos, &m->p->repo, &err);
		if (rc == WEIGH_NOT_FOUND)
			rc = WEIGH_OK;
	}
	if (rc == WEIGH_OK)
		rc = gate_on_writer(m->gate, forget_intent, &m->intent, &err);
	if (rc != WEIGH_OK)
		log_event(LOG_WARN_LEVEL, "left-to-next-start", "repo",
		    m->p->repo.name, "why", err.why, NULL);
}

/* --- the whole ---------------------------------------------------------------------------------- */

/* In the order in which they must last; the first failure ends it. */
static enum weigh_code (*const steps[])(struct making *m,
    struct weigh_err *err) = {
	list_files,
	list_blobs,
	find_tip,
	find_fresh,
	intend,
	settle,
	write_commit,
	name_manifest,
	move_ref,
	admit,
};

static enum weigh_code
publish(struct gate *g, struct catalog_reader *reader,
    struct gate_publication *p, struct weigh_err *err)
{
	struct making m = { .gate = g, .reader = reader, .p = p };
	enum weigh_code rc;
	size_t i;

	rc = gate_may_publish(reader, &p->repo, p->branch, err);
	if (rc != WEIGH_OK)
		return rc;
	qsort(p->files, p->nfiles, sizeof(*p->files), compare_file);
	read_license(&m);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && rc == WEIGH_OK; i++)
		rc = steps[i](&m, err);
	if (rc != WEIGH_OK)
		take_back(&m);
	repo_commit_free(&m.commit);
	repo_close(m.repo);
	free(m.commit.files);
	free(m.by_oid);
	free(m.blobs);
	free(m.fresh);
	return rc;
}

enum weigh_code
gate_publish(struct gate *g, struct catalog_reader *reader,
    struct gate_publication *p, struct weigh_err *err)
{
	enum weigh_code rc;

	pthread_mutex_lock(&g->publishing);
	rc = publish(g, reader, p, err);
	pthread_mutex_unlock(&g->publishing);
	return rc;
}
