/*
 * tokens: who is known here.  The file keys/tokens (its format: README.md), and
 * the table of it in memory that every request is looked up in.
 *
 * (1) Of a token only its SHA-256 is kept; its text is answered once, by the
 *     tokens_make that made it.
 * (2) A change is on disk, in a file written whole, before it counts.
 * (3) A damaged file is refused: at start weighd does not start, at a reload the
 *     table stays as it was.  It is never taken for an empty one.
 * (4) A token counts until the second it expires in, by the system's clock.
 *
 * Threads: tokens_identify and tokens_rules from any, loops too: a lock is held
 * for one search, never over the disk.  The others from any thread that may wait
 * for the disk.
 */
#ifndef TRUST_TOKENS_H
#define TRUST_TOKENS_H

#include <weigh/access.h>
#include <weigh/err.h>

#define TOKENS_MAX 2048 /* that are kept: as many as one answer can list */

struct tokens;

/* Read keys/tokens below the data folder `dirfd` (borrowed); no such file: no
 * tokens. */
enum weigh_code tokens_open(struct tokens **out, int dirfd,
    struct weigh_err *err);
void tokens_close(struct tokens *t);

/* Read the file again (3). */
enum weigh_code tokens_reload(struct tokens *t, struct weigh_err *err);

/* The settings [access]; read them anew each time. */
void tokens_set_rules(struct tokens *t, const struct weigh_access_rules *rules);
struct weigh_access_rules tokens_rules(const struct tokens *t);

/* Who shows this Authorization field (`value` is NULL: it was not there)?  `now`
 * in seconds since 1970.  Whoever is not known is nobody, and `bad`. */
void tokens_identify(struct tokens *t, const char *value, size_t len,
    int64_t now, struct weigh_who *out);

/* Whose is this id?  False: nobody's any more, or its time is over. */
bool tokens_find(struct tokens *t, const char *id, int64_t now,
    struct weigh_who *out);

/* Who has this id or this name?  Also one whose time is over; false: nobody. */
bool tokens_named(struct tokens *t, const char *text, struct weigh_who *out);

/* Make a token with the role, name, repos, created and expires of *who, and its id
 * into *who.  WEIGH_EXISTS: the name is taken; WEIGH_USAGE: one of the values is
 * not as access.h says, or patterns were given to an admin; WEIGH_TOO_BIG: there
 * are TOKENS_MAX. */
enum weigh_code tokens_make(struct tokens *t, struct weigh_who *who,
    char text[WEIGH_TOKEN_MADE + 1], struct weigh_err *err);

/* Take a token away, by its id or its name; *who is what it was.
 * WEIGH_NOT_FOUND: there is none. */
enum weigh_code tokens_remove(struct tokens *t, const char *id,
    struct weigh_who *who, struct weigh_err *err);

/* Each token, in no order anybody should rely on; `each` must not wait. */
void tokens_each(struct tokens *t,
    void (*each)(void *ctx, const struct weigh_who *who), void *ctx);

#endif
