/*
 * deepen: where a client's history ends.  A shallow commit is one whose parents the
 * client lacks; it is told which become so, and which are so no more.  Where we lack
 * them ourselves (NODE_CUT), its history ends, too.  The rules are those of git's
 * upload-pack, shallow.c.  See fetch.h.
 */
#include "fetching.h"

/* --- by depth -------------------------------------------------------------------- */

/* All of `level` are `depth` commits away: the last ones, or those whose parents come
 * next. */
static enum weigh_code
take_level(struct repo_fetch *f, const struct nodes *level, bool final,
    struct nodes *next, struct weigh_err *err)
{
	struct graph *g = &f->graph;
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < level->count; i++) {
		uint32_t at = level->at[i];
		bool last = final;

		if (g->nodes[at].flags & (NODE_DEEP | NODE_ENDS))
			continue; /* it is nearer by another way */
		if ((rc = graph_read(g, at, err)) != WEIGH_OK)
			break;
		last |= (g->nodes[at].flags & NODE_CUT) != 0;
		g->nodes[at].flags |= last ? NODE_ENDS : NODE_DEEP;
		if (!last)
			rc = nodes_add_parents(next, g, at, err);
	}
	return rc;
}

static enum weigh_code
by_depth(struct repo_fetch *f, const struct nodes *from, uint64_t depth,
    struct weigh_err *err)
{
	struct nodes level = { 0 }, next = { 0 };
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < from->count; i++)
		rc = nodes_add(&level, from->at[i], err);
	for (uint64_t d = 1; rc == WEIGH_OK && d <= depth && level.count > 0;
	     d++) {
		struct nodes used = level;

		rc = take_level(f, &level, d == depth, &next, err);
		level = next;
		used.count = 0;
		next = used;
	}
	nodes_free(&level);
	nodes_free(&next);
	return rc;
}

/* Nothing is lacked any more, but for what we lack. */
static enum weigh_code
all_of_it(struct repo_fetch *f, struct weigh_err *err)
{
	struct graph *g = &f->graph;
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < f->shallows.count; i++) {
		uint32_t at = f->shallows.at[i];

		rc = graph_read(g, at, err);
		if (rc == WEIGH_OK && !(g->nodes[at].flags & NODE_CUT))
			g->nodes[at].flags |= NODE_DEEP;
	}
	return rc;
}

/* --- by time and name --------------------------------------------------------------- */

static enum weigh_code
mark_out(struct repo_fetch *f, const struct repo_deepen *how,
    struct weigh_err *err)
{
	struct graph *g = &f->graph;
	enum weigh_code rc = WEIGH_OK;
	struct nodes todo = { 0 };
	uint32_t at;

	for (size_t i = 0; rc == WEIGH_OK && i < how->nexcluded; i++) {
		git_oid id = repo_git_oid(&how->excluded[i]);

		rc = graph_node(g, &id, &at, err);
		if (rc == WEIGH_OK)
			rc = nodes_add(&todo, at, err);
	}
	while (rc == WEIGH_OK && todo.count > 0) {
		at = todo.at[--todo.count];
		if (g->nodes[at].flags & NODE_OUT)
			continue;
		g->nodes[at].flags |= NODE_OUT;
		rc = graph_read(g, at, err);
		if (rc == WEIGH_OK)
			rc = nodes_add_parents(&todo, g, at, err);
	}
	nodes_free(&todo);
	return rc;
}

/* Everything from the wants that is neither out nor too old. */
static enum weigh_code
mark_chosen(struct repo_fetch *f, int64_t since, struct nodes *chosen,
    struct weigh_err *err)
{
	struct graph *g = &f->graph;
	enum weigh_code rc = WEIGH_OK;
	struct nodes todo = { 0 };

	for (size_t i = 0; rc == WEIGH_OK && i < f->wants.count; i++)
		rc = nodes_add(&todo, f->wants.at[i], err);
	while (rc == WEIGH_OK && todo.count > 0) {
		uint32_t at = todo.at[--todo.count];

		if ((rc = graph_read(g, at, err)) != WEIGH_OK)
			break;
		if (g->nodes[at].flags & (NODE_DEEP | NODE_OUT) ||
		    g->nodes[at].date < since)
			continue;
		g->nodes[at].flags |= NODE_DEEP;
		rc = nodes_add(chosen, at, err);
		if (rc == WEIGH_OK)
			rc = nodes_add_parents(&todo, g, at, err);
	}
	nodes_free(&todo);
	return rc;
}

/* Those of which a parent was not chosen, or is not here. */
static enum weigh_code
by_choice(struct repo_fetch *f, const struct repo_deepen *how,
    struct weigh_err *err)
{
	struct graph *g = &f->graph;
	struct nodes chosen = { 0 };
	enum weigh_code rc = mark_out(f, how, err);

	if (rc == WEIGH_OK)
		rc = mark_chosen(f, how->since, &chosen, err);
	if (rc == WEIGH_OK && chosen.count == 0)
		rc = weigh_fail(err, WEIGH_NOT_FOUND,
		    "no commits selected for shallow requests");
	for (size_t i = 0; rc == WEIGH_OK && i < chosen.count; i++) {
		struct node *n = &g->nodes[chosen.at[i]];

		if (n->flags & NODE_CUT)
			n->flags |= NODE_ENDS;
		for (uint32_t j = 0; j < n->nparents; j++)
			if (!(g->nodes[g->links.at[n->parents + j]].flags &
				(NODE_DEEP | NODE_ENDS)))
				n->flags |= NODE_ENDS;
	}
	/* Not before: a parent that ends was chosen. */
	for (size_t i = 0; i < chosen.count; i++)
		if (g->nodes[chosen.at[i]].flags & NODE_ENDS)
			g->nodes[chosen.at[i]].flags &= ~(unsigned)NODE_DEEP;
	nodes_free(&chosen);
	return rc;
}

/* --- what changes --------------------------------------------------------------------- */

/* Tell the client, and note it: from here on NODE_SHALLOW is what it will lack. */
static void
tell(struct repo_fetch *f,
    void (*each)(void *ctx, bool shallow, const struct weigh_gitid *commit),
    void *ctx)
{
	for (size_t i = 0; i < f->graph.count; i++) {
		struct node *n = &f->graph.nodes[i];
		struct weigh_gitid id = repo_gitid(&n->id);

		if ((n->flags & NODE_ENDS) && !(n->flags & NODE_SHALLOW)) {
			n->flags |= NODE_SHALLOW;
			each(ctx, true, &id);
		} else if ((n->flags & NODE_DEEP) &&
		    (n->flags & NODE_SHALLOW)) {
			n->flags &= ~(unsigned)NODE_SHALLOW;
			n->flags |= NODE_DEEPENED;
			each(ctx, false, &id);
		}
	}
}

enum weigh_code
repo_fetch_deepen(struct repo_fetch *f, const struct repo_deepen *how,
    void (*each)(void *ctx, bool shallow, const struct weigh_gitid *commit),
    void *ctx, struct weigh_err *err)
{
	/* What it has is what it had before its history grew. */
	enum weigh_code rc = fetch_mark_has(f, err);

	if (rc == WEIGH_OK && how->all)
		rc = all_of_it(f, err);
	else if (rc == WEIGH_OK && how->relative)
		rc = by_depth(f, &f->shallows, (uint64_t)how->depth + 1, err);
	else if (rc == WEIGH_OK && how->depth > 0)
		rc = by_depth(f, &f->wants, how->depth, err);
	else if (rc == WEIGH_OK)
		rc = by_choice(f, how, err);
	if (rc == WEIGH_OK)
		tell(f, each, ctx);
	return rc;
}

/* --- where ours ends ------------------------------------------------------------------- */

/* Does the client's history go on behind this commit, as far as we send it? */
static bool
goes_on(const struct node *n)
{
	return !(n->flags & (NODE_SHALLOW | NODE_CUT));
}

enum weigh_code
repo_fetch_ends(struct repo_fetch *f,
    void (*each)(void *ctx, bool shallow, const struct weigh_gitid *commit),
    void *ctx, struct weigh_err *err)
{
	struct graph *g = &f->graph;
	struct nodes todo = { 0 };
	bool some = false;
	enum weigh_code rc = repo_has_shallow(f->repo, &some, err);

	if (rc == WEIGH_OK && some)
		rc = fetch_mark_has(f, err);
	for (size_t i = 0; rc == WEIGH_OK && some && i < f->wants.count; i++)
		rc = nodes_add(&todo, f->wants.at[i], err);
	while (rc == WEIGH_OK && todo.count > 0) {
		uint32_t at = todo.at[--todo.count];
		struct weigh_gitid id = repo_gitid(&g->nodes[at].id);

		if (g->nodes[at].flags & (NODE_HAS | NODE_SEEN))
			continue;
		g->nodes[at].flags |= NODE_SEEN;
		if ((rc = graph_read(g, at, err)) != WEIGH_OK)
			break;
		if (goes_on(&g->nodes[at])) {
			rc = nodes_add_parents(&todo, g, at, err);
		} else if (!(g->nodes[at].flags & NODE_SHALLOW)) {
			g->nodes[at].flags |= NODE_SHALLOW;
			each(ctx, true, &id);
		}
	}
	graph_unsee(g);
	nodes_free(&todo);
	return rc;
}
