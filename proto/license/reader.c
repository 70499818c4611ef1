/* reader: see reader.h. */
#include <stdlib.h>
#include <string.h>

#include "../siphash.h"
#include "reader.h"

/* SipHash's key: the format's, forever. */
#define KEY0 0x636e7365776f7264u
#define KEY1 0x686f757365776569u

uint64_t
license_word_hash(const char *word, size_t len)
{
	return weigh_siphash(KEY0, KEY1, word, len);
}

bool
license_reserve(struct reader *r, size_t n)
{
	size_t room = r->room;
	char *words;

	if (r->used + n + 64 <= room)
		return true;
	while (r->used + n + 64 > room)
		room = 2 * room + 1024;
	if ((words = realloc(r->t->words, room)) == NULL) {
		r->failed = true;
		return false;
	}
	r->t->words = words;
	r->room = room;
	return true;
}

bool
license_append(struct reader *r, const char *bytes, size_t n)
{
	if (!license_reserve(r, n))
		return false;
	memcpy(r->t->words + r->used, bytes, n);
	r->used += n;
	return true;
}

/* "section", and what goes on behind it: "4", "(a)", "and". */
static bool
points(const struct reader *r, const struct lexeme *known, const char *word,
    size_t len)
{
	if (known != NULL && known->roles & LEX_REFER)
		return true;
	if (!r->refer)
		return false;
	return len == 1 || r->classes[(unsigned char)word[0]] == DIGIT ||
	    strspn(word, "ivxl") == len || strcmp(word, "and") == 0 ||
	    strcmp(word, "or") == 0 || strcmp(word, "to") == 0 ||
	    strcmp(word, "through") == 0;
}

/* What the words buffer holds from `word` on is what the token says. */
static void
settle(struct reader *r, struct license_token *token)
{
	char *word = r->t->words + token->word;
	size_t len = r->used - token->word;
	const struct lexeme *known;

	memset(word + len, 0, 8);
	known = license_lexicon_find(&r->lexicon, word, len);
	if (known != NULL && known->same != NULL) {
		len = strlen(known->same);
		memcpy(word, known->same, len + 1);
		known = license_lexicon_find(&r->lexicon, word, len);
	}
	token->flags |= (uint16_t)license_lexicon_strong(known, word, len);
	token->hash = license_word_hash(word, len);
	r->refer = points(r, known, word, len);
	r->pair = known != NULL && known->roles & LEX_PAIR;
	if (len > LICENSE_WORD_MAX)
		len = LICENSE_WORD_MAX;
	word[len] = '\0';
	r->used = token->word + len + 1;
}

/* Does the word at `word` become another one with the last? */
static bool
joins_last(struct reader *r, size_t word, size_t end)
{
	struct license_token *last = last_token(r);
	const char *together;
	bool both;

	if (!(r->pending & TOKEN_PARAGRAPH) &&
	    strcmp(r->t->words + last->word, "copyright") == 0 &&
	    strcmp(r->t->words + word, "copyright") == 0) {
		last->end = work_origin(r->w, end);
		r->used = word;
		return true;
	}
	together = license_lexicon_pair(r->t->words + last->word,
	    r->t->words + word, &both);
	if (together == NULL)
		return false;
	if (!both) {
		r->used = word;
		license_append(r, together, strlen(together));
		r->t->words[r->used] = '\0';
		return false;
	}
	r->used = last->word;
	license_append(r, together, strlen(together));
	last->flags &= (uint16_t)~TOKEN_STRONG;
	last->end = work_origin(r->w, end);
	settle(r, last);
	return true;
}

static bool
more_tokens(struct reader *r)
{
	struct license_token *tokens;

	r->tokens_room = 2 * r->tokens_room + 64;
	tokens = realloc(r->t->tokens, r->tokens_room * sizeof(*tokens));
	if (tokens == NULL) {
		r->failed = true;
		return false;
	}
	r->t->tokens = tokens;
	return true;
}

void
license_count_lines(struct reader *r, size_t upto)
{
	for (; r->counted < upto; r->counted++)
		r->line += r->text[r->counted] == '\n' ||
		    r->text[r->counted] == LINE_BLANK;
}

/* "no" of a Norwegian host denies nothing. */
static bool
in_address(const struct reader *r, size_t start)
{
	return start > 1 && r->text[start] >= 'a' && r->text[start] <= 'z' &&
	    (r->text[start - 1] == '@' || r->text[start - 1] == '.') &&
	    wordly(class_at(r, start - 2));
}

/* The end of a sentence, but not the point of an address or of a version. */
static unsigned
stop_at(const struct reader *r, size_t at)
{
	size_t sign = at;

	while (sign < r->w->len &&
	    (class_at(r, sign) == INSIDE ||
		strchr("'\"*)]", r->text[sign]) != NULL))
		sign++;
	if (sign >= r->w->len || strchr(".;!?", r->text[sign]) == NULL)
		return 0;
	sign = past_inside(r, sign + 1);
	return wordly(class_at(r, sign)) ? 0 : TOKEN_STOP;
}

/* A word of a sentence: not of a name, an address. */
static unsigned
lower_at(const struct reader *r, size_t start, size_t end)
{
	char first = r->text[start];

	return first >= 'a' && first <= 'z' && r->text[end] != '@' &&
		(start == 0 || class_at(r, start - 1) == SPACE ||
		    class_at(r, start - 1) == LINE_END ||
		    class_at(r, start - 1) == INSIDE) ?
	    TOKEN_LOWER :
	    0;
}

void
license_emit(struct reader *r, size_t word, size_t start, size_t end,
    unsigned flags)
{
	struct license_token *token;

	if (r->failed || !license_reserve(r, 64) ||
	    (r->t->ntokens == r->tokens_room && !more_tokens(r)))
		return;
	license_count_lines(r, start);
	memset(r->t->words + r->used, 0, 8);
	if (r->pair && joins_last(r, word, end))
		return;
	/* A lone "o" is a bullet wherever it stands. */
	if (r->used == word + 1 && r->t->words[word] == 'o') {
		r->used = word;
		return;
	}
	token = &r->t->tokens[r->t->ntokens++];
	*token = (struct license_token){
		.start = work_origin(r->w, start),
		.end = work_origin(r->w, end),
		.line = r->line,
		.word = (uint32_t)word,
		.flags = (uint16_t)(r->pending | flags | stop_at(r, end) |
		    lower_at(r, start, end)),
		.clause = r->clause,
	};
	settle(r, token);
	if (in_address(r, start))
		token->flags &= (uint16_t)~TOKEN_STRONG;
	r->pending = 0;
	r->empty = false;
}

void
license_emit_text(struct reader *r, const char *text, size_t bytes)
{
	size_t word = r->used, start = r->at;

	r->at = past_tail(r, r->at + bytes);
	license_append(r, text, strlen(text));
	license_emit(r, word, start, r->at, 0);
}

size_t
license_past_blanks(const struct reader *r, size_t at, bool leaders,
    size_t *lines)
{
	for (; at < r->w->len; at++) {
		enum word_class class = class_at(r, at);

		if (class == LINE_END || r->text[at] == LINE_BLANK)
			++*lines;
		else if (class != SPACE && class != INSIDE &&
		    (!leaders || *lines == 0 ||
			strchr("#%/*;!|>", r->text[at]) == NULL))
			break;
	}
	return at;
}

static void
classes_init(uint8_t classes[256])
{
	memset(classes, PUNCT, 256);
	memset(classes + 0x80, HIGH, 0x80);
	for (int c = 0; c < 26; c++)
		classes['a' + c] = classes['A' + c] = LETTER;
	memset(&classes['0'], DIGIT, 10);
	classes[' '] = classes['\t'] = classes[LINE_BLANK] = SPACE;
	classes['\n'] = classes[SOFT_END] = LINE_END;
	classes[(unsigned char)DROPPED] = classes[(unsigned char)TAIL] = INSIDE;
	classes['$'] = classes['%'] = classes['&'] = SIGN;
}

bool
license_reader_begin(struct reader *r, struct license_text *t,
    const struct work *w)
{
	*r = (struct reader){ .t = t,
		.w = w,
		.text = w->text,
		.line = 1,
		.pending = TOKEN_LINE | TOKEN_PARAGRAPH,
		.empty = true };
	classes_init(r->classes);
	license_lexicon_init(&r->lexicon);
	/* A word and its blank are six bytes and more in nearly every text. */
	r->tokens_room = w->len / 12;
	return more_tokens(r) && license_reserve(r, w->len + w->len / 8);
}
