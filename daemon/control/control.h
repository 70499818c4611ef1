/*
 * control: our own API, /-/v1/…, the same on control.sock and over TCP.  Requests
 * and answers: proto/README.md.
 *
 * (1) From control.sock every right; over TCP what weigh_access_decide allows to
 *     whoever asks.  A verb without a row does not exist, and a row has a right.
 * (2) weighd never opens a path that a client named: files come as descriptors.
 * (3) An add belongs to the connection that began it; if that ends, everything it
 *     brought is dropped.
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include <weigh/err.h>

#include "fetch/follow.h"
#include "gate/gate.h"
#include "net/server.h"
#include "pool/pool.h"
#include "trust/key.h"
#include "trust/tokens.h"
#include "upkeep/scrub.h"

struct control;

/* Borrowed; all outlive the control. */
struct control_parts {
	struct gate *gate;
	struct store *store;
	struct pool *workers; /* short questions */
	struct pool *heavy;   /* reading and writing many bytes */
	struct pool *streams; /* waiting for clients of long answers */
	struct scrub *scrub;
	struct fetch *fetch;
	struct outbound *outbound; /* for what came by it */
	struct follow *follow;
	const struct key *key;
	struct tokens *tokens;
	struct repo_root *repos;
	int dirfd;        /* the data folder */
	const char *data; /* the same, as status shows it */
	/* What is listened on: "http://ADDR, http://ADDR"; may be filled later. */
	const char *addresses;
	int64_t started; /* seconds since 1970 */
};

enum weigh_code control_new(struct control **out,
    const struct control_parts *parts, struct weigh_err *err);
/* The server, for what is going on: made after the application it calls. */
void control_set_server(struct control *c, struct server *server);
/* What of a repository is mirrored where nobody says; any thread. */
void control_set_formats(struct control *c, enum weigh_formats formats);
/* weighd is stopping: end the long jobs that only read. */
void control_stop(struct control *c);
/* After the pools: no job is on its way any more. */
void control_free(struct control *c);

/* Is this a request for us: below "/-/"? */
bool control_owns(const struct http_exchange *x);
void control_request(struct control *c, struct http_exchange *x);

#endif
