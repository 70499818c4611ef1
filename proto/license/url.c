/* url: addresses of the web are one word, however they are written; see reader.h.  RFC 3986. */
#include <string.h>

#include "reader.h"

/* Is `text` (lower case) at `at`, in any case? */
static bool
stands(const struct reader *r, size_t at, const char *text)
{
	for (; *text != '\0'; at++, text++)
		if ((r->text[at] | 0x20) != (*text | 0x20) ||
		    class_at(r, at) == INSIDE)
			return false;
	return true;
}

/* Bytes of what a URL at `at` begins with and nobody tells apart, or 0. */
static size_t
url_prefix(const struct reader *r, size_t at)
{
	static const char *const prefixes[] = { "https://www.", "http://www.",
		"https://", "http://", "ftp://", "www." };

	if (strchr("hHfFwW", r->text[at]) == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (stands(r, at, prefixes[i]))
			return strlen(prefixes[i]);
	return 0;
}

static bool
url_char(unsigned char c)
{
	return c > 0x20 && c < 0x7f && strchr("<>\"'`\\^{}|*", c) == NULL;
}

/* Where a URL goes on that was broken behind a hyphen, or `at`. */
static size_t
url_goes_on(const struct reader *r, size_t at, size_t end)
{
	size_t lines = 0, next = license_past_blanks(r, at, true, &lines);

	return lines == 1 && end == at && r->text[end - 1] == '-' &&
		url_char((unsigned char)r->text[next]) ?
	    next :
	    at;
}

/* Behind the last character of the URL whose host begins at `at`; what ends sentences and
 * closes what was opened before is none of it. */
static size_t
url_end(const struct reader *r, size_t at)
{
	size_t end = at, open = 0, next;

	for (;; at++) {
		char c = r->text[at];

		if (class_at(r, at) == INSIDE && at < r->w->len)
			continue;
		if (!url_char((unsigned char)c)) {
			if ((next = url_goes_on(r, at, end)) == at)
				return end;
			at = next;
			c = r->text[at];
		}
		if (c == '(' || c == '[')
			open++;
		if ((c == ')' || c == ']') && open-- == 0)
			return end;
		if (strchr(".,;:!?", c) == NULL)
			end = at + 1;
	}
}

/* A URL is one word: lower case, without scheme, "www." and a slash at its end. */
bool
license_url_take(struct reader *r)
{
	size_t start = r->at, end, word = r->used, prefix;

	if ((prefix = url_prefix(r, start)) == 0 ||
	    (end = url_end(r, start + prefix)) == start + prefix)
		return false;
	if (!license_reserve(r, end - start))
		return true;
	for (size_t i = start + prefix; i < end; i++) {
		char c = r->text[i];

		if (url_char((unsigned char)c))
			r->t->words[r->used++] = c >= 'A' && c <= 'Z' ?
			    (char)(c | 0x20) :
			    c;
	}
	while (r->used > word && r->t->words[r->used - 1] == '/')
		r->used--;
	r->at = past_tail(r, end);
	if (r->used > word)
		license_emit(r, word, start, r->at, TOKEN_URL);
	return true;
}
