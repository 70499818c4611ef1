/*
 * conclude_terms: what each of the model's own licenses demands.
 *
 * A license that is known has the terms of its row; a text that is none has only those that
 * were read in it.  Then what stands beside it is added: limits and places that a text has
 * and its row has not, what a policy of acceptable use in the revision says, and what the
 * card leaves out.  Nothing that is added takes a demand away.
 */
#include <stdio.h>
#include <string.h>

#include "../ini.h"
#include "conclude.h"
#include "terms.h"

#define KINDS 64u /* more than there are */
#define VALUE 512u
static const char extracted[] = "extracted";

/* The terms of a part while they grow, in the order of weigh_term_kinds; fact NULL: not
 * known. */
struct set {
	struct conclude *c;
	struct weigh_record_term t[KINDS];
};

static size_t
kind_of(const char *fact)
{
	for (size_t i = 0; i < weigh_term_nkinds && i < KINDS; i++)
		if (strcmp(weigh_term_kinds[i].fact, fact) == 0)
			return i;
	return KINDS;
}

static const char *
keep(struct conclude *c, const char *text)
{
	const char *kept = record_keeps(c->r, text);

	if (kept == NULL)
		c->failed = true;
	return kept != NULL ? kept : "";
}

/* One of the words for how well a term is known, which live as long as the program. */
static const char *
evidence_word(const char *text)
{
	static const char *const words[] = { "text", "secondary", "likely" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], text) == 0)
			return words[i];
	return extracted;
}

static void
put(struct set *s, size_t kind, const char *value, const char *clause,
    const char *evidence)
{
	s->t[kind] = (struct weigh_record_term){
		.fact = weigh_term_kinds[kind].fact,
		.value = keep(s->c, value),
		.clause = keep(s->c, clause),
		.evidence = evidence_word(evidence),
	};
}

static const char *
value_of(const struct set *s, const char *fact)
{
	size_t kind = kind_of(fact);

	return kind < KINDS && s->t[kind].fact != NULL ? s->t[kind].value : "";
}

/* --- what is added -------------------------------------------------------------------------- */

/* All of `more` that is not in a list yet; false: nothing was. */
static bool
unite(struct set *s, size_t kind, const char *more, const char *clause,
    const char *evidence)
{
	const struct weigh_record_term *t = &s->t[kind];
	struct cursor rest = { more, strlen(more) };
	char value[VALUE] = "", one[64];
	bool added = false;

	if (t->fact != NULL && strcmp(t->value, "none") != 0)
		snprintf(value, sizeof(value), "%s", t->value);
	while (rest.len > 0) {
		struct cursor w = weigh_ini_trim(weigh_ini_cut(&rest, ','));
		size_t len = strlen(value);

		snprintf(one, sizeof(one), "%.*s", (int)w.len, w.p);
		if (w.len == 0 || w.len >= sizeof(one) ||
		    strcmp(one, "none") == 0 || conclude_lists(value, one) ||
		    len + w.len + 3 > sizeof(value))
			continue;
		snprintf(value + len, sizeof(value) - len, "%s%s",
		    len > 0 ? ", " : "", one);
		added = true;
	}
	if (added)
		put(s, kind, value, clause, evidence);
	return added;
}

/* A lower limit, or the first. */
static bool
lower(struct set *s, size_t kind, const char *limit, const char *clause)
{
	struct weigh_threshold now, more;
	const struct weigh_record_term *t = &s->t[kind];

	if (!weigh_threshold_read(&more, limit))
		return false;
	if (t->fact != NULL && weigh_threshold_read(&now, t->value) &&
	    (strcmp(now.currency, more.currency) != 0 ||
		now.number <= more.number))
		return false;
	put(s, kind, limit, clause, extracted);
	return true;
}

static bool
add(struct set *s, const struct weigh_record_fact *f, const char *clause)
{
	size_t kind = kind_of(f->fact);

	if (kind == KINDS)
		return false;
	switch (weigh_term_kinds[kind].type) {
	case WEIGH_TERM_PLACES:
		return unite(s, kind, f->value, clause, extracted);
	case WEIGH_TERM_THRESHOLD:
		return lower(s, kind, f->value, clause);
	case WEIGH_TERM_DATE:
		if (strlen(f->value) != 10)
			return false;
		break;
	case WEIGH_TERM_WORD:
	case WEIGH_TERM_WORDS:
	case WEIGH_TERM_TEXT:
		break;
	}
	if (s->t[kind].fact != NULL)
		return false;
	put(s, kind, f->value, clause, extracted);
	return true;
}

/* Does the row account for it?  Words that a text has beside numbers and places are its own
 * way to say what the row says. */
static bool
is_accounted(const struct set *s, const struct weigh_record_fact *f)
{
	struct weigh_threshold row, text;
	size_t kind = kind_of(f->fact);

	if (kind == KINDS)
		return true;
	if (weigh_term_kinds[kind].type == WEIGH_TERM_PLACES)
		return conclude_lists(value_of(s, f->fact), f->value);
	if (weigh_term_kinds[kind].type != WEIGH_TERM_THRESHOLD)
		return true;
	return weigh_threshold_read(&text, f->value) &&
	    weigh_threshold_read(&row, value_of(s, f->fact)) &&
	    row.number == text.number &&
	    strcmp(row.currency, text.currency) == 0;
}

/* --- where terms come from --------------------------------------------------------------------- */

static bool
is_known(const struct weigh_record_part *p)
{
	return p->kind != WEIGH_LICENSE_MODIFIED &&
	    p->kind != WEIGH_LICENSE_UNKNOWN;
}

static void
from_row(struct set *s, struct weigh_record_part *p)
{
	struct weigh_license_terms *row;

	if (!is_known(p) || (row = conclude_row(s->c, p->id)) == NULL)
		return;
	p->name = keep(s->c, row->name);
	p->family = keep(s->c, row->family);
	for (size_t i = 0; i < row->nterms; i++) {
		size_t kind = kind_of(row->terms[i].fact);

		if (kind < KINDS)
			put(s, kind, row->terms[i].value, row->terms[i].clause,
			    row->terms[i].evidence);
	}
	weigh_license_terms_free(row);
}

/* Does another known license of the same text account for it? */
static bool
is_anothers(struct set *s, uint32_t parts, const struct weigh_record_part *p,
    const struct weigh_record_fact *f)
{
	struct set *other = &(struct set){ .c = s->c };
	const struct weigh_record *r = s->c->r;

	for (uint32_t i = 0; i < s->c->nown; i++) {
		struct weigh_license_terms *row;
		const struct weigh_term *t;
		size_t kind = kind_of(f->fact);
		bool yes;

		if ((parts & (UINT32_C(1) << i)) == 0 || &r->parts[i] == p ||
		    !is_known(&r->parts[i]) ||
		    (row = conclude_row(s->c, r->parts[i].id)) == NULL)
			continue;
		t = weigh_license_term(row, f->fact);
		other->t[kind].fact = t != NULL ? f->fact : NULL;
		other->t[kind].value = t != NULL ? t->value : "";
		yes = t != NULL && is_accounted(other, f);
		weigh_license_terms_free(row);
		if (yes)
			return true;
	}
	return false;
}

/* What a text says beyond the row is told: the table and the text differ. */
static void
tell_difference(struct set *s, const struct weigh_record_part *p,
    const struct weigh_record_text *t, const struct weigh_record_fact *f)
{
	struct weigh_record_finding *found = conclude_find(s->c,
	    WEIGH_FINDING_TEXT_MODIFIED, p, f->clause,
	    "'%s' says %s %s, which is not what is known of %s", t->path,
	    f->fact, f->value, p->id);

	if (found != NULL)
		found->oid = t->oid;
}

static void
from_texts(struct set *s, const struct weigh_record_part *p, uint32_t bit)
{
	const struct weigh_record *r = s->c->r;

	for (uint32_t i = 0; i < r->ntexts; i++) {
		const struct weigh_record_text *t = &r->texts[i];

		if ((s->c->parts_of[i] & bit) == 0)
			continue;
		for (uint32_t k = 0; k < t->nfacts; k++) {
			const struct weigh_record_fact *f = &t->facts[k];

			if (!is_known(p)) {
				add(s, f, f->clause);
			} else if (!is_accounted(s, f) &&
			    !is_anothers(s, s->c->parts_of[i], p, f)) {
				add(s, f, f->clause);
				tell_difference(s, p, t, f);
			}
		}
	}
}

/* --- policies of acceptable use ------------------------------------------------------------------ */

static const char places[] = "territory-excludes";
static const char scope[] = "territory-scope";
static const char fields[] = "field-excludes";

/* Places that were added bring with them which models they are closed to. */
static void
widen_scope(struct set *s, const char *before, const char *more)
{
	size_t kind = kind_of(scope);
	const char *now = value_of(s, scope);

	if (before[0] == '\0' || strcmp(before, "none") == 0) {
		if (more[0] != '\0')
			put(s, kind, more, "policy", extracted);
		else
			s->t[kind].fact = NULL;
	} else if (now[0] != '\0' && strcmp(now, more) != 0) {
		put(s, kind, "all", "policy", extracted);
	}
}

struct applying {
	struct set *s;
	const struct weigh_record_text *t;
	bool unknown; /* no table knows all of it */
};

/* The row of a policy, added to the license that it goes with. */
static struct choice
apply_row(void *arg, const char *id)
{
	struct applying *a = arg;
	struct set *s = a->s;
	struct weigh_license_terms *row = conclude_row(s->c, id);
	const char *before = value_of(s, places);
	const struct weigh_term *t;
	char clause[96];

	if (row == NULL || strcmp(row->family, "policy") != 0) {
		a->unknown = true;
		weigh_license_terms_free(row);
		return choice_empty();
	}
	if ((t = weigh_license_term(row, places)) != NULL) {
		const struct weigh_term *models = weigh_license_term(row,
		    scope);

		snprintf(clause, sizeof(clause), "policy, %s", t->clause);
		if (unite(s, kind_of(places), t->value, clause, t->evidence))
			widen_scope(s, before,
			    models != NULL ? models->value : "");
	}
	if ((t = weigh_license_term(row, fields)) != NULL) {
		snprintf(clause, sizeof(clause), "policy %s", t->clause);
		unite(s, kind_of(fields), t->value, clause, t->evidence);
	}
	weigh_license_terms_free(row);
	return choice_empty();
}

/* What a policy that no table knows forbids is not known: "none" is said of no field and no
 * place any more. */
static void
forget_none(struct set *s)
{
	static const char *const facts[] = { places, fields };

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (strcmp(value_of(s, facts[i]), "none") == 0)
			s->t[kind_of(facts[i])].fact = NULL;
	if (strcmp(value_of(s, "aup"), "none") == 0)
		put(s, kind_of("aup"), "file", "", extracted);
}

static void
apply_policy(struct set *s, const struct weigh_record_text *t, bool alone)
{
	struct applying a = { .s = s, .t = t };
	struct choice unused;

	if (!choice_read(&unused, t->license, apply_row, &a))
		a.unknown = true;
	if (!alone)
		return;
	for (uint32_t i = 0; i < t->nfacts; i++) {
		const struct weigh_record_fact *f = &t->facts[i];
		const char *before = value_of(s, places);
		const char *clause = record_printf(s->c->r, "policy%s%s",
		    f->clause[0] != '\0' ? " " : "", f->clause);
		size_t kind = kind_of(f->fact);

		if (clause == NULL) {
			s->c->failed = true;
		} else if (kind == kind_of(places)) {
			if (unite(s, kind, f->value, clause, extracted))
				widen_scope(s, before, "");
		} else if (kind < KINDS &&
		    weigh_term_kinds[kind].type == WEIGH_TERM_THRESHOLD) {
			lower(s, kind, f->value, clause);
		}
	}
	if (a.unknown)
		forget_none(s);
}

static void
from_policies(struct set *s)
{
	const struct weigh_record *r = s->c->r;

	for (uint32_t i = 0; i < r->ntexts; i++)
		if (s->c->use[i] == CONCLUDE_POLICY)
			apply_policy(s, &r->texts[i], true);
		else if (s->c->use[i] == CONCLUDE_DECIDES)
			apply_policy(s, &r->texts[i], false);
}

/* --- the card ---------------------------------------------------------------------------------------- */

static void
from_card(struct set *s)
{
	const char *before = value_of(s, places);
	size_t kind = kind_of(scope);

	if (!s->c->r->eu_disallowed)
		return;
	if (unite(s, kind_of(places), "EU", "card", extracted))
		widen_scope(s, before, "");
	else if (strcmp(value_of(s, scope), "multimodal") == 0)
		put(s, kind, "all", "card", extracted);
}

/* ------------------------------------------------------------------------------------------------------ */

static void
give(struct set *s, struct weigh_record_part *p)
{
	struct weigh_record_term *rows;
	uint32_t n = 0;

	for (size_t i = 0; i < KINDS; i++)
		n += s->t[i].fact != NULL;
	if (n == 0)
		return;
	if ((rows = record_terms(s->c->r, p, n)) == NULL) {
		s->c->failed = true;
		return;
	}
	for (size_t i = 0; i < KINDS; i++)
		if (s->t[i].fact != NULL)
			*rows++ = s->t[i];
}

void
conclude_terms(struct conclude *c)
{
	for (uint32_t i = 0; i < c->nown; i++) {
		struct weigh_record_part *p = &c->r->parts[i];
		struct set s = { .c = c };

		from_row(&s, p);
		if (strcmp(p->id, CONCLUDE_NOTHING_SAID) != 0) {
			from_texts(&s, p, UINT32_C(1) << i);
			from_policies(&s);
			from_card(&s);
		}
		give(&s, p);
	}
}
