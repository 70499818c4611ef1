/*
 * pattern: what a var's match="..." lets stand there, written out; see template.h.
 *
 * A list of texts is built from left to right.  An alternative adds its texts, a part
 * that follows multiplies them.  Whatever would be too many texts, or is not understood,
 * gives the pattern up: any words may stand there.
 */
#include <stdlib.h>
#include <string.h>

#include "../cursor.h"
#include "template.h"

#define DEPTH_MAX 8
#define CLASS_ROOM 64 /* a longer class is any words in any case */

struct list {
	char *texts[PATTERN_TEXTS];
	size_t n;
};

struct reading {
	struct cursor in;
	unsigned depth;
	bool numbers, any; /* any: given up */
	bool nomem;
};

static const char any_words[] = { PATTERN_ANY, '\0' };

static void
list_free(struct list *l)
{
	while (l->n > 0)
		free(l->texts[--l->n]);
}

/* Add `a` and `b`, one behind the other. */
static bool
list_add(struct reading *r, struct list *l, const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	char *text;

	if (l->n == PATTERN_TEXTS || la + lb >= PATTERN_TEXT) {
		r->any = true;
		return false;
	}
	if ((text = malloc(la + lb + 1)) == NULL) {
		r->nomem = true;
		return false;
	}
	memcpy(text, a, la);
	memcpy(text + la, b, lb + 1);
	l->texts[l->n++] = text;
	return true;
}

/* Each text of `l`, followed by each of `next`; l is that then. */
static bool
list_multiply(struct reading *r, struct list *l, const struct list *next)
{
	struct list all = { .n = 0 };

	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < next->n; k++)
			if (!list_add(r, &all, l->texts[i], next->texts[k])) {
				list_free(&all);
				return false;
			}
	list_free(l);
	*l = all;
	return true;
}

/* --- parts -------------------------------------------------------------------- */

static bool take_alternatives(struct reading *r, struct list *out);

/* The members of a class, without its brackets and backslashes; NULL: it does not end. */
static const char *
class_members(struct reading *r, char members[CLASS_ROOM])
{
	size_t n = 0, i = 0;

	for (; i < r->in.len && r->in.p[i] != ']'; i++) {
		if (r->in.p[i] == '\\' && i + 1 < r->in.len)
			i++;
		if (n < CLASS_ROOM - 1)
			members[n++] = r->in.p[i];
	}
	if (i == r->in.len)
		return NULL;
	members[n] = '\0';
	cursor_skip(&r->in, i + 1);
	return members;
}

/* A class: of a few letters one text each; of signs one of them, for signs are no words;
 * of blanks a blank; else any words. */
static bool
take_class(struct reading *r, struct list *out)
{
	char members[CLASS_ROOM];
	const char *range;
	size_t n, i;

	if (class_members(r, members) == NULL)
		return false;
	n = strlen(members);
	if (members[0] == ' ' && strspn(members, " trnf") == n)
		return list_add(r, out, " ", "");
	if (n > 0 && strspn(members, "()[]<>.,:;'*_#") == n)
		return list_add(r, out, (char[]){ members[0], '\0' }, "");
	for (i = 0; i < n && (members[i] & 0x80) == 0; i++)
		;
	range = strchr(members, '-');
	if (i < n || n == 0 || n > 4 || members[0] == '^' ||
	    (range != NULL && range != members && range[1] != '\0')) {
		r->numbers |= strstr(members, "0-9") != NULL;
		return list_add(r, out, any_words, "");
	}
	for (i = 0; i < n; i++)
		if (!list_add(r, out, (char[]){ members[i], '\0' }, ""))
			return false;
	return true;
}

static bool
take_group(struct reading *r, struct list *out)
{
	bool ok;

	if (r->depth == DEPTH_MAX)
		return false;
	if (!take_text(&r->in, "?:"))
		(void)take_text(&r->in, "?i:");
	r->depth++;
	ok = take_alternatives(r, out) && take_text(&r->in, ")");
	r->depth--;
	return ok;
}

/* What follows a backslash: a blank, a digit, a border, or a letter as it is. */
static bool
take_escaped(struct reading *r, struct list *out)
{
	char c;

	if (r->in.len == 0)
		return false;
	c = *r->in.p;
	cursor_skip(&r->in, 1);
	if (c == 's' || c == 't' || c == 'n' || c == 'r')
		return list_add(r, out, " ", "");
	if (c == 'b')
		return list_add(r, out, "", "");
	if (c == 'd') {
		r->numbers = true;
		return list_add(r, out, any_words, "");
	}
	return list_add(r, out, (char[]){ c, '\0' }, "");
}

static bool
take_part(struct reading *r, struct list *out)
{
	char c = *r->in.p;

	cursor_skip(&r->in, 1);
	if (c == '(')
		return take_group(r, out);
	if (c == '[')
		return take_class(r, out);
	if (c == '\\')
		return take_escaped(r, out);
	if (c == '^' || c == '$')
		return list_add(r, out, "", "");
	/* A dot with nothing behind it is, in SPDX's texts, a dot that nobody escaped. */
	if (c == '.' && r->in.len > 0 && memchr("+*{", *r->in.p, 3) != NULL)
		return list_add(r, out, any_words, "");
	if (c == PATTERN_ANY || c == '\0')
		return false;
	return list_add(r, out, (char[]){ c, '\0' }, "");
}

/* Are all texts without letters and digits?  How often they stand does not matter. */
static bool
is_punctuation(const struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (const char *p = l->texts[i]; *p != '\0'; p++)
			if (*p == PATTERN_ANY || (*p & 0x80) != 0 ||
			    (*p >= '0' && *p <= '9') ||
			    ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z'))
				return false;
	return true;
}

static bool
is_blank(const struct list *l)
{
	return l->n == 1 && l->texts[0][0] != '\0' &&
	    l->texts[0][strspn(l->texts[0], " ")] == '\0';
}

static bool
is_any(const struct list *l)
{
	return l->n == 1 && strcmp(l->texts[0], any_words) == 0;
}

/* A part that may be missing.  Signs may: they are no words.  Blanks count, for what
 * stands at both sides of one is two words. */
static bool
may_miss(struct reading *r, struct list *part)
{
	if (is_punctuation(part) && !is_blank(part))
		return true;
	return list_add(r, part, "", "");
}

static bool
repeat(struct reading *r, struct list *part, bool may_be_none)
{
	if (is_punctuation(part))
		return !may_be_none || may_miss(r, part);
	if (is_any(part))
		return true;
	list_free(part);
	return list_add(r, part, any_words, "");
}

/* '?', '*', '+' or '{2,3}' behind a part, if any. */
static bool
take_count(struct reading *r, struct list *part)
{
	const char *end;
	bool may_be_none;

	if (take_text(&r->in, "?"))
		return may_miss(r, part);
	if (take_text(&r->in, "*"))
		return repeat(r, part, true);
	if (take_text(&r->in, "+"))
		return repeat(r, part, false);
	if (!take_text(&r->in, "{"))
		return true;
	if ((end = memchr(r->in.p, '}', r->in.len)) == NULL)
		return false;
	may_be_none = *r->in.p == '0';
	cursor_skip(&r->in, (size_t)(end - r->in.p) + 1);
	/* Whoever counts the letters has an address or a number in mind. */
	r->numbers |= is_any(part);
	return repeat(r, part, may_be_none);
}

static bool
take_sequence(struct reading *r, struct list *out)
{
	if (!list_add(r, out, "", ""))
		return false;
	while (r->in.len > 0 && *r->in.p != '|' && *r->in.p != ')') {
		struct list part = { .n = 0 };
		bool ok = take_part(r, &part) && take_count(r, &part) &&
		    list_multiply(r, out, &part);

		list_free(&part);
		if (!ok)
			return false;
	}
	return true;
}

static bool
take_alternatives(struct reading *r, struct list *out)
{
	do {
		struct list sequence = { .n = 0 };
		bool ok = take_sequence(r, &sequence);

		for (size_t i = 0; ok && i < sequence.n; i++)
			ok = list_add(r, out, sequence.texts[i], "");
		list_free(&sequence);
		if (!ok)
			return false;
	} while (take_text(&r->in, "|"));
	return true;
}

/* --- the whole ---------------------------------------------------------------- */

/* A text that is nothing but any words makes all others needless. */
static bool
has_free_text(const struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->texts[i][strspn(l->texts[i], "\1 .,")] == '\0' &&
		    strchr(l->texts[i], PATTERN_ANY) != NULL)
			return true;
	return false;
}

enum weigh_code
license_pattern_read(struct license_pattern *out, const char *match, size_t len,
    struct weigh_err *err)
{
	struct reading r = { .in = { match, len } };
	struct list l = { .n = 0 };
	bool ok = take_alternatives(&r, &l) && r.in.len == 0;

	*out = (struct license_pattern){ .numbers = r.numbers };
	if (r.nomem) {
		list_free(&l);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	if (!ok || has_free_text(&l)) {
		list_free(&l);
		return WEIGH_OK;
	}
	memcpy(out->texts, l.texts, l.n * sizeof(l.texts[0]));
	out->ntexts = l.n;
	return WEIGH_OK;
}

void
license_pattern_free(struct license_pattern *p)
{
	while (p->ntexts > 0)
		free(p->texts[--p->ntexts]);
}
