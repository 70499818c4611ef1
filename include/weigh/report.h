/*
 * report: what is held, under which licenses, and what was decided, as a document: for
 * people (HTML), tables (CSV), programs (JSON), and as SBOM (SPDX 3.0.1 with its AI
 * profile, SPDX 2.3, CycloneDX 1.7).
 *
 * (1) One row at a time goes in, bytes come out, and the caller drains them: memory does
 *     not grow with rows, but for about 100 bytes a row and what is told once for each
 *     LicenseRef (in HTML: for each finding), under WEIGH_REPORT_KEPT in all.
 * (2) The same frame and rows give the same bytes.  There is no clock but the frame's
 *     `as_of`; ids are UUIDs (RFC 9562, version 5) of what they name.
 * (3) A revision comes once; the second time it is refused.  The order is the caller's.
 * (4) What nobody knows is said to be unknown, in words, and never filled in.
 * (5) Every string of a row may be hostile: it is escaped for where it stands.
 * (6) Every LicenseRef that an SBOM names is explained in it.
 *
 * Formats: SPDX specification 3.0.1 and 2.3, CycloneDX 1.7, RFC 4180; weigh.report/1 is
 * described in proto/report/README.md.  Pure; nothing here blocks.  One thread at a time.
 */
#ifndef WEIGH_REPORT_H
#define WEIGH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/oid.h>
#include <weigh/policy.h>
#include <weigh/record.h>

#define WEIGH_REPORT_KEPT (128u << 20) /* bytes, by (1) */
#define WEIGH_REPORT_PURPOSES 32
#define WEIGH_REPORT_SITE 32
#define WEIGH_REPORT_ACTS 256 /* of one row */
#define WEIGH_REPORT_DATASETS 64

enum weigh_report_format {
	WEIGH_REPORT_HTML,
	WEIGH_REPORT_CSV,
	WEIGH_REPORT_JSON,
	WEIGH_REPORT_SPDX,    /* 3.0.1, JSON-LD */
	WEIGH_REPORT_SPDX_23, /* JSON */
	WEIGH_REPORT_CYCLONEDX,
	WEIGH_REPORT_FORMATS
};
/* "html" "csv" "json" "spdx" "spdx-2.3" "cyclonedx" */
const char *weigh_report_format_name(enum weigh_report_format format);
bool weigh_report_format_parse(enum weigh_report_format *out, const char *text,
    size_t len);

/* --- what goes in ------------------------------------------------------------------ */
/* All strings are UTF-8, never NULL; "" and 0 mean: not known. */

struct weigh_report_site {
	const char *key, *value; /* "territory", "DE" */
};
struct weigh_report_purpose {
	const char *id;
	enum weigh_question question;
};

/* What holds for all rows.  The strings live as long as the report. */
struct weigh_report_frame {
	const char *title;
	const char *tool; /* version of weigh */
	const char
	    *packs;    /* "weighhouse 2026.11 (SPDX 3.28.0)", of the judge */
	int64_t as_of; /* seconds since 1970 */
	struct weigh_oid policy, judge, terms; /* zero: not known */
	struct weigh_report_site site[WEIGH_REPORT_SITE];
	struct weigh_report_purpose purposes[WEIGH_REPORT_PURPOSES];
	size_t nsite, npurposes;
};

/* The verdict for one purpose. */
struct weigh_report_decision {
	const char *purpose;
	enum weigh_question question;
	enum weigh_ruling ruling;
	bool held;
	const char *rule, *reason, *because;
	int64_t until;
};

/* A revision.  Everything lives until the call that it is given to returns. */
struct weigh_report_row {
	const struct weigh_record *record; /* NULL: not made yet */
	const char *repo, *commit;
	const char *source; /* URL that it came from; "": published here */
	struct weigh_oid manifest;
	uint64_t files, bytes;
	int64_t held;         /* since when */
	int64_t released;     /* by its publisher's own dates */
	const char *signedby; /* "yes" "partly" "no" */
	/* of its card, its config, the headers of its weights */
	const char *task, *library, *architecture, *model_type;
	const char *software; /* "transformers 4.46.0" */
	const char *context;  /* most tokens at once, as a number */
	const char *inputs, *outputs;
	uint64_t parameters;
	const char *datasets[WEIGH_REPORT_DATASETS];
	size_t ndatasets;
	struct weigh_report_decision decisions[WEIGH_REPORT_PURPOSES];
	size_t ndecisions;
	struct weigh_act *acts; /* oldest first */
	size_t nacts;
};

/* All "" and zero. */
void weigh_report_row_init(struct weigh_report_row *row);

/* --- writing ------------------------------------------------------------------------ */

struct weigh_report;

/* The frame is copied, its strings are not.  WEIGH_NOMEM. */
enum weigh_code weigh_report_new(struct weigh_report **out,
    enum weigh_report_format format, const struct weigh_report_frame *frame,
    struct weigh_err *err);
void weigh_report_free(struct weigh_report *r);

/* Does this format begin with sums?  Then all rows are shown to weigh_report_look, in
 * their order, before they are written, and are the same both times. */
bool weigh_report_looks(const struct weigh_report *r);
enum weigh_code weigh_report_look(struct weigh_report *r,
    const struct weigh_report_row *row, struct weigh_err *err);

/* Append to `out`; the caller writes it away and resets it between calls, and gives it a
 * ceiling above WEIGH_REPORT_ROW.  WEIGH_USAGE: against (3), or rows that are not those
 * that were looked at; WEIGH_NOMEM; WEIGH_TOO_BIG: over a limit. */
#define WEIGH_REPORT_ROW (16u << 20)
enum weigh_code weigh_report_begin(struct weigh_report *r,
    struct weigh_buf *out, struct weigh_err *err);
enum weigh_code weigh_report_row(struct weigh_report *r,
    const struct weigh_report_row *row, struct weigh_buf *out,
    struct weigh_err *err);
/* The end, in pieces: again as long as *more. */
enum weigh_code weigh_report_end(struct weigh_report *r, struct weigh_buf *out,
    bool *more, struct weigh_err *err);

/* --- rows as JSON --------------------------------------------------------------------- */

/* One page of weigh.report-rows/1 (proto/README.md), read: what weighd answers, and weigh
 * writes a report of. */
struct weigh_report_page {
	struct weigh_report_frame frame;
	struct weigh_report_row *rows;
	size_t nrows;
	const char *next; /* the name to go on after; "": that was all */
	struct weigh_report_memory *memory;
};
#define WEIGH_REPORT_PAGE (64u << 20) /* bytes of one */
#define WEIGH_REPORT_PAGE_ROWS 1000
/* WEIGH_MALFORMED, WEIGH_TOO_BIG, WEIGH_NOMEM.  weigh_report_page_free it. */
enum weigh_code weigh_report_page_read(struct weigh_report_page **out,
    const char *json, size_t len, struct weigh_err *err);
void weigh_report_page_free(struct weigh_report_page *p);
/* The other way, into one document: open, each row, close.  `next` "" is left out. */
void weigh_report_page_open(struct weigh_jw *w,
    const struct weigh_report_frame *frame);
void weigh_report_page_row(struct weigh_jw *w,
    const struct weigh_report_row *row);
void weigh_report_page_close(struct weigh_jw *w, const char *next);

/* --- duties ---------------------------------------------------------------------------- */

enum weigh_duty_kind {
	WEIGH_DUTY_COPY,      /* a text goes with every copy */
	WEIGH_DUTY_NOTICE,    /* words in a notice file */
	WEIGH_DUTY_CREDIT,    /* somebody is named */
	WEIGH_DUTY_CHANGES,   /* changes are stated */
	WEIGH_DUTY_DISPLAY,   /* words that a product shows */
	WEIGH_DUTY_NAME,      /* how a model is named */
	WEIGH_DUTY_PASS_ON,   /* what receivers and derivatives are bound to */
	WEIGH_DUTY_USE,       /* what it may not be used for, or only so */
	WEIGH_DUTY_REGISTER,  /* somebody is asked or told first */
	WEIGH_DUTY_THRESHOLD, /* a figure to watch */
	WEIGH_DUTY_WATCH,     /* something else that may end or change rights */
	WEIGH_DUTIES
};
/* "copy" "notice" "credit" "changes" "display" "name" "pass-on" "use" "register"
 * "threshold" "watch" */
const char *weigh_duty_name(enum weigh_duty_kind kind);

enum weigh_fulfilled {
	WEIGH_FULFILLED_NO,
	WEIGH_FULFILLED_YES,
	WEIGH_FULFILLED_UNCHECKED, /* the files do not tell */
	WEIGH_FULFILLEDS
};
/* "no" "yes" "not checkable" */
const char *weigh_fulfilled_name(enum weigh_fulfilled fulfilled);

struct weigh_duty_rule; /* the table's */
/* Something that one of a record's licenses wants.  The record's, and static words. */
struct weigh_duty {
	enum weigh_duty_kind kind;
	enum weigh_fulfilled fulfilled;
	const struct weigh_record_part *part;
	const struct weigh_record_term *term;
	const struct weigh_duty_rule *rule;
};

/* What the licenses of `r` want, in the order of their parts and of weigh_term_kinds;
 * the same of the same license once.  At most `room`; their number. */
#define WEIGH_DUTIES_MAX 1024
size_t weigh_duties(const struct weigh_record *r, struct weigh_duty *out,
    size_t room);
/* A sentence: what is wanted, how it is done. */
void weigh_duty_what(struct weigh_buf *out, const struct weigh_duty *d);
void weigh_duty_how(struct weigh_buf *out, const struct weigh_duty *d);
/* The words that it is about (a notice line, a name, words to show), without the table's
 * quotes; false, and nothing: there are none. */
bool weigh_duty_words(struct weigh_buf *out, const struct weigh_duty *d);

#endif
