/* What an LFS server answers to a mirror; weigh/lfs.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/lfs.h>

#include "check.h"

#define A "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
#define OID "\"oid\":\"" A "\",\"size\":5"
#define HREF "\"href\":\"https://cdn.example/a?b=c\""
#define ONE(text) "{\"transfer\":\"basic\",\"objects\":[" text "]}"
#define DOWN(text) ONE("{" OID ",\"actions\":{\"download\":{" text "}}}")
#define FIELDS(text) DOWN(HREF ",\"header\":{" text "}")
#define Z64 "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"

static const struct row {
	const char *label, *text;
	enum weigh_code code;
	const char
	    *told; /* href|fields|authorized|error|message, each object */
} rows[] = {
	{ "one", DOWN(HREF), WEIGH_OK, "https://cdn.example/a?b=c||0|0|\n" },
	{ "with fields",
	    FIELDS("\"Authorization\":\"Basic eA==\",\"X-A\":\"\""), WEIGH_OK,
	    "https://cdn.example/a?b=c|Authorization: Basic eA==\r\nX-A: "
	    "\r\n|1|0|\n" },
	{ "nothing was asked", "{\"objects\":[]}", WEIGH_OK, "" },
	{ "an error",
	    ONE("{" OID
		",\"error\":{\"code\":404,\"message\":\"no\\u001b[m\"}}"),
	    WEIGH_OK, "||0|404|no?[m\n" },
	{ "an error without a code", ONE("{" OID ",\"error\":{}}"), WEIGH_OK,
	    "||0|500|\n" },
	{ "unknown keys",
	    "{\"x\":[],\"objects\":[{" OID
	    ",\"actions\":{\"verify\":{},\"download\":{" HREF
	    ",\"expires_in\":1}}}]}",
	    WEIGH_OK, "https://cdn.example/a?b=c||0|0|\n" },
	{ "neither", ONE("{" OID "}"), WEIGH_MALFORMED, "" },
	{ "both",
	    ONE("{" OID ",\"actions\":{\"download\":{" HREF
		"}},\"error\":{\"code\":1}}"),
	    WEIGH_MALFORMED, "" },
	{ "no objects", "{}", WEIGH_MALFORMED, "" },
	{ "no JSON", "<html>", WEIGH_MALFORMED, "" },
	{ "an oid that is none",
	    ONE("{\"oid\":\"" Z64 "\",\"actions\":{\"download\":{" HREF "}}}"),
	    WEIGH_MALFORMED, "" },
	{ "a transfer that was not offered",
	    "{\"transfer\":\"ssh\",\"objects\":[]}", WEIGH_MALFORMED, "" },
	{ "another hash", "{\"hash_algo\":\"sha512\",\"objects\":[]}",
	    WEIGH_MALFORMED, "" },
	{ "a file of this machine", DOWN("\"href\":\"file:///etc/passwd\""),
	    WEIGH_MALFORMED, "" },
	{ "no URL", DOWN("\"href\":\"/a\""), WEIGH_MALFORMED, "" },
	{ "another host", FIELDS("\"host\":\"x\""), WEIGH_MALFORMED, "" },
	{ "another part", FIELDS("\"Range\":\"bytes=1-\""), WEIGH_MALFORMED,
	    "" },
	{ "a field within a field", FIELDS("\"X-A\":\"a\\r\\nHost: b\""),
	    WEIGH_MALFORMED, "" },
	{ "a name with a colon", FIELDS("\"X:A\":\"a\""), WEIGH_MALFORMED, "" },
	{ "a nameless field", FIELDS("\"\":\"a\""), WEIGH_MALFORMED, "" },
	{ "a number as a field", FIELDS("\"X-A\":1"), WEIGH_MALFORMED, "" },
};

static enum weigh_code
join(void *ctx, const struct weigh_lfs_told *t, struct weigh_err *err)
{
	(void)err;
	weigh_buf_addf(ctx, "%s|%s|%d|%u|%s\n", t->href, t->fields,
	    t->authorized, (unsigned)t->error, t->message);
	return WEIGH_OK;
}

static void
test_told(void **state)
{
	struct weigh_buf got;

	(void)state;
	weigh_buf_init(&got, 65536);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		weigh_buf_reset(&got);
		check_code(rows[i].label,
		    weigh_lfs_told_parse(rows[i].text, strlen(rows[i].text),
			join, &got, NULL),
		    rows[i].code);
		check_str(rows[i].label, got.data != NULL ? got.data : "",
		    rows[i].told);
	}
	weigh_buf_free(&got);
}

/* (1), and fields together have a bound. */
static void
test_bounds(void **state)
{
	struct weigh_buf text, got;

	(void)state;
	weigh_buf_init(&text, 1 << 20);
	weigh_buf_init(&got, 1 << 20);
	weigh_buf_adds(&text, "{\"objects\":[");
	for (int i = 0; i <= WEIGH_LFS_OBJECTS; i++)
		weigh_buf_addf(&text, "%s{" OID ",\"error\":{\"code\":404}}",
		    i > 0 ? "," : "");
	weigh_buf_adds(&text, "]}");
	check_code("objects",
	    weigh_lfs_told_parse(text.data, text.len, join, &got, NULL),
	    WEIGH_TOO_BIG);
	weigh_buf_reset(&text);
	weigh_buf_adds(&text,
	    "{\"objects\":[{" OID ",\"actions\":{\"download\":{" HREF
	    ",\"header\":{");
	for (int i = 0; i < 40; i++)
		weigh_buf_addf(&text, "%s\"X-%d\":\"" Z64 "\"",
		    i > 0 ? "," : "", i);
	weigh_buf_adds(&text, "}}}}]}");
	check_code("fields",
	    weigh_lfs_told_parse(text.data, text.len, join, &got, NULL),
	    WEIGH_TOO_BIG);
	weigh_buf_free(&text);
	weigh_buf_free(&got);
}

/* What we ask is what our own server reads. */
static void
test_ask(void **state)
{
	struct weigh_lfs_object objects[2] = { { .size = 5 }, { .size = 0 } };
	struct weigh_lfs_batch b;
	struct weigh_buf text;
	struct weigh_jw w;

	(void)state;
	check_true("oid", weigh_oid_parse(&objects[0].oid, A, 64));
	weigh_buf_init(&text, 4096);
	weigh_jw_init(&w, &text);
	weigh_lfs_ask(&w, objects, 2);
	check_code("ask", weigh_lfs_batch_parse(&b, text.data, text.len, NULL),
	    WEIGH_OK);
	check_true("a download", !b.upload && b.basic && !b.multipart);
	check_u64("two", b.nobjects, 2);
	check_true("oid", weigh_oid_equal(&b.objects[0].oid, &objects[0].oid));
	check_u64("size", b.objects[0].size, 5);
	weigh_lfs_batch_free(&b);
	weigh_buf_free(&text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_ask),
	};

	return cmocka_run_group_tests_name("lfs told", tests, NULL, NULL);
}
