/* weigh rebuild: make the catalog again from what lies on disk. */
#include <inttypes.h>

#include "cmds.h"
#include "job.h"

static const struct out_column columns[] = {
	{ "WHAT", "kind", OUT_TEXT, false },
	{ "NAME", "name", OUT_TEXT, false },
	{ "WHY", "why", OUT_TEXT, true },
};

static enum weigh_code
conclude(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	uint64_t partly = doc_u64(d, "unreadable") + doc_u64(d, "lost");
	enum weigh_code rc = WEIGH_OK;

	if (c->out->format != OUT_HUMAN || doc_count(doc_get(d, "items")) > 0)
		rc = call_print_list(c, d, "items", columns,
		    sizeof(columns) / sizeof(columns[0]), err);
	if (rc == WEIGH_OK && c->out->format == OUT_HUMAN)
		out_line("%" PRIu64 " repositories, %" PRIu64
			 " revisions, %" PRIu64 " blobs; %" PRIu64
			 " missing, %" PRIu64 " bad",
		    doc_u64(d, "repositories"), doc_u64(d, "revisions"),
		    doc_u64(d, "blobs"), doc_u64(d, "missing"),
		    doc_u64(d, "bad"));
	if (doc_u64(d, "unlisted") > 0)
		out_say(c->out, "%" PRIu64 " more are not listed",
		    doc_u64(d, "unlisted"));
	if (rc != WEIGH_OK || partly == 0)
		return rc;
	weigh_fail(err, WEIGH_PARTLY,
	    "%" PRIu64 " repositories cannot be read, %" PRIu64
	    " revisions of the journal were not found",
	    doc_u64(d, "unreadable"), doc_u64(d, "lost"));
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
	struct job_asker asker = { .client = &client };
	struct doc *started = NULL, *d = NULL;
	enum weigh_code rc;

	rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = client_doc(&client, "/-/v1/rebuild", "{}", "weigh.job/1",
		    &started, err);
	if (rc == WEIGH_OK)
		rc = job_wait(&asker, started, c->out, "rebuild", &d, err);
	if (rc == WEIGH_OK)
		rc = doc_schema(d, "weigh.rebuild/1", err);
	if (rc == WEIGH_OK)
		rc = conclude(c, d, err);
	doc_free(d);
	doc_free(started);
	client_close(&client);
	return rc;
}
