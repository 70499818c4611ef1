/*
 * held: texts of licenses that a weighd holds.
 *
 * (1) It is asked only for what nothing at hand has, once for each license, and what it
 *     may not tell whoever asks it does not tell.
 * (2) Nobody waits for it: where none runs that is known at once; one that has not
 *     answered within HELD_SECONDS, or fails, is not asked again.
 * (3) What it sends has the SHA-256 that it told, or is nothing; then people are told.
 *
 * Every function may block, on the network, within (2).
 */
#ifndef CLI_HELD_H
#define CLI_HELD_H

#include <weigh/license.h>

#include "call.h"

#define HELD_SECONDS 2
#define HELD_TEXTS 8 /* of a license */

/* Where one stands. */
struct held_text {
	struct weigh_ref ref; /* a repository at a commit */
	char *path;
	char sha256[WEIGH_OID_HEX + 1];
	char *name; /* "acme/demo@0123456789ab:LICENSE" */
};

struct held {
	const struct call *call;
	struct client client;
	bool open;   /* the client is */
	bool silent; /* nobody to be asked (any more) */
	char where[SERVER_TEXT + 8];
};

/* Begin; nobody is asked yet. */
void held_begin(struct held *h, const struct call *c);
void held_end(struct held *h);

/* Where texts of this license stand: at most HELD_TEXTS; *n is 0 when none is told, or
 * nobody answers.  The caller frees each with held_text_free.  Only want of memory and
 * an interrupt are errors. */
enum weigh_code held_ask(struct held *h, const char *license,
    struct held_text texts[HELD_TEXTS], size_t *n, struct weigh_err *err);
/* Append its bytes.  Not WEIGH_OK: it is not to be had (3). */
enum weigh_code held_read(struct held *h, const struct held_text *t,
    struct weigh_buf *out, struct weigh_err *err);
void held_text_free(struct held_text *t);

#endif
