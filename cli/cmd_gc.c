/* weigh gc: take away what no revision names. */
#include <inttypes.h>
#include <string.h>

#include "cmds.h"
#include "consent.h"
#include "job.h"
#include "text.h"

#define OLDER_MAX 36500 /* days */

static const struct out_column columns[] = {
	{ "WHAT", "kind", OUT_TEXT, false },
	{ "NAME", "name", OUT_TEXT, false },
	{ "COUNT", "count", OUT_NUMBER, false },
	{ "SIZE", "bytes", OUT_SIZE, false },
	{ "FATE", "fate", OUT_TEXT, false },
	{ "WHY", "why", OUT_TEXT, true },
};

/* --- what is asked for ------------------------------------------------------ */

static enum weigh_code
write_request(const struct call *c, struct weigh_buf *out,
    struct weigh_err *err)
{
	bool given = opts_value(c->opts, OPT_OLDER, NULL) != NULL;
	unsigned older;
	struct weigh_jw w;
	enum weigh_code rc;

	rc = opts_number(c->opts, OPT_OLDER, 0, OLDER_MAX, 0, &older, err);
	if (rc != WEIGH_OK)
		return rc;
	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	weigh_jw_kbool(&w, "dry_run", opts_has(c->opts, OPT_DRY_RUN));
	weigh_jw_kbool(&w, "quarantine", opts_has(c->opts, OPT_QUARANTINE));
	if (given)
		weigh_jw_ku64(&w, "older", older);
	weigh_jw_object_end(&w);
	return out->failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			     WEIGH_OK;
}

/* Evidence is the one thing that somebody might still want. */
static enum weigh_code
may_discard(const struct call *c, struct weigh_err *err)
{
	if (!opts_has(c->opts, OPT_QUARANTINE) ||
	    opts_has(c->opts, OPT_DRY_RUN))
		return WEIGH_OK;
	return consent(c,
	    "Remove the bytes that were found bad and lie in quarantine?", err);
}

/* --- what came of it ----------------------------------------------------------- */

static void
print_summary(const struct doc *d)
{
	bool dry = doc_bool(d, "dry_run");
	char freed[TEXT_SIZE], evidence[TEXT_SIZE];

	text_size(doc_u64(d, "freed"), freed);
	text_size(doc_u64(d, "evidence_bytes"), evidence);
	out_line("%s %" PRIu64 " blobs, %" PRIu64 " lists, %" PRIu64
		 " rows, %" PRIu64 " git objects: %s",
	    dry ? "would take" : "took", doc_u64(d, "blobs"),
	    doc_u64(d, "lists"), doc_u64(d, "rows"), doc_u64(d, "objects"),
	    freed);
	if (doc_u64(d, "discarded") > 0)
		out_line("%" PRIu64 " things %s quarantine",
		    doc_u64(d, "discarded"),
		    dry ? "would be removed from" : "removed from");
	if (doc_u64(d, "evidence") > 0)
		out_line("%" PRIu64 " things stay in quarantine: %s",
		    doc_u64(d, "evidence"), evidence);
}

static enum weigh_code
conclude(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	if (c->out->format != OUT_HUMAN || doc_count(doc_get(d, "items")) > 0)
		rc = call_print_list(c, d, "items", columns,
		    sizeof(columns) / sizeof(columns[0]), err);
	if (rc == WEIGH_OK && c->out->format == OUT_HUMAN)
		print_summary(d);
	if (doc_u64(d, "unlisted") > 0)
		out_say(c->out, "%" PRIu64 " more are not listed",
		    doc_u64(d, "unlisted"));
	if (rc != WEIGH_OK || doc_u64(d, "repositories") == 0)
		return rc;
	weigh_fail(err, WEIGH_PARTLY, "%" PRIu64 " repositories need a look%s",
	    doc_u64(d, "repositories"),
	    doc_bool(d, "unsure") ?
		"; until then no blob is taken, for it might be theirs" :
		"");
	weigh_what(err, "not everything could be looked at");
	weigh_fix(err, "mend what is listed, then run weigh rebuild");
	return WEIGH_PARTLY;
}

enum weigh_code
cmd_gc(const struct call *c, struct weigh_err *err)
{
	struct client client = { 0 };
	struct job_asker asker = { .client = &client };
	struct doc *started = NULL, *d = NULL;
	struct weigh_buf b;
	enum weigh_code rc;

	weigh_buf_init(&b, 4096);
	rc = write_request(c, &b, err);
	if (rc == WEIGH_OK)
		rc = may_discard(c, err);
	if (rc == WEIGH_OK)
		rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = client_doc(&client, "/-/v1/gc", b.data, "weigh.job/1",
		    &started, err);
	if (rc == WEIGH_OK)
		rc = job_wait(&asker, started, c->out, "gc", &d, err);
	if (rc == WEIGH_OK)
		rc = doc_schema(d, "weigh.gc/1", err);
	if (rc == WEIGH_OK)
		rc = conclude(c, d, err);
	doc_free(d);
	doc_free(started);
	weigh_buf_free(&b);
	client_close(&client);
	return rc;
}
