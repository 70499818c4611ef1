/* because: what made a rule hold, in words: value, clause, evidence, license. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <weigh/buf.h>
#include <weigh/name.h>

#include "../utf8.h"
#include "priv.h"

/* Appends; a sentence that is too long ends in front of a character, never inside it. */
struct words {
	char *out;
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void
say(struct words *w, const char *fmt, ...)
{
	size_t room = WEIGH_POLICY_REASON - w->n, last;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(w->out + w->n, room, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	if ((size_t)len < room) {
		w->n += (size_t)len;
		return;
	}
	w->n = last = WEIGH_POLICY_REASON - 1;
	while (last > 0 && ((unsigned char)w->out[--last] & 0xc0) == 0x80)
		; /* back to the first byte of the last character */
	if (weigh_utf8_char(w->out + last, w->n - last) == 0)
		w->out[last] = '\0';
}

static void
say_license(struct words *w, const struct policy_view *v)
{
	const struct weigh_record_part *part = v->license->part;

	if (v->facts->record == NULL)
		say(w, "the license, which has not been looked at yet");
	else if (part == NULL)
		say(w,
		    v->license->nothing ? "a revision without any license" :
					  "the license, which is not known");
	else
		say(w, "%s%s%s", part->id,
		    part->from[0] != '\0' ? " from " : "", part->from);
}

/* threshold.mau = > 700000000, affiliates (2) [text] of LicenseRef-… */
static void
say_term(struct words *w, const struct policy_view *v, uint32_t fact)
{
	const struct weigh_record_term *t = fact < POLICY_FACTS ?
	    v->license->terms[fact] :
	    NULL;

	if (t == NULL) {
		say(w, "%s is not known of ", weigh_term_kinds[fact].fact);
		say_license(w, v);
		return;
	}
	say(w, "%s = %s", t->fact, t->value);
	if (t->clause[0] != '\0')
		say(w, " (%s)", t->clause);
	if (t->evidence[0] != '\0')
		say(w, " [%s]", t->evidence);
	say(w, " of ");
	say_license(w, v);
}

static void
say_site(struct words *w, const struct policy_view *v, enum policy_site key)
{
	const char *value = v->policy->site[key];

	if (value != NULL)
		say(w, "; site.%s = %s", weigh_policy_site_keys[key], value);
	else
		say(w, "; the policy has no site.%s",
		    weigh_policy_site_keys[key]);
}

static void
say_fact(struct words *w, const struct policy_view *v,
    const struct policy_outcome *o)
{
	const struct weigh_record *r = v->facts->record;
	bool place = weigh_term_kinds[o->node->word].type == WEIGH_TERM_PLACES;

	if (place && r != NULL && r->eu_disallowed &&
	    v->license->terms[o->node->word] == NULL &&
	    weigh_policy_ask(v, o->node) == WEIGH_TRUE)
		say(w, "extra_gated_eu_disallowed in the card of %s", r->repo);
	else
		say_term(w, v, o->node->word);
	if (o->node->site != SITE_KEYS)
		say_site(w, v, o->node->site);
}

/* The first finding that the term asks for, as the record tells it. */
static void
say_conflict(struct words *w, const struct policy_view *v,
    const struct policy_node *node)
{
	const struct weigh_record *r = v->facts->record;
	const struct weigh_record_finding *f;

	for (uint32_t i = 0; r != NULL && i < r->nfindings; i++) {
		f = &r->findings[i];
		if (node->word == WEIGH_FINDINGS ?
			!weigh_finding_conflict(f->finding) :
			(uint32_t)f->finding != node->word)
			continue;
		say(w, "%s: %s", weigh_finding_name(f->finding), f->what);
		if (f->clause[0] != '\0')
			say(w, " (%s)", f->clause);
		return;
	}
	if (r == NULL)
		say_license(w, v);
	else
		say(w, "no finding %s",
		    node->word == WEIGH_FINDINGS ?
			"at all" :
			weigh_finding_name((enum weigh_finding)node->word));
}

static void
say_part(struct words *w, const struct policy_view *v, enum policy_op op)
{
	const struct weigh_record_part *part = v->license->part;

	if (op == OP_FAMILY && part != NULL)
		say(w, "%s%s of ",
		    part->family[0] != '\0' ? "family " : "no family is known",
		    part->family);
	if (op == OP_KIND && part != NULL)
		say(w, "kind %s of ", weigh_license_kind_name(part->kind));
	say_license(w, v);
	if (op == OP_KIND && part != NULL && part->path[0] != '\0')
		say(w, ", %s", part->path);
}

/* Beside licenses: what the revision is. */
static void
say_other(struct words *w, const struct policy_view *v,
    const struct policy_outcome *o)
{
	const struct weigh_policy_facts *f = v->facts;

	if (o->node->op == OP_PURPOSE)
		say(w, "purpose %s", v->purpose->id);
	else if (o->node->op == OP_QUESTION)
		say(w, "question %s",
		    weigh_question_name(v->purpose->question));
	else if (o->node->op == OP_REPO)
		say(w, "repository %s", f->repo);
	else if (o->node->op == OP_SIGNED)
		say(w, "signed: %s",
		    f->signedby[0] != '\0' ? f->signedby : "not known");
	else if (o->node->op == OP_FINDING)
		say(w, "%s%s",
		    f->inspected || f->dangers[0] != '\0' ?
			"found in its files: " :
			"its files have not been inspected",
		    f->dangers[0] != '\0' || !f->inspected ? f->dangers :
							     "nothing");
	else if (f->record == NULL)
		say_license(w, v);
	else if (o->node->op == OP_STATE)
		say(w, "state %s", weigh_state_name(f->record->state));
	else if (o->node->op == OP_FORMAT)
		say(w, "formats: %s",
		    f->record->formats[0] != '\0' ? f->record->formats :
						    "none");
	else
		say(w, "%s program text that loading it can run",
		    f->record->remote_code ? "it has" : "it has no");
}

void
weigh_policy_because(char out[WEIGH_POLICY_REASON], const struct policy_view *v,
    const struct policy_outcome *o)
{
	struct policy_view at = *v;
	struct words w = { .out = out };
	enum policy_op op = o->node->op;

	at.license = o->license;
	out[0] = '\0';
	if (weigh_policy_ask(&at, o->node) == WEIGH_UNKNOWN)
		say(&w, "cannot tell: ");
	if (op == OP_FACT) {
		say_fact(&w, &at, o);
	} else if (op == OP_THRESHOLD) {
		say_term(&w, &at, o->node->word);
		if (o->node->site != SITE_KEYS)
			say_site(&w, &at, o->node->site);
	} else if (op == OP_CONFLICT) {
		say_conflict(&w, &at, o->node);
	} else if (op == OP_ID || op == OP_KIND || op == OP_FAMILY) {
		say_part(&w, &at, op);
	} else {
		say_other(&w, &at, o);
	}
}
