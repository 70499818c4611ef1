/*
 * card: the model card, README.md: YAML between two lines `---`, then Markdown.
 *
 * (1) Pure, and bounded: the front matter is at most WEIGH_CARD_MAX bytes, nested
 *     at most 32 levels, of at most 131,072 values, 1,024 keys a mapping and 256
 *     anchors; what aliases make of it is bounded by the buffer that takes it.
 * (2) A card says what its author claims, nothing more: evidence, not truth.
 * (3) Scalars are those of YAML 1.2's core schema, as the Hub's clients have them:
 *     only true and false are booleans (`language: no` is a string), dates are
 *     strings.
 *
 * Source of the format: https://yaml.org/spec/1.2.2, chapter 10.3; read by libyaml.
 */
#ifndef WEIGH_CARD_H
#define WEIGH_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/name.h>

#define WEIGH_CARD_MAX (1u << 20)        /* bytes of the front matter */
#define WEIGH_CARD_JSON_MAX (256u << 10) /* bytes of what is kept of it */
#define WEIGH_CARD_VALUE_MAX (64u << 10) /* of one top-level value as JSON */

/* The value of the top-level key `license`, or of `license_name` when that says
 * "other", into `out` with a NUL; "" and false when there is none, it is not a
 * plain string of visible ASCII, or the front matter is not YAML. */
bool weigh_card_license(const char *text, size_t len, char *out, size_t size);

/* Append the front matter as one JSON object: keys in their order, of equal keys
 * the last; not numbers in JSON (.inf, .nan) become null; keys that are no scalar
 * are left out, and so are top-level values longer than WEIGH_CARD_VALUE_MAX
 * (evaluation results, mostly).  WEIGH_NOT_FOUND: there is no front matter, or it
 * is empty.  WEIGH_MALFORMED: no YAML, or no mapping; err names the line of the
 * file.  WEIGH_TOO_BIG by (1) or `out`'s ceiling; then `out` is as it was. */
enum weigh_code weigh_card_json(const char *text, size_t len,
    struct weigh_buf *out, struct weigh_err *err);

/* Where a top-level key's value stands: its line of the file, from 1; of a list, the line
 * of each element.  At most `room`; their number, 0: there is no such key. */
size_t weigh_card_lines(const char *text, size_t len, const char *key,
    uint32_t *lines, size_t room);

/* What is wrong or odd in a card, as the Hub says it before a commit. */
struct weigh_card_note {
	bool warning; /* else it is an error: the card is refused */
	char text[400];
};
/* Look at a card of a repository of this kind; the first `room` notes, errors or
 * warnings, into `notes`.  Their number.  A card without front matter has one
 * warning; an unknown license is an error, an unknown pipeline_tag a warning. */
size_t weigh_card_check(const char *text, size_t len, enum weigh_kind kind,
    struct weigh_card_note *notes, size_t room);

#endif
