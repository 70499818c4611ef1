/*
 * facts: see facts.h.
 *
 * One pass over the words.  A word that something may begin with is looked into: what
 * stands around it says whether it is a fact, and which.
 */
#include <stdio.h>
#include <string.h>

#include "date.h"
#include "facts.h"
#include "look.h"
#include "number.h"
#include "place.h"

/* Words that are looked into, so that no text costs much; a license has some dozens. */
#define LOOKS 32768u
#define HEAD 80 /* words in which a text tells its own version */

typedef const char *const phrases[];

struct finder {
	const struct license_text *t;
	struct weigh_license_fact *out;
	size_t room, n;
};

/* Is it what the last fact said, in the same line? */
static bool
said_before(const struct finder *find, const struct weigh_license_fact *f,
    size_t from)
{
	const struct weigh_license_fact *last;

	if (find->n == 0)
		return false;
	last = &find->out[find->n - 1];
	return last->line == find->t->tokens[from].line &&
	    strcmp(last->name, f->name) == 0 &&
	    strcmp(last->value, f->value) == 0 && strcmp(last->op, f->op) == 0;
}

/* The fact in `f`, as said by words [from, to). */
static void
put(struct finder *find, const struct weigh_license_fact *f, size_t from,
    size_t to)
{
	const struct license_text *t = find->t;
	struct weigh_license_fact *out;

	if (find->n == find->room || said_before(find, f, from))
		return;
	out = &find->out[find->n++];
	*out = *f;
	out->start = t->tokens[from].start;
	out->end = t->tokens[to - 1].end;
	out->line = t->tokens[from].line;
	license_clause(t, from, out->clause);
}

static void
put_word(struct finder *find, const char *name, const char *value, size_t from,
    size_t to)
{
	struct weigh_license_fact f = { .number = 0 };

	snprintf(f.name, sizeof(f.name), "%s", name);
	snprintf(f.value, sizeof(f.value), "%s", value);
	put(find, &f, from, to);
}

/* --- numbers, dates, places ------------------------------------------------------- */

/* Each of these answers how many words it took; 0: nothing here. */

static size_t
find_date(struct finder *find, size_t i)
{
	static phrases notice = { "copyright", NULL };
	struct weigh_license_fact f;
	size_t words = license_date_at(find->t, i, &f);

	if (words > 0 && license_any_back(find->t, i, 3, notice) == LOOK_NONE)
		put(find, &f, i, i + words);
	return words;
}

static size_t
find_number(struct finder *find, size_t i)
{
	struct license_number n, again;
	struct weigh_license_fact f;
	size_t words = find_date(find, i);

	if (words > 0 || !license_number_at(find->t, i, &n))
		return words;
	/* "fifty percent (50%)", "one million (1,000,000)": said twice, one fact. */
	if (license_number_at(find->t, n.to, &again) &&
	    again.value == n.value) {
		again.from = n.from;
		n = again;
	}
	if (license_number_fact(find->t, &n, &f))
		put(find, &f, n.from, n.to);
	return n.to - i;
}

/* A whole list of them at once. */
static size_t
find_place(struct finder *find, size_t i)
{
	size_t to = license_places_end(find->t, i), words;
	const char *code;

	if (to == i || !license_places_excluded(find->t, i, to))
		return to - i;
	for (size_t at = i; at < to; at += words == 0 ? 1 : words)
		if ((words = license_place_at(find->t, at, &code)) > 0)
			put_word(find, "territory-excludes", code, at,
			    at + words);
	return to - i;
}

/* --- purposes and fields of use ------------------------------------------------- */

static phrases only = { "only", "solely", "exclusively", "limited to",
	"restricted to", "strictly", "仅", "只", NULL };
static phrases purpose = { "purpose", "purposes", "use", "uses", "usage",
	"basis", "目 的", "用 途", "使 用", NULL };
static phrases negation = { "not", "no", "never", "prohibited", "forbidden",
	"neither", "nor", "不", "禁 止", NULL };

/* "for noncommercial purposes only", "solely for research" */
static size_t
find_limited(struct finder *find, size_t i)
{
	static const struct {
		const char *words, *value;
	} rows[] = {
		{ "noncommercial", "noncommercial" },
		{ "research", "research-only" },
		{ "evaluation", "evaluation" },
		{ "nonproduction", "nonproduction" },
		{ "非 商 业", "noncommercial" },
		{ "学 术 研 究", "research-only" },
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		size_t n = license_phrase_at(find->t, i, rows[k].words);

		if (n == 0)
			continue;
		if ((license_any_back(find->t, i, 6, only) != LOOK_NONE ||
			license_any_ahead(find->t, i + n, 4, only) !=
			    LOOK_NONE) &&
		    license_any_ahead(find->t, i + n, 4, purpose) != LOOK_NONE)
			put_word(find, "purpose", rows[k].value, i, i + n);
		return n;
	}
	return 0;
}

/* "not ... for any commercial or production purposes" */
static size_t
find_commercial(struct finder *find, size_t i)
{
	static phrases words = { "commercial", "商 业", NULL };
	static phrases before = { "for", "any", "in", "于", "何", NULL };
	static phrases name = { "name", "names", "trademark", "trademarks",
		"logo", "logos", NULL };
	size_t n = license_any_at(find->t, i, words);

	if (n > 0 && license_any_back(find->t, i, 1, before) != LOOK_NONE &&
	    license_any_ahead(find->t, i + n, 4, purpose) != LOOK_NONE &&
	    license_any_back(find->t, i, 12, negation) != LOOK_NONE &&
	    license_any_back(find->t, i, 12, name) == LOOK_NONE)
		put_word(find, "purpose", "noncommercial", i, i + n);
	return n;
}

/* Fields that licenses bar, as far as the text speaks of them at all. */
static size_t
find_field(struct finder *find, size_t i)
{
	static const struct {
		const char *words, *value;
	} rows[] = {
		{ "military", "military" },
		{ "warfare", "military" },
		{ "surveillance", "surveillance" },
		{ "biometric", "biometric" },
		{ "law enforcement", "law-enforcement" },
		{ "public administration", "public-administration" },
		{ "public administrations", "public-administration" },
		{ "medical advice", "medical" },
		{ "medical diagnosis", "medical" },
		{ "军 事", "military" },
		{ "监 控", "surveillance" },
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		size_t n = license_phrase_at(find->t, i, rows[k].words);

		if (n == 0)
			continue;
		put_word(find, "field", rows[k].value, i, i + n);
		return n;
	}
	return 0;
}

/* --- outputs, names, display, policies ------------------------------------------ */

/* "not use ... any output or results ... to improve any other model" */
static size_t
find_output(struct finder *find, size_t i)
{
	static phrases outputs = { "output", "outputs", "results", "输 出",
		NULL };
	static phrases learning = { "improve", "train", "training", "distill",
		"distillation", "finetune", "fine tune", "finetuning", "训 练",
		"改 进", "蒸 馏", NULL };
	size_t n = license_any_at(find->t, i, outputs), to;

	if (n == 0)
		return 0;
	to = license_any_ahead(find->t, i + n, 16, learning);
	if (to == LOOK_NONE)
		return n;
	put_word(find, "output-training",
	    license_any_back(find->t, i, 20, negation) != LOOK_NONE ? "barred" :
								      "told",
	    i, to + 1);
	return to + 1 - i;
}

/* Words [from, to) as the value of a fact that stands in [from, end). */
static void
put_words(struct finder *find, const char *name, size_t from, size_t to,
    size_t end)
{
	char value[sizeof(((struct weigh_license_fact *)0)->value)];

	license_words_copy(find->t, from, to, value, sizeof(value));
	put_word(find, name, value, from, end);
}

/* "prominently display X on a website": X, up to eight words of it. */
static size_t
find_display(struct finder *find, size_t i)
{
	static phrases begins = { "prominently display", "display prominently",
		"must display", "shall display", "显 著 展 示", NULL };
	static phrases ends = { "on", "in", "within", "at", "alongside", NULL };
	size_t n = license_any_at(find->t, i, begins), to;

	if (n == 0)
		return 0;
	to = license_any_ahead(find->t, i + n, 9, ends);
	if (to == LOOK_NONE || to == i + n ||
	    license_phrase_at(find->t, i + n, "the following") > 0)
		return n;
	put_words(find, "display", i + n, to, to);
	return to - i;
}

/* "include X at the beginning of": X, up to eight words before. */
static size_t
find_prefix(struct finder *find, size_t i)
{
	static phrases words = { "at the beginning", "as the first part",
		"as a prefix", NULL };
	static phrases includes = { "include", "includes", "use", "add", "have",
		NULL };
	size_t n = license_any_at(find->t, i, words), from;

	if (n == 0)
		return 0;
	from = license_any_back(find->t, i, 9, includes);
	if (from != LOOK_NONE && from + 1 < i)
		put_words(find, "name-prefix", from + 1, i, i + n);
	return n;
}

/* "adhere to the Acceptable Use Policy ..., which is incorporated by reference" */
static size_t
find_incorporated(struct finder *find, size_t i)
{
	static phrases words = { "incorporated by reference",
		"incorporated herein by reference",
		"incorporated into this agreement",
		"incorporated into this license", NULL };
	static phrases policy = { "policy", "policies", "guidelines", NULL };
	size_t n = license_any_at(find->t, i, words), at, from;

	if (n == 0)
		return 0;
	at = license_any_back(find->t, i, 30, policy);
	if (at == LOOK_NONE) {
		put_word(find, "incorporates", "", i, i + n);
		return n;
	}
	from = at >= 2 ? at - 2 : 0;
	put_words(find, "incorporates", from, at + 1, i + n);
	return n;
}

/* "Version 2.0" in a text's head. */
static size_t
find_version(struct finder *find, size_t i)
{
	const char *word;

	if (i >= HEAD || i + 1 >= find->t->ntokens)
		return 0;
	word = license_word(find->t, i + 1);
	if (word[0] < '0' || word[0] > '9' ||
	    license_date_at(find->t, i + 1,
		&(struct weigh_license_fact){ .number = 0 }) > 0)
		return 0;
	put_word(find, "version", word, i, i + 2);
	return 2;
}

/* --- the pass ---------------------------------------------------------------------- */

/* What may begin with a word.  Sorted, for the index. */
static const struct trigger {
	const char *word;
	size_t (*find)(struct finder *find, size_t i);
} triggers[] = {
	{ "apr", find_date },
	{ "april", find_date },
	{ "as", find_prefix },
	{ "at", find_prefix },
	{ "aug", find_date },
	{ "august", find_date },
	{ "australia", find_place },
	{ "belarus", find_place },
	{ "billion", find_number },
	{ "billions", find_number },
	{ "biometric", find_field },
	{ "bn", find_number },
	{ "brazil", find_place },
	{ "canada", find_place },
	{ "china", find_place },
	{ "commercial", find_commercial },
	{ "cuba", find_place },
	{ "dec", find_date },
	{ "december", find_date },
	{ "democratic", find_place },
	{ "display", find_display },
	{ "dprk", find_place },
	{ "eea", find_place },
	{ "eight", find_number },
	{ "eighteen", find_number },
	{ "eighty", find_number },
	{ "eleven", find_number },
	{ "eu", find_place },
	{ "european", find_place },
	{ "evaluation", find_limited },
	{ "feb", find_date },
	{ "february", find_date },
	{ "fifteen", find_number },
	{ "fifty", find_number },
	{ "five", find_number },
	{ "forty", find_number },
	{ "four", find_number },
	{ "fourteen", find_number },
	{ "france", find_place },
	{ "germany", find_place },
	{ "great", find_place },
	{ "hong", find_place },
	{ "hundred", find_number },
	{ "incorporated", find_incorporated },
	{ "india", find_place },
	{ "iran", find_place },
	{ "israel", find_place },
	{ "italy", find_place },
	{ "jan", find_date },
	{ "january", find_date },
	{ "japan", find_place },
	{ "jul", find_date },
	{ "july", find_date },
	{ "jun", find_date },
	{ "june", find_date },
	{ "korea", find_place },
	{ "law", find_field },
	{ "macao", find_place },
	{ "macau", find_place },
	{ "mainland", find_place },
	{ "mar", find_date },
	{ "march", find_date },
	{ "may", find_date },
	{ "medical", find_field },
	{ "mexico", find_place },
	{ "military", find_field },
	{ "million", find_number },
	{ "millions", find_number },
	{ "mio", find_number },
	{ "mn", find_number },
	{ "must", find_display },
	{ "nine", find_number },
	{ "nineteen", find_number },
	{ "ninety", find_number },
	{ "noncommercial", find_limited },
	{ "nonproduction", find_limited },
	{ "north", find_place },
	{ "nov", find_date },
	{ "november", find_date },
	{ "oct", find_date },
	{ "october", find_date },
	{ "one", find_number },
	{ "output", find_output },
	{ "outputs", find_output },
	{ "peoples", find_place },
	{ "prc", find_place },
	{ "prominently", find_display },
	{ "public", find_field },
	{ "republic", find_place },
	{ "research", find_limited },
	{ "results", find_output },
	{ "russia", find_place },
	{ "russian", find_place },
	{ "sep", find_date },
	{ "sept", find_date },
	{ "september", find_date },
	{ "seven", find_number },
	{ "seventeen", find_number },
	{ "seventy", find_number },
	{ "shall", find_display },
	{ "singapore", find_place },
	{ "six", find_number },
	{ "sixteen", find_number },
	{ "sixty", find_number },
	{ "south", find_place },
	{ "spain", find_place },
	{ "surveillance", find_field },
	{ "switzerland", find_place },
	{ "syria", find_place },
	{ "taiwan", find_place },
	{ "ten", find_number },
	{ "thirteen", find_number },
	{ "thirty", find_number },
	{ "thousand", find_number },
	{ "three", find_number },
	{ "trillion", find_number },
	{ "turkey", find_place },
	{ "twelve", find_number },
	{ "twenty", find_number },
	{ "two", find_number },
	{ "uk", find_place },
	{ "ukraine", find_place },
	{ "united", find_place },
	{ "usa", find_place },
	{ "venezuela", find_place },
	{ "version", find_version },
	{ "warfare", find_field },
	{ "一", find_number },
	{ "七", find_number },
	{ "万", find_number },
	{ "三", find_number },
	{ "两", find_number },
	{ "中", find_place },
	{ "九", find_number },
	{ "二", find_number },
	{ "五", find_number },
	{ "亿", find_number },
	{ "俄", find_place },
	{ "億", find_number },
	{ "八", find_number },
	{ "六", find_number },
	{ "军", find_field },
	{ "十", find_number },
	{ "千", find_number },
	{ "印", find_place },
	{ "商", find_commercial },
	{ "四", find_number },
	{ "学", find_limited },
	{ "日", find_place },
	{ "显", find_display },
	{ "朝", find_place },
	{ "欧", find_place },
	{ "百", find_number },
	{ "监", find_field },
	{ "美", find_place },
	{ "英", find_place },
	{ "萬", find_number },
	{ "输", find_output },
	{ "非", find_limited },
	{ "韩", find_place },
};
#define TRIGGERS (sizeof(triggers) / sizeof(triggers[0]))

static const struct trigger number = { "0", find_number };

/* Where the words of each first byte begin in the table, and what words begin with. */
struct index {
	uint16_t first[257];
	struct license_filter filter;
};

static void
index_triggers(struct index *x)
{
	size_t k = 0;

	x->filter = (struct license_filter){ { 0 } };
	for (unsigned c = 0; c < 256; c++) {
		x->first[c] = (uint16_t)k;
		for (; k < TRIGGERS && (unsigned char)triggers[k].word[0] == c;
		     k++)
			license_filter_add(&x->filter, triggers[k].word);
	}
	x->first[256] = TRIGGERS;
}

static const struct trigger *
trigger_of(const struct index *x, const char *word)
{
	unsigned char c = (unsigned char)word[0];

	if (c >= '0' && c <= '9')
		return &number;
	if (!license_filter_has(&x->filter, word))
		return NULL;
	for (size_t k = x->first[c]; k < x->first[c + 1]; k++)
		if (word[1] == triggers[k].word[1] &&
		    strcmp(word, triggers[k].word) == 0)
			return &triggers[k];
	return NULL;
}

size_t
license_facts(const struct license_text *t, struct weigh_license_fact *out,
    size_t room)
{
	struct finder find = { .t = t, .out = out, .room = room };
	const struct trigger *trigger;
	size_t looks = 0, words;
	struct index x;

	index_triggers(&x);
	for (size_t i = 0; i < t->ntokens && looks < LOOKS && find.n < room;
	     i += words) {
		words = 1;
		if (t->tokens[i].flags & TOKEN_COPYRIGHT ||
		    (trigger = trigger_of(&x, license_word(t, i))) == NULL)
			continue;
		looks++;
		if ((words = trigger->find(&find, i)) == 0)
			words = 1;
	}
	return find.n;
}
