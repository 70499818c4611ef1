/*
 * hub_error: how the Hub says no.  A table of cases: status, X-Error-Code, and
 * words, as huggingface_hub 0.36–1.28 and @huggingface/hub 2.17 read them.
 *
 * (1) No case of trouble further up or of our own carries an X-Error-Code: clients
 *     fall back to their cache and try again, and take nothing for absent.
 * (2) A repository that is hidden is refused in the words for one that does not
 *     exist.
 */
#ifndef WEIGH_HUB_ERROR_H
#define WEIGH_HUB_ERROR_H

#include <stdbool.h>

#include <weigh/access.h>
#include <weigh/err.h>

enum weigh_hub_case {
	WEIGH_HUB_NO_REPO,
	WEIGH_HUB_NO_REPO_TOKEN, /* without a token; perhaps it is private */
	WEIGH_HUB_NO_REVISION,
	WEIGH_HUB_NO_ENTRY,
	WEIGH_HUB_GATED,
	WEIGH_HUB_GATED_TOKEN, /* without a token */
	WEIGH_HUB_ACCEPT,      /* its terms are to be accepted */
	WEIGH_HUB_ACCEPT_ANEW, /* … which are others than those accepted */
	WEIGH_HUB_WAITS,       /* … and an approver has to grant it */
	WEIGH_HUB_REFUSED,     /* … who refused */
	WEIGH_HUB_POLICY, /* a policy, or a license, says no; with its reason */
	WEIGH_HUB_BAD_TOKEN,
	WEIGH_HUB_TOKEN_NEEDED,
	WEIGH_HUB_FORBIDDEN,
	WEIGH_HUB_UPSTREAM_DOWN, /* where it comes from cannot be reached */
	WEIGH_HUB_UPSTREAM_SLOW,
	WEIGH_HUB_CASES
};

struct weigh_hub_error {
	int status;
	const char *hub_code; /* X-Error-Code, or NULL */
	enum weigh_code code;
	bool
	    commit; /* X-Repo-Commit belongs to it: absence is remembered by it */
	bool warn; /* the reason goes into X-HF-Warning, too: `hf` hides it */
	const char
	    *text; /* error and X-Error-Message where nobody knows better */
	const char *fix; /* NULL: the code's */
};

/* The row of a case.  Never NULL. */
const struct weigh_hub_error *weigh_hub_error(enum weigh_hub_case which);

/* The case of a refusal; `access` is not WEIGH_ACCESS_ALLOW. */
enum weigh_hub_case weigh_hub_refusal(enum weigh_access access);

/* The words go into *err: what and why are `text` where *err has none yet, the fix
 * is the row's.  Returns the row's code. */
enum weigh_code weigh_hub_error_say(enum weigh_hub_case which,
    struct weigh_err *err);

#endif
