/*
 * Error bodies that a server sent.  Whatever comes, there is a code that is no
 * success, and the words are UTF-8 without control characters.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/control.h>
#include <weigh/name.h>

static void
check_words(const char *words)
{
	size_t len = strlen(words);

	if (!weigh_utf8_ok(words, len))
		abort();
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)words[i] < 0x20 || words[i] == 0x7f)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_err err;

	weigh_control_error_read(&err, 404, (const char *)data, size);
	if (err.code == WEIGH_OK)
		abort();
	check_words(err.what);
	check_words(err.why);
	check_words(err.fix);
	return 0;
}
