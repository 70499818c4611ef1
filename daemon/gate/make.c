/* make: blobs that the mirror makes from a file of weights.  See weights.h. */
#include <time.h>

#include "gate/weights.h"
#include "priv.h"

#define WAIT_SECONDS 2

struct made {
	const struct weigh_oid *source;
	const char *kind;
	struct catalog_blob blob;
};

static enum weigh_code
write_made(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct made *m = ctx;
	enum weigh_code rc;

	rc = catalog_keep_made(g->parts.catalog, m->source, m->kind, &m->blob,
	    time(NULL), err);
	gate_changed(g);
	return rc;
}

/* Its name, then its row.  A kill between the two leaves a blob that nobody names,
 * which is gc's, and which is found held when it is made again. */
static enum weigh_code
admit(struct gate *g, struct catalog_reader *reader,
    struct store_writer **writer, struct made *m, struct weigh_err *err)
{
	struct store_blob published;
	enum weigh_code rc;
	bool held;

	rc = gate_holds(g, reader, &m->blob, &held, err);
	if (rc == WEIGH_OK && !held) {
		rc = store_publish(*writer, &published, err);
		*writer = NULL;
		m->blob.stamp = published.stamp;
	}
	if (rc == WEIGH_OK)
		rc = gate_on_writer(g, write_made, m, err);
	return rc;
}

/* gate_hold, but not for long: somebody waits for a small answer, and the gate may
 * be held for minutes, while the catalog is made again say. */
static enum weigh_code
hold_soon(struct gate *g, struct weigh_err *err)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_SECONDS;
	if (pthread_mutex_timedlock(&g->publishing, &until) == 0)
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_NOT_YET,
	    "the mirror is busy with a large change");
}

enum weigh_code
gate_make(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *source, const char *kind, const void *data,
    size_t len, struct weigh_oid *oid, struct weigh_err *err)
{
	struct made m = { .source = source, .kind = kind };
	struct store_writer *w = NULL;
	struct store_blob sealed;
	struct weigh_oid before;
	enum weigh_code rc;
	uint64_t size;

	if (!weigh_oid_of(oid, data, len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = catalog_made(reader, source, kind, &before, &size, err);
	if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND)
		return rc;
	if (rc == WEIGH_OK && weigh_oid_equal(&before, oid) &&
	    gate_ask(g, reader, WEIGH_DOOR_NONE, oid, len, NULL) == WEIGH_OK)
		return WEIGH_OK;
	rc = store_begin(g->parts.store, len, &w, err);
	if (rc == WEIGH_OK)
		rc = store_append(w, data, len, err);
	if (rc == WEIGH_OK)
		rc = store_seal(w, oid, &sealed, err);
	if (rc == WEIGH_OK && (rc = hold_soon(g, err)) == WEIGH_OK) {
		m.blob = (struct catalog_blob){ .oid = *oid, .size = len };
		rc = gate_tidy_held(g, reader, err);
		if (rc == WEIGH_OK)
			rc = admit(g, reader, &w, &m, err);
		gate_release(g);
	}
	store_abandon(w);
	return rc;
}
