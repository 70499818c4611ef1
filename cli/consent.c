/* consent: see consent.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "consent.h"

enum weigh_code
consent(const struct call *c, const char *question, struct weigh_err *err)
{
	char answer[16];

	if (opts_has(c->opts, OPT_YES))
		return WEIGH_OK;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		weigh_fail(err, WEIGH_USAGE,
		    "this cannot be undone, and there is no terminal to ask "
		    "at");
		weigh_fix(err, "say --yes, or look first with --dry-run");
		return WEIGH_USAGE;
	}
	fprintf(stderr, "%s [y/N] ", question);
	fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin) == NULL)
		answer[0] = '\0';
	answer[strcspn(answer, "\n")] = '\0';
	if (strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0)
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_CANCELED, "you did not say yes");
}
