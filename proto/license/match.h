/*
 * match: how a text is compared with the licenses of a pack.  Private to proto/license.
 *
 * seen.c puts a text into a pack's words and remembers where each shingle stands.
 * candidates.c asks which licenses could be in it.  chain.c finds, for one of them, the
 * stretches that both have word for word.  align.c fills the gaps between these, by the
 * grammar of the license: what may be missing, what may vary.  judge.c says what the
 * outcome is worth.  detect.c takes the best, word for word, until nothing is left that
 * matches; result.c tells.
 *
 * (1) A word of the text that was taken by one license is taken from all others.
 * (2) Every step is bounded by the length of text and license; the whole by
 *     struct license_effort.
 * (3) An order among licenses never depends on the order of memory: ties are broken by
 *     what the pack says.
 */
#ifndef PROTO_LICENSE_MATCH_H
#define PROTO_LICENSE_MATCH_H

#include "pack.h"
#include "text.h"

/* --- seen.c: a text as one pack sees it --------------------------------------- */

struct license_seen {
	const struct license_text *text;
	const struct weigh_license_pack *pack;
	uint16_t *words; /* LICENSE_NO_WORD: not in the pack, or taken */
	uint16_t *all;   /* the same, taken or not */
	const uint8_t
	    *taken; /* for each word: not 0 if it is; the same for all packs */
	uint32_t n;
	/* Where each shingle stands: the first place in a table by hash, the others
	 * after it; UINT32_MAX ends. */
	uint32_t *first, *next;
	uint32_t mask;
	/* A bit for each two words that stand side by side, by hash: a license is
	 * passed over quickly where it has none of them. */
	uint64_t *pairs;
	uint32_t pairs_mask;
};

/* `taken` must live as long.  WEIGH_NOMEM. */
enum weigh_code license_seen_init(struct license_seen *s,
    const struct license_text *text, const struct weigh_license_pack *pack,
    const uint8_t *taken, struct weigh_err *err);
void license_seen_free(struct license_seen *s);
/* Where a shingle stands first, taken or not; UINT32_MAX: nowhere. */
uint32_t license_seen_first(const struct license_seen *s,
    const uint16_t *words);
/* How many words ahead of `words`, five of a license, the next shingle that the text may
 * have begins at the earliest; 0: this may be one. */
uint32_t license_seen_skip(const struct license_seen *s, const uint16_t *words);
/* Has it no word that is unknown or taken? */
bool license_whole_shingle(const uint16_t *words);

/* --- what a scan may cost ------------------------------------------------------ */

struct license_effort {
	uint64_t left; /* steps of comparison */
	bool spent;    /* it was not enough: nothing is certain */
};
bool license_effort_take(struct license_effort *e, uint64_t steps);

/* --- candidates.c -------------------------------------------------------------- */

#define LICENSE_CANDIDATES 320

struct license_candidates {
	uint32_t numbers[LICENSE_CANDIDATES]; /* templates of one pack */
	uint32_t hits[LICENSE_CANDIDATES];    /* shingles that each shares */
	uint32_t n;
};
/* The templates that could stand in what is not taken: the best by what they share, the
 * best by how much of them is there, and whatever looks like one of these.  WEIGH_NOMEM. */
enum weigh_code license_candidates(const struct license_seen *s,
    struct license_candidates *out, struct weigh_err *err);

/* --- chain.c ------------------------------------------------------------------- */

struct license_run {
	uint32_t t, d, len; /* words of the template, of the text */
};
struct license_chain {
	struct license_run *runs; /* rising in both */
	uint32_t n;
	uint32_t covered; /* words in them */
	/* Behind the `n` runs: stretches whose inside was not searched further. */
	uint32_t njumped;
	/* All other common stretches were looked at: as long as no word of either is
	 * taken, the search would end the same. */
	bool whole;
};
/* The heaviest chain of common stretches, the caller's (license_chain_free); without
 * runs if there are none, or the effort is spent.  WEIGH_NOMEM. */
enum weigh_code license_chain_find(struct license_chain *out,
    const struct license_seen *s, const struct license_template *t,
    struct license_effort *effort, struct weigh_err *err);
void license_chain_free(struct license_chain *c);
/* No alignment along this chain can gain more than this (judge.c). */
int64_t license_chain_bound(const struct license_chain *c,
    const struct license_template *t);

/* --- align.c ------------------------------------------------------------------- */

/* What became of a word of the template: its place in the text, or one of these. */
#define WORD_GONE 0xffffffffu  /* required, and missing */
#define WORD_FREE 0xfffffffeu  /* missing, and may be */
#define WORD_FIRST 0xfffffff0u /* from here on: no place */
/* What became of a word of the text. */
enum license_fate {
	FATE_ADDED,   /* nothing of the license */
	FATE_MATCHED, /* the same word */
	FATE_VARIES,  /* where the license lets words vary */
	FATE_EXCUSED, /* the same, written otherwise */
};
struct license_alignment {
	uint32_t start, end; /* words of the text */
	uint32_t *at;        /* for each word of the template */
	uint8_t
	    *fates; /* of the words of the text from `base` on: license_fate */
	uint32_t base;
};
/* How far from its chain an alignment, and what is judged of it, depends on a word of
 * the text; the beginning of a vendor's license may depend on more. */
#define LICENSE_AROUND 96u
/* What became of a word in [start, end), or a few around. */
static inline uint8_t *
license_fate(const struct license_alignment *a, uint32_t d)
{
	return &a->fates[d - a->base];
}
/* The caller's, license_alignment_free.  WEIGH_NOMEM.  A chain without runs gives an alignment in which everything is gone. */
enum weigh_code license_align(struct license_alignment *out,
    const struct license_seen *s, const struct license_template *t,
    const struct license_chain *c, struct license_effort *effort,
    struct weigh_err *err);
void license_alignment_free(struct license_alignment *a);
/* May this word of the text stand there whatever the license: a copyright line, a title
 * without words that decide, a page number? */
bool license_word_harmless(const struct license_token *t);
/* How many words of [from, to) a text must have. */
uint32_t license_required(const struct license_template *t, uint32_t from,
    uint32_t to);

/* --- judge.c ------------------------------------------------------------------- */

struct license_verdict {
	uint32_t
	    matched; /* words of the text that are the license's, varied too */
	uint32_t required; /* required words of the license that are there */
	uint32_t free; /* words of the license that are there but need not be */
	uint32_t gone; /* required words that are missing */
	uint32_t gaps; /* in how many places */
	uint32_t added;    /* words between them that are nothing of it */
	bool contradicted; /* its own title or version names another license */
	bool clean;        /* nothing gone, nothing added */
	int64_t gain;      /* matched, less added, less what gaps cost */
};
/* What so many missing words in one place cost. */
int64_t license_gap_cost(uint32_t gone);
/* Excuses what is only written otherwise (in `a`) and counts. */
void license_judge(struct license_verdict *out, const struct license_seen *s,
    const struct license_template *t, struct license_alignment *a);

/* --- detect.c: the whole text --------------------------------------------------- */

#define LICENSE_FOUND \
	128 /* licenses, headers and harmless sentences of one text */

struct license_found {
	uint32_t pack;
	struct license_template t;
	struct weigh_licensepack_entry entry;
	struct license_alignment a;
	struct license_verdict v;
};

enum license_taker {
	TAKEN_NOT,
	TAKEN_FOUND,
	TAKEN_REFERENCE,
	TAKEN_LIMIT /* beside a reference, and limits it: told, harmless or not */
};

struct license_scan {
	const struct license_text *text;
	const struct weigh_license_pack *const *packs;
	uint32_t npacks;
	struct license_seen seen[WEIGH_LICENSE_PACKS];
	uint8_t *taken;              /* enum license_taker, for each word */
	struct license_found *found; /* in the order of the text */
	uint32_t nfound;
	struct license_effort effort;
	struct weigh_license_near nearest[WEIGH_LICENSE_NEAREST];
	uint32_t nnearest;
};

/* Put the text into the packs' words.  The caller's, license_scan_end, whatever is
 * returned.  WEIGH_NOMEM. */
enum weigh_code license_scan_begin(struct license_scan *s,
    const struct license_text *text,
    const struct weigh_license_pack *const *packs, size_t npacks,
    struct weigh_err *err);
void license_scan_end(struct license_scan *s);
/* Find everything that the packs know.  WEIGH_NOMEM. */
enum weigh_code license_scan_all(struct license_scan *s, struct weigh_err *err);
/* Lay the templates of one entry along the text and keep the best, however far they are
 * apart.  WEIGH_NOMEM. */
enum weigh_code license_scan_entry(struct license_scan *s, uint32_t pack,
    size_t entry, struct weigh_err *err);
/* The same for one template. */
enum weigh_code license_scan_template(struct license_scan *s, uint32_t pack,
    uint32_t number, struct weigh_err *err);
/* Words of the text that are not taken and not harmless, in [from, to). */
uint32_t license_scan_left(const struct license_scan *s, uint32_t from,
    uint32_t to);

/* --- passages.c: what was added, what is missing --------------------------------- */

/* Is the word neither taken nor harmless? */
bool license_is_left(const struct license_scan *s, uint32_t d);
/* The next stretch of words that are left, in [*from, end): holes of a word or two belong
 * to it. */
bool license_next_left(const struct license_scan *s, uint32_t *from,
    uint32_t *to, uint32_t end);
/* Words [from, to) of the text, those that are left among them, as one passage of match
 * number `match`. */
void license_tell_added(struct weigh_license_result *r,
    const struct license_scan *s, uint32_t from, uint32_t to, unsigned match);
/* Whatever is missing, with the same holes. */
void license_tell_removed(struct weigh_license_result *r,
    const struct license_scan *s, const struct license_found *f,
    unsigned match);
/* The differences between the text and what was found, words [from, to) of the text and
 * all that is missing. */
void license_differences(struct weigh_license_result *r,
    const struct license_scan *s, const struct license_found *f, uint32_t from,
    uint32_t to, unsigned match);

/* --- account.c, result.c: what is told ------------------------------------------ */

/* Fill the result: parts, passages, kind, score, name.  `bytes`: the file, for its name.
 * WEIGH_NOMEM. */
enum weigh_code license_account(struct weigh_license_result *r,
    struct license_scan *s, const void *bytes, size_t len,
    struct weigh_err *err);
/* Empty, with room for everything that it may hold.  NULL: no memory. */
struct weigh_license_result *license_result_new(void);
/* Give back the room that is not used; nothing is added afterwards. */
void license_result_trim(struct weigh_license_result *r);
/* One more, or NULL when there is no room. */
struct weigh_license_match *license_result_match(struct weigh_license_result
	*r);
struct weigh_license_passage *license_result_passage(struct weigh_license_result
	*r);
/* Passages in the order of the file. */
void license_result_sort(struct weigh_license_result *r);
/* The name that a part has in an expression: its id, or LicenseRef-modified-ID-..., or
 * LicenseRef-text-..., which end in the first 12 digits of the file's SHA-256. */
void license_part_name(char *out, size_t room,
    const struct weigh_license_match *m, const char *digits);

#endif
