/* access: see access.h. */
#include <time.h>

#include "access.h"

void
access_who(struct tokens *t, const struct weigh_http_head *head, bool local,
    struct weigh_who *out)
{
	struct weigh_span value = weigh_http_field(head, "Authorization");

	if (local)
		*out = (struct weigh_who){
			.role = WEIGH_ROLE_ADMIN,
			.local = true,
		};
	else
		tokens_identify(t, value.p, value.len, time(NULL), out);
}

enum weigh_code
access_judge(const struct tokens *t, struct catalog_reader *reader,
    const struct weigh_who *who, enum weigh_right right,
    const struct weigh_repo *repo, struct access_answer *out,
    struct weigh_err *err)
{
	struct weigh_access_facts facts = {
		.who = who,
		.right = right,
		.repo = repo,
		.rules = tokens_rules(t),
	};
	struct weigh_repo held;
	enum weigh_code rc;

	if (repo != NULL) {
		rc = catalog_visibility(reader, repo, &held, &facts.visibility,
		    err);
		if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND)
			return rc;
		facts.held = rc == WEIGH_OK;
		if (facts.held)
			facts.repo = &held;
		weigh_err_clear(err);
	}
	out->held = facts.held;
	if (facts.held)
		out->repo = held;
	out->access = weigh_access_decide(&facts);
	out->open = weigh_access_is_open(&facts);
	return WEIGH_OK;
}

const struct weigh_hub_error *
access_say(const struct access_answer *answer, const struct weigh_repo *repo,
    struct weigh_err *err)
{
	enum weigh_hub_case which = weigh_hub_refusal(answer->access);
	const struct weigh_hub_error *e = weigh_hub_error(which);
	char text[WEIGH_REPO_TEXT];

	/* Whether it is not here or not to be seen: the same words. */
	if (repo != NULL && e->status == 404) {
		weigh_repo_text(repo, text);
		weigh_fail(err, e->code, "no repository '%s' is held here",
		    text);
	}
	weigh_hub_error_say(which, err);
	return e;
}

static bool
allows(const struct tokens *t, const struct weigh_who *who,
    enum weigh_right right, const struct weigh_repo *repo,
    enum weigh_visibility visibility)
{
	const struct weigh_access_facts facts = {
		.who = who,
		.right = right,
		.repo = repo,
		.held = true,
		.visibility = visibility,
		.rules = tokens_rules(t),
	};

	return weigh_access_decide(&facts) == WEIGH_ACCESS_ALLOW;
}

bool
access_reads(const struct tokens *t, const struct weigh_who *who,
    const struct weigh_repo *repo, enum weigh_visibility visibility)
{
	return allows(t, who, WEIGH_RIGHT_READ, repo, visibility);
}

bool
access_sees(const struct tokens *t, const struct weigh_who *who,
    const struct weigh_repo *repo, enum weigh_visibility visibility)
{
	return allows(t, who, WEIGH_RIGHT_LOOK, repo, visibility);
}
