/*
 * mirrors: what the catalog keeps of repositories that come from elsewhere: their
 * source and how they are followed, what upstream calls a commit, what is pinned,
 * what happened, and which blobs upstream lied about.
 *
 * (8) A blob that is listed and was never held (`absent`) is neither lost nor bad:
 *     totals of what is held, scrub and findings do not know it.  Whoever records its
 *     bytes makes it held, wherever it is listed.
 * (9) Source, followed order, told ids and pins can be made again from the file
 *     `weighhouse` of the repository; when it was asked last, events and lies cannot,
 *     and are no loss.
 *
 * Threads and blocking as in catalog.h.
 */
#ifndef CATALOG_MIRRORS_H
#define CATALOG_MIRRORS_H

#include <weigh/follow.h>

#include "catalog/catalog.h"

/* --- absent blobs -------------------------------------------------------- */

/* A held blob is held no more, and listed still: the cache lets it go.  Before its
 * file does.  *gone: it was held and good, and is absent now. */
enum weigh_code catalog_let_go(struct catalog *c, const struct weigh_oid *oid,
    bool *gone, struct weigh_err *err);

/* One entry that lists a blob. */
struct catalog_listing {
	struct weigh_repo repo;
	struct weigh_gitid commit;
	uint64_t absent; /* files of that revision that are not held */
	bool mirrored;   /* the repository comes from elsewhere … */
	bool through;    /* … and was only pulled through */
	bool pinned;     /* that revision is */
};
/* Each of them, at most `limit`; a revision that lists it twice is told twice. */
enum weigh_code catalog_listings(struct catalog_reader *r,
    const struct weigh_oid *oid, unsigned limit,
    void (*each)(void *ctx, const struct catalog_listing *l), void *ctx,
    struct weigh_err *err);

/* Where a repository lists a blob that is not held: its newest revision with it, and
 * the path there.  WEIGH_NOT_FOUND: nowhere, or it is held. */
enum weigh_code catalog_absent_at(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_oid *oid,
    struct weigh_gitid *commit, char path[WEIGH_PATH_MAX + 1],
    struct weigh_err *err);

/* --- where repositories come from ---------------------------------------- */

/* Texts are borrowed; those that readers tell live during the callback. */
struct catalog_mirror {
	struct weigh_repo repo;
	const char *source;  /* "https://hub.example" */
	const char *request; /* the order that is followed, as JSON; "" none */
	bool follow;
	bool through;     /* only pulled through: the cache may drop it */
	int64_t used;     /* last read by a client; seconds since 1970 */
	int64_t checked;  /* upstream was asked last; 0: never */
	int64_t next;     /* when it is asked again; of what is followed */
	const char *etag; /* of that answer; "" */
	/* Where upstream was then; zero: not known. */
	struct weigh_gitid commit;
	const char *error;               /* why that failed; "" it did not */
	enum weigh_upstream_state state; /* how it was found then */
	const char *called;              /* its name there then; "": as here */
};

/* Keep source, request, follow and through; what is known of it else stays, or begins
 * with nothing.  By gate_follow, which keeps the facts file true. */
enum weigh_code catalog_set_mirror(struct catalog *c,
    const struct catalog_mirror *m, struct weigh_err *err);
/* Upstream was asked: checked, next, etag, commit, error, state and called of it. */
enum weigh_code catalog_mirror_asked(struct catalog *c,
    const struct catalog_mirror *m, struct weigh_err *err);
/* A client read it at `now`; for the cache's order.  Not known: nothing happens. */
enum weigh_code catalog_mirror_used(struct catalog *c,
    const struct weigh_repo *repo, int64_t now, struct weigh_err *err);

/* One, by its exact name.  WEIGH_NOT_FOUND: it does not come from elsewhere. */
enum weigh_code catalog_mirror(struct catalog_reader *r,
    const struct weigh_repo *repo,
    void (*each)(void *ctx, const struct catalog_mirror *m), void *ctx,
    struct weigh_err *err);
/* All, in the order of kind and name, behind `after` (NULL: from the first), at most
 * `limit`. */
enum weigh_code catalog_mirrors(struct catalog_reader *r,
    const struct weigh_repo *after, unsigned limit,
    void (*each)(void *ctx, const struct catalog_mirror *m), void *ctx,
    struct weigh_err *err);
/* Those that are followed and due at `now`, the longest overdue first. */
enum weigh_code catalog_mirrors_due(struct catalog_reader *r, int64_t now,
    unsigned limit, void (*each)(void *ctx, const struct catalog_mirror *m),
    void *ctx, struct weigh_err *err);
/* When the next one is due; 0: none is followed. */
enum weigh_code catalog_mirrors_next(struct catalog_reader *r, int64_t *next,
    struct weigh_err *err);
/* Those that were only pulled through, the longest unread first. */
enum weigh_code catalog_mirrors_unread(struct catalog_reader *r, unsigned limit,
    void (*each)(void *ctx, const struct catalog_mirror *m), void *ctx,
    struct weigh_err *err);

/* --- what upstream calls a commit that was made here --------------------- */

/* From now on catalog_resolve finds `commit` by `told` too.  WEIGH_NOT_FOUND: no such
 * revision. */
enum weigh_code catalog_tell(struct catalog *c, const struct weigh_repo *repo,
    const struct weigh_gitid *told, const struct weigh_gitid *commit,
    struct weigh_err *err);
/* What upstream calls it; zero: nothing else. */
enum weigh_code catalog_told(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    struct weigh_gitid *told, struct weigh_err *err);

/* --- pins: revisions that stay ------------------------------------------- */

struct catalog_pin {
	struct weigh_repo repo;
	struct weigh_gitid commit;
	int64_t time; /* seconds since 1970 */
	const char *why;
};
/* These are all the pins of one repository: others go, those that stay keep their
 * numbers.  One whose revision is not known is passed over. */
enum weigh_code catalog_keep_pins(struct catalog *c,
    const struct weigh_repo *repo, const struct catalog_pin *pins, size_t n,
    struct weigh_err *err);
/* Pins of one repository, or of all (NULL), in the order in which they were made,
 * behind pin number `after` (0: from the first), at most `limit`; `id` is the number
 * to go on behind. */
enum weigh_code catalog_pins(struct catalog_reader *r,
    const struct weigh_repo *repo, int64_t after, unsigned limit,
    void (*each)(void *ctx, int64_t id, const struct catalog_pin *pin),
    void *ctx, struct weigh_err *err);
enum weigh_code catalog_pinned(struct catalog_reader *r,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    bool *pinned, struct weigh_err *err);

/* --- events -------------------------------------------------------------- */

struct catalog_event {
	int64_t id;       /* filled by catalog_note */
	int64_t time;     /* seconds since 1970 */
	const char *kind; /* "moved", "gated", "license", … */
	const char *name; /* repository as weigh_repo_text says it; "" none */
	const char *what; /* one sentence */
	const char *more; /* JSON, "" none */
};
#define CATALOG_EVENTS 100000 /* of more, the oldest are forgotten */
enum weigh_code catalog_note(struct catalog *c, struct catalog_event *event,
    struct weigh_err *err);
/* Newest first, those before number `before` (0: from the newest), at most `limit`;
 * of one repository, or of all (""). */
enum weigh_code catalog_events(struct catalog_reader *r, const char *name,
    int64_t before, unsigned limit,
    void (*each)(void *ctx, const struct catalog_event *event), void *ctx,
    struct weigh_err *err);

/* --- lies ---------------------------------------------------------------- */

/* Upstream sent other bytes for this blob; what was noted and is over at `now` is
 * forgotten. */
enum weigh_code catalog_lie(struct catalog *c, const struct weigh_oid *oid,
    int64_t now, int64_t until, struct weigh_err *err);
/* All that hold at `now`. */
enum weigh_code catalog_lies(struct catalog_reader *r, int64_t now,
    void (*each)(void *ctx, const struct weigh_oid *oid, int64_t until),
    void *ctx, struct weigh_err *err);

#endif
