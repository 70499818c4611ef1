/* room: see room.h. */
#include "upkeep/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/mirrors.h"

#define REPOS_MAX 100000
#define PAGE 1000

/* One blob of the cache. */
struct cached {
	struct weigh_oid oid;
	uint64_t size;
	uint32_t rank; /* of its repository: 0 was unread longest */
};

struct cache {
	struct room *room;
	struct weigh_repo *repos;
	int64_t *used; /* likewise: when a client read it last */
	size_t nrepos;
	struct weigh_gitid *commits; /* of one repository */
	size_t ncommits;
	struct cached *blobs;
	size_t count, space;
	char path[WEIGH_PATH_MAX + 1]; /* the last one of a page */
	size_t page;
	uint32_t rank; /* of the one being looked at */
	bool out_of_memory;
};

/* Room for one more at `n` of a list; answers the list, NULL without memory. */
static void *
grow(struct cache *c, void *list, size_t n, size_t size)
{
	/* At 0, 256 and each doubling from there. */
	if (n != 0 && (n < 256 || (n & (n - 1)) != 0))
		return list;
	list = reallocarray(list, n < 256 ? 256 : 2 * n, size);
	if (list == NULL)
		c->out_of_memory = true;
	return list;
}

static enum weigh_code
go_on(const struct cache *c, enum weigh_code rc, struct weigh_err *err)
{
	if (rc == WEIGH_OK && c->out_of_memory)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK && atomic_load(c->room->cancel))
		return weigh_fail(err, WEIGH_CANCELED, "weighd is stopping");
	return rc;
}

/* --- what is in the cache ------------------------------------------------ */

static void
keep_repo(void *ctx, const struct catalog_mirror *m)
{
	struct cache *c = ctx;
	void *repos = grow(c, c->repos, c->nrepos, sizeof(*c->repos));
	void *used;

	if (repos == NULL)
		return;
	c->repos = repos;
	used = grow(c, c->used, c->nrepos, sizeof(*c->used));
	if (used == NULL)
		return;
	c->used = used;
	c->used[c->nrepos] = m->used;
	c->repos[c->nrepos++] = m->repo;
}

static void
keep_commit(void *ctx, const struct weigh_gitid *commit)
{
	struct cache *c = ctx;
	void *commits = grow(c, c->commits, c->ncommits, sizeof(*c->commits));

	if (commits == NULL)
		return;
	c->commits = commits;
	c->commits[c->ncommits++] = *commit;
}

static void
keep_blob(void *ctx, const struct catalog_entry *e)
{
	struct cache *c = ctx;
	void *blobs;

	snprintf(c->path, sizeof(c->path), "%s", e->path);
	c->page++;
	if (!e->lfs || e->absent || e->bad)
		return;
	blobs = grow(c, c->blobs, c->count, sizeof(*c->blobs));
	if (blobs == NULL)
		return;
	c->blobs = blobs;
	c->blobs[c->count++] = (struct cached){ e->oid, e->size, c->rank };
}

static enum weigh_code
list_revision(struct cache *c, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, struct weigh_err *err)
{
	char after[WEIGH_PATH_MAX + 1];
	enum weigh_code rc;

	c->path[0] = '\0';
	do {
		c->page = 0;
		memcpy(after, c->path, sizeof(after));
		rc = catalog_tree(c->room->reader, repo, commit, "", true,
		    after[0] != '\0' ? after : NULL, PAGE, keep_blob, c, err);
		rc = go_on(c, rc, err);
	} while (rc == WEIGH_OK && c->page == PAGE);
	return rc;
}

static enum weigh_code
list_repo(struct cache *c, const struct weigh_repo *repo, struct weigh_err *err)
{
	struct weigh_gitid after = { { 0 } };
	enum weigh_code rc = WEIGH_OK;

	do {
		c->ncommits = 0;
		rc = catalog_commits(c->room->reader, repo, &after, PAGE,
		    keep_commit, c, err);
		rc = go_on(c, rc, err);
		for (size_t i = 0; rc == WEIGH_OK && i < c->ncommits; i++)
			rc = list_revision(c, repo, &c->commits[i], err);
		if (c->ncommits > 0)
			after = c->commits[c->ncommits - 1];
	} while (rc == WEIGH_OK && c->ncommits == PAGE);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc; /* deleted meanwhile */
}

/* By name, and of one name the one that was read last in front. */
static int
compare_names(const void *a, const void *b)
{
	const struct cached *x = a, *y = b;
	int order = memcmp(&x->oid, &y->oid, sizeof(x->oid));

	if (order != 0)
		return order;
	return x->rank < y->rank ? 1 : x->rank > y->rank ? -1 : 0;
}

static int
compare_ranks(const void *a, const void *b)
{
	const struct cached *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return memcmp(&x->oid, &y->oid, sizeof(x->oid));
}

static void
look_at_listing(void *ctx, const struct catalog_listing *l)
{
	bool *cache_only = ctx;

	if (!l->through || l->pinned)
		*cache_only = false;
}

/* Each once, and only what nothing else lists (1). */
static enum weigh_code
settle(struct cache *c, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t n = 0;

	qsort(c->blobs, c->count, sizeof(*c->blobs), compare_names);
	for (size_t i = 0; rc == WEIGH_OK && i < c->count; i++) {
		const struct cached *b = &c->blobs[i];
		bool cache_only = true;

		if (n > 0 && weigh_oid_equal(&c->blobs[n - 1].oid, &b->oid))
			continue;
		rc = catalog_listings(c->room->reader, &b->oid, UINT16_MAX,
		    look_at_listing, &cache_only, err);
		rc = go_on(c, rc, err);
		if (cache_only)
			c->blobs[n++] = *b;
	}
	c->count = n;
	qsort(c->blobs, c->count, sizeof(*c->blobs), compare_ranks);
	for (size_t i = 0; i < c->count; i++)
		c->room->cached += c->blobs[i].size;
	return rc;
}

static enum weigh_code
list_cache(struct cache *c, struct weigh_err *err)
{
	enum weigh_code rc;

	rc = catalog_mirrors_unread(c->room->reader, REPOS_MAX, keep_repo, c,
	    err);
	rc = go_on(c, rc, err);
	for (size_t i = 0; rc == WEIGH_OK && i < c->nrepos; i++) {
		c->rank = (uint32_t)i;
		rc = list_repo(c, &c->repos[i], err);
	}
	if (rc == WEIGH_OK && c->count > 0)
		rc = settle(c, err);
	return rc;
}

/* --- what goes ----------------------------------------------------------- */

/* Bytes that are too many (2). */
static uint64_t
excess(const struct room *room)
{
	uint64_t lack = store_lack(gate_parts_of(room->gate)->store,
	    room->wanted);
	uint64_t over = room->ceiling > 0 && room->cached > room->ceiling ?
	    room->cached - room->ceiling :
	    0;

	return over > lack ? over : lack;
}

/* (3) */
static enum room_fate
judge(const struct cache *c, const struct cached *b)
{
	const struct room *room = c->room;

	if (room->fetch != NULL && fetch_needs(room->fetch, &b->oid))
		return ROOM_WANTED;
	if (c->used[b->rank] > room->now - ROOM_REST ||
	    store_is_open(gate_parts_of(room->gate)->store, &b->oid))
		return ROOM_READ;
	return ROOM_GOES;
}

static enum weigh_code
let_go(struct cache *c, const struct cached *b, struct weigh_err *err)
{
	struct room *room = c->room;
	enum room_fate fate = judge(c, b);
	enum weigh_code rc = WEIGH_OK;
	bool gone = fate == ROOM_GOES;

	if (gone && !room->dry)
		rc = gate_let_go(room->gate, room->reader, &b->oid, &gone, err);
	if (rc == WEIGH_OK && gone) {
		room->count++;
		room->freed += b->size;
	}
	/* What the gate kept was listed elsewhere meanwhile: not ours any more. */
	if (rc == WEIGH_OK && room->tell != NULL && (gone || fate != ROOM_GOES))
		room->tell(room->ctx, &b->oid, b->size, fate);
	return rc;
}

enum weigh_code
room_make(struct room *room, struct weigh_err *err)
{
	struct cache c = { .room = room };
	enum weigh_code rc;
	uint64_t over;

	room->cached = room->count = room->freed = 0;
	rc = list_cache(&c, err);
	over = rc == WEIGH_OK ? excess(room) : 0;
	for (size_t i = 0; rc == WEIGH_OK && i < c.count && room->freed < over;
	     i++)
		if ((rc = go_on(&c, rc, err)) == WEIGH_OK)
			rc = let_go(&c, &c.blobs[i], err);
	free(c.repos);
	free(c.used);
	free(c.commits);
	free(c.blobs);
	return rc;
}
