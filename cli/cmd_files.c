/* weigh files: the files of a revision. */
#include "cmds.h"

static const struct out_column columns[] = {
	{ "PATH", "path", OUT_TEXT, false },
	{ "SIZE", "size", OUT_SIZE, false },
	{ "LFS", "lfs", OUT_YES_NO, false },
	{ "SHA256", "sha256", OUT_TEXT, false },
	/* People see these when one is. */
	{ "BAD", "bad", OUT_YES_NO, false },
	{ "NOT HELD", "absent", OUT_YES_NO, false },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

enum weigh_code
cmd_files(const struct call *c, struct weigh_err *err)
{
	struct client client;
	struct weigh_ref ref;
	struct doc *d = NULL;
	enum weigh_code rc;
	bool any_bad, any_absent;

	rc = call_open_ref(c, c->args[0], &ref, &client, err);
	if (rc == WEIGH_OK)
		rc = call_pin(&client, &ref, err);
	if (rc == WEIGH_OK)
		rc = call_files(&client, &ref, &d, err);
	any_bad = call_any(d, "files", "bad");
	any_absent = call_any(d, "files", "absent");
	if (rc == WEIGH_OK)
		rc = call_print_list(c, d, "files", columns,
		    any_absent || c->out->format != OUT_HUMAN ? COLUMNS :
			any_bad                               ? COLUMNS - 1 :
								COLUMNS - 2,
		    err);
	if (rc == WEIGH_OK && any_bad)
		call_say_bad(c);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot list the files of %.180s", c->args[0]);
	doc_free(d);
	client_close(&client);
	return rc;
}
