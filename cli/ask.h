/* ask: how weigh says that something went wrong, and with which status. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include <weigh/err.h>

#include "out.h"

/* Say what, why and fix: on stderr, or as the JSON document unless one is out
 * already.  Returns the exit status that belongs to the code. */
int ask_report(struct out *o, const struct weigh_err *err);

#endif
