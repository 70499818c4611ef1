/*
 * lexicon: the words that count as another one, that decide, or that join the next.
 * Private to proto/license.
 *
 * (1) What is said of a word depends on its normalized letters alone.
 * (2) SPDX's list of equivalent words is in the table, and forms of the same words.
 */
#ifndef LICENSE_LEXICON_H
#define LICENSE_LEXICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEXICON_SLOTS 2048u

enum lexicon_role {
	LEX_PAIR = 1,  /* may become another word with the next one */
	LEX_REFER = 2, /* a number behind it is part of the sentence */
};
struct lexeme {
	const char *word;
	const char *same; /* what it counts as, or NULL */
	uint8_t strong;   /* enum weigh_license_strong */
	uint8_t roles;    /* enum lexicon_role */
};

/* An index over the table: made once a text, 4 KiB. */
struct lexicon {
	uint16_t slots[LEXICON_SLOTS];
};
void license_lexicon_init(struct lexicon *x);
/* `word` has at least 8 readable bytes from its start and a NUL.  NULL: nothing is
 * said of it. */
const struct lexeme *license_lexicon_find(const struct lexicon *x,
    const char *word, size_t len);
/* Strength of a normalized word; `known` is what the table says of it. */
unsigned license_lexicon_strong(const struct lexeme *known, const char *word,
    size_t len);
/* What two words are together ("per cent"), or NULL.  *both: one word instead of two;
 * else only the second becomes the answer. */
const char *license_lexicon_pair(const char *first, const char *second,
    bool *both);

#endif
