/* weigh files: the files of a revision. */
#include <string.h>

#include "cmds.h"

static const struct out_column columns[] = {
	{ "PATH", "path", OUT_TEXT, false },
	{ "SIZE", "size", OUT_SIZE, false },
	{ "LFS", "lfs", OUT_YES_NO, false },
	{ "SHA256", "sha256", OUT_TEXT, false },
};

/* Every page is asked for at the same revision, so that a branch that moves
 * meanwhile cannot mix two. */
static enum weigh_code
pin_revision(struct client *client, struct weigh_ref *ref,
    struct weigh_err *err)
{
	struct weigh_gitid id;
	struct weigh_buf path;
	struct doc *d = NULL;
	enum weigh_code rc;

	weigh_buf_init(&path, 4096);
	weigh_buf_adds(&path, "/-/v1/show");
	call_query_ref(&path, ref);
	rc = client_doc(client, path.data != NULL ? path.data : "", NULL,
	    "weigh.show/1", &d, err);
	if (rc == WEIGH_OK &&
	    !weigh_gitid_parse(&id, doc_str(d, "revision"),
		strlen(doc_str(d, "revision"))))
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "the server's answer has no commit id");
	if (rc == WEIGH_OK)
		weigh_gitid_hex(&id, ref->rev);
	doc_free(d);
	weigh_buf_free(&path);
	return rc;
}

enum weigh_code
cmd_files(const struct call *c, struct weigh_err *err)
{
	struct client client = { 0 };
	struct weigh_ref ref;
	struct weigh_buf path;
	struct doc *d = NULL;
	enum weigh_code rc;

	weigh_buf_init(&path, 4096);
	rc = call_ref(&ref, c->args[0], err);
	if (rc == WEIGH_OK)
		rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = pin_revision(&client, &ref, err);
	if (rc == WEIGH_OK) {
		weigh_buf_adds(&path, "/-/v1/files");
		call_query_ref(&path, &ref);
		rc = call_pages(&client, path.data != NULL ? path.data : "",
		    "weigh.files/1", "files", &d, err);
	}
	if (rc == WEIGH_OK)
		rc = call_print_list(c, d, "files", columns,
		    sizeof(columns) / sizeof(columns[0]), err);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot list the files of %.180s", c->args[0]);
	doc_free(d);
	weigh_buf_free(&path);
	client_close(&client);
	return rc;
}
