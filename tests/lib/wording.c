/* wording: see wording.h. */
#include "wording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct license_text *
wording_of(const void *bytes, size_t len)
{
	struct license_text *t = NULL;

	assert_int_equal(license_text_read(&t, bytes, len, NULL), WEIGH_OK);
	return t;
}

struct license_text *
wording_of_text(const char *text)
{
	return wording_of(text, strlen(text));
}

const char *
wording_words(const struct license_text *t, char *out, size_t room)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < t->ntokens; i++) {
		const char *word = license_word(t, i);

		assert_true(used + strlen(word) + 2 <= room);
		if (i > 0)
			out[used++] = ' ';
		memcpy(out + used, word, strlen(word) + 1);
		used += strlen(word);
	}
	return out;
}
