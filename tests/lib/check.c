/* check: see check.h. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "check.h"

void
check_true(const char *label, bool got)
{
	if (!got)
		fail_msg("%s: does not hold", label);
}

void
check_u64(const char *label, uint64_t got, uint64_t want)
{
	if (got != want)
		fail_msg("%s: got %" PRIu64 ", want %" PRIu64, label, got,
		    want);
}

void
check_code(const char *label, enum weigh_code got, enum weigh_code want)
{
	if (got != want)
		fail_msg("%s: got '%s', want '%s'", label,
		    weigh_code_info(got)->name, weigh_code_info(want)->name);
}

void
check_str(const char *label, const char *got, const char *want)
{
	if (got == NULL || strcmp(got, want) != 0)
		fail_msg("%s: got '%s', want '%s'", label,
		    got != NULL ? got : "(null)", want);
}

void
check_bytes(const char *label, const void *got, size_t got_len,
    const void *want, size_t want_len)
{
	if (got_len != want_len)
		fail_msg("%s: got %zu bytes, want %zu", label, got_len,
		    want_len);
	if (want_len != 0 && memcmp(got, want, want_len) != 0)
		fail_msg("%s: %zu bytes, but others", label, want_len);
}

void
check_has(const char *label, const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("%s: '%s' does not contain '%s'", label, text, part);
}

bool
check_came_through(const char *label, pid_t child)
{
	int status;

	check_true(label, child > 0);
	check_true(label, waitpid(child, &status, 0) == child);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return false;
	check_true(label, WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return true;
}
