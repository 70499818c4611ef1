/*
 * source: a kind of place that repositories come from, as a struct of functions.  The
 * kinds: hub.c (whatever speaks the Hub's API, another weighd too), git.c (a forge, by
 * git and LFS), dir.c (a folder of folders on this machine).
 *
 * (1) A source says what there is and where the bytes of each file are; it never
 *     decides what is believed: the fetch does, by hash.
 * (2) Nothing it was told is kept as it was said: each answer is read strictly into
 *     these values, and names, ids and sizes are checked on the way.
 * (3) All block and run on the fetch's own threads; each may be called for several
 *     repositories at once.
 */
#ifndef FETCH_SOURCE_H
#define FETCH_SOURCE_H

#include <stdatomic.h>

#include <weigh/err.h>
#include <weigh/name.h>
#include <weigh/oid.h>

#include "outbound/outbound.h"
#include "repo/stage.h"

/* Where: one of [mirror] upstream, or --from. */
struct source_place {
	struct outbound_site site; /* of hub and git */
	int dirfd;                 /* of dir; else -1 */
	struct outbound *outbound;
	const atomic_bool *cancel;
};

/* Is a token of ours shown there?  Then what is told need not be for everybody. */
static inline bool
source_shows_token(const struct source_place *p)
{
	return p->site.token != NULL && p->site.token[0] != '\0';
}

/* What a revision's name means there, now. */
struct source_revision {
	struct weigh_gitid commit; /* of dir: zero until it is listed */
	char branch[256]; /* the branch or tag it was asked by; "" an id */
	bool tag;
	char etag[80];  /* for asking whether it moved; "" */
	bool unchanged; /* out of resolve with `etag`: still the same */
	bool gated;
	/* It is, or may be: our token was shown, and nothing told. */
	bool private_;
	bool segments; /* a weighd: it tells midstates of what it serves */
	int64_t date;  /* of the commit, seconds since 1970; 0: not told */
	/* What it is called now, where the name asked for led elsewhere. */
	struct weigh_repo repo;
};

/* One file of a listing. */
struct source_file {
	const char *path;
	uint64_t size;
	bool lfs;
	struct weigh_oid oid;   /* lfs */
	struct weigh_gitid git; /* not lfs: of its blob */
};
typedef enum weigh_code source_file_fn(void *ctx, const struct source_file *f,
    struct weigh_err *err);

/* Where a file's bytes are: a request for outbound, or a descriptor. */
struct source_bytes {
	char url[2048];
	char led[2048]; /* where that led when it was asked last; the fetch's, "" */
	/* Header lines of this one file, from an LFS batch. */
	char fields[2048];
	struct outbound_site site; /* whose token goes along */
	int fd;                    /* dir: opened; the caller closes; else -1 */
	bool segments;             /* it can tell midstates: a weighd */
};

struct source {
	const char *kind; /* "hub", "git", "dir" */

	/* What `rev` ("" is the default branch) means.  `etag` of last time or "".
	 * WEIGH_NOT_FOUND: no such repository or revision; WEIGH_UNAUTHORIZED,
	 * WEIGH_FORBIDDEN: gated or private; WEIGH_NETWORK, WEIGH_NOT_YET (429, 5xx:
	 * *wait has the seconds upstream asked for, or -1). */
	enum weigh_code (*resolve)(const struct source_place *p,
	    const struct weigh_repo *repo, const char *rev, const char *etag,
	    struct source_revision *out, int64_t *wait, struct weigh_err *err);

	/* Bring the commit itself, its trees and small files into the stage, by git.
	 * WEIGH_NOT_FOUND: git is not offered there. */
	enum weigh_code (*objects)(const struct source_place *p,
	    const struct weigh_repo *repo, const struct source_revision *rev,
	    struct stage *stage, int64_t *wait, struct weigh_err *err);

	/* Without git: each file as told, in byte order of paths, each path once. */
	enum weigh_code (*list)(const struct source_place *p,
	    const struct weigh_repo *repo, const struct source_revision *rev,
	    source_file_fn *each, void *ctx, int64_t *wait,
	    struct weigh_err *err);

	/* Where the bytes of these files are; out[i] for files[i].  Asked again when
	 * an address no longer works. */
	enum weigh_code (*locate)(const struct source_place *p,
	    const struct weigh_repo *repo, const struct source_revision *rev,
	    const struct source_file *files, size_t n, struct source_bytes *out,
	    int64_t *wait, struct weigh_err *err);
};

extern const struct source source_hub, source_git, source_dir;

#endif
