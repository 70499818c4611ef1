/*
 * store: reading every byte again.
 *
 * Segments are checked alone, on several cores, against the midstate list.  All
 * hold: the bytes have their name, whoever made the list.  Some do not: then
 * either bytes or list are wrong, and the pattern tells which.
 *
 *   one alone       its neighbors hold, so the values at both its ends are
 *                   right (they chain to the name): its bytes are bad
 *   side by side    a wrong value fails the segment before it and the one
 *                   after: hash on from the last value that held and see
 *   no list at all  hash from the start
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/priv.h"

#define THREADS_MAX 64
/* Bytes of a segment that are read and hashed at a time: two pieces, and what the
 * kernel copies them from, stay in a core's second cache. */
#define CHECK_PIECE ((size_t)64 << 10)

enum segment_state {
	SEGMENT_UNREAD,
	SEGMENT_HOLDS,
	SEGMENT_BAD
};

#define VERIFY_TRIES 3 /* looks at a file that does not stand still */

struct check {
	struct store *store;
	const struct weigh_oid *oid;
	struct store_progress *progress;
	struct store_finding *out;
	struct blob_names names;
	weigh_sha256x2 *two; /* for two segments on one core, or NULL */
	int fd;
	uint64_t size;     /* that the name promises */
	uint64_t segments; /* of it */
	uint64_t whole;    /* of them, those whose bytes are all there */
	struct weigh_buf list;
	bool list_usable;
	uint8_t *states; /* enum segment_state of each; written by one thread */
	atomic_uint_fast64_t next; /* the segment to take, with its neighbor */
	atomic_int failed;         /* enum weigh_code: memory, canceled */
};

/* --- segments ---------------------------------------------------------- */

/* A segment on its way through the check. */
struct part {
	uint64_t n;
	struct weigh_segment_check seg;
	uint64_t at; /* the byte to read next */
	bool broken; /* it cannot be read: it does not hold */
	char *buffer;
};

static void
part_begin(struct part *p, const struct check *c, uint64_t n, char *buffer)
{
	p->n = n;
	p->at = n * WEIGH_SEGMENT;
	p->broken = false;
	p->buffer = buffer;
	weigh_segment_begin(&p->seg, (const uint8_t *)c->list.data, c->size, n);
	/* Workers jump about, so the kernel's own guess of what comes is off. */
	(void)posix_fadvise(c->fd, (off_t)p->at, (off_t)p->seg.left,
	    POSIX_FADV_WILLNEED);
}

static bool
part_open(const struct part *p)
{
	return !p->broken && p->seg.left > 0;
}

static size_t
part_piece(const struct part *p)
{
	return p->seg.left < CHECK_PIECE ? (size_t)p->seg.left : CHECK_PIECE;
}

static void
part_read(struct part *p, struct check *c, size_t len)
{
	p->broken = fd_pread_all(c->fd, p->buffer, len, p->at, NULL) !=
	    WEIGH_OK;
	p->at += len;
}

static void
part_alone(struct part *p, struct check *c)
{
	size_t len = part_piece(p);

	part_read(p, c, len);
	if (p->broken)
		return;
	weigh_segment_update(&p->seg, p->buffer, len);
	progress_add(c->progress, len);
}

/* A piece of each.  When one cannot be read, the other goes on alone. */
static void
parts_together(struct part *p, struct part *q, struct check *c)
{
	size_t p_len = part_piece(p), q_len = part_piece(q);
	size_t len = p_len < q_len ? p_len : q_len;
	uint64_t q_at = q->at;

	part_read(p, c, len);
	part_read(q, c, len);
	if (p->broken) {
		q->at = q_at;
		return;
	}
	if (q->broken) {
		p->at -= len;
		return;
	}
	weigh_segment_update_two(c->two, &p->seg, p->buffer, &q->seg, q->buffer,
	    len);
	progress_add(c->progress, 2 * (uint64_t)len);
}

static bool
part_holds(struct part *p, const struct check *c)
{
	return !p->broken &&
	    weigh_segment_end(&p->seg, (const uint8_t *)c->list.data, c->oid);
}

/* Check `count` neighbors, one or two, from segment `n` on.  One that cannot be
 * read does not hold; only `cancel` is a failure. */
static enum weigh_code
check_segments_at(struct check *c, uint64_t n, unsigned count, char *buffer,
    bool holds[2])
{
	struct part p, q = { .broken = true };

	holds[0] = holds[1] = false;
	part_begin(&p, c, n, buffer);
	if (count > 1)
		part_begin(&q, c, n + 1, buffer + CHECK_PIECE);
	while (part_open(&p) || part_open(&q)) {
		if (progress_canceled(c->progress))
			return WEIGH_CANCELED;
		if (part_open(&p) && part_open(&q))
			parts_together(&p, &q, c);
		else
			part_alone(part_open(&p) ? &p : &q, c);
	}
	holds[0] = part_holds(&p, c);
	holds[1] = part_holds(&q, c);
	return WEIGH_OK;
}

static void *
check_worker(void *arg)
{
	enum weigh_code rc = WEIGH_OK;
	struct check *c = arg;
	char *buffer;
	uint64_t n;
	bool holds[2];

	if ((buffer = malloc(2 * CHECK_PIECE)) == NULL)
		rc = WEIGH_NOMEM;
	while (rc == WEIGH_OK && atomic_load(&c->failed) == WEIGH_OK) {
		n = atomic_fetch_add(&c->next, 2);
		if (n >= c->whole)
			break;
		rc = check_segments_at(c, n, n + 1 < c->whole ? 2 : 1, buffer,
		    holds);
		for (unsigned i = 0; i < 2 && n + i < c->whole; i++)
			c->states[n + i] = holds[i] ? SEGMENT_HOLDS :
						      SEGMENT_BAD;
	}
	if (rc != WEIGH_OK)
		atomic_store(&c->failed, (int)rc);
	free(buffer);
	return NULL;
}

/* Fewer threads than wished, down to this one alone, are only slower. */
static enum weigh_code
check_segments(struct check *c, unsigned threads, struct weigh_err *err)
{
	pthread_t helpers[THREADS_MAX];
	unsigned started = 0;

	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	while (started + 1 < threads && 2 * (started + 1) < c->whole &&
	    pthread_create(&helpers[started], NULL, check_worker, c) == 0)
		started++;
	check_worker(c);
	while (started > 0)
		pthread_join(helpers[--started], NULL);
	switch (atomic_load(&c->failed)) {
	case WEIGH_OK:
		return WEIGH_OK;
	case WEIGH_CANCELED:
		return weigh_fail(err, WEIGH_CANCELED, "canceled");
	default:
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
}

/* --- what the pattern says --------------------------------------------- */

/* Fill the finding's list of bad segments.  *first: the first of them; answers
 * whether two lie side by side. */
static bool
collect(struct check *c, uint64_t *first)
{
	struct store_finding *f = c->out;
	bool adjacent = false;

	f->bad_count = 0;
	*first = 0;
	for (uint64_t n = 0; n < c->segments; n++) {
		if (c->states[n] == SEGMENT_HOLDS)
			continue;
		if (n > 0 && c->states[n - 1] != SEGMENT_HOLDS)
			adjacent = true;
		if (f->bad_count == 0)
			*first = n;
		if (f->bad_count < STORE_BAD_SEGMENTS)
			f->bad[f->bad_count] = n;
		f->bad_count++;
	}
	return adjacent;
}

/* Hash all that follows the first `skip` segments, which held.  When the digest
 * is right after all, the list was wrong: put the new one in its place. */
static enum weigh_code
second_look(struct check *c, uint64_t skip, bool *right, struct weigh_err *err)
{
	bool first_look = !c->list_usable;
	struct weigh_hasher *h;
	struct weigh_oid got;
	const uint8_t *list;
	enum weigh_code rc;
	size_t bytes;

	*right = false;
	if ((h = weigh_hasher_new()) == NULL ||
	    (skip > 0 &&
		!weigh_hasher_resume(h, (const uint8_t *)c->list.data, skip))) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	rc = list_hash(h, c->fd, skip * WEIGH_SEGMENT, c->size, c->progress,
	    first_look, err);
	if (rc == WEIGH_IO) { /* unreadable: not right, and that is an answer */
		rc = WEIGH_OK;
		goto out;
	}
	if (rc == WEIGH_OK && !weigh_hasher_final(h, &got))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc != WEIGH_OK || !weigh_oid_equal(&got, c->oid))
		goto out;
	*right = true;
	list = weigh_hasher_list(h, &bytes);
	snprintf(c->out->problem, sizeof(c->out->problem),
	    "its midstate list was %s; %s", first_look ? "missing" : "wrong",
	    list_mend(c->store, &c->names, list, bytes, NULL) == WEIGH_OK ?
		"it was made again" :
		"it could not be made again");
out:
	weigh_hasher_free(h);
	return rc;
}

static void
describe_segment(struct check *c, uint64_t n, char *out, size_t size)
{
	uint64_t from = n * WEIGH_SEGMENT;
	uint64_t len = weigh_segment_length(c->size, n);

	snprintf(out, size,
	    "segment %" PRIu64 " of %" PRIu64 " (bytes %" PRIu64 "-%" PRIu64
	    ")",
	    n, c->segments, from, len > 0 ? from + len - 1 : from);
}

/* The finding in words; only for what is not ok. */
static void
describe(struct check *c)
{
	struct store_finding *f = c->out;
	char segment[100];

	describe_segment(c, f->bad_count > 0 ? f->bad[0] : 0, segment,
	    sizeof(segment));
	if (f->size != c->size)
		snprintf(f->problem, sizeof(f->problem),
		    "it has %" PRIu64 " bytes, %" PRIu64 " are right: %s",
		    f->size, c->size,
		    f->size < c->size ? "it was cut short" :
					"something was appended");
	else if (f->bad_count == 0)
		snprintf(f->problem, sizeof(f->problem),
		    "its bytes have another SHA-256; without its midstate "
		    "list nobody can tell which segment");
	else if (f->bad_count == 1)
		snprintf(f->problem, sizeof(f->problem), "%s does not hold",
		    segment);
	else
		snprintf(f->problem, sizeof(f->problem),
		    "%" PRIu64 " segments do not hold, the first is %s",
		    f->bad_count, segment);
}

/* --- the whole question ------------------------------------------------ */

static enum weigh_code
judge(struct check *c, unsigned threads, struct weigh_err *err)
{
	struct store_finding *f = c->out;
	bool adjacent, right = false;
	enum weigh_code rc = WEIGH_OK;
	uint64_t first = 0;

	if (c->list_usable) {
		if ((rc = check_segments(c, threads, err)) != WEIGH_OK)
			return rc;
		adjacent = collect(c, &first);
		right = f->bad_count == 0;
		if (adjacent && f->size == c->size)
			rc = second_look(c, first, &right, err);
	} else if (f->size == c->size) {
		rc = second_look(c, 0, &right, err);
	}
	f->ok = right && f->size == c->size;
	if (f->ok)
		f->bad_count = 0;
	else
		describe(c);
	return rc;
}

/* Is the file still what it was when the check began?  A backup that makes a link
 * to it changes its ctime: that says nothing about its bytes. */
static bool
stands_still(const struct check *c)
{
	struct stamp now;
	struct stat st;

	if (fstat(c->fd, &st) != 0)
		return false;
	now = stamp_of(&st);
	return stamp_equal(&now, &c->out->stamp);
}

/* Something that is no file has the blob's name. */
static bool
taken_by_no_file(struct check *c)
{
	struct stat st;
	bool taken;
	int fan;

	if (store_open_fan(c->store, &c->names, &fan, NULL) != WEIGH_OK)
		return false;
	taken = fstatat(fan, c->names.blob, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISREG(st.st_mode);
	fd_close(&fan);
	return taken;
}

/* Open what is to be checked.  *there is false when the finding is complete:
 * nothing, or no file, has the name. */
static enum weigh_code
open_check(struct check *c, bool *there, struct weigh_err *err)
{
	struct store_finding *f = c->out;
	enum weigh_code rc;

	rc = store_open_blob(c->store, c->oid, &c->fd, &f->stamp, err);
	*there = rc == WEIGH_OK;
	f->missing = rc == WEIGH_NOT_FOUND;
	if (f->missing || (rc != WEIGH_OK && taken_by_no_file(c))) {
		snprintf(f->problem, sizeof(f->problem), "%s",
		    f->missing ? "it is not there" :
				 "what has its name is not a regular file");
		weigh_err_clear(err);
		return WEIGH_OK;
	}
	if (rc != WEIGH_OK)
		return rc;
	f->size = (uint64_t)f->stamp.size;
	c->whole = c->segments;
	if (f->size < c->size)
		c->whole = f->size / WEIGH_SEGMENT;
	if ((c->states = calloc(c->segments, 1)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return list_load(c->store, &c->names, c->size, &c->list,
	    &c->list_usable, err);
}

/* One look at the whole file.  *still: it did not change meanwhile. */
static enum weigh_code
verify_once(struct check *c, unsigned threads, bool *still,
    struct weigh_err *err)
{
	enum weigh_code rc;
	bool there;

	*c->out = (struct store_finding){ .segments = c->segments };
	*still = true;
	c->fd = -1;
	rc = open_check(c, &there, err);
	if (rc == WEIGH_OK && there) {
		rc = judge(c, threads, err);
		*still = stands_still(c);
	}
	free(c->states);
	c->states = NULL;
	weigh_buf_free(&c->list);
	fd_close(&c->fd);
	return rc;
}

enum weigh_code
store_verify(struct store *s, const struct weigh_oid *oid, uint64_t size,
    unsigned threads, struct store_progress *progress,
    struct store_finding *out, struct weigh_err *err)
{
	struct check c = {
		.store = s,
		.oid = oid,
		.progress = progress,
		.out = out,
		.size = size,
		.segments = weigh_segment_count(size),
		.two = weigh_sha256x2_find(),
	};
	enum weigh_code rc;
	bool still = false;
	unsigned tries = 0;

	store_names(&c.names, oid);
	do
		rc = verify_once(&c, threads, &still, err);
	while (rc == WEIGH_OK && !still && ++tries < VERIFY_TRIES);
	if (rc == WEIGH_OK && !still)
		rc = weigh_fail(err, WEIGH_CHANGED,
		    "it changes while it is read");
	if (rc != WEIGH_OK)
		out->ok = false;
	return weigh_context(err, rc, "blob %s", c.names.blob);
}

/* The segments of a range, two at a time. */
static enum weigh_code
check_between(struct check *c, uint64_t first, uint64_t last, bool *ok,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	bool holds[2];
	char *buffer;

	if ((buffer = malloc(2 * CHECK_PIECE)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	*ok = true;
	for (uint64_t n = first; rc == WEIGH_OK && *ok && n <= last; n += 2) {
		rc = check_segments_at(c, n, n < last ? 2 : 1, buffer, holds);
		*ok = holds[0] && (n == last || holds[1]);
	}
	free(buffer);
	return rc;
}

enum weigh_code
store_check_range(struct store *s, const struct weigh_oid *oid, uint64_t size,
    uint64_t first, uint64_t last, bool *ok, struct weigh_err *err)
{
	struct check c = {
		.oid = oid,
		.two = weigh_sha256x2_find(),
		.fd = -1,
		.size = size,
	};
	struct stamp stamp;
	enum weigh_code rc;

	*ok = false;
	if (first > last || (last >= size && last != 0))
		return weigh_fail(err, WEIGH_USAGE,
		    "bytes %" PRIu64 "-%" PRIu64 " of %" PRIu64, first, last,
		    size);
	rc = store_open_blob(s, oid, &c.fd, &stamp, err);
	if (rc != WEIGH_OK || (uint64_t)stamp.size != size)
		goto out;
	weigh_buf_init(&c.list,
	    weigh_midstate_count(size) * WEIGH_MIDSTATE_SIZE);
	rc = store_midstates(s, oid, &c.list, err);
	if (rc == WEIGH_OK)
		rc = check_between(&c, first / WEIGH_SEGMENT,
		    last / WEIGH_SEGMENT, ok, err);
	else if (rc == WEIGH_MISMATCH)
		rc = WEIGH_OK; /* no list, and the bytes are not its bytes */
out:
	weigh_buf_free(&c.list);
	fd_close(&c.fd);
	return rc;
}
