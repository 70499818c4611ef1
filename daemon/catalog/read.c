/* Reading: repositories, refs and revisions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"
#include "rows.h"

enum weigh_code
catalog_reader_open(struct catalog_reader **out, const char *path,
    struct weigh_err *err)
{
	struct catalog_reader *r = calloc(1, sizeof(*r));
	enum weigh_code rc;

	if (r == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if ((rc = db_open(&r->db, path, DB_READER, err)) != WEIGH_OK)
		free(r);
	else
		*out = r;
	return rc;
}

void
catalog_reader_close(struct catalog_reader *r)
{
	if (r == NULL)
		return;
	db_close(&r->db);
	free(r);
}

bool
catalog_has_moved(struct catalog_reader *r)
{
	int moved = 0;

	return sqlite3_file_control(r->db.sqlite, "main",
		   SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
	    moved != 0;
}

/* --- from names to rows -------------------------------------------------- */

static enum weigh_code
no_repo(const struct weigh_repo *repo, struct weigh_err *err)
{
	char text[WEIGH_REPO_TEXT];

	weigh_repo_text(repo, text);
	return weigh_fail(err, WEIGH_NOT_FOUND,
	    "no repository '%s' is held here", text);
}

static enum weigh_code
no_revision(const struct weigh_repo *repo, const char *rev,
    struct weigh_err *err)
{
	char text[WEIGH_REPO_TEXT];

	weigh_repo_text(repo, text);
	weigh_fail(err, WEIGH_NOT_FOUND,
	    "repository '%s' has no revision '%.*s'", text, WEIGH_REV_MAX, rev);
	weigh_fix(err, "'weigh show %s' lists its branches and tags", text);
	return WEIGH_NOT_FOUND;
}

enum weigh_code
reader_repo(struct db *db, const struct weigh_repo *repo, int64_t *id,
    int64_t *created, struct weigh_err *err)
{
	struct rows_key key = rows_key(repo);
	struct query q = query_begin(db, SQL_REPO);
	enum weigh_code rc;

	*id = 0;
	query_int(&q, repo->kind);
	query_text(&q, key.text);
	query_text(&q, repo->name);
	if (query_row(&q)) {
		*id = sqlite3_column_int64(q.stmt, 0);
		*created = sqlite3_column_int64(q.stmt, 1);
	}
	if ((rc = query_end(&q, err)) == WEIGH_OK && *id == 0)
		rc = no_repo(repo, err);
	return rc;
}

enum weigh_code
reader_revision(struct db *db, const struct weigh_repo *repo,
    const struct weigh_gitid *commit, int64_t *id, struct weigh_err *err)
{
	char hex[WEIGH_GITID_HEX + 1];
	int64_t repo_id, created;
	enum weigh_code rc;

	if ((rc = reader_repo(db, repo, &repo_id, &created, err)) != WEIGH_OK)
		return rc;
	rc = rows_revision(db, repo_id, commit, id, err);
	if (rc == WEIGH_OK && *id == 0) {
		weigh_gitid_hex(commit, hex);
		rc = no_revision(repo, hex, err);
	}
	return rc;
}

enum weigh_code
catalog_find_repo(struct catalog_reader *r, const struct weigh_repo *repo,
    struct weigh_repo *out, struct weigh_err *err)
{
	int64_t id;
	enum weigh_code rc = rows_repo(&r->db, repo, &id, out, err);

	if (rc == WEIGH_OK && id == 0)
		rc = no_repo(repo, err);
	return rc;
}

enum weigh_code
catalog_visibility(struct catalog_reader *r, const struct weigh_repo *repo,
    struct weigh_repo *out, enum weigh_visibility *visibility,
    struct weigh_err *err)
{
	struct rows_key key = rows_key(repo);
	struct query q = query_begin(&r->db, SQL_REPO_VISIBILITY);
	bool held = false;
	enum weigh_code rc;

	query_int(&q, repo->kind);
	query_text(&q, key.text);
	if (query_row(&q)) {
		held = true;
		out->kind = repo->kind;
		snprintf(out->name, sizeof(out->name), "%s",
		    query_column_text(&q, 0));
		*visibility = (enum weigh_visibility)
		    sqlite3_column_int64(q.stmt, 1);
	}
	if ((rc = query_end(&q, err)) == WEIGH_OK && !held)
		rc = no_repo(repo, err);
	return rc;
}

enum weigh_code
catalog_created(struct catalog_reader *r, const struct weigh_repo *repo,
    int64_t *date, struct weigh_err *err)
{
	int64_t id;

	return reader_repo(&r->db, repo, &id, date, err);
}

/* --- what a revision's name means ---------------------------------------- */

/* A row of revisions that a name leads to; id 0: none. */
struct target {
	int64_t id;
	struct weigh_gitid commit;
};

static struct target
target_row(const struct query *q)
{
	return (struct target){
		.id = sqlite3_column_int64(q->stmt, 0),
		.commit = query_column_gitid(q, 1),
	};
}

static enum weigh_code
target_of_ref(struct db *db, int64_t repo, enum catalog_ref_kind kind,
    const char *name, struct target *t, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_REF);

	query_int(&q, repo);
	query_int(&q, kind);
	query_text(&q, name);
	if (query_row(&q))
		*t = target_row(&q);
	return query_end(&q, err);
}

static enum weigh_code
target_of_only_branch(struct db *db, int64_t repo, struct target *t,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_BRANCHES);

	query_int(&q, repo);
	if (query_row(&q))
		*t = target_row(&q);
	if (t->id != 0 && query_row(&q)) /* a second one: which is meant? */
		t->id = 0;
	return query_end(&q, err);
}

static enum weigh_code
target_of_head(struct db *db, int64_t repo, struct target *t,
    struct weigh_err *err)
{
	enum weigh_code rc = target_of_ref(db, repo, CATALOG_BRANCH, "main", t,
	    err);

	if (rc == WEIGH_OK && t->id == 0)
		rc = target_of_only_branch(db, repo, t, err);
	return rc;
}

static enum weigh_code
target_of_newest(struct db *db, int64_t repo, struct target *t,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_REVISION_NEWEST);

	query_int(&q, repo);
	if (query_row(&q))
		*t = target_row(&q);
	return query_end(&q, err);
}

static const char *const prefixes[] = {
	[CATALOG_BRANCH] = "refs/heads/",
	[CATALOG_TAG] = "refs/tags/",
	[CATALOG_PULL] = "refs/pr/",
};

const char *
catalog_ref_prefix(enum catalog_ref_kind kind)
{
	return prefixes[kind];
}

const char *
catalog_ref_short(const char *full, enum catalog_ref_kind *kind)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(full, prefixes[i], len) != 0)
			continue;
		*kind = (enum catalog_ref_kind)i;
		return full + len;
	}
	return NULL;
}

enum weigh_code
reader_head(struct db *db, int64_t repo, int64_t *id, struct weigh_err *err)
{
	struct target t = { 0 };
	enum weigh_code rc = target_of_head(db, repo, &t, err);

	if (rc == WEIGH_OK && t.id == 0)
		rc = target_of_newest(db, repo, &t, err);
	*id = t.id;
	return rc;
}

const struct reader_place reader_places[] = {
	{ "refs/heads/", CATALOG_BRANCH },
	{ "refs/tags/", CATALOG_TAG },
	{ "refs/pr/", CATALOG_PULL },
	{ "", CATALOG_BRANCH },
	{ "", CATALOG_TAG },
	{ NULL, CATALOG_BRANCH },
};

static enum weigh_code
target_of_name(struct db *db, int64_t repo, const char *name, struct target *t,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	const struct reader_place *p;

	for (p = reader_places; p->prefix != NULL; p++) {
		size_t len = strlen(p->prefix);

		if (strncmp(name, p->prefix, len) != 0)
			continue;
		rc = target_of_ref(db, repo, p->kind, name + len, t, err);
		if (rc != WEIGH_OK || t->id != 0)
			break;
	}
	return rc;
}

/* The names that it has, as many as fit. */
static enum weigh_code
list_refs(struct db *db, int64_t repo, char *out, size_t size,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_REFS);
	size_t n = 0;

	out[0] = '\0';
	query_int(&q, repo);
	while (n < size && query_row(&q)) {
		const char *name = query_column_text(&q, 1);

		if (n + strlen(name) + 8 > size) {
			snprintf(out + n, size - n, ", …");
			break;
		}
		n += (size_t)snprintf(out + n, size - n, "%s%s",
		    n > 0 ? ", " : "", name);
	}
	return query_end(&q, err);
}

/* What is mirrored by a tag or commit alone has no branch to begin with: say what it
 * has instead. */
static enum weigh_code
no_head(struct db *db, const struct weigh_repo *repo, int64_t id,
    struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT], refs[300], hex[WEIGH_GITID_HEX + 1];
	struct target newest = { 0 };
	enum weigh_code rc;

	weigh_repo_text(repo, name);
	rc = list_refs(db, id, refs, sizeof(refs), err);
	if (rc == WEIGH_OK)
		rc = target_of_newest(db, id, &newest, err);
	if (rc != WEIGH_OK)
		return rc;
	weigh_gitid_hex(&newest.commit, hex);
	(void)weigh_fail(err, WEIGH_NOT_FOUND,
	    "repository '%s' has no branch 'main', and which revision is meant "
	    "was not said",
	    name);
	if (refs[0] != '\0')
		weigh_fix(err, "name one, as in %s@REV; it has: %s", name,
		    refs);
	else if (newest.id != 0)
		weigh_fix(err, "name one: %s@%.12s is its newest", name, hex);
	return WEIGH_NOT_FOUND;
}

/* An id: of a revision, or what upstream calls one. */
static enum weigh_code
target_of_id(struct db *db, int64_t repo, struct target *t,
    struct weigh_err *err)
{
	enum weigh_code rc = rows_revision(db, repo, &t->commit, &t->id, err);
	struct query q;

	if (rc != WEIGH_OK || t->id != 0)
		return rc;
	q = query_begin(db, SQL_TOLD);
	query_int(&q, repo);
	query_gitid(&q, &t->commit);
	if (query_row(&q)) {
		struct target found = target_row(&q);

		if ((rc = query_end(&q, err)) == WEIGH_OK)
			*t = found;
		return rc;
	}
	return query_end(&q, err);
}

enum weigh_code
catalog_resolve(struct catalog_reader *r, const struct weigh_repo *repo,
    const char *rev, struct weigh_gitid *commit, bool *repo_known,
    struct weigh_err *err)
{
	struct target t = { 0 };
	int64_t id, created;
	enum weigh_code rc;

	rc = reader_repo(&r->db, repo, &id, &created, err);
	*repo_known = rc == WEIGH_OK;
	if (rc != WEIGH_OK)
		return rc;
	if (rev[0] == '\0' || strcmp(rev, "HEAD") == 0)
		rc = target_of_head(&r->db, id, &t, err);
	else if (weigh_gitid_parse(&t.commit, rev, strlen(rev)))
		rc = target_of_id(&r->db, id, &t, err);
	else
		rc = target_of_name(&r->db, id, rev, &t, err);
	if (rc == WEIGH_OK && t.id == 0)
		rc = rev[0] == '\0' || strcmp(rev, "HEAD") == 0 ?
		    no_head(&r->db, repo, id, err) :
		    no_revision(repo, rev, err);
	if (rc == WEIGH_OK)
		*commit = t.commit;
	return rc;
}

/* --- rows for callers ---------------------------------------------------- */

static struct catalog_revision
revision_row(const struct query *q)
{
	return (struct catalog_revision){
		.commit = query_column_gitid(q, 0),
		.parent = query_column_gitid(q, 1),
		.manifest = query_column_oid(q, 2),
		.date = sqlite3_column_int64(q->stmt, 3),
		.title = query_column_text(q, 4),
		.origin = query_column_text(q, 5),
		.license = query_column_text(q, 6),
		.files = query_column_size(q, 7),
		.bytes = query_column_size(q, 8),
		.absent = query_column_size(q, 9),
		.absent_bytes = query_column_size(q, 10),
	};
}

/* From the shorter list: there are few bad blobs, or the revision has few files.
 * When nothing is bad, nothing is looked at. */
static enum weigh_code
count_bad(struct db *db, int64_t revision, struct catalog_revision *row,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_TOTALS);
	uint64_t bad = query_row(&q) ? query_column_size(&q, 4) : 0;
	enum weigh_code rc = query_end(&q, err);

	if (rc != WEIGH_OK || bad == 0)
		return rc;
	q = query_begin(db,
	    bad < row->files ? SQL_REVISION_BAD_BY_BLOB :
			       SQL_REVISION_BAD_BY_ENTRY);
	query_int(&q, revision);
	if (query_row(&q))
		row->bad = query_column_size(&q, 0);
	return query_end(&q, err);
}

enum weigh_code
catalog_revision(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit,
    void (*each)(void *ctx, const struct catalog_revision *rev), void *ctx,
    struct weigh_err *err)
{
	int64_t id;
	enum weigh_code rc, ended;
	struct query q;

	rc = reader_revision(&r->db, repo, commit, &id, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_REVISION);
	query_int(&q, id);
	if (query_row(&q)) {
		struct catalog_revision row = revision_row(&q);

		rc = count_bad(&r->db, id, &row, err);
		if (rc == WEIGH_OK)
			each(ctx, &row);
	}
	ended = query_end(&q, rc == WEIGH_OK ? err : NULL);
	return rc != WEIGH_OK ? rc : ended;
}

enum weigh_code
catalog_about(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *commit,
    void (*each)(void *ctx, const struct catalog_about *about), void *ctx,
    struct weigh_err *err)
{
	int64_t id;
	enum weigh_code rc;
	struct query q;

	rc = reader_revision(&r->db, repo, commit, &id, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_REVISION_ABOUT);
	query_int(&q, id);
	if (query_row(&q)) {
		struct catalog_about about = {
			.visibility = (enum weigh_visibility)
			    sqlite3_column_int(q.stmt, 0),
			.created = sqlite3_column_int64(q.stmt, 1),
			.date = sqlite3_column_int64(q.stmt, 2),
			.license = query_column_text(&q, 3),
			.card = query_column_text(&q, 4),
			.config = query_column_text(&q, 5),
			.marks = (uint32_t)sqlite3_column_int64(q.stmt, 6),
			.bytes = query_column_size(&q, 7),
		};

		each(ctx, &about);
	}
	return query_end(&q, err);
}

enum weigh_code
catalog_refs(struct catalog_reader *r, const struct weigh_repo *repo,
    void (*each)(void *ctx, enum catalog_ref_kind kind, const char *name,
	const struct weigh_gitid *commit),
    void *ctx, struct weigh_err *err)
{
	int64_t id, created;
	enum weigh_code rc;
	struct query q;

	if ((rc = reader_repo(&r->db, repo, &id, &created, err)) != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_REFS);
	query_int(&q, id);
	while (query_row(&q)) {
		struct weigh_gitid commit = query_column_gitid(&q, 2);
		enum catalog_ref_kind kind = (enum catalog_ref_kind)
		    sqlite3_column_int(q.stmt, 0);

		each(ctx, kind, query_column_text(&q, 1), &commit);
	}
	return query_end(&q, err);
}

enum weigh_code
catalog_commits(struct catalog_reader *r, const struct weigh_repo *repo,
    const struct weigh_gitid *after, unsigned limit,
    void (*each)(void *ctx, const struct weigh_gitid *commit), void *ctx,
    struct weigh_err *err)
{
	int64_t id, created;
	enum weigh_code rc;
	struct query q;

	if ((rc = reader_repo(&r->db, repo, &id, &created, err)) != WEIGH_OK)
		return rc;
	q = query_begin(&r->db, SQL_REVISION_PAGE);
	query_int(&q, id);
	query_gitid_after(&q, after);
	query_int(&q, limit);
	while (query_row(&q)) {
		struct weigh_gitid commit = query_column_gitid(&q, 0);

		each(ctx, &commit);
	}
	return query_end(&q, err);
}

/* One line of the list: the repository, and its revision as HEAD has it.  Every
 * repository came with a revision, so there is always a newest one. */
static enum weigh_code
list_row(struct db *db, const struct query *line,
    void (*each)(void *ctx, const struct weigh_repo *repo,
	const struct catalog_revision *head),
    void *ctx, struct weigh_err *err)
{
	struct weigh_repo repo = {
		.kind = (enum weigh_kind)sqlite3_column_int(line->stmt, 1),
	};
	int64_t id = sqlite3_column_int64(line->stmt, 0), revision;
	enum weigh_code rc, ended;
	struct query q;

	snprintf(repo.name, sizeof(repo.name), "%s",
	    query_column_text(line, 2));
	if ((rc = reader_head(db, id, &revision, err)) != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_REVISION);
	query_int(&q, revision);
	if (query_row(&q)) {
		struct catalog_revision head = revision_row(&q);

		head.visibility = (enum weigh_visibility)
		    sqlite3_column_int64(line->stmt, 3);
		rc = count_bad(db, revision, &head, err);
		if (rc == WEIGH_OK)
			each(ctx, &repo, &head);
	}
	ended = query_end(&q, rc == WEIGH_OK ? err : NULL);
	return rc != WEIGH_OK ? rc : ended;
}

enum weigh_code
catalog_list(struct catalog_reader *r, const struct weigh_repo *after,
    unsigned limit,
    void (*each)(void *ctx, const struct weigh_repo *repo,
	const struct catalog_revision *head),
    void *ctx, struct weigh_err *err)
{
	struct rows_key key = { "" };
	struct query q = query_begin(&r->db, SQL_REPO_PAGE);
	enum weigh_code rc = WEIGH_OK, ended;

	if (after != NULL)
		key = rows_key(after);
	query_int(&q, after != NULL ? (int64_t)after->kind : 0);
	query_text(&q, key.text);
	query_int(&q, limit);
	while (rc == WEIGH_OK && query_row(&q))
		rc = list_row(&r->db, &q, each, ctx, err);
	ended = query_end(&q, rc == WEIGH_OK ? err : NULL);
	return rc != WEIGH_OK ? rc : ended;
}

enum weigh_code
catalog_totals(struct catalog_reader *r, struct catalog_totals *out,
    struct weigh_err *err)
{
	struct query q = query_begin(&r->db, SQL_TOTALS);

	*out = (struct catalog_totals){ 0 };
	if (query_row(&q))
		*out = (struct catalog_totals){
			.repos = query_column_size(&q, 0),
			.revisions = query_column_size(&q, 1),
			.blobs = query_column_size(&q, 2),
			.bytes = query_column_size(&q, 3),
			.bad = query_column_size(&q, 4),
			.bad_bytes = query_column_size(&q, 5),
			.absent = query_column_size(&q, 6),
			.absent_bytes = query_column_size(&q, 7),
		};
	return query_end(&q, err);
}
