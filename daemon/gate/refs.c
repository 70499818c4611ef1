/* refs: branches and tags, made and dropped.  See change.h. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "turn.h"

/* --- may it be? ------------------------------------------------------------------ */

/* Which ref of the repository stands in the way of another? */
struct obstacle {
	enum catalog_ref_kind kind;
	const char *name;
	bool may_be; /* it may be there itself */
	bool found;
	enum catalog_ref_kind in_way;
	char its_name[WEIGH_REV_MAX + 1];
};

/* Does `inner` lie below `outer`?  Git keeps one as a folder and the other as a
 * file, so it cannot have both. */
static bool
is_below(const char *inner, const char *outer)
{
	size_t len = strlen(outer);

	return strncmp(inner, outer, len) == 0 && inner[len] == '/';
}

static void
look_for_obstacle(void *ctx, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit)
{
	struct obstacle *o = ctx;
	bool same = strcmp(name, o->name) == 0;

	(void)commit;
	if (kind == CATALOG_PULL || o->found)
		return;
	if (kind != o->kind)
		o->found = same;
	else
		o->found = (same && !o->may_be) || is_below(name, o->name) ||
		    is_below(o->name, name);
	o->in_way = kind;
	if (o->found)
		snprintf(o->its_name, sizeof(o->its_name), "%s", name);
}

enum weigh_code
gate_check_ref(struct catalog_reader *reader, const struct weigh_repo *repo,
    enum catalog_ref_kind kind, const char *name, bool may_be,
    struct weigh_err *err)
{
	static const char *const kinds[] = { "branch", "tag", "pull request" };
	struct obstacle o = { .kind = kind, .name = name, .may_be = may_be };
	enum weigh_code rc = catalog_refs(reader, repo, look_for_obstacle, &o,
	    err);

	if (rc != WEIGH_OK || !o.found)
		return rc;
	if (strcmp(o.its_name, name) != 0)
		return weigh_fail(err, WEIGH_EXISTS,
		    "the name is taken: '%s' has a %s '%s', and no %s can lie "
		    "below another",
		    repo->name, kinds[kind], o.its_name, kinds[kind]);
	return weigh_fail(err, WEIGH_EXISTS,
	    "the name is taken: '%s' is a %s of '%s'%s", name, kinds[o.in_way],
	    repo->name,
	    o.in_way == CATALOG_TAG ? ", and tags do not move" : "");
}

static enum weigh_code
check_name(const struct gate_ref *ref, struct weigh_err *err)
{
	struct weigh_gitid id;
	size_t len = strlen(ref->name);

	if (ref->kind != CATALOG_BRANCH && ref->kind != CATALOG_TAG)
		return weigh_fail(err, WEIGH_USAGE,
		    "only branches and tags are made and taken away");
	if (weigh_rev_ok(ref->name, len) &&
	    !weigh_gitid_parse(&id, ref->name, len) &&
	    strncmp(ref->name, "refs/", 5) != 0 &&
	    strcmp(ref->name, "HEAD") != 0)
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_USAGE,
	    "'%.255s' is no name for a branch or tag", ref->name);
}

/* --- making ------------------------------------------------------------------------ */

static enum weigh_code
resolve(struct catalog_reader *reader, struct gate_ref *ref, const char *rev,
    struct weigh_err *err)
{
	bool known;
	enum weigh_code rc = catalog_resolve(reader, &ref->repo, rev,
	    &ref->commit, &known, err);

	if (rc == WEIGH_NOT_FOUND)
		ref->missing = known ? GATE_MISSING_REVISION :
				       GATE_MISSING_REPO;
	return rc;
}

static void
name_ref(struct turn *t, const struct gate_ref *ref)
{
	t->repo = ref->repo;
	t->commit = ref->commit;
	t->origin = ref->who->origin;
	snprintf(t->ref, sizeof(t->ref), "%s%s", catalog_ref_prefix(ref->kind),
	    ref->name);
}

/* Where a branch is that may be led elsewhere. */
static enum weigh_code
find_replaced(struct turn *t, const struct gate_ref *ref, struct weigh_err *err)
{
	enum weigh_code rc;
	bool known;

	if (!ref->replace || ref->kind != CATALOG_BRANCH)
		return WEIGH_OK;
	rc = catalog_resolve(t->reader, &ref->repo, t->ref, &t->from, &known,
	    err);
	if (rc == WEIGH_NOT_FOUND) {
		weigh_err_clear(err);
		return WEIGH_OK;
	}
	if (rc == WEIGH_OK && strcmp(ref->name, "main") == 0)
		return weigh_fail(err, WEIGH_DENIED,
		    "'main' is not led elsewhere: commits move it");
	return rc;
}

static enum weigh_code
make(struct turn *t, struct gate_ref *ref, struct weigh_err *err)
{
	const struct gate_who *who = ref->who;
	struct repo_tag tag = {
		.name = ref->name,
		.author = who->author != NULL ? who->author : "weighd",
		.email = who->email != NULL ? who->email : "weighd@localhost",
		.message = ref->message,
		.date = time(NULL),
	};
	enum weigh_code rc = check_name(ref, err);

	if (rc == WEIGH_OK)
		rc = resolve(t->reader, ref, ref->at != NULL ? ref->at : "",
		    err);
	if (rc == WEIGH_OK)
		rc = gate_check_ref(t->reader, &ref->repo, ref->kind, ref->name,
		    ref->replace && ref->kind == CATALOG_BRANCH, err);
	if (rc != WEIGH_OK)
		return rc;
	name_ref(t, ref);
	rc = find_replaced(t, ref, err);
	if (rc != WEIGH_OK || weigh_gitid_equal(&t->from, &t->commit))
		return rc;
	tag.commit = ref->commit;
	if (ref->kind == CATALOG_TAG && ref->message != NULL &&
	    ref->message[0] != '\0')
		t->tag = &tag;
	return turn_run(t, err);
}

enum weigh_code
gate_make_ref(struct gate *g, struct catalog_reader *reader,
    struct gate_ref *ref, struct weigh_err *err)
{
	struct turn t = {
		.gate = g,
		.reader = reader,
		.verb = CATALOG_MAKE_REF,
	};
	enum weigh_code rc;

	ref->missing = GATE_MISSING_NOTHING;
	gate_hold(g);
	rc = gate_tidy_held(g, reader, err);
	if (rc == WEIGH_OK)
		rc = make(&t, ref, err);
	gate_release(g);
	return rc;
}

/* --- dropping --------------------------------------------------------------------------- */

static void
count_branch(void *ctx, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit)
{
	unsigned *branches = ctx;

	(void)name;
	(void)commit;
	*branches += kind == CATALOG_BRANCH;
}

static enum weigh_code
check_rest(struct turn *t, const struct gate_ref *ref, struct weigh_err *err)
{
	unsigned branches = 0;
	enum weigh_code rc;

	if (ref->kind != CATALOG_BRANCH)
		return WEIGH_OK;
	rc = catalog_refs(t->reader, &ref->repo, count_branch, &branches, err);
	if (rc == WEIGH_OK && (branches < 2 || strcmp(ref->name, "main") == 0))
		rc = weigh_fail(err, WEIGH_DENIED,
		    "'%s' cannot go: a repository has a branch, and main stays",
		    ref->name);
	return rc;
}

static enum weigh_code
drop(struct turn *t, struct gate_ref *ref, struct weigh_err *err)
{
	char full[WEIGH_REV_MAX + 12];
	enum weigh_code rc = check_name(ref, err);

	snprintf(full, sizeof(full), "%s%.*s", catalog_ref_prefix(ref->kind),
	    WEIGH_REV_MAX, ref->name);
	if (rc == WEIGH_OK)
		rc = resolve(t->reader, ref, full, err);
	if (rc == WEIGH_OK)
		rc = check_rest(t, ref, err);
	if (rc != WEIGH_OK)
		return rc;
	name_ref(t, ref);
	return turn_run(t, err);
}

enum weigh_code
gate_drop_ref(struct gate *g, struct catalog_reader *reader,
    struct gate_ref *ref, struct weigh_err *err)
{
	struct turn t = {
		.gate = g,
		.reader = reader,
		.verb = CATALOG_DROP_REF,
	};
	enum weigh_code rc;

	ref->missing = GATE_MISSING_NOTHING;
	gate_hold(g);
	rc = gate_tidy_held(g, reader, err);
	if (rc == WEIGH_OK)
		rc = drop(&t, ref, err);
	gate_release(g);
	return rc;
}
