/*
 * pack_shingles: runs of LICENSE_SHINGLE words of all templates, and which templates have so
 * many in common that either could be taken for the other.
 */
#include <stdlib.h>
#include <string.h>

#include "pack_make.h"

/* --- of one template, of all -------------------------------------------------- */

static int
by_hash(const void *a, const void *b)
{
	const struct made_shingle *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->template != y->template)
		return x->template <y->template ? -1 : 1;
	return y->required - x->required;
}

/* Which words may be missing: 1. */
static void
mark_free(const struct license_template *t, uint8_t *free_words)
{
	memset(free_words, 0, t->nwords);
	for (uint32_t i = 0; i < t->nspans; i++)
		if (t->spans[i].kind != SPAN_ONE_OF)
			memset(free_words + t->spans[i].from, 1,
			    t->spans[i].to - t->spans[i].from);
}

static void
add_template(struct made_shingles *s, const struct license_template *t,
    const uint8_t *free_words)
{
	for (uint32_t i = 0; i + LICENSE_SHINGLE <= t->nwords; i++)
		s->list[s->n++] = (struct made_shingle){
			.hash = license_shingle_hash(t->words + i),
			.template = t->number,
			.required = memchr(free_words + i, 1,
					LICENSE_SHINGLE) == NULL,
		};
}

/* Each once a template; of the same, the required one stands first. */
static void
drop_doubles(struct made_shingles *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (n == 0 || s->list[i].hash != s->list[n - 1].hash ||
		    s->list[i].template != s->list[n - 1].template)
			s->list[n++] = s->list[i];
	s->n = n;
}

enum weigh_code
license_shingles_of(struct made_shingles *out,
    const struct license_template *templates, uint32_t n, struct weigh_err *err)
{
	size_t room = 1, longest = 1;
	uint8_t *free_words;

	for (uint32_t i = 0; i < n; i++) {
		room += templates[i].nwords;
		if (templates[i].nwords > longest)
			longest = templates[i].nwords;
	}
	out->n = 0;
	out->list = calloc(room, sizeof(*out->list));
	free_words = calloc(longest, 1);
	if (out->list == NULL || free_words == NULL) {
		free(out->list);
		free(free_words);
		out->list = NULL;
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	for (uint32_t i = 0; i < n; i++) {
		mark_free(&templates[i], free_words);
		add_template(out, &templates[i], free_words);
	}
	free(free_words);
	qsort(out->list, out->n, sizeof(*out->list), by_hash);
	drop_doubles(out);
	return WEIGH_OK;
}

/* --- look-alikes -------------------------------------------------------------- */

/*
 * For each template one after the other: how many of what it requires does each other one
 * have?  `group` tells where the run of a shingle's templates begins, so that work is
 * bounded by the sum of the squares of these runs.
 */
struct comparing {
	const struct made_shingles *all;
	uint32_t
	    *group; /* of each shingle in `all`: the first of the same hash */
	uint32_t *by_owner; /* places in `all`, sorted by template */
	uint32_t *first; /* of each template: where its own begin in by_owner */
	uint32_t *common; /* of each template: shared with the one at hand */
	uint32_t n;       /* templates */
};

static void
group_shingles(struct comparing *c)
{
	const struct made_shingles *all = c->all;
	uint32_t i;

	for (i = 0; i < all->n; i++) {
		bool more = i > 0 && all->list[i].hash == all->list[i - 1].hash;

		c->group[i] = more ? c->group[i - 1] : i;
		c->first[all->list[i].template + 1]++;
	}
	for (i = 0; i < c->n; i++)
		c->first[i + 1] += c->first[i];
	for (i = 0; i < all->n; i++)
		c->by_owner[c->first[all->list[i].template]++] = i;
	/* Each `first` is now the next one's. */
	memmove(c->first + 1, c->first, c->n * sizeof(*c->first));
	c->first[0] = 0;
}

/* Count what `t` requires and others have; how many it requires. */
static uint32_t
count_common(struct comparing *c, uint32_t t)
{
	const struct made_shingle *list = c->all->list;
	uint32_t required = 0;

	memset(c->common, 0, c->n * sizeof(*c->common));
	for (uint32_t i = c->first[t]; i < c->first[t + 1]; i++) {
		uint32_t at = c->by_owner[i];

		if (!list[at].required)
			continue;
		required++;
		for (at = c->group[at];
		     at < c->all->n && c->group[at] == c->group[c->by_owner[i]];
		     at++)
			c->common[list[at].template]++;
	}
	return required;
}

static enum weigh_code
add_lookalike(struct made_lookalikes *l, uint32_t number)
{
	uint32_t *list = license_made_grow(l->list, l->n, &l->room,
	    sizeof(*list));

	if (list == NULL)
		return WEIGH_NOMEM;
	l->list = list;
	list[l->n++] = number;
	return WEIGH_OK;
}

/* Both ways: whoever is in the other's list has it in its own. */
static enum weigh_code
compare_all(struct comparing *c, struct made_lookalikes *out)
{
	enum weigh_code rc = WEIGH_OK;

	for (uint32_t t = 0; rc == WEIGH_OK && t < c->n; t++) {
		uint32_t required = count_common(c, t);

		if (required < LOOKALIKE_SHINGLES)
			continue;
		for (uint32_t o = 0; rc == WEIGH_OK && o < c->n; o++) {
			if (o == t ||
			    (uint64_t)c->common[o] * 100 <
				(uint64_t)required * LOOKALIKE_PERCENT)
				continue;
			rc = add_lookalike(&out[t], o);
			if (rc == WEIGH_OK)
				rc = add_lookalike(&out[o], t);
		}
	}
	return rc;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
sort_list(struct made_lookalikes *l)
{
	size_t n = 0;

	if (l->n == 0)
		return;
	qsort(l->list, l->n, sizeof(*l->list), by_number);
	for (size_t i = 0; i < l->n; i++)
		if (n == 0 || l->list[i] != l->list[n - 1])
			l->list[n++] = l->list[i];
	l->n = n;
}

enum weigh_code
license_lookalikes_of(struct made_lookalikes *out,
    const struct made_shingles *shingles, uint32_t ntemplates,
    struct weigh_err *err)
{
	struct comparing c = { .all = shingles, .n = ntemplates };
	enum weigh_code rc = WEIGH_NOMEM;

	c.group = calloc(shingles->n + 1, sizeof(*c.group));
	c.by_owner = calloc(shingles->n + 1, sizeof(*c.by_owner));
	c.first = calloc((size_t)ntemplates + 1, sizeof(*c.first));
	c.common = calloc((size_t)ntemplates + 1, sizeof(*c.common));
	if (c.group != NULL && c.by_owner != NULL && c.first != NULL &&
	    c.common != NULL) {
		group_shingles(&c);
		rc = compare_all(&c, out);
	}
	for (uint32_t i = 0; rc == WEIGH_OK && i < ntemplates; i++)
		sort_list(&out[i]);
	free(c.group);
	free(c.by_owner);
	free(c.first);
	free(c.common);
	return rc == WEIGH_OK ? rc : weigh_fail(err, rc, "out of memory");
}
