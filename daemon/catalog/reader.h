/* reader: from names to rows; shared by the reading files, private to catalog/. */
#ifndef CATALOG_READER_H
#define CATALOG_READER_H

#include "db.h"

/* A repository by its exact name.  WEIGH_NOT_FOUND. */
enum weigh_code reader_repo(struct db *db, const struct weigh_repo *repo,
    int64_t *id, int64_t *created, struct weigh_err *err);

/* A revision of a repository by its commit.  WEIGH_NOT_FOUND. */
enum weigh_code reader_revision(struct db *db, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, int64_t *id, struct weigh_err *err);

/* The revision that HEAD means in a repository; its newest one when HEAD means
 * none (several branches, no main).  0: there is no revision. */
enum weigh_code reader_head(struct db *db, int64_t repo, int64_t *id,
    struct weigh_err *err);

/* Where a name of a ref is looked up, in this order; the last prefix is NULL. */
struct reader_place {
	const char *prefix; /* cut off before looking */
	enum catalog_ref_kind kind;
};
extern const struct reader_place reader_places[];

#endif
