/*
 * A license laid along a text.  The runs of a chain are certain; each gap between two
 * of them is solved by dynamic programming over (word of the license, word of the text),
 * in which the grammar of the license gives shortcuts: an optional part is passed as a
 * whole, a variable one takes a few words that decide nothing, one of the alternatives
 * is read word for word.
 *
 * Costs are chosen so that the cheapest path is the one a person would tell: a missing
 * word is dearer than an added one, and everything that is allowed costs next to nothing,
 * but a match costs less.
 */
#include <stdlib.h>
#include <string.h>

#include "match.h"

#define COST_GONE 12288u
#define COST_ADDED 4096u
#define COST_HARMLESS 2u /* added, in a zone in which that does not matter */
#define COST_FREE 1u /* a word passed over, or taken, as the license allows */
#define NEVER 0u     /* of a cell: no way leads there */
#define START 1u     /* where a way begins */

#define VARIABLE_MAX 15u    /* words that a variable part takes */
#define NOTICE_MAX 30u      /* words that a notice of copyright takes */
#define ALTERNATIVE_MAX 64u /* words that one of the alternatives takes */
#define REACH 48u           /* words before the first run and behind the last */
#define CELLS_MAX (1u << 19) /* of one gap */

/* A rectangle between two runs, or before the first, or behind the last. */
struct gap {
	uint32_t t0, t1, d0, d1;
	bool open_left,
	    open_right; /* words of the text beyond are not its own */
};

enum step {
	STEP_NONE,
	STEP_SAME,
	STEP_GONE,
	STEP_ADDED,
	STEP_PASS,
	STEP_VARY
};

struct cell {
	uint32_t cost;
	uint32_t from; /* the cell before */
	uint8_t step;
};

struct table {
	const struct license_seen *s;
	const struct license_template *t;
	struct gap g;
	uint32_t rows, cols;
	struct cell *cells;
	uint32_t *added; /* what each word of the text costs if it is added */
};

bool
license_word_harmless(const struct license_token *t)
{
	unsigned decides = t->flags & TOKEN_STRONG &
	    ~(unsigned)WEIGH_STRONG_GRANT;

	if (t->flags & (TOKEN_COPYRIGHT | TOKEN_FURNITURE))
		return true;
	return (t->flags & (TOKEN_TITLE | TOKEN_URL)) == TOKEN_TITLE &&
	    decides == 0;
}

static bool
is_free(const struct license_template *t, const struct license_span *p)
{
	switch ((enum license_span_kind)p->kind) {
	case SPAN_OPTIONAL:
	case SPAN_ANY:
	case SPAN_COPYRIGHT:
		return true;
	case SPAN_TITLE:
		return !t->vendor;
	case SPAN_ONE_OF:
	case SPAN_KINDS:
		break;
	}
	return false;
}

/* The first span that begins at `from` or behind it. */
static uint32_t
span_at(const struct license_template *t, uint32_t from)
{
	uint32_t low = 0, high = t->nspans;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (t->spans[mid].from < from)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

uint32_t
license_required(const struct license_template *t, uint32_t from, uint32_t to)
{
	uint32_t need = 0, at = from;

	for (uint32_t i = 0; i < t->nspans && at < to; i++) {
		const struct license_span *p = &t->spans[i];

		if (p->from >= to)
			break;
		if (p->to <= at || !is_free(t, p))
			continue;
		if (p->from > at)
			need += p->from - at;
		at = p->to;
	}
	return need + (to > at ? to - at : 0);
}

/* --- a gap by dynamic programming -------------------------------------------- */

static struct cell *
cell(const struct table *b, uint32_t t, uint32_t d)
{
	return &b->cells[(size_t)(t - b->g.t0) * b->cols + (d - b->g.d0)];
}

/* A better way into a cell; of equals a name first, and what was added to it behind. */
static inline void
relax_cell(struct cell *c, uint32_t cost, uint32_t from, enum step step)
{
	if (c->cost != NEVER &&
	    (cost > c->cost ||
		(cost == c->cost &&
		    !(step == STEP_ADDED && c->step == STEP_VARY))))
		return;
	*c = (struct cell){ .cost = cost, .from = from, .step = (uint8_t)step };
}

static void
relax(const struct table *b, uint32_t t, uint32_t d, uint32_t cost, uint32_t ft,
    uint32_t fd, enum step step)
{
	relax_cell(cell(b, t, d), cost,
	    (ft - b->g.t0) * b->cols + (fd - b->g.d0), step);
}

/* Words of the text that no word of the license accounts for. */
static void
row_added(const struct table *b, uint32_t t)
{
	struct cell *row = cell(b, t, b->g.d0);
	uint32_t first = (t - b->g.t0) * b->cols;

	for (uint32_t i = 0; i < b->g.d1 - b->g.d0; i++)
		if (row[i].cost != NEVER)
			relax_cell(&row[i + 1], row[i].cost + b->added[i],
			    first + i, STEP_ADDED);
}

/* The year of a notice: four digits. */
static bool
is_year(const char *word)
{
	return (strncmp(word, "19", 2) == 0 || strncmp(word, "20", 2) == 0) &&
	    strlen(word) == 4 && strspn(word, "0123456789") == 4;
}

/* Those who get a license, or any sentence: nobody is called so who gives one. */
static bool
no_name(const char *word)
{
	static const char *const words[] = { "anybody", "anyone", "bought",
		"buyer", "buyers", "buys", "consumers", "customer", "customers",
		"employees", "everybody", "everyone", "licensee", "licensees",
		"people", "person", "persons", "purchaser", "purchasers",
		"recipient", "recipients", "student", "students", "subscribers",
		"user", "users", "who", "whoever", "whom", "whose", "you",
		"your" };

	if (strchr("abcelprsuwy", word[0]) == NULL)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* May a variable part take this word?  A holder's name has no word that decides; a
 * notice may have a place and a number. */
static bool
varies(const struct table *b, const struct license_span *p, uint32_t d)
{
	unsigned flags = b->s->text->tokens[d].flags;
	unsigned strong = flags & TOKEN_STRONG;

	if (b->s->taken[d])
		return false;
	if (!(flags & TOKEN_LOWER)) /* the University of California */
		strong &= ~(unsigned)WEIGH_STRONG_PLACE;
	if (p->kind == SPAN_COPYRIGHT)
		strong &= ~(unsigned)(WEIGH_STRONG_NUMBER | WEIGH_STRONG_PLACE);
	else if (strong == WEIGH_STRONG_NUMBER &&
	    is_year(license_word(b->s->text, d)))
		strong = 0;
	return strong == 0 &&
	    !(p->kind == SPAN_ANY && no_name(license_word(b->s->text, d)));
}

/* A name does not go on in another paragraph; notices do in one that is a notice. */
static bool
ends_before(const struct table *b, const struct license_span *p, uint32_t d)
{
	unsigned flags = b->s->text->tokens[d].flags;

	return flags & TOKEN_PARAGRAPH &&
	    (p->kind == SPAN_ANY || !(flags & TOKEN_COPYRIGHT));
}

/* A variable part takes a few words; of one that lies half outside of the gap only what
 * is inside counts. */
static void
row_vary(const struct table *b, uint32_t t, const struct license_span *p)
{
	uint32_t to = p->to < b->g.t1 ? p->to : b->g.t1;
	uint32_t most = p->kind == SPAN_COPYRIGHT ? NOTICE_MAX : VARIABLE_MAX;

	for (uint32_t d = b->g.d0; d <= b->g.d1; d++) {
		uint32_t cost = cell(b, t, d)->cost;

		if (cost == NEVER)
			continue;
		cost += (to - t) * COST_FREE;
		for (uint32_t n = 0;; n++) {
			if (n > 0 || to > t)
				relax(b, to, d + n, cost + n * COST_FREE, t, d,
				    STEP_VARY);
			if (n == most || d + n == b->g.d1 ||
			    !varies(b, p, d + n) ||
			    ((n > 0 || p->kind == SPAN_COPYRIGHT) &&
				ends_before(b, p, d + n)))
				break;
		}
	}
}

/* The lowest bit that is set, of at least one: a set has few of its 64, and this is the
 * inside of all loops. */
static inline uint32_t
lowest(uint64_t set)
{
	return (uint32_t)__builtin_ctzll(set);
}

/* Where a variable word of an alternative can end: each place takes up to VARIABLE_MAX
 * words behind it. */
static uint64_t
spread(const struct table *b, const struct license_span *p, uint32_t d,
    uint64_t places)
{
	uint64_t ends = places, go = places;

	for (uint32_t n = 0; n < VARIABLE_MAX && go != 0; n++) {
		uint64_t next = 0;

		for (; go != 0; go &= go - 1) {
			uint32_t i = lowest(go);

			if (d + i < b->g.d1 && varies(b, p, d + i))
				next |= (uint64_t)1 << i << 1;
		}
		ends |= next;
		go = next;
	}
	return ends;
}

/* Where an alternative that begins at word `d` of the text can end, as bits of how many
 * words it took. */
static uint64_t
alternative_ends(const struct table *b, const struct license_span *p,
    const struct license_alternative *a, uint32_t d)
{
	const uint16_t *w = b->t->alternative_words + a->from;
	uint64_t places = 1;

	for (uint32_t i = 0; i < a->count && places != 0; i++) {
		uint64_t next = 0;

		if (w[i] == LICENSE_ANY_WORDS) {
			places = spread(b, p, d, places);
			continue;
		}
		for (; places != 0; places &= places - 1) {
			uint32_t k = lowest(places);

			if (d + k < b->g.d1 && b->s->words[d + k] == w[i])
				next |= (uint64_t)1 << k << 1;
		}
		places = next;
	}
	return places;
}

static void
row_alternatives(const struct table *b, uint32_t t,
    const struct license_span *p)
{
	for (uint32_t d = b->g.d0; d <= b->g.d1; d++) {
		uint32_t cost = cell(b, t, d)->cost;

		if (cost == NEVER)
			continue;
		for (uint32_t i = 0; i < p->nalternatives; i++) {
			uint64_t ends = alternative_ends(b, p,
			    &b->t->alternatives[p->alternatives + i], d);

			for (; ends != 0; ends &= ends - 1) {
				uint32_t n = lowest(ends);

				if (n > 0 || p->to > t)
					relax(b, p->to, d + n, cost + COST_FREE,
					    t, d, STEP_VARY);
			}
		}
	}
}

static void
row_pass(const struct table *b, uint32_t t, const struct license_span *p)
{
	for (uint32_t d = b->g.d0; d <= b->g.d1; d++) {
		uint32_t cost = cell(b, t, d)->cost;

		if (cost != NEVER && p->to > t)
			relax(b, p->to, d, cost + (p->to - t) * COST_FREE, t, d,
			    STEP_PASS);
	}
}

/* What a part of the license allows at its beginning. */
static void
row_span(const struct table *b, uint32_t t, const struct license_span *p)
{
	switch ((enum license_span_kind)p->kind) {
	case SPAN_OPTIONAL:
		if (p->to <= b->g.t1)
			row_pass(b, t, p);
		break;
	case SPAN_TITLE:
		if (p->to <= b->g.t1 && !b->t->vendor)
			row_pass(b, t, p);
		break;
	case SPAN_ANY:
	case SPAN_COPYRIGHT:
		row_vary(b, t, p);
		break;
	case SPAN_ONE_OF:
		if (p->to <= b->g.t1)
			row_alternatives(b, t, p);
		break;
	case SPAN_KINDS:
		break;
	}
}

/* False: no part begins here. */
static bool
row_spans(const struct table *b, uint32_t t)
{
	const struct license_template *l = b->t;
	uint32_t begin = span_at(l, t), i;

	if (t == b->g.t0) /* variable parts that a run ended in */
		for (i = 0; i < begin; i++)
			if (l->spans[i].to > t &&
			    (l->spans[i].kind == SPAN_ANY ||
				l->spans[i].kind == SPAN_COPYRIGHT))
				row_vary(b, t, &l->spans[i]);
	for (i = begin; i < l->nspans && l->spans[i].from == t; i++)
		row_span(b, t, &l->spans[i]);
	return i > begin || t == b->g.t0;
}

static void
row_words(const struct table *b, uint32_t t)
{
	const struct cell *row = cell(b, t, b->g.d0);
	struct cell *next = cell(b, t + 1, b->g.d0);
	const uint16_t *text = b->s->words + b->g.d0;
	uint32_t first = (t - b->g.t0) * b->cols;
	uint32_t words = b->g.d1 - b->g.d0;
	uint16_t word = b->t->words[t];

	for (uint32_t i = 0; i <= words; i++) {
		if (row[i].cost == NEVER)
			continue;
		relax_cell(&next[i], row[i].cost + COST_GONE, first + i,
		    STEP_GONE);
		if (i < words && text[i] == word)
			relax_cell(&next[i + 1], row[i].cost, first + i,
			    STEP_SAME);
	}
}

static void
fill(const struct table *b)
{
	for (uint32_t i = 0; i < b->g.d1 - b->g.d0; i++)
		b->added[i] =
		    license_word_harmless(&b->s->text->tokens[b->g.d0 + i]) ?
		    COST_HARMLESS :
		    COST_ADDED;
	for (uint32_t d = b->g.d0; d <= (b->g.open_left ? b->g.d1 : b->g.d0);
	     d++)
		cell(b, b->g.t0, d)->cost = START;
	for (uint32_t t = b->g.t0;; t++) {
		row_added(b, t);
		if (row_spans(b, t))
			row_added(b, t); /* a part without words of its own */
		if (t == b->g.t1)
			break;
		row_words(b, t);
	}
}

/* Where the cheapest path ends; the nearest of equals. */
static uint32_t
last_cell(const struct table *b)
{
	uint32_t end = b->rows * b->cols - 1, row = end - (b->cols - 1), best;

	if (!b->g.open_right)
		return end;
	best = row;
	for (uint32_t i = row; i <= end; i++)
		if (b->cells[i].cost != NEVER &&
		    (b->cells[best].cost == NEVER ||
			b->cells[i].cost < b->cells[best].cost))
			best = i;
	return best;
}

/* Put down what a step says of words [t, t1) of the license and [d, d1) of the text. */
static void
tell(struct license_alignment *a, enum step step, uint32_t t, uint32_t t1,
    uint32_t d, uint32_t d1)
{
	static const uint8_t fates[] = { [STEP_SAME] = FATE_MATCHED,
		[STEP_ADDED] = FATE_ADDED,
		[STEP_VARY] = FATE_VARIES };

	for (uint32_t i = 0; t + i < t1; i++)
		a->at[t + i] = step == STEP_SAME ? d + i :
		    step == STEP_GONE            ? WORD_GONE :
						   WORD_FREE;
	for (; d < d1; d++)
		*license_fate(a, d) = fates[step];
}

static void
trace(const struct table *b, struct license_alignment *a)
{
	uint32_t i = last_cell(b);

	if (b->g.open_right)
		a->end = b->g.d0 + i % b->cols;
	while (b->cells[i].step != STEP_NONE) {
		uint32_t f = b->cells[i].from;

		tell(a, (enum step)b->cells[i].step, b->g.t0 + f / b->cols,
		    b->g.t0 + i / b->cols, b->g.d0 + f % b->cols,
		    b->g.d0 + i % b->cols);
		i = f;
	}
	if (b->g.open_left)
		a->start = b->g.d0 + i % b->cols;
}

/* --- gaps ---------------------------------------------------------------------- */

/* Without looking for common words: what may be missing as a whole is, the rest is gone,
 * and what the text has is added. */
static void
apart(const struct license_template *t, const struct gap *g,
    struct license_alignment *a)
{
	uint32_t at = g->t0;

	for (uint32_t i = span_at(t, g->t0); i < t->nspans && at < g->t1; i++) {
		const struct license_span *p = &t->spans[i];

		if (p->from >= g->t1)
			break;
		if (p->to > g->t1 || p->to <= at || !is_free(t, p))
			continue;
		while (at < p->from)
			a->at[at++] = WORD_GONE;
		while (at < p->to)
			a->at[at++] = WORD_FREE;
	}
	while (at < g->t1)
		a->at[at++] = WORD_GONE;
	for (uint32_t d = g->d0; d < g->d1; d++)
		*license_fate(a, d) = FATE_ADDED;
}

/* Words beyond the outermost runs that can still be the license's: not many, as no five
 * of them follow each other as they do there. */
static void
reach(struct gap *g)
{
	uint32_t most = 2 * (g->t1 - g->t0) + 8;

	if (most > REACH)
		most = REACH;
	if (g->d1 - g->d0 <= most)
		return;
	if (g->open_left)
		g->d0 = g->d1 - most;
	else
		g->d1 = g->d0 + most;
}

static enum weigh_code
align_gap(struct license_alignment *a, const struct license_seen *s,
    const struct license_template *t, struct gap *g,
    struct license_effort *effort, struct weigh_err *err)
{
	struct table b = { .s = s, .t = t };
	enum weigh_code rc = WEIGH_OK;
	uint64_t cells;

	if (g->open_left || g->open_right)
		reach(g);
	if (g->open_left)
		a->start = g->d1;
	if (g->open_right)
		a->end = g->d0;
	cells = (uint64_t)(g->t1 - g->t0 + 1) * (g->d1 - g->d0 + 1);
	if (g->t0 == g->t1 && !g->open_left && !g->open_right && g->d0 == g->d1)
		return WEIGH_OK;
	if (cells > CELLS_MAX || !license_effort_take(effort, cells)) {
		apart(t, g, a);
		return WEIGH_OK;
	}
	b.g = *g;
	b.rows = g->t1 - g->t0 + 1;
	b.cols = g->d1 - g->d0 + 1;
	b.cells = calloc((size_t)cells, sizeof(*b.cells));
	b.added = malloc(b.cols * sizeof(*b.added));
	if (b.cells != NULL && b.added != NULL) {
		fill(&b);
		trace(&b, a);
	} else {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	free(b.cells);
	free(b.added);
	return rc;
}

static enum weigh_code
align_gaps(struct license_alignment *a, const struct license_seen *s,
    const struct license_template *t, const struct license_chain *c,
    struct license_effort *effort, struct weigh_err *err)
{
	struct gap g = { .d1 = s->n, .open_left = true };

	a->start = c->runs[0].d;
	for (uint32_t i = 0; i < c->n; i++) {
		const struct license_run *r = &c->runs[i];
		enum weigh_code rc;

		g.t1 = r->t;
		g.d1 = r->d;
		rc = align_gap(a, s, t, &g, effort, err);
		if (rc != WEIGH_OK)
			return rc;
		tell(a, STEP_SAME, r->t, r->t + r->len, r->d, r->d + r->len);
		g = (struct gap){ .t0 = r->t + r->len, .d0 = r->d + r->len };
	}
	a->end = g.d0;
	g.t1 = t->nwords;
	g.d1 = s->n;
	g.open_right = true;
	return align_gap(a, s, t, &g, effort, err);
}

/* The words of the text that an alignment along the chain can reach. */
static uint32_t
window(struct license_alignment *a, const struct license_seen *s,
    const struct license_chain *c)
{
	const struct license_run *last;
	uint32_t end;

	if (c->n == 0)
		return 0;
	last = &c->runs[c->n - 1];
	end = last->d + last->len;
	a->base = c->runs[0].d > REACH ? c->runs[0].d - REACH : 0;
	return (s->n - end > REACH ? end + REACH : s->n) - a->base;
}

enum weigh_code
license_align(struct license_alignment *out, const struct license_seen *s,
    const struct license_template *t, const struct license_chain *c,
    struct license_effort *effort, struct weigh_err *err)
{
	struct gap all = { .t1 = t->nwords };
	enum weigh_code rc = WEIGH_OK;

	*out = (struct license_alignment){ 0 };
	out->at = malloc((t->nwords + 1u) * sizeof(*out->at));
	out->fates = calloc(window(out, s, c) + 1u, 1);
	if (out->at == NULL || out->fates == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else if (c->n == 0)
		apart(t, &all, out);
	else
		rc = align_gaps(out, s, t, c, effort, err);
	if (rc != WEIGH_OK)
		license_alignment_free(out);
	return rc;
}

void
license_alignment_free(struct license_alignment *a)
{
	free(a->at);
	free(a->fates);
	*a = (struct license_alignment){ 0 };
}
