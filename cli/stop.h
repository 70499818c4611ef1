/* stop: Ctrl-C.  The first one is a wish that loops look at; the second one
 * ends the program as if there were no handler. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdbool.h>

#include <weigh/err.h>

/* Watch for SIGINT and SIGTERM from now on; ignore SIGPIPE. */
void stop_watch(void);

/* Did somebody ask us to stop? */
bool stop_asked(void);

/* WEIGH_CANCELED, in words. */
enum weigh_code stop_fail(struct weigh_err *err);

#endif
