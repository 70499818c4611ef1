/*
 * terms: see weigh/licenseterms.h.
 *
 * A table is read once, line by line, and every value is checked; what is kept are places
 * in its text.  A row is put together when somebody asks for it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/near.h>

#include "terms.h"

#define EVIDENCES "text, secondary, likely"

#define ROWS_MAX 4096u
#define TAGS_MAX 1024u

const struct terms_about weigh_terms_abouts[TERMS_ABOUTS] = {
#define ABOUT(key, values, member) \
	{ \
		key, values, offsetof(struct weigh_license_terms, member), \
		    sizeof(((struct weigh_license_terms *)0)->member) \
	}
	[TERMS_NAME] = ABOUT("name", NULL, name),
	[TERMS_FAMILY] = ABOUT("family", weigh_term_families, family),
	[TERMS_HUB] = ABOUT("hub", NULL, hub),
	[TERMS_ALSO] = ABOUT("also", NULL, also),
	[TERMS_BASED_ON] = ABOUT("based-on", NULL, based_on),
	[TERMS_URL] = ABOUT("url", NULL, url),
	[TERMS_EVIDENCE] = ABOUT("evidence", EVIDENCES, evidence),
	[TERMS_NOTE] = ABOUT("note", NULL, note),
#undef ABOUT
};

/* Where reading is. */
struct reader {
	struct weigh_terms *t;
	const char *name;
	struct ini ini;
	enum {
		NOWHERE,
		IN_ROW,
		IN_HUB
	} in;
	struct weigh_err *err;
};

/* --- complaints ------------------------------------------------------------------- */

/* "acme.terms:3: 'comercial' is no fact", and what it may be meant for. */
static enum weigh_code
refuse(struct reader *r, struct cursor what, const char *why, const char *near)
{
	enum weigh_code rc = weigh_fail(r->err, WEIGH_MALFORMED,
	    "%s:%u: '%.*s' %s", r->name, r->ini.line,
	    (int)(what.len < 80 ? what.len : 80), what.p, why);

	if (near != NULL && near[0] != '\0')
		weigh_fix(r->err, "the nearest known word is '%s'", near);
	return rc;
}

static enum weigh_code
no_memory(struct weigh_err *err)
{
	return weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

/* The list with room for one more than `n` elements, or NULL and the list stays; room
 * doubles at powers of two. */
static void *
grown(void *list, size_t n, size_t size)
{
	if ((n & (n - 1)) != 0)
		return list;
	return realloc(list, (n == 0 ? 1 : n * 2) * size);
}

/* --- a line's value --------------------------------------------------------------- */

/* The bytes of `"words"` in front, quotes included; 0 if it does not end. */
static size_t
quoted(struct cursor s)
{
	size_t i = 1;

	for (; i < s.len; i++) {
		if (s.p[i] != '"')
			continue;
		if (i + 1 >= s.len || s.p[i + 1] != '"')
			return i + 1;
		i++;
	}
	return 0;
}

static bool
starts(struct cursor s, const char *with)
{
	size_t n = strlen(with);

	return s.len >= n && memcmp(s.p, with, n) == 0;
}

/* The bytes of the value itself, up to what stands behind it. */
static size_t
value_length(struct cursor s)
{
	size_t i = s.len > 0 && s.p[0] == '"' ? quoted(s) : 0;

	for (; i < s.len; i++) {
		struct cursor rest = { s.p + i, s.len - i };

		if (starts(rest, " (") || starts(rest, " [") ||
		    starts(rest, " -- "))
			break;
	}
	return i;
}

static struct cursor
skip(struct cursor s, size_t n)
{
	return weigh_ini_trim((struct cursor){ s.p + n, s.len - n });
}

/* `(clause)` or `[evidence]` in front of *s, taken away; brackets may nest. */
static bool
take_brackets(struct cursor *s, char open, char close, struct cursor *out)
{
	size_t depth = 0;

	if (s->len == 0 || s->p[0] != open)
		return true;
	for (size_t i = 0; i < s->len; i++) {
		depth += s->p[i] == open;
		depth -= s->p[i] == close;
		if (depth > 0)
			continue;
		*out = weigh_ini_trim((struct cursor){ s->p + 1, i - 1 });
		*s = skip(*s, i + 1);
		return true;
	}
	return false;
}

/* value (clause) [evidence] -- note */
static enum weigh_code
split_value(struct reader *r, struct cursor s, struct terms_fact *f)
{
	size_t n = value_length(s);
	struct cursor rest = skip(s, n);

	f->value = weigh_ini_trim((struct cursor){ s.p, n });
	if (!take_brackets(&rest, '(', ')', &f->clause) ||
	    !take_brackets(&rest, '[', ']', &f->evidence))
		return refuse(r, rest, "is not closed", NULL);
	if (starts(rest, "-- ")) {
		f->note = skip(rest, 3);
		rest.len = 0;
	}
	if (rest.len > 0)
		return refuse(r, rest,
		    "stands behind the value: (clause) [evidence] -- note",
		    NULL);
	if (f->clause.len >= sizeof(((struct weigh_term *)0)->clause))
		return refuse(r, f->clause, "is too long for a clause", NULL);
	if (f->note.len >= sizeof(((struct weigh_term *)0)->note))
		return refuse(r, f->note, "is too long for a note", NULL);
	return WEIGH_OK;
}

/* Is it one of a closed list that is no fact's? */
static enum weigh_code
check_closed(struct reader *r, struct cursor value, const char *values)
{
	struct weigh_term_kind kind = { .values = values,
		.type = WEIGH_TERM_WORD };
	struct terms_complaint bad;
	char out[64];

	if (weigh_term_check(&kind, value, out, sizeof(out), &bad))
		return WEIGH_OK;
	return refuse(r, value, bad.why, bad.near);
}

/* --- lines ------------------------------------------------------------------------ */

static const struct weigh_term_kind *
find_kind(struct cursor key)
{
	for (size_t i = 0; i < weigh_term_nkinds; i++)
		if (strlen(weigh_term_kinds[i].fact) == key.len &&
		    memcmp(weigh_term_kinds[i].fact, key.p, key.len) == 0)
			return &weigh_term_kinds[i];
	return NULL;
}

static const char *
nearest_key(struct cursor key, char text[40])
{
	const char *names[TERMS_ABOUTS + 64];
	size_t n = 0;

	snprintf(text, 40, "%.*s", (int)(key.len < 39 ? key.len : 39), key.p);
	for (size_t i = 0; i < TERMS_ABOUTS; i++)
		names[n++] = weigh_terms_abouts[i].key;
	for (size_t i = 0; i < weigh_term_nkinds && i < 64; i++)
		names[n++] = weigh_term_kinds[i].fact;
	return weigh_nearest(text, names, n);
}

static enum weigh_code
take_about(struct reader *r, struct terms_row *row, enum terms_what which,
    struct cursor value)
{
	if (row->about[which].len > 0)
		return refuse(r, value, "is said a second time", NULL);
	if (value.len == 0 || value.len >= weigh_terms_abouts[which].size)
		return refuse(r, value, "is empty, or too long", NULL);
	row->about[which] = value;
	if (weigh_terms_abouts[which].values == NULL)
		return WEIGH_OK;
	return check_closed(r, value, weigh_terms_abouts[which].values);
}

/* threshold.* = none: there is no limit but those that have a line. */
static enum weigh_code
take_no_limit(struct reader *r, struct terms_row *row, struct cursor value)
{
	enum weigh_code rc = split_value(r, value, &row->others);

	if (rc != WEIGH_OK)
		return rc;
	if (row->no_other_limit)
		return refuse(r, value, "is said a second time", NULL);
	row->no_other_limit = true;
	return check_closed(r, row->others.value, "none");
}

static enum weigh_code
take_fact(struct reader *r, struct terms_row *row,
    const struct weigh_term_kind *kind, struct cursor value)
{
	char checked[sizeof(((struct weigh_term *)0)->value)];
	struct weigh_terms *t = r->t;
	struct terms_complaint bad;
	struct terms_fact *f, *more;
	enum weigh_code rc;

	for (size_t i = 0; i < row->nfacts; i++)
		if (t->facts[row->first + i].kind == kind)
			return refuse(r, value, "is said a second time", NULL);
	if ((more = grown(t->facts, t->nfacts, sizeof(*more))) == NULL)
		return no_memory(r->err);
	t->facts = more;
	f = &more[t->nfacts++];
	*f = (struct terms_fact){ 0 };
	row->nfacts++;
	f->kind = kind;
	if ((rc = split_value(r, value, f)) != WEIGH_OK)
		return rc;
	if (!weigh_term_check(kind, f->value, checked, sizeof(checked), &bad))
		return refuse(r, f->value, bad.why, bad.near);
	return f->evidence.len == 0 ? WEIGH_OK :
				      check_closed(r, f->evidence, EVIDENCES);
}

static enum weigh_code
take_row_line(struct reader *r, struct cursor key, struct cursor value)
{
	struct terms_row *row = &r->t->rows[r->t->nrows - 1];
	const struct weigh_term_kind *kind;
	char near[40];

	for (unsigned i = 0; i < TERMS_ABOUTS; i++)
		if (strlen(weigh_terms_abouts[i].key) == key.len &&
		    memcmp(weigh_terms_abouts[i].key, key.p, key.len) == 0)
			return take_about(r, row, (enum terms_what)i, value);
	if (key.len == 11 && memcmp(key.p, "threshold.*", 11) == 0)
		return take_no_limit(r, row, value);
	if ((kind = find_kind(key)) != NULL)
		return take_fact(r, row, kind, value);
	return refuse(r, key, "is no fact", nearest_key(key, near));
}

/* tag = ID, precision; of what names no license: tag = family, or tag = none */
static enum weigh_code
take_tag(struct reader *r, struct cursor key, struct cursor value)
{
	static const struct {
		const char *word;
		enum weigh_hub_precision precision;
		bool id;
	} words[] = {
		{ "exact", WEIGH_HUB_EXACT, true },
		{ "version-not-told", WEIGH_HUB_VERSION, true },
		{ "family", WEIGH_HUB_FAMILY, false },
		{ "none", WEIGH_HUB_NONE, false },
	};
	struct weigh_terms *t = r->t;
	struct cursor id, word = value;
	struct terms_tag *tag, *more;

	id = weigh_ini_trim(weigh_ini_cut(&word, ','));
	word = weigh_ini_trim(word);
	if (key.len == 0 || key.len >= WEIGH_LICENSE_ID ||
	    id.len >= WEIGH_LICENSE_ID)
		return refuse(r, key, "is empty, or too long", NULL);
	for (size_t i = 0; i < t->ntags; i++)
		if (weigh_terms_same(t->tags[i].tag, key))
			return refuse(r, key, "is said a second time", NULL);
	if (t->ntags == TAGS_MAX)
		return weigh_fail(r->err, WEIGH_TOO_BIG,
		    "%s:%u: more than %u tags", r->name, r->ini.line, TAGS_MAX);
	if ((more = grown(t->tags, t->ntags, sizeof(*more))) == NULL)
		return no_memory(r->err);
	t->tags = more;
	tag = &more[t->ntags++];
	*tag = (struct terms_tag){ 0 };
	tag->tag = key;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct cursor w = { words[i].word, strlen(words[i].word) };

		if (!weigh_terms_same(w, words[i].id ? word : value))
			continue;
		tag->precision = words[i].precision;
		tag->id = words[i].id ? id : (struct cursor){ "", 0 };
		return WEIGH_OK;
	}
	return refuse(r, value,
	    "is neither 'ID, exact', 'ID, version-not-told', family nor none",
	    NULL);
}

static bool
is_id(struct cursor id)
{
	static const char extra[] = "+-.";

	for (size_t i = 0; i < id.len; i++)
		if (!(id.p[i] >= '0' && id.p[i] <= '9') &&
		    !(id.p[i] >= 'A' && id.p[i] <= 'Z') &&
		    !(id.p[i] >= 'a' && id.p[i] <= 'z') &&
		    strchr(extra, id.p[i]) == NULL)
			return false;
	return id.len > 0 && id.len < WEIGH_LICENSE_ID;
}

/* Of every row: what is its evidence? */
static enum weigh_code
end_row(struct reader *r)
{
	const struct terms_row *row;

	if (r->in != IN_ROW)
		return WEIGH_OK;
	row = &r->t->rows[r->t->nrows - 1];
	if (row->about[TERMS_EVIDENCE].len > 0)
		return WEIGH_OK;
	weigh_fail(r->err, WEIGH_MALFORMED, "%s:%u: '%.*s' tells no evidence",
	    r->name, row->line, (int)row->id.len, row->id.p);
	weigh_fix(r->err,
	    "write 'evidence = text' if the license was read, "
	    "else secondary or likely");
	return WEIGH_MALFORMED;
}

static enum weigh_code
take_section(struct reader *r, struct cursor id)
{
	struct weigh_terms *t = r->t;
	enum weigh_code rc;
	struct terms_row *row, *more;

	if ((rc = end_row(r)) != WEIGH_OK)
		return rc;
	if (id.len == 3 && memcmp(id.p, "hub", 3) == 0) {
		r->in = IN_HUB;
		return WEIGH_OK;
	}
	if (!is_id(id))
		return refuse(r, id,
		    "is no id: letters, digits, '.', '-' and '+'", NULL);
	for (size_t i = 0; i < t->nrows; i++)
		if (weigh_terms_same(t->rows[i].id, id))
			return refuse(r, id, "has a row already", NULL);
	if (t->nrows == ROWS_MAX)
		return weigh_fail(r->err, WEIGH_TOO_BIG,
		    "%s:%u: more than %u rows", r->name, r->ini.line, ROWS_MAX);
	if ((more = grown(t->rows, t->nrows, sizeof(*more))) == NULL)
		return no_memory(r->err);
	t->rows = more;
	row = &more[t->nrows++];
	*row = (struct terms_row){ 0 };
	row->id = id;
	snprintf(row->name, sizeof(row->name), "%.*s", (int)id.len, id.p);
	row->first = t->nfacts;
	row->line = r->ini.line;
	r->in = IN_ROW;
	return WEIGH_OK;
}

static enum weigh_code
take_line(struct reader *r, const struct ini_line *l)
{
	switch (l->kind) {
	case INI_UNCLEAN:
		return weigh_fail(r->err, WEIGH_MALFORMED,
		    "%s:%u: not UTF-8, or a control character in it", r->name,
		    r->ini.line);
	case INI_OTHER:
		return refuse(r, l->key, "is neither [ID] nor fact = value",
		    NULL);
	case INI_SECTION:
		return take_section(r, l->key);
	case INI_PAIR:
	case INI_END:
		break;
	}
	if (r->in == NOWHERE)
		return refuse(r, l->key, "stands before the first [ID]", NULL);
	return r->in == IN_HUB ? take_tag(r, l->key, l->value) :
				 take_row_line(r, l->key, l->value);
}

enum weigh_code
weigh_terms_read(struct weigh_terms **out, const char *name, const char *text,
    size_t len, struct weigh_err *err)
{
	struct reader r = {
		.name = name, .ini.rest = { text, len }, .err = err
	};
	struct ini_line line;
	enum weigh_code rc = WEIGH_OK;

	*out = NULL;
	if (len > WEIGH_TERMS_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "%s: %zu bytes, at most %u allowed", name, len,
		    WEIGH_TERMS_MAX);
	if ((r.t = calloc(1, sizeof(*r.t))) == NULL)
		return no_memory(err);
	while (rc == WEIGH_OK &&
	    (line = weigh_ini_next(&r.ini)).kind != INI_END)
		rc = take_line(&r, &line);
	if (rc == WEIGH_OK)
		rc = end_row(&r);
	if (rc == WEIGH_OK) {
		*out = r.t;
		r.t = NULL;
	}
	weigh_terms_free(r.t);
	return rc;
}

void
weigh_terms_free(struct weigh_terms *t)
{
	if (t == NULL)
		return;
	free(t->rows);
	free(t->facts);
	free(t->tags);
	free(t);
}
