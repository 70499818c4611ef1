/* The reader's limits, each met exactly and passed by one byte, in several
 * cuttings; and what it holds between requests: invariants (1), (2), (3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_rows.h"

#define GET1 "GET / HTTP/1.1\r\nHost: h\r\n"
#define CHUNKED \
	"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

/* Bytes built from a beginning, a text repeated, and an end. */
struct row {
	const char *label;
	const char *begin;
	const char *repeated;
	size_t times;
	const char *end;
	int status; /* 0: understood, to the last byte */
	size_t at;  /* bytes taken when it is refused */
};

#define X10 "0123456789"
#define X50 X10 X10 X10 X10 X10
#define X300 X50 X50 X50 X50 X50 X50
#define X1000 X300 X300 X300 X50 X50

// clang-format off
static const struct row rows[] = {
	/* request line: 16,384 bytes without its CR LF */
	{ "8,000 octets", "GET /", "a", 7986, " HTTP/1.1\r\nHost: h\r\n\r\n", 0, 0 },
	{ "a line of 16 KiB", "GET /", "a", 16370, " HTTP/1.1\r\nHost: h\r\n\r\n",
	    0, 0 },
	{ "a line of 16 KiB and a byte", "GET /", "a", 16371, " HTTP/1.1\r\n",
	    414, 16385 },
	{ "an endless target", "GET /", "a", 100000, "", 414, 16385 },
	{ "an endless query", "GET /?", "a", 100000, "", 414, 16385 },
	{ "an endless method", "", "A", 100000, "", 414, 16385 },
	{ "a blank behind the line's room", "GET /", "a", 16379, " ", 414, 16385 },
	{ "a bad byte behind the line's room", "GET /", "a", 16379, "\n",
	    400, 16385 },

	/* one field line: 16,384 bytes without its CR LF; 25 stand before */
	{ "a token of 4,000 octets", GET1 "Authorization: Bearer ", "t", 4000,
	    "\r\n\r\n", 0, 0 },
	{ "a field of 16 KiB", GET1 "A:", "b", 16382, "\r\n\r\n", 0, 0 },
	{ "a field of 16 KiB and a byte", GET1 "A:", "b", 16383, "\r\n\r\n",
	    431, 16410 },
	{ "an endless value", GET1 "A: ", "b", 100000, "", 431, 16410 },
	{ "an endless name", GET1, "A", 100000, "", 431, 16410 },
	{ "endless blanks", GET1 "A:", " ", 100000, "", 431, 16410 },
	{ "a colon behind the field's room", GET1, "A", 16384, ":", 431, 16410 },
	{ "a bad byte behind the field's room", GET1 "A:", "b", 16382, "\n",
	    400, 16410 },

	/* the section: 65,536 bytes, here 9 + 65 * 1,004 + 267, line ends
	 * included; 16 stand before */
	{ "a section of 64 KiB", GET1, "A:" X1000 "\r\n", 65,
	    "A:" X50 X50 X50 X50 X50 X10 "123\r\n\r\n", 0, 0 },
	{ "a section of 64 KiB and a byte", GET1, "A:" X1000 "\r\n", 65,
	    "A:" X50 X50 X50 X50 X50 X10 "1234\r\n\r\n", 431, 16 + 65535 },
	{ "a name in the section's last byte", GET1, "A:" X1000 "\r\n", 65,
	    "A:" X50 X50 X50 X50 X50 X10 "12\r\nA", 431, 16 + 65536 },
	{ "an endless section", GET1, "A:" X1000 "\r\n", 10000, "", 431, 16 + 65535 },

	/* how many fields: 200, Host among them */
	{ "100 fields", GET1, "A: b\r\n", 99, "\r\n", 0, 0 },
	{ "200 fields", GET1, "A: b\r\n", 199, "\r\n", 0, 0 },
	{ "201 fields", GET1, "A: b\r\n", 200, "\r\n", 431, 25 + 199 * 6 + 1 },
	{ "a folded line behind 200 fields", GET1, "A: b\r\n", 199, " b\r\n\r\n",
	    400, 25 + 199 * 6 + 1 },

	/* chunk extensions: 1,024 bytes each, 16,384 a body; 56 stand before */
	{ "an extension of 1 KiB", CHUNKED "0;", "x", 1024, "\r\n\r\n", 0, 0 },
	{ "an extension of 1 KiB and a byte", CHUNKED "0;", "x", 1025,
	    "\r\n\r\n", 400, 58 + 1025 },
	{ "an endless extension", CHUNKED "0;", "x", 1 << 20, "", 400, 58 + 1025 },
	{ "extensions of 16 KiB", CHUNKED, "1;" X1000 "\r\nx\r\n", 16,
	    "0;" X300 X50 X10 X10 X10 "1234\r\n\r\n", 0, 0 },
	{ "extensions of 16 KiB and a byte", CHUNKED, "1;" X1000 "\r\nx\r\n", 16,
	    "0;" X300 X50 X10 X10 X10 "12345\r\n\r\n", 400,
	    56 + 16 * 1007 + 2 + 385 },

	/* trailers: 8,192 bytes, line ends included, in any number */
	{ "trailers of 8 KiB", CHUNKED "0\r\n", "A: b\r\n", 1364, "A: 012\r\n\r\n",
	    0, 0 },
	{ "trailers of 8 KiB and a byte", CHUNKED "0\r\n", "A: b\r\n", 1364,
	    "A: 0123\r\n\r\n", 400, 59 + 8191 },
	{ "an endless trailer", CHUNKED "0\r\nA: ", "b", 100000, "",
	    400, 59 + 8191 },
	{ "endless trailers", CHUNKED "0\r\n", "A: b\r\n", 100000, "",
	    400, 59 + 1365 * 6 + 1 },

	/* no limit: the number of chunks */
	{ "many chunks", CHUNKED, "1\r\nx\r\n", 10000, "0\r\n\r\n", 0, 0 },
};
// clang-format on

static void
build(struct weigh_buf *out, const struct row *row)
{
	weigh_buf_adds(out, row->begin);
	for (size_t i = 0; i < row->times; i++)
		weigh_buf_adds(out, row->repeated);
	weigh_buf_adds(out, row->end);
	assert_false(out->failed);
}

static void
check_row(const struct row *row)
{
	static const size_t pieces[] = { 1, 7, 1024, 4096, 65536, SIZE_MAX };
	struct weigh_buf bytes, got;
	char want[128];

	weigh_buf_init(&bytes, 64u << 20);
	weigh_buf_init(&got, HTTP_TRACE_MAX);
	build(&bytes, row);
	if (row->status == 0)
		(void)snprintf(want, sizeof(want), "} end@%zu\nmore@%zu",
		    bytes.len, bytes.len);
	else
		(void)snprintf(want, sizeof(want), "bad %d@%zu", row->status,
		    row->at);
	for (size_t i = 0; i < COUNT(pieces); i++) {
		size_t len = strlen(want);

		http_trace(&got, bytes.data, bytes.len, pieces[i], pieces[i],
		    &weigh_http_default_limits);
		if (got.len < len ||
		    memcmp(got.data + got.len - len, want, len) != 0)
			fail_msg("%s, pieces of %zu: want %s, got ...%s",
			    row->label, pieces[i], want,
			    got.data + (got.len > 60 ? got.len - 60 : 0));
	}
	weigh_buf_free(&bytes);
	weigh_buf_free(&got);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

/* Limits smaller than the defaults are kept as well; more fields than there is
 * room for are not. */
static void
test_other_limits(void **state)
{
	static const struct weigh_http_limits small = { 20, 10, 20, 2 };
	static const struct weigh_http_limits many = { 999, 999, 9999, 9999 };
	static const struct {
		const char *label, *bytes, *trace;
	} cases[] = {
		{ "within", "GET /abcdef HTTP/1.1\r\nHost:h\r\nA:b\r\n\r\n",
		    "GET /abcdef @h fields=Host:h,A:b {} end@37\nmore@37" },
		{ "line", "GET /abcdefg HTTP/1.1\r\n", "bad 414@21" },
		{ "field", "GET / HTTP/1.1\r\nHost:123456\r\n", "bad 431@27" },
		{ "section", "GET / HTTP/1.1\r\nHost:12345\r\nA:3456\r\n\r\n",
		    "end@38\nmore@38" },
		{ "section, a byte more",
		    "GET / HTTP/1.1\r\nHost:12345\r\nA:34567\r\n",
		    "bad 431@35" },
		{ "fields", "GET / HTTP/1.1\r\nHost:h\r\nA:\r\nB:\r\n",
		    "bad 431@29" },
	};
	struct weigh_http_reader r;
	struct weigh_buf got;

	(void)state;
	weigh_buf_init(&got, HTTP_TRACE_MAX);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *want = cases[i].trace;

		http_trace(&got, cases[i].bytes, strlen(cases[i].bytes), 1, 1,
		    &small);
		if (got.len < strlen(want) ||
		    strcmp(got.data + got.len - strlen(want), want) != 0)
			fail_msg("%s: %s", cases[i].label, got.data);
	}
	weigh_buf_free(&got);
	weigh_http_reader_init(&r, &many);
	assert_int_equal(r.limits.fields, WEIGH_HTTP_FIELDS_MAX);
	weigh_http_reader_free(&r);
}

static enum weigh_http_event
feed(struct weigh_http_reader *r, const char *text)
{
	size_t used;

	return weigh_http_read(r, text, strlen(text), &used);
}

/* (3) Between requests the reader holds nothing. */
static void
test_idle(void **state)
{
	struct weigh_http_reader r;

	(void)state;
	weigh_http_reader_init(&r, &weigh_http_default_limits);
	assert_true(r.idle && r.s == NULL);
	assert_int_equal(feed(&r, ""), WEIGH_HTTP_MORE);
	assert_true(r.idle && r.s == NULL);
	assert_int_equal(feed(&r, "\r"), WEIGH_HTTP_MORE);
	assert_int_equal(feed(&r, "\n"), WEIGH_HTTP_MORE);
	assert_true(r.idle && r.s == NULL);
	assert_int_equal(feed(&r, "G"), WEIGH_HTTP_MORE);
	assert_false(r.idle);
	assert_int_equal(feed(&r, "ET / HTTP/1.0\r\n\r\n"),
	    WEIGH_HTTP_HEAD_DONE);
	assert_int_equal(feed(&r, ""), WEIGH_HTTP_END);
	assert_int_equal(feed(&r, ""), WEIGH_HTTP_END); /* until _next */
	assert_false(r.idle);
	weigh_http_reader_next(&r);
	assert_true(r.idle && r.s == NULL && r.head.nfields == 0);
	assert_int_equal(feed(&r, "\r\n"), WEIGH_HTTP_MORE);
	assert_true(r.idle && r.s == NULL);
	weigh_http_reader_next(&r); /* nothing was begun: nothing is lost */
	assert_int_equal(feed(&r, "GET"), WEIGH_HTTP_MORE);
	weigh_http_reader_free(&r);
	assert_null(r.s);
	weigh_http_reader_free(&r);
}

/* (2) After BAD no byte is looked at, whatever the caller does. */
static void
test_bad_is_final(void **state)
{
	static const char next[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
	struct weigh_http_reader r;
	size_t used = 1;

	(void)state;
	weigh_http_reader_init(&r, &weigh_http_default_limits);
	assert_int_equal(feed(&r, "\x16"), WEIGH_HTTP_BAD);
	assert_false(r.idle);
	assert_int_equal(weigh_http_read(&r, next, sizeof(next) - 1, &used),
	    WEIGH_HTTP_BAD);
	assert_int_equal(used, 0);
	assert_int_equal(r.status, 400);
	weigh_http_reader_next(&r);
	assert_int_equal(feed(&r, next), WEIGH_HTTP_BAD);
	assert_int_equal(r.status, 400);
	assert_false(r.idle);
	weigh_http_reader_free(&r);
}

/* (4) The rest of a body never becomes a request, even if the caller goes on
 * to the next one too early. */
static void
test_next_too_early(void **state)
{
	static const char *const begun[] = {
		"GET / HT",
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 31\r\n\r\n",
		CHUNKED,
		CHUNKED "5\r\nhel",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(begun); i++) {
		struct weigh_http_reader r;

		weigh_http_reader_init(&r, &weigh_http_default_limits);
		(void)feed(&r, begun[i]);
		weigh_http_reader_next(&r);
		assert_null(r.s);
		assert_int_equal(feed(&r, "GET / HTTP/1.0\r\n\r\n"),
		    WEIGH_HTTP_BAD);
		weigh_http_reader_free(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_other_limits),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_bad_is_final),
		cmocka_unit_test(test_next_too_early),
	};

	return cmocka_run_group_tests_name("http: limits", tests, NULL, NULL);
}
