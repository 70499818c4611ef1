/*
 * reply: an answer as a value: made on a worker, sent on its loop.
 *
 * (1) A reply owns its buffers, descriptor and hold until it is sent or freed.
 * (2) Exactly one of: an error (rc), a file (is_file, here or still coming in), or
 *     bytes.
 */
#ifndef NET_REPLY_H
#define NET_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>

struct flow;
struct http_exchange;

struct http_reply {
	enum weigh_code rc; /* not WEIGH_OK: an error, described by err */
	struct weigh_err err;
	const char *hub_code; /* X-Error-Code of an error, or NULL; static */
	int status;           /* 0: 200, or by the error's code */
	const char *type;     /* Content-Type, static; NULL: JSON */
	char etag[72];        /* "" none; else conditions and ranges hold */
	int64_t modified; /* of the file, seconds since 1970; 0: not known */
	uint64_t size;    /* of the file */
	bool is_file;
	char blob[65];     /* of the file: its SHA-256, for http_app.broken */
	int fd;            /* of the file; -1 when no bytes are wanted */
	struct flow *flow; /* instead of fd: the file is coming in; held */
	/* Of a flow that fails before its first byte: status and X-Error-Code. */
	const char *(*refusal)(const struct weigh_err *err, int *status);
	struct weigh_buf fields; /* whole header lines, each with CR LF */
	struct weigh_buf body;
};

/* Nothing yet; the body may grow to `max` bytes. */
void http_reply_init(struct http_reply *r, size_t max);
void http_reply_free(struct http_reply *r);
/* Nothing again, with the same bound. */
void http_reply_clear(struct http_reply *r);

/* Add a header line.  Control characters in the value are dropped. */
void http_reply_field(struct http_reply *r, const char *name, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* Send it as the answer of `x` (its loop's thread) and free it. */
void http_reply_send(struct http_exchange *x, struct http_reply *r);

#endif
