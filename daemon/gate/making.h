/*
 * making: a publication while it is being made, shared by publish.c (the order of
 * its steps), contents.c (files and blobs) and revision.c (git, journal, catalog).
 */
#ifndef GATE_MAKING_H
#define GATE_MAKING_H

#include "about.h"
#include "priv.h"

/* A publication while it is being made. */
struct making {
	struct gate *gate;
	struct catalog_reader *reader;
	struct gate_publication *p;
	char ref[WEIGH_REV_MAX + 12];
	struct repo *repo;
	struct repo_commit commit;
	struct catalog_blob *blobs; /* each distinct one, once */
	bool *fresh;                /* blobs[i] was not held before */
	size_t nblobs;
	struct gate_file **by_oid;
	struct catalog_intent intent;
	bool intended;
	bool created;   /* the repository did not exist */
	bool moving;    /* the ref was told to move, and may have */
	bool journaled; /* the journal says that it was admitted */
	bool doubt;     /* whether the catalog has it shows at the next start */
	struct gate_about about;
};

/* contents.c: which files are LFS; distinct blobs; which are new; their names. */
enum weigh_code making_list_files(struct making *m, struct weigh_err *err);
enum weigh_code making_list_blobs(struct making *m, struct weigh_err *err);
enum weigh_code making_find_fresh(struct making *m, struct weigh_err *err);
enum weigh_code making_settle(struct making *m, struct weigh_err *err);

/* revision.c: where the branch stands; the commit; the manifest's name; the ref;
 * journal and catalog. */
enum weigh_code making_find_tip(struct making *m, struct weigh_err *err);
enum weigh_code making_write_commit(struct making *m, struct weigh_err *err);
enum weigh_code making_name_manifest(struct making *m, struct weigh_err *err);
enum weigh_code making_move_ref(struct making *m, struct weigh_err *err);
enum weigh_code making_admit(struct making *m, struct weigh_err *err);

#endif
