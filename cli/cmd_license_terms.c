/* weigh license terms: what a license demands, clause by clause. */
#include <string.h>

#include "cmds.h"
#include "packs.h"
#include "phrase.h"
#include "tell.h"
#include "text.h"

#define NOT_KNOWN "unknown"
#define FACT_WIDTH 23 /* the longest fact */
#define LINE_MAX_BYTES 65536u

static const struct out_column facts[] = {
	{ "FACT", "fact", OUT_TEXT, false },
	{ "VALUE", "value", OUT_TEXT, false },
	{ "CLAUSE", "clause", OUT_TEXT, false },
	{ "EVIDENCE", "evidence", OUT_TEXT, false },
	{ "NOTE", "note", OUT_TEXT, false },
	{ "MEANS", "means", OUT_TEXT, false },
	{ "VALUES", "values", OUT_TEXT, false },
};
#define FACTS (sizeof(facts) / sizeof(facts[0]))

static const struct out_column about[] = {
	{ "license", "license", OUT_TEXT, false },
	{ "name", "name", OUT_TEXT, false },
	{ "family", "family", OUT_TEXT, false },
	{ "also", "also", OUT_TEXT, false },
	{ "Hub", "hub", OUT_TEXT, false },
	{ "based on", "based_on", OUT_TEXT, false },
	{ "page", "url", OUT_TEXT, false },
	{ "evidence", "evidence", OUT_TEXT, false },
	{ "note", "note", OUT_TEXT, false },
};
#define ABOUT (sizeof(about) / sizeof(about[0]))

static const struct out_column listed[] = {
	{ "LICENSE", "license", OUT_TEXT, false },
	{ "FAMILY", "family", OUT_TEXT, false },
	{ "COMMERCIAL", "commercial", OUT_TEXT, false },
	{ "REDISTRIBUTION", "redistribution", OUT_TEXT, false },
	{ "EVIDENCE", "evidence", OUT_TEXT, false },
	{ "NAME", "name", OUT_TEXT, true },
};
#define LISTED (sizeof(listed) / sizeof(listed[0]))

struct word {
	const char *word, *means;
};
static const struct word evidences[] = {
	{ "text", "the license's text was read" },
	{ "secondary", "from a published description; the text was not read" },
	{ "likely", "as licenses of its kind say; not confirmed" },
};
static const struct word units[] = {
	{ "threshold.mau", "users active in a month" },
	{ "threshold.muu", "unique users in a month" },
	{ "threshold.revenue-year", "revenue in a year" },
	{ "threshold.revenue-month", "revenue in a month" },
};
static const struct word scopes[] = {
	{ "product", "of one product or service" },
	{ "licensee", "of the licensee" },
	{ "affiliates", "of the licensee and affiliates" },
};
static const struct word moments[] = {
	{ "release-date", "before the release date" },
	{ "rolling", "at any time" },
};
static const struct word effects[] = {
	{ "no-rights", "no rights until they are granted" },
	{ "request", "a license has to be requested" },
	{ "paid", "a paid license is needed" },
	{ "ends", "the rights end" },
	{ "display", "a name has to be shown" },
};

/* --- one license --------------------------------------------------------------------- */

static bool
put_about(struct doc *d, const struct weigh_license_terms *t)
{
	return doc_put_str(d, "license", t->id) &&
	    doc_put_str(d, "name", t->name) &&
	    doc_put_str(d, "family", t->family) &&
	    doc_put_str(d, "also", t->also) && doc_put_str(d, "hub", t->hub) &&
	    doc_put_str(d, "based_on", t->based_on) &&
	    doc_put_str(d, "url", t->url) &&
	    doc_put_str(d, "evidence", t->evidence) &&
	    doc_put_str(d, "note", t->note);
}

/* A fact that nobody wrote down is told as what it is: not known. */
static bool
put_fact(struct doc *row, const void *from, size_t i)
{
	const struct weigh_term_kind *kind = &weigh_term_kinds[i];
	const struct weigh_term *t = weigh_license_term(from, kind->fact);

	return doc_put_str(row, "fact", kind->fact) &&
	    doc_put_str(row, "value", t != NULL ? t->value : NOT_KNOWN) &&
	    doc_put_str(row, "clause", t != NULL ? t->clause : "") &&
	    doc_put_str(row, "evidence", t != NULL ? t->evidence : "") &&
	    doc_put_str(row, "note", t != NULL ? t->note : "") &&
	    doc_put_str(row, "means", kind->means) &&
	    doc_put_str(row, "values", kind->values);
}

/* weigh.license-terms/1 */
static struct doc *
make_document(const struct weigh_license_terms *t)
{
	struct doc *d = doc_new(WEIGH_JSON_OBJECT, "");
	struct doc *list = doc_new(WEIGH_JSON_ARRAY, "facts");
	bool ok = d != NULL && list != NULL &&
	    doc_put_str(d, "schema", "weigh.license-terms/1") &&
	    put_about(d, t) && doc_rows(list, weigh_term_nkinds, put_fact, t);

	if (ok && doc_put(d, list))
		return d;
	doc_free(list);
	doc_free(d);
	return NULL;
}

/* --- for people ---------------------------------------------------------------------- */

static const char *
word_for(const struct word *words, size_t n, const char *word)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].means;
	return word;
}
#define WORD_FOR(words, word) \
	word_for((words), sizeof(words) / sizeof((words)[0]), (word))

/* "> 700000000, affiliates, release-date, no-rights" as a sentence; what is no
 * threshold stays as it is. */
static void
add_value(struct weigh_buf *out, const char *fact, const char *value)
{
	struct weigh_threshold t;

	if (!weigh_threshold_read(&t, value)) {
		phrase_squeeze(out, value, strlen(value));
		return;
	}
	weigh_buf_adds(out, strcmp(t.op, ">=") == 0 ? "from " : "more than ");
	phrase_number(out, t.number);
	weigh_buf_addf(out, "%s%s %s", t.currency[0] != '\0' ? " " : "",
	    t.currency, WORD_FOR(units, fact));
	if (t.scope[0] != '\0')
		weigh_buf_addf(out, " %s", WORD_FOR(scopes, t.scope));
	if (t.moment[0] != '\0')
		weigh_buf_addf(out, ", %s", WORD_FOR(moments, t.moment));
	if (t.effect[0] != '\0')
		weigh_buf_addf(out, ": %s", WORD_FOR(effects, t.effect));
}

/* "commercial   conditional (2)", and on further lines what does not fit. */
static void
print_fact(const struct call *c, const struct doc *row, const char *evidence)
{
	const char *fact = doc_str(row, "fact"), *note = doc_str(row, "note");
	const char *own = doc_str(row, "evidence");
	struct weigh_buf b, line;

	weigh_buf_init(&b, LINE_MAX_BYTES);
	weigh_buf_init(&line, LINE_MAX_BYTES);
	add_value(&b, fact, doc_str(row, "value"));
	if (doc_str(row, "clause")[0] != '\0')
		weigh_buf_addf(&b, " (%s)", doc_str(row, "clause"));
	if (own[0] != '\0' && strcmp(own, evidence) != 0)
		weigh_buf_addf(&b, " [%s]", own);
	if (note[0] != '\0')
		weigh_buf_adds(&b, "; ");
	phrase_squeeze(&b, note, strlen(note));
	if (c->out->verbose)
		weigh_buf_addf(&b, " -- %s: %s", doc_str(row, "means"),
		    doc_str(row, "values"));
	weigh_buf_addf(&line, "%-*s ", FACT_WIDTH, fact);
	text_wrap(&line, b.failed ? "" : b.data, FACT_WIDTH + 1, FACT_WIDTH + 1,
	    out_width());
	out_line("%s", line.failed ? fact : line.data);
	weigh_buf_free(&line);
	weigh_buf_free(&b);
}

static enum weigh_code
print_people(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	const char *evidence = doc_str(d, "evidence");
	enum weigh_code rc = out_fields(c->out, about, ABOUT, d, err);
	const struct doc *row = doc_get(d, "facts");
	unsigned unknown = 0;

	out_line("%s", "");
	for (row = row != NULL ? row->first : NULL; row; row = row->next)
		if (c->out->verbose ||
		    strcmp(doc_str(row, "value"), NOT_KNOWN) != 0)
			print_fact(c, row, evidence);
		else
			unknown++;
	if (unknown > 0)
		out_line(
		    "and %u fact%s nobody has read: unknown, never \"no\"; "
		    "-v lists %s",
		    unknown, unknown == 1 ? "" : "s",
		    unknown == 1 ? "it" : "them");
	out_say(c->out, "evidence \"%s\": %s", evidence,
	    WORD_FOR(evidences, evidence));
	out_say(c->out,
	    "in our own words, with the license's clauses; "
	    "not legal advice");
	return rc;
}

static enum weigh_code
print_terms(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	if (c->out->format == OUT_JSON)
		return out_document(c->out, d, err);
	if (c->out->format == OUT_HUMAN)
		return print_people(c, d, err);
	return out_table(c->out, facts, FACTS, doc_get(d, "facts"), err);
}

/* A tag of the Hub's model cards in place of an id: what it stands for, if that is one
 * license.  Else the failure stays, or says what the tag leaves open. */
static enum weigh_code
find_by_tag(struct packs *packs, const char *tag,
    struct weigh_license_terms **out, enum weigh_hub_precision *precision,
    struct weigh_err *err)
{
	const struct weigh_terms *table;
	char id[WEIGH_LICENSE_ID];

	if (packs_table(packs, &table, err) != WEIGH_OK)
		return err != NULL ? err->code : WEIGH_NOMEM;
	*precision = weigh_terms_hub(&table, 1, tag, id);
	switch (*precision) {
	case WEIGH_HUB_EXACT:
	case WEIGH_HUB_VERSION:
		return packs_terms(packs, id, out, err);
	case WEIGH_HUB_FAMILY:
		weigh_fail(err, WEIGH_NOT_FOUND,
		    "the Hub's tag '%s' is of several licenses, not of one",
		    tag);
		break;
	case WEIGH_HUB_NONE:
		weigh_fail(err, WEIGH_NOT_FOUND,
		    "the Hub's tag '%s' names no license", tag);
		break;
	case WEIGH_HUB_UNHEARD:
		return WEIGH_NOT_FOUND;
	}
	weigh_fix(err, "the text decides: weigh license scan FILE");
	return WEIGH_NOT_FOUND;
}

static const char *
precision_word(enum weigh_hub_precision p)
{
	return p == WEIGH_HUB_EXACT ? "exact" :
	    p == WEIGH_HUB_VERSION  ? "version-not-told" :
				      "";
}

/* Say what a tag was taken for. */
static bool
put_tag(const struct call *c, struct doc *d, const char *tag,
    enum weigh_hub_precision p)
{
	if (p == WEIGH_HUB_UNHEARD)
		return true;
	if (p == WEIGH_HUB_EXACT)
		out_say(c->out, "the Hub's tag '%s' is %s", tag,
		    doc_str(d, "license"));
	else
		out_say(c->out,
		    "the Hub's tag '%s' does not say which version; these are "
		    "the terms of %s",
		    tag, doc_str(d, "license"));
	return doc_put_str(d, "tag", tag) &&
	    doc_put_str(d, "precision", precision_word(p));
}

/* A text that is known has an id of its own, however near another one is spelled: the
 * terms of BSD-3-Clause are none of BSD-4-Clause's. */
static void
say_not_read(const struct packs *packs, const char *id, struct weigh_err *err)
{
	size_t i;

	for (i = 0; i < packs->n; i++)
		if (weigh_licensepack_find(packs->pack[i], id) != SIZE_MAX) {
			weigh_fail(err, WEIGH_NOT_FOUND,
			    "the text of '%s' is known, its terms are not", id);
			weigh_fix(err,
			    "have the text read; the terms of no other "
			    "license stand for it");
			return;
		}
}

static enum weigh_code
show_one(const struct call *c, struct packs *packs, const char *id,
    struct weigh_err *err)
{
	enum weigh_hub_precision precision = WEIGH_HUB_UNHEARD;
	struct weigh_license_terms *t = NULL;
	struct doc *d = NULL;
	enum weigh_code rc = packs_terms(packs, id, &t, err);

	if (rc == WEIGH_NOT_FOUND)
		rc = find_by_tag(packs, id, &t, &precision, err);
	if (rc == WEIGH_NOT_FOUND && precision == WEIGH_HUB_UNHEARD)
		say_not_read(packs, id, err);
	if (rc == WEIGH_OK &&
	    ((d = make_document(t)) == NULL || !put_tag(c, d, id, precision)))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK)
		rc = print_terms(c, d, err);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot tell the terms of %.96s", id);
	doc_free(d);
	weigh_license_terms_free(t);
	return rc;
}

/* --- all of them --------------------------------------------------------------------- */

static const char *
value_of(const struct weigh_license_terms *t, const char *fact)
{
	const struct weigh_term *term = weigh_license_term(t, fact);

	return term != NULL ? term->value : NOT_KNOWN;
}

static enum weigh_code
add_row(struct doc ***tail, struct packs *packs, const char *id,
    struct weigh_err *err)
{
	struct weigh_license_terms *t = NULL;
	struct doc *row = doc_new(WEIGH_JSON_OBJECT, "");
	enum weigh_code rc = packs_terms(packs, id, &t, err);

	if (rc == WEIGH_OK &&
	    (row == NULL || !doc_put_str(row, "license", t->id) ||
		!doc_put_str(row, "name", t->name) ||
		!doc_put_str(row, "family", t->family) ||
		!doc_put_str(row, "commercial", value_of(t, "commercial")) ||
		!doc_put_str(row, "redistribution",
		    value_of(t, "redistribution")) ||
		!doc_put_str(row, "evidence", t->evidence)))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_license_terms_free(t);
	if (rc != WEIGH_OK) {
		doc_free(row);
		return rc;
	}
	**tail = row;
	*tail = &row->next;
	return WEIGH_OK;
}

/* Those built in, in the order of their table, then what sites learned. */
static enum weigh_code
add_rows(struct doc *list, struct packs *packs, struct weigh_err *err)
{
	struct doc **tail = &list->first;
	const struct weigh_terms *table;
	struct weigh_licensepack_entry e;
	enum weigh_code rc = packs_table(packs, &table, err);
	size_t i, k;

	for (k = 0; rc == WEIGH_OK && k < weigh_terms_count(table); k++)
		rc = add_row(&tail, packs, weigh_terms_id(table, k), err);
	for (i = 1; i < packs->n; i++)
		for (k = 0; rc == WEIGH_OK &&
		     k < weigh_licensepack_count(packs->pack[i]);
		     k++) {
			weigh_licensepack_entry(packs->pack[i], k, &e);
			rc = add_row(&tail, packs, e.id, err);
		}
	return rc;
}

static enum weigh_code
show_all(const struct call *c, struct packs *packs, struct weigh_err *err)
{
	struct doc *d = doc_new(WEIGH_JSON_OBJECT, "");
	struct doc *list = doc_new(WEIGH_JSON_ARRAY, "licenses");
	enum weigh_code rc = WEIGH_OK;

	if (d == NULL || list == NULL ||
	    !doc_put_str(d, "schema", "weigh.license-terms/1") ||
	    !doc_put(d, list)) {
		doc_free(list);
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	if (rc == WEIGH_OK)
		rc = add_rows(list, packs, err);
	if (rc == WEIGH_OK)
		rc = call_print_list(c, d, "licenses", listed, LISTED, err);
	doc_free(d);
	return rc;
}

enum weigh_code
cmd_license_terms(const struct call *c, struct weigh_err *err)
{
	struct packs packs;
	enum weigh_code rc = packs_open(&packs, c->opts, err);

	if (rc == WEIGH_OK)
		rc = c->nargs > 0 ? show_one(c, &packs, c->args[0], err) :
				    show_all(c, &packs, err);
	packs_close(&packs);
	return rc;
}
