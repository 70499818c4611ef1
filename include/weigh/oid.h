/*
 * oid: names of bytes.  A blob is named by the SHA-256 of its bytes, a git
 * object by its SHA-1.
 *
 * (1) Every digest from outside, wherever it comes from, passes
 *     weigh_oid_parse: exactly ^[0-9a-f]{64}$, nothing else.
 * (2) Likewise every git object id passes weigh_gitid_parse: ^[0-9a-f]{40}$.
 */
#ifndef WEIGH_OID_H
#define WEIGH_OID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEIGH_OID_SIZE 32
#define WEIGH_OID_HEX 64 /* two digits a byte */
#define WEIGH_GITID_SIZE 20
#define WEIGH_GITID_HEX 40

struct weigh_oid {
	uint8_t b[WEIGH_OID_SIZE];
};

struct weigh_gitid {
	uint8_t b[WEIGH_GITID_SIZE];
};

/* Read 64 lower-case hex digits.  False, and *out untouched, for anything
 * else.  `text` needs no NUL. */
bool weigh_oid_parse(struct weigh_oid *out, const char *text, size_t len);

/* Print as 64 lower-case hex digits and a NUL. */
void weigh_oid_hex(const struct weigh_oid *oid, char out[WEIGH_OID_HEX + 1]);

bool weigh_oid_equal(const struct weigh_oid *a, const struct weigh_oid *b);
bool weigh_oid_is_zero(const struct weigh_oid *oid);

/* The SHA-256 of `len` bytes at `data` (FIPS 180-4, by libcrypto's EVP).
 * False only when libcrypto is out of memory. */
bool weigh_oid_of(struct weigh_oid *out, const void *data, size_t len);

bool weigh_gitid_parse(struct weigh_gitid *out, const char *text, size_t len);
void weigh_gitid_hex(
    const struct weigh_gitid *id, char out[WEIGH_GITID_HEX + 1]);
bool weigh_gitid_equal(
    const struct weigh_gitid *a, const struct weigh_gitid *b);
bool weigh_gitid_is_zero(const struct weigh_gitid *id);

#endif
