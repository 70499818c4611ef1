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

/* The verbs whose first word of two this is: "key export", or "token new, weigh
 * token ls"; false if there is none. */
static bool
find_family(const char *verb, char *out, size_t size)
{
	size_t len = strlen(verb), n = 0, i;

	out[0] = '\0';
	for (i = 0; i < cmds_count && n < size; i++) {
		const char *name = cmds_table[i].verb;

		if (strncmp(name, verb, len) == 0 && name[len] == ' ')
			n += (size_t)snprintf(out + n, size - n, "%s%s",
			    n > 0 ? ", weigh " : "", name);
	}
	return n > 0;
}

/* `second` is the word behind it, or NULL. */
static void
unknown(const char *verb, const char *second, struct weigh_err *err)
{
	const char *names[sizeof(cmds_table) / sizeof(cmds_table[0])];
	const char *near;
	char family[160];
	size_t i;

	for (i = 0; i < cmds_count; i++)
		names[i] = cmds_table[i].verb;
	near = weigh_nearest(verb, names, cmds_count);
	if (find_family(verb, family, sizeof(family)))
		near = family;
	else
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
