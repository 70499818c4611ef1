/*
 * fetch: what a client wants and has, and which commits that makes.  See fetch.h;
 * deepen.c says where its history ends, gather.c what the commits hold, send.c
 * makes the pack.
 */
#include "fetch.h"

#include <stdlib.h>
#include <string.h>

#include "fetching.h"

#define TAGS_MAX 100000

/* --- life -------------------------------------------------------------------------- */

enum weigh_code
repo_fetch_new(struct repo_fetch **out, struct repo *r,
    const struct repo_keeper *keeper, struct weigh_err *err)
{
	struct repo_fetch *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	f->repo = r;
	f->graph.repo = r;
	f->keeper = *keeper;
	*out = f;
	return WEIGH_OK;
}

void
repo_fetch_free(struct repo_fetch *f)
{
	if (f == NULL)
		return;
	graph_free(&f->graph);
	nodes_free(&f->wants);
	nodes_free(&f->commons);
	nodes_free(&f->shallows);
	nodes_free(&f->commits);
	idmap_free(&f->met);
	idmap_free(&f->tag_places);
	free(f->tags);
	free(f->sendings);
	free(f);
}

size_t
repo_fetch_count(const struct repo_fetch *f)
{
	return f->count;
}

/* --- tags ---------------------------------------------------------------------------- */

/* Does the object lead to this commit, by tags alone? */
static bool
leads_to(git_repository *git, const git_oid *id, const git_oid *commit)
{
	git_object *object = NULL, *peeled = NULL;
	bool yes = git_object_lookup(&object, git, id, GIT_OBJECT_TAG) == 0 &&
	    git_object_peel(&peeled, object, GIT_OBJECT_COMMIT) == 0 &&
	    git_oid_equal(git_object_id(peeled), commit);

	git_object_free(peeled);
	git_object_free(object);
	return yes;
}

static enum weigh_code
keep_tag(struct repo_fetch *f, const git_oid *id, const git_oid *commit,
    struct weigh_err *err)
{
	enum weigh_code rc;
	uint32_t at;

	if (idmap_find(&f->tag_places, id) != NULL)
		return WEIGH_OK; /* it has two names */
	if (f->ntags == TAGS_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "more than %d annotated tags", TAGS_MAX);
	if (f->ntags == f->tag_room) {
		size_t room = f->tag_room != 0 ? 2 * f->tag_room : 16;
		struct tag *more = reallocarray(f->tags, room, sizeof(*more));

		if (more == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		f->tags = more;
		f->tag_room = room;
	}
	if ((rc = graph_node(&f->graph, commit, &at, err)) != WEIGH_OK)
		return rc;
	if (!idmap_add(&f->tag_places, id, (uint32_t)f->ntags))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	f->tags[f->ntags++] = (struct tag){ *id, at, false };
	return WEIGH_OK;
}

/* What the name leads to counts by the catalog; a tag object is believed only if it
 * leads to the same commit. */
enum weigh_code
repo_fetch_tag(struct repo_fetch *f, const char *ref,
    const struct weigh_gitid *commit, struct weigh_gitid *id, bool *annotated,
    struct weigh_err *err)
{
	git_oid target = repo_git_oid(commit), at;

	*id = *commit;
	*annotated = false;
	if (git_reference_name_to_id(&at, f->repo->git, ref) != 0 ||
	    git_oid_equal(&at, &target) ||
	    !leads_to(f->repo->git, &at, &target))
		return WEIGH_OK;
	*id = repo_gitid(&at);
	*annotated = true;
	return keep_tag(f, &at, &target, err);
}

/* --- wants and haves -------------------------------------------------------------------- */

/* The node of a commit that was admitted; *known: it was. */
static enum weigh_code
admitted_node(struct repo_fetch *f, const struct weigh_gitid *id, uint32_t *at,
    bool *known, struct weigh_err *err)
{
	git_oid oid = repo_git_oid(id);
	enum weigh_code rc;

	rc = f->keeper.admitted(f->keeper.ctx, id, known, err);
	if (rc != WEIGH_OK || !*known)
		return rc;
	return graph_node(&f->graph, &oid, at, err);
}

/* Add to a list what has not this flag, and give it. */
static enum weigh_code
flag_once(struct repo_fetch *f, struct nodes *list, uint32_t at, unsigned flag,
    struct weigh_err *err)
{
	if (f->graph.nodes[at].flags & flag)
		return WEIGH_OK;
	f->graph.nodes[at].flags |= flag;
	return nodes_add(list, at, err);
}

static struct tag *
tag_of(struct repo_fetch *f, const git_oid *id)
{
	const uint32_t *place = idmap_find(&f->tag_places, id);

	return place != NULL ? &f->tags[*place] : NULL;
}

enum weigh_code
repo_fetch_want(struct repo_fetch *f, const struct weigh_gitid *id,
    struct weigh_err *err)
{
	char hex[WEIGH_GITID_HEX + 1];
	git_oid oid = repo_git_oid(id);
	enum weigh_code rc;
	struct tag *tag;
	bool known;
	uint32_t at;

	rc = admitted_node(f, id, &at, &known, err);
	if (rc != WEIGH_OK)
		return rc;
	if (!known && (tag = tag_of(f, &oid)) != NULL) {
		tag->wanted = known = true;
		at = tag->at;
	}
	if (known)
		return flag_once(f, &f->wants, at, NODE_WANT, err);
	weigh_gitid_hex(id, hex);
	return weigh_fail(err, WEIGH_NOT_FOUND, "upload-pack: not our ref %s",
	    hex);
}

enum weigh_code
repo_fetch_have(struct repo_fetch *f, const struct weigh_gitid *id, bool *known,
    struct weigh_err *err)
{
	enum weigh_code rc;
	uint32_t at;

	rc = admitted_node(f, id, &at, known, err);
	if (rc != WEIGH_OK || !*known)
		return rc;
	return flag_once(f, &f->commons, at, NODE_COMMON, err);
}

enum weigh_code
repo_fetch_shallow(struct repo_fetch *f, const struct weigh_gitid *id,
    struct weigh_err *err)
{
	enum weigh_code rc;
	bool known;
	uint32_t at;

	rc = admitted_node(f, id, &at, &known, err);
	if (rc != WEIGH_OK || !known)
		return rc; /* one that we do not know ends no history of ours */
	return flag_once(f, &f->shallows, at, NODE_SHALLOW, err);
}

/* What the common commits lead to is the client's, but for the parents that it
 * lacks. */
enum weigh_code
fetch_mark_has(struct repo_fetch *f, struct weigh_err *err)
{
	struct graph *g = &f->graph;
	enum weigh_code rc = WEIGH_OK;
	struct nodes todo = { 0 };

	if (f->has_marked)
		return WEIGH_OK;
	for (size_t i = 0; rc == WEIGH_OK && i < f->commons.count; i++)
		rc = nodes_add(&todo, f->commons.at[i], err);
	while (rc == WEIGH_OK && todo.count > 0) {
		uint32_t at = todo.at[--todo.count];

		if (g->nodes[at].flags & NODE_HAS)
			continue;
		g->nodes[at].flags |= NODE_HAS;
		if (g->nodes[at].flags & NODE_SHALLOW)
			continue;
		rc = graph_read(g, at, err);
		if (rc == WEIGH_OK)
			rc = nodes_add_parents(&todo, g, at, err);
	}
	nodes_free(&todo);
	f->has_marked = rc == WEIGH_OK;
	return rc;
}

/* --- do all wants meet what it has? ------------------------------------------------------- */

static bool
parent_meets(const struct graph *g, uint32_t at)
{
	const struct node *n = &g->nodes[at];

	for (uint32_t i = 0; i < n->nparents; i++)
		if (g->nodes[g->links.at[n->parents + i]].flags & NODE_MEETS)
			return true;
	return false;
}

/* Each node is judged when its parents were: it is on the list twice, first to put
 * them before it. */
static enum weigh_code
judge(struct repo_fetch *f, struct nodes *todo, struct weigh_err *err)
{
	struct graph *g = &f->graph;
	uint32_t at = todo->at[todo->count - 1];
	enum weigh_code rc = WEIGH_OK;

	if (g->nodes[at].flags & NODE_COMMON)
		g->nodes[at].flags |= NODE_MEETS | NODE_SEEN;
	if (g->nodes[at].flags & NODE_SEEN) {
		todo->count--;
		if ((g->nodes[at].flags & NODE_READ) && parent_meets(g, at))
			g->nodes[at].flags |= NODE_MEETS;
		return WEIGH_OK;
	}
	g->nodes[at].flags |= NODE_SEEN;
	if ((rc = graph_read(g, at, err)) != WEIGH_OK)
		return rc;
	for (uint32_t i = 0; rc == WEIGH_OK && i < g->nodes[at].nparents; i++) {
		uint32_t parent = g->links.at[g->nodes[at].parents + i];

		if (!(g->nodes[parent].flags & NODE_SEEN))
			rc = nodes_add(todo, parent, err);
	}
	return rc;
}

enum weigh_code
repo_fetch_meets(struct repo_fetch *f, bool *yes, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct nodes todo = { 0 };

	*yes = f->commons.count > 0;
	for (size_t i = 0; rc == WEIGH_OK && *yes && i < f->wants.count; i++) {
		rc = nodes_add(&todo, f->wants.at[i], err);
		while (rc == WEIGH_OK && todo.count > 0)
			rc = judge(f, &todo, err);
		if (rc == WEIGH_OK)
			*yes = f->graph.nodes[f->wants.at[i]].flags &
			    NODE_MEETS;
	}
	graph_unsee(&f->graph);
	nodes_free(&todo);
	return rc;
}
