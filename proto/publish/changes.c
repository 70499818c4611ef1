/*
 * publish/changes: a commit, line by line; see weigh/changes.h.
 *
 * Each line has a JSON reader of its own, fed with what there is of the line; its
 * tokens move a small machine:
 *
 *     OPEN -{-> OUTER -"key"-> KIND -> OUTER -"value"-> VALUE -{-> INNER
 *     INNER -a row's key-> FIELD -> INNER -}-> OUTER -}-> CLOSED -> the event
 *     INNER, OUTER -any other key-> SKIP -> where it came from
 */
#include <stdlib.h>
#include <string.h>

#include "changing.h"

/* A file's content as base64, a path and names, and some room for what is new. */
static const struct weigh_json_limits line_limits = { 8, PART, 64,
	(WEIGH_CHANGES_FILE / 3 + 1) * 4 + (1u << 20) };

static enum weigh_changes_event
bad(struct weigh_changes *c, enum weigh_code rc)
{
	c->code = weigh_context(&c->err, rc, "line %llu",
	    (unsigned long long)c->lines + 1);
	return WEIGH_CHANGES_BAD;
}

/* --- the machine ------------------------------------------------------------------------- */

/* Read over the value that comes, then go on at `then`. */
static void
begin_skip(struct weigh_changes *c, enum place then)
{
	c->skip_depth = weigh_json_depth(c->j);
	c->after_skip = then;
	c->place = SKIP;
}

static enum weigh_code
outer(struct weigh_changes *c, enum weigh_json_token t)
{
	const char *key = weigh_json_text(c->j, NULL);

	if (t == WEIGH_JSON_OBJECT_END) {
		c->place = CLOSED;
		return c->value ?
		    WEIGH_OK :
		    weigh_changes_malformed(c, "there is no 'value'");
	}
	if (strcmp(key, "key") == 0)
		c->place = KIND;
	else if (strcmp(key, "value") == 0)
		c->place = VALUE;
	else
		begin_skip(c, OUTER);
	if (c->place == VALUE && c->kind == NULL)
		return weigh_changes_malformed(c,
		    "'key' must stand before 'value'");
	return WEIGH_OK;
}

static enum weigh_code
end_value(struct weigh_changes *c)
{
	c->place = OUTER;
	for (unsigned i = 0; i < c->kind->nfields; i++)
		if (c->kind->fields[i].required && (c->given >> i & 1) == 0)
			return weigh_fail(&c->err, WEIGH_MALFORMED,
			    "'%s' is missing", c->kind->fields[i].key);
	return WEIGH_OK;
}

static enum weigh_code
inner(struct weigh_changes *c, enum weigh_json_token t)
{
	const char *key = weigh_json_text(c->j, NULL);

	if (t == WEIGH_JSON_OBJECT_END)
		return end_value(c);
	for (unsigned i = 0; i < c->kind->nfields; i++) {
		if (strcmp(c->kind->fields[i].key, key) != 0)
			continue;
		c->field = &c->kind->fields[i];
		c->place = FIELD;
		weigh_json_parts(c->j, weigh_changes_in_parts(c->field));
		return WEIGH_OK;
	}
	begin_skip(c, INNER);
	return WEIGH_OK;
}

static enum weigh_code
field(struct weigh_changes *c, enum weigh_json_token t)
{
	enum weigh_code rc;

	if (t == WEIGH_JSON_NULL) { /* as if it were not there */
		weigh_json_parts(c->j, false);
		c->place = INNER;
		return WEIGH_OK;
	}
	rc = c->field->take(c, t);
	if (rc != WEIGH_OK)
		return weigh_context(&c->err, rc, "'%s'", c->field->key);
	if (t == WEIGH_JSON_PART)
		return WEIGH_OK;
	c->given |= 1u << (unsigned)(c->field - c->kind->fields);
	weigh_json_parts(c->j, false);
	c->place = INNER;
	return WEIGH_OK;
}

/* One token of the line. */
static enum weigh_code
step(struct weigh_changes *c, enum weigh_json_token t)
{
	switch (c->place) {
	case OPEN:
		c->place = OUTER;
		return t == WEIGH_JSON_OBJECT ?
		    WEIGH_OK :
		    weigh_changes_malformed(c, "an object is expected");
	case OUTER:
		return outer(c, t);
	case KIND:
		c->place = OUTER;
		return weigh_changes_take_kind(c, t);
	case VALUE:
		c->place = INNER;
		c->value = true;
		return t == WEIGH_JSON_OBJECT ?
		    WEIGH_OK :
		    weigh_changes_malformed(c,
			"'value': an object is expected");
	case INNER:
		return inner(c, t);
	case FIELD:
		return field(c, t);
	case SKIP:
		if (weigh_json_depth(c->j) == c->skip_depth)
			c->place = c->after_skip;
		return WEIGH_OK;
	case CLOSED:
		break;
	}
	return weigh_changes_malformed(c, "something stands behind the object");
}

/* --- lines ----------------------------------------------------------------------------------- */

static bool
begin_line(struct weigh_changes *c)
{
	struct weigh_change *l = &c->line;

	if ((c->j = weigh_json_new(&line_limits)) == NULL)
		return false;
	c->place = OPEN;
	c->kind = NULL;
	c->given = 0;
	c->value = false;
	c->nletters = 0;
	c->padded = false;
	l->path[0] = l->from[0] = l->from_rev[0] = '\0';
	l->has_size = false;
	l->size = 0;
	return true;
}

/* Hand what there is of the line to its reader. */
static void
feed_line(struct weigh_changes *c)
{
	size_t len = (size_t)(c->end - c->p);
	const char *lf = len > 0 ? memchr(c->p, '\n', len) : NULL;
	bool whole = lf != NULL || c->last;

	if (lf != NULL)
		len = (size_t)(lf - c->p);
	weigh_json_feed(c->j, len > 0 ? c->p : "", len, whole);
	c->p += len + (lf != NULL ? 1 : 0);
}

static enum weigh_code
end_header(struct weigh_changes *c)
{
	c->header = true;
	if (c->summary.len == 0)
		return weigh_changes_malformed(c, "the summary is empty");
	if (c->description.len > 0) {
		weigh_buf_adds(&c->summary, "\n\n");
		weigh_buf_add(&c->summary, c->description.data,
		    c->description.len);
	}
	c->line.message = c->summary.data;
	return c->summary.failed ?
	    weigh_fail(&c->err, WEIGH_NOMEM, "out of memory") :
	    WEIGH_OK;
}

static enum weigh_changes_event
end_line(struct weigh_changes *c)
{
	enum weigh_code rc = WEIGH_OK;

	weigh_json_free(c->j);
	c->j = NULL;
	if (c->kind == NULL)
		return bad(c, weigh_changes_malformed(c, "there is no 'key'"));
	if (c->kind->event == WEIGH_CHANGES_HEADER)
		rc = end_header(c);
	else if (c->lines > WEIGH_CHANGES_MAX)
		rc = weigh_fail(&c->err, WEIGH_TOO_BIG,
		    "at most %d changes at a time", WEIGH_CHANGES_MAX);
	if (rc != WEIGH_OK)
		return bad(c, rc);
	c->lines++;
	return c->kind->event;
}

/* Tokens until there is something to tell: MORE means the line's reader wants
 * more. */
static enum weigh_changes_event
read_line(struct weigh_changes *c)
{
	enum weigh_json_token t;
	enum weigh_code rc;

	c->content_len = 0;
	while ((t = weigh_json_next(c->j)) != WEIGH_JSON_MORE) {
		if (t == WEIGH_JSON_BAD)
			return bad(c, weigh_json_error(c->j, &c->err));
		if (t == WEIGH_JSON_END)
			return end_line(c);
		if ((rc = step(c, t)) != WEIGH_OK)
			return bad(c, rc);
		if (c->content_len > 0)
			return WEIGH_CHANGES_CONTENT;
	}
	return WEIGH_CHANGES_MORE;
}

/* Nothing is left of the piece, and no line is open. */
static enum weigh_changes_event
between_lines(struct weigh_changes *c)
{
	if (!c->last)
		return WEIGH_CHANGES_MORE;
	if (!c->header)
		return bad(c, weigh_changes_malformed(c, "there is no header"));
	return WEIGH_CHANGES_END;
}

enum weigh_changes_event
weigh_changes_next(struct weigh_changes *c)
{
	enum weigh_changes_event e = WEIGH_CHANGES_MORE;

	if (c->code != WEIGH_OK)
		return WEIGH_CHANGES_BAD;
	if (c->j != NULL)
		e = read_line(c); /* the rest of what it was fed */
	while (e == WEIGH_CHANGES_MORE) {
		while (c->j == NULL && c->p < c->end && *c->p == '\n')
			c->p++;
		if (c->p == c->end && c->j == NULL)
			return between_lines(c);
		if (c->p == c->end && !c->last)
			return WEIGH_CHANGES_MORE;
		if (c->j == NULL && !begin_line(c))
			return bad(c,
			    weigh_fail(&c->err, WEIGH_NOMEM, "out of memory"));
		feed_line(c);
		e = read_line(c);
	}
	return e;
}

/* --- the reader -------------------------------------------------------------------------------- */

struct weigh_changes *
weigh_changes_new(void)
{
	struct weigh_changes *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	weigh_buf_init(&c->summary, (size_t)2 * WEIGH_CHANGES_TEXT + 2);
	weigh_buf_init(&c->description, WEIGH_CHANGES_TEXT);
	return c;
}

void
weigh_changes_free(struct weigh_changes *c)
{
	if (c == NULL)
		return;
	weigh_json_free(c->j);
	weigh_buf_free(&c->summary);
	weigh_buf_free(&c->description);
	free(c);
}

void
weigh_changes_feed(struct weigh_changes *c, const char *data, size_t len,
    bool last)
{
	c->p = data;
	c->end = data + len;
	c->last = last;
}

const struct weigh_change *
weigh_changes_line(const struct weigh_changes *c)
{
	return &c->line;
}

const char *
weigh_changes_content(const struct weigh_changes *c, size_t *len)
{
	*len = c->content_len;
	return c->content;
}

enum weigh_code
weigh_changes_error(const struct weigh_changes *c, struct weigh_err *err)
{
	if (err != NULL && c->code != WEIGH_OK)
		*err = c->err;
	return c->code;
}
