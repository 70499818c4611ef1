/* wording: texts of licenses as words, for tests. */
#ifndef WORDING_H
#define WORDING_H

#include <stddef.h>

#include "../../proto/license/text.h"

/* Read it, or fail the test; the caller frees it with license_text_free. */
struct license_text *wording_of(const void *bytes, size_t len);
struct license_text *wording_of_text(const char *text);

/* Its words with blanks between, or fail the test when there is no room; `out`. */
const char *wording_words(const struct license_text *t, char *out, size_t room);

#endif
