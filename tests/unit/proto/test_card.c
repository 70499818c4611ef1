/* What a model card declares; the numbers are those of card.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/card.h>

#include "check.h"

static const struct row {
	const char *label, *text, *license;
} rows[] = {
	{ "plain", "---\nlicense: mit\n---\n# m\n", "mit" },
	{ "quoted", "---\nlicense: \"apache-2.0\"\n---\n", "apache-2.0" },
	{ "CRLF", "---\r\nlicense: mit\r\n---\r\n", "mit" },
	{ "byte order mark", "\xef\xbb\xbf---\nlicense: mit\n---\n", "mit" },
	{ "after others",
	    "---\ntags:\n- a\n- b\nx: {license: no}\n"
	    "license: mit\n---\n",
	    "mit" },
	{ "other, named",
	    "---\nlicense: other\nlicense_name: modified-mit\n---\n",
	    "modified-mit" },
	{ "other, not named", "---\nlicense: other\n---\n", "other" },
	{ "a name without other", "---\nlicense: mit\nlicense_name: x\n---\n",
	    "mit" },
	{ "nested only", "---\nx:\n  license: mit\n---\n", "" },
	{ "in a list", "---\nlicense:\n- mit\n- x\n---\n", "" },
	{ "as a key's value", "---\nx: license\ny: mit\n---\n", "" },
	{ "with a blank", "---\nlicense: my own\n---\n", "" },
	{ "not ASCII", "---\nlicense: m\xc3\xaft\n---\n", "" },
	{ "alias", "---\nx: &a mit\nlicense: *a\n---\n", "mit" },
	{ "an alias as a value of another",
	    "---\na: &x b\nc: *x\nlicense: mit\n---\n", "mit" },
	{ "an alias as a key", "---\na: &x b\n*x : license\nmit: c\n---\n",
	    "" },
	{ "after an alias as a key",
	    "---\na: &x b\n*x : c\nlicense: mit\n---\n", "mit" },
	{ "a mapping as a key", "---\n? {a: b}\n: license\nmit: c\n---\n", "" },
	{ "after a list as a key", "---\n? [a, b]\n: c\nlicense: mit\n---\n",
	    "mit" },
	{ "a key in a key", "---\n? {license: mit}\n: a\n---\n", "" },
	{ "DEL", "---\nlicense: \"mi\\x7ft\"\n---\n", "" },
	{ "NUL", "---\nlicense: \"mit\\0\"\n---\n", "" },
	{ "NUL in a key", "---\n\"license\\0x\": mit\n---\n", "" },
	{ "a null", "---\nlicense:\n---\n", "" },
	{ "a second document", "---\nx: y\n...\nlicense: mit\n---\n", "" },
	{ "twice: the last", "---\nlicense: a\nlicense: b\n---\n", "b" },
	{ "four dashes", "----\nlicense: mit\n---\n", "" },
	{ "three dashes and more", "---x\nlicense: mit\n---\n", "" },
	{ "three dashes alone", "---", "" },
	{ "no front matter", "# m\nlicense: mit\n", "" },
	{ "no end", "---\nlicense: mit\n", "" },
	{ "no YAML", "---\nlicense: [mit\n---\n", "" },
	{ "a list", "---\n- license\n- mit\n---\n", "" },
	{ "a scalar", "---\nlicense\n---\n", "" },
	{ "empty", "", "" },
	{ "empty front matter", "---\n---\n", "" },
};

static void
test_rows(void **state)
{
	char got[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool found = weigh_card_license(rows[i].text,
		    strlen(rows[i].text), got, sizeof(got));

		check_str(rows[i].label, got, rows[i].license);
		check_true(rows[i].label,
		    found == (rows[i].license[0] != '\0'));
	}
}

/* (1) Deep and long input ends, with nothing declared. */
static void
test_bounds(void **state)
{
	size_t size = WEIGH_CARD_MAX + 100, i;
	char *text = malloc(size), got[64];

	(void)state;
	assert_non_null(text);
	memset(text, '[', size);
	memcpy(text, "---\nx: ", 7);
	memcpy(text + 5000, "\n---\n", 5);
	assert_false(weigh_card_license(text, size, got, sizeof(got)));
	memset(text, '\n', size);
	memcpy(text, "---\nlicense: mit\n", 17);
	memcpy(text + size - 5, "\n---\n", 5);
	assert_false(weigh_card_license(text, size, got, sizeof(got)));
	/* A value that does not fit is not cut. */
	for (i = 0; i < 100; i++)
		text[13 + i] = 'm';
	memcpy(text + 113, "\n---\n", 5);
	assert_false(weigh_card_license(text, 118, got, sizeof(got)));
	assert_string_equal(got, "");
	free(text);
}

/* (1) 32 levels, the outermost mapping being one; deeper, and nothing of it
 * counts. */
static void
test_depth(void **state)
{
	static const struct {
		size_t lists;
		const char *license;
	} depths[] = { { 0, "mit" }, { 31, "mit" }, { 32, "" }, { 200, "" } };
	char text[600], got[64];

	(void)state;
	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		size_t n = depths[i].lists, len;

		len = (size_t)sprintf(text, "---\nlicense: mit\nx: ");
		memset(text + len, '[', n);
		memset(text + len + n, ']', n);
		strcpy(text + len + 2 * n, "\n---\n");
		weigh_card_license(text, strlen(text), got, sizeof(got));
		check_str("levels", got, depths[i].license);
	}
}

/* A value is taken whole or not at all: 127 bytes, and what the caller has room
 * for. */
static void
test_lengths(void **state)
{
	static const struct {
		const char *label;
		size_t len, size;
		bool found;
	} lengths[] = {
		{ "fits", 3, 4, true },
		{ "no room for the NUL", 3, 3, false },
		{ "the longest", 127, 256, true },
		{ "one more", 128, 256, false },
	};
	char text[300], value[256], got[256];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memset(value, 'm', sizeof(value));
		value[lengths[i].len] = '\0';
		snprintf(text, sizeof(text), "---\nlicense: %s\n---\n", value);
		check_true(lengths[i].label,
		    weigh_card_license(text, strlen(text), got,
			lengths[i].size) == lengths[i].found);
		check_str(lengths[i].label, got, lengths[i].found ? value : "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
