/*
 * source: where repositories come from, as people write it, and the tokens that are
 * shown there.
 *
 *     https://hub.example[:PORT][/FOLDER]    a Hub, or another weighd
 *     git+https://forge.example[/FOLDER]     a forge: git and LFS
 *     git+file:/FOLDER                       git repositories in a folder
 *     dir:/FOLDER                            a folder of ORG/NAME folders
 *
 * (1) What is read is written back as one text, whatever slashes stood behind it; equal
 *     texts are the same place.
 * (2) What names files of this machine is accepted from its configuration only: an
 *     order from outside cannot make weighd read its own disk.
 * (3) A source holds no name, password, query or fragment: secrets have a file.
 * (4) No message repeats a line of the file of tokens, or a part of one.
 * (5) A token is found for URLs of its own scheme, host and port, at or below its
 *     folder, and for no others.
 * (6) A token is kept for plain http only where the host is this machine, or its line
 *     says that it may be read on the way.
 *
 * Nothing here blocks.
 */
#ifndef WEIGH_SOURCE_H
#define WEIGH_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/err.h>

#define WEIGH_SOURCE_MAX 1024 /* bytes of one, with its NUL */
#define WEIGH_SOURCES 16      /* of a list */

enum weigh_source_kind {
	WEIGH_SOURCE_HUB,
	WEIGH_SOURCE_GIT,
	WEIGH_SOURCE_DIR
};

struct weigh_source {
	enum weigh_source_kind kind;
	bool local;                  /* `base` is a path of this machine (2) */
	char text[WEIGH_SOURCE_MAX]; /* (1) */
	/* In `text`: a URL or an absolute path, no '/' last. */
	const char *base;
};

enum weigh_source_from {
	WEIGH_SOURCE_CONFIGURED, /* [mirror] upstream */
	WEIGH_SOURCE_ORDERED     /* --from */
};

/* Read one; WEIGH_USAGE.  *out points into itself: not to be copied by value. */
enum weigh_code weigh_source_parse(struct weigh_source *out, const char *text,
    enum weigh_source_from from, struct weigh_err *err);

/* Read a list, blanks between, at most `room` of them; *n how many there are.
 * WEIGH_USAGE: one is none, or is there twice; WEIGH_TOO_BIG: more than `room`. */
enum weigh_code weigh_source_list(struct weigh_source *out, size_t room,
    size_t *n, const char *text, struct weigh_err *err);

/* --- tokens -------------------------------------------------------------- */

#define WEIGH_SOURCE_TOKENS_MAX (64u << 10) /* bytes of their file */
#define WEIGH_SOURCE_TOKEN_MAX 1024         /* of one, with its NUL */

struct weigh_source_tokens;

/* Lines `URL TOKEN [insecure]`, blanks between (6); empty lines and those that begin with '#' are
 * passed over.  WEIGH_MALFORMED names the line's number; WEIGH_NOMEM. */
enum weigh_code weigh_source_tokens_parse(struct weigh_source_tokens **out,
    const char *text, size_t len, struct weigh_err *err);
/* Overwrites them, too.  NULL does nothing. */
void weigh_source_tokens_free(struct weigh_source_tokens *t);

/* The token of the longest URL that `url` lies at or below (5); "" if there is none,
 * or `t` is NULL.  Lives as long as `t`. */
const char *weigh_source_token(const struct weigh_source_tokens *t,
    const char *url);

#endif
