/* mirrored: what an admission says of where it comes from; part of its transaction.
 * Private to catalog/. */
#ifndef CATALOG_MIRRORED_H
#define CATALOG_MIRRORED_H

#include "db.h"

/* The repository comes from `source`.  `through`: only because a client asked; once
 * it was asked for otherwise, it stays so. */
enum weigh_code mirrored_from(struct db *db, int64_t repo, const char *source,
    bool through, int64_t now, struct weigh_err *err);

/* Upstream calls this revision `told`. */
enum weigh_code mirrored_told(struct db *db, int64_t repo,
    const struct weigh_gitid *told, int64_t revision, struct weigh_err *err);

#endif
