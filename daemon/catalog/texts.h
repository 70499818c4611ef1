/*
 * texts: held files that by their names could be a license, and what each of them was
 * found to be.
 *
 * (1) A file is noted when a revision that names it is admitted, by its name
 *     (weigh/evidence.h) and its size; a catalog made again notes the same.
 * (2) What was found is kept with `judge`, the SHA-256 of what decided: another engine,
 *     or other fingerprints, look again.
 * (3) Nothing here reads a file: noted is not looked at, and looked at is not held.
 */
#ifndef CATALOG_TEXTS_H
#define CATALOG_TEXTS_H

#include "catalog/catalog.h"

/* One that waits to be looked at. */
struct catalog_text {
	int64_t place; /* in the order of waiting; above 0 */
	struct weigh_oid oid;
	uint64_t size;
};
/* Those that are held and wait, behind `after` (0: from the first), at most `limit`. */
enum weigh_code catalog_texts_waiting(struct catalog_reader *r, int64_t after,
    unsigned limit, void (*each)(void *ctx, const struct catalog_text *t),
    void *ctx, struct weigh_err *err);

/* What one was found to be: kind and license as weigh/license.h has them, and all that a
 * record needs (weigh_record_text_print). */
struct catalog_text_found {
	struct weigh_oid oid;
	struct weigh_oid judge;
	const char *kind, *license;
	const char *result; /* JSON */
};
/* Keep it; what lists it waits for a record (catalog/records.h).  A text that is not noted any more is passed over. */
enum weigh_code catalog_keep_text(struct catalog *c,
    const struct catalog_text_found *found, struct weigh_err *err);
/* All that another judge found waits again (2). */
enum weigh_code catalog_texts_again(struct catalog *c,
    const struct weigh_oid *judge, struct weigh_err *err);

/* Those of a revision: in its root first, then folder by folder, at most `limit`. */
struct catalog_text_of {
	const char *path;
	struct weigh_oid oid;
	uint64_t size;
	bool waits; /* to be looked at */
	const char
	    *result; /* "": it waits, or is not held and was never looked at */
};
enum weigh_code catalog_texts_of(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    unsigned limit, void (*each)(void *ctx, const struct catalog_text_of *t),
    void *ctx, struct weigh_err *err);

/* A place where a held text stands that is exactly one license. */
struct catalog_text_copy {
	struct weigh_oid oid;
	uint64_t size;
	struct weigh_repo repo;
	enum weigh_visibility visibility;
	struct weigh_gitid commit;
	const char *path;
};
/* Each of them, of all repositories whoever may read them, until `each` answers false;
 * of at most `limit` places. */
enum weigh_code catalog_text_copies(struct catalog_reader *r,
    const char *license, unsigned limit,
    bool (*each)(void *ctx, const struct catalog_text_copy *copy), void *ctx,
    struct weigh_err *err);

#endif
