/* csv: a line for each revision (RFC 4180, UTF-8 without a byte order mark). */
#include <inttypes.h>
#include <string.h>

#include "../utf8.h"
#include "priv.h"

/* --- cells --------------------------------------------------------------------------- */

/* A program that reads tables takes what begins so for a formula. */
static bool
is_formula(char c)
{
	return c != '\0' && strchr("=+-@\t\r", c) != NULL;
}

static void
put_text(struct weigh_buf *out, const char *text)
{
	for (const char *end = text + strlen(text); text < end;) {
		size_t n = weigh_utf8_char(text, (size_t)(end - text));
		unsigned char c = (unsigned char)*text;

		if (n == 0)
			weigh_buf_adds(out, "\xef\xbf\xbd");
		else if (c < 0x20 || c == 0x7f)
			weigh_buf_addc(out, ' ');
		else if (c == '"')
			weigh_buf_adds(out, "\"\"");
		else
			weigh_buf_add(out, text, n);
		text += n > 0 ? n : 1;
	}
}

/* Every cell is quoted; what has a control character has a blank there: a revision is
 * one line. */
static void
put_cell(struct weigh_buf *out, bool first, const char *text)
{
	weigh_buf_adds(out, first ? "\"" : ",\"");
	if (is_formula(text[0]))
		weigh_buf_addc(out, '\'');
	put_text(out, text);
	weigh_buf_addc(out, '"');
}

/* --- columns ----------------------------------------------------------------------- */

typedef void fill(struct weigh_buf *out, const struct weigh_report *r,
    const struct weigh_report_row *row);
#define FILL(name) \
	static void name(struct weigh_buf *out, const struct weigh_report *r, \
	    const struct weigh_report_row *row)
/* A string of the row, or of its record. */
#define ROW(name, expr) \
	FILL(name) \
	{ \
		(void)r; \
		weigh_buf_adds(out, (expr)); \
	}
#define OF_RECORD(name, member) \
	ROW(name, row->record != NULL ? row->record->member : "")

ROW(repo, row->repo)
ROW(commit, row->commit)
ROW(source, row->source)
ROW(state, report_state(row))
ROW(concluded, report_concluded(row))
ROW(signedby, row->signedby)
OF_RECORD(declared, declared)
OF_RECORD(detected, detected)
OF_RECORD(family, family)
OF_RECORD(formats, formats)

FILL(files)
{
	(void)r;
	weigh_buf_addf(out, "%" PRIu64, row->files);
}

FILL(bytes)
{
	(void)r;
	weigh_buf_addf(out, "%" PRIu64, row->bytes);
}

FILL(held)
{
	char when[REPORT_TIME];

	(void)r;
	report_time(row->held, when);
	weigh_buf_adds(out, when);
}

FILL(findings)
{
	const struct weigh_record *c = row->record;
	bool told[WEIGH_FINDINGS] = { false };

	(void)r;
	for (uint32_t i = 0; c != NULL && i < c->nfindings; i++) {
		enum weigh_finding f = c->findings[i].finding;

		if (f >= WEIGH_FINDINGS || told[f])
			continue;
		weigh_buf_addf(out, "%s%s", out->len > 0 ? " " : "",
		    weigh_finding_name(f));
		told[f] = true;
	}
}

FILL(bases)
{
	const struct weigh_record *c = row->record;

	(void)r;
	for (uint32_t i = 0; c != NULL && i < c->nbases; i++)
		if (c->bases[i].child == UINT32_MAX)
			weigh_buf_addf(out, "%s%s %s", out->len > 0 ? "; " : "",
			    weigh_relation_name(c->bases[i].relation),
			    c->bases[i].name);
}

/* What each of its licenses says of a fact. */
static void
put_fact(struct weigh_buf *out, const struct weigh_report_row *row,
    const char *fact)
{
	const struct weigh_record *c = row->record;

	for (uint32_t p = 0; c != NULL && p < c->nparts; p++)
		for (uint32_t i = 0; i < c->parts[p].nterms; i++)
			if (strcmp(c->parts[p].terms[i].fact, fact) == 0)
				weigh_buf_addf(out, "%s%s: %s",
				    out->len > 0 ? "; " : "", c->parts[p].id,
				    c->parts[p].terms[i].value);
}

#define FACT(name, fact) \
	FILL(name) \
	{ \
		(void)r; \
		put_fact(out, row, fact); \
	}
FACT(commercial, "commercial")
FACT(redistribution, "redistribution")
FACT(territory, "territory-excludes")

FILL(unmet)
{
	size_t n = 0;

	if (row->record != NULL)
		n = weigh_duties(row->record, r->duties, WEIGH_DUTIES_MAX);
	for (size_t i = 0; i < n; i++) {
		if (r->duties[i].fulfilled != WEIGH_FULFILLED_NO)
			continue;
		weigh_buf_adds(out, out->len > 0 ? "; " : "");
		weigh_duty_what(out, &r->duties[i]);
	}
}

static const struct column {
	const char *title;
	fill *fill;
} columns[] = {
	{ "repository", repo },
	{ "revision", commit },
	{ "source", source },
	{ "held_since", held },
	{ "files", files },
	{ "bytes", bytes },
	{ "signed", signedby },
	{ "state", state },
	{ "declared", declared },
	{ "detected", detected },
	{ "concluded", concluded },
	{ "family", family },
	{ "findings", findings },
	{ "bases", bases },
	{ "formats", formats },
	{ "commercial", commercial },
	{ "redistribution", redistribution },
	{ "territory_excludes", territory },
	{ "unmet", unmet },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Behind them, for each purpose: ruling, rule and reason. */
static const char *const of_purpose[] = { "", "_rule", "_reason" };

static void
begin(struct weigh_report *r)
{
	const struct weigh_report_frame *f = &r->frame;
	struct weigh_buf cell;

	weigh_buf_init(&cell, 1024);
	for (size_t i = 0; i < COLUMNS; i++)
		put_cell(r->jw.out, i == 0, columns[i].title);
	for (size_t i = 0; i < f->npurposes; i++)
		for (size_t k = 0; k < 3; k++) {
			weigh_buf_reset(&cell);
			weigh_buf_addf(&cell, "%s_%.200s%s",
			    weigh_question_name(f->purposes[i].question),
			    f->purposes[i].id, of_purpose[k]);
			put_cell(r->jw.out, false, cell.data);
		}
	weigh_buf_adds(r->jw.out, "\r\n");
	weigh_buf_free(&cell);
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
put_decision(struct weigh_buf *out, const struct weigh_report_decision *d)
{
	put_cell(out, false, d != NULL ? weigh_ruling_name(d->ruling) : "");
	put_cell(out, false, d != NULL ? d->rule : "");
	put_cell(out, false, d != NULL ? d->reason : "");
}

static void
put_row(struct weigh_report *r, const struct weigh_report_row *row)
{
	const struct weigh_report_frame *f = &r->frame;
	struct weigh_buf cell;

	weigh_buf_init(&cell, WEIGH_REPORT_ROW);
	for (size_t i = 0; i < COLUMNS; i++) {
		weigh_buf_reset(&cell);
		columns[i].fill(&cell, r, row);
		put_cell(r->jw.out, i == 0, cell.len > 0 ? cell.data : "");
		if (cell.failed)
			r->jw.out->failed = true;
	}
	for (size_t i = 0; i < f->npurposes; i++)
		put_decision(r->jw.out, decision_for(row, f->purposes[i].id));
	weigh_buf_adds(r->jw.out, "\r\n");
	weigh_buf_free(&cell);
}

static bool
end(struct weigh_report *r)
{
	(void)r;
	return false;
}

const struct report_writer report_csv = {
	.name = "csv",
	.begin = begin,
	.row = put_row,
	.end = end,
};
