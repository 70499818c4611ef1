/*
 * stage: its folder, the pack that comes into it, small files one by one.  See
 * stage.h; stage_walk.c reads what a commit leads to, stage_make.c makes commits.
 *
 * What a pack says of itself is bounded before libgit2 takes memory for it
 * (weigh/packscan.h), and so is the time for it.  libgit2's indexer hashes every object
 * (SHA-1 by sha1dc) and takes only a pack that is whole in itself; what its objects say
 * is judged when they are read.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "stage_priv.h"

#define STAGES "incoming/stages"
#define NAME_LEN 64
#define FOLDER_LEN (sizeof(STAGES) + NAME_LEN + 1)

/* --- its folder ---------------------------------------------------------- */

static enum weigh_code
folder_of(const char *name, char out[FOLDER_LEN], struct weigh_err *err)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_LEN ||
	    strspn(name, "0123456789abcdefghijklmnopqrstuvwxyz-") != len)
		return weigh_fail(err, WEIGH_USAGE,
		    "the name of a stage is 1 to %d of 0-9, a-z and '-'",
		    NAME_LEN);
	snprintf(out, FOLDER_LEN, STAGES "/%s", name);
	return WEIGH_OK;
}

enum weigh_code
stage_open(struct stage **out, int dirfd, const char *path, const char *name,
    struct weigh_err *err)
{
	char folder[FOLDER_LEN];
	struct stage *s = NULL;
	enum weigh_code rc = folder_of(name, folder, err);

	if (rc == WEIGH_OK && !repo_made_at(dirfd, folder))
		rc = repo_make_at(dirfd, folder, err);
	if (rc == WEIGH_OK && (s = calloc(1, sizeof(*s))) == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK)
		rc = repo_open_at(dirfd, path, folder, &s->repo, err);
	if (rc == WEIGH_OK) {
		*out = s;
		s = NULL;
	}
	stage_close(s);
	return weigh_context(err, rc, "stage '%s'", name);
}

void
stage_close(struct stage *s)
{
	if (s == NULL)
		return;
	stage_pack_abandon(s);
	repo_close(s->repo);
	free(s);
}

enum weigh_code
stage_drop(int dirfd, const char *name, struct weigh_err *err)
{
	char folder[FOLDER_LEN];
	enum weigh_code rc = folder_of(name, folder, err);

	if (rc == WEIGH_OK)
		rc = fd_remove_tree(dirfd, folder, err);
	return weigh_context(err, rc, "stage '%s'", name);
}

enum weigh_code
stage_each(int dirfd,
    enum weigh_code (*each)(void *ctx, const char *name, struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	int fd = fd_open_beneath(dirfd, STAGES, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	enum weigh_code rc = WEIGH_OK;
	struct dirent *d;

	if (dir == NULL) {
		int errnum = errno;

		fd_close(&fd);
		return errnum == ENOENT ?
		    WEIGH_OK :
		    weigh_fail_errno(err, errnum, "cannot list the stages");
	}
	while (rc == WEIGH_OK && (errno = 0, d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			rc = each(ctx, d->d_name, err);
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list the stages");
	closedir(dir);
	return rc;
}

/* --- a pack -------------------------------------------------------------- */

static time_t
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Differences of differences can be made to take for ever. */
static int
look_at_clock(const git_indexer_progress *progress, void *ctx)
{
	const struct stage *s = ctx;

	(void)progress;
	return seconds_now() < s->until ? 0 : GIT_EUSER;
}

static enum weigh_code
begin_indexer(struct stage *s, struct weigh_err *err)
{
	git_indexer_options options = {
		.version = GIT_INDEXER_OPTIONS_VERSION,
		.progress_cb = look_at_clock,
		.progress_cb_payload = s,
	};
	char *folder = NULL;
	int rc;

	if (asprintf(&folder, "%s/objects/pack", s->repo->path) < 0)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	/* No object database: a pack that leans on what we have is refused. */
	rc = git_indexer_new(&s->pack, folder, 0444, NULL, &options);
	free(folder);
	return rc == 0 ? WEIGH_OK : repo_fail(err, rc, "cannot begin a pack");
}

enum weigh_code
stage_pack_begin(struct stage *s, uint64_t max, struct weigh_err *err)
{
	static const struct weigh_packscan_limits limits = {
		.objects = STAGE_OBJECTS_MAX,
		.object = REPO_TREE_MAX,
		.total = STAGE_TOTAL_MAX,
	};

	stage_pack_abandon(s);
	if ((s->scan = weigh_packscan_new(&limits)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	s->left = max;
	s->until = INT32_MAX; /* while it comes, the sender has the time */
	s->progress = (git_indexer_progress){ 0 };
	return begin_indexer(s, err);
}

/* What libgit2 says about a pack's bytes is the sender's fault, unless it is memory
 * or the disk. */
static enum weigh_code
pack_fail(struct weigh_err *err, int git_rc)
{
	const git_error *e = git_error_last();
	enum weigh_code rc = repo_fail(err, git_rc, "the pack");

	if (git_rc == GIT_EUSER)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "the pack takes more than %d seconds to put together",
		    STAGE_SECONDS_MAX);
	if (rc == WEIGH_IO && (e == NULL || e->klass != GIT_ERROR_OS)) {
		rc = WEIGH_MALFORMED;
		if (err != NULL)
			err->code = rc;
	}
	return rc;
}

enum weigh_code
stage_pack_add(struct stage *s, const void *data, size_t len,
    struct weigh_err *err)
{
	enum weigh_code rc;
	int git_rc;

	if (s->pack == NULL)
		return weigh_fail(err, WEIGH_BUG, "no pack was begun");
	if (len > s->left)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "the pack is longer than allowed");
	s->left -= len;
	if ((rc = weigh_packscan_feed(s->scan, data, len, err)) != WEIGH_OK)
		return rc;
	git_rc = git_indexer_append(s->pack, data, len, &s->progress);
	return git_rc == 0 ? WEIGH_OK : pack_fail(err, git_rc);
}

enum weigh_code
stage_pack_end(struct stage *s, struct weigh_err *err)
{
	enum weigh_code rc;
	int git_rc;

	if (s->pack == NULL)
		return weigh_fail(err, WEIGH_BUG, "no pack was begun");
	s->until = seconds_now() + STAGE_SECONDS_MAX;
	rc = weigh_packscan_end(s->scan, err);
	if (rc == WEIGH_OK &&
	    (git_rc = git_indexer_commit(s->pack, &s->progress)) != 0)
		rc = pack_fail(err, git_rc);
	stage_pack_abandon(s); /* what was committed stays */
	if (rc == WEIGH_OK)
		rc = fd_sync_dir(s->repo->fd, "objects/pack", err);
	if (rc == WEIGH_OK && (git_rc = git_odb_refresh(s->repo->odb)) != 0)
		rc = repo_fail(err, git_rc, "cannot read the pack");
	return rc;
}

void
stage_pack_abandon(struct stage *s)
{
	git_indexer_free(s->pack);
	s->pack = NULL;
	weigh_packscan_free(s->scan);
	s->scan = NULL;
}

/* --- a small file -------------------------------------------------------- */

bool
stage_has_blob(struct stage *s, const struct weigh_gitid *blob)
{
	git_oid id = repo_git_oid(blob);

	return git_odb_exists(s->repo->odb, &id) == 1;
}

enum weigh_code
stage_blob(struct stage *s, const struct weigh_gitid *blob,
    struct weigh_buf *out, struct weigh_err *err)
{
	git_oid id = repo_git_oid(blob);
	git_odb_object *object = NULL;
	enum weigh_code rc;
	size_t size;
	int git_rc;

	rc = repo_check_object(s->repo->odb, &id, GIT_OBJECT_BLOB,
	    REPO_BLOB_MAX, &size, err);
	if (rc != WEIGH_OK)
		return rc;
	if ((git_rc = git_odb_read(&object, s->repo->odb, &id)) != 0)
		return repo_fail(err, git_rc, "cannot read a file");
	if (!weigh_buf_add(out, git_odb_object_data(object), size))
		rc = weigh_fail(err, WEIGH_TOO_BIG,
		    "a file of %zu bytes is more than asked for", size);
	git_odb_object_free(object);
	return rc;
}

enum weigh_code
stage_put_blob(struct stage *s, const struct weigh_gitid *want,
    const void *data, size_t len, struct weigh_err *err)
{
	git_oid id = repo_git_oid(want), got;
	int rc;

	if (len > REPO_BLOB_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a file of %zu bytes: over %u it must be LFS", len,
		    REPO_BLOB_MAX);
	if ((rc = git_odb_hash(&got, data, len, GIT_OBJECT_BLOB)) != 0)
		return repo_fail(err, rc, "cannot hash a file");
	if (!git_oid_equal(&got, &id))
		return weigh_fail(err, WEIGH_MISMATCH,
		    "the bytes do not have the promised git id");
	rc = git_odb_write(&got, s->repo->odb, data, len, GIT_OBJECT_BLOB);
	return rc == 0 ? WEIGH_OK : repo_fail(err, rc, "cannot keep a file");
}
