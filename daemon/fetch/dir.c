/*
 * dir: a folder of ORG/NAME folders as a source, each with the files of one revision,
 * as `weigh pull` or a download leaves them.  Only where the configuration names it.
 *
 * There is no commit and nobody told a digest: `list` reads every file once to name its
 * bytes, and what is fetched afterwards must have that name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/fd.h"
#include "dir_walk.h"
#include "fetch/source.h"

#define BRANCH "main"
#define RULES ".gitattributes"
#define RULES_MAX (1u << 20)
#define PIECE (1u << 20)

/* --- which revision ------------------------------------------------------ */

static enum weigh_code
open_folder(const struct source_place *p, const struct weigh_repo *repo,
    int *fd, struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT];

	weigh_repo_text(repo, name);
	*fd = fd_open_beneath(p->dirfd, name, O_RDONLY | O_DIRECTORY, 0);
	if (*fd >= 0)
		return WEIGH_OK;
	if (errno == ENOENT || errno == ENOTDIR)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "there is no folder '%s'", name);
	return weigh_fail_errno(err, errno, "cannot open the folder '%s'",
	    name);
}

/* Names, sizes and times: whoever changes a file changes one of them. */
static enum weigh_code
sign(const struct dir_walk *w, char out[80], struct weigh_err *err)
{
	EVP_MD_CTX *sha = EVP_MD_CTX_new();
	struct weigh_oid oid;
	char line[80], hex[WEIGH_OID_HEX + 1];
	int good = sha != NULL && EVP_DigestInit_ex(sha, EVP_sha256(), NULL);

	for (size_t i = 0; good && i < w->count; i++) {
		const struct dir_file *f = &w->files[i];
		int n = snprintf(line, sizeof(line), " %llu %lld.%09ld\n",
		    (unsigned long long)f->size, (long long)f->time.tv_sec,
		    f->time.tv_nsec);

		good = EVP_DigestUpdate(sha, f->path, strlen(f->path) + 1) &&
		    EVP_DigestUpdate(sha, line, (size_t)n);
	}
	good = good && EVP_DigestFinal_ex(sha, oid.b, NULL);
	EVP_MD_CTX_free(sha);
	if (!good)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_oid_hex(&oid, hex);
	(void)snprintf(out, 80, "\"%s\"", hex);
	return WEIGH_OK;
}

static int64_t
newest(const struct dir_walk *w)
{
	int64_t date = 0;

	for (size_t i = 0; i < w->count; i++)
		if (w->files[i].time.tv_sec > date)
			date = w->files[i].time.tv_sec;
	return date;
}

static enum weigh_code
dir_resolve(const struct source_place *p, const struct weigh_repo *repo,
    const char *rev, const char *etag, struct source_revision *out,
    int64_t *wait, struct weigh_err *err)
{
	struct dir_walk w = { .files = NULL };
	enum weigh_code rc;
	int fd = -1;

	*wait = -1;
	*out = (struct source_revision){ .branch = BRANCH, .repo = *repo };
	if (rev[0] != '\0' && strcmp(rev, BRANCH) != 0 &&
	    strcmp(rev, "HEAD") != 0 && strcmp(rev, "refs/heads/" BRANCH) != 0)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "a folder has one revision, '" BRANCH "'");
	if ((rc = open_folder(p, repo, &fd, err)) == WEIGH_OK)
		rc = dir_walk_read(&w, fd, err);
	if (rc == WEIGH_OK)
		rc = sign(&w, out->etag, err);
	out->date = newest(&w);
	out->unchanged = strcmp(out->etag, etag) == 0;
	dir_walk_free(&w);
	fd_close(&fd);
	return rc;
}

static enum weigh_code
dir_objects(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_revision *rev, struct stage *stage, int64_t *wait,
    struct weigh_err *err)
{
	(void)p, (void)repo, (void)rev, (void)stage;
	*wait = -1;
	return weigh_fail(err, WEIGH_NOT_FOUND, "a folder has no git objects");
}

/* --- what it holds ------------------------------------------------------- */

/* Hash a file of `size` bytes. */
static enum weigh_code
digest(int fd, uint64_t size, EVP_MD_CTX *ctx, const struct source_place *p,
    struct weigh_err *err)
{
	uint8_t *piece = malloc(PIECE);
	enum weigh_code rc = WEIGH_OK;

	if (piece == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (uint64_t at = 0; rc == WEIGH_OK && at < size;) {
		size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;

		rc = fd_pread_all(fd, piece, n, at, err);
		if (rc == WEIGH_OK && EVP_DigestUpdate(ctx, piece, n) != 1)
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		if (rc == WEIGH_OK && p->cancel != NULL &&
		    atomic_load(p->cancel))
			rc = weigh_fail(err, WEIGH_CANCELED,
			    "it was told to stop");
		at += n;
	}
	free(piece);
	return rc;
}

/* SHA-256 of what is LFS, else the id that git gives it: SHA-1 behind a line that says
 * what it is (gitformat-pack(5)). */
static enum weigh_code
name_bytes(const struct source_place *p, int fd, struct source_file *f,
    struct weigh_err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	char before[32];
	int n = snprintf(before, sizeof(before), "blob %llu",
	    (unsigned long long)f->size);
	enum weigh_code rc = WEIGH_OK;
	bool good;

	good = ctx != NULL &&
	    EVP_DigestInit_ex(ctx, f->lfs ? EVP_sha256() : EVP_sha1(), NULL);
	if (good && !f->lfs)
		good = EVP_DigestUpdate(ctx, before, (size_t)n + 1);
	if (good)
		rc = digest(fd, f->size, ctx, p, err);
	if (good && rc == WEIGH_OK)
		good = EVP_DigestFinal_ex(ctx, f->lfs ? f->oid.b : f->git.b,
		    NULL);
	EVP_MD_CTX_free(ctx);
	return good ? rc : weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

static enum weigh_code
read_rules(struct repo_attributes **out, int folder, struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, RULES_MAX);
	rc = fd_read_file(folder, RULES, &text, err);
	if (rc == WEIGH_NOT_FOUND)
		rc = repo_attributes_parse(out, NULL, 0, err);
	else if (rc == WEIGH_OK)
		rc = repo_attributes_parse(out,
		    text.data != NULL ? text.data : "", text.len, err);
	weigh_buf_free(&text);
	return rc;
}

static enum weigh_code
tell_file(const struct source_place *p, int folder, const struct dir_file *file,
    const struct repo_attributes *rules, source_file_fn *each, void *ctx,
    struct weigh_err *err)
{
	struct source_file f = {
		.path = file->path,
		.size = file->size,
		.lfs = repo_attributes_lfs(rules, file->path, file->size),
	};
	enum weigh_code rc;
	int fd = -1;

	rc = dir_walk_open(folder, file->path, file->size, &fd, err);
	if (rc == WEIGH_OK)
		rc = name_bytes(p, fd, &f, err);
	fd_close(&fd);
	return rc == WEIGH_OK ? each(ctx, &f, err) :
				weigh_context(err, rc, "'%.300s'", file->path);
}

static enum weigh_code
dir_list(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_revision *rev, source_file_fn *each, void *ctx,
    int64_t *wait, struct weigh_err *err)
{
	struct dir_walk w = { .files = NULL };
	struct repo_attributes *rules = NULL;
	enum weigh_code rc;
	int fd = -1;

	(void)rev;
	*wait = -1;
	if ((rc = open_folder(p, repo, &fd, err)) == WEIGH_OK)
		rc = dir_walk_read(&w, fd, err);
	if (rc == WEIGH_OK)
		rc = read_rules(&rules, fd, err);
	for (size_t i = 0; rc == WEIGH_OK && i < w.count; i++)
		rc = tell_file(p, fd, &w.files[i], rules, each, ctx, err);
	repo_attributes_free(rules);
	dir_walk_free(&w);
	fd_close(&fd);
	return rc;
}

/* --- where the bytes are ------------------------------------------------- */

static enum weigh_code
dir_locate(const struct source_place *p, const struct weigh_repo *repo,
    const struct source_revision *rev, const struct source_file *files,
    size_t n, struct source_bytes *out, int64_t *wait, struct weigh_err *err)
{
	enum weigh_code rc;
	int fd = -1;

	(void)rev;
	*wait = -1;
	for (size_t i = 0; i < n; i++)
		out[i] = (struct source_bytes){ .site = p->site, .fd = -1 };
	rc = open_folder(p, repo, &fd, err);
	for (size_t i = 0; rc == WEIGH_OK && i < n; i++)
		rc = dir_walk_open(fd, files[i].path, files[i].size, &out[i].fd,
		    err);
	for (size_t i = 0; rc != WEIGH_OK && i < n; i++)
		fd_close(&out[i].fd); /* all or none */
	fd_close(&fd);
	return rc;
}

const struct source source_dir = {
	.kind = "dir",
	.resolve = dir_resolve,
	.objects = dir_objects,
	.list = dir_list,
	.locate = dir_locate,
};
