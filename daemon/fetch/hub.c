/*
 * hub: whatever speaks the Hub's API: info, tree and resolve; another weighd, too.
 * Answers are read by weigh/upstream.h.  One call asks what a revision is, one for
 * each thousand entries what it has; where bytes are follows from the names.
 */
#include <stdio.h>
#include <string.h>

#include <weigh/http.h>
#include <weigh/upstream.h>
#include <weigh/url.h>

#include "fetch/gitwire.h"
#include "fetch/source.h"

#define REDIRECTS 5
#define DEFAULT_BRANCH "main"
/* Of an info only these are asked for; who does not know "expand" tells all, and
 * spaces are never gated. */
#define EXPAND "?expand=sha&expand=lastModified&expand=private&expand=disabled"
#define EXPAND_GATED "&expand=gated"

/* --- asking -------------------------------------------------------------- */

/* "BASE/api/models/org/name" */
static void
add_api(struct weigh_buf *url, const struct source_place *p,
    const struct weigh_repo *repo)
{
	weigh_buf_addf(url, "%s/api/%s/", p->site.base,
	    weigh_kind_plural(repo->kind));
	weigh_http_escape(url, repo->name, true);
}

static int64_t
seconds_to_wait(const struct outbound_head *head)
{
	if (head->retry_after < 0 && head->left == 0)
		return head->reset;
	return head->retry_after;
}

/* GET a small answer, collected.  WEIGH_OK also for 304. */
static enum weigh_code
ask(const struct source_place *p, const char *url, const char *fields,
    struct outbound_head *head, struct weigh_buf *body, int64_t *wait,
    struct weigh_err *err)
{
	struct outbound_request r = {
		.site = &p->site,
		.kind = OUTBOUND_SMALL,
		.method = "GET",
		.url = url,
		.accept = "application/json",
		.fields = fields,
		.gzip = true,
		.redirects = REDIRECTS,
		.max = WEIGH_UPSTREAM_PAGE,
		.cancel = p->cancel,
	};
	enum weigh_code rc;

	rc = outbound_collect(p->outbound, &r, head, body, err);
	if (rc != WEIGH_OK)
		return rc;
	*wait = seconds_to_wait(head);
	if (head->status == 304 && fields != NULL)
		return WEIGH_OK;
	return weigh_upstream_refusal(head->status, head->error_code, err);
}

/* --- resolve ------------------------------------------------------------- */

/* Is this an entity tag that may stand in a field of ours? */
static bool
is_etag(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return len >= 2 && len < 72 && text[0] == '"' && text[len - 1] == '"';
}

static bool
cut_front(const char **text, const char *front)
{
	size_t n = strlen(front);

	if (strncmp(*text, front, n) != 0)
		return false;
	*text += n;
	return true;
}

/* Branch or tag?  Only a name that could be either costs a question. */
static enum weigh_code
name_ref(const struct source_place *p, const struct weigh_repo *repo,
    const char *rev, struct source_revision *out, int64_t *wait,
    struct weigh_err *err)
{
	enum weigh_upstream_ref ref = WEIGH_UPSTREAM_NO_REF;
	struct outbound_head head;
	struct weigh_gitid id;
	struct weigh_buf url, body;
	enum weigh_code rc = WEIGH_OK;

	weigh_buf_init(&url, WEIGH_URL_MAX - 1);
	weigh_buf_init(&body, WEIGH_UPSTREAM_PAGE);
	if (rev[0] == '\0' || strcmp(rev, "HEAD") == 0)
		rev = DEFAULT_BRANCH;
	if (strcmp(rev, DEFAULT_BRANCH) == 0 ||
	    cut_front(&rev, "refs/heads/")) {
		ref = WEIGH_UPSTREAM_BRANCH;
	} else if (cut_front(&rev, "refs/tags/")) {
		ref = WEIGH_UPSTREAM_TAG;
	} else if (strncmp(rev, "refs/", 5) != 0 &&
	    !weigh_gitid_parse(&id, rev, strlen(rev))) {
		add_api(&url, p, repo);
		weigh_buf_adds(&url, "/refs");
		rc = ask(p, url.data, NULL, &head, &body, wait, err);
		if (rc == WEIGH_OK)
			rc = weigh_upstream_refs_find(&ref, rev, body.data,
			    body.len, err);
	}
	if (ref != WEIGH_UPSTREAM_NO_REF)
		(void)snprintf(out->branch, sizeof(out->branch), "%s", rev);
	out->tag = ref == WEIGH_UPSTREAM_TAG;
	weigh_buf_free(&body);
	weigh_buf_free(&url);
	return rc;
}

static enum weigh_code
ask_info(const struct source_place *p, const struct weigh_repo *repo,
    const char *rev, const char *etag, struct outbound_head *head,
    struct weigh_buf *body, int64_t *wait, struct weigh_err *err)
{
	char fields[128];
	struct weigh_buf url;
	enum weigh_code rc;

	weigh_buf_init(&url, WEIGH_URL_MAX - 1);
	add_api(&url, p, repo);
	if (rev[0] != '\0') {
		weigh_buf_adds(&url, "/revision/");
		weigh_http_escape(&url, rev, false);
	}
	weigh_buf_adds(&url, EXPAND);
	if (repo->kind != WEIGH_SPACE)
		weigh_buf_adds(&url, EXPAND_GATED);
	(void)snprintf(fields, sizeof(fields), "If-None-Match: %s\r\n",
	    is_etag(etag) ? etag : "");
	if (url.failed)
		rc = weigh_fail(err, WEIGH_TOO_BIG,
		    "its URL would be too long");
	else
		rc = ask(p, url.data, is_etag(etag) ? fields : NULL, head, body,
		    wait, err);
	weigh_buf_free(&url);
	return rc;
}

/* Who asks for a commit by its id gets that one, or nothing. */
static enum weigh_code
check_commit(const struct weigh_gitid *got, const char *rev,
    struct weigh_err *err)
{
	struct weigh_gitid want;
	char hex[WEIGH_GITID_HEX + 1];

	if (!weigh_gitid_parse(&want, rev, strlen(rev)) ||
	    memcmp(&want, got, sizeof(want)) == 0)
		return WEIGH_OK;
	weigh_gitid_hex(got, hex);
	return weigh_fail(err, WEIGH_MISMATCH,
	    "upstream was asked for commit %s and tells of %s", rev, hex);
}

static enum weigh_code
take_info(struct source_revision *out, const struct source_place *p,
    const struct weigh_repo *repo, const char *rev,
    const struct outbound_head *head, const struct weigh_buf *body,
    struct weigh_err *err)
{
	struct weigh_upstream_info info;
	enum weigh_code rc;

	rc = weigh_upstream_info_parse(&info, repo->kind, body->data, body->len,
	    err);
	if (rc == WEIGH_OK)
		rc = check_commit(&info.commit, rev, err);
	if (rc != WEIGH_OK)
		return rc;
	if (info.disabled)
		return weigh_fail(err, WEIGH_FORBIDDEN,
		    "upstream has disabled this repository");
	out->commit = info.commit;
	out->gated = info.gated;
	/* What is told to our token alone is not for everybody. */
	out->private_ = info.private_ || (!info.shown && source_shows_token(p));
	out->segments = info.weighd;
	out->date = info.date;
	out->repo = info.repo;
	if (is_etag(head->etag))
		memcpy(out->etag, head->etag, sizeof(head->etag));
	return WEIGH_OK;
}

static enum weigh_code
hub_resolve(const struct source_place *p, const struct weigh_repo *repo,
    const char *rev, const char *etag, struct source_revision *out,
    int64_t *wait, struct weigh_err *err)
{
	struct outbound_head head;
	struct weigh_buf body;
	enum weigh_code rc;

	*out = (struct source_revision){ .repo = *repo };
	*wait = -1;
	weigh_buf_init(&body, WEIGH_UPSTREAM_PAGE);
	rc = ask_info(p, repo, rev, etag, &head, &body, wait, err);
	if (rc == WEIGH_OK && head.status == 304) {
		out->unchanged = true;
		(void)snprintf(out->etag, sizeof(out->etag), "%s", etag);
	} else if (rc == WEIGH_OK) {
		rc = take_info(out, p, repo, rev, &head, &body, err);
	}
	weigh_buf_free(&body);
	if (rc == WEIGH_OK && !out->unchanged)
		rc = name_ref(p, repo, rev, out, wait, err);
	return rc;
}

/* --- list ---------------------------------------------------------------- */

/* The next page lies on the site, or the listing would not be the site's.  One that
 * cannot be read is not the end: files would be missing, and nobody knew. */
static enum weigh_code
take_next(const struct source_place *p, const struct outbound_head *head,
    struct weigh_buf *url, struct weigh_err *err)
{
	struct weigh_url site, next;
	enum weigh_code rc = weigh_url_parse(&site, p->site.base, err);

	if (rc != WEIGH_OK)
		return rc;
	if (weigh_url_parse(&next, head->next, NULL) != WEIGH_OK)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the address of the listing's next page is none");
	if (!weigh_url_same_origin(&site, &next))
		return weigh_fail(err, WEIGH_DENIED,
		    "the next page of the listing is said to lie on another "
		    "host");
	weigh_buf_reset(url);
	weigh_buf_adds(url, head->next);
	return WEIGH_OK;
}

static enum weigh_code
read_pages(const struct source_place *p, struct weigh_buf *url,
    struct weigh_upstream_tree *tree, int64_t *wait, struct weigh_err *err)
{
	struct outbound_head head;
	struct weigh_buf body;
	enum weigh_code rc = WEIGH_OK;
	bool more = true;

	weigh_buf_init(&body, WEIGH_UPSTREAM_PAGE);
	while (rc == WEIGH_OK && more) {
		weigh_buf_reset(&body);
		rc = ask(p, url->data, NULL, &head, &body, wait, err);
		if (rc != WEIGH_OK)
			break;
		more = head.more;
		rc = weigh_upstream_tree_page(tree, body.data, body.len, more,
		    err);
		if (rc == WEIGH_OK && more)
			rc = take_next(p, &head, url, err);
	}
	weigh_buf_free(&body);
	return rc;
}

static enum weigh_code
give_files(struct weigh_upstream_tree *tree, source_file_fn *each, void *ctx,
    struct weigh_err *err)
{
	const struct weigh_upstream_file *files;
	enum weigh_code rc;
	size_t n;

	rc = weigh_upstream_tree_end(tree, &files, &n, err);
	for (size_t i = 0; rc == WEIGH_OK && i < n; i++) {
		struct source_file f = {
			.path = files[i].path,
			.size = files[i].size,
			.lfs = files[i].lfs,
			.oid = files[i].oid,
			.git = files[i].git,
		};

		rc = each(ctx, &f, err);
	}
	return rc;
}

static enum weigh_code
hub_list(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_revision *rev, source_file_fn *each, void *ctx,
    int64_t *wait, struct weigh_err *err)
{
	struct weigh_upstream_tree *tree = weigh_upstream_tree_new();
	char hex[WEIGH_GITID_HEX + 1];
	struct weigh_buf url;
	enum weigh_code rc;

	*wait = -1;
	weigh_gitid_hex(&rev->commit, hex);
	weigh_buf_init(&url, WEIGH_URL_MAX - 1);
	add_api(&url, p, repo);
	weigh_buf_addf(&url, "/tree/%s?recursive=true&expand=false", hex);
	if (tree == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else if (url.failed)
		rc = weigh_fail(err, WEIGH_TOO_BIG,
		    "its URL would be too long");
	else
		rc = read_pages(p, &url, tree, wait, err);
	if (rc == WEIGH_OK)
		rc = give_files(tree, each, ctx, err);
	weigh_buf_free(&url);
	weigh_upstream_tree_free(tree);
	return rc;
}

/* --- locate -------------------------------------------------------------- */

static enum weigh_code
locate_file(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_revision *rev, const struct source_file *file,
    struct source_bytes *out, struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT], hex[WEIGH_GITID_HEX + 1];
	struct weigh_buf url;
	enum weigh_code rc = WEIGH_OK;

	*out = (struct source_bytes){
		.site = p->site,
		.fd = -1,
		.segments = rev->segments,
	};
	weigh_repo_text(repo, name);
	weigh_gitid_hex(&rev->commit, hex);
	weigh_buf_init(&url, sizeof(out->url) - 1);
	weigh_buf_addf(&url, "%s/", p->site.base);
	weigh_http_escape(&url, name, true);
	weigh_buf_addf(&url, "/resolve/%s/", hex);
	weigh_http_escape(&url, file->path, true);
	if (url.failed)
		rc = weigh_fail(err, WEIGH_TOO_BIG,
		    "the URL of '%.200s' would be too long", file->path);
	else
		memcpy(out->url, url.data, url.len + 1);
	weigh_buf_free(&url);
	return rc;
}

static enum weigh_code
hub_locate(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_revision *rev, const struct source_file *files,
    size_t n, struct source_bytes *out, int64_t *wait, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	*wait = -1;
	for (size_t i = 0; rc == WEIGH_OK && i < n; i++)
		rc = locate_file(p, repo, rev, &files[i], &out[i], err);
	return rc;
}

/* --- objects ------------------------------------------------------------- */

/* git is offered where the repository's page is: "BASE/org/name.git". */
static enum weigh_code
hub_objects(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_revision *rev, struct stage *stage, int64_t *wait,
    struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT];
	struct weigh_buf url;
	enum weigh_code rc;

	*wait = -1;
	weigh_repo_text(repo, name);
	weigh_buf_init(&url, WEIGH_URL_MAX - 1);
	weigh_buf_addf(&url, "%s/", p->site.base);
	weigh_http_escape(&url, name, true);
	weigh_buf_adds(&url, ".git");
	rc = url.failed ?
	    weigh_fail(err, WEIGH_TOO_BIG, "the URL would be too long") :
	    gitwire_objects(p, url.data, &rev->commit, stage, wait, err);
	weigh_buf_free(&url);
	return rc;
}

const struct source source_hub = {
	.kind = "hub",
	.resolve = hub_resolve,
	.objects = hub_objects,
	.list = hub_list,
	.locate = hub_locate,
};
