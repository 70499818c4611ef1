/* Conditions, then ranges: which status and bytes an answer carries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "net/host.h"
#include "net/plan.h"

#define E "\"e\""

static const struct row {
	const char *label;
	const char *method;
	const char *fields; /* whole lines */
	uint64_t size;
	int status;
	uint64_t first, length;
	bool bytes;
	const char *range;
} rows[] = {
	{ "plain", "GET", "", 10, 200, 0, 10, true, "" },
	{ "head", "HEAD", "", 10, 200, 0, 10, false, "" },
	{ "empty", "GET", "", 0, 200, 0, 0, false, "" },
	{ "part", "GET", "Range: bytes=2-4\r\n", 10, 206, 2, 3, true,
	    "bytes 2-4/10" },
	{ "clamped", "GET", "Range: bytes=8-99\r\n", 10, 206, 8, 2, true,
	    "bytes 8-9/10" },
	{ "suffix", "GET", "Range: bytes=-3\r\n", 10, 206, 7, 3, true,
	    "bytes 7-9/10" },
	{ "past the end", "GET", "Range: bytes=10-\r\n", 10, 416, 0, 0, false,
	    "bytes */10" },
	{ "nothing of nothing", "GET", "Range: bytes=0-0\r\n", 0, 206, 0, 0,
	    false, "bytes 0-0/0" },
	{ "two ranges", "GET", "Range: bytes=0-1,3-4\r\n", 10, 200, 0, 10, true,
	    "" },
	{ "two fields", "GET", "Range: bytes=0-1\r\nRange: bytes=3-4\r\n", 10,
	    200, 0, 10, true, "" },
	{ "range of head", "HEAD", "Range: bytes=2-4\r\n", 10, 200, 0, 10,
	    false, "" },
	{ "held already", "GET", "If-None-Match: " E "\r\n", 10, 304, 0, 0,
	    false, "" },
	{ "held, with a range", "GET",
	    "If-None-Match: " E "\r\nRange: bytes=0-1\r\n", 10, 304, 0, 0,
	    false, "" },
	{ "another held", "GET", "If-None-Match: \"x\"\r\n", 10, 200, 0, 10,
	    true, "" },
	{ "must match, does", "GET", "If-Match: " E "\r\n", 10, 200, 0, 10,
	    true, "" },
	{ "must match, does not", "GET", "If-Match: \"x\"\r\n", 10, 412, 0, 0,
	    false, "" },
	{ "no date to compare", "GET",
	    "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 10, 200, 0,
	    10, true, "" },
	{ "head of what is held", "HEAD", "If-None-Match: " E "\r\n", 10, 304,
	    0, 0, false, "" },
	{ "head that must match", "HEAD", "If-Match: \"x\"\r\n", 10, 412, 0, 0,
	    false, "" },
	{ "a post", "POST", "Range: bytes=2-4\r\n", 10, 200, 0, 10, true, "" },
	{ "past 32 bits", "GET", "Range: bytes=5000000000-5000000001\r\n",
	    6000000000, 206, 5000000000, 2, true,
	    "bytes 5000000000-5000000001/6000000000" },
	{ "the largest size", "GET", "Range: bytes=-1\r\n", INT64_MAX, 206,
	    INT64_MAX - 1, 1, true,
	    "bytes 9223372036854775806-9223372036854775806/"
	    "9223372036854775807" },
	{ "if-range holds", "GET", "If-Range: " E "\r\nRange: bytes=5-\r\n", 10,
	    206, 5, 5, true, "bytes 5-9/10" },
	{ "if-range does not: the whole, never glued", "GET",
	    "If-Range: \"x\"\r\nRange: bytes=5-\r\n", 10, 200, 0, 10, true,
	    "" },
	{ "weak if-range never holds", "GET",
	    "If-Range: W/" E "\r\nRange: bytes=5-\r\n", 10, 200, 0, 10, true,
	    "" },
};

static void
read_head(struct weigh_http_reader *r, const struct row *row)
{
	char text[512];
	size_t used;
	int n = snprintf(text, sizeof(text),
	    "%s / HTTP/1.1\r\nHost: x\r\n%s\r\n", row->method, row->fields);

	weigh_http_reader_init(r, &weigh_http_default_limits);
	assert_int_equal(weigh_http_read(r, text, (size_t)n, &used),
	    WEIGH_HTTP_HEAD_DONE);
}

static void
test_plans(void **state)
{
	const struct weigh_http_validators ours = { E, -1, false };
	struct weigh_http_reader r;
	struct http_plan plan;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_head(&r, &rows[i]);
		plan = http_plan_make(&r.head, &ours, rows[i].size);
		check_u64(rows[i].label, (uint64_t)plan.status,
		    (uint64_t)rows[i].status);
		check_u64(rows[i].label, plan.first, rows[i].first);
		check_u64(rows[i].label, plan.length, rows[i].length);
		check_true(rows[i].label, plan.bytes == rows[i].bytes);
		check_str(rows[i].label, plan.content_range, rows[i].range);
		weigh_http_reader_free(&r);
	}
}

/* Without an ETag there is nothing to compare: always the whole. */
static void
test_without_etag(void **state)
{
	static const struct row row = { "", "GET",
		"If-None-Match: *\r\nRange: bytes=2-4\r\n", 10, 200, 0, 10,
		true, "" };
	const struct weigh_http_validators none = { NULL, 784111777, true };
	struct weigh_http_reader r;
	struct http_plan plan;

	(void)state;
	read_head(&r, &row);
	plan = http_plan_make(&r.head, &none, 10);
	assert_int_equal(plan.status, 200);
	assert_int_equal(plan.length, 10);
	weigh_http_reader_free(&r);
}

static void
test_hosts(void **state)
{
	static const struct {
		const char *host, *list;
		bool listed;
	} hosts[] = {
		{ "any.example", "", true },
		{ "any.example", " \t", true },
		{ "a.example", "a.example", true },
		{ "A.EXAMPLE:8477", "b.example a.example", true },
		{ "a.example.evil", "a.example", false },
		{ "a", "a.example", false },
		{ "[::1]:80", "[::1]", true },
		{ "[::2]", "[::1]", false },
		{ "127.0.0.1:1", "localhost 127.0.0.1", true },
		{ "", "a.example", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		check_true(hosts[i].host,
		    host_listed((struct weigh_span){ hosts[i].host,
				    strlen(hosts[i].host) },
			hosts[i].list) == hosts[i].listed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_without_etag),
		cmocka_unit_test(test_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
