/* store: giving a sealed blob its name.
 *
 *   bytes, fsync (store_seal)  ->  list, fsync, rename  ->  rename  ->  fsync of
 *   the folder.  Whoever comes second to the same name drops its own copy.  In a
 *   batch the folders come last, each once: a hundred thousand small files are
 *   256 folders.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/priv.h"

/* What already has the name. */
enum held {
	HELD_NONE,
	HELD_GOOD,
	HELD_WRONG_SIZE,
	HELD_NO_FILE
};

static enum weigh_code
look(int fan, const char *name, uint64_t size, enum held *held,
    struct weigh_err *err)
{
	struct stat st;

	if (fstatat(fan, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		*held = HELD_NONE;
		if (errno == ENOENT)
			return WEIGH_OK;
		return weigh_fail_errno(err, errno, "cannot look");
	}
	if (!S_ISREG(st.st_mode))
		*held = HELD_NO_FILE;
	else if ((uint64_t)st.st_size != size)
		*held = HELD_WRONG_SIZE;
	else
		*held = HELD_GOOD;
	return WEIGH_OK;
}

/* Is the name free, or held by the same content?  What cannot be the same goes
 * to quarantine (invariant 4). */
static enum weigh_code
clear_place(struct store_writer *w, int fan, const struct blob_names *n,
    bool *existed, struct weigh_err *err)
{
	enum weigh_code rc;
	enum held held;

	rc = look(fan, n->blob, w->size, &held, err);
	*existed = held == HELD_GOOD;
	if (rc != WEIGH_OK || held == HELD_NONE || held == HELD_GOOD)
		return rc;
	rc = store_quarantine(w->store, &w->oid,
	    held == HELD_NO_FILE ? "not a regular file" :
				   "found with another size when the same "
				   "content came in again",
	    err);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

/* Before the name: a blob that is here has its list, unless it was lost. */
static enum weigh_code
place_list(struct store_writer *w, int fan, const struct blob_names *n,
    struct weigh_err *err)
{
	const uint8_t *list;
	enum weigh_code rc;
	enum held held;
	size_t bytes;

	list = weigh_hasher_list(w->hasher, &bytes);
	if (bytes == 0)
		return WEIGH_OK;
	rc = look(fan, n->list, bytes, &held, err);
	if (rc != WEIGH_OK || held == HELD_GOOD)
		return rc;
	return list_save(w->store, fan, n, list, bytes, err);
}

/* One step, and never over another.  File systems that cannot rename so can
 * link so. */
static int
rename_if_free(int from_dir, const char *from, int to_dir, const char *to)
{
	if (renameat2(from_dir, from, to_dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (linkat(from_dir, from, to_dir, to, 0) != 0)
		return -1;
	return unlinkat(from_dir, from, 0);
}

static enum weigh_code
give_name(struct store_writer *w, int fan, const struct blob_names *n,
    bool *existed, struct weigh_err *err)
{
	if (rename_if_free(w->store->incoming, w->name, fan, n->blob) == 0) {
		w->name[0] = '\0';
		return WEIGH_OK;
	}
	if (errno != EEXIST)
		return weigh_fail_errno(err, errno, "cannot rename");
	/* Another writer of the same content was faster. */
	return clear_place(w, fan, n, existed, err);
}

/* Also when the blob was here: who named it may not have synced it yet. */
static enum weigh_code
settle_name(struct store_batch *batch, const struct store_writer *w, int fan,
    const struct blob_names *n, bool existed, struct weigh_err *err)
{
	unsigned first = w->oid.b[0];
	enum weigh_code rc;

	if (batch != NULL) {
		batch->fans[first / 64] |= (uint64_t)1 << first % 64;
		return WEIGH_OK;
	}
	rc = fd_sync(fan, err);
	if (rc != WEIGH_OK && !existed)
		(void)unlinkat(fan, n->blob, 0);
	return rc;
}

/* After a failure: a list without its blob is litter. */
static void
drop_lone_list(int fan, const struct blob_names *n)
{
	struct stat st;

	if (fstatat(fan, n->blob, &st, AT_SYMLINK_NOFOLLOW) != 0)
		(void)unlinkat(fan, n->list, 0);
}

static enum weigh_code
describe(struct store_writer *w, int fan, const struct blob_names *n,
    bool existed, struct store_blob *out, struct weigh_err *err)
{
	struct stat st;

	if (fstatat(fan, n->blob, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return weigh_fail_errno(err, errno, "cannot look at it again");
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != w->size)
		return weigh_fail(err, WEIGH_CONFLICT,
		    "somebody else changed it at the same moment");
	*out = (struct store_blob){
		.oid = w->oid,
		.size = w->size,
		.stamp = stamp_of(&st),
		.existed = existed,
	};
	return WEIGH_OK;
}

static enum weigh_code
publish(struct store_writer *w, struct store_batch *batch,
    struct store_blob *out, struct weigh_err *err)
{
	struct blob_names n;
	enum weigh_code rc;
	bool existed = false;
	int fan = -1;

	store_names(&n, &w->oid);
	if (w->state != WRITER_SEALED) {
		rc = weigh_fail(err, WEIGH_BUG, "the blob is not sealed");
		goto out;
	}
	if ((rc = store_open_fan(w->store, &n, &fan, err)) != WEIGH_OK ||
	    (rc = clear_place(w, fan, &n, &existed, err)) != WEIGH_OK ||
	    (rc = place_list(w, fan, &n, err)) != WEIGH_OK)
		goto out;
	if (!existed)
		rc = give_name(w, fan, &n, &existed, err);
	if (rc == WEIGH_OK)
		rc = settle_name(batch, w, fan, &n, existed, err);
	if (rc == WEIGH_OK)
		rc = describe(w, fan, &n, existed, out, err);
out:
	w->published = rc == WEIGH_OK;
	if (rc != WEIGH_OK && fan >= 0)
		drop_lone_list(fan, &n);
	fd_close(&fan);
	store_abandon(w);
	return weigh_context(err, rc, "blob %s", n.blob);
}

enum weigh_code
store_publish(struct store_writer *w, struct store_blob *out,
    struct weigh_err *err)
{
	return publish(w, NULL, out, err);
}

enum weigh_code
store_publish_in(struct store_writer *w, struct store_batch *batch,
    struct store_blob *out, struct weigh_err *err)
{
	return publish(w, batch, out, err);
}

enum weigh_code
store_batch_sync(struct store *s, struct store_batch *batch,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	char fan[3];
	unsigned i;

	for (i = 0; i < 256 && rc == WEIGH_OK; i++) {
		if ((batch->fans[i / 64] >> i % 64 & 1) == 0)
			continue;
		snprintf(fan, sizeof(fan), "%02x", i);
		rc = fd_sync_dir(s->blobs, fan, err);
	}
	*batch = (struct store_batch){ 0 };
	return weigh_context(err, rc, "the new names");
}
