/* report: see weigh/report.h; what all formats share. */
#include <stdlib.h>
#include <string.h>

#include "priv.h"

static const struct report_writer *const writers[WEIGH_REPORT_FORMATS] = {
	[WEIGH_REPORT_HTML] = &report_html,
	[WEIGH_REPORT_CSV] = &report_csv,
	[WEIGH_REPORT_JSON] = &report_json,
	[WEIGH_REPORT_SPDX] = &report_spdx,
	[WEIGH_REPORT_SPDX_23] = &report_spdx_23,
	[WEIGH_REPORT_CYCLONEDX] = &report_cyclonedx,
};

const char *
weigh_report_format_name(enum weigh_report_format format)
{
	return format < WEIGH_REPORT_FORMATS ? writers[format]->name : "";
}

bool
weigh_report_format_parse(enum weigh_report_format *out, const char *text,
    size_t len)
{
	for (unsigned i = 0; i < WEIGH_REPORT_FORMATS; i++)
		if (strlen(writers[i]->name) == len &&
		    memcmp(writers[i]->name, text, len) == 0) {
			*out = (enum weigh_report_format)i;
			return true;
		}
	return false;
}

/* --- its ids ------------------------------------------------------------------------ */

/* Made once, at random: ids of this program collide with nobody's. */
static const struct report_uuid root = { { 0x7e, 0x0d, 0x5b, 0x92, 0x4f, 0xa1,
    0x4c, 0x3e, 0x9b, 0x60, 0x1d, 0x8c, 0xe7, 0x35, 0x2a, 0xf4 } };

/* Everything that the frame says, so that what differs has other ids. */
static void
name_space(struct weigh_report *r)
{
	const struct weigh_report_frame *f = &r->frame;
	char as_of[REPORT_TIME], policy[WEIGH_OID_HEX + 1],
	    judge[WEIGH_OID_HEX + 1], terms[WEIGH_OID_HEX + 1];
	const char *parts[9 + 2 * WEIGH_REPORT_SITE];
	size_t n = 0;

	report_time(f->as_of, as_of);
	weigh_oid_hex(&f->policy, policy);
	weigh_oid_hex(&f->judge, judge);
	weigh_oid_hex(&f->terms, terms);
	parts[n++] = r->writer->name;
	parts[n++] = f->title;
	parts[n++] = f->tool;
	parts[n++] = f->packs;
	parts[n++] = as_of;
	parts[n++] = policy;
	parts[n++] = judge;
	parts[n++] = terms;
	for (size_t i = 0; i < f->nsite; i++) {
		parts[n++] = f->site[i].key;
		parts[n++] = f->site[i].value;
	}
	report_uuid_of(&r->ns, &root, parts, n);
}

void
report_id(const struct weigh_report *r, struct report_uuid *out,
    const char *kind, const char *a, const char *b)
{
	const char *parts[3] = { kind, a, b };

	report_uuid_of(out, &r->ns, parts, 3);
}

void
report_document_id(struct weigh_report *r, char out[REPORT_UUID])
{
	char hex[WEIGH_OID_HEX + 1];
	struct report_uuid id;

	weigh_oid_hex(&r->chain, hex);
	report_id(r, &id, "document", hex, "");
	report_uuid_text(&id, out);
}

/* --- its life ------------------------------------------------------------------------ */

static enum weigh_code
open_pack(struct weigh_report *r, struct weigh_err *err)
{
	const void *bytes;
	size_t len;

	weigh_licensepack_builtin(&bytes, &len);
	return weigh_licensepack_open(&r->pack, bytes, len, err);
}

enum weigh_code
weigh_report_new(struct weigh_report **out, enum weigh_report_format format,
    const struct weigh_report_frame *frame, struct weigh_err *err)
{
	struct weigh_report *r;
	enum weigh_code rc = WEIGH_OK;

	*out = NULL;
	if (format >= WEIGH_REPORT_FORMATS ||
	    frame->nsite > WEIGH_REPORT_SITE ||
	    frame->npurposes > WEIGH_REPORT_PURPOSES)
		return weigh_fail(err, WEIGH_USAGE,
		    "no such format, or too much in its frame");
	if ((r = calloc(1, sizeof(*r))) == NULL ||
	    (r->duties = calloc(WEIGH_DUTIES_MAX, sizeof(*r->duties))) ==
		NULL) {
		free(r);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	r->writer = writers[format];
	r->frame = *frame;
	weigh_buf_init(&r->spool, WEIGH_REPORT_KEPT / 2);
	weigh_jw_init(&r->jw, NULL);
	name_space(r);
	if (r->writer->sbom)
		rc = open_pack(r, err);
	if (rc == WEIGH_OK)
		*out = r;
	else
		weigh_report_free(r);
	return rc;
}

void
weigh_report_free(struct weigh_report *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->nrefs; i++) {
		free(r->refs[i].id);
		free(r->refs[i].name);
		free(r->refs[i].words);
	}
	for (size_t i = 0; i < r->nstubs; i++) {
		free(r->stubs[i].name);
		free(r->stubs[i].commit);
		free(r->stubs[i].license);
	}
	free(r->refs);
	free(r->stubs);
	report_ids_free(&r->rows);
	report_ids_free(&r->looked);
	report_ids_free(&r->elements);
	report_ids_free(&r->licenses);
	report_ids_free(&r->refs_of);
	report_ids_free(&r->stubs_of);
	weigh_buf_free(&r->spool);
	weigh_licensepack_close(r->pack);
	free(r->duties);
	free(r);
}

char *
report_keep(struct weigh_report *r, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy;

	if (r->kept + size > WEIGH_REPORT_KEPT / 2 ||
	    (copy = malloc(size)) == NULL) {
		r->nomem = true;
		return NULL;
	}
	r->kept += size;
	memcpy(copy, text, size);
	return copy;
}

/* --- in, out --------------------------------------------------------------------------- */

static enum weigh_code
trouble(const struct weigh_report *r, const struct weigh_buf *out,
    struct weigh_err *err)
{
	if (r->nomem || r->spool.failed)
		return weigh_fail(err, WEIGH_NOMEM,
		    "no memory for what the end of the report needs");
	if (out->failed)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a part of the report is over %zu bytes", out->max);
	return WEIGH_OK;
}

/* What came out since `before` becomes part of the document's id. */
static enum weigh_code
note(struct weigh_report *r, const struct weigh_buf *out, size_t before,
    struct weigh_err *err)
{
	struct weigh_oid pair[2] = { r->chain };
	enum weigh_code rc = trouble(r, out, err);

	if (rc != WEIGH_OK)
		return rc;
	if (out->len > before &&
	    (!weigh_oid_of(&pair[1], out->data + before, out->len - before) ||
		!weigh_oid_of(&r->chain, pair, sizeof(pair))))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

static enum weigh_code
first_time(struct weigh_report *r, struct report_ids *seen,
    const struct weigh_report_row *row, struct weigh_err *err)
{
	struct report_uuid id;
	size_t at;

	report_id(r, &id, "model", row->repo, row->commit);
	at = report_ids_add(seen, &id);
	if (at == REPORT_IDS_NEW)
		return WEIGH_OK;
	if (at == REPORT_IDS_NOMEM)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return weigh_fail(err, WEIGH_USAGE, "%.96s came twice", row->repo);
}

bool
weigh_report_looks(const struct weigh_report *r)
{
	return r->writer->look != NULL;
}

enum weigh_code
weigh_report_look(struct weigh_report *r, const struct weigh_report_row *row,
    struct weigh_err *err)
{
	static const struct weigh_buf none;
	enum weigh_code rc = first_time(r, &r->looked, row, err);

	if (rc == WEIGH_OK && r->writer->look != NULL)
		r->writer->look(r, row);
	return rc == WEIGH_OK ? trouble(r, &none, err) : rc;
}

enum weigh_code
weigh_report_begin(struct weigh_report *r, struct weigh_buf *out,
    struct weigh_err *err)
{
	size_t before = out->len;

	r->jw.out = out;
	r->writer->begin(r);
	return note(r, out, before, err);
}

enum weigh_code
weigh_report_row(struct weigh_report *r, const struct weigh_report_row *row,
    struct weigh_buf *out, struct weigh_err *err)
{
	size_t before = out->len;
	enum weigh_code rc = first_time(r, &r->rows, row, err);

	if (rc != WEIGH_OK)
		return rc;
	if (r->writer->look != NULL &&
	    (r->rows.n > r->looked.n ||
		memcmp(&r->rows.list[r->rows.n - 1],
		    &r->looked.list[r->rows.n - 1],
		    sizeof(r->rows.list[0])) != 0))
		return weigh_fail(err, WEIGH_USAGE,
		    "%.96s is not what was looked at", row->repo);
	r->jw.out = out;
	r->writer->row(r, row);
	return note(r, out, before, err);
}

enum weigh_code
weigh_report_end(struct weigh_report *r, struct weigh_buf *out, bool *more,
    struct weigh_err *err)
{
	size_t before = out->len;

	if (r->writer->look != NULL && r->rows.n != r->looked.n)
		return weigh_fail(err, WEIGH_USAGE,
		    "%zu revisions were looked at, and %zu came", r->looked.n,
		    r->rows.n);
	r->jw.out = out;
	*more = r->writer->end(r);
	return note(r, out, before, err);
}
