/* git_refs: what git is shown of a repository.  The catalog says which refs there
 * are; the repository is only asked for the objects of annotated tags. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "git.h"

struct collecting {
	struct git_refs *refs;
	bool failed; /* no memory */
};

static bool
keep(struct git_refs *refs, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit)
{
	struct git_ref *ref;

	if (refs->count == refs->room) {
		size_t room = refs->room != 0 ? 2 * refs->room : 16;
		struct git_ref *more = reallocarray(refs->list, room,
		    sizeof(*more));

		if (more == NULL)
			return false;
		refs->list = more;
		refs->room = room;
	}
	ref = &refs->list[refs->count];
	*ref = (struct git_ref){ .commit = *commit, .id = *commit };
	if (asprintf(&ref->name, "%s%s", catalog_ref_prefix(kind), name) < 0)
		return false;
	refs->count++;
	return true;
}

static void
keep_ref(void *ctx, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit)
{
	struct collecting *c = ctx;

	if (!c->failed)
		c->failed = !keep(c->refs, kind, name, commit);
}

/* HEAD is main, else the only branch: what the catalog says it means.  Its name is
 * the first branch that stands there, main before others. */
static enum weigh_code
find_head(struct git_ask *g, struct git_refs *refs, struct weigh_err *err)
{
	static const char main_ref[] = "refs/heads/main";
	enum weigh_code rc;
	bool known;

	snprintf(refs->head_ref, sizeof(refs->head_ref), "%s", main_ref);
	rc = catalog_resolve(g->reader, &g->name, "HEAD", &refs->head, &known,
	    err);
	if (rc == WEIGH_NOT_FOUND) {
		refs->head = (struct weigh_gitid){ { 0 } };
		return WEIGH_OK;
	}
	for (size_t i = 0; rc == WEIGH_OK && i < refs->count; i++)
		if (strcmp(refs->list[i].name, main_ref) == 0)
			return WEIGH_OK;
	if (rc == WEIGH_OK && refs->count > 0)
		snprintf(refs->head_ref, sizeof(refs->head_ref), "%s",
		    refs->list[0]
			.name); /* the only branch; branches are first */
	return rc;
}

static enum weigh_code
find_tags(struct git_ask *g, struct git_refs *refs, struct weigh_err *err)
{
	static const char tags[] = "refs/tags/";
	enum weigh_code rc = WEIGH_OK;
	bool annotated;

	for (size_t i = 0; rc == WEIGH_OK && i < refs->count; i++) {
		struct git_ref *ref = &refs->list[i];

		if (strncmp(ref->name, tags, strlen(tags)) == 0)
			rc = repo_fetch_tag(g->fetch, ref->name, &ref->commit,
			    &ref->id, &annotated, err);
	}
	return rc;
}

enum weigh_code
git_refs_read(struct git_ask *g, struct weigh_err *err)
{
	struct collecting c = { .refs = &g->refs };
	enum weigh_code rc;

	rc = catalog_refs(g->reader, &g->name, keep_ref, &c, err);
	if (rc == WEIGH_OK && c.failed)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK)
		rc = find_head(g, &g->refs, err);
	if (rc == WEIGH_OK)
		rc = find_tags(g, &g->refs, err);
	return rc;
}

void
git_refs_free(struct git_refs *refs)
{
	for (size_t i = 0; i < refs->count; i++)
		free(refs->list[i].name);
	free(refs->list);
	*refs = (struct git_refs){ 0 };
}
