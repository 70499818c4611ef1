/*
 * address: how many connections an address holds and how often it asks, so that
 * one client cannot take what is there for all.
 *
 * IPv4 counts by address, IPv6 by its /64, which is what one customer is given.
 *
 * (1) Memory is bounded: an address is known while it holds a connection; of
 *     those that hold none the ADDRESS_QUIET seen last are remembered.
 * (2) Shared by all loops: any thread may call, and none waits for longer than a
 *     few instructions.  Where no limit is set nobody needs to call.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/err.h>

#define ADDRESS_QUIET 4096

struct sockaddr;
struct addresses;
struct address; /* one of them; the table's */

enum weigh_code addresses_new(struct addresses **out, struct weigh_err *err);
/* After every address has left.  NULL does nothing. */
void addresses_free(struct addresses *a);

/* One more connection from there; to be given back by address_leave.  NULL: it
 * holds `most` already (0: any number is right), or there is no memory. */
struct address *address_come(struct addresses *a, const struct sockaddr *sa,
    unsigned most);
void address_leave(struct addresses *a, struct address *from);

/* May this address ask once more, `now` (monotonic, nanoseconds)?  `per_second` is
 * more than 0: so many at once, and so many a second after that. */
bool address_may_ask(struct addresses *a, struct address *from,
    unsigned per_second, int64_t now);

/* How many are known, for tests. */
unsigned addresses_count(struct addresses *a);

#endif
