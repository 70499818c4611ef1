/* others: see others.h. */
#include "upkeep/others.h"

#include <stdio.h>
#include <time.h>

#include "audit/audit.h"
#include "log/log.h"
#include "repo/repo.h"

void
others_name(enum others_kind kind, const struct weigh_repo *repo,
    char out[OTHERS_NAME])
{
	switch (kind) {
	case OTHERS_REPO:
		weigh_repo_text(repo, out);
		return;
	case OTHERS_CATALOG:
		snprintf(out, OTHERS_NAME, "catalog.db");
		return;
	case OTHERS_JOURNAL:
		snprintf(out, OTHERS_NAME, "audit/journal.ndjson");
		return;
	}
}

/* --- reading ---------------------------------------------------------------------- */

struct refs {
	struct repo *repo;
	char *problem;
};

/* A ref that git cannot read is to git as if it were not there: only the catalog
 * knows better. */
static void
look_up_ref(void *ctx, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit)
{
	struct refs *r = ctx;
	char ref[WEIGH_REV_MAX + 16];
	struct weigh_gitid at;

	if (r->problem[0] != '\0')
		return;
	snprintf(ref, sizeof(ref), "%s%s", catalog_ref_prefix(kind), name);
	if (repo_ref(r->repo, ref, &at, NULL, NULL) != WEIGH_OK)
		snprintf(r->problem, SCRUB_PROBLEM,
		    "%.100s is not there, or cannot be read", ref);
	else if (!weigh_gitid_equal(&at, commit))
		snprintf(r->problem, SCRUB_PROBLEM,
		    "%.100s leads to another commit", ref);
}

static enum weigh_code
read_objects(const struct others *o, const struct weigh_repo *name,
    char problem[SCRUB_PROBLEM], struct weigh_err *err)
{
	struct refs refs = { .problem = problem };
	struct repo *repo = NULL;
	enum weigh_code rc;

	rc = repo_open(o->scrub->parts.repos, name, false, &repo, err);
	if (rc == WEIGH_OK)
		rc = repo_verify(repo, o->pace, o->ctx, problem, SCRUB_PROBLEM,
		    err);
	refs.repo = repo;
	if (rc == WEIGH_OK)
		rc = catalog_refs(o->reader, name, look_up_ref, &refs, err);
	repo_close(repo);
	if (rc != WEIGH_OK && rc != WEIGH_CANCELED && rc != WEIGH_NOMEM) {
		snprintf(problem, SCRUB_PROBLEM, "it cannot be read: %.120s",
		    err->why);
		rc = WEIGH_OK;
	}
	return rc;
}

/* Damage is believed when it is found twice: a publication under way may have
 * written what names an object before the object, and gc makes packs anew. */
static enum weigh_code
read_repo(const struct others *o, const struct weigh_repo *name,
    char problem[SCRUB_PROBLEM], struct weigh_err *err)
{
	enum weigh_code rc = read_objects(o, name, problem, err);

	if (rc != WEIGH_OK || problem[0] == '\0')
		return rc;
	scrub_nap(o->scrub, SCRUB_SECOND);
	return read_objects(o, name, problem, err);
}

static enum weigh_code
read_head(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	(void)catalog;
	(void)err;
	audit_head(audit, ctx);
	return WEIGH_OK;
}

static enum weigh_code
read_journal(const struct others *o, char problem[SCRUB_PROBLEM],
    struct weigh_err *err)
{
	struct audit_head head;
	enum weigh_code rc;

	rc = gate_write(o->scrub->parts.gate, read_head, &head, err);
	if (rc == WEIGH_OK)
		rc = audit_check(o->scrub->parts.dirfd, &head, o->cancel,
		    problem, SCRUB_PROBLEM, err);
	return rc;
}

/* --- recording -------------------------------------------------------------------- */

struct mark {
	enum others_kind kind;
	const struct weigh_repo *repo;
	const char *problem;
};

/* Of catalog and journal only when they were last good: that they are not shall
 * not depend on the catalog. */
static enum weigh_code
write_mark(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	const struct mark *m = ctx;
	int64_t now = time(NULL);

	(void)audit;
	if (m->kind == OTHERS_REPO)
		return catalog_scrub_repo(catalog, m->repo, now, m->problem,
		    err);
	if (m->problem[0] != '\0')
		return WEIGH_OK;
	return catalog_scrub_whole(catalog,
	    m->kind == OTHERS_CATALOG ? CATALOG_ITSELF : CATALOG_JOURNAL, now,
	    err);
}

static void
show_problem(struct scrub *s, enum others_kind kind, const char *problem)
{
	char *shown = kind == OTHERS_CATALOG ? s->status.catalog_problem :
					       s->status.journal_problem;

	if (kind == OTHERS_REPO)
		return;
	pthread_mutex_lock(&s->lock);
	snprintf(shown, SCRUB_PROBLEM, "%s", problem);
	pthread_mutex_unlock(&s->lock);
}

enum weigh_code
others_read(const struct others *o, enum others_kind kind,
    const struct weigh_repo *repo, char problem[SCRUB_PROBLEM],
    struct weigh_err *err)
{
	struct mark mark = { kind, repo, problem };
	enum weigh_code rc = WEIGH_OK;
	char name[OTHERS_NAME];

	problem[0] = '\0';
	switch (kind) {
	case OTHERS_REPO:
		rc = read_repo(o, repo, problem, err);
		break;
	case OTHERS_CATALOG:
		rc = catalog_quick_check(o->reader, o->cancel, problem,
		    SCRUB_PROBLEM, err);
		break;
	case OTHERS_JOURNAL:
		rc = read_journal(o, problem, err);
		break;
	}
	if (rc != WEIGH_OK)
		return rc;
	show_problem(o->scrub, kind, problem);
	if (problem[0] != '\0') {
		others_name(kind, repo, name);
		atomic_fetch_add(&o->scrub->found, 1);
		log_event(LOG_ERROR_LEVEL, "scrub-found", "name", name, "why",
		    problem, NULL);
	}
	return gate_write(o->scrub->parts.gate, write_mark, &mark, err);
}
