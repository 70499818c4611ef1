/* duties: what the licenses of a record want, by one table of facts. */
#include <string.h>

#include "priv.h"

static const char *const kinds[WEIGH_DUTIES] = { "copy", "notice", "credit",
	"changes", "display", "name", "pass-on", "use", "register", "threshold",
	"watch" };
static const char *const fulfilleds[WEIGH_FULFILLEDS] = { "no", "yes",
	"not checkable" };

const char *
weigh_duty_name(enum weigh_duty_kind kind)
{
	return kind < WEIGH_DUTIES ? kinds[kind] : "";
}

const char *
weigh_fulfilled_name(enum weigh_fulfilled fulfilled)
{
	return fulfilled < WEIGH_FULFILLEDS ? fulfilleds[fulfilled] : "";
}

/* --- what the files tell -------------------------------------------------------------- */

typedef enum weigh_fulfilled check(const struct weigh_record *r,
    const struct weigh_duty *d);

static enum weigh_fulfilled
is_yes(bool yes)
{
	return yes ? WEIGH_FULFILLED_YES : WEIGH_FULFILLED_NO;
}

static enum weigh_fulfilled
not_told(const struct weigh_record *r, const struct weigh_duty *d)
{
	(void)r;
	(void)d;
	return WEIGH_FULFILLED_UNCHECKED;
}

/* Is one of these ids, with " AND " and the like between, `id`? */
static bool
names(const char *expression, const char *id)
{
	size_t len = strlen(id);

	for (const char *at = strstr(expression, id); at != NULL;
	     at = strstr(at + 1, id)) {
		bool begins = at == expression || strchr(" (", at[-1]) != NULL;

		if (begins && strchr(" )", at[len]) != NULL)
			return true; /* strchr finds the NUL as well */
	}
	return false;
}

/* The license's own text, whole or changed, among the files? */
static enum weigh_fulfilled
copy_is_here(const struct weigh_record *r, const struct weigh_duty *d)
{
	for (uint32_t i = 0; i < r->ntexts; i++)
		if (r->texts[i].kind >= WEIGH_LICENSE_MULTIPLE &&
		    names(r->texts[i].license, d->part->id))
			return WEIGH_FULFILLED_YES;
	return is_yes(d->part->from[0] == '\0' &&
	    !weigh_oid_is_zero(&d->part->oid) &&
	    d->part->kind >= WEIGH_LICENSE_MULTIPLE);
}

/* A file is there or not; what its lines are is told only when they name the license. */
static enum weigh_fulfilled
notice_is_here(const struct weigh_record *r, const struct weigh_duty *d)
{
	bool any = false;

	for (uint32_t i = 0; i < r->ntexts; i++) {
		if (r->texts[i].scope != WEIGH_SCOPE_NOTICE)
			continue;
		any = true;
		if (names(r->texts[i].license, d->part->id))
			return WEIGH_FULFILLED_YES;
	}
	return any ? WEIGH_FULFILLED_UNCHECKED : WEIGH_FULFILLED_NO;
}

static enum weigh_fulfilled
policy_is_here(const struct weigh_record *r, const struct weigh_duty *d)
{
	bool any = false;

	if (strstr(d->term->value, "in-text") != NULL)
		return copy_is_here(r, d);
	for (uint32_t i = 0; i < r->ntexts; i++)
		any = any || r->texts[i].scope == WEIGH_SCOPE_POLICY;
	if (any)
		return WEIGH_FULFILLED_YES;
	return strstr(d->term->value, "file") != NULL ?
	    WEIGH_FULFILLED_NO :
	    WEIGH_FULFILLED_UNCHECKED; /* a page on the web */
}

/* Was it made from something of this license? */
static bool
is_derived(const struct weigh_record *r, const struct weigh_duty *d)
{
	bool derived = d->part->from[0] != '\0';

	for (uint32_t i = 0; i < r->nbases; i++)
		derived = derived || !r->bases[i].weak;
	return derived;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
begins(const char *name, const char *word)
{
	while (*word != '\0' && lower(*name) == lower(*word)) {
		name++;
		word++;
	}
	return *word == '\0';
}

/* Who only passes the model on does not name it. */
static enum weigh_fulfilled
name_begins(const struct weigh_record *r, const struct weigh_duty *d)
{
	enum weigh_fulfilled rc = WEIGH_FULFILLED_UNCHECKED;
	struct weigh_buf word;

	if (!is_derived(r, d))
		return rc;
	weigh_buf_init(&word, 4096);
	report_unquoted(&word, d->term->value);
	if (word.data != NULL && !word.failed)
		rc = is_yes(begins(report_name(r->repo), word.data));
	weigh_buf_free(&word);
	return rc;
}

/* Derivatives carry the license on: that a base says so and this one does not is a finding. */
static enum weigh_fulfilled
carried_on(const struct weigh_record *r, const struct weigh_duty *d)
{
	if (d->part->from[0] == '\0')
		return WEIGH_FULFILLED_UNCHECKED;
	for (uint32_t i = 0; i < r->nfindings; i++)
		if (r->findings[i].finding == WEIGH_FINDING_TAG_VS_BASE)
			return WEIGH_FULFILLED_NO;
	return WEIGH_FULFILLED_UNCHECKED;
}

/* --- the table --------------------------------------------------------------------- */

/* When a fact is a duty: for each of `values` (blanks between; "*" any but those that say
 * there is none), the first row that fits. */
struct weigh_duty_rule {
	const char *fact, *values;
	enum weigh_duty_kind kind;
	check *look;
	const char *what; /* "%s": the value, as people say it */
	const char *how;
};

#define UNCLEAR "ask the licensor, and keep the answer"
static const struct weigh_duty_rule rules[] = {
	{ "commercial", "no", WEIGH_DUTY_USE, not_told, "no commercial use",
	    "keep it out of what is sold or earns money" },
	{ "commercial", "research-only", WEIGH_DUTY_USE, not_told,
	    "use for research only", "keep it out of production" },
	{ "commercial", "conditional", WEIGH_DUTY_USE, not_told,
	    "commercial use under conditions only",
	    "meet the conditions of the clause, limits among them" },
	{ "threshold.mau", "*", WEIGH_DUTY_THRESHOLD, not_told, "a limit: %s",
	    "watch the figure, and act before it is reached" },
	{ "threshold.muu", "*", WEIGH_DUTY_THRESHOLD, not_told, "a limit: %s",
	    "watch the figure, and act before it is reached" },
	{ "threshold.revenue-year", "*", WEIGH_DUTY_THRESHOLD, not_told,
	    "a limit: %s", "watch the figure, and act before it is reached" },
	{ "threshold.revenue-month", "*", WEIGH_DUTY_THRESHOLD, not_told,
	    "a limit: %s", "watch the figure, and act before it is reached" },
	{ "registration", "before-commercial", WEIGH_DUTY_REGISTER, not_told,
	    "register with the licensor before commercial use",
	    "register, and keep the confirmation" },
	{ "redistribution", "no", WEIGH_DUTY_PASS_ON, not_told,
	    "no copies may be passed on",
	    "keep it to yourself; ask the licensor whether a mirror inside the "
	    "organization is passing on" },
	{ "redistribution", "noncommercial", WEIGH_DUTY_PASS_ON, not_told,
	    "copies may be passed on for non-commercial purposes only",
	    "tell receivers so, with a copy of the license" },
	{ "redistribution", "research-only", WEIGH_DUTY_PASS_ON, not_told,
	    "copies may be passed on for research only",
	    "tell receivers so, with a copy of the license" },
	{ "redistribution", "territory", WEIGH_DUTY_PASS_ON, not_told,
	    "copies may be passed on inside the license's territory only",
	    "let nobody outside of it read" },
	{ "modification", "no", WEIGH_DUTY_PASS_ON, not_told,
	    "no changed forms may be passed on",
	    "keep what you change to yourself" },
	{ "modification", "noncommercial", WEIGH_DUTY_PASS_ON, not_told,
	    "changed forms for non-commercial purposes only",
	    "tell receivers so" },
	{ "modification", "research-only", WEIGH_DUTY_PASS_ON, not_told,
	    "changed forms for research only", "tell receivers so" },
	{ "modification", "same-license", WEIGH_DUTY_PASS_ON, not_told,
	    "changed forms under the same license only",
	    "put what you change under the same license" },
	{ "modification", "territory", WEIGH_DUTY_PASS_ON, not_told,
	    "changed forms inside the license's territory only",
	    "let nobody outside of it have them" },
	{ "agreement-copy", "yes", WEIGH_DUTY_COPY, copy_is_here,
	    "a copy of the license goes with every copy",
	    "put its text beside the files, under the name LICENSE" },
	{ "change-notice", "yes", WEIGH_DUTY_CHANGES, not_told,
	    "changes are stated",
	    "in each file you change, or in one beside them, say that you "
	    "changed it and when" },
	{ "notice-file", "yes", WEIGH_DUTY_NOTICE, notice_is_here,
	    "a notice file goes with every copy",
	    "keep the NOTICE that came with it, or write one with the lines "
	    "that the license gives" },
	{ "notice-line", "*", WEIGH_DUTY_NOTICE, notice_is_here,
	    "the notice has this line: %s",
	    "put the line into a file NOTICE beside the files, word for word" },
	{ "attribution", "yes", WEIGH_DUTY_CREDIT, not_told,
	    "the author is named",
	    "keep the lines of copyright, and name the "
	    "author where you name the model" },
	{ "attribution", "publications", WEIGH_DUTY_CREDIT, not_told,
	    "the author is named in publications", "cite as the card says" },
	{ "display", "*", WEIGH_DUTY_DISPLAY, not_told,
	    "products and pages show: %s",
	    "show the words where users see them" },
	{ "name-prefix", "*", WEIGH_DUTY_NAME, name_begins,
	    "the name of a model made from it begins with %s", "name it so" },
	{ "name-prefix-on-outputs", "*", WEIGH_DUTY_NAME, not_told,
	    "the name of a model that learned from its outputs begins with %s",
	    "name such a model so" },
	{ "output-use", "no", WEIGH_DUTY_USE, not_told,
	    "outputs may not be used commercially",
	    "keep outputs out of what is sold or earns money" },
	{ "output-use", "noncommercial", WEIGH_DUTY_USE, not_told,
	    "outputs for non-commercial purposes only",
	    "keep outputs out of what is sold or earns money" },
	{ "output-use", "research-only", WEIGH_DUTY_USE, not_told,
	    "outputs for research only", "keep outputs out of production" },
	{ "output-use", "territory", WEIGH_DUTY_USE, not_told,
	    "outputs inside the license's territory only",
	    "let no outputs be used outside of it" },
	{ "output-training", "no-other-models", WEIGH_DUTY_USE, not_told,
	    "no other model may learn from its outputs",
	    "keep its outputs out of training data" },
	{ "output-training", "no-competing", WEIGH_DUTY_USE, not_told,
	    "no competing model may learn from its outputs",
	    "keep its outputs out of such training data" },
	{ "output-training", "research-only", WEIGH_DUTY_USE, not_told,
	    "models may learn from its outputs for research only",
	    "keep such models out of production" },
	{ "output-training", "duty", WEIGH_DUTY_USE, not_told,
	    "models that learn from its outputs take over duties of name or "
	    "display",
	    "do for such a model what name and display say" },
	{ "output-training", "derivative", WEIGH_DUTY_PASS_ON, not_told,
	    "a model that learned from its outputs is a derivative",
	    "put such a model under what derivatives are under" },
	{ "aup", "in-text file url", WEIGH_DUTY_USE, policy_is_here,
	    "a policy of acceptable use is part of the license (%s)",
	    "keep a copy of the policy beside the files, and keep to it" },
	{ "aup-flowdown", "yes", WEIGH_DUTY_PASS_ON, not_told,
	    "receivers are bound to the restrictions of use",
	    "make the restrictions an enforceable term of what receivers "
	    "accept, such as the mirror's page of terms" },
	{ "territory-excludes", "*", WEIGH_DUTY_USE, not_told,
	    "no rights in: %s", "let nobody there have it by you" },
	{ "field-excludes", "*", WEIGH_DUTY_USE, not_told, "no use for: %s",
	    "keep it out of these fields" },
	{ "litigation-ends", "patent", WEIGH_DUTY_WATCH, not_told,
	    "suing over patents ends rights",
	    "tell whoever decides about lawsuits" },
	{ "litigation-ends", "ip", WEIGH_DUTY_WATCH, not_told,
	    "suing over intellectual property ends the rights",
	    "tell whoever decides about lawsuits" },
	{ "flowdown", "restrictions", WEIGH_DUTY_PASS_ON, carried_on,
	    "derivatives carry the restrictions of use on",
	    "put the restrictions into the license of what you make from it" },
	{ "flowdown", "agreement", WEIGH_DUTY_PASS_ON, carried_on,
	    "derivatives are under the same agreement",
	    "tell so in the card and license of what you make from it" },
	{ "flowdown", "same-license", WEIGH_DUTY_PASS_ON, carried_on,
	    "derivatives are under the same license",
	    "put what you make from it under the same license" },
	{ "flowdown", "network", WEIGH_DUTY_PASS_ON, carried_on,
	    "who uses it over a network gets what receivers of copies get",
	    "offer them the license, and the source where it says so" },
	{ "revocable", "yes", WEIGH_DUTY_WATCH, not_told,
	    "the licensor may take the rights back",
	    "know what you would use instead" },
	{ "terms-may-change", "yes", WEIGH_DUTY_WATCH, not_told,
	    "the terms may change", "read them again from time to time" },
	{ "remote-restriction", "yes", WEIGH_DUTY_WATCH, not_told,
	    "the licensor may restrict use from afar",
	    "use the newest version where the license asks for it" },
	{ "termination", "anytime licensor", WEIGH_DUTY_WATCH, not_told,
	    "the licensor may end the rights",
	    "know what you would use "
	    "instead" },
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

/* Two clauses of one text that say the opposite of each other. */
static const struct weigh_duty_rule contradiction = { "", "unclear",
	WEIGH_DUTY_WATCH, not_told, "the license contradicts itself about this",
	UNCLEAR };

/* --- which apply ---------------------------------------------------------------------- */

/* Is one of the words of `list` among those of `value`? */
static bool
shares_word(const char *list, const char *value)
{
	while (*list != '\0') {
		size_t len = strcspn(list, " ");

		for (const char *at = value; *at != '\0';) {
			size_t n = strcspn(at, ", ");

			if (n == len && memcmp(at, list, len) == 0)
				return true;
			at += n;
			at += strspn(at, ", ");
		}
		list += len;
		list += strspn(list, " ");
	}
	return false;
}

static bool
fits(const struct weigh_duty_rule *rule, const char *value)
{
	if (strcmp(rule->values, "*") == 0)
		return value[0] != '\0' && strcmp(value, "none") != 0 &&
		    strcmp(value, "unknown") != 0;
	return shares_word(rule->values, value);
}

/* Did the same license, in an earlier part, say the same? */
static bool
told(const struct weigh_record *r, uint32_t part,
    const struct weigh_record_term *t)
{
	for (uint32_t p = 0; p < part; p++) {
		const struct weigh_record_part *other = &r->parts[p];

		if (strcmp(other->id, r->parts[part].id) != 0)
			continue;
		for (uint32_t i = 0; i < other->nterms; i++)
			if (strcmp(other->terms[i].fact, t->fact) == 0 &&
			    strcmp(other->terms[i].value, t->value) == 0)
				return true;
	}
	return false;
}

static size_t
add(const struct weigh_record *r, struct weigh_duty *out,
    const struct weigh_duty_rule *rule, const struct weigh_record_part *part,
    const struct weigh_record_term *term)
{
	*out = (struct weigh_duty){
		.kind = rule->kind, .part = part, .term = term, .rule = rule
	};
	out->fulfilled = rule->look(r, out);
	return 1;
}

/* Of several values (flowdown = restrictions, agreement) each is a duty. */
static size_t
of_term(const struct weigh_record *r, const struct weigh_record_part *part,
    const struct weigh_record_term *t, struct weigh_duty *out, size_t room)
{
	size_t n = 0;

	if (room > 0 && strcmp(t->value, "unclear") == 0)
		return add(r, out, &contradiction, part, t);
	for (size_t i = 0; i < RULES && n < room; i++)
		if (strcmp(rules[i].fact, t->fact) == 0 &&
		    fits(&rules[i], t->value))
			n += add(r, out + n, &rules[i], part, t);
	return n;
}

size_t
weigh_duties(const struct weigh_record *r, struct weigh_duty *out, size_t room)
{
	size_t n = 0;

	for (uint32_t p = 0; p < r->nparts; p++)
		for (uint32_t i = 0; i < r->parts[p].nterms; i++) {
			const struct weigh_record_term *t =
			    &r->parts[p].terms[i];

			if (!told(r, p, t))
				n += of_term(r, &r->parts[p], t, out + n,
				    room - n);
		}
	return n;
}

/* --- in words ---------------------------------------------------------------------- */

void
weigh_duty_what(struct weigh_buf *out, const struct weigh_duty *d)
{
	const char *text = d->rule->what, *gap = strstr(text, "%s");

	if (gap == NULL) {
		weigh_buf_adds(out, text);
		if (d->rule == &contradiction)
			weigh_buf_addf(out, ": %s", d->term->fact);
		return;
	}
	weigh_buf_add(out, text, (size_t)(gap - text));
	report_value(out, d->term->fact, d->term->value);
	weigh_buf_adds(out, gap + 2);
}

void
weigh_duty_how(struct weigh_buf *out, const struct weigh_duty *d)
{
	weigh_buf_adds(out, d->rule->how);
}

bool
weigh_duty_words(struct weigh_buf *out, const struct weigh_duty *d)
{
	if (d->term->value[0] != '"')
		return false;
	report_unquoted(out, d->term->value);
	return true;
}
