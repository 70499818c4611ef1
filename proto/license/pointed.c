/*
 * pointed: what a text only points to, beside the licenses that it has: headers,
 * references, and the words that limit these.
 */
#include <string.h>

#include "facts.h"
#include "known.h"
#include "ledger.h"
#include "limits.h"
#include "names.h"

#define TITLE_MAX 20u /* words */

/* --- references --------------------------------------------------------------------- */

/* Without what only the notice decides: GPL-2.0-or-later and GPL-2.0-only have one
 * text. */
static size_t
stem(const char *id)
{
	static const char *const ends[] = { "-or-later", "-only", "+" };
	size_t len = strlen(id);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (len > n && strcmp(id + len - n, ends[i]) == 0)
			return len - n;
	}
	return len;
}

static bool
same_license(const char *a, const char *b)
{
	size_t n = stem(a);

	return n == stem(b) && memcmp(a, b, n) == 0;
}

/* A pointer to a license: if its text is here, the pointer says which form of it; else
 * it is a part that is only pointed to.  An address says which text, and not which form. */
static void
pointed_to(struct license_ledger *l, const char *id, uint32_t start,
    uint32_t end, bool address)
{
	struct weigh_license_match *m;

	for (size_t i = 0; i < l->r->nmatches; i++) {
		m = &l->r->matches[i];
		if (strcmp(m->id, id) == 0) {
			m->untold = m->untold && address;
			return;
		}
		if (m->kind == WEIGH_LICENSE_EXACT && same_license(m->id, id)) {
			m->untold = false;
			license_copy(m->id, sizeof(m->id), id);
			return;
		}
	}
	m = license_result_match(l->r);
	if (m == NULL)
		return;
	license_copy(m->id, sizeof(m->id), id);
	m->kind = WEIGH_LICENSE_REFERENCE;
	m->pointer = true;
	m->score = 1;
	m->start = start;
	m->end = end;
}

static void
add_headers(struct license_ledger *l)
{
	const struct license_token *x = l->s->text->tokens;

	for (uint32_t i = 0; i < l->s->nfound; i++) {
		const struct license_found *f = &l->s->found[i];

		if (f->entry.what == WEIGH_WHAT_HEADER && f->a.start < f->a.end)
			pointed_to(l, f->entry.id, x[f->a.start].start,
			    x[f->a.end - 1].end, false);
	}
}

/* Does the word stand between the words of a license? */
static bool
within_part(const struct license_ledger *l, uint32_t d)
{
	for (uint32_t i = 0; i < l->s->nfound; i++)
		if (license_is_part(&l->s->found[i]) &&
		    l->s->found[i].a.start <= d && d < l->s->found[i].a.end)
			return true;
	return false;
}

/* The first word that ends behind a byte. */
static uint32_t
first_from(const struct license_scan *s, uint32_t start)
{
	const struct license_token *x = s->text->tokens;
	uint32_t low = 0, high = s->seen[0].n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (x[mid].end <= start)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The words of a reference are part of it, if no license has them.  Words that the
 * references found in licenses stand for are the license's. */
static bool
take_reference(struct license_ledger *l, const struct weigh_license_ref *ref)
{
	const struct license_token *x = l->s->text->tokens;
	uint32_t n = l->s->seen[0].n, words = 0;

	for (uint32_t d = first_from(l->s, ref->start);
	     d < n && x[d].start < ref->end; d++)
		if (!l->s->taken[d] && !within_part(l, d)) {
			l->s->taken[d] = TAKEN_REFERENCE;
			words++;
		}
	return words > 0;
}

/* An address has a text, and GPL-2.0-only and GPL-2.0-or-later have one: words say which is
 * meant. */
static bool
is_address(const struct weigh_license_ref *ref)
{
	return ref->kind == WEIGH_LICENSE_REF_URL ||
	    ref->kind == WEIGH_LICENSE_REF_FILE;
}

static bool
is_meant(const struct license_ledger *l, const char *id)
{
	for (size_t i = 0; i < l->r->nmatches; i++)
		if (same_license(l->r->matches[i].id, id))
			return true;
	return false;
}

static void
add_reference(struct license_ledger *l, const struct weigh_license_ref *ref,
    bool beside)
{
	/* Beside a license, a pointer to who knows what may change it. */
	if (beside && ref->id[0] == '\0')
		return;
	if (!take_reference(l, ref) || ref->id[0] == '\0')
		return;
	if (!is_address(ref) || !is_meant(l, ref->id))
		pointed_to(l, ref->id, ref->start, ref->end, is_address(ref));
}

/* A text that has nothing else may still be the name of a license. */
static void
add_lone_names(struct license_ledger *l, const void *bytes, size_t len)
{
	struct weigh_license_result *r = l->r;

	for (size_t i = 0; i < r->nrefs; i++)
		if (r->refs[i].id[0] != '\0')
			return;
	if (l->s->nfound > 0)
		return;
	r->nrefs += license_lone_names(l->s->text, bytes, len, l->s->packs,
	    l->s->npacks, r->refs + r->nrefs,
	    WEIGH_LICENSE_REFERENCES - r->nrefs);
}

/* --- what limits them ----------------------------------------------------------------- */

/* Words of the text that have bytes [start, end): [*from, *to). */
static bool
words_of(const struct license_scan *s, uint32_t start, uint32_t end,
    uint32_t *from, uint32_t *to)
{
	const struct license_token *x = s->text->tokens;
	uint32_t n = s->seen[0].n, d = first_from(s, start);

	*from = d;
	while (d < n && x[d].start < end)
		d++;
	*to = d;
	return *from < *to;
}

/* Is the pointer itself none to that license: are there words in it, beside the names of
 * licenses, that change it?  These are no longer its. */
static bool
changed_within(struct license_ledger *l, uint32_t from, uint32_t to)
{
	struct license_known known;
	bool changed = false;

	for (uint32_t d = from; d < to;) {
		if (license_name_at(l->s->text, d, l->s->packs, l->s->npacks,
			&known)) {
			d += (uint32_t)known.words;
			continue;
		}
		if (l->s->taken[d] == TAKEN_REFERENCE &&
		    license_limit_within(l->s->text, d, d + 1)) {
			l->s->taken[d] = TAKEN_LIMIT;
			changed = true;
		}
		d++;
	}
	return changed;
}

/* The words of [from, to) that nothing has are told, harmless elsewhere or not. */
static void
note_limit(struct license_ledger *l, uint32_t from, uint32_t to, unsigned match)
{
	struct license_limited *limit;

	for (uint32_t d = from; d < to; d++)
		if (l->s->taken[d] == TAKEN_NOT)
			l->s->taken[d] = TAKEN_LIMIT;
	if (l->nlimits == LICENSE_LIMITS)
		return;
	limit = &l->limits[l->nlimits++];
	*limit = (struct license_limited){ from, to, match };
}

/* Is what stands at these bytes a reference by its line? */
static bool
is_line(const struct weigh_license_result *r, uint32_t start, uint32_t end)
{
	for (size_t i = 0; i < r->nrefs; i++)
		if (r->refs[i].start == start && r->refs[i].end == end)
			return r->refs[i].kind == WEIGH_LICENSE_REF_NAME ||
			    r->refs[i].kind == WEIGH_LICENSE_REF_SPDX;
	return false;
}

/* Does anything limit what bytes [start, end) point to? */
static bool
is_limited(struct license_ledger *l, uint32_t start, uint32_t end,
    unsigned match)
{
	bool line = is_line(l->r, start, end), limited;
	struct license_stretch ref, found = { 0, 0 };

	if (!words_of(l->s, start, end, &ref.from, &ref.to))
		return false;
	limited = changed_within(l, ref.from, ref.to);
	if (limited)
		note_limit(l, ref.from, ref.to, match);
	while (l->nlimits < LICENSE_LIMITS &&
	    license_limit_next(l->s->text, l->s->taken, ref, line, found.to,
		&found)) {
		note_limit(l, found.from, found.to, match);
		limited = true;
	}
	return limited;
}

/* The reference at these bytes is doubted. */
static void
doubt(struct license_ledger *l, uint32_t start, uint32_t end)
{
	for (size_t i = 0; i < l->r->nrefs; i++) {
		struct weigh_license_ref *ref = &l->r->refs[i];

		if (ref->start == start && ref->end == end &&
		    ref->doubt == WEIGH_LICENSE_DOUBT_NONE)
			ref->doubt = WEIGH_LICENSE_DOUBT_LIMITED;
	}
}

/* A license that is pointed to with a limit is a change of it. */
static void
add_limits(struct license_ledger *l)
{
	struct weigh_license_result *r = l->r;

	for (unsigned i = 0; i < r->nmatches; i++) {
		struct weigh_license_match *m = &r->matches[i];

		if (m->kind != WEIGH_LICENSE_REFERENCE ||
		    !is_limited(l, m->start, m->end, i))
			continue;
		m->kind = WEIGH_LICENSE_MODIFIED;
		doubt(l, m->start, m->end);
	}
	/* A pointer to who knows what is all that there is. */
	for (size_t i = 0; i < r->nrefs && r->nmatches == 0; i++)
		if (r->refs[i].id[0] == '\0' &&
		    is_limited(l, r->refs[i].start, r->refs[i].end,
			LICENSE_NO_PART))
			doubt(l, r->refs[i].start, r->refs[i].end);
}

static void
add_references(struct license_ledger *l)
{
	const struct weigh_license_result *r = l->r;
	bool beside = license_any_part(l->s);

	for (size_t i = 0; i < r->nrefs; i++)
		if (!is_address(&r->refs[i]))
			add_reference(l, &r->refs[i], beside);
	for (size_t i = 0; i < r->nrefs; i++)
		if (is_address(&r->refs[i]))
			add_reference(l, &r->refs[i], beside);
}

/* --- titles that name another license --------------------------------------------------- */

/* Is one of the parts called so? */
static bool
is_own(const struct license_ledger *l, uint32_t pack, uint32_t entry)
{
	struct weigh_licensepack_entry e;

	weigh_licensepack_entry(l->s->packs[pack], entry, &e);
	for (uint32_t i = 0; i < l->s->nfound; i++) {
		const struct license_found *f = &l->s->found[i];

		if (f->pack == pack && license_is_part(f) &&
		    (f->entry.first == e.first ||
			strcmp(f->entry.based_on, e.id) == 0))
			return true;
	}
	return is_meant(l, e.id);
}

/* What is named at word `d`: how many words name it; *own if a part is it. */
static uint32_t
named_at(const struct license_ledger *l, uint32_t d, bool *own)
{
	const struct license_scan *s = l->s;
	struct license_known known;
	uint32_t longest = 0;

	if (license_name_at(s->text, d, s->packs, s->npacks, &known)) {
		longest = (uint32_t)known.words;
		*own = *own || is_meant(l, known.id);
	}
	for (uint32_t p = 0; p < s->npacks; p++) {
		size_t count, words;
		const struct license_called *called =
		    license_names_at(license_pack_names(s->packs[p]), s->text,
			d, true, &count, &words);

		if (called == NULL || words < longest)
			continue;
		longest = (uint32_t)words;
		for (size_t i = 0; i < count && !*own; i++)
			*own = is_own(l, p, called[i].entry);
	}
	return longest;
}

/* Does the title [from, to) name licenses, and none of those that are here? */
static bool
is_foreign(const struct license_ledger *l, uint32_t from, uint32_t to)
{
	bool own = false, any = false;
	uint32_t n;

	for (uint32_t d = from; d<to; d += n> 0 ? n : 1) {
		n = named_at(l, d, &own);
		any = any || n > 1;
	}
	return any && !own;
}

/* (4) of weigh/license.h: a title that names another license than the words is told. */
static void
add_titles(struct license_ledger *l)
{
	const struct license_token *x = l->s->text->tokens;
	uint32_t n = l->s->seen[0].n, to;

	for (uint32_t d = 0; d < n && license_any_part(l->s); d = to) {
		to = d + 1;
		if (!(x[d].flags & TOKEN_TITLE) || l->s->taken[d] != TAKEN_NOT)
			continue;
		while (to < n && !(x[to].flags & TOKEN_LINE) &&
		    l->s->taken[to] == TAKEN_NOT)
			to++;
		if (is_foreign(l, d, to))
			for (uint32_t i = d; i < to; i++)
				l->s->taken[i] = TAKEN_LIMIT;
	}
}

/* --- titles that name their own license ------------------------------------------------- */

/* The text that a title before word `d` is the title of; NULL: none stands behind it. */
static const struct license_found *
headed_by(const struct license_scan *s, uint32_t d)
{
	for (uint32_t i = 0; i < s->nfound; i++)
		if (license_is_part(&s->found[i]) && s->found[i].a.start > d)
			return &s->found[i];
	return NULL;
}

/* How many words at `d` of `t`, the text or its beginning, are a name of `f`, with its
 * version; 0: none are. */
static uint32_t
calls(const struct license_scan *s, const struct license_text *t,
    const struct license_found *f, uint32_t d)
{
	const struct license_called *called;
	struct license_known known;
	size_t count, words = 0;

	if (license_name_at(t, d, s->packs, s->npacks, &known) &&
	    same_license(known.id, f->entry.id))
		return (uint32_t)known.words;
	called = license_names_at(license_pack_names(s->packs[f->pack]), t, d,
	    false, &count, &words);
	for (size_t i = 0; called != NULL && i < count; i++) {
		struct weigh_licensepack_entry e;

		weigh_licensepack_entry(s->packs[f->pack], called[i].entry, &e);
		if (e.first == f->entry.first)
			return (uint32_t)words;
	}
	return 0;
}

/* Is the paragraph [from, to) a name of the text below it, and not one word more? */
static bool
is_own_title(const struct license_scan *s, uint32_t from, uint32_t to)
{
	const struct license_found *f = headed_by(s, from);
	struct license_text t = *s->text;
	uint32_t n;

	if (f == NULL || f->a.start < to)
		return false;
	t.ntokens = to; /* a name ends with its paragraph */
	if (to - from > 1 && strcmp(license_word(&t, from), "the") == 0)
		from++;
	n = calls(s, &t, f, from);
	if (n > 0 && from + n + 1 == to &&
	    strcmp(license_word(&t, to - 1), "license") == 0)
		n++;
	return n > 0 && from + n == to;
}

/* (4): "MIT" above the MIT license adds nothing to it, whatever its version's number or
 * its words would say elsewhere. */
static void
take_own_titles(struct license_ledger *l)
{
	const struct license_token *x = l->s->text->tokens;
	uint32_t n = l->s->seen[0].n, to;

	for (uint32_t d = 0; d < n && license_any_part(l->s); d = to) {
		bool left = l->s->taken[d] == TAKEN_NOT;

		for (to = d + 1; to < n && !(x[to].flags & TOKEN_PARAGRAPH);
		     to++)
			left = left && l->s->taken[to] == TAKEN_NOT;
		if (left && to - d <= TITLE_MAX && is_own_title(l->s, d, to))
			memset(l->s->taken + d, TAKEN_REFERENCE, to - d);
	}
}

void
license_pointed(struct license_ledger *l, const void *bytes, size_t len)
{
	add_headers(l);
	add_lone_names(l, bytes, len);
	add_references(l);
	add_limits(l);
	add_titles(l);
	take_own_titles(l);
}
