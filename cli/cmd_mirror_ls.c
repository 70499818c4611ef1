/* weigh mirror ls: what comes from elsewhere, and what is on its way. */
#include <stdio.h>
#include <string.h>

#include "cmds.h"
#include "text.h"

/* Behind the first ones people see those that say something about any row. */
static const struct out_column columns[] = {
	{ "NAME", "name", OUT_TEXT, false },
	{ "STATE", "state", OUT_TEXT, false },
	{ "JOB", "job", OUT_NUMBER, false },
	{ "DONE", "done_bytes", OUT_SIZE, false },
	{ "TOTAL", "bytes", OUT_SIZE, false },
	{ "FOLLOWED", "follow", OUT_YES_NO, false },
	{ "UPSTREAM", "upstream", OUT_TEXT, false },
	{ "LOOKED AT", "looked", OUT_TEXT, true },
	{ "FROM", "source", OUT_TEXT, true },
	{ "WHY", "why", OUT_TEXT, true },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))
#define COLUMNS_ALWAYS 2

/* --- rows: one for each repository --------------------------------------- */

static struct doc *
find(struct doc *list, const char *name)
{
	struct doc *row = list != NULL ? list->first : NULL;

	while (row != NULL && strcmp(doc_str(row, "name"), name) != 0)
		row = row->next;
	return row;
}

static struct doc *
add_row(struct doc *list, const char *name)
{
	struct doc **tail = &list->first;

	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = doc_new(WEIGH_JSON_OBJECT, "");
	return *tail != NULL && doc_put_str(*tail, "name", name) ? *tail : NULL;
}

/* The newest job of a repository says how it stands, unless that is done; where it is
 * from says its mirror `m` (NULL: none yet), for an order may have tried elsewhere. */
static bool
put_job(struct doc *row, const struct doc *job, const struct doc *m)
{
	const char *why = doc_str(doc_get(job, "error"), "why");
	const char *tried = doc_str(job, "source");
	const char *source = m != NULL ? doc_str(m, "source") : tried;
	char text[1200];

	if (why[0] != '\0' && strcmp(source, tried) != 0)
		snprintf(text, sizeof(text), "from %.400s: %.700s", tried, why);
	else
		snprintf(text, sizeof(text), "%.700s", why);
	return doc_put_str(row, "state", doc_str(job, "state")) &&
	    doc_put_u64(row, "job", doc_u64(job, "id")) &&
	    doc_put_u64(row, "done_bytes", doc_u64(job, "done_bytes")) &&
	    doc_put_u64(row, "bytes", doc_u64(job, "bytes")) &&
	    doc_put_str(row, "source", source) && doc_put_str(row, "why", text);
}

static bool
put_mirror(struct doc *row, const struct doc *m)
{
	char looked[TEXT_WHEN] = "not yet";

	if (doc_u64(m, "checked") != 0)
		text_when((int64_t)doc_u64(m, "checked"), looked);
	if (doc_get(row, "source") == NULL &&
	    !(doc_put_str(row, "state",
		  doc_bool(m, "through") ? "pulled through" : "held") &&
		doc_put_str(row, "source", doc_str(m, "source")) &&
		doc_put_str(row, "why", doc_str(m, "error"))))
		return false;
	return doc_put_bool(row, "follow", doc_bool(m, "follow")) &&
	    doc_put_str(row, "upstream",
		doc_u64(m, "checked") != 0 ? doc_str(m, "upstream") : "") &&
	    doc_put_str(row, "looked", looked);
}

/* The newest job of each repository, unless it ended as it should: then its mirror
 * says how it stands, and older failures are history.  Jobs are told newest first. */
static bool
fill_jobs(struct doc *rows, struct doc *ended, const struct doc *jobs,
    struct doc *mirrors)
{
	const struct doc *j = jobs != NULL ? jobs->first : NULL;

	for (; j != NULL; j = j->next) {
		const char *state = doc_str(j, "state");
		const char *name = doc_str(j, "name");
		bool over = strcmp(state, "done") == 0 ||
		    strcmp(state, "canceled") == 0;
		struct doc *row;

		if (find(rows, name) != NULL || find(ended, name) != NULL)
			continue;
		row = add_row(over ? ended : rows, name);
		if (row == NULL ||
		    (!over && !put_job(row, j, find(mirrors, name))))
			return false;
	}
	return true;
}

static bool
fill_mirrors(struct doc *rows, const struct doc *mirrors)
{
	const struct doc *m = mirrors != NULL ? mirrors->first : NULL;

	for (; m != NULL; m = m->next) {
		struct doc *row = find(rows, doc_str(m, "name"));

		if (row == NULL)
			row = add_row(rows, doc_str(m, "name"));
		if (row == NULL || !put_mirror(row, m))
			return false;
	}
	return true;
}

/* --- the verb ------------------------------------------------------------ */

/* Jobs are for who may publish; others see what is mirrored without them. */
static enum weigh_code
ask(struct client *client, struct doc **out, struct weigh_err *err)
{
	struct doc *jobs = NULL, *list = NULL;
	enum weigh_code rc;

	rc = call_pages(client, "/-/v1/mirror", "weigh.mirror-ls/1", "mirrors",
	    out, err);
	if (rc != WEIGH_OK)
		return rc;
	rc = call_pages(client, "/-/v1/mirror/jobs", "weigh.mirror-jobs/1",
	    "jobs", &jobs, err);
	if (rc == WEIGH_UNAUTHORIZED || rc == WEIGH_FORBIDDEN) {
		weigh_err_clear(err);
		return WEIGH_OK;
	}
	if (rc == WEIGH_OK) {
		list = doc_new(WEIGH_JSON_ARRAY, "jobs");
		if (list == NULL || !doc_put(*out, list)) {
			doc_free(list);
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		} else if (doc_get(jobs, "jobs") != NULL) {
			doc_move(list, doc_get(jobs, "jobs"));
		}
	}
	doc_free(jobs);
	return rc;
}

static bool
says_something(const struct doc *rows, const char *key)
{
	const struct doc *row = rows->first, *member;

	for (; row != NULL; row = row->next) {
		member = doc_get(row, key);
		if (member != NULL &&
		    (member->type != WEIGH_JSON_STRING || member->len > 0))
			return true;
	}
	return false;
}

static enum weigh_code
print_rows(const struct call *c, const struct doc *rows, struct weigh_err *err)
{
	struct out_column chosen[COLUMNS];
	bool all = c->out->format != OUT_HUMAN;
	size_t n = 0;

	for (size_t i = 0; i < COLUMNS; i++)
		if (all || i < COLUMNS_ALWAYS ||
		    says_something(rows, columns[i].key))
			chosen[n++] = columns[i];
	return out_table(c->out, chosen, n, rows, err);
}

static enum weigh_code
print(const struct call *c, struct doc *d, struct weigh_err *err)
{
	struct doc *rows = doc_new(WEIGH_JSON_ARRAY, "repositories");
	struct doc *ended = doc_new(WEIGH_JSON_ARRAY, "ended");
	enum weigh_code rc;

	if (rows == NULL || ended == NULL ||
	    !fill_jobs(rows, ended, doc_get(d, "jobs"),
		doc_get(d, "mirrors")) ||
	    !fill_mirrors(rows, doc_get(d, "mirrors")))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else
		rc = print_rows(c, rows, err);
	if (rc == WEIGH_OK && doc_count(rows) == 0)
		out_say(c->out,
		    "nothing comes from elsewhere yet\n"
		    "next: weigh mirror ORG/NAME --dry-run");
	doc_free(ended);
	doc_free(rows);
	return rc;
}

enum weigh_code
cmd_mirror_ls(const struct call *c, struct weigh_err *err)
{
	struct client client;
	struct doc *d = NULL;
	enum weigh_code rc = call_client(c, &client, err);

	if (rc == WEIGH_OK)
		rc = ask(&client, &d, err);
	if (rc == WEIGH_OK)
		rc = c->out->format == OUT_JSON ? out_document(c->out, d, err) :
						  print(c, d, err);
	doc_free(d);
	client_close(&client);
	return rc;
}
