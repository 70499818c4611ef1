/* cmds: find a verb in the table. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <weigh/near.h>

#include "cmds.h"

const struct cmd cmds_table[] = {
#define COMMAND(verb, args, fewest, most, options, summary, e1, e2, run) \
	{ verb, args, fewest, most, options, summary, { e1, e2 }, run },
#include "cmds.tbl.h"
#undef COMMAND
};
const size_t cmds_count = sizeof(cmds_table) / sizeof(cmds_table[0]);

static const struct cmd *
named(const char *verb)
{
	size_t i;

	for (i = 0; i < cmds_count; i++)
		if (strcmp(cmds_table[i].verb, verb) == 0)
			return &cmds_table[i];
	return NULL;
}

/* `second` is the word behind it, or NULL. */
static void
unknown(const char *verb, const char *second, struct weigh_err *err)
{
	const char *names[sizeof(cmds_table) / sizeof(cmds_table[0])];
	size_t len = strlen(verb);
	const char *near;
	bool family = false;
	size_t i;

	for (i = 0; i < cmds_count; i++)
		names[i] = cmds_table[i].verb;
	near = weigh_nearest(verb, names, cmds_count);
	for (i = 0; i < cmds_count; i++)
		if (strncmp(names[i], verb, len) == 0 && names[i][len] == ' ') {
			near = names[i]; /* the first word of two */
			family = true;
		}
	if (!family)
		second = NULL;
	if (second != NULL)
		weigh_fail(err, WEIGH_USAGE, "there is no verb '%.60s %.60s'",
		    verb, second);
	else
		weigh_fail(err, WEIGH_USAGE, "there is no verb '%.60s'", verb);
	if (second != NULL)
		weigh_fix(err, "'%.20s' has only: weigh %s", verb, near);
	else if (near != NULL)
		weigh_fix(err, "did you mean: weigh %s?", near);
	else
		weigh_fix(err, "weigh help lists the verbs");
}

const struct cmd *
cmds_find(const char *const *args, size_t nargs, size_t *words,
    struct weigh_err *err)
{
	const struct cmd *cmd = NULL;
	char two[64];

	*words = 0;
	if (nargs == 0) {
		weigh_fail(err, WEIGH_USAGE, "no verb was given");
		weigh_fix(err, "weigh help lists the verbs");
		return NULL;
	}
	if (nargs > 1) {
		snprintf(two, sizeof(two), "%s %s", args[0], args[1]);
		cmd = named(two);
	}
	*words = cmd != NULL ? 2 : 1;
	if (cmd == NULL)
		cmd = named(args[0]);
	if (cmd == NULL)
		unknown(args[0], nargs > 1 ? args[1] : NULL, err);
	return cmd;
}
