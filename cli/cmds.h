/* cmds: the verbs of weigh, by one table (cmds.tbl.h). */
#ifndef CLI_CMDS_H
#define CLI_CMDS_H

#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>

#include "call.h"

struct cmd {
	const char *verb; /* one word or two */
	const char *args;
	size_t fewest, most; /* arguments */
	uint64_t options;    /* OPT_BITs besides the global ones */
	const char *summary;
	const char *example[2];
	/* Does the work and prints the result.  On failure err says what; a
	 * result may have been printed all the same (verify's bad files). */
	enum weigh_code (*run)(const struct call *c, struct weigh_err *err);
};

extern const struct cmd cmds_table[];
extern const size_t cmds_count;

/* The verb that the arguments begin with; *words says how many of them it is.
 * On failure NULL, and err names the nearest. */
const struct cmd *cmds_find(const char *const *args, size_t nargs,
    size_t *words, struct weigh_err *err);

#define COMMAND(verb, args, fewest, most, options, summary, e1, e2, run)       \
	enum weigh_code run(const struct call *c, struct weigh_err *err);
#include "cmds.tbl.h"
#undef COMMAND

#endif
