/* encodings: those that license files come in, a character at a time.  Private to
 * proto/license. */
#ifndef LICENSE_ENCODINGS_H
#define LICENSE_ENCODINGS_H

#include <stddef.h>
#include <stdint.h>

#define NO_CHARACTER 0xfffdu /* bytes that are none */

struct encoding {
	const char *name; /* as results tell it */
	/* The character at `p`, which has `len` > 0 bytes; how many it has. */
	size_t (*next)(const unsigned char *p, size_t len, uint32_t *character);
};

/* The encoding of these bytes; *skip: the bytes of a mark in front. */
const struct encoding *license_encoding_of(const unsigned char *p, size_t len,
    size_t *skip);
/* NULL: there is none of that name. */
const struct encoding *license_encoding_named(const char *name);

/* GB18030-2005: bytes of the character at `p`, at least 1. */
size_t license_gb18030_next(const unsigned char *p, size_t len,
    uint32_t *character);

#endif
