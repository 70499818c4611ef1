/* source: places and tokens as people write them; see weigh/source.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/name.h>
#include <weigh/source.h>
#include <weigh/url.h>

static const char blanks[] = " \t\r";

/* The first row whose beginning fits; "" is every other text. */
static const struct row {
	const char *begin;
	size_t scheme; /* of it stand before the base */
	enum weigh_source_kind kind;
	bool local;
} rows[] = {
	{ "git+file:", sizeof("git+file:") - 1, WEIGH_SOURCE_GIT, true },
	{ "git+", sizeof("git+") - 1, WEIGH_SOURCE_GIT, false },
	{ "dir:", sizeof("dir:") - 1, WEIGH_SOURCE_DIR, true },
	{ "", 0, WEIGH_SOURCE_HUB, false },
};

static const struct row *
find_row(const char *text)
{
	const struct row *r = rows;

	while (strncmp(text, r->begin, strlen(r->begin)) != 0)
		r++;
	return r;
}

/* "/a//b/" is not one way to write "/a/b", it is refused: paths are not mended. */
static enum weigh_code
check_folder(const char *base, struct weigh_err *err)
{
	if (base[0] != '/' ||
	    weigh_path_check(base + 1, strlen(base + 1), NULL) != WEIGH_OK)
		return weigh_fail(err, WEIGH_USAGE,
		    "'%.200s' is not the path of a folder from the root", base);
	return WEIGH_OK;
}

/* (3): parts after the folder, and names before the host, are none of a place; the
 * latter weigh_url_parse refuses. */
static enum weigh_code
check_url(const char *base, struct weigh_err *err)
{
	struct weigh_url u;
	enum weigh_code rc = weigh_url_parse(&u, base, err);

	if (rc != WEIGH_OK)
		return weigh_fail(err, WEIGH_USAGE,
		    "a source is an http or https URL without user name, or "
		    "git+URL");
	if (base[strcspn(base, "?#%")] != '\0')
		return weigh_fail(err, WEIGH_USAGE,
		    "the URL of a source has no query, no fragment and no "
		    "escapes");
	if (u.rest.len == 0)
		return WEIGH_OK;
	rc = weigh_path_check(u.rest.p + 1, u.rest.len - 1, err);
	return rc == WEIGH_OK ?
	    rc :
	    weigh_fail(err, WEIGH_USAGE,
		"the URL of a source has a folder that is none");
}

enum weigh_code
weigh_source_parse(struct weigh_source *out, const char *text,
    enum weigh_source_from from, struct weigh_err *err)
{
	const struct row *r = find_row(text);
	size_t len = strnlen(text, WEIGH_SOURCE_MAX);
	enum weigh_code rc;

	if (len >= WEIGH_SOURCE_MAX)
		return weigh_fail(err, WEIGH_USAGE,
		    "a source has at most %d bytes", WEIGH_SOURCE_MAX - 1);
	*out = (struct weigh_source){ .kind = r->kind, .local = r->local };
	while (len > r->scheme + 1 && text[len - 1] == '/')
		len--;
	memcpy(out->text, text, len);
	out->base = out->text + r->scheme;
	rc = r->local ? check_folder(out->base, err) :
			check_url(out->base, err);
	if (rc != WEIGH_OK)
		return rc;
	if (r->local && from != WEIGH_SOURCE_CONFIGURED) {
		(void)weigh_fail(err, WEIGH_USAGE,
		    "'%.200s' is on the mirror's own disk: only its "
		    "configuration may name that",
		    out->text);
		weigh_fix(err, "name it in [mirror] upstream");
		return WEIGH_USAGE;
	}
	return WEIGH_OK;
}

static bool
is_listed(const struct weigh_source *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].text, text) == 0)
			return true;
	return false;
}

enum weigh_code
weigh_source_list(struct weigh_source *out, size_t room, size_t *n,
    const char *text, struct weigh_err *err)
{
	char one[WEIGH_SOURCE_MAX + 1]; /* too long stays too long */
	enum weigh_code rc;
	size_t len;

	*n = 0;
	for (text += strspn(text, blanks); *text != '\0';
	     text += strspn(text, blanks)) {
		if (*n == room)
			return weigh_fail(err, WEIGH_TOO_BIG,
			    "at most %zu sources", room);
		len = strcspn(text, blanks);
		(void)snprintf(one, sizeof(one), "%.*s",
		    (int)(len < sizeof(one) ? len : sizeof(one) - 1), text);
		rc = weigh_source_parse(&out[*n], one, WEIGH_SOURCE_CONFIGURED,
		    err);
		if (rc != WEIGH_OK)
			return rc;
		if (is_listed(out, *n, out[*n].text))
			return weigh_fail(err, WEIGH_USAGE,
			    "'%.200s' is named twice", out[*n].text);
		(*n)++;
		text += len;
	}
	return WEIGH_OK;
}

/* --- tokens -------------------------------------------------------------- */

struct row_of_token {
	const char *url; /* no '/' last */
	const char *token;
};

struct weigh_source_tokens {
	char *text; /* the file, its words ended by NULs */
	size_t len;
	size_t count;
	struct row_of_token rows[];
};

/* Through a volatile pointer, so that it is done although nobody looks. */
static void
overwrite(char *p, size_t len)
{
	volatile char *at = p;

	while (len-- > 0)
		*at++ = '\0';
}

void
weigh_source_tokens_free(struct weigh_source_tokens *t)
{
	if (t == NULL)
		return;
	if (t->text != NULL)
		overwrite(t->text, t->len);
	free(t->text);
	free(t);
}

/* An empty table with a copy of the text; no row of it has fewer bytes than the
 * shortest URL with the shortest token. */
static struct weigh_source_tokens *
new_tokens(const char *text, size_t len)
{
	size_t most = len / (sizeof("http://a b") - 1) + 1;
	struct weigh_source_tokens *t;

	t = calloc(1, sizeof(*t) + most * sizeof(t->rows[0]));
	if (t == NULL || (t->text = malloc(len + 1)) == NULL) {
		free(t);
		return NULL;
	}
	memcpy(t->text, text, len);
	t->text[len] = '\0';
	t->len = len;
	return t;
}

/* Take the next word of a line; "" at its end. */
static char *
take_word(char **line)
{
	char *word = *line + strspn(*line, blanks), *end;

	end = word + strcspn(word, blanks);
	*line = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return word;
}

static bool
is_visible(const char *word)
{
	for (; *word != '\0'; word++)
		if (*word <= ' ' || *word > '~')
			return false;
	return true;
}

/* Would its token be read on the way? */
static bool
is_plain(const char *url)
{
	struct weigh_url u;

	return weigh_url_parse(&u, url, NULL) == WEIGH_OK && !u.https &&
	    !weigh_url_loopback(&u);
}

/* What is wrong with a line; NULL: nothing, and it is kept. */
static const char *
read_line(struct weigh_source_tokens *t, char *line)
{
	char *url = take_word(&line), *token, *word;
	size_t len = strlen(url);

	if (len == 0 || url[0] == '#')
		return NULL;
	token = take_word(&line);
	while (url[len - 1] == '/' && len > 1)
		url[--len] = '\0';
	if (len >= WEIGH_SOURCE_MAX || !is_visible(url) ||
	    check_url(url, NULL) != WEIGH_OK)
		return "its first word is no plain http or https URL";
	if (token[0] == '\0' || !is_visible(token))
		return "its token is missing, or no visible ASCII";
	if (strlen(token) >= WEIGH_SOURCE_TOKEN_MAX)
		return "its token is too long";
	word = take_word(&line);
	if ((*word != '\0' && strcmp(word, "insecure") != 0) ||
	    *take_word(&line) != '\0')
		return "behind its token may only stand: insecure";
	if (is_plain(url) && *word == '\0')
		return "its token would go over plain http: use https, or say "
		       "insecure behind it";
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->rows[i].url, url) == 0)
			return "its URL was there before";
	t->rows[t->count++] = (struct row_of_token){ url, token };
	return NULL;
}

enum weigh_code
weigh_source_tokens_parse(struct weigh_source_tokens **out, const char *text,
    size_t len, struct weigh_err *err)
{
	struct weigh_source_tokens *t;
	const char *wrong = NULL;
	char *line, *next;
	size_t n = 0;

	*out = NULL;
	if (len > WEIGH_SOURCE_TOKENS_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "it has more than %u bytes", WEIGH_SOURCE_TOKENS_MAX);
	if (memchr(text, '\0', len) != NULL)
		return weigh_fail(err, WEIGH_MALFORMED, "it is no text");
	if ((t = new_tokens(text, len)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (line = t->text; line != NULL && wrong == NULL; line = next) {
		n++;
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		wrong = read_line(t, line);
	}
	if (wrong != NULL) {
		weigh_source_tokens_free(t);
		return weigh_fail(err, WEIGH_MALFORMED, "line %zu: %s", n,
		    wrong);
	}
	*out = t;
	return WEIGH_OK;
}

/* Is the path of `url` that of `of`, or below it? */
static bool
lies_below(const struct weigh_url *url, const struct weigh_url *of)
{
	size_t n = of->rest.len;

	if (url->rest.len < n || memcmp(url->rest.p, of->rest.p, n) != 0)
		return false;
	return url->rest.len == n || url->rest.p[n] == '/' ||
	    url->rest.p[n] == '?';
}

const char *
weigh_source_token(const struct weigh_source_tokens *t, const char *url)
{
	const char *best = "";
	struct weigh_url u, of;
	size_t longest = 0;

	if (t == NULL || weigh_url_parse(&u, url, NULL) != WEIGH_OK)
		return best;
	for (size_t i = 0; i < t->count; i++) {
		const struct row_of_token *r = &t->rows[i];

		if (weigh_url_parse(&of, r->url, NULL) != WEIGH_OK ||
		    !weigh_url_same_origin(&u, &of) || !lies_below(&u, &of) ||
		    (*best != '\0' && of.rest.len <= longest))
			continue;
		best = r->token;
		longest = of.rest.len;
	}
	return best;
}
