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
	return WEIGH_OK;
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

/* "took 2 blobs, 1 list, 0 rows, 10 git objects" and what became of quarantine;
 * last, the room that all of it makes. */
static void
print_summary(const struct doc *d)
{
	static const char *const things[][2] = {
		{ "blobs", "blob" },
		{ "lists", "list" },
		{ "rows", "row" },
		{ "objects", "git object" },
	};
	bool dry = doc_bool(d, "dry_run");
	char n[4][TEXT_COUNT], bytes[TEXT_SIZE];

	for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++)
		text_count(doc_u64(d, things[i][0]), things[i][1], n[i]);
	out_line("%s %s, %s, %s, %s", dry ? "would take" : "took", n[0], n[1],
	    n[2], n[3]);
	text_count(doc_u64(d, "discarded"), "bad blob", n[0]);
	if (doc_u64(d, "discarded") > 0)
		out_line("%s %s out of quarantine", dry ? "would take" : "took",
		    n[0]);
	text_count(doc_u64(d, "evidence"), "bad blob", n[0]);
	text_size(doc_u64(d, "evidence_bytes"), bytes);
	if (doc_u64(d, "evidence") > 0)
		out_line("%s in quarantine, left there: %s", n[0], bytes);
	text_count(doc_u64(d, "cached"), "blob", n[0]);
	if (doc_u64(d, "cached") > 0)
		out_line("%s %s out of the cache", dry ? "would take" : "took",
		    n[0]);
	text_count(doc_u64(d, "parts"), "part", n[0]);
	if (doc_u64(d, "parts") > 0)
		out_line("%s %s of files that nobody brings any more",
		    dry ? "would take" : "took", n[0]);
	text_size(doc_u64(d, "freed"), bytes);
	out_line("%s %s", bytes, dry ? "would be freed" : "freed");
}

static enum weigh_code
conclude(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	char repos[TEXT_COUNT];
	enum weigh_code rc;

	rc = call_print_items(c, d, columns,
	    sizeof(columns) / sizeof(columns[0]), print_summary, err);
	if (rc != WEIGH_OK || doc_u64(d, "repositories") == 0)
		return rc;
	text_count(doc_u64(d, "repositories"), "repository", repos);
	weigh_fail(err, WEIGH_PARTLY,
	    "%s unreadable, or not wholly in the catalog%s", repos,
	    doc_bool(d, "unsure") ?
		"; until that is mended no blob is taken, for it might be "
		"theirs" :
		"");
	weigh_what(err, "not everything could be looked at");
	weigh_fix(err, "mend what is listed, then run weigh rebuild");
	return WEIGH_PARTLY;
}

enum weigh_code
cmd_gc(const struct call *c, struct weigh_err *err)
{
	struct client client = { 0 };
	struct doc *d = NULL;
	struct weigh_buf b;
	enum weigh_code rc;

	weigh_buf_init(&b, 4096);
	rc = write_request(c, &b, err);
	if (rc == WEIGH_OK)
		rc = may_discard(c, err);
	if (rc == WEIGH_OK)
		rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = job_run(&client, "/-/v1/gc", &b, c->out, "gc",
		    "weigh.gc/1", &d, err);
	if (rc == WEIGH_OK)
		rc = conclude(c, d, err);
	doc_free(d);
	weigh_buf_free(&b);
	client_close(&client);
	return rc;
}
