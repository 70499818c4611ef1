/*
 * store: reading a blob again in order, as scrub does.
 *
 * What counts is what the disk holds, so pages of the file are dropped from the
 * page cache before a segment is read, and again behind it: nothing was read in
 * vain into memory that others need.  O_DIRECT would do the same without taking
 * a hot file's pages away, but not every file system has it (tmpfs), and what is
 * read so is not read ahead.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "store/priv.h"

struct store_scan {
	struct weigh_oid oid;
	uint64_t size; /* that the name promises */
	struct stamp stamp;
	int fd;
	int list; /* -1: a blob of one segment, or none is there */
	struct weigh_chain chain;
	struct store_place place; /* offset 0: none yet */
	bool doubt;               /* it cannot be right any more */
	char buffer[STORE_BUFFER];
};

static void
forget_pages(int fd, uint64_t from, uint64_t len)
{
	(void)posix_fadvise(fd, (off_t)from, (off_t)len, POSIX_FADV_DONTNEED);
}

/* The list must be there and have the right length. */
static void
open_list(struct store *s, struct store_scan *scan, const struct blob_names *n)
{
	uint64_t bytes = weigh_midstate_count(scan->size) * WEIGH_MIDSTATE_SIZE;
	struct stat st;

	if (bytes == 0)
		return;
	scan->list = fd_open_beneath(s->blobs, n->list_path,
	    O_RDONLY | O_NONBLOCK, 0);
	if (scan->list < 0 || fstat(scan->list, &st) != 0 ||
	    (uint64_t)st.st_size != bytes)
		scan->doubt = true;
	else
		forget_pages(scan->list, 0, bytes);
}

static void
set_out(struct store_scan *scan, const struct store_place *place)
{
	weigh_chain_begin(&scan->chain);
	scan->doubt = (uint64_t)scan->stamp.size != scan->size;
	if (place == NULL || place->offset == 0 ||
	    place->offset % WEIGH_SEGMENT != 0 || place->offset >= scan->size ||
	    !stamp_equal(&place->stamp, &scan->stamp))
		return;
	weigh_chain_resume(&scan->chain, place->chain,
	    place->offset / WEIGH_SEGMENT);
	scan->place = *place;
}

enum weigh_code
store_scan_begin(struct store *s, const struct weigh_oid *oid, uint64_t size,
    const struct store_place *place, struct store_scan **out,
    struct weigh_err *err)
{
	struct store_scan *scan = calloc(1, sizeof(*scan));
	struct blob_names names;
	enum weigh_code rc;

	*out = NULL;
	if (scan == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	scan->oid = *oid;
	scan->size = size;
	scan->list = -1;
	rc = store_open_blob(s, oid, &scan->fd, &scan->stamp, err);
	if (rc != WEIGH_OK) {
		free(scan);
		return rc;
	}
	set_out(scan, place);
	store_names(&names, oid);
	open_list(s, scan, &names);
	*out = scan;
	return WEIGH_OK;
}

/* Behind a whole segment that is not the last: the list has the value too. */
static void
pass_segment(struct store_scan *scan)
{
	uint64_t at = scan->chain.size;
	uint8_t listed[WEIGH_MIDSTATE_SIZE];
	uint64_t entry = (at / WEIGH_SEGMENT - 1) * WEIGH_MIDSTATE_SIZE;

	scan->place.offset = at;
	scan->place.stamp = scan->stamp;
	(void)weigh_chain_value(&scan->chain, scan->place.chain);
	if (fd_pread_all(scan->list, listed, sizeof(listed), entry, NULL) !=
		WEIGH_OK ||
	    memcmp(listed, scan->place.chain, sizeof(listed)) != 0)
		scan->doubt = true;
}

enum weigh_code
store_scan_step(struct store_scan *scan, size_t *len, struct weigh_err *err)
{
	uint64_t at = scan->chain.size, left = scan->size - at;
	size_t want = left < STORE_BUFFER ? (size_t)left : STORE_BUFFER;
	enum weigh_code rc;

	*len = 0;
	if (scan->doubt || left == 0)
		return WEIGH_OK;
	if (at % WEIGH_SEGMENT == 0)
		forget_pages(scan->fd, at, WEIGH_SEGMENT);
	rc = fd_pread_all(scan->fd, scan->buffer, want, at, err);
	if (rc == WEIGH_IO) { /* unreadable, or shorter by now */
		weigh_err_clear(err);
		scan->doubt = true;
		return WEIGH_OK;
	}
	if (rc != WEIGH_OK)
		return rc;
	weigh_chain_update(&scan->chain, scan->buffer, want);
	*len = want;
	at += want;
	if (at % WEIGH_SEGMENT == 0 || at == scan->size)
		forget_pages(scan->fd, (at - 1) / WEIGH_SEGMENT * WEIGH_SEGMENT,
		    WEIGH_SEGMENT);
	if (at % WEIGH_SEGMENT == 0 && at < scan->size)
		pass_segment(scan);
	return WEIGH_OK;
}

uint64_t
store_scan_offset(const struct store_scan *scan)
{
	return scan->chain.size;
}

bool
store_scan_place(const struct store_scan *scan, struct store_place *out)
{
	*out = scan->place;
	return scan->place.offset > 0;
}

bool
store_scan_right(struct store_scan *scan, struct stamp *stamp)
{
	struct weigh_oid got;
	struct stamp now;
	struct stat st;

	if (scan->doubt || scan->chain.size != scan->size ||
	    fstat(scan->fd, &st) != 0)
		return false;
	now = stamp_of(&st);
	*stamp = now;
	weigh_chain_final(&scan->chain, &got);
	return weigh_oid_equal(&got, &scan->oid) &&
	    stamp_equal(&now, &scan->stamp);
}

void
store_scan_end(struct store_scan *scan)
{
	if (scan == NULL)
		return;
	fd_close(&scan->list);
	fd_close(&scan->fd);
	free(scan);
}
