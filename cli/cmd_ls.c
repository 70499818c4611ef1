/* weigh ls: the models held here. */
#include "cmds.h"

static const struct out_column columns[] = {
	{ "NAME", "name", OUT_TEXT, false },
	{ "REVISION", "revision", OUT_REVISION, true },
	{ "FILES", "files", OUT_NUMBER, false },
	{ "SIZE", "bytes", OUT_SIZE, false },
	{ "LICENSE", "license", OUT_TEXT, true },
	{ "DECISION", "decision", OUT_TEXT, true },
	{ "SIGNED", "signed", OUT_TEXT, true },
	/* People see these when there is one. */
	{ "BAD", "bad", OUT_NUMBER, false },
	{ "NOT HELD", "absent", OUT_NUMBER, false },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

enum weigh_code
cmd_ls(const struct call *c, struct weigh_err *err)
{
	struct client client;
	struct doc *d = NULL;
	enum weigh_code rc;
	bool any_bad, any_absent;

	rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = call_pages(&client, "/-/v1/models", "weigh.ls/1", "models",
		    &d, err);
	any_bad = call_any(d, "models", "bad");
	any_absent = call_any(d, "models", "absent");
	if (rc == WEIGH_OK)
		rc = call_print_list(c, d, "models", columns,
		    any_absent || c->out->format != OUT_HUMAN ? COLUMNS :
			any_bad                               ? COLUMNS - 1 :
								COLUMNS - 2,
		    err);
	if (rc == WEIGH_OK && any_bad)
		call_say_bad(c);
	if (rc == WEIGH_OK && doc_count(doc_get(d, "models")) == 0)
		out_say(c->out,
		    "nothing is held here yet\n"
		    "next: weigh add DIR NAME");
	doc_free(d);
	client_close(&client);
	return rc;
}
