/*
 * mirror: how a revision of somebody else comes in.
 *
 * gate.h's promises hold: all or nothing (2), in that order (3).
 *
 * (11) A revision that is admitted whole has every blob that its selection names, each
 *      with its SHA-256.  Its git objects were checked from the commit's id down, or
 *      the journal and the revision say that upstream only told us.
 * (12) A partial revision lists what it does not hold as not held: no door opens that,
 *      and a catalog made again knows the same.
 * (13) What was admitted stays: a branch that upstream moved moves here too, and the
 *      older revision can be read by its id.
 * (14) A blob that is held already is named only if `who` may use it (gate_may_use);
 *      else it has to come from upstream like any other.
 * (15) The cache lets go only what nothing but pulled-through repositories list, in
 *      revisions that are not pinned.
 * (16) A revision that upstream does not show to everybody is not open to everybody
 *      here: a repository that is new is as shut as it is there, one that was more open
 *      is shut before the revision is in it. Nothing here opens it again but a person.
 *
 * Small files come with the stage: they are held whatever is selected.  LFS files were
 * received before (gate_receive).
 */
#ifndef GATE_MIRROR_H
#define GATE_MIRROR_H

#include "catalog/mirrors.h"
#include "gate/change.h"
#include "repo/stage.h"

enum gate_proof {
	GATE_PROVED, /* commit id -> tree -> pointer -> SHA-256, all checked */
	GATE_TOLD    /* as told by upstream: the commit was made here */
};

struct gate_mirrored {
	struct weigh_repo repo;
	struct stage *stage; /* borrowed; has `commit` with all it leads to */
	struct weigh_gitid commit;
	struct weigh_gitid told; /* what upstream calls it, if another; zero */
	enum gate_proof proof;
	/* The ref that shall lead to it: branch or tag; NULL name: none, it is kept
	 * by its id. */
	enum catalog_ref_kind ref_kind;
	const char *ref;
	const char *source; /* "https://hub.example", for people */
	/* Is this file of the selection?  Others are listed as not held.  NULL: all. */
	bool (*selected)(void *ctx, const char *path, uint64_t size);
	void *ctx;
	/* What is not here yet is listed as not held (pull-through). */
	bool partial;
	enum weigh_visibility visibility; /* as upstream shows it; (16) */
	const struct gate_who *who;       /* origin: "mirrored from SOURCE" */
	/* out */
	struct weigh_oid manifest;
	uint64_t files, bytes; /* held, of the revision */
	uint64_t all_files, all_bytes;
};

/* Admit it.  WEIGH_NOT_YET: a blob of the selection is not held; err names it.  A
 * revision that is known already gains what is held now, and the ref moves.
 * WEIGH_EXISTS: something else has the name: a repository that was published here. */
enum weigh_code gate_mirror(struct gate *g, struct catalog_reader *reader,
    struct gate_mirrored *m, struct weigh_err *err);

/* A blob of partial revisions has come: it is received (gate_receive), and from now
 * on held wherever it is listed.  gate_receive does the same. */
enum weigh_code gate_arrived(struct gate *g, struct catalog_reader *reader,
    struct store_writer *writer, const struct store_blob *blob,
    const struct gate_who *who, struct weigh_err *err);

/* --- what is kept of a mirror beside its revisions; in the facts file too ------- */

/* Where it comes from and how it is followed: repo, source, request, follow, through
 * and used of `m` (used: if it is new).  WEIGH_NOT_FOUND: no such repository. */
enum weigh_code gate_follow(struct gate *g, struct catalog_reader *reader,
    const struct catalog_mirror *m, struct weigh_err *err);

/* This revision stays, whatever its refs do; or need not any more.  WEIGH_NOT_FOUND:
 * no such revision. */
enum weigh_code gate_pin(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    const char *why, struct weigh_err *err);
enum weigh_code gate_unpin(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    struct weigh_err *err);

/* The cache lets a held blob go: it stays listed, as not held, and its file is taken
 * away.  Each revision that lists it is partial from now on.  *gone: it was. */
enum weigh_code gate_let_go(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, bool *gone, struct weigh_err *err);

#endif
