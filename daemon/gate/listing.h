/*
 * listing: the entries of a commit, with paths of our own, and what follows from
 * them: the manifest's name, the blobs.  Private to gate/.
 */
#ifndef GATE_LISTING_H
#define GATE_LISTING_H

#include "catalog/catalog.h"
#include "repo/repo.h"

struct listing {
	struct catalog_entry *entries; /* sorted by path, as git tells them */
	size_t count, room;
	uint64_t files, bytes;
};

/* For repo_each_entry and stage_each_entry; `ctx` is the listing. */
enum weigh_code listing_add(void *ctx, const struct repo_entry *e,
    struct weigh_err *err);
void listing_free(struct listing *l);

const struct catalog_entry *listing_find(const struct listing *l,
    const char *path);
/* SHA-256 of the manifest. */
enum weigh_code listing_manifest(const struct listing *l, struct weigh_oid *out,
    struct weigh_err *err);

/* One for each distinct content, sorted by its name, none verified: a stamp of
 * zeros is no file's.  The caller frees *out. */
enum weigh_code listing_blobs(const struct listing *l,
    struct catalog_blob **out, size_t *count, struct weigh_err *err);
/* The one of this name in such a list, or NULL. */
struct catalog_blob *listing_blob(struct catalog_blob *blobs, size_t count,
    const struct weigh_oid *oid);

#endif
