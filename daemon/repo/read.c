/*
 * Reading back what stands in a commit, for making the catalog again.  Nothing
 * is taken on trust: sizes before inflating, names, order, counts, depth.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/pointer.h>

#include "priv.h"

/* --- history ------------------------------------------------------------- */

struct chain {
	git_oid *ids; /* newest first */
	size_t count;
	size_t room;
};

static enum weigh_code
chain_add(struct chain *chain, const git_oid *id, struct weigh_err *err)
{
	if (chain->count == REPO_COMMITS_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "more than %d commits in a row", REPO_COMMITS_MAX);
	if (chain->count == chain->room) {
		size_t room = chain->room != 0 ? 2 * chain->room : 64;
		git_oid *ids = reallocarray(chain->ids, room, sizeof(*ids));

		if (ids == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		chain->ids = ids;
		chain->room = room;
	}
	chain->ids[chain->count++] = *id;
	return WEIGH_OK;
}

static enum weigh_code
open_commit(struct repo *r, const git_oid *id, git_commit **out,
    struct weigh_err *err)
{
	enum weigh_code rc;
	size_t size;
	int git_rc;

	rc = repo_check_object(r->odb, id, GIT_OBJECT_COMMIT, REPO_COMMIT_MAX,
	    &size, err);
	if (rc == WEIGH_OK &&
	    (git_rc = git_commit_lookup(out, r->git, id)) != 0)
		rc = repo_fail(err, git_rc, "cannot read a commit");
	return rc;
}

/* The first parent; *some: there is one, and it came here. */
static enum weigh_code
first_parent(struct repo *r, const git_commit *commit, git_oid *id, bool *some,
    struct weigh_err *err)
{
	bool shallow;
	enum weigh_code rc;

	rc = repo_is_shallow(r, git_commit_id(commit), &shallow, err);
	*some = !shallow && git_commit_parentcount(commit) > 0;
	if (rc == WEIGH_OK && *some)
		*id = *git_commit_parent_id(commit, 0);
	return rc;
}

/* Follow first parents to the root, or to a shallow commit. */
static enum weigh_code
follow(struct repo *r, const git_oid *tip, struct chain *chain,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	git_oid id = *tip;
	bool more = true;

	while (rc == WEIGH_OK && more) {
		git_commit *commit = NULL;

		if ((rc = chain_add(chain, &id, err)) != WEIGH_OK ||
		    (rc = open_commit(r, &id, &commit, err)) != WEIGH_OK)
			break;
		rc = first_parent(r, commit, &id, &more, err);
		git_commit_free(commit);
	}
	return rc;
}

static enum weigh_code
tell_commit(struct repo *r, const git_oid *id,
    enum weigh_code (*each)(void *ctx, const struct repo_history *h,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct repo_history h = { .id = repo_gitid(id) };
	git_commit *commit = NULL;
	char *title = NULL;
	enum weigh_code rc;
	git_oid parent;
	bool some;

	if ((rc = open_commit(r, id, &commit, err)) != WEIGH_OK)
		return rc;
	rc = first_parent(r, commit, &parent, &some, err);
	if (rc == WEIGH_OK && some)
		h.parent = repo_gitid(&parent);
	h.date = git_commit_time(commit);
	title = strndup(git_commit_message(commit),
	    strcspn(git_commit_message(commit), "\n"));
	h.title = title;
	if (rc == WEIGH_OK)
		rc = title != NULL ?
		    each(ctx, &h, err) :
		    weigh_fail(err, WEIGH_NOMEM, "out of memory");
	free(title);
	git_commit_free(commit);
	return rc;
}

enum weigh_code
repo_each_commit(struct repo *r, const struct weigh_gitid *tip,
    enum weigh_code (*each)(void *ctx, const struct repo_history *h,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct chain chain = { 0 };
	git_oid id = repo_git_oid(tip);
	enum weigh_code rc = follow(r, &id, &chain, err);

	for (size_t i = chain.count; rc == WEIGH_OK && i-- > 0;)
		rc = tell_commit(r, &chain.ids[i], each, ctx, err);
	free(chain.ids);
	return rc;
}

enum weigh_code
repo_commit_words(struct repo *r, const struct weigh_gitid *commit,
    struct repo_words *out, struct weigh_err *err)
{
	git_oid id = repo_git_oid(commit);
	git_commit *found = NULL;
	enum weigh_code rc;
	const char *body;
	size_t len;

	if ((rc = open_commit(r, &id, &found, err)) != WEIGH_OK)
		return rc;
	body = strchr(git_commit_message(found), '\n');
	body = body != NULL ? body + strspn(body, "\r\n") : "";
	snprintf(out->author, sizeof(out->author), "%s",
	    git_commit_author(found)->name);
	snprintf(out->body, sizeof(out->body), "%s", body);
	for (len = strlen(out->body);
	     len > 0 && strchr("\r\n", out->body[len - 1]) != NULL; len--)
		out->body[len - 1] = '\0';
	git_commit_free(found);
	return WEIGH_OK;
}

/* --- entries ------------------------------------------------------------- */

struct item {
	char *path;
	git_oid id;
	bool directory;
};

/* All entries of a revision, so that they can be sorted: a tree's own order
 * puts `a.b` before what is in `a/`. */
struct listing {
	struct repo *repo;
	struct item *items;
	size_t count;
	size_t room;
};

static void
listing_free(struct listing *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->items[i].path);
	free(l->items);
}

static enum weigh_code
listing_add(struct listing *l, const char *path, const git_oid *id,
    bool directory, struct weigh_err *err)
{
	struct item *item;

	if (l->count == REPO_ENTRIES_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "more than %d entries in a revision", REPO_ENTRIES_MAX);
	if (l->count == l->room) {
		size_t room = l->room != 0 ? 2 * l->room : 64;
		struct item *items = reallocarray(l->items, room,
		    sizeof(*items));

		if (items == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		l->items = items;
		l->room = room;
	}
	item = &l->items[l->count];
	*item = (struct item){ strdup(path), *id, directory };
	if (item->path == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	l->count++;
	return WEIGH_OK;
}

/* git's order of names in a tree: a folder's as if it ended in '/'. */
static bool
in_order(const git_tree_entry *a, const git_tree_entry *b)
{
	const char *x = git_tree_entry_name(a), *y = git_tree_entry_name(b);
	unsigned char p, q;

	while (*x != '\0' && *x == *y) {
		x++;
		y++;
	}
	p = (unsigned char)*x;
	q = (unsigned char)*y;
	if (p == '\0' && git_tree_entry_type(a) == GIT_OBJECT_TREE)
		p = '/';
	if (q == '\0' && git_tree_entry_type(b) == GIT_OBJECT_TREE)
		q = '/';
	return p < q;
}

/* Files and folders only: no symbolic links, no submodules. */
static bool
mode_ok(const git_tree_entry *e)
{
	switch (git_tree_entry_filemode(e)) {
	case GIT_FILEMODE_TREE:
	case GIT_FILEMODE_BLOB:
	case GIT_FILEMODE_BLOB_EXECUTABLE:
		return true;
	case GIT_FILEMODE_UNREADABLE:
	case GIT_FILEMODE_LINK:
	case GIT_FILEMODE_COMMIT:
		return false;
	}
	return false;
}

/* The folder being listed: its path with a '/' is the first `len` bytes. */
struct place {
	char path[WEIGH_PATH_MAX + 1];
	size_t len;
	unsigned depth;
};

static enum weigh_code list_tree(struct listing *l, const git_oid *id,
    struct place *place, struct weigh_err *err);

static enum weigh_code
list_below(struct listing *l, const git_tree_entry *e, struct place *place,
    size_t len, struct weigh_err *err)
{
	size_t before = place->len;
	enum weigh_code rc;

	if (place->depth == REPO_DEPTH_MAX || len == WEIGH_PATH_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "folders deeper than allowed");
	place->path[len] = '/';
	place->len = len + 1;
	place->depth++;
	rc = list_tree(l, git_tree_entry_id(e), place, err);
	place->depth--;
	place->len = before;
	return rc;
}

static enum weigh_code
list_entry(struct listing *l, const git_tree_entry *e, struct place *place,
    struct weigh_err *err)
{
	const char *name = git_tree_entry_name(e);
	bool directory = git_tree_entry_type(e) == GIT_OBJECT_TREE;
	size_t len = strlen(name);
	enum weigh_code rc;

	if (place->len + len > WEIGH_PATH_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a path longer than allowed");
	memcpy(place->path + place->len, name, len + 1);
	len += place->len;
	if (!mode_ok(e) || strchr(name, '/') != NULL)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "'%s' is neither a file nor a folder", place->path);
	rc = weigh_path_check(place->path, len, err);
	if (rc == WEIGH_OK)
		rc = listing_add(l, place->path, git_tree_entry_id(e),
		    directory, err);
	if (rc == WEIGH_OK && directory)
		rc = list_below(l, e, place, len, err);
	return rc;
}

static enum weigh_code
list_entries(struct listing *l, git_tree *tree, struct place *place,
    struct weigh_err *err)
{
	const git_tree_entry *before = NULL;
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);

		if (before != NULL && !in_order(before, e))
			return weigh_fail(err, WEIGH_MALFORMED,
			    "a tree whose names are not in order");
		if ((rc = list_entry(l, e, place, err)) != WEIGH_OK)
			return rc;
		before = e;
	}
	return WEIGH_OK;
}

static enum weigh_code
list_tree(struct listing *l, const git_oid *id, struct place *place,
    struct weigh_err *err)
{
	git_tree *tree = NULL;
	enum weigh_code rc;
	size_t size;
	int git_rc;

	rc = repo_check_object(l->repo->odb, id, GIT_OBJECT_TREE, REPO_TREE_MAX,
	    &size, err);
	if (rc != WEIGH_OK)
		return rc;
	if ((git_rc = git_tree_lookup(&tree, l->repo->git, id)) != 0)
		return repo_fail(err, git_rc, "cannot read a tree");
	rc = list_entries(l, tree, place, err);
	git_tree_free(tree);
	return rc;
}

static int
compare_items(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->path,
	    ((const struct item *)b)->path);
}

/* A name may stand twice in a tree as file and as folder, apart in its order. */
static enum weigh_code
sort_items(struct listing *l, struct weigh_err *err)
{
	if (l->count > 1)
		qsort(l->items, l->count, sizeof(*l->items), compare_items);
	for (size_t i = 1; i < l->count; i++)
		if (strcmp(l->items[i - 1].path, l->items[i].path) == 0)
			return weigh_fail(err, WEIGH_MALFORMED,
			    "'%s' stands twice", l->items[i].path);
	return WEIGH_OK;
}

/* --- files --------------------------------------------------------------- */

static enum weigh_code
describe_bytes(struct repo_entry *e, const void *data, size_t len,
    struct weigh_err *err)
{
	struct weigh_pointer pointer;

	if (weigh_pointer_parse(&pointer, data, len, NULL) == WEIGH_OK) {
		e->lfs = true;
		e->oid = pointer.oid;
		e->size = pointer.size;
		e->pointer_size = (unsigned)len;
		return WEIGH_OK;
	}
	e->size = len;
	if (!weigh_oid_of(&e->oid, data, len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

/* Fill in what a file's bytes say: pointer, or content hashed here. */
static enum weigh_code
describe_file(struct repo *r, const git_oid *id, struct repo_entry *e,
    struct weigh_err *err)
{
	git_odb_object *object = NULL;
	enum weigh_code rc;
	size_t size;
	int git_rc;

	rc = repo_check_object(r->odb, id, GIT_OBJECT_BLOB, REPO_BLOB_MAX,
	    &size, err);
	if (rc != WEIGH_OK)
		return rc;
	if ((git_rc = git_odb_read(&object, r->odb, id)) != 0)
		return repo_fail(err, git_rc, "cannot read a file");
	rc = describe_bytes(e, git_odb_object_data(object),
	    git_odb_object_size(object), err);
	git_odb_object_free(object);
	return rc;
}

static enum weigh_code
tell_items(struct listing *l,
    enum weigh_code (*each)(void *ctx, const struct repo_entry *e,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < l->count; i++) {
		const struct item *item = &l->items[i];
		struct repo_entry e = {
			.path = item->path,
			.directory = item->directory,
			.git = repo_gitid(&item->id),
		};

		if (!e.directory)
			rc = weigh_context(err,
			    describe_file(l->repo, &item->id, &e, err), "'%s'",
			    item->path);
		if (rc == WEIGH_OK)
			rc = each(ctx, &e, err);
	}
	return rc;
}

enum weigh_code
repo_each_entry(struct repo *r, const struct weigh_gitid *commit,
    enum weigh_code (*each)(void *ctx, const struct repo_entry *e,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct listing l = { .repo = r };
	struct place root = { .len = 0 };
	git_oid id = repo_git_oid(commit);
	git_commit *found = NULL;
	enum weigh_code rc;

	if ((rc = open_commit(r, &id, &found, err)) != WEIGH_OK)
		return rc;
	rc = list_tree(&l, git_commit_tree_id(found), &root, err);
	git_commit_free(found);
	if (rc == WEIGH_OK)
		rc = sort_items(&l, err);
	if (rc == WEIGH_OK)
		rc = tell_items(&l, each, ctx, err);
	listing_free(&l);
	return rc;
}
