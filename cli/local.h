/*
 * local: a conversation with weighd over its Unix socket that can hand over
 * open files, which libcurl cannot.
 *
 * (1) All questions go over one connection; weighd forgets what was begun on it
 *     when it closes.
 * (2) A question ends: after `timeout` seconds without a sign of life, or when
 *     stop_asked().
 *
 * Every function may block, on the socket.
 */
#ifndef CLI_LOCAL_H
#define CLI_LOCAL_H

#include <weigh/buf.h>
#include <weigh/err.h>

#include "doc.h"
#include "server.h"

struct local {
	int fd;
	unsigned timeout; /* seconds */
};

/* Connect; local_close in any case. */
enum weigh_code local_open(struct local *l, const struct server *s,
    unsigned timeout, struct weigh_err *err);
void local_close(struct local *l);

/* GET `path`, or POST `json` to it (unless NULL), with the open file `fd`
 * (unless -1), which stays the caller's.  The answer is one JSON object with
 * this schema, or (NULL) any.  *out is the caller's. */
enum weigh_code local_doc(struct local *l, const char *path, const char *json,
    int fd, const char *schema, struct doc **out, struct weigh_err *err);

#endif
