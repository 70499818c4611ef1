/* priv: what the writers of reports share.  Private to proto/report. */
#ifndef PROTO_REPORT_PRIV_H
#define PROTO_REPORT_PRIV_H

#include <weigh/json.h>
#include <weigh/licensepack.h>
#include <weigh/report.h>

/* --- ids ------------------------------------------------------------------------- */

#define REPORT_UUID 37 /* bytes of one as text, with its NUL */
struct report_uuid {
	uint8_t b[16];
};
/* RFC 9562, 5.5: SHA-1 of the namespace and the parts, a NUL behind each. */
void report_uuid_of(struct report_uuid *out, const struct report_uuid *ns,
    const char *const *parts, size_t nparts);
void report_uuid_text(const struct report_uuid *id, char out[REPORT_UUID]);

/* Ids in the order in which they came, each once.  20 to 40 bytes an id. */
struct report_ids {
	struct report_uuid *list;
	uint32_t *table; /* of places in list, plus 1; 0: free */
	size_t n, room, slots;
};
#define REPORT_IDS_NEW SIZE_MAX
#define REPORT_IDS_NOMEM (SIZE_MAX - 1)
/* The place of an id that is there, REPORT_IDS_NEW after adding it as the last, or
 * REPORT_IDS_NOMEM. */
size_t report_ids_add(struct report_ids *s, const struct report_uuid *id);
bool report_ids_has(const struct report_ids *s, const struct report_uuid *id);
void report_ids_free(struct report_ids *s);

/* --- a report that is being written ------------------------------------------------ */

/* A LicenseRef that the document must explain. */
struct report_ref {
	char *id, *name;
	char *words; /* what is known of its text */
	bool text;   /* a text is held */
};

/* A model that is only told as another one's base, until the end. */
struct report_stub {
	char *name, *commit, *license;
	struct report_uuid id;
};

struct report_sums {
	uint64_t models, files, bytes, none_made;
	uint64_t states[WEIGH_STATES];
	uint64_t findings[WEIGH_FINDINGS];
	uint64_t rulings[WEIGH_REPORT_PURPOSES][WEIGH_RULINGS];
	uint64_t with_findings;
};

struct report_writer;
struct weigh_report {
	const struct report_writer *writer;
	struct weigh_report_frame frame;
	struct weigh_jw jw; /* jw.out: where the bytes go just now */
	struct report_uuid ns;
	struct weigh_oid chain; /* of all bytes that came out so far */
	struct report_ids rows; /* revisions that were written */
	struct report_ids looked;
	struct report_sums sums;
	struct weigh_duty *duties; /* room for those of one record */
	struct weigh_license_pack *pack;
	/* what an SBOM knows only at its end */
	struct report_ids elements, licenses, refs_of, stubs_of;
	struct report_ref *refs;
	struct report_stub *stubs;
	size_t nrefs, nstubs;
	struct weigh_buf spool; /* relations, findings: text */
	size_t kept;            /* bytes of refs and stubs */
	bool nomem;
	struct report_uuid sbom;
	unsigned stage; /* of the end */
	size_t at;      /* in that stage */
};

/* One row a format. */
struct report_writer {
	const char *name;
	bool sbom; /* needs the pack */
	void (*look)(struct weigh_report *r,
	    const struct weigh_report_row *row); /* or NULL */
	void (*begin)(struct weigh_report *r);
	void (*row)(struct weigh_report *r, const struct weigh_report_row *row);
	bool (*end)(struct weigh_report *r); /* is there more? */
};
extern const struct report_writer report_html, report_csv, report_json,
    report_spdx, report_spdx_23, report_cyclonedx;

/* The id of a thing of this report: report_uuid_of under its namespace. */
void report_id(const struct weigh_report *r, struct report_uuid *out,
    const char *kind, const char *a, const char *b);
/* The id of the document: of everything that was written before. */
void report_document_id(struct weigh_report *r, char out[REPORT_UUID]);

/* A copy that the report owns, counted against WEIGH_REPORT_KEPT; NULL: nomem is set. */
char *report_keep(struct weigh_report *r, const char *text);

/* --- words ----------------------------------------------------------------------- */

#define REPORT_TIME 24
/* "2026-11-22T00:00:00Z"; "" for 0. */
void report_time(int64_t when, char out[REPORT_TIME]);
/* 12 digits of a commit. */
#define REPORT_SHORT 12
/* "org" of "org/name" and "datasets/org/name"; *len 0: the name tells none.  And what is
 * behind it. */
const char *report_org(const char *repo, size_t *len);
const char *report_name(const char *repo);
bool report_is_dataset(const char *repo);
/* Where the bases that cards name are. */
#define REPORT_HUB "https://huggingface.co/"
/* A package URL of a revision; `source` "": published here. */
void report_purl(struct weigh_buf *out, const char *repo, const char *commit,
    const char *source);
/* "unknown" when there is no record. */
const char *report_state(const struct weigh_report_row *row);
const char *report_concluded(const struct weigh_report_row *row);
/* Is this finding of a record, or a missing record, something a reader must see first? */
bool report_has_findings(const struct weigh_report_row *row);
/* "more than 700,000,000 users active in a month, ..." of a threshold, else the value. */
void report_value(struct weigh_buf *out, const char *fact, const char *value);
/* The value of a term of text without its quotes. */
void report_unquoted(struct weigh_buf *out, const char *value);
void report_number(struct weigh_buf *out, uint64_t n);
/* weigh_jw_kstr, unless the text is "". */
void report_jw_known(struct weigh_jw *w, const char *key, const char *text);
void report_jw_oid(struct weigh_jw *w, const char *key,
    const struct weigh_oid *oid);
void report_jw_time(struct weigh_jw *w, const char *key, int64_t when);
/* "approval" "waiver" "revoked" */
const char *report_act_name(enum weigh_act_kind kind);
/* The members of a row of weigh.report-rows/1, into an open object. */
void report_row_members(struct weigh_jw *w, const struct weigh_report_row *row);
/* The key, and what `buf` holds, as a string; buf is reset. */
void report_jw_buf(struct weigh_jw *w, const char *key, struct weigh_buf *buf);

/* --- licenses in an SBOM ------------------------------------------------------------ */

#define REPORT_EXPR_REFS 64
struct report_expr {
	struct weigh_buf text;         /* the expression as it may be written */
	size_t refs[REPORT_EXPR_REFS]; /* places in r->refs */
	size_t nrefs;
	bool single; /* one listed id */
};
/* `expr` ("", NONE, NOASSERTION: false) as an expression of SPDX: `+` in a LicenseRef
 * spelled out, what is no listed id made a LicenseRef, each LicenseRef noted in r->refs
 * with what `row` knows of it.  Free the text. */
bool report_expr_make(struct weigh_report *r,
    const struct weigh_report_row *row, const char *expr,
    struct report_expr *out);
/* Likewise of a model that is known only as a base. */
bool report_expr_of_base(struct weigh_report *r, const char *name,
    const char *license, struct report_expr *out);
/* "3.28.0": of the SPDX list that ids are looked up in. */
void report_list_version(const struct weigh_report *r, char out[16]);
/* The id of a base's model; it becomes a stub unless a row of its own comes. */
void report_stub(struct weigh_report *r, const struct weigh_record_base *base,
    struct report_uuid *out);
/* The sentences that led to the conclusion, and the findings, "; " between. */
void report_reasons(struct weigh_buf *out, const struct weigh_record *c);

/* --- the AI Act ------------------------------------------------------------------ */

struct report_annex {
	const char *point, *field; /* static: "1(a)", "intended tasks" */
	bool known;
};
/* The fields of Annex XII in their order; what is known of field `i` into `out`, else
 * REPORT_NOT_STATED. */
extern const size_t report_annex_fields;
#define REPORT_NOT_STATED "not stated by the provider"
void report_annex(struct report_annex *field, struct weigh_buf *out,
    const struct weigh_report_row *row, size_t i);

#endif
