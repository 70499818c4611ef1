/* contents: the files of a revision and their blobs.  See making.h. */
#include "making.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"

/* --- small files that decide something ------------------------------------------ */

static int
compare_path(const void *key, const void *file)
{
	return strcmp(key, ((const struct repo_file *)file)->path);
}

struct repo_file *
making_find(struct making *m, const char *path)
{
	return bsearch(path, m->commit.files, m->commit.nfiles,
	    sizeof(*m->commit.files), compare_path);
}

/* The bytes of a file that came along, or of one that is held. */
static enum weigh_code
open_bytes(struct making *m, const struct repo_file *f, int *fd,
    struct weigh_err *err)
{
	struct store_writer **writer = f->mine;
	struct stamp stamp;

	if (writer != NULL && *writer != NULL)
		return store_sealed_fd(*writer, fd, err);
	return store_open_blob(m->gate->parts.store, &f->oid, fd, &stamp, err);
}

enum weigh_code
making_read(struct making *m, const struct repo_file *f, struct weigh_buf *out,
    struct weigh_err *err)
{
	enum weigh_code rc;
	int fd = -1;
	size_t len = f->size < out->max ? (size_t)f->size : out->max;
	char *room = weigh_buf_room(out, len);

	if (room == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = open_bytes(m, f, &fd, err);
	if (rc == WEIGH_OK)
		rc = fd_pread_all(fd, room, len, 0, err);
	if (rc == WEIGH_OK)
		out->len += len;
	fd_close(&fd);
	return rc;
}

enum weigh_code
making_read_rules(struct making *m, struct repo_attributes **out,
    struct weigh_buf *text, struct weigh_err *err)
{
	struct repo_file *f = making_find(m, ".gitattributes");
	struct weigh_buf own, *t = text != NULL ? text : &own;
	enum weigh_code rc = WEIGH_OK;

	if (f == NULL)
		return repo_attributes_parse(out, NULL, 0, err);
	if (f->size > MAKING_RULES_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "'.gitattributes' is larger than %u bytes",
		    MAKING_RULES_MAX);
	weigh_buf_init(&own, MAKING_RULES_MAX);
	rc = making_read(m, f, t, err);
	if (rc == WEIGH_OK)
		rc = repo_attributes_parse(out, t->data != NULL ? t->data : "",
		    t->len, err);
	weigh_buf_free(&own);
	return rc;
}

/* For gate_about_read.  Bytes that are held may have rotted since. */
static bool
read_text(void *ctx, const char *path, struct weigh_buf *out)
{
	struct making *m = ctx;
	struct repo_file *f = making_find(m, path);
	struct weigh_oid oid;

	return f != NULL && f->size > 0 && f->size <= out->max &&
	    making_read(m, f, out, NULL) == WEIGH_OK &&
	    weigh_oid_of(&oid, out->data, out->len) &&
	    weigh_oid_equal(&oid, &f->oid);
}

enum weigh_code
making_read_about(struct making *m, struct weigh_err *err)
{
	(void)err;
	gate_about_read(&m->about, read_text, m);
	return WEIGH_OK;
}

/* --- blobs ------------------------------------------------------------------------ */

static int
compare_oid(const void *a, const void *b)
{
	const struct repo_file *const *x = a, *const *y = b;

	return memcmp(&(*x)->oid, &(*y)->oid, sizeof((*x)->oid));
}

/* One row per distinct content that is not carried from the parent: files with the
 * same bytes share it.  Of those that came along and those that are held, the one
 * that came along stands for them. */
enum weigh_code
making_list_blobs(struct making *m, struct weigh_err *err)
{
	size_t room = m->commit.nfiles, n = 0, i;

	m->by_oid = calloc(room, sizeof(struct repo_file *));
	m->blobs = calloc(room, sizeof(*m->blobs));
	m->fresh = calloc(room, sizeof(*m->fresh));
	if (m->by_oid == NULL || m->blobs == NULL || m->fresh == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 0; i < room; i++) {
		m->bytes += m->commit.files[i].size;
		if (!m->commit.files[i].known)
			m->by_oid[n++] = &m->commit.files[i];
	}
	qsort(m->by_oid, n, sizeof(struct repo_file *), compare_oid);
	for (i = 0; i < n; i++) {
		struct repo_file *f = m->by_oid[i];

		if (i > 0 && m->nblobs > 0 &&
		    weigh_oid_equal(&m->blobs[m->nblobs - 1].oid, &f->oid)) {
			if (f->mine != NULL)
				m->by_oid[m->nblobs - 1] = f;
			continue;
		}
		m->by_oid[m->nblobs] = f;
		m->blobs[m->nblobs++] = (struct catalog_blob){ .oid = f->oid,
			.size = f->size };
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
		if (rc == WEIGH_OK && !held && m->by_oid[i]->mine == NULL)
			rc = weigh_fail(err, WEIGH_USAGE,
			    "'%s': its bytes are not held here, or were found "
			    "bad; send them again",
			    m->by_oid[i]->path);
		if (rc == WEIGH_OK && !held)
			m->new_bytes += m->blobs[i].size;
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
		struct repo_file *f = m->by_oid[i];
		struct store_writer **writer = f->mine;

		if (!m->fresh[i])
			continue;
		rc = store_publish_in(*writer, &batch, &blob, err);
		*writer = NULL;
		if (rc != WEIGH_OK)
			return weigh_context(err, rc, "'%s'", f->path);
		m->blobs[i].stamp = blob.stamp;
	}
	return store_batch_sync(m->gate->parts.store, &batch, err);
}
