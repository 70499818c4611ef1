/*
 * utf8: RFC 3629 one byte at a time, for the readers of proto/ whose input
 * comes in pieces.  Private to proto/.
 */
#ifndef PROTO_UTF8_H
#define PROTO_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: between two characters. */
struct utf8 {
	uint8_t need;   /* continuation bytes still to come */
	uint8_t lo, hi; /* what the next one may be */
};

/* Take one byte.  False if it cannot stand here; *u is then of no use. */
bool weigh_utf8_step(struct utf8 *u, unsigned char c);

/* Bytes of the character at `text`, 1 to 4; 0 if it is not whole and right. */
size_t weigh_utf8_char(const char *text, size_t len);

#endif
