/*
 * conclude_find: what has to be said of a conclusion, beside what does not agree.
 *
 * Each function looks at one kind of thing; `conclude_findings` at the end calls them.
 */
#include <stdio.h>
#include <string.h>

#include "conclude.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool
says(const struct weigh_record_part *p, const char *fact, const char *value)
{
	const struct weigh_record_term *t = conclude_term(p, fact);

	return t != NULL && conclude_lists(t->value, value);
}

/* A value that is known, and is not `none`. */
static const struct weigh_record_term *
given(const struct weigh_record_part *p, const char *fact)
{
	const struct weigh_record_term *t = conclude_term(p, fact);

	return t != NULL && strcmp(t->value, "none") != 0 &&
		strcmp(t->value, "unclear") != 0 ?
	    t :
	    NULL;
}

/* ", the license of acme/base," of what is inherited: behind the name of it. */
static const char *
whose(const struct weigh_record_part *p, char *out, size_t room)
{
	bool own = p->from[0] == '\0';

	snprintf(out, room, "%s%s%s", own ? "" : ", the license of ", p->from,
	    own ? "" : ",");
	return out;
}
#define WHOSE 160

/* --- texts ------------------------------------------------------------------------------------- */

static void
find_modified(struct conclude *c)
{
	for (uint32_t i = 0; i < c->r->ntexts; i++) {
		const struct weigh_record_text *t = &c->r->texts[i];
		struct weigh_record_finding *f = NULL;

		if (c->use[i] != CONCLUDE_DECIDES &&
		    c->use[i] != CONCLUDE_POLICY &&
		    c->use[i] != CONCLUDE_BESIDE)
			continue;
		if (t->based_on[0] != '\0')
			f = conclude_find(c, WEIGH_FINDING_TEXT_MODIFIED, NULL,
			    "",
			    "'%s' is %s, with passages added (%u) or missing (%u)",
			    t->path, t->based_on, t->added, t->removed);
		else if (t->kind == WEIGH_LICENSE_UNKNOWN &&
		    c->use[i] != CONCLUDE_BESIDE)
			f = conclude_find(c, WEIGH_FINDING_LICENSE_UNCLEAR,
			    NULL, "", "'%s' is no text that is known", t->path);
		if (f != NULL) {
			f->path = t->path;
			f->oid = t->oid;
		}
	}
}

static void
find_links(struct conclude *c)
{
	for (uint32_t i = 0; i < c->r->nlinks; i++) {
		const struct weigh_record_link *l = &c->r->links[i];
		struct weigh_record_finding *f;

		if (l->kind != WEIGH_LINK_MUTABLE)
			continue;
		f = conclude_find(c, WEIGH_FINDING_LINK_MUTABLE, NULL, "",
		    "the license is a page that may change: %.300s%s", l->url,
		    l->frozen ? "; what it said is held" : "");
		if (f != NULL) {
			f->path = l->path;
			f->oid = l->oid;
		}
	}
}

/* --- what must be there ----------------------------------------------------------------------------- */

/* Is a text of this license here, changed or not? */
static bool
has_text(struct conclude *c, const char *id)
{
	for (uint32_t i = 0; i < c->r->ntexts; i++) {
		const struct weigh_record_text *t = &c->r->texts[i];
		const char *at = strstr(t->license, id);
		size_t n = strlen(id);

		if (t->kind == WEIGH_LICENSE_REFERENCE ||
		    t->kind == WEIGH_LICENSE_NONE)
			continue;
		if (strcmp(t->based_on, id) == 0)
			return true;
		for (; at != NULL; at = strstr(at + 1, id))
			if ((at == t->license || at[-1] == ' ' ||
				at[-1] == '(') &&
			    (at[n] == '\0' || at[n] == ' ' || at[n] == ')'))
				return true;
	}
	return false;
}

static bool
has_scope(const struct conclude *c, enum weigh_record_scope scope)
{
	for (uint32_t i = 0; i < c->r->ntexts; i++)
		if (c->r->texts[i].scope == scope)
			return true;
	return false;
}

/* The policy that is known to go with it, or any. */
static bool
has_policy(struct conclude *c, const struct weigh_record_part *p)
{
	char policy[WEIGH_LICENSE_ID];
	struct weigh_license_terms *row;

	row = weigh_terms_policy(p->id, policy) ? conclude_row(c, policy) :
						  NULL;
	if (row == NULL)
		return has_scope(c, WEIGH_SCOPE_POLICY);
	weigh_license_terms_free(row);
	return has_text(c, policy);
}

static void
find_missing(struct conclude *c, const struct weigh_record_part *p)
{
	const struct weigh_record_term *t;
	char of[WHOSE];

	/* The notices of a base that asks no more are told as a duty. */
	if (p->from[0] != '\0' && !conclude_flows(p))
		return;
	whose(p, of, sizeof(of));
	t = conclude_term(p, "agreement-copy");
	if (says(p, "agreement-copy", "yes") && !has_text(c, p->id) &&
	    p->kind != WEIGH_LICENSE_MODIFIED &&
	    p->kind != WEIGH_LICENSE_UNKNOWN)
		conclude_find(c, WEIGH_FINDING_TEXT_MISSING, p, t->clause,
		    "%s%s asks for a copy of it, which is not here", p->id, of);
	t = given(p, "notice-line");
	if (t != NULL && says(p, "notice-file", "yes") &&
	    !has_scope(c, WEIGH_SCOPE_NOTICE))
		conclude_find(c, WEIGH_FINDING_TEXT_MISSING, p, t->clause,
		    "%s%s asks for a notice file, which is not here", p->id,
		    of);
	t = given(p, "aup");
	if (t == NULL || has_policy(c, p))
		return;
	if (weigh_terms_policy_file(t->value))
		conclude_find(c, WEIGH_FINDING_TEXT_MISSING, p, t->clause,
		    "policy not held: %s%s incorporates one that is a file of "
		    "its own",
		    p->id, of);
	else if (conclude_lists(t->value, "url") &&
	    !conclude_lists(t->value, "in-text"))
		conclude_find(c, WEIGH_FINDING_LINK_MUTABLE, p, t->clause,
		    "%s%s has its policy of acceptable use on a page that may "
		    "change",
		    p->id, of);
}

/* --- names --------------------------------------------------------------------------------------------- */

static char
small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_mark(char c)
{
	return c == ' ' || c == '-' || c == '_';
}

/* Does the name of a repository begin with the word?  Case does not count, nor what joins
 * words: "Llama 3" is kept by acme/llama-3-tuned. */
static bool
begins(const char *repo, const char *word)
{
	const char *slash = strrchr(repo, '/');
	const char *at = slash != NULL ? slash + 1 : repo;

	for (; *word != '\0'; word++) {
		if (is_mark(*word))
			continue;
		while (is_mark(*at))
			at++;
		if (small(*at) != small(*word))
			return false;
		at++;
	}
	return true;
}

static bool
same_publisher(const char *a, const char *b)
{
	size_t n = strcspn(a, "/");

	return n == strcspn(b, "/") && strncmp(a, b, n) == 0;
}

/* Was it made from a model of somebody else?  Nobody licenses his own work to himself. */
static bool
is_derived(const struct weigh_record *r)
{
	for (uint32_t i = 0; i < r->nbases; i++)
		if (!r->bases[i].weak && !r->bases[i].cycle &&
		    !same_publisher(r->repo, r->bases[i].name))
			return true;
	return false;
}

static void
find_name(struct conclude *c, const struct weigh_record_part *p)
{
	const struct weigh_record_term *t = given(p, "name-prefix");
	char of[WHOSE];

	if (t == NULL || begins(c->r->repo, t->value))
		return;
	if (p->from[0] != '\0' ? same_publisher(c->r->repo, p->from) :
				 !is_derived(c->r))
		return;
	conclude_find(c, WEIGH_FINDING_NAME_DUTY_BROKEN, p, t->clause,
	    "%s%s asks for a name that begins with '%s', and '%s' does not",
	    p->id, whose(p, of, sizeof(of)), t->value, c->r->repo);
}

/* --- limits, places, what is unclear -------------------------------------------------------------------- */

static void
find_limits(struct conclude *c, const struct weigh_record_part *p)
{
	static const struct {
		const char *fact, *what;
	} rows[] = {
		{ "threshold.mau", "users active in a month" },
		{ "threshold.muu", "unique users in a month" },
		{ "threshold.revenue-year", "revenue in a year" },
		{ "threshold.revenue-month", "revenue in a month" },
	};
	char of[WHOSE];

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct weigh_record_term *t = given(p, rows[i].fact);

		if (t != NULL)
			conclude_find(c, WEIGH_FINDING_THRESHOLD, p, t->clause,
			    "%s%s has a limit of %s: %s", p->id,
			    whose(p, of, sizeof(of)), rows[i].what, t->value);
	}
}

/* Who says so: the license, a policy that stands beside it, or the card. */
static const struct weigh_record_text *
policy_of(const struct conclude *c, const struct weigh_record_part *p,
    const char *clause)
{
	for (uint32_t i = 0; i < c->r->ntexts; i++)
		if (c->use[i] == CONCLUDE_POLICY && p->from[0] == '\0' &&
		    strncmp(clause, "policy", 6) == 0)
			return &c->r->texts[i];
	return NULL;
}

static void
find_places(struct conclude *c, const struct weigh_record_part *p)
{
	const struct weigh_record_term *t = given(p, "territory-excludes");
	bool some = says(p, "territory-scope", "multimodal");
	const struct weigh_record_text *policy;
	struct weigh_record_finding *f;
	bool card;
	char of[WHOSE];

	if (t == NULL || (some && !c->r->multimodal))
		return;
	whose(p, of, sizeof(of));
	policy = policy_of(c, p, t->clause);
	card = strcmp(t->clause, "card") == 0;
	f = conclude_find(c, WEIGH_FINDING_TERRITORY, p, t->clause,
	    "%s%s leaves out %s%s",
	    policy != NULL ? policy->path :
		card       ? "the card" :
			     p->id,
	    policy != NULL || card ? "" : of, t->value,
	    some ? ", for multimodal models" : "");
	if (f != NULL && card) {
		f->path = "README.md";
		f->oid = (struct weigh_oid){ { 0 } };
	} else if (f != NULL && policy != NULL) {
		f->path = policy->path;
		f->oid = policy->oid;
	}
}

/* Is it told already that this base is not here? */
static bool
is_absent(const struct weigh_record *r, const char *base)
{
	for (uint32_t i = 0; i < r->nbases; i++)
		if (!r->bases[i].held && strcmp(r->bases[i].name, base) == 0)
			return true;
	return false;
}

static void
find_unclear(struct conclude *c, const struct weigh_record_part *p)
{
	char of[WHOSE];

	whose(p, of, sizeof(of));
	if (strcmp(p->id, CONCLUDE_NOTHING_SAID) == 0 &&
	    !is_absent(c->r, p->from))
		conclude_find(c, WEIGH_FINDING_LICENSE_UNCLEAR, p, "",
		    "which license applies%s%s cannot be told",
		    p->from[0] != '\0' ? " to " : "", p->from);
	for (uint32_t i = 0; i < p->nterms; i++)
		if (strcmp(p->terms[i].value, "unclear") == 0)
			conclude_find(c, WEIGH_FINDING_LICENSE_UNCLEAR, p,
			    p->terms[i].clause,
			    "%s%s contradicts itself about %s", p->id, of,
			    p->terms[i].fact);
}

static void
find_forbidden(struct conclude *c, const struct weigh_record_part *p)
{
	char of[WHOSE];

	if (!says(p, "redistribution", "no"))
		return;
	if (strcmp(p->id, CONCLUDE_NONE) == 0)
		conclude_find(c, WEIGH_FINDING_REDISTRIBUTION_FORBIDDEN, p, "",
		    "%s%shas no license, so nothing allows to pass the files "
		    "on",
		    p->from, p->from[0] != '\0' ? " " : "it ");
	else
		conclude_find(c, WEIGH_FINDING_REDISTRIBUTION_FORBIDDEN, p,
		    conclude_term(p, "redistribution")->clause,
		    "%s%s does not allow to pass the files on", p->id,
		    whose(p, of, sizeof(of)));
}

/* --- bases --------------------------------------------------------------------------------------------------- */

static void
find_bases(struct conclude *c)
{
	for (uint32_t i = 0; i < c->r->nbases; i++) {
		const struct weigh_record_base *b = &c->r->bases[i];
		struct weigh_record_finding *f = NULL;

		if (b->cycle)
			f = conclude_find(c, WEIGH_FINDING_CYCLE, NULL, "",
			    "%s is among the models that were made from it",
			    b->name);
		else if (!b->held && !b->weak)
			f = conclude_find(c, WEIGH_FINDING_BASE_NOT_HELD, NULL,
			    "",
			    "made from %s, which is not here: what it demands "
			    "is not known",
			    b->name);
		if (f != NULL) {
			f->path = b->path;
			f->from = b->name;
		}
	}
}

/* The same license again, of another base, has the same to say. */
static bool
is_repeated(const struct conclude *c, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (strcmp(c->r->parts[k].id, c->r->parts[i].id) == 0 &&
		    strcmp(c->r->parts[i].id, CONCLUDE_NOTHING_SAID) != 0)
			return true;
	return false;
}

static bool
is_always(const struct conclude *c, uint32_t part)
{
	for (uint32_t o = 0; o < c->choice.n; o++)
		if ((c->choice.mask[o] & (UINT32_C(1) << part)) == 0)
			return false;
	return true;
}

void
conclude_findings(struct conclude *c)
{
	find_modified(c);
	find_links(c);
	for (uint32_t i = 0; i < c->r->nparts; i++) {
		const struct weigh_record_part *p = &c->r->parts[i];

		if (is_repeated(c, i))
			continue;
		find_forbidden(c, p);
		find_unclear(c, p);
		find_limits(c, p);
		find_places(c, p);
		/* What need not be chosen need not be kept. */
		if (!is_always(c, i))
			continue;
		find_name(c, p);
		find_missing(c, p);
	}
	find_bases(c);
}
