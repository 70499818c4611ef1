/*
 * read: a policy's file, line by line.  See README.md for the format.
 *
 * Each section and each key is a row of a table.  Names that may stand before what they
 * name (a rule's purpose, a waiver's rule) are looked up when all is read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/hub.h>
#include <weigh/name.h>

#include "priv.h"

#define DAY 86400

enum section {
	NOWHERE,
	IN_SITE,
	IN_PURPOSE,
	IN_RULE,
	IN_WAIVER,
	SECTIONS
};
static const char *const sections[SECTIONS] = { "", "site", "purpose", "rule",
	"waiver" };

/* A waiver's section on its way. */
struct waiver {
	char id[WEIGH_POLICY_ID];
	struct cursor rule; /* of the text */
	unsigned line;      /* of its `rule` */
};

struct reader {
	struct weigh_policy *p;
	const char *name;
	struct ini ini;
	enum section in;
	unsigned began; /* line of the section */
	unsigned seen;  /* bits: which of its keys were there */
	bool site;      /* [site] was there */
	struct waiver *waivers;
	struct weigh_err *err;
};

static enum weigh_code take_key(struct reader *r, const struct ini_line *l);

/* --- complaints ------------------------------------------------------------------- */

static enum weigh_code
refuse_at(struct reader *r, unsigned line, struct cursor word, const char *why,
    const char *near)
{
	enum weigh_code rc = weigh_fail(r->err, WEIGH_MALFORMED,
	    "%s:%u: '%.*s' %s", r->name, line,
	    (int)(word.len < 80 ? word.len : 80), word.p, why);

	if (near[0] != '\0')
		weigh_fix(r->err, "the nearest known word is '%s'", near);
	return rc;
}

static enum weigh_code
refuse(struct reader *r, struct cursor word, const char *why)
{
	return refuse_at(r, r->ini.line, word, why, "");
}

static enum weigh_code
refuse_word(struct reader *r, struct cursor word,
    const struct policy_complaint *bad)
{
	return refuse_at(r, r->ini.line, word, bad->why, bad->near);
}

static enum weigh_code
no_memory(struct weigh_err *err)
{
	return weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

static enum weigh_code
too_many(struct reader *r, unsigned most, const char *what)
{
	return weigh_fail(r->err, WEIGH_TOO_BIG, "%s:%u: more than %u %s",
	    r->name, r->ini.line, most, what);
}

/* --- values ----------------------------------------------------------------------- */

/* The list with room for `more` elements behind `n`, or NULL and the list stays. */
static void *
grown(void *list, size_t n, size_t more, size_t size)
{
	size_t room = 1;

	while (room < n + more)
		room *= 2;
	return realloc(list, room * size);
}

/* Words, with double quotes around them or without; a doubled quote inside is one. */
static enum weigh_code
take_words(struct reader *r, struct cursor value, const char **out)
{
	bool quoted = value.len > 1 && value.p[0] == '"' &&
	    value.p[value.len - 1] == '"';
	struct cursor s = value;
	char *text;
	size_t n = 0;

	if (quoted)
		s = (struct cursor){ s.p + 1, s.len - 2 };
	if (s.len == 0 || s.len >= WEIGH_POLICY_REASON)
		return refuse(r, value, "is empty, or too long");
	if ((text = weigh_policy_keep(&r->p->heap, s.p, s.len)) == NULL)
		return no_memory(r->err);
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"' &&
		    (!quoted || i + 1 == s.len || s.p[++i] != '"'))
			return refuse(r, value,
			    "has a double quote that is not around it or "
			    "doubled");
		text[n++] = s.p[i];
	}
	text[n] = '\0';
	*out = text;
	return WEIGH_OK;
}

/* A name that a section or a rule goes by. */
static bool
is_id(struct cursor id)
{
	for (size_t i = 0; i < id.len; i++)
		if (!(id.p[i] >= '0' && id.p[i] <= '9') &&
		    !(id.p[i] >= 'A' && id.p[i] <= 'Z') &&
		    !(id.p[i] >= 'a' && id.p[i] <= 'z') &&
		    strchr("-_.", id.p[i]) == NULL)
			return false;
	return id.len > 0 && id.len < WEIGH_POLICY_ID;
}

static bool
same(const char *id, struct cursor s)
{
	return strlen(id) == s.len && memcmp(id, s.p, s.len) == 0;
}

static void
put_id(char out[WEIGH_POLICY_ID], struct cursor id)
{
	memcpy(out, id.p, id.len);
	out[id.len] = '\0';
}

/* 2027-01-01, as the moment at which that day begins (UTC). */
static bool
read_day(struct cursor value, int64_t *out)
{
	char text[WEIGH_HUB_DATE], back[WEIGH_HUB_DATE];
	int len;

	if (value.len != 10)
		return false;
	len = snprintf(text, sizeof(text), "%.10sT00:00:00.000Z", value.p);
	if (len < 0 || !weigh_hub_date_parse(text, (size_t)len, out))
		return false;
	weigh_hub_date((time_t)*out, back); /* 31 February is another day */
	return strcmp(text, back) == 0;
}

/* --- [site] ------------------------------------------------------------------------- */

static enum weigh_code
take_site(struct reader *r, struct cursor key, struct cursor value)
{
	struct policy_complaint bad;
	size_t i = weigh_policy_word(key, weigh_policy_site_keys, SITE_KEYS,
	    "is no key of [site]", &bad);

	if (i == SITE_KEYS)
		return refuse_word(r, key, &bad);
	if (r->p->site[i] != NULL)
		return refuse(r, key, "is said a second time");
	if (!weigh_policy_site_check((enum policy_site)i, value,
		&r->p->figures[i], &bad))
		return refuse_word(r, value, &bad);
	r->p->site[i] = weigh_policy_keep(&r->p->heap, value.p, value.len);
	return r->p->site[i] != NULL ? WEIGH_OK : no_memory(r->err);
}

/* --- [purpose] ------------------------------------------------------------------------ */

static struct weigh_purpose *
last_purpose(struct reader *r)
{
	return &r->p->purposes[r->p->npurposes - 1];
}

static enum weigh_code
open_purpose(struct reader *r, struct cursor id)
{
	struct weigh_policy *p = r->p;

	for (size_t i = 0; i < p->npurposes; i++)
		if (same(p->purposes[i].id, id))
			return refuse(r, id, "is the name of two purposes");
	if (p->npurposes == WEIGH_POLICY_PURPOSES)
		return too_many(r, WEIGH_POLICY_PURPOSES, "purposes");
	p->npurposes++;
	put_id(last_purpose(r)->id, id);
	last_purpose(r)->hold = true;
	return WEIGH_OK;
}

static enum weigh_code
take_question(struct reader *r, struct cursor value)
{
	static const char *const words[] = { "use", "mirror" };
	struct policy_complaint bad;
	size_t i = weigh_policy_word(value, words, 2,
	    "is no question: use or mirror", &bad);

	if (i == 2)
		return refuse_word(r, value, &bad);
	last_purpose(r)->question = (enum weigh_question)i;
	return WEIGH_OK;
}

static enum weigh_code
take_ruling(struct reader *r, struct cursor value, enum weigh_ruling *out)
{
	static const char *const words[] = { "allow", "review", "deny" };
	struct policy_complaint bad;
	size_t i = weigh_policy_word(value, words, 3,
	    "is none of allow, review, deny", &bad);

	if (i == 3)
		return refuse_word(r, value, &bad);
	*out = (enum weigh_ruling)i;
	return WEIGH_OK;
}

static enum weigh_code
take_default(struct reader *r, struct cursor value)
{
	return take_ruling(r, value, &last_purpose(r)->otherwise);
}

static enum weigh_code
take_on_review(struct reader *r, struct cursor value)
{
	static const char *const words[] = { "warn", "hold" };
	struct policy_complaint bad;
	size_t i = weigh_policy_word(value, words, 2,
	    "is neither warn nor hold", &bad);

	if (i == 2)
		return refuse_word(r, value, &bad);
	last_purpose(r)->hold = i == 1;
	return WEIGH_OK;
}

/* --- [rule] --------------------------------------------------------------------------- */

static struct policy_rule *
last_rule(struct reader *r)
{
	return &r->p->rules[r->p->nrules - 1];
}

static enum weigh_code
open_rule(struct reader *r, struct cursor id)
{
	struct weigh_policy *p = r->p;
	struct policy_rule *more;

	for (size_t i = 0; i < p->nrules; i++)
		if (same(p->rules[i].id, id))
			return refuse(r, id, "is the name of two rules");
	if (p->nrules == WEIGH_POLICY_RULES)
		return too_many(r, WEIGH_POLICY_RULES, "rules");
	if ((more = grown(p->rules, p->nrules, 1, sizeof(*more))) == NULL)
		return no_memory(r->err);
	p->rules = more;
	p->rules[p->nrules++] = (struct policy_rule){ .waivable = true };
	put_id(last_rule(r)->id, id);
	return WEIGH_OK;
}

static enum weigh_code
take_when(struct reader *r, struct cursor value)
{
	struct weigh_policy *p = r->p;
	struct policy_program program = { .heap = &p->heap };
	struct policy_rule *rule = last_rule(r);
	struct policy_refusal no = { .bad.why = "" };
	struct policy_node *more;

	if (value.len >= POLICY_WHEN)
		return refuse(r, value, "is too long for a condition");
	more = grown(p->nodes, p->nnodes, POLICY_NODES, sizeof(*more));
	if (more == NULL)
		return no_memory(r->err);
	p->nodes = more;
	program.nodes = more + p->nnodes;
	if (!weigh_policy_compile(&program, value, &no))
		return refuse_word(r, no.word.len > 0 ? no.word : value,
		    &no.bad);
	rule->line = r->ini.line;
	rule->first = p->nnodes;
	rule->nnodes = program.n;
	p->nnodes += program.n;
	rule->when = weigh_policy_keep(&p->heap, value.p, value.len);
	return rule->when != NULL ? WEIGH_OK : no_memory(r->err);
}

static enum weigh_code
take_then(struct reader *r, struct cursor value)
{
	return take_ruling(r, value, &last_rule(r)->then);
}

static enum weigh_code
take_reason(struct reader *r, struct cursor value)
{
	return take_words(r, value, &last_rule(r)->reason);
}

static enum weigh_code
take_waivable(struct reader *r, struct cursor value)
{
	static const char *const words[] = { "no", "yes" };
	struct policy_complaint bad;
	size_t i = weigh_policy_word(value, words, 2, "is neither yes nor no",
	    &bad);

	if (i == 2)
		return refuse_word(r, value, &bad);
	last_rule(r)->waivable = i == 1;
	return WEIGH_OK;
}

/* --- [waiver] ------------------------------------------------------------------------- */

static struct weigh_act *
last_act(struct reader *r)
{
	return &r->p->acts[r->p->nacts - 1];
}

static enum weigh_code
open_waiver(struct reader *r, struct cursor id)
{
	struct weigh_policy *p = r->p;
	struct waiver *waivers;
	struct weigh_act *acts;

	for (size_t i = 0; i < p->nacts; i++)
		if (same(r->waivers[i].id, id))
			return refuse(r, id, "is the name of two waivers");
	if (p->nacts == POLICY_WAIVERS)
		return too_many(r, POLICY_WAIVERS, "waivers");
	waivers = grown(r->waivers, p->nacts, 1, sizeof(*waivers));
	if (waivers == NULL)
		return no_memory(r->err);
	r->waivers = waivers;
	if ((acts = grown(p->acts, p->nacts, 1, sizeof(*acts))) == NULL)
		return no_memory(r->err);
	p->acts = acts;
	waivers[p->nacts] = (struct waiver){ .line = 0 };
	put_id(waivers[p->nacts].id, id);
	acts[p->nacts++] = (struct weigh_act){ .kind = WEIGH_ACT_WAIVER,
		.repo = "",
		.commit = "",
		.rule = "",
		.purpose = "",
		.by = "",
		.why = "",
		.ticket = "" };
	return WEIGH_OK;
}

/* org/name@ and 40 hex digits: a branch moves, and nobody looked at where it goes. */
static enum weigh_code
take_model(struct reader *r, struct cursor value)
{
	char text[WEIGH_REPO_TEXT + 1 + WEIGH_GITID_HEX + 1];
	struct weigh_gitid commit;
	struct weigh_ref ref;

	if (value.len < sizeof(text)) {
		memcpy(text, value.p, value.len);
		text[value.len] = '\0';
		if (weigh_ref_parse(&ref, text, NULL) == WEIGH_OK &&
		    weigh_gitid_parse(&commit, ref.rev, strlen(ref.rev))) {
			weigh_repo_text(&ref.repo, text);
			last_act(r)->repo = weigh_policy_keep(&r->p->heap, text,
			    strlen(text));
			last_act(r)->commit = weigh_policy_keep(&r->p->heap,
			    ref.rev, strlen(ref.rev));
			return last_act(r)->repo != NULL &&
				last_act(r)->commit != NULL ?
			    WEIGH_OK :
			    no_memory(r->err);
		}
	}
	return refuse(r, value,
	    "is no org/name@COMMIT with the 40 hex digits of a commit, never "
	    "a branch");
}

static enum weigh_code
take_rule(struct reader *r, struct cursor value)
{
	r->waivers[r->p->nacts - 1].rule = value;
	r->waivers[r->p->nacts - 1].line = r->ini.line;
	return WEIGH_OK;
}

static enum weigh_code
take_by(struct reader *r, struct cursor value)
{
	return take_words(r, value, &last_act(r)->by);
}

static enum weigh_code
take_ticket(struct reader *r, struct cursor value)
{
	return take_words(r, value, &last_act(r)->ticket);
}

static enum weigh_code
take_why(struct reader *r, struct cursor value)
{
	return take_words(r, value, &last_act(r)->why);
}

static enum weigh_code
take_until(struct reader *r, struct cursor value)
{
	if (read_day(value, &last_act(r)->until))
		return WEIGH_OK;
	return refuse(r, value, "is no day of the calendar like 2027-01-31");
}

/* --- lines ------------------------------------------------------------------------ */

static const struct key {
	enum section in;
	const char *key;
	bool needed;
	enum weigh_code (*take)(struct reader *r, struct cursor value);
} keys[] = {
	{ IN_PURPOSE, "question", true, take_question },
	{ IN_PURPOSE, "default", true, take_default },
	{ IN_PURPOSE, "on_review", false, take_on_review },
	{ IN_RULE, "when", true, take_when },
	{ IN_RULE, "then", true, take_then },
	{ IN_RULE, "reason", true, take_reason },
	{ IN_RULE, "waivable", false, take_waivable },
	{ IN_WAIVER, "model", true, take_model },
	{ IN_WAIVER, "rule", true, take_rule },
	{ IN_WAIVER, "by", true, take_by },
	{ IN_WAIVER, "ticket", false, take_ticket },
	{ IN_WAIVER, "until", true, take_until },
	{ IN_WAIVER, "reason", true, take_why },
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static enum weigh_code
take_key(struct reader *r, const struct ini_line *l)
{
	const char *names[KEYS];
	struct policy_complaint bad;
	size_t n = 0;

	for (size_t i = 0; i < KEYS; i++) {
		if (keys[i].in != r->in)
			continue;
		names[n++] = keys[i].key;
		if (!same(keys[i].key, l->key))
			continue;
		if ((r->seen & 1u << i) != 0)
			return refuse(r, l->key, "is said a second time");
		r->seen |= 1u << i;
		if (l->value.len == 0)
			return refuse(r, l->key, "has no value");
		return keys[i].take(r, l->value);
	}
	weigh_policy_word(l->key, names, n, "is no key of this section", &bad);
	return refuse_word(r, l->key, &bad);
}

/* Has the section that ends here all that it needs? */
static enum weigh_code
end_section(struct reader *r)
{
	for (size_t i = 0; i < KEYS; i++)
		if (keys[i].in == r->in && keys[i].needed &&
		    (r->seen & 1u << i) == 0)
			return weigh_fail(r->err, WEIGH_MALFORMED,
			    "%s:%u: this [%s] has no '%s'", r->name, r->began,
			    sections[r->in], keys[i].key);
	return WEIGH_OK;
}

static enum weigh_code
open_named(struct reader *r, struct cursor id)
{
	if (!is_id(id))
		return refuse(r, id,
		    "is no name: letters, digits, '-', '_' and '.', at most 63");
	if (r->in == IN_PURPOSE)
		return open_purpose(r, id);
	return r->in == IN_RULE ? open_rule(r, id) : open_waiver(r, id);
}

static enum weigh_code
take_section(struct reader *r, struct cursor header)
{
	struct cursor id = header, word = weigh_ini_cut(&id, ' ');
	struct policy_complaint bad;
	enum weigh_code rc = end_section(r);
	size_t i;

	if (rc != WEIGH_OK)
		return rc;
	i = weigh_policy_word(word, sections + 1, SECTIONS - 1,
	    "is no section: site, purpose NAME, rule ID, waiver ID", &bad);
	if (i == SECTIONS - 1)
		return refuse_word(r, word, &bad);
	r->in = (enum section)(i + 1);
	r->began = r->ini.line;
	r->seen = 0;
	id = weigh_ini_trim(id);
	if (r->in != IN_SITE)
		return open_named(r, id);
	if (id.len > 0)
		return refuse(r, id, "stands behind [site], which has no name");
	if (r->site)
		return refuse(r, header, "is a second [site]");
	r->site = true;
	return WEIGH_OK;
}

static enum weigh_code
take_line(struct reader *r, const struct ini_line *l)
{
	switch (l->kind) {
	case INI_UNCLEAN:
		return weigh_fail(r->err, WEIGH_MALFORMED,
		    "%s:%u: not UTF-8, or a control character in it", r->name,
		    r->ini.line);
	case INI_OTHER:
		return refuse(r, l->key,
		    "is neither [section] nor key = value");
	case INI_SECTION:
		return take_section(r, l->key);
	case INI_PAIR:
	case INI_END:
		break;
	}
	if (r->in == NOWHERE)
		return refuse(r, l->key, "stands before the first [section]");
	return r->in == IN_SITE ? take_site(r, l->key, l->value) :
				  take_key(r, l);
}

/* --- when all is read --------------------------------------------------------------- */

/* The doors always have a purpose: without one of the file's, the built-in one. */
static enum weigh_code
add_door(struct reader *r)
{
	static const struct weigh_purpose mirror = { .id = "mirror",
		.question = WEIGH_QUESTION_MIRROR,
		.otherwise = WEIGH_RULING_ALLOW };
	struct weigh_policy *p = r->p;

	for (size_t i = 0; i < p->npurposes; i++)
		if (p->purposes[i].question == WEIGH_QUESTION_MIRROR)
			return WEIGH_OK;
	for (size_t i = 0; i < p->npurposes; i++)
		if (strcmp(p->purposes[i].id, mirror.id) == 0)
			return weigh_fail(r->err, WEIGH_MALFORMED,
			    "%s: no purpose asks 'mirror', and the name of the "
			    "one that is built in, 'mirror', asks 'use'",
			    r->name);
	p->purposes[p->npurposes++] = mirror;
	return WEIGH_OK;
}

static enum weigh_code
check_purposes(struct reader *r)
{
	const char *names[WEIGH_POLICY_PURPOSES + 1];
	const struct weigh_policy *p = r->p;
	struct policy_complaint bad;

	for (size_t i = 0; i < p->npurposes; i++)
		names[i] = p->purposes[i].id;
	for (size_t i = 0; i < p->nrules; i++)
		for (size_t k = 0; k < p->rules[i].nnodes; k++) {
			const struct policy_node *node =
			    &p->nodes[p->rules[i].first + k];
			struct cursor name;

			if (node->op != OP_PURPOSE)
				continue;
			name = (struct cursor){ node->text,
				strlen(node->text) };
			if (weigh_policy_word(name, names, p->npurposes,
				"is no purpose", &bad) == p->npurposes)
				return refuse_at(r, p->rules[i].line, name,
				    bad.why, bad.near);
		}
	return WEIGH_OK;
}

static enum weigh_code
check_waiver(struct reader *r, const struct waiver *w, struct weigh_act *act)
{
	const char *names[WEIGH_POLICY_RULES];
	const struct weigh_policy *p = r->p;
	const char *why = NULL;
	struct policy_complaint bad;
	size_t i;

	for (i = 0; i < p->nrules; i++)
		names[i] = p->rules[i].id;
	i = weigh_policy_word(w->rule, names, p->nrules, "is no rule", &bad);
	if (i == p->nrules)
		return refuse_at(r, w->line, w->rule, bad.why, bad.near);
	if (!p->rules[i].waivable)
		why = "may not be waived: its rule says waivable = no";
	else if (p->rules[i].then == WEIGH_RULING_ALLOW)
		why = "is a rule that allows: there is nothing to waive";
	if (why != NULL)
		return refuse_at(r, w->line, w->rule, why, "");
	act->rule = weigh_policy_keep(&r->p->heap, w->rule.p, w->rule.len);
	return act->rule != NULL ? WEIGH_OK : no_memory(r->err);
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct policy_rule *)a)->id,
	    ((const struct policy_rule *)b)->id);
}

static int
by_commit(const void *a, const void *b)
{
	const struct weigh_act *x = a, *y = b;
	int c = strcmp(x->commit, y->commit);

	return c != 0 ? c : strcmp(x->repo, y->repo);
}

static enum weigh_code
end_file(struct reader *r)
{
	struct weigh_policy *p = r->p;
	enum weigh_code rc;

	if ((rc = end_section(r)) != WEIGH_OK ||
	    (rc = add_door(r)) != WEIGH_OK ||
	    (rc = check_purposes(r)) != WEIGH_OK)
		return rc;
	for (size_t i = 0; i < p->nacts && rc == WEIGH_OK; i++)
		rc = check_waiver(r, &r->waivers[i], &p->acts[i]);
	if (rc != WEIGH_OK)
		return rc;
	if (p->nrules > 1)
		qsort(p->rules, p->nrules, sizeof(*p->rules), by_id);
	if (p->nacts > 1)
		qsort(p->acts, p->nacts, sizeof(*p->acts), by_commit);
	return WEIGH_OK;
}

/* Strings are copied once: a condition and the words in it, all others. */
static enum weigh_code
new_policy(struct weigh_policy **out, const char *text, size_t len,
    struct weigh_err *err)
{
	struct weigh_policy *p = calloc(1, sizeof(*p));

	*out = NULL;
	if (p != NULL) {
		p->heap.size = 2 * len + 1;
		p->heap.bytes = malloc(p->heap.size);
	}
	if (p == NULL || p->heap.bytes == NULL ||
	    !weigh_oid_of(&p->name, text, len)) {
		weigh_policy_free(p);
		return no_memory(err);
	}
	*out = p;
	return WEIGH_OK;
}

enum weigh_code
weigh_policy_read(struct weigh_policy **out, const char *name, const char *text,
    size_t len, struct weigh_err *err)
{
	struct reader r = { .name = name,
		.ini = { .rest = { text, len }, .remarks = true },
		.err = err };
	struct ini_line line;
	enum weigh_code rc;

	*out = NULL;
	if (len > WEIGH_POLICY_FILE)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "%s: %zu bytes, at most %u allowed", name, len,
		    WEIGH_POLICY_FILE);
	if ((rc = new_policy(&r.p, text, len, err)) != WEIGH_OK)
		return rc;
	while (rc == WEIGH_OK &&
	    (line = weigh_ini_next(&r.ini)).kind != INI_END)
		rc = take_line(&r, &line);
	if (rc == WEIGH_OK)
		rc = end_file(&r);
	if (rc == WEIGH_OK) {
		*out = r.p;
		r.p = NULL;
	}
	weigh_policy_free(r.p);
	free(r.waivers);
	return rc;
}

void
weigh_policy_free(struct weigh_policy *p)
{
	if (p == NULL)
		return;
	free(p->heap.bytes);
	free(p->rules);
	free(p->nodes);
	free(p->acts);
	free(p);
}
