/* The nearest known word: how far apart words are, and where nearness ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <weigh/near.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define WORD32 "aaaaaaaaaabbbbbbbbbbccccccccccdd"

static const char *const verbs[] = { "add", "pull", "ls", "files", "show",
	"verify", "status", "keys", WORD32 };

/* Near is: at most one letter in three, and one. */
static const struct row {
	const char *label, *word, *want;
} rows[] = {
	{ "itself", "verify", "verify" },
	{ "a letter dropped", "verfy", "verify" },
	{ "a letter added", "veriffy", "verify" },
	{ "a letter changed", "verity", "verify" },
	{ "two letters swapped", "evrify", "verify" },
	{ "the last letter dropped", "pul", "pull" },
	{ "two of two, but swapped", "sl", "ls" },
	{ "swapped twice", "evirfy", "verify" },
	{ "three of six", "abcify", "verify" },
	{ "four of six", "abcdfy", NULL },
	{ "the first and the last changed", "yerifv", "verify" },
	{ "case counts", "LS", NULL },
	{ "one of two", "la", "ls" },
	{ "two of two", "xy", NULL },
	{ "one letter that is one of two", "s", "ls" },
	{ "none at all", "", NULL },
	{ "the nearer one", "keyx", "keys" },
	{ "the first of two as near", "shows", "show" },
	{ "a blank is a letter", "pull ", "pull" },
	{ "above 0x7F", "st\xc3\xa4tus", "status" },
	{ "32 bytes", "aaaaaaaaaabbbbbbbbbbccccccccccdx", WORD32 },
	{ "33 bytes are near to nothing", WORD32 "d", NULL },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = weigh_nearest(rows[i].word, verbs,
		    COUNT(verbs));

		if (rows[i].want == NULL)
			check_true(rows[i].label, got == NULL);
		else
			check_str(rows[i].label, got, rows[i].want);
	}
}

/* The answer is one of the names given, not a copy; of several as near, the
 * first; a nearer one later wins. */
static void
test_order(void **state)
{
	static const char *const names[] = { "main", "maid", "mail", "mains" };

	(void)state;
	assert_ptr_equal(weigh_nearest("maix", names, 4), names[0]);
	assert_ptr_equal(weigh_nearest("mail", names, 4), names[2]);
	assert_ptr_equal(weigh_nearest("mainss", names, 4), names[3]);
	assert_null(weigh_nearest("main", names, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
