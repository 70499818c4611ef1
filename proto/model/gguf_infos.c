/* gguf_infos: the tensors of a GGUF file: names, shapes, types, places. */
#include <inttypes.h>
#include <string.h>

#include "gguf.h"

#define NAME_MAX 64 /* GGML_MAX_NAME, its NUL included */
#define DIMS_MAX 4

struct info {
	const char *name;
	uint64_t len;
	unsigned dims;
	uint64_t dim[DIMS_MAX];
	unsigned type;
	uint64_t offset;
};

static enum weigh_code
check_name(struct weigh_header *h, const struct info *i, struct weigh_err *err)
{
	struct gguf *g = h->state;

	if (memchr(i->name, '\0', (size_t)i->len) != NULL)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.name",
		    "a tensor's name holds a NUL");
	switch (weigh_keys_add(&g->keys, 1, i->name, (size_t)i->len)) {
	case KEYS_NEW:
		return WEIGH_OK;
	case KEYS_NOMEM:
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	case KEYS_TWICE:
		break;
	}
	return weigh_header_break(h, err, WEIGH_MALFORMED,
	    "gguf.name-duplicate", "two tensors have one name");
}

/* The product of the dimensions, below 2^63. */
static enum weigh_code
count_elements(struct weigh_header *h, const struct info *i, uint64_t *out,
    struct weigh_err *err)
{
	uint64_t n = 1;
	bool fits = true;

	for (unsigned d = 0; d < i->dims; d++) {
		if (i->dim[d] > INT64_MAX)
			return weigh_header_break(h, err, WEIGH_MALFORMED,
			    "gguf.dims", "a dimension is negative");
		fits = !__builtin_mul_overflow(n, i->dim[d], &n) && fits;
	}
	*out = n;
	if (fits && n <= INT64_MAX)
		return WEIGH_OK;
	return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.overflow",
	    "a tensor has 2^63 elements or more");
}

/* Tensors stand one behind the other, each at a multiple of the alignment. */
static enum weigh_code
place_tensor(struct weigh_header *h, uint64_t offset, uint64_t bytes,
    struct weigh_err *err)
{
	struct gguf *g = h->state;
	uint64_t padded;

	if (offset != g->offset)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.offset",
		    "a tensor begins at %" PRIu64 " instead of %" PRIu64,
		    offset, g->offset);
	if (__builtin_add_overflow(offset, bytes, &g->last) ||
	    __builtin_add_overflow(g->last, g->alignment - 1, &padded))
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.overflow", "the tensors have more than 2^64 bytes");
	g->offset = padded & ~(g->alignment - 1);
	return WEIGH_OK;
}

static enum weigh_code
check_info(struct weigh_header *h, const struct info *i, struct weigh_err *err)
{
	const struct weigh_ggml_type *t = NULL;
	uint64_t elements = 0, bytes;
	enum weigh_code rc;

	if ((rc = check_name(h, i, err)) != WEIGH_OK ||
	    (rc = count_elements(h, i, &elements, err)) != WEIGH_OK)
		return rc;
	for (unsigned n = 0; n < weigh_nggml_types && t == NULL; n++)
		if (weigh_ggml_types[n].id == i->type)
			t = &weigh_ggml_types[n];
	if (t == NULL)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.type-unknown",
		    "a tensor has type %u, which is not "
		    "known here",
		    i->type);
	if (t->bytes == 0)
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.type-removed",
		    "a tensor has type %s, which is no "
		    "longer one",
		    t->name);
	if ((i->dims > 0 ? i->dim[0] : 1) % t->block != 0)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.row",
		    "a row of %s is no multiple of %u", t->name, t->block);
	if (__builtin_mul_overflow(elements / t->block, (uint64_t)t->bytes,
		&bytes) ||
	    !weigh_weights_count(&h->facts, t->name, elements))
		return weigh_header_break(h, err, WEIGH_MALFORMED,
		    "gguf.overflow", "the tensors have more than 2^64 bytes");
	return place_tensor(h, i->offset, bytes, err);
}

enum weigh_code
weigh_gguf_take_info(struct weigh_header *h, struct weigh_err *err)
{
	struct gguf *g = h->state;
	struct info i = { .dims = 0 };
	const unsigned char *p;
	size_t need;

	if (g->infos == 0)
		return weigh_gguf_finish(h, err);
	if ((p = peek(g, 8)) == NULL)
		return wait_for(h, 8, err);
	if ((i.len = number(p, 8)) >= NAME_MAX)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.name",
		    "a tensor's name has %d bytes or more", NAME_MAX);
	need = 8 + (size_t)i.len + 4;
	if ((p = peek(g, need)) == NULL)
		return wait_for(h, need, err);
	i.dims = (unsigned)number(p + 8 + i.len, 4);
	if (i.dims > DIMS_MAX)
		return weigh_header_break(h, err, WEIGH_MALFORMED, "gguf.dims",
		    "a tensor has %u dimensions", i.dims);
	need += 8 * (size_t)i.dims + 12;
	if ((p = peek(g, need)) == NULL)
		return wait_for(h, need, err);
	i.name = (const char *)p + 8;
	p += 12 + i.len;
	for (unsigned d = 0; d < i.dims; d++, p += 8)
		i.dim[d] = number(p, 8);
	i.type = (unsigned)number(p, 4);
	i.offset = number(p + 4, 8);
	g->at += need;
	g->infos--;
	return check_info(h, &i, err);
}
