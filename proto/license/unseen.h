/*
 * unseen: does what is not shown say something of law?  A page has comments, scripts,
 * styles and attributes, Markdown has targets; none of them is a word of the text, and
 * each of them can carry a sentence.  Private to proto/license.
 *
 * (1) Looked at before it is taken away; nothing is changed.
 * (2) Linear in what is looked at; LICENSE_UNSEEN stretches are kept, the last one grows.
 */
#ifndef LICENSE_UNSEEN_H
#define LICENSE_UNSEEN_H

#include "work.h"

enum unseen_manner {
	UNSEEN_TEXT, /* a comment, a value: three words, one of which decides */
	UNSEEN_CODE, /* a script, a style: the same, with only blanks between */
	UNSEEN_NAME, /* one word: a modal verb, a negation */
	UNSEEN_TARGET, /* an address: three words, both of these */
};
/* Is there law in [from, to)? */
bool license_unseen_law(struct work *w, size_t from, size_t to,
    enum unseen_manner manner);
/* Keep what there is of it. */
void license_unseen_keep(struct work *w, size_t from, size_t to,
    enum unseen_manner manner);
/* The same of all attributes of a tag; `from` is behind its name, `to` at its end.  Sets
 * `hidden` for an element that is not shown. */
void license_unseen_tag(struct work *w, size_t from, size_t to);
/* Sets `hidden` if a style in [from, to) takes something out of sight. */
void license_unseen_style(struct work *w, size_t from, size_t to);

#endif
