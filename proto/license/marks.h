/*
 * marks: the numbers and letters that head the items of a list: they are labels, not
 * words, and tell which clause the words behind them belong to.  Private to proto/license.
 *
 * (1) Whether something is a mark depends on the words and signs around it and on the
 *     marks before it, not on where lines were broken, wherever that can be told.
 * (2) A number that a sentence uses ("section 4", "thirty (30) days") is no mark.
 */
#ifndef LICENSE_MARKS_H
#define LICENSE_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MARK_DEPTH 4
#define MARK_LABEL 24

/* How it is set off. */
enum mark_style {
	MARK_PAREN,   /* (a) */
	MARK_CLOSE,   /* a) */
	MARK_DOT,     /* a. */
	MARK_BARE,    /* 1 */
	MARK_SECTION, /* Section 1: */
};
enum mark_kind {
	MARK_NUMBER,
	MARK_LETTER,
	MARK_ROMAN,
	MARK_DOTTED, /* 4.1 */
};
struct mark {
	enum mark_style style;
	enum mark_kind kind;
	bool upper;
	uint32_t ordinal; /* 3 of "3", "c", "iii" and "2.3" */
	char label[12];   /* as written, without what sets it off */
};
/* The marks that the words stand below, outermost first. */
struct marks {
	struct mark levels[MARK_DEPTH];
	size_t n;
};
/* What stands before a mark. */
struct mark_place {
	bool paragraph; /* nothing of its paragraph */
	bool marked;    /* another mark, right before it */
	bool line;      /* nothing of its line */
	bool stop;      /* the end of a sentence or of an item, "and", "or" */
	bool refer;     /* a word that points: "section", "version" */
	bool number;    /* a number */
	bool inside;    /* an open parenthesis */
	bool blank;     /* a blank */
};

/* Bytes of the mark at `text`, which ends in a NUL; 0 if there is none.  A mark becomes
 * the innermost of those seen. */
size_t license_mark_take(struct marks *seen, const char *text,
    const struct mark_place *place);
/* Is "(c)" the next item of a list? */
bool license_mark_expects_c(const struct marks *seen, bool upper);
/* "4.a.iii". */
void license_mark_path(const struct marks *seen, char out[MARK_LABEL]);

#endif
