/* template: see template.h. */
#include <stdlib.h>
#include <string.h>

#include <weigh/buf.h>

#include "../cursor.h"
#include "template.h"
#include "text.h"

struct reading {
	struct license_markup *out;
	struct weigh_buf text;
	struct cursor in;
	uint16_t open; /* the innermost optional part, or LICENSE_NO_SPAN */
	struct weigh_err *err;
};

/* A value between quotes.  A quote inside is none that ';' or '>>' follow. */
struct value {
	const char *text;
	size_t len;
};

struct attributes {
	struct value name, original, match;
};

static enum weigh_code
add_mark(struct reading *r, enum license_span_kind kind,
    const struct value *match)
{
	struct license_markup *m = r->out;

	if (m->nmarks == LICENSE_NO_SPAN)
		return weigh_fail(r->err, WEIGH_TOO_BIG, "more than %u marks",
		    LICENSE_NO_SPAN);
	if (m->nmarks == m->room) {
		size_t room = m->room == 0 ? 16 : 2 * m->room;
		struct license_mark *marks = realloc(m->marks,
		    room * sizeof(*marks));

		if (marks == NULL)
			return weigh_fail(r->err, WEIGH_NOMEM, "out of memory");
		m->marks = marks;
		m->room = room;
	}
	m->marks[m->nmarks++] = (struct license_mark){
		.start = (uint32_t)r->text.len,
		.end = (uint32_t)r->text.len,
		.kind = kind,
		.parent = r->open,
		.match = match == NULL ? NULL : match->text,
		.match_len = match == NULL ? 0 : match->len,
	};
	return WEIGH_OK;
}

static bool
take_value(struct cursor *c, struct value *out)
{
	for (size_t i = 0; i < c->len; i++)
		if (c->p[i] == '"' && i + 1 < c->len &&
		    (c->p[i + 1] == ';' ||
			(i + 2 < c->len && c->p[i + 1] == '>' &&
			    c->p[i + 2] == '>'))) {
			*out = (struct value){ c->p, i };
			cursor_skip(c, i + 1);
			return true;
		}
	return false;
}

/* What stands between a mark's word and its '>>'. */
static bool
take_attributes(struct cursor *c, struct attributes *out)
{
	struct value *v;

	*out = (struct attributes){ { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	while (take_text(c, ";")) {
		if (take_text(c, "name=\""))
			v = &out->name;
		else if (take_text(c, "original=\""))
			v = &out->original;
		else if (take_text(c, "match=\""))
			v = &out->match;
		else
			return false;
		if (!take_value(c, v))
			return false;
	}
	return take_text(c, ">>");
}

static bool
is(const struct value *v, const char *text)
{
	return v->len == strlen(text) && memcmp(v->text, text, v->len) == 0;
}

static enum weigh_code
begin_optional(struct reading *r)
{
	struct attributes a;
	enum weigh_code rc;

	if (!take_attributes(&r->in, &a))
		return weigh_fail(r->err, WEIGH_MALFORMED,
		    "'<<beginOptional' without its '>>'");
	rc = add_mark(r,
	    a.name.text != NULL && is(&a.name, "title") ? SPAN_TITLE :
							  SPAN_OPTIONAL,
	    NULL);
	if (rc == WEIGH_OK)
		r->open = (uint16_t)(r->out->nmarks - 1);
	return rc;
}

static enum weigh_code
end_optional(struct reading *r)
{
	struct license_mark *m;

	if (r->open == LICENSE_NO_SPAN)
		return weigh_fail(r->err, WEIGH_MALFORMED,
		    "'<<endOptional>>' without '<<beginOptional>>'");
	m = &r->out->marks[r->open];
	m->end = (uint32_t)r->text.len;
	r->open = m->parent;
	return WEIGH_OK;
}

static enum weigh_code
take_var(struct reading *r)
{
	struct attributes a;
	enum weigh_code rc;

	if (!take_attributes(&r->in, &a) || a.original.text == NULL ||
	    a.match.text == NULL)
		return weigh_fail(r->err, WEIGH_MALFORMED,
		    "a '<<var' without 'original', 'match' or its '>>'");
	rc = add_mark(r,
	    a.name.text != NULL && is(&a.name, "copyright") ? SPAN_COPYRIGHT :
							      SPAN_ONE_OF,
	    &a.match);
	if (rc != WEIGH_OK)
		return rc;
	weigh_buf_add(&r->text, a.original.text, a.original.len);
	r->out->marks[r->out->nmarks - 1].end = (uint32_t)r->text.len;
	return WEIGH_OK;
}

/* One mark, or the text up to the next '<<'. */
static enum weigh_code
take_next(struct reading *r)
{
	const char *next;
	size_t len;

	if (take_text(&r->in, "<<beginOptional"))
		return begin_optional(r);
	if (take_text(&r->in, "<<endOptional>>"))
		return end_optional(r);
	if (take_text(&r->in, "<<var"))
		return take_var(r);
	next = r->in.len < 2 ? NULL :
			       memmem(r->in.p + 1, r->in.len - 1, "<<", 2);
	len = next == NULL ? r->in.len : (size_t)(next - r->in.p);
	weigh_buf_add(&r->text, r->in.p, len);
	cursor_skip(&r->in, len);
	return WEIGH_OK;
}

enum weigh_code
license_markup_read(struct license_markup *out, const char *text, size_t len,
    struct weigh_err *err)
{
	struct reading r = { .out = out,
		.in = { text, len },
		.open = LICENSE_NO_SPAN,
		.err = err };
	enum weigh_code rc = WEIGH_OK;

	*out = (struct license_markup){ .text = NULL };
	if (len > WEIGH_LICENSE_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "%zu bytes, at most %u are allowed", len,
		    WEIGH_LICENSE_MAX);
	weigh_buf_init(&r.text, WEIGH_LICENSE_MAX);
	while (rc == WEIGH_OK && r.in.len > 0)
		rc = take_next(&r);
	if (rc == WEIGH_OK && r.open != LICENSE_NO_SPAN)
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "'<<beginOptional>>' without '<<endOptional>>'");
	if (rc == WEIGH_OK && r.text.failed)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK) {
		out->len = r.text.len;
		out->text = weigh_buf_take(&r.text);
	}
	weigh_buf_free(&r.text);
	return rc;
}

void
license_markup_free(struct license_markup *m)
{
	free(m->text);
	free(m->marks);
	*m = (struct license_markup){ .text = NULL };
}
