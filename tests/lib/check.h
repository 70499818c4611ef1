/*
 * check: what a table's rows are compared with.  Functions, not macros: each
 * argument is evaluated once.  A difference ends the test, named by the row's
 * label.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <weigh/err.h>

void check_true(const char *label, bool got);
void check_u64(const char *label, uint64_t got, uint64_t want);
void check_code(const char *label, enum weigh_code got, enum weigh_code want);
void check_str(const char *label, const char *got, const char *want);
void check_bytes(const char *label, const void *got, size_t got_len,
    const void *want, size_t want_len);
/* Does `text` contain `part`? */
void check_has(const char *label, const char *text, const char *part);
/* Wait for a child of fork(): false if it was killed (SIGKILL), true if it ended
 * well; anything else is a failure. */
bool check_came_through(const char *label, pid_t child);

#endif
