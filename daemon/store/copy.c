/*
 * store: taking in a whole file.
 *
 *   reflink     the file system shares the blocks; hash our own file
 *   overlapped  a helper thread reads and writes, this one hashes the same
 *               pieces behind it: the two cost about the same, so two cores
 *               halve it
 *   plain       small files, and a writer that has bytes already
 *
 * In each the bytes hashed are those of our copy: what the blob holds is what
 * its name says, whatever happens to the user's file meanwhile.  Where nothing
 * can be shared, copy_file_range would only copy page by page inside the kernel,
 * and the bytes would have to be read again to be hashed.
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
/* Pieces of STORE_BUFFER bytes between the two threads: enough that neither waits
 * for the other's hiccups. */
#define PIECES 16
/* Bytes after which the disk is asked to begin, so that it is not idle until the
 * last byte is hashed. */
#define BEGIN_EACH ((uint64_t)16 << 20)

/* Exactly `len` bytes of the user's file. */
static enum weigh_code
read_piece(int fd, char *out, size_t len, uint64_t at, struct weigh_err *err)
{
	ssize_t n;

	while (len > 0) {
		n = pread(fd, out, len, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return weigh_fail_errno(err, errno, "cannot read");
		if (n == 0)
			return weigh_fail(err, WEIGH_CHANGED,
			    "the file became shorter while it was read");
		out += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return WEIGH_OK;
}

static size_t
piece_length(uint64_t size, uint64_t at)
{
	return size - at < STORE_BUFFER ? (size_t)(size - at) : STORE_BUFFER;
}

/* --- two threads ------------------------------------------------------- */

/* Piece n of the file lies in pieces[n % PIECES] from when it is written until it
 * is hashed. */
struct relay {
	int from, to;
	uint64_t size;
	char *pieces;
	struct weigh_err err; /* the helper's, once it has ended */
	pthread_mutex_t lock;
	pthread_cond_t moved; /* one of those below */
	uint64_t written;     /* pieces, by the helper */
	uint64_t hashed;      /* pieces, by the writer's thread */
	bool ended, stop;
};

static char *
relay_piece(struct relay *r, uint64_t n)
{
	return r->pieces + n % PIECES * STORE_BUFFER;
}

/* The helper: so many pieces are written; wait for the place of the next.  False
 * to stop. */
static bool
written_turn(struct relay *r, uint64_t written)
{
	bool go;

	pthread_mutex_lock(&r->lock);
	r->written = written;
	pthread_cond_signal(&r->moved);
	while (!r->stop && written - r->hashed >= PIECES)
		pthread_cond_wait(&r->moved, &r->lock);
	go = !r->stop;
	pthread_mutex_unlock(&r->lock);
	return go;
}

/* Only a wish: what goes wrong with these bytes, fsync will say. */
static void
begin_writeback(const struct relay *r, uint64_t at)
{
	if (at > 0 && at % BEGIN_EACH == 0)
		(void)sync_file_range(r->to, (off_t)(at - BEGIN_EACH),
		    (off_t)BEGIN_EACH, SYNC_FILE_RANGE_WRITE);
}

static void *
relay_helper(void *arg)
{
	struct relay *r = arg;
	enum weigh_code rc = WEIGH_OK;
	uint64_t at = 0, n = 0;
	size_t len;

	while (rc == WEIGH_OK && at < r->size && written_turn(r, n)) {
		len = piece_length(r->size, at);
		rc = read_piece(r->from, relay_piece(r, n), len, at, &r->err);
		if (rc == WEIGH_OK)
			rc = fd_write_all(r->to, relay_piece(r, n), len,
			    &r->err);
		at += len;
		begin_writeback(r, at);
		n++;
	}
	pthread_mutex_lock(&r->lock);
	if (rc == WEIGH_OK)
		r->written = n;
	r->ended = true;
	pthread_cond_signal(&r->moved);
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* The writer's thread: so many pieces are hashed; wait for the next.  False when
 * the helper has ended without one. */
static bool
hashed_turn(struct relay *r, uint64_t hashed)
{
	bool go;

	pthread_mutex_lock(&r->lock);
	r->hashed = hashed;
	pthread_cond_signal(&r->moved);
	while (!r->ended && r->written == hashed)
		pthread_cond_wait(&r->moved, &r->lock);
	go = r->written > hashed;
	pthread_mutex_unlock(&r->lock);
	return go;
}

static enum weigh_code
hash_behind(struct store_writer *w, struct relay *r,
    struct store_progress *progress, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	uint64_t at = 0, n = 0;
	size_t len;

	while (rc == WEIGH_OK && at < r->size && hashed_turn(r, n)) {
		len = piece_length(r->size, at);
		if (progress_canceled(progress))
			rc = weigh_fail(err, WEIGH_CANCELED, "canceled");
		else if (!weigh_hasher_update(w->hasher, relay_piece(r, n),
			     len))
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		else
			progress_add(progress, len);
		at += len;
		n++;
	}
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_signal(&r->moved);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

static enum weigh_code
append_overlapped(struct store_writer *w, int fd, uint64_t size,
    struct store_progress *progress, struct weigh_err *err)
{
	struct relay r = { .from = fd, .to = w->fd, .size = size };
	enum weigh_code rc;
	pthread_t helper;
	int failed;

	if ((r.pieces = malloc((size_t)PIECES * STORE_BUFFER)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	pthread_mutex_init(&r.lock, NULL);
	pthread_cond_init(&r.moved, NULL);
	failed = pthread_create(&helper, NULL, relay_helper, &r);
	if (failed != 0) {
		rc = weigh_fail_errno(err, failed, "cannot start a thread");
		goto out;
	}
	rc = hash_behind(w, &r, progress, err);
	pthread_join(helper, NULL);
	if (rc == WEIGH_OK && r.err.code != WEIGH_OK) {
		rc = r.err.code;
		if (err != NULL)
			*err = r.err;
	}
	if (rc == WEIGH_OK)
		writer_took(w, size);
out:
	pthread_cond_destroy(&r.moved);
	pthread_mutex_destroy(&r.lock);
	free(r.pieces);
	return rc;
}

/* --- one thread -------------------------------------------------------- */

static enum weigh_code
append_plain(struct store_writer *w, int fd, uint64_t size,
    struct store_progress *progress, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	uint64_t at = 0;
	char *buffer;
	size_t len;

	if ((buffer = malloc(STORE_BUFFER)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	while (rc == WEIGH_OK && at < size) {
		len = piece_length(size, at);
		rc = read_piece(fd, buffer, len, at, err);
		if (rc == WEIGH_OK && progress_canceled(progress))
			rc = weigh_fail(err, WEIGH_CANCELED, "canceled");
		if (rc == WEIGH_OK)
			rc = store_append(w, buffer, len, err);
		if (rc == WEIGH_OK)
			progress_add(progress, len);
		at += len;
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
append_shared(struct store_writer *w, uint64_t size,
    struct store_progress *progress, struct weigh_err *err)
{
	enum weigh_code rc;

	rc = list_hash(w->hasher, w->fd, 0, size, progress, true, err);
	if (rc != WEIGH_OK)
		return rc;
	writer_took(w, size);
	/* Nothing above moved the place where store_append goes on. */
	if (lseek(w->fd, (off_t)size, SEEK_SET) < 0)
		return weigh_fail_errno(err, errno, "cannot seek");
	return WEIGH_OK;
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
	if (reflink(w, fd, size))
		return append_shared(w, size, progress, err);
	return append_overlapped(w, fd, size, progress, err);
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
