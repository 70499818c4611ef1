/* pull: the folder, its lock, and the notes in .weigh. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "note.h"
#include "place.h"
#include "pull.h"
#include "seal.h"

/* The folder the person named, with the folders above it; links in that name
 * are the person's own business.  Never changes what exists. */
static enum weigh_code
make_folder(const char *path, struct weigh_err *err)
{
	char part[WEIGH_PATH_MAX];
	const char *slash = path;

	do {
		slash = strchrnul(slash + 1, '/');
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdir(part, 0777) != 0 && errno != EEXIST)
			return place_fail(err, errno, part);
	} while (*slash != '\0');
	return WEIGH_OK;
}

/* A folder of ours inside another; a planted link is refused. */
static enum weigh_code
open_own(int at, const char *name, int *out, struct weigh_err *err)
{
	if (mkdirat(at, name, 0777) != 0 && errno != EEXIST)
		return place_fail(err, errno, name);
	*out = beneath_openat(at, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (*out >= 0)
		return WEIGH_OK;
	if (errno != ENOTDIR && errno != ELOOP)
		return weigh_fail_errno(err, errno, "the folder '%s'", name);
	weigh_fail(err, WEIGH_DENIED,
	    "'%s' in the folder is a link or a file, not a folder", name);
	weigh_fix(err, "remove it, or pull into another folder with --to");
	return WEIGH_DENIED;
}

/* A note that is missing or damaged counts for nothing: then what lies in the
 * folder is not ours to replace (3). */
static void
read_old(struct pull *p, const char *name, struct weigh_manifest *out)
{
	if (note_read_manifest(p->own, name, out, NULL) != WEIGH_OK)
		*out = (struct weigh_manifest){ 0 };
}

/* The lock is held by a descriptor, so it ends when we do (5). */
static enum weigh_code
lock(struct pull *p, struct weigh_err *err)
{
	if (flock(p->own, LOCK_EX | LOCK_NB) == 0)
		return WEIGH_OK;
	if (errno != EWOULDBLOCK)
		return weigh_fail_errno(err, errno, "cannot lock .weigh");
	weigh_fail(err, WEIGH_CONFLICT, "another weigh is writing to '%.200s'",
	    p->folder);
	weigh_fix(err, "wait until it is done");
	return WEIGH_CONFLICT;
}

enum weigh_code
pull_open_folder(struct pull *p, struct weigh_err *err)
{
	enum weigh_code rc = make_folder(p->folder, err);

	if (rc != WEIGH_OK)
		return rc;
	p->dir = beneath_openat(AT_FDCWD, p->folder,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (p->dir < 0)
		return place_fail(err, errno, p->folder);
	rc = open_own(p->dir, ".weigh", &p->own, err);
	if (rc == WEIGH_OK)
		rc = lock(p, err);
	if (rc == WEIGH_OK)
		rc = open_own(p->own, "partial", &p->partial, err);
	if (rc != WEIGH_OK)
		return rc;
	read_old(p, "manifest", &p->old[0]);
	read_old(p, "pulling", &p->old[1]);
	return WEIGH_OK;
}

/* The files that are here once this pull is done: those of the plan, and those
 * an earlier pull of other --include put here if they still belong to it. */
static enum weigh_code
print_here(struct pull *p, struct weigh_buf *out, struct weigh_err *err)
{
	struct weigh_file *files = calloc(p->manifest.count + 1,
	    sizeof(*files));
	enum weigh_code rc;
	size_t i, next = 0, n = 0;

	if (files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 0; i < p->manifest.count; i++) {
		const struct weigh_file *f = &p->manifest.files[i];
		const struct weigh_file *old = weigh_manifest_find(&p->old[0],
		    f->path);

		if (next < p->count && p->files[next].want == f) {
			files[n++] = *f;
			next++;
		} else if (old != NULL && weigh_oid_equal(&old->oid, &f->oid)) {
			files[n++] = *f;
		}
	}
	rc = weigh_manifest_print(out, files, n, err);
	free(files);
	return rc;
}

enum weigh_code
pull_note_begin(struct pull *p, struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, WEIGH_MANIFEST_MAX);
	rc = print_here(p, &text, err);
	if (rc == WEIGH_OK)
		rc = note_write(p->own, "pulling", &text, err);
	weigh_buf_free(&text);
	return rc;
}

static size_t
folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) : 0;
}

/* Sync the folders that got files.  Paths are sorted, so most files stand in
 * the folder of the one before. */
static enum weigh_code
sync_folders(struct pull *p, struct weigh_err *err)
{
	const char *last = NULL;
	size_t i;

	for (i = 0; i < p->count; i++) {
		const char *path = p->files[i].want->path;
		size_t len = folder_length(path);
		const char *base;
		int fd;

		if (p->files[i].how == PULL_KEEP ||
		    (last != NULL && folder_length(last) == len &&
			memcmp(last, path, len) == 0))
			continue;
		last = path;
		fd = beneath_parent(p->dir, path, 0, &base);
		if (fd < 0 || fsync(fd) != 0) {
			weigh_fail_errno(err, errno, "the folder of '%.200s'",
			    path);
			if (fd >= 0)
				close(fd);
			return err != NULL ? err->code : WEIGH_IO;
		}
		close(fd);
	}
	return WEIGH_OK;
}

/* Partial files of other revisions are of no use any more.  What cannot be
 * removed does no harm. */
static void
sweep_partial(struct pull *p)
{
	struct weigh_oid oid;
	struct dirent *e;
	int fd = fcntl(p->partial, F_DUPFD_CLOEXEC, 0);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d)) != NULL)
		if (weigh_oid_parse(&oid, e->d_name, strlen(e->d_name)))
			unlinkat(p->partial, e->d_name, 0);
	closedir(d);
	unlinkat(p->own, "partial", AT_REMOVEDIR);
}

/* What the seal says of this text, which becomes .weigh/manifest (seal.h). */
static enum weigh_code
print_seal(const struct pull *p, const struct weigh_buf *manifest,
    struct weigh_buf *out, struct weigh_err *err)
{
	struct seal s = { .ref = p->ref };

	memcpy(s.ref.rev, p->commit, sizeof(p->commit));
	if (!weigh_oid_parse(&s.revision, p->digest, strlen(p->digest)))
		return weigh_fail(err, WEIGH_BUG, "a manifest without digest");
	if (!weigh_oid_of(&s.manifest, manifest->data, manifest->len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	seal_print(out, &s);
	return WEIGH_OK;
}

enum weigh_code
pull_note_end(struct pull *p, struct weigh_err *err)
{
	struct weigh_buf text, seal;
	enum weigh_code rc = sync_folders(p, err);

	weigh_buf_init(&text, WEIGH_MANIFEST_MAX);
	weigh_buf_init(&seal, 4096);
	if (rc == WEIGH_OK)
		rc = print_here(p, &text, err);
	if (rc == WEIGH_OK)
		rc = note_write(p->own, "manifest", &text, err);
	if (rc == WEIGH_OK)
		rc = print_seal(p, &text, &seal, err);
	if (rc == WEIGH_OK && fsync(p->own) != 0)
		rc = weigh_fail_errno(err, errno, "the folder .weigh");
	if (rc == WEIGH_OK)
		rc = note_write(p->own, "revision", &seal, err);
	weigh_buf_free(&seal);
	weigh_buf_free(&text);
	if (rc != WEIGH_OK)
		return rc;
	sweep_partial(p);
	unlinkat(p->own, "pulling", 0);
	if (fsync(p->own) != 0 || fsync(p->dir) != 0)
		return weigh_fail_errno(err, errno, "the folder .weigh");
	return WEIGH_OK;
}
