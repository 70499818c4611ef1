/*
 * priv: one exchange, as the thread that asks (ask.c) and the loop that carries it
 * (wire.c, catch.c) see it.
 *
 * A hop is one request and its answer; a redirect is followed by another hop.  It is
 * made by the asker, given to the loop by a job, and back when `over` is set and no job
 * of it is under way (`posted` 0).  In between the asker touches only what stands below
 * `lock`.
 */
#ifndef OUTBOUND_PRIV_H
#define OUTBOUND_PRIV_H

#include <curl/curl.h>
#include <event2/event.h>
#include <pthread.h>

#include <weigh/budget.h>
#include <weigh/url.h>

#include "head.h"
#include "outbound.h"
#include "ring.h"
#include "window.h"

#define HEAD_MAX (256u << 10) /* bytes of all heads of one exchange */
#define DROP_MAX (64u << 10)  /* of a redirect's body: then it is cut */
#define RING (2u << 20)       /* bytes that wait for their taker */
#define ENOUGH (512u << 10)   /* bytes of a block worth waking for */
#define GRACE_MS 20           /* so long they are waited for */
#define LOOK_MS 100           /* how often a waiting asker looks at `cancel` */

struct hop {
	struct outbound *o;
	const struct outbound_request *r;
	struct weigh_url url;
	char text[WEIGH_URL_MAX]; /* the URL as sent; `url` points into it */
	bool own;        /* the site's own origin: its token may go there */
	bool first;      /* the origin of the request's URL: its fields, too */
	bool configured; /* somebody named this origin */
	bool follows; /* a redirect would be followed: its body is not wanted */
	bool proxied; /* the address we see is the proxy's */
	CURL *easy;
	struct curl_slist *lines;
	struct job begin, resume, end;

	/* The loop's. */
	struct hop *prev, *next;
	bool added, waits; /* in the multi; paused for the rate */
	bool asked;        /* connected: the request is on its way */
	int64_t heard;     /* milliseconds, of the last byte */
	size_t head_bytes;
	uint64_t got;         /* bytes of the body */
	curl_socket_t socket; /* -1 none yet */
	struct window window;
	bool enough; /* of a redirect's body: cut, and no failure */
	bool inward; /* an address was refused: which one, of what class */
	enum weigh_address_class class;
	char address[64];
	char words[CURL_ERROR_SIZE];

	pthread_mutex_t lock;
	pthread_cond_t news;
	struct head head; /* the asker's to read once head_done */
	struct ring ring;
	size_t wants; /* wake the asker when so many bytes wait */
	bool full;    /* paused until there is room again */
	bool head_done;
	bool over;
	bool resuming;   /* `resume` is on its way */
	unsigned posted; /* jobs under way */
	CURLcode code;   /* when over */
	enum weigh_code rc;
	struct weigh_err err; /* what we ended it for, rc not WEIGH_OK */
};

struct outbound {
	struct outbound_parts parts;
	struct outbound_counters counters;
	atomic_bool offline, stopping;
	CURLM *multi;

	pthread_mutex_t lock; /* of the settings */
	struct outbound_settings settings;
	char env_http[512], env_https[512], env_no[2048];

	/* The loop's. */
	struct event *timer; /* libcurl's */
	struct event *tick;  /* once a second, while there are hops */
	struct event *paid;  /* when the rate allows more */
	struct hop *hops;
	struct weigh_bucket bucket;
	unsigned silent_seconds;
};

int64_t outbound_ms(void);

/* hop.c: make a hop ready for `url`; *h is zero before, and hop_free's afterwards
 * whatever came of it.  `origin` is of the request's own URL.  Asker's thread. */
enum weigh_code hop_init(struct hop *h, struct outbound *o,
    const struct outbound_request *r, const char *url,
    const struct weigh_url *origin, struct weigh_err *err);
void hop_free(struct hop *h);
/* A code and a sentence for how it ended; WEIGH_OK if an answer came. */
enum weigh_code hop_judge(const struct hop *h, struct weigh_err *err);
/* Did somebody name the origin of `u`: the site itself, or a trusted one? */
bool hop_configured(struct outbound *o, const struct outbound_request *r,
    const struct weigh_url *u);

/* catch.c: what libcurl calls on the loop: sockets it wants to open, connections it
 * wants to use, heads and bodies. */
void catch_all(struct hop *h);

/* wire.c: jobs for the loop, posted with h->lock held; any thread. */
void wire_begin(struct hop *h);
void wire_resume(struct hop *h);
void wire_end(struct hop *h);
/* On the loop: so many bytes of a body came. */
void wire_account(struct hop *h, size_t len);
enum weigh_code wire_start(struct outbound *o, struct weigh_err *err);
void wire_stop(struct outbound *o);

/* tls.c: CURLOPT_SSL_CTX_FUNCTION. */
CURLcode tls_rules(CURL *easy, void *ssl_ctx, void *hop);

#endif
