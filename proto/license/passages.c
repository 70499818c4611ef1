/* What was added to a text, and what is missing in it, as passages. */
#include <stdio.h>
#include <stdlib.h>

#include "look.h"
#include "match.h"

#define JOIN 3u /* passages closer than this are one */

bool
license_is_left(const struct license_scan *s, uint32_t d)
{
	return s->taken[d] == TAKEN_LIMIT ||
	    (!s->taken[d] && !license_word_harmless(&s->text->tokens[d]));
}

void
license_tell_added(struct weigh_license_result *r, const struct license_scan *s,
    uint32_t from, uint32_t to, unsigned match)
{
	const struct license_token *x = s->text->tokens;
	struct weigh_license_passage *p = license_result_passage(r);

	if (p == NULL)
		return;
	p->start = x[from].start;
	p->end = x[to - 1].end;
	p->line = x[from].line;
	p->match = match;
	license_clause(s->text, from, p->clause);
	for (uint32_t d = from; d < to; d++)
		if (license_is_left(s, d)) {
			p->words++;
			p->strong |= x[d].flags & TOKEN_STRONG;
		}
}

bool
license_next_left(const struct license_scan *s, uint32_t *from, uint32_t *to,
    uint32_t end)
{
	uint32_t d = *from;

	while (d < end && !license_is_left(s, d))
		d++;
	*from = d;
	if (d == end)
		return false;
	*to = d + 1;
	for (d = *to; d < end && d - *to < JOIN; d++)
		if (license_is_left(s, d))
			*to = d + 1;
	return true;
}

/* Where words [from, to) of a license are missing: behind the last word that is there,
 * or before the first. */
static const struct license_token *
missing_at(const struct license_scan *s, const struct license_found *f,
    uint32_t from, bool *behind)
{
	*behind = true;
	while (from > 0)
		if (f->a.at[--from] < WORD_FIRST)
			return &s->text->tokens[f->a.at[from]];
	*behind = false;
	if (f->a.start < s->seen[f->pack].n)
		return &s->text->tokens[f->a.start];
	return NULL;
}

/* Does the text end, or begin, where these words are missing? */
static bool
is_cut_off(const struct license_scan *s, const struct license_found *f,
    uint32_t from, uint32_t to)
{
	uint32_t n = s->seen[f->pack].n;

	return (to == f->t.nwords && license_scan_left(s, f->a.end, n) == 0) ||
	    (from == 0 && license_scan_left(s, 0, f->a.start) == 0);
}

static void
tell_missing(struct weigh_license_result *r, const struct license_scan *s,
    const struct license_found *f, uint32_t from, uint32_t to, unsigned match)
{
	const struct weigh_license_pack *pack = s->packs[f->pack];
	struct weigh_license_passage *p = license_result_passage(r);
	const struct license_token *x;
	bool behind;

	if (p == NULL)
		return;
	x = missing_at(s, f, from, &behind);
	p->removed = true;
	p->match = match;
	if (x != NULL) {
		p->start = p->end = behind ? x->end : x->start;
		p->line = x->line;
	}
	p->template = f->t.number;
	p->from = from;
	p->to = to;
	p->truncated = is_cut_off(s, f, from, to);
	(void)snprintf(p->clause, sizeof(p->clause), "%s",
	    license_pack_clause(pack, f->t.number, from));
	for (uint32_t t = from; t < to; t++)
		if (f->a.at[t] == WORD_GONE) {
			p->words++;
			p->strong |= license_pack_strong(pack, f->t.words[t]);
		}
}

void
license_tell_removed(struct weigh_license_result *r,
    const struct license_scan *s, const struct license_found *f, unsigned match)
{
	for (uint32_t t = 0; t < f->t.nwords;) {
		uint32_t to;

		if (f->a.at[t] != WORD_GONE) {
			t++;
			continue;
		}
		to = t + 1;
		for (uint32_t i = to; i < f->t.nwords && i - to < JOIN; i++)
			if (f->a.at[i] == WORD_GONE)
				to = i + 1;
		tell_missing(r, s, f, t, to, match);
		t = to;
	}
}

void
license_differences(struct weigh_license_result *r,
    const struct license_scan *s, const struct license_found *f, uint32_t from,
    uint32_t to, unsigned match)
{
	uint32_t end;

	for (; license_next_left(s, &from, &end, to); from = end)
		license_tell_added(r, s, from, end, match);
	license_tell_removed(r, s, f, match);
}

static int
by_byte(const void *a, const void *b)
{
	const struct weigh_license_passage *x = a, *y = b;

	if (x->start != y->start)
		return (x->start > y->start) - (x->start < y->start);
	if (x->removed != y->removed)
		return x->removed ? -1 : 1;
	return (x->from > y->from) - (x->from < y->from);
}

void
license_result_sort(struct weigh_license_result *r)
{
	if (r->npassages > 0)
		qsort(r->passages, r->npassages, sizeof(*r->passages), by_byte);
}
