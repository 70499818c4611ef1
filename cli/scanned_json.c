/* scanned_json: what was found, as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "phrase.h"
#include "scanned.h"

/* 0 to 1 with four decimals, cut and not rounded: 1 is said of nothing less. */
static void
put_share(struct weigh_jw *w, const char *key, double share)
{
	unsigned n = share >= 1 ? 10000 :
	    share > 0           ? (unsigned)(share * 10000) :
				  0;
	char text[16];

	snprintf(text, sizeof(text), "%u.%04u", n / 10000, n % 10000);
	weigh_jw_key(w, key);
	weigh_jw_raw(w, text, strlen(text));
}

/* A string, or null if there is none. */
static void
put_text(struct weigh_jw *w, const char *key, const char *text)
{
	weigh_jw_key(w, key);
	if (text != NULL && text[0] != '\0')
		weigh_jw_str(w, text);
	else
		weigh_jw_null(w);
}

static void
put_strong(struct weigh_jw *w, unsigned strong)
{
	unsigned bit;

	weigh_jw_key(w, "strong");
	weigh_jw_array(w);
	for (bit = 0; phrase_strong_name(bit) != NULL; bit++)
		if ((strong & 1u << bit) != 0)
			weigh_jw_str(w, phrase_strong_name(bit));
	weigh_jw_array_end(w);
}

static void
put_added(struct weigh_jw *w, const struct scanned *s,
    const struct weigh_license_passage *p, const struct scanned_quote *q)
{
	weigh_jw_object(w);
	weigh_jw_ku64(w, "offset", p->start);
	weigh_jw_ku64(w, "length", p->end - p->start);
	weigh_jw_ku64(w, "line", p->line);
	weigh_jw_ku64(w, "tokens", p->words);
	weigh_jw_kstr(w, "clause", p->clause);
	weigh_jw_kstr(w, "against", scanned_against(s, p));
	put_text(w, "text", q->text);
	weigh_jw_kbool(w, "cut", q->cut);
	put_strong(w, p->strong);
	weigh_jw_object_end(w);
}

static void
put_removed(struct weigh_jw *w, const struct scanned *s,
    const struct weigh_license_passage *p, const struct scanned_quote *q)
{
	weigh_jw_object(w);
	weigh_jw_ku64(w, "after_offset", p->start);
	weigh_jw_ku64(w, "line", p->line);
	weigh_jw_kstr(w, "clause", p->clause);
	weigh_jw_ku64(w, "tokens", p->words);
	weigh_jw_kstr(w, "against", scanned_against(s, p));
	put_text(w, "text", q->text);
	weigh_jw_kbool(w, "cut", q->cut);
	put_text(w, "text_from", q->from);
	put_text(w, "text_at", q->at);
	weigh_jw_kbool(w, "truncated", p->truncated);
	put_strong(w, p->strong);
	weigh_jw_object_end(w);
}

static void
put_passages(struct weigh_jw *w, const struct scanned *s, const char *key,
    bool removed)
{
	size_t i;

	weigh_jw_key(w, key);
	weigh_jw_array(w);
	for (i = 0; i < s->result->npassages; i++) {
		const struct weigh_license_passage *p = &s->result->passages[i];

		if (p->removed == removed)
			(removed ? put_removed : put_added)(w, s, p,
			    &s->quotes[i]);
	}
	weigh_jw_array_end(w);
}

static void
put_matches(struct weigh_jw *w, const struct scanned *s)
{
	const struct weigh_license_result *r = s->result;
	size_t i;

	weigh_jw_key(w, "matches");
	weigh_jw_array(w);
	for (i = 0; i < r->nmatches; i++) {
		const struct weigh_license_match *m = &r->matches[i];

		weigh_jw_object(w);
		weigh_jw_kstr(w, "license", m->id);
		weigh_jw_kstr(w, "kind", weigh_license_kind_name(m->kind));
		put_share(w, "score", m->score);
		weigh_jw_ku64(w, "start", m->start);
		weigh_jw_ku64(w, "end", m->end);
		weigh_jw_ku64(w, "line", s->lines[i].first);
		weigh_jw_ku64(w, "last_line", s->lines[i].last);
		put_text(w, "based_on", m->based_on);
		weigh_jw_kbool(w, "policy", m->policy);
		weigh_jw_kbool(w, "pointer", m->pointer);
		weigh_jw_kbool(w, "only_untold", m->untold);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
}

static void
put_nearest(struct weigh_jw *w, const struct weigh_license_result *r)
{
	size_t i;

	weigh_jw_key(w, "nearest");
	weigh_jw_array(w);
	for (i = 0; i < r->nnearest; i++) {
		weigh_jw_object(w);
		weigh_jw_kstr(w, "license", r->nearest[i].id);
		put_share(w, "containment", r->nearest[i].containment);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
}

static void
put_facts(struct weigh_jw *w, const struct weigh_license_result *r)
{
	size_t i;

	weigh_jw_key(w, "facts");
	weigh_jw_array(w);
	for (i = 0; i < r->nfacts; i++) {
		const struct weigh_license_fact *f = &r->facts[i];

		weigh_jw_object(w);
		weigh_jw_kstr(w, "name", f->name);
		weigh_jw_kstr(w, "value", f->value);
		weigh_jw_kstr(w, "unit", weigh_license_unit_name(f->unit));
		weigh_jw_kstr(w, "operator", f->op);
		weigh_jw_kstr(w, "currency", f->currency);
		weigh_jw_kstr(w, "clause", f->clause);
		weigh_jw_ku64(w, "offset", f->start);
		weigh_jw_ku64(w, "length", f->end - f->start);
		weigh_jw_ku64(w, "line", f->line);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
}

static void
put_references(struct weigh_jw *w, const struct weigh_license_result *r)
{
	size_t i;

	weigh_jw_key(w, "references");
	weigh_jw_array(w);
	for (i = 0; i < r->nrefs; i++) {
		const struct weigh_license_ref *ref = &r->refs[i];

		weigh_jw_object(w);
		weigh_jw_kstr(w, "kind", weigh_license_ref_name(ref->kind));
		put_text(w, "license", ref->id);
		put_text(w, "target", ref->target);
		put_text(w, "doubt", weigh_license_doubt_name(ref->doubt));
		weigh_jw_ku64(w, "offset", ref->start);
		weigh_jw_ku64(w, "length", ref->end - ref->start);
		weigh_jw_ku64(w, "line", ref->line);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
}

static void
put_differences(struct weigh_jw *w, const struct scanned *s)
{
	size_t i;

	weigh_jw_key(w, "terms_differ");
	weigh_jw_array(w);
	for (i = 0; i < s->ndifferences; i++) {
		const struct scanned_difference *d = &s->differences[i];

		weigh_jw_object(w);
		weigh_jw_kstr(w, "license", d->id);
		weigh_jw_kstr(w, "fact", d->what.fact);
		put_text(w, "terms", d->what.table);
		put_text(w, "text", d->what.text);
		weigh_jw_kstr(w, "clause", d->what.clause);
		weigh_jw_ku64(w, "offset", d->what.start);
		weigh_jw_ku64(w, "length", d->what.end - d->what.start);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
}

static void
put_unheld(struct weigh_jw *w, const struct scanned *s)
{
	size_t i;

	weigh_jw_key(w, "policies_not_held");
	weigh_jw_array(w);
	for (i = 0; i < s->nunheld; i++) {
		const struct scanned_unheld *u = &s->unheld[i];

		weigh_jw_object(w);
		weigh_jw_kstr(w, "license", u->id);
		put_text(w, "policy", u->policy);
		weigh_jw_kstr(w, "clause", u->clause);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
}

void
scanned_json(struct weigh_jw *w, const struct scanned *s,
    const struct packs *packs)
{
	const struct weigh_license_result *r = s->result;
	size_t i;

	weigh_jw_object(w);
	weigh_jw_kstr(w, "path", s->path);
	put_text(w, "sha256", s->sha256);
	weigh_jw_ku64(w, "bytes", s->bytes);
	weigh_jw_kstr(w, "encoding", r->encoding);
	weigh_jw_kbool(w, "html", r->html);
	put_text(w, "license", r->license);
	weigh_jw_kstr(w, "kind", weigh_license_kind_name(r->kind));
	put_share(w, "score", r->score);
	put_text(w, "reason", r->reason);
	put_matches(w, s);
	put_passages(w, s, "added", false);
	put_passages(w, s, "removed", true);
	weigh_jw_ku64(w, "more_passages", r->more_passages);
	put_nearest(w, r);
	put_facts(w, r);
	put_references(w, r);
	put_differences(w, s);
	put_unheld(w, s);
	weigh_jw_kbool(w, "unscanned", r->unscanned);
	weigh_jw_key(w, "packs");
	weigh_jw_array(w);
	for (i = 0; i < packs->n; i++)
		weigh_jw_str(w, weigh_licensepack_sha256(packs->pack[i]));
	weigh_jw_array_end(w);
	weigh_jw_kstr(w, "pack", weigh_licensepack_sha256(packs->pack[0]));
	weigh_jw_ku64(w, "engine", WEIGH_LICENSE_ENGINE);
	weigh_jw_object_end(w);
}
