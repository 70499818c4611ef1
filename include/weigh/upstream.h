/*
 * upstream: what a Hub answers to whoever mirrors it, read into values that we hold.
 * The other side is as untrusted as any client.
 *
 * (1) Nothing is kept as it was said: each answer is read strictly, and what has no
 *     field here (xetHash and its kin among them) is passed over and gone.
 * (2) Every path, name, id, digest and size that comes out follows its grammar
 *     (weigh_path_check, weigh_repo_parse, weigh_gitid_parse, weigh_oid_parse, at
 *     most 2^63 - 1).
 * (3) A listing has each path once, over all of its pages, as file or as folder; so
 *     pages that repeat end with the first entry that was there already, and a page
 *     that brings nothing but a next page ends it too.
 * (4) A listing has at most WEIGH_UPSTREAM_ENTRIES entries, a page at most
 *     WEIGH_UPSTREAM_PAGE bytes.
 *
 * Two paths that differ only in case are two files here, as they are in git: blobs
 * are named by their bytes, no file is named by a path.
 *
 * Shapes: those of weigh/hub.h, as the Hub's /api answers them in 2026.
 * Nothing here blocks; what takes memory says so.
 */
#ifndef WEIGH_UPSTREAM_H
#define WEIGH_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/name.h>
#include <weigh/oid.h>

#define WEIGH_UPSTREAM_ENTRIES 1000000
#define WEIGH_UPSTREAM_PAGE (64u << 20)

/* GET /api/{kind}/{id}[/revision/{rev}] */
struct weigh_upstream_info {
	struct weigh_repo repo; /* as it is called there now */
	struct weigh_gitid commit;
	bool gated, private_, disabled;
	bool shown;   /* "private" was told */
	bool weighd;  /* its "_id" is the one a weighd makes of the name */
	int64_t date; /* lastModified, seconds since 1970; 0: not told */
};
/* WEIGH_MALFORMED: no object, no commit, a name that is none. */
enum weigh_code weigh_upstream_info_parse(struct weigh_upstream_info *out,
    enum weigh_kind kind, const char *text, size_t len, struct weigh_err *err);

/* GET /api/{kind}/{id}/refs: what is `name` there? */
enum weigh_upstream_ref {
	WEIGH_UPSTREAM_NO_REF,
	WEIGH_UPSTREAM_BRANCH,
	WEIGH_UPSTREAM_TAG /* and no branch */
};
enum weigh_code weigh_upstream_refs_find(enum weigh_upstream_ref *out,
    const char *name, const char *text, size_t len, struct weigh_err *err);

/* GET /api/{kind}/{id}/tree/{rev}?recursive=true, page by page. */
struct weigh_upstream_file {
	const char *path;
	uint64_t size;
	bool lfs;
	struct weigh_oid oid;   /* lfs only */
	struct weigh_gitid git; /* of the blob; of lfs the pointer's */
};
struct weigh_upstream_tree;
/* An empty listing, or NULL when out of memory. */
struct weigh_upstream_tree *weigh_upstream_tree_new(void);
void weigh_upstream_tree_free(struct weigh_upstream_tree *t);
/* One page more; `more` says that another follows.  WEIGH_MALFORMED, WEIGH_TOO_BIG,
 * WEIGH_NOMEM: the listing is of no use any more. */
enum weigh_code weigh_upstream_tree_page(struct weigh_upstream_tree *t,
    const char *text, size_t len, bool more, struct weigh_err *err);
/* It is whole: its files in byte order of paths; they live as long as the listing.
 * WEIGH_MALFORMED: a file is also the folder of another. */
enum weigh_code weigh_upstream_tree_end(struct weigh_upstream_tree *t,
    const struct weigh_upstream_file **files, size_t *count,
    struct weigh_err *err);

/* What an answer that is no success means: WEIGH_NOT_FOUND, WEIGH_UNAUTHORIZED and
 * WEIGH_FORBIDDEN (gated or private there), WEIGH_NOT_YET (429, 408, 5xx: ask again),
 * WEIGH_MALFORMED for what no Hub answers.  `code` is its X-Error-Code or "".
 * WEIGH_OK for 200 to 299. */
enum weigh_code weigh_upstream_refusal(int status, const char *code,
    struct weigh_err *err);

#endif
