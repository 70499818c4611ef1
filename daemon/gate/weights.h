/*
 * weights: what the headers of files of weights say, each read once; and blobs
 * that the mirror makes from such files.
 *
 * (1) A header is read from bytes that gate_open gave, and what it says is kept in
 *     the catalog, also that it is broken.  A catalog made again has it read again.
 * (2) A made blob is stored and named like any other, by the SHA-256 of its bytes;
 *     it is named as long as its source is.  The same bytes make the same name.
 *
 * Threads: pool workers; blocking.
 */
#ifndef GATE_WEIGHTS_H
#define GATE_WEIGHTS_H

#include <weigh/weights.h>

#include "gate/gate.h"

struct gate_weights {
	/* in */
	struct weigh_oid oid;
	uint64_t size;
	enum weigh_format format;
	/* out */
	bool known; /* else it could not be read yet: perhaps later */
	bool
	    other; /* what is recorded is that it is no file of another format */
	struct weigh_weights facts;
};

/* What is known of each row.  Of those that were never looked at, the first `now`
 * are read here (none while the gate is held), the others in the background; each
 * is then recorded, and gate_generation rises.  Free the rows, also after an error. */
enum weigh_code gate_weights(struct gate *g, struct catalog_reader *reader,
    struct gate_weights *rows, size_t n, unsigned now, struct weigh_err *err);
/* The same for who can wait: all that were never looked at are read here. */
enum weigh_code gate_weights_all(struct gate *g, struct catalog_reader *reader,
    struct gate_weights *rows, size_t n, struct weigh_err *err);
void gate_weights_free(struct gate_weights *rows, size_t n);

/* Make a blob of these bytes, which come from `source`, a blob that a revision
 * names; `kind` says what for.  One that was made before, and is well, is not made
 * again.  WEIGH_NOT_YET: the gate is held for something larger. */
enum weigh_code gate_make(struct gate *g, struct catalog_reader *reader,
    const struct weigh_oid *source, const char *kind, const void *data,
    size_t len, struct weigh_oid *oid, struct weigh_err *err);

#endif
