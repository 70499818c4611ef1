/*
 * conclude_own: which texts decide, and the model's own parts.
 *
 * Texts in their own files go before what stands in the card; a file that is about the
 * weights by its name, or that the card's license_link leads to, before one that is only
 * named LICENSE.  What decides is AND-ed.  Where no text decides, the tag does, and what a
 * file points to.
 */
#include <stdio.h>
#include <string.h>

#include <weigh/name.h>

#include "../ini.h"
#include "conclude.h"
#include "terms.h"

/* --- what a text is good for ---------------------------------------------------------------- */

static bool
is_law(const struct weigh_record_text *t)
{
	return t->kind == WEIGH_LICENSE_EXACT ||
	    t->kind == WEIGH_LICENSE_MODIFIED ||
	    t->kind == WEIGH_LICENSE_MULTIPLE ||
	    t->kind == WEIGH_LICENSE_UNKNOWN;
}

/* README.md, or a part of it. */
static bool
is_card(const struct weigh_record_text *t)
{
	static const char card[] = "readme.md";
	struct cursor front = { t->path, strcspn(t->path, "#") };

	return weigh_terms_same(front,
	    (struct cursor){ card, sizeof(card) - 1 });
}

/* About what the repository is for: of a set of data everything is about data. */
static bool
is_in_scope(const struct weigh_record *r, const struct weigh_record_text *t)
{
	static const char sets[] = "datasets/";
	bool data = strncmp(r->repo, sets, sizeof(sets) - 1) == 0;

	return t->scope == WEIGH_SCOPE_WEIGHTS ||
	    (data && t->scope == WEIGH_SCOPE_DATA);
}

/* What the ids of a text are, before any of them is a part. */
struct sorts {
	struct conclude *c;
	unsigned policies, known, unlike;
};

/* Ours: a name that we gave to a text that is no known license. */
static enum weigh_license_kind
kind_of_id(const char *id)
{
	if (weigh_glob_match("LicenseRef-modified-*", id))
		return WEIGH_LICENSE_MODIFIED;
	if (weigh_glob_match("LicenseRef-text-????????????", id))
		return WEIGH_LICENSE_UNKNOWN;
	return WEIGH_LICENSE_EXACT;
}

static struct choice
sort_id(void *arg, const char *id)
{
	struct sorts *s = arg;

	if (kind_of_id(id) != WEIGH_LICENSE_EXACT)
		s->unlike++;
	else if (conclude_is_policy(s->c, id))
		s->policies++;
	else
		s->known++;
	return choice_empty();
}

static struct sorts
sorts_of(struct conclude *c, const struct weigh_record_text *t)
{
	struct sorts s = { .c = c };
	struct choice unused;

	if (!choice_read(&unused, t->license, sort_id, &s))
		s.unlike++;
	return s;
}

static enum conclude_use
use_of(struct conclude *c, const struct weigh_record_text *t)
{
	struct sorts s;

	if (t->scope == WEIGH_SCOPE_POLICY)
		return is_law(t) ? CONCLUDE_POLICY : CONCLUDE_UNUSED;
	if (!is_in_scope(c->r, t))
		return is_law(t) && t->scope != WEIGH_SCOPE_NOTICE ?
		    CONCLUDE_BESIDE :
		    CONCLUDE_UNUSED;
	if (t->kind == WEIGH_LICENSE_REFERENCE)
		return CONCLUDE_POINTS;
	if (!is_law(t))
		return CONCLUDE_UNUSED;
	s = sorts_of(c, t);
	if (s.policies > 0 && s.known == 0 && s.unlike == 0)
		return CONCLUDE_POLICY;
	return is_card(t) ? CONCLUDE_CARD : CONCLUDE_DECIDES;
}

/* --- which of them decide --------------------------------------------------------------------- */

static const struct weigh_record_link *
link_to(const struct weigh_record *r, const struct weigh_record_text *t)
{
	for (uint32_t i = 0; i < r->nlinks; i++) {
		const struct weigh_record_link *l = &r->links[i];

		if ((l->file[0] != '\0' && strcmp(l->file, t->path) == 0) ||
		    (l->frozen && weigh_oid_equal(&l->oid, &t->oid)))
			return l;
	}
	return NULL;
}

/* Is it about the weights more plainly than a file named LICENSE? */
static bool
is_specific(const struct weigh_record *r, const struct weigh_record_text *t)
{
	static const char *const names[] = { "*LICEN[CS]E?MODEL*",
		"*MODEL?LICEN[CS]E*", "*WEIGHTS*" };
	const char *slash = strrchr(t->path, '/');
	const char *from = slash != NULL ? slash + 1 : t->path;
	char name[256];
	size_t n = 0;

	for (; from[n] != '\0' && n + 1 < sizeof(name); n++)
		name[n] = (char)(from[n] >= 'a' && from[n] <= 'z' ?
			from[n] - 'a' + 'A' :
			from[n]);
	name[n] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (weigh_glob_match(names[i], name))
			return true;
	return link_to(r, t) != NULL;
}

static uint32_t
count(const struct conclude *c, enum conclude_use use)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->r->ntexts; i++)
		n += c->use[i] == use;
	return n;
}

/* LICENSE steps back where a more exact file is. */
static void
prefer_specific(struct conclude *c)
{
	const struct weigh_record_text *best = NULL;

	for (uint32_t i = 0; i < c->r->ntexts && best == NULL; i++)
		if (c->use[i] == CONCLUDE_DECIDES &&
		    is_specific(c->r, &c->r->texts[i]))
			best = &c->r->texts[i];
	for (uint32_t i = 0; best != NULL && i < c->r->ntexts; i++)
		if (c->use[i] == CONCLUDE_DECIDES &&
		    !is_specific(c->r, &c->r->texts[i]))
			c->use[i] = CONCLUDE_BESIDE;
}

/* Of the card whole licenses decide, and what is nearly one if nothing else says anything:
 * there is always something beside it in a README. */
static void
ask_card(struct conclude *c)
{
	bool silent = !conclude_tagged(c) && count(c, CONCLUDE_POINTS) == 0;

	for (uint32_t i = 0; i < c->r->ntexts; i++) {
		const struct weigh_record_text *t = &c->r->texts[i];

		if (c->use[i] != CONCLUDE_CARD)
			continue;
		if (sorts_of(c, t).unlike == 0 ||
		    (silent && t->kind != WEIGH_LICENSE_UNKNOWN))
			c->use[i] = CONCLUDE_DECIDES;
	}
}

/* A file that points goes before a card that does. */
static void
prefer_files(struct conclude *c)
{
	bool file = false;

	for (uint32_t i = 0; i < c->r->ntexts; i++)
		file = file ||
		    (c->use[i] == CONCLUDE_POINTS && !is_card(&c->r->texts[i]));
	for (uint32_t i = 0; i < c->r->ntexts; i++)
		if (c->use[i] == CONCLUDE_POINTS && is_card(&c->r->texts[i]) &&
		    (file || conclude_tagged(c)))
			c->use[i] = CONCLUDE_UNUSED;
}

static void
sort_texts(struct conclude *c)
{
	for (uint32_t i = 0; i < c->r->ntexts; i++)
		c->use[i] = (uint8_t)use_of(c, &c->r->texts[i]);
	prefer_specific(c);
	prefer_files(c);
	if (count(c, CONCLUDE_DECIDES) == 0)
		ask_card(c);
}

/* --- parts ---------------------------------------------------------------------------------------- */

struct taking {
	struct conclude *c;
	const struct weigh_record_text *t;
	const char *why;
};

static struct choice
take_id(void *arg, const char *id)
{
	struct taking *in = arg;
	struct weigh_record_part *p;
	uint32_t i;

	if (kind_of_id(id) == WEIGH_LICENSE_EXACT &&
	    conclude_is_policy(in->c, id))
		return choice_empty();
	i = conclude_part(in->c, id, "");
	p = &in->c->r->parts[i];
	if (p->why[0] == '\0') {
		p->why = in->why;
		p->path = in->t->path;
		p->oid = in->t->oid;
		p->kind = in->t->kind == WEIGH_LICENSE_MULTIPLE ?
		    kind_of_id(id) :
		    in->t->kind;
	}
	return choice_of(i);
}

static void
take_one(struct conclude *c, uint32_t i, const char *why)
{
	struct taking in = { c, &c->r->texts[i], why };
	struct choice choice;

	if (in.t->license[0] == '\0' ||
	    !choice_read(&choice, in.t->license, take_id, &in))
		choice = take_id(&in, CONCLUDE_NOTHING_SAID);
	c->parts_of[i] = choice_all(&choice);
	choice_and(&c->choice, &choice);
}

static void
take_all(struct conclude *c, enum conclude_use use)
{
	bool told = c->r->nparts > 0;

	for (uint32_t i = 0; i < c->r->ntexts; i++) {
		const struct weigh_record_text *t = &c->r->texts[i];
		const struct weigh_record_link *l = link_to(c->r, t);

		/* A pointer that tells nothing takes nothing from a tag. */
		if (c->use[i] != use ||
		    (use == CONCLUDE_POINTS && told && t->license[0] == '\0'))
			continue;
		take_one(c, i,
		    use == CONCLUDE_POINTS              ? "reference" :
			l != NULL && l->file[0] == '\0' ? "link" :
							  "text");
		conclude_say(c,
		    use == CONCLUDE_POINTS ?
			"'%s' is no text of a license, and points to %s" :
			"'%s' is %s",
		    t->path,
		    t->license[0] != '\0' ? t->license :
					    "something that tells no license");
	}
}

/* --- how much there is to go on ------------------------------------------------------------------- */

static bool
is_link_open(const struct weigh_record *r)
{
	bool held = false;

	for (uint32_t i = 0; i < r->nlinks; i++)
		held = held || r->links[i].frozen;
	return r->nlinks > 0 && !held;
}

static enum weigh_record_state
state_of(struct conclude *c)
{
	if (count(c, CONCLUDE_DECIDES) > 0)
		return c->r->nclaims > 0 ? WEIGH_STATE_TEXT :
					   WEIGH_STATE_TEXT_ONLY;
	if (conclude_tagged(c))
		return WEIGH_STATE_TAG_ONLY;
	if (count(c, CONCLUDE_POINTS) > 0)
		return WEIGH_STATE_REFERENCE;
	if (is_link_open(c->r))
		return WEIGH_STATE_LINK_ONLY;
	return c->r->nclaims > 0 ? WEIGH_STATE_TAG_ONLY : WEIGH_STATE_NONE;
}

/* --- nothing decides ------------------------------------------------------------------------------- */

static void
take_word(struct conclude *c, const char *id)
{
	struct choice one = choice_of(conclude_part(c, id, ""));

	choice_and(&c->choice, &one);
}

/* By what the metadata says, and what a file points to. */
static void
take_declared(struct conclude *c)
{
	bool known = conclude_by_tag(c);

	if (count(c, CONCLUDE_POINTS) > 0) {
		take_all(c, CONCLUDE_POINTS);
		return;
	}
	if (known)
		return;
	if (c->r->state == WEIGH_STATE_NONE && count(c, CONCLUDE_CARD) == 0) {
		take_word(c, CONCLUDE_NONE);
		conclude_say(c,
		    "there is no tag and no text of a license, so nothing is "
		    "granted");
		return;
	}
	take_word(c, CONCLUDE_NOTHING_SAID);
	conclude_say(c, "no license can be told from what is there");
}

/* --- what does not decide ---------------------------------------------------------------------------- */

static void
tell_beside(struct conclude *c)
{
	for (uint32_t i = 0; i < c->r->ntexts; i++) {
		const struct weigh_record_text *t = &c->r->texts[i];

		if (c->use[i] == CONCLUDE_BESIDE)
			conclude_say(c,
			    "'%s' is %s, about %s: not what decides", t->path,
			    t->license,
			    is_in_scope(c->r, t) ?
				"something else than the weights" :
				weigh_record_scope_name(t->scope));
		else if (c->use[i] == CONCLUDE_POLICY)
			conclude_say(c,
			    "'%s' is a policy of acceptable use: %s", t->path,
			    t->license);
		else if (c->use[i] == CONCLUDE_CARD)
			conclude_say(c,
			    "'%s' speaks of law, and does not decide", t->path);
	}
}

void
conclude_own(struct conclude *c)
{
	sort_texts(c);
	c->choice = choice_empty();
	c->r->state = state_of(c);
	if (count(c, CONCLUDE_DECIDES) > 0)
		take_all(c, CONCLUDE_DECIDES);
	else
		take_declared(c);
	tell_beside(c);
	c->nown = c->r->nparts;
	c->r->declared = conclude_declared(c);
	if (count(c, CONCLUDE_DECIDES) > 0)
		c->r->detected = conclude_expression(c, &c->choice, true);
	conclude_disagree(c);
}
