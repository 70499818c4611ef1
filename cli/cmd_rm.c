/* weigh rm: take a repository away. */
#include <stdio.h>

#include <weigh/control.h>

#include "cmds.h"
#include "consent.h"

static enum weigh_code
ask(const struct call *c, const char *name, struct weigh_err *err)
{
	char question[WEIGH_REPO_TEXT + 160];

	snprintf(question, sizeof(question),
	    "Delete '%s' with all its revisions, branches and tags? Bytes that "
	    "no other model has go at the next gc.",
	    name);
	return consent(c, question, err);
}

static enum weigh_code
request(struct weigh_buf *body, const char *name, struct weigh_err *err)
{
	struct weigh_jw w;

	weigh_jw_init(&w, body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "name", name);
	weigh_jw_object_end(&w);
	return body->failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			      WEIGH_OK;
}

enum weigh_code
cmd_rm(const struct call *c, struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT];
	struct client client = { 0 };
	struct doc *d = NULL;
	struct weigh_buf body;
	struct weigh_ref ref;
	enum weigh_code rc;

	weigh_buf_init(&body, WEIGH_CONTROL_BODY);
	rc = weigh_ref_parse(&ref, c->args[0], err);
	if (rc == WEIGH_OK && ref.rev[0] != '\0')
		rc = weigh_fail(err, WEIGH_USAGE,
		    "a model is deleted whole, not a revision of it");
	if (rc != WEIGH_OK)
		goto out;
	weigh_repo_text(&ref.repo, name);
	if ((rc = ask(c, name, err)) != WEIGH_OK ||
	    (rc = request(&body, name, err)) != WEIGH_OK ||
	    (rc = call_client(c, &client, err)) != WEIGH_OK)
		goto out;
	rc = client_doc(&client, "/-/v1/delete", body.data, "weigh.rm/1", &d,
	    err);
	if (rc == WEIGH_OK && c->out->format == OUT_JSON)
		rc = out_document(c->out, d, err);
	else if (rc == WEIGH_OK)
		out_line("%s", doc_str(d, "name"));
	if (rc == WEIGH_OK)
		out_say(c->out,
		    "it is gone; its bytes go at the next gc\n"
		    "next: weigh gc --dry-run");
	else if (call_needs_what(err))
		weigh_what(err, "cannot delete '%s'", name);
out:
	doc_free(d);
	weigh_buf_free(&body);
	client_close(&client);
	return rc;
}
