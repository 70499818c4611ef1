/*
 * scan: a pack's bytes, judged as they come.  See weigh/packscan.h; the states:
 *
 *   HEAD --> KIND --> [SIZE] --> [PLACE | BASE] --> DATA --> KIND ... --> SUM --> END
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include <weigh/packscan.h>

#include "../cursor.h"

#define HEAD_LEN 12
#define ID_LEN 20
#define NUMBER_BITS 56 /* more has no number here */

enum type {
	COMMIT = 1,
	TREE,
	BLOB,
	TAG,
	OFS_DELTA = 6,
	REF_DELTA
};

enum state {
	STATE_HEAD,  /* "PACK", version, count */
	STATE_KIND,  /* an object's type, and 4 bits of its size */
	STATE_SIZE,  /* the rest of its size */
	STATE_PLACE, /* of a difference: how far back its base is */
	STATE_BASE,  /* or which id that has */
	STATE_DATA,  /* deflated */
	STATE_SUM,   /* SHA-1 of all before */
	STATE_END,
	STATE_BAD
};

struct weigh_packscan {
	struct weigh_packscan_limits limits;
	enum state state;
	unsigned char head[HEAD_LEN];
	size_t have;     /* bytes of head, base or sum */
	uint32_t left;   /* objects */
	uint64_t total;  /* bytes of those that were met */
	unsigned type;   /* of the object under way */
	uint64_t size;   /* that it states */
	uint64_t got;    /* inflated so far */
	uint64_t number; /* under way */
	unsigned bits;
	unsigned numbers; /* of a difference's two sizes: read */
	z_stream z;
};

/* --- beginning and end --------------------------------------------------- */

struct weigh_packscan *
weigh_packscan_new(const struct weigh_packscan_limits *limits)
{
	struct weigh_packscan *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->limits = *limits;
	if (inflateInit(&s->z) != Z_OK) {
		free(s);
		return NULL;
	}
	return s;
}

void
weigh_packscan_free(struct weigh_packscan *s)
{
	if (s == NULL)
		return;
	inflateEnd(&s->z);
	free(s);
}

static enum weigh_code
bad(struct weigh_packscan *s, const char *what, struct weigh_err *err)
{
	s->state = STATE_BAD;
	return weigh_fail(err, WEIGH_MALFORMED, "a git pack %s", what);
}

static enum weigh_code
too_big(struct weigh_packscan *s, uint64_t size, uint64_t most,
    struct weigh_err *err)
{
	s->state = STATE_BAD;
	return weigh_fail(err, WEIGH_TOO_BIG,
	    "a git pack with an object of %llu bytes: at most %llu may be",
	    (unsigned long long)size, (unsigned long long)most);
}

enum weigh_code
weigh_packscan_end(const struct weigh_packscan *s, struct weigh_err *err)
{
	return s->state == STATE_END ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_MALFORMED, "a git pack that is cut");
}

/* --- numbers and sizes --------------------------------------------------- */

/* Seven bits more, the lowest first; *whole: that was the last. */
static enum weigh_code
take_seven(struct weigh_packscan *s, unsigned char byte, bool *whole,
    struct weigh_err *err)
{
	*whole = false;
	if (s->bits > NUMBER_BITS - 7)
		return bad(s, "with a number that is too long", err);
	s->number |= (uint64_t)(byte & 0x7f) << s->bits;
	s->bits += 7;
	*whole = (byte & 0x80) == 0;
	return WEIGH_OK;
}

static enum weigh_code
check_size(struct weigh_packscan *s, uint64_t size, struct weigh_err *err)
{
	return size <= s->limits.object ?
	    WEIGH_OK :
	    too_big(s, size, s->limits.object, err);
}

static enum weigh_code
count_size(struct weigh_packscan *s, uint64_t size, struct weigh_err *err)
{
	if (size > s->limits.total - s->total) {
		s->state = STATE_BAD;
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a git pack whose objects have more than %llu bytes",
		    (unsigned long long)s->limits.total);
	}
	s->total += size;
	return WEIGH_OK;
}

static bool
is_delta(const struct weigh_packscan *s)
{
	return s->type == OFS_DELTA || s->type == REF_DELTA;
}

/* --- an object's head ---------------------------------------------------- */

/* Its size is known. */
static enum weigh_code
begin_object(struct weigh_packscan *s, struct weigh_err *err)
{
	enum weigh_code rc;

	s->size = s->number;
	s->got = 0;
	s->have = 0;
	s->number = 0;
	s->bits = 0;
	s->numbers = 0;
	s->state = s->type == OFS_DELTA ? STATE_PLACE :
	    s->type == REF_DELTA        ? STATE_BASE :
					  STATE_DATA;
	if (inflateReset(&s->z) != Z_OK)
		return bad(s, "that zlib cannot begin", err);
	rc = check_size(s, s->size, err);
	if (rc == WEIGH_OK && !is_delta(s))
		rc = count_size(s, s->size, err);
	return rc;
}

static enum weigh_code
take_kind(struct weigh_packscan *s, unsigned char byte, struct weigh_err *err)
{
	s->type = byte >> 4 & 7;
	if (s->type == 0 || s->type == 5)
		return bad(s, "with an object of no known type", err);
	s->number = byte & 15;
	s->bits = 4;
	s->state = STATE_SIZE;
	return byte & 0x80 ? WEIGH_OK : begin_object(s, err);
}

static enum weigh_code
take_size(struct weigh_packscan *s, unsigned char byte, struct weigh_err *err)
{
	bool whole;
	enum weigh_code rc = take_seven(s, byte, &whole, err);

	return rc == WEIGH_OK && whole ? begin_object(s, err) : rc;
}

/* Where the base is matters to the indexer; here only where the number ends. */
static enum weigh_code
take_place(struct weigh_packscan *s, unsigned char byte, struct weigh_err *err)
{
	bool whole;
	enum weigh_code rc = take_seven(s, byte, &whole, err);

	if (rc != WEIGH_OK || !whole)
		return rc;
	s->number = 0;
	s->bits = 0;
	s->state = STATE_DATA;
	return WEIGH_OK;
}

static enum weigh_code
take_base(struct weigh_packscan *s)
{
	if (++s->have == ID_LEN)
		s->state = STATE_DATA;
	return WEIGH_OK;
}

/* --- the pack's head and end --------------------------------------------- */

static enum weigh_code
take_head(struct weigh_packscan *s, unsigned char byte, struct weigh_err *err)
{
	static const unsigned char magic[] = { 'P', 'A', 'C', 'K', 0, 0, 0, 2 };

	s->head[s->have++] = byte;
	if (s->have < HEAD_LEN)
		return WEIGH_OK;
	if (memcmp(s->head, magic, sizeof(magic)) != 0)
		return bad(s, "does not begin as one of version 2", err);
	for (size_t i = sizeof(magic); i < HEAD_LEN; i++)
		s->left = s->left << 8 | s->head[i];
	if (s->left > s->limits.objects) {
		s->state = STATE_BAD;
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a git pack of %u objects: at most %u may be", s->left,
		    s->limits.objects);
	}
	s->have = 0;
	s->state = s->left > 0 ? STATE_KIND : STATE_SUM;
	return WEIGH_OK;
}

static enum weigh_code
take_sum(struct weigh_packscan *s)
{
	if (++s->have == ID_LEN)
		s->state = STATE_END;
	return WEIGH_OK;
}

/* --- what is deflated ---------------------------------------------------- */

/* A difference begins with the sizes of its base and of what it makes. */
static enum weigh_code
read_delta_sizes(struct weigh_packscan *s, const unsigned char *p, size_t len,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (; rc == WEIGH_OK && len > 0 && s->numbers < 2; p++, len--) {
		bool whole;

		rc = take_seven(s, *p, &whole, err);
		if (rc != WEIGH_OK || !whole)
			continue;
		rc = check_size(s, s->number, err);
		if (rc == WEIGH_OK && s->numbers == 1)
			rc = count_size(s, s->number, err);
		s->numbers++;
		s->number = 0;
		s->bits = 0;
	}
	return rc;
}

static enum weigh_code
end_object(struct weigh_packscan *s, struct weigh_err *err)
{
	if (s->got != s->size)
		return bad(s, "with an object shorter than it says", err);
	if (is_delta(s) && s->numbers < 2)
		return bad(s, "with a difference that is none", err);
	s->have = 0;
	s->state = --s->left > 0 ? STATE_KIND : STATE_SUM;
	return WEIGH_OK;
}

/* In the order of bytes, so that every cutting is refused for the same reason. */
static enum weigh_code
take_inflated(struct weigh_packscan *s, const unsigned char *p, size_t len,
    struct weigh_err *err)
{
	size_t n = len < s->size - s->got ? len : (size_t)(s->size - s->got);
	enum weigh_code rc = WEIGH_OK;

	if (is_delta(s))
		rc = read_delta_sizes(s, p, n, err);
	s->got += n;
	return rc == WEIGH_OK && n < len ?
	    bad(s, "with an object longer than it says", err) :
	    rc;
}

/* Inflate what is there; *used of it belongs to this object. */
static enum weigh_code
take_data(struct weigh_packscan *s, const char *data, size_t len, size_t *used,
    struct weigh_err *err)
{
	unsigned char out[16u << 10];
	enum weigh_code rc = WEIGH_OK;
	int z = Z_OK;

	memcpy(&s->z.next_in, &data, sizeof(s->z.next_in)); /* only read */
	s->z.avail_in = len < 65536 ? (unsigned)len : 65536;
	*used = s->z.avail_in;
	while (rc == WEIGH_OK && z == Z_OK) {
		s->z.next_out = out;
		s->z.avail_out = sizeof(out);
		z = inflate(&s->z, Z_NO_FLUSH);
		rc = take_inflated(s, out, sizeof(out) - s->z.avail_out, err);
		if (rc == WEIGH_OK && z != Z_OK && z != Z_STREAM_END &&
		    z != Z_BUF_ERROR)
			rc = bad(s, "with an object that is not deflated", err);
	}
	*used -= s->z.avail_in;
	return rc == WEIGH_OK && z == Z_STREAM_END ? end_object(s, err) : rc;
}

/* --- the whole ----------------------------------------------------------- */

static enum weigh_code
take_byte(struct weigh_packscan *s, unsigned char byte, struct weigh_err *err)
{
	switch (s->state) {
	case STATE_HEAD:
		return take_head(s, byte, err);
	case STATE_KIND:
		return take_kind(s, byte, err);
	case STATE_SIZE:
		return take_size(s, byte, err);
	case STATE_PLACE:
		return take_place(s, byte, err);
	case STATE_BASE:
		return take_base(s);
	case STATE_SUM:
		return take_sum(s);
	case STATE_END:
		return bad(s, "with more behind its end", err);
	case STATE_DATA:
	case STATE_BAD:
		break;
	}
	return bad(s, "that was refused already", err);
}

enum weigh_code
weigh_packscan_feed(struct weigh_packscan *s, const void *data, size_t len,
    struct weigh_err *err)
{
	struct cursor c = { data, len };
	enum weigh_code rc = WEIGH_OK;

	while (rc == WEIGH_OK && c.len > 0) {
		size_t used = 1;

		rc = s->state == STATE_DATA ?
		    take_data(s, c.p, c.len, &used, err) :
		    take_byte(s, (unsigned char)*c.p, err);
		cursor_skip(&c, used);
	}
	return rc;
}
