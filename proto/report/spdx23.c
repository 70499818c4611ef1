/* spdx23: SPDX 2.3 as JSON.  Packages first; relations are kept until the end, and so is
 * what every LicenseRef stands for. */
#include <string.h>

#include "priv.h"

#define NO_ASSERTION "NOASSERTION"
#define ID_PREFIX "SPDXRef-Package-"
#define PACKAGE_ID (sizeof(ID_PREFIX) + REPORT_UUID)
#define PIECE (1u << 20) /* of the relations, at once */

static void
package_id(const struct report_uuid *id, char out[PACKAGE_ID])
{
	memcpy(out, ID_PREFIX, sizeof(ID_PREFIX));
	report_uuid_text(id, out + sizeof(ID_PREFIX) - 1);
}

/* A relation, kept as it will be written. */
static void
keep_relation(struct weigh_report *r, const char *from, const char *type,
    const char *to, const char *comment)
{
	struct weigh_jw w;

	weigh_buf_adds(&r->spool, r->spool.len > 0 ? ",\n" : "");
	weigh_jw_init(&w, &r->spool);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "spdxElementId", from);
	weigh_jw_kstr(&w, "relationshipType", type);
	weigh_jw_kstr(&w, "relatedSpdxElement", to);
	report_jw_known(&w, "comment", comment);
	weigh_jw_object_end(&w);
}

/* --- a package --------------------------------------------------------------------- */

static void
put_supplier(struct weigh_report *r, const char *repo)
{
	size_t len;
	const char *org = report_org(repo, &len);
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	weigh_buf_adds(&b, len > 0 ? "Organization: " : NO_ASSERTION);
	weigh_buf_add(&b, org, len);
	report_jw_buf(&r->jw, "supplier", &b);
	weigh_buf_free(&b);
}

static void
put_license(struct weigh_report *r, const char *key, struct report_expr *e,
    bool there, bool none)
{
	weigh_jw_kstr(&r->jw, key,
	    there    ? e->text.data :
		none ? "NONE" :
		       NO_ASSERTION);
	weigh_buf_free(&e->text);
}

static void
put_purl(struct weigh_report *r, const char *repo, const char *commit,
    const char *source)
{
	struct weigh_jw *w = &r->jw;
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	report_purl(&b, repo, commit, source);
	weigh_jw_key(w, "externalRefs");
	weigh_jw_array(w);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "referenceCategory", "PACKAGE-MANAGER");
	weigh_jw_kstr(w, "referenceType", "purl");
	report_jw_buf(w, "referenceLocator", &b);
	weigh_jw_object_end(w);
	weigh_jw_array_end(w);
	weigh_buf_free(&b);
}

static void
open_package(struct weigh_report *r, const char *id, const char *repo,
    const char *commit, const char *location, const char *source)
{
	struct weigh_jw *w = &r->jw;

	weigh_jw_object(w);
	weigh_jw_kstr(w, "SPDXID", id);
	weigh_jw_kstr(w, "name", repo);
	report_jw_known(w, "versionInfo", commit);
	weigh_jw_kstr(w, "downloadLocation",
	    location[0] != '\0' ? location : NO_ASSERTION);
	weigh_jw_kbool(w, "filesAnalyzed", false);
	put_supplier(r, repo);
	weigh_jw_kstr(w, "copyrightText", NO_ASSERTION);
	weigh_jw_kstr(w, "primaryPackagePurpose", "OTHER");
	put_purl(r, repo, commit, source);
}

static void
close_package(struct weigh_report *r)
{
	weigh_jw_object_end(&r->jw);
	weigh_buf_addc(r->jw.out, '\n');
}

static void
put_checksum(struct weigh_jw *w, const struct weigh_oid *oid)
{
	if (weigh_oid_is_zero(oid))
		return;
	weigh_jw_key(w, "checksums");
	weigh_jw_array(w);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "algorithm", "SHA256");
	report_jw_oid(w, "checksumValue", oid);
	weigh_jw_object_end(w);
	weigh_jw_array_end(w);
}

/* Declared is the publisher's word here; what the texts are is in the comments. */
static void
put_licenses(struct weigh_report *r, const struct weigh_report_row *row)
{
	const struct weigh_record *c = row->record;
	const char *declared = c != NULL ? c->declared : "";
	const char *concluded = report_concluded(row);
	struct report_expr e;
	struct weigh_buf b;
	bool there;

	there = report_expr_make(r, row, declared, &e);
	put_license(r, "licenseDeclared", &e, there,
	    c != NULL && declared[0] == '\0' && c->nclaims + c->nlinks == 0);
	there = report_expr_make(r, row, concluded, &e);
	put_license(r, "licenseConcluded", &e, there,
	    strcmp(concluded, "NONE") == 0);
	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	weigh_buf_addf(&b, "state: %s", report_state(row));
	if (c == NULL)
		weigh_buf_adds(&b, "; its license was not looked at yet");
	else if (c->detected[0] != '\0')
		weigh_buf_addf(&b, "; texts found: %s", c->detected);
	if (c != NULL)
		report_reasons(&b, c);
	report_jw_buf(&r->jw, "licenseComments", &b);
	weigh_buf_free(&b);
}

/* What is built, what it was made of: in words, for there is no field. */
static void
put_comment(struct weigh_report *r, const struct weigh_report_row *row)
{
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	weigh_buf_addf(&b, "%s; %llu files, %llu bytes",
	    report_is_dataset(row->repo) ? "a data set" : "a model",
	    (unsigned long long)row->files, (unsigned long long)row->bytes);
	if (row->task[0] != '\0')
		weigh_buf_addf(&b, "; task: %s", row->task);
	if (row->architecture[0] != '\0')
		weigh_buf_addf(&b, "; architecture: %s", row->architecture);
	if (row->parameters > 0)
		weigh_buf_addf(&b, "; parameters: %llu",
		    (unsigned long long)row->parameters);
	for (size_t i = 0; i < row->ndecisions; i++)
		weigh_buf_addf(&b, "; %s (%s): %s", row->decisions[i].purpose,
		    weigh_question_name(row->decisions[i].question),
		    weigh_ruling_name(row->decisions[i].ruling));
	report_jw_buf(&r->jw, "comment", &b);
	weigh_buf_free(&b);
}

static void
keep_bases(struct weigh_report *r, const struct weigh_report_row *row,
    const char *id)
{
	const struct weigh_record *c = row->record;
	char base[PACKAGE_ID];
	struct report_uuid u;
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	for (uint32_t i = 0; c != NULL && i < c->nbases; i++) {
		const struct weigh_record_base *m = &c->bases[i];

		if (m->child != UINT32_MAX || m->weak)
			continue;
		report_stub(r, m, &u);
		package_id(&u, base);
		weigh_buf_addf(&b, "relation: %s%s; evidence: %s in %s",
		    weigh_relation_name(m->relation),
		    m->inferred ? " (inferred)" : "", m->evidence, m->path);
		keep_relation(r, id,
		    m->relation == WEIGH_RELATION_QUANTIZED ? "VARIANT_OF" :
							      "DESCENDANT_OF",
		    base, b.data != NULL ? b.data : "");
		weigh_buf_reset(&b);
	}
	weigh_buf_free(&b);
}

static void
put_row(struct weigh_report *r, const struct weigh_report_row *row)
{
	struct report_uuid u;
	char id[PACKAGE_ID];

	report_id(r, &u, "model", row->repo, row->commit);
	package_id(&u, id);
	open_package(r, id, row->repo, row->commit, row->source, row->source);
	put_checksum(&r->jw, &row->manifest);
	report_jw_time(&r->jw, "releaseDate", row->released);
	put_licenses(r, row);
	put_comment(r, row);
	close_package(r);
	keep_relation(r, "SPDXRef-DOCUMENT", "DESCRIBES", id, "");
	keep_bases(r, row, id);
}

/* --- begin and end ------------------------------------------------------------------ */

static void
begin(struct weigh_report *r)
{
	struct weigh_jw *w = &r->jw;
	struct weigh_buf b;
	char version[16];

	weigh_buf_init(&b, 4096);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "spdxVersion", "SPDX-2.3");
	weigh_jw_kstr(w, "dataLicense", "CC0-1.0");
	weigh_jw_kstr(w, "SPDXID", "SPDXRef-DOCUMENT");
	weigh_jw_kstr(w, "name", r->frame.title);
	weigh_jw_key(w, "creationInfo");
	weigh_jw_object(w);
	report_jw_time(w, "created", r->frame.as_of);
	weigh_jw_key(w, "creators");
	weigh_jw_array(w);
	weigh_buf_addf(&b, "Tool: weigh-%s", r->frame.tool);
	weigh_jw_str(w, b.data != NULL ? b.data : "Tool: weigh");
	weigh_jw_array_end(w);
	report_list_version(r, version);
	if (strchr(version, '.') != NULL &&
	    strrchr(version, '.') != strchr(version, '.'))
		*strrchr(version, '.') = '\0'; /* two numbers, as 2.3 wants */
	report_jw_known(w, "licenseListVersion", version);
	weigh_jw_object_end(w);
	weigh_jw_key(w, "packages");
	weigh_jw_array(w);
	weigh_buf_free(&b);
}

static void
put_stub(struct weigh_report *r, const struct report_stub *s)
{
	struct report_expr e;
	char id[PACKAGE_ID];
	bool there;

	if (s->name == NULL || s->commit == NULL || s->license == NULL ||
	    report_ids_has(&r->rows, &s->id))
		return;
	package_id(&s->id, id);
	open_package(r, id, s->name, s->commit, "", REPORT_HUB);
	there = report_expr_of_base(r, s->name, s->license, &e);
	weigh_jw_kstr(&r->jw, "licenseDeclared", NO_ASSERTION);
	put_license(r, "licenseConcluded", &e, there,
	    strcmp(s->license, "NONE") == 0);
	weigh_jw_kstr(&r->jw, "comment",
	    "Named as the base of a model of this report; not itself a "
	    "subject of it.");
	close_package(r);
}

static bool
put_stubs(struct weigh_report *r)
{
	for (size_t n = 0; r->at < r->nstubs && n < 256; n++)
		put_stub(r, &r->stubs[r->at++]);
	return r->at == r->nstubs;
}

static bool
put_texts(struct weigh_report *r)
{
	struct weigh_jw *w = &r->jw;

	for (size_t n = 0; r->at < r->nrefs && n < 256; n++) {
		const struct report_ref *ref = &r->refs[r->at++];

		if (ref->id == NULL)
			continue;
		weigh_jw_object(w);
		weigh_jw_kstr(w, "licenseId", ref->id);
		weigh_jw_kstr(w, "extractedText",
		    ref->words != NULL ? ref->words : "No text is known.");
		report_jw_known(w, "name", ref->name != NULL ? ref->name : "");
		weigh_jw_object_end(w);
		weigh_buf_addc(w->out, '\n');
	}
	return r->at == r->nrefs;
}

/* As they were kept, a piece at a time. */
static bool
put_relations(struct weigh_report *r)
{
	size_t n = r->spool.len - r->at;

	n = n < PIECE ? n : PIECE;
	if (n > 0)
		weigh_buf_add(r->jw.out, r->spool.data + r->at, n);
	r->at += n;
	return r->at == r->spool.len;
}

static void
close_all(struct weigh_report *r)
{
	char urn[9 + REPORT_UUID] = "urn:uuid:";

	weigh_jw_array_end(&r->jw);
	report_document_id(r, urn + 9);
	weigh_jw_kstr(&r->jw, "documentNamespace", urn);
	weigh_jw_object_end(&r->jw);
	weigh_buf_addc(r->jw.out, '\n');
}

static bool
end(struct weigh_report *r)
{
	static bool (*const stages[])(struct weigh_report *) = { put_stubs,
		put_texts, put_relations };
	static const char *const next[] = { "hasExtractedLicensingInfos",
		"relationships" };

	if (!stages[r->stage](r))
		return true;
	r->at = 0;
	if (++r->stage == sizeof(stages) / sizeof(stages[0])) {
		close_all(r);
		return false;
	}
	weigh_jw_array_end(&r->jw);
	weigh_jw_key(&r->jw, next[r->stage - 1]);
	weigh_jw_array(&r->jw);
	return true;
}

const struct report_writer report_spdx_23 = {
	.name = "spdx-2.3",
	.sbom = true,
	.begin = begin,
	.row = put_row,
	.end = end,
};
