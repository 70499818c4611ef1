/*
 * work: a file's text on its way to words.  Private to proto/license.
 *
 * The text is UTF-8 and is rewritten where it stands, so that a place in it stays the
 * place of the same character: what goes away becomes DROPPED, what gets shorter is
 * followed by TAIL.  A word may have either inside; only a TAIL belongs to it.
 */
#ifndef LICENSE_WORK_H
#define LICENSE_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lexicon.h"
#include "text.h"

#define DROPPED '\0'
#define TAIL '\1'
#define SOFT_END '\v'   /* ends a line that the file does not end */
#define LINE_BLANK '\f' /* a blank where the file ends a line */
#define WORK_SLACK 16 /* bytes of 0 behind the text, for whoever looks ahead */

/* Where a link leads: `text` as written, out of [from, to) of the work's text. */
struct work_target {
	char *text;
	size_t from, to;
};
struct work {
	char *text;
	size_t len;
	uint32_t *origin; /* len + 1 places in the file; NULL: the same ones */
	const char *encoding;
	bool html, markdown, binary, unscanned;
	bool masked; /* signs strike out, turn around, deny */
	bool hidden; /* a page has words that it does not show */
	struct license_unseen unseen[LICENSE_UNSEEN];
	size_t nunseen;
	size_t counted; /* line ends before here are in `lines` (unseen.c) */
	uint32_t lines;
	bool lexed; /* the lexicon was made */
	struct lexicon lexicon;
	struct work_target *targets;
	size_t ntargets;
};

static inline uint32_t
work_origin(const struct work *w, size_t at)
{
	return w->origin == NULL ? (uint32_t)at : w->origin[at];
}

/* Bytes of the file as UTF-8.  False: out of memory. */
bool license_decode(struct work *w, const void *bytes, size_t len);
/* Line ends become LF, other control characters blanks; characters that words do not
 * tell apart become one (fold.h).  Sets `binary`. */
void license_tidy(struct work *w);
/* The same of the character beyond ASCII at `at`, which may be longer than needed: its
 * bytes.  Counts control characters; sets `masked`. */
size_t license_tidy_at(struct work *w, char *at, size_t *controls);
void license_work_free(struct work *w);

#endif
