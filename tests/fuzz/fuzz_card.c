/*
 * Model cards.  (1) of weigh/card.h: memory of the front matter only, whatever it
 * is.  What is declared is visible ASCII that fits and stands in the text; what is
 * not declared leaves nothing behind; a smaller place changes nothing but that.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/card.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char out[128], small[8];
	size_t len;

	memset(out, 'x', sizeof(out));
	if (!weigh_card_license(text, size, out, sizeof(out))) {
		if (out[0] != '\0')
			abort();
		return 0;
	}
	len = strnlen(out, sizeof(out));
	if (len == 0 || len == sizeof(out))
		abort();
	for (size_t i = 0; i < len; i++)
		if (out[i] <= ' ' || out[i] > '~')
			abort();
	if (weigh_card_license(text, size, small, sizeof(small)) !=
	    (len < sizeof(small)))
		abort();
	if (strcmp(small, len < sizeof(small) ? out : "") != 0)
		abort();
	return 0;
}
