/* access: who asks, and what is said to those who may not. */
#include <string.h>
#include <time.h>

#include "priv.h"
#include "trust/access.h"

#define SOON (7 * 86400) /* seconds before a token's end when it is told */

/* --- who asks ------------------------------------------------------------ */

void
serve_identify(struct serve *s, struct http_exchange *x, struct weigh_who *who)
{
	access_who(s->parts.tokens, http_head(x), http_is_local(x), who);
}

bool
serve_ends_soon(const struct weigh_who *who)
{
	return who->expires != 0 && who->expires - time(NULL) < SOON;
}

/*
 * What is kept is what nobody in particular may have, so whoever is known may
 * have it too: a token takes nothing away.  Not where the setting says that
 * nobody in particular may have anything: what is kept then was made before it
 * said so.  And not for those who are told something beside the answer.
 */
bool
serve_cache_for(struct serve *s, const struct weigh_who *who,
    enum cache_for *whom)
{
	*whom = who->role != WEIGH_ROLE_NOBODY ? CACHE_FOR_ALL :
						 CACHE_FOR_NOBODY;
	return !who->bad && !serve_ends_soon(who) &&
	    !tokens_rules(s->parts.tokens).anonymous_none;
}

/* --- refusals ------------------------------------------------------------ */

/* RFC 9110 section 11.6.1: a 401 says how one could be known. */
static const char *
challenge(const struct route *route)
{
	return route->flags & (ROUTE_GIT | ROUTE_LFS | ROUTE_OCI) ?
	    "Basic realm=\"weighd\"" :
	    "Bearer realm=\"weighd\"";
}

void
ask_refuse(struct ask *ask, enum weigh_hub_case which)
{
	const struct weigh_hub_error *e = weigh_hub_error(which);
	struct http_reply *r = &ask->task.reply;

	r->rc = weigh_hub_error_say(which, &r->err);
	r->status = e->status;
	r->hub_code = e->hub_code;
	if (e->status == 401) {
		http_reply_field(r, "WWW-Authenticate", "%s",
		    challenge(ask->route));
		if (ask->route->flags & ROUTE_LFS)
			http_reply_field(r, "LFS-Authenticate", "%s",
			    challenge(ask->route));
	}
	if (e->warn)
		http_reply_field(r, "X-HF-Warning", "access; %s", r->err.why);
}

void
ask_lacks(struct ask *ask, enum weigh_code rc, enum weigh_hub_case missing)
{
	if (rc == WEIGH_NOT_FOUND)
		ask_refuse(ask, missing);
	else
		ask_fail(ask, rc, NULL);
}

/* The same for what is refused before there is an ask. */
static void
refuse_now(struct http_exchange *x, const struct route *route,
    enum weigh_hub_case which)
{
	const struct weigh_hub_error *e = weigh_hub_error(which);
	struct weigh_err err;

	weigh_err_clear(&err);
	weigh_hub_error_say(which, &err);
	if (e->status == 401) {
		http_field(x, "WWW-Authenticate", "%s", challenge(route));
		if (route->flags & ROUTE_LFS)
			http_field(x, "LFS-Authenticate", "%s",
			    challenge(route));
	}
	if (route->flags & ROUTE_OCI)
		oci_send_error(x, e->status, e->hub_code, &err);
	else
		http_send_error(x, e->status, e->hub_code, &err);
}

/* --- may they? ----------------------------------------------------------- */

/* Looking and reading depend on what the repository is; the rest does not. */
static bool
needs_catalog(enum weigh_right right, const struct weigh_repo *repo)
{
	return repo != NULL &&
	    (right == WEIGH_RIGHT_LOOK || right == WEIGH_RIGHT_READ);
}

bool
serve_admits(struct serve *s, struct http_exchange *x,
    const struct route *route, const struct weigh_who *who,
    const struct weigh_repo *repo)
{
	const struct weigh_access_facts facts = {
		.who = who,
		.right = route->right,
		/* Which one is meant, its handler will find out. */
		.repo = route->flags & ROUTE_HOME ? NULL : repo,
		.rules = tokens_rules(s->parts.tokens),
	};
	enum weigh_access access = weigh_access_decide(&facts);

	if (access == WEIGH_ACCESS_ALLOW ||
	    (access != WEIGH_ACCESS_BAD_TOKEN &&
		needs_catalog(route->right, facts.repo)))
		return true;
	refuse_now(x, route, weigh_hub_refusal(access));
	return false;
}

/* Had a repository the name that was asked for, and may they know?  Then the reply
 * sends them to it; else they hear what they would of a name nobody ever had. */
static bool
is_elsewhere(struct ask *ask, struct catalog_reader *reader)
{
	/* Who may know where it is may be told, be its files for others. */
	enum weigh_right right = ask->route->right == WEIGH_RIGHT_READ ?
	    WEIGH_RIGHT_LOOK :
	    ask->route->right;
	struct access_answer answer;
	struct weigh_repo now;

	if (ask->match.repo_parts == 0 ||
	    catalog_renamed(reader, &ask->match.repo, &now, NULL) != WEIGH_OK ||
	    access_judge(ask->serve->parts.tokens, reader, &ask->who, right,
		&now, &answer, NULL) != WEIGH_OK ||
	    answer.access != WEIGH_ACCESS_ALLOW || !answer.held)
		return false;
	ask_send_to(ask, &now);
	return true;
}

static bool
judge(struct ask *ask, struct catalog_reader *reader, enum weigh_right right,
    const struct weigh_repo *repo, struct access_answer *answer)
{
	struct http_reply *r = &ask->task.reply;
	enum weigh_code rc;

	rc = access_judge(ask->serve->parts.tokens, reader, &ask->who, right,
	    repo, answer, &r->err);
	if (rc != WEIGH_OK) {
		ask_fail(ask, rc, NULL);
		return false;
	}
	if (answer->access == WEIGH_ACCESS_ALLOW)
		return true;
	if (!answer->held && repo == &ask->match.repo &&
	    is_elsewhere(ask, reader))
		return false;
	access_say(answer, repo, &r->err);
	ask_refuse(ask, weigh_hub_refusal(answer->access));
	return false;
}

bool
ask_may_repo(struct ask *ask, struct catalog_reader *reader,
    enum weigh_right right, const struct weigh_repo *repo)
{
	struct access_answer answer;

	return judge(ask, reader, right, repo, &answer);
}

/* What is the same for everybody may be kept for everybody: an answer about one
 * repository that anybody may see, without words for the one who asked. */
bool
ask_may(struct ask *ask, struct catalog_reader *reader)
{
	const struct weigh_repo *repo = ask->match.repo.name[0] != '\0' ?
	    &ask->match.repo :
	    NULL;
	struct access_answer answer;

	answer.held = true;
	if (!judge(ask, reader, ask->route->right, repo, &answer)) {
		if (!answer.held && ask->task.reply.rc != WEIGH_OK)
			(void)ask_misses(ask, reader, false);
		return false;
	}
	/* Who may write is allowed before it is asked whether it is held. */
	if (repo != NULL && !answer.held && is_elsewhere(ask, reader))
		return false;
	if (repo != NULL && !answer.held && ask_misses(ask, reader, false))
		return false;
	/* Clients of /v2/ lower names and want no other: they are found there
	 * without case. */
	if (repo != NULL && answer.held && !(ask->route->flags & ROUTE_OCI) &&
	    strcmp(answer.repo.name, repo->name) != 0) {
		ask_send_to(ask, &answer.repo);
		return false;
	}
	ask->shared = repo != NULL && answer.open &&
	    !serve_ends_soon(&ask->who);
	return true;
}

bool
ask_sees(const struct ask *ask, const struct weigh_repo *repo,
    enum weigh_visibility visibility)
{
	return access_sees(ask->serve->parts.tokens, &ask->who, repo,
	    visibility);
}

/* --- auth-check ------------------------------------------------------------ */

/* Its answer was given before: who may not read does not get here. */
void
serve_auth_check(struct ask *ask, struct catalog_reader *reader)
{
	(void)reader;
	weigh_buf_adds(&ask->task.reply.body, "{}");
}
