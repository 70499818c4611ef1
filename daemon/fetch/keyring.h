/*
 * keyring: the file of tokens that are shown to upstreams, [mirror] tokens.
 *
 * (1) It is a plain file of the user that weighd runs as, or of root, and nobody else
 *     may read or write it; else none of it is used.
 * (2) What it holds is in no message, and overwritten when it is given back.
 *
 * Threads: any.  Blocking: reads a file.
 */
#ifndef FETCH_KEYRING_H
#define FETCH_KEYRING_H

#include <weigh/source.h>

/* Read it; NULL for the path "".  WEIGH_DENIED by (1), WEIGH_MALFORMED, WEIGH_IO. */
enum weigh_code keyring_read(struct weigh_source_tokens **out, const char *path,
    struct weigh_err *err);

#endif
