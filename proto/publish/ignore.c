/* publish/ignore: see weigh/ignore.h. */
#include <stdlib.h>
#include <string.h>

#include <weigh/ignore.h>
#include <weigh/name.h>

/* One line.  Its parts stand behind each other, a NUL behind each. */
struct rule {
	char *parts;
	unsigned nparts;
	bool back;   /* begins with '!' */
	bool folder; /* ends in '/' */
	bool whole;  /* held against the whole path, not its last part */
};

struct weigh_ignore {
	struct rule *rules;
	size_t count, room;
};

/* --- matching --------------------------------------------------------------------- */

/* The first `n` parts of a path, a NUL behind each. */
struct parts {
	const char *part[WEIGH_PATH_DEPTH];
	unsigned n;
};

/* Parts against parts.  Only the last `**` is tried again: whatever an earlier one
 * could take, the last one can. */
static bool
match_whole(const struct rule *r, const struct parts *path)
{
	const char *p = r->parts, *again = NULL;
	unsigned at = 0, i = 0, again_at = 0, again_i = 0;

	for (;;) {
		if (at < r->nparts && strcmp(p, "**") == 0) {
			p += strlen(p) + 1;
			again = p;
			again_at = ++at;
			again_i = i;
			/* Behind the last part: something must be below. */
			if (at == r->nparts)
				return i < path->n;
			continue;
		}
		if (at == r->nparts && i == path->n)
			return true;
		if (at < r->nparts && i < path->n &&
		    weigh_glob_match(p, path->part[i])) {
			p += strlen(p) + 1;
			at++;
			i++;
			continue;
		}
		if (again == NULL || again_i >= path->n)
			return false;
		p = again;
		at = again_at;
		i = ++again_i;
	}
}

static bool
fits(const struct rule *r, const struct parts *path, bool folder)
{
	if (r->folder && !folder)
		return false;
	return r->whole ? match_whole(r, path) :
			  weigh_glob_match(r->parts, path->part[path->n - 1]);
}

/* What the last rule that fits says of these parts. */
static bool
is_out(const struct weigh_ignore *g, const struct parts *path, bool folder)
{
	for (size_t i = g->count; i-- > 0;)
		if (fits(&g->rules[i], path, folder))
			return !g->rules[i].back;
	return false;
}

bool
weigh_ignore_has(const struct weigh_ignore *g, const char *path)
{
	char text[WEIGH_PATH_MAX + 1];
	size_t len = strlen(path);
	struct parts all = { .n = 0 };
	char *p = text;

	if (len > WEIGH_PATH_MAX)
		return false;
	memcpy(text, path, len + 1);
	while (all.n < WEIGH_PATH_DEPTH) {
		char *slash = strchr(p, '/');

		if (slash != NULL)
			*slash = '\0';
		all.part[all.n++] = p;
		if (is_out(g, &all, slash != NULL))
			return true;
		if (slash == NULL)
			return false;
		p = slash + 1;
	}
	return false;
}

/* --- reading ------------------------------------------------------------------------ */

static enum weigh_code
add_rule(struct weigh_ignore *g, const struct rule *r, struct weigh_err *err)
{
	size_t more = g->room == 0 ? 32 : g->room * 2;
	struct rule *bigger;

	if (g->count == WEIGH_IGNORE_RULES)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "at most %d rules of what to ignore", WEIGH_IGNORE_RULES);
	if (g->count == g->room) {
		bigger = realloc(g->rules, more * sizeof(*bigger));
		if (bigger == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		g->rules = bigger;
		g->room = more;
	}
	g->rules[g->count++] = *r;
	return WEIGH_OK;
}

/* Blanks at the end do not count, unless a backslash stands before one. */
static size_t
trim(const char *line, size_t len)
{
	if (len > 0 && line[len - 1] == '\r')
		len--;
	while (len > 0 && line[len - 1] == ' ' &&
	    (len < 2 || line[len - 2] != '\\'))
		len--;
	return len;
}

/* The parts of a pattern, copied; a backslash before a letter that is no special
 * one goes. */
static bool
split(struct rule *r, const char *text, size_t len)
{
	char *to = malloc(len + 2);
	size_t i;

	if ((r->parts = to) == NULL)
		return false;
	r->nparts = 1;
	for (i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len &&
		    strchr("*?[", text[i + 1]) == NULL)
			continue;
		if (text[i] == '/')
			r->nparts++;
		*to++ = text[i] == '/' ? '\0' : text[i];
	}
	*to = '\0';
	return true;
}

static enum weigh_code
read_line(struct weigh_ignore *g, const char *line, size_t len,
    struct weigh_err *err)
{
	struct rule r = { 0 };
	enum weigh_code rc;

	len = trim(line, len);
	if (len == 0 || line[0] == '#' || memchr(line, '\0', len) != NULL ||
	    len > WEIGH_PATH_MAX)
		return WEIGH_OK;
	if (line[0] == '!') {
		r.back = true;
		line++;
		len--;
	}
	if (len > 0 && line[len - 1] == '/') {
		r.folder = true;
		len--;
	}
	r.whole = len > 0 && memchr(line, '/', len) != NULL;
	if (len > 0 && line[0] == '/') {
		line++;
		len--;
	}
	if (len == 0)
		return WEIGH_OK;
	if (!split(&r, line, len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if ((rc = add_rule(g, &r, err)) != WEIGH_OK)
		free(r.parts);
	return rc;
}

enum weigh_code
weigh_ignore_parse(struct weigh_ignore **out, const char *text, size_t len,
    struct weigh_err *err)
{
	struct weigh_ignore *g = calloc(1, sizeof(*g));
	const char *end = text + len, *lf;
	enum weigh_code rc = WEIGH_OK;

	*out = NULL;
	if (g == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	while (rc == WEIGH_OK && text < end) {
		lf = memchr(text, '\n', (size_t)(end - text));
		if (lf == NULL)
			lf = end;
		rc = read_line(g, text, (size_t)(lf - text), err);
		text = lf + (lf < end);
	}
	if (rc != WEIGH_OK) {
		weigh_ignore_free(g);
		return rc;
	}
	*out = g;
	return WEIGH_OK;
}

void
weigh_ignore_free(struct weigh_ignore *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->count; i++)
		free(g->rules[i].parts);
	free(g->rules);
	free(g);
}
