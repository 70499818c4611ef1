/*
 * conclude_conflict: where the model's own license grants what a base restricts.
 *
 * A table of facts; each says how a value of the one is compared with a value of the other.
 * What is not known, or contradicts itself, conflicts with nothing.
 */
#include <stdio.h>
#include <string.h>

#include "../ini.h"
#include "conclude.h"
#include "terms.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What the own license says of what the base says. */
enum answer {
	ANSWER_UNKNOWN,
	ANSWER_KEEPS, /* it asks the same or more */
	ANSWER_GRANTS
};

/* Words of a fact from free to strict. */
struct rank {
	const char *word;
	unsigned rank;
};
static const struct rank commercial[] = { { "yes", 0 }, { "conditional", 1 },
	{ "research-only", 2 }, { "no", 2 }, { NULL, 0 } };
static const struct rank passing[] = { { "yes", 0 }, { "territory", 1 },
	{ "noncommercial", 1 }, { "research-only", 1 }, { "no", 2 },
	{ NULL, 0 } };
static const struct rank outputs[] = { { "free", 0 }, { "silent", 0 },
	{ "duty", 1 }, { "derivative", 1 }, { "no-competing", 2 },
	{ "research-only", 2 }, { "no-other-models", 3 }, { NULL, 0 } };
static const struct rank copyleft[] = { { "none", 0 }, { "restrictions", 0 },
	{ "agreement", 0 }, { "same-license", 1 }, { "network", 2 },
	{ NULL, 0 } };

struct comparator {
	const char *fact;
	enum answer (*compare)(const struct comparator *how, const char *own,
	    const char *base);
	const struct rank *ranks;
	const char *about;
};

/* The strictest of a list; false: a word is of another kind. */
static bool
rank_of(const struct rank *ranks, const char *list, unsigned *out)
{
	struct cursor rest = { list, strlen(list) };

	*out = 0;
	while (rest.len > 0) {
		struct cursor w = weigh_ini_trim(weigh_ini_cut(&rest, ','));
		const struct rank *r = ranks;

		while (r->word != NULL &&
		    !weigh_terms_same(w,
			(struct cursor){ r->word, strlen(r->word) }))
			r++;
		if (r->word == NULL)
			return false;
		if (r->rank > *out)
			*out = r->rank;
	}
	return true;
}

static enum answer
by_rank(const struct comparator *how, const char *own, const char *base)
{
	unsigned a, b;

	if (!rank_of(how->ranks, own, &a) || !rank_of(how->ranks, base, &b))
		return ANSWER_UNKNOWN;
	return a < b ? ANSWER_GRANTS : ANSWER_KEEPS;
}

static enum answer
by_limit(const struct comparator *how, const char *own, const char *base)
{
	struct weigh_threshold a, b;

	(void)how;
	if (!weigh_threshold_read(&b, base))
		return ANSWER_KEEPS;
	if (strcmp(own, "none") == 0)
		return ANSWER_GRANTS;
	if (!weigh_threshold_read(&a, own) ||
	    strcmp(a.currency, b.currency) != 0)
		return ANSWER_UNKNOWN;
	return a.number > b.number ? ANSWER_GRANTS : ANSWER_KEEPS;
}

/* Is everything that the base leaves out left out? */
static enum answer
by_list(const struct comparator *how, const char *own, const char *base)
{
	struct cursor rest = { base, strlen(base) };
	char one[64];

	(void)how;
	if (strcmp(own, "unclear") == 0 || strcmp(base, "unclear") == 0)
		return ANSWER_UNKNOWN;
	while (rest.len > 0) {
		struct cursor w = weigh_ini_trim(weigh_ini_cut(&rest, ','));

		snprintf(one, sizeof(one), "%.*s", (int)w.len, w.p);
		if (strcmp(one, "none") != 0 && !conclude_lists(own, one))
			return ANSWER_GRANTS;
	}
	return ANSWER_KEEPS;
}

static enum answer
by_words(const struct comparator *how, const char *own, const char *base)
{
	(void)how;
	if (strcmp(own, "unclear") == 0 || strcmp(base, "unclear") == 0)
		return ANSWER_UNKNOWN;
	if (strcmp(base, "none") == 0)
		return ANSWER_KEEPS;
	return weigh_terms_same((struct cursor){ own, strlen(own) },
		   (struct cursor){ base, strlen(base) }) ?
	    ANSWER_KEEPS :
	    ANSWER_GRANTS;
}

static const struct comparator comparators[] = {
	{ "commercial", by_rank, commercial, "commercial use" },
	{ "threshold.mau", by_limit, NULL, "any number of users" },
	{ "threshold.muu", by_limit, NULL, "any number of users" },
	{ "threshold.revenue-year", by_limit, NULL, "any revenue" },
	{ "threshold.revenue-month", by_limit, NULL, "any revenue" },
	{ "redistribution", by_rank, passing, "passing it on" },
	{ "territory-excludes", by_list, NULL, "use in places left out" },
	{ "field-excludes", by_list, NULL, "use in fields that are barred" },
	{ "output-training", by_rank, outputs,
	    "training other models on outputs" },
	{ "name-prefix", by_words, NULL, "any name" },
	{ "name-prefix-on-outputs", by_words, NULL,
	    "any name for what learns from outputs" },
	{ "flowdown", by_rank, copyleft,
	    "any license for what is made from it" },
};

/* Does it hold for this model at all? */
static bool
applies(const struct weigh_record *r, const struct weigh_record_part *base,
    const struct comparator *how)
{
	const struct weigh_record_term *models = strcmp(how->fact,
						     "territory-excludes") ==
		0 ?
	    conclude_term(base, "territory-scope") :
	    NULL;

	return models == NULL || r->multimodal ||
	    strcmp(models->value, "multimodal") != 0;
}

/* The own parts of one option: it grants if one of them does and none keeps it. */
static enum answer
answer_of(const struct conclude *c, uint32_t mask, const struct comparator *how,
    const char *base)
{
	enum answer out = ANSWER_UNKNOWN;

	for (uint32_t i = 0; i < c->nown; i++) {
		const struct weigh_record_term *t;
		enum answer one;

		if ((mask & (UINT32_C(1) << i)) == 0 ||
		    (t = conclude_term(&c->r->parts[i], how->fact)) == NULL)
			continue;
		one = how->compare(how, t->value, base);
		if (one == ANSWER_KEEPS)
			return ANSWER_KEEPS;
		if (one == ANSWER_GRANTS)
			out = ANSWER_GRANTS;
	}
	return out;
}

/* What a base says of one fact, and option `o` grants. */
static const struct weigh_record_term *
conflict_of(const struct conclude *c, uint32_t o, uint32_t part,
    const struct comparator *how)
{
	const struct weigh_record_part *base = &c->r->parts[part];
	const struct weigh_record_term *t = conclude_term(base, how->fact);
	uint32_t mask = c->choice.mask[o];

	if (t == NULL || (mask & (UINT32_C(1) << part)) == 0 ||
	    !conclude_flows(base) || !applies(c->r, base, how) ||
	    answer_of(c, mask, how, t->value) != ANSWER_GRANTS)
		return NULL;
	return t;
}

static bool
is_clean(const struct conclude *c, uint32_t o)
{
	for (uint32_t i = c->nown; i < c->r->nparts; i++)
		for (size_t k = 0; k < COUNT(comparators); k++)
			if (conflict_of(c, o, i, &comparators[k]) != NULL)
				return false;
	return true;
}

static void
tell_option(struct conclude *c, uint32_t o)
{
	const char *own = conclude_expression(c, &c->choice, true);

	for (uint32_t i = c->nown; i < c->r->nparts; i++)
		for (size_t k = 0; k < COUNT(comparators); k++) {
			const struct weigh_record_part *base = &c->r->parts[i];
			const struct weigh_record_term *t = conflict_of(c, o, i,
			    &comparators[k]);

			if (t != NULL)
				conclude_find(c, WEIGH_FINDING_TAG_VS_BASE,
				    base, t->clause,
				    "%s grants %s; %s, the license of %s, "
				    "says %s: %s",
				    own, comparators[k].about, base->id,
				    base->from, t->fact, t->value);
		}
}

/* Where there is an option without conflict there is none. */
void
conclude_conflict(struct conclude *c)
{
	for (uint32_t o = 0; o < c->choice.n; o++)
		if (is_clean(c, o))
			return;
	for (uint32_t o = 0; o < c->choice.n; o++)
		tell_option(c, o);
}
