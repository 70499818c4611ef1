/*
 * Sources and the file of their tokens.  The first byte says which; for tokens
 * URL NUL FILE follows.  (1), (2), (5) of weigh/source.h.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/source.h>
#include <weigh/url.h>

/* What is read is written as a text that reads as the same; what is ordered from
 * outside is no path. */
static void
source(const char *text)
{
	struct weigh_source s, again;

	if (weigh_source_parse(&s, text, WEIGH_SOURCE_ORDERED, NULL) ==
		WEIGH_OK &&
	    s.local)
		abort();
	if (weigh_source_parse(&s, text, WEIGH_SOURCE_CONFIGURED, NULL) !=
	    WEIGH_OK)
		return;
	if (weigh_source_parse(&again, s.text, WEIGH_SOURCE_CONFIGURED, NULL) !=
		WEIGH_OK ||
	    strcmp(again.text, s.text) != 0 || again.kind != s.kind ||
	    strcmp(again.base, s.base) != 0 || (s.base[0] == '/') != s.local)
		abort();
}

/* No other host's. */
static void
tokens(const char *url, const char *text, size_t len)
{
	struct weigh_source_tokens *t;
	struct weigh_url u;
	const char *found;

	if (weigh_source_tokens_parse(&t, text, len, NULL) != WEIGH_OK)
		return;
	found = weigh_source_token(t, url);
	if (found[0] != '\0' &&
	    (weigh_url_parse(&u, url, NULL) != WEIGH_OK ||
		memmem(text, len, found, strlen(found)) == NULL))
		abort();
	weigh_source_tokens_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	size_t url;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (size > 0 && data[0] % 2 == 0)
		source(text + 1);
	if (size > 0 && data[0] % 2 == 1 &&
	    (url = strlen(text + 1) + 2) <= size)
		tokens(text + 1, text + url, size - url);
	free(text);
	return 0;
}
