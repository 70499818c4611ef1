/* Reading: where a revision's name ends, what came before it, and old names. */
#include <stdio.h>
#include <string.h>

#include "reader.h"
#include "rows.h"

/* --- the longest name of a revision ------------------------------------------ */

/* Cut `name` before the last '/' at or before `at`; to "" if there is none behind
 * its first byte. */
static void
cut_at_slash(char *name, size_t at)
{
	while (at > 0 && name[at] != '/')
		at--;
	name[at] = '\0';
}

/*
 * The longest ref of one kind that `text` begins with, up to a '/' or its end.
 * The greatest name that is not above the text is it, or differs from it at some
 * byte; then no name that the text begins with is longer than what the two share:
 * it would lie between them.  So each question shortens the text by a part.
 */
static enum weigh_code
longest_ref(struct db *db, int64_t repo, enum catalog_ref_kind kind,
    const char *text, size_t *len, struct weigh_gitid *commit,
    struct weigh_err *err)
{
	char name[WEIGH_REV_MAX + 2];
	enum weigh_code rc = WEIGH_OK;

	*len = 0;
	snprintf(name, sizeof(name), "%s", text);
	if (strlen(name) > WEIGH_REV_MAX)
		cut_at_slash(name, WEIGH_REV_MAX);
	while (rc == WEIGH_OK && *len == 0 && name[0] != '\0') {
		struct query q = query_begin(db, SQL_REF_AT_MOST);
		const char *found = "";
		size_t same = 0;

		query_int(&q, repo);
		query_int(&q, kind);
		query_text(&q, name);
		if (query_row(&q))
			found = query_column_text(&q, 0);
		while (found[same] != '\0' && found[same] == name[same])
			same++;
		if (same > 0 && found[same] == '\0' &&
		    (name[same] == '\0' || name[same] == '/')) {
			*len = same;
			*commit = query_column_gitid(&q, 1);
		}
		rc = query_end(&q, err);
		cut_at_slash(name, same);
	}
	return rc;
}

static enum weigh_code
longest_in_places(struct db *db, int64_t repo, const char *text, size_t *used,
    struct weigh_gitid *commit, struct weigh_err *err)
{
	const struct reader_place *p;
	enum weigh_code rc = WEIGH_OK;
	struct weigh_gitid id;
	size_t len, prefix;

	*used = 0;
	for (p = reader_places; p->prefix != NULL && rc == WEIGH_OK; p++) {
		prefix = strlen(p->prefix);
		if (strncmp(text, p->prefix, prefix) != 0)
			continue;
		rc = longest_ref(db, repo, p->kind, text + prefix, &len, &id,
		    err);
		if (rc == WEIGH_OK && len > 0 && prefix + len > *used) {
			*used = prefix + len;
			*commit = id;
		}
	}
	return rc;
}

/* One part: a commit, HEAD, a ref, or nothing, which is then said. */
static enum weigh_code
resolve_part(struct catalog_reader *r, const struct weigh_repo *repo,
    const char *text, size_t len, struct weigh_gitid *commit, bool *repo_known,
    struct weigh_err *err)
{
	char part[WEIGH_REV_MAX + WEIGH_PATH_MAX + 2];

	snprintf(part, sizeof(part), "%.*s", (int)len, text);
	return catalog_resolve(r, repo, part, commit, repo_known, err);
}

enum weigh_code
catalog_resolve_prefix(struct catalog_reader *r, const struct weigh_repo *repo,
    const char *text, bool whole, struct weigh_gitid *commit, size_t *used,
    bool *repo_known, struct weigh_err *err)
{
	char begin[WEIGH_REV_MAX + WEIGH_PATH_MAX + 2];
	int64_t id, created;
	enum weigh_code rc;
	size_t longest;

	*used = strcspn(text, "/");
	snprintf(begin, sizeof(begin), "%s", text);
	if (!whole)
		cut_at_slash(begin, strlen(begin));
	if (strchr(begin, '/') == NULL) /* there is but one way to read it */
		return resolve_part(r, repo, text, *used, commit, repo_known,
		    err);
	rc = reader_repo(&r->db, repo, &id, &created, err);
	*repo_known = rc == WEIGH_OK;
	if (rc == WEIGH_OK)
		rc = longest_in_places(&r->db, id, begin, &longest, commit,
		    err);
	if (rc != WEIGH_OK)
		return rc;
	if (longest == 0)
		return resolve_part(r, repo, text, *used, commit, repo_known,
		    err);
	*used = longest;
	return WEIGH_OK;
}

/* --- what came before ------------------------------------------------------------ */

/* Hand one step over, if `each`; *commit becomes its parent, zero at the end. */
static enum weigh_code
one_step(struct db *db, int64_t repo, struct weigh_gitid *commit, bool *found,
    void (*each)(void *ctx, const struct catalog_step *step), void *ctx,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_REVISION_STEP);
	const struct weigh_gitid asked = *commit;

	query_int(&q, repo);
	query_gitid(&q, &asked);
	*found = query_row(&q);
	if (*found) {
		const struct catalog_step step = {
			.commit = asked,
			.date = sqlite3_column_int64(q.stmt, 3),
			.title = query_column_text(&q, 4),
			.origin = query_column_text(&q, 5),
		};

		*commit = query_column_gitid(&q, 2);
		if (each != NULL)
			each(ctx, &step);
	}
	return query_end(&q, err);
}

enum weigh_code
catalog_history(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, unsigned skip, unsigned limit,
    void (*each)(void *ctx, const struct catalog_step *step), void *ctx,
    unsigned *total, struct weigh_err *err)
{
	struct weigh_gitid at = *commit;
	int64_t id, created;
	bool found = true;
	enum weigh_code rc;
	unsigned n;

	*total = 0;
	rc = reader_repo(&r->db, repo, &id, &created, err);
	for (n = 0; rc == WEIGH_OK && found && n < CATALOG_HISTORY; n++) {
		bool wanted = n >= skip && n - skip < limit;

		if (weigh_gitid_is_zero(&at))
			break;
		rc = one_step(&r->db, id, &at, &found, wanted ? each : NULL,
		    ctx, err);
		*total += found;
	}
	return rc;
}

/* --- old names --------------------------------------------------------------------- */

enum weigh_code
catalog_renamed(struct catalog_reader *r, const struct weigh_repo *old,
    struct weigh_repo *now, struct weigh_err *err)
{
	struct rows_key key = rows_key(old);
	struct query q = query_begin(&r->db, SQL_RENAMED);
	enum weigh_code rc;
	bool found;

	query_int(&q, old->kind);
	query_text(&q, key.text);
	found = query_row(&q);
	if (found) {
		now->kind = old->kind;
		snprintf(now->name, sizeof(now->name), "%s",
		    query_column_text(&q, 0));
	}
	if ((rc = query_end(&q, err)) == WEIGH_OK && !found)
		rc = weigh_fail(err, WEIGH_NOT_FOUND,
		    "no repository was ever called '%s'", old->name);
	return rc;
}
