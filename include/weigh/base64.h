/*
 * base64: bytes as text, RFC 4648 section 4, read strictly.
 *
 * (1) One text a value: padding is there, bits that mean nothing are 0, and no
 *     blank, line end or other letter stands anywhere.
 */
#ifndef WEIGH_BASE64_H
#define WEIGH_BASE64_H

#include <stddef.h>

/* Read `len` letters into out[size].  How many bytes that makes, or -1: not such a
 * text, or more bytes than fit. */
long weigh_base64_decode(void *out, size_t size, const char *text, size_t len);

#endif
