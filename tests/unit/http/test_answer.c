/* Heads of answers, as a client reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/buf.h>
#include <weigh/http.h>

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))
#define OK1 "HTTP/1.1 200 OK\r\n"

// clang-format off
static const struct {
	const char *label;
	const char *bytes;
	long want;          /* head's length, 0, -1; ALL: the bytes' own */
#define ALL 1
	const char *summary;
} rows[] = {
	{ "nothing", "", 0, "" },
	{ "the least", OK1 "\r\n", ALL, "200" },
	{ "no words", "HTTP/1.1 200 \r\n\r\n", ALL, "200" },
	{ "not even a blank", "HTTP/1.1 404\r\n\r\n", ALL, "404" },
	{ "words", "HTTP/1.1 404 Not \xc3\xa9\t Found\r\n\r\n", ALL, "404" },
	{ "HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n", ALL, "200 close" },
	{ "an interim answer", "HTTP/1.1 100 Continue\r\n\r\n", ALL, "100" },
	{ "the highest status", "HTTP/1.1 599 x\r\n\r\n", ALL, "599" },
	{ "a length", OK1 "Content-Length: 5\r\n\r\n", ALL, "200 length=5" },
	{ "length 0", OK1 "content-length:0\r\n\r\n", ALL, "200 length=0" },
	{ "the largest length", OK1 "Content-Length: 9223372036854775807\r\n\r\n",
	    ALL, "200 length=9223372036854775807" },
	{ "a length twice", OK1 "Content-Length: 5\r\nContent-Length: 05\r\n\r\n",
	    ALL, "200 length=5" },
	{ "chunked", OK1 "Transfer-Encoding: Chunked\r\n\r\n", ALL, "200 chunked" },
	{ "close", OK1 "Connection: te, Close\r\n\r\n", ALL, "200 close" },
	{ "keep-alive", OK1 "Connection: keep-alive\r\n\r\n", ALL, "200" },
	{ "a body behind", OK1 "A: b\r\n\r\nbody", 25, "200" },
	{ "an answer behind", OK1 "\r\n" OK1 "\r\n", 19, "200" },

	/* more is needed */
	{ "a byte", "H", 0, "" },
	{ "a status line begun", "HTTP/1.1 20", 0, "" },
	{ "CR", "HTTP/1.1 200 OK\r", 0, "" },
	{ "a status line", OK1, 0, "" },
	{ "a field begun", OK1 "A: b", 0, "" },
	{ "no empty line", OK1 "A: b\r\n", 0, "" },
	{ "half an empty line", OK1 "A: b\r\n\r", 0, "" },

	/* the status line */
	{ "not HTTP, at once", "SSH", -1, "" },
	{ "a TLS alert", "\x15\x03\x01", -1, "" },
	{ "markup", "<html>", -1, "" },
	{ "an empty line first", "\r\n" OK1 "\r\n", -1, "" },
	{ "HTTP/2", "HTTP/2 200\r\n\r\n", -1, "" },
	{ "HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n", -1, "" },
	{ "HTTP/1.10", "HTTP/1.10 200 OK\r\n\r\n", -1, "" },
	{ "ICY", "ICY 200 OK\r\n\r\n", -1, "" },
	{ "lower case", "http/1.1 200 OK\r\n\r\n", -1, "" },
	{ "two blanks", "HTTP/1.1  200 OK\r\n\r\n", -1, "" },
	{ "a tab", "HTTP/1.1\t200 OK\r\n\r\n", -1, "" },
	{ "two digits", "HTTP/1.1 20 OK\r\n\r\n", -1, "" },
	{ "four digits", "HTTP/1.1 2000 OK\r\n\r\n", -1, "" },
	{ "a sign", "HTTP/1.1 +20 OK\r\n\r\n", -1, "" },
	{ "no status", "HTTP/1.1\r\n\r\n", -1, "" },
	{ "status 99", "HTTP/1.1 099 x\r\n\r\n", -1, "" },
	{ "status 600", "HTTP/1.1 600 x\r\n\r\n", -1, "" },
	{ "a tab behind", "HTTP/1.1 200\tOK\r\n\r\n", -1, "" },
	{ "a control in the words", "HTTP/1.1 200 O\x01K\r\n\r\n", -1, "" },
	{ "a bare CR in the words", "HTTP/1.1 200 O\rK\r\n\r\n", -1, "" },
	{ "a bare LF", "HTTP/1.1 200 OK\n\r\n", -1, "" },

	/* fields */
	{ "no colon", OK1 "A\r\n\r\n", -1, "" },
	{ "no name", OK1 ": a\r\n\r\n", -1, "" },
	{ "a blank before the colon", OK1 "A : b\r\n\r\n", -1, "" },
	{ "a folded line", OK1 "A: b\r\n c\r\n\r\n", -1, "" },
	{ "a folded first line", OK1 " A: b\r\n\r\n", -1, "" },
	{ "a control in a value", OK1 "A: \x02\r\n\r\n", -1, "" },
	{ "a bare CR in a value", OK1 "A: b\rc\r\n\r\n", -1, "" },
	{ "a bare LF behind a value", OK1 "A: b\n\r\n", -1, "" },
	{ "a bare LF for the last line", OK1 "A: b\r\n\n", -1, "" },

	/* framing */
	{ "different lengths", OK1 "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
	    -1, "" },
	{ "a list of lengths", OK1 "Content-Length: 5, 5\r\n\r\n", -1, "" },
	{ "a signed length", OK1 "Content-Length: +5\r\n\r\n", -1, "" },
	{ "an empty length", OK1 "Content-Length:\r\n\r\n", -1, "" },
	{ "a length past 63 bits", OK1 "Content-Length: 9223372036854775808\r\n\r\n",
	    -1, "" },
	{ "both", OK1 "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
	    -1, "" },
	{ "both, the other way", OK1 "Transfer-Encoding: chunked\r\n"
		"Content-Length: 5\r\n\r\n", -1, "" },
	{ "both, length 0", OK1 "Transfer-Encoding: chunked\r\n"
		"Content-Length: 0\r\n\r\n", -1, "" },
	{ "chunked twice", OK1 "Transfer-Encoding: chunked\r\n"
		"Transfer-Encoding: chunked\r\n\r\n", -1, "" },
	{ "gzip", OK1 "Transfer-Encoding: gzip\r\n\r\n", -1, "" },
	{ "gzip, chunked", OK1 "Transfer-Encoding: gzip, chunked\r\n\r\n", -1, "" },
	{ "identity", OK1 "Transfer-Encoding: identity\r\n\r\n", -1, "" },
	{ "chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n"
		"\r\n", -1, "" },
};
// clang-format on

static void
summarize(struct weigh_buf *out, const struct weigh_http_answer *a)
{
	weigh_buf_addf(out, "%d", a->status);
	if (a->close)
		weigh_buf_adds(out, " close");
	if (a->chunked)
		weigh_buf_adds(out, " chunked");
	if (a->has_length)
		weigh_buf_addf(out, " length=%llu",
		    (unsigned long long)a->length);
}

static void
check_row(size_t i)
{
	static struct weigh_http_answer a;
	size_t len = strlen(rows[i].bytes);
	long want = rows[i].want == ALL ? (long)len : rows[i].want, got;
	char *copy = malloc(len > 0 ? len : 1);
	struct weigh_buf summary;

	assert_non_null(copy);
	memcpy(copy, rows[i].bytes, len);
	got = weigh_http_answer_parse(&a, copy, len);
	weigh_buf_init(&summary, 256);
	if (got > 0)
		summarize(&summary, &a);
	if (got != want ||
	    (got > 0 && strcmp(summary.data, rows[i].summary) != 0))
		fail_msg("%s: %ld, '%s'", rows[i].label, got,
		    got > 0 ? summary.data : "");
	weigh_buf_free(&summary);
	free(copy);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(i);
}

/* Of a head that is good, every beginning asks for more. */
static void
test_beginnings(void **state)
{
	static const char text[] = OK1
	    "Content-Length: 5\r\nA: b\r\nc:\t d \r\na: x\r\n\r\n";
	static struct weigh_http_answer a;

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++)
		assert_int_equal(weigh_http_answer_parse(&a, text, len), 0);
	assert_int_equal(weigh_http_answer_parse(&a, text, sizeof(text) - 1),
	    sizeof(text) - 1);
	assert_true(weigh_span_is(weigh_http_answer_field(&a, "C"), "d"));
	assert_null(weigh_http_answer_field(&a, "a").p); /* twice */
	assert_null(weigh_http_answer_field(&a, "b").p);
	assert_int_equal(a.nfields, 4);
}

static void
build(struct weigh_buf *b, const char *field, size_t times)
{
	weigh_buf_init(b, 1u << 20);
	weigh_buf_adds(b, OK1);
	for (size_t i = 0; i < times; i++)
		weigh_buf_adds(b, field);
	weigh_buf_adds(b, "\r\n");
	assert_false(b->failed);
}

/* 200 fields and 64 KiB, not one more. */
static void
test_limits(void **state)
{
	static struct weigh_http_answer a;
	struct weigh_buf b;

	(void)state;
	build(&b, "A: b\r\n", 200);
	assert_int_equal(weigh_http_answer_parse(&a, b.data, b.len), b.len);
	weigh_buf_free(&b);
	build(&b, "A: b\r\n", 201);
	assert_int_equal(weigh_http_answer_parse(&a, b.data, b.len), -1);
	weigh_buf_free(&b);

	weigh_buf_init(&b, 1u << 20);
	weigh_buf_adds(&b, OK1 "A: ");
	while (b.len < 65536 - 4)
		weigh_buf_addc(&b, 'b');
	weigh_buf_adds(&b, "\r\n\r\nbody");
	assert_int_equal(weigh_http_answer_parse(&a, b.data, 65535), 0);
	assert_int_equal(weigh_http_answer_parse(&a, b.data, 65536), 65536);
	assert_int_equal(weigh_http_answer_parse(&a, b.data, b.len), 65536);
	b.data[65532] = 'b';
	assert_int_equal(weigh_http_answer_parse(&a, b.data, 65536), -1);
	weigh_buf_free(&b);
}

static void
test_words(void **state)
{
	(void)state;
	assert_string_equal(weigh_http_reason(200), "OK");
	assert_string_equal(weigh_http_reason(404), "Not Found");
	assert_string_equal(weigh_http_reason(431),
	    "Request Header Fields Too Large");
	assert_string_equal(weigh_http_reason(299), "");
	assert_string_equal(weigh_http_reason(0), "");
	assert_string_equal(weigh_http_method_name(WEIGH_HTTP_GET), "GET");
	assert_string_equal(weigh_http_method_name(WEIGH_HTTP_TRACE), "TRACE");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_beginnings),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("http: answers", tests, NULL, NULL);
}
