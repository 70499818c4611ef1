/* markup: see markup.h. */
#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "leaders.h"
#include "markup.h"
#include "unseen.h"

#define TAGS_OF_HTML 3 /* so many known ones, and it is no accident */

struct page {
	struct work *w;
	bool whole;   /* a page */
	bool shown;   /* something that is shown came already */
	bool open;    /* a comment that nothing closes came */
	bool listing; /* inside of <pre> */
	bool failed;
};

void
license_markup_wipe(struct work *w, size_t from, size_t to, char with)
{
	for (size_t i = from; i < to; i++)
		w->text[i] = w->text[i] == '\n' || w->text[i] == LINE_BLANK ?
		    LINE_BLANK :
		    with;
}

bool
license_markup_target(struct work *w, size_t from, size_t to)
{
	struct work_target *targets;
	char *copy;

	if (to <= from || w->ntargets >= MARKUP_TARGETS)
		return true;
	if ((copy = malloc(to - from + 1)) == NULL)
		return false;
	memcpy(copy, w->text + from, to - from);
	copy[to - from] = '\0';
	targets = realloc(w->targets, (w->ntargets + 1) * sizeof(*targets));
	if (targets == NULL) {
		free(copy);
		return false;
	}
	w->targets = targets;
	targets += w->ntargets++;
	targets->text = copy; /* the work's now */
	targets->from = from;
	targets->to = to;
	return true;
}

/* The place of `text` in [from, w->len), or w->len. */
static size_t
find(const struct work *w, size_t from, const char *text)
{
	size_t len = strlen(text);
	const char *hit;

	while (from + len <= w->len &&
	    (hit = memchr(w->text + from, text[0], w->len - from)) != NULL) {
		from = (size_t)(hit - w->text);
		if (strncmp(hit, text, len) == 0)
			return from;
		from++;
	}
	return w->len;
}

/* --- tags ------------------------------------------------------------------------------ */

struct tag {
	size_t name, name_len, end; /* end: behind its ">" */
	enum element element;
	bool closing;
};

static bool
name_char(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    (c >= '0' && c <= '9');
}

/* A tag at `at`, which is a "<".  A ">" ends it, in quotes too: no page that we saw has
 * one there, and a "<" without ">" shall cost nothing. */
static bool
read_tag(const struct work *w, size_t at, struct tag *t)
{
	size_t i = at + 1;

	*t = (struct tag){ .closing = w->text[i] == '/' };
	t->name = i += t->closing;
	while (name_char(w->text[i]))
		i++;
	t->name_len = i - t->name;
	if (t->name_len == 0 || w->text[i] == '\0' ||
	    strchr(" \t\n/>", w->text[i]) == NULL)
		return false;
	while (i < w->len && w->text[i] != '>' && w->text[i] != '<')
		i++;
	if (w->text[i] != '>')
		return false;
	t->end = i + 1;
	t->element = license_element(w->text + t->name, t->name_len);
	return true;
}

static bool
named(const struct work *w, const struct tag *t, const char *name)
{
	if (strlen(name) != t->name_len)
		return false;
	for (size_t i = 0; i < t->name_len; i++)
		if ((w->text[t->name + i] | 0x20) != (name[i] | 0x20))
			return false;
	return true;
}

/* In what is no page only "<b>", "<br />" and attributes that look like some are a tag. */
static bool
strict(const struct work *w, const struct tag *t)
{
	size_t i = t->name + t->name_len;

	i += strspn(w->text + i, " \t\1/");
	if (w->text[i] == '>')
		return true;
	i += strspn(w->text + i, " \t\n\1");
	while (name_char(w->text[i]) || w->text[i] == '-')
		i++;
	return w->text[i] == '=';
}

/* What stands at `at` up to a blank or the end of the tag; a dropped character is part of
 * it.  *signs: points, colons and what else only values have. */
static size_t
piece(const struct work *w, const struct tag *t, size_t at, bool *signs)
{
	size_t i = at;

	*signs = false;
	for (; i + 1 < t->end &&
	     (w->text[i] == DROPPED || strchr(" \t\n\f", w->text[i]) == NULL);
	     i++)
		*signs = *signs ||
		    (w->text[i] != DROPPED &&
			strchr(".:;#", w->text[i]) != NULL);
	return i - at;
}

static bool
known_attribute(const char *at)
{
	static const char *const known[] = { "href=", "src=", "class=", "id=",
		"name=", "style=", "align=", "width=", "height=", "alt=",
		"title=", "rel=", "target=", "lang=", "dir=", "border=",
		"color=", "size=", "type=", "start=", "valign=", "rowspan=",
		"colspan=" };

	for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
		if (strncmp(at, known[k], strlen(known[k])) == 0)
			return true;
	return false;
}

/* Has it words that are no attributes?  A text that is no page is read as it lies, tags
 * and all. */
static bool
prose(struct work *w, const struct tag *t)
{
	size_t words = 0, n;

	for (size_t i = t->name + t->name_len; i + 1 < t->end; i += n) {
		bool known, signs;

		i += strspn(w->text + i, " \t\n\f/");
		n = piece(w, t, i, &signs);
		known = n > 0 && known_attribute(w->text + i);
		words += n > 0 && !known && !signs;
		if (words > 1 ||
		    (known && license_unseen_law(w, i, i + n, UNSEEN_NAME)))
			return true;
	}
	return false;
}

/* Keep what its href="" or src="" says. */
static bool
keep_attribute(struct work *w, const struct tag *t)
{
	for (size_t i = t->name; i + 1 < t->end; i++) {
		size_t to;
		char quote = w->text[i + 1];

		if (w->text[i] != '=' || i - t->name < 4 ||
		    (quote != '"' && quote != '\'') ||
		    !(strncmp(w->text + i - 4, "href", 4) == 0 ||
			strncmp(w->text + i - 4, "HREF", 4) == 0 ||
			strncmp(w->text + i - 4, " src", 4) == 0))
			continue;
		for (to = i + 2; to < t->end && w->text[to] != quote; to++)
			;
		return license_markup_target(w, i + 2, to);
	}
	return true;
}

/* Behind the content of an element that is not shown. */
static size_t
hidden_end(const struct work *w, const struct tag *t)
{
	struct tag closing;

	for (size_t i = t->end; (i = find(w, i, "</")) < w->len; i += 2)
		if (read_tag(w, i, &closing) &&
		    closing.element == ELEMENT_HIDDEN)
			return closing.end;
	return w->len;
}

/* Behind "<!-- -->", "<!DOCTYPE >", "<?xml ?>"; `at` if it is none of these. */
static size_t
declaration_end(struct page *p, size_t at)
{
	struct work *w = p->w;
	size_t end;

	if (p->open || (w->text[at + 1] != '!' && w->text[at + 1] != '?'))
		return at;
	if (strncmp(w->text + at, "<!--", 4) == 0) {
		end = find(w, at + 4, "-->");
		p->open = end == w->len;
		return p->open ? at : end + 3;
	}
	end = find(w, at, ">");
	p->open = end == w->len;
	return p->open ? at : end + 1;
}

/* Take away what the "<" at `at` begins; behind it. */
static size_t
clear_tag(struct page *p, size_t at)
{
	struct work *w = p->w;
	struct tag t;
	size_t end;
	bool br;

	if (p->whole && (end = declaration_end(p, at)) > at) {
		/* A license at the head of a page stands in a comment. */
		if (strncmp(w->text + at, "<!--", 4) == 0 && !p->shown)
			return end;
		license_unseen_keep(w, at, end, UNSEEN_TEXT);
		license_markup_wipe(w, at, end, ' ');
		return end;
	}
	if (!read_tag(w, at, &t) ||
	    (!w->html && (t.element == ELEMENT_UNKNOWN || !strict(w, &t))) ||
	    (!p->whole && prose(w, &t)))
		return at + 1;
	p->shown = true;
	w->masked = w->masked || named(w, &t, "s") || named(w, &t, "del") ||
	    named(w, &t, "strike");
	p->failed = p->failed || !keep_attribute(w, &t);
	end = t.end;
	if (p->whole)
		license_unseen_tag(w, t.name + t.name_len, end - 1);
	if (t.element == ELEMENT_HIDDEN && !t.closing && p->whole) {
		end = hidden_end(w, &t);
		license_unseen_style(w, t.end, end);
		license_unseen_keep(w, t.end, end, UNSEEN_CODE);
	}
	if (named(w, &t, "pre"))
		p->listing = !t.closing;
	br = named(w, &t, "br");
	license_markup_wipe(w, at, end,
	    t.element == ELEMENT_INLINE ? DROPPED : ' ');
	if (t.element == ELEMENT_BLOCK) {
		w->text[at] = SOFT_END;
		if (!br)
			w->text[at + 1] = SOFT_END;
	}
	return end;
}

/* Is it a page, or a text with tags in it? */
static void
look_for_html(struct page *p)
{
	static const char *const heads[] = { "<!doctype html", "<html", "<?xml",
		"<!DOCTYPE html", "<HTML", "<!DOCTYPE HTML" };
	const char *begin = p->w->text + strspn(p->w->text, " \t\n\1");
	size_t tags = 0;
	struct tag t;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (strncmp(begin, heads[i], strlen(heads[i])) == 0)
			p->whole = true;
	for (size_t at = 0; !p->whole && tags < TAGS_OF_HTML &&
	     (at = find(p->w, at, "<")) < p->w->len;
	     at++)
		if (read_tag(p->w, at, &t) && t.element != ELEMENT_UNKNOWN &&
		    strict(p->w, &t)) {
			tags++;
			p->whole = named(p->w, &t, "html") ||
			    named(p->w, &t, "body");
		}
	p->w->html = p->whole || tags >= TAGS_OF_HTML;
}

/* --- entities, escapes, links ------------------------------------------------------------ */

static size_t
clear_entity(struct work *w, size_t at)
{
	size_t n, len;
	uint32_t c = license_entity(w->text + at, &n);
	size_t controls = 0;

	if (c == 0)
		return at + 1;
	len = utf8_put(w->text + at, c < 0x20 || c == 0x7f ? ' ' : c);
	memset(w->text + at + len, TAIL, n - len);
	if (len > 1)
		license_tidy_at(w, w->text + at, &controls);
	return at + n;
}

/* "\*": the sign stands where the escape stood. */
static size_t
clear_escape(struct work *w, size_t at)
{
	char c = w->text[at + 1];
	size_t n;

	if (c == '&' && license_entity(w->text + at + 1, &n) != 0)
		w->text[at] = DROPPED;
	if (c <= ' ' || c >= 0x7f || name_char(c) || w->text[at] == DROPPED)
		return at + 1;
	w->text[at] = c;
	w->text[at + 1] = TAIL;
	w->markdown = true;
	return at + 2;
}

/* Behind a link's title at `at` and its parenthesis, 0 if there is something else. */
static size_t
title_end(const struct work *w, size_t at)
{
	char quote;

	at += strspn(w->text + at, " \t\n");
	quote = w->text[at];
	if (quote == '"' || quote == '\'') {
		at++;
		while (at < w->len && strchr("\n[]<>", w->text[at]) == NULL &&
		    w->text[at] != quote)
			at++;
		if (w->text[at] != quote)
			return 0;
		at += 1 + strspn(w->text + at + 1, " \t");
	}
	return w->text[at] == ')' ? at + 1 : 0;
}

/* "](target)": the text of the link stays, the target is a reference. */
static size_t
clear_link(struct page *p, size_t at)
{
	struct work *w = p->w;
	size_t from = at + 2, to, end, open = 0;

	if (w->text[at + 1] != '(')
		return at + 1;
	for (to = from; to < w->len; to++) {
		char c = w->text[to];

		if (strchr("[]<>", c) != NULL)
			return at + 1;
		/* A target may have been broken behind a hyphen. */
		if ((c == ')' && open == 0) || c == ' ' || c == '\t' ||
		    (c == '\n' && w->text[to - 1] != '-'))
			break;
		open += c == '(';
		open -= c == ')';
	}
	if ((end = title_end(w, to)) == 0 ||
	    strcspn(w->text + from, "./:#") >= to - from ||
	    license_unseen_law(w, from, to, UNSEEN_TARGET))
		return at + 1;
	p->failed = p->failed || !license_markup_target(w, from, to);
	/* A title of several words may say anything: they stay. */
	if (memchr(w->text + to + 1, ' ', end - to - 1) != NULL)
		end = to;
	license_markup_wipe(w, at, end, ' ');
	w->markdown = true;
	return end;
}

/* "~~" before or behind a word strikes it out. */
static bool
strikes(const struct work *w, size_t at)
{
	return w->text[at + 1] == '~' && w->text[at + 2] != '~' &&
	    (at == 0 || w->text[at - 1] != '~') &&
	    (name_char(w->text[at + 2]) ||
		(at > 0 && name_char(w->text[at - 1])));
}

/* May a "~" that follows `before` and precedes `behind` strike words out?  None does that
 * is part of a path. */
static bool
may_strike(char before, char behind)
{
	return before != '~' && before != '/' && before != '\\' &&
	    behind != '~' && behind != '/';
}

/* So does one "~" on both sides of words of a paragraph, as GitHub has it: the signs
 * touch what they strike out.  Where both stand inside of words ("lt~old, v1~rc") they are
 * part of names. */
static bool
strikes_alone(const struct work *w, size_t at)
{
	static const char blanks[] = " \t\n\1\f\v";
	const char *from = w->text + at + 1;
	const char *to = memchr(from, '~', w->len - at - 1);
	char before = at > 0 ? from[-2] : ' ';

	return to != NULL && to > from && may_strike(before, *from) &&
	    may_strike(to[-1], to[1]) && strchr(blanks, *from) == NULL &&
	    strchr(blanks, to[-1]) == NULL &&
	    !(name_char(before) && name_char(to[1])) &&
	    memmem(from, (size_t)(to - from), "\n\n", 2) == NULL;
}

/* The end of a line in which there is nothing to see: a page has no empty lines. */
static bool
stands_alone(const struct work *w, size_t at)
{
	while (at > 0 && strchr(" \t\1", w->text[at - 1]) != NULL)
		at--;
	return at == 0 || w->text[at - 1] == '\n' ||
	    w->text[at - 1] == LINE_BLANK || w->text[at - 1] == SOFT_END;
}

static void
clear_signs(struct page *p)
{
	struct work *w = p->w;
	bool special[256] = { ['<'] = true,
		['&'] = true,
		['\\'] = true,
		[']'] = true,
		['~'] = true,
		['\n'] = p->whole };

	for (size_t i = 0; i < w->len && !p->failed;)
		switch (special[(unsigned char)w->text[i]] ? w->text[i] : 0) {
		case '<':
			i = clear_tag(p, i);
			break;
		case '&':
			i = clear_entity(w, i);
			break;
		case '\\':
			i = clear_escape(w, i);
			break;
		case ']':
			i = clear_link(p, i);
			break;
		case '~':
			w->masked = w->masked || strikes(w, i) ||
			    strikes_alone(w, i);
			i++;
			break;
		case '\n':
			if (!p->listing && stands_alone(w, i))
				w->text[i] = LINE_BLANK;
			i++;
			break;
		default:
			i++;
		}
}

bool
license_markup_clear(struct work *w)
{
	struct page p = { .w = w };

	look_for_html(&p);
	clear_signs(&p);
	return !p.failed && license_leaders_clear(w);
}
