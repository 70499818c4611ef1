/*
 * gather: everything that the commits of a fetch hold and the client has not.  Each
 * file is asked for here, before the first byte of the pack is sent.  See fetch.h.
 */
#include <stdlib.h>
#include <string.h>

#include "fetching.h"

/* git's own bound for chains of differences: a reader follows them all. */
#define LINKS_MAX 50

/* --- commits ------------------------------------------------------------------- */

static enum weigh_code
check_admitted(struct repo_fetch *f, uint32_t at, struct weigh_err *err)
{
	struct weigh_gitid id = repo_gitid(&f->graph.nodes[at].id);
	char hex[WEIGH_GITID_HEX + 1];
	enum weigh_code rc;
	bool yes;

	rc = f->keeper.admitted(f->keeper.ctx, &id, &yes, err);
	if (rc != WEIGH_OK || yes)
		return rc;
	weigh_gitid_hex(&id, hex);
	return weigh_fail(err, WEIGH_DENIED,
	    "its history leads to commit %s, which was never admitted here",
	    hex);
}

/* The first come first: wants, then their parents. */
static enum weigh_code
find_commits(struct repo_fetch *f, struct weigh_err *err)
{
	struct graph *g = &f->graph;
	enum weigh_code rc = WEIGH_OK;
	struct nodes todo = { 0 };

	for (size_t i = 0; rc == WEIGH_OK && i < f->wants.count; i++)
		rc = nodes_add(&todo, f->wants.at[i], err);
	for (size_t i = 0; rc == WEIGH_OK && i < f->shallows.count; i++) {
		uint32_t at = f->shallows.at[i];

		if (!(g->nodes[at].flags & NODE_DEEPENED))
			continue;
		rc = graph_read(g, at, err);
		if (rc == WEIGH_OK)
			rc = nodes_add_parents(&todo, g, at, err);
	}
	for (size_t i = 0; rc == WEIGH_OK && i < todo.count; i++) {
		uint32_t at = todo.at[i];

		if (g->nodes[at].flags & (NODE_HAS | NODE_SEND))
			continue;
		g->nodes[at].flags |= NODE_SEND;
		rc = check_admitted(f, at, err);
		if (rc == WEIGH_OK)
			rc = graph_read(g, at, err);
		if (rc == WEIGH_OK)
			rc = nodes_add(&f->commits, at, err);
		if (rc == WEIGH_OK && !(g->nodes[at].flags & NODE_SHALLOW))
			rc = nodes_add_parents(&todo, g, at, err);
	}
	nodes_free(&todo);
	return rc;
}

/* --- objects ---------------------------------------------------------------------- */

/* A new object of the pack.  `s` may point into the list it goes to. */
static enum weigh_code
add(struct repo_fetch *f, const struct sending *s, struct weigh_err *err)
{
	struct sending made = *s;

	if (f->count == FETCH_OBJECTS)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "more than %d objects to send; fetch less of its history "
		    "at a time, as by --depth",
		    FETCH_OBJECTS);
	if (f->count == f->room) {
		size_t room = f->room != 0 ? 2 * f->room : 256;
		struct sending *more = reallocarray(f->sendings, room,
		    sizeof(*more));

		if (more == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		f->sendings = more;
		f->room = room;
	}
	if (!idmap_add(&f->met, &made.id, (uint32_t)f->count + 1))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	f->sendings[f->count++] = made;
	return WEIGH_OK;
}

static enum weigh_code
open_tree(struct repo_fetch *f, const git_oid *id, git_tree **out,
    struct weigh_err *err)
{
	enum weigh_code rc;
	size_t size;
	int git_rc;

	rc = repo_check_object(f->repo->odb, id, GIT_OBJECT_TREE, REPO_TREE_MAX,
	    &size, err);
	if (rc == WEIGH_OK &&
	    (git_rc = git_tree_lookup(out, f->repo->git, id)) != 0)
		rc = repo_fail(err, git_rc, "cannot read a tree");
	return rc;
}

/* --- what the client has --------------------------------------------------------------- */

static enum weigh_code
mark_tree(struct repo_fetch *f, const git_oid *id, unsigned depth,
    struct weigh_err *err)
{
	git_tree *tree = NULL;
	enum weigh_code rc;

	if (idmap_find(&f->met, id) != NULL)
		return WEIGH_OK;
	if (depth == REPO_DEPTH_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG, "folders too deep");
	if (!idmap_add(&f->met, id, 0))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = open_tree(f, id, &tree, err);
	for (size_t i = 0; rc == WEIGH_OK && i < git_tree_entrycount(tree);
	     i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);
		const git_oid *at = git_tree_entry_id(e);

		if (git_tree_entry_type(e) == GIT_OBJECT_TREE)
			rc = mark_tree(f, at, depth + 1, err);
		else if (idmap_find(&f->met, at) == NULL &&
		    !idmap_add(&f->met, at, 0))
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	git_tree_free(tree);
	return rc;
}

static enum weigh_code
mark_edge(struct repo_fetch *f, uint32_t at, struct weigh_err *err)
{
	struct graph *g = &f->graph;
	enum weigh_code rc;

	if (!(g->nodes[at].flags & NODE_HAS) ||
	    (g->nodes[at].flags & NODE_EDGE))
		return WEIGH_OK;
	g->nodes[at].flags |= NODE_EDGE;
	rc = graph_read(g, at, err);
	return rc == WEIGH_OK ? mark_tree(f, &g->nodes[at].tree, 0, err) : rc;
}

/* Next to what is sent: parents that the client has, and children whose parents it
 * lacked. */
static enum weigh_code
mark_edges(struct repo_fetch *f, struct weigh_err *err)
{
	struct graph *g = &f->graph;
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < f->commits.count; i++) {
		struct node n = g->nodes[f->commits.at[i]];

		for (uint32_t j = 0; rc == WEIGH_OK && j < n.nparents; j++)
			rc = mark_edge(f, g->links.at[n.parents + j], err);
	}
	for (size_t i = 0; rc == WEIGH_OK && i < f->shallows.count; i++)
		if (g->nodes[f->shallows.at[i]].flags & NODE_DEEPENED)
			rc = mark_edge(f, f->shallows.at[i], err);
	return rc;
}

/* --- what a commit holds ------------------------------------------------------------------ */

/* Where in which commit: the path ends in '/' but for the root's, which is empty. */
struct place {
	uint32_t at;
	unsigned depth;
	size_t len;
	char path[WEIGH_PATH_MAX + 1];
};

static enum weigh_code
add_file(struct repo_fetch *f, const struct place *place, const git_oid *id,
    struct weigh_err *err)
{
	struct weigh_gitid commit = repo_gitid(&f->graph.nodes[place->at].id);
	struct weigh_gitid git = repo_gitid(id);
	struct repo_promise promise;
	struct sending s = {
		.id = *id,
		.type = GIT_OBJECT_BLOB,
		.at = place->at,
	};
	enum weigh_code rc;

	rc = f->keeper.promise(f->keeper.ctx, &commit, place->path, &promise,
	    err);
	if (rc == WEIGH_OK && !weigh_gitid_equal(&promise.git, &git))
		rc = weigh_fail(err, WEIGH_MISMATCH,
		    "its git object is not the one that was admitted");
	if (rc != WEIGH_OK)
		return weigh_context(err, rc, "'%s'", place->path);
	s.lfs = promise.lfs;
	s.promised.oid = promise.oid;
	s.promised.size = promise.size;
	return add(f, &s, err);
}

/* Is it worth, and allowed, to send this tree as a difference to that one? */
static void
choose_base(const struct repo_fetch *f, const git_oid *base, struct sending *s)
{
	const uint32_t *place = base != NULL ? idmap_find(&f->met, base) : NULL;

	if (place == NULL)
		return;
	s->thin = *place == 0;
	if (!s->thin && f->sendings[*place - 1].links >= LINKS_MAX)
		return;
	s->links = (uint8_t)(s->thin ? 1 : f->sendings[*place - 1].links + 1);
	s->base = *base;
}

static enum weigh_code add_tree(struct repo_fetch *f, struct place *place,
    const git_oid *id, const git_oid *before, struct weigh_err *err);

/* The tree of the same name in the tree before, if there is one. */
static const git_oid *
twin(const git_tree *before, const char *name)
{
	const git_tree_entry *e = before != NULL ?
	    git_tree_entry_byname(before, name) :
	    NULL;

	return e != NULL && git_tree_entry_type(e) == GIT_OBJECT_TREE ?
	    git_tree_entry_id(e) :
	    NULL;
}

static enum weigh_code
add_entry(struct repo_fetch *f, struct place *place, const git_tree_entry *e,
    const git_tree *before, struct weigh_err *err)
{
	const char *name = git_tree_entry_name(e);
	const git_oid *id = git_tree_entry_id(e);
	size_t old = place->len, len = strlen(name);
	enum weigh_code rc;

	if (idmap_find(&f->met, id) != NULL)
		return WEIGH_OK;
	if (old + len + 1 > WEIGH_PATH_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a path longer than allowed");
	memcpy(place->path + old, name, len + 1);
	if (git_tree_entry_type(e) == GIT_OBJECT_BLOB)
		return add_file(f, place, id, err);
	if (git_tree_entry_type(e) != GIT_OBJECT_TREE)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "'%s' is neither a file nor a folder", place->path);
	memcpy(place->path + old + len, "/", 2);
	place->len = old + len + 1;
	rc = add_tree(f, place, id, twin(before, name), err);
	place->len = old;
	return rc;
}

/* Add a tree and what is in it; `before`: what stood at its place in the commit
 * that was looked at before, or NULL. */
static enum weigh_code
add_tree(struct repo_fetch *f, struct place *place, const git_oid *id,
    const git_oid *before, struct weigh_err *err)
{
	struct sending s = { .id = *id, .type = GIT_OBJECT_TREE };
	git_tree *tree = NULL, *old = NULL;
	enum weigh_code rc;

	if (idmap_find(&f->met, id) != NULL)
		return WEIGH_OK;
	if (place->depth == REPO_DEPTH_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG, "folders too deep");
	place->depth++;
	choose_base(f, before, &s);
	rc = add(f, &s, err);
	if (rc == WEIGH_OK)
		rc = open_tree(f, id, &tree, err);
	if (rc == WEIGH_OK && before != NULL)
		rc = open_tree(f, before, &old, err);
	for (size_t i = 0; rc == WEIGH_OK && i < git_tree_entrycount(tree); i++)
		rc = add_entry(f, place, git_tree_entry_byindex(tree, i), old,
		    err);
	place->depth--;
	git_tree_free(old);
	git_tree_free(tree);
	return rc;
}

/* The tree that the first commit's is likely to resemble: its parent's, if the
 * client has that. */
static const git_oid *
first_base(const struct repo_fetch *f)
{
	const struct graph *g = &f->graph;
	const struct node *n = &g->nodes[f->commits.at[0]];
	const struct node *parent = n->nparents > 0 ?
	    &g->nodes[g->links.at[n->parents]] :
	    NULL;

	return parent != NULL && (parent->flags & NODE_EDGE) ? &parent->tree :
							       NULL;
}

static enum weigh_code
add_commits(struct repo_fetch *f, struct weigh_err *err)
{
	const struct graph *g = &f->graph;
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < f->commits.count; i++) {
		const struct node *n = &g->nodes[f->commits.at[i]];
		struct sending s = { .id = n->id, .type = GIT_OBJECT_COMMIT };

		rc = add(f, &s, err);
	}
	for (size_t i = 0; rc == WEIGH_OK && i < f->commits.count; i++) {
		struct place place = { .at = f->commits.at[i] };

		rc = add_tree(f, &place, &g->nodes[place.at].tree,
		    i == 0 ? first_base(f) :
			     &g->nodes[f->commits.at[i - 1]].tree,
		    err);
	}
	return rc;
}

/* --- tags -------------------------------------------------------------------------------- */

/* A tag, and those it leads to, down to the commit. */
static enum weigh_code
add_tag(struct repo_fetch *f, const git_oid *id, struct weigh_err *err)
{
	struct sending s = { .id = *id, .type = GIT_OBJECT_TAG };
	git_tag *tag = NULL;
	enum weigh_code rc = WEIGH_OK;
	bool more = true;
	int git_rc;

	while (rc == WEIGH_OK && more && idmap_find(&f->met, &s.id) == NULL) {
		if ((git_rc = git_tag_lookup(&tag, f->repo->git, &s.id)) != 0)
			return repo_fail(err, git_rc, "cannot read a tag");
		rc = add(f, &s, err);
		more = git_tag_target_type(tag) == GIT_OBJECT_TAG;
		s.id = *git_tag_target_id(tag);
		git_tag_free(tag);
	}
	return rc;
}

enum weigh_code
repo_fetch_collect(struct repo_fetch *f, bool tags, struct weigh_err *err)
{
	enum weigh_code rc = fetch_mark_has(f, err);

	if (rc == WEIGH_OK)
		rc = find_commits(f, err);
	if (rc == WEIGH_OK)
		rc = mark_edges(f, err);
	if (rc == WEIGH_OK && f->commits.count > 0)
		rc = add_commits(f, err);
	for (size_t i = 0; rc == WEIGH_OK && i < f->ntags; i++) {
		const struct tag *t = &f->tags[i];
		bool with = f->graph.nodes[t->at].flags & NODE_SEND;

		if (t->wanted || (tags && with))
			rc = add_tag(f, &t->id, err);
	}
	return rc;
}
