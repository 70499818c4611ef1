/*
 * store: the end of a part: its digest, and a sealed writer whose bytes lie where they
 * always did.  They leave incoming/parts only by getting their name: whatever comes in
 * between, a kill or a full disk, finds them there again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <isa-l/crc.h>

#include "base/fd.h"
#include "store/part.h"

static enum weigh_code
out_of_memory(struct weigh_err *err)
{
	return weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

/* The digest by what was hashed as the bytes came; the last segment is hashed now. */
static enum weigh_code
digest_as_known(struct store_part *p, struct weigh_hasher *h,
    struct weigh_oid *got, struct weigh_err *err)
{
	const uint64_t last = p->count - 1;
	enum weigh_code rc;

	if (!weigh_hasher_resume(h, p->values, last))
		return out_of_memory(err);
	rc = list_hash(h, p->fd, part_segment_first(last), p->size, NULL, false,
	    err);
	if (rc == WEIGH_OK && !weigh_hasher_final(h, got))
		rc = out_of_memory(err);
	return rc;
}

/* Segment `n` read again into the hasher; *same: with the sum it was placed with. */
static enum weigh_code
read_again(struct store_part *p, uint64_t n, struct weigh_hasher *h,
    uint8_t *buffer, bool *same, struct weigh_err *err)
{
	uint64_t at = part_segment_first(n),
		 end = at + weigh_segment_length(p->size, n);
	enum weigh_code rc = WEIGH_OK;
	uint32_t crc = 0;

	while (rc == WEIGH_OK && at < end) {
		size_t len = STORE_BUFFER;

		if (end - at < len)
			len = (size_t)(end - at);
		rc = fd_pread_all(p->fd, buffer, len, at, err);
		if (rc == WEIGH_OK) {
			crc = crc32_gzip_refl(crc, buffer, len);
			if (!weigh_hasher_update(h, buffer, len))
				rc = out_of_memory(err);
		}
		at += len;
	}
	*same = crc == p->segments[n].crc;
	return rc;
}

/* The chain begins anew: what it came from is in doubt. */
static void
forget_chain(struct store_part *p)
{
	part_chain_at(p, 0);
	for (uint64_t n = 0; n < p->count; n++) {
		struct segment *s = &p->segments[n];

		if (s->flags & PART_CHAINED) {
			s->flags &= ~PART_CHAINED;
			(void)part_map_note(p, n, NULL);
		}
	}
}

/*
 * The digest does not hold.  Before the sender is blamed (store.h, 9): are these the
 * bytes that came?  Segments that are not are missing again: WEIGH_CHANGED.
 */
static enum weigh_code
digest_by_reading(struct store_part *p, struct weigh_hasher *h,
    struct weigh_oid *got, struct weigh_err *err)
{
	uint8_t *buffer = malloc(STORE_BUFFER);
	enum weigh_code rc = WEIGH_OK;
	uint64_t n, changed = 0;
	bool same;

	if (buffer == NULL)
		return out_of_memory(err);
	weigh_hasher_reset(h);
	for (n = 0; n < p->count && rc == WEIGH_OK; n++) {
		rc = read_again(p, n, h, buffer, &same, err);
		if (rc == WEIGH_OK && !same) {
			part_free_segment(p, n);
			changed++;
		}
	}
	free(buffer);
	if (rc == WEIGH_OK && changed > 0) {
		forget_chain(p);
		rc = weigh_fail(err, WEIGH_CHANGED,
		    "the disk has other bytes in %llu of %llu segments than "
		    "were written there",
		    (unsigned long long)changed, (unsigned long long)p->count);
	}
	if (rc == WEIGH_OK && !weigh_hasher_final(h, got))
		rc = out_of_memory(err);
	return rc;
}

/* Other bytes than promised: the part is empty and goes on. */
static enum weigh_code
refuse(struct store_part *p, const struct weigh_oid *got, struct weigh_err *err)
{
	char is[WEIGH_OID_HEX + 1], promised[WEIGH_OID_HEX + 1];
	enum weigh_code rc;

	for (uint64_t n = 0; n < p->count; n++)
		free(p->segments[n].check);
	memset(p->segments, 0, p->count * sizeof(*p->segments));
	runs_free(&p->held);
	free(p->list);
	p->list = NULL;
	p->unsynced = 0;
	part_chain_at(p, 0);
	if ((rc = part_map_begin(p, err)) != WEIGH_OK)
		return rc;
	weigh_oid_hex(got, is);
	weigh_oid_hex(&p->oid, promised);
	return weigh_fail(err, WEIGH_MISMATCH,
	    "the bytes have SHA-256 %s, promised was %s", is, promised);
}

/* Are all bytes there, and are they the promised ones?  The hasher has their list. */
static enum weigh_code
check_all(struct store_part *p, struct weigh_hasher *h, struct weigh_err *err)
{
	struct weigh_oid got;
	enum weigh_code rc;

	if ((rc = part_hash_on(p, err)) != WEIGH_OK)
		return rc;
	if (runs_total(&p->held) != p->size)
		return weigh_fail(err, WEIGH_NOT_YET, "bytes are missing");
	rc = digest_as_known(p, h, &got, err);
	if (rc == WEIGH_OK && !weigh_oid_equal(&got, &p->oid))
		rc = digest_by_reading(p, h, &got, err);
	if (rc == WEIGH_OK && !weigh_oid_equal(&got, &p->oid))
		rc = refuse(p, &got, err);
	return rc;
}

static enum weigh_code
settle_bytes(struct store_part *p, struct weigh_err *err)
{
	enum weigh_code rc;
	struct stat st;

	if (fstat(p->fd, &st) != 0 || fchmod(p->fd, 0444) != 0)
		return weigh_fail_errno(err, errno, "cannot finish the file");
	if ((uint64_t)st.st_size != p->size)
		return weigh_fail(err, WEIGH_IO, "the file has another size");
	if ((rc = part_sync(p, err)) != WEIGH_OK)
		return rc;
	rc = fd_sync(p->fd, err);
	if (rc != WEIGH_OK)
		p->broken = true;
	return rc;
}

enum weigh_code
store_part_seal(struct store_part *p, struct store_writer **out,
    struct store_blob *blob, struct weigh_err *err)
{
	struct store_writer *w = calloc(1, sizeof(*w));
	enum weigh_code rc;

	*out = NULL;
	if (w == NULL || (w->hasher = weigh_hasher_new()) == NULL) {
		rc = out_of_memory(err);
		goto out;
	}
	part_lock_chain(p);
	rc = p->broken ? weigh_fail(err, WEIGH_IO, "a sync of it failed") :
			 check_all(p, w->hasher, err);
	part_unlock_chain(p);
	if (rc != WEIGH_OK || (rc = settle_bytes(p, err)) != WEIGH_OK)
		goto out;
	w->store = p->store;
	w->state = WRITER_SEALED;
	w->fd = -1;
	w->size = p->size;
	w->oid = p->oid;
	w->part = p;
	snprintf(w->name, sizeof(w->name), "%s", p->names.bytes);
	*blob = (struct store_blob){ .oid = p->oid, .size = p->size };
	*out = w;
	w = NULL;
out:
	if (w != NULL)
		weigh_hasher_free(w->hasher);
	free(w);
	return weigh_context(err, rc, "a blob on its way");
}
