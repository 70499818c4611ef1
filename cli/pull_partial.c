/* pull: one file on its way, on disk. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <weigh/midstate.h>

#include "beneath.h"
#include "pull.h"
#include "stop.h"

#define PIECE ((size_t)1 << 20)

/* A file that only we know: regular, ours, with one name.  Writing into one
 * with a second name would change what stands there. */
static bool
is_ours_alone(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_nlink == 1 &&
	    st->st_uid == geteuid();
}

enum weigh_code
pull_partial_open(struct pull *p, struct pull_partial *part,
    const struct weigh_oid *oid, struct weigh_err *err)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	struct stat st;

	weigh_oid_hex(oid, part->name);
	part->held = 0;
	part->fd = beneath_openat(p->partial, part->name, flags, 0);
	if (part->fd >= 0 && fstat(part->fd, &st) == 0 && is_ours_alone(&st)) {
		part->held = (uint64_t)st.st_size;
		return WEIGH_OK;
	}
	pull_partial_close(part);
	unlinkat(p->partial, part->name, 0);
	part->fd = beneath_openat(p->partial, part->name,
	    flags | O_CREAT | O_EXCL, 0666);
	if (part->fd < 0)
		return weigh_fail_errno(err, errno, "cannot begin a file");
	return WEIGH_OK;
}

void
pull_partial_close(struct pull_partial *part)
{
	if (part->fd >= 0)
		close(part->fd);
	part->fd = -1;
}

enum weigh_code
pull_partial_cut(struct pull_partial *part, uint64_t size,
    struct weigh_err *err)
{
	part->held = size;
	if (ftruncate(part->fd, (off_t)size) != 0)
		return weigh_fail_errno(err, errno, "cannot cut a file");
	return WEIGH_OK;
}

enum weigh_code
pull_partial_write(struct pull_partial *part, const void *data, size_t len,
    uint64_t at, struct weigh_err *err)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = pwrite(part->fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return weigh_fail_errno(err, n == 0 ? EIO : errno,
			    "cannot write");
		p += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	if (at > part->held)
		part->held = at;
	return WEIGH_OK;
}

/* Does segment `n`, as it lies on disk, hold? */
static bool
segment_holds(int fd, const struct weigh_file *want, const uint8_t *list,
    uint64_t n, char *piece)
{
	struct weigh_segment_check c;
	uint64_t at = n * WEIGH_SEGMENT;

	weigh_segment_begin(&c, list, want->size, n);
	while (c.left > 0) {
		size_t len = c.left < PIECE ? (size_t)c.left : PIECE;
		ssize_t got = pread(fd, piece, len, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		weigh_segment_update(&c, piece, (size_t)got);
		at += (uint64_t)got;
	}
	return weigh_segment_end(&c, list, &want->oid);
}

enum weigh_code
pull_partial_check(struct pull_partial *part, const struct weigh_file *want,
    const uint8_t *list, struct weigh_err *err)
{
	char *piece = NULL;
	uint64_t good = 0;
	uint64_t n = 0;

	if (part->held > 0 && list != NULL && part->held <= want->size) {
		piece = malloc(PIECE);
		if (piece == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	while (piece != NULL && good < want->size && !stop_asked()) {
		uint64_t end = good + weigh_segment_length(want->size, n);

		if (end > part->held ||
		    !segment_holds(part->fd, want, list, n, piece))
			break;
		good = end;
		n++;
	}
	free(piece);
	if (stop_asked())
		return stop_fail(err);
	return good == part->held ? WEIGH_OK :
				    pull_partial_cut(part, good, err);
}

/* Move into place; a name that appeared meanwhile is not ours to replace. */
static int
move(struct pull *p, const char *from, int parent, const char *base,
    bool replace)
{
	struct stat st;

	if (replace)
		return renameat(p->partial, from, parent, base);
	if (renameat2(p->partial, from, parent, base, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* A file system without NOREPLACE: look first. */
	if (fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(p->partial, from, parent, base);
}

enum weigh_code
pull_partial_publish(struct pull *p, struct pull_partial *part,
    const struct pull_file *f, struct weigh_err *err)
{
	const char *path = f->want->path;
	const char *base;
	enum weigh_code rc = WEIGH_OK;
	int parent = -1;

	if (fdatasync(part->fd) != 0) {
		/* What the kernel could not write is lost; do not trust it. */
		rc = weigh_fail_errno(err, errno, "cannot write to disk");
		unlinkat(p->partial, part->name, 0);
		goto out;
	}
	parent = beneath_parent(p->dir, path, 1, &base);
	if (parent < 0 || move(p, part->name, parent, base, f->replace) != 0) {
		int e = errno;

		rc = weigh_fail_errno(err, e, "'%.300s'", path);
		if (e == ELOOP || e == ENOTDIR || e == EEXIST || e == EISDIR) {
			rc = weigh_fail(err, WEIGH_EXISTS,
			    "'%.300s': something is in the way%s", path,
			    e == ELOOP ? " (a symbolic link)" : "");
			weigh_fix(err,
			    "move it away, or pull into another "
			    "folder with --to");
		}
	}
out:
	if (parent >= 0)
		close(parent);
	pull_partial_close(part);
	return rc;
}

/* Copy the open file into the partial one, hashing. */
static enum weigh_code
copy_bytes(int from, struct pull_partial *part, const struct weigh_file *want,
    struct weigh_err *err)
{
	struct weigh_hasher *h = weigh_hasher_new();
	char *piece = malloc(PIECE);
	struct weigh_oid got;
	enum weigh_code rc = WEIGH_OK;
	uint64_t at = 0;

	if (h == NULL || piece == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	while (rc == WEIGH_OK && at < want->size) {
		ssize_t n = pread(from, piece, PIECE, (off_t)at);

		if (stop_asked())
			rc = stop_fail(err);
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n <= 0)
			rc = weigh_fail_errno(err, n == 0 ? EIO : errno,
			    "cannot read");
		else if (!weigh_hasher_update(h, piece, (size_t)n))
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		else
			rc = pull_partial_write(part, piece, (size_t)n, at,
			    err);
		at += n > 0 ? (uint64_t)n : 0;
	}
	if (rc == WEIGH_OK &&
	    (!weigh_hasher_final(h, &got) ||
		!weigh_oid_equal(&got, &want->oid)))
		rc = weigh_fail(err, WEIGH_CHANGED,
		    "a file changed while it was copied");
	free(piece);
	weigh_hasher_free(h);
	return rc;
}

enum weigh_code
pull_copy(struct pull *p, const struct pull_file *f, struct weigh_err *err)
{
	const struct weigh_file *twin = p->files[f->twin].want;
	struct pull_partial part = { .fd = -1 };
	enum weigh_code rc;
	int from = beneath_open(p->dir, twin->path, O_RDONLY | O_NONBLOCK, 0);

	if (from < 0)
		return weigh_fail_errno(err, errno, "'%.300s'", twin->path);
	rc = pull_partial_open(p, &part, &f->want->oid, err);
	if (rc == WEIGH_OK)
		rc = pull_partial_cut(&part, 0, err);
	if (rc == WEIGH_OK)
		rc = copy_bytes(from, &part, f->want, err);
	if (rc == WEIGH_OK)
		rc = pull_partial_publish(p, &part, f, err);
	pull_partial_close(&part);
	close(from);
	return weigh_context(err, rc, "'%.200s'", f->want->path);
}
