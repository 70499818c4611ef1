/*
 * safetensors: the header of a .safetensors file:
 *
 *     u64 LE N | N bytes of JSON | byte buffer to the end of the file
 *     {"NAME": {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]}, …}
 *
 * The JSON is read as it comes; of each tensor only its place in the buffer is
 * kept, to see that they cover it without a hole or an overlap.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "header.h"

#define HEADER_MAX 100000000u /* tensor.rs, MAX_HEADER_SIZE */
#define EXTENTS_FIRST 256

static const struct weigh_json_limits limits = {
	.depth = 64,
	.string = 16u << 20,
	.keys = MODEL_TENSORS_MAX,
	.bytes = HEADER_MAX,
};

/* Where in the JSON we are: what the next token may be. */
enum place {
	AT_START,
	AT_MEMBER,   /* a key, or the end of all */
	AT_METADATA, /* the value of __metadata__ */
	IN_METADATA,
	AT_ENTRY,
	IN_ENTRY,
	AT_DTYPE,
	AT_SHAPE,
	IN_SHAPE,
	AT_OFFSETS,
	IN_OFFSETS,
	IN_EXTRA, /* a field that no reader knows: over it */
	AT_END
};

struct extent {
	uint64_t begin, end;
};

struct safetensors {
	struct weigh_json *json;
	unsigned char length[8];
	unsigned have;   /* of length */
	uint64_t left;   /* of the JSON */
	uint64_t buffer; /* bytes behind the JSON */
	enum place at;
	unsigned extra; /* how deep a field is that we read over */
	char says[WEIGH_SAYS_KEY +
	    1]; /* of __metadata__: the key; "": passed over */
	/* the entry being read */
	const struct weigh_dtype *dtype;
	uint64_t elements;
	unsigned dims, noffsets;
	bool shaped, overflow;
	uint64_t offsets[2];
	/* all of them */
	struct extent *extents;
	size_t count, room;
};

static void *
begin(struct weigh_header *h)
{
	(void)h;
	return calloc(1, sizeof(struct safetensors));
}

static void
end(void *state)
{
	struct safetensors *s = state;

	if (s == NULL)
		return;
	weigh_json_free(s->json);
	free(s->extents);
	free(s);
}

/* --- one tensor --------------------------------------------------------- */

static const struct weigh_dtype *
find_dtype(const char *name, size_t len)
{
	for (unsigned i = 0; i < weigh_ndtypes; i++)
		if (strlen(weigh_dtypes[i].name) == len &&
		    memcmp(weigh_dtypes[i].name, name, len) == 0)
			return &weigh_dtypes[i];
	return NULL;
}

static enum weigh_code
keep_extent(struct safetensors *s, struct weigh_err *err)
{
	size_t room = s->room == 0 ? EXTENTS_FIRST : 2 * s->room;
	struct extent *bigger;

	if (s->count == s->room) {
		bigger = realloc(s->extents, room * sizeof(*bigger));
		if (bigger == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		s->extents = bigger;
		s->room = room;
	}
	s->extents[s->count++] = (struct extent){ s->offsets[0],
		s->offsets[1] };
	return WEIGH_OK;
}

/* Scalars and scales are no parameters to the Hub's reader. */
static bool
is_parameters(const struct safetensors *s)
{
	return s->dims > 0 && strcmp(s->dtype->name, "F8_E8M0") != 0;
}

static enum weigh_code
end_entry(struct weigh_header *h, struct weigh_err *err)
{
	struct safetensors *s = h->state;
	uint64_t bits;

	if (s->dtype == NULL || !s->shaped || s->noffsets != 2)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "st.entry",
		    "a tensor lacks dtype, shape or data_offsets");
	if (s->overflow ||
	    __builtin_mul_overflow(s->elements, (uint64_t)s->dtype->bits,
		&bits))
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "st.overflow", "a tensor's shape has more than 2^64 bits");
	if (bits % 8 != 0)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "st.misaligned", "a tensor does not end with a byte");
	if (s->offsets[1] < s->offsets[0])
		return weigh_header_break(h, err, WEIGH_MALFORMED, "st.offsets",
		    "a tensor ends before it begins");
	if (s->offsets[1] - s->offsets[0] != bits / 8)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "st.size",
		    "a tensor's shape makes %" PRIu64
		    " bytes, its offsets %" PRIu64,
		    bits / 8, s->offsets[1] - s->offsets[0]);
	if (!weigh_weights_count(&h->facts, s->dtype->name,
		is_parameters(s) ? s->elements : 0))
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "st.overflow", "more than 2^64 parameters");
	s->at = AT_MEMBER;
	return keep_extent(s, err);
}

/* --- tokens, by where we are -------------------------------------------- */

static enum weigh_code
bad_entry(struct weigh_header *h, struct weigh_err *err)
{
	return weigh_header_break(h, err, WEIGH_MALFORMED, "st.entry",
	    "a tensor is not {dtype, shape, data_offsets}");
}

static enum weigh_code
on_start(struct weigh_header *h, enum weigh_json_token t, struct weigh_err *err)
{
	struct safetensors *s = h->state;

	if (t != WEIGH_JSON_OBJECT)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "st.not-object", "the header is not an object");
	s->at = AT_MEMBER;
	return WEIGH_OK;
}

static enum weigh_code
on_member(struct weigh_header *h, enum weigh_json_token t,
    struct weigh_err *err)
{
	static const char metadata[] = "__metadata__";
	struct safetensors *s = h->state;
	const char *key;
	size_t len;

	(void)err;
	if (t == WEIGH_JSON_OBJECT_END) {
		s->at = AT_END;
		return WEIGH_OK;
	}
	key = weigh_json_text(s->json, &len);
	s->at = len == sizeof(metadata) - 1 && memcmp(key, metadata, len) == 0 ?
	    AT_METADATA :
	    AT_ENTRY;
	return WEIGH_OK;
}

/* A pair is a key, and then its text. */
static void
take_pair(struct weigh_header *h, enum weigh_json_token t)
{
	struct safetensors *s = h->state;
	size_t len;
	const char *text = weigh_json_text(s->json, &len);

	if (t == WEIGH_JSON_STRING && s->says[0] != '\0')
		(void)weigh_says_add(&h->facts, s->says, text, len);
	s->says[0] = '\0';
	if (t == WEIGH_JSON_KEY &&
	    weigh_says_wanted(WEIGH_SAFETENSORS, text, len))
		memcpy(s->says, text, len + 1);
}

static enum weigh_code
on_metadata(struct weigh_header *h, enum weigh_json_token t,
    struct weigh_err *err)
{
	struct safetensors *s = h->state;

	if (s->at == IN_METADATA &&
	    (t == WEIGH_JSON_KEY || t == WEIGH_JSON_STRING))
		take_pair(h, t);
	if (s->at == AT_METADATA && t == WEIGH_JSON_OBJECT)
		s->at = IN_METADATA;
	else if (s->at == AT_METADATA ? t == WEIGH_JSON_NULL :
					t == WEIGH_JSON_OBJECT_END)
		s->at = AT_MEMBER;
	else if (s->at == AT_METADATA ||
	    (t != WEIGH_JSON_KEY && t != WEIGH_JSON_STRING))
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "st.metadata",
		    "__metadata__ holds other things than strings");
	return WEIGH_OK;
}

static enum weigh_code
on_entry(struct weigh_header *h, enum weigh_json_token t, struct weigh_err *err)
{
	static const struct {
		const char *key;
		enum place place;
	} fields[] = {
		{ "dtype", AT_DTYPE },
		{ "shape", AT_SHAPE },
		{ "data_offsets", AT_OFFSETS },
	};
	struct safetensors *s = h->state;
	const char *key;
	size_t len;

	if (s->at == AT_ENTRY) {
		if (t != WEIGH_JSON_OBJECT)
			return bad_entry(h, err);
		s->dtype = NULL;
		s->elements = 1;
		s->dims = s->noffsets = 0;
		s->shaped = s->overflow = false;
		s->at = IN_ENTRY;
		return WEIGH_OK;
	}
	if (t == WEIGH_JSON_OBJECT_END)
		return end_entry(h, err);
	key = weigh_json_text(s->json, &len);
	s->at = IN_EXTRA;
	s->extra = weigh_json_depth(s->json);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strlen(fields[i].key) == len &&
		    memcmp(fields[i].key, key, len) == 0)
			s->at = fields[i].place;
	return WEIGH_OK;
}

static enum weigh_code
on_dtype(struct weigh_header *h, enum weigh_json_token t, struct weigh_err *err)
{
	struct safetensors *s = h->state;
	const char *name;
	size_t len;

	if (t != WEIGH_JSON_STRING)
		return bad_entry(h, err);
	name = weigh_json_text(s->json, &len);
	s->dtype = find_dtype(name, len);
	if (s->dtype == NULL)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "st.dtype-unknown",
		    "a tensor has a dtype that is not known here");
	s->at = IN_ENTRY;
	return WEIGH_OK;
}

static enum weigh_code
on_shape(struct weigh_header *h, enum weigh_json_token t, struct weigh_err *err)
{
	struct safetensors *s = h->state;
	uint64_t dim;

	if (s->at == AT_SHAPE) {
		s->at = IN_SHAPE;
		return t == WEIGH_JSON_ARRAY ? WEIGH_OK : bad_entry(h, err);
	}
	if (t == WEIGH_JSON_ARRAY_END) {
		s->shaped = true;
		s->at = IN_ENTRY;
		return WEIGH_OK;
	}
	if (t != WEIGH_JSON_NUMBER || !weigh_json_u64(s->json, &dim))
		return bad_entry(h, err);
	s->dims++;
	if (__builtin_mul_overflow(s->elements, dim, &s->elements))
		s->overflow = true;
	return WEIGH_OK;
}

static enum weigh_code
on_offsets(struct weigh_header *h, enum weigh_json_token t,
    struct weigh_err *err)
{
	struct safetensors *s = h->state;

	if (s->at == AT_OFFSETS) {
		s->at = IN_OFFSETS;
		return t == WEIGH_JSON_ARRAY ? WEIGH_OK : bad_entry(h, err);
	}
	if (t == WEIGH_JSON_ARRAY_END) { /* how many, end_entry looks */
		s->at = IN_ENTRY;
		return WEIGH_OK;
	}
	if (t != WEIGH_JSON_NUMBER || s->noffsets == 2 ||
	    !weigh_json_u64(s->json, &s->offsets[s->noffsets]))
		return bad_entry(h, err);
	s->noffsets++;
	return WEIGH_OK;
}

/* The field's value is over when we are as deep as its key was, and it was not
 * its opening. */
static enum weigh_code
on_extra(struct weigh_header *h, enum weigh_json_token t, struct weigh_err *err)
{
	struct safetensors *s = h->state;

	(void)t;
	(void)err;
	if (weigh_json_depth(s->json) == s->extra)
		s->at = IN_ENTRY;
	return WEIGH_OK;
}

static enum weigh_code (*const places[])(struct weigh_header *h,
    enum weigh_json_token t, struct weigh_err *err) = {
	[AT_START] = on_start,
	[AT_MEMBER] = on_member,
	[AT_METADATA] = on_metadata,
	[IN_METADATA] = on_metadata,
	[AT_ENTRY] = on_entry,
	[IN_ENTRY] = on_entry,
	[AT_DTYPE] = on_dtype,
	[AT_SHAPE] = on_shape,
	[IN_SHAPE] = on_shape,
	[AT_OFFSETS] = on_offsets,
	[IN_OFFSETS] = on_offsets,
	[IN_EXTRA] = on_extra,
};

/* --- the whole ---------------------------------------------------------- */

static int
compare_extent(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

/* The tensors fill the buffer from its first byte to the file's last. */
static enum weigh_code
check_extents(struct weigh_header *h, struct weigh_err *err)
{
	struct safetensors *s = h->state;
	uint64_t at = 0;

	if (s->count > 1)
		qsort(s->extents, s->count, sizeof(*s->extents),
		    compare_extent);
	for (size_t i = 0; i < s->count; i++) {
		if (s->extents[i].begin != at)
			return weigh_header_break(h, err, WEIGH_MALFORMED,
			    "st.offsets",
			    "a tensor begins at %" PRIu64
			    ", the one before it ends at %" PRIu64,
			    s->extents[i].begin, at);
		at = s->extents[i].end;
	}
	if (at > s->buffer)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "st.truncated",
		    "%" PRIu64 " bytes of the tensors are not there",
		    at - s->buffer);
	if (at < s->buffer)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "st.trailing", "%" PRIu64 " bytes stand behind the tensors",
		    s->buffer - at);
	return WEIGH_OK;
}

static enum weigh_code
read_json(struct weigh_header *h, struct weigh_err *err)
{
	struct safetensors *s = h->state;
	enum weigh_json_token t;
	enum weigh_code rc = WEIGH_OK;

	while (rc == WEIGH_OK) {
		t = weigh_json_next(s->json);
		if (t == WEIGH_JSON_MORE)
			return WEIGH_NOT_YET;
		if (t == WEIGH_JSON_BAD)
			return weigh_header_break_json(h, err, s->json,
			    "st.json");
		if (t == WEIGH_JSON_END)
			return check_extents(h, err);
		rc = places[s->at](h, t, err);
	}
	return rc;
}

/* The eight bytes are there: the first rules, before anything is kept. */
static enum weigh_code
read_length(struct weigh_header *h, struct weigh_err *err)
{
	struct safetensors *s = h->state;

	for (unsigned i = 0; i < 8; i++)
		s->left |= (uint64_t)s->length[i] << (8 * i);
	if (s->left > HEADER_MAX)
		return weigh_header_break(h, err, WEIGH_TOO_BIG,
		    "st.header-too-large",
		    "the header would have %" PRIu64
		    " bytes, at most %u are allowed",
		    s->left, HEADER_MAX);
	if (s->left > h->size - 8)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "st.header-past-eof",
		    "the header would have %" PRIu64
		    " bytes, the file has %" PRIu64,
		    s->left, h->size);
	s->buffer = h->size - 8 - s->left;
	if ((s->json = weigh_json_new(&limits)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (s->left == 0) {
		weigh_json_feed(s->json, "", 0, true);
		return read_json(h, err);
	}
	return WEIGH_OK;
}

static enum weigh_code
feed(struct weigh_header *h, const char *data, size_t len,
    struct weigh_err *err)
{
	struct safetensors *s = h->state;
	enum weigh_code rc;
	size_t n;

	if (h->size < 8)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "st.short",
		    "the file has less than 8 bytes");
	if (len == 0)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "st.header-past-eof", "the file ends within its header");
	if (s->have < 8) {
		n = len < 8 - s->have ? len : 8 - s->have;
		memcpy(s->length + s->have, data, n);
		s->have += (unsigned)n;
		data += n;
		len -= n;
		if (s->have < 8)
			return WEIGH_NOT_YET;
		if ((rc = read_length(h, err)) != WEIGH_OK || s->left == 0)
			return rc;
	}
	if (len == 0)
		return WEIGH_NOT_YET;
	n = len < s->left ? len : (size_t)s->left;
	s->left -= n;
	weigh_json_feed(s->json, data, n, s->left == 0);
	return read_json(h, err);
}

const struct model_reader weigh_header_safetensors = { begin, feed, end };
