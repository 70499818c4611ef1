/* spdx: SPDX 3.0.1 as JSON-LD, with the AI profile.
 *
 * One graph of elements, each told when it is first met; what lists them all (document
 * and SBOM), bases that have no row of their own and texts of licenses come at the end. */
#include <string.h>

#include "priv.h"

#define INFO "_:info"
#define NO_ASSERTION "expandedlicensing_NoAssertionLicense"
#define NO_LICENSE "expandedlicensing_NoneLicense"
#define UNKNOWN \
	"unknown"     /* who supplies what has no organization in its name */
#define PER_CALL 4096 /* ids that one piece of the end has */

/* --- elements --------------------------------------------------------------------- */

static void
put_id(struct weigh_jw *w, const char *key, const struct report_uuid *id)
{
	char urn[9 + REPORT_UUID] = "urn:uuid:";

	report_uuid_text(id, urn + 9);
	if (key != NULL)
		weigh_jw_kstr(w, key, urn);
	else
		weigh_jw_str(w, urn);
}

/* Open an element, unless it was told before. */
static bool
open_element(struct weigh_report *r, const char *type,
    const struct report_uuid *id)
{
	size_t at = report_ids_add(&r->elements, id);

	if (at == REPORT_IDS_NOMEM)
		r->nomem = true;
	if (at != REPORT_IDS_NEW)
		return false;
	weigh_jw_object(&r->jw);
	weigh_jw_kstr(&r->jw, "type", type);
	put_id(&r->jw, "spdxId", id);
	weigh_jw_kstr(&r->jw, "creationInfo", INFO);
	return true;
}

static void
close_element(struct weigh_report *r)
{
	weigh_jw_object_end(&r->jw);
	weigh_buf_addc(r->jw.out, '\n');
}

/* An agent or tool that is nothing but its name. */
static void
put_named(struct weigh_report *r, const char *type, const char *kind,
    const char *name, struct report_uuid *id)
{
	report_id(r, id, kind, name, "");
	if (!open_element(r, type, id))
		return;
	weigh_jw_kstr(&r->jw, "name", name);
	close_element(r);
}

static void
put_supplier(struct weigh_report *r, const char *repo, struct report_uuid *id)
{
	size_t len;
	const char *org = report_org(repo, &len);
	struct weigh_buf name;

	weigh_buf_init(&name, WEIGH_REPORT_ROW);
	weigh_buf_add(&name, len > 0 ? org : UNKNOWN,
	    len > 0 ? len : sizeof(UNKNOWN) - 1);
	if (name.data != NULL)
		put_named(r, "Organization", "supplier", name.data, id);
	else
		r->nomem = true;
	weigh_buf_free(&name);
}

static void
open_relation(struct weigh_report *r, const char *type,
    const struct report_uuid *from, const char *what)
{
	char text[REPORT_UUID];
	struct report_uuid id;

	report_uuid_text(from, text);
	report_id(r, &id, type, text, what);
	while (report_ids_has(&r->elements, &id)) {
		report_uuid_text(&id, text); /* a base that is named twice */
		report_id(r, &id, type, text, what);
	}
	if (!open_element(r, "Relationship", &id))
		return;
	put_id(&r->jw, "from", from);
	weigh_jw_kstr(&r->jw, "relationshipType", type);
	weigh_jw_key(&r->jw, "to");
	weigh_jw_array(&r->jw);
}

static void
close_relation(struct weigh_report *r, const char *comment)
{
	weigh_jw_array_end(&r->jw);
	report_jw_known(&r->jw, "comment", comment);
	close_element(r);
}

/* --- licenses ---------------------------------------------------------------------- */

static void
put_custom_ids(struct weigh_report *r, const struct report_expr *e)
{
	struct weigh_jw *w = &r->jw;
	struct report_uuid id;

	if (e->nrefs == 0)
		return;
	weigh_jw_key(w, "simplelicensing_customIdToUri");
	weigh_jw_array(w);
	for (size_t i = 0; i < e->nrefs; i++) {
		weigh_jw_object(w);
		weigh_jw_kstr(w, "type", "DictionaryEntry");
		weigh_jw_kstr(w, "key", r->refs[e->refs[i]].id);
		report_id(r, &id, "text", r->refs[e->refs[i]].id, "");
		put_id(w, "value", &id);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
}

/* The element of an expression, told if it is new. */
static void
put_expression(struct weigh_report *r, const struct report_expr *e,
    struct report_uuid *id)
{
	char version[16];

	report_id(r, id, "expression", e->text.data, "");
	if (!open_element(r, "simplelicensing_LicenseExpression", id))
		return;
	weigh_jw_kstr(&r->jw, "simplelicensing_licenseExpression",
	    e->text.data);
	report_list_version(r, version);
	report_jw_known(&r->jw, "simplelicensing_licenseListVersion", version);
	put_custom_ids(r, e);
	close_element(r);
}

/* Exactly one of each type for each package: the profile wants it. */
static void
put_license(struct weigh_report *r, const char *type,
    const struct report_uuid *from, struct report_expr *e, bool there,
    bool none, const char *comment)
{
	struct report_uuid license;

	if (there)
		put_expression(r, e, &license);
	open_relation(r, type, from, "");
	if (there)
		put_id(&r->jw, NULL, &license);
	else
		weigh_jw_str(&r->jw, none ? NO_LICENSE : NO_ASSERTION);
	close_relation(r, comment);
	weigh_buf_free(&e->text);
}

/* Declared means in SPDX 3 what tools find in the package: the text, else the tag. */
static void
put_licenses(struct weigh_report *r, const struct weigh_report_row *row,
    const struct report_uuid *from)
{
	const struct weigh_record *c = row->record;
	bool text = c != NULL && c->detected[0] != '\0';
	const char *declared = c == NULL ? "" :
	    text                         ? c->detected :
					   c->declared;
	const char *concluded = report_concluded(row);
	struct weigh_buf b;
	struct report_expr e;
	bool there;

	there = report_expr_make(r, row, declared, &e);
	put_license(r, "hasDeclaredLicense", from, &e, there,
	    c != NULL && c->state == WEIGH_STATE_NONE,
	    text      ? "what the texts in the repository are" :
		there ? "what the publisher's metadata says; there is no text "
			"of it in the repository" :
		c == NULL ? "not looked at yet" :
			    "neither text nor tag tells");
	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	if (c != NULL)
		report_reasons(&b, c);
	there = report_expr_make(r, row, concluded, &e);
	put_license(r, "hasConcludedLicense", from, &e, there,
	    strcmp(concluded, "NONE") == 0, b.data != NULL ? b.data : "");
	weigh_buf_free(&b);
}

/* --- a revision ------------------------------------------------------------------------ */

static void
put_list_of(struct weigh_jw *w, const char *key, const char *text)
{
	if (text[0] == '\0')
		return;
	weigh_jw_key(w, key);
	weigh_jw_array(w);
	weigh_jw_str(w, text);
	weigh_jw_array_end(w);
}

static void
put_hash(struct weigh_jw *w, const struct weigh_oid *oid)
{
	if (weigh_oid_is_zero(oid))
		return;
	weigh_jw_key(w, "verifiedUsing");
	weigh_jw_array(w);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "type", "Hash");
	weigh_jw_kstr(w, "algorithm", "sha256");
	report_jw_oid(w, "hashValue", oid);
	weigh_jw_object_end(w);
	weigh_jw_array_end(w);
}

/* What every package has.  A place to download from is wanted, and this mirror does not
 * know under which name others reach it. */
static void
put_package(struct weigh_report *r, const char *repo, const char *commit,
    const char *location, const char *source,
    const struct report_uuid *supplier)
{
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	weigh_jw_kstr(&r->jw, "name", repo);
	report_jw_known(&r->jw, "software_packageVersion", commit);
	report_purl(&b, repo, commit, source);
	weigh_jw_kstr(&r->jw, "software_downloadLocation",
	    location[0] != '\0' ? location :
		b.data != NULL  ? b.data :
				  "");
	report_jw_buf(&r->jw, "software_packageUrl", &b);
	weigh_jw_kstr(&r->jw, "software_primaryPurpose",
	    report_is_dataset(repo) ? "data" : "model");
	put_id(&r->jw, "suppliedBy", supplier);
	weigh_buf_free(&b);
}

static void
put_parameter(struct weigh_jw *w, const char *key, struct weigh_buf *b)
{
	if (b->len > 0) {
		weigh_jw_object(w);
		weigh_jw_kstr(w, "type", "DictionaryEntry");
		weigh_jw_kstr(w, "key", key);
		report_jw_buf(w, "value", b);
		weigh_jw_object_end(w);
	}
}

static void
put_model_facts(struct weigh_report *r, const struct weigh_report_row *row)
{
	struct weigh_jw *w = &r->jw;
	struct weigh_buf b;

	put_list_of(w, "ai_typeOfModel",
	    row->architecture[0] != '\0' ? row->architecture : row->model_type);
	put_list_of(w, "ai_domain", row->task);
	if (row->parameters == 0 && row->context[0] == '\0')
		return;
	weigh_buf_init(&b, 1024);
	weigh_jw_key(w, "ai_hyperparameter");
	weigh_jw_array(w);
	if (row->parameters > 0)
		weigh_buf_addf(&b, "%llu", (unsigned long long)row->parameters);
	put_parameter(w, "parameters", &b);
	weigh_buf_adds(&b, row->context);
	put_parameter(w, "context length", &b);
	weigh_jw_array_end(w);
	weigh_buf_free(&b);
}

/* The profile wants a time of release: a model without any date is a package. */
static const char *
type_of(const struct weigh_report_row *row)
{
	if (report_is_dataset(row->repo))
		return "dataset_DatasetPackage";
	return row->released > 0 || row->held > 0 ? "ai_AIPackage" :
						    "software_Package";
}

static void
put_element(struct weigh_report *r, const struct weigh_report_row *row,
    const struct report_uuid *id, const struct report_uuid *supplier)
{
	const char *type = type_of(row);

	if (!open_element(r, type, id))
		return;
	put_package(r, row->repo, row->commit, row->source, row->source,
	    supplier);
	report_jw_time(&r->jw, "releaseTime",
	    row->released > 0 ? row->released : row->held);
	if (row->released <= 0 && row->held > 0)
		weigh_jw_kstr(&r->jw, "comment",
		    "The date of release is not stated by the provider; the "
		    "time is that since when this mirror holds it.");
	put_hash(&r->jw, &row->manifest);
	if (strcmp(type, "ai_AIPackage") == 0)
		put_model_facts(r, row);
	if (strcmp(type, "dataset_DatasetPackage") == 0)
		put_list_of(&r->jw, "dataset_datasetType", "noAssertion");
	close_element(r);
}

/* The files of licenses and policies, as evidence. */
static void
put_texts(struct weigh_report *r, const struct weigh_report_row *row,
    const struct report_uuid *from)
{
	const struct weigh_record *c = row->record;
	struct report_uuid id;
	char text[REPORT_UUID];

	if (c == NULL || c->ntexts == 0)
		return;
	report_uuid_text(from, text);
	for (uint32_t i = 0; i < c->ntexts; i++) {
		report_id(r, &id, "file", text, c->texts[i].path);
		if (!open_element(r, "software_File", &id))
			continue;
		weigh_jw_kstr(&r->jw, "name", c->texts[i].path);
		weigh_jw_kstr(&r->jw, "software_primaryPurpose",
		    "documentation");
		put_hash(&r->jw, &c->texts[i].oid);
		close_element(r);
	}
	open_relation(r, "hasEvidence", from, "texts");
	for (uint32_t i = 0; i < c->ntexts; i++) {
		report_id(r, &id, "file", text, c->texts[i].path);
		put_id(&r->jw, NULL, &id);
	}
	close_relation(r, "files of licenses and policies");
}

static void
put_bases(struct weigh_report *r, const struct weigh_report_row *row,
    const struct report_uuid *from)
{
	const struct weigh_record *c = row->record;
	struct report_uuid base;
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	for (uint32_t i = 0; c != NULL && i < c->nbases; i++) {
		if (c->bases[i].child != UINT32_MAX || c->bases[i].weak)
			continue;
		report_stub(r, &c->bases[i], &base);
		weigh_buf_addf(&b, "relation: %s%s; evidence: %s in %s",
		    weigh_relation_name(c->bases[i].relation),
		    c->bases[i].inferred ? " (inferred)" : "",
		    c->bases[i].evidence, c->bases[i].path);
		open_relation(r, "descendantOf", from, c->bases[i].name);
		put_id(&r->jw, NULL, &base);
		close_relation(r, b.data != NULL ? b.data : "");
		weigh_buf_reset(&b);
	}
	weigh_buf_free(&b);
}

static void
put_data(struct weigh_report *r, const struct weigh_report_row *row,
    const struct report_uuid *from)
{
	struct report_uuid id;

	for (size_t i = 0; i < row->ndatasets; i++) {
		report_id(r, &id, "data", row->datasets[i], "");
		if (!open_element(r, "dataset_DatasetPackage", &id))
			continue;
		weigh_jw_kstr(&r->jw, "name", row->datasets[i]);
		put_list_of(&r->jw, "dataset_datasetType", "noAssertion");
		close_element(r);
	}
	if (row->ndatasets == 0)
		return;
	open_relation(r, "trainedOn", from, "");
	for (size_t i = 0; i < row->ndatasets; i++) {
		report_id(r, &id, "data", row->datasets[i], "");
		put_id(&r->jw, NULL, &id);
	}
	close_relation(r, "as the card says");
}

static void
put_row(struct weigh_report *r, const struct weigh_report_row *row)
{
	struct report_uuid id, supplier;

	put_supplier(r, row->repo, &supplier);
	report_id(r, &id, "model", row->repo, row->commit);
	put_element(r, row, &id, &supplier);
	put_licenses(r, row, &id);
	put_texts(r, row, &id);
	put_bases(r, row, &id);
	put_data(r, row, &id);
}

/* --- begin and end ------------------------------------------------------------------- */

static void
begin(struct weigh_report *r)
{
	struct report_uuid agent, tool;
	struct weigh_jw *w = &r->jw;
	struct weigh_buf b;

	weigh_jw_object(w);
	weigh_jw_kstr(w, "@context",
	    "https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
	weigh_jw_key(w, "@graph");
	weigh_jw_array(w);
	weigh_buf_init(&b, 4096);
	weigh_buf_addf(&b, "weigh %s", r->frame.tool);
	put_named(r, "SoftwareAgent", "agent", "weighhouse", &agent);
	put_named(r, "Tool", "tool", b.data != NULL ? b.data : "weigh", &tool);
	weigh_buf_free(&b);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "type", "CreationInfo");
	weigh_jw_kstr(w, "@id", INFO);
	weigh_jw_kstr(w, "specVersion", "3.0.1");
	report_jw_time(w, "created", r->frame.as_of);
	weigh_jw_key(w, "createdBy");
	weigh_jw_array(w);
	put_id(w, NULL, &agent);
	weigh_jw_array_end(w);
	weigh_jw_key(w, "createdUsing");
	weigh_jw_array(w);
	put_id(w, NULL, &tool);
	weigh_jw_array_end(w);
	close_element(r);
}

/* Not held here, or not asked for: what is known is what was concluded. */
static void
put_stub(struct weigh_report *r, const struct report_stub *s)
{
	struct report_uuid supplier;
	struct report_expr e;
	bool there;

	if (s->name == NULL || s->commit == NULL || s->license == NULL ||
	    report_ids_has(&r->rows, &s->id))
		return;
	put_supplier(r, s->name, &supplier);
	if (!open_element(r, "software_Package", &s->id))
		return;
	put_package(r, s->name, s->commit, "", REPORT_HUB, &supplier);
	weigh_jw_kstr(&r->jw, "comment",
	    "Named as the base of a model of this report; not itself a "
	    "subject of it.");
	close_element(r);
	there = report_expr_of_base(r, s->name, s->license, &e);
	put_license(r, "hasConcludedLicense", &s->id, &e, there,
	    strcmp(s->license, "NONE") == 0,
	    there ? "" : "no license of it is known here");
}

static void
put_text(struct weigh_report *r, const struct report_ref *ref)
{
	struct report_uuid id;

	if (ref->id == NULL)
		return;
	report_id(r, &id, "text", ref->id, "");
	if (!open_element(r, "simplelicensing_SimpleLicensingText", &id))
		return;
	weigh_jw_kstr(&r->jw, "name", ref->name != NULL ? ref->name : ref->id);
	weigh_jw_kstr(&r->jw, "simplelicensing_licenseText",
	    ref->words != NULL ? ref->words : "No text is known.");
	close_element(r);
}

static void
open_collection(struct weigh_report *r, const char *type,
    const struct report_uuid *id)
{
	static const char *const profiles[] = { "core", "software", "ai",
		"simpleLicensing" };

	weigh_jw_object(&r->jw);
	weigh_jw_kstr(&r->jw, "type", type);
	put_id(&r->jw, "spdxId", id);
	weigh_jw_kstr(&r->jw, "creationInfo", INFO);
	weigh_jw_kstr(&r->jw, "name", r->frame.title);
	weigh_jw_key(&r->jw, "profileConformance");
	weigh_jw_array(&r->jw);
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		weigh_jw_str(&r->jw, profiles[i]);
	weigh_jw_array_end(&r->jw);
}

/* A piece of a list of ids; at its end the list is closed, and the next stage begins. */
static void
put_ids(struct weigh_report *r, const struct report_ids *ids)
{
	size_t stop = ids->n - r->at < PER_CALL ? ids->n : r->at + PER_CALL;

	for (; r->at < stop; r->at++)
		put_id(&r->jw, NULL, &ids->list[r->at]);
	if (r->at < ids->n)
		return;
	weigh_jw_array_end(&r->jw);
	r->at = 0;
	r->stage++;
}

static void
put_stubs(struct weigh_report *r)
{
	for (size_t n = 0; r->at < r->nstubs && n < 256; n++)
		put_stub(r, &r->stubs[r->at++]);
	if (r->at == r->nstubs) {
		r->at = 0;
		r->stage++;
	}
}

static void
put_all_texts(struct weigh_report *r)
{
	for (size_t n = 0; r->at < r->nrefs && n < 256; n++)
		put_text(r, &r->refs[r->at++]);
	if (r->at == r->nrefs) {
		r->at = 0;
		r->stage++;
	}
}

/* The collection's roots are the models, or, of the document, the collection. */
static void
open_sbom(struct weigh_report *r)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&r->chain, hex);
	report_id(r, &r->sbom, "sbom", hex, "");
	open_collection(r, "software_Sbom", &r->sbom);
	put_list_of(&r->jw, "software_sbomType", "analyzed");
	weigh_jw_key(&r->jw, "rootElement");
	weigh_jw_array(&r->jw);
	r->stage++;
}

static void
open_elements(struct weigh_report *r)
{
	weigh_jw_key(&r->jw, "element");
	weigh_jw_array(&r->jw);
	r->stage++;
}

static void
open_document(struct weigh_report *r)
{
	struct report_uuid id;
	char hex[WEIGH_OID_HEX + 1];

	close_element(r);
	weigh_oid_hex(&r->chain, hex);
	report_id(r, &id, "document", hex, "");
	open_collection(r, "SpdxDocument", &id);
	weigh_jw_key(&r->jw, "rootElement");
	weigh_jw_array(&r->jw);
	put_id(&r->jw, NULL, &r->sbom);
	weigh_jw_array_end(&r->jw);
	weigh_jw_key(&r->jw, "element");
	weigh_jw_array(&r->jw);
	put_id(&r->jw, NULL, &r->sbom);
	r->stage++;
}

static bool
end(struct weigh_report *r)
{
	enum {
		STUBS,
		TEXTS,
		SBOM,
		ROOTS,
		LIST,
		ELEMENTS,
		DOCUMENT,
		ALL,
		LAST
	};

	switch (r->stage) {
	case STUBS:
		put_stubs(r);
		return true;
	case TEXTS:
		put_all_texts(r);
		return true;
	case SBOM:
		open_sbom(r);
		return true;
	case ROOTS:
		put_ids(r, &r->rows);
		return true;
	case LIST:
		open_elements(r);
		return true;
	case ELEMENTS:
	case ALL:
		put_ids(r, &r->elements);
		return true;
	case DOCUMENT:
		open_document(r);
		return true;
	default:
		close_element(r);
		weigh_jw_array_end(&r->jw);
		weigh_jw_object_end(&r->jw);
		weigh_buf_addc(r->jw.out, '\n');
		return false;
	}
}

const struct report_writer report_spdx = {
	.name = "spdx",
	.sbom = true,
	.begin = begin,
	.row = put_row,
	.end = end,
};
