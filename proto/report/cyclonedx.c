/* cyclonedx: a CycloneDX 1.7 ML-BOM.  A component for each model; the graph of what
 * depends on what comes at the end, from ids that were kept. */
#include <string.h>

#include "priv.h"

#define ROOT "weighhouse-mirror"
#define PER_CALL 2048

/* --- small things ------------------------------------------------------------------ */

static void
put_ref(struct weigh_jw *w, const char *key, const struct report_uuid *id)
{
	char text[REPORT_UUID];

	report_uuid_text(id, text);
	if (key != NULL)
		weigh_jw_kstr(w, key, text);
	else
		weigh_jw_str(w, text);
}

static void
put_property(struct weigh_jw *w, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	weigh_jw_object(w);
	weigh_jw_kstr(w, "name", name);
	weigh_jw_kstr(w, "value", value);
	weigh_jw_object_end(w);
}

static void
put_hash(struct weigh_jw *w, const struct weigh_oid *oid)
{
	if (weigh_oid_is_zero(oid))
		return;
	weigh_jw_key(w, "hashes");
	weigh_jw_array(w);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "alg", "SHA-256");
	report_jw_oid(w, "content", oid);
	weigh_jw_object_end(w);
	weigh_jw_array_end(w);
}

/* --- licenses ---------------------------------------------------------------------- */

/* CycloneDX 1.7 takes the ids of SPDX's list 3.28.0; these came later. */
static bool
is_later(const char *id)
{
	static const char *const later[] = {
		"Brian-Gladman-3-Clause-no-conversion", "Bugroff",
		"CC-BY-NC-3.0-IGO", "Informatica", "MVT-1.1", "atc-game"
	};

	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (strcmp(later[i], id) == 0)
			return true;
	return false;
}

/* One id of SPDX's list is an id, anything else an expression; 1.7 lets both stand
 * beside each other.  LicenseRefs are explained in place. */
static void
put_license(struct weigh_report *r, const struct report_expr *e,
    const char *acknowledgement)
{
	struct weigh_jw *w = &r->jw;

	weigh_jw_object(w);
	if (e->single && !is_later(e->text.data)) {
		weigh_jw_key(w, "license");
		weigh_jw_object(w);
		weigh_jw_kstr(w, "id", e->text.data);
		report_jw_known(w, "acknowledgement", acknowledgement);
		weigh_jw_object_end(w);
		weigh_jw_object_end(w);
		return;
	}
	weigh_jw_kstr(w, "expression", e->text.data);
	report_jw_known(w, "acknowledgement", acknowledgement);
	if (e->nrefs > 0) {
		weigh_jw_key(w, "expressionDetails");
		weigh_jw_array(w);
	}
	for (size_t i = 0; i < e->nrefs; i++) {
		const struct report_ref *ref = &r->refs[e->refs[i]];

		weigh_jw_object(w);
		weigh_jw_kstr(w, "licenseIdentifier", ref->id);
		weigh_jw_key(w, "text");
		weigh_jw_object(w);
		weigh_jw_kstr(w, "contentType", "text/plain");
		weigh_jw_kstr(w, "content",
		    ref->words != NULL ? ref->words : "No text is known.");
		weigh_jw_object_end(w);
		weigh_jw_object_end(w);
	}
	if (e->nrefs > 0)
		weigh_jw_array_end(w);
	weigh_jw_object_end(w);
}

static void
put_one(struct weigh_report *r, const struct weigh_report_row *row,
    const char *expr, const char *acknowledgement)
{
	struct report_expr e;

	if (report_expr_make(r, row, expr, &e))
		put_license(r, &e, acknowledgement);
	weigh_buf_free(&e.text);
}

static void
put_licenses(struct weigh_report *r, const struct weigh_report_row *row)
{
	weigh_jw_key(&r->jw, "licenses");
	weigh_jw_array(&r->jw);
	put_one(r, row, row->record != NULL ? row->record->declared : "",
	    "declared");
	put_one(r, row, report_concluded(row), "concluded");
	weigh_jw_array_end(&r->jw);
}

static void
put_evidence(struct weigh_report *r, const struct weigh_report_row *row)
{
	const struct weigh_record *c = row->record;
	struct weigh_jw *w = &r->jw;

	if (c == NULL || c->ntexts + c->nclaims == 0)
		return;
	weigh_jw_key(w, "evidence");
	weigh_jw_object(w);
	weigh_jw_key(w, "occurrences");
	weigh_jw_array(w);
	for (uint32_t i = 0; i < c->nclaims; i++) {
		weigh_jw_object(w);
		weigh_jw_kstr(w, "location", c->claims[i].path);
		if (c->claims[i].line > 0)
			weigh_jw_ku64(w, "line", c->claims[i].line);
		weigh_jw_kstr(w, "additionalContext", c->claims[i].value);
		weigh_jw_object_end(w);
	}
	for (uint32_t i = 0; i < c->ntexts; i++) {
		weigh_jw_object(w);
		weigh_jw_kstr(w, "location", c->texts[i].path);
		weigh_jw_kstr(w, "additionalContext",
		    weigh_license_kind_name(c->texts[i].kind));
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
	weigh_jw_key(w, "licenses");
	weigh_jw_array(w);
	put_one(r, row, c->detected, "");
	weigh_jw_array_end(w);
	weigh_jw_object_end(w);
}

/* --- a component ------------------------------------------------------------------- */

static void
put_name(struct weigh_report *r, const char *repo, const char *commit,
    const char *source)
{
	struct weigh_jw *w = &r->jw;
	struct weigh_buf b;
	size_t len;
	const char *org = report_org(repo, &len);

	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	weigh_buf_add(&b, org, len);
	if (b.len > 0)
		report_jw_buf(w, "group", &b);
	weigh_jw_kstr(w, "name", report_name(repo));
	report_jw_known(w, "version", commit);
	report_purl(&b, repo, commit, source);
	report_jw_buf(w, "purl", &b);
	weigh_buf_free(&b);
}

static const char *
type_of(const char *repo)
{
	return report_is_dataset(repo) ? "data" : "machine-learning-model";
}

/* Whole components without a reference: a base may be a component of its own, and
 * references are unique. */
static void
put_pedigree(struct weigh_report *r, const struct weigh_report_row *row)
{
	const struct weigh_record *c = row->record;
	struct weigh_jw *w = &r->jw;
	struct weigh_buf notes;
	struct report_expr e;

	if (c == NULL || c->nbases == 0)
		return;
	weigh_buf_init(&notes, WEIGH_REPORT_ROW);
	weigh_jw_key(w, "pedigree");
	weigh_jw_object(w);
	weigh_jw_key(w, "ancestors");
	weigh_jw_array(w);
	for (uint32_t i = 0; i < c->nbases; i++) {
		const struct weigh_record_base *b = &c->bases[i];

		weigh_buf_addf(&notes,
		    "%s%s: relation %s%s; evidence: %s in %s%s%s",
		    notes.len > 0 ? "\n" : "", b->name,
		    weigh_relation_name(b->relation),
		    b->inferred ? " (inferred)" : "", b->evidence, b->path,
		    b->weak ? "; weak" : "",
		    b->held ? "" : "; not held here, its license is unknown");
		if (b->weak)
			continue;
		weigh_jw_object(w);
		weigh_jw_kstr(w, "type", "machine-learning-model");
		put_name(r, b->name, b->commit, REPORT_HUB);
		if (report_expr_of_base(r, b->name, b->concluded, &e)) {
			weigh_jw_key(w, "licenses");
			weigh_jw_array(w);
			put_license(r, &e, "concluded");
			weigh_jw_array_end(w);
		}
		weigh_buf_free(&e.text);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
	report_jw_buf(w, "notes", &notes);
	weigh_jw_object_end(w);
	weigh_buf_free(&notes);
}

static void
put_files(struct weigh_report *r, const struct weigh_report_row *row)
{
	const struct weigh_record *c = row->record;
	struct weigh_jw *w = &r->jw;

	if (c == NULL || c->ntexts == 0)
		return;
	weigh_jw_key(w, "components");
	weigh_jw_array(w);
	for (uint32_t i = 0; i < c->ntexts; i++) {
		weigh_jw_object(w);
		weigh_jw_kstr(w, "type", "file");
		weigh_jw_kstr(w, "name", c->texts[i].path);
		put_hash(w, &c->texts[i].oid);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
}

static void
put_task(struct weigh_jw *w, const struct weigh_report_row *row)
{
	weigh_jw_key(w, "modelParameters");
	weigh_jw_object(w);
	report_jw_known(w, "task", row->task);
	report_jw_known(w, "architectureFamily", row->model_type);
	report_jw_known(w, "modelArchitecture", row->architecture);
	if (row->ndatasets > 0) {
		weigh_jw_key(w, "datasets");
		weigh_jw_array(w);
	}
	for (size_t i = 0; i < row->ndatasets; i++) {
		weigh_jw_object(w);
		weigh_jw_kstr(w, "type", "dataset");
		weigh_jw_kstr(w, "name", row->datasets[i]);
		weigh_jw_object_end(w);
	}
	if (row->ndatasets > 0)
		weigh_jw_array_end(w);
	weigh_jw_object_end(w);
}

static void
put_card(struct weigh_report *r, const struct weigh_report_row *row)
{
	struct weigh_jw *w = &r->jw;
	struct weigh_buf b;

	if (report_is_dataset(row->repo))
		return;
	weigh_buf_init(&b, 64);
	weigh_jw_key(w, "modelCard");
	weigh_jw_object(w);
	put_task(w, row);
	weigh_jw_key(w, "properties");
	weigh_jw_array(w);
	if (row->parameters > 0)
		weigh_buf_addf(&b, "%llu", (unsigned long long)row->parameters);
	put_property(w, "weighhouse:parameters", b.len > 0 ? b.data : "");
	put_property(w, "weighhouse:context", row->context);
	put_property(w, "weighhouse:library", row->library);
	weigh_jw_array_end(w);
	weigh_jw_object_end(w);
	weigh_buf_free(&b);
}

static void
put_properties(struct weigh_report *r, const struct weigh_report_row *row)
{
	const struct weigh_record *c = row->record;
	struct weigh_jw *w = &r->jw;
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	weigh_jw_key(w, "properties");
	weigh_jw_array(w);
	put_property(w, "weighhouse:license:state", report_state(row));
	put_property(w, "weighhouse:license:concluded", report_concluded(row));
	for (uint32_t i = 0; c != NULL && i < c->nfindings; i++) {
		weigh_buf_addf(&b, "%s: %s",
		    weigh_finding_name(c->findings[i].finding),
		    c->findings[i].what);
		put_property(w, "weighhouse:license:finding",
		    b.data != NULL ? b.data : "");
		weigh_buf_reset(&b);
	}
	for (size_t i = 0; i < row->ndecisions; i++) {
		weigh_buf_addf(&b, "weighhouse:policy:%s:%s",
		    weigh_question_name(row->decisions[i].question),
		    row->decisions[i].purpose);
		put_property(w, b.data != NULL ? b.data : "weighhouse:policy",
		    weigh_ruling_name(row->decisions[i].ruling));
		weigh_buf_reset(&b);
	}
	put_property(w, "weighhouse:signed", row->signedby);
	weigh_jw_array_end(w);
	weigh_buf_free(&b);
}

static void
put_links(struct weigh_report *r, const struct weigh_report_row *row)
{
	struct weigh_jw *w = &r->jw;

	if (row->source[0] == '\0')
		return;
	weigh_jw_key(w, "externalReferences");
	weigh_jw_array(w);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "type", "distribution");
	weigh_jw_kstr(w, "url", row->source);
	weigh_jw_object_end(w);
	weigh_jw_array_end(w);
}

static void
put_row(struct weigh_report *r, const struct weigh_report_row *row)
{
	struct weigh_jw *w = &r->jw;
	struct report_uuid id;

	report_id(r, &id, "model", row->repo, row->commit);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "type", type_of(row->repo));
	put_ref(w, "bom-ref", &id);
	put_name(r, row->repo, row->commit, row->source);
	put_hash(w, &row->manifest);
	put_licenses(r, row);
	put_pedigree(r, row);
	put_links(r, row);
	put_files(r, row);
	put_evidence(r, row);
	put_card(r, row);
	put_properties(r, row);
	weigh_jw_object_end(w);
	weigh_buf_addc(w->out, '\n');
}

/* --- begin and end ------------------------------------------------------------------ */

static void
begin(struct weigh_report *r)
{
	struct weigh_jw *w = &r->jw;

	weigh_jw_object(w);
	weigh_jw_kstr(w, "$schema",
	    "http://cyclonedx.org/schema/bom-1.7.schema.json");
	weigh_jw_kstr(w, "bomFormat", "CycloneDX");
	weigh_jw_kstr(w, "specVersion", "1.7");
	weigh_jw_ku64(w, "version", 1);
	weigh_jw_key(w, "metadata");
	weigh_jw_object(w);
	report_jw_time(w, "timestamp", r->frame.as_of);
	weigh_jw_key(w, "tools");
	weigh_jw_object(w);
	weigh_jw_key(w, "components");
	weigh_jw_array(w);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "type", "application");
	weigh_jw_kstr(w, "name", "weigh");
	report_jw_known(w, "version", r->frame.tool);
	weigh_jw_object_end(w);
	weigh_jw_array_end(w);
	weigh_jw_object_end(w);
	weigh_jw_key(w, "component");
	weigh_jw_object(w);
	weigh_jw_kstr(w, "type", "application");
	weigh_jw_kstr(w, "bom-ref", ROOT);
	weigh_jw_kstr(w, "name", r->frame.title);
	weigh_jw_object_end(w);
	weigh_jw_object_end(w);
	weigh_jw_key(w, "components");
	weigh_jw_array(w);
}

static void
open_graph(struct weigh_report *r)
{
	struct weigh_jw *w = &r->jw;

	weigh_jw_array_end(w);
	weigh_jw_key(w, "dependencies");
	weigh_jw_array(w);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "ref", ROOT);
	weigh_jw_key(w, "dependsOn");
	weigh_jw_array(w);
}

static void
close_all(struct weigh_report *r)
{
	char urn[9 + REPORT_UUID] = "urn:uuid:";

	weigh_jw_array_end(&r->jw);
	weigh_jw_object_end(&r->jw);
	weigh_jw_array_end(&r->jw);
	report_document_id(r, urn + 9);
	weigh_jw_kstr(&r->jw, "serialNumber", urn);
	weigh_jw_object_end(&r->jw);
	weigh_buf_addc(r->jw.out, '\n');
}

static bool
end(struct weigh_report *r)
{
	size_t stop = r->rows.n - r->at < PER_CALL ? r->rows.n :
						     r->at + PER_CALL;

	if (r->stage == 0) {
		open_graph(r);
		r->stage = 1;
		return true;
	}
	for (; r->at < stop; r->at++)
		put_ref(&r->jw, NULL, &r->rows.list[r->at]);
	if (r->at < r->rows.n)
		return true;
	close_all(r);
	return false;
}

const struct report_writer report_cyclonedx = {
	.name = "cyclonedx",
	.sbom = true,
	.begin = begin,
	.row = put_row,
	.end = end,
};
