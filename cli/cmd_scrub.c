/* weigh scrub: every byte read back from the disk: how that is doing, or now. */
#include <string.h>
#include <time.h>

#include "cmds.h"
#include "job.h"
#include "since.h"
#include "text.h"

static const struct out_column fields[] = {
	{ "state", "state", OUT_TEXT, false },
	{ "a second", "rate", OUT_SIZE, false },
	{ "read in this round", "done", OUT_SIZE, false },
	{ "of", "total", OUT_SIZE, false },
	{ "round began", "round_began", OUT_TEXT, false },
	{ "round ended", "round_ended", OUT_TEXT, false },
	{ "unread for", "oldest_seconds", OUT_SECONDS, false },
	{ "overdue", "overdue", OUT_YES_NO, false },
	{ "catalog read", "catalog_read", OUT_TEXT, false },
	{ "journal read", "journal_read", OUT_TEXT, false },
};

static const struct out_column columns[] = {
	{ "KIND", "kind", OUT_TEXT, false },
	{ "NAME", "name", OUT_TEXT, false },
	{ "PROBLEM", "problem", OUT_TEXT, false },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- what was found ------------------------------------------------------------- */

static const struct out_column user_columns[] = {
	{ "USED BY", "name", OUT_TEXT, false },
	{ "REVISION", "revision", OUT_REVISION, false },
	{ "PATH", "path", OUT_TEXT, false },
};

/* For people: each with who uses it. */
static enum weigh_code
print_findings(const struct call *c, const struct doc *findings,
    struct weigh_err *err)
{
	const struct doc *f, *users;
	enum weigh_code rc = WEIGH_OK;

	for (f = findings->first; f != NULL && rc == WEIGH_OK; f = f->next) {
		users = doc_get(f, "users");
		out_line("%s", "");
		rc = out_fields(c->out, columns, COUNT(columns), f, err);
		if (rc == WEIGH_OK && users != NULL && doc_count(users) > 0)
			rc = out_table(c->out, user_columns,
			    COUNT(user_columns), users, err);
	}
	return rc;
}

static enum weigh_code
look(const struct call *c, struct client *client, struct weigh_err *err)
{
	const struct doc *findings;
	struct doc *d = NULL;
	enum weigh_code rc;

	rc = call_pages(client, "/-/v1/scrub", "weigh.scrub/1", "findings", &d,
	    err);
	if (rc == WEIGH_OK)
		rc = call_print(c, d, fields, COUNT(fields), err);
	findings = doc_get(d, "findings");
	if (rc == WEIGH_OK && findings != NULL && c->out->format == OUT_HUMAN)
		rc = print_findings(c, findings, err);
	doc_free(d);
	return rc;
}

/* --- now -------------------------------------------------------------------------- */

static enum weigh_code
write_since(const struct call *c, struct weigh_jw *w, struct weigh_err *err)
{
	const char *text = opts_value(c->opts, OPT_SINCE, "");
	int64_t since;

	if (!since_parse(text, time(NULL), &since)) {
		weigh_fail(err, WEIGH_USAGE,
		    "'%.40s' is neither a date in the past nor a duration",
		    text);
		weigh_fix(err,
		    "say it like 2026-11-20, 2026-11-20T08:30:00Z, 12h or 3d");
		return WEIGH_USAGE;
	}
	weigh_jw_ku64(w, "since", (uint64_t)since);
	return WEIGH_OK;
}

static enum weigh_code
write_request(const struct call *c, struct weigh_buf *out,
    struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT];
	struct weigh_ref ref;
	struct weigh_jw w;
	enum weigh_code rc = WEIGH_OK;

	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	if (opts_has(c->opts, OPT_ALL)) {
		weigh_jw_kbool(&w, "all", true);
	} else if (c->nargs == 0) {
		rc = write_since(c, &w, err);
	} else if ((rc = call_ref(&ref, c->args[0], err)) == WEIGH_OK) {
		weigh_repo_text(&ref.repo, name);
		weigh_jw_kstr(&w, "name", name);
		if (ref.rev[0] != '\0')
			weigh_jw_kstr(&w, "revision", ref.rev);
	}
	weigh_jw_object_end(&w);
	return rc;
}

/* Print what was read; WEIGH_MISMATCH if something of it is bad. */
static enum weigh_code
conclude(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	const struct doc *findings = doc_get(d, "findings");
	char size[TEXT_SIZE], blobs[TEXT_COUNT];
	enum weigh_code rc = WEIGH_OK;

	if (findings == NULL)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the answer does not say what was found");
	text_size(doc_u64(d, "bytes"), size);
	text_count(doc_u64(d, "blobs"), "blob", blobs);
	if (c->out->format != OUT_HUMAN)
		rc = call_print_list(c, d, "findings", columns, COUNT(columns),
		    err);
	else if (doc_count(findings) > 0)
		rc = print_findings(c, findings, err);
	else
		out_line("%s, %s read back, every byte matches its SHA-256",
		    blobs, size);
	if (rc != WEIGH_OK || doc_count(findings) == 0)
		return rc;
	weigh_fail(err, WEIGH_MISMATCH,
	    "%zu of what was read %s not what it should be (first: %.80s %s)",
	    doc_count(findings), doc_count(findings) == 1 ? "is" : "are",
	    doc_str(findings->first, "name"),
	    doc_str(findings->first, "problem"));
	weigh_what(err, "scrub found something");
	weigh_fix(err,
	    "it is not served any more; add the model again to mend it");
	return WEIGH_MISMATCH;
}

static enum weigh_code
read_now(const struct call *c, struct client *client, struct weigh_err *err)
{
	struct doc *d = NULL;
	struct weigh_buf b;
	enum weigh_code rc;

	weigh_buf_init(&b, 4096);
	rc = write_request(c, &b, err);
	if (rc == WEIGH_OK)
		rc = job_run(client, "/-/v1/scrub", &b, c->out,
		    c->nargs > 0 ? c->args[0] : "scrub", "weigh.scrub/1", &d,
		    err);
	if (rc == WEIGH_OK)
		rc = conclude(c, d, err);
	doc_free(d);
	weigh_buf_free(&b);
	return rc;
}

enum weigh_code
cmd_scrub(const struct call *c, struct weigh_err *err)
{
	struct client client = { 0 };
	size_t said = c->nargs + opts_has(c->opts, OPT_ALL) +
	    opts_has(c->opts, OPT_SINCE);
	enum weigh_code rc;

	if (said > 1) {
		weigh_fail(err, WEIGH_USAGE,
		    "more than one of NAME, --all and --since was given");
		weigh_fix(err,
		    "weigh scrub NAME[@REV], weigh scrub --all, or weigh "
		    "scrub --since 3d");
		return WEIGH_USAGE;
	}
	rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = said > 0 ? read_now(c, &client, err) :
				look(c, &client, err);
	client_close(&client);
	if (rc != WEIGH_OK && c->nargs == 0 && call_needs_what(err))
		weigh_what(err,
		    said > 0 ? "cannot read back what is held" :
			       "cannot show how scrub is doing");
	return rc;
}
