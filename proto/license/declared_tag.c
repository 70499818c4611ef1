/*
 * declared_tag: which license a tag stands for, in the spellings that cards have.  In this
 * order: a tag of the Hub; an id, or another name, of a row; the same without the words
 * that people put around it ("Apache License, Version 2.0"); an expression of such ids.
 * Anything else is a tag that nobody knows.
 */
#include <string.h>

#include <weigh/licenseterms.h>

#include "declaring.h"
#include "spdx.h"
#include "terms.h"

#define TAG_MAX 128 /* bytes, with the NUL; what is longer is no tag */

struct tables {
	const struct weigh_terms *const *list;
	size_t n;
};

static struct cursor
span(const char *text)
{
	return (struct cursor){ text, strlen(text) };
}

static bool
same(const char *a, const char *b)
{
	return weigh_terms_same(span(a), span(b));
}

/* --- one id --------------------------------------------------------------------------- */

/* What SPDX puts behind the id of a license that comes in versions. */
static const struct {
	const char *written, *means;
} versions[] = {
	{ "-only", "-only" },
	{ "-or-later", "-or-later" },
	{ "+", "-or-later" },
};
#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

/* Which of them `tag` ends with; VERSIONS: none. */
static size_t
version_of(const char *tag, size_t *stem)
{
	size_t i, len = strlen(tag);

	for (i = 0; i < VERSIONS; i++) {
		size_t n = strlen(versions[i].written);

		*stem = len - n;
		if (len > n && same(tag + len - n, versions[i].written))
			break;
	}
	return i;
}

/* "gpl-3.0+": the Hub's tag without its end leaves open what the end says. */
static enum weigh_hub_precision
with_version(const struct tables *t, const char *tag, size_t version,
    size_t stem, char id[WEIGH_LICENSE_ID])
{
	const char *means = versions[version].means;
	char bare[TAG_MAX];
	size_t len;

	memcpy(bare, tag, stem);
	bare[stem] = '\0';
	if (weigh_terms_hub(t->list, t->n, bare, id) != WEIGH_HUB_VERSION ||
	    version_of(id, &len) == VERSIONS ||
	    len + strlen(means) >= WEIGH_LICENSE_ID) {
		id[0] = '\0';
		return WEIGH_HUB_UNHEARD;
	}
	memcpy(id + len, means, strlen(means) + 1);
	return WEIGH_HUB_EXACT;
}

static enum weigh_hub_precision
row_of(const struct tables *t, const char *tag, char id[WEIGH_LICENSE_ID])
{
	struct weigh_license_terms *row;

	if (weigh_terms_find(&row, t->list, t->n, tag, NULL) != WEIGH_OK)
		return WEIGH_HUB_UNHEARD;
	memcpy(id, row->id, strlen(row->id) + 1);
	weigh_license_terms_free(row);
	return WEIGH_HUB_EXACT;
}

static enum weigh_hub_precision
one_id(const struct tables *t, const char *tag, char id[WEIGH_LICENSE_ID])
{
	enum weigh_hub_precision found = weigh_terms_hub(t->list, t->n, tag,
	    id);
	size_t version, stem;

	if (found != WEIGH_HUB_UNHEARD)
		return found;
	/* SPDX's words for no license and for not knowing are no ids. */
	if (same(tag, "NONE") || same(tag, "NOASSERTION"))
		return WEIGH_HUB_NONE;
	/* weigh_terms_find gives the stem's row for them. */
	version = version_of(tag, &stem);
	return version < VERSIONS ? with_version(t, tag, version, stem, id) :
				    row_of(t, tag, id);
}

/* --- a name ----------------------------------------------------------------------------- */

static const char *const idle[] = { "the", "license", "licence", "version" };

static bool
is_idle(struct cursor word)
{
	for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++)
		if (weigh_terms_same(word, span(idle[i])))
			return true;
	return word.len == 0;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_number(struct cursor word)
{
	while (word.len > 0 && is_digit(word.p[0]))
		cursor_skip(&word, 1);
	return word.len == 0;
}

static struct cursor
next_word(struct cursor *rest)
{
	static const char between[] = " \t\r\n,_-";
	struct cursor word = { rest->p, 0 };

	while (word.len < rest->len &&
	    memchr(between, word.p[word.len], strlen(between)) == NULL)
		word.len++;
	cursor_skip(rest, word.len < rest->len ? word.len + 1 : word.len);
	if (word.len > 1 && (word.p[0] | 0x20) == 'v' && is_digit(word.p[1]))
		cursor_skip(&word, 1);
	return word;
}

/* "Apache License v2" as "Apache-2.0"; false: nothing is left, or too much. */
static bool
as_tag(const char *name, char out[TAG_MAX])
{
	struct cursor rest = span(name), last = { "", 0 };
	size_t len = 0;

	while (rest.len > 0) {
		struct cursor word = next_word(&rest);

		if (is_idle(word))
			continue;
		if (len + word.len + sizeof("-.0") > TAG_MAX)
			return false;
		if (len > 0)
			out[len++] = '-';
		memcpy(out + len, word.p, word.len);
		len += word.len;
		last = word;
	}
	if (is_number(last) && last.len < len) {
		memcpy(out + len, ".0", 2);
		len += 2;
	}
	out[len] = '\0';
	return len > 0;
}

static enum weigh_hub_precision
id_or_name(const struct tables *t, const char *tag, char id[WEIGH_LICENSE_ID])
{
	enum weigh_hub_precision found = one_id(t, tag, id);
	char spelled[TAG_MAX];

	if (found == WEIGH_HUB_UNHEARD && as_tag(tag, spelled))
		found = one_id(t, spelled, id);
	return found;
}

/* --- an expression ---------------------------------------------------------------------- */

struct rewriting {
	const struct tables *tables;
	struct weigh_buf out;
	enum weigh_hub_precision least;
};

/* A word of an expression: an operator stays, an id becomes the one it stands for.  What
 * WITH does to a license no table knows. */
static bool
rewrite_word(struct rewriting *w, struct cursor word)
{
	char tag[TAG_MAX], id[WEIGH_LICENSE_ID];
	enum weigh_hub_precision found;

	if (word.len >= sizeof(tag))
		return false;
	memcpy(tag, word.p, word.len);
	tag[word.len] = '\0';
	if (strcmp(tag, "AND") == 0 || strcmp(tag, "OR") == 0)
		return weigh_buf_adds(&w->out, tag);
	found = one_id(w->tables, tag, id);
	if (found < w->least)
		w->least = found;
	return found >= WEIGH_HUB_VERSION && weigh_buf_adds(&w->out, id);
}

static bool
rewrite(struct rewriting *w, const char *expression)
{
	static const char marks[] = " ()";
	const char *at = expression;

	while (*at != '\0') {
		size_t n = strspn(at, marks);

		weigh_buf_add(&w->out, at, n);
		at += n;
		n = strcspn(at, marks);
		if (n > 0 && !rewrite_word(w, (struct cursor){ at, n }))
			return false;
		at += n;
	}
	return !w->out.failed;
}

static enum weigh_hub_precision
expression(const struct tables *t, const char *tag, char id[WEIGH_LICENSE_EXPR])
{
	struct rewriting w = { .tables = t, .least = WEIGH_HUB_EXACT };
	char strict[WEIGH_LICENSE_EXPR];
	bool fine;

	if (license_expression(tag, strlen(tag), NULL, 0, strict) !=
	    strlen(tag))
		return WEIGH_HUB_UNHEARD;
	weigh_buf_init(&w.out, WEIGH_LICENSE_EXPR - 1);
	fine = rewrite(&w, strict);
	if (fine)
		memcpy(id, w.out.data, w.out.len + 1);
	weigh_buf_free(&w.out);
	return fine ? w.least : WEIGH_HUB_UNHEARD;
}

enum weigh_hub_precision
license_tag(const struct weigh_terms *const *tables, size_t ntables,
    const char *tag, char id[WEIGH_LICENSE_EXPR])
{
	struct tables t = { tables, ntables };
	enum weigh_hub_precision found = WEIGH_HUB_UNHEARD;

	id[0] = '\0';
	if (strlen(tag) < TAG_MAX)
		found = id_or_name(&t, tag, id);
	if (found == WEIGH_HUB_UNHEARD)
		found = expression(&t, tag, id);
	return found;
}
