/* weigh access: who has what is gated: ls, grant, refuse, reopen, set. */
#include <string.h>

#include <weigh/control.h>

#include "cmds.h"

#define PATH "/-/v1/access"

/* --- ls --------------------------------------------------------------------------- */

static const struct out_column columns[] = {
	{ "TOKEN", "token", OUT_TEXT, false },
	{ "WHO", "who", OUT_TEXT, false },
	{ "STANDING", "standing", OUT_TEXT, false },
	{ "ACCEPTED", "accepted", OUT_YES_NO, false },
	{ "RULING", "ruling", OUT_TEXT, false },
	{ "LAST", "last", OUT_TEXT, false },
	{ "TIME", "time", OUT_TEXT, true },
	{ "BY", "by", OUT_TEXT, true },
	{ "WHY", "why", OUT_TEXT, true },
};

enum weigh_code
cmd_access_ls(const struct call *c, struct weigh_err *err)
{
	struct client client = { 0 };
	struct doc *d = NULL;
	struct weigh_ref ref;
	enum weigh_code rc;

	rc = call_open_ref(c, c->args[0], &ref, &client, err);
	if (rc == WEIGH_OK)
		rc = call_ref_doc(&client, PATH, &ref, "weigh.access-ls/1", &d,
		    err);
	if (rc == WEIGH_OK)
		rc = call_print_list(c, d, "tokens", columns,
		    sizeof(columns) / sizeof(columns[0]), err);
	if (rc == WEIGH_OK && doc_count(doc_get(d, "tokens")) == 0)
		out_say(c->out, "nobody has accepted its terms (it is %s)",
		    doc_str(d, "visibility"));
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot list who has access to %.180s",
		    c->args[0]);
	doc_free(d);
	client_close(&client);
	return rc;
}

/* --- what is said ------------------------------------------------------------------ */

/* A member, where there is a value. */
static void
put(struct weigh_jw *w, const char *key, const char *value)
{
	if (value != NULL)
		weigh_jw_kstr(w, key, value);
}

static enum weigh_code
request(const struct call *c, const char *act, struct weigh_buf *out,
    struct weigh_err *err)
{
	struct weigh_jw w;

	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "name", c->args[0]);
	put(&w, act != NULL ? "token" : "visibility", c->args[1]);
	put(&w, "act", act);
	if (act != NULL)
		put(&w, "why", opts_value(c->opts, OPT_MESSAGE, NULL));
	weigh_jw_object_end(&w);
	return out->failed ? weigh_fail(err, WEIGH_USAGE,
				 "this is more than a request can hold") :
			     WEIGH_OK;
}

/* Grant, refuse, reopen by `act`; NULL: set. */
static enum weigh_code
say(const struct call *c, const char *act, const char *verb, struct doc **d,
    struct weigh_err *err)
{
	struct client client = { 0 };
	struct weigh_buf b;
	enum weigh_code rc;

	weigh_buf_init(&b, WEIGH_CONTROL_BODY);
	rc = request(c, act, &b, err);
	if (rc == WEIGH_OK)
		rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = client_doc(&client,
		    act != NULL ? PATH "/rule" : PATH "/set", b.data,
		    act != NULL ? "weigh.consent/1" : "weigh.access-set/1", d,
		    err);
	if (rc == WEIGH_OK && c->out->format == OUT_JSON)
		rc = out_document(c->out, *d, err);
	else if (rc == WEIGH_OK)
		out_line("%s", doc_str(*d, act != NULL ? "token" : "name"));
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot %s %.180s", verb, c->args[0]);
	weigh_buf_free(&b);
	client_close(&client);
	return rc;
}

static enum weigh_code
rule(const struct call *c, const char *act, const char *verb,
    struct weigh_err *err)
{
	struct doc *d = NULL;
	enum weigh_code rc = say(c, act, verb, &d, err);
	const char *standing = doc_str(d, "standing");

	if (rc == WEIGH_OK && strcmp(standing, "none") == 0)
		out_say(c->out,
		    "its bearer has not accepted the terms yet\n"
		    "next: they run: weigh accept %s",
		    doc_str(d, "name"));
	else if (rc == WEIGH_OK && strcmp(standing, "outdated") == 0)
		out_say(c->out,
		    "its bearer accepted other terms than those of now\n"
		    "next: they run: weigh accept %s",
		    doc_str(d, "name"));
	else if (rc == WEIGH_OK && strcmp(standing, "refused") == 0)
		out_say(c->out, "it is refused from now on");
	doc_free(d);
	return rc;
}

enum weigh_code
cmd_access_grant(const struct call *c, struct weigh_err *err)
{
	return rule(c, "grant", "grant access to", err);
}

enum weigh_code
cmd_access_refuse(const struct call *c, struct weigh_err *err)
{
	return rule(c, "refuse", "refuse access to", err);
}

enum weigh_code
cmd_access_reopen(const struct call *c, struct weigh_err *err)
{
	return rule(c, "reopen", "reopen access to", err);
}

enum weigh_code
cmd_access_set(const struct call *c, struct weigh_err *err)
{
	struct doc *d = NULL;
	enum weigh_code rc = say(c, NULL, "set who sees", &d, err);

	if (rc == WEIGH_OK)
		out_say(c->out, "it was %s, and is %s", doc_str(d, "before"),
		    doc_str(d, "visibility"));
	doc_free(d);
	return rc;
}
