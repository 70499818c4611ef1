/*
 * pack_text: a text becomes a template: its words, and where they may vary.
 *
 * Two things say where: SPDX's marks, and zones that the reader of texts knows itself
 * (notices of copyright, the title, "END OF TERMS AND CONDITIONS").  A zone lies inside of
 * one mark or of none, so that spans are nested like marks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pack_make.h"
#include "template.h"
#include "text.h"

#define TITLE_WORDS 40 /* a longer title is none */

/* Everything that one text needs. */
struct making {
	struct made_template *out;
	struct made_words *words;
	struct license_markup markup;
	struct license_text *text;
	uint16_t
	    *inner; /* of each token: the innermost mark, or LICENSE_NO_SPAN */
	uint16_t *span_of;    /* of each mark: its span, or LICENSE_NO_SPAN */
	struct raw_span *raw; /* not yet sorted */
	size_t nraw, room_raw;
	size_t room_alternatives, room_words;
	struct weigh_err *err;
};

struct raw_span {
	struct license_span span; /* parent: a mark */
	uint16_t mark;            /* whose, or LICENSE_NO_SPAN: a zone's */
	uint32_t order;
};

static enum weigh_code
no_memory(struct making *m)
{
	return weigh_fail(m->err, WEIGH_NOMEM, "out of memory");
}

static enum weigh_code
no_words(struct making *m)
{
	return weigh_fail(m->err, WEIGH_MALFORMED, "there is no word in it");
}

/* --- words and clauses -------------------------------------------------------- */

static enum weigh_code
take_words(struct making *m)
{
	struct made_template *t = m->out;

	if (m->text->ntokens == 0)
		return no_words(m);
	if (m->text->ntokens > LICENSE_WORDS_MAX || m->text->unscanned)
		return weigh_fail(m->err, WEIGH_TOO_BIG,
		    "it has more than %u words", LICENSE_WORDS_MAX);
	t->words = calloc(m->text->ntokens, sizeof(*t->words));
	if (t->words == NULL)
		return no_memory(m);
	for (size_t i = 0; i < m->text->ntokens; i++) {
		const struct license_token *token = &m->text->tokens[i];

		t->words[i] = license_made_word(m->words, token->hash,
		    token->flags & TOKEN_STRONG);
		if (t->words[i] == UINT32_MAX)
			return no_memory(m);
	}
	t->nwords = (uint32_t)m->text->ntokens;
	return WEIGH_OK;
}

/* Where a label begins to hold, until the next one. */
static enum weigh_code
take_clauses(struct making *m)
{
	struct made_template *t = m->out;
	const char *last = "";
	size_t room = 0;

	for (uint32_t i = 0; i < t->nwords; i++) {
		const char *label = m->text->clauses[m->text->tokens[i].clause];
		struct made_clause *clauses;

		if (strcmp(label, last) == 0)
			continue;
		clauses = license_made_grow(t->clauses, t->nclauses, &room,
		    sizeof(*clauses));
		if (clauses == NULL)
			return no_memory(m);
		t->clauses = clauses;
		clauses[t->nclauses].word = i;
		memcpy(clauses[t->nclauses++].label, label, PACK_CLAUSE);
		last = label;
	}
	return WEIGH_OK;
}

/* --- alternatives ------------------------------------------------------------- */

static enum weigh_code
add_word(struct making *m, uint32_t word)
{
	struct made_template *t = m->out;
	uint32_t *words = license_made_grow(t->alternative_words,
	    t->nalternative_words, &m->room_words, sizeof(*words));

	if (words == NULL)
		return no_memory(m);
	t->alternative_words = words;
	words[t->nalternative_words++] = word;
	return WEIGH_OK;
}

/* The words of a part of an alternative.  It is read behind another word, because at the
 * beginning of a line "1." would be a list mark. */
static enum weigh_code
add_words(struct making *m, const char *part, size_t len)
{
	static const char before[] = "the ";
	char line[2 * PATTERN_TEXT];
	struct license_text *text = NULL;
	enum weigh_code rc;

	if (len > sizeof(line) - sizeof(before))
		return weigh_fail(m->err, WEIGH_TOO_BIG,
		    "an alternative of %zu bytes", len);
	memcpy(line, before, sizeof(before));
	memcpy(line + sizeof(before) - 1, part, len);
	rc = license_text_read(&text, line, sizeof(before) - 1 + len, m->err);
	for (size_t i = 1; rc == WEIGH_OK && i < text->ntokens; i++) {
		const struct license_token *token = &text->tokens[i];
		uint32_t word = license_made_word(m->words, token->hash,
		    token->flags & TOKEN_STRONG);

		rc = word == UINT32_MAX ? no_memory(m) : add_word(m, word);
	}
	license_text_free(text);
	return rc;
}

static bool
same_words(const uint32_t *a, uint32_t from_a, uint32_t na, const uint32_t *b,
    uint32_t from_b, uint32_t nb)
{
	return na == nb &&
	    (na == 0 || memcmp(a + from_a, b + from_b, na * sizeof(*a)) == 0);
}

/* Is the last alternative what the template has, or another alternative? */
static bool
is_known(const struct made_template *t, const struct license_span *s)
{
	const struct license_alternative *a =
	    &t->alternatives[t->nalternatives - 1];
	const uint32_t *words = t->alternative_words;

	if (same_words(words, a->from, a->count, t->words, s->from,
		s->to - s->from))
		return true;
	for (uint32_t i = s->alternatives; i + 1 < t->nalternatives; i++)
		if (same_words(words, a->from, a->count, words,
			t->alternatives[i].from, t->alternatives[i].count))
			return true;
	return false;
}

/* One text of a pattern, between what the borders of its words have outside of it. */
static enum weigh_code
add_alternative(struct making *m, struct license_span *s, const char *text)
{
	struct made_template *t = m->out;
	struct license_alternative *list;
	enum weigh_code rc = WEIGH_OK;
	uint32_t from = t->nalternative_words;

	while (rc == WEIGH_OK && *text != '\0') {
		size_t len = strcspn(text, (char[]){ PATTERN_ANY, '\0' });

		rc = add_words(m, text, len);
		text += len;
		if (rc == WEIGH_OK && *text == PATTERN_ANY) {
			rc = add_word(m, MADE_ANY_WORDS);
			text++;
		}
	}
	if (rc != WEIGH_OK)
		return rc;
	list = license_made_grow(t->alternatives, t->nalternatives,
	    &m->room_alternatives, sizeof(*list));
	if (list == NULL)
		return no_memory(m);
	t->alternatives = list;
	list[t->nalternatives++] = (struct license_alternative){ from,
		t->nalternative_words - from };
	if (is_known(t, s)) {
		t->nalternatives--;
		t->nalternative_words = from;
	} else
		s->nalternatives++;
	return WEIGH_OK;
}

/* A pattern's texts, widened to whole words: "Th<<...original="e"...>>" has "The". */
static enum weigh_code
add_alternatives(struct making *m, const struct license_mark *mark,
    struct license_span *s)
{
	const struct license_token *tokens = m->text->tokens;
	uint32_t start = mark->start, end = mark->end;
	struct license_pattern pattern;
	enum weigh_code rc;
	char text[2 * PATTERN_TEXT];

	rc = license_pattern_read(&pattern, mark->match, mark->match_len,
	    m->err);
	if (s->from < s->to && tokens[s->from].start < start)
		start = tokens[s->from].start;
	if (s->from < s->to && tokens[s->to - 1].end > end)
		end = tokens[s->to - 1].end;
	if (pattern.ntexts == 0)
		s->kind = pattern.numbers ? SPAN_COPYRIGHT : SPAN_ANY;
	for (size_t i = 0; rc == WEIGH_OK && i < pattern.ntexts; i++) {
		snprintf(text, sizeof(text), "%.*s%s%.*s",
		    (int)(mark->start - start), m->markup.text + start,
		    pattern.texts[i], (int)(end - mark->end),
		    m->markup.text + mark->end);
		rc = add_alternative(m, s, text);
	}
	license_pattern_free(&pattern);
	return rc;
}

/* --- spans -------------------------------------------------------------------- */

static enum weigh_code
add_raw(struct making *m, const struct license_span *s, size_t mark)
{
	struct raw_span *raw;

	if (m->nraw == LICENSE_NO_SPAN)
		return weigh_fail(m->err, WEIGH_TOO_BIG,
		    "more than %u parts that may vary", LICENSE_NO_SPAN);
	raw = license_made_grow(m->raw, m->nraw, &m->room_raw, sizeof(*raw));
	if (raw == NULL)
		return no_memory(m);
	m->raw = raw;
	raw[m->nraw] = (struct raw_span){
		.span = *s, .mark = (uint16_t)mark, .order = (uint32_t)m->nraw
	};
	m->nraw++;
	return WEIGH_OK;
}

/* The first token that ends behind byte `at`. */
static uint32_t
token_behind(const struct license_text *t, uint32_t at)
{
	size_t low = 0, high = t->ntokens;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->tokens[mid].end <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return (uint32_t)low;
}

/* The tokens that a mark touches.  One with neither words nor alternatives is none. */
static enum weigh_code
take_mark(struct making *m, uint16_t number)
{
	const struct license_mark *mark = &m->markup.marks[number];
	struct license_span s = { .kind = (uint16_t)mark->kind,
		.parent = mark->parent };
	enum weigh_code rc = WEIGH_OK;

	s.from = s.to = token_behind(m->text, mark->start);
	while (s.to < m->text->ntokens &&
	    m->text->tokens[s.to].start < mark->end)
		m->inner[s.to++] = number;
	s.alternatives = m->out->nalternatives;
	if (mark->kind == SPAN_ONE_OF)
		rc = add_alternatives(m, mark, &s);
	if (rc != WEIGH_OK || (s.kind == SPAN_ONE_OF && s.nalternatives == 0) ||
	    (s.from == s.to &&
		(s.kind == SPAN_OPTIONAL || s.kind == SPAN_TITLE)))
		return rc;
	return add_raw(m, &s, number);
}

/* Runs of tokens with this flag, each inside of one mark; none in a mark that is free. */
static enum weigh_code
take_zones(struct making *m, unsigned flag, enum license_span_kind kind)
{
	const struct license_token *tokens = m->text->tokens;
	uint32_t n = m->out->nwords, i = 0;
	enum weigh_code rc = WEIGH_OK;

	while (rc == WEIGH_OK && i < n) {
		struct license_span s = {
			.from = i, .kind = (uint16_t)kind, .parent = m->inner[i]
		};

		if ((tokens[i].flags & flag) == 0) {
			i++;
			continue;
		}
		while (i < n && (tokens[i].flags & flag) != 0 &&
		    m->inner[i] == s.parent)
			i++;
		s.to = i;
		if (s.parent == LICENSE_NO_SPAN ||
		    m->markup.marks[s.parent].kind == SPAN_OPTIONAL)
			rc = add_raw(m, &s, LICENSE_NO_SPAN);
	}
	return rc;
}

/* The headings that a text without marks begins with. */
static enum weigh_code
take_title(struct making *m)
{
	struct license_span s = { .kind = SPAN_TITLE,
		.parent = LICENSE_NO_SPAN };

	for (size_t i = 0; i < m->markup.nmarks; i++)
		if (m->markup.marks[i].kind == SPAN_TITLE)
			return WEIGH_OK;
	while (s.to < m->out->nwords && s.to < TITLE_WORDS &&
	    (m->text->tokens[s.to].flags & TOKEN_TITLE) != 0 &&
	    m->inner[s.to] == LICENSE_NO_SPAN)
		s.to++;
	if (s.to == 0 || s.to == TITLE_WORDS || s.to == m->out->nwords)
		return WEIGH_OK;
	return add_raw(m, &s, LICENSE_NO_SPAN);
}

static int
by_place(const void *a, const void *b)
{
	const struct raw_span *x = a, *y = b;

	if (x->span.from != y->span.from)
		return x->span.from < y->span.from ? -1 : 1;
	if (x->span.to != y->span.to)
		return x->span.to > y->span.to ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* In order, with spans for parents: a mark that became none is passed over. */
static enum weigh_code
sort_spans(struct making *m)
{
	struct made_template *t = m->out;

	if (m->nraw == 0)
		return WEIGH_OK;
	qsort(m->raw, m->nraw, sizeof(*m->raw), by_place);
	t->spans = calloc(m->nraw, sizeof(*t->spans));
	if (t->spans == NULL)
		return no_memory(m);
	for (size_t i = 0; i < m->nraw; i++)
		if (m->raw[i].mark != LICENSE_NO_SPAN)
			m->span_of[m->raw[i].mark] = (uint16_t)i;
	for (size_t i = 0; i < m->nraw; i++) {
		uint16_t parent = m->raw[i].span.parent;

		while (parent != LICENSE_NO_SPAN &&
		    m->span_of[parent] == LICENSE_NO_SPAN)
			parent = m->markup.marks[parent].parent;
		t->spans[i] = m->raw[i].span;
		t->spans[i].parent = parent == LICENSE_NO_SPAN ?
		    LICENSE_NO_SPAN :
		    m->span_of[parent];
	}
	t->nspans = (uint32_t)m->nraw;
	return WEIGH_OK;
}

/* --- the whole ---------------------------------------------------------------- */

static enum weigh_code
take_spans(struct making *m)
{
	enum weigh_code rc = WEIGH_OK;

	m->inner = calloc(m->out->nwords, sizeof(*m->inner));
	m->span_of = calloc(m->markup.nmarks + 1, sizeof(*m->span_of));
	if (m->inner == NULL || m->span_of == NULL)
		return no_memory(m);
	memset(m->inner, 0xff, m->out->nwords * sizeof(*m->inner));
	memset(m->span_of, 0xff, (m->markup.nmarks + 1) * sizeof(*m->span_of));
	for (size_t i = 0; rc == WEIGH_OK && i < m->markup.nmarks; i++)
		rc = take_mark(m, (uint16_t)i);
	if (rc == WEIGH_OK)
		rc = take_zones(m, TOKEN_COPYRIGHT, SPAN_COPYRIGHT);
	if (rc == WEIGH_OK)
		rc = take_zones(m, TOKEN_FURNITURE, SPAN_OPTIONAL);
	if (rc == WEIGH_OK)
		rc = take_title(m);
	return rc != WEIGH_OK ? rc : sort_spans(m);
}

enum weigh_code
license_made_read(struct made_template *out, struct made_words *words,
    const char *text, size_t len, struct weigh_err *err)
{
	struct making m = { .out = out, .words = words, .err = err };
	enum weigh_code rc;

	*out = (struct made_template){ .words = NULL };
	rc = license_markup_read(&m.markup, text, len, err);
	if (rc == WEIGH_OK && m.markup.len == 0)
		rc = no_words(&m);
	if (rc == WEIGH_OK)
		rc = license_text_read(&m.text, m.markup.text, m.markup.len,
		    err);
	if (rc == WEIGH_OK)
		rc = take_words(&m);
	if (rc == WEIGH_OK)
		rc = take_clauses(&m);
	if (rc == WEIGH_OK)
		rc = take_spans(&m);
	license_text_free(m.text);
	license_markup_free(&m.markup);
	free(m.inner);
	free(m.span_of);
	free(m.raw);
	return rc;
}
