/*
 * leaders: what lines begin with because of the file they stand in: the letters that
 * make a comment, fences, definitions of links.  Those that are punctuation are
 * none of the words' anyway.  Private to proto/license.
 */
#ifndef LICENSE_LEADERS_H
#define LICENSE_LEADERS_H

#include "work.h"

/* False: out of memory. */
bool license_leaders_clear(struct work *w);

#endif
