/* seal.h: what pull writes is read back; anything else is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../cli/seal.c"

#define COMMIT "0123456789abcdef0123456789abcdef01234567"
#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define GOOD "datasets/o/n@" COMMIT "\nmanifest " A "\nrevision " B "\n"
/* Of the empty text. */
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* (1) */
static void
reads_back(void **state)
{
	struct seal s;
	struct weigh_buf b;

	(void)state;
	assert_int_equal(seal_parse(&s, GOOD, strlen(GOOD), NULL), WEIGH_OK);
	assert_string_equal(s.ref.rev, COMMIT);
	weigh_buf_init(&b, 4096);
	seal_print(&b, &s);
	assert_string_equal(b.data, GOOD);
	weigh_buf_free(&b);
}

/* (1) */
static void
refuses_the_rest(void **state)
{
	static const struct {
		const char *label, *text;
	} rows[] = {
		{ "empty", "" },
		{ "no digest", "o/n@" COMMIT "\n" },
		{ "one digest", "o/n@" COMMIT "\nmanifest " A "\n" },
		{ "no last line end",
		    "o/n@" COMMIT "\nmanifest " A "\nrevision " B },
		{ "more behind", GOOD "\n" },
		{ "a branch", "o/n@main\nmanifest " A "\nrevision " B "\n" },
		{ "no name", "@" COMMIT "\nmanifest " A "\nrevision " B "\n" },
		{ "an escape",
		    "o/\033n@" COMMIT "\nmanifest " A "\nrevision " B "\n" },
		{ "half a digest",
		    "o/n@" COMMIT "\nmanifest aaaa\nrevision " B "\n" },
		{ "swapped",
		    "o/n@" COMMIT "\nrevision " A "\nmanifest " B "\n" },
	};
	struct seal s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (seal_parse(&s, rows[i].text, strlen(rows[i].text), NULL) !=
		    WEIGH_MISMATCH)
			fail_msg("%s: taken", rows[i].label);
}

/* (2) */
static void
knows_a_part_from_the_whole(void **state)
{
	const char *whole = "o/n@" COMMIT "\nmanifest " A "\nrevision " A "\n";
	struct seal s;

	(void)state;
	assert_int_equal(seal_parse(&s, GOOD, strlen(GOOD), NULL), WEIGH_OK);
	assert_false(seal_is_whole(&s));
	assert_int_equal(seal_parse(&s, whole, strlen(whole), NULL), WEIGH_OK);
	assert_true(seal_is_whole(&s));
}

/* (1) */
static void
another_manifest_is_a_mismatch(void **state)
{
	const char *text = "o/n@" COMMIT "\nmanifest " EMPTY "\nrevision " B
			   "\n";
	struct weigh_buf b;
	struct seal s;

	(void)state;
	weigh_buf_init(&b, 4096);
	assert_int_equal(seal_parse(&s, text, strlen(text), NULL), WEIGH_OK);
	assert_int_equal(seal_check(&s, &b, NULL), WEIGH_OK);
	weigh_buf_adds(&b, "x");
	assert_int_equal(seal_check(&s, &b, NULL), WEIGH_MISMATCH);
	weigh_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(knows_a_part_from_the_whole),
		cmocka_unit_test(another_manifest_is_a_mismatch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
