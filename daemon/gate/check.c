/* check: reading a blob again, and recording what was found.  See gate.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/fd.h"
#include "log/log.h"
#include "priv.h"

/* A reading this long is written down at once; see gate_note_read. */
#define LONG_READ ((uint64_t)64 << 20)

/* --- recording what a check found -------------------------------------------- */

static enum weigh_code
write_check(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct catalog_check *check = ctx;
	const struct audit_entry entry = {
		.event = AUDIT_QUARANTINE,
		.time = check->time,
		.blob = check->blob.oid,
		.why = check->problem,
	};
	enum weigh_code rc = WEIGH_OK;

	if (check->state == CATALOG_BAD)
		rc = audit_append(g->parts.audit, &entry, err);
	if (rc == WEIGH_OK)
		rc = catalog_mark_blob(g->parts.catalog, check, err);
	gate_changed(g);
	return rc;
}

#define SEGMENTS (STORE_BAD_SEGMENTS * 21 + 1)

/* The numbers of the bad segments that are known, separated by blanks. */
static void
list_segments(const struct store_finding *f, char out[SEGMENTS])
{
	size_t len = 0;

	out[0] = '\0';
	for (uint64_t i = 0; i < f->bad_count && i < STORE_BAD_SEGMENTS; i++)
		len += (size_t)snprintf(out + len, SEGMENTS - len, "%s%" PRIu64,
		    i > 0 ? " " : "", f->bad[i]);
}

enum weigh_code
gate_condemn(struct gate *g, const struct weigh_oid *oid, uint64_t size,
    const struct store_finding *f, struct weigh_err *err)
{
	char segments[SEGMENTS];
	struct catalog_check check = {
		.blob = { .oid = *oid, .size = size },
		.state = CATALOG_BAD,
		.time = time(NULL),
		.problem = f->problem,
		.segments = segments,
	};
	char hex[WEIGH_OID_HEX + 1];
	enum weigh_code rc;

	list_segments(f, segments);
	weigh_oid_hex(oid, hex);
	log_event(LOG_ERROR_LEVEL, "quarantine", "sha256", hex, "why",
	    f->problem, NULL);
	rc = store_quarantine(g->parts.store, oid, f->problem, err);
	if (rc == WEIGH_NOT_FOUND) /* it is gone: that is bad too */
		rc = WEIGH_OK;
	if (rc == WEIGH_OK)
		rc = gate_on_writer(g, write_check, &check, err);
	return rc;
}

/* --- readings that found nothing: many, and none is worth a sync of its own -- */

static enum weigh_code
write_readings(struct gate *g, void *ctx, struct weigh_err *err)
{
	struct catalog_blob blobs[GATE_READINGS];
	unsigned n;

	(void)ctx;
	pthread_mutex_lock(&g->lock);
	n = g->nreadings;
	memcpy(blobs, g->readings, n * sizeof(blobs[0]));
	g->nreadings = 0;
	pthread_mutex_unlock(&g->lock);
	if (n == 0)
		return WEIGH_OK;
	return catalog_mark_read(g->parts.catalog, blobs, n, time(NULL), err);
}

enum weigh_code
gate_write_readings(struct gate *g, struct weigh_err *err)
{
	bool any;

	pthread_mutex_lock(&g->lock);
	any = g->nreadings > 0;
	pthread_mutex_unlock(&g->lock);
	return any ? gate_on_writer(g, write_readings, NULL, err) : WEIGH_OK;
}

static enum weigh_code
note_reading(struct gate *g, const struct catalog_blob *blob,
    struct weigh_err *err)
{
	bool full;

	pthread_mutex_lock(&g->lock);
	/* Full: another thread is about to write them.  A reading that is not
	 * noted is only done again. */
	if (g->nreadings < GATE_READINGS)
		g->readings[g->nreadings++] = *blob;
	full = g->nreadings == GATE_READINGS;
	pthread_mutex_unlock(&g->lock);
	if (!full && blob->size < LONG_READ)
		return WEIGH_OK;
	return gate_on_writer(g, write_readings, NULL, err);
}

enum weigh_code
gate_found_right(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, uint64_t size, const struct stamp *stamp,
    struct weigh_err *err)
{
	struct catalog_check check = {
		.blob = { .oid = *oid, .size = size, .stamp = *stamp },
		.state = CATALOG_GOOD,
		.time = time(NULL),
	};
	struct catalog_blob held;
	enum catalog_blob_state state;
	enum weigh_code rc;

	rc = catalog_known_blob(reader, oid, &held, &state, err);
	if (rc == WEIGH_OK && state == CATALOG_GOOD &&
	    stamp_equal(&held.stamp, stamp))
		return note_reading(g, &check.blob, err);
	return gate_on_writer(g, write_check, &check, err);
}

/* --- checking ------------------------------------------------------------------ */

/* Is what lies under the name still what the finding is about? */
static bool
still_there(struct gate *g, const struct weigh_oid *oid,
    const struct store_finding *f)
{
	struct stamp now;
	enum weigh_code rc;
	int fd = -1;

	rc = store_open_blob(g->parts.store, oid, &fd, &now, NULL);
	fd_close(&fd);
	if (f->missing)
		return rc == WEIGH_NOT_FOUND;
	if (rc != WEIGH_OK)
		return rc != WEIGH_NOT_FOUND; /* no regular file, then as now */
	return stamp_equal(&now, &f->stamp);
}

/* Condemn what was found bad, unless meanwhile a publication has put a good one in
 * its place, or gc has taken it away. */
static enum weigh_code
condemn_found(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, uint64_t size, const struct store_finding *f,
    struct weigh_err *err)
{
	enum catalog_blob_state state;
	struct catalog_blob blob;
	enum weigh_code rc;

	pthread_mutex_lock(&g->publishing);
	rc = catalog_known_blob(reader, oid, &blob, &state, err);
	/* WEIGH_NOT_FOUND: nobody names it any more.  Missing and bad: a check
	 * beside this one has said so meanwhile.  Missing and absent: it was never
	 * here. */
	if (rc != WEIGH_OK ||
	    (f->missing && (state == CATALOG_BAD || blob.absent)))
		;
	else if (still_there(g, oid, f))
		rc = gate_condemn(g, oid, size, f, err);
	else
		rc = weigh_fail(err, WEIGH_NOT_YET,
		    "it was replaced while it was checked");
	pthread_mutex_unlock(&g->publishing);
	return rc;
}

/* Is it known that what is missing is bad?  Then say what was found at the time, if
 * it lies in quarantine. */
static bool
is_known_bad(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, struct store_finding *f)
{
	struct catalog_blob blob;
	enum catalog_blob_state state;
	char note[120];

	if (catalog_known_blob(reader, oid, &blob, &state, NULL) != WEIGH_OK ||
	    state != CATALOG_BAD)
		return false;
	if (store_quarantine_note(g->parts.store, oid, note, sizeof(note)))
		snprintf(f->problem, sizeof(f->problem), "in quarantine: %s",
		    note);
	return true;
}

enum weigh_code
gate_check(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, uint64_t size, struct store_progress *progress,
    struct store_finding *finding, struct weigh_err *err)
{
	enum weigh_code rc;

	rc = store_verify(g->parts.store, oid, size, g->parts.verify_threads,
	    progress, finding, err);
	if (rc != WEIGH_OK)
		return rc;
	if (!finding->ok && finding->missing &&
	    is_known_bad(g, reader, oid, finding))
		return WEIGH_OK; /* known and journaled */
	if (!finding->ok)
		return condemn_found(g, reader, oid, size, finding, err);
	return gate_found_right(g, reader, oid, size, &finding->stamp, err);
}
