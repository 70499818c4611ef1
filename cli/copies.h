/*
 * copies: texts that have the words which a file misses.  No text of a license is built
 * in, so they are quoted from whatever is at hand.
 *
 * (1) Looked for among files of this run, the folder of --texts,
 *     /usr/share/common-licenses and what the site has learned; first where the file or
 *     its folder is named as the id.  Then, if none has the words, among what a weighd
 *     holds (held.h).
 * (2) A text counts when the engine finds the license in it, and then only the words
 *     that are missing, word for word.
 * (3) Each text is read and looked at once at most, COPIES_MAX of them; COPIES_BYTES of
 *     them are kept.
 *
 * copies_quote may touch the disk and the network.
 */
#ifndef CLI_COPIES_H
#define CLI_COPIES_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/err.h>

#include "held.h"
#include "packs.h"
#include "scanned.h"

#define COPIES_MAX 16384 /* texts */
#define COPIES_BYTES (256u << 20)
#define COPIES_ASKED 64 /* licenses whose texts a weighd is asked for */
#define COPIES_DEPTH 3  /* folders below one of --texts */

struct copy {
	char *path;             /* what it is called */
	struct held_text *held; /* it is a weighd's; NULL: a file */
	bool looked;            /* at what it is */
	struct scanned *is; /* with its text; NULL: nothing that counts (2) */
};

struct copies {
	const char *folder; /* of --texts, the caller's; NULL: none */
	struct copy *list;  /* in the order of (1) */
	size_t count, room;
	size_t bytes; /* kept */
	bool listed;  /* the folders were */
	struct held held;
	char asked[COPIES_ASKED][WEIGH_LICENSE_ID]; /* of which (1) */
	size_t nasked;
};

/* Begin, for a verb whose --texts may name a folder: WEIGH_NOT_FOUND if it is none. */
enum weigh_code copies_begin(struct copies *c, const struct call *call,
    struct weigh_err *err);
/* A file of this run that is exactly one license. */
enum weigh_code copies_add(struct copies *c, const char *path,
    struct weigh_err *err);
/* Quote every missing passage of `s` that a text has the words of. */
enum weigh_code copies_quote(struct copies *c, struct scanned *s,
    struct packs *packs, struct weigh_err *err);
void copies_free(struct copies *c);

#endif
