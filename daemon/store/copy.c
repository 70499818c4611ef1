/*
 * store: taking in a whole file.
 *
 *   reflink     the file system shares the blocks; hash our own file
 *   overlapped  a helper thread copies ahead, this one hashes our own file
 *               behind it: the two cost about the same, so two cores halve it
 *   plain       small files, and a writer that has bytes already
 *
 * In each the bytes hashed are those of our copy: what the blob holds is what
 * its name says, whatever happens to the user's file meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/priv.h"

#define OVERLAP_FROM (4u << 20) /* smaller files are not worth a thread */
#define PIECE (1u << 20)        /* bytes copied between two looks at `stop` */
/* How far the copy may run ahead: enough that neither thread waits for the
 * other's hiccups, and a bound on what is written in vain after a cancel. */
#define LEAD (64u << 20)

struct copier {
	int from, to;
	uint64_t size;
	bool by_hand; /* copy_file_range does not work here */
	char *buffer; /* PIECE bytes, when by hand */
	struct weigh_err err;
	pthread_mutex_t lock;
	pthread_cond_t moved; /* one of those below */
	uint64_t copied;      /* by the helper */
	uint64_t hashed;      /* by the writer's thread */
	bool ended, stop;
};

static bool
not_supported(int errnum)
{
	return errnum == EXDEV || errnum == EINVAL || errnum == ENOSYS ||
	    errnum == EOPNOTSUPP || errnum == EPERM;
}

static enum weigh_code
ended_early(struct weigh_err *err)
{
	return weigh_fail(err, WEIGH_CHANGED,
	    "the file became shorter while it was read");
}

/* --- the helper -------------------------------------------------------- */

/* Up to `len` bytes at `at` by read and write. */
static ssize_t
copy_by_hand(struct copier *c, uint64_t at, size_t len)
{
	ssize_t got, n, done;

	if (c->buffer == NULL && (c->buffer = malloc(PIECE)) == NULL)
		return -1;
	got = pread(c->from, c->buffer, len, (off_t)at);
	for (done = 0; done < got; done += n) {
		n = pwrite(c->to, c->buffer + done, (size_t)(got - done),
		    (off_t)at + done);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return -1;
	}
	return got;
}

/* Some bytes, at most `len`.  Some file systems answer 0 instead of saying that
 * they cannot, so 0 is believed only of read. */
static ssize_t
copy_some(struct copier *c, uint64_t at, size_t len)
{
	off_t from = (off_t)at, to = (off_t)at;
	ssize_t n;

	if (!c->by_hand) {
		n = copy_file_range(c->from, &from, c->to, &to, len, 0);
		if (n > 0 || (n < 0 && !not_supported(errno)))
			return n;
		c->by_hand = true;
	}
	return copy_by_hand(c, at, len);
}

/* Wait for room in the lead, and tell how far we are.  False to stop. */
static bool
copier_turn(struct copier *c, uint64_t copied)
{
	bool go;

	pthread_mutex_lock(&c->lock);
	c->copied = copied;
	pthread_cond_signal(&c->moved);
	while (!c->stop && copied - c->hashed >= LEAD)
		pthread_cond_wait(&c->moved, &c->lock);
	go = !c->stop;
	pthread_mutex_unlock(&c->lock);
	return go;
}

static void
copy_all(struct copier *c)
{
	uint64_t at = 0;
	size_t len;
	ssize_t n;

	while (at < c->size && copier_turn(c, at)) {
		len = c->size - at < PIECE ? (size_t)(c->size - at) : PIECE;
		n = copy_some(c, at, len);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			weigh_fail_errno(&c->err, errno, "cannot copy");
		else if (n == 0)
			ended_early(&c->err);
		if (n <= 0)
			return;
		at += (uint64_t)n;
	}
	if (at == c->size)
		copier_turn(c, at);
}

static void *
copier_main(void *arg)
{
	struct copier *c = arg;

	copy_all(c);
	pthread_mutex_lock(&c->lock);
	c->ended = true;
	pthread_cond_signal(&c->moved);
	pthread_mutex_unlock(&c->lock);
	free(c->buffer);
	return NULL;
}

/* --- the writer's thread ----------------------------------------------- */

/* Tell how far hashing is and wait for more.  Bytes that may be hashed, 0 when
 * the helper has ended without any. */
static uint64_t
hash_turn(struct copier *c, uint64_t hashed)
{
	uint64_t ready;

	pthread_mutex_lock(&c->lock);
	c->hashed = hashed;
	pthread_cond_signal(&c->moved);
	while (!c->ended && c->copied == hashed)
		pthread_cond_wait(&c->moved, &c->lock);
	ready = c->copied - hashed;
	pthread_mutex_unlock(&c->lock);
	return ready;
}

static enum weigh_code
hash_behind(struct store_writer *w, struct copier *c,
    struct store_progress *progress, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	uint64_t at = 0, ready;

	while (rc == WEIGH_OK && at < c->size) {
		ready = hash_turn(c, at);
		if (ready == 0)
			break;
		if (ready > PIECE)
			ready = PIECE;
		rc = list_hash(w->hasher, w->fd, at, at + ready, progress, true,
		    err);
		at += ready;
	}
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_signal(&c->moved);
	pthread_mutex_unlock(&c->lock);
	return rc;
}

static enum weigh_code
append_overlapped(struct store_writer *w, int fd, uint64_t size,
    struct store_progress *progress, struct weigh_err *err)
{
	struct copier c = { .from = fd, .to = w->fd, .size = size };
	enum weigh_code rc;
	pthread_t helper;
	int failed;

	pthread_mutex_init(&c.lock, NULL);
	pthread_cond_init(&c.moved, NULL);
	failed = pthread_create(&helper, NULL, copier_main, &c);
	if (failed != 0) {
		rc = weigh_fail_errno(err, failed, "cannot start a thread");
		goto out;
	}
	rc = hash_behind(w, &c, progress, err);
	pthread_join(helper, NULL);
	if (rc == WEIGH_OK && c.err.code != WEIGH_OK) {
		rc = c.err.code;
		if (err != NULL)
			*err = c.err;
	}
	if (rc == WEIGH_OK)
		writer_took(w, size);
out:
	pthread_cond_destroy(&c.moved);
	pthread_mutex_destroy(&c.lock);
	return rc;
}

static enum weigh_code
append_plain(struct store_writer *w, int fd, uint64_t size,
    struct store_progress *progress, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	char *buffer;
	uint64_t at;
	ssize_t n;

	if ((buffer = malloc(STORE_BUFFER)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (at = 0; rc == WEIGH_OK && at < size; at += (uint64_t)n) {
		n = pread(fd, buffer, STORE_BUFFER, (off_t)at);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			rc = weigh_fail_errno(err, errno, "cannot read");
		else if (n == 0)
			rc = ended_early(err);
		else if (progress_canceled(progress))
			rc = weigh_fail(err, WEIGH_CANCELED, "canceled");
		else
			rc = store_append(w, buffer, (size_t)n, err);
		if (n > 0)
			progress_add(progress, (uint64_t)n);
	}
	free(buffer);
	return rc;
}

/* Share the blocks.  False when this file system, or this pair, cannot.  Asking
 * for exactly `size` bytes: a file that grew or shrank just now is refused. */
static bool
reflink(struct store_writer *w, int fd, uint64_t size)
{
	struct file_clone_range whole = { .src_fd = fd, .src_length = size };

	return ioctl(w->fd, FICLONERANGE, &whole) == 0;
}

static enum weigh_code
append_by_size(struct store_writer *w, int fd, uint64_t size,
    struct store_progress *progress, struct weigh_err *err)
{
	enum weigh_code rc;

	if (w->size != 0 || size < OVERLAP_FROM)
		return append_plain(w, fd, size, progress, err);
	if ((rc = writer_need(w, size, err)) != WEIGH_OK)
		return rc;
	if (!reflink(w, fd, size))
		rc = append_overlapped(w, fd, size, progress, err);
	else if ((rc = list_hash(w->hasher, w->fd, 0, size, progress, true,
		      err)) == WEIGH_OK)
		writer_took(w, size);
	/* Nothing above moved the place where store_append goes on. */
	if (rc == WEIGH_OK && lseek(w->fd, (off_t)size, SEEK_SET) < 0)
		rc = weigh_fail_errno(err, errno, "cannot seek");
	return rc;
}

static enum weigh_code
check_unchanged(int fd, const struct stamp *before, struct weigh_err *err)
{
	struct stamp after;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return weigh_fail_errno(err, errno, "cannot look at the file");
	after = stamp_of(&st);
	if (stamp_equal(before, &after))
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_CHANGED,
	    "the file changed while it was read");
}

enum weigh_code
store_append_file(struct store_writer *w, int fd,
    struct store_progress *progress, struct weigh_err *err)
{
	struct stamp before;
	enum weigh_code rc;
	struct stat st;

	if (w->state != WRITER_OPEN)
		return weigh_fail(err, WEIGH_BUG, "the blob takes no more");
	if (fstat(fd, &st) != 0)
		return weigh_fail_errno(err, errno, "cannot look at the file");
	if (!S_ISREG(st.st_mode))
		return weigh_fail(err, WEIGH_MALFORMED, "not a regular file");
	before = stamp_of(&st);
	rc = append_by_size(w, fd, (uint64_t)st.st_size, progress, err);
	if (rc == WEIGH_OK)
		rc = check_unchanged(fd, &before, err);
	if (rc != WEIGH_OK)
		w->state = WRITER_BROKEN;
	return rc;
}
