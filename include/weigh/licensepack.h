/*
 * licensepack: fingerprints of licenses as one file that is mapped and used as it lies.
 *
 * (1) No text is in it: words are hashes, in the order in which a license has them.
 * (2) The same texts in the same order of ids give the same bytes, on every machine.
 * (3) A pack that was opened was checked whole: its SHA-256, every offset, count and
 *     order.  What is read from it afterwards cannot lead outside of it.
 * (4) A word or shingle whose hash collides costs time, never a wrong id: matches are
 *     decided by whole sequences of words.
 * (5) No one field of a pack that opens, wrong as it may be, makes a text exact that has
 *     a word no pack knows where its license requires another.  What opening checks:
 *     F1 to F9 of the format.  What its words are, only its maker knows.
 *
 * Format: proto/license/README.md.  Nothing here blocks.
 */
#ifndef WEIGH_LICENSEPACK_H
#define WEIGH_LICENSEPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/license.h>

#define WEIGH_LICENSEPACK_MAX (64u << 20) /* bytes */
/* Of what a site has learned: the name of its file, and the version of one that this
 * engine made, with WEIGH_LICENSE_ENGINE. */
#define WEIGH_LICENSEPACK_FILE "site.pack"
#define WEIGH_LICENSEPACK_SITE "learned at this site, engine %u"

enum weigh_license_what {
	WEIGH_WHAT_LICENSE,
	WEIGH_WHAT_POLICY,    /* acceptable use */
	WEIGH_WHAT_DATASET,   /* an agreement about data */
	WEIGH_WHAT_EXCEPTION, /* SPDX: what follows WITH */
	WEIGH_WHAT_HEADER,    /* the lines that say which license applies */
	WEIGH_WHAT_HARMLESS,  /* sentences that say nothing of law */
	WEIGH_WHATS
};

/* The pack that is built in. */
void weigh_licensepack_builtin(const void **bytes, size_t *len);

/* A view over `bytes`, which must live and stay as they are until weigh_licensepack_close.
 * WEIGH_MALFORMED: no pack, another format, or damaged; err says which. */
enum weigh_code weigh_licensepack_open(struct weigh_license_pack **out,
    const void *bytes, size_t len, struct weigh_err *err);
void weigh_licensepack_close(struct weigh_license_pack *p);

/* "weighhouse 2026.11 (SPDX 3.28.0)": what it was made of.  64 hex digits: the SHA-256 of
 * the whole file. */
const char *weigh_licensepack_version(const struct weigh_license_pack *p);
const char *weigh_licensepack_sha256(const struct weigh_license_pack *p);
/* Of a pack that a site learned: was it made by this engine?  Words that another one
 * hashed are not found in texts as this one reads them. */
bool weigh_licensepack_current(const struct weigh_license_pack *p);
size_t weigh_licensepack_count(const struct weigh_license_pack *p);

struct weigh_licensepack_entry {
	const char *id, *name, *based_on; /* NUL-terminated, in the pack */
	enum weigh_license_what what;
	bool
	    vendor; /* title, version and date are its identity; else the title is free */
	bool deprecated;       /* SPDX says another id instead */
	uint32_t popularity;   /* on a tie the higher one wins */
	uint32_t first, count; /* its templates */
};
/* Entry `i` of weigh_licensepack_count; sorted by id, case ignored, then by `what`: a
 * header has the id of its license.  Ids that share their texts (GPL-2.0-only and its
 * siblings) share their templates, and those belong to the entry to report. */
void weigh_licensepack_entry(const struct weigh_license_pack *p, size_t i,
    struct weigh_licensepack_entry *out);
/* The index of the first entry of an id, case ignored; SIZE_MAX if there is none. */
size_t weigh_licensepack_find(const struct weigh_license_pack *p,
    const char *id);

/* --- making one --------------------------------------------------------------- */

struct weigh_licensepack_make;

enum weigh_code weigh_licensepack_make_new(struct weigh_licensepack_make **out,
    const char *version, struct weigh_err *err);
/* One more text of `entry` (first and count are not read; name, what, vendor... of the
 * first text of an id count).  `text`: plain, or with SPDX's template marks (<<beginOptional>>,
 * <<endOptional>>, <<var;name="..";original="..";match="..">>).  WEIGH_MALFORMED: marks that
 * do not close, no words; WEIGH_TOO_BIG by the limits of the format. */
enum weigh_code weigh_licensepack_make_add(struct weigh_licensepack_make *m,
    const struct weigh_licensepack_entry *entry, const void *text, size_t len,
    struct weigh_err *err);
/* Everything that `p` has, but the id `without` (NULL: all). */
enum weigh_code weigh_licensepack_make_from(struct weigh_licensepack_make *m,
    const struct weigh_license_pack *p, const char *without,
    struct weigh_err *err);
/* Append the pack to `out`. */
enum weigh_code weigh_licensepack_make_end(struct weigh_licensepack_make *m,
    struct weigh_buf *out, struct weigh_err *err);
void weigh_licensepack_make_free(struct weigh_licensepack_make *m);

#endif
