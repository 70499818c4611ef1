/* short: a revision by the first digits of its commit, as people paste it. */
#include <string.h>

#include "catalog.h"
#include "reader.h"

/* What has been found so far: none, one commit, or two, which is too many. */
struct hits {
	struct weigh_gitid commit[2];
	unsigned n;
};

static bool
is_short(const char *rev)
{
	size_t len = strlen(rev);

	return len >= CATALOG_SHORT && len < WEIGH_GITID_HEX &&
	    strspn(rev, "0123456789abcdef") == len;
}

/* The first or last id that begins so: `rev`, and `pad` up to its end. */
static struct weigh_gitid
padded(const char *rev, char pad)
{
	char hex[WEIGH_GITID_HEX];
	struct weigh_gitid id = { { 0 } };

	memset(hex, pad, sizeof(hex));
	memcpy(hex, rev, strlen(rev));
	(void)weigh_gitid_parse(&id, hex, sizeof(hex));
	return id;
}

/* One revision under two names is one. */
static void
keep_hit(struct hits *h, struct weigh_gitid commit)
{
	if (h->n == 1 && weigh_gitid_equal(&h->commit[0], &commit))
		return;
	if (h->n < 2)
		h->commit[h->n++] = commit;
}

static enum weigh_code
look(struct db *db, enum db_statement which, int64_t repo, const char *rev,
    struct hits *h, struct weigh_err *err)
{
	const struct weigh_gitid first = padded(rev, '0');
	const struct weigh_gitid last = padded(rev, 'f');
	struct query q = query_begin(db, which);

	query_int(&q, repo);
	query_gitid_after(&q, &first);
	query_gitid(&q, &last);
	while (h->n < 2 && query_row(&q))
		keep_hit(h, query_column_gitid(&q, 0));
	return query_end(&q, err);
}

static enum weigh_code
ambiguous(const struct weigh_repo *repo, const char *rev, const struct hits *h,
    struct weigh_err *err)
{
	char text[WEIGH_REPO_TEXT];
	char one[WEIGH_GITID_HEX + 1], other[WEIGH_GITID_HEX + 1];

	weigh_repo_text(repo, text);
	weigh_gitid_hex(&h->commit[0], one);
	weigh_gitid_hex(&h->commit[1], other);
	(void)weigh_fail(err, WEIGH_USAGE,
	    "'%s' begins more than one commit of '%s': %s and %s", rev, text,
	    one, other);
	weigh_fix(err, "give more of its digits");
	return WEIGH_USAGE;
}

enum weigh_code
catalog_resolve_short(struct catalog_reader *r, const struct weigh_repo *repo,
    const char *rev, struct weigh_gitid *commit, struct weigh_err *err)
{
	struct hits h = { .n = 0 };
	struct weigh_err why = { .code = WEIGH_OK };
	int64_t id, created;
	bool known;
	enum weigh_code rc, found;

	found = catalog_resolve(r, repo, rev, commit, &known, &why);
	if (found != WEIGH_NOT_FOUND || !known || !is_short(rev)) {
		if (found != WEIGH_OK && err != NULL)
			*err = why;
		return found;
	}
	rc = reader_repo(&r->db, repo, &id, &created, err);
	if (rc == WEIGH_OK)
		rc = look(&r->db, SQL_REVISION_SHORT, id, rev, &h, err);
	if (rc == WEIGH_OK)
		rc = look(&r->db, SQL_TOLD_SHORT, id, rev, &h, err);
	if (rc != WEIGH_OK)
		return rc;
	if (h.n > 1)
		return ambiguous(repo, rev, &h, err);
	if (h.n == 1)
		*commit = h.commit[0];
	else if (err != NULL)
		*err = why;
	return h.n == 1 ? WEIGH_OK : WEIGH_NOT_FOUND;
}
