/*
 * reader: the state of whoever reads a text's words, and what all of its parts do: look at
 * classes of characters, put words together, give them out.  Private to proto/license.
 *
 * (1) A word is put together at the end of t->words, from `used` on, and given out with
 *     the bytes it came from; words come in the order of the text.
 * (2) Out of memory sets `failed`; everything goes on harmlessly and gives nothing out.
 */
#ifndef LICENSE_READER_H
#define LICENSE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lexicon.h"
#include "marks.h"
#include "text.h"
#include "work.h"

enum word_class {
	PUNCT,
	SPACE,
	LINE_END,
	INSIDE, /* DROPPED, TAIL */
	LETTER,
	DIGIT,
	HIGH,
	SIGN,
};
struct reader {
	struct license_text *t;
	const char *text;
	const struct work *w;
	size_t at;         /* in text */
	size_t used, room; /* bytes of t->words */
	size_t tokens_room;
	size_t counted; /* line ends before here are in `line` */
	uint32_t line;
	uint16_t pending; /* TOKEN_LINE, TOKEN_PARAGRAPH of the next token */
	bool empty;       /* no token in this line yet */
	bool refer;    /* the last word points: a number behind it is its own */
	size_t marked; /* the last list mark ends here */
	uint32_t open; /* parentheses, in this paragraph */
	uint16_t clause; /* index into t->clauses */
	size_t clauses_room;
	struct marks marks;
	bool pair; /* the last word may become another one with the next */
	bool failed;
	uint8_t classes[256];
	struct lexicon lexicon;
};

static inline enum word_class
class_at(const struct reader *r, size_t at)
{
	return r->classes[(unsigned char)r->text[at]];
}

/* Behind everything that is INSIDE. */
static inline size_t
past_inside(const struct reader *r, size_t at)
{
	while (at < r->w->len && class_at(r, at) == INSIDE)
		at++;
	return at;
}

/* Behind what is left of the character before. */
static inline size_t
past_tail(const struct reader *r, size_t at)
{
	while (r->text[at] == TAIL)
		at++;
	return at;
}

static inline bool
wordly(enum word_class c)
{
	return c == LETTER || c == DIGIT || c == HIGH;
}

static inline struct license_token *
last_token(const struct reader *r)
{
	return r->t->ntokens == 0 ? NULL : &r->t->tokens[r->t->ntokens - 1];
}

/* Before the first word.  False: out of memory. */
bool license_reader_begin(struct reader *r, struct license_text *t,
    const struct work *w);
/* Room for `n` bytes more of words, and what the lexicon reads beyond. */
bool license_reserve(struct reader *r, size_t n);
bool license_append(struct reader *r, const char *bytes, size_t n);
/* The bytes of the words buffer from `word` on are the word of [start, end). */
void license_emit(struct reader *r, size_t word, size_t start, size_t end,
    unsigned flags);
/* The next `bytes` bytes of the text are the word `text`. */
void license_emit_text(struct reader *r, const char *text, size_t bytes);
/* Count the line ends before `upto`. */
void license_count_lines(struct reader *r, size_t upto);
/* Behind blanks at `at`, and behind what begins the lines of comments and quotations if
 * `leaders`; *lines: how many line ends were passed. */
size_t license_past_blanks(const struct reader *r, size_t at, bool leaders,
    size_t *lines);

/* What stands at r->at, if it is one: a URL (url.c); a mark that heads an item of a list,
 * "(c)" where it is the copyright sign (items.c). */
bool license_url_take(struct reader *r);
bool license_item_take(struct reader *r);
bool license_copyright_take(struct reader *r);

#endif
