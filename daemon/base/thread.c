/* thread: a thread of weighd's own; see thread.h. */
#include "base/thread.h"

#include <signal.h>

/* (1) */
static void
block_signals(sigset_t *old)
{
	static const int own[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	sigset_t all;

	sigfillset(&all);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		sigdelset(&all, own[i]);
	pthread_sigmask(SIG_SETMASK, &all, old);
}

int
thread_start(pthread_t *out, void *(*run)(void *arg), void *arg,
    const char *name)
{
	sigset_t old;
	int problem;

	block_signals(&old);
	problem = pthread_create(out, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (problem == 0 && name != NULL)
		(void)pthread_setname_np(*out, name);
	return problem;
}
