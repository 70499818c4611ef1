/*
 * out: what weigh prints.  stdout is data, stderr is talk.
 *
 * (1) In JSON mode exactly one document goes to stdout, whatever happens.
 * (2) A terminal decides color, bars and the width of tables, never content:
 *     tsv and json cut nothing.
 * (3) No text from outside reaches a terminal with a control character in it.
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/buf.h>
#include <weigh/err.h>

#include "doc.h"
#include "opts.h"

enum out_format { OUT_HUMAN, OUT_TSV, OUT_JSON, OUT_QUIET };

struct out {
	enum out_format format;
	bool verbose;
	bool color;      /* of stderr */
	bool utf8;       /* the locale's encoding */
	bool bars;       /* progress may be drawn: stderr is a terminal */
	bool documented; /* (1): the document is out */
};

/* The name of --format's value number `i`, or NULL past the last. */
const char *out_format_name(unsigned i);

/* Decide by options, environment and terminals.  WEIGH_USAGE for a format that
 * is not known; *o is usable all the same. */
enum weigh_code out_init(
    struct out *o, const struct opts *opts, struct weigh_err *err);

/* How a member is shown: people see the first form, tsv the raw one. */
enum out_kind {
	OUT_TEXT,
	OUT_NUMBER,
	OUT_SIZE,     /* 9.8 GB */
	OUT_REVISION, /* its first 12 digits */
	OUT_SECONDS,  /* 2h05m */
	OUT_YES_NO
};

struct out_column {
	const char *title; /* for people; tsv's header is the key */
	const char *key;   /* of the JSON member */
	enum out_kind kind;
	bool may_cut; /* may give when the terminal is narrow; never a digest */
};

/* One row per child of `rows`: a table, tab-separated lines, or (quiet) the
 * first column.  Not for JSON mode. */
enum weigh_code out_table(const struct out *o,
    const struct out_column *columns, size_t ncolumns, const struct doc *rows,
    struct weigh_err *err);

/* The members of one object: `title: value` lines, or tsv's two lines, or
 * (quiet) the first.  Members that are absent or "" are left out for people.
 * Not for JSON mode. */
enum weigh_code out_fields(const struct out *o,
    const struct out_column *columns, size_t ncolumns, const struct doc *d,
    struct weigh_err *err);

/* Print the one document (1). */
enum weigh_code out_document(
    struct out *o, const struct doc *d, struct weigh_err *err);
/* The same for a document written by a weigh_jw; `b` was its buffer. */
enum weigh_code out_buffer(
    struct out *o, const struct weigh_buf *b, struct weigh_err *err);

/* Columns for text on stdout: COLUMNS, else the terminal's, else 80. */
unsigned out_width(void);

/* A line of result on stdout: for people and -q alike. */
void out_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A line of talk on stderr, for people only. */
void out_say(const struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Is everything that was printed really out?  Call once, at the end.  Ends the
 * program by SIGPIPE if nobody reads it. */
enum weigh_code out_flush(struct weigh_err *err);

#endif
