/* publish: sealed files become a revision, whole.  See gate.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "making.h"

/* --- may it? ----------------------------------------------------------------- */

enum weigh_code
gate_may_publish(struct catalog_reader *reader, const struct weigh_repo *repo,
    const char *branch, struct weigh_err *err)
{
	struct weigh_repo held;
	enum weigh_code rc;

	rc = catalog_find_repo(reader, repo, &held, err);
	if (rc == WEIGH_NOT_FOUND)
		return WEIGH_OK;
	if (rc != WEIGH_OK)
		return rc;
	if (strcmp(held.name, repo->name) == 0) {
		rc = gate_check_ours(reader, repo, err);
		return rc != WEIGH_OK ? rc :
					gate_check_ref(reader, repo,
					    CATALOG_BRANCH, branch, true, err);
	}
	rc = weigh_fail(err, WEIGH_EXISTS,
	    "the name is taken: '%s' is held here, and names that differ only "
	    "in case are one name",
	    held.name);
	weigh_fix(err, "publish as '%s', or choose another name", held.name);
	return rc;
}

/* --- the whole ---------------------------------------------------------------------------------- */

static int
compare_files(const void *a, const void *b)
{
	const struct repo_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static enum weigh_code
list_files(struct making *m, struct gate_publication *p, struct weigh_err *err)
{
	size_t i;

	m->commit.files = calloc(p->nfiles, sizeof(*m->commit.files));
	if (m->commit.files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 0; i < p->nfiles; i++)
		m->commit.files[i] = (struct repo_file){
			.path = p->files[i].path,
			.size = p->files[i].blob.size,
			.oid = p->files[i].blob.oid,
			.mine = &p->files[i].writer,
		};
	m->commit.nfiles = p->nfiles;
	qsort(m->commit.files, p->nfiles, sizeof(*m->commit.files),
	    compare_files);
	return WEIGH_OK;
}

/* Which of them are LFS? */
static enum weigh_code
apply_rules(struct making *m, struct weigh_err *err)
{
	struct repo_attributes *rules = NULL;
	enum weigh_code rc = making_read_rules(m, &rules, NULL, err);
	size_t i;

	for (i = 0; rc == WEIGH_OK && i < m->commit.nfiles; i++) {
		struct repo_file *f = &m->commit.files[i];

		f->lfs = repo_attributes_lfs(rules, f->path, f->size);
	}
	repo_attributes_free(rules);
	return rc;
}

/* In the order in which they must last. */
static making_step *const steps[] = {
	apply_rules,
	making_read_about,
	making_list_blobs,
	making_find_tip,
	making_find_fresh,
	making_intend,
	making_settle,
	making_write_commit,
	making_name_manifest,
	making_move_ref,
	making_admit,
};

static enum weigh_code
publish(struct gate *g, struct catalog_reader *reader,
    struct gate_publication *p, struct weigh_err *err)
{
	struct making m = {
		.gate = g,
		.reader = reader,
		.name = &p->repo,
		.message = p->message,
		.origin = p->origin,
	};
	enum weigh_code rc;

	rc = gate_may_publish(reader, &p->repo, p->branch, err);
	if (rc != WEIGH_OK)
		return rc;
	snprintf(m.ref, sizeof(m.ref), "refs/heads/%s", p->branch);
	rc = list_files(&m, p, err);
	if (rc == WEIGH_OK)
		rc = making_run(&m, steps, sizeof(steps) / sizeof(steps[0]),
		    err);
	p->commit = m.commit.id;
	p->manifest = m.manifest;
	p->bytes = m.bytes;
	p->new_bytes = m.new_bytes;
	p->unchanged = m.unchanged;
	making_free(&m);
	return rc;
}

enum weigh_code
gate_publish(struct gate *g, struct catalog_reader *reader,
    struct gate_publication *p, struct weigh_err *err)
{
	enum weigh_code rc;

	gate_hold(g);
	rc = gate_tidy_held(g, reader, err);
	if (rc == WEIGH_OK)
		rc = publish(g, reader, p, err);
	gate_release(g);
	return rc;
}
