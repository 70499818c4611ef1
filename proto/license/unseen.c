/* unseen: see unseen.h. */
#include <string.h>

#include "fold.h"
#include "markup.h"
#include "unseen.h"

#define WORD 31 /* letters; no word that decides is longer */
#define MODAL ((unsigned)WEIGH_STRONG_MODAL)
#define NEGATION ((unsigned)WEIGH_STRONG_NEGATION)
#define GRANT ((unsigned)WEIGH_STRONG_GRANT)
#define DECIDES (TOKEN_STRONG & ~(unsigned)WEIGH_STRONG_NUMBER)

/* What makes words law. */
static const struct manner {
	uint32_t least;    /* words in a row */
	unsigned any, all; /* of what they decide: one of these, all of these */
} manners[] = {
	[UNSEEN_TEXT] = { 3, DECIDES, 0 },
	[UNSEEN_CODE] = { 3, MODAL | NEGATION | GRANT, 0 },
	[UNSEEN_NAME] = { 1, MODAL | NEGATION, 0 },
	[UNSEEN_TARGET] = { 3, MODAL, MODAL | NEGATION },
};

/* Words that nothing parts. */
struct row {
	size_t from, to;
	uint32_t words;
	unsigned strong;
};

static bool
alphanumeric(uint32_t c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    (c >= '0' && c <= '9');
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == LINE_BLANK ||
	    c == SOFT_END;
}

/* --- words ------------------------------------------------------------------------ */

struct word {
	char text[WORD + 9]; /* the lexicon looks at eight bytes */
	size_t len;
};

static void
append(struct word *word, const char *bytes, size_t n)
{
	if (word->len + n > WORD)
		return;
	memcpy(word->text + word->len, bytes, n);
	word->len += n;
}

/* A character beyond ASCII; false: it is a word of its own, and not of this one. */
static bool
append_high(struct word *word, const char *at, size_t *n, bool *whole)
{
	enum fold_kind kind = license_fold(utf8_at(at, n))->kind;

	*whole = kind == FOLD_IDEOGRAPH;
	if (*whole && word->len > 0)
		return false;
	if (*whole || kind == FOLD_LETTER)
		append(word, at, *n);
	return true;
}

/* A word at `at`: behind it, or `at`. */
static size_t
read_word(const struct work *w, size_t at, size_t to, bool code,
    struct word *word)
{
	size_t n;

	*word = (struct word){ .len = 0 };
	for (bool whole = false; at < to && !whole; at += n) {
		unsigned char c = (unsigned char)w->text[at];
		uint32_t e;

		n = 1;
		if (c == DROPPED || c == TAIL)
			continue;
		if (alphanumeric(c)) {
			c |= c >= 'A' ? 0x20 : 0;
			append(word, (char *)&c, 1);
		} else if (c >= 0x80) {
			if (!append_high(word, w->text + at, &n, &whole))
				break;
		} else if (c == '&' &&
		    alphanumeric(e = license_entity(w->text + at, &n))) {
			c = (unsigned char)(e >= 'A' ? e | 0x20 : e);
			append(word, (char *)&c, 1);
		} else if (word->len == 0 || at + 1 == to ||
		    !(c == '\'' || (c == '-' && code)) ||
		    !alphanumeric((unsigned char)w->text[at + 1])) {
			break;
		} else {
			n = 1; /* "don't" */
		}
	}
	return at;
}

static unsigned
strength(struct work *w, const struct word *word)
{
	const struct lexeme *known;

	if (!w->lexed)
		license_lexicon_init(&w->lexicon);
	w->lexed = true;
	known = license_lexicon_find(&w->lexicon, word->text, word->len);
	if (known != NULL && known->same != NULL) {
		struct word other = { .len = 0 };

		append(&other, known->same, strlen(known->same));
		known = license_lexicon_find(&w->lexicon, other.text,
		    other.len);
	}
	return license_lexicon_strong(known, word->text, word->len);
}

/* --- rows ------------------------------------------------------------------------- */

/* Does the sign at `at`, between words, part them? */
static bool
parts(const struct work *w, size_t at, enum unseen_manner manner)
{
	char c = w->text[at];

	if (blank(c))
		return false;
	switch (manner) {
	case UNSEEN_TEXT:
		return strchr("<>={}", c) != NULL;
	case UNSEEN_CODE:
		return c != ',' && !(c == '.' && blank(w->text[at + 1]));
	case UNSEEN_NAME:
	case UNSEEN_TARGET:
		break;
	}
	return false;
}

static bool
is_law(const struct row *r, const struct manner *m)
{
	return r->words >= m->least && (r->strong & m->any) != 0 &&
	    (r->strong & m->all) == m->all;
}

/* The next row of law in [at, to). */
static bool
next_row(struct work *w, size_t at, size_t to, enum unseen_manner manner,
    struct row *r)
{
	struct word word;

	*r = (struct row){ .from = at, .to = at };
	while (at < to) {
		size_t end = read_word(w, at, to, manner == UNSEEN_CODE, &word);

		if (word.len > 0) {
			r->from = r->words == 0 ? at : r->from;
			r->to = end;
			r->words++;
			r->strong |= strength(w, &word);
			at = end;
			continue;
		}
		at = end > at ? end : at;
		if (at < to && parts(w, at, manner)) {
			if (is_law(r, &manners[manner]))
				return true;
			*r = (struct row){ .from = at };
		}
		at++;
	}
	return is_law(r, &manners[manner]);
}

bool
license_unseen_law(struct work *w, size_t from, size_t to,
    enum unseen_manner manner)
{
	struct row r;

	return next_row(w, from, to, manner, &r);
}

/* The line of the file that `at` stands in; places come in their order. */
static uint32_t
line_of(struct work *w, size_t at)
{
	for (; w->counted < at; w->counted++)
		w->lines += w->text[w->counted] == '\n' ||
		    w->text[w->counted] == LINE_BLANK;
	return w->lines + 1;
}

void
license_unseen_keep(struct work *w, size_t from, size_t to,
    enum unseen_manner manner)
{
	struct row r;

	for (; next_row(w, from, to, manner, &r); from = r.to) {
		struct license_unseen *u;

		if (w->nunseen == LICENSE_UNSEEN) {
			u = &w->unseen[LICENSE_UNSEEN - 1];
		} else {
			u = &w->unseen[w->nunseen++];
			u->start = work_origin(w, r.from);
			u->line = line_of(w, r.from);
		}
		u->end = work_origin(w, r.to);
		u->words += r.words;
		u->strong |= r.strong;
	}
}

/* --- tags and styles ---------------------------------------------------------------- */

struct attribute {
	size_t name, name_end, value, end; /* value: `end` if it has none */
};

/* The attribute at `at` or behind; behind it. */
static size_t
read_attribute(const struct work *w, size_t at, size_t to, struct attribute *a)
{
	size_t next;

	while (at < to && (blank(w->text[at]) || w->text[at] == '/'))
		at++;
	a->name = at;
	while (at < to && !blank(w->text[at]) && w->text[at] != '=')
		at++;
	a->name_end = a->value = a->end = at;
	for (next = at; next < to && blank(w->text[next]);)
		next++;
	if (next == to || w->text[next] != '=')
		return at;
	for (at = next + 1; at < to && blank(w->text[at]);)
		at++;
	a->value = at;
	if (at < to && (w->text[at] == '"' || w->text[at] == '\'')) {
		char quote = w->text[at];

		a->value = ++at;
		while (at < to && w->text[at] != quote)
			at++;
		a->end = at;
		return at < to ? at + 1 : to;
	}
	while (at < to && !blank(w->text[at]))
		at++;
	a->end = at;
	return at;
}

static bool
begins(const struct work *w, size_t from, size_t to, const char *name)
{
	size_t i = 0;

	while (name[i] != '\0' && from + i < to &&
	    (w->text[from + i] | 0x20) == name[i])
		i++;
	return name[i] == '\0';
}

/* Three words have blanks between them, or what stands for some. */
static bool
may_say(const struct work *w, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (blank(w->text[i]) || w->text[i] == '&')
			return true;
	return false;
}

static void
look_at(struct work *w, const struct attribute *a)
{
	bool style = begins(w, a->name, a->name_end, "style");

	if (style)
		license_unseen_style(w, a->value, a->end);
	if (!may_say(w, a->value, a->end) ||
	    begins(w, a->value, a->end, "http"))
		return;
	license_unseen_keep(w, a->value, a->end,
	    style || begins(w, a->name, a->name_end, "on") ? UNSEEN_CODE :
							     UNSEEN_TEXT);
}

void
license_unseen_tag(struct work *w, size_t from, size_t to)
{
	size_t bare = from; /* names without values may be words */
	struct attribute a;

	while (from < to) {
		from = read_attribute(w, from, to, &a);
		if (a.value == a.name_end) {
			w->hidden = w->hidden ||
			    (a.name_end - a.name == 6 &&
				begins(w, a.name, a.name_end, "hidden"));
			continue;
		}
		license_unseen_keep(w, bare, a.name, UNSEEN_TEXT);
		bare = from;
		look_at(w, &a);
	}
	license_unseen_keep(w, bare, to, UNSEEN_TEXT);
}

void
license_unseen_style(struct work *w, size_t from, size_t to)
{
	static const char *const say[][2] = { { "display", "none" },
		{ "visibility", "hidden" }, { "visibility", "collapse" } };

	for (size_t i = from; i < to; i++)
		for (size_t k = 0; k < sizeof(say) / sizeof(say[0]); k++) {
			size_t at = i + strlen(say[k][0]);

			if (!begins(w, i, to, say[k][0]))
				continue;
			while (at < to &&
			    (blank(w->text[at]) || w->text[at] == ':'))
				at++;
			w->hidden = w->hidden || begins(w, at, to, say[k][1]);
		}
}
