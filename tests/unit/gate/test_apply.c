/* Tests of gate/apply.c: what becomes of a list of files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "gate/apply.h"

#define CHANGES 4
/* clang-format off */
#define PUT(name) { .kind = GATE_PUT, .path = (name) }
#define COPY(name) { .kind = GATE_COPY, .path = (name) }
#define CUT(name) { .kind = GATE_DELETE_FILE, .path = (name) }
#define FELL(name) { .kind = GATE_DELETE_FOLDER, .path = (name) }
/* clang-format on */

/* Of the parent: "a", "d/x", "d/y", "d.txt", "d0", "e/f/g". */
static const char *const parent[] = { "a", "d.txt", "d/x", "d/y", "d0",
	"e/f/g" };

static const struct row {
	const char *label;
	struct gate_change changes[CHANGES];
	enum weigh_code code;
	const char *result; /* paths; '+' behind those that came */
} rows[] = {
	{ "nothing", { { 0 } }, WEIGH_OK, "a d.txt d/x d/y d0 e/f/g" },
	{ "a new file", { PUT("b") }, WEIGH_OK, "a b+ d.txt d/x d/y d0 e/f/g" },
	{ "another content", { PUT("a") }, WEIGH_OK,
	    "a+ d.txt d/x d/y d0 e/f/g" },
	{ "one gone", { CUT("d/x") }, WEIGH_OK, "a d.txt d/y d0 e/f/g" },
	{ "a folder, and not its neighbors", { FELL("d") }, WEIGH_OK,
	    "a d.txt d0 e/f/g" },
	{ "a folder in a folder", { FELL("e/f") }, WEIGH_OK,
	    "a d.txt d/x d/y d0" },
	{ "a folder by what lies deep", { FELL("e") }, WEIGH_OK,
	    "a d.txt d/x d/y d0" },
	{ "gone, then new", { FELL("d"), PUT("d/x") }, WEIGH_OK,
	    "a d.txt d/x+ d0 e/f/g" },
	{ "new, then gone with its folder", { PUT("d/z"), FELL("d") }, WEIGH_OK,
	    "a d.txt d0 e/f/g" },
	{ "new, then gone", { PUT("b"), CUT("b") }, WEIGH_OK,
	    "a d.txt d/x d/y d0 e/f/g" },
	{ "gone, then back", { CUT("a"), PUT("a") }, WEIGH_OK,
	    "a+ d.txt d/x d/y d0 e/f/g" },
	{ "the last of three wins", { PUT("a"), CUT("a"), COPY("a") }, WEIGH_OK,
	    "a d.txt d/x d/y d0 e/f/g" },
	{ "a new folder, gone again", { PUT("n/x"), FELL("n") }, WEIGH_OK,
	    "a d.txt d/x d/y d0 e/f/g" },
	{ "a copy", { COPY("c") }, WEIGH_OK, "a c d.txt d/x d/y d0 e/f/g" },
	{ "no such file", { CUT("b") }, WEIGH_NOT_FOUND, "'b'" },
	{ "a folder as a file", { CUT("d") }, WEIGH_NOT_FOUND, "'d'" },
	{ "twice", { CUT("a"), CUT("a") }, WEIGH_NOT_FOUND, "'a'" },
	{ "gone with its folder", { FELL("d"), CUT("d/x") }, WEIGH_NOT_FOUND,
	    "'d/x'" },
	{ "no such folder", { FELL("b") }, WEIGH_NOT_FOUND, "'b'" },
	{ "a file as a folder", { FELL("a") }, WEIGH_NOT_FOUND, "'a'" },
	{ "half a name", { FELL("e/") }, WEIGH_NOT_FOUND, "'e/'" },
	{ "a folder twice", { FELL("d"), FELL("d") }, WEIGH_NOT_FOUND, "'d'" },
	{ "before it comes", { FELL("n"), PUT("n/x") }, WEIGH_NOT_FOUND,
	    "'n'" },
	{ "bytes above 127",
	    { PUT("d\xc3\xa4/x"), FELL("d\xc3\xa4"), FELL("d") }, WEIGH_OK,
	    "a d.txt d0 e/f/g" },
};

static void
render(char *out, size_t size, const struct repo_file *files, size_t count)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s%s",
		    i > 0 ? " " : "", files[i].path,
		    files[i].mine != NULL ? "+" : "");
}

static void
check_row(const struct row *r, const struct apply_list *from)
{
	struct repo_file copies[CHANGES] = { 0 }, *files = NULL;
	struct gate_change changes[CHANGES];
	struct weigh_err err = { .code = WEIGH_OK };
	size_t count = 0, n = 0;
	char text[256];

	while (n < CHANGES && r->changes[n].path != NULL) {
		changes[n] = r->changes[n];
		n++;
	}
	check_code(r->label,
	    apply_changes(from, changes, n, copies, &files, &count, &err),
	    r->code);
	if (r->code == WEIGH_OK) {
		render(text, sizeof(text), files, count);
		check_str(r->label, text, r->result);
	} else {
		check_has(r->label, err.why, r->result);
	}
	free(files);
}

static void
test_rows(void **state)
{
	struct apply_list from = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(parent) / sizeof(parent[0]); i++) {
		struct repo_file f = { .path = parent[i], .known = true };

		check_true("memory", apply_list_add(&from, &f));
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], &from);
	apply_list_free(&from);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("gate apply", tests, NULL, NULL);
}
