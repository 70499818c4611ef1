/*
 * opts: the options of weigh, by one table (opts.tbl.h).
 *
 * (1) Options stand anywhere on the line, in any order; `--` ends them.
 * (2) No abbreviations: an option that is not in the table is refused, with the
 *     nearest one as the fix.
 */
#ifndef CLI_OPTS_H
#define CLI_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>

enum opt_id {
#define OPTION(id, name, letter, value, global, help) OPT_##id,
#include "opts.tbl.h"
#undef OPTION
	OPTS
};

#define OPT_BIT(id) (UINT64_C(1) << (id))

struct opt {
	const char *name;  /* without the dashes */
	char letter;       /* 0: none */
	const char *value; /* what its value is called; NULL: takes none */
	bool global;
	const char *help;
};
extern const struct opt opts_table[OPTS];

struct opt_given {
	enum opt_id id;
	const char *value; /* argv's; NULL when it takes none */
};

struct opts {
	struct opt_given *given; /* in the order of the line */
	size_t ngiven;
	const char **args; /* what is not an option */
	size_t nargs;
};

/* Read argv[1..]; the texts stay argv's.  On failure *o holds what was read so
 * far.  In any case the caller calls opts_free. */
enum weigh_code opts_parse(struct opts *o, int argc, char **argv,
    struct weigh_err *err);
void opts_free(struct opts *o);

bool opts_has(const struct opts *o, enum opt_id id);
/* The value given last, or `otherwise`. */
const char *opts_value(const struct opts *o, enum opt_id id,
    const char *otherwise);
/* The value as a number from `least` to `most`; `otherwise` when not given. */
enum weigh_code opts_number(const struct opts *o, enum opt_id id,
    unsigned least, unsigned most, unsigned otherwise, unsigned *out,
    struct weigh_err *err);

/* Refuse what is neither global nor among `allowed` (OPT_BITs). */
enum weigh_code opts_allow(const struct opts *o, uint64_t allowed,
    const char *verb, struct weigh_err *err);

#endif
