/*
 * sha256x2: the compressions of two SHA-256 chains at once on one core.
 *
 * Each of SHA-256's 64 rounds waits for the one before it, so a core that could
 * begin the next spends most of one chain waiting.  Two chains that do not know
 * of each other, taken in turn, fill the gaps: about 1.6 times the bytes.  The
 * two segments of one blob are such chains (weigh/midstate.h).
 *
 * (1) The kernel does to each chain exactly what FIPS 180-4, 6.2.2 says, and
 *     what libcrypto does, whatever the other chain is.
 * (2) It is found only on a processor that has its instructions; where it is
 *     not, libcrypto does the work.
 */
#ifndef WEIGH_SHA256X2_H
#define WEIGH_SHA256X2_H

#include <stddef.h>
#include <stdint.h>

/* Compress `blocks` blocks of 64 bytes at `adata` into the chaining value `a`
 * (H0…H7 as numbers), and as many at `bdata` into `b`.  Neither the values nor
 * the data need be aligned; the values must not overlap. */
typedef void weigh_sha256x2(uint32_t a[8], const void *adata, uint32_t b[8],
    const void *bdata, size_t blocks);

/* The kernel for this processor, or NULL.  Asks the processor each time, which
 * a virtual machine answers slowly: ask once for many segments. */
weigh_sha256x2 *weigh_sha256x2_find(void);

#endif
