/* object: commits and trees as bytes.  See weigh/gitobject.h. */
#include <string.h>

#include <weigh/gitobject.h>

#include "../cursor.h"

/* --- commits ------------------------------------------------------------- */

static bool
take_id_line(struct cursor *c, const char *word)
{
	struct cursor at = *c;
	struct weigh_gitid id;

	if (!take_text(&at, word) || at.len <= WEIGH_GITID_HEX ||
	    !weigh_gitid_parse(&id, at.p, WEIGH_GITID_HEX) ||
	    at.p[WEIGH_GITID_HEX] != '\n')
		return false;
	cursor_skip(&at, WEIGH_GITID_HEX + 1);
	*c = at;
	return true;
}

/* Up to one of these bytes, which stays; false at the end. */
static bool
skip_to(struct cursor *c, const char *stops)
{
	while (c->len > 0 && (*c->p == '\0' || strchr(stops, *c->p) == NULL))
		cursor_skip(c, 1);
	return c->len > 0;
}

/* "+0130" */
static bool
take_zone(struct cursor *c)
{
	if (c->len < 5 || (*c->p != '+' && *c->p != '-'))
		return false;
	for (size_t i = 1; i < 5; i++)
		if (c->p[i] < '0' || c->p[i] > '9')
			return false;
	cursor_skip(c, 5);
	return true;
}

/* "author Some Name <mail@example.org> 1234567890 +0100" */
static bool
take_identity_line(struct cursor *c, const char *word)
{
	uint64_t seconds;

	return take_text(c, word) && !take_text(c, "<") && skip_to(c, "<>\n") &&
	    c->p[-1] == ' ' && take_text(c, "<") && skip_to(c, "<>\n") &&
	    take_text(c, "> ") && take_u63(c, &seconds) && take_text(c, " ") &&
	    take_zone(c) && take_text(c, "\n");
}

/* Whatever other lines there are: ended, and an empty one before the message. */
static bool
rest_ok(struct cursor c)
{
	while (c.len > 0 && *c.p != '\n') {
		const char *nl = memchr(c.p, '\n', c.len);

		if (nl == NULL)
			return false;
		cursor_skip(&c, (size_t)(nl + 1 - c.p));
	}
	return true;
}

enum weigh_code
weigh_git_commit_check(const char *data, size_t len, struct weigh_err *err)
{
	struct cursor c = { data, len };
	const char *bad = NULL;

	if (memchr(data, '\0', len) != NULL)
		bad = "a NUL in it";
	else if (!take_id_line(&c, "tree "))
		bad = "no tree in its first line";
	while (bad == NULL && take_id_line(&c, "parent "))
		;
	if (bad == NULL && !take_identity_line(&c, "author "))
		bad = "no proper line of its author, or of a parent";
	if (bad == NULL && !take_identity_line(&c, "committer "))
		bad = "no proper line of its committer";
	if (bad == NULL && !rest_ok(c))
		bad = "a line that does not end";
	return bad == NULL ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_MALFORMED, "a commit with %s", bad);
}

/* --- trees --------------------------------------------------------------- */

static bool
take_mode(struct cursor *c)
{
	static const char *const modes[] = { "100644 ", "40000 ", "100755 ",
		"100664 ", "120000 ", "160000 " };

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (take_text(c, modes[i]))
			return true;
	return false;
}

static bool
take_name(struct cursor *c)
{
	const char *nul = memchr(c->p, '\0', c->len);
	size_t len = nul != NULL ? (size_t)(nul - c->p) : 0;

	if (len == 0 || memchr(c->p, '/', len) != NULL)
		return false;
	cursor_skip(c, len + 1);
	return true;
}

static bool
take_id(struct cursor *c)
{
	struct weigh_gitid id;

	if (c->len < sizeof(id.b))
		return false;
	memcpy(id.b, c->p, sizeof(id.b));
	cursor_skip(c, sizeof(id.b));
	return !weigh_gitid_is_zero(&id);
}

enum weigh_code
weigh_git_tree_check(const void *data, size_t len, struct weigh_err *err)
{
	struct cursor c = { data, len };
	const char *bad = NULL;

	while (bad == NULL && c.len > 0)
		if (!take_mode(&c))
			bad = "mode";
		else if (!take_name(&c))
			bad = "name";
		else if (!take_id(&c))
			bad = "id";
	return bad == NULL ? WEIGH_OK :
			     weigh_fail(err, WEIGH_MALFORMED,
				 "a tree with an entry of no proper %s", bad);
}
