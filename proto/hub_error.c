/* hub_error: see weigh/hub_error.h. */
#include <weigh/hub_error.h>

#define TOKEN_FIX \
	"set HF_TOKEN or WEIGH_TOKEN to a token of this mirror; its " \
	"administrator makes one with: weigh token new"

#define ACCEPT_FIX \
	"see the terms and accept them, with this token: weigh accept, or " \
	"POST to /NAME/ask-access"

// clang-format off
static const struct weigh_hub_error errors[WEIGH_HUB_CASES] = {
	[WEIGH_HUB_NO_REPO] = { 404, "RepoNotFound", WEIGH_NOT_FOUND,
	    false, false, "no such repository is held here", NULL },
	[WEIGH_HUB_NO_REPO_TOKEN] = { 401, "RepoNotFound", WEIGH_UNAUTHORIZED,
	    false, false, "no such repository is shown without a token",
	    TOKEN_FIX },
	[WEIGH_HUB_NO_REVISION] = { 404, "RevisionNotFound", WEIGH_NOT_FOUND,
	    false, false, "the repository has no such revision", NULL },
	[WEIGH_HUB_NO_ENTRY] = { 404, "EntryNotFound", WEIGH_NOT_FOUND,
	    true, false, "the revision has no such file", NULL },
	[WEIGH_HUB_GATED] = { 403, "GatedRepo", WEIGH_FORBIDDEN,
	    false, true, "the files of this repository are for those who were "
	    "given access, and your token was not",
	    "ask the mirror's administrator for a token that names this "
	    "repository" },
	[WEIGH_HUB_GATED_TOKEN] = { 401, "GatedRepo", WEIGH_UNAUTHORIZED,
	    false, true, "the files of this repository are for those who were "
	    "given access: a token is needed", TOKEN_FIX },
	[WEIGH_HUB_ACCEPT] = { 403, "GatedRepo", WEIGH_FORBIDDEN,
	    false, true, "the terms of this repository must be accepted before "
	    "its files can be had", ACCEPT_FIX },
	[WEIGH_HUB_ACCEPT_ANEW] = { 403, "GatedRepo", WEIGH_FORBIDDEN,
	    false, true, "the terms of this repository are others than those "
	    "that were accepted", ACCEPT_FIX },
	[WEIGH_HUB_WAITS] = { 403, "GatedRepo", WEIGH_FORBIDDEN,
	    false, true, "the terms of this repository are accepted, and an "
	    "approver of this mirror has not granted access yet",
	    "ask an approver of this mirror, who grants it with: weigh access "
	    "grant" },
	[WEIGH_HUB_REFUSED] = { 403, "GatedRepo", WEIGH_FORBIDDEN,
	    false, true, "an approver of this mirror refused access to this "
	    "repository", "ask an approver of this mirror why" },
	[WEIGH_HUB_POLICY] = { 403, "GatedRepo", WEIGH_DENIED,
	    false, true, "this mirror's policy does not give this out", NULL },
	[WEIGH_HUB_BAD_TOKEN] = { 401, NULL, WEIGH_UNAUTHORIZED,
	    false, false, "Invalid credentials in Authorization header",
	    "use a token of this mirror that has not expired, or none where "
	    "reading needs none" },
	[WEIGH_HUB_TOKEN_NEEDED] = { 401, NULL, WEIGH_UNAUTHORIZED,
	    false, false, "this needs a token", TOKEN_FIX },
	[WEIGH_HUB_FORBIDDEN] = { 403, NULL, WEIGH_FORBIDDEN,
	    false, false, "your token may not do this", NULL },
	[WEIGH_HUB_UPSTREAM_DOWN] = { 502, NULL, WEIGH_NETWORK,
	    false, false, "where this mirror gets it from cannot be reached",
	    "try again later" },
	[WEIGH_HUB_UPSTREAM_SLOW] = { 504, NULL, WEIGH_NETWORK,
	    false, false, "where this mirror gets it from does not answer",
	    "try again later" },
};
// clang-format on

const struct weigh_hub_error *
weigh_hub_error(enum weigh_hub_case which)
{
	if ((unsigned)which >= WEIGH_HUB_CASES)
		which = WEIGH_HUB_FORBIDDEN;
	return &errors[which];
}

enum weigh_hub_case
weigh_hub_refusal(enum weigh_access access)
{
	switch (access) {
	case WEIGH_ACCESS_BAD_TOKEN:
		return WEIGH_HUB_BAD_TOKEN;
	case WEIGH_ACCESS_TOKEN_NEEDED:
		return WEIGH_HUB_TOKEN_NEEDED;
	case WEIGH_ACCESS_NO_REPO:
		return WEIGH_HUB_NO_REPO;
	case WEIGH_ACCESS_HIDDEN:
		return WEIGH_HUB_NO_REPO_TOKEN;
	case WEIGH_ACCESS_GATED:
		return WEIGH_HUB_GATED;
	case WEIGH_ACCESS_GATED_TOKEN:
		return WEIGH_HUB_GATED_TOKEN;
	case WEIGH_ACCESS_ACCEPT:
		return WEIGH_HUB_ACCEPT;
	case WEIGH_ACCESS_ACCEPT_ANEW:
		return WEIGH_HUB_ACCEPT_ANEW;
	case WEIGH_ACCESS_WAITS:
		return WEIGH_HUB_WAITS;
	case WEIGH_ACCESS_REFUSED:
		return WEIGH_HUB_REFUSED;
	case WEIGH_ACCESS_ALLOW: /* nobody is refused */
	case WEIGH_ACCESS_FORBIDDEN:
		break;
	}
	return WEIGH_HUB_FORBIDDEN;
}

enum weigh_code
weigh_hub_error_say(enum weigh_hub_case which, struct weigh_err *err)
{
	const struct weigh_hub_error *e = weigh_hub_error(which);

	if (err == NULL)
		return e->code;
	if (err->code == WEIGH_OK || err->why[0] == '\0')
		weigh_fail(err, e->code, "%s", e->text);
	err->code = e->code;
	if (err->what[0] == '\0')
		weigh_what(err, "%s", err->why);
	if (e->fix != NULL)
		weigh_fix(err, "%s", e->fix);
	return e->code;
}
