/* lexicon: see lexicon.h. */
#include <string.h>

#include <weigh/license.h>

#include "lexicon.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define NUMBER WEIGH_STRONG_NUMBER
#define NEGATION WEIGH_STRONG_NEGATION
#define MODAL WEIGH_STRONG_MODAL
#define PLACE WEIGH_STRONG_PLACE
#define SCOPE WEIGH_STRONG_SCOPE
#define GRANT WEIGH_STRONG_GRANT
#define OTHER WEIGH_STRONG_OTHER
#define PAIR LEX_PAIR
#define REFER LEX_REFER
/* clang-format off */
static const struct lexeme lexemes[] = {
#include "lexicon.tbl.h"
};
/* clang-format on */
_Static_assert(COUNT(lexemes) < LEXICON_SLOTS / 2,
    "half of the slots are free");

static const struct pair {
	const char *first, *second, *becomes;
	bool both;
} pairs[] = {
	{ "copyright", "owner", "holder", false },
	{ "copyright", "owners", "holders", false },
	{ "per", "cent", "percent", true },
	{ "sub", "license", "sublicense", true },
	{ "sub", "licenses", "sublicenses", true },
	{ "sub", "licensed", "sublicensed", true },
	{ "sub", "licensing", "sublicensing", true },
	{ "sub", "licensable", "sublicensable", true },
	{ "sub", "licensee", "sublicensee", true },
	{ "sub", "licensees", "sublicensees", true },
	{ "third", "party", "thirdparty", true },
	{ "third", "parties", "thirdparties", true },
	{ "royalty", "free", "royaltyfree", true },
	{ "world", "wide", "worldwide", true },
	{ "open", "source", "opensource", true },
	{ "pre", "trained", "pretrained", true },
	{ "fine", "tune", "finetune", true },
	{ "fine", "tuned", "finetuned", true },
	{ "fine", "tuning", "finetuning", true },
	{ "cross", "license", "crosslicense", true },
	{ "non", "commercial", "noncommercial", true },
	{ "non", "commercially", "noncommercially", true },
	{ "non", "exclusive", "nonexclusive", true },
	{ "non", "exclusively", "nonexclusively", true },
	{ "non", "transferable", "nontransferable", true },
	{ "non", "sublicensable", "nonsublicensable", true },
	{ "non", "assignable", "nonassignable", true },
	{ "non", "profit", "nonprofit", true },
	{ "non", "infringement", "noninfringement", true },
	{ "non", "infringing", "noninfringing", true },
};

/* The first eight letters and the length: enough to tell most words of the table apart. */
static size_t
slot_of(const char *word, size_t len)
{
	static const uint64_t mix = 0x9e3779b97f4a7c15;
	uint64_t head = 0;

	for (size_t i = 0; i < 8; i++)
		head |= (uint64_t)(unsigned char)word[i] << (8 * i);
	if (len < 8)
		head &= ((uint64_t)1 << (8 * len)) - 1;
	return (size_t)((head ^ (uint64_t)len << 59) * mix >> 53) &
	    (LEXICON_SLOTS - 1);
}

void
license_lexicon_init(struct lexicon *x)
{
	memset(x, 0, sizeof(*x));
	for (size_t i = 0; i < COUNT(lexemes); i++) {
		char padded[24] = "";
		size_t len = strlen(lexemes[i].word), at;

		memcpy(padded, lexemes[i].word, len);
		at = slot_of(padded, len);
		while (x->slots[at] != 0)
			at = (at + 1) & (LEXICON_SLOTS - 1);
		x->slots[at] = (uint16_t)(i + 1);
	}
}

const struct lexeme *
license_lexicon_find(const struct lexicon *x, const char *word, size_t len)
{
	for (size_t at = slot_of(word, len); x->slots[at] != 0;
	     at = (at + 1) & (LEXICON_SLOTS - 1)) {
		const struct lexeme *l = &lexemes[x->slots[at] - 1];

		if (strcmp(l->word, word) == 0)
			return l;
	}
	return NULL;
}

/* "noncompeting" denies, "nonetheless" does not. */
static bool
denies(const char *word, size_t len)
{
	return len > 5 && memcmp(word, "non", 3) == 0 &&
	    strncmp(word, "nonethe", 7) != 0 &&
	    strncmp(word, "nonsens", 7) != 0;
}

unsigned
license_lexicon_strong(const struct lexeme *known, const char *word, size_t len)
{
	unsigned strong = known == NULL ? 0 : known->strong;

	if (word[0] >= '0' && word[0] <= '9')
		strong |= WEIGH_STRONG_NUMBER;
	if (denies(word, len))
		strong |= WEIGH_STRONG_NEGATION;
	return strong;
}

const char *
license_lexicon_pair(const char *first, const char *second, bool *both)
{
	for (size_t i = 0; i < COUNT(pairs); i++)
		if (strcmp(pairs[i].first, first) == 0 &&
		    strcmp(pairs[i].second, second) == 0) {
			*both = pairs[i].both;
			return pairs[i].becomes;
		}
	return NULL;
}
