/*
 * listed: each repository's place in lists, kept by the writer.  Private to catalog/.
 *
 * A place is one number: kind (2 bits), seconds since 1970 (34), the row of the
 * repository (24).  So the rows of a kind are a range, in the order of their dates,
 * and no two are equal.
 *
 * (1) A repository has a row in `listed` if it has a revision: that of HEAD (main,
 *     else its only branch), else its newest.
 * (2) Whoever changes a ref, a revision, a name or the date of a repository calls
 *     listed_refresh before the transaction ends; who takes the repository away,
 *     listed_forget before its rows go.
 * (3) What was made from a model waits for a record when that one's row changes.
 */
#ifndef CATALOG_LISTED_H
#define CATALOG_LISTED_H

#include "db.h"

#define LISTED_REPO_BITS 24
#define LISTED_DATE_BITS 34 /* until the year 2514 */

/* The place of repository `repo`; the date is brought into 0 … 2^34 - 1. */
int64_t listed_place(enum weigh_kind kind, int64_t date, int64_t repo);

enum weigh_code listed_refresh(struct db *db, int64_t repo,
    struct weigh_err *err);
/* If no repository has a row, give all of them one: the catalog comes from before
 * there were lists.  One transaction; a kill leaves none. */
enum weigh_code listed_fill(struct db *db, struct weigh_err *err);
enum weigh_code listed_forget(struct db *db, int64_t repo,
    struct weigh_err *err);

#endif
