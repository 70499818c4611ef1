/*
 * upload_key: the secret by which this mirror knows its own upload URLs again
 * (<weigh/ticket.h>): keys/upload.key, 32 random bytes, mode 0600, made at the
 * first start.
 *
 * (1) It never leaves this machine; a file that is not such a secret, or that
 *     others can read, is refused.  Removing it only ends the URLs given out.
 */
#ifndef TRUST_UPLOAD_KEY_H
#define TRUST_UPLOAD_KEY_H

#include <stdint.h>

#include <weigh/err.h>
#include <weigh/ticket.h>

/* Read it below the data folder `dirfd`, or make it.  At start; blocking. */
enum weigh_code upload_key_read(uint8_t out[WEIGH_TICKET_KEY], int dirfd,
    struct weigh_err *err);

#endif
