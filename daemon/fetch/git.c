/*
 * git: a forge as a source: git for a revision and its small files, the LFS batch API
 * for large ones.  Repositories lie at BASE/org/name.git, or BASE is one itself; where
 * BASE is a folder of this machine, git_local.c reads it.
 */
#include <stdio.h>
#include <string.h>

#include <weigh/http.h>
#include <weigh/lfs.h>
#include <weigh/upstream.h>
#include <weigh/url.h>

#include "git_local.h"
#include "gitwire.h"

#define BATCH 100 /* objects a question, as git-lfs asks */

/* --- where --------------------------------------------------------------- */

static enum weigh_code
repo_url(char out[WEIGH_URL_MAX], const struct source_place *p,
    const struct weigh_repo *repo, struct weigh_err *err)
{
	size_t len = strlen(p->site.base);
	bool itself = len > 4 && strcmp(p->site.base + len - 4, ".git") == 0;
	char name[WEIGH_REPO_TEXT];
	struct weigh_buf url;
	enum weigh_code rc = WEIGH_OK;

	weigh_repo_text(repo, name);
	weigh_buf_init(&url, WEIGH_URL_MAX - 1);
	weigh_buf_adds(&url, p->site.base);
	if (!itself) {
		weigh_buf_addc(&url, '/');
		weigh_http_escape(&url, name, true);
		weigh_buf_adds(&url, ".git");
	}
	if (url.failed)
		rc = weigh_fail(err, WEIGH_TOO_BIG,
		    "the URL would be too long");
	else
		memcpy(out, url.data, url.len + 1);
	weigh_buf_free(&url);
	return rc;
}

/* --- which commit -------------------------------------------------------- */

static enum weigh_code
pick(const struct source_place *p, const char *url, const char *rev,
    struct weigh_git_pick *out, int64_t *wait, struct weigh_err *err)
{
	struct gitwire g;
	enum weigh_code rc = gitwire_meet(&g, p, url, wait, err);

	*out = (struct weigh_git_pick){ .found = false };
	if (rc == WEIGH_OK &&
	    weigh_gitid_parse(&out->commit, rev, strlen(rev))) {
		out->found = true; /* whether it is there shows when it comes */
		return WEIGH_OK;
	}
	return rc == WEIGH_OK ? gitwire_pick(&g, rev, out, wait, err) : rc;
}

/* The commit is all that there is to say whether it moved. */
static enum weigh_code
keep_revision(struct source_revision *out, const struct source_place *p,
    const struct weigh_git_pick *found, const struct weigh_repo *repo,
    const char *etag, struct weigh_err *err)
{
	char hex[WEIGH_GITID_HEX + 1];

	*out = (struct source_revision){
		.commit = found->commit,
		.tag = found->tag,
		.repo = *repo,
	};
	if (!found->found)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "upstream's repository has no such revision");
	/* A forge does not tell who may read. */
	out->private_ = source_shows_token(p);
	(void)snprintf(out->branch, sizeof(out->branch), "%s", found->branch);
	weigh_gitid_hex(&found->commit, hex);
	(void)snprintf(out->etag, sizeof(out->etag), "\"%s\"", hex);
	out->unchanged = strcmp(etag, out->etag) == 0;
	return WEIGH_OK;
}

static enum weigh_code
git_resolve(const struct source_place *p, const struct weigh_repo *repo,
    const char *rev, const char *etag, struct source_revision *out,
    int64_t *wait, struct weigh_err *err)
{
	char url[WEIGH_URL_MAX];
	struct weigh_git_pick found;
	enum weigh_code rc;

	*wait = -1;
	if (p->dirfd >= 0) {
		rc = git_local_pick(p, repo, rev, &found, err);
	} else {
		rc = repo_url(url, p, repo, err);
		if (rc == WEIGH_OK)
			rc = pick(p, url, rev, &found, wait, err);
	}
	return rc == WEIGH_OK ? keep_revision(out, p, &found, repo, etag, err) :
				rc;
}

/* --- its objects --------------------------------------------------------- */

static enum weigh_code
git_objects(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_revision *rev, struct stage *stage, int64_t *wait,
    struct weigh_err *err)
{
	char url[WEIGH_URL_MAX];
	struct gitwire g;
	enum weigh_code rc;

	*wait = -1;
	if (p->dirfd >= 0)
		return git_local_bring(p, repo, &rev->commit, stage, err);
	rc = repo_url(url, p, repo, err);
	if (rc == WEIGH_OK) /* it may have moved: that is said there */
		rc = gitwire_meet(&g, p, url, wait, err);
	return rc == WEIGH_OK ?
	    gitwire_bring(&g, &rev->commit, stage, wait, err) :
	    rc;
}

/* A forge has no listing beside git. */
static enum weigh_code
git_list(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_revision *rev, source_file_fn *each, void *ctx,
    int64_t *wait, struct weigh_err *err)
{
	(void)p, (void)repo, (void)rev, (void)each, (void)ctx;
	*wait = -1;
	return weigh_fail(err, WEIGH_NOT_FOUND,
	    "a forge tells what a revision holds by git alone");
}

/* --- where large files are ----------------------------------------------- */

/* One batch: files[i] is answered in out[i]. */
struct batch {
	const struct source_place *place;
	const struct source_file *files;
	struct source_bytes *out;
	size_t n;
};

/* What an object's error means, as if it were a status. */
static enum weigh_code
refuse_file(const struct source_file *f, const struct weigh_lfs_told *t,
    struct weigh_err *err)
{
	int status = t->error >= 400 && t->error < 600 ? (int)t->error : 500;
	enum weigh_code rc = weigh_upstream_refusal(status, "", NULL);

	if (rc == WEIGH_MALFORMED) /* 422 and its like: it will not change */
		rc = WEIGH_NOT_FOUND;
	return weigh_fail(err, rc,
	    "upstream's LFS does not give '%.200s': %s (%d)", f->path,
	    t->message, status);
}

static enum weigh_code
keep_place(void *ctx, const struct weigh_lfs_told *t, struct weigh_err *err)
{
	struct batch *b = ctx;
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < b->n; i++) {
		if (!weigh_oid_equal(&b->files[i].oid, &t->oid))
			continue;
		if (t->error != 0) {
			rc = refuse_file(&b->files[i], t, err);
			continue;
		}
		memcpy(b->out[i].url, t->href, sizeof(t->href));
		memcpy(b->out[i].fields, t->fields, sizeof(t->fields));
		if (t->authorized)
			b->out[i].site.token = "";
	}
	return rc;
}

static enum weigh_code
ask_batch(const struct batch *b, struct weigh_buf *out, struct weigh_err *err)
{
	struct weigh_lfs_object objects[BATCH];
	struct weigh_jw w;

	for (size_t i = 0; i < b->n; i++)
		objects[i] = (struct weigh_lfs_object){
			.oid = b->files[i].oid,
			.size = b->files[i].size,
		};
	weigh_jw_init(&w, out);
	weigh_lfs_ask(&w, objects, b->n);
	return out->failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			     WEIGH_OK;
}

static enum weigh_code
check_places(const struct batch *b, struct weigh_err *err)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->out[i].url[0] == '\0')
			return weigh_fail(err, WEIGH_NOT_FOUND,
			    "upstream's LFS does not say where '%.200s' is",
			    b->files[i].path);
	return WEIGH_OK;
}

static enum weigh_code
locate_batch(struct batch *b, const char *url, int64_t *wait,
    struct weigh_err *err)
{
	struct weigh_buf body, answer;
	struct outbound_head head;
	struct outbound_request r = {
		.site = &b->place->site,
		.kind = OUTBOUND_SMALL,
		.method = "POST",
		.url = url,
		.accept = WEIGH_LFS_TYPE,
		.type = WEIGH_LFS_TYPE,
		.basic = true,
		.max = WEIGH_LFS_ANSWER,
		.cancel = b->place->cancel,
	};
	enum weigh_code rc;

	weigh_buf_init(&body, WEIGH_LFS_BODY);
	weigh_buf_init(&answer, WEIGH_LFS_ANSWER);
	rc = ask_batch(b, &body, err);
	r.body = body.data;
	r.body_len = body.len;
	if (rc == WEIGH_OK)
		rc = outbound_collect(b->place->outbound, &r, &head, &answer,
		    err);
	if (rc == WEIGH_OK) {
		*wait = gitwire_wait(&head);
		rc = weigh_upstream_refusal(head.status, head.error_code, err);
	}
	if (rc == WEIGH_OK)
		rc = weigh_lfs_told_parse(answer.data, answer.len, keep_place,
		    b, err);
	if (rc == WEIGH_OK)
		rc = check_places(b, err);
	weigh_buf_free(&answer);
	weigh_buf_free(&body);
	return weigh_context(err, rc, "LFS at '%s'", url);
}

static enum weigh_code
locate_all(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_file *files, size_t n, struct source_bytes *out,
    int64_t *wait, struct weigh_err *err)
{
	char url[WEIGH_URL_MAX + 32];
	enum weigh_code rc = repo_url(url, p, repo, err);

	if (rc == WEIGH_OK)
		memcpy(url + strlen(url), "/info/lfs/objects/batch",
		    sizeof("/info/lfs/objects/batch"));
	for (size_t at = 0; rc == WEIGH_OK && at < n; at += BATCH) {
		struct batch b = { p, files + at, out + at,
			n - at < BATCH ? n - at : BATCH };

		rc = locate_batch(&b, url, wait, err);
	}
	return rc;
}

static enum weigh_code
git_locate(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_revision *rev, const struct source_file *files,
    size_t n, struct source_bytes *out, int64_t *wait, struct weigh_err *err)
{
	(void)rev;
	*wait = -1;
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct source_bytes){ .site = p->site, .fd = -1 };
		if (!files[i].lfs)
			return weigh_fail(err, WEIGH_BUG,
			    "'%.200s' comes with git, not by itself",
			    files[i].path);
	}
	return p->dirfd >= 0 ? git_local_locate(p, repo, files, n, out, err) :
			       locate_all(p, repo, files, n, out, wait, err);
}

const struct source source_git = {
	.kind = "git",
	.resolve = git_resolve,
	.objects = git_objects,
	.list = git_list,
	.locate = git_locate,
};
