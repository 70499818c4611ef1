/*
 * decide: the verdict.  Each option of the record is judged by itself: each rule is asked
 * of each license, silenced if somebody waived it, and the strictest that holds wins.  The
 * best option is told.
 */
#include <stdint.h>
#include <string.h>

#include "priv.h"

#define LICENSES (WEIGH_RECORD_PARTS + 1)

/* One option, while it is judged. */
struct judging {
	struct policy_view view;
	struct policy_license licenses[LICENSES];
	size_t nlicenses;
};

struct verdict {
	enum weigh_ruling ruling;
	const struct policy_rule *rule; /* NULL: the purpose's default */
	struct policy_outcome outcome;
	int64_t until;
};

/* --- acts ------------------------------------------------------------------------- */

/* The earlier of two moments; 0 is never. */
static void
sooner(int64_t *until, int64_t when)
{
	if (when != 0 && (*until == 0 || when < *until))
		*until = when;
}

static bool
is_revoked(const struct weigh_policy_facts *f, const struct weigh_act *act)
{
	for (size_t i = 0; act->number != 0 && i < f->nacts; i++)
		if (f->acts[i].kind == WEIGH_ACT_REVOKED &&
		    f->acts[i].revokes == act->number &&
		    f->acts[i].at <= f->now)
			return true;
	return false;
}

/* Does it stand, for this revision, now? */
static bool
stands(const struct weigh_policy_facts *f, const struct weigh_act *act)
{
	return act->at <= f->now && (act->until == 0 || f->now < act->until) &&
	    strcmp(act->commit, f->commit) == 0 &&
	    strcmp(act->repo, f->repo) == 0 && !is_revoked(f, act);
}

/* The one of two that stands longer. */
static const struct weigh_act *
longer(const struct weigh_act *a, const struct weigh_act *b)
{
	if (a == NULL || a->until == 0)
		return a == NULL ? b : a;
	return b->until == 0 || b->until > a->until ? b : a;
}

/* The first of the file's waivers, which are sorted by commit, that is not before this. */
static size_t
first_of_commit(const struct weigh_policy *p, const char *commit)
{
	size_t low = 0, high = p->nacts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(p->acts[middle].commit, commit) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct weigh_act *
waiver_of(const struct policy_view *v, const struct policy_rule *rule)
{
	const struct weigh_policy_facts *f = v->facts;
	const struct weigh_policy *p = v->policy;
	const struct weigh_act *best = NULL, *act;
	size_t i;

	if (!rule->waivable || rule->then == WEIGH_RULING_ALLOW)
		return NULL;
	for (i = 0; i < f->nacts; i++) {
		act = &f->acts[i];
		if (act->kind == WEIGH_ACT_WAIVER &&
		    strcmp(act->rule, rule->id) == 0 && stands(f, act))
			best = longer(best, act);
	}
	for (i = first_of_commit(p, f->commit);
	     i < p->nacts && strcmp(p->acts[i].commit, f->commit) == 0; i++) {
		act = &p->acts[i];
		if (strcmp(act->rule, rule->id) == 0 && stands(f, act))
			best = longer(best, act);
	}
	return best;
}

/* What was approved is what is here: the same licenses, texts and terms. */
static const struct weigh_act *
approval_of(const struct policy_view *v)
{
	const struct weigh_policy_facts *f = v->facts;
	const struct weigh_act *best = NULL;
	struct weigh_oid basis;
	bool known = false;

	for (size_t i = 0; f->record != NULL && i < f->nacts; i++) {
		const struct weigh_act *act = &f->acts[i];

		if (act->kind != WEIGH_ACT_APPROVAL || !stands(f, act) ||
		    (act->purpose[0] != '\0' &&
			strcmp(act->purpose, v->purpose->id) != 0))
			continue;
		if (!known)
			weigh_record_basis(f->record, &basis);
		known = true;
		if (weigh_oid_equal(&act->basis, &basis))
			best = longer(best, act);
	}
	return best;
}

/* Something that somebody decided and that begins later. */
static void
wait_for_acts(const struct weigh_policy_facts *f, int64_t *until)
{
	for (size_t i = 0; i < f->nacts; i++)
		if (f->acts[i].at > f->now)
			sooner(until, f->acts[i].at);
}

/* --- licenses --------------------------------------------------------------------- */

/* Terms by the number of their fact.  They come in the order of weigh_term_kinds, so the
 * search for each begins behind the one before. */
static void
index_terms(struct policy_license *l)
{
	size_t kinds = weigh_term_nkinds < POLICY_FACTS ? weigh_term_nkinds :
							  POLICY_FACTS;
	size_t at = 0;

	memset(l->terms, 0, sizeof(l->terms));
	for (uint32_t i = 0; l->part != NULL && i < l->part->nterms; i++)
		for (size_t k = 0; k < kinds; k++, at = (at + 1) % kinds)
			if (strcmp(weigh_term_kinds[at].fact,
				l->part->terms[i].fact) == 0) {
				l->terms[at] = &l->part->terms[i];
				break;
			}
}

static void
add_license(struct judging *j, const struct weigh_record_part *part,
    bool nothing)
{
	struct policy_license *l = &j->licenses[j->nlicenses++];

	l->part = part;
	l->nothing = nothing;
	index_terms(l);
}

/* The licenses of an option; at least one, of which perhaps nothing is known. */
static void
gather(struct judging *j, uint32_t option)
{
	const struct weigh_record *r = j->view.facts->record;

	j->nlicenses = 0;
	for (uint32_t i = 0; r != NULL && i < r->nparts; i++)
		if (j->nlicenses < LICENSES - 1 &&
		    (r->noptions < 2 ||
			(r->parts[i].options & 1u << option) != 0))
			add_license(j, &r->parts[i], false);
	if (r != NULL && strcmp(r->concluded, "NONE") == 0)
		add_license(j, NULL, true);
	else if (j->nlicenses == 0 || r == NULL ||
	    strstr(r->concluded, "NOASSERTION") != NULL)
		add_license(j, NULL, false);
}

/* --- rules ------------------------------------------------------------------------- */

/* (4): of all licenses, or of one of them. */
static struct policy_outcome
ask_all(struct judging *j, const struct policy_rule *rule)
{
	bool all = rule->then == WEIGH_RULING_ALLOW;
	struct policy_outcome best = { .truth = WEIGH_UNKNOWN };

	for (size_t i = 0; i < j->nlicenses; i++) {
		struct policy_outcome one;

		j->view.license = &j->licenses[i];
		one = weigh_policy_run(&j->view, rule);
		if (i == 0 ||
		    (all ? one.truth < best.truth : one.truth > best.truth))
			best = one;
	}
	return best;
}

/* (2): what a rule that came out so says.  False: nothing. */
static bool
says(const struct policy_rule *rule, enum weigh_truth truth,
    enum weigh_ruling *out)
{
	*out = rule->then;
	if (truth == WEIGH_UNKNOWN)
		*out = WEIGH_RULING_REVIEW;
	return truth == WEIGH_TRUE ||
	    (truth == WEIGH_UNKNOWN && rule->then != WEIGH_RULING_ALLOW);
}

static void
put_trace(struct weigh_rule_trace *t, const struct judging *j,
    const struct policy_rule *rule, const struct policy_outcome *o,
    const struct weigh_act *waived)
{
	t->id = rule->id;
	t->when = rule->when;
	t->reason = rule->reason;
	t->then = rule->then;
	t->truth = o->truth;
	t->waived = waived;
	t->counts = false;
	weigh_policy_because(t->because, &j->view, o);
}

/* (1): of all rules the strictest.  They are sorted by id, so the first of equals stays. */
static struct verdict
judge(struct judging *j, uint32_t option, struct weigh_rule_trace *trace)
{
	const struct weigh_policy *p = j->view.policy;
	struct verdict v = { .ruling = j->view.purpose->otherwise };

	gather(j, option);
	for (size_t i = 0; i < p->nrules; i++) {
		const struct policy_rule *rule = &p->rules[i];
		struct policy_outcome o = ask_all(j, rule);
		const struct weigh_act *waived = NULL;
		enum weigh_ruling said;
		bool counts = says(rule, o.truth, &said);

		if (counts && (waived = waiver_of(&j->view, rule)) != NULL)
			sooner(&v.until, waived->until);
		if (trace != NULL)
			put_trace(&trace[i], j, rule, &o, waived);
		if (!counts || waived != NULL ||
		    (v.rule != NULL && said <= v.ruling))
			continue;
		v.ruling = said;
		v.rule = rule;
		v.outcome = o;
	}
	return v;
}

/* Which rules came to what was decided? */
static void
mark(const struct weigh_policy *p, const struct verdict *v,
    struct weigh_rule_trace *trace)
{
	enum weigh_ruling said;

	for (size_t i = 0; v->rule != NULL && i < p->nrules; i++)
		trace[i].counts = trace[i].waived == NULL &&
		    says(&p->rules[i], trace[i].truth, &said) &&
		    said == v->ruling;
}

static void
tell(struct weigh_decision *out, struct judging *j, const struct verdict *v)
{
	out->ruling = v->ruling;
	out->until = v->until;
	if (v->rule != NULL) {
		out->rule = v->rule->id;
		out->reason = v->rule->reason;
		weigh_policy_because(out->because, &j->view, &v->outcome);
	}
	if (out->ruling != WEIGH_RULING_REVIEW)
		return;
	if ((out->approved = approval_of(&j->view)) != NULL) {
		out->ruling = WEIGH_RULING_ALLOW;
		sooner(&out->until, out->approved->until);
	}
	out->held = out->approved == NULL && j->view.purpose->hold;
}

void
weigh_policy_decide(struct weigh_decision *out, const struct weigh_policy *p,
    const struct weigh_purpose *purpose, const struct weigh_policy_facts *facts,
    struct weigh_rule_trace *trace)
{
	struct judging j;
	uint32_t n = facts->record != NULL ? facts->record->noptions : 1;
	struct verdict best = { .ruling = WEIGH_RULINGS }, one;

	j.view = (struct policy_view){ p, purpose, facts, NULL };
	out->option = 0;
	out->held = false;
	out->rule = "";
	out->reason = "no rule holds: what the purpose says otherwise";
	out->because[0] = '\0';
	out->approved = NULL;
	for (uint32_t i = 0; i < n || i == 0; i++) {
		one = judge(&j, i, NULL);
		if (one.ruling >= best.ruling)
			continue;
		best = one;
		out->option = i;
	}
	/* What the best one stood on was overwritten by those behind it. */
	if (n > 1 || trace != NULL)
		best = judge(&j, out->option, trace);
	if (trace != NULL)
		mark(p, &best, trace);
	tell(out, &j, &best);
	wait_for_acts(facts, &out->until);
}
