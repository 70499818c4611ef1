/*
 * pointer: Git LFS pointer files, the text that stands in a git tree where the
 * bytes live in the store.  Format: git-lfs docs/spec.md, version 1.
 *
 * (1) At most WEIGH_POINTER_MAX bytes; exactly the lines version, oid, size;
 *     LF ends every line.
 * (2) Anything else is an ordinary file: weigh_pointer_parse says why not.
 *     That includes pointers with extensions (`ext-0-…`): what their oid
 *     names are not the bytes that the file should have.
 * (3) There is one canonical form: what is parsed is printed the same.
 */
#ifndef WEIGH_POINTER_H
#define WEIGH_POINTER_H

#include <weigh/err.h>
#include <weigh/oid.h>

#define WEIGH_POINTER_MAX 1024
/* A canonical pointer: 127 bytes, up to 19 digits of size, NUL. */
#define WEIGH_POINTER_TEXT 160

struct weigh_pointer {
	struct weigh_oid oid;
	uint64_t size; /* at most 2^63 - 1 */
};

enum weigh_code weigh_pointer_parse(struct weigh_pointer *out,
    const char *text, size_t len, struct weigh_err *err);

/* Returns the length without the NUL. */
size_t weigh_pointer_print(
    const struct weigh_pointer *p, char out[WEIGH_POINTER_TEXT]);

#endif
