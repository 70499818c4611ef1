/*
 * Every word of a text is accounted for: what no license took, and is not harmless, was
 * added to one of them, or is a part of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/oid.h>

#include "facts.h"
#include "known.h"
#include "ledger.h"

#define ASIDE \
	48u /* words that stand beside a license and are still a change of it */

/* When is what stands beside a reference law by itself? */
#define RELATIVE 0.3   /* of a known license is in it */
#define LAW_WORDS 60u  /* so many words, */
#define LAW_SHARE 40u  /* one in so many is law's own */
#define NAME_WORDS 40u /* of a text that is hardly more than a name */
#define LAW ((unsigned)(WEIGH_STRONG_GRANT | WEIGH_STRONG_MODAL))

/* --- parts -------------------------------------------------------------------------- */

/* Dice's measure over the words of both sides; 1 is kept for what is exact. */
static double
score(const struct license_found *f, uint32_t added, bool exact)
{
	double mine = f->v.required + f->v.free, theirs = f->v.matched;
	double all = mine + theirs + f->v.gone + added;
	double share = all > 0 ? (mine + theirs) / all : 0;

	if (exact)
		return 1;
	return share < 0.999 ? share : 0.999;
}

/* The texts of -only and -or-later are one. */
static bool
says_only(const char *id)
{
	static const char only[] = "-only";
	size_t len = strlen(id);

	return len > strlen(only) && strcmp(id + len - strlen(only), only) == 0;
}

static void
add_part(struct license_ledger *l, uint32_t i)
{
	const struct license_found *f = &l->s->found[i];
	const struct license_token *x = l->s->text->tokens;
	struct weigh_license_match *m = license_result_match(l->r);

	l->match_of[i] = LICENSE_NO_PART;
	if (m == NULL)
		return;
	l->match_of[i] = (unsigned)(l->r->nmatches - 1);
	l->found_of[l->match_of[i]] = f;
	license_copy(m->id, sizeof(m->id), f->entry.id);
	license_copy(m->based_on, sizeof(m->based_on), f->entry.based_on);
	m->kind = f->v.clean ? WEIGH_LICENSE_EXACT : WEIGH_LICENSE_MODIFIED;
	m->pack = f->pack;
	m->policy = f->entry.what == WEIGH_WHAT_POLICY;
	m->untold = says_only(m->id);
	if (f->a.start < f->a.end) {
		m->start = x[f->a.start].start;
		m->end = x[f->a.end - 1].end;
	}
}

/* The license that words of the text were added to: that in which they stand, or the
 * one before them, or the first. */
static unsigned
owner_of(const struct license_ledger *l, uint32_t d)
{
	unsigned owner = LICENSE_NO_PART;

	for (uint32_t i = 0; i < l->nlimits; i++)
		if (l->limits[i].from <= d && d < l->limits[i].to)
			return l->limits[i].match;
	for (uint32_t i = 0; i < l->s->nfound; i++) {
		const struct license_found *f = &l->s->found[i];

		if (l->match_of[i] == LICENSE_NO_PART)
			continue;
		if (f->a.start > d && owner != LICENSE_NO_PART)
			break;
		owner = l->match_of[i];
		if (f->a.start <= d && d < f->a.end)
			break;
	}
	return owner;
}

/* Where the stretch of words that begins at `d` must end, as others stand there. */
static uint32_t
limit_of(const struct license_ledger *l, uint32_t d)
{
	uint32_t end = l->s->seen[0].n;

	for (uint32_t i = 0; i < l->nlimits; i++) {
		if (l->limits[i].from > d && l->limits[i].from < end)
			end = l->limits[i].from;
		if (l->limits[i].to > d && l->limits[i].to < end)
			end = l->limits[i].to;
	}
	for (uint32_t i = 0; i < l->s->nfound; i++) {
		const struct license_found *f = &l->s->found[i];

		if (!license_is_part(f))
			continue;
		if (f->a.start > d && f->a.start < end)
			end = f->a.start;
		if (f->a.end > d && f->a.end < end)
			end = f->a.end;
	}
	return end;
}

/* A stretch that is longer than the license beside it is no change of that. */
static unsigned
part_of_its_own(struct license_ledger *l, uint32_t from, uint32_t to)
{
	const struct license_token *x = l->s->text->tokens;
	struct weigh_license_match *m = license_result_match(l->r);

	if (m == NULL)
		return LICENSE_NO_PART;
	m->kind = WEIGH_LICENSE_UNKNOWN;
	license_part_name(m->id, sizeof(m->id), m, l->digits);
	m->start = x[from].start;
	m->end = x[to - 1].end;
	return (unsigned)(l->r->nmatches - 1);
}

static void
add_left(struct license_ledger *l)
{
	uint32_t n = l->s->seen[0].n, from = 0, to;

	while (license_next_left(l->s, &from, &to, n)) {
		uint32_t limit = limit_of(l, from), words;
		unsigned owner = owner_of(l, from);

		if (to > limit)
			to = limit;
		words = license_scan_left(l->s, from, to);
		if (owner != LICENSE_NO_PART && l->found_of[owner] == NULL) {
			l->added[owner] += words;
		} else if (owner != LICENSE_NO_PART) {
			uint32_t own = l->found_of[owner]->t.nwords;

			if (words > (own > ASIDE ? own : ASIDE))
				owner = part_of_its_own(l, from, to);
			else
				l->added[owner] += words;
		}
		license_tell_added(l->r, l->s, from, to, owner);
		from = to;
	}
}

/* What a page does not show is nothing that the license before it says. */
static void
add_unseen(struct license_ledger *l)
{
	const struct license_text *x = l->s->text;
	uint32_t d = 0;

	for (size_t i = 0; i < x->nunseen; i++) {
		const struct license_unseen *u = &x->unseen[i];
		struct weigh_license_passage *p = license_result_passage(l->r);
		unsigned owner;

		while (d < x->ntokens && x->tokens[d].start < u->start)
			d++;
		owner = owner_of(l, d);
		if (owner != LICENSE_NO_PART)
			l->added[owner] += u->words;
		if (p == NULL)
			return;
		p->start = u->start;
		p->end = u->end;
		p->line = u->line;
		p->words = u->words;
		p->strong = u->strong;
		p->match = owner;
	}
}

/* --- names that have to be shown ----------------------------------------------------- */

static bool
shows_a_name(const struct weigh_license_fact *f)
{
	return strcmp(f->name, "display") == 0 ||
	    strcmp(f->name, "name-prefix") == 0;
}

/* A change of the words that a text wants to be shown decides, whatever they are. */
static void
strengthen(struct weigh_license_result *r)
{
	for (size_t i = 0; i < r->nfacts; i++) {
		const struct weigh_license_fact *f = &r->facts[i];

		if (!shows_a_name(f))
			continue;
		for (size_t k = 0; k < r->npassages; k++) {
			struct weigh_license_passage *p = &r->passages[k];

			if (p->start <= f->end && f->start <= p->end)
				p->strong |= WEIGH_STRONG_OTHER;
		}
	}
}

/* --- what it all is -------------------------------------------------------------------- */

/* The share that the pointer's words have of it and what limits it. */
static double
pointer_score(const struct license_ledger *l, size_t match)
{
	const struct weigh_license_match *m = &l->r->matches[match];
	const struct license_token *x = l->s->text->tokens;
	uint32_t words = 0;

	for (uint32_t d = 0; d < l->s->seen[0].n && x[d].start < m->end; d++)
		words += x[d].start >= m->start &&
		    l->s->taken[d] != TAKEN_LIMIT;
	return words > 0 ? (double)words / (words + l->added[match]) : 0;
}

static void
finish_parts(struct license_ledger *l)
{
	for (size_t i = 0; i < l->r->nmatches; i++) {
		struct weigh_license_match *m = &l->r->matches[i];

		if (l->found_of[i] == NULL) {
			if (m->kind == WEIGH_LICENSE_MODIFIED)
				m->score = pointer_score(l, i);
			continue;
		}
		if (l->added[i] > 0 || l->r->unscanned ||
		    ((l->s->text->masked || l->s->text->hidden) &&
			m->kind == WEIGH_LICENSE_EXACT))
			m->kind = WEIGH_LICENSE_MODIFIED;
		m->score = score(l->found_of[i], l->added[i],
		    m->kind == WEIGH_LICENSE_EXACT);
	}
}

/* Does the text leave the choice: "at your option", "dual licensed"? */
static bool
leaves_choice(const struct license_scan *s)
{
	static const char *const say[][3] = {
		{ "at", "your", "option" },
		{ "dual", "licensed", NULL },
		{ "dually", "licensed", NULL },
		{ "your", "choice", NULL },
	};
	uint32_t n = s->seen[0].n;

	for (uint32_t d = 0; d < n; d++)
		for (size_t i = 0; i < sizeof(say) / sizeof(say[0]); i++) {
			uint32_t k = 0;

			while (k < 3 && say[i][k] != NULL && d + k < n &&
			    s->taken[d + k] != TAKEN_FOUND &&
			    !(s->text->tokens[d + k].flags & TOKEN_COPYRIGHT) &&
			    strcmp(license_word(s->text, d + k), say[i][k]) ==
				0)
				k++;
			if (k == 3 || (k > 0 && say[i][k] == NULL))
				return true;
		}
	return false;
}

/* Are all parts one license? */
static bool
one_license(const struct weigh_license_result *r)
{
	for (size_t i = 1; i < r->nmatches; i++)
		if (strcmp(r->matches[i].id, r->matches[0].id) != 0)
			return false;
	return r->nmatches > 0;
}

/* A choice among others is theirs only inside of parentheses: AND goes before OR. */
static void
enclose(char *name, size_t room)
{
	size_t len = strlen(name);

	if (strstr(name, " OR ") == NULL || len + 3 > room)
		return;
	memmove(name + 1, name, len);
	name[0] = '(';
	name[len + 1] = ')';
	name[len + 2] = '\0';
}

/* The names of all parts, each once; an exception belongs to what stands before it. */
static void
express(struct license_ledger *l)
{
	const char *word = leaves_choice(l->s) ? " OR " : " AND ";
	struct weigh_license_result *r = l->r;
	char name[WEIGH_LICENSE_EXPR];
	size_t len = 0;

	for (size_t i = 0; i < r->nmatches; i++) {
		const struct license_found *f = l->found_of[i];
		bool with = f != NULL && len > 0 &&
		    f->entry.what == WEIGH_WHAT_EXCEPTION;
		bool told = false;
		int n;

		license_part_name(name, sizeof(name), &r->matches[i],
		    l->digits);
		if (!one_license(r))
			enclose(name, sizeof(name));
		for (size_t k = 0; k < i && !told; k++)
			told = strcmp(r->matches[k].id, r->matches[i].id) ==
				0 &&
			    r->matches[k].kind == r->matches[i].kind;
		if (told)
			continue;
		n = snprintf(r->license + len, sizeof(r->license) - len, "%s%s",
		    len == 0 ? "" :
			with ? " WITH " :
			       word,
		    name);
		if (n < 0 || (size_t)n >= sizeof(r->license) - len) {
			r->license[len] = '\0'; /* the parts say it all */
			return;
		}
		len += (size_t)n;
	}
}

/* Why a pointer is not to be taken as it stands, if one is not. */
static void
tell_doubt(struct weigh_license_result *r)
{
	static const char *const why[WEIGH_LICENSE_DOUBTS] = {
		[WEIGH_LICENSE_DOUBT_UNLISTED] =
		    "it names a license that no list here has",
		[WEIGH_LICENSE_DOUBT_BROKEN] =
		    "what should name licenses is no expression of SPDX",
		[WEIGH_LICENSE_DOUBT_LIMITED] =
		    "words beside the reference limit it",
		[WEIGH_LICENSE_DOUBT_MORE] =
		    "it has more references than are looked at",
	};

	for (size_t i = 0; i < r->nrefs; i++)
		if (why[r->refs[i].doubt] != NULL) {
			license_copy(r->reason, sizeof(r->reason),
			    why[r->refs[i].doubt]);
			return;
		}
}

static void
conclude_parts(struct license_ledger *l)
{
	struct weigh_license_result *r = l->r;

	r->score = 1;
	r->kind = WEIGH_LICENSE_EXACT;
	for (size_t i = 0; i < r->nmatches; i++) {
		const struct weigh_license_match *m = &r->matches[i];

		if (m->score < r->score)
			r->score = m->score;
		if (m->kind < r->kind)
			r->kind = m->kind;
	}
	if (!one_license(r))
		r->kind = WEIGH_LICENSE_MULTIPLE;
	express(l);
	tell_doubt(r);
	if (l->s->text->masked)
		license_copy(r->reason, sizeof(r->reason),
		    "signs in it strike words out, turn them around or deny");
	if (l->s->text->hidden)
		license_copy(r->reason, sizeof(r->reason),
		    "the page has words that it does not show");
	if (l->s->text->nunseen > 0)
		license_copy(r->reason, sizeof(r->reason),
		    "what the page does not show speaks of law, too");
	if (r->unscanned)
		license_copy(r->reason, sizeof(r->reason),
		    "only the first 4 MiB were looked at");
}

/* Is what no reference has a text of law by itself? */
static bool
is_law(const struct license_scan *s)
{
	uint32_t left = 0, law = 0;

	for (uint32_t d = 0; d < s->seen[0].n; d++)
		if (license_is_left(s, d)) {
			left++;
			law += (s->text->tokens[d].flags & LAW) != 0;
		}
	/* A relative may have just the words of a header that was found. */
	if (left > 0 && s->nnearest > 0 &&
	    s->nearest[0].containment >= RELATIVE)
		return true;
	return left >= LAW_WORDS && law * LAW_SHARE >= left;
}

/* Does a text that is hardly longer name a license, and say more: "MIT License, bought
 * copies only"?  A word alone may be the name of anything. */
static bool
names_license(const struct license_scan *s)
{
	struct license_known known;
	uint32_t n = s->seen[0].n;

	for (uint32_t d = 0; d < n && n <= NAME_WORDS; d++)
		if (license_name_at(s->text, d, s->packs, s->npacks, &known) &&
		    known.words > 1)
			return true;
	return false;
}

/* Nothing but notices and headings: these are what the text says. */
static void
quote_all(struct license_ledger *l)
{
	const struct license_token *x = l->s->text->tokens;
	uint32_t n = l->s->seen[0].n;
	struct weigh_license_passage *p;

	if (n == 0 || l->r->npassages > 0 ||
	    (p = license_result_passage(l->r)) == NULL)
		return;
	p->start = x[0].start;
	p->end = x[n - 1].end;
	p->line = x[0].line;
	p->match = LICENSE_NO_PART;
	p->words = n;
	for (uint32_t d = 0; d < n; d++)
		p->strong |= x[d].flags & TOKEN_STRONG;
}

/* Is a license pointed to, and not as it is? */
static bool
limited(const struct weigh_license_result *r)
{
	for (size_t i = 0; i < r->nmatches; i++)
		if (r->matches[i].kind == WEIGH_LICENSE_MODIFIED)
			return true;
	return false;
}

/* No text of a license: only pointers, or law that no pack has, or nothing of law. */
static void
conclude_without(struct license_ledger *l)
{
	struct weigh_license_result *r = l->r;
	bool points = r->nmatches > 0 || r->nrefs > 0;

	bool law = is_law(l->s);

	if (points && !law) {
		r->kind = limited(r) ? WEIGH_LICENSE_MODIFIED :
				       WEIGH_LICENSE_REFERENCE;
		if (r->kind == WEIGH_LICENSE_MODIFIED && !one_license(r))
			r->kind = WEIGH_LICENSE_MULTIPLE;
		r->score = r->kind == WEIGH_LICENSE_MODIFIED ?
		    r->matches[0].score :
		    0;
		if (license_scan_left(l->s, 0, l->s->seen[0].n) > 0)
			license_copy(r->reason, sizeof(r->reason),
			    "words of its own beside the reference");
		tell_doubt(r);
		express(l);
	} else if (law || license_legal(l->s->text) || names_license(l->s)) {
		r->kind = WEIGH_LICENSE_UNKNOWN;
		(void)snprintf(r->license, sizeof(r->license),
		    "LicenseRef-text-%s", l->digits);
		quote_all(l);
	} else {
		r->kind = WEIGH_LICENSE_NONE;
		license_copy(r->reason, sizeof(r->reason),
		    r->words == 0 ? "no text" : "nothing of law in it");
	}
}

/* Work that had to be cut short proves nothing. */
static void
conclude_costly(struct license_ledger *l)
{
	l->r->kind = WEIGH_LICENSE_UNKNOWN;
	l->r->score = 0;
	(void)snprintf(l->r->license, sizeof(l->r->license),
	    "LicenseRef-text-%s", l->digits);
	license_copy(l->r->reason, sizeof(l->r->reason),
	    "too costly to compare with what it resembles");
}

static void
conclude(struct license_ledger *l)
{
	if (l->s->effort.spent || l->s->nfound == LICENSE_FOUND ||
	    l->r->nmatches == WEIGH_LICENSE_MATCHES)
		conclude_costly(l);
	else if (license_any_part(l->s))
		conclude_parts(l);
	else
		conclude_without(l);
}

enum weigh_code
license_account(struct weigh_license_result *r, struct license_scan *s,
    const void *bytes, size_t len, struct weigh_err *err)
{
	struct license_ledger l = { .r = r, .s = s };
	char hex[WEIGH_OID_HEX + 1];
	struct weigh_oid oid;

	if (!weigh_oid_of(&oid, bytes, len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_oid_hex(&oid, hex);
	memcpy(l.digits, hex, sizeof(l.digits) - 1);
	for (uint32_t i = 0; i < s->nfound; i++) {
		l.match_of[i] = LICENSE_NO_PART;
		if (license_is_part(&s->found[i]))
			add_part(&l, i);
	}
	license_pointed(&l, bytes, len);
	add_left(&l);
	add_unseen(&l);
	for (uint32_t i = 0; i < s->nfound; i++)
		if (l.match_of[i] != LICENSE_NO_PART)
			license_tell_removed(r, s, &s->found[i], l.match_of[i]);
	license_result_sort(r);
	strengthen(r);
	finish_parts(&l);
	conclude(&l);
	r->nnearest = s->nnearest;
	memcpy(r->nearest, s->nearest, sizeof(r->nearest));
	return WEIGH_OK;
}
