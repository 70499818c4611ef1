/* weigh status: how weighd is doing. */
#include "cmds.h"

static const struct out_column fields[] = {
	{ "version", "version", OUT_TEXT, false },
	{ "data", "data", OUT_TEXT, false },
	{ "models", "models", OUT_NUMBER, false },
	{ "blobs", "blobs", OUT_NUMBER, false },
	{ "size", "bytes", OUT_SIZE, false },
	{ "bad", "bad", OUT_NUMBER, false },
	{ "scrub", "scrub", OUT_TEXT, false },
	{ "unread for", "scrub_oldest_seconds", OUT_SECONDS, false },
	{ "up", "uptime_seconds", OUT_SECONDS, false },
};

enum weigh_code
cmd_status(const struct call *c, struct weigh_err *err)
{
	struct client client;
	struct doc *d = NULL;
	enum weigh_code rc;

	rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = client_doc(&client, "/-/v1/status", NULL, "weigh.status/1",
		    &d, err);
	if (rc == WEIGH_OK)
		rc = call_print(c, d, fields,
		    sizeof(fields) / sizeof(fields[0]), err);
	doc_free(d);
	client_close(&client);
	return rc;
}
