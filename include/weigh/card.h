/*
 * card: the model card, README.md: YAML between two lines `---`, then Markdown.
 *
 * (1) Pure, and bounded: the front matter is at most WEIGH_CARD_MAX bytes, nested
 *     at most 32 levels; aliases are not followed.
 * (2) A card says what its author claims, nothing more: evidence, not truth.
 */
#ifndef WEIGH_CARD_H
#define WEIGH_CARD_H

#include <stdbool.h>
#include <stddef.h>

#define WEIGH_CARD_MAX (256u << 10)

/* The value of the top-level key `license`, or of `license_name` when that says
 * "other", into `out` with a NUL; "" and false when there is none, it is not a
 * plain string of visible ASCII, or the front matter is not YAML. */
bool weigh_card_license(
    const char *text, size_t len, char *out, size_t size);

#endif
