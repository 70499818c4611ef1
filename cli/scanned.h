/*
 * scanned: one file that was looked at: its bytes, what the license engine says of them,
 * and the words of every passage.
 *
 * (1) At most WEIGH_LICENSE_MAX bytes are looked at; a file that has more has no
 *     SHA-256 here, for not all of it was read.
 * (2) Words of a passage are UTF-8, whatever the file's encoding, and at most
 *     SCANNED_QUOTE characters of them.
 * (3) Words that are missing are quoted from a text that has them, or not at all.
 *
 * Every function that takes a descriptor may block.
 */
#ifndef CLI_SCANNED_H
#define CLI_SCANNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/json.h>
#include <weigh/license.h>
#include <weigh/licenseterms.h>
#include <weigh/oid.h>

#include "packs.h"

#define SCANNED_QUOTE 2000 /* characters */

struct scanned_quote {
	char *text; /* NULL: nobody here has the words */
	bool cut;
	char *from; /* missing words: the text; NULL: the file itself */
	char *at;   /* ... and the weighd that holds it; NULL: a file here */
};

struct scanned {
	char *path; /* as a person would name it; "-": stdin */
	uint64_t bytes;
	char sha256[WEIGH_OID_HEX + 1]; /* or "" (1) */
	struct weigh_buf text;          /* until scanned_forget */
	struct weigh_license_result *result;
	struct scanned_quote *quotes; /* of result->passages, one each */
	struct scanned_lines {
		uint32_t first, last;
	} * lines; /* of result->matches, one each; from 1 */
	/* Where the text says another thing than the table of terms does. */
	struct scanned_difference {
		char id[WEIGH_LICENSE_ID];
		struct weigh_terms_difference what;
	} * differences;
	size_t ndifferences;
	/* Policies that a license in it incorporates and its folder has not: policy.h. */
	struct scanned_unheld {
		char id[WEIGH_LICENSE_ID];
		char policy[WEIGH_LICENSE_ID]; /* "": its text is not known */
		char clause[64];               /* that incorporates it, or "" */
	} * unheld;
	size_t nunheld;
};

/* Read what the descriptor gives from where it stands; closes nothing. */
enum weigh_code scanned_read(struct scanned *s, const char *path, int fd,
    struct weigh_err *err);
/* Take over `text`, of at most WEIGH_LICENSE_MAX bytes, which is freed with it. */
enum weigh_code scanned_take(struct scanned *s, const char *path,
    struct weigh_buf *text, struct weigh_err *err);
/* Overwrite the first `n` bytes by blanks, but not the ends of lines: they are not
 * looked at, and every offset stays. */
void scanned_blank(struct scanned *s, size_t n);
/* Look at it, or compare it with one license; then quote what was added. */
enum weigh_code scanned_scan(struct scanned *s, struct packs *packs,
    struct weigh_err *err);
enum weigh_code scanned_compare(struct scanned *s, const char *id,
    struct packs *packs, struct weigh_err *err);
/* Give its text's memory back. */
void scanned_forget(struct scanned *s);
void scanned_free(struct scanned *s);

/* Is there something that a person has to look at: text that no license here accounts
 * for, a license that is changed or not known, a number that differs from the terms, a
 * policy that is not held? */
bool scanned_found(const struct scanned *s);
/* The license that a passage is a difference to: of a known license that is derived from
 * another one, that other one; "" if it stands beside all of them. */
const char *scanned_against(const struct scanned *s,
    const struct weigh_license_passage *p);
/* The license a person would name: the result's, or of a modified one its base. */
const char *scanned_base(const struct scanned *s);

/* At most SCANNED_QUOTE characters of these bytes; *text is the caller's. */
enum weigh_code scanned_quote(struct scanned_quote *q, const char *encoding,
    const void *bytes, size_t len, struct weigh_err *err);

/* One object of "results", of weigh.license-scan/1. */
void scanned_json(struct weigh_jw *w, const struct scanned *s,
    const struct packs *packs);

#endif
