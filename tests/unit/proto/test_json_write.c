/*
 * Tests of proto/json/write.c and fields.c; the numbers are those of
 * include/weigh/json.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/json.h>

#include "check.h"
#include "json_trace.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
test_commas(void **state)
{
	struct weigh_buf b;
	struct weigh_jw w;

	(void)state;
	weigh_buf_init(&b, 1000);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "a", "x");
	weigh_jw_key(&w, "b");
	weigh_jw_array(&w);
	weigh_jw_u64(&w, UINT64_MAX);
	weigh_jw_i64(&w, INT64_MIN);
	weigh_jw_object(&w);
	weigh_jw_object_end(&w);
	weigh_jw_array(&w);
	weigh_jw_array_end(&w);
	weigh_jw_bool(&w, true);
	weigh_jw_array_end(&w);
	weigh_jw_kbool(&w, "c", false);
	weigh_jw_ku64(&w, "d", 0);
	weigh_jw_key(&w, "e");
	weigh_jw_null(&w);
	weigh_jw_key(&w, "f");
	weigh_jw_raw(&w, "[1]", 3);
	weigh_jw_object_end(&w);
	check_str("text", b.data,
	    "{\"a\":\"x\",\"b\":[18446744073709551615,-9223372036854775808,"
	    "{},[],true],\"c\":false,\"d\":0,\"e\":null,\"f\":[1]}");
	check_true("fine", !b.failed);
	weigh_buf_free(&b);
}

/* A level closed and another opened begins without a comma of its own. */
static void
test_levels_forget(void **state)
{
	struct weigh_buf b;
	struct weigh_jw w;

	(void)state;
	weigh_buf_init(&b, 1000);
	weigh_jw_init(&w, &b);
	weigh_jw_array(&w);
	for (int i = 0; i < 3; i++) {
		weigh_jw_array(&w);
		weigh_jw_u64(&w, 1);
		weigh_jw_u64(&w, 2);
		weigh_jw_array_end(&w);
	}
	weigh_jw_array_end(&w);
	check_str("text", b.data, "[[1,2],[1,2],[1,2]]");
	weigh_buf_free(&b);
}

static const struct {
	const char *label;
	const char *text;
	size_t len;
	const char *json;
} text_rows[] = {
	{ "nothing", "", 0, "\"\"" },
	{ "plain", "a b/c", 5, "\"a b/c\"" },
	{ "quote, backslash", "\"\\", 2, "\"\\\"\\\\\"" },
	{ "short escapes", "\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"" },
	{ "NUL", "a\0b", 3, "\"a\\u0000b\"" },
	{ "other controls", "\x01\x1b\x1f", 3, "\"\\u0001\\u001b\\u001f\"" },
	{ "DEL", "\x7f", 1, "\"\x7f\"" },
	{ "UTF-8", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9,
	    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
	{ "Latin-1", "caf\xe9!", 5, "\"caf\xef\xbf\xbd!\"" },
	{ "a cut character", "\xe2\x82", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "a surrogate", "\xed\xa0\x80", 3,
	    "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "an overlong quote", "\xc0\xa2", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "bad, then a quote", "\xff\"", 2, "\"\xef\xbf\xbd\\\"\"" },
};

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(text_rows); i++) {
		struct weigh_buf b;
		struct weigh_jw w;

		weigh_buf_init(&b, 1000);
		weigh_jw_init(&w, &b);
		weigh_jw_text(&w, text_rows[i].text, text_rows[i].len);
		check_str(text_rows[i].label, b.data, text_rows[i].json);
		weigh_buf_free(&b);
	}
}

/* (4): every pair of bytes, as key and as string, is read back; UTF-8 as it
 * was. */
static void
test_reader_accepts(void **state)
{
	(void)state;
	for (unsigned i = 0x0100; i < 0x10000; i += 3) {
		char text[] = { (char)(i >> 8), (char)i, '\0' };
		struct weigh_buf b, trace;
		struct weigh_jw w;

		weigh_buf_init(&b, 1000);
		weigh_buf_init(&trace, 1000);
		weigh_jw_init(&w, &b);
		weigh_jw_object(&w);
		weigh_jw_kstr(&w, text, text);
		weigh_jw_object_end(&w);
		json_trace(&trace, &weigh_json_small, b.data, b.len, 0, 0);
		check_has(b.data, trace.data, "} END");
		weigh_buf_free(&b);
		weigh_buf_free(&trace);
	}
}

/* 64 levels are written, one more is the buffer's failure; so is an end that
 * has no beginning. */
static void
test_depth(void **state)
{
	struct weigh_buf b;
	struct weigh_jw w;

	(void)state;
	weigh_buf_init(&b, 1000);
	weigh_jw_init(&w, &b);
	for (int i = 0; i < 64; i++)
		weigh_jw_array(&w);
	weigh_jw_u64(&w, 1);
	weigh_jw_u64(&w, 2);
	check_true("64", !b.failed);
	for (int i = 0; i < 64; i++)
		weigh_jw_array_end(&w);
	check_true("closed", !b.failed);
	check_has("both", b.data, "[1,2]");
	weigh_jw_array_end(&w);
	check_true("an end too many", b.failed);
	weigh_buf_reset(&b);
	weigh_jw_init(&w, &b);
	for (int i = 0; i < 65; i++)
		weigh_jw_array(&w);
	check_true("65", b.failed);
	weigh_buf_free(&b);
}

static void
test_ceiling(void **state)
{
	struct weigh_buf b;
	struct weigh_jw w;

	(void)state;
	weigh_buf_init(&b, 10);
	weigh_jw_init(&w, &b);
	weigh_jw_array(&w);
	weigh_jw_str(&w, "1234567890");
	weigh_jw_array_end(&w);
	check_true("failed", b.failed && b.len <= 10);
	weigh_buf_free(&b);
}

struct request {
	char name[8];
	uint64_t size;
	bool all;
	char note[4];
};

static const struct weigh_json_field request_rows[] = {
	{ "name", WEIGH_JSON_T_STRING, offsetof(struct request, name), 8,
	    true },
	{ "size", WEIGH_JSON_T_U64, offsetof(struct request, size), 0, false },
	{ "all", WEIGH_JSON_T_BOOL, offsetof(struct request, all), 0, false },
	{ "note", WEIGH_JSON_T_STRING, offsetof(struct request, note), 4,
	    false },
};

static const struct {
	const char *json;
	const char *why; /* NULL: good */
} request_docs[] = {
	{ "{\"name\":\"n\"}", NULL },
	{ "{\"size\":7,\"all\":true,\"note\":\"abc\",\"name\":\"1234567\"}",
	    NULL },
	{ "{\"name\":\"12345678\"}", "'name' must be a string of at most 7" },
	{ "{\"name\":\"a\\u0000b\"}", "'name' must be a string" },
	{ "{\"name\":1}", "'name' must be a string" },
	{ "{\"name\":null}", "'name' must be a string" },
	{ "{\"name\":[\"n\"]}", "'name' must be a string" },
	{ "{\"name\":\"n\",\"size\":\"7\"}", "'size' must be a whole number" },
	{ "{\"name\":\"n\",\"size\":-1}", "'size' must be a whole number" },
	{ "{\"name\":\"n\",\"size\":1.5}", "'size' must be a whole number" },
	{ "{\"name\":\"n\",\"size\":18446744073709551616}",
	    "'size' must be a whole number" },
	{ "{\"name\":\"n\",\"all\":1}", "'all' must be true or false" },
	{ "{\"name\":\"n\",\"all\":\"true\"}", "'all' must be true" },
	{ "{\"name\":\"n\",\"all\":null}", "'all' must be true" },
	{ "{}", "'name' is missing" },
	{ "{\"size\":7}", "'name' is missing" },
	{ "{\"name\":\"n\",\"nam\":1}", "unknown field" },
	{ "{\"name\":\"n\",\"names\":1}", "unknown field" },
	{ "{\"name\":\"n\",\"name\":\"m\"}", "given twice" },
	{ "{\"name\":\"n\",}", "a key must" },
	{ "{\"name\":\"n\"", "too early" },
	{ "{\"name\":tru}", "an unknown word" },
	{ "{\"name\":\"n\"}x", "behind the value" },
	{ "[]", "a JSON object is expected" },
	{ "\"name\"", "a JSON object is expected" },
	{ "", "too early" },
};

static void
test_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(request_docs); i++) {
		const char *json = request_docs[i].json;
		struct request r = { .size = 99, .note = "old" };
		struct weigh_err err = { 0 };
		enum weigh_code rc = weigh_json_read_fields(json, strlen(json),
		    request_rows, COUNT(request_rows), &r, &err);

		check_code(json, rc,
		    request_docs[i].why ? WEIGH_MALFORMED : WEIGH_OK);
		if (request_docs[i].why != NULL)
			check_has(json, err.why, request_docs[i].why);
	}
}

static void
test_field_values(void **state)
{
	struct request r = { .size = 99, .note = "old" };

	(void)state;
	check_code("one field",
	    weigh_json_read_fields(request_docs[0].json,
		strlen(request_docs[0].json), request_rows, 4, &r, NULL),
	    WEIGH_OK);
	check_str("given", r.name, "n");
	check_u64("not given: as before", r.size, 99);
	check_str("not given: as before", r.note, "old");
	check_code("all fields",
	    weigh_json_read_fields(request_docs[1].json,
		strlen(request_docs[1].json), request_rows, 4, &r, NULL),
	    WEIGH_OK);
	check_str("name", r.name, "1234567");
	check_u64("size", r.size, 7);
	check_true("all", r.all);
	check_str("note", r.note, "abc");
	check_code("65 rows",
	    weigh_json_read_fields("{}", 2, request_rows, 65, &r, NULL),
	    WEIGH_BUG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commas),
		cmocka_unit_test(test_levels_forget),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_reader_accepts),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_field_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
