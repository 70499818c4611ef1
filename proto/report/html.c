/* html: one page for people: sums, findings, then a section for each revision.  It loads
 * nothing and runs nothing; every string of a row is escaped. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../utf8.h"
#include "priv.h"

/* --- text ----------------------------------------------------------------------------- */

struct escape {
	const char *bytes, *as;
};
/* Marks that turn or hide what is written around them are shown as what they are. */
static const struct escape escapes[] = {
	{ "&", "&amp;" },
	{ "<", "&lt;" },
	{ ">", "&gt;" },
	{ "\"", "&quot;" },
	{ "'", "&#39;" },
	{ "\xd8\x9c", "[U+061C]" },
	{ "\xe2\x80\x8b", "[U+200B]" },
	{ "\xe2\x80\x8e", "[U+200E]" },
	{ "\xe2\x80\x8f", "[U+200F]" },
	{ "\xe2\x80\xaa", "[U+202A]" },
	{ "\xe2\x80\xab", "[U+202B]" },
	{ "\xe2\x80\xac", "[U+202C]" },
	{ "\xe2\x80\xad", "[U+202D]" },
	{ "\xe2\x80\xae", "[U+202E]" },
	{ "\xe2\x81\xa6", "[U+2066]" },
	{ "\xe2\x81\xa7", "[U+2067]" },
	{ "\xe2\x81\xa8", "[U+2068]" },
	{ "\xe2\x81\xa9", "[U+2069]" },
	{ "\xef\xbb\xbf", "[U+FEFF]" },
};
#define ESCAPES (sizeof(escapes) / sizeof(escapes[0]))

static const char *
escape_of(const char *text, size_t len)
{
	for (size_t i = 0; i < ESCAPES; i++)
		if (strlen(escapes[i].bytes) == len &&
		    memcmp(escapes[i].bytes, text, len) == 0)
			return escapes[i].as;
	return NULL;
}

/* Letters, digits, most of ASCII: the run of them goes out at once. */
static size_t
plain_run(const char *text, const char *end)
{
	const char *p = text;

	while (p < end && (unsigned char)*p >= 0x20 &&
	    (unsigned char)*p < 0x7f && strchr("&<>\"'", *p) == NULL)
		p++;
	return (size_t)(p - text);
}

static void
put(struct weigh_buf *out, const char *text)
{
	for (const char *end = text + strlen(text); text < end;) {
		size_t n = plain_run(text, end);
		unsigned char c;
		const char *as;

		weigh_buf_add(out, text, n);
		if ((text += n) == end)
			break;
		c = (unsigned char)*text;
		n = weigh_utf8_char(text, (size_t)(end - text));
		if (n == 0 || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			weigh_buf_adds(out, "\xef\xbf\xbd");
		else if ((as = escape_of(text, n)) != NULL)
			weigh_buf_adds(out, as);
		else
			weigh_buf_add(out, text, n);
		text += n > 0 ? n : 1;
	}
}

/* Markup of ours with strings of others: "%" stands for the next of them, escaped.  The
 * last argument is NULL. */
static void __attribute__((sentinel))
say(struct weigh_buf *out, const char *markup, ...)
{
	va_list ap;

	va_start(ap, markup);
	for (const char *gap; (gap = strchr(markup, '%')) != NULL;
	     markup = gap + 1) {
		const char *text = va_arg(ap, const char *);

		weigh_buf_add(out, markup, (size_t)(gap - markup));
		put(out, text != NULL ? text : "");
	}
	va_end(ap);
	weigh_buf_adds(out, markup);
}

static void
say_number(struct weigh_buf *out, const char *before, uint64_t n,
    const char *after)
{
	weigh_buf_adds(out, before);
	report_number(out, n);
	weigh_buf_adds(out, after);
}

static const char *
or_unknown(const char *text)
{
	return text[0] != '\0' ? text : "unknown";
}

static const char *
hex_of(const struct weigh_oid *oid, char hex[WEIGH_OID_HEX + 1])
{
	weigh_oid_hex(oid, hex);
	return weigh_oid_is_zero(oid) ? "unknown" : hex;
}

static const char *
time_of(int64_t when, char text[REPORT_TIME])
{
	report_time(when, text);
	return or_unknown(text);
}

/* <td>text</td> of what a function of buffers says. */
static void
put_cell_of(struct weigh_buf *out, struct weigh_buf *b)
{
	say(out, "<td>%", b->len > 0 ? b->data : "", NULL);
	out->failed = out->failed || b->failed;
	weigh_buf_reset(b);
}

/* --- the head ---------------------------------------------------------------------- */

/* Contrast of 4.5 to 1 and more, in both schemes; nothing is told by color alone. */
static const char head[] =
    "<style>\n"
    ":root{color-scheme:light dark}\n"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;"
    "padding:1rem;overflow-wrap:anywhere}\n"
    "h1,h2,h3{line-height:1.25}\n"
    "h2{border-top:2px solid;padding-top:.75rem;margin-top:2.5rem}\n"
    "h3{font-size:1rem;margin:1.25rem 0 .25rem}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "caption{text-align:left;font-style:italic}\n"
    "th,td{border:1px solid;padding:.2rem .5rem;text-align:left;"
    "vertical-align:top}\n"
    "th{font-weight:600}\n"
    "code{font-family:ui-monospace,monospace;font-size:.9em}\n"
    "@media print{body{max-width:none;padding:0;font-size:9pt}"
    "h2,h3{break-after:avoid}tr{break-inside:avoid}"
    "a{color:inherit;text-decoration:none}}\n"
    "</style>\n</head>\n<body>\n";

static void
put_line(struct weigh_buf *out, const char *title, const char *text)
{
	say(out, "<tr><th scope=\"row\">%<td>%\n", title, text, NULL);
}

static void
put_frame(struct weigh_report *r)
{
	const struct weigh_report_frame *f = &r->frame;
	struct weigh_buf *out = r->jw.out;
	char hex[WEIGH_OID_HEX + 1], when[REPORT_TIME];

	weigh_buf_adds(out,
	    "<table>\n<caption>What this report was made from</caption>\n");
	put_line(out, "as of", time_of(f->as_of, when));
	put_line(out, "weigh", or_unknown(f->tool));
	put_line(out, "fingerprints of licenses", or_unknown(f->packs));
	put_line(out, "engine and packs, SHA-256", hex_of(&f->judge, hex));
	put_line(out, "terms of licenses, SHA-256", hex_of(&f->terms, hex));
	put_line(out, "policy, SHA-256", hex_of(&f->policy, hex));
	for (size_t i = 0; i < f->nsite; i++)
		say(out, "<tr><th scope=\"row\">site: %<td>%\n", f->site[i].key,
		    f->site[i].value, NULL);
	weigh_buf_adds(out, "</table>\n");
}

/* --- sums ------------------------------------------------------------------------------ */

static void
put_finding(struct weigh_buf *out, const struct weigh_report_row *row,
    const char *anchor, const struct weigh_record_finding *f)
{
	say(out, "<tr><td><a href=\"#%\">%</a><td>%<td>%<td>%\n", anchor,
	    row->repo, weigh_finding_name(f->finding), f->what, f->clause,
	    NULL);
}

static void
anchor_of(const struct weigh_report *r, const struct weigh_report_row *row,
    char out[REPORT_UUID + 2])
{
	struct report_uuid id;

	report_id(r, &id, "model", row->repo, row->commit);
	out[0] = 'm';
	report_uuid_text(&id, out + 1);
}

static const struct weigh_report_decision *
decision_for(const struct weigh_report_row *row, const char *purpose)
{
	for (size_t i = 0; i < row->ndecisions; i++)
		if (strcmp(row->decisions[i].purpose, purpose) == 0)
			return &row->decisions[i];
	return NULL;
}

static void
look(struct weigh_report *r, const struct weigh_report_row *row)
{
	const struct weigh_record *c = row->record;
	const struct weigh_report_decision *d;
	struct report_sums *s = &r->sums;
	char anchor[REPORT_UUID + 2];

	s->models++;
	s->files += row->files;
	s->bytes += row->bytes;
	for (size_t i = 0; i < r->frame.npurposes; i++)
		if ((d = decision_for(row, r->frame.purposes[i].id)) != NULL)
			s->rulings[i][d->ruling]++;
	if (c == NULL) {
		s->none_made++;
		return;
	}
	if (c->state < WEIGH_STATES)
		s->states[c->state]++;
	s->with_findings += c->nfindings > 0;
	anchor_of(r, row, anchor);
	for (uint32_t i = 0; i < c->nfindings; i++) {
		if (c->findings[i].finding < WEIGH_FINDINGS)
			s->findings[c->findings[i].finding]++;
		put_finding(&r->spool, row, anchor, &c->findings[i]);
	}
}

static const struct {
	const char *name, *means;
} states[WEIGH_STATES] = {
	[WEIGH_STATE_NONE] = { "none",
	    "neither tag nor text: nobody granted anything" },
	[WEIGH_STATE_REFERENCE] = { "reference", "a file points elsewhere" },
	[WEIGH_STATE_LINK_ONLY] = { "link-only",
	    "a link whose target is not held" },
	[WEIGH_STATE_TAG_ONLY] = { "tag-only",
	    "according to the tag; no text in the repository" },
	[WEIGH_STATE_TEXT_ONLY] = { "text-only", "a text, and no tag" },
	[WEIGH_STATE_TEXT] = { "text", "a text of the license is there" },
};

static void
put_count(struct weigh_buf *out, const char *name, const char *means,
    uint64_t n)
{
	if (n == 0)
		return;
	say(out, "<tr><th scope=\"row\">%<td>%", name, means, NULL);
	say_number(out, "<td>", n, "\n");
}

static void
put_rulings(struct weigh_report *r)
{
	const struct weigh_report_frame *f = &r->frame;
	struct weigh_buf *out = r->jw.out;

	if (f->npurposes == 0)
		return;
	weigh_buf_adds(out,
	    "<table>\n<caption>Verdicts</caption>\n<tr><th scope=\"col\">"
	    "purpose<th scope=\"col\">question<th scope=\"col\">allow"
	    "<th scope=\"col\">review<th scope=\"col\">deny\n");
	for (size_t i = 0; i < f->npurposes; i++) {
		say(out, "<tr><th scope=\"row\">%<td>%", f->purposes[i].id,
		    f->purposes[i].question == WEIGH_QUESTION_MIRROR ?
			"may it be passed on" :
			"may it be used",
		    NULL);
		for (size_t k = 0; k < WEIGH_RULINGS; k++)
			say_number(out, "<td>", r->sums.rulings[i][k], "");
		weigh_buf_addc(out, '\n');
	}
	weigh_buf_adds(out, "</table>\n");
}

static void
put_sums(struct weigh_report *r)
{
	const struct report_sums *s = &r->sums;
	struct weigh_buf *out = r->jw.out;

	weigh_buf_adds(out, "<h2 id=\"summary\">Summary</h2>\n");
	say_number(out, "<p>", s->models, " revisions, ");
	say_number(out, "", s->files, " files, ");
	say_number(out, "", s->bytes, " bytes; ");
	say_number(out, "", s->with_findings, " with findings.</p>\n");
	weigh_buf_adds(out,
	    "<table>\n<caption>How much there is to go on</caption>\n"
	    "<tr><th scope=\"col\">state<th scope=\"col\">means"
	    "<th scope=\"col\">revisions\n");
	for (size_t i = WEIGH_STATES; i-- > 0;)
		put_count(out, states[i].name, states[i].means, s->states[i]);
	put_count(out, "unknown", "not looked at yet", s->none_made);
	weigh_buf_adds(out, "</table>\n");
	put_rulings(r);
	weigh_buf_adds(out,
	    "<table>\n<caption>Findings by kind</caption>\n"
	    "<tr><th scope=\"col\">finding<th scope=\"col\">means"
	    "<th scope=\"col\">times\n");
	for (unsigned i = 0; i < WEIGH_FINDINGS; i++)
		put_count(out, weigh_finding_name((enum weigh_finding)i),
		    weigh_finding_means((enum weigh_finding)i), s->findings[i]);
	weigh_buf_adds(out, "</table>\n");
}

static void
begin(struct weigh_report *r)
{
	struct weigh_buf *out = r->jw.out;

	say(out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<title>%</title>\n",
	    r->frame.title, NULL);
	weigh_buf_adds(out, head);
	say(out, "<header>\n<h1>%</h1>\n", r->frame.title, NULL);
	weigh_buf_adds(out,
	    "<p>Terms are told in our own words, with the license's clauses: "
	    "not legal advice. Unknown means that nobody has read it, never "
	    "\"no\".</p>\n<nav aria-label=\"Parts\"><a href=\"#summary\">"
	    "Summary</a> · <a href=\"#findings\">Findings</a> · "
	    "<a href=\"#models\">Models</a></nav>\n</header>\n<main>\n");
	put_frame(r);
	put_sums(r);
	weigh_buf_adds(out, "<h2 id=\"findings\">Findings</h2>\n");
	if (r->spool.len > 0) {
		weigh_buf_adds(out,
		    "<table>\n<caption>All findings</caption>\n<tr>"
		    "<th scope=\"col\">model<th scope=\"col\">finding"
		    "<th scope=\"col\">what<th scope=\"col\">clause\n");
		weigh_buf_add(out, r->spool.data, r->spool.len);
		weigh_buf_adds(out, "</table>\n");
	} else {
		weigh_buf_adds(out, "<p>None.</p>\n");
	}
	weigh_buf_free(&r->spool);
	weigh_buf_adds(out, "<h2 id=\"models\">Models</h2>\n");
}

/* --- one revision -------------------------------------------------------------------- */

static void
put_identity(struct weigh_buf *out, const struct weigh_report_row *row)
{
	char hex[WEIGH_OID_HEX + 1], when[REPORT_TIME];

	weigh_buf_adds(out, "<table>\n<caption>Identity</caption>\n");
	put_line(out, "repository", row->repo);
	put_line(out, "revision", row->commit);
	put_line(out, "came from",
	    row->source[0] != '\0' ? row->source : "published here");
	say_number(out, "<tr><th scope=\"row\">files<td>", row->files, "\n");
	say_number(out, "<tr><th scope=\"row\">bytes<td>", row->bytes, "\n");
	put_line(out, "manifest, SHA-256", hex_of(&row->manifest, hex));
	put_line(out, "held since", time_of(row->held, when));
	put_line(out, "signed", or_unknown(row->signedby));
	weigh_buf_adds(out, "</table>\n");
}

static void
put_declared(struct weigh_buf *out, const struct weigh_record *c)
{
	char line[32];

	weigh_buf_adds(out, "<h3>Declared</h3>\n");
	if (c->nclaims + c->nlinks == 0)
		weigh_buf_adds(out, "<p>Nothing.</p>\n");
	for (uint32_t i = 0; i < c->nclaims; i++) {
		const struct weigh_record_claim *m = &c->claims[i];

		line[0] = '\0';
		if (m->line > 0)
			snprintf(line, sizeof(line), ", line %" PRIu32,
			    m->line);
		say(out, "<p>%: \"%\", which is %; in %%.</p>\n", m->source,
		    m->value, or_unknown(m->id), m->path, line, NULL);
	}
	for (uint32_t i = 0; i < c->nlinks; i++)
		say(out, "<p>link (%): % in %; %.</p>\n",
		    weigh_record_link_name(c->links[i].kind), c->links[i].url,
		    c->links[i].path,
		    c->links[i].frozen ? "its text is held" :
					 "its text is not held",
		    NULL);
}

static void
put_text_row(struct weigh_buf *out, const struct weigh_record_text *t)
{
	char hex[WEIGH_OID_HEX + 1];
	char score[16];

	snprintf(score, sizeof(score), "%.4f", t->score);
	say(out, "<tr><td>%<td>%<td>%<td>%<td>%", t->path,
	    weigh_record_scope_name(t->scope), weigh_license_kind_name(t->kind),
	    or_unknown(t->license), score, NULL);
	say_number(out, "<td>", t->added, "");
	say_number(out, "<td>", t->removed, "");
	say_number(out, "<td>", t->bytes, "");
	say(out, "<td>%<td><code>%</code>\n", t->encoding, hex_of(&t->oid, hex),
	    NULL);
}

static void
put_facts(struct weigh_buf *out, const struct weigh_record *c)
{
	bool any = false;

	for (uint32_t i = 0; i < c->ntexts; i++)
		for (uint32_t k = 0; k < c->texts[i].nfacts; k++) {
			const struct weigh_record_fact *f =
			    &c->texts[i].facts[k];

			if (!any)
				weigh_buf_adds(out,
				    "<h3>What the texts themselves say</h3>\n"
				    "<ul>\n");
			any = true;
			say(out, "<li>%: %%%, in %", f->fact, f->value,
			    f->clause[0] != '\0' ? ", clause " : "", f->clause,
			    c->texts[i].path, NULL);
			weigh_buf_addf(out,
			    ", bytes %" PRIu32 " to %" PRIu32 "\n", f->start,
			    f->end);
		}
	weigh_buf_adds(out, any ? "</ul>\n" : "");
}

static void
put_texts(struct weigh_buf *out, const struct weigh_record *c)
{
	if (c->ntexts == 0) {
		weigh_buf_adds(out,
		    "<h3>Texts</h3>\n<p>No text of a license or policy is in "
		    "the repository.</p>\n");
		return;
	}
	weigh_buf_adds(out,
	    "<h3>Texts</h3>\n<table>\n<caption>Files that were looked at"
	    "</caption>\n<tr><th scope=\"col\">path<th scope=\"col\">about"
	    "<th scope=\"col\">kind<th scope=\"col\">license"
	    "<th scope=\"col\">score<th scope=\"col\">added passages"
	    "<th scope=\"col\">missing passages<th scope=\"col\">bytes"
	    "<th scope=\"col\">encoding<th scope=\"col\">SHA-256\n");
	for (uint32_t i = 0; i < c->ntexts; i++)
		put_text_row(out, &c->texts[i]);
	weigh_buf_adds(out, "</table>\n");
	put_facts(out, c);
}

static void
put_lineage(struct weigh_buf *out, const struct weigh_record *c)
{
	weigh_buf_adds(out, "<h3>Lineage</h3>\n");
	if (c->nbases == 0) {
		weigh_buf_adds(out,
		    "<p>No model that it was made from is named.</p>\n");
		return;
	}
	weigh_buf_adds(out, "<ul>\n");
	for (uint32_t i = 0; i < c->nbases; i++) {
		const struct weigh_record_base *b = &c->bases[i];

		say(out, "<li>% of %%%: license %; told by % (%)%%%\n",
		    weigh_relation_name(b->relation), b->name,
		    b->commit[0] != '\0' ? " at " : "", b->commit,
		    b->held ? or_unknown(b->concluded) :
			      "unknown, for it is not held here",
		    b->evidence, b->path,
		    b->inferred ? "; the relation is inferred" : "",
		    b->weak ? "; a weak hint, never decisive" : "",
		    b->cycle ? "; a cycle, not followed" : "", NULL);
	}
	weigh_buf_adds(out, "</ul>\n");
}

static void
put_part(struct weigh_buf *out, const struct weigh_record *c,
    const struct weigh_record_part *p)
{
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	say(out, "<table>\n<caption>Terms of % (%)%%, because of its %", p->id,
	    or_unknown(p->name), p->from[0] != '\0' ? " from " : "", p->from,
	    p->why, NULL);
	if (c->noptions > 1)
		for (uint32_t i = 0; i < c->noptions && i < 32; i++)
			if ((p->options >> i & 1) != 0)
				weigh_buf_addf(out, ", option %" PRIu32, i + 1);
	weigh_buf_adds(out,
	    "</caption>\n<tr><th scope=\"col\">fact<th scope=\"col\">value"
	    "<th scope=\"col\">clause<th scope=\"col\">evidence\n");
	for (uint32_t i = 0; i < p->nterms; i++) {
		const struct weigh_record_term *t = &p->terms[i];

		say(out, "<tr><th scope=\"row\">%", t->fact, NULL);
		report_value(&b, t->fact, t->value);
		put_cell_of(out, &b);
		say(out, "<td>%<td>%\n", t->clause, t->evidence, NULL);
	}
	weigh_buf_adds(out, "</table>\n");
	weigh_buf_free(&b);
}

static void
put_concluded(struct weigh_buf *out, const struct weigh_record *c)
{
	say(out,
	    "<h3>Concluded license</h3>\n<p><strong>%</strong> "
	    "(state: %%%)</p>\n<ul>\n",
	    c->concluded, weigh_state_name(c->state),
	    c->state == WEIGH_STATE_TAG_ONLY ?
		", according to the tag; no text in the repository" :
		"",
	    strcmp(c->concluded, "NOASSERTION") == 0 ?
		"; nobody can tell which license applies" :
		strcmp(c->concluded, "NONE") == 0 ?
		"; nobody granted anything" :
		"",
	    NULL);
	for (uint32_t i = 0; i < c->nreasons; i++)
		say(out, "<li>%\n", c->reasons[i], NULL);
	weigh_buf_adds(out, "</ul>\n");
	for (uint32_t i = 0; i < c->nfindings; i++)
		say(out, "<p><strong>%</strong>: %%%%%</p>\n",
		    weigh_finding_name(c->findings[i].finding),
		    c->findings[i].what,
		    c->findings[i].path[0] != '\0' ? ", in " : "",
		    c->findings[i].path,
		    c->findings[i].clause[0] != '\0' ? ", clause " : "",
		    c->findings[i].clause, NULL);
	for (uint32_t i = 0; i < c->nparts; i++)
		put_part(out, c, &c->parts[i]);
}

static void
put_duties(struct weigh_report *r, const struct weigh_record *c)
{
	size_t n = weigh_duties(c, r->duties, WEIGH_DUTIES_MAX);
	struct weigh_buf *out = r->jw.out;
	struct weigh_buf b;

	weigh_buf_adds(out, "<h3>Obligations</h3>\n");
	if (n == 0) {
		weigh_buf_adds(out, "<p>None is known.</p>\n");
		return;
	}
	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	weigh_buf_adds(out,
	    "<table>\n<caption>What the licenses want</caption>\n<tr>"
	    "<th scope=\"col\">kind<th scope=\"col\">duty"
	    "<th scope=\"col\">license<th scope=\"col\">clause"
	    "<th scope=\"col\">fulfilled<th scope=\"col\">how\n");
	for (size_t i = 0; i < n; i++) {
		const struct weigh_duty *d = &r->duties[i];

		say(out, "<tr><td>%", weigh_duty_name(d->kind), NULL);
		weigh_duty_what(&b, d);
		put_cell_of(out, &b);
		say(out, "<td>%%%<td>%<td>%", d->part->id,
		    d->part->from[0] != '\0' ? " from " : "", d->part->from,
		    d->term->clause, weigh_fulfilled_name(d->fulfilled), NULL);
		weigh_duty_how(&b, d);
		put_cell_of(out, &b);
		weigh_buf_addc(out, '\n');
	}
	weigh_buf_adds(out, "</table>\n");
	weigh_buf_free(&b);
}

static void
put_verdicts(struct weigh_buf *out, const struct weigh_report_row *row)
{
	char until[REPORT_TIME];

	weigh_buf_adds(out, "<h3>Verdicts</h3>\n");
	if (row->ndecisions == 0)
		weigh_buf_adds(out, "<p>None was made yet.</p>\n");
	for (size_t i = 0; i < row->ndecisions; i++) {
		const struct weigh_report_decision *d = &row->decisions[i];

		report_time(d->until, until);
		say(out, "<p>% (%): <strong>%</strong>%, rule %%%%%%%</p>\n",
		    d->purpose,
		    d->question == WEIGH_QUESTION_MIRROR ?
			"may this mirror pass it on" :
			"may this site use it",
		    weigh_ruling_name(d->ruling),
		    d->held ? ", held until it is approved" : "",
		    d->rule[0] != '\0' ? d->rule : "none, the default",
		    d->reason[0] != '\0' ? ": " : "", d->reason,
		    d->because[0] != '\0' ? "; " : "", d->because,
		    until[0] != '\0' ? "; until " : "", until, NULL);
	}
}

static void
put_acts(struct weigh_buf *out, const struct weigh_report_row *row)
{
	char at[REPORT_TIME], until[REPORT_TIME];

	weigh_buf_adds(out, "<h3>Approvals and waivers</h3>\n");
	if (row->nacts == 0)
		weigh_buf_adds(out, "<p>None.</p>\n");
	for (size_t i = 0; i < row->nacts; i++) {
		const struct weigh_act *a = &row->acts[i];

		report_time(a->until, until);
		say(out, "<p>%%% by % at %, until %: %%%</p>\n",
		    report_act_name(a->kind),
		    a->kind == WEIGH_ACT_WAIVER       ? " of rule " :
			a->kind == WEIGH_ACT_APPROVAL ? " for " :
							"",
		    a->kind == WEIGH_ACT_WAIVER ?
			a->rule :
			a->kind == WEIGH_ACT_APPROVAL ?
			a->purpose[0] != '\0' ? a->purpose : "every purpose" :
			"",
		    a->by, time_of(a->at, at),
		    until[0] != '\0' ? until : "further notice", a->why,
		    a->ticket[0] != '\0' ? ", ticket " : "", a->ticket, NULL);
	}
}

static void
put_annex(struct weigh_buf *out, const struct weigh_report_row *row)
{
	struct report_annex field;
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	weigh_buf_adds(out,
	    "<table>\n<caption>Regulation (EU) 2024/1689, Annex XII"
	    "</caption>\n<tr><th scope=\"col\">point<th scope=\"col\">field"
	    "<th scope=\"col\">value\n");
	for (size_t i = 0; i < report_annex_fields; i++) {
		report_annex(&field, &b, row, i);
		say(out, "<tr><td>%<th scope=\"row\">%", field.point,
		    field.field, NULL);
		put_cell_of(out, &b);
		weigh_buf_addc(out, '\n');
	}
	weigh_buf_adds(out, "</table>\n");
	weigh_buf_free(&b);
}

static void
put_row(struct weigh_report *r, const struct weigh_report_row *row)
{
	const struct weigh_record *c = row->record;
	struct weigh_buf *out = r->jw.out;
	char anchor[REPORT_UUID + 2];

	anchor_of(r, row, anchor);
	say(out, "<section id=\"%\">\n<h2>%</h2>\n", anchor, row->repo, NULL);
	put_identity(out, row);
	if (c != NULL) {
		put_declared(out, c);
		put_texts(out, c);
		put_lineage(out, c);
		put_concluded(out, c);
		put_duties(r, c);
	} else {
		weigh_buf_adds(out,
		    "<p>Its license was not looked at yet: everything about "
		    "it is unknown.</p>\n");
	}
	put_verdicts(out, row);
	put_acts(out, row);
	put_annex(out, row);
	weigh_buf_adds(out, "</section>\n");
}

static bool
end(struct weigh_report *r)
{
	char id[REPORT_UUID];

	report_document_id(r, id);
	say(r->jw.out,
	    "</main>\n<footer><p>Report <code>%</code>: the same inputs give "
	    "the same bytes.</p></footer>\n</body>\n</html>\n",
	    id, NULL);
	return false;
}

const struct report_writer report_html = {
	.name = "html",
	.look = look,
	.begin = begin,
	.row = put_row,
	.end = end,
};
