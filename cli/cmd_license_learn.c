/* weigh license learn: make a site's own license known here. */
#include <stdio.h>
#include <string.h>

#include <weigh/oid.h>

#include "cmds.h"
#include "consent.h"
#include "packs.h"
#include "site.h"

#define NEAR 0.8 /* of a license's words: worth a word */
#define DIFFERENCES 16

/* What the verb works on. */
struct lesson {
	const struct call *c;
	const char *file;
	struct site_license l;
	struct weigh_license_terms *terms; /* of l.terms */
	struct site site;
	struct weigh_buf pack;
	size_t licenses; /* in that pack */
	char pack_sha256[WEIGH_OID_HEX + 1];
};

/* --- what is given ------------------------------------------------------------------- */

static enum weigh_code
needed(const struct call *c, enum opt_id option, const char **out,
    struct weigh_err *err)
{
	*out = opts_value(c->opts, option, NULL);
	if (*out != NULL)
		return WEIGH_OK;
	weigh_fail(err, WEIGH_USAGE, "--%s is missing",
	    opts_table[option].name);
	weigh_fix(err,
	    "weigh license learn FILE --id LicenseRef-Acme-1.0 --terms FILE");
	return WEIGH_USAGE;
}

/* The line where a section [hub] begins, from 1; 0: there is none. */
static unsigned
hub_line(const struct weigh_buf *terms)
{
	static const char word[] = "[hub]";
	const char *at = terms->data, *end = at + terms->len, *stop;
	unsigned line = 1;
	size_t i;

	for (; at < end; at = stop + 1, line++) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		for (i = 0; at < stop && i < sizeof(word) - 1; at++)
			if (*at == word[i])
				i++;
			else if (*at != ' ' && *at != '\t')
				break;
		if (i == sizeof(word) - 1)
			return line;
	}
	return 0;
}

/* What the Hub's tags stand for is no site's to say: its terms are found by id. */
static enum weigh_code
check_no_hub(const char *path, const struct weigh_buf *terms,
    struct weigh_err *err)
{
	unsigned line = terms->len > 0 ? hub_line(terms) : 0;

	if (line == 0)
		return WEIGH_OK;
	weigh_fail(err, WEIGH_MALFORMED,
	    "%.200s:%u: the Hub's tags are no part of a license's terms", path,
	    line);
	weigh_fix(err, "take the section [hub] out");
	return WEIGH_MALFORMED;
}

/* The terms: one section, of this id. */
static enum weigh_code
read_terms(struct lesson *s, const char *path, struct weigh_err *err)
{
	const struct weigh_terms *tables[1];
	struct weigh_terms *t = NULL;
	enum weigh_code rc = packs_read(path, &s->l.terms, err);

	if (rc == WEIGH_OK)
		rc = weigh_terms_read(&t, path, s->l.terms.data, s->l.terms.len,
		    err);
	if (rc == WEIGH_MALFORMED && err != NULL && err->fix[0] == '\0')
		weigh_fix(err,
		    "weigh license terms MIT -v lists facts and "
		    "what each may say");
	if (rc == WEIGH_OK)
		rc = check_no_hub(path, &s->l.terms, err);
	tables[0] = t;
	if (rc == WEIGH_OK &&
	    (weigh_terms_count(t) != 1 ||
		strcmp(weigh_terms_id(t, 0), s->l.id) != 0)) {
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "%.200s has not one section, [%s]", path, s->l.id);
		weigh_fix(err, "begin it with a line [%s]", s->l.id);
	}
	if (rc == WEIGH_OK)
		rc = weigh_terms_find(&s->terms, tables, 1, s->l.id, err);
	weigh_terms_free(t);
	return rc;
}

static enum weigh_code
read_lesson(struct lesson *s, const struct packs *packs, struct weigh_err *err)
{
	const char *terms = NULL;
	enum weigh_code rc = needed(s->c, OPT_ID, &s->l.id, err);

	if (rc == WEIGH_OK)
		rc = needed(s->c, OPT_TERMS, &terms, err);
	if (rc == WEIGH_OK)
		rc = site_check_id(s->l.id, err);
	if (rc == WEIGH_OK &&
	    weigh_licensepack_find(packs->pack[0], s->l.id) != SIZE_MAX) {
		rc = weigh_fail(err, WEIGH_EXISTS,
		    "%s is built in, and stays what it is", s->l.id);
		weigh_fix(err, "choose another id");
	}
	if (rc == WEIGH_OK)
		rc = packs_read(s->file, &s->l.text, err);
	if (rc == WEIGH_OK)
		rc = read_terms(s, terms, err);
	if (rc != WEIGH_OK)
		return rc;
	s->l.name = s->terms->name;
	s->l.based_on = s->terms->based_on;
	return WEIGH_OK;
}

/* --- is it new? ---------------------------------------------------------------------- */

/* An id stands for one text: another one takes its place only if a person says so. */
static enum weigh_code
check_earlier(struct lesson *s, struct weigh_err *err)
{
	char question[WEIGH_LICENSE_ID + 80];
	struct weigh_buf earlier;
	enum weigh_code rc;

	weigh_buf_init(&earlier, PACKS_TEXT_MAX);
	rc = site_text(s->site.dir, s->l.id, &earlier, err);
	if (rc == WEIGH_NOT_FOUND) {
		weigh_err_clear(err);
		rc = WEIGH_OK;
	} else if (rc == WEIGH_OK &&
	    (earlier.len != s->l.text.len ||
		memcmp(earlier.data, s->l.text.data, earlier.len) != 0)) {
		snprintf(question, sizeof(question),
		    "%s was learned with another text; replace it?", s->l.id);
		rc = consent(s->c, question, err);
		if (rc == WEIGH_USAGE) {
			weigh_what(err, "%s has another text already", s->l.id);
			weigh_fix(err,
			    "give this text an id of its own, or say --yes");
		}
	}
	weigh_buf_free(&earlier);
	return rc;
}

/* Relatives of an unknown text. */
static void
say_near(const struct lesson *s, const struct weigh_license_result *r)
{
	size_t i;

	for (i = 0; i < r->nnearest; i++)
		if (r->nearest[i].containment >= NEAR &&
		    strcmp(r->nearest[i].id, s->l.id) != 0)
			out_say(s->c->out,
			    "close to %s: %u %% of its words are in it",
			    r->nearest[i].id,
			    (unsigned)(r->nearest[i].containment * 100));
}

/* What is it without what is learned now?  A copy of a known license is refused, a
 * relative is told. */
static enum weigh_code
check_known(struct lesson *s, const struct packs *packs, struct weigh_err *err)
{
	struct weigh_license_result *r = NULL;
	enum weigh_code rc = weigh_license_scan(&r, s->l.text.data,
	    s->l.text.len, packs_list(packs), packs->n, err);

	if (rc != WEIGH_OK)
		return rc;
	if (r->kind == WEIGH_LICENSE_EXACT &&
	    strcmp(r->license, s->l.id) != 0) {
		rc = weigh_fail(err, WEIGH_EXISTS, "it is %s, word for word",
		    r->license);
		weigh_fix(err, "use that id: weigh license terms %.100s",
		    r->license);
	} else if (r->words == 0) {
		rc = weigh_fail(err, WEIGH_MALFORMED, "there is no text in it");
		weigh_fix(err, "give the license as text, HTML or Markdown");
	} else if (r->kind == WEIGH_LICENSE_MODIFIED && r->nmatches == 1) {
		out_say(s->c->out,
		    "close to %s: weigh license diff '%s' %s shows what differs",
		    r->matches[0].id, s->file, r->matches[0].id);
	} else {
		say_near(s, r);
	}
	weigh_license_result_free(r);
	return rc;
}

/* What the terms say otherwise than the text: each scan of it would say so. */
static void
say_different(const struct lesson *s, const struct weigh_license_result *r)
{
	struct weigh_terms_difference d[DIFFERENCES];
	size_t n = weigh_terms_compare(s->terms, r, d, DIFFERENCES), i;

	for (i = 0; i < n && i < DIFFERENCES; i++)
		if (d[i].text[0] != '\0')
			out_say(s->c->out,
			    "%s: the text says %s, the terms say %s", d[i].fact,
			    d[i].text,
			    d[i].table[0] != '\0' ? d[i].table : "nothing");
}

/* Is the text found again by the pack that was made of it? */
static enum weigh_code
check_made(struct lesson *s, const struct packs *builtin, struct weigh_err *err)
{
	const struct weigh_license_pack *list[2] = { builtin->pack[0], NULL };
	struct weigh_license_result *r = NULL;
	struct weigh_license_pack *made = NULL;
	enum weigh_code rc = weigh_licensepack_open(&made, s->pack.data,
	    s->pack.len, err);

	if (rc != WEIGH_OK)
		return rc;
	list[1] = made;
	s->licenses = weigh_licensepack_count(made);
	snprintf(s->pack_sha256, sizeof(s->pack_sha256), "%s",
	    weigh_licensepack_sha256(made));
	rc = weigh_license_scan(&r, s->l.text.data, s->l.text.len, list, 2,
	    err);
	if (rc == WEIGH_OK &&
	    (r->kind != WEIGH_LICENSE_EXACT ||
		strcmp(r->license, s->l.id) != 0)) {
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "the text would not be recognized as %s: it reads as %s %s",
		    s->l.id, weigh_license_kind_name(r->kind), r->license);
		weigh_fix(err, "leave only this license's own text in it");
	}
	if (rc == WEIGH_OK)
		say_different(s, r);
	weigh_license_result_free(r);
	weigh_licensepack_close(made);
	return rc;
}

/* --- the verb ------------------------------------------------------------------------ */

static enum weigh_code
learn(struct lesson *s, struct weigh_err *err)
{
	char dir[PACKS_DIR];
	struct packs packs;
	enum weigh_code rc = packs_builtin(&packs, err);

	if (rc == WEIGH_OK)
		rc = read_lesson(s, &packs, err);
	if (rc == WEIGH_OK)
		rc = packs_own(dir, s->c->opts, err);
	if (rc == WEIGH_OK)
		rc = site_open(&s->site, dir, err);
	if (rc == WEIGH_OK)
		rc = check_earlier(s, err);
	/* What lies there may be damaged: it is made again below. */
	if (rc == WEIGH_OK)
		(void)packs_add(&packs, dir, NULL);
	if (rc == WEIGH_OK)
		rc = check_known(s, &packs, err);
	if (rc == WEIGH_OK)
		rc = site_build(dir, &s->l, NULL, &s->pack, err);
	if (rc == WEIGH_OK)
		rc = check_made(s, &packs, err);
	if (rc == WEIGH_OK)
		rc = site_store(&s->site, &s->l, &s->pack, err);
	packs_close(&packs);
	return rc;
}

static const struct out_column columns[] = {
	{ "license", "license", OUT_TEXT, false },
	{ "name", "name", OUT_TEXT, false },
	{ "text", "sha256", OUT_TEXT, false },
	{ "folder", "dir", OUT_TEXT, false },
	{ "known there", "licenses", OUT_NUMBER, false },
	{ "pack", "pack", OUT_TEXT, false },
};

static enum weigh_code
print(const struct lesson *s, struct weigh_err *err)
{
	struct doc *d = doc_new(WEIGH_JSON_OBJECT, "");
	char hex[WEIGH_OID_HEX + 1];
	struct weigh_oid oid;
	enum weigh_code rc;

	if (d == NULL || !weigh_oid_of(&oid, s->l.text.data, s->l.text.len)) {
		doc_free(d);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	weigh_oid_hex(&oid, hex);
	rc = doc_put_str(d, "schema", "weigh.license-learn/1") &&
		doc_put_str(d, "license", s->l.id) &&
		doc_put_str(d, "name", s->l.name) &&
		doc_put_str(d, "sha256", hex) &&
		doc_put_str(d, "dir", s->site.dir) &&
		doc_put_u64(d, "licenses", s->licenses) &&
		doc_put_str(d, "pack", s->pack_sha256) ?
	    call_print(s->c, d, columns, sizeof(columns) / sizeof(columns[0]),
		err) :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");
	doc_free(d);
	return rc;
}

enum weigh_code
cmd_license_learn(const struct call *c, struct weigh_err *err)
{
	struct lesson s = { .c = c, .file = c->args[0], .site = { .fd = -1 } };
	enum weigh_code rc;

	weigh_buf_init(&s.l.text, PACKS_TEXT_MAX);
	weigh_buf_init(&s.l.terms, PACKS_TERMS_MAX);
	weigh_buf_init(&s.pack, WEIGH_LICENSEPACK_MAX);
	rc = learn(&s, err);
	if (rc == WEIGH_OK)
		rc = print(&s, err);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot learn %.200s", c->args[0]);
	site_close(&s.site);
	weigh_license_terms_free(s.terms);
	weigh_buf_free(&s.l.text);
	weigh_buf_free(&s.l.terms);
	weigh_buf_free(&s.pack);
	return rc;
}
