/* Tests of proto/hub_error.c: what clients read, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/hub_error.h>

#include "check.h"

static const struct row {
	const char *label;
	enum weigh_hub_case which;
	int status;
	const char *hub_code; /* "": none */
	enum weigh_code code;
	bool commit, warn;
} rows[] = {
	{ "repository unknown", WEIGH_HUB_NO_REPO, 404, "RepoNotFound",
	    WEIGH_NOT_FOUND, false, false },
	{ "private without token", WEIGH_HUB_NO_REPO_TOKEN, 401, "RepoNotFound",
	    WEIGH_UNAUTHORIZED, false, false },
	{ "revision unknown", WEIGH_HUB_NO_REVISION, 404, "RevisionNotFound",
	    WEIGH_NOT_FOUND, false, false },
	{ "file unknown", WEIGH_HUB_NO_ENTRY, 404, "EntryNotFound",
	    WEIGH_NOT_FOUND, true, false },
	{ "gated", WEIGH_HUB_GATED, 403, "GatedRepo", WEIGH_FORBIDDEN, false,
	    true },
	{ "gated without token", WEIGH_HUB_GATED_TOKEN, 401, "GatedRepo",
	    WEIGH_UNAUTHORIZED, false, true },
	{ "terms", WEIGH_HUB_ACCEPT, 403, "GatedRepo", WEIGH_FORBIDDEN, false,
	    true },
	{ "other terms", WEIGH_HUB_ACCEPT_ANEW, 403, "GatedRepo",
	    WEIGH_FORBIDDEN, false, true },
	{ "waits", WEIGH_HUB_WAITS, 403, "GatedRepo", WEIGH_FORBIDDEN, false,
	    true },
	{ "refused", WEIGH_HUB_REFUSED, 403, "GatedRepo", WEIGH_FORBIDDEN,
	    false, true },
	{ "policy", WEIGH_HUB_POLICY, 403, "GatedRepo", WEIGH_DENIED, false,
	    true },
	{ "bad token", WEIGH_HUB_BAD_TOKEN, 401, "", WEIGH_UNAUTHORIZED, false,
	    false },
	{ "token needed", WEIGH_HUB_TOKEN_NEEDED, 401, "", WEIGH_UNAUTHORIZED,
	    false, false },
	{ "forbidden", WEIGH_HUB_FORBIDDEN, 403, "", WEIGH_FORBIDDEN, false,
	    false },
	{ "upstream down", WEIGH_HUB_UPSTREAM_DOWN, 502, "", WEIGH_NETWORK,
	    false, false },
	{ "upstream slow", WEIGH_HUB_UPSTREAM_SLOW, 504, "", WEIGH_NETWORK,
	    false, false },
};

static void
test_rows(void **state)
{
	(void)state;
	check_u64("every case has a row", sizeof(rows) / sizeof(rows[0]),
	    WEIGH_HUB_CASES);
	for (size_t i = 0; i < WEIGH_HUB_CASES; i++) {
		const struct row *r = &rows[i];
		const struct weigh_hub_error *e = weigh_hub_error(r->which);

		check_u64(r->label, (uint64_t)e->status, (uint64_t)r->status);
		check_str(r->label, e->hub_code != NULL ? e->hub_code : "",
		    r->hub_code);
		check_code(r->label, e->code, r->code);
		check_u64(r->label, e->commit, r->commit);
		check_u64(r->label, e->warn, r->warn);
		check_true(r->label, e->text[0] != '\0');
	}
	check_u64("past the last",
	    (uint64_t)weigh_hub_error(WEIGH_HUB_CASES)->status, 403);
}

/* (1) What comes from elsewhere, or from us, is never taken for absence. */
static void
test_trouble_has_no_code(void **state)
{
	(void)state;
	for (int i = 0; i < WEIGH_HUB_CASES; i++) {
		const struct weigh_hub_error *e =
		    weigh_hub_error((enum weigh_hub_case)i);

		check_true(e->text, e->status < 500 || e->hub_code == NULL);
	}
}

static const struct refusal {
	enum weigh_access access;
	enum weigh_hub_case which;
} refusals[] = {
	{ WEIGH_ACCESS_BAD_TOKEN, WEIGH_HUB_BAD_TOKEN },
	{ WEIGH_ACCESS_TOKEN_NEEDED, WEIGH_HUB_TOKEN_NEEDED },
	{ WEIGH_ACCESS_FORBIDDEN, WEIGH_HUB_FORBIDDEN },
	{ WEIGH_ACCESS_NO_REPO, WEIGH_HUB_NO_REPO },
	{ WEIGH_ACCESS_HIDDEN, WEIGH_HUB_NO_REPO_TOKEN },
	{ WEIGH_ACCESS_GATED, WEIGH_HUB_GATED },
	{ WEIGH_ACCESS_GATED_TOKEN, WEIGH_HUB_GATED_TOKEN },
	{ WEIGH_ACCESS_ACCEPT, WEIGH_HUB_ACCEPT },
	{ WEIGH_ACCESS_ACCEPT_ANEW, WEIGH_HUB_ACCEPT_ANEW },
	{ WEIGH_ACCESS_WAITS, WEIGH_HUB_WAITS },
	{ WEIGH_ACCESS_REFUSED, WEIGH_HUB_REFUSED },
};

static void
test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		check_u64("refusal", weigh_hub_refusal(refusals[i].access),
		    refusals[i].which);
}

static void
test_words(void **state)
{
	struct weigh_err err;

	(void)state;
	weigh_err_clear(&err);
	check_code("the row's code",
	    weigh_hub_error_say(WEIGH_HUB_BAD_TOKEN, &err), WEIGH_UNAUTHORIZED);
	check_str("the Hub's very words", err.what,
	    "Invalid credentials in Authorization header");
	check_true("advice", err.fix[0] != '\0');
	weigh_fail(&err, WEIGH_DENIED, "its license forbids the use");
	check_code("a reason that is known",
	    weigh_hub_error_say(WEIGH_HUB_POLICY, &err), WEIGH_DENIED);
	check_str("stays", err.what, "its license forbids the use");
	check_code("nobody listens",
	    weigh_hub_error_say(WEIGH_HUB_NO_REPO, NULL), WEIGH_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_trouble_has_no_code),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
