/* Preconditions and their order (RFC 9110 section 13), by way of real heads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/http.h>

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))
#define GO WEIGH_COND_GO
#define WHOLE WEIGH_COND_WHOLE
#define SAME WEIGH_COND_NOT_MODIFIED
#define FAILED WEIGH_COND_FAILED

/* The file: tag "a", changed on this day. */
#define THEN "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define AFTER "Sun, 06 Nov 1994 08:49:38 GMT"
#define THEN_850 "Sunday, 06-Nov-94 08:49:37 GMT"
#define THEN_ASC "Sun Nov  6 08:49:37 1994"

#define RANGE "Range: bytes=0-1\r\n"

// clang-format off
static const struct {
	const char *method;
	const char *fields;
	enum weigh_precondition want;
} rows[] = {
	{ "GET", "", GO },
	{ "HEAD", "", GO },
	{ "PUT", "", GO },

	/* 1. If-Match: strong */
	{ "GET", "If-Match: \"a\"\r\n", GO },
	{ "GET", "if-match: *\r\n", GO },
	{ "GET", "If-Match: \"b\"\r\n", FAILED },
	{ "GET", "If-Match: W/\"a\"\r\n", FAILED },
	{ "GET", "If-Match: \"A\"\r\n", FAILED },
	{ "GET", "If-Match: \"b\", \"a\"\r\n", GO },
	{ "GET", "If-Match: ,, \"b\" ,\t\"a\",\r\n", GO },
	{ "GET", "If-Match: \"b\"\r\nIf-Match: \"a\"\r\n", GO },
	{ "GET", "If-Match: \"a,b\"\r\n", FAILED },
	{ "GET", "If-Match: a\r\n", FAILED },
	{ "GET", "If-Match: \"a\r\n", FAILED },
	{ "GET", "If-Match: \"a\"x\r\n", GO },
	{ "GET", "If-Match: \"b\"\"a\"\r\n", FAILED },
	{ "GET", "If-Match: \"b\" \"a\"\r\n", FAILED },
	{ "GET", "If-Match: w/\"a\", \"a\"\r\n", FAILED },
	{ "GET", "If-Match: *, \"b\"\r\n", FAILED },
	{ "GET", "If-Match:\r\n", FAILED },
	{ "PUT", "If-Match: \"b\"\r\n", FAILED },
	{ "PUT", "If-Match: \"a\"\r\n", GO },
	{ "HEAD", "If-Match: \"b\"\r\n", FAILED },

	/* 2. If-Unmodified-Since, only without If-Match */
	{ "GET", "If-Unmodified-Since: " THEN "\r\n", GO },
	{ "GET", "If-Unmodified-Since: " AFTER "\r\n", GO },
	{ "GET", "If-Unmodified-Since: " BEFORE "\r\n", FAILED },
	{ "PUT", "If-Unmodified-Since: " BEFORE "\r\n", FAILED },
	{ "GET", "If-Unmodified-Since: " THEN_850 "\r\n", GO },
	{ "GET", "If-Unmodified-Since: " THEN_ASC "\r\n", GO },
	{ "GET", "If-Unmodified-Since: Sunday, 06-Nov-94 08:49:36 GMT\r\n", FAILED },
	{ "GET", "If-Unmodified-Since: Sun Nov  6 08:49:36 1994\r\n", FAILED },
	{ "GET", "If-Unmodified-Since: yesterday\r\n", GO },
	{ "GET", "If-Unmodified-Since: 0\r\n", GO },
	{ "GET", "If-Unmodified-Since:\r\n", GO },
	{ "GET", "If-Unmodified-Since: " BEFORE "\r\n"
		 "If-Unmodified-Since: " BEFORE "\r\n", GO },
	{ "GET", "If-Match: \"a\"\r\nIf-Unmodified-Since: " BEFORE "\r\n", GO },
	{ "GET", "If-Unmodified-Since: " AFTER "\r\nIf-Match: \"b\"\r\n", FAILED },

	/* 3. If-None-Match: weak */
	{ "GET", "If-None-Match: \"a\"\r\n", SAME },
	{ "HEAD", "If-None-Match: \"a\"\r\n", SAME },
	{ "PUT", "If-None-Match: \"a\"\r\n", FAILED },
	{ "POST", "If-None-Match: \"a\"\r\n", FAILED },
	{ "GET", "If-None-Match: W/\"a\"\r\n", SAME },
	{ "GET", "If-None-Match: *\r\n", SAME },
	{ "PUT", "If-None-Match: *\r\n", FAILED },
	{ "GET", "If-None-Match: \"b\"\r\n", GO },
	{ "PUT", "If-None-Match: \"b\"\r\n", GO },
	{ "GET", "If-None-Match: \"b\", W/\"a\", \"c\"\r\n", SAME },
	{ "GET", "If-None-Match: \"b\",\"c\"\r\nIf-None-Match: \"a\"\r\n", SAME },
	{ "GET", "If-None-Match: a\r\n", GO },
	{ "GET", "If-None-Match: W\"a\"\r\n", GO },
	{ "GET", "If-None-Match: \"\xc3\xa9!#~\", \"a\"\r\n", SAME },
	{ "GET", "If-None-Match: \"b c\", \"a\"\r\n", GO },
	{ "GET", "If-Match: \"a\"\r\nIf-None-Match: \"a\"\r\n", SAME },
	{ "GET", "If-None-Match: \"a\"\r\nIf-Match: \"b\"\r\n", FAILED },
	{ "GET", "If-None-Match: \"a\"\r\nIf-Unmodified-Since: " BEFORE "\r\n",
	    FAILED },

	/* 4. If-Modified-Since, only without If-None-Match */
	{ "GET", "If-Modified-Since: " THEN "\r\n", SAME },
	{ "HEAD", "If-Modified-Since: " THEN "\r\n", SAME },
	{ "GET", "If-Modified-Since: " AFTER "\r\n", SAME },
	{ "GET", "If-Modified-Since: " BEFORE "\r\n", GO },
	{ "GET", "If-Modified-Since: " THEN_850 "\r\n", SAME },
	{ "GET", "If-Modified-Since: " THEN_ASC "\r\n", SAME },
	{ "PUT", "If-Modified-Since: " THEN "\r\n", GO },
	{ "POST", "If-Modified-Since: " THEN "\r\n", GO },
	{ "GET", "If-Modified-Since: nonsense\r\n", GO },
	{ "GET", "If-Modified-Since: " THEN " \r\n", SAME },
	{ "GET", "If-Modified-Since: " THEN ", " THEN "\r\n", GO },
	{ "GET", "If-None-Match: \"b\"\r\nIf-Modified-Since: " THEN "\r\n", GO },
	{ "GET", "If-None-Match: x\r\nIf-Modified-Since: " THEN "\r\n", GO },
	{ "GET", "If-Match: \"a\"\r\nIf-Modified-Since: " THEN "\r\n", SAME },

	/* 5. Range with If-Range */
	{ "GET", RANGE, GO },
	{ "GET", RANGE "If-Range: \"a\"\r\n", GO },
	{ "GET", RANGE "If-Range: \"b\"\r\n", WHOLE },
	{ "GET", RANGE "If-Range: W/\"a\"\r\n", WHOLE },
	{ "GET", RANGE "If-Range: a\r\n", WHOLE },
	{ "GET", RANGE "If-Range: *\r\n", WHOLE },
	{ "GET", RANGE "If-Range:\r\n", WHOLE },
	{ "GET", RANGE "If-Range: \"a\", \"b\"\r\n", WHOLE },
	{ "GET", RANGE "If-Range: " THEN "\r\n", GO },
	{ "GET", RANGE "If-Range: " THEN_850 "\r\n", GO },
	{ "GET", RANGE "If-Range: " THEN_ASC "\r\n", GO },
	{ "GET", RANGE "If-Range: " BEFORE "\r\n", WHOLE },
	{ "GET", RANGE "If-Range: " AFTER "\r\n", WHOLE },
	{ "GET", RANGE "If-Range: nonsense\r\n", WHOLE },
	{ "GET", RANGE "If-Range: \"a\"\r\nIf-Range: \"a\"\r\n", WHOLE },
	{ "GET", "If-Range: \"b\"\r\n" RANGE, WHOLE },
	{ "GET", "If-Range: \"b\"\r\n", GO },
	{ "HEAD", RANGE, WHOLE },
	{ "HEAD", RANGE "If-Range: \"a\"\r\n", WHOLE },
	{ "POST", RANGE, WHOLE },
	{ "GET", RANGE "If-None-Match: \"a\"\r\n", SAME },
	{ "GET", RANGE "If-Match: \"b\"\r\nIf-Range: \"a\"\r\n", FAILED },
	{ "GET", RANGE "If-Match: \"a\"\r\nIf-Range: \"b\"\r\n", WHOLE },
};

/* Changed at this moment: it may change once more within the second. */
#define YOUNG ((time_t)784111778)

/* Without a date, with a weak one, without a tag. */
static const struct {
	const char *fields;
	const char *etag;
	time_t changed;
	enum weigh_precondition want;
} bare[] = {
	{ "If-Modified-Since: " AFTER "\r\n", "\"a\"", -1, GO },
	{ "If-Unmodified-Since: " BEFORE "\r\n", "\"a\"", -1, GO },
	{ RANGE "If-Range: " THEN "\r\n", "\"a\"", -1, WHOLE },
	{ RANGE "If-Range: Wed, 31 Dec 1969 23:59:59 GMT\r\n", "\"a\"", -1, WHOLE },
	{ RANGE "If-Range: Sun, 06 Nov 1994 08:49:38 GMT\r\n", "\"a\"", YOUNG, WHOLE },
	{ "If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT\r\n", "\"a\"", YOUNG, SAME },
	{ RANGE "If-Range: Sun, 06 Nov 1994 08:49:38 GMT\r\n", "\"a\"", YOUNG + 1, WHOLE },
	{ "If-Match: \"a\"\r\n", NULL, 784111777, FAILED },
	{ "If-Match: *\r\n", NULL, 784111777, GO },
	{ "If-None-Match: \"a\"\r\n", NULL, 784111777, GO },
	{ "If-None-Match: *\r\n", NULL, 784111777, SAME },
	{ RANGE "If-Range: \"a\"\r\n", NULL, 784111777, WHOLE },
};
// clang-format on

static enum weigh_precondition
ask(const char *method, const char *fields, const char *etag, time_t changed)
{
	struct weigh_http_validators v = { etag, changed, changed != YOUNG };
	enum weigh_precondition answer;
	struct weigh_http_reader r;
	struct weigh_buf text;
	size_t used;

	weigh_buf_init(&text, 4096);
	weigh_buf_addf(&text, "%s / HTTP/1.1\r\nHost: h\r\n%s\r\n", method,
	    fields);
	assert_false(text.failed);
	weigh_http_reader_init(&r, &weigh_http_default_limits);
	if (weigh_http_read(&r, text.data, text.len, &used) !=
	    WEIGH_HTTP_HEAD_DONE)
		fail_msg("not a head: %s", text.data);
	answer = weigh_http_conditions(&r.head, &v);
	weigh_http_reader_free(&r);
	weigh_buf_free(&text);
	return answer;
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum weigh_precondition got = ask(rows[i].method,
		    rows[i].fields, "\"a\"", 784111777);

		if (got != rows[i].want)
			fail_msg("row %zu, %s with %s: %d, not %d", i,
			    rows[i].method, rows[i].fields, (int)got,
			    (int)rows[i].want);
	}
}

static void
test_bare(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bare); i++) {
		enum weigh_precondition got = ask("GET", bare[i].fields,
		    bare[i].etag, bare[i].changed);

		if (got != bare[i].want)
			fail_msg("row %zu, %s: %d, not %d", i, bare[i].fields,
			    (int)got, (int)bare[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_bare),
	};

	return cmocka_run_group_tests_name("http: conditions", tests, NULL,
	    NULL);
}
