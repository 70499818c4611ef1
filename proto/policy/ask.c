/*
 * ask: what a term of a condition comes to, asked of one license; and a whole condition.
 *
 * (2) and (3) of weigh/policy.h live here: what is not known, or unclear, is unknown, and
 * `none` is known.
 */
#include <string.h>

#include <weigh/name.h>

#include "priv.h"

static enum weigh_truth
truth(bool holds)
{
	return holds ? WEIGH_TRUE : WEIGH_FALSE;
}

/* --- terms about the license ------------------------------------------------------ */

/* Is it surely what its id says?  A text that was changed, or that nobody knows, may be
 * anything. */
static bool
is_certain(const struct weigh_record_part *part)
{
	return part->kind != WEIGH_LICENSE_MODIFIED &&
	    part->kind != WEIGH_LICENSE_UNKNOWN;
}

/* Does the id match, case ignored?  The pattern is in lower case. */
static bool
matches_id(const char *glob, const char *id)
{
	char text[WEIGH_LICENSE_ID * 2];
	size_t i;

	for (i = 0; i < sizeof(text) - 1 && id[i] != '\0'; i++)
		text[i] = weigh_policy_lower(id[i]);
	text[i] = '\0';
	return weigh_glob_match(glob, text);
}

static enum weigh_truth
ask_id(const struct policy_view *v, const struct policy_node *node)
{
	const struct weigh_record_part *part = v->license->part;

	if (part == NULL)
		return v->license->nothing ? WEIGH_FALSE : WEIGH_UNKNOWN;
	if (matches_id(node->text, part->id))
		return WEIGH_TRUE;
	return is_certain(part) ? WEIGH_FALSE : WEIGH_UNKNOWN;
}

static enum weigh_truth
ask_family(const struct policy_view *v, const struct policy_node *node)
{
	const struct weigh_record_part *part = v->license->part;

	if (part == NULL)
		return v->license->nothing ?
		    truth(strcmp(node->text, "none") == 0) :
		    WEIGH_UNKNOWN;
	if (part->family[0] == '\0')
		return WEIGH_UNKNOWN;
	return truth(strcmp(node->text, part->family) == 0);
}

static enum weigh_truth
ask_kind(const struct policy_view *v, const struct policy_node *node)
{
	const struct weigh_record_part *part = v->license->part;

	if (part == NULL)
		return v->license->nothing ?
		    truth(node->word == WEIGH_LICENSE_NONE) :
		    WEIGH_UNKNOWN;
	return truth((uint32_t)part->kind == node->word);
}

/* --- facts ------------------------------------------------------------------------ */

static const struct weigh_record_term *
term_of(const struct policy_license *license, uint32_t fact)
{
	return fact < POLICY_FACTS ? license->terms[fact] : NULL;
}

static bool
is_known(const struct weigh_record_term *term)
{
	return term != NULL && strcmp(term->value, "unclear") != 0 &&
	    strcmp(term->value, "unknown") != 0;
}

/* One of a list with "," between that is `word`. */
static bool
lists(const char *list, const char *word)
{
	struct cursor rest = { list, strlen(list) };
	size_t n = strlen(word);

	while (rest.len > 0) {
		struct cursor one = weigh_ini_trim(weigh_ini_cut(&rest, ','));

		if (one.len == n && memcmp(one.p, word, n) == 0)
			return true;
	}
	return false;
}

/* The strongest that any field of a list says of this sector. */
static enum weigh_truth
bars(const char *list, const char *sector)
{
	struct cursor rest = { list, strlen(list) };
	enum weigh_truth best = WEIGH_FALSE;

	while (rest.len > 0) {
		struct cursor one = weigh_ini_trim(weigh_ini_cut(&rest, ','));
		enum weigh_truth is = weigh_policy_sector(sector, one.p,
		    one.len);

		best = is > best ? is : best;
	}
	return best;
}

static bool
leaves_out(const char *list, const char *place)
{
	struct cursor rest = { list, strlen(list) };

	while (rest.len > 0) {
		struct cursor one = weigh_ini_trim(weigh_ini_cut(&rest, ','));

		if (weigh_policy_within(place, one.p, one.len))
			return true;
	}
	return false;
}

/* Does the license leave out models of this revision's sort alone? */
static enum weigh_truth
scope_meets(const struct policy_view *v)
{
	uint32_t i = 0;

	while (i < weigh_term_nkinds &&
	    strcmp(weigh_term_kinds[i].fact, "territory-scope") != 0)
		i++;
	if (term_of(v->license, i) == NULL ||
	    strcmp(term_of(v->license, i)->value, "multimodal") != 0)
		return WEIGH_TRUE;
	return truth(v->facts->record->multimodal);
}

static enum weigh_truth
ask_place(const struct policy_view *v, const struct policy_node *node,
    const char *place)
{
	const struct weigh_record_term *term = term_of(v->license, node->word);

	if (strcmp(place, "none") == 0)
		return is_known(term) ? truth(strcmp(term->value, place) == 0) :
					WEIGH_UNKNOWN;
	if (v->facts->record->eu_disallowed &&
	    weigh_policy_within(place, "EU", 2))
		return WEIGH_TRUE;
	if (!is_known(term))
		return WEIGH_UNKNOWN;
	if (!leaves_out(term->value, place))
		return WEIGH_FALSE;
	return scope_meets(v);
}

static enum weigh_truth
ask_fact(const struct policy_view *v, const struct policy_node *node)
{
	const struct weigh_record_term *term = term_of(v->license, node->word);
	const char *value = node->site == SITE_KEYS ?
	    node->text :
	    v->policy->site[node->site];

	if (value == NULL)
		return is_known(term) && strcmp(term->value, "none") == 0 ?
		    WEIGH_FALSE :
		    WEIGH_UNKNOWN;
	if (weigh_term_kinds[node->word].type == WEIGH_TERM_PLACES)
		return ask_place(v, node, value);
	if (!is_known(term))
		return WEIGH_UNKNOWN;
	if (node->site == SITE_SECTOR)
		return bars(term->value, value);
	if (weigh_term_kinds[node->word].type == WEIGH_TERM_WORDS)
		return truth(lists(term->value, value));
	return truth(strcmp(term->value, value) == 0);
}

/* The amount to compare a limit in this currency with, or NULL: there is none, and none is
 * ever converted. */
static const struct policy_amount *
amount_in(const struct policy_view *v, const struct policy_node *node,
    const char *currency)
{
	const struct policy_figure *f;

	if (node->site == SITE_KEYS)
		return strcmp(node->amount.currency, currency) == 0 ?
		    &node->amount :
		    NULL;
	f = &v->policy->figures[node->site];
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->amounts[i].currency, currency) == 0)
			return &f->amounts[i];
	return NULL;
}

/* The number and currency of "> 1000000 USD, affiliates, …": the smallest number that
 * reaches the limit, of `> 100` that is 101. */
static bool
read_limit(const char *value, struct policy_amount *out)
{
	struct cursor rest = { value, strlen(value) };
	struct cursor head = weigh_ini_trim(weigh_ini_cut(&rest, ','));
	bool more = false;

	if (!take_text(&head, ">= ") && !(more = take_text(&head, "> ")))
		return false;
	if (!weigh_policy_amount(head, out))
		return false;
	out->number += more;
	return true;
}

static enum weigh_truth
ask_threshold(const struct policy_view *v, const struct policy_node *node)
{
	const struct weigh_record_term *term = term_of(v->license, node->word);
	const struct policy_amount *amount;
	struct policy_amount limit;

	if (!is_known(term))
		return WEIGH_UNKNOWN;
	if (strcmp(term->value, "none") == 0)
		return WEIGH_FALSE;
	if (!read_limit(term->value, &limit) ||
	    (amount = amount_in(v, node, limit.currency)) == NULL)
		return WEIGH_UNKNOWN;
	switch (node->order) {
	case ORDER_LESS:
		return truth(limit.number < amount->number);
	case ORDER_AT_MOST:
		return truth(limit.number <= amount->number);
	case ORDER_MORE:
		return truth(limit.number > amount->number);
	case ORDER_AT_LEAST:
		return truth(limit.number >= amount->number);
	}
	return WEIGH_UNKNOWN;
}

/* --- terms about the revision ------------------------------------------------------- */

static enum weigh_truth
ask_conflict(const struct policy_view *v, const struct policy_node *node)
{
	const struct weigh_record *r = v->facts->record;

	for (uint32_t i = 0; i < r->nfindings; i++)
		if (node->word == WEIGH_FINDINGS ?
			weigh_finding_conflict(r->findings[i].finding) :
			(uint32_t)r->findings[i].finding == node->word)
			return WEIGH_TRUE;
	return WEIGH_FALSE;
}

/* Is one of the words, with blanks between, matched? */
static bool
any_word(const char *words, const char *glob)
{
	struct cursor rest = { words, strlen(words) };
	char text[128];

	while (rest.len > 0) {
		struct cursor one = weigh_ini_cut(&rest, ' ');

		if (one.len == 0 || one.len >= sizeof(text))
			continue;
		memcpy(text, one.p, one.len);
		text[one.len] = '\0';
		if (weigh_glob_match(glob, text))
			return true;
	}
	return false;
}

/* What says nothing of a license is known without a record. */
static bool
needs_record(enum policy_op op)
{
	return op != OP_PURPOSE && op != OP_QUESTION && op != OP_REPO &&
	    op != OP_SIGNED && op != OP_FINDING;
}

static enum weigh_truth
ask_record(const struct policy_view *v, const struct policy_node *node)
{
	const struct weigh_record *r = v->facts->record;

	switch (node->op) {
	case OP_KIND:
		return ask_kind(v, node);
	case OP_STATE:
		return truth((uint32_t)r->state == node->word);
	case OP_ID:
		return ask_id(v, node);
	case OP_FAMILY:
		return ask_family(v, node);
	case OP_FACT:
		return ask_fact(v, node);
	case OP_THRESHOLD:
		return ask_threshold(v, node);
	case OP_CONFLICT:
		return ask_conflict(v, node);
	case OP_FORMAT:
		return truth(any_word(r->formats, node->text));
	case OP_CODE:
		return truth(r->remote_code);
	case OP_AND:
	case OP_OR:
	case OP_NOT:
	case OP_PURPOSE:
	case OP_QUESTION:
	case OP_REPO:
	case OP_SIGNED:
	case OP_FINDING:
		break;
	}
	return WEIGH_UNKNOWN;
}

enum weigh_truth
weigh_policy_ask(const struct policy_view *v, const struct policy_node *node)
{
	const struct weigh_policy_facts *f = v->facts;

	if (needs_record(node->op))
		return f->record == NULL ? WEIGH_UNKNOWN : ask_record(v, node);
	if (node->op == OP_PURPOSE)
		return truth(strcmp(v->purpose->id, node->text) == 0);
	if (node->op == OP_QUESTION)
		return truth((uint32_t)v->purpose->question == node->word);
	if (node->op == OP_REPO)
		return truth(weigh_glob_match(node->text, f->repo));
	if (node->op == OP_SIGNED)
		return f->signedby[0] == '\0' ?
		    WEIGH_UNKNOWN :
		    truth(strcmp(f->signedby, node->text) == 0);
	if (any_word(f->dangers, node->text))
		return WEIGH_TRUE;
	return f->inspected ? WEIGH_FALSE : WEIGH_UNKNOWN;
}

/* --- conditions --------------------------------------------------------------------- */

/* Of two, the one that decides; of equals the one that says more. */
static struct policy_outcome
either(struct policy_outcome a, struct policy_outcome b, bool smaller)
{
	if (a.truth == b.truth)
		return b.node->op > a.node->op ? b : a;
	return (b.truth < a.truth) == smaller ? b : a;
}

struct policy_outcome
weigh_policy_run(const struct policy_view *v, const struct policy_rule *rule)
{
	const struct policy_node *nodes = v->policy->nodes + rule->first;
	struct policy_outcome below[POLICY_NODES],
	    top = { WEIGH_UNKNOWN, nodes, v->license };
	size_t n = 0; /* how many lie below the top one */

	for (size_t i = 0; i < rule->nnodes; i++) {
		const struct policy_node *node = &nodes[i];

		if (node->op == OP_NOT) {
			top.truth = (enum weigh_truth)(WEIGH_TRUE - top.truth);
		} else if (node->op == OP_AND || node->op == OP_OR) {
			top = either(below[--n], top, node->op == OP_AND);
		} else {
			if (i > 0)
				below[n++] = top;
			top.truth = weigh_policy_ask(v, node);
			top.node = node;
			top.license = v->license;
		}
	}
	return top;
}
