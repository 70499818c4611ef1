/*
 * ignore: which paths the rules of a .gitignore leave out (gitignore(5)).  Pure.
 *
 * (1) The last rule that fits decides; `!` takes back; what lies in a folder that
 *     is left out is left out, whatever later rules say.
 * (2) A rule with '/' before its end is held against the whole path, any other
 *     against the last part; one that ends in '/' fits folders only; `**` is any
 *     number of parts.
 */
#ifndef WEIGH_IGNORE_H
#define WEIGH_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/err.h>

#define WEIGH_IGNORE_RULES 10000 /* of one text */

struct weigh_ignore;

/* Read the rules.  WEIGH_TOO_BIG, WEIGH_NOMEM; no line is an error. */
enum weigh_code weigh_ignore_parse(struct weigh_ignore **out, const char *text,
    size_t len, struct weigh_err *err);
void weigh_ignore_free(struct weigh_ignore *g); /* NULL does nothing */

/* Is this file left out?  `path` passed weigh_path_check. */
bool weigh_ignore_has(const struct weigh_ignore *g, const char *path);

#endif
