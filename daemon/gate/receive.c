/* receive: bytes that come before the commit which names them.  See change.h. */
#include <stdlib.h>
#include <time.h>

#include "base/fd.h"
#include "gate/change.h"
#include "gate/texts.h"
#include "priv.h"

/* --- is it held? -------------------------------------------------------------- */

/* Something has its name: are these its bytes?  What is wrong goes to quarantine;
 * `known`: the catalog has a row for it. */
static enum weigh_code
read_held(struct gate *g, struct catalog_blob *blob, bool known, bool *held,
    struct weigh_err *err)
{
	struct store *store = g->parts.store;
	struct store_finding finding;
	enum weigh_code rc;

	rc = store_verify(store, &blob->oid, blob->size,
	    g->parts.verify_threads, &g->background, &finding, err);
	if (rc != WEIGH_OK)
		return rc;
	*held = finding.ok;
	blob->stamp = finding.stamp;
	if (finding.ok)
		return WEIGH_OK;
	if (known)
		return gate_condemn(g, &blob->oid, blob->size, &finding, err);
	return store_quarantine(store, &blob->oid, finding.problem, err);
}

enum weigh_code
gate_holds(struct gate *g, struct catalog_reader *reader,
    struct catalog_blob *blob, bool *held, struct weigh_err *err)
{
	struct catalog_blob known;
	enum catalog_blob_state state;
	enum weigh_code rc, known_rc;
	int fd = -1;

	*held = false;
	rc = store_open_blob(g->parts.store, &blob->oid, &fd, &blob->stamp,
	    err);
	fd_close(&fd);
	if (rc == WEIGH_NOT_FOUND)
		return WEIGH_OK;
	if (rc != WEIGH_OK) /* no file: then no stamp is its stamp */
		blob->stamp = (struct stamp){ .size = -1 };
	known_rc = catalog_known_blob(reader, &blob->oid, &known, &state, err);
	if (known_rc == WEIGH_OK && state == CATALOG_GOOD &&
	    stamp_equal(&blob->stamp, &known.stamp)) {
		*held = true;
		return WEIGH_OK;
	}
	return read_held(g, blob, known_rc == WEIGH_OK, held, err);
}

/* --- receiving ------------------------------------------------------------------- */

struct reception {
	struct catalog_blob *blobs;
	bool *fresh; /* has its name since now */
	size_t n;
	const char *token;
	bool listed; /* one was listed before, and not held */
};

static enum weigh_code
write_reception(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct reception *r = ctx;
	struct catalog *catalog = g->parts.catalog;
	enum weigh_code rc = catalog_begin(catalog, err);

	if (rc != WEIGH_OK)
		return rc;
	for (size_t i = 0; i < r->n && rc == WEIGH_OK; i++)
		rc = catalog_receive(catalog, &r->blobs[i], r->token,
		    time(NULL), err);
	rc = catalog_end(catalog, rc, err);
	if (r->listed) { /* answers about it change */
		gate_changed(g);
		gate_read_texts(g);
	}
	return rc;
}

static void
look_at_listed(struct catalog_reader *reader, struct reception *r,
    const struct weigh_oid *oid)
{
	struct catalog_blob known;
	enum catalog_blob_state state;

	r->listed = r->listed ||
	    (catalog_known_blob(reader, oid, &known, &state, NULL) ==
		    WEIGH_OK &&
		known.absent);
}

/* Give those that are new their names, and make the names last. */
static enum weigh_code
name_all(struct gate *g, struct catalog_reader *reader,
    struct store_writer **writers, struct reception *r, struct weigh_err *err)
{
	struct store_batch batch = { 0 };
	struct store_blob published;
	enum weigh_code rc = WEIGH_OK;
	bool held;

	for (size_t i = 0; i < r->n && rc == WEIGH_OK; i++) {
		look_at_listed(reader, r, &r->blobs[i].oid);
		rc = gate_holds(g, reader, &r->blobs[i], &held, err);
		if (rc != WEIGH_OK || held)
			continue;
		r->fresh[i] = true;
		rc = store_publish_in(writers[i], &batch, &published, err);
		writers[i] = NULL;
		r->blobs[i].stamp = published.stamp;
	}
	if (rc == WEIGH_OK)
		rc = store_batch_sync(g->parts.store, &batch, err);
	return rc;
}

/* Their names, then their rows.  A kill between the two leaves blobs that nobody
 * names, which are gc's; a failure to name them takes the names back. */
static enum weigh_code
receive(struct gate *g, struct catalog_reader *reader,
    struct store_writer **writers, struct reception *r, struct weigh_err *err)
{
	enum weigh_code rc = name_all(g, reader, writers, r, err);

	for (size_t i = 0; i < r->n && rc != WEIGH_OK; i++)
		if (r->fresh[i])
			(void)store_delete(g->parts.store, &r->blobs[i].oid,
			    NULL);
	return rc == WEIGH_OK ? gate_on_writer(g, write_reception, r, err) : rc;
}

enum weigh_code
gate_receive_many(struct gate *g, struct catalog_reader *reader,
    struct store_writer **writers, const struct store_blob *blobs, size_t n,
    const struct gate_who *who, struct weigh_err *err)
{
	struct reception r = {
		.blobs = calloc(n + 1, sizeof(*r.blobs)),
		.fresh = calloc(n + 1, sizeof(*r.fresh)),
		.n = n,
		.token = who->token,
	};
	enum weigh_code rc;

	if (r.blobs == NULL || r.fresh == NULL) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < n; i++)
		r.blobs[i] = (struct catalog_blob){ .oid = blobs[i].oid,
			.size = blobs[i].size };
	gate_hold(g);
	rc = gate_tidy_held(g, reader, err);
	if (rc == WEIGH_OK)
		rc = receive(g, reader, writers, &r, err);
	gate_release(g);
out:
	for (size_t i = 0; i < n; i++) {
		store_abandon(writers[i]);
		writers[i] = NULL;
	}
	free(r.blobs);
	free(r.fresh);
	return rc;
}

enum weigh_code
gate_receive(struct gate *g, struct catalog_reader *reader,
    struct store_writer *writer, const struct store_blob *blob,
    const struct gate_who *who, struct weigh_err *err)
{
	return gate_receive_many(g, reader, &writer, blob, 1, who, err);
}

/* --- who may use it ---------------------------------------------------------------- */

struct use {
	const struct gate_who *who;
	struct catalog_reader *reader;
	bool allowed;
};

static bool
look_at_use(void *ctx, const struct weigh_repo *repo,
    enum weigh_visibility visibility)
{
	struct use *use = ctx;

	use->allowed = use->who->may_read == NULL ||
	    use->who->may_read(use->who->ctx, use->reader, repo, visibility);
	return !use->allowed;
}

enum weigh_code
gate_may_use(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, const struct gate_who *who, uint64_t *size,
    struct weigh_err *err)
{
	struct use use = { .who = who, .reader = reader };
	struct catalog_blob blob;
	enum catalog_blob_state state;
	enum weigh_code rc;
	int64_t sent, last;

	(void)g;
	rc = catalog_known_blob(reader, oid, &blob, &state, err);
	if (rc != WEIGH_OK)
		return rc;
	if (state == CATALOG_GOOD) {
		rc = catalog_received(reader, oid, who->token, &sent, &last,
		    err);
		if (rc != WEIGH_OK)
			return rc;
		use.allowed = sent != 0;
	}
	if (state == CATALOG_GOOD && !use.allowed)
		rc = catalog_uses(reader, oid, GATE_USES_MAX, look_at_use, &use,
		    err);
	if (rc == WEIGH_OK && !use.allowed)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "these bytes are not held here");
	*size = blob.size;
	return rc;
}
