/*
 * store: a blob whose name is known before its bytes, and which may take days.  Here:
 * its beginning and end, and who brings which bytes.  See part.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <isa-l/crc.h>

#include "base/fd.h"
#include "store/part.h"

#define NOTE_BYTES (128u << 10) /* after so many more a segment is noted */
#define SYNC_SEGMENTS 64        /* filled: time for a sync */

uint64_t
part_segment_first(uint64_t n)
{
	return n * WEIGH_SEGMENT;
}

/* --- who has it open ---------------------------------------------------------- */

/* With the store's lock held. */
static struct store_part *
find_open(struct store *s, const struct weigh_oid *oid)
{
	struct store_part *p = s->parts;

	while (p != NULL && !weigh_oid_equal(&p->oid, oid))
		p = p->next;
	return p;
}

/* False: somebody else has. */
static bool
enter(struct store_part *p)
{
	struct store *s = p->store;
	bool free;

	pthread_mutex_lock(&s->lock);
	free = find_open(s, &p->oid) == NULL;
	if (free) {
		p->next = s->parts;
		s->parts = p;
	}
	pthread_mutex_unlock(&s->lock);
	return free;
}

static void
leave(struct store_part *p)
{
	struct store_part **at = &p->store->parts;

	pthread_mutex_lock(&p->store->lock);
	while (*at != NULL && *at != p)
		at = &(*at)->next;
	if (*at != NULL)
		*at = p->next;
	pthread_mutex_unlock(&p->store->lock);
}

/* --- opening -------------------------------------------------------------------- */

/* A file of the part.  One that was about to get its name is read-only. */
static int
open_file(struct store *s, const char *path)
{
	int fd = fd_open_beneath(s->incoming, path, O_RDWR | O_CREAT, 0600);

	if (fd >= 0 || errno != EACCES)
		return fd;
	if ((fd = fd_open_beneath(s->incoming, path, O_RDONLY, 0)) < 0)
		return -1;
	(void)fchmod(fd, 0600);
	fd_close(&fd);
	return fd_open_beneath(s->incoming, path, O_RDWR, 0);
}

static enum weigh_code
open_files(struct store_part *p, struct weigh_err *err)
{
	bool usable;
	enum weigh_code rc;

	rc = fd_make_dirs(p->store->incoming, PARTS, 0755, err);
	if (rc != WEIGH_OK)
		return rc;
	/* The map first: bytes without one are swept. */
	if ((p->map = open_file(p->store, p->names.map)) < 0 ||
	    (p->fd = open_file(p->store, p->names.bytes)) < 0)
		return weigh_fail_errno(err, errno, "cannot open it");
	if ((rc = part_map_load(p, &usable, err)) != WEIGH_OK || usable)
		return rc;
	if ((rc = part_map_begin(p, err)) != WEIGH_OK)
		return rc;
	return fd_sync_dir(p->store->incoming, PARTS, err);
}

static struct store_part *
part_new(struct store *s, const struct weigh_oid *oid, uint64_t size)
{
	struct store_part *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->store = s;
	p->oid = *oid;
	p->size = size;
	p->count = weigh_segment_count(size);
	p->fd = p->map = -1;
	part_names_of(&p->names, oid);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->idle, NULL);
	weigh_chain_begin(&p->chain);
	p->segments = calloc(p->count, sizeof(*p->segments));
	p->values = calloc(p->count, WEIGH_MIDSTATE_SIZE);
	return p;
}

static void
part_free(struct store_part *p)
{
	store_unpromise(p->store, p->granted);
	fd_close(&p->fd);
	fd_close(&p->map);
	for (uint64_t n = 0; p->segments != NULL && n < p->count; n++)
		free(p->segments[n].check);
	runs_free(&p->held);
	runs_free(&p->claimed);
	free(p->segments);
	free(p->values);
	free(p->list);
	pthread_cond_destroy(&p->idle);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

enum weigh_code
store_part_open(struct store *s, const struct weigh_oid *oid, uint64_t size,
    struct store_part **out, struct weigh_err *err)
{
	struct store_part *p = NULL;
	enum weigh_code rc;
	uint64_t missing;

	*out = NULL;
	if (size > PART_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "%llu bytes; of one blob at most %llu can be brought in",
		    (unsigned long long)size, (unsigned long long)PART_MAX);
	p = part_new(s, oid, size);
	if (p == NULL || p->segments == NULL || p->values == NULL) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	if (!enter(p)) {
		rc = weigh_fail(err, WEIGH_CONFLICT, "somebody has it open");
		goto out;
	}
	if ((rc = open_files(p, err)) != WEIGH_OK)
		goto left;
	missing = size - runs_total(&p->held);
	if ((rc = store_promise(s, missing, err)) != WEIGH_OK)
		goto left;
	p->granted = missing;
	*out = p;
	return WEIGH_OK;
left:
	leave(p);
out:
	if (p != NULL)
		part_free(p);
	return weigh_context(err, rc, "a blob on its way");
}

/* --- closing -------------------------------------------------------------------- */

enum weigh_code
part_remove_files(struct store *s, const struct part_names *names,
    struct weigh_err *err)
{
	/* The map first: what is left without one is swept. */
	if ((unlinkat(s->incoming, names->map, 0) != 0 && errno != ENOENT) ||
	    (unlinkat(s->incoming, names->bytes, 0) != 0 && errno != ENOENT))
		return weigh_fail_errno(err, errno, "cannot remove a part");
	return WEIGH_OK;
}

void
store_part_close(struct store_part *p)
{
	if (p == NULL)
		return;
	if (!p->broken && p->fd >= 0)
		(void)part_sync(p, NULL);
	if (p->broken) /* (5): what a sync lost is not synced again */
		(void)part_remove_files(p->store, &p->names, NULL);
	leave(p);
	part_free(p);
}

void
store_part_drop(struct store_part *p)
{
	if (p == NULL)
		return;
	(void)part_remove_files(p->store, &p->names, NULL);
	leave(p);
	part_free(p);
}

enum weigh_code
store_drop_part(struct store *s, const struct weigh_oid *oid,
    struct weigh_err *err)
{
	struct part_names names;
	enum weigh_code rc;

	part_names_of(&names, oid);
	pthread_mutex_lock(&s->lock);
	if (find_open(s, oid) != NULL)
		rc = weigh_fail(err, WEIGH_CONFLICT, "somebody has it open");
	else
		rc = part_remove_files(s, &names, err);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* --- who brings what -------------------------------------------------------------- */

/* The first byte at or behind `from` that nobody has or brings. */
static uint64_t
first_free(const struct store_part *p, uint64_t from)
{
	uint64_t at, end = from;

	do {
		at = end;
		end = runs_end(&p->claimed, runs_end(&p->held, at));
	} while (end != at);
	return at;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Where what nobody has or brings ends, that begins with byte `from`. */
static uint64_t
gap_end(const struct store_part *p, uint64_t from)
{
	return least(least(runs_next(&p->held, from),
			 runs_next(&p->claimed, from)),
	    p->size);
}

uint64_t
store_part_gap(struct store_part *p, uint64_t from)
{
	uint64_t end;

	pthread_mutex_lock(&p->lock);
	end = gap_end(p, from);
	pthread_mutex_unlock(&p->lock);
	return end;
}

bool
store_part_claim(struct store_part *p, uint64_t from, uint64_t most,
    uint64_t *first, uint64_t *len)
{
	uint64_t end, whole;
	bool found;

	pthread_mutex_lock(&p->lock);
	*first = first_free(p, from);
	*len = 0;
	found = *first < p->size && most > 0;
	if (found) {
		end = least(gap_end(p, *first),
		    *first + least(most, p->size - *first));
		/* Ends where a segment does: two senders in one are read again. */
		whole = end - end % WEIGH_SEGMENT;
		if (whole > *first && end < p->size)
			end = whole;
		*len = end - *first;
		found = runs_add(&p->claimed, *first, end);
	}
	pthread_mutex_unlock(&p->lock);
	return found;
}

bool
store_part_claim_last(struct store_part *p, uint64_t most, uint64_t *first,
    uint64_t *len)
{
	uint64_t at, end = 0;
	bool found;

	pthread_mutex_lock(&p->lock);
	for (at = first_free(p, 0); at < p->size; at = first_free(p, end)) {
		*first = at;
		end = gap_end(p, at);
	}
	found = end > 0 && most > 0;
	if (found && end - *first > most) {
		/* Begins where a segment does, as it ends in claim. */
		at = end - most;
		at += (WEIGH_SEGMENT - at % WEIGH_SEGMENT) % WEIGH_SEGMENT;
		*first = at < end ? at : end - most;
	}
	*len = found ? end - *first : 0;
	found = found && runs_add(&p->claimed, *first, end);
	pthread_mutex_unlock(&p->lock);
	return found;
}

void
store_part_unclaim(struct store_part *p, uint64_t first, uint64_t len)
{
	pthread_mutex_lock(&p->lock);
	/* Out of memory leaves it claimed until the part is opened again. */
	(void)runs_remove(&p->claimed, first, first + len);
	pthread_mutex_unlock(&p->lock);
}

uint64_t
store_part_held(struct store_part *p)
{
	uint64_t held;

	pthread_mutex_lock(&p->lock);
	held = runs_total(&p->held);
	pthread_mutex_unlock(&p->lock);
	return held;
}

uint64_t
store_part_run(struct store_part *p, uint64_t from)
{
	uint64_t run;

	pthread_mutex_lock(&p->lock);
	run = runs_end(&p->held, from) - from;
	pthread_mutex_unlock(&p->lock);
	return run;
}

enum weigh_code
store_part_fd(struct store_part *p, int *fd, struct weigh_err *err)
{
	*fd = fd_open_beneath(p->store->incoming, p->names.bytes, O_RDONLY, 0);
	if (*fd < 0)
		return weigh_fail_errno(err, errno, "cannot open the part");
	return WEIGH_OK;
}

/* --- placing ------------------------------------------------------------------------ */

static enum weigh_code
write_bytes(struct store_part *p, const void *data, size_t len, uint64_t offset,
    struct weigh_err *err)
{
	const char *from = data;

	while (len > 0) {
		ssize_t n = pwrite(p->fd, from, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return weigh_fail_errno(err, errno, "cannot write");
		from += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return WEIGH_OK;
}

enum weigh_code
part_read_crc(const struct store_part *p, uint64_t offset, uint64_t len,
    uint32_t *crc, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	uint8_t *buffer = malloc(STORE_BUFFER);

	if (buffer == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	*crc = 0;
	while (rc == WEIGH_OK && len > 0) {
		size_t n = (size_t)least(len, STORE_BUFFER);

		rc = fd_pread_all(p->fd, buffer, n, offset, err);
		if (rc == WEIGH_OK)
			*crc = crc32_gzip_refl(*crc, buffer, n);
		offset += n;
		len -= n;
	}
	free(buffer);
	return rc;
}

void
part_free_segment(struct store_part *p, uint64_t n)
{
	const uint64_t first = part_segment_first(n);
	struct segment *s = &p->segments[n];

	free(s->check);
	*s = (struct segment){ 0 };
	/* Out of memory: the bytes stay held, and the digest will not hold. */
	(void)runs_remove(&p->held, first,
	    first + weigh_segment_length(p->size, n));
	(void)part_map_note(p, n, NULL);
}

/* Room for `len` bytes more; what was set aside when it was opened, mostly. */
static enum weigh_code
need_room(struct store_part *p, uint64_t len, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	pthread_mutex_lock(&p->lock);
	if (p->granted < len) {
		rc = store_promise(p->store, len - p->granted, err);
		if (rc == WEIGH_OK)
			p->granted = len;
	}
	if (rc == WEIGH_OK) {
		p->granted -= len;
		store_unpromise(p->store, len);
	}
	pthread_mutex_unlock(&p->lock);
	return rc;
}

/* The bytes follow those that are summed already: sum them too.  Nobody else has
 * these bytes, so nobody else is at this place. */
static void
sum(struct store_part *p, uint64_t n, uint64_t offset, const void *data,
    size_t len)
{
	struct segment *s = &p->segments[n];
	uint32_t crc;
	bool next;

	pthread_mutex_lock(&p->lock);
	next = part_segment_first(n) + s->held == offset;
	crc = s->crc;
	pthread_mutex_unlock(&p->lock);
	if (!next)
		return;
	crc = crc32_gzip_refl(crc, data, len);
	pthread_mutex_lock(&p->lock);
	s->crc = crc;
	s->held += (uint32_t)len;
	s->flags &= ~PART_SYNCED;
	pthread_mutex_unlock(&p->lock);
}

/* All bytes of segment `n` have come, but not in order: sum what is missing. */
static enum weigh_code
sum_rest(struct store_part *p, uint64_t n, struct weigh_err *err)
{
	const uint64_t first = part_segment_first(n),
		       len = weigh_segment_length(p->size, n);
	struct segment *s = &p->segments[n];
	enum weigh_code rc;
	uint32_t crc = 0;

	if (s->held == len)
		return WEIGH_OK;
	rc = part_read_crc(p, first, len, &crc, err);
	if (rc != WEIGH_OK)
		return rc;
	pthread_mutex_lock(&p->lock);
	s->crc = crc;
	s->held = (uint32_t)len;
	s->flags &= ~PART_SYNCED;
	pthread_mutex_unlock(&p->lock);
	return WEIGH_OK;
}

/* They count as held; *full: and are the last of their segment. */
static enum weigh_code
hold(struct store_part *p, uint64_t n, uint64_t offset, size_t len, bool *full,
    struct weigh_err *err)
{
	const uint64_t first = part_segment_first(n);
	struct segment *s = &p->segments[n];
	enum weigh_code rc = WEIGH_OK;

	pthread_mutex_lock(&p->lock);
	if (!runs_add(&p->held, offset, offset + len) ||
	    !runs_remove(&p->claimed, offset, offset + len))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	*full = runs_end(&p->held, first) - first >=
	    weigh_segment_length(p->size, n);
	if (rc == WEIGH_OK && !*full && s->held - s->noted >= NOTE_BYTES)
		rc = part_map_note(p, n, err);
	pthread_mutex_unlock(&p->lock);
	return rc;
}

static enum weigh_code
fill_segment(struct store_part *p, uint64_t n, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = sum_rest(p, n, err)) != WEIGH_OK ||
	    (rc = part_check_filled(p, n, err)) != WEIGH_OK)
		return rc;
	/* Begin to write it out, so that no sync has much to wait for. */
	(void)sync_file_range(p->fd, (off_t)part_segment_first(n),
	    (off_t)weigh_segment_length(p->size, n), SYNC_FILE_RANGE_WRITE);
	pthread_mutex_lock(&p->lock);
	p->unsynced++;
	rc = part_map_note(p, n, err);
	pthread_mutex_unlock(&p->lock);
	return rc;
}

/* Bytes of one segment. */
static enum weigh_code
place_piece(struct store_part *p, uint64_t offset, const void *data, size_t len,
    struct weigh_err *err)
{
	const uint64_t n = offset / WEIGH_SEGMENT;
	enum weigh_code rc;
	bool full;

	if ((rc = need_room(p, len, err)) != WEIGH_OK ||
	    (rc = write_bytes(p, data, len, offset, err)) != WEIGH_OK)
		return rc;
	part_check_placed(p, n, offset, data, len);
	sum(p, n, offset, data, len);
	if ((rc = hold(p, n, offset, len, &full, err)) != WEIGH_OK)
		return rc;
	if (full && (rc = fill_segment(p, n, err)) != WEIGH_OK)
		return rc;
	return part_hash_placed(p, offset, data, len, err);
}

enum weigh_code
store_part_place(struct store_part *p, uint64_t offset, const void *data,
    size_t len, struct weigh_err *err)
{
	const char *from = data;
	enum weigh_code rc = WEIGH_OK;

	if (p->broken)
		return weigh_fail(err, WEIGH_IO,
		    "the disk lost bytes of this part");
	if (offset > p->size || len > p->size - offset)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "more than its %llu bytes", (unsigned long long)p->size);
	while (rc == WEIGH_OK && len > 0) {
		size_t piece = (size_t)least(len,
		    WEIGH_SEGMENT - offset % WEIGH_SEGMENT);

		rc = place_piece(p, offset, from, piece, err);
		from += piece;
		offset += piece;
		len -= piece;
	}
	return rc;
}

bool
part_wants_sync(struct store_part *p)
{
	bool wants;

	pthread_mutex_lock(&p->lock);
	wants = p->unsynced >= SYNC_SEGMENTS && !p->broken;
	pthread_mutex_unlock(&p->lock);
	return wants;
}
