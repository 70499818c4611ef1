/* store: writing a blob, up to the moment before it has a name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/priv.h"

#define GRANT (64u << 20) /* bytes of room asked for at a time */

enum weigh_code
store_begin(struct store *s, uint64_t size_hint, struct store_writer **out,
    struct weigh_err *err)
{
	struct store_writer *w;
	enum weigh_code rc;

	*out = NULL;
	if ((w = calloc(1, sizeof(*w))) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	w->store = s;
	w->fd = -1;
	if ((w->hasher = weigh_hasher_new()) == NULL) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	/* Free space is checked and promised, not allocated: posix_fallocate
	 * clears every page on tmpfs, and is wasted before a reflink. */
	if ((rc = store_new_temp(s, "part", w->name, &w->fd, err)) != 0 ||
	    (rc = store_promise(s, size_hint, err)) != 0)
		goto out;
	w->granted = size_hint;
	*out = w;
	w = NULL;
out:
	store_abandon(w);
	return rc;
}

enum weigh_code
writer_need(struct store_writer *w, uint64_t len, struct weigh_err *err)
{
	uint64_t more;

	if (w->size > INT64_MAX - len)
		return weigh_fail(err, WEIGH_TOO_BIG, "more than 2^63 bytes");
	if (len <= w->granted)
		return WEIGH_OK;
	more = len - w->granted;
	if (more < GRANT && store_promise(w->store, GRANT, NULL) == WEIGH_OK) {
		w->granted += GRANT;
		return WEIGH_OK;
	}
	if (store_promise(w->store, more, err) != WEIGH_OK)
		return WEIGH_FULL;
	w->granted += more;
	return WEIGH_OK;
}

void
writer_took(struct store_writer *w, uint64_t len)
{
	w->size += len;
	w->granted -= len;
	store_unpromise(w->store, len);
}

enum weigh_code
store_append(struct store_writer *w, const void *data, size_t len,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if (w->state != WRITER_OPEN)
		return weigh_fail(err, WEIGH_BUG, "the blob takes no more");
	rc = writer_need(w, len, err);
	if (rc == WEIGH_OK)
		rc = fd_write_all(w->fd, data, len, err);
	if (rc == WEIGH_OK && !weigh_hasher_update(w->hasher, data, len))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK)
		writer_took(w, len);
	else
		w->state = WRITER_BROKEN;
	return rc;
}

/* The digest is known: is it the promised one? */
static enum weigh_code
check_digest(struct store_writer *w, const struct weigh_oid *want,
    struct weigh_err *err)
{
	char got[WEIGH_OID_HEX + 1], promised[WEIGH_OID_HEX + 1];

	if (!weigh_hasher_final(w->hasher, &w->oid))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (want == NULL || weigh_oid_equal(want, &w->oid))
		return WEIGH_OK;
	weigh_oid_hex(&w->oid, got);
	weigh_oid_hex(want, promised);
	return weigh_fail(err, WEIGH_MISMATCH,
	    "the bytes have SHA-256 %s, promised was %s", got, promised);
}

/* Bytes to disk.  A sync that fails is not tried again: the kernel may have
 * dropped the pages and call them clean (invariant 5). */
static enum weigh_code
settle_bytes(struct store_writer *w, struct weigh_err *err)
{
	enum weigh_code rc;
	struct stat st;
	int fd = w->fd;

	if (fstat(fd, &st) != 0 || fchmod(fd, 0444) != 0)
		return weigh_fail_errno(err, errno, "cannot finish the file");
	if ((uint64_t)st.st_size != w->size)
		return weigh_fail(err, WEIGH_IO,
		    "the file has %lld bytes, %llu were written",
		    (long long)st.st_size, (unsigned long long)w->size);
	if ((rc = fd_sync(fd, err)) != WEIGH_OK)
		return rc;
	w->fd = -1;
	if (close(fd) != 0)
		return weigh_fail_errno(err, errno, "cannot close the file");
	return WEIGH_OK;
}

/* In incoming/ a proved file carries its digest: the sweep reads it there. */
static enum weigh_code
name_by_digest(struct store_writer *w, struct weigh_err *err)
{
	char hex[WEIGH_OID_HEX + 1], name[STORE_TEMP_NAME];
	int dir = w->store->incoming;

	weigh_oid_hex(&w->oid, hex);
	snprintf(name, sizeof(name), "%s.%.16s", hex, w->name);
	if (renameat(dir, w->name, dir, name) != 0)
		return weigh_fail_errno(err, errno, "cannot rename");
	snprintf(w->name, sizeof(w->name), "%s", name);
	return WEIGH_OK;
}

enum weigh_code
store_seal(struct store_writer *w, const struct weigh_oid *want,
    struct store_blob *out, struct weigh_err *err)
{
	enum weigh_code rc;

	if (w->state != WRITER_OPEN)
		return weigh_fail(err, WEIGH_BUG, "the blob cannot be sealed");
	w->state = WRITER_BROKEN;
	if ((rc = check_digest(w, want, err)) != WEIGH_OK ||
	    (rc = settle_bytes(w, err)) != WEIGH_OK ||
	    (rc = name_by_digest(w, err)) != WEIGH_OK)
		return rc;
	w->state = WRITER_SEALED;
	/* It grows no more; many sealed blobs may wait for one publication. */
	store_unpromise(w->store, w->granted);
	w->granted = 0;
	*out = (struct store_blob){ .oid = w->oid, .size = w->size };
	return WEIGH_OK;
}

enum weigh_code
store_sealed_fd(struct store_writer *w, int *fd, struct weigh_err *err)
{
	*fd = -1;
	if (w->state != WRITER_SEALED)
		return weigh_fail(err, WEIGH_BUG, "the blob is not sealed");
	*fd = fd_open_beneath(w->store->incoming, w->name, O_RDONLY, 0);
	if (*fd < 0)
		return weigh_fail_errno(err, errno, "cannot open the bytes");
	return WEIGH_OK;
}

void
store_abandon(struct store_writer *w)
{
	if (w == NULL)
		return;
	fd_close(&w->fd);
	/* A part that did not get its name stays one. */
	if (w->part != NULL && w->published)
		store_part_drop(w->part);
	else if (w->part != NULL)
		store_part_close(w->part);
	else if (w->name[0] != '\0')
		(void)unlinkat(w->store->incoming, w->name, 0);
	store_unpromise(w->store, w->granted);
	weigh_hasher_free(w->hasher);
	free(w);
}
