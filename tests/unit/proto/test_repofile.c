/* Tests of proto/repofile.c; the number is that of include/weigh/repofile.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/repofile.h>

#include "check.h"

#define F "weighhouse repository 1\n"
#define A "0123456789abcdef0123456789abcdef01234567"
#define B "89abcdef0123456789abcdef0123456789abcdef"
#define S "source https://hub.example\n"

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
	{ "by accepting", F "visibility gated-auto\n", WEIGH_OK,
	    WEIGH_GATED_AUTO, 0 },
	{ "by a person", F "visibility gated-manual\n", WEIGH_OK,
	    WEIGH_GATED_MANUAL, 0 },
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
	{ "from elsewhere", F S, WEIGH_OK, WEIGH_PUBLIC, 0 },
	{ "all of it",
	    F "visibility gated\nformerly a/b\n" S "through\nrequest {}\n"
	      "partial " A "\npartial " B "\ntold " A " " A "\ntold " A " " B
	      "\npin " A " 0\npin " B " 1790000000 in use by two\n",
	    WEIGH_OK, WEIGH_GATED, 1 },
	{ "followed", F S "follow {\"exclude\":[\"*.bin\"]}\n", WEIGH_OK,
	    WEIGH_PUBLIC, 0 },
	{ "no source", F "source \n", WEIGH_MALFORMED, 0, 0 },
	{ "two sources", F S S, WEIGH_MALFORMED, 0, 0 },
	{ "a name behind a source", F S "formerly a/b\n", WEIGH_MALFORMED, 0,
	    0 },
	{ "through twice", F S "through\nthrough\n", WEIGH_MALFORMED, 0, 0 },
	{ "through what", F S "through it\n", WEIGH_MALFORMED, 0, 0 },
	{ "no order", F S "follow \n", WEIGH_MALFORMED, 0, 0 },
	{ "two orders", F S "follow {}\nrequest {}\n", WEIGH_MALFORMED, 0, 0 },
	{ "an order behind a mark", F "partial " A "\nfollow {}\n",
	    WEIGH_MALFORMED, 0, 0 },
	{ "a source behind a mark", F "partial " A "\n" S, WEIGH_MALFORMED, 0,
	    0 },
	{ "half an id", F "partial 0123\n", WEIGH_MALFORMED, 0, 0 },
	{ "more than an id", F "partial " A "0\n", WEIGH_MALFORMED, 0, 0 },
	{ "capitals", F "partial 0123456789ABCDEF0123456789abcdef01234567\n",
	    WEIGH_MALFORMED, 0, 0 },
	{ "a mark twice", F "partial " A "\npartial " A "\n", WEIGH_MALFORMED,
	    0, 0 },
	{ "marks out of order", F "partial " B "\npartial " A "\n",
	    WEIGH_MALFORMED, 0, 0 },
	{ "kinds out of order", F "pin " A " 1\ntold " A " " B "\n",
	    WEIGH_MALFORMED, 0, 0 },
	{ "told nothing", F "told " A "\n", WEIGH_MALFORMED, 0, 0 },
	{ "told too much", F "told " A " " B " " A "\n", WEIGH_MALFORMED, 0,
	    0 },
	{ "a pin without a time", F "pin " A "\n", WEIGH_MALFORMED, 0, 0 },
	{ "before 1970", F "pin " A " -1\n", WEIGH_MALFORMED, 0, 0 },
	{ "no words", F "pin " A " 1 \n", WEIGH_MALFORMED, 0, 0 },
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
		weigh_repofile_free(&f);
	}
}

static struct weigh_gitid
commit_of(unsigned n)
{
	struct weigh_gitid id = { .b = { (uint8_t)(n * 7), (uint8_t)(n >> 8),
				      1 } };

	return id;
}

/* (2) Marks are sorted however they come; one again is one; taken away, the others
 * stay. */
static void
test_marks(void **state)
{
	struct weigh_repofile f = { .nformerly = 0 }, back = f;
	struct weigh_repomark mark = { .kind = WEIGH_MARK_PARTIAL };
	const struct weigh_gitid five = commit_of(5), six = commit_of(6);
	const struct weigh_repomark *found;
	struct weigh_buf text;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		mark.commit = commit_of(i * 31 % 100);
		check_code("mark", weigh_repofile_mark(&f, &mark, NULL),
		    WEIGH_OK);
	}
	check_u64("each once", f.nmarks, 100);
	mark = (struct weigh_repomark){ .kind = WEIGH_MARK_PIN,
		.commit = five,
		.time = 7,
		.why = (char *)(uintptr_t) "one\nline" };
	check_code("pin", weigh_repofile_mark(&f, &mark, NULL), WEIGH_OK);
	mark.time = 8;
	check_code("again", weigh_repofile_mark(&f, &mark, NULL), WEIGH_OK);
	mark = (struct weigh_repomark){
		.kind = WEIGH_MARK_TOLD, .commit = five, .told = six
	};
	check_code("told", weigh_repofile_mark(&f, &mark, NULL), WEIGH_OK);
	mark.told = five;
	check_code("told twice", weigh_repofile_mark(&f, &mark, NULL),
	    WEIGH_OK);
	check_u64("all", f.nmarks, 103);
	weigh_buf_init(&text, WEIGH_REPOFILE_MAX);
	check_true("printed", weigh_repofile_print(&text, &f));
	check_code("read",
	    weigh_repofile_parse(&back, text.data, text.len, NULL), WEIGH_OK);
	found = weigh_repofile_find(&back, WEIGH_MARK_PIN, &five);
	check_true("found", found != NULL && found->time == 8);
	check_str("one line", found->why, "one");
	check_true("of this kind",
	    weigh_repofile_find(&back, WEIGH_MARK_PIN, &six) == NULL);
	check_true("unmark",
	    weigh_repofile_unmark(&back, WEIGH_MARK_TOLD, &five));
	check_true("once",
	    !weigh_repofile_unmark(&back, WEIGH_MARK_TOLD, &five));
	check_u64("both of them", back.nmarks, 101);
	check_true("the others stay",
	    weigh_repofile_find(&back, WEIGH_MARK_PARTIAL, &six) != NULL &&
		weigh_repofile_find(&back, WEIGH_MARK_PIN, &five) != NULL);
	weigh_buf_free(&text);
	weigh_repofile_free(&f);
	weigh_repofile_free(&back);
}

/* What cannot be a line is refused, and the file stays as it was. */
static void
test_no_lines(void **state)
{
	static char large[WEIGH_REPOFILE_REQUEST + 1];
	struct weigh_repofile f = { .nformerly = 0 };

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	check_true("source", weigh_repofile_set_source(&f, "dir:/srv/hub"));
	check_true("two lines", !weigh_repofile_set_source(&f, "a\nb"));
	check_true("too long", !weigh_repofile_set_source(&f, large));
	check_true("empty", !weigh_repofile_set_source(&f, ""));
	check_str("as it was", f.source, "dir:/srv/hub");
	check_code("order", weigh_repofile_set_request(&f, "{}", NULL),
	    WEIGH_OK);
	check_code("two lines", weigh_repofile_set_request(&f, "{\n}", NULL),
	    WEIGH_USAGE);
	check_code("too long", weigh_repofile_set_request(&f, large, NULL),
	    WEIGH_USAGE);
	check_str("as it was", f.request, "{}");
	check_code("none", weigh_repofile_set_request(&f, NULL, NULL),
	    WEIGH_OK);
	check_true("no order", f.request == NULL);
	weigh_repofile_free(&f);
}

/* A name had again is the newest; the oldest of too many is forgotten; the fullest
 * file can be read. */
static void
test_former_names(void **state)
{
	struct weigh_repofile f = { .nformerly = 0 }, back = f;
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
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_no_lines),
		cmocka_unit_test(test_too_big),
	};

	return cmocka_run_group_tests_name("repofile", tests, NULL, NULL);
}
