/* text (1), (2): every encoding gives the same words, each with its bytes of the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "check.h"
#include "wording.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define BYTES(text) text, sizeof(text) - 1

/* Each says "No fee: " and two ideographs, or what its encoding has instead. */
static const struct row {
	const char *label, *bytes;
	size_t len;
	const char *encoding, *words, *last; /* last: the last word's bytes */
	size_t last_len;
} rows[] = {
	{ "UTF-8", BYTES("No fee: \xe6\x9d\xa1\xe6\xac\xbe"), "utf-8",
	    "no fee \xe6\x9d\xa1 \xe6\xac\xbe", BYTES("\xe6\xac\xbe") },
	{ "UTF-8 with a mark", BYTES("\xef\xbb\xbfNo fee"), "utf-8", "no fee",
	    BYTES("fee") },
	{ "UTF-16LE with a mark",
	    BYTES("\xff\xfeN\0o\0 \0f\0e\0e\0:\0 \0\x61\x67\x3e\x6b"),
	    "utf-16le", "no fee \xe6\x9d\xa1 \xe6\xac\xbe", BYTES("\x3e\x6b") },
	{ "UTF-16LE without", BYTES("N\0o\0 \0f\0e\0e\0"), "utf-16le", "no fee",
	    BYTES("f\0e\0e\0") },
	{ "UTF-16BE with a mark", BYTES("\xfe\xff\0N\0o\0 \0f\0e\0e"),
	    "utf-16be", "no fee", BYTES("\0f\0e\0e") },
	{ "UTF-16BE without", BYTES("\0N\0o\0 \0f\0e\0e"), "utf-16be", "no fee",
	    BYTES("\0f\0e\0e") },
	{ "half a surrogate",
	    BYTES("\xff\xfeN\0o\0 \0f\0e\0e\0 \0n\0o\0w\0 \0\0\xd8"),
	    "utf-16le", "no fee now", BYTES("n\0o\0w\0") },
	{ "half a unit", BYTES("\xff\xfeN\0o\0 \0f\0e\0e\0 \0n\0o\0w\0 "),
	    "utf-16le", "no fee now", BYTES("n\0o\0w\0") },
	{ "UTF-32LE with a mark", BYTES("\xff\xfe\0\0N\0\0\0o\0\0\0"),
	    "utf-32le", "no", BYTES("N\0\0\0o\0\0\0") },
	{ "UTF-32BE with a mark", BYTES("\0\0\xfe\xff\0\0\0N\0\0\0o"),
	    "utf-32be", "no", BYTES("\0\0\0N\0\0\0o") },
	{ "UTF-32LE without", BYTES("N\0\0\0o\0\0\0!\0\0\0!\0\0\0"), "utf-32le",
	    "no", BYTES("N\0\0\0o\0\0\0") },
	{ "GB18030", BYTES("No fee: \xcc\xf5\xbf\xee\xcc\xf5\xbf\xee"),
	    "gb18030",
	    "no fee \xe6\x9d\xa1 \xe6\xac\xbe \xe6\x9d\xa1 \xe6\xac\xbe",
	    BYTES("\xbf\xee") },
	{ "GB18030, four bytes",
	    BYTES("\xcc\xf5\xbf\xee\xcc\xf5\xbf\xee\xcc\xf5\x81\x30\x86\x38x"),
	    "gb18030",
	    "\xe6\x9d\xa1 \xe6\xac\xbe \xe6\x9d\xa1 \xe6\xac\xbe \xe6\x9d\xa1 ax",
	    BYTES("\x81\x30\x86\x38x") },
	{ "GB18030, old letters",
	    BYTES(
		"\xe9\x5f\xb7\xc5\xd9\x59\xc1\xcf\xa3\xac\xca\xda\x99\xe0\x97\x6c\xbf\xee\xa3\xac\xd5\xfe\xb8\xae\xd9\x59\xc1\xcf\xe9\x5f\xb7\xc5"),
	    "gb18030",
	    "\xe9\x96\x8b \xe6\x94\xbe \xe8\xb3\x87 \xe6\x96\x99 \xe6\x8e\x88 \xe6\xac\x8a \xe6\xa2\x9d \xe6\xac\xbe \xe6\x94\xbf \xe5\xba\x9c \xe8\xb3\x87 \xe6\x96\x99 \xe9\x96\x8b \xe6\x94\xbe",
	    BYTES("\xb7\xc5") },
	{ "GB18030, quotes only",
	    BYTES("No \xa1\xb0"
		  "fee\xa1\xb1"
		  "."),
	    "gb18030", "no fee", BYTES("fee") },
	{ "windows-1252",
	    BYTES("\x93No\x94 f\xe9"
		  "e \x80"
		  "5"),
	    "windows-1252", "no fee \xe2\x82\xac 5", BYTES("5") },
	{ "windows-1252, accents in a row",
	    BYTES("d\xe9"
		  "di\xe9"
		  "e \xe0 cr\xe9\xe9"),
	    "windows-1252", "dediee a cree", BYTES("cr\xe9\xe9") },
	{ "NULs in a text",
	    BYTES("N\0o fee, not a word of which is in the others\0"), "utf-8",
	    "no fee not a word of which is in the others", BYTES("others") },
	{ "nothing", BYTES(""), "utf-8", "", NULL, 0 },
};

static void
test_encodings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct license_text *t = wording_of(row->bytes, row->len);
		char words[256];

		wording_words(t, words, sizeof(words));
		check_str(row->label, t->encoding, row->encoding);
		check_str(row->label, words, row->words);
		check_true(row->label, !t->binary);
		if (row->last != NULL) {
			const struct license_token *last =
			    &t->tokens[t->ntokens - 1];

			check_bytes(row->label, row->bytes + last->start,
			    last->end - last->start, row->last, row->last_len);
		}
		license_text_free(t);
	}
}

/* A passage of a file is told as UTF-8 whatever the file is in. */
static void
test_utf8(void **state)
{
	struct weigh_buf out;

	(void)state;
	weigh_buf_init(&out, 64);
	assert_int_equal(weigh_license_utf8(&out, "utf-16be", "\0f\x67\x61", 4,
			     NULL),
	    WEIGH_OK);
	assert_string_equal(out.data, "f\xe6\x9d\xa1");
	weigh_buf_reset(&out);
	assert_int_equal(weigh_license_utf8(&out, "utf-8",
			     "a\0b\xff"
			     "c",
			     5, NULL),
	    WEIGH_OK);
	assert_string_equal(out.data,
	    "ab\xef\xbf\xbd"
	    "c");
	assert_int_equal(weigh_license_utf8(&out, "rot13", "a", 1, NULL),
	    WEIGH_USAGE);
	weigh_buf_free(&out);
}

/* What is no text has no words; a limit is told and does not cut a character. */
static void
test_no_text(void **state)
{
	static char many[WEIGH_LICENSE_MAX + 8];
	struct license_text *t;

	(void)state;
	for (size_t i = 0; i < 256; i++)
		many[i] = (char)(i * 37 + 1);
	t = wording_of(many, 256);
	assert_true(t->binary);
	assert_int_equal(t->ntokens, 0);
	license_text_free(t);

	memset(many, 'a', sizeof(many));
	memcpy(many + WEIGH_LICENSE_MAX - 2, " \xe6\x9d\xa1", 4);
	t = wording_of(many, sizeof(many));
	assert_true(t->unscanned);
	assert_int_equal(t->ntokens, 1);
	check_str("a word of 4 MiB is cut", t->encoding, "utf-8");
	assert_int_equal(strlen(license_word(t, 0)), LICENSE_WORD_MAX);
	license_text_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
