/* weigh events: what happened to what is mirrored. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmds.h"
#include "since.h"
#include "text.h"

#define PATH "/-/v1/events"
#define PAGE_LIMIT "100"

static const struct out_column columns[] = {
	{ "WHEN", "when", OUT_TEXT, false },
	{ "EVENT", "kind", OUT_TEXT, false },
	{ "NAME", "name", OUT_TEXT, false },
	{ "WHAT", "what", OUT_TEXT, false },
};

/* --- from weighd, newest first ------------------------------------------- */

/* Cut the list before the first that is older; true: there was one. */
static bool
cut(struct doc *list, int64_t since)
{
	struct doc **at = list != NULL ? &list->first : NULL;

	while (at != NULL && *at != NULL &&
	    (int64_t)doc_u64(*at, "time") >= since)
		at = &(*at)->next;
	if (at == NULL || *at == NULL)
		return false;
	while (*at != NULL) {
		struct doc *old = *at;

		*at = old->next;
		doc_free(old);
	}
	return true;
}

static enum weigh_code
ask_page(struct client *client, const char *name, const char *after,
    struct doc **out, struct weigh_err *err)
{
	struct weigh_buf path;
	enum weigh_code rc;

	weigh_buf_init(&path, 4096);
	weigh_buf_adds(&path, PATH);
	call_query(&path, "limit", PAGE_LIMIT);
	if (name[0] != '\0')
		call_query(&path, "name", name);
	if (after[0] != '\0')
		call_query(&path, "after", after);
	rc = path.failed ?
	    weigh_fail(err, WEIGH_NOMEM, "out of memory") :
	    client_doc(client, path.data, NULL, "weigh.events/1", out, err);
	weigh_buf_free(&path);
	return rc;
}

/* All of them since then; without a time, the newest page. */
static enum weigh_code
ask(struct client *client, const char *name, int64_t since, struct doc **out,
    struct weigh_err *err)
{
	struct doc *page = NULL;
	char after[24] = "";
	enum weigh_code rc;
	bool over = since == 0;

	rc = ask_page(client, name, after, out, err);
	if (rc != WEIGH_OK)
		return rc;
	over = over || cut(doc_get(*out, "events"), since);
	snprintf(after, sizeof(after), "%s", doc_str(*out, "next"));
	while (rc == WEIGH_OK && !over && after[0] != '\0') {
		rc = ask_page(client, name, after, &page, err);
		if (rc != WEIGH_OK)
			break;
		over = cut(doc_get(page, "events"), since);
		snprintf(after, sizeof(after), "%s", doc_str(page, "next"));
		if (doc_get(page, "events") != NULL)
			doc_move(doc_get(*out, "events"),
			    doc_get(page, "events"));
		doc_free(page);
		page = NULL;
	}
	doc_drop(*out, "next");
	return rc;
}

/* --- printed oldest first, as things happened ---------------------------- */

static void
turn(struct doc *list)
{
	struct doc *turned = NULL, *next;

	for (struct doc *d = list->first; d != NULL; d = next) {
		next = d->next;
		d->next = turned;
		turned = d;
	}
	list->first = turned;
}

static bool
tell_times(struct doc *list)
{
	char when[TEXT_WHEN];

	for (struct doc *d = list->first; d != NULL; d = d->next) {
		text_when((int64_t)doc_u64(d, "time"), when);
		if (!doc_put_str(d, "when", when))
			return false;
	}
	return true;
}

static enum weigh_code
print(const struct call *c, struct doc *d, struct weigh_err *err)
{
	struct doc *list = doc_get(d, "events");

	if (list == NULL)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the server's answer has no events");
	turn(list);
	if (!tell_times(list))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (list->first == NULL)
		out_say(c->out, "nothing happened");
	return call_print_list(c, d, "events", columns,
	    sizeof(columns) / sizeof(columns[0]), err);
}

enum weigh_code
cmd_events(const struct call *c, struct weigh_err *err)
{
	const char *text = opts_value(c->opts, OPT_SINCE, NULL);
	char name[WEIGH_REPO_TEXT] = "";
	struct client client = { 0 };
	struct doc *d = NULL;
	struct weigh_ref ref;
	int64_t since = 0;
	enum weigh_code rc = WEIGH_OK;

	if (text != NULL && !since_parse(text, time(NULL), &since))
		rc = weigh_fail(err, WEIGH_USAGE,
		    "'%.40s' is neither a date in the past nor a duration",
		    text);
	if (rc == WEIGH_OK && c->nargs > 0)
		rc = call_ref(&ref, c->args[0], err);
	if (rc == WEIGH_OK && c->nargs > 0)
		weigh_repo_text(&ref.repo, name);
	if (rc == WEIGH_OK)
		rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = ask(&client, name, since, &d, err);
	if (rc == WEIGH_OK)
		rc = print(c, d, err);
	doc_free(d);
	client_close(&client);
	return rc;
}
