/* The line, read by the table of options (cli/opts.h); numbers are its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "../../../cli/opts.c"

#include "check.h"

#define ARGS_MAX 8

/* What was read, as text: `json server=x | pull name`. */
static void
spell(const struct opts *o, char out[256])
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < o->ngiven; i++)
		at += (size_t)snprintf(out + at, 256 - at, "%s%s%s ",
		    opts_table[o->given[i].id].name,
		    o->given[i].value != NULL ? "=" : "",
		    o->given[i].value != NULL ? o->given[i].value : "");
	at += (size_t)snprintf(out + at, 256 - at, "|");
	for (size_t i = 0; i < o->nargs; i++)
		at += (size_t)snprintf(out + at, 256 - at, " %s", o->args[i]);
}

static void
test_lines(void **state)
{
	static const struct {
		const char *label;
		const char *argv[ARGS_MAX];
		const char *want; /* NULL: refused */
		const char *fix;  /* part of the advice */
	} rows[] = {
		{ "nothing", { NULL }, "|", NULL },
		{ "anywhere (1)", { "--json", "pull", "-v", "a/b", "-q" },
		    "json verbose quiet | pull a/b", NULL },
		{ "two ways to give a value",
		    { "--to", "x", "--to=y", "-j", "4", "-j5" },
		    "to=x to=y jobs=4 jobs=5 |", NULL },
		{ "a cluster", { "-qvj3" }, "quiet verbose jobs=3 |", NULL },
		{ "an empty value", { "--to=", "x" }, "to= | x", NULL },
		{ "a value that looks like an option", { "--to", "--json" },
		    "to=--json |", NULL },
		{ "-- ends them (1)", { "-v", "--", "--json", "-q" },
		    "verbose | --json -q", NULL },
		{ "a dash is an argument", { "-" }, "| -", NULL },
		{ "no abbreviation (2)", { "--vers" }, NULL, "--" },
		{ "a slip (2)", { "--servr", "x" }, NULL, "--server" },
		{ "two letters swapped (2)", { "--jsno" }, NULL, "--json" },
		{ "nothing like it (2)", { "--zzzzzz" }, NULL, "weigh help" },
		{ "unknown letter", { "-x" }, NULL, "weigh help" },
		{ "a value where none goes", { "--json=1" }, NULL, "" },
		{ "no value", { "--to" }, NULL, "" },
		{ "no value for a letter", { "-j" }, NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *argv[ARGS_MAX + 2] = { NULL };
		char words[ARGS_MAX][32], got[256];
		struct weigh_err err = { 0 };
		struct opts o;
		enum weigh_code rc;
		int argc = 1;

		for (; argc <= ARGS_MAX && rows[i].argv[argc - 1]; argc++) {
			snprintf(words[argc - 1], 32, "%s",
			    rows[i].argv[argc - 1]);
			argv[argc] = words[argc - 1];
		}
		rc = opts_parse(&o, argc, argv, &err);
		check_code(rows[i].label, rc,
		    rows[i].want != NULL ? WEIGH_OK : WEIGH_USAGE);
		spell(&o, got);
		if (rows[i].want != NULL)
			check_str(rows[i].label, got, rows[i].want);
		else
			check_has(rows[i].label, weigh_err_fix(&err),
			    rows[i].fix);
		opts_free(&o);
	}
}

static void
test_numbers(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		unsigned want;
	} rows[] = {
		{ NULL, true, 4 }, /* not given */
		{ "1", true, 1 },
		{ "64", true, 64 },
		{ "0", false, 0 },
		{ "65", false, 0 },
		{ "", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1x", false, 0 },
		{ "99999999999999999999", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct opt_given given = { OPT_JOBS, rows[i].text };
		struct opts o = { .given = &given,
			.ngiven = rows[i].text != NULL };
		unsigned n = 0;
		enum weigh_code rc = opts_number(&o, OPT_JOBS, 1, 64, 4, &n,
		    NULL);

		if ((rc == WEIGH_OK) != rows[i].ok ||
		    (rows[i].ok && n != rows[i].want))
			fail_msg("'%s' is %u",
			    rows[i].text != NULL ? rows[i].text : "(none)", n);
	}
}

static void
test_allowed(void **state)
{
	struct opt_given given[] = { { OPT_JSON, NULL }, { OPT_TO, "x" } };
	struct opts o = { .given = given, .ngiven = 2 };
	struct weigh_err err = { 0 };

	(void)state;
	check_code("its own", opts_allow(&o, OPT_BIT(OPT_TO), "pull", &err),
	    WEIGH_OK);
	check_code("another verb's", opts_allow(&o, 0, "ls", &err),
	    WEIGH_USAGE);
	check_has("names the verb", err.why, "weigh ls has no option '--to'");
}

/* A table in which two rows have one name would hide the second. */
static void
test_table(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OPTS; i++)
		for (unsigned j = 0; j < i; j++) {
			assert_string_not_equal(opts_table[i].name,
			    opts_table[j].name);
			assert_true(opts_table[i].letter == 0 ||
			    opts_table[i].letter != opts_table[j].letter);
		}
	assert_in_range(OPTS, 1, 64); /* OPT_BIT */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
