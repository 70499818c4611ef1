/*
 * token: what weigh shows to a server to be known by it.
 *
 * WEIGH_TOKEN, else HF_TOKEN, else the line `token = TOKEN` of
 * ${XDG_CONFIG_HOME:-~/.config}/weigh/config, which nobody else may read.
 *
 * (1) It is never an option, printed, or kept longer than the program runs.
 * (2) It is sent to the server that was meant, and to no other: client.h, (1).
 */
#ifndef CLI_TOKEN_H
#define CLI_TOKEN_H

#include <weigh/access.h>
#include <weigh/err.h>

/* The token, or "".  WEIGH_USAGE: what is set is no token; WEIGH_DENIED: others may
 * read the file.  Reads the file. */
enum weigh_code token_find(char out[WEIGH_TOKEN_MAX + 1],
    struct weigh_err *err);

#endif
