/*
 * others: what scrub reads that is no blob: the git objects of a repository, the
 * catalog, the journal.  Each is read whole; when that was, and what was found, is
 * recorded.
 */
#ifndef UPKEEP_OTHERS_H
#define UPKEEP_OTHERS_H

#include "upkeep/scrub_priv.h"

enum others_kind { OTHERS_REPO, OTHERS_CATALOG, OTHERS_JOURNAL };

struct others {
	struct scrub *scrub;
	struct catalog_reader *reader; /* this thread's */
	atomic_bool *cancel;
	/* Bytes were read; may block. */
	enum weigh_code (*pace)(void *ctx, size_t bytes, struct weigh_err *err);
	void *ctx;
};

/* Read one; `repo` for OTHERS_REPO only.  WEIGH_OK: *problem is "" or what is
 * wrong, which is recorded, counted and logged. */
enum weigh_code others_read(const struct others *o, enum others_kind kind,
    const struct weigh_repo *repo, char problem[SCRUB_PROBLEM],
    struct weigh_err *err);

/* What people call it. */
#define OTHERS_NAME WEIGH_REPO_TEXT
void others_name(enum others_kind kind, const struct weigh_repo *repo,
    char out[OTHERS_NAME]);

#endif
