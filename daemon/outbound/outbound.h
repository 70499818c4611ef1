/*
 * outbound: HTTP to the outside, by libcurl on an event loop of its own.  The one
 * place of weighd that opens a connection to somebody else.
 *
 * (1) Whoever calls is a worker and blocks; the body comes to it on its own thread in
 *     blocks of 512 KiB to 2 MiB (smaller ones when no more came for 20 ms, at the end
 *     and where our ring of 2 MiB begins again), and the sender waits while the ring is
 *     full.
 * (2) TLS is verified, always: security level 2, TLS 1.2 or newer, the host's name
 *     in subjectAltName (a name in CN alone counts for nothing).
 * (3) Redirects are followed by hand, each judged by weigh_redirect_judge.  Each
 *     address is judged by weigh_address_class after its name was looked up, before
 *     the first packet goes there, and again before a request goes over a connection
 *     that is open already: loopback, link-local and private ones only where the site
 *     is there itself or `trusted` names the origin.  Through a proxy only the proxy
 *     sees the address: then hosts that are addresses, and localhost, are judged as
 *     they are written, and names are the proxy's to judge.
 * (4) A site's token and a request's own fields go to the scheme, host and port they
 *     are for, and nowhere else: the token to the site's, the fields to the first
 *     URL's.  Over plain http the token goes only to loopback or where its
 *     configuration says so; never to a log, nor into an error.
 * (5) No body goes past `max` bytes, no head past 256 KiB, no silence past
 *     `silent_seconds`, unless it is us who wait.
 * (6) Offline, nothing is asked and no name looked up: WEIGH_DENIED at once.
 *
 * Bulk goes by HTTP/1.1, one connection a body: a body that waits for its taker holds
 * no other up.  Small answers may share one by HTTP/2.
 *
 * Threads: all but new, stop and free from any thread; outbound_ask blocks.
 */
#ifndef OUTBOUND_OUTBOUND_H
#define OUTBOUND_OUTBOUND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/http.h>

#include "base/job.h"

struct event_base; /* libevent's */
struct outbound;

/* One place that we are told to talk to.  Borrowed for the call. */
struct outbound_site {
	/* "https://hub.example": scheme, host, port, folder. */
	const char *base;
	const char *token; /* "" none; printable ASCII without blanks */
	/* PEM; "" the system's.  At the site only these count, where it redirects to
	 * these and the system's. */
	const char *ca_file;
	bool plain_token; /* its token may go over plain http */
};

enum outbound_kind {
	OUTBOUND_SMALL, /* metadata: not held to the rate */
	OUTBOUND_BULK   /* a file's bytes: by the rate of [wan] */
};

struct outbound_head {
	int status;
	bool has_length, has_range;
	uint64_t length;
	uint64_t range_first, range_last, range_total;
	char etag[72];        /* strong, with quotes; "" none */
	char linked_etag[72]; /* X-Linked-Etag, likewise */
	uint64_t linked_size; /* X-Linked-Size; has_linked_size */
	bool has_linked_size;
	char commit[41];     /* X-Repo-Commit, if it is 40 hex; "" */
	char error_code[64]; /* X-Error-Code, if plain letters; "" */
	char type[64];       /* Content-Type without parameters */
	bool more;           /* Link: rel="next" is there, and ... */
	char next[2048];     /* ... its target, absolute; "" unreadable */
	char url[2048];      /* where the answer came from */
	bool coded;          /* Content-Encoding is there: not for blobs */
	int64_t retry_after; /* seconds; -1: not said */
	int64_t left, reset; /* RateLimit: r and t; -1: not said */
};

struct outbound_request {
	const struct outbound_site *site;
	enum outbound_kind kind;
	const char *method; /* "GET", "HEAD", "POST" */
	const char *url;    /* absolute; on the site, or where it sent us */
	const char *accept; /* NULL: any */
	const char *fields; /* more lines, each with CR LF; to the URL's own
	                       origin only; NULL */
	const char *type;   /* of `body`; NULL */
	const void *body;   /* POST; borrowed */
	size_t body_len;
	bool ranged;          /* Range: bytes=first-last */
	uint64_t first, last; /* last UINT64_MAX: to the end */
	/* The token as Basic, as git's servers want it: USER:TOKEN as it stands,
	 * else with the user x-access-token. */
	bool basic;
	bool gzip;          /* the body may come compressed; never for blobs */
	unsigned redirects; /* followed at most; 0: a 3xx is the answer */
	uint64_t max; /* bytes of the body, decoded; more is WEIGH_TOO_BIG */
	/* WEIGH_CANCELED soon after it is set; NULL. */
	const atomic_bool *cancel;
	/* The head of the final answer, before its body; not WEIGH_OK ends it with
	 * that.  May be NULL. */
	enum weigh_code (*head)(void *ctx, const struct outbound_head *head,
	    struct weigh_err *err);
	/* The body, in order, of whatever status; likewise.  NULL: it is dropped. */
	enum weigh_code (*block)(void *ctx, const void *data, size_t len,
	    struct weigh_err *err);
	void *ctx;
	/* BULK: told with the bytes whether the road they come by is full, so that no
	 * other connection would bring more.  NULL. */
	atomic_bool *full;
};

/* WEIGH_OK: an answer came, whole (whatever its status); *head says which.
 * WEIGH_NETWORK: unreachable, reset, silent, cut short, a certificate that does not
 * hold; WEIGH_DENIED: a redirect or address that is refused, a token that may not go
 * there, or offline; WEIGH_TOO_BIG; WEIGH_MALFORMED: a URL that is none, a head without
 * end; WEIGH_CANCELED.  *head is of the last answer, of which it has the head; status 0:
 * there was none.  May be NULL. */
enum weigh_code outbound_ask(struct outbound *o,
    const struct outbound_request *r, struct outbound_head *head,
    struct weigh_err *err);

/* A body of at most `max` bytes, collected. */
enum weigh_code outbound_collect(struct outbound *o, struct outbound_request *r,
    struct outbound_head *head, struct weigh_buf *out, struct weigh_err *err);

struct outbound_settings {
	bool offline;
	uint64_t rate;       /* bytes a second, all together; 0: any */
	uint64_t night_rate; /* in night hours; 0: any */
	unsigned night_from,
	    night_until;          /* hours, local time; equal: no night */
	unsigned connect_seconds; /* 10 */
	unsigned silent_seconds;  /* no byte for so long: 30 */
	char proxy[512]; /* "" the environment's HTTPS_PROXY, NO_PROXY */
	/* Origins that may lie at private addresses and be redirected to, besides
	 * the sites themselves: "https://cdn.example:8443 …". */
	char trusted[2048];
};

struct outbound_parts {
	struct event_base *base; /* of a loop that is ours alone */
	job_post_fn *post;       /* net's loop_post */
	void *home;              /* that loop */
};

enum weigh_code outbound_new(struct outbound **out,
    const struct outbound_parts *parts,
    const struct outbound_settings *settings, struct weigh_err *err);
/* Other settings, for what begins from now on; the rate within a second.  Going offline
 * ends what is under way. */
void outbound_set(struct outbound *o, const struct outbound_settings *settings);
bool outbound_offline(const struct outbound *o);
/* weighd is stopping: everything under way ends with WEIGH_CANCELED. */
void outbound_stop(struct outbound *o);
void outbound_free(struct outbound *o); /* its loop does not run any more */

struct outbound_counters {
	atomic_uint_fast64_t asked;      /* requests sent */
	atomic_uint_fast64_t body_bytes; /* of bodies that were received */
	atomic_uint_fast64_t failed;     /* without an answer */
	atomic_uint_fast64_t refused;    /* by us: redirect, address, TLS */
};
const struct outbound_counters *outbound_counters(const struct outbound *o);

#endif
