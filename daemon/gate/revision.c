/* revision: what makes a publication a revision: git, journal, catalog.  See
 * making.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weigh/manifest.h>

#include "gate/texts.h"
#include "making.h"

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
enum weigh_code
making_find_tip(struct making *m, struct weigh_err *err)
{
	enum weigh_code rc;

	rc = repo_open(m->gate->parts.repos, m->name, false, &m->repo, err);
	if (rc == WEIGH_NOT_FOUND) {
		m->created = true;
		return WEIGH_OK;
	}
	if (rc != WEIGH_OK)
		return rc;
	rc = repo_ref(m->repo, m->ref, &m->from, NULL, err);
	m->commit.parent = m->from;
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

enum weigh_code
making_write_commit(struct making *m, struct weigh_err *err)
{
	const struct weigh_repofile facts = { .visibility = m->visibility };
	enum weigh_code rc = WEIGH_OK;

	if (m->created)
		rc = repo_open(m->gate->parts.repos, m->name, true, &m->repo,
		    err);
	if (rc == WEIGH_OK && m->created && m->visibility != WEIGH_PUBLIC)
		rc = repo_write_facts(m->gate->parts.repos, m->name, &facts,
		    err);
	if (rc != WEIGH_OK)
		return rc;
	if (m->commit.author == NULL)
		m->commit.author = "weighd";
	if (m->commit.email == NULL)
		m->commit.email = "weighd@localhost";
	m->commit.date = time(NULL);
	m->commit.message = m->message;
	m->commit.open = open_small;
	m->commit.ctx = m;
	rc = repo_write(m->repo, &m->commit, err);
	if (rc == WEIGH_EXISTS) {
		m->unchanged = true;
		rc = WEIGH_OK;
	}
	return rc;
}

enum weigh_code
making_move_ref(struct making *m, struct weigh_err *err)
{
	if (m->unchanged)
		return WEIGH_OK;
	m->moving = true;
	return repo_move_ref(m->repo, m->ref, &m->from, &m->commit.id, err);
}

/* --- journal and catalog ---------------------------------------------------------------- */

struct admission {
	struct catalog_admission catalog;
	struct audit_entry audit;
	bool journal;   /* something new happened */
	bool journaled; /* out: and the journal says so */
	bool doubt;     /* out: the catalog's last sync failed */
};

static enum weigh_code
write_admission(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct admission *a = ctx;
	enum weigh_code rc = WEIGH_OK;

	if (a->journal)
		rc = audit_append(g->parts.audit, &a->audit, err);
	a->journaled = a->journal && rc == WEIGH_OK;
	if (rc == WEIGH_OK)
		rc = catalog_admit(g->parts.catalog, &a->catalog, err);
	a->doubt = catalog_in_doubt(g->parts.catalog);
	gate_changed(g);
	if (rc == WEIGH_OK)
		gate_read_texts(g);
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

enum weigh_code
making_name_manifest(struct making *m, struct weigh_err *err)
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
	if (rc == WEIGH_OK && !weigh_oid_of(&m->manifest, text.data, text.len))
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

enum weigh_code
making_admit(struct making *m, struct weigh_err *err)
{
	struct catalog_entry *entries;
	struct catalog_revision revision;
	struct admission a = { .journal = !m->unchanged };
	char title[256];
	size_t count;
	enum weigh_code rc;

	if ((entries = list_entries(&m->commit, &count)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	title_of(m->message, title, sizeof(title));
	revision = (struct catalog_revision){
		.commit = m->commit.id,
		.parent = m->commit.parent,
		.manifest = m->manifest,
		.date = m->commit.date,
		.title = title,
		.origin = m->origin,
		.files = m->commit.nfiles,
		.bytes = m->bytes,
	};
	gate_about_lend(&m->about, &revision);
	a.catalog = (struct catalog_admission){
		.repo = *m->name,
		.revision = &revision,
		.entries = entries,
		.nentries = count,
		.blobs = m->blobs,
		.nblobs = m->nblobs,
		.intent = m->intent.id,
		.now = time(NULL),
		.visibility = m->visibility,
	};
	a.catalog.ref = catalog_ref_short(m->ref, &a.catalog.ref_kind);
	a.audit = (struct audit_entry){
		.event = AUDIT_ADMIT,
		.time = m->commit.date,
		.repo = m->name,
		.ref = m->ref,
		.revision = m->commit.id,
		.manifest = m->manifest,
		.origin = m->origin,
	};
	rc = gate_on_writer(m->gate, write_admission, &a, err);
	m->journaled = a.journaled;
	m->doubt = rc != WEIGH_OK && a.doubt;
	free(entries);
	return rc;
}
