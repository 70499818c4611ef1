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
	"must retain", "must include", "must be included",
	"permission is granted", "permission is hereby granted",
	"permission is also granted", "permission is given",
	"permission to use", "permission to copy", "permission to modify",
	"permission to redistribute", "permission to distribute",
	"permission to relicense", "permission notice", "permission notices",
	"used with permission", "with permission of", "with permission from",
	"by permission of", "governing permissions and limitations",
	"without fee", "without a fee", "without any fee", "without payment",
	"without paying", "free of charge", "no fee", "no fees", "no royalties",
	"no royalty", "no charge", "no cost", "no registration",
	"not proprietary", "nonproprietary", "proprietary model",
	"proprietary models", "proprietary format", "proprietary formats",
	"and sell", "or sell", "and or sell", "may sell", "can sell",
	"free to sell", "sell copies", "be sold and", "also be sold",
	"written by employees", "developed by employees", "its employees",
	"their employees", "registered trademark", "registered trademarks",
	NULL };

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

/* In the sentence of the reference and in those that follow: money, leave or a name is
 * asked, or the grant is for some people, for some use, for some time. */
static phrases asking = {
	/* money */
	"pay", "pays", "paid", "paying", "payment", "payments", "payable",
	"prepaid", "unpaid", "buy", "buys", "buying", "buyer", "buyers",
	"bought", "purchase", "purchases", "purchased", "purchaser",
	"purchasers", "purchasing", "sell", "sells", "selling", "sold",
	"resale", "resell", "reselling", "rented", "rental", "leased", "fee",
	"fees", "price", "priced", "invoice", "invoices", "invoiced", "billed",
	"royalty", "royalties", "surcharge", "subscription", "subscriptions",
	"owe", "owes", "costs money", "donation", "donations", "donate", "eur",
	"euro", "euros", "usd", "dollar", "dollars", "gbp", "cny", "rmb", "jpy",
	"krw", "inr", "rupees", "chf",
	/* leave */
	"permission", "only with", "a permit", "permit is", "permits are",
	"permitted only", "permitted for", "permitted if", "permitted when",
	"permitted while", "permitted with", "permitted within",
	"permitted until", "permitted unless", "allowed only", "allowed for",
	"allowed if", "allowed until", "allowed unless", "approval",
	"approved by us", "consent", "authorization", "eula", "nda",
	"nondisclosure", "registration is", "registration required",
	"registration needed", "requires registration", "require registration",
	"after registration", "upon registration", "registration with",
	"registration at", "registration fee", "registration first",
	"please register", "must register", "to register", "have to register",
	"register first", "register before", "register with", "register at",
	"registered users", "license key", "license keys", "activation key",
	"per seat", "by the seat", "a seat", "per user", "per core",
	"per device",
	/* nobody's to pass on */
	"proprietary", "confidential", "confidentiality", "trade secret",
	"trade secrets", "sole property", "exclusive property",
	"is the property of", "closed source", "source available",
	/* for whom, for what */
	"students", "a student", "student use", "student license",
	"student edition", "student version", "teachers", "academics",
	"academic use", "academic usage", "academic only", "research use",
	"research usage", "research only", "research license",
	"educational use", "educational usage", "educational only",
	"evaluation use", "evaluation only", "evaluation license",
	"evaluation version", "for evaluation", "personal use",
	"personal usage", "personal only", "private use", "private usage",
	"internal use", "internal usage", "internal only", "home use",
	"hobby use", "scientific use", "testing use", "nonproduction",
	"production use", "companies", "corporations", "businesses",
	"for enterprises", "to enterprises", "by enterprises",
	"enterprises with", "enterprises must", "enterprises need",
	"enterprises have", "enterprise use", "enterprise users",
	"enterprise edition", "enterprise license", "enterprise version",
	"enterprise features", "enterprise customers", "startups", "employees",
	"freelancers", "for customers", "to customers", "paying customers",
	"customers only", "for members", "members only", "for sponsors",
	"sponsors only", "for individuals", "individuals only", "governments",
	"military", "armed forces", "weapons", "commercial licensing",
	"commercial licenses", "commercial terms", "commercial users",
	"commercial agreement", "commercial version",
	/* for how long, how much */
	"trial", "demo version", "expires", "will expire", "license ends",
	"valid until", "valid for", "valid through", "revocable", "revoke",
	"revoked", "usage limit", "usage limits", "usage restrictions",
	"usage is", "usage requires", "usage needs", "usage must", "usage fee",
	"usage fees", "limited usage", NULL
};

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
	"may not be modified", "may not be hosted", "may not be resold",
	"may not be trained", "must not be used", "shall not be used",
	"can not be used", "cannot be used", "may not use", "may not sell",
	"do not use", "do not sell", "do not resell", "do not copy",
	"do not share", "do not distribute", "do not redistribute",
	"do not modify", "do not host", "do not train", "do not deploy",
	"are excluded", "is excluded", "not for commercial", "no commercial",
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
	"commercial license", "no commercial", "not for commercial",
	"proprietary", "pay", "pays", "paid", "payment", "fee", "fees", "buy",
	"bought", "purchase", "invoice", "registration", NULL };

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

/* Is something asked?  A notice of copyright names people, whatever they are called. */
static bool
asks(const struct license_text *t, const uint8_t *own, uint32_t from,
    uint32_t to)
{
	for (uint32_t i = from; i < to;) {
		size_t n = license_any_at(t, i, idle);

		if (n == 0 && !own[i] &&
		    !(t->tokens[i].flags & TOKEN_COPYRIGHT) &&
		    license_any_at(t, i, asking) > 0)
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
	    asks(t, own, sentence.from, sentence.to) ||
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
	if (says(t, own, start, end, forbidding) || asks(t, own, start, end))
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
		"no", "never", "without", "only", "noncommercial",
		"proprietary", "commercial", "paid", "trial", "evaluation",
		"educational", "student", "personal", "private", "internal",
		"temporary", "revocable", "confidential", NULL };

	for (uint32_t i = from; i < to; i++)
		if (license_any_at(t, i, changed) > 0)
			return true;
	return false;
}
