/* items: what stands around a list mark, and which "(c)" is the copyright sign; see reader.h
 * and marks.h. */
#include <stdlib.h>
#include <string.h>

#include "reader.h"

static bool
four_digits(const struct reader *r, size_t at)
{
	for (size_t i = 0; i < 4; i++)
		if (class_at(r, at + i) != DIGIT)
			return false;
	return class_at(r, at + 4) != DIGIT;
}

/* "(c)" is the copyright sign, unless a list is at its c or it belongs to "4(c)". */
bool
license_copyright_take(struct reader *r)
{
	size_t after = r->at + 3;

	if ((r->text[r->at + 1] | 0x20) != 'c' ||
	    r->text[r->at + 2] != (r->text[r->at] == '(' ? ')' : ']'))
		return false;
	while (class_at(r, after) == SPACE)
		after++;
	if (!four_digits(r, after) &&
	    license_mark_expects_c(&r->marks, r->text[r->at + 1] == 'C'))
		return false;
	if (r->refer || (r->at > 0 && wordly(class_at(r, r->at - 1))))
		return false;
	license_emit_text(r, "copyright", 3);
	return true;
}

#define MARK_VIEW 40 /* characters: of a mark and what follows */
#define LOOK_BACK \
	400 /* characters: a line of separators and a comment's frame */

/* The sign at `at` begins its line: it is the leader of a comment. */
static bool
begins_line(const struct reader *r, size_t at, size_t floor)
{
	if (r->text[at] != ';' && r->text[at] != '!')
		return false;
	while (at > floor &&
	    (class_at(r, at - 1) == SPACE || r->text[at - 1] == r->text[at]))
		at--;
	return at == 0 || class_at(r, at - 1) == LINE_END;
}

/* Only blanks stand between the last mark and r->at. */
static bool
behind_mark(const struct reader *r)
{
	size_t at = r->at;

	while (at > r->marked && class_at(r, at - 1) == SPACE)
		at--;
	return at == r->marked && r->at > 0 && r->marked > 0;
}

/* What stands before r->at. */
static struct mark_place
place_of(const struct reader *r)
{
	const struct license_token *last = last_token(r);
	const char *word = last == NULL ? "" : r->t->words + last->word;
	struct mark_place p = { .paragraph = r->empty &&
		    r->pending & TOKEN_PARAGRAPH,
		.marked = behind_mark(r),
		.line = r->empty,
		.stop = strcmp(word, "and") == 0 || strcmp(word, "or") == 0,
		.refer = r->refer,
		.number = last != NULL && last->flags & WEIGH_STRONG_NUMBER,
		.inside = r->open > 0 };
	size_t at = r->at, floor = at > LOOK_BACK ? at - LOOK_BACK : 0;

	/* "4.a", "4(a)(i)" are one thing. */
	p.blank = at == 0 || at == r->marked ||
	    (!wordly(class_at(r, at - 1)) && r->text[at - 1] != '.' &&
		r->text[at - 1] != ')');
	while (at > floor &&
	    (strchr(" \t\n\v\f\1*-+>#%|'\"`=_~/\\", r->text[at - 1]) != NULL ||
		begins_line(r, at - 1, floor)))
		at--;
	/* Behind "this version:" a number is none of the version's. */
	if (at == 0 || p.paragraph || strchr(".;:!?", r->text[at - 1]) != NULL)
		p.refer = false;
	p.stop = p.stop || at == 0 ||
	    strchr(".;:!?,)", r->text[at - 1]) != NULL;
	return p;
}

static bool
enter_clause(struct reader *r)
{
	struct license_text *t = r->t;
	char(*clauses)[MARK_LABEL];

	if (t->nclauses > UINT16_MAX)
		return true; /* what follows stays in the last one */
	if (t->nclauses >= r->clauses_room) {
		r->clauses_room = 2 * r->clauses_room + 32;
		clauses = realloc(t->clauses,
		    r->clauses_room * sizeof(*clauses));
		if (clauses == NULL) {
			r->failed = true;
			return false;
		}
		t->clauses = clauses;
	}
	license_mark_path(&r->marks, t->clauses[t->nclauses]);
	r->clause = (uint16_t)t->nclauses++;
	return true;
}

/* Cheap first: most words inside of a line cannot be a mark. */
static bool
may_be_mark(const struct reader *r)
{
	const char *word = r->text + r->at;

	if (class_at(r, r->at + 1) != LETTER)
		return true;
	switch (word[0] | 0x20) {
	case 'i':
	case 'v':
	case 'x':
	case 'l':
		return strchr("ivxlIVXL", word[1]) != NULL;
	case 's':
		return (word[2] | 0x20) == 'c' && (word[6] | 0x20) == 'n';
	case 'a':
		return (word[1] | 0x20) == 'r' && (word[6] | 0x20) == 'e';
	case 'c':
		return (word[1] | 0x20) == 'l' && (word[5] | 0x20) == 'e';
	default:
		return false;
	}
}

/* A mark at r->at is no word but says in which clause the next ones stand. */
bool
license_item_take(struct reader *r)
{
	char view[MARK_VIEW + 1];
	size_t n, at = r->at, used = 0;
	struct mark_place place;

	if (class_at(r, r->at) == LETTER && !r->empty && !may_be_mark(r))
		return false;
	place = place_of(r);
	for (; used < MARK_VIEW && at < r->w->len; at++)
		if (class_at(r, at) != INSIDE)
			view[used++] = r->text[at];
	view[used] = '\0';
	if ((n = license_mark_take(&r->marks, view, &place)) == 0)
		return false;
	for (; n > 0; r->at++)
		n -= class_at(r, r->at) != INSIDE;
	r->refer = false;
	r->marked = r->at;
	return enter_clause(r);
}
