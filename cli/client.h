/*
 * client: questions to weighd's API by libcurl, over TCP or the local socket.
 *
 * (1) Redirects are not followed, so a token goes to the server that was meant and
 *     to no other; only http and https are spoken; no proxy for this machine.
 * (2) A question ends: after `timeout` seconds without a sign of life, after `whole`
 *     seconds in all, or when stop_asked().
 * (3) No answer takes more memory than its buffer's ceiling.
 *
 * Every function may block, on the network.
 */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include <curl/curl.h>

#include <weigh/buf.h>
#include <weigh/err.h>

#include "doc.h"
#include "server.h"
#include "token.h"

struct client {
	struct server server;
	unsigned timeout; /* seconds */
	unsigned whole;   /* seconds for a question and its answer; 0: any */
	char token[WEIGH_TOKEN_MAX + 1]; /* "": none; not to the local socket */
	CURL *easy;
	char words[CURL_ERROR_SIZE]; /* libcurl's, of the last failure */
};

enum weigh_code client_open(struct client *c, const struct server *s,
    unsigned timeout, struct weigh_err *err);
void client_close(struct client *c);

/* Set what all our conversations share (1), (2); for handles of one's own. */
void client_prepare(const struct client *c, CURL *easy, char *words);
/* libcurl's words, or better ones: of a socket it says "port 80". */
const char *client_words(const struct client *c, CURLcode code,
    const char *words);
/* Say why a conversation with this server failed. */
enum weigh_code client_failed(const struct client *c, CURLcode code,
    const char *words, struct weigh_err *err);

/* GET `path` (or POST `json` to it, unless NULL) into `body`.  A status of 300
 * or more is a failure, in the server's own words. */
enum weigh_code client_ask(struct client *c, const char *path, const char *json,
    struct weigh_buf *body, struct weigh_err *err);

/* The same for another method: "DELETE". */
enum weigh_code client_ask_by(struct client *c, const char *method,
    const char *path, const char *json, struct weigh_buf *body,
    struct weigh_err *err);

/* A header of the last answer, or NULL; valid until the next question. */
const char *client_header(const struct client *c, const char *name);

/* The same for JSON: the answer must have this schema.  *out is the caller's. */
enum weigh_code client_doc(struct client *c, const char *path, const char *json,
    const char *schema, struct doc **out, struct weigh_err *err);
enum weigh_code client_doc_by(struct client *c, const char *method,
    const char *path, const char *json, const char *schema, struct doc **out,
    struct weigh_err *err);

#endif
