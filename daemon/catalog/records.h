/*
 * records: what is known of the license of each revision, what people decided about it,
 * and what the policy came to.
 *
 * (1) Rows are added and never changed: the last record of a revision counts, one like the
 *     last is not added, and `at` never falls from one to the next.
 * (2) A revision waits for a record from its admission on, and again when one of its texts
 *     was looked at, when a file of it came, when another judge or other terms decide, and
 *     when what it was made from changed: another record, another head, a new name, gone.
 *     Making a record ends the turn that it was made in, and no later one; but one that
 *     names a base for the first time is made again, for until then it was not woken.
 * (3) Acts and decisions are about a commit of a repository by name, held or not, and
 *     outlive both.  An act is found under every name that its repository had.
 * (4) The number of an act is that of its line in the journal: added twice, it is one.
 *
 * Records are made again from what they are about, acts and some decisions from the
 * journal; an older record is history that a catalog made again does not have.
 */
#ifndef CATALOG_RECORDS_H
#define CATALOG_RECORDS_H

#include <weigh/policy.h>

#include "catalog/catalog.h"

/* --- records -------------------------------------------------------------- */

/* One that waits (2). */
struct catalog_unrecorded {
	int64_t turn; /* in the order of waiting; above 0 */
	struct weigh_repo repo;
	enum weigh_visibility visibility;
	struct weigh_gitid commit;
	int64_t date; /* of the commit */
};
/* Those behind `after` (0: from the first), at most `limit`. */
enum weigh_code catalog_records_waiting(struct catalog_reader *r, int64_t after,
    unsigned limit, void (*each)(void *ctx, const struct catalog_unrecorded *u),
    void *ctx, struct weigh_err *err);
/* Does this one? */
enum weigh_code catalog_record_waits(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    bool *waits, struct weigh_err *err);

struct catalog_record {
	int64_t id;                    /* rising; filled by readers */
	int64_t at;                    /* seconds since 1970 */
	struct weigh_oid name;         /* SHA-256 of `json` */
	struct weigh_oid judge, terms; /* what decided */
	const char *concluded, *state, *family;
	const char *findings; /* their names, blanks between, or "" */
	const char *json;     /* weigh/record.h */
};
/* Keep the record of a revision; `turn` is when it waited.  `bases`: names of models, as
 * written, whose change makes it wait again (2).  *fresh: it is another than the last.  A
 * revision that is not held any more is passed over. */
struct catalog_recording {
	struct weigh_repo repo;
	struct weigh_gitid commit;
	int64_t turn;
	struct catalog_record record;
	const char *const *bases;
	size_t nbases;
};
enum weigh_code catalog_keep_record(struct catalog *c,
    const struct catalog_recording *k, bool *fresh, struct weigh_err *err);
/* From now on this judge and these terms decide; if others did, all wait (2). */
enum weigh_code catalog_records_again(struct catalog *c,
    const struct weigh_oid *judge, const struct weigh_oid *terms,
    struct weigh_err *err);

/* The last record of a revision, or what was the last at the moment `as_of` (0: now).
 * WEIGH_NOT_FOUND: there is none, or no such revision. */
enum weigh_code catalog_record(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    int64_t as_of, void (*each)(void *ctx, const struct catalog_record *rec),
    void *ctx, struct weigh_err *err);
/* Its records, the newest first, before the one with this id (0: from the last), at most
 * `limit`. */
enum weigh_code catalog_record_history(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    int64_t before, unsigned limit,
    void (*each)(void *ctx, const struct catalog_record *rec), void *ctx,
    struct weigh_err *err);

/* A repository's revision as HEAD has it (else its newest), and its record. */
struct catalog_recorded {
	struct weigh_repo repo;
	enum weigh_visibility visibility;
	struct weigh_gitid commit;
	int64_t date;
	const struct catalog_record *record; /* NULL: not made yet */
};
/* Repositories in the order of kind and name (case aside), beginning after `after` (NULL:
 * the first), at most `limit`; *last is the one to go on after, *n how many there were. */
enum weigh_code catalog_records_each(struct catalog_reader *r,
    const struct weigh_repo *after, unsigned limit, int64_t as_of,
    void (*each)(void *ctx, const struct catalog_recorded *one), void *ctx,
    struct weigh_repo *last, unsigned *n, struct weigh_err *err);

/* The revision of a repository that was current at `date`: the newest of HEAD's history
 * that is not younger; if all are, or there is no history, HEAD's.  By a former name too;
 * *held is what it is called now.  WEIGH_NOT_FOUND. */
enum weigh_code catalog_current(struct catalog_reader *r,
    const struct weigh_repo *repo, int64_t date, struct weigh_repo *held,
    enum weigh_visibility *visibility, struct weigh_gitid *commit,
    struct weigh_err *err);

/* --- acts ----------------------------------------------------------------- */

/* Add one; `repo` as weigh_repo_text has it, `number` as (4). */
enum weigh_code catalog_add_act(struct catalog *c, const struct weigh_act *act,
    struct weigh_err *err);
/* Those about a revision, in the order of their numbers. */
enum weigh_code catalog_acts(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    void (*each)(void *ctx, const struct weigh_act *act), void *ctx,
    struct weigh_err *err);
/* All, behind the one with this number (0: from the first), at most `limit`. */
enum weigh_code catalog_acts_each(struct catalog_reader *r, int64_t after,
    unsigned limit, void (*each)(void *ctx, const struct weigh_act *act),
    void *ctx, struct weigh_err *err);
/* One by its number.  WEIGH_NOT_FOUND. */
enum weigh_code catalog_act(struct catalog_reader *r, int64_t number,
    void (*each)(void *ctx, const struct weigh_act *act), void *ctx,
    struct weigh_err *err);

/* --- decisions ------------------------------------------------------------ */

/* What the policy said of a revision for a purpose. */
struct catalog_decision {
	int64_t id; /* rising; filled by readers */
	struct weigh_repo repo;
	struct weigh_gitid commit;
	const char *purpose;
	enum weigh_ruling ruling;
	bool held;
	uint32_t option;
	const char *rule, *reason, *because;
	struct weigh_oid policy, record; /* record zero: there was none */
	int64_t approved;                /* number of the act; 0: none */
	int64_t at, until; /* seconds since 1970; until 0: no end */
};
/* Add it, if it is another than the last about this revision and purpose: *fresh.
 * *turned: what may be done is another than before (ruling or held); before the first,
 * everything may. */
enum weigh_code catalog_keep_decision(struct catalog *c,
    const struct catalog_decision *d, bool *fresh, bool *turned,
    struct weigh_err *err);
/* The last one, or the last at the moment `as_of` (0: now).  WEIGH_NOT_FOUND. */
enum weigh_code catalog_decision(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    const char *purpose, int64_t as_of,
    void (*each)(void *ctx, const struct catalog_decision *d), void *ctx,
    struct weigh_err *err);
/* All, behind the one with this id (0: from the first), at most `limit`. */
enum weigh_code catalog_decisions_each(struct catalog_reader *r, int64_t after,
    unsigned limit, void (*each)(void *ctx, const struct catalog_decision *d),
    void *ctx, struct weigh_err *err);

#endif
