/* weigh pin, unpin: revisions that stay, whatever happens. */
#include <string.h>

#include <weigh/control.h>

#include "cmds.h"
#include "text.h"

#define PATH "/-/v1/pins"

static const struct out_column columns[] = {
	{ "NAME", "name", OUT_TEXT, false },
	{ "REVISION", "revision", OUT_REVISION, false },
	{ "SINCE", "since", OUT_TEXT, false },
	{ "WHY", "why", OUT_TEXT, true },
};

/* --- the list ------------------------------------------------------------ */

static enum weigh_code
list(const struct call *c, struct weigh_err *err)
{
	struct client client;
	struct doc *d = NULL, *pin;
	char since[TEXT_WHEN];
	enum weigh_code rc = call_client(c, &client, err);

	if (rc == WEIGH_OK)
		rc = call_pages(&client, PATH, "weigh.pins/1", "pins", &d, err);
	pin = doc_get(d, "pins") != NULL ? doc_get(d, "pins")->first : NULL;
	for (; pin != NULL && rc == WEIGH_OK; pin = pin->next) {
		text_when((int64_t)doc_u64(pin, "time"), since);
		if (!doc_put_str(pin, "since", since))
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	if (rc == WEIGH_OK)
		rc = call_print_list(c, d, "pins", columns,
		    sizeof(columns) / sizeof(columns[0]), err);
	if (rc == WEIGH_OK && doc_count(doc_get(d, "pins")) == 0)
		out_say(c->out, "nothing is pinned\nnext: weigh pin NAME@REV");
	doc_free(d);
	client_close(&client);
	return rc;
}

/* --- one ----------------------------------------------------------------- */

static enum weigh_code
request(const struct call *c, const struct weigh_ref *ref,
    struct weigh_buf *out, struct weigh_err *err)
{
	const char *why = opts_value(c->opts, OPT_MESSAGE, NULL);
	char name[WEIGH_REPO_TEXT];
	struct weigh_jw w;

	weigh_repo_text(&ref->repo, name);
	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "name", name);
	if (ref->rev[0] != '\0')
		weigh_jw_kstr(&w, "revision", ref->rev);
	if (why != NULL)
		weigh_jw_kstr(&w, "why", why);
	weigh_jw_object_end(&w);
	return out->failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			     WEIGH_OK;
}

static enum weigh_code
change(const struct call *c, const char *path, const char *schema,
    const char *verb, struct weigh_err *err)
{
	struct client client = { 0 };
	struct doc *d = NULL;
	struct weigh_buf b;
	struct weigh_ref ref;
	enum weigh_code rc;

	weigh_buf_init(&b, WEIGH_CONTROL_BODY);
	rc = call_open_ref(c, c->args[0], &ref, &client, err);
	if (rc == WEIGH_OK)
		rc = request(c, &ref, &b, err);
	if (rc == WEIGH_OK)
		rc = client_doc(&client, path, b.data, schema, &d, err);
	if (rc == WEIGH_OK && c->out->format == OUT_JSON)
		rc = out_document(c->out, d, err);
	else if (rc == WEIGH_OK)
		out_line("%s@%s", doc_str(d, "name"), doc_str(d, "revision"));
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot %s %.180s", verb, c->args[0]);
	doc_free(d);
	weigh_buf_free(&b);
	client_close(&client);
	return rc;
}

enum weigh_code
cmd_pin(const struct call *c, struct weigh_err *err)
{
	enum weigh_code rc;

	if (c->nargs == 0)
		return list(c, err);
	rc = change(c, PATH, "weigh.pin/1", "pin", err);
	if (rc == WEIGH_OK)
		out_say(c->out, "it stays, whatever its branches and tags do");
	return rc;
}

enum weigh_code
cmd_unpin(const struct call *c, struct weigh_err *err)
{
	return change(c, PATH "/rm", "weigh.unpin/1", "unpin", err);
}
