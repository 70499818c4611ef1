/*
 * lines: what differs between two texts, line by line.  Pure.
 *
 * (1) Taking the lines marked '-' out of the first text and putting those marked '+'
 *     in gives the second.
 * (2) Time and memory are bounded: where more than LINES_TABLE pairs of lines would
 *     have to be compared, the whole middle is told as taken out and put in.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stddef.h>

#include <weigh/buf.h>
#include <weigh/err.h>

#define LINES_TABLE (4u << 20)
#define LINES_AROUND 2 /* lines of both, before and after what differs */

/* Append what differs, in hunks as diff -U2 writes them, without names of files;
 * nothing if the texts are the same.  WEIGH_NOMEM. */
enum weigh_code lines_diff(struct weigh_buf *out, const char *a, size_t alen,
    const char *b, size_t blen, struct weigh_err *err);

#endif
