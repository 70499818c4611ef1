/* weigh rebuild: make the catalog again from what lies on disk. */
#include <inttypes.h>

#include "cmds.h"
#include "job.h"
#include "text.h"

static const struct out_column columns[] = {
	{ "WHAT", "kind", OUT_TEXT, false },
	{ "NAME", "name", OUT_TEXT, false },
	{ "WHY", "why", OUT_TEXT, true },
};

static void
print_summary(const struct doc *d)
{
	char repos[TEXT_COUNT], revisions[TEXT_COUNT], blobs[TEXT_COUNT];

	text_count(doc_u64(d, "repositories"), "repository", repos);
	text_count(doc_u64(d, "revisions"), "revision", revisions);
	text_count(doc_u64(d, "blobs"), "blob", blobs);
	out_line("%s, %s, %s; %" PRIu64 " missing, %" PRIu64 " bad", repos,
	    revisions, blobs, doc_u64(d, "missing"), doc_u64(d, "bad"));
}

static enum weigh_code
conclude(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	uint64_t partly = doc_u64(d, "unreadable") + doc_u64(d, "lost");
	char unreadable[TEXT_COUNT], lost[TEXT_COUNT];
	enum weigh_code rc;

	rc = call_print_items(c, d, columns,
	    sizeof(columns) / sizeof(columns[0]), print_summary, err);
	if (rc != WEIGH_OK || partly == 0)
		return rc;
	text_count(doc_u64(d, "unreadable"), "repository", unreadable);
	text_count(doc_u64(d, "lost"), "revision", lost);
	weigh_fail(err, WEIGH_PARTLY,
	    "%s unreadable, %s of the journal not found", unreadable, lost);
	weigh_what(err, "the catalog was made again, but not all of it");
	weigh_fix(err,
	    "lay back from a backup what is listed, then run weigh rebuild "
	    "again");
	return WEIGH_PARTLY;
}

enum weigh_code
cmd_rebuild(const struct call *c, struct weigh_err *err)
{
	struct client client = { 0 };
	struct doc *d = NULL;
	struct weigh_buf nothing;
	enum weigh_code rc;

	weigh_buf_init(&nothing, 0);
	rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = job_run(&client, "/-/v1/rebuild", &nothing, c->out,
		    "rebuild", "weigh.rebuild/1", &d, err);
	if (rc == WEIGH_OK)
		rc = conclude(c, d, err);
	doc_free(d);
	client_close(&client);
	return rc;
}
