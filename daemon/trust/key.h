/*
 * key: the mirror's own signing key, Ed25519 (RFC 8032), made at the first start:
 * keys/mirror.key, PKCS#8 PEM (RFC 5958, RFC 7468), mode 0600.
 *
 * (1) The private key never leaves this module, and no message holds it.
 * (2) A key file that others can read, or that is not such a key, is refused; a
 *     key is never replaced.
 *
 * Threads: opened at start; reading afterwards from any.  Blocking: key_open.
 */
#ifndef TRUST_KEY_H
#define TRUST_KEY_H

#include <weigh/err.h>
#include <weigh/oid.h>

struct key;

/* Read keys/mirror.key below the data folder `dirfd`, or make it. */
enum weigh_code key_open(struct key **out, int dirfd, struct weigh_err *err);
void key_close(struct key *k);

/* The public half as SubjectPublicKeyInfo PEM, ended by a newline; the key's. */
const char *key_public(const struct key *k);

/* The SHA-256 of that text: how the key is named. */
const struct weigh_oid *key_id(const struct key *k);

#endif
