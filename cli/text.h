/*
 * text: numbers and names as people read them.  Pure: values in, text out.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>

#define TEXT_SIZE 16
/* Bytes in powers of 1000: "512 B", "9.8 GB", "19.6 GB", "345 MB". */
void text_size(uint64_t bytes, char out[TEXT_SIZE]);
/* The same without a decimal from 10 up, for narrow columns: "19 GB". */
void text_size_short(uint64_t bytes, char out[TEXT_SIZE]);

#define TEXT_DURATION 16
/* "53s", "4m10s", "2h05m", "3d04h", "120d"; "-" from 10,000 days on. */
void text_duration(uint64_t seconds, char out[TEXT_DURATION]);

#define TEXT_WHEN 24
/* A point in time, seconds since 1970: "2026-11-20T08:30:00Z"; "-" for 0 and for what
 * no calendar has. */
void text_when(int64_t when, char out[TEXT_WHEN]);

#define TEXT_COUNT 64
/* "1 file", "12 files", "0 repositories": `one` is a singular of at most 40 bytes
 * whose plural ends in s, or ies for y. */
void text_count(uint64_t n, const char *one, char out[TEXT_COUNT]);

/* Columns of a terminal that the UTF-8 text takes, one a code point. */
size_t text_columns(const char *text);

/* Append `text` in exactly `width` columns: padded with blanks, or its middle
 * replaced by `...` (or by the one-column ellipsis if `utf8`). */
void text_fit(
    struct weigh_buf *out, const char *text, size_t width, bool utf8);

/* Append `text`, broken between words into lines of at most `width` columns.  The
 * first begins at column `at`, the others are indented by `indent`; a word that is
 * longer than a line is not cut. */
void text_wrap(struct weigh_buf *out, const char *text, size_t at,
    size_t indent, size_t width);

/* Append `text` so that it cannot move a cursor or break a line: control
 * characters (C0, DEL, C1) and bytes that are not UTF-8 become \xNN. */
void text_clean(struct weigh_buf *out, const char *text);

/* The same for a terminal that knows ASCII only: the rest becomes \xNN too. */
void text_clean_ascii(struct weigh_buf *out, const char *text);

#endif
