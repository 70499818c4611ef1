/* weigh key export: the mirror's public key. */
#include <stdio.h>

#include "cmds.h"

enum weigh_code
cmd_key_export(const struct call *c, struct weigh_err *err)
{
	static const struct out_column fields[] = {
		{ "key_id", "key_id", OUT_TEXT, false },
		{ "algorithm", "algorithm", OUT_TEXT, false },
	};
	struct client client;
	struct doc *d = NULL;
	enum weigh_code rc;

	rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = client_doc(&client, "/-/v1/key", NULL,
		    "weigh.key-export/1", &d, err);
	/* The PEM is a file's content, not a line for a table. */
	if (rc == WEIGH_OK && c->out->format == OUT_HUMAN)
		fputs(doc_str(d, "public_key"), stdout);
	else if (rc == WEIGH_OK)
		rc = call_print(c, d, fields,
		    sizeof(fields) / sizeof(fields[0]), err);
	doc_free(d);
	client_close(&client);
	return rc;
}
