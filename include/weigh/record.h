/*
 * record: what is known of the license of one revision, and what follows from it.
 * Evidence (what its publisher declares, what its texts are, what it was made from) is
 * put together by who holds the files; weigh_conclude adds which licenses apply, with
 * reasons, terms and findings.
 *
 * (1) The conclusion depends on the evidence and the tables of terms, on nothing else:
 *     no clock, no order of memory.  The same record is the same JSON, byte for byte.
 * (2) Detected goes before declared; what a base demands is added, and never widens what
 *     the revision's own license allows.
 * (3) Unknown stays unknown: a text that is no license as we know it has no terms but
 *     those that were read in it.
 * (4) Every statement names what it stands on: file, line or byte, SHA-256, clause.
 * (5) What weigh_record_print writes, weigh_record_read reads back the same; a record is
 *     bounded: WEIGH_RECORD_* rows, WEIGH_RECORD_MAX bytes.
 *
 * Pure; nothing here blocks.  Strings are UTF-8, never NULL ("" instead), and belong to
 * the record, like its rows.  One thread changes it, any number may read.
 */
#ifndef WEIGH_RECORD_H
#define WEIGH_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/json.h>
#include <weigh/license.h>
#include <weigh/licenseterms.h>
#include <weigh/oid.h>

#define WEIGH_RECORD_MAX (1u << 20) /* bytes of one as JSON */
#define WEIGH_RECORD_CLAIMS 32
#define WEIGH_RECORD_LINKS 16
#define WEIGH_RECORD_TEXTS 128
#define WEIGH_RECORD_FACTS 64 /* of one text */
#define WEIGH_RECORD_BASES 64
#define WEIGH_RECORD_DEPTH 16 /* of a chain of bases */
#define WEIGH_RECORD_PARTS 32
#define WEIGH_RECORD_OPTIONS 8
#define WEIGH_RECORD_REASONS 64
#define WEIGH_RECORD_FINDINGS 128

/* --- evidence -------------------------------------------------------------------- */

/* What the publisher's metadata says the license is. */
struct weigh_record_claim {
	const char *source; /* "card", "gguf", "safetensors" */
	const char *path;   /* of the file that says it */
	uint32_t line;      /* of it, from 1; 0: not known */
	const char *value;  /* as written */
	const char *id;     /* what that is: an id of a pack or of SPDX, an
			     * expression of such, or "" */
	enum weigh_hub_precision precision;
};

enum weigh_record_link_kind {
	WEIGH_LINK_FILE,    /* a file of this revision */
	WEIGH_LINK_PINNED,  /* a URL that names a commit */
	WEIGH_LINK_MUTABLE, /* a branch, or a page that may change any day */
	WEIGH_LINKS
};
const char *weigh_record_link_name(enum weigh_record_link_kind kind);

/* A license_link, and the text that it led to. */
struct weigh_record_link {
	enum weigh_record_link_kind kind;
	const char *path; /* of the file that has it */
	const char *url;  /* as written */
	const char *file; /* FILE: path in the revision, else "" */
	bool frozen;      /* the text is held: `oid` */
	struct weigh_oid oid;
	int64_t when; /* it was read, seconds since 1970; 0: never */
};

/* What a text is about, by its name. */
enum weigh_record_scope {
	WEIGH_SCOPE_WEIGHTS,
	WEIGH_SCOPE_CODE,
	WEIGH_SCOPE_DATA,
	WEIGH_SCOPE_POLICY, /* of acceptable use */
	WEIGH_SCOPE_NOTICE, /* NOTICE: no license of its own */
	WEIGH_SCOPES
};
const char *weigh_record_scope_name(enum weigh_record_scope scope);

/* Something that a text itself says: a limit, a place, a date. */
struct weigh_record_fact {
	const char *fact, *value, *clause; /* value in the form of a term's */
	uint32_t start, end;               /* bytes of the file */
};

/* A file that was looked at. */
struct weigh_record_text {
	const char
	    *path; /* in the revision; "README.md#extra_gated_prompt": a part */
	struct weigh_oid oid;
	uint64_t bytes;
	enum weigh_record_scope scope;
	enum weigh_license_kind kind;
	const char *license; /* id, expression, LicenseRef-..., or "" */
	const char
	    *based_on; /* modified: the license that it is a change of, or "" */
	const char *encoding;
	double score;
	uint32_t added, removed; /* passages */
	struct weigh_record_fact *facts;
	uint32_t nfacts;
};

enum weigh_relation {
	WEIGH_RELATION_FINETUNE,
	WEIGH_RELATION_ADAPTER,
	WEIGH_RELATION_QUANTIZED,
	WEIGH_RELATION_MERGE,
	WEIGH_RELATIONS
};
const char *weigh_relation_name(enum weigh_relation relation);
bool weigh_relation_parse(enum weigh_relation *out, const char *text,
    size_t len);

/* A model that this one was made from, or that one of its bases was. */
struct weigh_record_base {
	const char *name; /* "org/name" */
	const char *
	    commit; /* 40 hex digits of the revision that was looked at, or "" */
	const char
	    *evidence;    /* "card", "adapter", "gguf", "auto_map", "config" */
	const char *path; /* of the file that says it */
	enum weigh_relation relation;
	bool inferred; /* nobody wrote the relation down */
	bool weak;     /* shown, and never decisive */
	bool held;
	bool cycle; /* it is among its own descendants: not followed */
	uint32_t
	    child; /* index of the base it was the base of; UINT32_MAX: of the model */
	const char *concluded, *state, *family; /* of a held one, else "" */
};

/* --- conclusion ------------------------------------------------------------------- */

/* How much there is to go on. */
enum weigh_record_state {
	WEIGH_STATE_NONE,      /* neither tag nor text: no grant */
	WEIGH_STATE_REFERENCE, /* a file that only points elsewhere */
	WEIGH_STATE_LINK_ONLY, /* `other` and a link whose target is not held */
	WEIGH_STATE_TAG_ONLY,  /* the normal case: a tag, no text */
	WEIGH_STATE_TEXT_ONLY, /* a text, no tag */
	WEIGH_STATE_TEXT,
	WEIGH_STATES
};
/* "none" "reference" "link-only" "tag-only" "text-only" "text" */
const char *weigh_state_name(enum weigh_record_state state);

/* One term of one license that applies. */
struct weigh_record_term {
	const char *fact, *value, *clause;
	const char *evidence; /* text, secondary, likely, extracted */
};

/* One license that applies. */
struct weigh_record_part {
	const char
	    *id; /* "" never; LicenseRef-modified-..., LicenseRef-text-... */
	const char *name;     /* for people, or "" */
	const char *family;   /* "" not known */
	const char *from;     /* "" own; else the base that it comes from */
	const char *why;      /* "text" "tag" "link" "reference" "base" */
	const char *path;     /* of the text or the file that says it, or "" */
	struct weigh_oid oid; /* of the text; zero: none */
	enum weigh_license_kind kind;    /* of the text, NONE: no text */
	uint32_t options;                /* bit i: it belongs to option i */
	struct weigh_record_term *terms; /* in the order of weigh_term_kinds */
	uint32_t nterms;
};

enum weigh_finding {
	WEIGH_FINDING_TAG_VS_TEXT,
	WEIGH_FINDING_TAG_VS_BASE,
	WEIGH_FINDING_TEXT_MODIFIED,
	WEIGH_FINDING_TEXT_MISSING,
	WEIGH_FINDING_LINK_MUTABLE,
	WEIGH_FINDING_NAME_DUTY_BROKEN,
	WEIGH_FINDING_THRESHOLD, /* a limit exists */
	WEIGH_FINDING_TERRITORY, /* places are left out */
	WEIGH_FINDING_REDISTRIBUTION_FORBIDDEN,
	WEIGH_FINDING_CHANGED_SINCE,
	WEIGH_FINDING_LICENSE_UNCLEAR,
	WEIGH_FINDING_BASE_NOT_HELD,
	WEIGH_FINDING_CYCLE,
	WEIGH_FINDINGS
};
/* "tag-vs-text" ... : policy's `conflict:NAME`. */
const char *weigh_finding_name(enum weigh_finding finding);
bool weigh_finding_parse(enum weigh_finding *out, const char *text, size_t len);
/* One sentence for people, what it means. */
const char *weigh_finding_means(enum weigh_finding finding);
/* Does `conflict:*` count it?  Those that say that two statements disagree, or that
 * something that must be there is not; a limit that merely exists is none. */
bool weigh_finding_conflict(enum weigh_finding finding);

struct weigh_record_finding {
	enum weigh_finding finding;
	const char *what;     /* one sentence */
	const char *clause;   /* or "" */
	const char *path;     /* or "" */
	const char *from;     /* the base, or "" */
	struct weigh_oid oid; /* of the text; zero: none */
};

struct weigh_record {
	/* which: */
	const char *repo;   /* "org/name", "datasets/org/name" */
	const char *commit; /* 40 hex digits */
	/* what decided: SHA-256 of engine and packs, of the tables of terms */
	struct weigh_oid judge, terms;
	/* evidence */
	struct weigh_record_claim *claims;
	struct weigh_record_link *links;
	struct weigh_record_text *texts; /* by path */
	struct weigh_record_base
	    *bases; /* the model's own first, then theirs */
	uint32_t nclaims, nlinks, ntexts, nbases;
	const char *license_name; /* of the card, else of a GGUF, or "" */
	bool eu_disallowed;       /* of the card: extra_gated_eu_disallowed */
	bool multimodal;          /* it reads or makes images, sound or video */
	const char
	    *formats;     /* "gguf safetensors": of its files, sorted, or "" */
	bool remote_code; /* auto_map, or .py files beside the weights */
	/* conclusion */
	enum weigh_record_state state;
	const char *declared, *detected; /* expressions, or "" */
	const char *
	    concluded; /* expression, NONE (no grant) or NOASSERTION (unknown) */
	const char *family; /* the strictest of its parts', or "" */
	uint32_t noptions;  /* what `OR` leaves to choose; 1: nothing */
	struct weigh_record_part *parts;
	const char **reasons; /* sentences */
	struct weigh_record_finding *findings;
	uint32_t nparts, nreasons, nfindings;
	struct weigh_record_memory *memory; /* of strings and rows */
};

/* Empty, or NULL: no memory. */
struct weigh_record *weigh_record_new(void);
void weigh_record_free(struct weigh_record *r);

/* A copy of `len` bytes of text that lives as long as `r`; bytes that are not UTF-8
 * become U+FFFD, and so does NUL.  NULL: no memory. */
const char *weigh_record_keep(struct weigh_record *r, const char *text,
    size_t len);
/* One more row, all "" and zero; NULL: no room (5) or memory.  It stays where it is until
 * the next row of its kind is added. */
struct weigh_record_claim *weigh_record_claim(struct weigh_record *r);
struct weigh_record_link *weigh_record_link(struct weigh_record *r);
struct weigh_record_text *weigh_record_text(struct weigh_record *r);
struct weigh_record_base *weigh_record_base(struct weigh_record *r);
/* Room for this many facts of a text, zeroed; NULL likewise. */
struct weigh_record_fact *weigh_record_facts(struct weigh_record *r,
    struct weigh_record_text *t, uint32_t n);

/* Fill `t` (of `r`) from what a scan found; path, scope and oid are the caller's. */
enum weigh_code weigh_record_take_scan(struct weigh_record *r,
    struct weigh_record_text *t, const struct weigh_license_result *found,
    struct weigh_err *err);
/* A text by itself, as one JSON object, for who keeps what was found of a file; and into
 * `t` of `r`.  False: out->failed.  WEIGH_MALFORMED, WEIGH_NOMEM. */
bool weigh_record_text_print(struct weigh_buf *out,
    const struct weigh_record_text *t);
enum weigh_code weigh_record_text_read(struct weigh_record *r,
    struct weigh_record_text *t, const char *json, size_t len,
    struct weigh_err *err);
/* What a text of this name is about, among the names of the revision's other texts. */
enum weigh_record_scope weigh_record_scope(const char *path);

/* From evidence to conclusion.  `bases[i]` is the record, concluded, of r->bases[i] for
 * each that is held, else NULL; read only while this runs.  What an earlier conclusion
 * had in `r` is replaced; its texts are put in the order of their paths.  WEIGH_NOMEM. */
enum weigh_code weigh_conclude(struct weigh_record *r,
    const struct weigh_record *const *bases,
    const struct weigh_terms *const *tables, size_t ntables,
    struct weigh_err *err);

/* What is another license, text, term or lineage in `now` than in `then`: a sentence each
 * into `out`, at most `room`; their number, 0: nothing.  The sentences are now's. */
size_t weigh_record_changes(struct weigh_record *now,
    const struct weigh_record *then, const char **out, size_t room);

/* As one JSON object, "schema":"weigh.record/1".  False: out->failed. */
bool weigh_record_print(struct weigh_buf *out, const struct weigh_record *r);
/* Write it as one value. */
void weigh_record_write(struct weigh_jw *w, const struct weigh_record *r);
/* WEIGH_MALFORMED, WEIGH_TOO_BIG, WEIGH_NOMEM. */
enum weigh_code weigh_record_read(struct weigh_record **out, const char *json,
    size_t len, struct weigh_err *err);

#endif
