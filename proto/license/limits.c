/* limits: see limits.h. */
#include "limits.h"
#include "look.h"

#define SHORT 60 /* words beside the references of a text that is hardly more */
#define WHOLE 2000 /* words of a text in which all sentences are looked at */
#define NEAR 3     /* words before a reference that deny it */
#define REACH \
	400 /* words from a reference; farther off nothing is said of it */

typedef const char *const phrases[];

/* --- words ------------------------------------------------------------------------ */

/* (3): these say nothing of the grant, and no word of them does. */
static phrases idle = { "without warranty", "without any warranty",
	"without warranties", "without even the implied warranty",
	"no warranty", "no warranties", "not limited to", "not affiliated",
	"not endorsed", "without restriction", "without restrictions",
	"without limitation", "no restrictions", "but without any warranty",
	"if not see", "if not write", "if you have not received", "if any",
	"if applicable", "except where otherwise noted",
	"except where otherwise stated", "except where noted otherwise",
	"except as otherwise noted", "except as otherwise stated",
	"except when otherwise noted", "except when otherwise stated",
	"unless otherwise noted", "unless otherwise stated",
	"unless otherwise specified", "unless otherwise indicated",
	"unless otherwise mentioned", "unless noted otherwise",
	"unless stated otherwise", "unless specified otherwise",
	"unless explicitly stated otherwise",
	"unless explicitly noted otherwise", "if not stated otherwise",
	"if not otherwise stated", "unless you explicitly state otherwise",
	"unless required by applicable law",
	"without any additional terms or conditions",
	"you may not use this file except in compliance with",
	"may not use this file except in compliance with",
	"you may not use this work except in compliance with",
	"you may not use this software except in compliance with",
	"may not be copied modified or distributed except according to",
	"must not be removed", "you must agree", "must comply with",
	"must retain", "must include", "must be included", NULL };

/* Wherever they stand in the sentence of the reference. */
static phrases limiting = { "except", "excepting", "excepted", "excluding",
	"excludes", "excluded", "exception", "exceptions", "unless", "but",
	"however", "only", "solely", "exclusively", "noncommercial",
	"noncommercially", "nonprofit", "nonproduction", "prohibited",
	"prohibits", "forbidden", "forbids", "restricted", "restriction",
	"restrictions", "limited to", "addendum", "rider", "commons clause",
	"with the following", "additional terms", "additional conditions",
	"additional clause", "additional clauses", "additional limitations",
	"extra terms", "extra conditions", "provided that", "provided you",
	"on condition", "on the condition", "as long as", "so long as",
	"in addition to", NULL };

/* Behind the reference only: before it they say what the text is about. */
static phrases behind_it = { "if you are", "if you use", "if used", "if your",
	"until", "must", "shall", "can not", "cannot", "for research",
	"for academic", "for evaluation", "for educational", "for education",
	"for personal", "for private", "for internal", "for students",
	"for study", "for testing", "for scientific", "research purposes",
	"educational purposes", "academic purposes", "evaluation purposes",
	"plus", "as modified", "modified by", "modified to", "as amended",
	"with modifications", "with changes", "with restrictions",
	"with limitations", "with conditions", NULL };

/* Right behind it: it is another license that is like this one. */
static phrases likeness = { "style", "like", "type", "variant", "derivative",
	"based", "inspired", "compatible", NULL };

/* Right before it. */
static phrases denial = { "not", "never", "longer", "formerly", "previously",
	NULL };

/* In a sentence that follows. */
static phrases forbidding = { "prohibited", "forbidden", "not permitted",
	"not allowed", "not be permitted", "not be allowed", "disallowed",
	"you may not", "you must not", "you shall not", "you can not",
	"you cannot", "users may not", "users must not", "nobody may",
	"no one may", "may not be used", "may not be sold", "may not be copied",
	"may not be distributed", "may not be redistributed",
	"may not be modified", "may not be hosted", "must not be used",
	"shall not be used", "can not be used", "cannot be used", "may not use",
	"may not sell", "do not use", "not for commercial", "no commercial",
	"noncommercial", "noncommercially", "commercial license",
	"commercial use requires", "commercial use is", "commercial use needs",
	"for research only", "only for research", "research use only",
	"only for academic", "for academic use", "use only", "purposes only",
	"only be used", "may only", "restricted to", "written permission",
	"prior permission", "written consent", "must obtain", "must pay",
	"must ask", "must contact", "must request", "have to pay",
	"have to ask", "need a license", "need permission",
	"requires a license", "requires permission", "requires a commercial",
	"pay a", "excluding", "except for", "does not extend to",
	"does not apply to", NULL };

/* How a sentence begins that takes something back. */
static phrases taking_back = { "however", "but", "except", "excepted",
	"excluding", "unless", "provided", "nevertheless", "notwithstanding",
	"exception", "exceptions", "restriction", "restrictions", "limitation",
	"not", "no", NULL };

/* A sentence that has one of these, and none of the harder words, gives no warranty or
 * praises nobody. */
static phrases warranting = { "warranty", "warranties", "liable", "liability",
	"affiliated", "endorsed", "endorsement", "endorse", NULL };
static phrases hard = { "prohibited", "forbidden", "noncommercial",
	"noncommercially", "not permitted", "not allowed", "may not be used",
	"commercial license", "no commercial", "not for commercial", NULL };

/* --- sentences ---------------------------------------------------------------------- */

/* Does a sentence end behind word `i`? */
static bool
stops(const struct license_text *t, size_t i)
{
	static phrases abbreviated = { "v", "ver", "eg", "ie", "etc", "no",
		"nr", NULL };

	return t->tokens[i].flags & TOKEN_STOP &&
	    license_any_at(t, i, abbreviated) == 0;
}

static bool
begins(const struct license_text *t, size_t i)
{
	return i == 0 || (t->tokens[i].flags & TOKEN_PARAGRAPH) != 0 ||
	    stops(t, i - 1);
}

static uint32_t
sentence_start(const struct license_text *t, uint32_t i)
{
	for (uint32_t n = 0; n < REACH && !begins(t, i); n++)
		i--;
	return i;
}

static uint32_t
sentence_end(const struct license_text *t, uint32_t i)
{
	uint32_t last = i + REACH;

	while (++i < t->ntokens && i < last && !begins(t, i))
		;
	return i;
}

/* Is one of the phrases in [from, to), of words that nothing else has? */
static bool
says(const struct license_text *t, const uint8_t *own, uint32_t from,
    uint32_t to, const char *const *list)
{
	for (uint32_t i = from; i < to;) {
		size_t n = license_any_at(t, i, idle);

		if (n == 0 && !own[i] && license_any_at(t, i, list) > 0)
			return true;
		i += n > 0 ? (uint32_t)n : 1;
	}
	return false;
}

static bool
denies(const struct license_text *t, const uint8_t *own, uint32_t from,
    uint32_t to)
{
	for (uint32_t i = from; i < to;) {
		size_t n = license_any_at(t, i, idle);

		if (n == 0 && !own[i] &&
		    t->tokens[i].flags & WEIGH_STRONG_NEGATION)
			return true;
		i += n > 0 ? (uint32_t)n : 1;
	}
	return false;
}

/* The sentence of a reference. */
static struct license_stretch
sentence_of(const struct license_text *t, struct license_stretch ref, bool line)
{
	struct license_stretch own = { ref.from, ref.to };

	if (!line)
		return (struct license_stretch){ sentence_start(t, ref.from),
			sentence_end(t, ref.to - 1) };
	while (own.from > 0 && !(t->tokens[own.from].flags & TOKEN_LINE))
		own.from--;
	while (own.to < t->ntokens && !(t->tokens[own.to].flags & TOKEN_LINE))
		own.to++;
	return own;
}

/* (1) */
static bool
limits_itself(const struct license_text *t, const uint8_t *own,
    struct license_stretch sentence, struct license_stretch ref)
{
	uint32_t near = ref.from > sentence.from + NEAR ? ref.from - NEAR :
							  sentence.from;

	return says(t, own, sentence.from, sentence.to, limiting) ||
	    says(t, own, near, ref.from, denial) ||
	    says(t, own, ref.to, sentence.to, behind_it) ||
	    denies(t, own, ref.to, sentence.to) ||
	    (ref.to < sentence.to && !own[ref.to] &&
		license_any_at(t, ref.to, likeness) > 0);
}

/* (2) */
static bool
limits_before(const struct license_text *t, const uint8_t *own, uint32_t start,
    uint32_t end)
{
	if (says(t, own, start, end, warranting) &&
	    !says(t, own, start, end, hard))
		return false;
	if (says(t, own, start, end, forbidding))
		return true;
	return license_any_at(t, start, taking_back) > 0 &&
	    (says(t, own, start, end, limiting) || denies(t, own, start, end));
}

/* Is there hardly more than the references? */
static bool
is_short(const struct license_text *t, const uint8_t *own)
{
	uint32_t left = 0;

	for (size_t i = 0; i < t->ntokens && i < WHOLE; i++)
		left += !own[i];
	return left <= SHORT && t->ntokens <= WHOLE;
}

/* What is looked at: from the reference's sentence to the end of its paragraph. */
static struct license_stretch
reach(const struct license_text *t, const uint8_t *own,
    struct license_stretch sentence)
{
	struct license_stretch all = { 0, (uint32_t)t->ntokens };
	struct license_stretch near = sentence;
	uint32_t last = near.to + REACH;

	if (is_short(t, own))
		return all;
	while (near.to < all.to && near.to < last &&
	    !(t->tokens[near.to].flags & TOKEN_PARAGRAPH))
		near.to++;
	/* One that begins the next paragraph may hang on it. */
	if (near.to < all.to && license_any_at(t, near.to, taking_back) > 0)
		near.to = sentence_end(t, near.to);
	return near;
}

bool
license_limit_next(const struct license_text *t, const uint8_t *own,
    struct license_stretch ref, bool line, uint32_t behind,
    struct license_stretch *out)
{
	struct license_stretch mine = sentence_of(t, ref, line);
	struct license_stretch all = reach(t, own, mine);
	uint32_t i = behind > all.from ? behind : all.from;

	for (; i < all.to; i = out->to) {
		*out = (struct license_stretch){ i, sentence_end(t, i) };
		if (i >= mine.from && i < mine.to) {
			out->to = mine.to;
			if (limits_itself(t, own, mine, ref))
				return true;
			continue;
		}
		if (i < mine.from && out->to > mine.from)
			out->to = mine.from;
		if (limits_before(t, own, i, out->to))
			return true;
	}
	return false;
}

bool
license_limit_within(const struct license_text *t, uint32_t from, uint32_t to)
{
	static phrases changed = { "modified", "amended", "custom",
		"customized", "changed", "adapted", "variant", "similar",
		"like", "style", "based", "derived", "limited", "restricted",
		"except", "other", "instead", "research", "academic", "not",
		"no", "never", "without", "only", "noncommercial", NULL };

	for (uint32_t i = from; i < to; i++)
		if (license_any_at(t, i, changed) > 0)
			return true;
	return false;
}
