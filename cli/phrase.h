/*
 * phrase: what the license engine found, as words.  Pure: values in, text out.
 *
 * (1) Of a file's own words nothing is left out or put in but blanks and ends of lines;
 *     nothing in them can move a cursor.
 * (2) Numbers are those of the file.
 */
#ifndef CLI_PHRASE_H
#define CLI_PHRASE_H

#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/license.h>

/* What each bit of `strong` is called, from bit 0: "number", "negation"...; NULL past the
 * last. */
const char *phrase_strong_name(unsigned bit);

/* Append "number, negation": why a passage matters; nothing if no bit is set. */
void phrase_strong(unsigned strong, struct weigh_buf *out);
/* 100000000: "100,000,000". */
void phrase_number(struct weigh_buf *out, uint64_t n);
/* "more than 100,000,000 users active in a month". */
void phrase_fact(const struct weigh_license_fact *f, struct weigh_buf *out);
/* "line 12: 3 words added, clause 2 (number, scope)". */
void phrase_passage(const struct weigh_license_passage *p,
    struct weigh_buf *out);
/* "2 passages added, 1 passage missing"; nothing if there are none. */
void phrase_sum(const struct weigh_license_result *r, struct weigh_buf *out);
/* The words of a text on one line: a blank for each run of blanks and ends of lines,
 * none at either end; (1). */
void phrase_squeeze(struct weigh_buf *out, const char *text, size_t len);

#endif
