/* Tests of proto/control.c; the numbers are those of include/weigh/control.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/control.h>
#include <weigh/name.h>

#include "check.h"
#include "json_trace.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* (2): four words, in the body of an answer and in the document. */
static void
test_shapes(void **state)
{
	struct weigh_err err = { 0 };
	struct weigh_buf b;

	(void)state;
	(void)weigh_fail(&err, WEIGH_NOT_FOUND, "no such model");
	weigh_what(&err, "cannot pull 'a/b'");
	weigh_fix(&err, "look with \"weigh ls\"");
	weigh_buf_init(&b, 4096);
	weigh_control_error_body(&b, &err);
	check_str("body", b.data,
	    "{\"error\":\"cannot pull 'a/b'\",\"weigh\":{"
	    "\"code\":\"not_found\",\"what\":\"cannot pull 'a/b'\","
	    "\"why\":\"no such model\","
	    "\"fix\":\"look with \\\"weigh ls\\\"\"}}");
	weigh_buf_reset(&b);
	weigh_control_error_document(&b, &err);
	check_str("document", b.data,
	    "{\"schema\":\"weigh.error/1\",\"error\":{"
	    "\"code\":\"not_found\",\"what\":\"cannot pull 'a/b'\","
	    "\"why\":\"no such model\","
	    "\"fix\":\"look with \\\"weigh ls\\\"\"}}");
	weigh_buf_free(&b);
}

/* No headline: the cause stands for it, and if there is none, the code. */
static void
test_missing_words(void **state)
{
	struct weigh_err err = { .code = WEIGH_NOT_YET };
	struct weigh_buf b;

	(void)state;
	weigh_buf_init(&b, 4096);
	weigh_control_error_body(&b, &err);
	check_has("the code", b.data, "\"error\":\"not_yet\"");
	check_has("its advice", b.data, weigh_code_info(WEIGH_NOT_YET)->fix);
	(void)weigh_fail(&err, WEIGH_NOT_YET, "hashing");
	weigh_buf_reset(&b);
	weigh_control_error_body(&b, &err);
	check_has("the cause", b.data, "\"error\":\"hashing\"");
	weigh_buf_free(&b);
}

/* What one side writes, the other reads: every code, words of every kind. */
static void
test_round_trip(void **state)
{
	(void)state;
	for (int code = WEIGH_OK + 1; code < WEIGH_CODES; code++) {
		struct weigh_err err = { 0 }, back;
		struct weigh_buf b;

		(void)weigh_fail(&err, (enum weigh_code)code,
		    "why \"%d\" \\ caf\xc3\xa9", code);
		weigh_what(&err, "what");
		weigh_buf_init(&b, 4096);
		weigh_control_error_body(&b, &err);
		weigh_control_error_read(&back, 500, b.data, b.len);
		check_code("code", back.code, err.code);
		check_str("what", back.what, err.what);
		check_str("why", back.why, err.why);
		check_str("fix", back.fix, weigh_err_fix(&err));
		weigh_buf_free(&b);
	}
}

/* An answer that is not ours: its status decides. */
static void
test_foreign_bodies(void **state)
{
	static const struct {
		const char *label;
		int status;
		const char *body;
		enum weigh_code code;
	} rows[] = {
		{ "a page", 502, "<html>Bad Gateway</html>", WEIGH_NETWORK },
		{ "nothing", 504, "", WEIGH_NETWORK },
		{ "other JSON", 404, "{\"error\":\"no\"}", WEIGH_NOT_FOUND },
		{ "400", 400, "", WEIGH_MALFORMED },
		{ "401", 401, "", WEIGH_UNAUTHORIZED },
		{ "403", 403, "", WEIGH_DENIED },
		{ "408", 408, "", WEIGH_NOT_YET },
		{ "409", 409, "", WEIGH_CONFLICT },
		{ "413", 413, "", WEIGH_TOO_BIG },
		{ "422", 422, "", WEIGH_MISMATCH },
		{ "429", 429, "", WEIGH_NOT_YET },
		{ "451", 451, "", WEIGH_DENIED },
		{ "503", 503, "", WEIGH_NOT_YET },
		{ "507", 507, "", WEIGH_FULL },
		{ "500", 500, "", WEIGH_NETWORK },
		{ "418", 418, "", WEIGH_NETWORK },
		{ "no code", 404, "{\"weigh\":{\"what\":\"x\"}}",
		    WEIGH_NOT_FOUND },
		{ "code ok", 404, "{\"weigh\":{\"code\":\"ok\"}}",
		    WEIGH_NOT_FOUND },
		{ "a code that is a number", 404, "{\"weigh\":{\"code\":5}}",
		    WEIGH_NOT_FOUND },
		{ "weigh is no object", 404, "{\"weigh\":\"full\"}",
		    WEIGH_NOT_FOUND },
		{ "an array", 404, "[{\"weigh\":{\"code\":\"full\"}}]",
		    WEIGH_NOT_FOUND },
		{ "cut", 404, "{\"weigh\":{\"code\":\"full\"}",
		    WEIGH_NOT_FOUND },
		{ "something behind", 404, "{\"weigh\":{\"code\":\"full\"}} x",
		    WEIGH_NOT_FOUND },
		{ "more fields than we know", 404,
		    "{\"x\":[1,{\"y\":2}],\"weigh\":{\"new\":{\"a\":[]},"
		    "\"code\":\"full\",\"why\":null},\"z\":1}",
		    WEIGH_FULL },
	};
	struct weigh_err none;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_err err;

		weigh_control_error_read(&err, rows[i].status, rows[i].body,
		    strlen(rows[i].body));
		check_code(rows[i].label, err.code, rows[i].code);
	}
	weigh_control_error_read(NULL, 404, "{}", 2);
	weigh_control_error_read(&none, 404, NULL, 0);
	check_code("no body at all", none.code, WEIGH_NOT_FOUND);
}

/* The status is named where there is no reason, and no half-read words stay. */
static void
test_foreign_words(void **state)
{
	static const char body[] = "{\"weigh\":{\"what\":\"half\",\"code\":1}}";
	struct weigh_err err;

	(void)state;
	weigh_control_error_read(&err, 418, body, sizeof(body) - 1);
	check_has("why", err.why, "HTTP status 418");
	check_str("what", err.what, "");
}

/* Words go to a terminal: no control character comes through. */
static void
test_hostile_words(void **state)
{
	static const char body[] =
	    "{\"weigh\":{\"code\":\"denied\","
	    "\"code2\":1,"
	    "\"what\":\"a\\u001b[2J\\u0000\\u007f\\u009bz\\n\"}}";
	struct weigh_err err;

	(void)state;
	weigh_control_error_read(&err, 403, body, sizeof(body) - 1);
	check_code("an unknown code", err.code, WEIGH_DENIED);
	check_str("cleaned", err.what, "a?[2J???z?");
}

/* `shift` letters, then 2,000 euro signs, as `why` and as `what`. */
static void
write_long_words(struct weigh_buf *b, int shift)
{
	weigh_buf_adds(b, "{\"weigh\":{\"code\":\"full\",\"why\":\"because\"");
	weigh_buf_addf(b, ",\"what\":\"%.*s", shift, "xxx");
	for (int i = 0; i < 2000; i++)
		weigh_buf_adds(b, "\xe2\x82\xac");
	weigh_buf_adds(b, "\"}}");
}

static void
test_long_words(void **state)
{
	(void)state;
	for (int shift = 0; shift < 3; shift++) {
		struct weigh_buf b;
		struct weigh_err err;

		weigh_buf_init(&b, 1 << 16);
		write_long_words(&b, shift);
		weigh_control_error_read(&err, 500, b.data, b.len);
		check_code("read", err.code, WEIGH_FULL);
		check_u64("as many as fit, whole", strlen(err.what),
		    shift == 0 ? 255 : 252u + (unsigned)shift);
		check_true("UTF-8", weigh_utf8_ok(err.what, strlen(err.what)));
		check_str("the neighbor is unhurt", err.why, "because");
		weigh_buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_missing_words),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_foreign_bodies),
		cmocka_unit_test(test_foreign_words),
		cmocka_unit_test(test_hostile_words),
		cmocka_unit_test(test_long_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
