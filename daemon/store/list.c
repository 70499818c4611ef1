/* store: midstate lists: read, write, made again from the bytes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/priv.h"

bool
progress_canceled(struct store_progress *progress)
{
	return progress != NULL && atomic_load(&progress->cancel);
}

void
progress_add(struct store_progress *progress, uint64_t bytes)
{
	if (progress != NULL)
		atomic_fetch_add(&progress->bytes, bytes);
}

enum weigh_code
list_load(struct store *s, const struct blob_names *n, uint64_t size,
    struct weigh_buf *list, bool *usable, struct weigh_err *err)
{
	uint64_t bytes = weigh_midstate_count(size) * WEIGH_MIDSTATE_SIZE;
	enum weigh_code rc;

	*usable = bytes == 0;
	if (*usable)
		return WEIGH_OK;
	weigh_buf_init(list, bytes);
	rc = fd_read_file(s->blobs, n->list_path, list, err);
	*usable = rc == WEIGH_OK && list->len == bytes;
	if (!*usable)
		weigh_buf_free(list);
	return rc == WEIGH_NOMEM ? rc : WEIGH_OK;
}

static enum weigh_code
list_write(int fd, const void *list, size_t bytes, struct weigh_err *err)
{
	enum weigh_code rc;

	rc = fd_write_all(fd, list, bytes, err);
	if (rc == WEIGH_OK && fchmod(fd, 0444) != 0)
		rc = weigh_fail_errno(err, errno, "cannot set its mode");
	if (rc == WEIGH_OK)
		rc = fd_sync(fd, err);
	if (close(fd) != 0 && rc == WEIGH_OK)
		rc = weigh_fail_errno(err, errno, "cannot close it");
	return rc;
}

enum weigh_code
list_save(struct store *s, int fan, const struct blob_names *n,
    const void *list, size_t bytes, struct weigh_err *err)
{
	char temp[STORE_TEMP_NAME];
	enum weigh_code rc;
	int fd;

	rc = store_new_temp(s, "mid", temp, &fd, err);
	if (rc != WEIGH_OK)
		return rc;
	rc = list_write(fd, list, bytes, err);
	if (rc == WEIGH_OK && renameat(s->incoming, temp, fan, n->list) != 0)
		rc = weigh_fail_errno(err, errno, "cannot rename");
	if (rc != WEIGH_OK)
		(void)unlinkat(s->incoming, temp, 0);
	return weigh_context(err, rc, "midstate list");
}

enum weigh_code
list_mend(struct store *s, const struct blob_names *n, const void *list,
    size_t bytes, struct weigh_err *err)
{
	enum weigh_code rc;
	int fan;

	if (bytes == 0)
		return WEIGH_OK;
	if ((rc = store_open_fan(s, n, &fan, err)) != WEIGH_OK)
		return rc;
	rc = list_save(s, fan, n, list, bytes, err);
	if (rc == WEIGH_OK)
		rc = fd_sync(fan, err);
	fd_close(&fan);
	return rc;
}

enum weigh_code
list_hash(struct weigh_hasher *h, int fd, uint64_t offset, uint64_t size,
    struct store_progress *progress, bool counts, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	char *buffer;
	size_t len;

	if ((buffer = malloc(STORE_BUFFER)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (; rc == WEIGH_OK && offset < size; offset += len) {
		len = STORE_BUFFER;
		if (size - offset < len)
			len = (size_t)(size - offset);
		if (progress_canceled(progress))
			rc = weigh_fail(err, WEIGH_CANCELED, "canceled");
		else
			rc = fd_pread_all(fd, buffer, len, offset, err);
		if (rc == WEIGH_OK && !weigh_hasher_update(h, buffer, len))
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		if (rc == WEIGH_OK && counts)
			progress_add(progress, len);
	}
	free(buffer);
	return rc;
}

/* Make the list again from all of the bytes, which must have the name. */
static enum weigh_code
list_remake(struct store *s, const struct blob_names *n,
    const struct weigh_oid *oid, int fd, uint64_t size, struct weigh_buf *out,
    struct weigh_err *err)
{
	struct weigh_hasher *h;
	struct weigh_oid got;
	const uint8_t *list;
	enum weigh_code rc;
	size_t bytes;

	if ((h = weigh_hasher_new()) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if ((rc = list_hash(h, fd, 0, size, NULL, false, err)) != WEIGH_OK)
		goto out;
	if (!weigh_hasher_final(h, &got)) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	if (!weigh_oid_equal(&got, oid)) {
		rc = weigh_fail(err, WEIGH_MISMATCH,
		    "its bytes have another SHA-256");
		goto out;
	}
	list = weigh_hasher_list(h, &bytes);
	/* A list that cannot be kept, on a full disk say, can still be used. */
	(void)list_mend(s, n, list, bytes, NULL);
	if (!weigh_buf_add(out, list, bytes))
		rc = weigh_fail(err, WEIGH_NOMEM, "no room for the list");
out:
	weigh_hasher_free(h);
	return rc;
}

enum weigh_code
store_midstates(struct store *s, const struct weigh_oid *oid,
    struct weigh_buf *out, struct weigh_err *err)
{
	struct weigh_buf list = { .data = NULL };
	struct blob_names n;
	struct stamp stamp;
	enum weigh_code rc;
	bool usable;
	int fd;

	store_names(&n, oid);
	if ((rc = store_open_blob(s, oid, &fd, &stamp, err)) != WEIGH_OK)
		return rc;
	rc = list_load(s, &n, (uint64_t)stamp.size, &list, &usable, err);
	if (rc == WEIGH_OK && !usable)
		rc = list_remake(s, &n, oid, fd, (uint64_t)stamp.size, out,
		    err);
	else if (rc == WEIGH_OK && !weigh_buf_add(out, list.data, list.len))
		rc = weigh_fail(err, WEIGH_NOMEM, "no room for the list");
	weigh_buf_free(&list);
	fd_close(&fd);
	return weigh_context(err, rc, "midstate list of blob %s", n.blob);
}

enum weigh_code
store_midstates_kept(struct store *s, const struct weigh_oid *oid,
    uint64_t size, struct weigh_buf *out, struct weigh_err *err)
{
	struct weigh_buf list = { .data = NULL };
	struct blob_names n;
	enum weigh_code rc;
	bool usable;

	store_names(&n, oid);
	rc = list_load(s, &n, size, &list, &usable, err);
	if (rc == WEIGH_OK && !usable)
		rc = weigh_fail(err, WEIGH_NOT_YET, "it has to be made again");
	if (rc == WEIGH_OK && !weigh_buf_add(out, list.data, list.len))
		rc = weigh_fail(err, WEIGH_NOMEM, "no room for the list");
	weigh_buf_free(&list);
	return weigh_context(err, rc, "midstate list of blob %s", n.blob);
}
