/* Tests of proto/err.c; the numbers are those of include/weigh/err.h. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/control.h>
#include <weigh/err.h>
#include <weigh/name.h>

#include "check.h"

/* What scripts depend on: names and exit statuses. */
static const struct code_row {
	enum weigh_code code;
	const char *name;
	int exit_status;
	int http_status;
} code_rows[] = {
	{ WEIGH_OK, "ok", 0, 200 },
	{ WEIGH_NOT_FOUND, "not_found", 3, 404 },
	{ WEIGH_EXISTS, "exists", 1, 409 },
	{ WEIGH_CONFLICT, "conflict", 1, 409 },
	{ WEIGH_STALE, "stale", 1, 412 },
	{ WEIGH_DENIED, "policy_denied", 4, 403 },
	{ WEIGH_UNAUTHORIZED, "unauthorized", 6, 401 },
	{ WEIGH_FORBIDDEN, "forbidden", 6, 403 },
	{ WEIGH_NOT_YET, "not_yet", 75, 503 },
	{ WEIGH_CANCELED, "canceled", 130, 503 },
	{ WEIGH_FOUND, "found", 9, 422 },
	{ WEIGH_USAGE, "usage", 2, 400 },
	{ WEIGH_MALFORMED, "malformed", 1, 400 },
	{ WEIGH_TOO_BIG, "too_big", 1, 413 },
	{ WEIGH_MISMATCH, "mismatch", 5, 422 },
	{ WEIGH_CHANGED, "changed", 1, 409 },
	{ WEIGH_IO, "io", 1, 500 },
	{ WEIGH_FULL, "full", 1, 507 },
	{ WEIGH_NOMEM, "out_of_memory", 1, 503 },
	{ WEIGH_NETWORK, "network", 7, 502 },
	{ WEIGH_PARTLY, "partly", 8, 500 },
	{ WEIGH_BUG, "bug", 1, 500 },
};

static void
test_code_rows(void **state)
{
	(void)state;
	check_u64("every code has a row here",
	    sizeof(code_rows) / sizeof(code_rows[0]), WEIGH_CODES);
	for (size_t i = 0; i < WEIGH_CODES; i++) {
		const struct code_row *r = &code_rows[i];
		const struct weigh_code_info *info = weigh_code_info(r->code);

		check_code(r->name, info->code, r->code);
		check_str(r->name, info->name, r->name);
		check_u64(r->name, (uint64_t)info->exit_status,
		    (uint64_t)r->exit_status);
		check_u64(r->name, (uint64_t)info->http_status,
		    (uint64_t)r->http_status);
		check_true(r->name,
		    (info->fix[0] != '\0') == (r->code != WEIGH_OK));
		check_code(r->name, weigh_code_named(r->name, strlen(r->name)),
		    r->code);
	}
}

static void
test_unknown_codes(void **state)
{
	(void)state;
	check_code("a code past the last",
	    weigh_code_info((enum weigh_code)1000)->code, WEIGH_BUG);
	check_code("a negative code",
	    weigh_code_info((enum weigh_code) - 1)->code, WEIGH_BUG);
	check_code("an unknown name", weigh_code_named("nope", 4), WEIGH_BUG);
	check_code("half a name", weigh_code_named("not_found", 3), WEIGH_BUG);
}

/* (2) The cause first, each layer's words in front of it. */
static void
test_context_grows_to_the_left(void **state)
{
	struct weigh_err err = { 0 };
	enum weigh_code rc;

	(void)state;
	rc = weigh_fail(&err, WEIGH_MISMATCH, "other bytes than %d", 7);
	rc = weigh_context(&err, rc, "blob %s", "4d7a");
	rc = weigh_context(&err, rc, "model '%s'", "org/name");
	check_code("the code travels", rc, WEIGH_MISMATCH);
	check_code("and stays in err", err.code, WEIGH_MISMATCH);
	check_str("one sentence", err.why,
	    "model 'org/name': blob 4d7a: other bytes than 7");
	check_code("no failure", weigh_context(&err, WEIGH_OK, "x"), WEIGH_OK);
	check_str("no words for no failure", err.why,
	    "model 'org/name': blob 4d7a: other bytes than 7");
}

/* (3) What, why, fix; the code's advice until there is a better one. */
static void
test_fix(void **state)
{
	struct weigh_err err = { 0 };

	(void)state;
	(void)weigh_fail(&err, WEIGH_FULL, "no room");
	weigh_what(&err, "cannot add '%s'", "m");
	check_str("what", err.what, "cannot add 'm'");
	check_str("the code's advice", weigh_err_fix(&err),
	    weigh_code_info(WEIGH_FULL)->fix);
	weigh_fix(&err, "free %d bytes", 5);
	check_str("a better one", weigh_err_fix(&err), "free 5 bytes");
	(void)weigh_fail(&err, WEIGH_IO, "again");
	check_str("a new failure forgets the headline", err.what, "");
	check_str("and the advice", weigh_err_fix(&err),
	    weigh_code_info(WEIGH_IO)->fix);
	weigh_err_clear(&err);
	check_code("cleared", err.code, WEIGH_OK);
	check_str("no words", err.why, "");
}

static void
test_errno(void **state)
{
	static const struct {
		int errnum;
		enum weigh_code code;
		const char *words;
	} rows[] = {
		{ ENOSPC, WEIGH_FULL, "open x: No space left on device" },
		{ EDQUOT, WEIGH_FULL, "open x: Disk quota exceeded" },
		{ ENOENT, WEIGH_NOT_FOUND,
		    "open x: No such file or directory" },
		{ ENOMEM, WEIGH_NOMEM, "open x: Cannot allocate memory" },
		{ EIO, WEIGH_IO, "open x: Input/output error" },
		{ EACCES, WEIGH_IO, "open x: Permission denied" },
		{ 99999, WEIGH_IO, "open x: Unknown error 99999" },
	};
	struct weigh_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_code(rows[i].words,
		    weigh_fail_errno(&err, rows[i].errnum, "open %s", "x"),
		    rows[i].code);
		check_code(rows[i].words, err.code, rows[i].code);
		check_str(rows[i].words, err.why, rows[i].words);
	}
}

/* (4) */
static void
test_null_is_allowed(void **state)
{
	(void)state;
	check_code("fail", weigh_fail(NULL, WEIGH_IO, "x"), WEIGH_IO);
	check_code("errno", weigh_fail_errno(NULL, ENOSPC, "x"), WEIGH_FULL);
	check_code("context", weigh_context(NULL, WEIGH_IO, "x"), WEIGH_IO);
	weigh_what(NULL, "x");
	weigh_fix(NULL, "x");
	weigh_err_clear(NULL);
	check_str("no advice", weigh_err_fix(NULL), "");
}

/* An error may quote itself. */
static void
test_own_words_as_arguments(void **state)
{
	struct weigh_err err = { 0 };

	(void)state;
	(void)weigh_fail(&err, WEIGH_IO, "first");
	(void)weigh_fail(&err, WEIGH_IO, "%s, then second", err.why);
	check_str("fail", err.why, "first, then second");
	weigh_what(&err, "headline");
	weigh_what(&err, "the %s", err.what);
	check_str("what", err.what, "the headline");
	(void)weigh_context(&err, WEIGH_IO, "%s", err.what);
	check_str("context", err.why, "the headline: first, then second");
}

/* Too long: cut, and never inside a character. */
static void
test_long_words(void **state)
{
	char text[2000];
	struct weigh_err err = { 0 };

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe2\x82\xac", 4);
		(void)weigh_fail(&err, WEIGH_IO, "%s", text);
		check_true("why is long", strlen(err.why) > 763);
		check_true("why is UTF-8",
		    weigh_utf8_ok(err.why, strlen(err.why)));
		(void)weigh_context(&err, WEIGH_IO, "%s", "in front");
		check_has("the front is kept", err.why, "in front: ");
		check_true("still UTF-8",
		    weigh_utf8_ok(err.why, strlen(err.why)));
		weigh_fix(&err, "%s", text);
		check_true("fix", weigh_utf8_ok(err.fix, strlen(err.fix)));
	}
	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	weigh_what(&err, "%s", text);
	check_u64("all of it is used", strlen(err.what), sizeof(err.what) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_code_rows),
		cmocka_unit_test(test_unknown_codes),
		cmocka_unit_test(test_context_grows_to_the_left),
		cmocka_unit_test(test_fix),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_null_is_allowed),
		cmocka_unit_test(test_own_words_as_arguments),
		cmocka_unit_test(test_long_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
