/*
 * cond: conditions, from text to a program.
 *
 *	or   = and { "or" and }
 *	and  = not { "and" not }
 *	not  = "not" not | "(" or ")" | term
 */
#include <string.h>

#include "priv.h"

struct parser {
	struct policy_program *out;
	struct cursor rest;
	struct policy_refusal *no;
	unsigned depth;
};

static const char *const terms[] = { "kind", "state", "id", "family", "fact",
	"threshold", "conflict", "purpose", "question", "repo", "format",
	"code", "finding", "signed" };
#define TERMS (sizeof(terms) / sizeof(terms[0]))

/* --- complaints ------------------------------------------------------------------- */

static bool
refuse(struct parser *p, struct cursor word, const char *why, const char *near)
{
	p->no->word = word;
	p->no->bad = (struct policy_complaint){ .why = why };
	memcpy(p->no->bad.near, near, strlen(near) + 1);
	return false;
}

static bool
refuse_word(struct parser *p, struct cursor word,
    const struct policy_complaint *bad)
{
	p->no->word = word;
	p->no->bad = *bad;
	return false;
}

/* --- pieces ----------------------------------------------------------------------- */

static void
skip_blanks(struct parser *p)
{
	while (p->rest.len > 0 && strchr(" \t", p->rest.p[0]) != NULL)
		cursor_skip(&p->rest, 1);
}

/* The bytes in front that are none of `stops`. */
static struct cursor
until(struct cursor s, const char *stops)
{
	size_t n = 0;

	while (n < s.len && strchr(stops, s.p[n]) == NULL)
		n++;
	s.len = n;
	return s;
}

static struct cursor
take_until(struct parser *p, const char *stops)
{
	struct cursor s = until(p->rest, stops);

	cursor_skip(&p->rest, s.len);
	return s;
}

/* A word of the grammar, taken if it comes next. */
static bool
take_word(struct parser *p, const char *word)
{
	struct cursor s;

	skip_blanks(p);
	s = until(p->rest, " \t()");
	if (s.len != strlen(word) || memcmp(s.p, word, s.len) != 0)
		return false;
	cursor_skip(&p->rest, s.len);
	return true;
}

static struct policy_node *
add(struct parser *p, enum policy_op op)
{
	struct policy_node *node;

	if (p->out->n == POLICY_NODES) {
		refuse(p, p->rest, "is more than a condition may have", "");
		return NULL;
	}
	node = &p->out->nodes[p->out->n++];
	*node = (struct policy_node){ .op = op, .site = SITE_KEYS };
	return node;
}

static bool
keep(struct parser *p, struct policy_node *node, struct cursor text)
{
	node->text = weigh_policy_keep(p->out->heap, text.p, text.len);
	return node->text != NULL ||
	    refuse(p, text, "finds no memory left", "");
}

/* --- terms ------------------------------------------------------------------------ */

/* kind: state: question: conflict: one of a closed list, by number */
static bool
one_of(struct parser *p, struct policy_node *node, struct cursor value,
    const char *(*name)(unsigned), unsigned n, const char *why)
{
	const char *names[32];
	struct policy_complaint bad;

	for (unsigned i = 0; i < n && i < 32; i++)
		names[i] = name(i);
	node->word = (uint32_t)weigh_policy_word(value, names, n, why, &bad);
	return node->word < n || refuse_word(p, value, &bad);
}

static const char *
kind_name(unsigned i)
{
	return weigh_license_kind_name((enum weigh_license_kind)i);
}

static const char *
state_name(unsigned i)
{
	return weigh_state_name((enum weigh_record_state)i);
}

static const char *
question_name(unsigned i)
{
	return weigh_question_name((enum weigh_question)i);
}

static const char *
finding_name(unsigned i)
{
	return weigh_finding_name((enum weigh_finding)i);
}

static bool
take_conflict(struct parser *p, struct policy_node *node, struct cursor value)
{
	if (value.len == 1 && value.p[0] == '*') {
		node->word = WEIGH_FINDINGS;
		return true;
	}
	return one_of(p, node, value, finding_name, WEIGH_FINDINGS,
	    "is no finding");
}

/* Words that the house does not list: a repository's, a format's, a danger's.  Ids are
 * compared with case ignored, so theirs are kept in lower case. */
static bool
take_glob(struct parser *p, struct policy_node *node, struct cursor value)
{
	char *text;

	for (size_t i = 0; i < value.len; i++)
		if (value.p[i] <= ' ' || value.p[i] > '~')
			return refuse(p, value, "is not visible ASCII", "");
	text = weigh_policy_keep(p->out->heap, value.p, value.len);
	if (text == NULL)
		return refuse(p, value, "finds no memory left", "");
	node->text = text;
	for (; node->op == OP_ID && *text != '\0'; text++)
		*text = weigh_policy_lower(*text);
	return true;
}

static bool
take_listed(struct parser *p, struct policy_node *node, struct cursor value,
    const char *list, const char *why)
{
	struct policy_complaint bad;

	if (!weigh_policy_listed(value, list, why, &bad))
		return refuse_word(p, value, &bad);
	return keep(p, node, value);
}

/* --- facts and thresholds ----------------------------------------------------------- */

/* Which of weigh_term_kinds a name is; `prefix` is left out where it is written. */
static bool
take_fact_name(struct parser *p, struct policy_node *node, struct cursor name,
    const char *prefix, const char *why)
{
	const char *names[POLICY_FACTS];
	uint32_t which[POLICY_FACTS];
	size_t n = 0, skip = strlen(prefix), i;
	struct policy_complaint bad;

	for (i = 0; i < weigh_term_nkinds && n < POLICY_FACTS; i++)
		if (strncmp(weigh_term_kinds[i].fact, prefix, skip) == 0) {
			which[n] = (uint32_t)i;
			names[n++] = weigh_term_kinds[i].fact + skip;
		}
	if ((i = weigh_policy_word(name, names, n, why, &bad)) == n)
		return refuse_word(p, name, &bad);
	node->word = which[i];
	return true;
}

/* site.KEY; `fits` says which keys may stand there. */
static bool
take_site(struct parser *p, struct policy_node *node, struct cursor word,
    bool (*fits)(const char *fact, enum policy_site key))
{
	struct cursor key = { word.p + 5, word.len - 5 };
	struct policy_complaint bad;
	size_t i = weigh_policy_word(key, weigh_policy_site_keys, SITE_KEYS,
	    "is no key of [site]", &bad);

	if (i == SITE_KEYS)
		return refuse_word(p, key, &bad);
	if (!fits(weigh_term_kinds[node->word].fact, (enum policy_site)i))
		return refuse(p, word, "cannot be compared with this fact", "");
	node->site = (enum policy_site)i;
	return true;
}

static bool
is_site(struct cursor word)
{
	return word.len >= 5 && memcmp(word.p, "site.", 5) == 0;
}

static bool
fact_fits(const char *fact, enum policy_site key)
{
	if (strcmp(fact, "territory-excludes") == 0)
		return key == SITE_TERRITORY;
	return strcmp(fact, "field-excludes") == 0 && key == SITE_SECTOR;
}

/* "words", a quote in them doubled, or all up to a blank or parenthesis. */
static struct cursor
take_value(struct parser *p)
{
	struct cursor s = p->rest;
	size_t i = 1;

	if (s.len == 0 || s.p[0] != '"')
		return take_until(p, " \t()");
	for (; i < s.len; i++) {
		if (s.p[i] != '"')
			continue;
		if (++i == s.len || s.p[i] != '"')
			break;
	}
	s.len = i;
	cursor_skip(&p->rest, i);
	return s;
}

static bool
is(struct cursor word, const char *text)
{
	return word.len == strlen(text) && memcmp(word.p, text, word.len) == 0;
}

/* Is it a value that this fact can have, and that a condition may ask for? */
static bool
check_value(struct parser *p, struct policy_node *node, struct cursor value)
{
	const struct weigh_term_kind *kind = &weigh_term_kinds[node->word];
	char out[sizeof(((struct weigh_term *)0)->value)];
	struct policy_complaint bad = { .why = "" };

	if (is(value, "unclear") || is(value, "unknown"))
		return refuse(p, value,
		    "is never true: what is unclear or not known makes any "
		    "condition on it unknown",
		    "");
	if (kind->type != WEIGH_TERM_TEXT && memchr(value.p, ',', value.len))
		return refuse(p, value, "is more than one value", "");
	if (kind->type == WEIGH_TERM_THRESHOLD && !is(value, "none"))
		return refuse(p, value,
		    "is not none: numbers are compared by threshold:", "");
	if (!weigh_term_value_ok(kind, value.p, value.len, out, sizeof(out),
		&bad.why, bad.near))
		return refuse_word(p, value, &bad);
	if (kind->type == WEIGH_TERM_PLACES && !is(value, "none") &&
	    !is(value, "EU") && !is(value, "EEA") &&
	    !weigh_policy_site_check(SITE_TERRITORY, value,
		&(struct policy_figure){ .n = 0 }, &bad))
		return refuse_word(p, value, &bad);
	return keep(p, node, (struct cursor){ out, strlen(out) });
}

/* fact:NAME=VALUE, fact:NAME=site.KEY */
static bool
take_fact(struct parser *p, struct policy_node *node)
{
	struct cursor name = take_until(p, "= \t()"), value;

	if (!take_fact_name(p, node, name, "", "is no fact"))
		return false;
	skip_blanks(p);
	if (!take_text(&p->rest, "="))
		return refuse(p, name, "has no '=' and a value behind it", "");
	skip_blanks(p);
	value = take_value(p);
	if (is_site(value))
		return take_site(p, node, value, fact_fits);
	return check_value(p, node, value);
}

static bool
take_order(struct parser *p, struct policy_node *node)
{
	static const struct {
		const char *text;
		enum policy_order order;
	} orders[] = { { "<=", ORDER_AT_MOST }, { ">=", ORDER_AT_LEAST },
		{ "<", ORDER_LESS }, { ">", ORDER_MORE } };

	skip_blanks(p);
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (take_text(&p->rest, orders[i].text)) {
			node->order = orders[i].order;
			skip_blanks(p);
			return true;
		}
	return false;
}

static bool
figure_fits(const char *fact, enum policy_site key)
{
	static const struct {
		const char *fact;
		enum policy_site keys[2];
	} figures[] = {
		{ "threshold.mau", { SITE_MAU, SITE_MUU } },
		{ "threshold.muu", { SITE_MUU, SITE_MAU } },
		{ "threshold.revenue-year",
		    { SITE_REVENUE_YEAR, SITE_REVENUE_YEAR } },
		{ "threshold.revenue-month",
		    { SITE_REVENUE_MONTH, SITE_REVENUE_MONTH } },
	};

	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		if (strcmp(figures[i].fact, fact) == 0)
			return figures[i].keys[0] == key ||
			    figures[i].keys[1] == key;
	return false;
}

/* A number, with a currency behind it where the limit is one of money. */
static bool
take_amount(struct parser *p, struct policy_node *node, struct cursor word)
{
	bool money = weigh_policy_is_money(weigh_term_kinds[node->word].fact);
	struct parser at = *p;

	if (money) {
		skip_blanks(&at);
		(void)take_until(&at, " \t()");
		word.len = (size_t)(at.rest.p - word.p);
	}
	if (!weigh_policy_amount(word, &node->amount) ||
	    money != (node->amount.currency[0] != '\0'))
		return refuse(p, word,
		    money ?
			"is neither site.KEY nor an amount like 1000000 EUR" :
			"is neither site.KEY nor a number",
		    "");
	if (money)
		p->rest = at.rest;
	return true;
}

/* threshold:NAME OP site.KEY, threshold:NAME OP NUMBER */
static bool
take_threshold(struct parser *p, struct policy_node *node)
{
	struct cursor name = take_until(p, "<>= \t()"), word;

	if (!take_fact_name(p, node, name, "threshold.", "is no threshold"))
		return false;
	if (!take_order(p, node))
		return refuse(p, name, "has none of < <= > >= behind it", "");
	word = take_until(p, " \t()");
	if (is_site(word))
		return take_site(p, node, word, figure_fits);
	return take_amount(p, node, word);
}

/* --- one term --------------------------------------------------------------------- */

static bool
take_plain(struct parser *p, enum policy_op op)
{
	struct cursor value = take_until(p, " \t()");
	struct policy_node *node = add(p, op);

	if (node == NULL)
		return false;
	switch (op) {
	case OP_KIND:
		return one_of(p, node, value, kind_name, WEIGH_LICENSE_KINDS,
		    "is no kind of text");
	case OP_STATE:
		return one_of(p, node, value, state_name, WEIGH_STATES,
		    "is no state");
	case OP_QUESTION:
		return one_of(p, node, value, question_name, WEIGH_QUESTIONS,
		    "is no question");
	case OP_CONFLICT:
		return take_conflict(p, node, value);
	case OP_FAMILY:
		return take_listed(p, node, value, weigh_term_families,
		    "is no family");
	case OP_CODE:
		return take_listed(p, node, value, "remote", "is not remote");
	case OP_SIGNED:
		return take_listed(p, node, value, "yes, partly, no",
		    "is none of yes, partly, no");
	case OP_ID:
	case OP_PURPOSE:
	case OP_REPO:
	case OP_FORMAT:
	case OP_FINDING:
	case OP_AND:
	case OP_OR:
	case OP_NOT:
	case OP_FACT:
	case OP_THRESHOLD:
		break;
	}
	return take_glob(p, node, value);
}

static bool
take_term(struct parser *p)
{
	static const enum policy_op ops[TERMS] = { OP_KIND, OP_STATE, OP_ID,
		OP_FAMILY, OP_FACT, OP_THRESHOLD, OP_CONFLICT, OP_PURPOSE,
		OP_QUESTION, OP_REPO, OP_FORMAT, OP_CODE, OP_FINDING,
		OP_SIGNED };
	struct cursor key = until(p->rest, ": \t()");
	struct policy_complaint bad;
	struct policy_node *node;
	size_t i;

	i = weigh_policy_word(key, terms, TERMS, "is no term of a condition",
	    &bad);
	if (i == TERMS)
		return refuse_word(p, key, &bad);
	cursor_skip(&p->rest, key.len);
	if (!take_text(&p->rest, ":") || p->rest.len == 0 ||
	    strchr(" \t()", p->rest.p[0]) != NULL)
		return refuse(p, key, "has no ':' and a value behind it", "");
	if (ops[i] != OP_FACT && ops[i] != OP_THRESHOLD)
		return take_plain(p, ops[i]);
	if ((node = add(p, ops[i])) == NULL)
		return false;
	return ops[i] == OP_FACT ? take_fact(p, node) : take_threshold(p, node);
}

/* --- the grammar -------------------------------------------------------------------- */

static bool take_or(struct parser *p);

static bool
take_inner(struct parser *p)
{
	struct cursor open = p->rest;

	if (!take_text(&p->rest, "("))
		return take_term(p);
	if (!take_or(p))
		return false;
	skip_blanks(p);
	open.len = open.len < 40 ? open.len : 40;
	return take_text(&p->rest, ")") ||
	    refuse(p, open, "has a parenthesis that is not closed", "");
}

static bool
take_not(struct parser *p)
{
	bool negated, ok;

	if (p->depth == POLICY_DEPTH)
		return refuse(p, p->rest, "is nested too deep", "");
	p->depth++;
	skip_blanks(p);
	if (p->rest.len == 0)
		return refuse(p, p->rest, "ends where a term is wanted", "");
	negated = take_word(p, "not");
	ok = negated ? take_not(p) && add(p, OP_NOT) != NULL : take_inner(p);
	p->depth--;
	return ok;
}

static bool
take_and(struct parser *p)
{
	if (!take_not(p))
		return false;
	while (take_word(p, "and"))
		if (!take_not(p) || add(p, OP_AND) == NULL)
			return false;
	return true;
}

static bool
take_or(struct parser *p)
{
	if (!take_and(p))
		return false;
	while (take_word(p, "or"))
		if (!take_and(p) || add(p, OP_OR) == NULL)
			return false;
	return true;
}

bool
weigh_policy_compile(struct policy_program *out, struct cursor when,
    struct policy_refusal *no)
{
	struct parser p = { .out = out, .rest = when, .no = no };
	struct policy_complaint bad;
	struct cursor word;

	out->n = 0;
	if (!take_or(&p))
		return false;
	skip_blanks(&p);
	if (p.rest.len == 0)
		return true;
	if ((word = until(p.rest, " \t(")).len == 0)
		word.len = 1;
	weigh_policy_word(word, (const char *const[]){ "and", "or" }, 2,
	    "stands where 'and', 'or' or the end is wanted", &bad);
	return refuse_word(&p, word, &bad);
}
