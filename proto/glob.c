/* glob: the patterns of --include and --exclude; see weigh/name.h. */
#include <string.h>

#include <weigh/name.h>

/* The end of the set that begins at `p` ("[…"), or NULL if none closes it.
 * A ']' right after the '[' or '[!' belongs to the set. */
static const char *
set_end(const char *p)
{
	p++;
	if (*p == '!')
		p++;
	if (*p == ']')
		p++;
	return strchr(p, ']');
}

static bool
set_has(const char *p, const char *end, unsigned char c)
{
	bool negated = p[1] == '!', in = false;

	for (p += negated ? 2 : 1; p < end; p++) {
		unsigned char lo = (unsigned char)*p, hi = lo;

		if (p + 2 < end && p[1] == '-') {
			hi = (unsigned char)p[2];
			p += 2;
		}
		if (c >= lo && c <= hi)
			in = true;
	}
	return in != negated;
}

/* Match one byte against the pattern's element at `p`, which is no '*'.
 * Returns what follows the element, or NULL. */
static const char *
match_one(const char *p, unsigned char c)
{
	const char *end;

	if (*p == '\0')
		return NULL;
	if (*p == '?')
		return p + 1;
	if (*p == '[' && (end = set_end(p)) != NULL)
		return set_has(p, end, c) ? end + 1 : NULL;
	return (unsigned char)*p == c ? p + 1 : NULL;
}

/*
 * When something behind a '*' does not fit, that '*' takes one byte more.  Only
 * the last '*' ever needs to: whatever an earlier one could take instead, the
 * last can take as well.
 */
bool
weigh_glob_match(const char *pattern, const char *text)
{
	const char *p = pattern, *t = text;
	const char *star = NULL,
		   *from = NULL; /* behind the last '*'; its end */
	const char *next;
	bool folder = *p != '\0' && p[strlen(p) - 1] == '/';

	while (*t != '\0') {
		if (*p == '*') {
			star = ++p;
			from = t;
		} else if ((next = match_one(p, (unsigned char)*t)) != NULL) {
			p = next;
			t++;
		} else if (*p == '\0' && folder) {
			return true; /* `dir/` means `dir/` and a '*' */
		} else if (star != NULL) {
			p = star;
			t = ++from;
		} else {
			return false;
		}
	}
	while (*p == '*')
		p++;
	return *p == '\0';
}
