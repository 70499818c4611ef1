/* store: what of a part is held, on disk: its map.  The format: part.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <isa-l/crc.h>

#include "base/fd.h"
#include "store/part.h"

#define MAP_MAX (PART_RECORD * (PART_MAX / WEIGH_SEGMENT + 2)) /* bytes */

static const char magic[16] = "weighhouse part\n";

void
part_names_of(struct part_names *n, const struct weigh_oid *oid)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(oid, hex);
	snprintf(n->bytes, sizeof(n->bytes), PARTS "/%s", hex);
	snprintf(n->map, sizeof(n->map), PARTS "/%s.map", hex);
}

/* --- records ------------------------------------------------------------- */

static void
put_le(uint8_t *out, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		out[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t
get_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
close_record(uint8_t out[PART_RECORD], uint32_t seed)
{
	put_le(out + 60, crc32_gzip_refl(seed, out, 60), 4);
}

void
part_record_pack(uint8_t out[PART_RECORD], const struct part_record *r,
    uint32_t seed)
{
	memset(out, 0, PART_RECORD);
	put_le(out, r->held, 4);
	put_le(out + 4, r->crc, 4);
	put_le(out + 8, r->flags, 4);
	memcpy(out + 12, r->value, sizeof(r->value));
	close_record(out, seed);
}

bool
part_record_parse(struct part_record *out, const uint8_t in[PART_RECORD],
    uint32_t seed)
{
	if (get_le32(in + 60) != crc32_gzip_refl(seed, in, 60))
		return false;
	out->held = get_le32(in);
	out->crc = get_le32(in + 4);
	out->flags = get_le32(in + 8);
	memcpy(out->value, in + 12, sizeof(out->value));
	return out->held <= WEIGH_SEGMENT &&
	    (out->flags & ~(PART_SYNCED | PART_CHAINED)) == 0;
}

/* The map's first record; what closes it is the seed of the others. */
static void
pack_head(const struct store_part *p, uint8_t out[PART_RECORD])
{
	memset(out, 0, PART_RECORD);
	memcpy(out, magic, sizeof(magic));
	put_le(out + 16, p->size, 8);
	memcpy(out + 24, p->oid.b, sizeof(p->oid.b));
	close_record(out, 0);
}

/* --- writing ------------------------------------------------------------- */

static enum weigh_code
write_at(int fd, const void *data, size_t len, uint64_t offset,
    struct weigh_err *err)
{
	ssize_t n;

	do {
		n = pwrite(fd, data, len, (off_t)offset);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return weigh_fail_errno(err, errno, "cannot write the map");
	if ((size_t)n != len)
		return weigh_fail(err, WEIGH_FULL, "no room for the map");
	return WEIGH_OK;
}

enum weigh_code
part_map_begin(struct store_part *p, struct weigh_err *err)
{
	uint8_t head[PART_RECORD];

	pack_head(p, head);
	p->seed = get_le32(head + 60);
	/* The map first: bytes without a map are nobody's. */
	if (ftruncate(p->map, 0) != 0 || ftruncate(p->fd, 0) != 0)
		return weigh_fail_errno(err, errno, "cannot empty the part");
	return write_at(p->map, head, sizeof(head), 0, err);
}

enum weigh_code
part_map_note(struct store_part *p, uint64_t n, struct weigh_err *err)
{
	struct segment *s = &p->segments[n];
	struct part_record r = {
		.held = s->held,
		.crc = s->crc,
		.flags = s->flags,
	};
	uint8_t out[PART_RECORD];

	if (s->flags & PART_CHAINED)
		memcpy(r.value, p->values + n * WEIGH_MIDSTATE_SIZE,
		    sizeof(r.value));
	part_record_pack(out, &r, p->seed);
	s->noted = s->held;
	return write_at(p->map, out, sizeof(out), (n + 1) * PART_RECORD, err);
}

/* --- syncing ------------------------------------------------------------- */

/* What was noted before the sync began is on disk now. */
static enum weigh_code
note_synced(struct store_part *p, const uint32_t *before, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	uint64_t n;

	pthread_mutex_lock(&p->lock);
	for (n = 0; n < p->count && rc == WEIGH_OK; n++) {
		struct segment *s = &p->segments[n];

		if (before[n] == 0 || s->held != before[n] ||
		    (s->flags & PART_SYNCED))
			continue;
		s->flags |= PART_SYNCED;
		rc = part_map_note(p, n, err);
	}
	pthread_mutex_unlock(&p->lock);
	return rc;
}

enum weigh_code
part_sync(struct store_part *p, struct weigh_err *err)
{
	uint32_t *before = calloc(p->count, sizeof(*before));
	enum weigh_code rc;
	uint64_t n;

	if (before == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	pthread_mutex_lock(&p->lock);
	for (n = 0; n < p->count; n++)
		before[n] = p->segments[n].held;
	p->unsynced = 0;
	pthread_mutex_unlock(&p->lock);
	if (fdatasync(p->fd) != 0) {
		rc = weigh_fail_errno(err, errno, "cannot sync the part");
		p->broken = true;
	} else if ((rc = note_synced(p, before, err)) == WEIGH_OK &&
	    fdatasync(p->map) != 0) {
		rc = weigh_fail_errno(err, errno, "cannot sync the map");
		p->broken = true;
	}
	free(before);
	return rc;
}

/* --- reading ------------------------------------------------------------- */

/* Does what was noted of segment `n` hold?  Synced bytes are not read again. */
static bool
bears_out(struct store_part *p, uint64_t n, const struct part_record *r,
    uint64_t file)
{
	const uint64_t first = part_segment_first(n);
	uint32_t crc;

	if (r->held == 0 || r->held > weigh_segment_length(p->size, n) ||
	    first + r->held > file)
		return false;
	return (r->flags & PART_SYNCED) ||
	    (part_read_crc(p, first, r->held, &crc, NULL) == WEIGH_OK &&
		crc == r->crc);
}

static bool
take_up(struct store_part *p, uint64_t n, const struct part_record *r)
{
	const uint64_t first = part_segment_first(n);
	struct segment *s = &p->segments[n];

	if (!runs_add(&p->held, first, first + r->held))
		return false;
	s->held = s->noted = r->held;
	s->crc = r->crc;
	s->flags = r->flags & PART_SYNCED;
	/* A value counts only if all before it are known (store.h, 9). */
	if ((r->flags & PART_CHAINED) && n + 1 < p->count &&
	    r->held == WEIGH_SEGMENT &&
	    p->chain.size == part_segment_first(n)) {
		s->flags |= PART_CHAINED;
		memcpy(p->values + n * WEIGH_MIDSTATE_SIZE, r->value,
		    sizeof(r->value));
		weigh_chain_resume(&p->chain, r->value, n + 1);
	}
	return true;
}

static enum weigh_code
load_records(struct store_part *p, const struct weigh_buf *map,
    struct weigh_err *err)
{
	struct part_record r;
	struct stat st;
	uint64_t n;

	if (fstat(p->fd, &st) != 0)
		return weigh_fail_errno(err, errno, "cannot look at the part");
	for (n = 0; n < p->count && (n + 2) * PART_RECORD <= map->len; n++) {
		const uint8_t *in = (const uint8_t *)map->data +
		    (n + 1) * PART_RECORD;

		if (part_record_parse(&r, in, p->seed) &&
		    bears_out(p, n, &r, (uint64_t)st.st_size) &&
		    !take_up(p, n, &r))
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	return WEIGH_OK;
}

enum weigh_code
part_map_load(struct store_part *p, bool *usable, struct weigh_err *err)
{
	uint8_t head[PART_RECORD];
	enum weigh_code rc;
	struct weigh_buf map;

	pack_head(p, head);
	p->seed = get_le32(head + 60);
	weigh_buf_init(&map, (p->count + 1) * PART_RECORD);
	rc = fd_read_file(p->store->incoming, p->names.map, &map, err);
	*usable = rc == WEIGH_OK && map.len >= PART_RECORD &&
	    memcmp(map.data, head, PART_RECORD) == 0;
	if (*usable)
		rc = load_records(p, &map, err);
	else if (rc != WEIGH_NOMEM)
		rc = WEIGH_OK; /* too long, or none: begun anew */
	weigh_buf_free(&map);
	return rc;
}

bool
part_map_look(struct store *s, const struct part_names *names,
    const struct weigh_oid *oid, uint64_t *held)
{
	struct part_record r;
	struct weigh_buf map;
	uint32_t seed;
	size_t at;
	bool ours;

	*held = 0;
	weigh_buf_init(&map, MAP_MAX);
	ours = fd_read_file(s->incoming, names->map, &map, NULL) == WEIGH_OK &&
	    map.len >= PART_RECORD &&
	    memcmp(map.data, magic, sizeof(magic)) == 0 &&
	    memcmp(map.data + 24, oid->b, sizeof(oid->b)) == 0;
	seed = ours ? get_le32((const uint8_t *)map.data + 60) : 0;
	for (at = PART_RECORD; ours && at + PART_RECORD <= map.len;
	     at += PART_RECORD)
		if (part_record_parse(&r, (const uint8_t *)map.data + at, seed))
			*held += r.held;
	weigh_buf_free(&map);
	return ours;
}
