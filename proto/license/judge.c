/*
 * What an alignment is worth.  First what is only written otherwise is excused: a word
 * that one side has in two pieces, a list mark that one side has as a word.  Then it is
 * counted.  Nothing else is excused: one word more or less is a difference.
 */
#include <string.h>

#include "match.h"

#define OPENING 20u /* words: title, version, date */
#define GAP 16u     /* missing words that count three times */

/* A stretch in which neither side has the other's words. */
struct hunk {
	uint32_t t0, t1, d0, d1;
};

struct bench {
	const struct license_seen *s;
	const struct license_template *t;
	struct license_alignment *a;
};

/* The next hunk at or behind *h's end; false: there is none. */
static bool
next_hunk(const struct bench *b, struct hunk *h)
{
	const struct license_alignment *a = b->a;
	uint32_t t = h->t1, d = h->d1;

	while (t < b->t->nwords && d < a->end && a->at[t] == d &&
	    *license_fate(a, d) == FATE_MATCHED) {
		t++;
		d++;
	}
	h->t0 = t;
	h->d0 = d;
	while (t < b->t->nwords && a->at[t] >= WORD_FIRST)
		t++;
	while (d < a->end && *license_fate(a, d) != FATE_MATCHED)
		d++;
	h->t1 = t;
	h->d1 = d;
	return h->t0 < h->t1 || h->d0 < h->d1;
}

/* --- excuses ------------------------------------------------------------------- */

/* Two words of the text written as one. */
static uint16_t
joined(const struct bench *b, uint32_t d)
{
	const char *x = license_word(b->s->text, d),
		   *y = license_word(b->s->text, d + 1);
	size_t nx = strlen(x), ny = strlen(y);
	char word[LICENSE_WORD_MAX + 1];

	if (nx + ny > LICENSE_WORD_MAX)
		return LICENSE_NO_WORD;
	memcpy(word, x, nx);
	memcpy(word + nx, y, ny);
	return license_pack_word(b->s->pack, license_word_hash(word, nx + ny));
}

/* Two words of the pack. */
struct halves {
	uint16_t first, second;
};

/* Where word `d` of the text is two words written as one: all that it may be. */
static size_t
halves(const struct bench *b, uint32_t d, struct halves out[LICENSE_WORD_MAX])
{
	const char *word = license_word(b->s->text, d);
	size_t len = strlen(word), n = 0;

	for (size_t i = 1; i < len; i++) {
		struct halves *h = &out[n];

		h->first = license_pack_word(b->s->pack,
		    license_word_hash(word, i));
		if (h->first == LICENSE_NO_WORD)
			continue;
		h->second = license_pack_word(b->s->pack,
		    license_word_hash(word + i, len - i));
		n += h->second != LICENSE_NO_WORD;
	}
	return n;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Is the label, or a part of it, this word of the pack? */
static bool
is_word(const struct bench *b, const char *label, uint16_t word)
{
	char text[24];
	size_t n = 0;

	for (; n < sizeof(text) && label[n] != '\0'; n++)
		text[n] = lower(label[n]);
	return license_pack_word(b->s->pack, license_word_hash(text, n)) ==
	    word;
}

static bool
gone(const struct bench *b, uint32_t t)
{
	return b->a->at[t] == WORD_GONE;
}

static bool
added(const struct bench *b, uint32_t d)
{
	return *license_fate(b->a, d) == FATE_ADDED && !b->s->taken[d];
}

static void
excuse(struct bench *b, uint32_t t, uint32_t nt, uint32_t d, uint32_t nd)
{
	for (uint32_t i = 0; i < nt; i++)
		b->a->at[t + i] = WORD_FREE;
	for (uint32_t i = 0; i < nd; i++)
		*license_fate(b->a, d + i) = FATE_EXCUSED;
}

/* Do a word and the two that it is made of decide the same?  "notable" is not "not able";
 * "cannot" is "can not". */
static bool
decide_alike(unsigned one, unsigned two)
{
	return ((one ^ two) & (WEIGH_STRONG_NEGATION | WEIGH_STRONG_NUMBER)) ==
	    0 &&
	    (((one ^ two) & WEIGH_STRONG_MODAL) == 0 ||
		one & WEIGH_STRONG_NEGATION);
}

static unsigned
strong_of_text(const struct bench *b, uint32_t d)
{
	return b->s->text->tokens[d].flags & TOKEN_STRONG;
}

static unsigned
strong_of_license(const struct bench *b, uint32_t t)
{
	return license_pack_strong(b->s->pack, b->t->words[t]);
}

/* What a word of the text may be: one with the next; two of the license. */
struct broken {
	uint32_t d;
	uint16_t one; /* LICENSE_NO_WORD: none */
	size_t n;
	struct halves two[LICENSE_WORD_MAX];
};

/* Has the text in two words what the license has in one? */
static bool
in_two(const struct bench *b, const struct broken *x, uint32_t t)
{
	return x->one != LICENSE_NO_WORD && x->one == b->t->words[t] &&
	    decide_alike(strong_of_license(b, t),
		strong_of_text(b, x->d) | strong_of_text(b, x->d + 1));
}

/* And the other way. */
static bool
in_one(const struct bench *b, const struct broken *x, uint32_t t)
{
	const uint16_t *w = b->t->words + t;

	for (size_t i = 0; i < x->n; i++)
		if (x->two[i].first == w[0] && x->two[i].second == w[1])
			return decide_alike(strong_of_text(b, x->d),
			    strong_of_license(b, t) |
				strong_of_license(b, t + 1));
	return false;
}

static void
excuse_broken_word(struct bench *b, const struct hunk *h,
    const struct broken *x)
{
	for (uint32_t t = h->t0; t < h->t1; t++) {
		if (!gone(b, t))
			continue;
		if (in_two(b, x, t)) {
			excuse(b, t, 1, x->d, 2);
			return;
		}
		if (t + 1 < h->t1 && gone(b, t + 1) && in_one(b, x, t)) {
			excuse(b, t, 2, x->d, 1);
			return;
		}
	}
}

/* A word broken in two, or two joined. */
static void
excuse_broken(struct bench *b, const struct hunk *h)
{
	if (h->t0 == h->t1)
		return;
	for (uint32_t d = h->d0; d < h->d1; d++) {
		struct broken x;

		if (!added(b, d))
			continue;
		x.d = d;
		x.one = d + 1 < h->d1 && added(b, d + 1) ? joined(b, d) :
							   LICENSE_NO_WORD;
		x.n = halves(b, d, x.two);
		if (x.n > 0 || x.one != LICENSE_NO_WORD)
			excuse_broken_word(b, h, &x);
	}
}

/* Is the word, in lower case, what a clause's label ends in: "a" or "4.a" of "4.A"? */
static bool
ends_label(const char *label, const char *word)
{
	size_t nl = strlen(label), nw = strlen(word);

	if (nw == 0 || nw > nl || (nl > nw && label[nl - nw - 1] != '.'))
		return false;
	for (size_t i = 0; i < nw; i++)
		if (lower(label[nl - nw + i]) != word[i])
			return false;
	return true;
}

/* The license has a number where the text has a list mark that says the same. */
static void
excuse_mark_of_text(struct bench *b, const struct hunk *h)
{
	const struct license_text *x = b->s->text;
	const char *label, *part;

	if (h->d1 >= b->s->n || h->t1 == h->t0 || !gone(b, h->t1 - 1) ||
	    !(x->tokens[h->d1].flags & TOKEN_LINE))
		return;
	label = x->clauses[x->tokens[h->d1].clause];
	for (part = label; part != NULL && *part != '\0';) {
		if (is_word(b, part, b->t->words[h->t1 - 1])) {
			excuse(b, h->t1 - 1, 1, 0, 0);
			return;
		}
		part = strchr(part, '.');
		part = part ? part + 1 : NULL;
	}
}

/* Does a clause of the license begin at its word `t`? */
static bool
clause_begins(const struct bench *b, uint32_t t, const char **label)
{
	if (t >= b->t->nwords)
		return false;
	*label = license_pack_clause(b->s->pack, b->t->number, t);
	return **label != '\0' &&
	    (t == 0 ||
		strcmp(*label,
		    license_pack_clause(b->s->pack, b->t->number, t - 1)) != 0);
}

/* Does word `d` stand as a list mark does: a letter, a roman number, a number with a
 * point behind it, first in its line, and no mark before it? */
static bool
stands_as_mark(const struct license_text *x, uint32_t d)
{
	const struct license_token *token = &x->tokens[d];
	const char *word = license_word(x, d);
	size_t len = strlen(word);

	if (!(token->flags & TOKEN_LINE))
		return false;
	if (strspn(word, "0123456789.") == len)
		return token->flags & TOKEN_STOP &&
		    (d == 0 || token->clause == x->tokens[d - 1].clause);
	return len == 1 || strspn(word, "ivxl") == len;
}

/* The text has a word where the license has a list mark: the same one, or any at the
 * beginning of a line. */
static void
excuse_mark_of_license(struct bench *b, const struct hunk *h)
{
	const struct license_text *x = b->s->text;
	uint32_t d = h->d1 - 1;
	const char *label;

	if (h->d1 == h->d0 || !added(b, d) || !clause_begins(b, h->t1, &label))
		return;
	if (ends_label(label, license_word(x, d)) || stands_as_mark(x, d))
		excuse(b, 0, 0, d, 1);
}

static void
excuses(struct bench *b)
{
	struct hunk h = { .d1 = b->a->start };

	while (next_hunk(b, &h)) {
		excuse_broken(b, &h);
		excuse_mark_of_text(b, &h);
		excuse_mark_of_license(b, &h);
	}
}

/* --- its own name --------------------------------------------------------------- */

/* A word of a title that the license does not account for. */
static bool
other_title(const struct bench *b, uint32_t d)
{
	return d < b->s->n && !b->s->taken[d] &&
	    (b->s->text->tokens[d].flags & TOKEN_TITLE) &&
	    (d < b->a->start || d >= b->a->end ||
		*license_fate(b->a, d) == FATE_ADDED);
}

/* Is there a title just above the license that is not its own? */
static bool
titled_otherwise(const struct bench *b)
{
	enum {
		ABOVE = 40
	};

	for (uint32_t d = b->a->start; d > 0 && b->a->start - d < ABOVE; d--)
		if (other_title(b, d - 1))
			return true;
	return other_title(b, b->a->start);
}

/* Does the text have other words than the title of a vendor's license? */
static bool
title_differs(const struct bench *b, const struct license_span *p)
{
	const struct license_token *x = b->s->text->tokens;
	uint32_t first = UINT32_MAX, last = 0, there = 0, missing = 0;

	for (uint32_t t = p->from; t < p->to; t++) {
		if (b->a->at[t] < WORD_FIRST) {
			last = b->a->at[t];
			first = there++ == 0 ? last : first;
		} else if (gone(b, t)) {
			missing++;
		}
	}
	if (there == 0)
		return missing > 0 && titled_otherwise(b);
	for (uint32_t d = first; d <= last; d++)
		if (added(b, d))
			return true;
	return missing > 0 ||
	    (first > 0 && !(x[first].flags & TOKEN_LINE) &&
		other_title(b, first - 1)) ||
	    (last + 1 < b->s->n && !(x[last + 1].flags & TOKEN_LINE) &&
		other_title(b, last + 1));
}

static bool
in_title(const struct bench *b, uint32_t d)
{
	return d < b->s->n &&
	    (b->s->text->tokens[d].flags & (TOKEN_TITLE | TOKEN_COPYRIGHT)) ==
	    TOKEN_TITLE;
}

/* What stands on both sides of a hunk. */
struct opening {
	bool title;       /* words in a heading were added */
	bool name;        /* words that are written as names are */
	bool number;      /* numbers were added */
	bool number_gone; /* numbers are missing */
	uint32_t missing; /* words of the license */
};

static void
look_at_added(const struct bench *b, uint32_t d, struct opening *o)
{
	unsigned flags = b->s->text->tokens[d].flags;

	if (flags & TOKEN_COPYRIGHT)
		return;
	o->title = o->title || (flags & TOKEN_TITLE);
	o->name = o->name || !(flags & TOKEN_LOWER);
	o->number = o->number || (flags & WEIGH_STRONG_NUMBER);
}

/* Words before the first one that matches, in its line, belong to the opening too. */
static void
look_before(const struct bench *b, struct opening *o)
{
	const struct license_token *x = b->s->text->tokens;
	uint32_t d = b->a->start;

	while (d > 0 && !(x[d].flags & TOKEN_LINE) && !b->s->taken[d - 1])
		look_at_added(b, --d, o);
	o->title = o->title || titled_otherwise(b);
}

/* Has a hunk in the opening of a vendor's license another title, version or date? */
static bool
opens_otherwise(const struct bench *b, const struct hunk *h)
{
	struct opening o = { .missing = 0 };

	for (uint32_t d = h->d0; d < h->d1; d++)
		if (added(b, d))
			look_at_added(b, d, &o);
	for (uint32_t t = h->t0; t < h->t1; t++) {
		if (!gone(b, t))
			continue;
		o.missing++;
		o.number_gone = o.number_gone ||
		    (license_pack_strong(b->s->pack, b->t->words[t]) &
			WEIGH_STRONG_NUMBER);
	}
	if (h->t0 == 0 && o.missing > 0)
		look_before(b, &o);
	if (o.missing > 0 && h->t0 > 0 && h->d0 > 0 && h->d1 < b->a->end)
		o.title = o.title ||
		    (in_title(b, h->d0 - 1) && in_title(b, h->d1));
	return o.title || (o.missing > 0 && o.name) ||
	    (o.number && o.number_gone);
}

/* Does the text call itself otherwise than this license?  Of a vendor's licenses title,
 * version and date are the identity: its next version may have the same words. */
static bool
contradicted(const struct bench *b)
{
	struct hunk h = { .d1 = b->a->start };

	if (!b->t->vendor)
		return false;
	for (uint32_t i = 0; i < b->t->nspans; i++)
		if (b->t->spans[i].kind == SPAN_TITLE &&
		    title_differs(b, &b->t->spans[i]))
			return true;
	while (next_hunk(b, &h) && h.t0 < OPENING)
		if (opens_otherwise(b, &h))
			return true;
	return false;
}

/* --- counting ------------------------------------------------------------------- */

/* A few words that are missing make another license; a whole clause that is missing is
 * one change. */
int64_t
license_gap_cost(uint32_t gone)
{
	return gone <= GAP ? 3 * (int64_t)gone :
			     3 * (int64_t)GAP + (gone - GAP) / 4;
}

/* Counts the words of the license; returns what the missing ones cost. */
static int64_t
count(struct license_verdict *v, const struct bench *b)
{
	const struct license_template *t = b->t;
	uint32_t required_gone = 0, there = 0, in_gap = 0;
	int64_t cost = 0;

	for (uint32_t i = 0; i < t->nwords; i++) {
		if (b->a->at[i] < WORD_FIRST) {
			there++;
			cost += license_gap_cost(in_gap);
			in_gap = 0;
		}
		if (!gone(b, i))
			continue;
		v->gaps += in_gap++ == 0;
		v->gone++;
		required_gone += license_required(t, i, i + 1);
	}
	v->required = t->nrequired - required_gone;
	v->free = there > v->required ? there - v->required : 0;
	return cost + license_gap_cost(in_gap);
}

void
license_judge(struct license_verdict *out, const struct license_seen *s,
    const struct license_template *t, struct license_alignment *a)
{
	struct bench b = { .s = s, .t = t, .a = a };
	int64_t same = 0, cost;

	*out = (struct license_verdict){ 0 };
	excuses(&b);
	cost = count(out, &b);
	for (uint32_t d = a->start; d < a->end; d++) {
		same += *license_fate(a, d) == FATE_MATCHED ||
		    *license_fate(a, d) == FATE_EXCUSED;
		out->matched += *license_fate(a, d) != FATE_ADDED;
		out->added += added(&b, d) &&
		    !license_word_harmless(&s->text->tokens[d]);
	}
	out->contradicted = contradicted(&b);
	out->clean = out->gone == 0 && out->added == 0 && !out->contradicted;
	out->gain = same - cost - out->added;
}
