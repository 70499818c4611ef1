/* weigh show: what a revision is, and where it came from. */
#include "cmds.h"

static const struct out_column fields[] = {
	{ "name", "name", OUT_TEXT, false },
	{ "kind", "kind", OUT_TEXT, false },
	{ "visibility", "visibility", OUT_TEXT, false },
	{ "revision", "revision", OUT_TEXT, false },
	{ "manifest", "manifest", OUT_TEXT, false },
	{ "date", "date", OUT_TEXT, false },
	{ "message", "message", OUT_TEXT, false },
	{ "origin", "origin", OUT_TEXT, false },
	{ "license", "license", OUT_TEXT, false },
	{ "files", "files", OUT_NUMBER, false },
	{ "size", "bytes", OUT_SIZE, false },
	{ "bad files", "bad", OUT_NUMBER, false },
	{ "not held", "absent", OUT_NUMBER, false },
	{ "decision", "decision", OUT_TEXT, false },
	{ "signed", "signed", OUT_TEXT, false },
};

static const struct out_column refs[] = {
	{ "REF", "name", OUT_TEXT, false },
	{ "KIND", "kind", OUT_TEXT, false },
	{ "REVISION", "revision", OUT_TEXT, false },
};

static enum weigh_code
print(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	const struct doc *list = doc_get(d, "refs");
	enum weigh_code rc = call_print(c, d, fields,
	    sizeof(fields) / sizeof(fields[0]), err);

	if (rc != WEIGH_OK || c->out->format != OUT_HUMAN ||
	    doc_count(list) == 0)
		return rc;
	out_line("%s", "");
	return out_table(c->out, refs, sizeof(refs) / sizeof(refs[0]), list,
	    err);
}

enum weigh_code
cmd_show(const struct call *c, struct weigh_err *err)
{
	struct client client;
	struct weigh_ref ref;
	struct doc *d = NULL;
	enum weigh_code rc;

	rc = call_open_ref(c, c->args[0], &ref, &client, err);
	if (rc == WEIGH_OK)
		rc = call_ref_doc(&client, "/-/v1/show", &ref, "weigh.show/1",
		    &d, err);
	if (rc == WEIGH_OK)
		rc = print(c, d, err);
	doc_free(d);
	client_close(&client);
	return rc;
}
