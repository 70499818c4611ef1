/* JSON answers as a small tree (cli/doc.h); numbers are its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../cli/doc.c"

#include "check.h"

static struct doc *
parse(const char *json)
{
	struct doc *d = NULL;

	check_code(json, doc_parse(&d, json, strlen(json), NULL), WEIGH_OK);
	assert_non_null(d);
	return d;
}

static void
check_written(const char *label, const struct doc *d, const char *want)
{
	struct weigh_buf b;
	struct weigh_jw w;

	weigh_buf_init(&b, 4096);
	weigh_jw_init(&w, &b);
	doc_write(&w, d);
	check_str(label, b.data, want);
	weigh_buf_free(&b);
}

/* What comes in goes out, whatever fields it has. */
static void
test_round(void **state)
{
	static const char *const rows[] = {
		"{}",
		"[]",
		"{\"a\":1,\"b\":[true,false,null,\"x\"],\"c\":{\"d\":{}}}",
		"{\"n\":18446744073709551615,\"e\":-1.5e3}",
		"\"text\"",
		"[[[]],[{}]]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct doc *d = parse(rows[i]);

		check_written(rows[i], d, rows[i]);
		doc_free(d);
	}
}

static void
test_refused(void **state)
{
	static const char *const rows[] = { "", "{", "[1,", "{\"a\":}", "{}{}",
		"{\"a\":1,\"a\":2}", "tru", "\"\xff\"", "<html>" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct weigh_err err = { 0 };
		struct doc *d;

		check_code(rows[i],
		    doc_parse(&d, rows[i], strlen(rows[i]), &err),
		    WEIGH_MALFORMED);
		assert_null(d);
		assert_true(err.why[0] != '\0');
	}
}

/* (2) */
static void
test_questions(void **state)
{
	struct doc *d = parse("{\"s\":\"x\",\"n\":7,\"t\":true,\"neg\":-1,"
			      "\"frac\":1.5,\"l\":[1,2,3]}");

	(void)state;
	check_str("a string", doc_str(d, "s"), "x");
	check_str("not a string", doc_str(d, "n"), "");
	check_str("not there", doc_str(d, "none"), "");
	check_u64("a number", doc_u64(d, "n"), 7);
	check_u64("negative", doc_u64(d, "neg"), 0);
	check_u64("not whole", doc_u64(d, "frac"), 0);
	check_u64("not a number", doc_u64(d, "s"), 0);
	check_true("true", doc_bool(d, "t"));
	check_true("not a truth", !doc_bool(d, "n"));
	check_u64("how many", doc_count(doc_get(d, "l")), 3);
	check_u64("of nothing", doc_count(doc_get(d, "none")), 0);
	check_str("of nothing", doc_str(NULL, "x"), "");
	doc_free(d);
}

/* Pages become one list: children move, "next" goes. */
static void
test_pages(void **state)
{
	struct doc *a = parse("{\"l\":[1,2],\"next\":\"b\",\"x\":1}");
	struct doc *b = parse("{\"l\":[3],\"x\":2}");
	struct doc *empty = parse("{\"l\":[]}");

	(void)state;
	doc_move(doc_get(a, "l"), doc_get(b, "l"));
	doc_move(doc_get(a, "l"), doc_get(empty, "l"));
	doc_drop(a, "next");
	doc_drop(a, "none");
	check_written("joined", a, "{\"l\":[1,2,3],\"x\":1}");
	check_written("emptied", b, "{\"l\":[],\"x\":2}");
	doc_free(a);
	doc_free(b);
	doc_free(empty);
}

static void
test_schema(void **state)
{
	struct doc *d = parse("{\"schema\":\"weigh.ls/1\"}");
	struct weigh_err err = { 0 };

	(void)state;
	check_code("right", doc_schema(d, "weigh.ls/1", &err), WEIGH_OK);
	check_code("another", doc_schema(d, "weigh.ls/2", &err),
	    WEIGH_MALFORMED);
	check_has("says both", err.why, "'weigh.ls/1'");
	doc_free(d);
}

/* A tree that is made is written as one that was read. */
static void
test_making(void **state)
{
	struct doc *d = doc_new(WEIGH_JSON_OBJECT, "");

	(void)state;
	assert_non_null(d);
	check_true("text", doc_put_str(d, "a", "x\"y"));
	check_true("number", doc_put_u64(d, "b", UINT64_MAX));
	check_true("list", doc_put(d, doc_new(WEIGH_JSON_ARRAY, "c")));
	check_true("nothing", !doc_put(d, NULL));
	check_written("all", d,
	    "{\"a\":\"x\\\"y\",\"b\":18446744073709551615,\"c\":[]}");
	check_u64("read back", doc_u64(d, "b"), UINT64_MAX);
	doc_free(d);
}

static bool
fill_number(struct doc *row, const void *from, size_t i)
{
	const uint64_t *numbers = from;

	return numbers[i] != 0 && doc_put_u64(row, "n", numbers[i]);
}

static void
test_rows(void **state)
{
	static const uint64_t numbers[] = { 3, 1, 0, 4 };
	struct doc *list = parse("[{\"n\":2}]");

	(void)state;
	assert_true(doc_rows(list, 0, fill_number, numbers));
	assert_true(doc_rows(list, 2, fill_number, numbers));
	check_written("behind what is there", list,
	    "[{\"n\":2},{\"n\":3},{\"n\":1}]");
	assert_false(doc_rows(list, 4, fill_number, numbers));
	doc_free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_making),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
