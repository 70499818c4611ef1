/* marks: see marks.h. */
#include <stdio.h>
#include <string.h>

#include "marks.h"

#define LARGEST 999u /* no list is longer; years are not its numbers */

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool
wordly(char c)
{
	return digit(c) || letter(c) || (unsigned char)c >= 0x80;
}

/* Between words, as work.h has it. */
static bool
blank(char c)
{
	return strchr(" \t\n\v\f", c) != NULL;
}

/* --- the forms ------------------------------------------------------------------- */

static uint32_t
roman_digit(char c)
{
	switch (c | 0x20) {
	case 'i':
		return 1;
	case 'v':
		return 5;
	case 'x':
		return 10;
	case 'l':
		return 50;
	default:
		return 0;
	}
}

/* The value of `len` letters as a roman number below 90, or 0. */
static uint32_t
roman(const char *text, size_t len)
{
	uint32_t sum = 0, last = 0;

	for (size_t i = len; i-- > 0;) {
		uint32_t value = roman_digit(text[i]);

		if (value == 0)
			return 0;
		sum = value < last ? sum - value : sum + value;
		last = value > last ? value : last;
	}
	return sum < 90 ? sum : 0;
}

/* "12", "4.1", "4.a": bytes, 0 for none. */
static size_t
read_number(struct mark *m, const char *text)
{
	size_t at = 0, part = 0;

	m->kind = MARK_NUMBER;
	for (;;) {
		size_t begin = at;

		m->ordinal = 0;
		for (; digit(text[at]) && at - begin < 4; at++)
			m->ordinal = 10 * m->ordinal +
			    (uint32_t)(text[at] - '0');
		if (at == begin && part > 0 && letter(text[at]) &&
		    !wordly(text[at + 1])) {
			m->ordinal = (uint32_t)((text[at] | 0x20) - 'a') + 1;
			at++;
		}
		if (at == begin || m->ordinal > LARGEST ||
		    (m->ordinal == 0 && part > 0))
			return 0;
		if (part++ > 0)
			m->kind = MARK_DOTTED;
		if (text[at] != '.' ||
		    !(digit(text[at + 1]) ||
			(letter(text[at + 1]) && !wordly(text[at + 2]))))
			break;
		at++;
	}
	return wordly(text[at]) ? 0 : at;
}

/* Is there a level of this form with the number before `ordinal`? */
static bool
follows(const struct marks *seen, const struct mark *m, enum mark_kind kind,
    uint32_t ordinal)
{
	for (size_t i = 0; i < seen->n; i++) {
		const struct mark *l = &seen->levels[i];

		if (l->style == m->style && l->kind == kind &&
		    l->upper == m->upper && l->ordinal + 1 == ordinal)
			return true;
	}
	return false;
}

/* "c", "iv": bytes, 0 for none.  What may be both is what continues a list. */
static size_t
read_letters(struct mark *m, const struct marks *seen, const char *text)
{
	size_t len = 0;
	uint32_t value, place = (uint32_t)((text[0] | 0x20) - 'a') + 1;

	while (len < 7 && letter(text[len]))
		len++;
	if (len == 0 || len > 6 || wordly(text[len]))
		return 0;
	m->upper = text[0] < 'a';
	value = roman(text, len);
	m->kind = MARK_ROMAN;
	m->ordinal = value;
	if (len == 1 &&
	    (value == 0 || follows(seen, m, MARK_LETTER, place) ||
		(value != 1 && !follows(seen, m, MARK_ROMAN, value)))) {
		m->kind = MARK_LETTER;
		m->ordinal = place;
	}
	return m->ordinal == 0 ? 0 : len;
}

static size_t
read_body(struct mark *m, const struct marks *seen, const char *text)
{
	size_t n = digit(text[0]) ? read_number(m, text) :
				    read_letters(m, seen, text);

	if (n == 0 || n >= sizeof(m->label))
		return 0;
	memcpy(m->label, text, n);
	m->label[n] = '\0';
	return n;
}

/* "Section ", "ARTICLE ", the section sign: bytes, 0 for none. */
static size_t
read_prefix(const char *text)
{
	static const char *const prefixes[] = { "section", "article", "clause",
		"\xc2\xa7" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const char *p = prefixes[i];
		size_t n = 0, blanks;

		while (p[n] != '\0' &&
		    (p[n] == text[n] ||
			(letter(p[n]) && p[n] == (text[n] | 0x20))))
			n++;
		blanks = strspn(text + n, " \t\f");
		if (p[n] == '\0' && (blanks > 0 || (unsigned char)p[0] >= 0x80))
			return n + blanks;
	}
	return 0;
}

/* A mark at `text` by its form alone: bytes, 0 for none. */
static size_t
read_mark(struct mark *m, const struct marks *seen, const char *text)
{
	size_t prefix, n;

	*m = (struct mark){ .style = MARK_DOT };
	if (text[0] == '(') {
		m->style = MARK_PAREN;
		n = read_body(m, seen, text + 1);
		return n != 0 && text[n + 1] == ')' ? n + 2 : 0;
	}
	if ((prefix = read_prefix(text)) != 0) {
		m->style = MARK_SECTION;
		n = read_body(m, seen, text + prefix);
		if (n == 0 || (m->kind == MARK_LETTER && !m->upper))
			return 0;
		n += prefix;
		if (text[n] == '.' || text[n] == ':' || text[n] == ')')
			return n + 1;
		n += strspn(text + n, " \t");
		return text[n] == '-' || text[n] == '\n' ? n : 0;
	}
	/* What it is depends on what sets it off, which stands behind it. */
	for (n = 0; wordly(text[n]) || text[n] == '.'; n++)
		if (n > 12)
			return 0;
	m->style = text[n] == ')' ? MARK_CLOSE : MARK_DOT;
	if ((n = read_body(m, seen, text)) == 0)
		return 0;
	if (text[n] == '.' || text[n] == ')')
		return n + (text[n] == '.' && text[n + 1] == ')' ? 2 : 1);
	if (strncmp(text + n, "\xe3\x80\x81", 3) == 0)
		return n + 3;
	if (m->kind != MARK_NUMBER && m->kind != MARK_DOTTED)
		return 0;
	if (m->kind == MARK_NUMBER)
		m->style = MARK_BARE;
	return n;
}

/* --- may it stand here? -------------------------------------------------------------- */

/* The first of a list, or the next of one. */
static bool
in_sequence(const struct marks *seen, const struct mark *m)
{
	if (m->kind == MARK_DOTTED)
		return seen->n > 0 &&
		    strncmp(seen->levels[0].label, m->label,
			strcspn(m->label, ".")) == 0 &&
		    (m->ordinal == 1 ||
			seen->levels[0].ordinal + 1 == m->ordinal);
	return m->ordinal == 1 || follows(seen, m, m->kind, m->ordinal);
}

/* Does a sentence begin here? */
static bool
begins(const char *behind)
{
	const char *next = behind + strspn(behind, " \t\n\v\f\"'`*_([");

	return blank(behind[0]) && wordly(*next) && !digit(*next) &&
	    !(*next >= 'a' && *next <= 'z');
}

/* Does a paragraph's first number belong to a sentence?  "valid for three\n\n30. years"
 * goes on; and behind a mark only the first of another list is one. */
static bool
goes_on(const struct marks *seen, const struct mark *m, const char *behind,
    const struct mark_place *p)
{
	const char *next = behind + strspn(behind, " \t\n\v\f");

	if (m->kind == MARK_LETTER || m->kind == MARK_ROMAN ||
	    in_sequence(seen, m))
		return false;
	return p->marked || (!p->stop && *next >= 'a' && *next <= 'z');
}

/* A mark without its opening parenthesis. */
static bool
may_head(const struct marks *seen, const struct mark *m, const char *behind,
    const struct mark_place *p)
{
	bool set_off = behind[-1] == '.' || behind[-1] == ')';
	bool sequence = in_sequence(seen, m);
	bool paragraph = p->paragraph && !goes_on(seen, m, behind, p);

	if (m->style == MARK_CLOSE && p->inside)
		return false;
	/* "1.One", but not "a.m", "2.5", "1.)". */
	if (!blank(behind[0]) &&
	    (!p->line || m->kind == MARK_LETTER || m->kind == MARK_ROMAN ||
		digit(behind[0]) || strchr("/,.;:)", behind[0]) ||
		(behind[0] >= 'a' && behind[0] <= 'z')))
		return false;
	if (m->style == MARK_BARE)
		return paragraph && sequence && begins(behind);
	if (m->kind == MARK_DOTTED && !set_off && !begins(behind))
		return false;
	if (paragraph || (p->stop && sequence))
		return true;
	if (m->kind == MARK_DOTTED)
		return p->line && behind[-1] == ')';
	/* Without a stop before it: the next of its list, at the head of a line or of a
	 * sentence. */
	return (sequence && (p->line || m->style == MARK_CLOSE)) ||
	    (set_off && begins(behind) &&
		((m->kind == MARK_NUMBER && m->ordinal == 1 && !p->number) ||
		    follows(seen, m, m->kind, m->ordinal)));
}

static bool
may_stand(const struct marks *seen, const struct mark *m, const char *behind,
    const struct mark_place *p)
{
	if (p->refer || !p->blank)
		return false;
	switch (m->style) {
	case MARK_PAREN:
		if (wordly(behind[0]) && !p->line)
			return false;
		if (m->kind == MARK_NUMBER || m->kind == MARK_DOTTED)
			return !p->number &&
			    ((p->paragraph && !goes_on(seen, m, behind, p)) ||
				in_sequence(seen, m));
		return true;
	case MARK_SECTION:
		return p->paragraph || (p->stop && in_sequence(seen, m));
	case MARK_CLOSE:
	case MARK_DOT:
	case MARK_BARE:
		break;
	}
	return may_head(seen, m, behind, p);
}

static bool
same_form(const struct mark *a, const struct mark *b)
{
	return a->style == b->style && a->kind == b->kind &&
	    a->upper == b->upper;
}

/* Does `m` end the list whose item `outer` is, whatever its form?  Whole numbers with a
 * point stand below sections only. */
static bool
ends(const struct mark *m, const struct mark *outer)
{
	return m->style == MARK_SECTION || m->kind == MARK_DOTTED ||
	    (m->kind == MARK_NUMBER &&
		(m->style == MARK_DOT || m->style == MARK_BARE) &&
		(outer->style == MARK_PAREN || outer->style == MARK_CLOSE));
}

static void
enter(struct marks *seen, const struct mark *m)
{
	size_t level = 0;

	while (level < seen->n && level < MARK_DEPTH - 1 &&
	    !same_form(&seen->levels[level], m) &&
	    !ends(m, &seen->levels[level]))
		level++;
	seen->levels[level] = *m;
	seen->n = level + 1;
}

size_t
license_mark_take(struct marks *seen, const char *text,
    const struct mark_place *place)
{
	struct mark m;
	size_t n = read_mark(&m, seen, text);

	if (n == 0 || !may_stand(seen, &m, text + n, place))
		return 0;
	enter(seen, &m);
	return n;
}

bool
license_mark_expects_c(const struct marks *seen, bool upper)
{
	const struct mark c = { .style = MARK_PAREN, .upper = upper };

	return follows(seen, &c, MARK_LETTER, 3);
}

void
license_mark_path(const struct marks *seen, char out[MARK_LABEL])
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < seen->n && used < MARK_LABEL; i++)
		used += (size_t)snprintf(out + used, MARK_LABEL - used, "%s%s",
		    i > 0 ? "." : "", seen->levels[i].label);
}
