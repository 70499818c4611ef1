/*
 * look: words of a text compared with phrases.  Private to proto/license.
 *
 * A phrase is normalized words with one blank between ("more than").  Nothing here reads
 * before the first word or behind the last.
 */
#ifndef PROTO_LICENSE_LOOK_H
#define PROTO_LICENSE_LOOK_H

#include "text.h"

#define LOOK_NONE SIZE_MAX

/* Words of the phrase if it stands at word `i`, else 0. */
size_t license_phrase_at(const struct license_text *t, size_t i,
    const char *phrase);
/* The same for the phrase that ends before word `i`. */
size_t license_phrase_before(const struct license_text *t, size_t i,
    const char *phrase);

/* A list of phrases, NULL behind the last: words of the longest at `i`, or 0. */
size_t license_any_at(const struct license_text *t, size_t i,
    const char *const *phrases);
/* Where one of them begins, nearest to `i` first, within `n` words at and behind `i`, or
 * wholly among the `n` words before it; LOOK_NONE if none does. */
size_t license_any_ahead(const struct license_text *t, size_t i, size_t n,
    const char *const *phrases);
size_t license_any_back(const struct license_text *t, size_t i, size_t n,
    const char *const *phrases);

/* Words [from, to) with one blank between, cut to `size`. */
void license_words_copy(const struct license_text *t, size_t from, size_t to,
    char *out, size_t size);

/* Which pairs of first letters words of interest have: most words are none of them, and
 * cost one look. */
struct license_filter {
	uint32_t second[32];
};

static inline void
license_filter_add(struct license_filter *f, const char *word)
{
	f->second[word[0] & 31] |= (uint32_t)1 << (word[1] & 31);
}

static inline bool
license_filter_has(const struct license_filter *f, const char *word)
{
	return f->second[word[0] & 31] >> (word[1] & 31) & 1;
}

/* The label of the clause that word `i` stands in.  A paragraph without a mark, behind a
 * list whose items are no paragraphs, stands below the list's own clause. */
void license_clause(const struct license_text *t, size_t i, char label[24]);

#endif
