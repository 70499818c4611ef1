/*
 * license: what does a text say?  Bytes and packs of fingerprints go in; which license
 * it is, how exactly, what was added, what is missing, which numbers stand in it come out.
 *
 * (1) Pure: the same bytes, packs and texts give the same result on every machine.
 * (2) Every word of the file is accounted for: it is matched by a license, stands where
 *     that license lets words vary, is harmless (a copyright line, a title, a page
 *     number), is part of a reference, or is listed as added.  No tail is too short.
 * (3) `exact` is said only when nothing required is missing and nothing is added.  A
 *     changed number, negation, modal verb, place or scope word is never exact.
 * (4) When in doubt `modified` or `unknown`: work that would cost too much, text beyond
 *     WEIGH_LICENSE_MAX, a title or version that names another license than the words,
 *     law in what a page does not show.
 * (5) Each passage, fact and reference tells the bytes of the file, as stored, that it
 *     was read from.
 *
 * The words of matching: SPDX License List Matching Guidelines (SPDX 3.0.1, annex B).
 * Nothing here blocks.  A result may be read by several threads at once.
 */
#ifndef WEIGH_LICENSE_H
#define WEIGH_LICENSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/json.h>

#define WEIGH_LICENSE_MAX (4u << 20) /* bytes of a file that are looked at */
#define WEIGH_LICENSE_ID 96          /* bytes of an id, with its NUL */
#define WEIGH_LICENSE_EXPR 512       /* bytes of an expression, with its NUL */
#define WEIGH_LICENSE_PACKS 4        /* at once: ours, a site's, some more */
/* Part of every result: it rises when the same bytes and packs may be told otherwise. */
#define WEIGH_LICENSE_ENGINE 3u

struct weigh_license_pack; /* <weigh/licensepack.h> */

enum weigh_license_kind {
	WEIGH_LICENSE_NONE,      /* nothing of law in it, or no text */
	WEIGH_LICENSE_UNKNOWN,   /* law, but none that a pack has */
	WEIGH_LICENSE_REFERENCE, /* no text of a license, but a pointer to one */
	WEIGH_LICENSE_MULTIPLE,  /* two or more parts */
	WEIGH_LICENSE_MODIFIED, /* one license, and something added or missing */
	WEIGH_LICENSE_EXACT,    /* one license, all of it, and nothing else */
	WEIGH_LICENSE_KINDS
};
/* "none" "unknown" "reference" "multiple" "modified" "exact". */
const char *weigh_license_kind_name(enum weigh_license_kind kind);

/* Words that decide; bits of `strong`. */
enum weigh_license_strong {
	WEIGH_STRONG_NUMBER = 1u << 0, /* digits, number words, currencies */
	WEIGH_STRONG_NEGATION = 1u
	    << 1, /* not, no, never, without, except, unless */
	WEIGH_STRONG_MODAL = 1u << 2, /* shall, must, may, can */
	WEIGH_STRONG_PLACE = 1u << 3, /* European Union, United States... */
	WEIGH_STRONG_SCOPE = 1u << 4, /* perpetual, exclusive, commercial... */
	WEIGH_STRONG_GRANT = 1u
	    << 5, /* license, grant, permit: law's own verbs */
	WEIGH_STRONG_OTHER = 1u << 6, /* modified, amended... */
};

/* What was added, or is missing. */
struct weigh_license_passage {
	bool removed;
	bool truncated; /* removed: the file ends or begins too early */
	uint32_t start,
	    end; /* added: bytes of the file; removed: both are where it is missing */
	uint32_t line;   /* of the file, from 1 */
	uint32_t words;  /* how many were added, or are missing */
	unsigned strong; /* enum weigh_license_strong, of these words */
	unsigned match;  /* whose: index into matches; UINT_MAX: of none */
	char clause[24]; /* label of the clause it belongs to: "4.a", or "" */
	/* Removed: words [from, to) of the license's template number `template`; the
	 * text of any exact copy has them (weigh_license_words). */
	uint32_t template, from, to;
};

/* One license found in the file. */
struct weigh_license_match {
	char id[WEIGH_LICENSE_ID]; /* SPDX id or LicenseRef-... */
	char based_on
	    [WEIGH_LICENSE_ID]; /* a license that this one is a change of, or "" */
	enum weigh_license_kind kind; /* exact, modified or unknown */
	double score;                 /* 0 to 1; 1 only for exact */
	uint32_t start, end;          /* bytes of the file */
	uint32_t pack;                /* which of the packs has it */
	bool policy; /* a policy of acceptable use, not a license */
	bool
	    untold; /* -only is more than the text tells, and no notice here does */
	bool pointer; /* its text is not here: the file points to it */
};

struct weigh_license_near {
	char id[WEIGH_LICENSE_ID];
	double
	    containment; /* share of its words, in order, that stand in the file */
};

enum weigh_license_fact_unit {
	WEIGH_UNIT_NONE,
	WEIGH_UNIT_MAU, /* users active in a month */
	WEIGH_UNIT_MUU, /* unique users in a month */
	WEIGH_UNIT_REVENUE_YEAR,
	WEIGH_UNIT_REVENUE_MONTH,
	WEIGH_UNIT_DATE, /* value: YYYYMMDD, or YYYYMM00 */
	WEIGH_UNIT_DAYS,
	WEIGH_UNIT_PERCENT,
	WEIGH_UNIT_MONEY, /* an amount without a period */
	WEIGH_UNITS
};
/* "mau" "muu" "revenue-year" "revenue-month" "date" "days" "percent" "money", "" */
const char *weigh_license_unit_name(enum weigh_license_fact_unit unit);

/* Something the file itself says, matched or not. */
struct weigh_license_fact {
	char name
	    [32]; /* threshold.mau, territory-excludes, version, release-date... */
	char value[64];  /* as text: "100000000", "EU", "2024-09-25" */
	uint64_t number; /* of a number, else 0 */
	enum weigh_license_fact_unit unit;
	char op[3];       /* ">" ">=" "<" "<=", or "" */
	char currency[4]; /* ISO 4217, or "" */
	char clause[24];
	uint32_t start, end, line;
};

enum weigh_license_ref_kind {
	WEIGH_LICENSE_REF_SPDX,   /* SPDX-License-Identifier: expression */
	WEIGH_LICENSE_REF_HEADER, /* "Licensed under the ..." */
	WEIGH_LICENSE_REF_URL, /* a page known to hold a license, or a link beside "license" */
	WEIGH_LICENSE_REF_FILE, /* "see LICENSE-MODEL" */
	WEIGH_LICENSE_REF_NAME, /* "License: Apache 2.0", or a line that is a name */
	WEIGH_LICENSE_REFS
};
const char *weigh_license_ref_name(enum weigh_license_ref_kind kind);

/* Why a reference is not to be taken as it stands. */
enum weigh_license_doubt {
	WEIGH_LICENSE_DOUBT_NONE,
	WEIGH_LICENSE_DOUBT_UNLISTED, /* no pack has an id of it */
	WEIGH_LICENSE_DOUBT_BROKEN,   /* no expression: "MIT OR" */
	WEIGH_LICENSE_DOUBT_LIMITED,  /* words beside it limit it */
	WEIGH_LICENSE_DOUBT_MORE, /* the last: others follow, which are not told */
	WEIGH_LICENSE_DOUBTS
};
/* "unlisted" "broken" "limited" "more", or "" */
const char *weigh_license_doubt_name(enum weigh_license_doubt doubt);

struct weigh_license_ref {
	enum weigh_license_ref_kind kind;
	enum weigh_license_doubt doubt;
	char id
	    [WEIGH_LICENSE_EXPR]; /* id or expression, "" if the target tells nothing */
	char target[256];         /* URL or file name as written, or "" */
	uint32_t start, end, line;
};

#define WEIGH_LICENSE_MATCHES 64
#define WEIGH_LICENSE_PASSAGES 512
#define WEIGH_LICENSE_FACTS 256
#define WEIGH_LICENSE_REFERENCES 64
#define WEIGH_LICENSE_NEAREST 3

struct weigh_license_result {
	enum weigh_license_kind kind;
	char license
	    [WEIGH_LICENSE_EXPR]; /* id, expression, LicenseRef-..., or "" */
	char reason
	    [128]; /* a clause of plain English when kind alone does not say why, or "" */
	double score;
	char encoding
	    [16]; /* "utf-8", "utf-16le", "gb18030", "windows-1252"... */
	bool html,
	    unscanned; /* bytes beyond WEIGH_LICENSE_MAX were not looked at */
	uint64_t bytes;
	uint32_t words;
	struct weigh_license_match *matches; /* in the file's order */
	size_t nmatches;
	struct weigh_license_passage *passages; /* in the file's order */
	size_t npassages;
	size_t more_passages; /* beyond WEIGH_LICENSE_PASSAGES, not told */
	struct weigh_license_fact *facts;
	size_t nfacts;
	struct weigh_license_ref *refs;
	size_t nrefs;
	struct weigh_license_near nearest[WEIGH_LICENSE_NEAREST];
	size_t nnearest;
};

/* What are these bytes?  `packs`: at most WEIGH_LICENSE_PACKS, the first one's ids come
 * first.  The result is the caller's (weigh_license_result_free).  Bytes of any kind are
 * no error.  WEIGH_NOMEM; WEIGH_USAGE for too many packs. */
enum weigh_code weigh_license_scan(struct weigh_license_result **out,
    const void *bytes, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_err *err);
/* The same, but only against this id: what differs between the file and that license,
 * however far they are apart.  WEIGH_NOT_FOUND: no pack has the id; err names the nearest. */
enum weigh_code weigh_license_compare(struct weigh_license_result **out,
    const void *bytes, size_t len, const char *id,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_err *err);
void weigh_license_result_free(struct weigh_license_result *r);

/* The words [p->from, p->to) that `p` misses, out of `copy`, a text in which they are
 * found word for word (any exact copy): the bytes of `copy`, [*start, *end).
 * WEIGH_NOT_FOUND: they are not in it. */
enum weigh_code weigh_license_words(const struct weigh_license_passage *p,
    const char *id, const void *copy, size_t len,
    const struct weigh_license_pack *const *packs, size_t npacks,
    uint32_t *start, uint32_t *end, struct weigh_err *err);

/* Append as UTF-8 what a range of a scanned file's bytes says (a passage, a fact: it
 * begins and ends where words do).  `encoding` is the result's; bytes that are none of it
 * become U+FFFD, NUL goes.  WEIGH_USAGE: no such encoding; WEIGH_TOO_BIG: out is full. */
enum weigh_code weigh_license_utf8(struct weigh_buf *out, const char *encoding,
    const void *bytes, size_t len, struct weigh_err *err);

#endif
