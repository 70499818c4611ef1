/* Is this answer the bytes that were asked for?  The numbers are those of judge.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fetch/judge.h"

#define SIZE 1000
#define OID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define Q(text) "\"" text "\""

struct row {
	const char *label;
	int status;
	bool has_range;
	uint64_t first, last, total;
	bool has_length;
	uint64_t length;
	const char *etag, *linked, *before;
	bool coded;
	enum weigh_code code;
	bool whole;
};

/* Wanted are bytes 100 to 299 of SIZE. */
#define PART .status = 206, .has_range = true, .first = 100, .last = 299
static const struct row rows[] = {
	{ .label = "the very range", PART, .total = SIZE },
	{ .label = "of a total that is not told", PART, .total = UINT64_MAX },
	{ .label = "(1) no Content-Range",
	    .status = 206,
	    .code = WEIGH_MALFORMED },
	{ .label = "(1) another first",
	    .status = 206,
	    .has_range = true,
	    .first = 99,
	    .last = 299,
	    .total = SIZE,
	    .code = WEIGH_MALFORMED },
	{ .label = "(1) a shorter one",
	    .status = 206,
	    .has_range = true,
	    .first = 100,
	    .last = 298,
	    .total = SIZE,
	    .code = WEIGH_MALFORMED },
	{ .label = "(1) a longer one",
	    .status = 206,
	    .has_range = true,
	    .first = 100,
	    .last = 300,
	    .total = SIZE,
	    .code = WEIGH_MALFORMED },
	{ .label = "(2) of a longer file",
	    PART,
	    .total = SIZE + 1,
	    .code = WEIGH_MISMATCH },
	{ .label = "the whole file",
	    .status = 200,
	    .has_length = true,
	    .length = SIZE,
	    .whole = true },
	{ .label = "the whole file, length not told",
	    .status = 200,
	    .whole = true },
	{ .label = "(2) a whole file that is shorter",
	    .status = 200,
	    .has_length = true,
	    .length = SIZE - 1,
	    .whole = true,
	    .code = WEIGH_MISMATCH },
	{ .label = "(1) coded",
	    PART,
	    .total = SIZE,
	    .coded = true,
	    .code = WEIGH_MALFORMED },
	{ .label = "its own name as ETag",
	    PART,
	    .total = SIZE,
	    .etag = Q(OID) },
	{ .label = "(2) another's name as ETag",
	    PART,
	    .total = SIZE,
	    .etag = Q(OTHER),
	    .code = WEIGH_MISMATCH },
	{ .label = "(2) another's name as X-Linked-Etag",
	    PART,
	    .total = SIZE,
	    .linked = Q(OTHER),
	    .code = WEIGH_MISMATCH },
	{ .label = "an ETag of its own kind",
	    PART,
	    .total = SIZE,
	    .etag = Q("x-1") },
	{ .label = "the same as before",
	    PART,
	    .total = SIZE,
	    .etag = Q("x-1"),
	    .before = Q("x-1") },
	{ .label = "(2) another than before",
	    PART,
	    .total = SIZE,
	    .etag = Q("x-2"),
	    .before = Q("x-1"),
	    .code = WEIGH_CHANGED },
	{ .label = "(2) past its end", .status = 416, .code = WEIGH_MISMATCH },
	{ .label = "not there", .status = 404, .code = WEIGH_NOT_FOUND },
	{ .label = "gated", .status = 403, .code = WEIGH_FORBIDDEN },
	{ .label = "too often", .status = 429, .code = WEIGH_NOT_YET },
	{ .label = "in trouble", .status = 503, .code = WEIGH_NOT_YET },
	{ .label = "a redirect that is not followed",
	    .status = 302,
	    .code = WEIGH_MALFORMED },
	{ .label = "no bytes at all", .status = 204, .code = WEIGH_MALFORMED },
};

static void
put(char out[72], const char *text)
{
	if (text != NULL)
		memcpy(out, text, strlen(text) + 1);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct range_wanted w = {
			.size = SIZE, .first = 100, .len = 200
		};
		struct outbound_head head = {
			.status = r->status,
			.has_range = r->has_range,
			.range_first = r->first,
			.range_last = r->last,
			.range_total = r->total,
			.has_length = r->has_length,
			.length = r->length,
			.coded = r->coded,
		};
		struct range_verdict verdict;
		struct weigh_err err;
		enum weigh_code code;

		assert_true(weigh_oid_parse(&w.oid, OID, WEIGH_OID_HEX));
		put(w.etag, r->before);
		put(head.etag, r->etag);
		put(head.linked_etag, r->linked);
		weigh_err_clear(&err);
		code = range_judge(&w, &head, &verdict, &err);
		if (code != r->code || verdict.whole != r->whole)
			fail_msg("%s: %s, %s", r->label,
			    weigh_code_info(code)->name, err.why);
		assert_int_equal(err.code, code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
