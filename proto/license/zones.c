/* zones: see zones.h. */
#include <string.h>

#include "zones.h"

#define TITLE_MAX 14 /* words of a heading */
#define SENTENCE 3   /* words in lower case that no name has */
#define PAGE_MIN 100 /* words between two numbers of pages */
#define PAGES 3      /* so many count as pages wherever they stand */

bool
license_among(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

static bool
is(const struct license_text *t, size_t i, size_t to, const char *word)
{
	return i < to && strcmp(license_word(t, i), word) == 0;
}

static void
flag(struct license_text *t, struct zone r, unsigned flags)
{
	for (size_t i = r.from; i < r.to; i++)
		t->tokens[i].flags |= (uint16_t)flags;
}

/* --- copyright -------------------------------------------------------------------- */

/* A year, a year of two digits, or a name that begins with digits. */
bool
license_year_or_name(const char *word)
{
	size_t digits = strspn(word, "0123456789");

	if (digits == 0)
		return false;
	if (word[digits] != '\0')
		return word[digits] != '.';
	return digits == 2 ||
	    (digits == 4 && (word[0] == '1' || word[0] == '2'));
}

/* Words that decide elsewhere, and in names do not. */
static bool
in_names(const char *word)
{
	static const char *const names[] = { "all", "free", "research",
		"academic", "government", "service", "services", "national",
		"affiliates" };

	return license_among(word, names, COUNT(names));
}

static bool
harmless(const struct license_text *t, size_t i)
{
	const struct license_token *token = &t->tokens[i];
	const char *word = license_word(t, i);
	unsigned strong = token->flags & TOKEN_STRONG;

	if ((strong & ~(unsigned)WEIGH_STRONG_PLACE) == 0)
		return true;
	if (strong == WEIGH_STRONG_NUMBER)
		return license_year_or_name(word);
	return in_names(word);
}

bool
license_reserved_at(const struct license_text *t, size_t i, size_t to)
{
	return (is(t, i, to, "all") || is(t, i, to, "some")) &&
	    is(t, i + 1, to, "rights") && is(t, i + 2, to, "reserved");
}

/* Does a notice begin here?  The word as sentences use it ("copyright notice") is none. */
bool
license_notice_at(const struct license_text *t, size_t i, size_t to)
{
	static const char *const sentences[] = { "notice", "notices", "license",
		"licenses", "holder", "holders", "law", "laws", "and", "or",
		"statement", "statements", "interest", "infringement",
		"protection", "in", "of", "to", "is", "on", "owned", "act",
		"treaty", "rights", "ownership", "attribution", "for", "may",
		"shall", "must", "permission", "patent", "claims", "title" };
	const struct license_token *token;

	if (is(t, i, to, "portions") || is(t, i, to, "parts"))
		i++;
	if (is(t, i, to, "of") && is(t, i + 1, to, "this"))
		return false;
	if (license_reserved_at(t, i, to))
		return true;
	if (!is(t, i, to, "copyright") || i + 1 >= to)
		return false;
	token = &t->tokens[i];
	if (token->end - token->start < 9)
		return true; /* the sign */
	return !license_among(license_word(t, i + 1), sentences,
	    COUNT(sentences));
}

/* Words in lower case that names and notices have. */
bool
license_of_names(const char *word)
{
	static const char *const names[] = { "and", "the", "of", "by", "for",
		"in", "at", "et", "al", "de", "von", "van", "der", "den", "la",
		"le", "du", "und", "y", "da", "di", "contributors", "authors",
		"author", "others", "project", "developers", "team", "its",
		"their", "various", "portions", "rights", "reserved", "all",
		"present", "inc", "copyright", "holders", "holder", "year",
		"name", "yyyy", "dot", "com", "org", "net" };

	return license_among(word, names, COUNT(names));
}

/* A point behind these ends no sentence. */
bool
license_abbreviated(const char *word)
{
	static const char *const short_for[] = { "inc", "corp", "co", "ltd",
		"llc", "gmbh", "sa", "ag", "kg", "bv", "jr", "sr", "st", "dr",
		"univ", "dept", "al", "ev", "spa", "srl", "pty", "plc", "lp" };

	return word[1] == '\0' ||
	    license_among(word, short_for, COUNT(short_for));
}

/* Does what stands behind a full stop say more than a notice does? */
static bool
says_more(const struct license_text *t, size_t i, size_t to)
{
	static const char *const goes_on[] = { "copyright", "all", "some",
		"portions", "parts" };
	const char *word = license_word(t, i);

	return t->tokens[i - 1].flags & TOKEN_STOP &&
	    !license_abbreviated(license_word(t, i - 1)) &&
	    !license_year_or_name(word) && !license_reserved_at(t, i, to) &&
	    !license_among(word, goes_on, COUNT(goes_on));
}

/* Nothing but notices, each of which is short enough and names somebody. */
static bool
notices(const struct license_text *t, struct zone r)
{
	size_t begin = r.from, lower = 0;

	for (size_t i = r.from; i < r.to; i++) {
		const char *word = license_word(t, i);

		if (strcmp(word, "copyright") == 0) {
			begin = i;
			lower = 0;
		}
		lower += t->tokens[i].flags & TOKEN_LOWER &&
		    !license_of_names(word);
		if (i - begin >= ZONES_NOTICE || lower >= SENTENCE ||
		    !harmless(t, i) || (i > r.from && says_more(t, i, r.to)))
			return false;
	}
	return true;
}

/* A notice that a sentence follows in its line ends with "all rights reserved". */
static void
mark_reserved(struct license_text *t, struct zone r)
{
	for (size_t i = r.from; i < r.to && i - r.from < ZONES_NOTICE; i++) {
		if (license_reserved_at(t, i, r.to)) {
			flag(t, (struct zone){ r.from, i + 3 },
			    TOKEN_COPYRIGHT);
			return;
		}
		if (!harmless(t, i))
			return;
	}
}

/* A line that goes on with what a notice began: years, or the end of it. */
static bool
continues(const struct license_text *t, struct zone r)
{
	if (r.from == 0 || !(t->tokens[r.from - 1].flags & TOKEN_COPYRIGHT) ||
	    t->tokens[r.from].flags & TOKEN_PARAGRAPH || !notices(t, r))
		return false;
	return license_year_or_name(license_word(t, r.from)) ||
	    (r.to - r.from >= 3 && license_reserved_at(t, r.to - 3, r.to));
}

static void
mark_notices(struct license_text *t, struct zone r)
{
	if (!license_notice_at(t, r.from, r.to) && !continues(t, r))
		return;
	if (notices(t, r))
		flag(t, r, TOKEN_COPYRIGHT);
	else
		mark_reserved(t, r);
}

/* --- headings and furniture ---------------------------------------------------------- */

/* A version, a year, the number of a section; "two", but no amount. */
static bool
in_headings(const char *word)
{
	size_t digits = strspn(word, "0123456789");

	return digits <= 2 || (digits == 4 && license_year_or_name(word));
}

static bool
heading(const struct license_text *t, struct zone r)
{
	static const char *const nouns[] = { "license", "licenses", "agreement",
		"terms", "conditions", "notice", "policy", "disclaimer",
		"warranty", "definitions", "preamble", "exhibit", "appendix",
		"attachment", "annex", "liability", "unlicense" };
	static const char *const sentences[] = { "you", "your", "i", "we", "is",
		"are", "be", "has", "have", "requires", "require", "needs",
		"under", "this", "that", "see", "by", "apply", "applies",
		"please", "must", "it", "its", "file", "files" };
	size_t lower = 0;
	bool noun = false;

	if (r.to - r.from > TITLE_MAX)
		return false;
	for (size_t i = r.from; i < r.to; i++) {
		const char *word = license_word(t, i);
		unsigned strong = t->tokens[i].flags & TOKEN_STRONG;

		if (strong & WEIGH_STRONG_MODAL ||
		    (strong & WEIGH_STRONG_NUMBER && !in_headings(word)) ||
		    (strong & WEIGH_STRONG_NEGATION &&
			strncmp(word, "non", 3) != 0) ||
		    t->tokens[i].flags & TOKEN_STOP ||
		    license_among(word, sentences, COUNT(sentences)))
			return false;
		lower += t->tokens[i].flags & TOKEN_LOWER &&
		    !license_of_names(word);
		noun = noun || license_among(word, nouns, COUNT(nouns));
	}
	return noun && lower < SENTENCE;
}

/* Are these all words that the end of a text's part is called by? */
static bool
names_parts(const struct license_text *t, struct zone r)
{
	static const char *const parts[] = { "the", "this", "of", "and", "a",
		"b", "c", "terms", "conditions", "license", "licenses",
		"agreement", "text", "file", "files", "document", "notice",
		"notices", "appendix", "attachment", "annex", "exhibit",
		"schedule", "policy", "page", "section", "preamble",
		"definitions", "ftl", "txt", "software", "model", "public",
		"general", "lesser", "gnu", "apache", "bsd", "mit", "mozilla",
		"legal", "code", "thirdparty", "opensource", "acceptable",
		"use", "copyright", "information", "disclaimer" };

	for (size_t i = r.from; i < r.to; i++)
		if (!license_among(license_word(t, i), parts, COUNT(parts)) ||
		    t->tokens[i].flags & TOKEN_STRONG &
			~(unsigned)WEIGH_STRONG_GRANT)
			return false;
	return true;
}

/* "3": three digits at most; 0 for none. */
static unsigned
page_number(const char *word)
{
	unsigned number = 0;
	size_t i = 0;

	for (; i < 3 && word[i] >= '0' && word[i] <= '9'; i++)
		number = 10 * number + (unsigned)(word[i] - '0');
	return word[i] == '\0' ? number : 0;
}

/* "Page 3 of 7", "END OF TERMS AND CONDITIONS". */
static bool
furniture(const struct license_text *t, struct zone r)
{
	size_t n = r.to - r.from;
	const char *first = license_word(t, r.from);

	if (n > 8)
		return false;
	if (strcmp(first, "end") == 0 && is(t, r.from + 1, r.to, "of"))
		return names_parts(t, (struct zone){ r.from + 2, r.to });
	if (strcmp(first, "page") != 0 ||
	    (n > 1 && page_number(license_word(t, r.from + 1)) == 0))
		return false;
	return n < 3 || (n == 4 && is(t, r.from + 2, r.to, "of"));
}

/* A line that is a paragraph. */
static bool
alone(const struct license_text *t, struct zone r)
{
	return t->tokens[r.from].flags & TOKEN_PARAGRAPH &&
	    (r.to == t->ntokens || t->tokens[r.to].flags & TOKEN_PARAGRAPH);
}

static void
mark_line(struct license_text *t, struct zone r)
{
	if (!(t->tokens[r.from].flags & TOKEN_COPYRIGHT))
		mark_notices(t, r);
	if (!alone(t, r) || t->tokens[r.from].flags & TOKEN_COPYRIGHT)
		return;
	if (furniture(t, r))
		flag(t, r, TOKEN_FURNITURE);
	else if (heading(t, r))
		flag(t, r, TOKEN_TITLE);
}

/* Where the run that begins at `from` and ends before a token with `flags` ends. */
static size_t
run_end(const struct license_text *t, size_t from, unsigned flags)
{
	size_t to = from + 1;

	while (to < t->ntokens && !(t->tokens[to].flags & flags))
		to++;
	return to;
}

/* Does a sentence end before token `i`, and none go on behind it? */
static bool
between_sentences(const struct license_text *t, size_t i)
{
	const unsigned ends = TOKEN_STOP | TOKEN_COPYRIGHT | TOKEN_TITLE |
	    TOKEN_FURNITURE;

	return (i == 0 || t->tokens[i - 1].flags & ends) &&
	    (i + 1 == t->ntokens || !(t->tokens[i + 1].flags & TOKEN_LOWER));
}

/* "- 3 -", alone.  In the midst of a sentence ("at least three / 30 / years") it is a
 * page's number only where pages are counted: three in a row, a page apart. */
static void
mark_pages(struct license_text *t)
{
	size_t before[2] = { 0, 0 }, row = 0;
	unsigned last = 0;

	for (size_t i = 0; i < t->ntokens; i++) {
		unsigned number = alone(t, (struct zone){ i, i + 1 }) ?
		    page_number(license_word(t, i)) :
		    0;

		if (number == 0)
			continue;
		row = row > 0 && number == last + 1 &&
			i - before[1] >= PAGE_MIN ?
		    row + 1 :
		    1;
		if (row >= PAGES) {
			t->tokens[before[0]].flags |= TOKEN_FURNITURE;
			t->tokens[before[1]].flags |= TOKEN_FURNITURE;
		}
		if (row >= PAGES || between_sentences(t, i))
			t->tokens[i].flags |= TOKEN_FURNITURE;
		before[0] = before[1];
		before[1] = i;
		last = number;
	}
}

void
license_zones_mark(struct license_text *t)
{
	struct zone paragraph, line;

	for (size_t i = 0; i < t->ntokens; i = paragraph.to) {
		paragraph = (struct zone){ i, run_end(t, i, TOKEN_PARAGRAPH) };
		if (license_notice_at(t, i, paragraph.to) &&
		    notices(t, paragraph))
			flag(t, paragraph, TOKEN_COPYRIGHT);
		for (size_t j = i; j < paragraph.to; j = line.to) {
			line = (struct zone){ j, run_end(t, j, TOKEN_LINE) };
			mark_line(t, line);
		}
	}
	mark_pages(t);
}
