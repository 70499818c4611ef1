/* absent: blobs that are listed and not held: one comes, one goes.  See mirror.h. */
#include <stdlib.h>
#include <string.h>

#include "kept.h"
#include "log/log.h"

/* The revisions that list a blob. */
struct listings {
	struct catalog_listing *all;
	size_t count; /* each once, but for those that list it far apart */
	unsigned rows;
	enum weigh_code rc;
};

static bool
is_same(const struct catalog_listing *a, const struct catalog_listing *b)
{
	return a->repo.kind == b->repo.kind &&
	    weigh_gitid_equal(&a->commit, &b->commit) &&
	    strcmp(a->repo.name, b->repo.name) == 0;
}

static void
add_listing(void *ctx, const struct catalog_listing *l)
{
	struct listings *list = ctx;
	struct catalog_listing *more;

	list->rows++;
	if (list->rc != WEIGH_OK ||
	    (list->count > 0 && is_same(&list->all[list->count - 1], l)))
		return;
	more = reallocarray(list->all, list->count + 1, sizeof(*more));
	if (more == NULL) {
		list->rc = WEIGH_NOMEM;
		return;
	}
	list->all = more;
	list->all[list->count++] = *l;
}

static enum weigh_code
find_listings(struct catalog_reader *reader, const struct weigh_oid *oid,
    struct listings *list, struct weigh_err *err)
{
	enum weigh_code rc = catalog_listings(reader, oid, GATE_USES_MAX,
	    add_listing, list, err);

	if (rc == WEIGH_OK && list->rc != WEIGH_OK)
		rc = weigh_fail(err, list->rc, "out of memory");
	return rc;
}

/* Say in the repository's facts whether files of this revision may be not held. */
static enum weigh_code
mark_partial(struct gate *g, struct catalog_reader *reader,
    const struct catalog_listing *l, bool partial, struct weigh_err *err)
{
	const struct weigh_repomark mark = { .kind = WEIGH_MARK_PARTIAL,
		.commit = l->commit };
	struct weigh_repofile facts;
	enum weigh_code rc;
	bool is;

	rc = repo_read_facts(g->parts.repos, &l->repo, &facts, err);
	if (rc != WEIGH_OK)
		return rc;
	is = weigh_repofile_find(&facts, WEIGH_MARK_PARTIAL, &l->commit) !=
	    NULL;
	if (is && !partial)
		(void)weigh_repofile_unmark(&facts, mark.kind, &mark.commit);
	else if (!is && partial)
		rc = weigh_repofile_mark(&facts, &mark, err);
	if (rc == WEIGH_OK && is != partial)
		rc = kept_change(g, reader, &l->repo, &facts, err);
	weigh_repofile_free(&facts);
	return rc;
}

/* --- one comes ----------------------------------------------------------- */

/* Revisions that are whole now say so. */
static enum weigh_code
mark_whole(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, struct weigh_err *err)
{
	struct listings list = { .rc = WEIGH_OK };
	enum weigh_code rc = find_listings(reader, oid, &list, err);

	for (size_t i = 0; rc == WEIGH_OK && i < list.count; i++)
		if (list.all[i].mirrored && list.all[i].absent == 0)
			rc = mark_partial(g, reader, &list.all[i], false, err);
	free(list.all);
	return rc;
}

enum weigh_code
gate_arrived(struct gate *g, struct catalog_reader *reader,
    struct store_writer *writer, const struct store_blob *blob,
    const struct gate_who *who, struct weigh_err *err)
{
	enum weigh_code rc = gate_receive(g, reader, writer, blob, who, err);
	struct weigh_err trouble = { .code = WEIGH_OK };

	if (rc != WEIGH_OK)
		return rc;
	gate_hold(g);
	/* A mark that stays harms nothing. */
	if (mark_whole(g, reader, &blob->oid, &trouble) != WEIGH_OK)
		log_event(LOG_WARN_LEVEL, "left-partial", "why", trouble.why,
		    NULL);
	gate_release(g);
	return WEIGH_OK;
}

/* --- one goes ------------------------------------------------------------ */

struct going {
	const struct weigh_oid *oid;
	bool *gone;
};

static enum weigh_code
write_gone(struct gate *g, void *ctx, struct weigh_err *err)
{
	const struct going *going = ctx;
	enum weigh_code rc = catalog_let_go(g->parts.catalog, going->oid,
	    going->gone, err);

	gate_changed(g);
	return rc;
}

/* (15) */
static bool
may_go(const struct listings *list)
{
	bool may = list->count > 0 && list->rows < GATE_USES_MAX;

	for (size_t i = 0; i < list->count; i++)
		may = may && list->all[i].through && !list->all[i].pinned;
	return may;
}

/* The facts first: of a blob that they call held and that is not there, a catalog made
 * again would say that it was lost. */
static enum weigh_code
let_go(struct gate *g, struct catalog_reader *reader, struct going *going,
    struct weigh_err *err)
{
	struct listings list = { .rc = WEIGH_OK };
	enum weigh_code rc = gate_tidy_held(g, reader, err);

	if (rc == WEIGH_OK)
		rc = find_listings(reader, going->oid, &list, err);
	if (rc == WEIGH_OK && may_go(&list)) {
		for (size_t i = 0; rc == WEIGH_OK && i < list.count; i++)
			rc = mark_partial(g, reader, &list.all[i], true, err);
		if (rc == WEIGH_OK)
			rc = gate_on_writer(g, write_gone, going, err);
		if (rc == WEIGH_OK && *going->gone)
			rc = store_delete(g->parts.store, going->oid, err);
	}
	free(list.all);
	return rc;
}

enum weigh_code
gate_let_go(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *oid, bool *gone, struct weigh_err *err)
{
	struct going going = { oid, gone };
	enum weigh_code rc;

	*gone = false;
	gate_hold(g);
	rc = let_go(g, reader, &going, err);
	gate_release(g);
	return rc;
}
