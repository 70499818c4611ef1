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

#include <weigh/base64.h>
#include <weigh/buf.h>
#include <weigh/changes.h>
#include <weigh/json.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define PART (WEIGH_CHANGES_TEXT + 8u) /* letters of content at a time */

/* A file's content as base64, a path and names, and some room for what is new. */
static const struct weigh_json_limits line_limits = { 8, PART, 64,
	(WEIGH_CHANGES_FILE / 3 + 1) * 4 + (1u << 20) };

enum place {
	OPEN,
	OUTER,
	KIND,
	VALUE,
	INNER,
	FIELD,
	SKIP,
	CLOSED
};

struct kind;

struct weigh_changes {
	const char *p, *end; /* of the piece */
	bool last;
	struct weigh_json *j; /* of the line; NULL between lines */
	enum place place, after_skip;
	unsigned skip_depth; /* where the value read over ends */
	const struct kind *kind;
	const struct field *field;
	unsigned given; /* a bit for each row of kind->fields */
	bool value;     /* "value" was there */

	struct weigh_change line;
	struct weigh_buf summary, description;
	char letters[4]; /* of base64 that wait for their group */
	unsigned nletters;
	bool padded; /* the padding came: nothing may follow */
	char content[PART / 4 * 3 + 8];
	size_t content_len;

	bool header; /* was read */
	uint64_t lines;
	enum weigh_code code;
	struct weigh_err err;
};

/* --- failing -------------------------------------------------------------------- */

static enum weigh_code
malformed(struct weigh_changes *c, const char *why)
{
	return weigh_fail(&c->err, WEIGH_MALFORMED, "%s", why);
}

static enum weigh_changes_event
bad(struct weigh_changes *c, enum weigh_code rc)
{
	c->code = weigh_context(&c->err, rc, "line %llu",
	    (unsigned long long)c->lines + 1);
	return WEIGH_CHANGES_BAD;
}

/* --- fields: how the value of each is taken -------------------------------------- */

struct field {
	const char *key;
	enum weigh_code (*take)(struct weigh_changes *c,
	    enum weigh_json_token t);
	bool required;
};

static enum weigh_code
take_text(struct weigh_changes *c, enum weigh_json_token t,
    struct weigh_buf *out)
{
	size_t len;
	const char *text = weigh_json_text(c->j, &len);

	if (t != WEIGH_JSON_STRING || memchr(text, '\0', len) != NULL)
		return malformed(c, "a string without NUL is expected");
	if (!weigh_buf_add(out, text, len))
		return weigh_fail(&c->err, WEIGH_TOO_BIG,
		    "a text of at most %u bytes is expected",
		    WEIGH_CHANGES_TEXT);
	return WEIGH_OK;
}

static enum weigh_code
take_summary(struct weigh_changes *c, enum weigh_json_token t)
{
	return take_text(c, t, &c->summary);
}

static enum weigh_code
take_description(struct weigh_changes *c, enum weigh_json_token t)
{
	return take_text(c, t, &c->description);
}

static enum weigh_code
take_parent(struct weigh_changes *c, enum weigh_json_token t)
{
	size_t len;
	const char *text = weigh_json_text(c->j, &len);

	if (t != WEIGH_JSON_STRING ||
	    !weigh_gitid_parse(&c->line.parent, text, len))
		return malformed(c, "40 hex digits are expected");
	return WEIGH_OK;
}

static enum weigh_code
take_path_to(struct weigh_changes *c, enum weigh_json_token t, char *out)
{
	size_t len;
	const char *text = weigh_json_text(c->j, &len);
	enum weigh_code rc;

	if (t != WEIGH_JSON_STRING)
		return malformed(c, "a string is expected");
	if ((rc = weigh_path_check(text, len, &c->err)) != WEIGH_OK)
		return rc;
	memcpy(out, text, len + 1);
	return WEIGH_OK;
}

static enum weigh_code
take_path(struct weigh_changes *c, enum weigh_json_token t)
{
	return take_path_to(c, t, c->line.path);
}

static enum weigh_code
take_from(struct weigh_changes *c, enum weigh_json_token t)
{
	return take_path_to(c, t, c->line.from);
}

static enum weigh_code
take_folder(struct weigh_changes *c, enum weigh_json_token t)
{
	size_t len;
	const char *text = weigh_json_text(c->j, &len);
	enum weigh_code rc;

	if (t != WEIGH_JSON_STRING)
		return malformed(c, "a string is expected");
	if (len > 1 && text[len - 1] == '/')
		len--;
	if ((rc = weigh_path_check(text, len, &c->err)) != WEIGH_OK)
		return rc;
	memcpy(c->line.path, text, len);
	c->line.path[len] = '\0';
	return WEIGH_OK;
}

static enum weigh_code
take_from_rev(struct weigh_changes *c, enum weigh_json_token t)
{
	size_t len;
	const char *text = weigh_json_text(c->j, &len);
	enum weigh_code rc;

	if (t != WEIGH_JSON_STRING)
		return malformed(c, "a string is expected");
	if ((rc = weigh_rev_check(text, len, &c->err)) != WEIGH_OK)
		return rc;
	memcpy(c->line.from_rev, text, len + 1);
	return WEIGH_OK;
}

static enum weigh_code
take_oid(struct weigh_changes *c, enum weigh_json_token t)
{
	size_t len;
	const char *text = weigh_json_text(c->j, &len);

	if (t != WEIGH_JSON_STRING || !weigh_oid_parse(&c->line.oid, text, len))
		return malformed(c, "64 lower-case hex digits are expected");
	return WEIGH_OK;
}

static enum weigh_code
take_size(struct weigh_changes *c, enum weigh_json_token t)
{
	c->line.has_size = true;
	return weigh_json_size(c->j, t, &c->line.size, &c->err);
}

static enum weigh_code
take_word(struct weigh_changes *c, enum weigh_json_token t, const char *want)
{
	if (t == WEIGH_JSON_STRING &&
	    strcmp(weigh_json_text(c->j, NULL), want) == 0)
		return WEIGH_OK;
	return weigh_fail(&c->err, WEIGH_MALFORMED, "'%s' is expected", want);
}

static enum weigh_code
take_encoding(struct weigh_changes *c, enum weigh_json_token t)
{
	return take_word(c, t, "base64");
}

static enum weigh_code
take_algo(struct weigh_changes *c, enum weigh_json_token t)
{
	return take_word(c, t, "sha256");
}

/* --- content: base64, as it comes --------------------------------------------------- */

/* Whole groups of letters become bytes behind those of c->content. */
static bool
decode(struct weigh_changes *c, const char *letters, size_t len)
{
	long n;

	if (len == 0)
		return true;
	if (c->padded)
		return false;
	n = weigh_base64_decode(c->content + c->content_len,
	    sizeof(c->content) - c->content_len, letters, len);
	if (n < 0)
		return false;
	c->content_len += (size_t)n;
	c->padded = letters[len - 1] == '=';
	return true;
}

/* The letters that waited, and those that came with this part. */
static bool
decode_part(struct weigh_changes *c, const char *text, size_t len)
{
	size_t whole;

	while (c->nletters > 0 && c->nletters < 4 && len > 0) {
		c->letters[c->nletters++] = *text++;
		len--;
	}
	if (c->nletters == 4) {
		if (!decode(c, c->letters, 4))
			return false;
		c->nletters = 0;
	}
	if (c->nletters > 0)
		return true;
	whole = len - len % 4;
	if (!decode(c, text, whole))
		return false;
	memcpy(c->letters, text + whole, len - whole);
	c->nletters = (unsigned)(len - whole);
	return true;
}

static enum weigh_code
take_content(struct weigh_changes *c, enum weigh_json_token t)
{
	size_t len;
	const char *text = weigh_json_text(c->j, &len);

	if (t != WEIGH_JSON_STRING && t != WEIGH_JSON_PART)
		return malformed(c, "a string is expected");
	c->content_len = 0;
	if (!decode_part(c, text, len) ||
	    (t == WEIGH_JSON_STRING && c->nletters > 0))
		return malformed(c, "this is not base64");
	c->line.size += c->content_len;
	if (c->line.size > WEIGH_CHANGES_FILE)
		return weigh_fail(&c->err, WEIGH_TOO_BIG,
		    "a file of more than %u bytes is uploaded as LFS, before "
		    "the commit",
		    WEIGH_CHANGES_FILE);
	return WEIGH_OK;
}

/* --- kinds of lines -------------------------------------------------------------------- */

struct kind {
	const char *name;
	enum weigh_changes_event event;
	struct field fields[4];
	unsigned nfields;
};

static const struct kind kinds[] = {
	{ "header", WEIGH_CHANGES_HEADER,
	    { { "summary", take_summary, true },
		{ "description", take_description, false },
		{ "parentCommit", take_parent, false } },
	    3 },
	{ "file", WEIGH_CHANGES_FILE_END,
	    { { "path", take_path, true }, { "content", take_content, true },
		{ "encoding", take_encoding, true } },
	    3 },
	{ "lfsFile", WEIGH_CHANGES_LFS_FILE,
	    { { "path", take_path, true }, { "oid", take_oid, true },
		{ "algo", take_algo, false }, { "size", take_size, false } },
	    4 },
	{ "deletedFile", WEIGH_CHANGES_DELETED_FILE,
	    { { "path", take_path, true } }, 1 },
	{ "deletedFolder", WEIGH_CHANGES_DELETED_FOLDER,
	    { { "path", take_folder, true } }, 1 },
	{ "copyFile", WEIGH_CHANGES_COPY,
	    { { "path", take_path, true }, { "srcPath", take_from, true },
		{ "srcRevision", take_from_rev, false } },
	    3 },
};

static enum weigh_code
take_kind(struct weigh_changes *c, enum weigh_json_token t)
{
	const char *name = weigh_json_text(c->j, NULL);
	bool header;

	for (size_t i = 0; t == WEIGH_JSON_STRING && i < COUNT(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			c->kind = &kinds[i];
	if (c->kind == NULL)
		return malformed(c, "an unknown 'key'");
	header = c->kind->event == WEIGH_CHANGES_HEADER;
	if (header == c->header)
		return malformed(c,
		    header ? "a second header" : "the header must come first");
	return WEIGH_OK;
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
		return c->value ? WEIGH_OK :
				  malformed(c, "there is no 'value'");
	}
	if (strcmp(key, "key") == 0)
		c->place = KIND;
	else if (strcmp(key, "value") == 0)
		c->place = VALUE;
	else
		begin_skip(c, OUTER);
	if (c->place == VALUE && c->kind == NULL)
		return malformed(c, "'key' must stand before 'value'");
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
		weigh_json_parts(c->j, c->field->take == take_content);
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
		    malformed(c, "an object is expected");
	case OUTER:
		return outer(c, t);
	case KIND:
		c->place = OUTER;
		return take_kind(c, t);
	case VALUE:
		c->place = INNER;
		c->value = true;
		return t == WEIGH_JSON_OBJECT ?
		    WEIGH_OK :
		    malformed(c, "'value': an object is expected");
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
	return malformed(c, "something stands behind the object");
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
		return malformed(c, "the summary is empty");
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
		return bad(c, malformed(c, "there is no 'key'"));
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
		return bad(c, malformed(c, "there is no header"));
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
