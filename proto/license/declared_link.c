/*
 * declared_link: where a license_link leads, by its shape: nothing is fetched, and no host
 * is known by its name.
 *
 * Pages of a repository are /NAME/blob/REV/PATH, and so with `resolve` and `raw`.  One
 * whose NAME is this repository's and whose PATH is a file of the revision is that file,
 * on whichever host: this mirror's, another's, or the one that it comes from.
 */
#include <string.h>

#include "../hex.h"
#include "declaring.h"
#include "terms.h"

#define URL_MAX 2048 /* bytes, with the NUL */
#define COMMIT 40    /* hex digits */

static struct cursor
span(const char *text)
{
	return (struct cursor){ text, strlen(text) };
}

static bool
same(struct cursor c, const char *text)
{
	return weigh_terms_same(c, span(text));
}

/* --- parts of an address ---------------------------------------------------------------- */

struct cursor
license_url_part(struct cursor *path)
{
	const char *slash = memchr(path->p, '/', path->len);
	struct cursor part = { path->p,
		slash != NULL ? (size_t)(slash - path->p) : path->len };

	cursor_skip(path, slash != NULL ? part.len + 1 : part.len);
	return part;
}

/* Without what a page is asked, and the place on it. */
static struct cursor
cut_query(struct cursor path)
{
	for (size_t i = 0; i < path.len; i++)
		if (path.p[i] == '?' || path.p[i] == '#')
			path.len = i;
	return path;
}

static bool
take_nocase(struct cursor *c, const char *text)
{
	size_t n = strlen(text);

	if (c->len < n || !same((struct cursor){ c->p, n }, text))
		return false;
	cursor_skip(c, n);
	return true;
}

bool
license_url_path(struct cursor url, struct cursor *path)
{
	if (!take_nocase(&url, "https://") && !take_nocase(&url, "http://") &&
	    !take_text(&url, "//"))
		return false;
	url = cut_query(url);
	license_url_part(&url);
	*path = url;
	return true;
}

/* "www.example.com/license": people leave out the scheme. */
static bool
host_first(struct cursor text, struct cursor *path)
{
	struct cursor host = license_url_part(&text);
	const char *dot = host.len > 0 ? memrchr(host.p, '.', host.len) : NULL;

	*path = cut_query(text);
	if (dot == NULL || dot == host.p || text.len == 0)
		return false;
	for (const char *p = dot + 1; p < host.p + host.len; p++)
		if ((*p | 0x20) < 'a' || (*p | 0x20) > 'z')
			return false;
	return host.p + host.len > dot + 2;
}

static bool
is_commit(struct cursor part)
{
	size_t n = 0;

	while (n < part.len && hex_digit(part.p[n]) >= 0)
		n++;
	return n == COMMIT && part.len == COMMIT;
}

/* A commit with something in front of it and something behind. */
static bool
pinned(struct cursor path)
{
	struct cursor part;

	(void)license_url_part(&path);
	while (path.len > 0) {
		part = license_url_part(&path);
		if (path.len > 0 && is_commit(part))
			return true;
	}
	return false;
}

/* --- files of the revision -------------------------------------------------------------- */

struct revision {
	const char *repo, *const *paths;
	size_t npaths;
};

static const char *
find(const struct revision *r, struct cursor want)
{
	const char *found = NULL;

	for (size_t i = 0; want.len > 0 && i < r->npaths; i++) {
		struct cursor path = span(r->paths[i]);

		if (!weigh_terms_same(path, want))
			continue;
		if (memcmp(path.p, want.p, path.len) == 0)
			return path.p;
		if (found == NULL)
			found = path.p;
	}
	return found;
}

/* "Model%20License" as it is called. */
static struct cursor
decode(struct cursor text, char out[URL_MAX])
{
	size_t n = 0;

	while (text.len > 0) {
		int high = -1, low = -1;

		if (text.len >= 3 && text.p[0] == '%') {
			high = hex_digit(text.p[1]);
			low = hex_digit(text.p[2]);
		}
		out[n++] = (char)(high >= 0 && low >= 0 ? high << 4 | low :
							  text.p[0]);
		cursor_skip(&text, high >= 0 && low >= 0 ? 3 : 1);
	}
	return (struct cursor){ out, n };
}

/* As it is written, or as it was meant; NULL: no such file. */
static const char *
find_file(const struct revision *r, struct cursor want)
{
	char plain[URL_MAX];
	const char *file;

	while (take_text(&want, "./") || take_text(&want, "/"))
		continue;
	file = find(r, want);
	return file != NULL ? file : find(r, decode(cut_query(want), plain));
}

/* "blob/REV/PATH": take the first two. */
static bool
take_page(struct cursor *path, struct cursor *rev)
{
	struct cursor rest = *path, verb = license_url_part(&rest);

	if (!same(verb, "blob") && !same(verb, "resolve") && !same(verb, "raw"))
		return false;
	*rev = license_url_part(&rest);
	*path = rest;
	return rev->len > 0 && rest.len > 0;
}

static bool
take_repo(struct cursor *path, const char *repo)
{
	struct cursor rest = *path;

	if (repo[0] == '\0' || !take_nocase(&rest, repo) ||
	    !take_text(&rest, "/"))
		return false;
	*path = rest;
	return true;
}

static enum weigh_record_link_kind
absolute(const struct revision *r, struct cursor path, const char **file)
{
	struct cursor rest = path, rev;

	if (pinned(path))
		return WEIGH_LINK_PINNED;
	if (take_repo(&rest, r->repo) && take_page(&rest, &rev))
		*file = find_file(r, rest);
	return *file != NULL ? WEIGH_LINK_FILE : WEIGH_LINK_MUTABLE;
}

/* Does it begin with a scheme: "mailto:", "ftp://..."? */
static bool
has_scheme(const char *url)
{
	size_t n = strcspn(url, ":/?#");

	return n > 0 && url[n] == ':';
}

/* A path; or the end of an address, from the repository's name or from `blob` on. */
static enum weigh_record_link_kind
relative(const struct revision *r, const char *url, const char **file)
{
	struct cursor rest = span(url), rev, path;

	if ((*file = find_file(r, rest)) != NULL)
		return WEIGH_LINK_FILE;
	if (has_scheme(url))
		return WEIGH_LINK_MUTABLE;
	if (host_first(rest, &path))
		return absolute(r, path, file);
	take_text(&rest, "/");
	take_repo(&rest, r->repo);
	if (!take_page(&rest, &rev))
		return WEIGH_LINK_FILE;
	if (is_commit(rev))
		return WEIGH_LINK_PINNED;
	*file = find_file(r, rest);
	return WEIGH_LINK_FILE;
}

enum weigh_record_link_kind
weigh_declared_link(const char *url, const char *repo, const char *const *paths,
    size_t npaths, const char **file)
{
	struct revision r = { repo, paths, npaths };
	struct cursor path;

	*file = NULL;
	if (strlen(url) >= URL_MAX)
		return WEIGH_LINK_MUTABLE;
	if (license_url_path(span(url), &path))
		return absolute(&r, path, file);
	return relative(&r, url, file);
}
