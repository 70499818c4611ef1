/* graph: see graph.h. */
#include "graph.h"

#include <stdlib.h>

#include "fetch.h"

static enum weigh_code
no_memory(struct weigh_err *err)
{
	return weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

/* --- lists of nodes ------------------------------------------------------------ */

enum weigh_code
nodes_add(struct nodes *list, uint32_t at, struct weigh_err *err)
{
	if (list->count == list->room) {
		size_t room = list->room != 0 ? 2 * list->room : 64;
		uint32_t *more = reallocarray(list->at, room, sizeof(*more));

		if (more == NULL)
			return no_memory(err);
		list->at = more;
		list->room = room;
	}
	list->at[list->count++] = at;
	return WEIGH_OK;
}

enum weigh_code
nodes_add_parents(struct nodes *list, const struct graph *g, uint32_t at,
    struct weigh_err *err)
{
	const struct node *n = &g->nodes[at];
	enum weigh_code rc = WEIGH_OK;

	for (uint32_t i = 0; rc == WEIGH_OK && i < n->nparents; i++)
		rc = nodes_add(list, g->links.at[n->parents + i], err);
	return rc;
}

void
nodes_free(struct nodes *list)
{
	free(list->at);
	*list = (struct nodes){ 0 };
}

/* --- nodes ----------------------------------------------------------------------- */

void
graph_free(struct graph *g)
{
	idmap_free(&g->map);
	nodes_free(&g->links);
	free(g->nodes);
	*g = (struct graph){ 0 };
}

enum weigh_code
graph_node(struct graph *g, const git_oid *id, uint32_t *at,
    struct weigh_err *err)
{
	const uint32_t *known = idmap_find(&g->map, id);

	if (known != NULL) {
		*at = *known;
		return WEIGH_OK;
	}
	if (g->count == FETCH_COMMITS)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "its history has more than %d commits", FETCH_COMMITS);
	if (g->count == g->room) {
		size_t room = g->room != 0 ? 2 * g->room : 64;
		struct node *more = reallocarray(g->nodes, room, sizeof(*more));

		if (more == NULL)
			return no_memory(err);
		g->nodes = more;
		g->room = room;
	}
	if (!idmap_add(&g->map, id, (uint32_t)g->count))
		return no_memory(err);
	*at = (uint32_t)g->count;
	g->nodes[g->count++] = (struct node){ .id = *id };
	return WEIGH_OK;
}

static enum weigh_code
link_parents(struct graph *g, uint32_t at, const git_commit *commit,
    struct weigh_err *err)
{
	uint32_t first = (uint32_t)g->links.count, parent;
	unsigned count = git_commit_parentcount(commit);
	enum weigh_code rc = WEIGH_OK;

	for (unsigned i = 0; rc == WEIGH_OK && i < count; i++) {
		rc = graph_node(g, git_commit_parent_id(commit, i), &parent,
		    err);
		if (rc == WEIGH_OK)
			rc = nodes_add(&g->links, parent, err);
	}
	g->nodes[at].parents = first;
	g->nodes[at].nparents = count;
	return rc;
}

enum weigh_code
graph_read(struct graph *g, uint32_t at, struct weigh_err *err)
{
	git_commit *commit = NULL;
	bool shallow = false;
	enum weigh_code rc;
	size_t size;
	int git_rc;

	if (g->nodes[at].flags & NODE_READ)
		return WEIGH_OK;
	rc = repo_is_shallow(g->repo, &g->nodes[at].id, &shallow, err);
	if (rc != WEIGH_OK)
		return rc;
	if (shallow)
		g->nodes[at].flags |= NODE_CUT;
	rc = repo_check_object(g->repo->odb, &g->nodes[at].id,
	    GIT_OBJECT_COMMIT, REPO_COMMIT_MAX, &size, err);
	if (rc != WEIGH_OK)
		return rc;
	git_rc = git_commit_lookup(&commit, g->repo->git, &g->nodes[at].id);
	if (git_rc != 0)
		return repo_fail(err, git_rc, "cannot read a commit");
	g->nodes[at].tree = *git_commit_tree_id(commit);
	g->nodes[at].date = git_commit_time(commit);
	rc = shallow ? WEIGH_OK : link_parents(g, at, commit, err);
	if (rc == WEIGH_OK)
		g->nodes[at].flags |= NODE_READ;
	git_commit_free(commit);
	return rc;
}

void
graph_unsee(struct graph *g)
{
	for (size_t i = 0; i < g->count; i++)
		g->nodes[i].flags &= ~(unsigned)NODE_SEEN;
}
