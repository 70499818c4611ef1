/*
 * judge: is this answer the bytes that were asked for?  Pure.
 *
 * (1) Bytes are taken only from a 206 with the very range that was asked for, or from
 *     a 200 with the whole file; nothing that is coded.
 * (2) An answer whose own word says that it is another file (its size, X-Linked-Etag,
 *     an ETag that is another than before) is refused before its bytes.
 */
#ifndef FETCH_JUDGE_H
#define FETCH_JUDGE_H

#include <weigh/err.h>
#include <weigh/oid.h>

#include "outbound/outbound.h"

struct range_wanted {
	struct weigh_oid oid;
	uint64_t size; /* of the file */
	uint64_t first, len;
	char etag[72]; /* of an answer before; "" there was none */
};

struct range_verdict {
	bool whole; /* the body is the file from its first byte on */
};

/* WEIGH_MISMATCH: it is another file; WEIGH_CHANGED: another than before;
 * WEIGH_MALFORMED: not what was asked for; else what the status says. */
enum weigh_code range_judge(const struct range_wanted *w,
    const struct outbound_head *head, struct range_verdict *out,
    struct weigh_err *err);

#endif
