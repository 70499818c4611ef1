/* reading: see reading.h. */
#include "upkeep/reading.h"

#include <stdatomic.h>

static enum weigh_code
read_pieces(const struct reading *r, struct store_scan *scan,
    struct weigh_err *err)
{
	struct store_place place;
	enum weigh_code rc;
	size_t len;

	do {
		rc = store_scan_step(scan, &len, err);
		atomic_fetch_add(&r->progress->bytes, len);
		if (rc == WEIGH_OK && len > 0 && r->pace != NULL)
			rc = r->pace(r->ctx, len,
			    store_scan_place(scan, &place) ? &place : NULL,
			    err);
		if (rc == WEIGH_OK && atomic_load(&r->progress->cancel))
			rc = weigh_fail(err, WEIGH_CANCELED, "canceled");
	} while (rc == WEIGH_OK && len > 0);
	return rc;
}

enum weigh_code
reading_blob(const struct reading *r, const struct catalog_blob *blob,
    const struct store_place *from, struct store_finding *found,
    struct weigh_err *err)
{
	struct store_scan *scan = NULL;
	struct stamp stamp;
	enum weigh_code rc;
	bool right = false;

	*found = (struct store_finding){ .ok = true };
	rc = store_scan_begin(r->store, &blob->oid, blob->size, from, &scan,
	    err);
	if (rc == WEIGH_OK) {
		rc = read_pieces(r, scan, err);
		right = rc == WEIGH_OK && store_scan_right(scan, &stamp);
	} else if (rc == WEIGH_NOT_FOUND || rc == WEIGH_IO) {
		rc = WEIGH_OK; /* not there, or no file: let the gate say */
	}
	store_scan_end(scan);
	if (rc != WEIGH_OK)
		return rc;
	if (right)
		return gate_found_right(r->gate, r->reader, &blob->oid,
		    blob->size, &stamp, err);
	return gate_check(r->gate, r->reader, &blob->oid, blob->size,
	    r->progress, found, err);
}
