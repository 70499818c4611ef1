/*
 * ticket: a right to upload one thing, as the query of a URL: whoever has the URL
 * has the right, and nothing else.  Clients send no Authorization with a PUT.
 * Pure: HMAC-SHA-256 (RFC 2104, FIPS 198-1) over a text that names everything.
 *
 *     weighhouse upload 1 LF
 *     PUT|POST LF REPO LF OID LF SIZE LF PART-SIZE LF PART LF EXPIRES LF TOKEN LF
 *
 * REPO as weigh_repo_text prints it; numbers decimal; PART 0 is the whole file,
 * and with POST the end of an upload in parts.  In the query: size, part_size,
 * part, expires, token, signature (64 hex digits).
 *
 * (1) Method, repository and oid come from the request itself, never from the
 *     query: a ticket for one is none for another.
 * (2) Signatures are compared in constant time, before anything else is said.
 */
#ifndef WEIGH_TICKET_H
#define WEIGH_TICKET_H

#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/http.h>
#include <weigh/name.h>
#include <weigh/oid.h>

#define WEIGH_TICKET_KEY 32   /* bytes of the secret */
#define WEIGH_TICKET_TOKEN 32 /* bytes of a token's id */

struct weigh_ticket {
	bool post; /* else PUT */
	struct weigh_repo repo;
	struct weigh_oid oid;
	uint64_t size;      /* bytes of the whole file */
	uint64_t part_size; /* 0: not in parts */
	uint64_t part;      /* from 1; 0: all of it, or (post) the end */
	int64_t expires;    /* seconds since 1970 */
	char token[WEIGH_TICKET_TOKEN +
	    1]; /* its id; "": came by control.sock */
};

/* Append the query, without '?'.  A failure is the buffer's. */
void weigh_ticket_print(struct weigh_buf *out, const struct weigh_ticket *t,
    const uint8_t key[WEIGH_TICKET_KEY]);

/* Read a query into *t, whose post, repo and oid the caller has filled.
 * WEIGH_DENIED: not signed by this key, or its time is over. */
enum weigh_code weigh_ticket_read(struct weigh_ticket *t,
    struct weigh_span query, const uint8_t key[WEIGH_TICKET_KEY], int64_t now,
    struct weigh_err *err);

#endif
