/*
 * inspect: descriptor in, small struct out: what the header of a file of weights
 * says.
 *
 * (1) Only the header is read, by pieces of 256 KiB, and none of it is believed:
 *     the reader (weigh/weights.h) is pure, and bounded before it takes memory.
 *
 * Threads: any.  Blocking: reads the disk; call from a pool worker.
 */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

#include <weigh/weights.h>

/* Read the header of `fd` (borrowed; `size` bytes) into *out, which the caller
 * frees.  WEIGH_OK also for a file that breaks a rule: out->rule says which.
 * Anything else is our trouble and says nothing about the file. */
enum weigh_code inspect_header(int fd, uint64_t size, enum weigh_format format,
    struct weigh_weights *out, struct weigh_err *err);

#endif
