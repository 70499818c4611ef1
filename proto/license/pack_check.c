/*
 * pack_check: what must hold in a pack before anything of it is used.  Each check is a
 * function, and may trust those above it in the table.  F1 to F9 of README.md.
 */
#include <stdlib.h>
#include <string.h>

#include "../utf8.h"
#include "match.h"
#include "pack_format.h"

/* --- strings and entries ------------------------------------------------------ */

static bool
strings_are_texts(const struct weigh_license_pack *p)
{
	size_t len = p->counts[PACK_STRINGS], i = 0, n;

	if (len == 0 || p->strings[len - 1] != '\0')
		return false;
	while (i < len) {
		unsigned char c = (unsigned char)p->strings[i];

		if ((c != '\0' && c < ' ') || c == 0x7f ||
		    (n = weigh_utf8_char(p->strings + i, len - i)) == 0)
			return false;
		i += n;
	}
	return true;
}

/* Does a string of less than `room` bytes begin there? */
static bool
is_string(const struct weigh_license_pack *p, uint32_t at, size_t room)
{
	return at < p->counts[PACK_STRINGS] &&
	    (at == 0 || p->strings[at - 1] == '\0') &&
	    strlen(p->strings + at) < room;
}

bool
license_id_valid(const char *id)
{
	size_t len = strspn(id,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789.+-");

	return len > 0 && len < WEIGH_LICENSE_ID && id[len] == '\0';
}

static bool
header_is_right(const struct weigh_license_pack *p)
{
	return p->word_bits > 0 && p->shingle_bits > 0 &&
	    p->counts[PACK_TEMPLATES] <= PACK_TEMPLATES_MAX &&
	    p->counts[PACK_VOCABULARY] <= LICENSE_WORD_KINDS &&
	    p->counts[PACK_STRONG] == p->counts[PACK_VOCABULARY] &&
	    p->counts[PACK_LISTS] == p->counts[PACK_SHINGLES] &&
	    is_string(p, p->header->version, PACK_NAME);
}

static bool
entry_is_right(const struct weigh_license_pack *p, const struct pack_entry *e)
{
	return is_string(p, e->id, WEIGH_LICENSE_ID) &&
	    license_id_valid(p->strings + e->id) &&
	    is_string(p, e->name, PACK_NAME) &&
	    is_string(p, e->based_on, WEIGH_LICENSE_ID) &&
	    (p->strings[e->based_on] == '\0' ||
		license_id_valid(p->strings + e->based_on)) &&
	    e->what < WEIGH_WHATS &&
	    (e->flags & ~(PACK_VENDOR | PACK_DEPRECATED)) == 0 &&
	    e->count > 0 && e->first < p->counts[PACK_TEMPLATES] &&
	    e->count <= p->counts[PACK_TEMPLATES] - e->first;
}

static bool
entries_are_right(const struct weigh_license_pack *p)
{
	for (uint32_t i = 0; i < p->counts[PACK_ENTRIES]; i++) {
		const struct pack_entry *e = &p->entries[i];
		int order;

		if (!entry_is_right(p, e))
			return false;
		if (i == 0)
			continue;
		order = license_id_compare(p->strings + e[-1].id,
		    p->strings + e->id);
		if (order > 0 || (order == 0 && e[-1].what >= e->what))
			return false;
	}
	return true;
}

/* --- templates ---------------------------------------------------------------- */

/* Does the part begin at *next, and end inside of its section? */
static bool
take_part(const struct weigh_license_pack *p, const struct pack_part *part,
    enum pack_section section, uint32_t next[PACK_SECTIONS])
{
	if (part->first != next[section] ||
	    part->count > p->counts[section] - part->first)
		return false;
	next[section] += part->count;
	return true;
}

static bool
take_parts(const struct weigh_license_pack *p, const struct pack_template *t,
    uint32_t next[PACK_SECTIONS])
{
	return take_part(p, &t->words, PACK_WORDS, next) &&
	    take_part(p, &t->spans, PACK_SPANS, next) &&
	    take_part(p, &t->alternatives, PACK_ALTERNATIVES, next) &&
	    take_part(p, &t->alternative_words, PACK_ALTERNATIVE_WORDS, next) &&
	    take_part(p, &t->lookalikes, PACK_LOOKALIKES, next) &&
	    take_part(p, &t->clauses, PACK_CLAUSES, next);
}

/* The entry that a template reports has it among its own. */
static bool
is_owned(const struct weigh_license_pack *p, uint32_t number)
{
	const struct pack_template *t = &p->templates[number];
	const struct pack_entry *e;

	if (t->entry >= p->counts[PACK_ENTRIES])
		return false;
	e = &p->entries[t->entry];
	return number >= e->first && number - e->first < e->count;
}

/* One after the other they fill their sections. */
static bool
templates_fill_sections(const struct weigh_license_pack *p)
{
	static const enum pack_section parts[] = { PACK_WORDS, PACK_SPANS,
		PACK_ALTERNATIVES, PACK_ALTERNATIVE_WORDS, PACK_LOOKALIKES,
		PACK_CLAUSES };
	uint32_t next[PACK_SECTIONS] = { 0 };

	for (uint32_t i = 0; i < p->counts[PACK_TEMPLATES]; i++) {
		const struct pack_template *t = &p->templates[i];

		if (!is_owned(p, i) || !take_parts(p, t, next) ||
		    t->words.count == 0 || t->words.count > LICENSE_WORDS_MAX ||
		    t->spans.count > LICENSE_NO_SPAN)
			return false;
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (next[parts[i]] != p->counts[parts[i]])
			return false;
	return true;
}

/* Entries share all of their templates or none, and what is said of these is true of
 * each of them: the one that is reported stands for the others. */
static bool
entries_share_templates(const struct weigh_license_pack *p)
{
	for (uint32_t i = 0; i < p->counts[PACK_ENTRIES]; i++) {
		const struct pack_entry *e = &p->entries[i];
		uint32_t reported = p->templates[e->first].entry;
		const struct pack_entry *r = &p->entries[reported];

		if (r->first != e->first || r->count != e->count ||
		    r->what != e->what ||
		    ((r->flags ^ e->flags) & PACK_VENDOR) != 0)
			return false;
		for (uint32_t k = 1; k < e->count; k++)
			if (p->templates[e->first + k].entry != reported)
				return false;
	}
	return true;
}

static bool
words_are_known(const struct weigh_license_pack *p)
{
	uint32_t kinds = p->counts[PACK_VOCABULARY], i;
	unsigned wrong = 0;

	for (i = 0; i < p->counts[PACK_WORDS]; i++)
		wrong |= p->words[i] >= kinds;
	for (i = 0; i < p->counts[PACK_ALTERNATIVE_WORDS]; i++)
		wrong |= p->alternative_words[i] >= kinds &&
		    p->alternative_words[i] != LICENSE_ANY_WORDS;
	return wrong == 0;
}

/* Sorted by where they begin, the outer ones first; a parent is around its children. */
static bool
span_is_right(const struct license_template *t, uint32_t nalternatives,
    uint32_t i)
{
	const struct license_span *s = &t->spans[i], *parent;

	if (s->kind >= SPAN_KINDS || s->from > s->to || s->to > t->nwords ||
	    s->alternatives > nalternatives ||
	    s->nalternatives > nalternatives - s->alternatives ||
	    (s->nalternatives > 0) != (s->kind == SPAN_ONE_OF))
		return false;
	if (i > 0 &&
	    (s[-1].from > s->from ||
		(s[-1].from == s->from && s[-1].to < s->to)))
		return false;
	if (s->parent == LICENSE_NO_SPAN)
		return true;
	if (s->parent >= i)
		return false;
	parent = &t->spans[s->parent];
	return parent->from <= s->from && s->to <= parent->to;
}

/* The alternatives are all somebody's, and so many words as they leave over a text must
 * have. */
static bool
spans_are_right(const struct license_template *t, uint32_t nalternatives)
{
	uint32_t left = nalternatives;

	for (uint32_t i = 0; i < t->nspans; i++) {
		uint32_t has = t->spans[i].nalternatives;

		if (!span_is_right(t, nalternatives, i) || has > left)
			return false;
		left -= has;
	}
	return left == 0 && license_required(t, 0, t->nwords) == t->nrequired;
}

/* Each begins where the words of the one before end. */
static bool
alternatives_are_right(const struct license_template *t,
    const struct pack_template *raw)
{
	uint32_t next = 0;

	for (uint32_t i = 0; i < raw->alternatives.count; i++) {
		const struct license_alternative *a = &t->alternatives[i];

		if (a->from != next ||
		    a->count > raw->alternative_words.count - next)
			return false;
		next += a->count;
	}
	return next == raw->alternative_words.count;
}

static bool
parts_are_right(const struct weigh_license_pack *p, uint32_t number)
{
	const struct pack_template *raw = &p->templates[number];
	const struct pack_clause *c = p->clauses + raw->clauses.first;
	struct license_template t;
	uint32_t i;

	license_pack_template(p, number, &t);
	if (!spans_are_right(&t, raw->alternatives.count) ||
	    !alternatives_are_right(&t, raw))
		return false;
	for (i = 0; i < t.nlookalikes; i++)
		if (t.lookalikes[i] >= p->counts[PACK_TEMPLATES] ||
		    t.lookalikes[i] == number ||
		    (i > 0 && t.lookalikes[i] <= t.lookalikes[i - 1]))
			return false;
	for (i = 0; i < raw->clauses.count; i++)
		if (c[i].word >= t.nwords ||
		    !is_string(p, c[i].label, PACK_CLAUSE) ||
		    (i > 0 && c[i].word <= c[i - 1].word))
			return false;
	return true;
}

static bool
templates_are_right(const struct weigh_license_pack *p)
{
	for (uint32_t i = 0; i < p->counts[PACK_TEMPLATES]; i++)
		if (!parts_are_right(p, i))
			return false;
	return true;
}

/* --- vocabulary and shingles -------------------------------------------------- */

static bool
vocabulary_is_sorted(const struct weigh_license_pack *p)
{
	uint32_t n = p->counts[PACK_VOCABULARY], i = 0;
	size_t buckets = (size_t)1 << p->word_bits;

	for (size_t b = 0; b < buckets; b++) {
		if (p->word_index[b] != i || p->word_index[b + 1] < i ||
		    p->word_index[b + 1] > n)
			return false;
		for (; i < p->word_index[b + 1]; i++)
			if (p->vocabulary[i] >> (64 - p->word_bits) != b ||
			    (i > 0 && p->vocabulary[i] <= p->vocabulary[i - 1]))
				return false;
	}
	return i == n;
}

static bool
strengths_are_known(const struct weigh_license_pack *p)
{
	unsigned all = 0;

	for (uint32_t i = 0; i < p->counts[PACK_STRONG]; i++)
		all |= p->strong[i];
	return (all & ~TOKEN_STRONG) == 0;
}

static bool
shingles_are_sorted(const struct weigh_license_pack *p)
{
	uint32_t n = p->counts[PACK_SHINGLES], i = 0;
	size_t buckets = (size_t)1 << p->shingle_bits;

	for (size_t b = 0; b < buckets; b++) {
		uint32_t first = i, end = p->shingle_index[b + 1];

		if (p->shingle_index[b] != i || end < i || end > n)
			return false;
		for (; i < end; i++)
			if (i > first && p->shingles[i] <= p->shingles[i - 1])
				return false;
	}
	return i == n;
}

/* A number of at most PACK_VARINT bytes. */
static bool
take_varint(const uint8_t *bytes, uint32_t len, uint32_t *at, uint32_t *n)
{
	*n = 0;
	for (unsigned i = 0; i < PACK_VARINT && *at < len; i++) {
		uint8_t c = bytes[(*at)++];

		*n |= (uint32_t)(c & 0x7f) << (7 * i);
		if ((c & 0x80) == 0)
			return true;
	}
	return false;
}

/* How many, the first, and how much each is above the one before. */
static bool
take_list(const struct weigh_license_pack *p, uint32_t *at)
{
	uint32_t len = p->counts[PACK_POSTINGS], count, step, last = 0;

	if (!take_varint(p->postings, len, at, &count) || count == 0)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!take_varint(p->postings, len, at, &step) ||
		    (i > 0 && step == 0))
			return false;
		last += step;
		if (last >= p->counts[PACK_TEMPLATES])
			return false;
	}
	return true;
}

/* One list behind the other, and every shingle at the beginning of one. */
static enum weigh_code
check_postings(const struct weigh_license_pack *p, bool *right)
{
	uint32_t len = p->counts[PACK_POSTINGS], at = 0, i;
	uint8_t *begins = calloc((size_t)len / 8 + 1, 1);

	if (begins == NULL)
		return WEIGH_NOMEM;
	*right = true;
	while (*right && at < len) {
		begins[at / 8] |= (uint8_t)(1u << at % 8);
		*right = take_list(p, &at);
	}
	for (i = 0; *right && i < p->counts[PACK_LISTS]; i++)
		*right = p->lists[i] < len &&
		    (begins[p->lists[i] / 8] >> p->lists[i] % 8 & 1) != 0;
	free(begins);
	return WEIGH_OK;
}

static const struct {
	bool (*holds)(const struct weigh_license_pack *p);
	const char *what;
} checks[] = {
	{ strings_are_texts, "its strings are no texts" },
	{ header_is_right, "its header and its sections differ" },
	{ entries_are_right, "its ids are not in order" },
	{ templates_fill_sections, "its templates do not fill their sections" },
	{ entries_share_templates, "its ids share parts of their templates" },
	{ words_are_known, "it has words that it does not know" },
	{ templates_are_right, "a part of a template lies outside of it" },
	{ vocabulary_is_sorted, "its words are not in order" },
	{ strengths_are_known, "it has words that decide nobody knows what" },
	{ shingles_are_sorted, "its shingles are not in order" },
};

enum weigh_code
license_pack_check(const struct weigh_license_pack *p, struct weigh_err *err)
{
	bool right = false;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!checks[i].holds(p))
			return weigh_fail(err, WEIGH_MALFORMED, "%s",
			    checks[i].what);
	if (check_postings(p, &right) != WEIGH_OK)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (!right)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "its lists of templates are damaged");
	return WEIGH_OK;
}
