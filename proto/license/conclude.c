/* conclude: from evidence to conclusion; the order of the steps is that of conclude.h. */
#include <stdlib.h>
#include <string.h>

#include "conclude.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* From free to strict.  What a model may be used for counts more than what has to be kept
 * of it. */
static const char *const families[] = {
	"permissive",
	"permissive-plus",
	"responsible-ai",
	"apache-plus-aup",
	"vendor-permissive",
	"vendor-community",
	"copyleft",
	"copyleft-network",
	"no-derivatives",
	"noncommercial",
	"noncommercial-research",
	"none",
};

static size_t
strictness(const char *family)
{
	for (size_t i = 0; i < COUNT(families); i++)
		if (strcmp(families[i], family) == 0)
			return i;
	return COUNT(families);
}

/* The strictest of an option's; of one that is not known nothing can be told. */
static size_t
strictest(const struct weigh_record *r, uint32_t mask)
{
	size_t out = 0;

	for (uint32_t i = 0; i < r->nparts; i++) {
		size_t one = strictness(r->parts[i].family);

		if ((mask & (UINT32_C(1) << i)) != 0 && one > out)
			out = one;
	}
	return mask != 0 ? out : COUNT(families);
}

/* Of several options the best is there to be chosen. */
static const char *
family_of(const struct conclude *c)
{
	size_t best = COUNT(families);

	for (uint32_t o = 0; o < c->choice.n; o++) {
		size_t one = strictest(c->r, c->choice.mask[o]);

		best = one < best ? one : best;
	}
	return best < COUNT(families) ? families[best] : "";
}

static bool
has_own(const struct conclude *c, const char *id)
{
	for (uint32_t i = 0; i < c->nown; i++)
		if (strcmp(c->r->parts[i].id, id) == 0)
			return true;
	return false;
}

/* (3): what cannot be told of a part cannot be told of the whole. */
static const char *
concluded_of(struct conclude *c)
{
	const char *text;

	if (has_own(c, CONCLUDE_NONE))
		return CONCLUDE_NONE;
	if (has_own(c, CONCLUDE_NOTHING_SAID))
		return CONCLUDE_NOTHING_SAID;
	text = conclude_expression(c, &c->choice, false);
	return text[0] != '\0' ? text : CONCLUDE_NOTHING_SAID;
}

static void
give_options(struct conclude *c)
{
	struct weigh_record *r = c->r;

	r->noptions = c->choice.n;
	for (uint32_t i = 0; i < r->nparts; i++)
		for (uint32_t o = 0; o < c->choice.n; o++)
			if ((c->choice.mask[o] & (UINT32_C(1) << i)) != 0)
				r->parts[i].options |= UINT32_C(1) << o;
}

static int
by_path(const void *a, const void *b)
{
	const struct weigh_record_text *one = a, *two = b;
	int order = strcmp(one->path, two->path);

	return order != 0 ? order :
			    memcmp(one->oid.b, two->oid.b, WEIGH_OID_SIZE);
}

enum weigh_code
weigh_conclude(struct weigh_record *r, const struct weigh_record *const *bases,
    const struct weigh_terms *const *tables, size_t ntables,
    struct weigh_err *err)
{
	struct conclude c = {
		.r = r, .bases = bases, .tables = tables, .ntables = ntables
	};

	record_unconclude(r);
	if (r->ntexts > 1)
		qsort(r->texts, r->ntexts, sizeof(*r->texts), by_path);
	conclude_own(&c);
	conclude_terms(&c);
	conclude_base(&c);
	conclude_conflict(&c);
	conclude_findings(&c);
	give_options(&c);
	r->concluded = concluded_of(&c);
	r->family = family_of(&c);
	return c.failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			  WEIGH_OK;
}
