/*
 * pack_lists: which templates have a shingle: its index, and lists of templates.  Most
 * shingles of a license stand in the same other ones, so a list is written once.
 */
#include <stdlib.h>
#include <string.h>

#include "pack_make.h"

#define BUCKET 8u /* words or shingles that an index leaves to be looked at */

unsigned
license_index_bits(size_t n)
{
	unsigned bits = 1;

	while (bits < PACK_BUCKET_BITS && (size_t)BUCKET << bits < n)
		bits++;
	return bits;
}

struct writing {
	struct weigh_buf *out; /* the sections */
	struct made_shingles *shingles;
	struct lists *lists;
	unsigned bits; /* of the index */
};

static void
put(struct writing *w, enum pack_section section, const void *bytes, size_t n)
{
	weigh_buf_add(&w->out[section], bytes, n * license_pack_sizes[section]);
}

/* Lists that are there already, by the hash of their bytes. */
struct lists {
	uint32_t *slots; /* offset + 1; 0 is empty */
	uint32_t *sizes; /* of each slot's list */
	size_t mask;
};

static void
put_varint(struct weigh_buf *b, uint32_t n)
{
	for (; n >= 0x80; n >>= 7)
		weigh_buf_addc(b, (char)(n | 0x80));
	weigh_buf_addc(b, (char)n);
}

static uint64_t
bytes_hash(const char *bytes, size_t len)
{
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * 0x100000001b3;
	return h ^ h >> 32;
}

/* Where these bytes stand as a list; at the end, if they did not yet. */
static uint32_t
list_at(struct writing *w, const struct weigh_buf *bytes)
{
	struct weigh_buf *all = &w->out[PACK_POSTINGS];
	struct lists *l = w->lists;
	size_t at = (size_t)bytes_hash(bytes->data, bytes->len) & l->mask;

	for (; l->slots[at] != 0; at = (at + 1) & l->mask)
		if (l->sizes[at] == bytes->len &&
		    memcmp(all->data + l->slots[at] - 1, bytes->data,
			bytes->len) == 0)
			return l->slots[at] - 1;
	l->slots[at] = (uint32_t)all->len + 1;
	l->sizes[at] = (uint32_t)bytes->len;
	put(w, PACK_POSTINGS, bytes->data, bytes->len);
	return l->slots[at] - 1;
}

/* The key of a shingle: bucket and rest, which is all of its hash that the file has. */
static uint64_t
key_of(const struct made_shingle *s, unsigned bits)
{
	return s->hash >> (32 - bits);
}

/* How many of the shingles from `i` on have its key. */
static size_t
run_of(const struct made_shingles *s, size_t i, unsigned bits)
{
	size_t n = 1;

	while (i + n < s->n &&
	    key_of(&s->list[i + n], bits) == key_of(&s->list[i], bits))
		n++;
	return n;
}

static int
by_template(const void *a, const void *b)
{
	const struct made_shingle *x = a, *y = b;

	return (x->template > y->template) - (x->template <y->template);
}

/* The templates of a run.  Two hashes that share a key have one list. */
static void
make_list(struct weigh_buf *out, struct made_shingle *run, size_t n)
{
	uint32_t last = 0, count = 0;

	qsort(run, n, sizeof(*run), by_template);
	for (size_t i = 0; i < n; i++)
		count += i == 0 || run[i].template != run[i - 1].template;
	weigh_buf_reset(out);
	put_varint(out, count);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && run[i].template == run[i - 1].template)
			continue;
		put_varint(out, run[i].template - last);
		last = run[i].template;
	}
}

static void
put_index(struct writing *w, const uint32_t *ends, unsigned bits)
{
	uint32_t first = 0;

	put(w, PACK_SHINGLE_INDEX, &first, 1);
	put(w, PACK_SHINGLE_INDEX, ends, (size_t)1 << bits);
}

static void
put_runs(struct writing *w, uint32_t *ends)
{
	struct made_shingles *s = w->shingles;
	unsigned bits = w->bits;
	struct weigh_buf list;
	uint32_t n = 0;

	weigh_buf_init(&list, WEIGH_LICENSEPACK_MAX);
	for (size_t i = 0, run; i < s->n; i += run) {
		uint64_t key = key_of(&s->list[i], bits);
		uint32_t rest = (uint32_t)key, at;

		run = run_of(s, i, bits);
		make_list(&list, &s->list[i], run);
		if (list.failed || w->out[PACK_POSTINGS].failed)
			break;
		at = list_at(w, &list);
		put(w, PACK_SHINGLES, &rest, 1);
		put(w, PACK_LISTS, &at, 1);
		ends[key >> 32] = ++n;
	}
	w->out[PACK_POSTINGS].failed |= list.failed;
	weigh_buf_free(&list);
	for (size_t b = 1; b < (size_t)1 << bits; b++)
		if (ends[b] == 0)
			ends[b] = ends[b - 1];
	put_index(w, ends, bits);
}

enum weigh_code
license_lists_put(struct weigh_buf out[PACK_SECTIONS],
    struct made_shingles *shingles, struct weigh_err *err)
{
	/* A shingle stands in four templates or so. */
	unsigned bits = license_index_bits(shingles->n / 4);
	uint32_t *ends = calloc((size_t)1 << bits, sizeof(*ends));
	struct lists l = { .mask = 1 };
	struct writing w = { out, shingles, &l, bits };
	enum weigh_code rc = WEIGH_OK;

	while (l.mask < 2 * shingles->n)
		l.mask = 2 * l.mask + 1;
	l.slots = calloc(l.mask + 1, sizeof(*l.slots));
	l.sizes = calloc(l.mask + 1, sizeof(*l.sizes));
	if (ends == NULL || l.slots == NULL || l.sizes == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else
		put_runs(&w, ends);
	free(ends);
	free(l.slots);
	free(l.sizes);
	return rc;
}
