/*
 * url: absolute http and https URLs, where a Location leads, which addresses are
 * somebody's inside, and which redirects are followed.  What RFC 3986 leaves to taste
 * is refused: user names, hosts that only look like numbers, anything but ASCII.
 *
 * (1) A URL that is read names one host and one port for every reader: a host whose
 *     last label is a number is a dotted quad, or refused (127.1, 0x7f.1, 2130706433).
 * (2) A resolved Location is read by the same rules; another scheme is refused.
 * (3) An IPv6 address that carries an IPv4 one is of the class of that one.
 * (4) weigh_redirect_judge never lets credentials go to another origin, nor a request
 *     from https to http.
 *
 * Nothing here blocks or takes memory.
 */
#ifndef WEIGH_URL_H
#define WEIGH_URL_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/http.h>

#define WEIGH_URL_MAX 2048 /* bytes of a URL, with its NUL */

/* An address as in a packet: 4 bytes, or 16. */
struct weigh_address {
	bool v6;
	uint8_t bytes[16];
};

/* Exactly this text, as in a URL without brackets: a dotted quad without leading
 * zeros, or RFC 4291's forms of IPv6 without a zone. */
bool weigh_address_parse(struct weigh_address *out, struct weigh_span text);

/* Where an address lies, by the registries of RFC 6890 and its successors. */
enum weigh_address_class {
	WEIGH_ADDRESS_PUBLIC,
	WEIGH_ADDRESS_LOOPBACK,   /* and 0.0.0.0/8, ::, which lead there too */
	WEIGH_ADDRESS_LINK_LOCAL, /* 169.254.169.254 is among them */
	WEIGH_ADDRESS_PRIVATE,    /* and shared ones, 100.64.0.0/10 */
	WEIGH_ADDRESS_NOBODY      /* multicast, reserved, examples */
};
enum weigh_address_class weigh_address_class(const struct weigh_address *a);
const char *weigh_address_class_name(enum weigh_address_class class);

/* May a connection go there?  `configured`: somebody accountable named this very
 * origin.  NOBODY is refused to all. */
bool weigh_address_allowed(enum weigh_address_class class, bool configured);

struct weigh_url {
	bool https;
	bool literal; /* the host is an address */
	struct weigh_address address;
	char host[254];         /* small letters, without brackets */
	uint16_t port;          /* 80 or 443 when none is given */
	struct weigh_span rest; /* path and query, in the text; perhaps empty */
};

/* Read `text`, which outlives *out.  What stands behind '#' is not part of it. */
enum weigh_code weigh_url_parse(struct weigh_url *out, const char *text,
    struct weigh_err *err);

/* Scheme, host and port are the same. */
bool weigh_url_same_origin(const struct weigh_url *a,
    const struct weigh_url *b);

/* Is the host this machine by its very name: a loopback literal, localhost? */
bool weigh_url_loopback(const struct weigh_url *u);

/* Is the origin of `u` one of those in `list` (URLs, blanks between)? */
bool weigh_url_listed(const struct weigh_url *u, const char *list);

/* Where `location` leads from `base` (RFC 3986 section 5.2), absolute, into `out`. */
enum weigh_code weigh_url_resolve(char out[WEIGH_URL_MAX],
    const struct weigh_url *base, const char *location, struct weigh_err *err);

/* Does NO_PROXY name this host?  Names (with all below them), addresses, blocks
 * (10.0.0.0/8), with commas or blanks between; "*" is all. */
bool weigh_proxy_bypassed(const struct weigh_url *u, const char *no_proxy);

struct weigh_redirect_facts {
	const struct weigh_url *from, *to;
	int status;        /* 301, 302, 303, 307, 308 */
	bool post;         /* the request has a body */
	bool configured;   /* `to` is an origin somebody named */
	unsigned followed; /* so far */
	unsigned most;
};
enum weigh_redirect {
	WEIGH_REDIRECT_FOLLOW,    /* the same origin: with everything */
	WEIGH_REDIRECT_BARE,      /* without credentials and own fields */
	WEIGH_REDIRECT_TOO_MANY,  /* a loop is one, too */
	WEIGH_REDIRECT_DOWNGRADE, /* from https to http */
	WEIGH_REDIRECT_INWARD,    /* to an address inside, literally */
	WEIGH_REDIRECT_BODY       /* a POST stays on its origin, and a POST */
};
enum weigh_redirect weigh_redirect_judge(const struct weigh_redirect_facts *f);
/* Why not: "a redirect from https to http", ... */
const char *weigh_redirect_why(enum weigh_redirect verdict);

#endif
