/* A text as one pack sees it: its words by number, and where each shingle stands. */
#include <stdlib.h>
#include <string.h>

#include "match.h"

#define NOWHERE UINT32_MAX

bool
license_whole_shingle(const uint16_t *words)
{
	uint64_t four, no;

	memcpy(&four, words, sizeof(four));
	no = ~four; /* a word that is none is 0 here */
	no = (no - 0x0001000100010001) & four & 0x8000800080008000;
	return no == 0 && words[4] != LICENSE_NO_WORD;
}

/* The finalizer of SplitMix64 over five words. */
static uint32_t
hash(const uint16_t *w)
{
	uint64_t h;

	memcpy(&h, w, sizeof(h));
	h = (h ^ (uint64_t)w[4] * 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
	h = (h ^ h >> 27) * 0x94d049bb133111eb;
	return (uint32_t)(h >> 32);
}

/* The slot that has the shingle, or the empty one that would. */
static uint32_t
slot(const struct license_seen *s, const uint16_t *words)
{
	uint32_t i = hash(words) & s->mask;

	while (s->first[i] != NOWHERE &&
	    memcmp(s->all + s->first[i], words,
		LICENSE_SHINGLE * sizeof(*words)) != 0)
		i = (i + 1) & s->mask;
	return i;
}

uint32_t
license_seen_first(const struct license_seen *s, const uint16_t *words)
{
	return s->first[slot(s, words)];
}

/* --- pairs of words ----------------------------------------------------------- */

#define PAIR_BITS_MIN 10u
#define PAIR_BITS_MAX 20u /* what a processor's cache holds */

static uint32_t
pair_bit(const struct license_seen *s, const uint16_t *two)
{
	uint32_t both;

	memcpy(&both, two, sizeof(both));
	return (both * 0x9e3779b1u >> 12) & s->pairs_mask;
}

static bool
has_pair(const struct license_seen *s, const uint16_t *two)
{
	uint32_t bit = pair_bit(s, two);

	return s->pairs[bit / 64] >> bit % 64 & 1;
}

/* All shingles that begin at or behind word 0 and have words k and k + 1 begin before
 * word k + 1. */
uint32_t
license_seen_skip(const struct license_seen *s, const uint16_t *words)
{
	for (uint32_t k = LICENSE_SHINGLE - 1; k > 0; k--)
		if (!has_pair(s, words + k - 1))
			return k;
	return 0;
}

static void
index_pairs(struct license_seen *s)
{
	for (uint32_t i = 0; i + 1 < s->n; i++) {
		uint32_t bit = pair_bit(s, s->all + i);

		s->pairs[bit / 64] |= (uint64_t)1 << bit % 64;
	}
}

/* Sixteen bits for a word, so that few are set by chance. */
static uint32_t
pairs_mask(size_t words)
{
	unsigned bits = PAIR_BITS_MIN;

	while (bits < PAIR_BITS_MAX && ((size_t)1 << bits) < 16 * words)
		bits++;
	return (1u << bits) - 1;
}

/* --- shingles ----------------------------------------------------------------- */

/* A text says the same words over and over: the last number of a word is kept in a
 * small table, by its hash. */
static void
number_words(struct license_seen *s)
{
	enum {
		KEPT = 512
	};
	struct {
		uint64_t hash;
		uint16_t word;
	} kept[KEPT];
	const struct license_token *t = s->text->tokens;

	for (uint32_t i = 0; i < KEPT; i++) {
		kept[i].hash = i +
		    1; /* belongs elsewhere: no word is taken for it */
		kept[i].word = LICENSE_NO_WORD;
	}
	for (uint32_t i = 0; i < s->n; i++) {
		uint32_t k = (uint32_t)(t[i].hash % KEPT);

		if (kept[k].hash != t[i].hash) {
			kept[k].hash = t[i].hash;
			kept[k].word = license_pack_word(s->pack, t[i].hash);
		}
		s->words[i] = s->all[i] = kept[k].word;
	}
}

/* Backwards, so that the places of a shingle rise. */
static void
index_shingles(struct license_seen *s)
{
	memset(s->first, 0xff, ((size_t)s->mask + 1) * sizeof(*s->first));
	for (uint32_t i = s->n; i-- > 0;) {
		uint32_t k;

		s->next[i] = NOWHERE;
		if (i + LICENSE_SHINGLE > s->n ||
		    !license_whole_shingle(s->all + i))
			continue;
		k = slot(s, s->all + i);
		s->next[i] = s->first[k];
		s->first[k] = i;
	}
}

enum weigh_code
license_seen_init(struct license_seen *s, const struct license_text *text,
    const struct weigh_license_pack *pack, const uint8_t *taken,
    struct weigh_err *err)
{
	size_t n = text->ntokens, slots = 16;

	while (slots < 2 * n)
		slots *= 2;
	*s = (struct license_seen){ .text = text, .pack = pack };
	s->n = (uint32_t)n;
	s->taken = taken;
	s->mask = (uint32_t)(slots - 1);
	s->pairs_mask = pairs_mask(n);
	s->pairs = calloc(((size_t)s->pairs_mask + 1) / 64, sizeof(*s->pairs));
	s->words = malloc((n + 1) * sizeof(*s->words));
	s->all = malloc((n + 1) * sizeof(*s->all));
	s->next = malloc((n + 1) * sizeof(*s->next));
	s->first = malloc(slots * sizeof(*s->first));
	if (s->words == NULL || s->all == NULL || s->next == NULL ||
	    s->first == NULL || s->pairs == NULL) {
		license_seen_free(s);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	number_words(s);
	index_shingles(s);
	index_pairs(s);
	return WEIGH_OK;
}

void
license_seen_free(struct license_seen *s)
{
	free(s->words);
	free(s->all);
	free(s->next);
	free(s->first);
	free(s->pairs);
	*s = (struct license_seen){ 0 };
}
