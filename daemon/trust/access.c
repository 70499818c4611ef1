/* access: see access.h. */
#include <time.h>

#include "access.h"
#include "catalog/consents.h"

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

/* --- terms --------------------------------------------------------------- */

/* What is known of one who asks for content whose terms are to be accepted. */
struct consent_facts {
	struct weigh_consent consent;
	struct weigh_oid terms;
	bool known;
};

/* While HEAD is where it was then, its terms are those that were accepted: nothing is
 * digested for most questions. */
static enum weigh_code
find_terms(struct catalog_reader *reader, const struct weigh_repo *repo,
    struct consent_facts *c, struct weigh_err *err)
{
	struct catalog_gating now;
	enum weigh_code rc;

	rc = catalog_gating_head(reader, repo, &now.commit, err);
	if (rc != WEIGH_OK)
		return rc;
	if (weigh_gitid_equal(&now.commit, &c->consent.commit)) {
		c->terms = c->consent.terms;
		return WEIGH_OK;
	}
	rc = catalog_gating(reader, repo, NULL, &now, err);
	c->terms = now.terms;
	return rc;
}

static enum weigh_code
find_consent(struct catalog_reader *reader, const struct weigh_who *who,
    const struct weigh_repo *repo, enum weigh_visibility visibility,
    struct consent_facts *c, struct weigh_err *err)
{
	enum weigh_code rc;

	*c = (struct consent_facts){ .known = false };
	if (!weigh_visibility_asks(visibility) || who->id[0] == '\0')
		return WEIGH_OK;
	rc = catalog_consent(reader, repo, who->id, &c->consent, err);
	if (rc == WEIGH_OK && c->consent.accepted)
		rc = find_terms(reader, repo, c, err);
	c->known = rc == WEIGH_OK;
	return rc;
}

enum weigh_code
access_standing(struct catalog_reader *reader, const struct weigh_who *who,
    const struct weigh_repo *repo, enum weigh_visibility visibility,
    enum weigh_standing *out, struct weigh_err *err)
{
	struct consent_facts c;
	enum weigh_code rc;

	rc = find_consent(reader, who, repo, visibility, &c, err);
	*out = weigh_consent_standing(c.known ? &c.consent : NULL, visibility,
	    &c.terms);
	return rc;
}

/* --- judging ------------------------------------------------------------- */

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
	struct consent_facts consent;
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
	if (facts.held && right == WEIGH_RIGHT_READ) {
		rc = find_consent(reader, who, &held, facts.visibility,
		    &consent, err);
		if (rc != WEIGH_OK)
			return rc;
		facts.consent = consent.known ? &consent.consent : NULL;
		facts.terms = &consent.terms;
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

	if (repo != NULL)
		weigh_repo_text(answer->held ? &answer->repo : repo, text);
	/* Whether it is not here or not to be seen: the same words. */
	if (repo != NULL && e->status == 404) {
		weigh_repo_text(repo, text);
		weigh_fail(err, e->code, "no repository '%s' is held here",
		    text);
	} else if (repo != NULL && answer->access == WEIGH_ACCESS_ACCEPT)
		weigh_fail(err, e->code,
		    "%s; accept them with: weigh accept %s", e->text, text);
	else if (repo != NULL && answer->access == WEIGH_ACCESS_ACCEPT_ANEW)
		weigh_fail(err, e->code,
		    "%s; accept those of now with: weigh accept %s", e->text,
		    text);
	weigh_hub_error_say(which, err);
	return e;
}

bool
access_reads(const struct tokens *t, struct catalog_reader *reader,
    const struct weigh_who *who, const struct weigh_repo *repo,
    enum weigh_visibility visibility)
{
	struct consent_facts c;
	const struct weigh_access_facts facts = {
		.who = who,
		.right = WEIGH_RIGHT_READ,
		.repo = repo,
		.held = true,
		.visibility = visibility,
		.consent = &c.consent,
		.terms = &c.terms,
		.rules = tokens_rules(t),
	};

	return find_consent(reader, who, repo, visibility, &c, NULL) ==
	    WEIGH_OK &&
	    weigh_access_decide(&facts) == WEIGH_ACCESS_ALLOW;
}

bool
access_sees(const struct tokens *t, const struct weigh_who *who,
    const struct weigh_repo *repo, enum weigh_visibility visibility)
{
	const struct weigh_access_facts facts = {
		.who = who,
		.right = WEIGH_RIGHT_LOOK,
		.repo = repo,
		.held = true,
		.visibility = visibility,
		.rules = tokens_rules(t),
	};

	return weigh_access_decide(&facts) == WEIGH_ACCESS_ALLOW;
}
