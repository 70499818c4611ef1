/*
 * words: see words.h and text.h.
 *
 * A word is a run of letters and digits.  What stands inside of it without parting it:
 * quotes (licensor's), a hyphen between letters, also at a line's end (sub-license,
 * distri-bution), a point between digits (2.0) or single letters (U.S.), a comma or
 * point between groups of three digits, which goes (1,000,000).
 */
#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "reader.h"
#include "words.h"

/* --- numbers ---------------------------------------------------------------------- */

/* Groups of three digits behind the first of a number, parted by the character at `at`:
 * where they end, or `at`. */
static size_t
groups_end(const struct reader *r, size_t at)
{
	char by = r->text[at];
	size_t groups = 0, end = at;

	while (r->text[end] == by) {
		size_t digit = past_inside(r, end + 1);

		/* A blank parts digits only if it does not break lines. */
		if (by == ' ' && digit == end + 1)
			break;
		if (class_at(r, digit) != DIGIT ||
		    class_at(r, digit + 1) != DIGIT ||
		    class_at(r, digit + 2) != DIGIT ||
		    class_at(r, digit + 3) == DIGIT)
			break;
		end = digit + 3;
		groups++;
	}
	/* 2.000 may be a version, 2.000.000 is none; 1,000,0 is none of these. */
	if (groups == 0 || (by == '.' && groups < 2) ||
	    (r->text[end] == by && by != ' ' && class_at(r, end + 1) == DIGIT))
		return at;
	return end;
}

/* The digits of a number at r->at: 1,000,000 is 1000000. */
static void
scan_number(struct reader *r)
{
	size_t at = r->at;

	while (class_at(r, at) == DIGIT)
		at++;
	license_append(r, r->text + r->at, at - r->at);
	if (at - r->at <= 3 && strchr(",.' ", r->text[at]) != NULL &&
	    r->text[at] != '\0') {
		size_t end = groups_end(r, at);

		for (; at < end; at++)
			if (class_at(r, at) == DIGIT)
				license_append(r, r->text + at, 1);
	}
	r->at = at;
}

/* --- words ------------------------------------------------------------------------ */

/* A hyphen at `at`: the place of the letter that it joins to the word, or 0. */
static size_t
hyphen(struct reader *r, size_t at)
{
	size_t lines = 0, next = past_inside(r, at + 1), second;

	if (class_at(r, next) == LETTER || class_at(r, next) == HIGH)
		return next;
	next = license_past_blanks(r, next, true, &lines);
	second = past_inside(r, next + 1);
	/* One letter alone is a list mark. */
	if (lines != 1 ||
	    (class_at(r, next) != HIGH &&
		(class_at(r, next) != LETTER || class_at(r, second) != LETTER)))
		return 0;
	r->pending |= TOKEN_LINE;
	return next;
}

/* The place where the word goes on behind the character at `at`, or 0. */
static size_t
bridge(struct reader *r, size_t word, size_t at, size_t *dots)
{
	unsigned char before = (unsigned char)r->t->words[r->used - 1];
	size_t next = past_inside(r, at + 1);
	enum word_class class = class_at(r, next);

	switch (r->text[at]) {
	case '\'':
	case '"':
	case '`':
		return wordly(class) ? next : 0;
	case '-':
		return r->classes[before] == DIGIT ? 0 : hyphen(r, at);
	case '.':
		if (r->classes[before] == DIGIT && class == DIGIT) {
			license_append(r, ".", 1);
			return next;
		}
		/* U.S., e.g. */
		if (class != LETTER || r->used - word != *dots + 1 ||
		    r->classes[before] != LETTER ||
		    wordly(class_at(r, past_inside(r, next + 1))))
			return 0;
		++*dots;
		return next;
	default:
		return 0;
	}
}

static void
append_lower(struct reader *r, size_t from, size_t to)
{
	char *out;

	if (!license_reserve(r, to - from))
		return;
	out = r->t->words + r->used;
	for (size_t i = from; i < to; i++)
		*out++ = (char)(r->text[i] | 0x20);
	r->used += to - from;
}

/* A character beyond ASCII at `at`: what follows it, 0 if it is a word of its own. */
static size_t
scan_high(struct reader *r, size_t at)
{
	size_t n;
	enum fold_kind kind = license_fold(utf8_at(r->text + at, &n))->kind;

	if (kind == FOLD_IDEOGRAPH || kind == FOLD_SIGN)
		return 0;
	license_append(r, r->text + at, n);
	return at + n;
}

static void
scan_word(struct reader *r)
{
	size_t start = r->at, word = r->used, end = start, next = start;
	size_t dots = 0;

	do {
		size_t at = r->at = next;

		switch (class_at(r, at)) {
		case LETTER:
			while (class_at(r, at) == LETTER)
				at++;
			append_lower(r, r->at, at);
			end = next = at;
			break;
		case DIGIT:
			scan_number(r);
			end = next = r->at;
			break;
		case HIGH:
			if ((next = scan_high(r, at)) != 0)
				end = next;
			break;
		case INSIDE:
			if (at >= r->w->len) {
				next = 0;
				break;
			}
			next = at + 1;
			if (r->text[at] == TAIL && end == at)
				end = next;
			break;
		case PUNCT:
			next = r->used == word ? 0 : bridge(r, word, at, &dots);
			break;
		case SPACE:
		case LINE_END:
		case SIGN:
			next = 0;
			break;
		}
	} while (next != 0 && !r->failed);
	r->at = end;
	if (r->used > word)
		license_emit(r, word, start, end, 0);
}

/* --- the rest ----------------------------------------------------------------------- */

/* "50 %"; elsewhere the sign begins a comment. */
static bool
behind_digit(const struct reader *r)
{
	size_t at = r->at;

	if (r->text[at + 1] == '%')
		return false;
	while (at > 0 && r->text[at - 1] != LINE_BLANK &&
	    (class_at(r, at - 1) == SPACE || class_at(r, at - 1) == INSIDE))
		at--;
	return at > 0 && class_at(r, at - 1) == DIGIT;
}

/* A sign or an ideograph: a word of its own. */
static void
scan_single(struct reader *r)
{
	char text[5] = "";
	uint32_t c;
	size_t n;

	switch (r->text[r->at]) {
	case '%':
		if (behind_digit(r))
			license_emit_text(r, "percent", 1);
		else
			r->at++;
		return;
	case '&':
		license_emit_text(r, "and", 1);
		return;
	case '$':
		license_emit_text(r, "$", 1);
		return;
	default:
		break;
	}
	c = utf8_at(r->text + r->at, &n);
	memcpy(text, r->text + r->at, n);
	license_emit_text(r,
	    c == 0xa9     ? "copyright" :
		c == 0xa7 ? "section" :
			    text,
	    n);
}

static void
punctuation(struct reader *r)
{
	switch (r->text[r->at]) {
	case '(':
		if (license_copyright_take(r) || license_item_take(r))
			return;
		r->open++;
		break;
	case '[':
		if (license_copyright_take(r))
			return;
		break;
	case ')':
		r->open -= r->open > 0;
		break;
	default:
		break;
	}
	r->at++;
}

static void
line_end(struct reader *r)
{
	r->pending |= TOKEN_LINE;
	if (r->empty) {
		r->pending |= TOKEN_PARAGRAPH;
		r->open = 0;
	}
	r->empty = true;
	r->at++;
}

static void
scan(struct reader *r)
{
	size_t before = r->at;

	switch (class_at(r, r->at)) {
	case LINE_END:
		line_end(r);
		return;
	case LETTER:
		if (!license_url_take(r) && !license_item_take(r))
			scan_word(r);
		return;
	case DIGIT:
		if (!license_item_take(r))
			scan_word(r);
		return;
	case HIGH:
		if (r->text[r->at] == '\xc2' && license_item_take(r))
			return;
		scan_word(r);
		if (r->at == before)
			scan_single(r);
		return;
	case SIGN:
		scan_single(r);
		return;
	case PUNCT:
		punctuation(r);
		return;
	case SPACE:
	case INSIDE:
		r->at++;
		return;
	}
}

/* What links lead to is no word, but may be a reference. */
static bool
add_targets(struct reader *r)
{
	struct license_text *t = r->t;
	const struct work *w = r->w;

	if (w->ntargets == 0)
		return true;
	if ((t->targets = calloc(w->ntargets, sizeof(*t->targets))) == NULL)
		return false;
	r->counted = 0;
	r->line = 1;
	for (size_t i = 0; i < w->ntargets && !r->failed; i++) {
		const struct work_target *target = &w->targets[i];

		if (target->from < r->counted) {
			r->counted = 0;
			r->line = 1;
		}
		license_count_lines(r, target->from);
		t->targets[t->ntargets++] = (struct license_token){
			.start = work_origin(w, target->from),
			.end = work_origin(w, target->to),
			.line = r->line,
			.word = (uint32_t)r->used,
			.flags = TOKEN_TARGET,
		};
		license_append(r, target->text, strlen(target->text) + 1);
	}
	return !r->failed;
}

bool
license_words_read(struct license_text *t, const struct work *w)
{
	struct reader r;

	if (!license_reader_begin(&r, t, w))
		return false;
	while (r.at < w->len && !r.failed) {
		if (t->ntokens >= LICENSE_WORDS_MAX) {
			t->unscanned = true;
			break;
		}
		scan(&r);
	}
	return !r.failed && add_targets(&r);
}
