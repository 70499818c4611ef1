/*
 * control: how weigh and weighd talk: HTTP under /-/v1/, JSON both ways, the
 * same on control.sock and over TCP.  The shapes of requests and answers are in
 * proto/README.md; here are the words that both sides must spell the same.
 *
 * (1) Every JSON answer has "schema":"weigh.VERB/1"; fields are only ever added
 *     within a version.
 * (2) Every error, over HTTP and in --json, has the four words code, what, why,
 *     fix.
 */
#ifndef WEIGH_CONTROL_H
#define WEIGH_CONTROL_H

#include <stdbool.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/json.h>

/* Exit statuses of weigh; weigh_code_info maps codes to them. */
enum weigh_exit {
	WEIGH_EXIT_OK = 0,
	WEIGH_EXIT_FAILED = 1,
	WEIGH_EXIT_USAGE = 2,
	WEIGH_EXIT_NOT_FOUND = 3,
	WEIGH_EXIT_REFUSED = 4,
	WEIGH_EXIT_VERIFY = 5,
	WEIGH_EXIT_UNAUTHORIZED = 6,
	WEIGH_EXIT_NETWORK = 7,
	WEIGH_EXIT_PARTLY = 8,
	WEIGH_EXIT_FOUND = 9,
	WEIGH_EXIT_NOT_YET = 75,
	WEIGH_EXIT_INTERRUPTED = 130
};

#define WEIGH_DEFAULT_PORT 8477
#define WEIGH_DEFAULT_URL "http://127.0.0.1:8477"
#define WEIGH_CONTROL_BODY (64u << 10) /* most bytes of a request's JSON */

/* A request with this field takes one descriptor from the socket it came by
 * (SCM_RIGHTS, sent with the request's first byte). */
#define WEIGH_HEADER_DESCRIPTOR "Weigh-Descriptor"
/* The manifest's SHA-256, on /-/v1/manifest. */
#define WEIGH_HEADER_MANIFEST "Weigh-Manifest"
/* Also there: how many of its files are not held here and are not brought in when they
 * are asked for; no field, none. */
#define WEIGH_HEADER_LEFT_OUT "Weigh-Left-Out"

/* Write `{"code":…,"what":…,"why":…,"fix":…}` as one value. */
void weigh_control_error(struct weigh_jw *w, const struct weigh_err *err);

/* `{"error":WHAT,"weigh":{…}}`: an HTTP answer's body. */
void weigh_control_error_body(
    struct weigh_buf *out, const struct weigh_err *err);

/* `{"schema":"weigh.error/1","error":{…}}`: what `weigh --json` prints. */
void weigh_control_error_document(
    struct weigh_buf *out, const struct weigh_err *err);

/* Read an HTTP answer's error body back: never WEIGH_OK, and no words with
 * control characters, for they go to a terminal.  If it is not ours (a proxy's
 * page), `http_status` decides the code and the words say so. */
void weigh_control_error_read(struct weigh_err *err, int http_status,
    const char *body, size_t len);

#endif
