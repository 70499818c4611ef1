/* options: weighd's command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include <weigh/err.h>

#include "config.h"

struct options {
	struct config_flags flags;
	const char *data; /* --data, or NULL: the usual place */
	bool check_config, print_config, version, help;
	char addresses[1024]; /* what flags.addresses points to */
};

/* Read argv.  WEIGH_USAGE with a sentence for what is wrong. */
enum weigh_code options_read(
    struct options *o, int argc, char **argv, struct weigh_err *err);

/* The text of --help. */
extern const char options_help[];

#endif
