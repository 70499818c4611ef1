/*
 * making: a revision while it is being made, whether it was published whole
 * (publish.c) or is a commit on top of another (change.c).  making.c has the order
 * of its lasting steps and takes them back, contents.c files and blobs, revision.c
 * git, journal and catalog.  Private to gate/.
 *
 * Threads: one at a time, between gate_hold and gate_release.  Blocking: all of it
 * reads, writes and syncs.
 */
#ifndef GATE_MAKING_H
#define GATE_MAKING_H

#include "about.h"
#include "gate/change.h"
#include "priv.h"

struct making {
	struct gate *gate;
	struct catalog_reader *reader;
	const struct weigh_repo *name;
	const char *message, *origin;
	enum weigh_visibility visibility; /* of a repository that is created */
	char ref[WEIGH_REV_MAX + 12];     /* full; it moves from `from` */
	struct weigh_gitid from;
	struct repo *repo;
	/* commit.files: what the revision holds.  `mine` of a file that came along is
	 * where its writer is (struct store_writer **); else NULL. */
	struct repo_commit commit;
	struct catalog_blob *blobs; /* each distinct one that is not carried */
	bool *fresh;                /* blobs[i] was not held before */
	size_t nblobs;
	struct repo_file **by_oid;
	struct catalog_intent intent;
	bool intended;
	bool created;   /* the repository did not exist */
	bool moving;    /* the ref was told to move, and may have */
	bool journaled; /* the journal says that it was admitted */
	bool doubt;     /* whether the catalog has it shows at the next start */
	struct gate_about about;
	/* what came of it */
	struct weigh_oid manifest;
	uint64_t bytes;     /* of all files */
	uint64_t new_bytes; /* of blobs that were not held before */
	bool unchanged;     /* the parent has this very tree */
};

typedef enum weigh_code making_step(struct making *m, struct weigh_err *err);

/* making.c: the steps in order; what was done is taken back when one fails. */
enum weigh_code making_run(struct making *m, making_step *const *steps,
    size_t nsteps, struct weigh_err *err);
/* Give back everything but the writers. */
void making_free(struct making *m);
making_step making_intend;

/* contents.c: the small files that decide something; distinct blobs; which are
 * new; their names. */
making_step making_read_about;
making_step making_list_blobs;
making_step making_find_fresh;
making_step making_settle;
/* The file at this path, or NULL; the files are sorted. */
struct repo_file *making_find(struct making *m, const char *path);
/* The first bytes of a file, up to the buffer's ceiling. */
enum weigh_code making_read(struct making *m, const struct repo_file *f,
    struct weigh_buf *out, struct weigh_err *err);
#define MAKING_RULES_MAX (1u << 20) /* bytes of .gitattributes */
/* The rules of the revision's .gitattributes, and its text if `text` is not
 * NULL. */
enum weigh_code making_read_rules(struct making *m,
    struct repo_attributes **out, struct weigh_buf *text,
    struct weigh_err *err);

/* revision.c: where the branch stands; the commit; the manifest's name; the ref;
 * journal and catalog. */
making_step making_find_tip;
making_step making_write_commit;
making_step making_name_manifest;
making_step making_move_ref;
making_step making_admit;

#endif
