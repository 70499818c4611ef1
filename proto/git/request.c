/*
 * request: a client's request, read by a table of its words.  See
 * weigh/gitwire.h.
 */
#include <stdlib.h>
#include <string.h>

#include <weigh/gitwire.h>
#include <weigh/pktline.h>

#include "../cursor.h"

/* What stands behind a word. */
enum shape {
	SHAPE_FLAG,
	SHAPE_ID,
	SHAPE_TEXT,
	SHAPE_DEPTH,
	SHAPE_SINCE
};

/* Every argument there is: its command, its word, and where it is kept. */
static const struct word {
	enum weigh_git_command command;
	const char *name;
	enum shape shape;
	size_t at;  /* in struct weigh_git_request */
	size_t max; /* of texts */
} words[] = {
#define AT(member) offsetof(struct weigh_git_request, member)
	{ WEIGH_GIT_LS_REFS, "peel", SHAPE_FLAG, AT(peel), 0 },
	{ WEIGH_GIT_LS_REFS, "symrefs", SHAPE_FLAG, AT(symrefs), 0 },
	{ WEIGH_GIT_LS_REFS, "unborn", SHAPE_FLAG, AT(unborn), 0 },
	{ WEIGH_GIT_LS_REFS, "ref-prefix ", SHAPE_TEXT, AT(prefixes),
	    WEIGH_GIT_PREFIXES + 1 },
	{ WEIGH_GIT_FETCH, "want ", SHAPE_ID, AT(wants), 0 },
	{ WEIGH_GIT_FETCH, "have ", SHAPE_ID, AT(haves), 0 },
	{ WEIGH_GIT_FETCH, "shallow ", SHAPE_ID, AT(shallows), 0 },
	{ WEIGH_GIT_FETCH, "done", SHAPE_FLAG, AT(done), 0 },
	{ WEIGH_GIT_FETCH, "wait-for-done", SHAPE_FLAG, AT(wait_for_done), 0 },
	{ WEIGH_GIT_FETCH, "thin-pack", SHAPE_FLAG, AT(thin_pack), 0 },
	{ WEIGH_GIT_FETCH, "include-tag", SHAPE_FLAG, AT(include_tag), 0 },
	{ WEIGH_GIT_FETCH, "no-progress", SHAPE_FLAG, AT(no_progress), 0 },
	{ WEIGH_GIT_FETCH, "ofs-delta", SHAPE_FLAG, AT(ofs_delta), 0 },
	{ WEIGH_GIT_FETCH, "deepen ", SHAPE_DEPTH, AT(depth), 0 },
	{ WEIGH_GIT_FETCH, "deepen-relative", SHAPE_FLAG, AT(relative), 0 },
	{ WEIGH_GIT_FETCH, "deepen-since ", SHAPE_SINCE, AT(since), 0 },
	{ WEIGH_GIT_FETCH, "deepen-not ", SHAPE_TEXT, AT(excluded),
	    WEIGH_GIT_EXCLUDED },
#undef AT
};

static const struct {
	const char *name;
	enum weigh_git_command command;
} commands[] = {
	{ "command=ls-refs", WEIGH_GIT_LS_REFS },
	{ "command=fetch", WEIGH_GIT_FETCH },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Room for one more element of `size` bytes; NULL without memory. */
static void *
one_more(void *list, size_t count, size_t *room, size_t size)
{
	size_t more = *room != 0 ? 2 * *room : 16;
	void *grown;

	if (count < *room)
		return list;
	if ((grown = realloc(list, more * size)) != NULL)
		*room = more;
	return grown;
}

static enum weigh_code
no_memory(struct weigh_err *err)
{
	return weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

/* --- what stands behind a word -------------------------------------------------- */

static enum weigh_code
take_id(struct cursor *c, struct weigh_git_ids *list, struct weigh_err *err)
{
	struct weigh_gitid *grown;
	struct weigh_gitid id;

	if (!weigh_gitid_parse(&id, c->p, c->len))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "an object's id is 40 hex digits");
	grown = one_more(list->ids, list->count, &list->room, sizeof(id));
	if (grown == NULL)
		return no_memory(err);
	list->ids = grown;
	grown[list->count++] = id;
	return WEIGH_OK;
}

/* What is over the bound of prefixes is counted once, and not kept: then all refs
 * are told. */
static enum weigh_code
take_name(struct cursor *c, struct weigh_git_texts *list, size_t max,
    struct weigh_err *err)
{
	struct weigh_git_text *grown;

	if (list->count == max && max > WEIGH_GIT_PREFIXES)
		return WEIGH_OK;
	if (list->count == max)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "more than %zu refs are to be left out", max);
	if (memchr(c->p, '\0', c->len) != NULL)
		return weigh_fail(err, WEIGH_MALFORMED, "a NUL in a name");
	grown = one_more(list->texts, list->count, &list->room, sizeof(*grown));
	if (grown == NULL)
		return no_memory(err);
	list->texts = grown;
	grown[list->count++] = (struct weigh_git_text){ c->p, c->len };
	return WEIGH_OK;
}

static enum weigh_code
take_number(struct cursor *c, uint64_t *n, uint64_t max, struct weigh_err *err)
{
	if (!take_u63(c, n) || c->len != 0 || *n == 0 || *n > max)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a depth or a time is a number above 0");
	return WEIGH_OK;
}

static enum weigh_code
take_depth(struct cursor *c, struct weigh_git_request *r, struct weigh_err *err)
{
	uint64_t n = 0;
	enum weigh_code rc = take_number(c, &n, WEIGH_GIT_DEPTH_ALL, err);

	r->depth = (uint32_t)n;
	return rc;
}

static enum weigh_code
take_since(struct cursor *c, struct weigh_git_request *r, struct weigh_err *err)
{
	uint64_t n = 0;
	enum weigh_code rc = take_number(c, &n, INT64_MAX, err);

	r->since = (int64_t)n;
	r->has_since = true;
	return rc;
}

static enum weigh_code
take_value(struct weigh_git_request *r, const struct word *w, struct cursor *c,
    struct weigh_err *err)
{
	void *at = (char *)r + w->at;

	switch (w->shape) {
	case SHAPE_FLAG:
		*(bool *)at = true;
		return WEIGH_OK;
	case SHAPE_ID:
		return take_id(c, at, err);
	case SHAPE_TEXT:
		return take_name(c, at, w->max, err);
	case SHAPE_DEPTH:
		return take_depth(c, r, err);
	case SHAPE_SINCE:
		return take_since(c, r, err);
	}
	return weigh_fail(err, WEIGH_BUG, "a word without a shape");
}

/* --- lines -------------------------------------------------------------------------- */

static enum weigh_code
refuse(struct cursor c, const char *what, struct weigh_err *err)
{
	char shown[64];
	size_t n = c.len < sizeof(shown) - 1 ? c.len : sizeof(shown) - 1;

	for (size_t i = 0; i < n; i++)
		shown[i] = c.p[i] > ' ' && c.p[i] < 0x7f ? c.p[i] : '?';
	shown[n] = '\0';
	return weigh_fail(err, WEIGH_MALFORMED, "unknown %s '%s'", what, shown);
}

static enum weigh_code
take_argument(struct weigh_git_request *r, struct cursor c,
    struct weigh_err *err)
{
	for (size_t i = 0; i < COUNT(words); i++) {
		const struct word *w = &words[i];
		struct cursor rest = c;

		if (w->command == r->command && take_text(&rest, w->name) &&
		    (w->shape != SHAPE_FLAG || rest.len == 0))
			return take_value(r, w, &rest, err);
	}
	return refuse(c, "argument", err);
}

static enum weigh_code
take_command(struct weigh_git_request *r, struct cursor c,
    struct weigh_err *err)
{
	if (r->command != WEIGH_GIT_NOTHING)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a second command in one request");
	for (size_t i = 0; i < COUNT(commands); i++) {
		struct cursor rest = c;

		if (take_text(&rest, commands[i].name) && rest.len == 0) {
			r->command = commands[i].command;
			return WEIGH_OK;
		}
	}
	return refuse(c, "command", err);
}

/* The lines before the mark: the command, and what the client can do. */
static enum weigh_code
take_head_line(struct weigh_git_request *r, struct cursor c,
    struct weigh_err *err)
{
	struct cursor rest = c;

	if (take_text(&rest, "command="))
		return take_command(r, c, err);
	if (take_text(&rest, "agent="))
		return WEIGH_OK;
	if (take_text(&rest, "object-format=")) {
		if (take_text(&rest, "sha1") && rest.len == 0)
			return WEIGH_OK;
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the repositories here have object format sha1");
	}
	return refuse(c, "capability", err);
}

/* --- the request ---------------------------------------------------------------------- */

/* What only stands together, or only alone. */
static enum weigh_code
check_request(const struct weigh_git_request *r, struct weigh_err *err)
{
	bool by_list = r->has_since || r->excluded.count > 0;

	if (r->depth > 0 && by_list)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "deepen and deepen-since (or deepen-not) cannot be used "
		    "together");
	if (r->relative && r->depth == 0)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "deepen-relative without deepen");
	return WEIGH_OK;
}

static enum weigh_code
read_lines(struct weigh_git_request *r, struct weigh_pkt_reader *in,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	enum weigh_pkt kind;
	bool head = true;

	while (rc == WEIGH_OK &&
	    (kind = weigh_pkt_next(in)) != WEIGH_PKT_FLUSH) {
		struct cursor c = { in->data, in->len };

		if (kind == WEIGH_PKT_DELIM && head &&
		    r->command != WEIGH_GIT_NOTHING)
			head = false;
		else if (kind != WEIGH_PKT_LINE)
			rc = weigh_fail(err, WEIGH_MALFORMED,
			    "the request is not made of packets, or is cut");
		else if (head)
			rc = take_head_line(r, c, err);
		else
			rc = take_argument(r, c, err);
	}
	return rc;
}

enum weigh_code
weigh_git_request_parse(struct weigh_git_request *out, const char *data,
    size_t len, struct weigh_err *err)
{
	struct weigh_pkt_reader in = { .p = data, .left = len };
	enum weigh_code rc;

	*out = (struct weigh_git_request){ .command = WEIGH_GIT_NOTHING };
	if (len > WEIGH_GIT_REQUEST_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a request has at most %u bytes", WEIGH_GIT_REQUEST_MAX);
	if (len == 0)
		return weigh_fail(err, WEIGH_MALFORMED, "an empty request");
	rc = read_lines(out, &in, err);
	if (rc == WEIGH_OK && in.left != 0)
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "%zu bytes behind the request", in.left);
	if (rc == WEIGH_OK)
		rc = check_request(out, err);
	if (rc != WEIGH_OK)
		weigh_git_request_free(out);
	return rc;
}

void
weigh_git_request_free(struct weigh_git_request *r)
{
	free(r->prefixes.texts);
	free(r->excluded.texts);
	free(r->wants.ids);
	free(r->haves.ids);
	free(r->shallows.ids);
	*r = (struct weigh_git_request){ .command = WEIGH_GIT_NOTHING };
}

bool
weigh_git_prefix_fits(const struct weigh_git_request *r, const char *name)
{
	const struct weigh_git_texts *list = &r->prefixes;
	size_t len = strlen(name);

	if (list->count == 0 || list->count > WEIGH_GIT_PREFIXES)
		return true;
	for (size_t i = 0; i < list->count; i++)
		if (list->texts[i].len <= len &&
		    memcmp(list->texts[i].p, name, list->texts[i].len) == 0)
			return true;
	return false;
}
