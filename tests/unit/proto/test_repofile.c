/* Tests of proto/repofile.c; the number is that of include/weigh/repofile.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/repofile.h>

#include "check.h"

#define F "weighhouse repository 1\n"

/* (1) What is accepted prints as the same bytes. */
static const struct row {
	const char *label;
	const char *text;
	enum weigh_code code;
	enum weigh_visibility visibility;
	unsigned nformerly;
} rows[] = {
	{ "nothing said", F, WEIGH_OK, WEIGH_PUBLIC, 0 },
	{ "private", F "visibility private\n", WEIGH_OK, WEIGH_PRIVATE, 0 },
	{ "gated, a former name", F "visibility gated\nformerly acme/old\n",
	    WEIGH_OK, WEIGH_GATED, 1 },
	{ "two names", F "formerly a/b\nformerly datasets/a/b\n", WEIGH_OK,
	    WEIGH_PUBLIC, 2 },
	{ "empty", "", WEIGH_MALFORMED, 0, 0 },
	{ "newer", "weighhouse repository 2\n", WEIGH_MALFORMED, 0, 0 },
	{ "cut in a line", F "visibility priv", WEIGH_MALFORMED, 0, 0 },
	{ "no line end", F "visibility private", WEIGH_MALFORMED, 0, 0 },
	{ "public is not written", F "visibility public\n", WEIGH_MALFORMED, 0,
	    0 },
	{ "twice", F "visibility private\nvisibility gated\n", WEIGH_MALFORMED,
	    0, 0 },
	{ "another order", F "formerly a/b\nvisibility gated\n",
	    WEIGH_MALFORMED, 0, 0 },
	{ "unknown word", F "owner acme\n", WEIGH_MALFORMED, 0, 0 },
	{ "unknown value", F "visibility secret\n", WEIGH_MALFORMED, 0, 0 },
	{ "no name", F "formerly \n", WEIGH_MALFORMED, 0, 0 },
	{ "a revision", F "formerly a/b@main\n", WEIGH_MALFORMED, 0, 0 },
	{ "climbing", F "formerly ../b\n", WEIGH_MALFORMED, 0, 0 },
	{ "a name twice", F "formerly a/b\nformerly a/b\n", WEIGH_MALFORMED, 0,
	    0 },
	{ "CR LF", F "visibility private\r\n", WEIGH_MALFORMED, 0, 0 },
	{ "an empty line", F "\n", WEIGH_MALFORMED, 0, 0 },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct weigh_repofile f = { .nformerly = 0 };
		struct weigh_err err = { .code = WEIGH_OK };
		struct weigh_buf again;

		check_code(r->label,
		    weigh_repofile_parse(&f, r->text, strlen(r->text), &err),
		    r->code);
		if (r->code != WEIGH_OK)
			continue;
		check_u64(r->label, f.visibility, r->visibility);
		check_u64(r->label, f.nformerly, r->nformerly);
		weigh_buf_init(&again, WEIGH_REPOFILE_MAX);
		check_true(r->label, weigh_repofile_print(&again, &f));
		check_bytes(r->label, again.data, again.len, r->text,
		    strlen(r->text));
		weigh_buf_free(&again);
	}
}

/* A name had again is the newest; the oldest of too many is forgotten; the fullest
 * file can be read. */
static void
test_former_names(void **state)
{
	struct weigh_repofile f = { .nformerly = 0 }, back;
	struct weigh_repo repo = { .kind = WEIGH_DATASET };
	struct weigh_buf text;

	(void)state;
	for (unsigned i = 0; i < WEIGH_FORMERLY_MAX + 2; i++) {
		snprintf(repo.name, sizeof(repo.name), "%0*u/%0*u",
		    WEIGH_PART_MAX, i, WEIGH_PART_MAX, i);
		weigh_repofile_add(&f, &repo);
	}
	check_u64("so many", f.nformerly, WEIGH_FORMERLY_MAX);
	check_str("the newest", f.formerly[f.nformerly - 1].name, repo.name);
	repo = f.formerly[3];
	weigh_repofile_add(&f, &repo);
	check_u64("as many", f.nformerly, WEIGH_FORMERLY_MAX);
	check_str("again", f.formerly[f.nformerly - 1].name, repo.name);
	weigh_buf_init(&text, WEIGH_REPOFILE_MAX);
	check_true("printed", weigh_repofile_print(&text, &f));
	check_code("read",
	    weigh_repofile_parse(&back, text.data, text.len, NULL), WEIGH_OK);
	weigh_repofile_drop(&back, &repo);
	check_u64("dropped", back.nformerly, WEIGH_FORMERLY_MAX - 1);
	weigh_buf_free(&text);
}

/* A text over the ceiling is refused before it is looked at. */
static void
test_too_big(void **state)
{
	static char text[WEIGH_REPOFILE_MAX + 1];
	struct weigh_repofile f;

	(void)state;
	memset(text, 'x', sizeof(text));
	check_code("too big",
	    weigh_repofile_parse(&f, text, sizeof(text), NULL), WEIGH_TOO_BIG);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_former_names),
		cmocka_unit_test(test_too_big),
	};

	return cmocka_run_group_tests_name("repofile", tests, NULL, NULL);
}
