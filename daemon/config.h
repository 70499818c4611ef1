/*
 * config: what weighd was told: by options, environment, files, in this order of
 * strength: option > WEIGHD_SECTION_KEY > drop-in > file > default.
 *
 * (1) An unknown section or key, a bad value, a line that is neither: refused with
 *     file, line and the nearest known key.
 * (2) Every value knows where it came from.
 * (3) A configuration is whole or it is not used at all.
 *
 * Threads: main's.  Blocking: config_load reads files.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <weigh/err.h>

enum param {
#define SETTING(section, key, type, value, least, most, help) \
	PARAM_##section##_##key,
#include "params.tbl.h"
#undef SETTING
	PARAMS
};

struct config;

/* What the command line said. */
struct config_flags {
	const char *file;      /* --config, or NULL: the usual place, if it exists */
	const char *addresses; /* --listen, joined by blanks; NULL: not given */
};

/* Read everything.  *out is the caller's. */
enum weigh_code config_load(struct config **out,
    const struct config_flags *flags, struct weigh_err *err);
void config_free(struct config *c);

/* The value as text, and as a number (NUMBER and SIZE; of a setting that is one of
 * a few words, which of them, in the order of params.tbl.h). */
const char *config_text(const struct config *c, enum param p);
uint64_t config_number(const struct config *c, enum param p);

/* Write every setting with its value and where it came from. */
void config_print(const struct config *c, FILE *out);

#endif
