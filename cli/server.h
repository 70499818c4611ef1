/*
 * server: which weighd is meant.
 *
 * --server, else WEIGH_SERVER, else the local control socket: in
 * /var/lib/weighhouse for root, in ${XDG_DATA_HOME:-~/.local/share}/weighhouse
 * for others, and the other one after it; else http://127.0.0.1:8477.
 */
#ifndef CLI_SERVER_H
#define CLI_SERVER_H

#include <stdbool.h>

#include <weigh/err.h>

#define SERVER_TEXT 1024

struct server {
	bool local;             /* a Unix socket: every right */
	bool chosen;            /* somebody named it; else found by default */
	bool denied;            /* a default socket is there, but not for us */
	bool loopback;          /* this machine, by socket or address */
	char path[SERVER_TEXT]; /* of the socket, when local */
	char url[SERVER_TEXT];  /* what URLs begin with, without the last '/' */
	char note[SERVER_TEXT]; /* what was looked for in vain, for errors */
};

/* Decide.  `given` is --server's value or NULL.  May connect to a socket to see
 * whether anybody listens.  WEIGH_USAGE for text that names no server. */
enum weigh_code server_find(
    struct server *s, const char *given, struct weigh_err *err);

/* The control socket that is looked for first when no server is named; "" when
 * nobody can say where that is. */
void server_default_socket(char out[SERVER_TEXT]);

/* "unix:PATH" or the URL. */
const char *server_text(const struct server *s, char out[SERVER_TEXT + 8]);

/* Advice for when nobody answers. */
void server_advice(const struct server *s, struct weigh_err *err);

/* Say why server_connect failed with this errno: no permission is not absence. */
enum weigh_code server_refused(
    const struct server *s, int errnum, struct weigh_err *err);

/* Connect to the socket of a local server: a descriptor, or -1 and errno. */
int server_connect(const struct server *s);

#endif
