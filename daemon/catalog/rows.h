/* rows: what writer and readers both look up.  Private to catalog/. */
#ifndef CATALOG_ROWS_H
#define CATALOG_ROWS_H

#include "db.h"

/* The name with A-Z lowered: two names with one key are the same on some
 * client's file system, so only one of them is held. */
struct rows_key {
	char text[WEIGH_NAME_MAX + 1];
};
struct rows_key rows_key(const struct weigh_repo *repo);

/* The repository with this key, in whatever spelling it is held; *id 0 and
 * WEIGH_OK when there is none. */
enum weigh_code rows_repo(struct db *db, const struct weigh_repo *repo,
    int64_t *id, struct weigh_repo *held, struct weigh_err *err);

/* A revision of a repository; *id 0 and WEIGH_OK when there is none. */
enum weigh_code rows_revision(struct db *db, int64_t repo,
    const struct weigh_gitid *commit, int64_t *id, struct weigh_err *err);

/* The folder part of a path: its length, without the last '/'. */
size_t rows_folder_length(const char *path);

/* Totals move by differences, in the transaction that makes them. */
struct rows_difference {
	int64_t repos;
	int64_t revisions;
	int64_t blobs;
	int64_t bytes;
	int64_t bad;
	int64_t bad_bytes;
	int64_t absent;
	int64_t absent_bytes;
	int64_t scrubbed; /* bytes read in this round of scrub */
};
enum weigh_code rows_move_totals(struct db *db, const struct rows_difference *d,
    struct weigh_err *err);

/* What is recorded of a blob; id 0 and WEIGH_OK when nothing is. */
struct rows_blob {
	int64_t id;
	uint64_t size;
	enum catalog_blob_state state;
	int64_t checked; /* see schema.c */
	struct stamp stamp;
	bool absent; /* listed, not held */
};
enum weigh_code rows_find_blob(struct db *db, const struct weigh_oid *oid,
    struct rows_blob *held, struct weigh_err *err);

/* Record one blob and add to *d what that changed.  A good one is remembered
 * with size and stamp, and no finding is about it any more; a bad one keeps what
 * was known of it.  `checked` as in schema.c; one that is not above zero does not
 * take a reading back from a good blob with the same stamp.  One that was absent is
 * held now, in all revisions that list it. */
enum weigh_code rows_record_blob(struct db *db, const struct catalog_blob *blob,
    enum catalog_blob_state state, int64_t checked, struct rows_difference *d,
    struct weigh_err *err);

/* More is known of a blob: the revisions that list it wait for a record (records.h). */
enum weigh_code rows_wait_for_record(struct db *db, const struct weigh_oid *oid,
    struct weigh_err *err);

/* … and so does what was made from a model of this key. */
enum weigh_code rows_children_wait(struct db *db, const char *key,
    struct weigh_err *err);

/* A held, good blob is absent from now on. */
enum weigh_code rows_let_go(struct db *db, const struct rows_blob *held,
    struct rows_difference *d, struct weigh_err *err);

/* A held, good blob was read and is right. */
enum weigh_code rows_record_read(struct db *db, const struct rows_blob *held,
    int64_t checked, struct rows_difference *d, struct weigh_err *err);

/* A blob's row goes: add to *d what that changes.  The row itself is the
 * caller's to delete. */
enum weigh_code rows_forget_blob(struct db *db, const struct rows_blob *held,
    struct rows_difference *d, struct weigh_err *err);

/* Four columns from `column` on. */
struct stamp rows_stamp(const struct query *q, int column);
/* Four parameters. */
void rows_bind_stamp(struct query *q, const struct stamp *stamp);

#endif
