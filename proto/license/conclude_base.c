/*
 * conclude_base: what the models that it was made from add.
 *
 * A base's own record holds already what it inherited, so that the model's own bases are
 * enough.  Each of their licenses comes along that demands something of what is made from
 * it, be it to keep its notices; what cannot be told of a base stays untold.  What a base
 * grants widens nothing: its parts are AND-ed.
 */
#include <string.h>

#include "conclude.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* A fact, and the values that ask nothing. */
struct freedom {
	const char *fact, *free;
};

static const struct freedom restrictions[] = {
	{ "flowdown", "none" },
	{ "commercial", "yes" },
	{ "threshold.mau", "none" },
	{ "threshold.muu", "none" },
	{ "threshold.revenue-year", "none" },
	{ "threshold.revenue-month", "none" },
	{ "registration", "none" },
	{ "redistribution", "yes" },
	{ "modification", "yes" },
	{ "display", "none" },
	{ "name-prefix", "none" },
	{ "name-prefix-on-outputs", "none" },
	{ "output-use", "yes" },
	{ "output-training", "free, silent" },
	{ "aup", "none" },
	{ "territory-excludes", "none" },
	{ "field-excludes", "none" },
};

static const struct freedom notices[] = {
	{ "agreement-copy", "no" },
	{ "change-notice", "no" },
	{ "notice-file", "no" },
	{ "attribution", "no" },
};

static bool
asks(const struct weigh_record_part *p, const struct freedom *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct weigh_record_term *t = conclude_term(p,
		    rows[i].fact);

		if (t != NULL && !conclude_lists(rows[i].free, t->value))
			return true;
	}
	return false;
}

bool
conclude_flows(const struct weigh_record_part *p)
{
	/* Of what it does with derivatives nothing is known: it may. */
	return conclude_term(p, "flowdown") == NULL ||
	    asks(p, restrictions, COUNT(restrictions));
}

static const char *
keep(struct conclude *c, const char *text)
{
	const char *kept = record_keeps(c->r, text);

	if (kept == NULL)
		c->failed = true;
	return kept != NULL ? kept : "";
}

static void
copy_terms(struct conclude *c, struct weigh_record_part *to,
    const struct weigh_record_part *from)
{
	struct weigh_record_term *rows;

	if (from->nterms == 0)
		return;
	if ((rows = record_terms(c->r, to, from->nterms)) == NULL) {
		c->failed = true;
		return;
	}
	for (uint32_t i = 0; i < from->nterms; i++)
		rows[i] = (struct weigh_record_term){
			.fact = keep(c, from->terms[i].fact),
			.value = keep(c, from->terms[i].value),
			.clause = keep(c, from->terms[i].clause),
			.evidence = keep(c, from->terms[i].evidence),
		};
}

/* The part of a base as one of ours; its index. */
static uint32_t
inherit(struct conclude *c, const struct weigh_record_part *from,
    const char *name)
{
	uint32_t n = c->r->nparts;
	uint32_t i = conclude_part(c, from->id,
	    from->from[0] != '\0' ? from->from : name);
	struct weigh_record_part *p = &c->r->parts[i];

	if (i < n || strcmp(p->id, from->id) != 0)
		return i;
	p->why = "base";
	p->name = keep(c, from->name);
	p->family = keep(c, from->family);
	p->path = keep(c, from->path);
	p->oid = from->oid;
	p->kind = from->kind;
	copy_terms(c, p, from);
	return i;
}

static bool
comes_along(const struct conclude *c, const struct weigh_record_part *p)
{
	return strcmp(p->from, c->r->repo) != 0 &&
	    (conclude_flows(p) || asks(p, notices, COUNT(notices)));
}

/* What may be chosen of a base may be chosen of what is made from it. */
static void
add_held(struct conclude *c, const struct weigh_record_base *b,
    const struct weigh_record *base)
{
	struct choice choice = { .n = 0 };
	uint32_t index[WEIGH_RECORD_PARTS];

	for (uint32_t i = 0; i < base->nparts; i++)
		index[i] = comes_along(c, &base->parts[i]) ?
		    inherit(c, &base->parts[i], b->name) :
		    UINT32_MAX;
	for (uint32_t o = 0; o < base->noptions; o++) {
		struct choice one = choice_empty();

		for (uint32_t i = 0; i < base->nparts; i++)
			if ((base->parts[i].options & (UINT32_C(1) << o)) !=
				0 &&
			    index[i] != UINT32_MAX)
				one.mask[0] |= UINT32_C(1) << index[i];
		if (choice.n == 0)
			choice = one;
		else
			choice_or(&choice, &one);
	}
	if (choice.n > 0)
		choice_and(&c->choice, &choice);
}

static void
add_untold(struct conclude *c, const struct weigh_record_base *b)
{
	uint32_t i = conclude_part(c, CONCLUDE_NOTHING_SAID, b->name);
	struct choice one = choice_of(i);

	if (c->r->parts[i].why[0] == '\0')
		c->r->parts[i].why = "base";
	choice_and(&c->choice, &one);
}

static void
add_base(struct conclude *c, const struct weigh_record_base *b,
    const struct weigh_record *base)
{
	if (b->weak) {
		conclude_say(c,
		    "'%s' names %s, which decides nothing by itself", b->path,
		    b->name);
		return;
	}
	if (b->cycle)
		return;
	if (base != NULL && base->noptions > 0) {
		add_held(c, b, base);
		conclude_say(c, "made from %s (%s%s), which is under %s",
		    b->name, weigh_relation_name(b->relation),
		    b->inferred ? ", inferred" : "",
		    base->concluded[0] != '\0' ? base->concluded :
						 CONCLUDE_NOTHING_SAID);
		return;
	}
	add_untold(c, b);
	conclude_say(c, "made from %s (%s%s), of which nothing is known%s",
	    b->name, weigh_relation_name(b->relation),
	    b->inferred ? ", inferred" : "", b->held ? " yet" : "");
}

void
conclude_base(struct conclude *c)
{
	for (uint32_t i = 0; i < c->r->nbases; i++) {
		const struct weigh_record_base *b = &c->r->bases[i];

		if (b->child == UINT32_MAX)
			add_base(c, b, b->held ? c->bases[i] : NULL);
	}
}
