/* json: weigh.report/1; the format is told in README.md. */
#include "priv.h"

#define SENTENCE 8192

static void
put_frame(struct weigh_jw *w, const struct weigh_report_frame *f)
{
	weigh_jw_kstr(w, "schema", "weigh.report/1");
	weigh_jw_kstr(w, "title", f->title);
	weigh_jw_key(w, "as_of");
	weigh_jw_i64(w, f->as_of);
	weigh_jw_kstr(w, "tool", f->tool);
	report_jw_known(w, "packs", f->packs);
	report_jw_oid(w, "judge", &f->judge);
	report_jw_oid(w, "terms", &f->terms);
	report_jw_oid(w, "policy", &f->policy);
	weigh_jw_key(w, "site");
	weigh_jw_object(w);
	for (size_t i = 0; i < f->nsite; i++)
		weigh_jw_kstr(w, f->site[i].key, f->site[i].value);
	weigh_jw_object_end(w);
}

static void
begin(struct weigh_report *r)
{
	weigh_jw_object(&r->jw);
	put_frame(&r->jw, &r->frame);
	weigh_jw_key(&r->jw, "models");
	weigh_jw_array(&r->jw);
}

static void
put_duty(struct weigh_jw *w, const struct weigh_duty *d, struct weigh_buf *b)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "kind", weigh_duty_name(d->kind));
	weigh_duty_what(b, d);
	report_jw_buf(w, "duty", b);
	weigh_jw_kstr(w, "license", d->part->id);
	report_jw_known(w, "from", d->part->from);
	weigh_jw_kstr(w, "fact", d->term->fact);
	report_jw_known(w, "clause", d->term->clause);
	report_jw_known(w, "evidence", d->term->evidence);
	weigh_jw_kstr(w, "fulfilled", weigh_fulfilled_name(d->fulfilled));
	weigh_duty_how(b, d);
	report_jw_buf(w, "how", b);
	if (weigh_duty_words(b, d))
		report_jw_buf(w, "words", b);
	if (d->part->options != 0)
		weigh_jw_ku64(w, "options", d->part->options);
	weigh_jw_object_end(w);
}

static void
put_duties(struct weigh_report *r, const struct weigh_report_row *row)
{
	struct weigh_buf b;
	size_t n = 0;

	if (row->record != NULL)
		n = weigh_duties(row->record, r->duties, WEIGH_DUTIES_MAX);
	weigh_buf_init(&b, SENTENCE);
	weigh_jw_key(&r->jw, "obligations");
	weigh_jw_array(&r->jw);
	for (size_t i = 0; i < n; i++)
		put_duty(&r->jw, &r->duties[i], &b);
	weigh_jw_array_end(&r->jw);
	weigh_buf_free(&b);
}

static void
put_annex(struct weigh_jw *w, const struct weigh_report_row *row)
{
	struct report_annex field;
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	weigh_jw_key(w, "annex_xii");
	weigh_jw_array(w);
	for (size_t i = 0; i < report_annex_fields; i++) {
		report_annex(&field, &b, row, i);
		weigh_jw_object(w);
		weigh_jw_kstr(w, "point", field.point);
		weigh_jw_kstr(w, "field", field.field);
		weigh_jw_kbool(w, "known", field.known);
		report_jw_buf(w, "value", &b);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
	weigh_buf_free(&b);
}

/* As a row of weigh.report-rows/1, and what follows from it. */
static void
put_row(struct weigh_report *r, const struct weigh_report_row *row)
{
	weigh_jw_object(&r->jw);
	report_row_members(&r->jw, row);
	put_duties(r, row);
	put_annex(&r->jw, row);
	weigh_jw_object_end(&r->jw);
	weigh_buf_addc(r->jw.out, '\n');
}

static bool
end(struct weigh_report *r)
{
	char id[REPORT_UUID];

	weigh_jw_array_end(&r->jw);
	weigh_jw_ku64(&r->jw, "count", r->rows.n);
	report_document_id(r, id);
	weigh_jw_kstr(&r->jw, "id", id);
	weigh_jw_object_end(&r->jw);
	weigh_buf_addc(r->jw.out, '\n');
	return false;
}

const struct report_writer report_json = {
	.name = "json",
	.begin = begin,
	.row = put_row,
	.end = end,
};
