/* builtin: what stands if there is no file. */
#include <string.h>

#include <weigh/policy.h>

/* Everything is served; what disagrees, is missing or is not known is warned about.  Of a
 * license that is not known `id:*` is unknown, and so is the rule: it counts as review. */
static const char builtin[] =
    "[purpose mirror]\n"
    "question = mirror\n"
    "default = allow\n"
    "on_review = warn\n"
    "\n"
    "[rule conflict]\n"
    "when = conflict:*\n"
    "then = review\n"
    "reason = \"what is said of its license does not agree\"\n"
    "\n"
    "[rule no-license]\n"
    "when = state:none\n"
    "then = review\n"
    "reason = \"it has no license: nothing is granted\"\n"
    "\n"
    "[rule not-passed-on]\n"
    "when = question:mirror and conflict:redistribution-forbidden\n"
    "then = review\n"
    "reason = \"its license forbids to pass it on\"\n"
    "\n"
    "[rule unknown]\n"
    "when = kind:unknown or not id:*\n"
    "then = review\n"
    "reason = \"its license is not known\"\n";

void
weigh_policy_builtin(const char **text, size_t *len)
{
	*text = builtin;
	*len = strlen(builtin);
}
