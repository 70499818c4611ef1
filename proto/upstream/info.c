/* upstream/info: what a repository is there, and its refs; see weigh/upstream.h. */
#include <string.h>

#include <weigh/hub.h>
#include <weigh/json.h>
#include <weigh/upstream.h>

/* An info names every file, too, where "expand" is not understood. */
static const struct weigh_json_limits limits = {
	.depth = 64,
	.string = 1u << 20,
	.keys = 10000,
	.bytes = WEIGH_UPSTREAM_PAGE,
};

static enum weigh_code
read_answer(const char *text, size_t len, const struct weigh_json_member *rows,
    size_t n, void *out, struct weigh_err *err)
{
	struct weigh_json *j = weigh_json_new(&limits);
	enum weigh_code rc;

	if (j == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_json_feed(j, text, len, true);
	rc = weigh_json_members(j, weigh_json_next(j), rows, n, out, err);
	if (rc == WEIGH_OK && weigh_json_next(j) != WEIGH_JSON_END)
		rc = weigh_json_error(j, err);
	weigh_json_free(j);
	return rc;
}

/* --- info ---------------------------------------------------------------- */

/* The members as they come; judged together, when all of them are there. */
struct telling {
	struct weigh_upstream_info info;
	char id[WEIGH_NAME_MAX + 1];
	char own[64]; /* "_id" */
	char sha[WEIGH_GITID_HEX + 1];
	char date[41];
};

static enum weigh_code
read_id(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct telling *t = out;

	return weigh_json_copy(j, first, t->id, sizeof(t->id), err);
}

static enum weigh_code
read_sha(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct telling *t = out;

	return weigh_json_copy(j, first, t->sha, sizeof(t->sha), err);
}

/* What is told for convenience only: of another shape, it was not told. */
static enum weigh_code
read_loosely(struct weigh_json *j, enum weigh_json_token first, char *out,
    size_t size, struct weigh_err *err)
{
	if (first == WEIGH_JSON_STRING &&
	    weigh_json_copy(j, first, out, size, NULL) == WEIGH_OK)
		return WEIGH_OK;
	out[0] = '\0';
	return weigh_json_skip(j, first) ? WEIGH_OK : weigh_json_error(j, err);
}

static enum weigh_code
read_own(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct telling *t = out;

	return read_loosely(j, first, t->own, sizeof(t->own), err);
}

static enum weigh_code
read_date(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct telling *t = out;

	return read_loosely(j, first, t->date, sizeof(t->date), err);
}

/* true, or a word that says how ("auto", "manual"), is yes. */
static enum weigh_code
read_yes(enum weigh_json_token first, bool *out, struct weigh_err *err)
{
	*out = first == WEIGH_JSON_TRUE || first == WEIGH_JSON_STRING;
	if (*out || first == WEIGH_JSON_FALSE)
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_MALFORMED, "true or false is expected");
}

static enum weigh_code
read_gated(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	(void)j;
	return read_yes(first, &((struct telling *)out)->info.gated, err);
}

static enum weigh_code
read_private(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct telling *t = out;

	(void)j;
	t->info.shown = true;
	return read_yes(first, &t->info.private_, err);
}

static enum weigh_code
read_disabled(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	(void)j;
	return read_yes(first, &((struct telling *)out)->info.disabled, err);
}

static const struct weigh_json_member info_rows[] = {
	{ "_id", read_own },
	{ "id", read_id },
	{ "sha", read_sha },
	{ "lastModified", read_date },
	{ "gated", read_gated },
	{ "private", read_private },
	{ "disabled", read_disabled },
};

enum weigh_code
weigh_upstream_info_parse(struct weigh_upstream_info *out, enum weigh_kind kind,
    const char *text, size_t len, struct weigh_err *err)
{
	struct telling t = { .date = "" };
	char id[WEIGH_HUB_ID];
	enum weigh_code rc;

	rc = read_answer(text, len, info_rows,
	    sizeof(info_rows) / sizeof(info_rows[0]), &t, err);
	if (rc != WEIGH_OK)
		return rc;
	if (weigh_repo_parse(&t.info.repo, kind, t.id, strlen(t.id), err) !=
	    WEIGH_OK)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the info's 'id' is no name of a repository");
	if (!weigh_gitid_parse(&t.info.commit, t.sha, strlen(t.sha)))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the info's 'sha' is no commit id");
	(void)weigh_hub_date_parse(t.date, strlen(t.date), &t.info.date);
	t.info.weighd = weigh_hub_id(&t.info.repo, id) &&
	    strcmp(id, t.own) == 0;
	*out = t.info;
	return WEIGH_OK;
}

/* --- refs ---------------------------------------------------------------- */

struct finding {
	const char *name;
	bool here; /* the element at hand has that name */
	bool branch, tag;
};

static enum weigh_code
read_name(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct finding *f = out;
	char name[WEIGH_REV_MAX + 1];
	enum weigh_code rc;

	rc = read_loosely(j, first, name, sizeof(name), err);
	f->here = rc == WEIGH_OK && strcmp(name, f->name) == 0;
	return rc;
}

static enum weigh_code
read_ref(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = { { "name",
	    read_name } };

	((struct finding *)out)->here = false;
	return weigh_json_members(j, first, rows, 1, out, err);
}

static enum weigh_code
read_branch(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct finding *f = out;
	enum weigh_code rc = read_ref(j, first, out, err);

	f->branch |= f->here;
	return rc;
}

static enum weigh_code
read_tag(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct finding *f = out;
	enum weigh_code rc = read_ref(j, first, out, err);

	f->tag |= f->here;
	return rc;
}

static enum weigh_code
read_branches(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	return weigh_json_elements(j, first, read_branch, out, err);
}

static enum weigh_code
read_tags(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	return weigh_json_elements(j, first, read_tag, out, err);
}

static const struct weigh_json_member refs_rows[] = {
	{ "branches", read_branches },
	{ "tags", read_tags },
};

enum weigh_code
weigh_upstream_refs_find(enum weigh_upstream_ref *out, const char *name,
    const char *text, size_t len, struct weigh_err *err)
{
	struct finding f = { .name = name };
	enum weigh_code rc;

	rc = read_answer(text, len, refs_rows,
	    sizeof(refs_rows) / sizeof(refs_rows[0]), &f, err);
	*out = WEIGH_UPSTREAM_NO_REF;
	if (f.branch)
		*out = WEIGH_UPSTREAM_BRANCH;
	else if (f.tag)
		*out = WEIGH_UPSTREAM_TAG;
	return rc;
}
