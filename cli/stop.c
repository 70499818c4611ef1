/* stop: Ctrl-C. */
#include <signal.h>

#include "stop.h"

static volatile sig_atomic_t asked;

static void
on_signal(int number)
{
	(void)number;
	asked = 1;
}

void
stop_watch(void)
{
	struct sigaction action = { .sa_handler = on_signal,
		.sa_flags = (int)SA_RESETHAND };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

bool
stop_asked(void)
{
	return asked != 0;
}

enum weigh_code
stop_fail(struct weigh_err *err)
{
	return weigh_fail(err, WEIGH_CANCELED, "interrupted");
}
