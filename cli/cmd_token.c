/* weigh token: who is known to weighd: new, ls, rm. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <weigh/access.h>
#include <weigh/control.h>
#include <weigh/http.h>

#include "cmds.h"
#include "since.h"

#define PATH "/-/v1/tokens"

/* --- new ------------------------------------------------------------------ */

/* All --repo, joined by blanks: a pattern holds none. */
static enum weigh_code
join_repos(const struct opts *opts, struct weigh_buf *out,
    struct weigh_err *err)
{
	for (size_t i = 0; i < opts->ngiven; i++) {
		const char *glob = opts->given[i].value;

		if (opts->given[i].id != OPT_REPO)
			continue;
		if (glob[0] == '\0' || strchr(glob, ' ') != NULL ||
		    !weigh_who_repos_ok(glob, strlen(glob)))
			return weigh_fail(err, WEIGH_USAGE,
			    "'%.60s' is no pattern of repositories", glob);
		weigh_buf_addf(out, "%s%s", out->len > 0 ? " " : "", glob);
	}
	return out->failed ?
	    weigh_fail(err, WEIGH_USAGE, "these are too many patterns") :
	    WEIGH_OK;
}

static enum weigh_code
check_wish(const struct call *c, const char *role, int64_t *expires,
    struct weigh_err *err)
{
	const char *text = opts_value(c->opts, OPT_EXPIRES, NULL);
	enum weigh_role known;

	if (!weigh_who_name_ok(c->args[0], strlen(c->args[0])))
		return weigh_fail(err, WEIGH_USAGE,
		    "'%.60s' is no name for a token: letters, digits, '.', '_' "
		    "and '-'",
		    c->args[0]);
	if (role == NULL || !weigh_role_parse(&known, role, strlen(role))) {
		weigh_fail(err, WEIGH_USAGE,
		    role == NULL ? "nothing says what the token may do" :
				   "'%.60s' is no role",
		    role);
		weigh_fix(err, "take --role read, publish, approve or admin");
		return WEIGH_USAGE;
	}
	if (text != NULL && !since_parse_end(text, time(NULL), expires)) {
		weigh_fail(err, WEIGH_USAGE,
		    "--expires '%.60s' is neither days nor a date to come",
		    text);
		weigh_fix(err,
		    "say days, as in 90, or a day, as in 2027-01-31");
		return WEIGH_USAGE;
	}
	return WEIGH_OK;
}

static enum weigh_code
write_wish(const struct call *c, struct weigh_buf *out, struct weigh_err *err)
{
	const char *role = opts_value(c->opts, OPT_ROLE, NULL);
	struct weigh_buf repos;
	int64_t expires = 0;
	struct weigh_jw w;
	enum weigh_code rc;

	weigh_buf_init(&repos, WEIGH_WHO_REPOS);
	rc = check_wish(c, role, &expires, err);
	if (rc == WEIGH_OK)
		rc = join_repos(c->opts, &repos, err);
	if (rc == WEIGH_OK) {
		weigh_jw_init(&w, out);
		weigh_jw_object(&w);
		weigh_jw_kstr(&w, "name", c->args[0]);
		weigh_jw_kstr(&w, "role", role);
		weigh_jw_kstr(&w, "repos", repos.len > 0 ? repos.data : "");
		weigh_jw_ku64(&w, "expires", (uint64_t)expires);
		weigh_jw_object_end(&w);
	}
	weigh_buf_free(&repos);
	return rc;
}

/* The token alone, so that a script can take it as it is. */
static enum weigh_code
print_new(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	if (c->out->format == OUT_JSON)
		return out_document(c->out, d, err);
	out_line("%s", doc_str(d, "token"));
	out_say(c->out,
	    "token %s '%s', role %s; it is not shown again\n"
	    "next: give it to its user as HF_TOKEN",
	    doc_str(d, "id"), doc_str(d, "name"), doc_str(d, "role"));
	return WEIGH_OK;
}

enum weigh_code
cmd_token_new(const struct call *c, struct weigh_err *err)
{
	struct client client = { 0 };
	struct doc *d = NULL;
	struct weigh_buf b;
	enum weigh_code rc;

	weigh_buf_init(&b, WEIGH_CONTROL_BODY);
	rc = write_wish(c, &b, err);
	if (rc == WEIGH_OK)
		rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = client_doc(&client, PATH, b.data, "weigh.token-new/1", &d,
		    err);
	if (rc == WEIGH_OK)
		rc = print_new(c, d, err);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot make token '%.60s'", c->args[0]);
	doc_free(d);
	weigh_buf_free(&b);
	client_close(&client);
	return rc;
}

/* --- ls ------------------------------------------------------------------- */

static const struct out_column columns[] = {
	{ "ID", "id", OUT_TEXT, false }, { "NAME", "name", OUT_TEXT, false },
	{ "ROLE", "role", OUT_TEXT, false },
	{ "REPOSITORIES", "repositories", OUT_TEXT, true },
	{ "CREATED", "created", OUT_TEXT, true },
	{ "EXPIRES", "expires", OUT_TEXT, true },
	{ "EXPIRED", "expired", OUT_YES_NO,
	    false }, /* people see it when one is */
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Tables show texts: the patterns as one, and what is not said. */
static bool
flatten(struct doc *token)
{
	const struct doc *glob = doc_get(token, "repos");
	struct weigh_buf all;
	bool done;

	weigh_buf_init(&all, 2 * WEIGH_WHO_REPOS);
	for (glob = glob != NULL ? glob->first : NULL; glob != NULL;
	     glob = glob->next)
		weigh_buf_addf(&all, "%s%s", all.len > 0 ? " " : "",
		    glob->text);
	done = !all.failed &&
	    doc_put_str(token, "repositories", all.len > 0 ? all.data : "all");
	if (done && doc_get(token, "expires") == NULL)
		done = doc_put_str(token, "expires", "never");
	weigh_buf_free(&all);
	return done;
}

static enum weigh_code
print_list(const struct call *c, struct doc *d, struct weigh_err *err)
{
	bool all = c->out->format != OUT_HUMAN ||
	    call_any(d, "tokens", "expired");
	struct doc *token;

	token = doc_get(d, "tokens") != NULL ? doc_get(d, "tokens")->first :
					       NULL;
	for (; token != NULL && c->out->format != OUT_JSON; token = token->next)
		if (!flatten(token))
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (doc_count(doc_get(d, "tokens")) == 0)
		out_say(c->out,
		    "there are no tokens\n"
		    "next: weigh token new WHO --role publish");
	return call_print_list(c, d, "tokens", columns,
	    all ? COLUMNS : COLUMNS - 1, err);
}

enum weigh_code
cmd_token_ls(const struct call *c, struct weigh_err *err)
{
	struct client client;
	struct doc *d = NULL;
	enum weigh_code rc;

	rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = client_doc(&client, PATH, NULL, "weigh.token-ls/1", &d,
		    err);
	if (rc == WEIGH_OK)
		rc = print_list(c, d, err);
	doc_free(d);
	client_close(&client);
	return rc;
}

/* --- rm ------------------------------------------------------------------- */

enum weigh_code
cmd_token_rm(const struct call *c, struct weigh_err *err)
{
	struct client client = { 0 };
	struct doc *d = NULL;
	struct weigh_buf path;
	enum weigh_code rc;

	weigh_buf_init(&path, 4096);
	weigh_buf_adds(&path, PATH "/");
	weigh_http_escape(&path, c->args[0], false);
	/* An id is as good as a name: both have its letters. */
	if (path.failed || !weigh_who_name_ok(c->args[0], strlen(c->args[0])))
		rc = weigh_fail(err, WEIGH_USAGE,
		    "'%.60s' is neither a token's id nor its name", c->args[0]);
	else
		rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = client_doc_by(&client, "DELETE", path.data, NULL,
		    "weigh.token-rm/1", &d, err);
	if (rc == WEIGH_OK && c->out->format == OUT_JSON)
		rc = out_document(c->out, d, err);
	else if (rc == WEIGH_OK)
		out_line("%s", doc_str(d, "id"));
	if (rc == WEIGH_OK)
		out_say(c->out, "'%s' is refused from now on",
		    doc_str(d, "name"));
	else if (call_needs_what(err))
		weigh_what(err, "cannot remove token '%.60s'", c->args[0]);
	doc_free(d);
	weigh_buf_free(&path);
	client_close(&client);
	return rc;
}
