/*
 * fetch: what a git client lacks of a repository, found by a bounded walk and sent
 * as a pack.
 *
 * (1) Only commits that were admitted go out, with what they lead to; a history
 *     that leads to another one is refused.
 * (2) A file's bytes are hashed as they go into the pack, and must have the SHA-256
 *     and size that its revision promises; a pointer must be the promised one.
 * (3) What is in the pack leads only to what is in it too, to what the client says
 *     it has, or past a shallow commit that the client was told.
 * (4) Bounded: FETCH_COMMITS commits are looked at, FETCH_OBJECTS sent.  Memory:
 *     about 100 bytes for each, and one object at a time (of trees two).
 *
 * Order of calls: repo_fetch_tag for every annotated tag; _shallow, _have; _want;
 * _meets or not; _deepen or not; _ends; _collect; _send.
 *
 * Threads: belongs to one, with its repository.  Blocking: all.
 */
#ifndef REPO_FETCH_H
#define REPO_FETCH_H

#include <weigh/gitpack.h>

#include "repo/repo.h"

#define FETCH_COMMITS 1000000
#define FETCH_OBJECTS 2000000

/* What a revision promises of one of its files. */
struct repo_promise {
	struct weigh_gitid git;
	struct weigh_oid oid;
	uint64_t size;
	bool lfs;
};

/* Who knows what may go out. */
struct repo_keeper {
	/* Was this commit admitted? */
	enum weigh_code (*admitted)(void *ctx, const struct weigh_gitid *commit,
	    bool *yes, struct weigh_err *err);
	/* What stands at `path` in an admitted commit.  Not WEIGH_OK: it may not go
	 * out, and err says why. */
	enum weigh_code (*promise)(void *ctx, const struct weigh_gitid *commit,
	    const char *path, struct repo_promise *out, struct weigh_err *err);
	void *ctx;
};

struct repo_fetch;
enum weigh_code repo_fetch_new(struct repo_fetch **out, struct repo *r,
    const struct repo_keeper *keeper, struct weigh_err *err);
void repo_fetch_free(struct repo_fetch *f);

/* What stands behind the name of a tag: `id` is its commit, or an annotated tag that
 * leads to it, which may be wanted from now on.  *annotated tells. */
enum weigh_code repo_fetch_tag(struct repo_fetch *f, const char *ref,
    const struct weigh_gitid *commit, struct weigh_gitid *id, bool *annotated,
    struct weigh_err *err);

/* The client wants this; WEIGH_NOT_FOUND: it is none of ours. */
enum weigh_code repo_fetch_want(struct repo_fetch *f,
    const struct weigh_gitid *id, struct weigh_err *err);
/* The client has this commit and what it leads to; *known: so do we. */
enum weigh_code repo_fetch_have(struct repo_fetch *f,
    const struct weigh_gitid *id, bool *known, struct weigh_err *err);
/* The client lacks the parents of this commit. */
enum weigh_code repo_fetch_shallow(struct repo_fetch *f,
    const struct weigh_gitid *id, struct weigh_err *err);

/* Does every want lead to something that the client has? */
enum weigh_code repo_fetch_meets(struct repo_fetch *f, bool *yes,
    struct weigh_err *err);

struct repo_deepen {
	uint32_t depth; /* commits from each want; 0: by the rest */
	bool all;       /* no end */
	bool relative;  /* counted from the client's shallow commits */
	int64_t since;  /* commits of that second and later; INT64_MIN: any */
	const struct weigh_gitid *excluded; /* commits, and what they lead to */
	size_t nexcluded;
};
/* Where the client's history ends from now on: `each` is told the commits whose
 * parents it does not get (shallow), and those whose parents it gets now.
 * WEIGH_NOT_FOUND: no commit is left. */
enum weigh_code repo_fetch_deepen(struct repo_fetch *f,
    const struct repo_deepen *how,
    void (*each)(void *ctx, bool shallow, const struct weigh_gitid *commit),
    void *ctx, struct weigh_err *err);

/* What wants lead to may end where we lack parents ourselves: `each` is told those
 * commits that the client does not know as shallow. */
enum weigh_code repo_fetch_ends(struct repo_fetch *f,
    void (*each)(void *ctx, bool shallow, const struct weigh_gitid *commit),
    void *ctx, struct weigh_err *err);

/* Find all that is to be sent, and ask the keeper for each file.  With `tags`:
 * annotated tags of commits that are sent, too. */
enum weigh_code repo_fetch_collect(struct repo_fetch *f, bool tags,
    struct weigh_err *err);
size_t repo_fetch_count(const struct repo_fetch *f);

/* Send it as a pack.  `thin`: differences may be to trees that only the client
 * has.  WEIGH_MISMATCH: bytes are not what was promised; the pack must be cut. */
enum weigh_code repo_fetch_send(struct repo_fetch *f, bool thin,
    weigh_pack_sink *sink, void *ctx, struct weigh_err *err);

#endif
