/*
 * markup: what dresses a text and is none of it: tags, entities, escapes, links' targets,
 * leaders of comments.  Private to proto/license.
 *
 * (1) Written over where it stands; no word moves.
 * (2) Linear: nothing is looked for beyond the next sign of its own kind.
 */
#ifndef LICENSE_MARKUP_H
#define LICENSE_MARKUP_H

#include "work.h"

#define MARKUP_TARGETS 4096

/* False: out of memory. */
bool license_markup_clear(struct work *w);

/* What stands in [from, to) becomes `with`; its lines are still counted. */
void license_markup_wipe(struct work *w, size_t from, size_t to, char with);
/* Keep the target of a link.  False: out of memory. */
bool license_markup_target(struct work *w, size_t from, size_t to);

/* An entity at `at`, its "&" included: its character, 0 if it is none; *bytes: of it. */
uint32_t license_entity(const char *at, size_t *bytes);

/* Kinds of elements of HTML. */
enum element {
	ELEMENT_UNKNOWN,
	ELEMENT_INLINE, /* parts no word */
	ELEMENT_BLOCK,  /* begins a line */
	ELEMENT_HIDDEN, /* its content is not shown */
};
enum element license_element(const char *name, size_t len);

#endif
