/*
 * http: HTTP/1.1 messages as bytes (RFC 9110, RFC 9112), without sockets.
 * Strict: whatever two readers could read differently is refused; the rules
 * stand as a table in proto/http/README.md.
 *
 * (1) The reader takes bytes in pieces of any size and answers the same for
 *     every cutting: same events, same status, same number of bytes taken.  A
 *     byte that cannot stand where it stands is refused when it comes.
 * (2) Every doubt about framing ends the connection: after WEIGH_HTTP_BAD no
 *     later byte is ever looked at.
 * (3) Memory is bounded by the limits; between requests the reader holds none.
 * (4) A request body is consumed whatever the method; its bytes are never
 *     parsed as a request.
 *
 * Nothing here blocks.  Only the reader (its head) and weigh_http_target_parse
 * take memory.
 */
#ifndef WEIGH_HTTP_H
#define WEIGH_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <weigh/buf.h>
#include <weigh/oid.h>

struct weigh_span {
	const char *p; /* not NUL-terminated */
	size_t len;
};

/* Does the span hold exactly this text?  The second ignores ASCII case. */
bool weigh_span_is(struct weigh_span s, const char *text);
bool weigh_span_is_nocase(struct weigh_span s, const char *text);

struct weigh_http_limits {
	size_t line;        /* request line, bytes without its CR LF: 414 */
	size_t field;       /* one field line, likewise: 431 */
	size_t head;        /* all field lines, with their CR LF: 431 */
	unsigned fields;    /* how many, at most WEIGH_HTTP_FIELDS_MAX: 431 */
};
/* 16 KiB, 16 KiB, 64 KiB, 200. */
extern const struct weigh_http_limits weigh_http_default_limits;
#define WEIGH_HTTP_FIELDS_MAX 200 /* the most that limits.fields may be */

enum weigh_http_method {
	WEIGH_HTTP_GET,
	WEIGH_HTTP_HEAD,
	WEIGH_HTTP_POST,
	WEIGH_HTTP_PUT,
	WEIGH_HTTP_DELETE,
	WEIGH_HTTP_PATCH,
	WEIGH_HTTP_OPTIONS,
	WEIGH_HTTP_CONNECT,
	WEIGH_HTTP_TRACE,
	WEIGH_HTTP_METHODS
};
const char *weigh_http_method_name(enum weigh_http_method method);

struct weigh_http_field {
	struct weigh_span name;
	struct weigh_span value; /* without the blanks around it */
};

/* A request's head; spans point into the reader's memory and live until
 * weigh_http_reader_next or _free. */
struct weigh_http_head {
	enum weigh_http_method method;
	unsigned minor;           /* HTTP/1.minor: 0 or 1 */
	struct weigh_span path;   /* from the first '/', as sent; "*" for OPTIONS;
	                             empty for CONNECT host:port */
	struct weigh_span query;  /* behind '?', or empty */
	bool has_query;
	struct weigh_span host;   /* authority of an absolute-form target, else
	                             Host; checked; empty only in HTTP/1.0 */
	struct weigh_http_field fields[WEIGH_HTTP_FIELDS_MAX];
	unsigned nfields;
	bool close;               /* the connection ends after this exchange: asked
	                             for, HTTP/1.0, or CONNECT */
	bool expect_continue;     /* has a body, and waits for 100 to send it */
	bool has_body;            /* Content-Length > 0, or chunked */
	bool chunked;
	uint64_t length;          /* Content-Length; 0 when none or chunked */
};

/* The value of the field `name` (any case) if it stands exactly once; an empty
 * span with p == NULL when absent or given more than once. */
struct weigh_span weigh_http_field(
    const struct weigh_http_head *head, const char *name);

enum weigh_http_event {
	WEIGH_HTTP_MORE, /* all of the piece is used; feed the next */
	WEIGH_HTTP_HEAD_DONE, /* the head is complete: see reader->head */
	WEIGH_HTTP_BODY, /* a piece of the body: see reader->body */
	WEIGH_HTTP_END,  /* the request is complete, body included */
	WEIGH_HTTP_BAD   /* answer reader->status, close, read no more */
};

struct weigh_http_reader {
	struct weigh_http_head head;
	struct weigh_span body; /* points into the piece fed */
	int status;             /* of BAD: 400, 414, 417, 431, 501, 505; 503 without
	                           memory; 0 while all is well */
	const char *reason;     /* of BAD: a static sentence, lower case */
	bool idle;              /* no byte of a request was taken yet; the empty
	                           line that may stand before one does not count */
	unsigned lead;          /* private: bytes of that empty line taken */
	struct weigh_http_reader_state *s; /* private; NULL while idle */
	struct weigh_http_limits limits;
};

/* Begin an empty reader; it takes no memory before the first byte. */
void weigh_http_reader_init(struct weigh_http_reader *r,
    const struct weigh_http_limits *limits);
/* Give all memory back; the head's spans end here. */
void weigh_http_reader_free(struct weigh_http_reader *r);

/* Take bytes from `data`; *used says how many.  Answers events one at a time:
 * call again with the rest, even of 0 bytes, until MORE, END or BAD.  After END
 * the next call needs weigh_http_reader_next first, else it is END again.  A
 * refused byte counts as taken; after BAD it is BAD for ever. */
enum weigh_http_event weigh_http_read(struct weigh_http_reader *r,
    const char *data, size_t len, size_t *used);

/* Begin the next request on the same connection, after END (for a request
 * without body also after HEAD_DONE).  Too early, it makes the reader BAD. */
void weigh_http_reader_next(struct weigh_http_reader *r);

/*
 * Targets.  A target is not a path: split at '/', decode every segment once,
 * match a table of routes.  No part of it is ever joined to a file name.
 */
#define WEIGH_HTTP_SEGMENTS 80
struct weigh_http_segment {
	const char *text; /* decoded, NUL-terminated, in the target's memory */
	size_t len;
	bool slash;       /* held %2F: only routes that define it may take it */
};
struct weigh_http_target {
	struct weigh_http_segment seg[WEIGH_HTTP_SEGMENTS];
	unsigned count;   /* of "/a/b": 2; of "/": 1, the empty one */
	char *memory;     /* owns the texts */
};
/* Split and decode `path`.  0, or the status to answer: 400 for a stray '%', a
 * decoded NUL or control character, %5C or '\', what is not UTF-8, a segment
 * `.` or `..`, an empty segment anywhere but last or (one, for clients whose
 * base ends in '/') first, where it stays as segment 0; 404 for too many; 500
 * without memory.  What stands between decoded slashes is held to the same rules.
 * The path need not outlive the call; on failure there is nothing to free. */
int weigh_http_target_parse(
    struct weigh_http_target *t, struct weigh_span path);
void weigh_http_target_free(struct weigh_http_target *t);

/* The decoded value of the first `key` in a query string ('+' is a space) into
 * `out` with a NUL.  1 if found, 0 if absent, -1 if malformed (bad escape, NUL,
 * invalid UTF-8) or longer than size - 1; then `out` is of no use. */
int weigh_http_query(
    struct weigh_span query, const char *key, char *out, size_t size);

/* Take the next parameter from the front of *query into `key` and `value`, decoded,
 * with NULs.  1 if there was one, 0 at the end, -1 if it is malformed or too long
 * for its place; then it is passed over. */
int weigh_http_query_next(struct weigh_span *query, char *key, size_t key_size,
    char *value, size_t value_size);

/* Append `text` percent-encoded for a path segment or a query value: all but
 * unreserved characters (RFC 3986 section 2.3); '/' is kept if keep_slash. */
void weigh_http_escape(struct weigh_buf *out, const char *text, bool keep_slash);

/*
 * Ranges (RFC 9110 section 14).  Only single ranges are answered in part.
 */
enum weigh_range_kind {
	WEIGH_RANGE_WHOLE, /* no range, or one to ignore: 200 */
	WEIGH_RANGE_PART,  /* 206: first..last */
	WEIGH_RANGE_EMPTY, /* 206 with "bytes 0-0/0", for bytes=0-0 of no bytes */
	WEIGH_RANGE_NONE   /* 416 */
};
struct weigh_range {
	enum weigh_range_kind kind;
	uint64_t first;
	uint64_t last; /* inclusive */
};
/* Read a Range field's value, of a file of `size` bytes (at most 2^63 - 1).
 * p == NULL, several ranges, another unit, anything malformed: WHOLE.  Numbers past 63 bits are past every end. */
struct weigh_range weigh_range_parse(struct weigh_span value, uint64_t size);

/*
 * Conditions (RFC 9110 section 13), in the order of section 13.2.2.
 */
struct weigh_http_validators {
	const char *etag;     /* with its quotes, strong; NULL when there is none */
	time_t last_modified; /* seconds since 1970, or -1 when not known */
	bool strong_date;     /* it did not change twice within that second, as far
	                         as can be known (RFC 9110 section 8.8.2.2) */
};
enum weigh_precondition {
	WEIGH_COND_GO,    /* answer as asked, Range included */
	WEIGH_COND_WHOLE, /* answer, but ignore Range: If-Range did not hold, or the
	                     method is not GET */
	WEIGH_COND_NOT_MODIFIED, /* 304 */
	WEIGH_COND_FAILED        /* 412 */
};
/* Ask a head's conditions of a file that exists.  Unreadable dates are passed
 * over; an If-Match or If-Range that cannot be read does not hold. */
enum weigh_precondition weigh_http_conditions(
    const struct weigh_http_head *head, const struct weigh_http_validators *v);

/*
 * Content codings (RFC 9110 sections 8.4 and 12.5.3).
 */
enum weigh_http_coding {
	WEIGH_CODING_IDENTITY,
	WEIGH_CODING_GZIP, /* or x-gzip, once */
	WEIGH_CODING_OTHER /* one we do not know, or several: 415 */
};
/* What the body of a request is coded by. */
enum weigh_http_coding weigh_http_content_coding(
    const struct weigh_http_head *head);
/* Does Accept-Encoding, given once, name gzip, x-gzip or *, with a weight over
 * 0?  Without the field: no. */
bool weigh_http_accepts_gzip(const struct weigh_http_head *head);

/* What stands before a chunk of `len` bytes (RFC 9112 section 7.1): its size in
 * hex and CR LF.  Behind it CR LF comes; the last chunk has 0 bytes.  Returns the
 * length of the text, which has a NUL. */
#define WEIGH_HTTP_CHUNK 24
size_t weigh_http_chunk(char out[WEIGH_HTTP_CHUNK], size_t len);

/* IMF-fixdate and back; the parser reads all three forms of RFC 9110 section
 * 5.6.7 and answers false for anything else.  Two digits of a year mean 1970 to
 * 2069.  Moments outside the years 0 to 9999 are printed as their nearest. */
#define WEIGH_HTTP_DATE 30
void weigh_http_date(time_t when, char out[WEIGH_HTTP_DATE]);
bool weigh_http_date_parse(struct weigh_span text, time_t *out);

/* "Not Found" for 404; "" for what we never send. */
const char *weigh_http_reason(int status);

/*
 * The head of an answer, for whoever reads one (weigh, later fetch and peer).
 */
struct weigh_http_answer {
	int status;
	bool close;
	bool chunked;       /* refused by the caller if it wants a length */
	bool has_length;
	uint64_t length;
	struct weigh_http_field fields[WEIGH_HTTP_FIELDS_MAX];
	unsigned nfields;
};
/* Parse an answer's head, interim ones (1xx) too.  Returns its length in bytes
 * when `data` holds all of it, 0 when more is needed, -1 when it is malformed
 * or over 64 KiB.  The fields' spans point into `data`. */
long weigh_http_answer_parse(
    struct weigh_http_answer *a, const char *data, size_t len);
struct weigh_span weigh_http_answer_field(
    const struct weigh_http_answer *a, const char *name);

#endif
