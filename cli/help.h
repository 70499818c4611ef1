/* help: usage from the tables. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <weigh/err.h>

#include "cmds.h"

/* Explain one verb, or (NULL) list them all. */
enum weigh_code help_print(
    struct out *o, const struct cmd *cmd, struct weigh_err *err);

#endif
