/* near: the known word that is spelled most like an unknown one. */
#ifndef WEIGH_NEAR_H
#define WEIGH_NEAR_H

#include <stddef.h>

/* The one of `n` names that needs the fewest letters added, dropped, changed or
 * swapped to become `word` (Damerau-Levenshtein), or NULL when none is near.
 * Words over 32 bytes are near to nothing. */
const char *weigh_nearest(
    const char *word, const char *const *names, size_t n);

#endif
