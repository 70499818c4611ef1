/*
 * survey: what all loops are answering now.
 *
 * (1) Nothing is counted and no lock is taken while nobody asks; an answer of
 *     over 64 KiB remembers its path, that is all.
 * (2) A loop tells of at most SERVER_ANSWERS; how many more there were is said.
 *
 * Any thread may ask; `then` runs on the loop `home`, once.  Nothing blocks.
 */
#ifndef NET_SURVEY_H
#define NET_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/server.h"

#define SERVER_ANSWERS 64 /* of one loop */
#define SERVER_TARGET 512 /* bytes of a path, with its NUL; more is cut off */

struct server_answer {
	uint64_t connection; /* its number: the same in the next survey */
	char peer[64];       /* as http_peer says it */
	char target[SERVER_TARGET]; /* the path as it came */
	bool open;           /* its end is not known: `total` is what was made */
	bool sending;        /* else the answer is still being worked out */
	uint64_t sent, total; /* bytes of bodies, when sending */
	uint64_t ms;         /* since the request's head was complete */
};

struct server_survey {
	struct server_answer *answers; /* until `then` returns */
	size_t count;
	size_t more;
	bool failed; /* out of memory */
};

/* Not told of: the connection number `except`, which asks.  False: out of memory,
 * and `then` is never called. */
bool server_survey(struct server *s, uint64_t except, struct loop *home,
    void (*then)(void *ctx, const struct server_survey *s), void *ctx);

#endif
