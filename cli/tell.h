/*
 * tell: what the license engine found, in words for people.
 *
 * (1) What is printed of a file is its own words, between double quotes, on as many lines
 *     as it takes; everything else is ours.
 * (2) What is cut ends with three dots and says where the whole of it is.
 */
#ifndef CLI_TELL_H
#define CLI_TELL_H

#include "out.h"
#include "scanned.h"

/* One file: a line, and below it what a person has to look at.  `width`: of the column
 * of licenses. */
void tell_scanned(const struct out *o, const struct scanned *s, size_t width);
/* How wide that column should be for this one. */
size_t tell_width(const struct scanned *s);
/* The license of a file: an expression, or "-". */
const char *tell_license(const struct scanned *s);

/* Lines of at most the terminal's width, each indented. */
void tell_wrapped(size_t indent, const char *text);

#endif
