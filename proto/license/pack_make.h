/*
 * pack_make: a pack while it is being made: texts as words, not yet numbered as the file
 * numbers them.  Private to proto/license.
 *
 * (1) A word has the number in which it came; the file sorts them (pack_write.c).
 * (2) An entry's templates keep the order in which they were added.
 */
#ifndef PROTO_LICENSE_PACK_MAKE_H
#define PROTO_LICENSE_PACK_MAKE_H

#include "pack_format.h"

#define MADE_ANY_WORDS UINT32_MAX /* LICENSE_ANY_WORDS */

/* A set of words: a hash has one number. */
struct made_words {
	uint64_t *hashes;
	uint8_t *strong;
	uint32_t *slots; /* 2 * room of them: a number + 1; 0 is empty */
	uint32_t n, room;
};

struct made_clause {
	uint32_t word;
	char label[PACK_CLAUSE];
};

struct made_template {
	uint32_t *words, *alternative_words;
	struct license_span *spans;
	struct license_alternative *alternatives;
	struct made_clause *clauses;
	uint32_t nwords, nalternative_words, nspans, nalternatives, nclauses;
};

struct made_entry {
	char *id, *name, *based_on;
	enum weigh_license_what what;
	bool vendor, deprecated;
	uint32_t popularity;
	struct made_template *templates;
	size_t ntemplates, room;
};

struct weigh_licensepack_make {
	char *version;
	struct made_words words;
	struct made_entry *entries;
	size_t nentries, room;
};

/* The number of a word, which it gets if it has none; UINT32_MAX: no memory. */
uint32_t license_made_word(struct made_words *w, uint64_t hash,
    unsigned strong);

/* A text as a template.  *out is the caller's (license_made_free), also after a failure.
 * WEIGH_MALFORMED: bad marks, or no word; WEIGH_TOO_BIG; WEIGH_NOMEM. */
enum weigh_code license_made_read(struct made_template *out,
    struct made_words *words, const char *text, size_t len,
    struct weigh_err *err);
/* Template `number` of a pack, with the words of `words`. */
enum weigh_code license_made_copy(struct made_template *out,
    struct made_words *words, const struct weigh_license_pack *p,
    uint32_t number, struct weigh_err *err);
/* How many of its words a text must have.  It depends on whose it is: an entry that is
 * no vendor's leaves the title free, also of a text that was added as a vendor's. */
uint32_t license_made_required(const struct made_template *t, bool vendor);
void license_made_free(struct made_template *t);
bool license_made_equal(const struct made_template *a,
    const struct made_template *b);

/* Room for one more behind `n` elements of `size` bytes; NULL: no memory, and the old
 * ones are as they were. */
void *license_made_grow(void *list, size_t n, size_t *room, size_t size);

/* --- shingles ------------------------------------------------------------------ */

/* A shingle of a template.  Sorted by hash, then by template. */
struct made_shingle {
	uint64_t hash;
	uint32_t template;
	bool required; /* outside of what may be missing, at least once */
};
struct made_shingles {
	struct made_shingle *list;
	size_t n;
};
/* Of all templates, each one once a template.  `words` are numbered as in the file.
 * WEIGH_NOMEM. */
enum weigh_code license_shingles_of(struct made_shingles *out,
    const struct license_template *templates, uint32_t n,
    struct weigh_err *err);
/* Write the sections that lead from shingles to templates.  Runs of the same hash are put
 * in another order.  WEIGH_NOMEM. */
enum weigh_code license_lists_put(struct weigh_buf out[PACK_SECTIONS],
    struct made_shingles *shingles, struct weigh_err *err);
/* By how many bits of a hash an index over `n` of them goes. */
unsigned license_index_bits(size_t n);

/* Which templates are look-alikes: a list for each, the caller's to free one by one.
 * Containment of what one requires in the other is LOOKALIKE_PERCENT or more, in either
 * direction.  WEIGH_NOMEM. */
#define LOOKALIKE_PERCENT 80u
#define LOOKALIKE_SHINGLES \
	8u /* fewer than that have none: they are like everything */
struct made_lookalikes {
	uint32_t *list;
	size_t n, room;
};
enum weigh_code license_lookalikes_of(struct made_lookalikes *out,
    const struct made_shingles *shingles, uint32_t ntemplates,
    struct weigh_err *err);

#endif
