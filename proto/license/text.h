/*
 * text: a file as words, each with the bytes it came from.  Private to proto/license.
 *
 * (1) Any bytes: every encoding people ship is read, what is no text is told.
 * (2) A word's [start, end) are bytes of the file as stored; words come in the file's
 *     order and do not overlap.
 * (3) Texts that differ only in case, width, spacing, quotes, dashes, list marks, markup,
 *     comment leaders, line ends, encoding, or in words that count as the same
 *     (SPDX equivalent words) have the same words.
 * (4) Bounded: WEIGH_LICENSE_MAX bytes, LICENSE_WORDS_MAX words.
 */
#ifndef PROTO_LICENSE_TEXT_H
#define PROTO_LICENSE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/license.h>

#define LICENSE_WORDS_MAX (1u << 20)
#define LICENSE_WORD_MAX \
	255 /* bytes of a normalized word; longer ones are cut for `word`, hashed whole */

/* Bits of license_token.flags; those below 0x80 are enum weigh_license_strong. */
#define TOKEN_STRONG 0x007fu
#define TOKEN_LOWER 0x0080u /* begins with a lower-case letter in the file */
#define TOKEN_LINE 0x0100u  /* the first of a line */
#define TOKEN_PARAGRAPH 0x0200u /* the first after an empty line */
#define TOKEN_COPYRIGHT \
	0x0400u /* in a line that is only a notice of copyright */
#define TOKEN_TITLE \
	0x0800u /* in a line that is only a heading of a license or section */
#define TOKEN_FURNITURE \
	0x1000u /* page numbers, "END OF TERMS AND CONDITIONS" */
#define TOKEN_URL 0x2000u
#define TOKEN_TARGET \
	0x4000u /* out of markup (a link's target): for references, never matched */

#define TOKEN_STOP 0x8000u /* a point, semicolon, ! or ? stands behind it */

struct license_token {
	uint64_t hash;       /* license_word_hash of the normalized word */
	uint32_t start, end; /* bytes of the file */
	uint32_t line;       /* from 1 */
	uint32_t word;       /* where it stands in `words`, UTF-8 with a NUL */
	uint16_t flags;
	uint16_t clause; /* index into `clauses` */
};

/* What is not shown and yet speaks of law: in a comment, a script, an attribute. */
#define LICENSE_UNSEEN 16
struct license_unseen {
	uint32_t start, end; /* bytes of the file */
	uint32_t line, words;
	unsigned strong;
};

struct license_text {
	struct license_token *tokens; /* no TOKEN_TARGET among them */
	size_t ntokens;
	struct license_token *targets; /* links' targets, raw: for references */
	size_t ntargets;
	char *words;
	char (*clauses)
	    [24]; /* [0] is ""; "4", "4.a", "IV.a.iii" as the file labels them */
	size_t nclauses;
	char encoding[16];
	bool html, markdown;
	bool masked; /* what is seen is not what the words say */
	bool hidden; /* a page has words that it does not show */
	struct license_unseen unseen[LICENSE_UNSEEN]; /* in the file's order */
	size_t nunseen;
	bool binary;    /* no text: no tokens */
	bool unscanned; /* there was more than WEIGH_LICENSE_MAX */
};

/* The caller's, license_text_free.  WEIGH_NOMEM only. */
enum weigh_code license_text_read(struct license_text **out, const void *bytes,
    size_t len, struct weigh_err *err);
void license_text_free(struct license_text *t);

static inline const char *
license_word(const struct license_text *t, size_t i)
{
	return t->words + t->tokens[i].word;
}

/* SipHash-2-4 with the format's fixed key: of a normalized word. */
uint64_t license_word_hash(const char *word, size_t len);

#endif
