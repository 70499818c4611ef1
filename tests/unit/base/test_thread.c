#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/thread.h"
#include "check.h"

static void *
take_mask(void *arg)
{
	pthread_sigmask(SIG_SETMASK, NULL, arg);
	return NULL;
}

/* (1) */
static void
test_signals_are_the_main_threads(void **state)
{
	static const struct {
		const char *label;
		int signal;
		int blocked;
	} rows[] = {
		{ "TERM", SIGTERM, 1 },
		{ "HUP", SIGHUP, 1 },
		{ "USR1", SIGUSR1, 1 },
		{ "SEGV", SIGSEGV, 0 },
		{ "BUS", SIGBUS, 0 },
		{ "ABRT", SIGABRT, 0 },
	};
	sigset_t mask, before, after;
	pthread_t thread;

	(void)state;
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	check_u64("started",
	    (uint64_t)thread_start(&thread, take_mask, &mask, "looks"), 0);
	pthread_join(thread, NULL);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_true(rows[i].label,
		    sigismember(&mask, rows[i].signal) == rows[i].blocked);
		check_true("who started it keeps its own",
		    sigismember(&before, rows[i].signal) ==
			sigismember(&after, rows[i].signal));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals_are_the_main_threads),
	};

	return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
