/* annex: Annex XII of Regulation (EU) 2024/1689, what the provider of a model gives to
 * those who build on it (Article 53(1)(b)): what a repository tells of it. */
#include <string.h>

#include "priv.h"

typedef void fill(struct weigh_buf *out, const struct weigh_report_row *row);

static void
tasks(struct weigh_buf *out, const struct weigh_report_row *row)
{
	weigh_buf_adds(out, row->task);
}

static void
policies(struct weigh_buf *out, const struct weigh_report_row *row)
{
	const struct weigh_record *r = row->record;
	char hex[WEIGH_OID_HEX + 1];

	for (uint32_t i = 0; r != NULL && i < r->ntexts; i++) {
		if (r->texts[i].scope != WEIGH_SCOPE_POLICY)
			continue;
		weigh_oid_hex(&r->texts[i].oid, hex);
		weigh_buf_addf(out, "%s%s, SHA-256 %s",
		    out->len > 0 ? "; " : "", r->texts[i].path, hex);
	}
}

static void
release(struct weigh_buf *out, const struct weigh_report_row *row)
{
	char when[REPORT_TIME];

	report_time(row->released, when);
	weigh_buf_adds(out, when);
}

static void
distribution(struct weigh_buf *out, const struct weigh_report_row *row)
{
	if (row->source[0] != '\0')
		weigh_buf_addf(out, "%s, and this mirror", row->source);
	else
		weigh_buf_adds(out, "published at this mirror");
}

static void
library(struct weigh_buf *out, const struct weigh_report_row *row)
{
	weigh_buf_adds(out, row->library);
}

static void
software(struct weigh_buf *out, const struct weigh_report_row *row)
{
	weigh_buf_adds(out, row->software);
}

static void
architecture(struct weigh_buf *out, const struct weigh_report_row *row)
{
	weigh_buf_adds(out,
	    row->architecture[0] != '\0' ? row->architecture : row->model_type);
}

static void
parameters(struct weigh_buf *out, const struct weigh_report_row *row)
{
	if (row->parameters > 0)
		report_number(out, row->parameters);
}

static void
inputs(struct weigh_buf *out, const struct weigh_report_row *row)
{
	weigh_buf_adds(out, row->inputs);
}

static void
outputs(struct weigh_buf *out, const struct weigh_report_row *row)
{
	weigh_buf_adds(out, row->outputs);
}

static void
license(struct weigh_buf *out, const struct weigh_report_row *row)
{
	const struct weigh_record *r = row->record;
	bool told = strcmp(report_concluded(row), "NOASSERTION") != 0;

	if (r == NULL)
		return;
	if (told)
		weigh_buf_addf(out, "%s (state: %s)", r->concluded,
		    report_state(row));
	else if (r->nclaims > 0) /* something was said, and names no license */
		weigh_buf_addf(out, "unclear; %s says \"%s\"",
		    r->claims[0].path, r->claims[0].value);
	for (uint32_t i = 0; out->len > 0 && i < r->nfindings; i++)
		if (weigh_finding_conflict(r->findings[i].finding))
			weigh_buf_addf(out, "; %s",
			    weigh_finding_name(r->findings[i].finding));
}

static void
formats(struct weigh_buf *out, const struct weigh_report_row *row)
{
	if (row->record != NULL)
		weigh_buf_adds(out, row->record->formats);
}

static void
context(struct weigh_buf *out, const struct weigh_report_row *row)
{
	if (row->context[0] != '\0')
		weigh_buf_addf(out, "%s tokens", row->context);
}

static void
training(struct weigh_buf *out, const struct weigh_report_row *row)
{
	for (size_t i = 0; i < row->ndatasets; i++)
		weigh_buf_addf(out, "%s%s", i > 0 ? ", " : "",
		    row->datasets[i]);
}

static const struct annex_row {
	const char *point, *field;
	fill *fill;
} rows[] = {
	{ "1(a)", "intended tasks", tasks },
	{ "1(b)", "acceptable use policies", policies },
	{ "1(c)", "date of release", release },
	{ "1(c)", "ways of distribution", distribution },
	{ "1(d)", "interaction with other software", library },
	{ "1(e)", "versions of relevant software", software },
	{ "1(f)", "architecture", architecture },
	{ "1(f)", "number of parameters", parameters },
	{ "1(g)", "modality and format of inputs", inputs },
	{ "1(g)", "modality and format of outputs", outputs },
	{ "1(h)", "license", license },
	{ "2(a)", "technical means for integration", formats },
	{ "2(b)", "maximum size of inputs", context },
	{ "2(c)", "data used for training", training },
};
const size_t report_annex_fields = sizeof(rows) / sizeof(rows[0]);

void
report_annex(struct report_annex *field, struct weigh_buf *out,
    const struct weigh_report_row *row, size_t i)
{
	size_t before = out->len;

	*field = (struct report_annex){ rows[i].point, rows[i].field, false };
	rows[i].fill(out, row);
	field->known = out->len > before;
	if (!field->known)
		weigh_buf_adds(out, REPORT_NOT_STATED);
}
