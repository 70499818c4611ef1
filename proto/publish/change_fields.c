/* publish/change_fields: the kinds of lines of a commit; see changing.h. */
#include <string.h>

#include <weigh/base64.h>

#include "changing.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum weigh_code
weigh_changes_malformed(struct weigh_changes *c, const char *why)
{
	return weigh_fail(&c->err, WEIGH_MALFORMED, "%s", why);
}

/* --- fields: how the value of each is taken -------------------------------------- */

static enum weigh_code
take_text(struct weigh_changes *c, enum weigh_json_token t,
    struct weigh_buf *out)
{
	size_t len;
	const char *text = weigh_json_text(c->j, &len);

	if (t != WEIGH_JSON_STRING || memchr(text, '\0', len) != NULL)
		return weigh_changes_malformed(c,
		    "a string without NUL is expected");
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
		return weigh_changes_malformed(c, "40 hex digits are expected");
	return WEIGH_OK;
}

static enum weigh_code
take_path_to(struct weigh_changes *c, enum weigh_json_token t, char *out)
{
	size_t len;
	const char *text = weigh_json_text(c->j, &len);
	enum weigh_code rc;

	if (t != WEIGH_JSON_STRING)
		return weigh_changes_malformed(c, "a string is expected");
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
		return weigh_changes_malformed(c, "a string is expected");
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
		return weigh_changes_malformed(c, "a string is expected");
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
		return weigh_changes_malformed(c,
		    "64 lower-case hex digits are expected");
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
		return weigh_changes_malformed(c, "a string is expected");
	c->content_len = 0;
	if (!decode_part(c, text, len) ||
	    (t == WEIGH_JSON_STRING && c->nletters > 0))
		return weigh_changes_malformed(c, "this is not base64");
	c->line.size += c->content_len;
	if (c->line.size > WEIGH_CHANGES_FILE)
		return weigh_fail(&c->err, WEIGH_TOO_BIG,
		    "a file of more than %u bytes is uploaded as LFS, before "
		    "the commit",
		    WEIGH_CHANGES_FILE);
	return WEIGH_OK;
}

/* --- kinds of lines -------------------------------------------------------------------- */

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

enum weigh_code
weigh_changes_take_kind(struct weigh_changes *c, enum weigh_json_token t)
{
	const char *name = weigh_json_text(c->j, NULL);
	bool header;

	for (size_t i = 0; t == WEIGH_JSON_STRING && i < COUNT(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			c->kind = &kinds[i];
	if (c->kind == NULL)
		return weigh_changes_malformed(c, "an unknown 'key'");
	header = c->kind->event == WEIGH_CHANGES_HEADER;
	if (header == c->header)
		return weigh_changes_malformed(c,
		    header ? "a second header" : "the header must come first");
	return WEIGH_OK;
}

bool
weigh_changes_in_parts(const struct field *f)
{
	return f->take == take_content;
}
