/*
 * siphash: SipHash-2-4 (Aumasson, Bernstein 2012), 64 bits of any bytes under a key of
 * 128.  The same on every machine.  Private to proto/.
 */
#ifndef PROTO_SIPHASH_H
#define PROTO_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/* `k0`, `k1`: the key, its bytes taken as little-endian numbers. */
uint64_t weigh_siphash(uint64_t k0, uint64_t k1, const void *bytes, size_t len);

#endif
