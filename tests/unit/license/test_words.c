/* text: files as words, and the bytes that each word came from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../../proto/siphash.h"
#include "check.h"
#include "wording.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *
words_of(const void *bytes, size_t len, char *out, size_t room)
{
	struct license_text *t = wording_of(bytes, len);

	wording_words(t, out, room);
	license_text_free(t);
	return out;
}

static const struct row {
	const char *label, *text, *want;
} rows[] = {
	{ "nothing", "", "" },
	{ "case and blanks", "The  Software\tIS\n\n provided",
	    "the software is provided" },
	{ "quotes go",
	    "\"AS IS\" ``AS IS'' \xe2\x80\x9c"
	    "AS IS\xe2\x80\x9d",
	    "as is as is as is" },
	{ "an apostrophe parts nothing", "licensor's licensor\xe2\x80\x99s",
	    "licensors licensors" },
	{ "hyphens between letters", "non-exclusive sub\xe2\x80\x90license",
	    "nonexclusive sublicense" },
	{ "a word broken at a line's end",
	    "distri-\n   bution distri\xc2\xad\nbution",
	    "distribution distribution" },
	{ "dashes part", "word\xe2\x80\x94word word--word word - word",
	    "word word word word word word" },
	{ "a hyphen before a digit parts", "BSD-3-Clause GPL-2.0",
	    "bsd 3 clause gpl 2.0" },
	{ "numbers",
	    "1,000,000 1.000.000 1000000 1\xc2\xa0"
	    "000\xc2\xa0"
	    "000",
	    "1000000 1000000 1000000 1000000" },
	{ "versions stay", "2.0 v3.1 1.000 4.0.1", "2.0 v3.1 1.000 4.0.1" },
	{ "years in a row", "2001,2002, 2003", "2001 2002 2003" },
	{ "currencies",
	    "US$1,000 \xe2\x82\xac"
	    "5 50%",
	    "us $ 1000 \xe2\x82\xac 5 50 percent" },
	{ "abbreviations", "e.g. U.S. Inc. end.Next", "eg us inc end next" },
	{ "copyright", "Copyright (c) 2024 \xc2\xa9 2023 (C) 2022 (c) the",
	    "copyright 2024 copyright 2023 copyright 2022 copyright the" },
	{ "equivalent words", "Licence & sub license per cent whilst",
	    "license and sublicense percent while" },
	{ "the holder is the owner", "copyright owners", "copyright holders" },
	{ "a URL is a word", "see <https://www.Example.com/A/>.",
	    "see example.com/a" },
	{ "URLs alike", "http://example.com/a_b(c), (ftp://x.org)",
	    "example.com/a_b(c) x.org" },
	{ "a URL that was broken", "see http://x.org/use-\npolicy. It",
	    "see x.org/use-policy it" },
	{ "an ideograph is a word",
	    "\xe6\x9c\xac\xe5\x8d\x8f"
	    "abc\xe8\xae\xae",
	    "\xe6\x9c\xac \xe5\x8d\x8f abc \xe8\xae\xae" },
	{ "width and accents",
	    "\xef\xbc\xac\xef\xbd\x89\xef\xbd\x83 na\xc3\xafve \xef\xac\x81le",
	    "lic naive file" },
	{ "sharp s",
	    "STRASSE Stra\xc3\x9f"
	    "e",
	    "strasse strasse" },
	{ "zero width",
	    "li\xe2\x80\x8b"
	    "cense",
	    "license" },
	{ "a bullet that is a letter", " o one\n o two", "one two" },
};

/* (3) */
static void
test_words(void **state)
{
	char out[1024];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_str(rows[i].label,
		    words_of(rows[i].text, strlen(rows[i].text), out,
			sizeof(out)),
		    rows[i].want);
}

/* (2) */
static void
test_places(void **state)
{
	static const char text[] = "The Soft\xc2\xadware's  \xef\xbc\xac"
				   "A, 1,000";
	static const struct {
		uint32_t start, end;
	} want[] = { { 0, 3 }, { 4, 16 }, { 18, 22 }, { 24, 29 } };
	struct license_text *t = wording_of(text, sizeof(text) - 1);

	(void)state;
	assert_int_equal(t->ntokens, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_int_equal(t->tokens[i].start, want[i].start);
		assert_int_equal(t->tokens[i].end, want[i].end);
	}
	license_text_free(t);
}

/* A pack made elsewhere has the same: SipHash-2-4's own vector (its paper, appendix A), and
 * what the format's key makes of a word. */
static void
test_hash(void **state)
{
	unsigned char bytes[15];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	assert_true(weigh_siphash(0x0706050403020100, 0x0f0e0d0c0b0a0908, bytes,
			sizeof(bytes)) == 0xa129ca6149be45e5);
	assert_true(license_word_hash("license", 7) == 0xe0141e0f0eeb1422);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
