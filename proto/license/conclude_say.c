/* conclude_say: what the steps of a conclusion share; see conclude.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conclude.h"
#include "terms.h"

void
conclude_say(struct conclude *c, const char *fmt, ...)
{
	const char *text;
	va_list args;

	if (c->r->nreasons == WEIGH_RECORD_REASONS)
		return;
	va_start(args, fmt);
	text = record_vprintf(c->r, fmt, args);
	va_end(args);
	if (!record_reason(c->r, text))
		c->failed = true;
}

static bool
is_told(const struct weigh_record *r, enum weigh_finding finding,
    const char *what)
{
	for (uint32_t i = 0; i < r->nfindings; i++)
		if (r->findings[i].finding == finding &&
		    strcmp(r->findings[i].what, what) == 0)
			return true;
	return false;
}

struct weigh_record_finding *
conclude_find(struct conclude *c, enum weigh_finding finding,
    const struct weigh_record_part *p, const char *clause, const char *fmt, ...)
{
	struct weigh_record_finding *f;
	const char *what;
	va_list args;

	if (c->r->nfindings == WEIGH_RECORD_FINDINGS)
		return NULL;
	va_start(args, fmt);
	what = record_vprintf(c->r, fmt, args);
	va_end(args);
	if (what != NULL && is_told(c->r, finding, what))
		return NULL;
	if (what == NULL || (f = record_finding(c->r)) == NULL) {
		c->failed = true;
		return NULL;
	}
	f->finding = finding;
	f->what = what;
	f->clause = clause;
	if (p != NULL) {
		f->path = p->path;
		f->from = p->from;
		f->oid = p->oid;
	}
	return f;
}

/* --- parts -------------------------------------------------------------------------------- */

static bool
is_part(const struct weigh_record_part *p, const char *id, const char *from)
{
	return strcmp(p->id, id) == 0 && strcmp(p->from, from) == 0;
}

uint32_t
conclude_part(struct conclude *c, const char *id, const char *from)
{
	struct weigh_record *r = c->r;
	struct weigh_record_part *p;

	for (uint32_t i = 0; i < r->nparts; i++)
		if (is_part(&r->parts[i], id, from))
			return i;
	if (r->nparts == WEIGH_RECORD_PARTS)
		return r->nparts - 1;
	if ((p = record_part(r)) == NULL) {
		c->failed = true;
		return 0;
	}
	p->id = record_keeps(r, id);
	p->from = record_keeps(r, from);
	if (r->nparts == WEIGH_RECORD_PARTS) {
		p->id = CONCLUDE_NOTHING_SAID;
		conclude_say(c,
		    "more licenses apply than a record holds; the others are "
		    "one that says nothing");
	}
	if (p->id == NULL || p->from == NULL) {
		p->id = CONCLUDE_NOTHING_SAID;
		p->from = "";
		c->failed = true;
	}
	return r->nparts - 1;
}

const struct weigh_record_term *
conclude_term(const struct weigh_record_part *p, const char *fact)
{
	for (uint32_t i = 0; i < p->nterms; i++)
		if (strcmp(p->terms[i].fact, fact) == 0)
			return &p->terms[i];
	return NULL;
}

/* --- ids ----------------------------------------------------------------------------------- */

struct weigh_license_terms *
conclude_row(struct conclude *c, const char *id)
{
	struct weigh_license_terms *row = NULL;
	const char *with = strstr(id, " WITH ");
	char first[WEIGH_LICENSE_ID];
	enum weigh_code rc;

	if (strcmp(id, CONCLUDE_NOTHING_SAID) == 0)
		return NULL;
	snprintf(first, sizeof(first), "%.*s",
	    with != NULL ? (int)(with - id) : (int)sizeof(first), id);
	rc = weigh_terms_find(&row, c->tables, c->ntables, first, NULL);
	if (rc == WEIGH_NOMEM)
		c->failed = true;
	return rc == WEIGH_OK ? row : NULL;
}

bool
conclude_is_policy(struct conclude *c, const char *id)
{
	struct weigh_license_terms *row = conclude_row(c, id);
	bool policy = row != NULL && strcmp(row->family, "policy") == 0;

	weigh_license_terms_free(row);
	return policy;
}

static struct cursor
span(const char *text)
{
	return (struct cursor){ text, strlen(text) };
}

bool
conclude_lists(const char *list, const char *word)
{
	struct cursor rest = span(list);

	while (rest.len > 0)
		if (weigh_terms_same(weigh_ini_trim(weigh_ini_cut(&rest, ',')),
			span(word)))
			return true;
	return false;
}

/* Without -only, -or-later or +. */
static struct cursor
stem(const char *id)
{
	static const char *const ends[] = { "-only", "-or-later", "+" };
	struct cursor s = span(id);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (s.len > n &&
		    weigh_terms_same((struct cursor){ s.p + s.len - n, n },
			span(ends[i]))) {
			s.len -= n;
			break;
		}
	}
	return s;
}

bool
conclude_same(struct conclude *c, const char *a, const char *b)
{
	struct weigh_license_terms *one, *two;
	bool same;

	if (weigh_terms_same(stem(a), stem(b)))
		return true;
	one = conclude_row(c, a);
	two = one != NULL ? conclude_row(c, b) : NULL;
	same = two != NULL && strcmp(one->id, two->id) == 0;
	weigh_license_terms_free(one);
	weigh_license_terms_free(two);
	return same;
}

/* --- an expression of parts ----------------------------------------------------------------- */

/* In an expression `+` is an operator. */
static void
put_id(struct weigh_buf *b, const char *id)
{
	bool ours = strncmp(id, "LicenseRef-", 11) == 0;

	for (; *id != '\0'; id++)
		if (*id == '+' && ours)
			weigh_buf_adds(b, "plus");
		else
			weigh_buf_addc(b, *id);
}

/* Can it stand in an expression?  What a base does not say is told by findings. */
static bool
is_spoken(const struct weigh_record_part *p)
{
	return strcmp(p->id, CONCLUDE_NONE) != 0 &&
	    strcmp(p->id, CONCLUDE_NOTHING_SAID) != 0;
}

/* Is it the first of its id among the bits of `mask`? */
static bool
is_first(const struct weigh_record *r, uint32_t mask, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if ((mask & (UINT32_C(1) << k)) != 0 &&
		    strcmp(r->parts[k].id, r->parts[i].id) == 0)
			return false;
	return true;
}

static uint32_t
spoken(const struct conclude *c, uint32_t mask, bool own)
{
	const struct weigh_record *r = c->r;
	uint32_t out = 0;

	for (uint32_t i = 0; i < (own ? c->nown : r->nparts); i++)
		if ((mask & (UINT32_C(1) << i)) != 0 &&
		    is_spoken(&r->parts[i]) && is_first(r, mask, i))
			out |= UINT32_C(1) << i;
	return out;
}

static void
put_option(struct weigh_buf *b, const struct weigh_record *r, uint32_t mask,
    bool enclosed)
{
	bool several = enclosed && (mask & (mask - 1)) != 0;
	bool first = true;

	weigh_buf_adds(b, several ? "(" : "");
	for (uint32_t i = 0; i < r->nparts; i++) {
		if ((mask & (UINT32_C(1) << i)) == 0)
			continue;
		weigh_buf_adds(b, first ? "" : " AND ");
		put_id(b, r->parts[i].id);
		first = false;
	}
	weigh_buf_adds(b, several ? ")" : "");
}

const char *
conclude_expression(struct conclude *c, const struct choice *choice, bool own)
{
	struct choice told = { .n = 0 };
	const char *text = NULL;
	struct weigh_buf b;

	weigh_buf_init(&b, 1u << 16);
	for (uint32_t i = 0; i < choice->n; i++) {
		struct choice one = {
			.mask = { spoken(c, choice->mask[i], own) }, .n = 1
		};

		if (one.mask[0] == 0)
			continue;
		if (told.n == 0)
			told = one;
		else
			choice_or(&told, &one);
	}
	for (uint32_t i = 0; i < told.n; i++) {
		weigh_buf_adds(&b, i > 0 ? " OR " : "");
		put_option(&b, c->r, told.mask[i], told.n > 1);
	}
	if (!b.failed)
		text = weigh_record_keep(c->r, b.data, b.len);
	weigh_buf_free(&b);
	if (text == NULL)
		c->failed = true;
	return text != NULL ? text : "";
}
