/*
 * roll: the text of keys/tokens, there and back; its format: README.md.  Pure.
 *
 * (1) One text a table: what roll_parse accepts, roll_print prints as the very
 *     same bytes.
 */
#ifndef TRUST_ROLL_H
#define TRUST_ROLL_H

#include <weigh/access.h>
#include <weigh/buf.h>
#include <weigh/err.h>

#include "trust/tokens.h"

#define ROLL_MAX (8u << 20) /* bytes of the text */
#define ROLL_TIME_LAST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

struct roll_token {
	struct weigh_oid hash; /* SHA-256 of the token's text */
	struct weigh_who who;
};

/* A table: sorted by hash, no two alike.  Made once, never changed. */
struct roll {
	size_t n;
	struct roll_token rows[];
};

/* Read a text; *out is the caller's to free().  WEIGH_MALFORMED names the line. */
enum weigh_code roll_parse(struct roll **out, const char *text, size_t len,
    struct weigh_err *err);

/* Append the text; false: out->failed. */
bool roll_print(struct weigh_buf *out, const struct roll *roll);

/* The row of this hash, or NULL. */
const struct roll_token *roll_find(const struct roll *roll,
    const struct weigh_oid *hash);

/* A new table with one row more, or without one of the old rows; the caller's to
 * free().  NULL: no memory. */
struct roll *roll_with(const struct roll *old, const struct roll_token *row);
struct roll *roll_without(const struct roll *old, const struct roll_token *row);

#endif
