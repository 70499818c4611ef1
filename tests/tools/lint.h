/*
 * lint.h: what the analyzers cannot see from one file alone; `make lint` puts
 * it in front of every file it looks at.  Nothing is compiled from it.
 */
#include <stdlib.h>

#include <weigh/err.h>
#include <weigh/json.h>

/* A failure is never WEIGH_OK, so what a function hands out on success is not
 * used behind one. */
static inline enum weigh_code
lint_not_ok(enum weigh_code rc)
{
	if (rc == WEIGH_OK)
		abort();
	return rc;
}

#ifndef LINT_WITHOUT_ERR /* where these are written */
#define weigh_fail(...) lint_not_ok(weigh_fail(__VA_ARGS__))
#define weigh_fail_errno(...) lint_not_ok(weigh_fail_errno(__VA_ARGS__))
#endif
#ifndef LINT_WITHOUT_JSON
#define weigh_json_error(...) lint_not_ok(weigh_json_error(__VA_ARGS__))
#endif

#ifdef LINT_TESTS
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <check.h>

/* A check that fails ends the test: cmocka leaves by longjmp. */
static inline void
lint_holds(int holds)
{
	if (!holds)
		abort();
}
#undef assert_true
#undef assert_non_null
#define assert_true(c) lint_holds(!!(c))
#define assert_non_null(p) lint_holds((p) != NULL)
#ifndef LINT_WITHOUT_CHECK
#define check_true(label, got) lint_holds(((void)(label), (got)))
#define check_code(label, got, want) \
	lint_holds(((void)(label), (got) == (want)))
#endif
#endif
