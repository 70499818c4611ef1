/* stage_priv: what the files of a stage share.  Private to repo/; threads and
 * blocking are those of stage.h. */
#ifndef REPO_STAGE_PRIV_H
#define REPO_STAGE_PRIV_H

#include <time.h>

#include <weigh/packscan.h>

#include "priv.h"
#include "stage.h"

#define STAGE_OBJECTS_MAX (2 * REPO_ENTRIES_MAX) /* that a commit leads to */
#define STAGE_TOTAL_MAX (4ull << 30)             /* bytes of a pack, unpacked */
#define STAGE_SECONDS_MAX 300 /* of putting a pack's differences together */

struct stage {
	struct repo *repo;
	git_indexer *pack;             /* of the pack under way */
	struct weigh_packscan *scan;   /* likewise: reads it first */
	git_indexer_progress progress; /* likewise: the indexer reads it, too */
	uint64_t left;                 /* bytes that it may still have */
	time_t until;                  /* monotonic; then it is given up */
};

/* Meet each object that a commit leads to once, itself included: parents are not
 * led to.  Commits and trees are read strictly, and `data` is theirs; of files it is
 * NULL unless `files`.  WEIGH_NOT_FOUND: one is not there. */
struct stage_visit {
	bool files; /* read them, too */
	enum weigh_code (*each)(void *ctx, const git_oid *id, git_object_t type,
	    const void *data, size_t len, struct weigh_err *err);
	void *ctx;
};
enum weigh_code stage_walk(struct stage *s, const struct weigh_gitid *commit,
    const struct stage_visit *visit, struct weigh_err *err);

/* Copy all that a commit leads to into another repository, durably. */
enum weigh_code stage_copy(struct stage *s, const struct weigh_gitid *commit,
    struct repo *to, struct weigh_err *err);

#endif
