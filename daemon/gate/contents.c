/* contents: the files of a publication and their blobs.  See making.h. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "making.h"

#define RULES_MAX (1u << 20) /* bytes of .gitattributes */

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

/* For gate_about_read. */
static bool
read_text(void *ctx, const char *path, struct weigh_buf *out)
{
	struct making *m = ctx;
	struct gate_file *f = find_file(m->p, path);

	return f != NULL && f->blob.size > 0 && f->blob.size <= out->max &&
	    read_sealed(f, out, NULL) == WEIGH_OK;
}

enum weigh_code
making_list_files(struct making *m, struct weigh_err *err)
{
	struct repo_attributes *rules = NULL;
	struct gate_publication *p = m->p;
	enum weigh_code rc;
	size_t i;

	qsort(p->files, p->nfiles, sizeof(*p->files), compare_file);
	gate_about_read(&m->about, read_text, m);
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
enum weigh_code
making_list_blobs(struct making *m, struct weigh_err *err)
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

/* Which blobs are new?  Asked before the intent is written down. */
enum weigh_code
making_find_fresh(struct making *m, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	bool held;
	size_t i;

	for (i = 0; i < m->nblobs && rc == WEIGH_OK; i++) {
		rc = gate_holds(m->gate, m->reader, &m->blobs[i], &held, err);
		m->fresh[i] = !held;
		if (rc == WEIGH_OK && !held)
			m->p->new_bytes += m->blobs[i].size;
	}
	return rc;
}

/* Give the new ones their names, and make the names last. */
enum weigh_code
making_settle(struct making *m, struct weigh_err *err)
{
	struct store_batch batch = { 0 };
	struct store_blob blob;
	enum weigh_code rc;
	size_t i;

	for (i = 0; i < m->nblobs; i++) {
		struct gate_file *f = m->by_oid[i];

		if (!m->fresh[i])
			continue;
		rc = store_publish_in(f->writer, &batch, &blob, err);
		f->writer = NULL;
		if (rc != WEIGH_OK)
			return weigh_context(err, rc, "'%s'", f->path);
		m->blobs[i].stamp = blob.stamp;
	}
	return store_batch_sync(m->gate->parts.store, &batch, err);
}
