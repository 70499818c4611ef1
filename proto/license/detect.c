/*
 * What is in a text: the best license is taken out of it, word for word, and then what is
 * left is looked at again, until nothing matches.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"

/* Steps of comparison: enough for some fifty alignments of long licenses, and for a
 * multiple of that in a text that is longer. */
#define EFFORT_BASE (8u << 20)
#define EFFORT_WORD 96u

/* A license that could be it. */
struct option {
	uint32_t pack;
	struct license_template t;
	struct weigh_licensepack_entry entry;
	struct license_chain chain;
	struct license_alignment a;
	struct license_verdict v;
	uint32_t hits; /* shingles that it shares with the text */
	int64_t bound; /* no alignment gains more */
	bool stale;    /* the chain is to be found, again */
	bool aligned;  /* a and v hold */
};

struct options {
	struct option *all;
	uint32_t n;
	uint32_t *order; /* the most shared first */
};

uint32_t
license_scan_left(const struct license_scan *s, uint32_t from, uint32_t to)
{
	uint32_t left = 0;

	for (uint32_t d = from; d < to; d++)
		left += license_is_left(s, d);
	return left;
}

/* Is there enough left for a shingle?  Seldom more than the first words are looked at. */
static bool
any_left(const struct license_scan *s)
{
	uint32_t left = 0;

	for (uint32_t d = 0; d < s->seen[0].n && left < LICENSE_SHINGLE; d++)
		left += license_is_left(s, d);
	return left == LICENSE_SHINGLE;
}

/* All words that are not taken, harmless or not. */
static uint32_t
words_left(const struct license_scan *s)
{
	uint32_t left = 0;

	for (uint32_t d = 0; d < s->seen[0].n; d++)
		left += !s->taken[d];
	return left;
}

/* --- options --------------------------------------------------------------------- */

static void
forget_alignment(struct option *o)
{
	license_alignment_free(&o->a);
	o->aligned = false;
}

static void
options_free(struct options *o)
{
	for (uint32_t i = 0; i < o->n; i++) {
		license_chain_free(&o->all[i].chain);
		forget_alignment(&o->all[i]);
	}
	free(o->all);
	free(o->order);
	*o = (struct options){ 0 };
}

static void
option_init(struct option *o, const struct license_scan *s, uint32_t pack,
    uint32_t number, uint32_t hits)
{
	*o = (struct option){ .pack = pack, .hits = hits, .stale = true };
	license_pack_template(s->packs[pack], number, &o->t);
	weigh_licensepack_entry(s->packs[pack], o->t.entry, &o->entry);
}

/* What an earlier round knows of a template holds if nothing was taken since of what it
 * rests on (take); if so, it is moved. */
static void
option_keep(struct option *o, struct options *before)
{
	for (uint32_t i = 0; i < before->n; i++) {
		struct option *x = &before->all[i];
		uint32_t hits = o->hits;

		if (x->t.number != o->t.number || x->pack != o->pack)
			continue;
		if (x->stale || !x->chain.whole)
			return;
		*o = *x;
		o->hits = hits;
		x->chain = (struct license_chain){ 0 };
		x->a = (struct license_alignment){ 0 };
		return;
	}
}

/* The candidates of one pack. */
static enum weigh_code
options_add(struct options *o, struct options *before,
    const struct license_scan *s, uint32_t pack, struct weigh_err *err)
{
	struct license_candidates c;
	struct option *all;
	uint32_t *order;
	enum weigh_code rc = license_candidates(&s->seen[pack], &c, err);

	if (rc != WEIGH_OK || c.n == 0)
		return rc;
	all = realloc(o->all, (o->n + c.n) * sizeof(*all));
	if (all != NULL)
		o->all = all;
	order = realloc(o->order, (o->n + c.n) * sizeof(*order));
	if (order != NULL)
		o->order = order;
	if (all == NULL || order == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (uint32_t i = 0; i < c.n; i++) {
		option_init(&o->all[o->n], s, pack, c.numbers[i], c.hits[i]);
		option_keep(&o->all[o->n++], before);
	}
	return WEIGH_OK;
}

/* The candidates of a round, with what is still true of those of the round before. */
static enum weigh_code
options_find(struct options *o, const struct license_scan *s,
    struct weigh_err *err)
{
	struct options before = *o;
	enum weigh_code rc = WEIGH_OK;

	*o = (struct options){ 0 };
	for (uint32_t p = 0; p < s->npacks && rc == WEIGH_OK; p++)
		rc = options_add(o, &before, s, p, err);
	options_free(&before);
	return rc;
}

/* A short insertion sort keeps equals in their order. */
static void
options_sort(struct options *o)
{
	for (uint32_t i = 0; i < o->n; i++) {
		uint32_t k = i;

		for (; k > 0 && o->all[o->order[k - 1]].hits < o->all[i].hits;
		     k--)
			o->order[k] = o->order[k - 1];
		o->order[k] = i;
	}
}

static enum weigh_code
option_chain(struct option *o, struct license_scan *s, struct weigh_err *err)
{
	enum weigh_code rc;

	if (!o->stale)
		return WEIGH_OK;
	license_chain_free(&o->chain);
	forget_alignment(o);
	rc = license_chain_find(&o->chain, &s->seen[o->pack], &o->t, &s->effort,
	    err);
	if (rc != WEIGH_OK)
		return rc;
	o->bound = license_chain_bound(&o->chain, &o->t);
	o->stale = false;
	return WEIGH_OK;
}

static enum weigh_code
option_align(struct option *o, struct license_scan *s, struct weigh_err *err)
{
	const struct license_seen *seen = &s->seen[o->pack];
	enum weigh_code rc;

	if (o->aligned)
		return WEIGH_OK;
	rc = license_align(&o->a, seen, &o->t, &o->chain, &s->effort, err);
	if (rc != WEIGH_OK)
		return rc;
	license_judge(&o->v, seen, &o->t, &o->a);
	o->aligned = true;
	return WEIGH_OK;
}

/* --- which one ---------------------------------------------------------------------- */

/* Nine tenths of it in order, and not more beside it than it is long. */
static bool
mostly_there(const struct option *o)
{
	return o->v.required * 10 >= o->t.nrequired * 9 &&
	    o->v.added <= o->t.nwords;
}

/* Words of the text that are left if this one is taken. */
static uint32_t
beside(const struct option *o, const struct license_scan *s)
{
	return license_scan_left(s, 0, o->a.start) +
	    license_scan_left(s, o->a.end, s->seen[o->pack].n) + o->v.added;
}

/* One passage is missing, at an end or between, and the text has hardly anything else. */
static bool
one_piece_missing(const struct option *o, const struct license_scan *s)
{
	return o->v.gaps == 1 && o->v.required * 5 >= o->t.nrequired * 2 &&
	    beside(o, s) * 20 <= o->v.matched;
}

/* Is it this license, or a change of it? */
static bool
is_it(const struct option *o, const struct license_scan *s)
{
	if (o->v.contradicted || o->v.matched == 0)
		return false;
	if (o->v.clean)
		return true;
	if (o->entry.what == WEIGH_WHAT_HARMLESS ||
	    o->entry.what == WEIGH_WHAT_HEADER)
		return false;
	if (o->t.tiny && beside(o, s) * 2 > o->v.matched)
		return false;
	return mostly_there(o) || one_piece_missing(o, s);
}

/* Does `a` say more of the text than `b`? */
static bool
better(const struct option *a, const struct option *b)
{
	if (a->v.gain != b->v.gain)
		return a->v.gain > b->v.gain;
	if (a->v.matched != b->v.matched)
		return a->v.matched > b->v.matched;
	if (a->v.free != b->v.free)
		return a->v.free < b->v.free;
	if (a->entry.popularity != b->entry.popularity)
		return a->entry.popularity > b->entry.popularity;
	if (a->entry.deprecated != b->entry.deprecated)
		return b->entry.deprecated;
	if (a->pack != b->pack)
		return a->pack < b->pack;
	if (strlen(a->entry.id) != strlen(b->entry.id))
		return strlen(a->entry.id) < strlen(b->entry.id);
	return strcmp(a->entry.id, b->entry.id) < 0;
}

/* Could it be more than a relative?  What a chain does not cover is seldom there. */
static bool
promising(const struct option *o)
{
	return o->chain.covered * 10 >= o->t.nrequired * 3 &&
	    o->chain.covered > 0;
}

/* Can a text of so many words gain more with it than `least`? */
static bool
worth_a_chain(const struct option *o, uint32_t words, int64_t least)
{
	uint32_t need = o->t.nrequired, all = o->t.nwords;
	int64_t most = (int64_t)(all < words ? all : words) -
	    license_gap_cost(need > words ? need - words : 0);

	return most >= least;
}

/* The best of all.  Those that share most with the text are looked at first, so that
 * of most others a bound is enough.  Relatives are asked for as long as nothing is
 * found. */
static enum weigh_code
choose(struct option **out, struct options *o, struct license_scan *s,
    struct weigh_err *err)
{
	uint32_t words = words_left(s);
	struct option *best = NULL;

	*out = NULL;
	for (uint32_t i = 0; i < o->n; i++) {
		struct option *x = &o->all[o->order[i]];
		enum weigh_code rc;

		if (best != NULL && !worth_a_chain(x, words, best->v.gain))
			continue;
		if (s->nfound > 0 && x->t.nrequired * 2 > words * 5)
			continue;
		rc = option_chain(x, s, err);
		if (rc != WEIGH_OK)
			return rc;
		if (!promising(x) || (best != NULL && x->bound < best->v.gain))
			continue;
		rc = option_align(x, s, err);
		if (rc != WEIGH_OK)
			return rc;
		if (is_it(x, s) && (best == NULL || better(x, best)))
			best = x;
	}
	*out = best;
	return WEIGH_OK;
}

static bool
inside(const struct option *x, const struct option *o)
{
	uint32_t last = x->chain.n - 1;

	return x->chain.n > 0 && x->chain.runs[0].d >= o->a.start &&
	    x->chain.runs[last].d + x->chain.runs[last].len <= o->a.end;
}

/* A license that is there but for some words may be two smaller ones that are wholly
 * there: if these say as much of the text, the best of them is taken instead. */
static enum weigh_code
prefer_whole(struct option **best, struct options *o, struct license_scan *s,
    struct weigh_err *err)
{
	struct option *first = NULL;
	uint32_t end = 0;
	int64_t sum = 0;

	for (uint32_t i = 0; i < o->n; i++) {
		struct option *x = &o->all[o->order[i]];
		enum weigh_code rc;

		if (x == *best ||
		    x->t.nrequired * 8 >
			10 * ((*best)->a.end - (*best)->a.start))
			continue;
		rc = option_chain(x, s, err);
		if (rc != WEIGH_OK)
			return rc;
		if (!inside(x, *best) ||
		    x->chain.covered * 10 < x->t.nrequired * 8)
			continue;
		rc = option_align(x, s, err);
		if (rc != WEIGH_OK)
			return rc;
		if (!x->v.clean ||
		    (first != NULL && x->a.start < end &&
			x->a.end > first->a.start))
			continue;
		sum += x->v.gain;
		if (first == NULL)
			first = x;
		if (x->a.end > end)
			end = x->a.end;
	}
	if (first != NULL && sum >= (*best)->v.gain)
		*best = first;
	return WEIGH_OK;
}

/* --- taking ------------------------------------------------------------------------- */

/* The words of a license are no longer there for others; a harmless word between them
 * is its own as well. */
static void
take_words(struct license_scan *s, const struct license_alignment *a)
{
	for (uint32_t d = a->start; d < a->end; d++) {
		if (*license_fate(a, d) == FATE_ADDED &&
		    !license_word_harmless(&s->text->tokens[d]))
			continue;
		s->taken[d] = TAKEN_FOUND;
		for (uint32_t p = 0; p < s->npacks; p++)
			s->seen[p].words[d] = LICENSE_NO_WORD;
	}
}

static bool
overlaps(const struct option *x, const struct license_alignment *a)
{
	uint32_t last = x->chain.n - 1;

	return x->chain.n > 0 && x->chain.runs[0].d < a->end &&
	    x->chain.runs[last].d + x->chain.runs[last].len > a->start;
}

/* Did the license take a word of the run? */
static bool
breaks(const struct license_scan *s, const struct license_alignment *a,
    const struct license_run *r)
{
	uint32_t from = r->d > a->start ? r->d : a->start;
	uint32_t to = r->d + r->len < a->end ? r->d + r->len : a->end;

	for (uint32_t d = from; d < to; d++)
		if (s->taken[d])
			return true;
	return false;
}

/* Or one of any that the search for a chain met? */
static bool
breaks_any(const struct license_scan *s, const struct license_alignment *a,
    const struct license_chain *c)
{
	for (uint32_t i = 0; i < c->n + c->njumped; i++)
		if (breaks(s, a, &c->runs[i]))
			return true;
	return false;
}

/* Did it take words that an alignment along the chain depends on? */
static bool
touches(const struct license_alignment *a, const struct option *x)
{
	uint32_t last = x->chain.n - 1;

	return x->entry.vendor || x->chain.n == 0 ||
	    (x->chain.runs[0].d < a->end + LICENSE_AROUND &&
		x->chain.runs[last].d + x->chain.runs[last].len +
			LICENSE_AROUND >
		    a->start);
}

/* What is not true of an option any more, as others' words are gone. */
static void
option_outdate(struct option *x, const struct license_scan *s,
    const struct license_alignment *a)
{
	if (x->stale)
		return;
	if (x->chain.whole && breaks_any(s, a, &x->chain))
		x->chain.whole = false;
	x->stale = !x->chain.whole && overlaps(x, a);
	if (x->stale || touches(a, x))
		forget_alignment(x);
}

static void
take(struct license_scan *s, struct options *o, struct option *best)
{
	struct license_found *f = &s->found[s->nfound++];

	*f = (struct license_found){ .pack = best->pack,
		.t = best->t,
		.entry = best->entry,
		.a = best->a,
		.v = best->v };
	best->a = (struct license_alignment){ 0 }; /* the finding's now */
	best->aligned = false;
	best->stale = true;
	take_words(s, &f->a);
	for (uint32_t i = 0; i < o->n; i++)
		option_outdate(&o->all[i], s, &f->a);
}

/* --- relatives ------------------------------------------------------------------------ */

static double
containment(const struct option *o)
{
	uint32_t there = o->aligned ? o->v.required + o->v.free :
				      o->chain.covered;

	return (double)there / (double)o->t.nwords;
}

/* Keep the best three, each id once. */
static void
near_put(struct license_scan *s, const char *id, double share)
{
	uint32_t i;

	for (i = 0; i < s->nnearest; i++)
		if (strcmp(s->nearest[i].id, id) == 0)
			break;
	if (i < s->nnearest && share <= s->nearest[i].containment)
		return;
	if (i == WEIGH_LICENSE_NEAREST) {
		if (share <= s->nearest[--i].containment)
			return;
	} else if (i == s->nnearest) {
		s->nnearest++;
	}
	for (; i > 0 && s->nearest[i - 1].containment < share; i--)
		s->nearest[i] = s->nearest[i - 1];
	(void)snprintf(s->nearest[i].id, sizeof(s->nearest[i].id), "%s", id);
	s->nearest[i].containment = share;
}

/* What the text is related to, if nothing is it. */
static void
note_relatives(struct license_scan *s, const struct options *o)
{
	for (uint32_t i = 0; i < o->n; i++) {
		const struct option *x = &o->all[i];

		if (x->stale || x->chain.covered == 0 || x->t.tiny ||
		    x->entry.what == WEIGH_WHAT_HARMLESS ||
		    x->entry.what == WEIGH_WHAT_HEADER)
			continue;
		near_put(s, x->entry.id, containment(x));
	}
}

/* --- rounds ----------------------------------------------------------------------------- */

/* Take what the candidates explain; false in *any: nothing. */
static enum weigh_code
round_of(struct license_scan *s, struct options *o, bool *any,
    struct weigh_err *err)
{
	struct option *best;
	enum weigh_code rc = options_find(o, s, err);

	*any = false;
	if (rc == WEIGH_OK)
		options_sort(o);
	while (rc == WEIGH_OK && s->nfound < LICENSE_FOUND &&
	    !s->effort.spent) {
		rc = choose(&best, o, s, err);
		if (rc == WEIGH_OK && s->nfound == 0)
			note_relatives(s, o);
		if (rc != WEIGH_OK || best == NULL)
			break;
		if (!best->v.clean)
			rc = prefer_whole(&best, o, s, err);
		if (rc != WEIGH_OK)
			break;
		take(s, o, best);
		*any = true;
		if (!any_left(s))
			break;
	}
	return rc;
}

static int
by_place(const void *a, const void *b)
{
	const struct license_found *x = a, *y = b;

	return (x->a.start > y->a.start) - (x->a.start < y->a.start);
}

enum weigh_code
license_scan_all(struct license_scan *s, struct weigh_err *err)
{
	struct options o = { 0 };
	bool any = true;
	enum weigh_code rc = WEIGH_OK;

	while (any && rc == WEIGH_OK && s->nfound < LICENSE_FOUND &&
	    !s->effort.spent && any_left(s))
		rc = round_of(s, &o, &any, err);
	options_free(&o);
	if (s->nfound > 0)
		qsort(s->found, s->nfound, sizeof(*s->found), by_place);
	return rc;
}

/* The best of templates [first, first + count), whatever it is worth. */
static enum weigh_code
lay_along(struct license_scan *s, uint32_t pack, uint32_t first, uint32_t count,
    const struct weigh_licensepack_entry *entry, struct weigh_err *err)
{
	struct option best = { 0 };
	struct options none = { 0 };
	enum weigh_code rc = WEIGH_OK;

	for (uint32_t i = 0; i < count && rc == WEIGH_OK; i++) {
		struct option x;

		option_init(&x, s, pack, first + i, 0);
		if (entry != NULL)
			x.entry = *entry;
		rc = license_chain_find(&x.chain, &s->seen[pack], &x.t,
		    &s->effort, err);
		if (rc == WEIGH_OK)
			rc = option_align(&x, s, err);
		license_chain_free(&x.chain);
		if (rc == WEIGH_OK && (!best.aligned || better(&x, &best))) {
			forget_alignment(&best);
			best = x;
		} else {
			forget_alignment(&x);
		}
	}
	if (rc == WEIGH_OK && best.aligned)
		take(s, &none, &best);
	else
		forget_alignment(&best);
	return rc;
}

enum weigh_code
license_scan_entry(struct license_scan *s, uint32_t pack, size_t entry,
    struct weigh_err *err)
{
	struct weigh_licensepack_entry e;

	weigh_licensepack_entry(s->packs[pack], entry, &e);
	return lay_along(s, pack, e.first, e.count, &e, err);
}

enum weigh_code
license_scan_template(struct license_scan *s, uint32_t pack, uint32_t number,
    struct weigh_err *err)
{
	return lay_along(s, pack, number, 1, NULL, err);
}

enum weigh_code
license_scan_begin(struct license_scan *s, const struct license_text *text,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	*s = (struct license_scan){ .text = text, .packs = packs };
	s->effort.left = EFFORT_BASE + (uint64_t)EFFORT_WORD * text->ntokens;
	s->taken = calloc(text->ntokens + 1, 1);
	s->found = calloc(LICENSE_FOUND, sizeof(*s->found));
	if (s->taken == NULL || s->found == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < npacks && rc == WEIGH_OK; i++) {
		rc = license_seen_init(&s->seen[i], text, packs[i], s->taken,
		    err);
		if (rc == WEIGH_OK)
			s->npacks++;
	}
	return rc;
}

void
license_scan_end(struct license_scan *s)
{
	for (uint32_t i = 0; i < s->nfound; i++)
		license_alignment_free(&s->found[i].a);
	for (uint32_t i = 0; i < s->npacks; i++)
		license_seen_free(&s->seen[i]);
	free(s->found);
	free(s->taken);
	*s = (struct license_scan){ 0 };
}
