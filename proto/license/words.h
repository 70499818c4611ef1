/* words: the text as words, one after the other.  Private to proto/license. */
#ifndef LICENSE_WORDS_H
#define LICENSE_WORDS_H

#include "text.h"
#include "work.h"

/* Fill tokens and words of `t`.  False: out of memory. */
bool license_words_read(struct license_text *t, const struct work *w);

#endif
