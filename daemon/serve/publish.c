/* publish: what the files of publishing share; and a card before it is published. */
#include <stdio.h>
#include <string.h>

#include <weigh/card.h>

#include "publish.h"
#include "trust/access.h"

#define CARD_BODY (2u << 20) /* of validate-yaml: the whole README.md */
#define NOTES 50             /* errors and warnings of one card */

const struct route_body serve_small_body = { .max = WEIGH_PUBLISH_BODY };
const struct route_body serve_card_body = { .max = CARD_BODY };

/* --- shared ----------------------------------------------------------------------- */

/* Content is copied, or named again, only by who could have read it. */
static bool
may_read(void *ctx, struct catalog_reader *reader,
    const struct weigh_repo *repo, enum weigh_visibility visibility)
{
	const struct ask *ask = ctx;

	return access_reads(ask->serve->parts.tokens, reader, &ask->who, repo,
	    visibility);
}

void
publisher_fill(struct publisher *p, struct ask *ask)
{
	const struct weigh_who *who = &ask->who;

	p->who = (struct gate_who){
		.token = who->id,
		.origin = p->origin,
		.may_read = who->local ? NULL : may_read,
		.ctx = ask,
	};
	if (who->local) {
		snprintf(p->origin, sizeof(p->origin), "published by %s",
		    http_peer(ask->task.x));
		return;
	}
	snprintf(p->email, sizeof(p->email), "%s@token", who->id);
	snprintf(p->origin, sizeof(p->origin), "published by token %s (%s)",
	    who->id, who->name);
	p->who.author = who->name;
	p->who.email = p->email;
}

void
publish_fail(struct ask *ask, enum weigh_code rc, enum gate_missing missing)
{
	static const enum weigh_hub_case cases[] = {
		[GATE_MISSING_REPO] = WEIGH_HUB_NO_REPO,
		[GATE_MISSING_REVISION] = WEIGH_HUB_NO_REVISION,
		[GATE_MISSING_ENTRY] = WEIGH_HUB_NO_ENTRY,
	};

	if (missing == GATE_MISSING_NOTHING)
		ask_fail(ask, rc, NULL);
	else
		ask_lacks(ask, rc, cases[missing]);
}

void
publish_url(const struct ask *ask, const struct weigh_repo *repo,
    struct weigh_buf *out)
{
	char text[WEIGH_REPO_TEXT];

	weigh_repo_text(repo, text);
	http_base_url(ask->task.x, out);
	weigh_buf_addc(out, '/');
	weigh_buf_adds(out, text);
}

const char *
publish_home(const struct weigh_who *who)
{
	return weigh_part_ok(who->name, strlen(who->name)) ? who->name : "";
}

/* The one that is held, in its own spelling; or the asker's own of that name. */
static enum weigh_code
find_repo(struct ask *ask, struct catalog_reader *reader, struct weigh_err *err)
{
	struct weigh_repo *repo = &ask->match.repo, own = *repo;
	const char *home = publish_home(&ask->who);
	char text[2 * WEIGH_NAME_MAX + 2];
	enum weigh_code rc;

	rc = catalog_find_repo(reader, repo, repo, err);
	if (rc != WEIGH_NOT_FOUND || strchr(repo->name, '/') != NULL ||
	    home[0] == '\0')
		return rc;
	snprintf(text, sizeof(text), "%s/%s", home, repo->name);
	if (weigh_repo_parse(&own, repo->kind, text, strlen(text), NULL) !=
	    WEIGH_OK)
		return rc;
	*repo = own;
	return catalog_find_repo(reader, repo, repo, err);
}

bool
publish_repo(struct ask *ask, struct catalog_reader *reader)
{
	enum weigh_code rc = find_repo(ask, reader, &ask->task.reply.err);

	/* The right is asked for first: who lacks it does not learn more. */
	if ((rc == WEIGH_OK || rc == WEIGH_NOT_FOUND) &&
	    !ask_may_repo(ask, reader, WEIGH_RIGHT_PUBLISH, &ask->match.repo))
		return false;
	if (rc != WEIGH_OK)
		ask_lacks(ask, rc, WEIGH_HUB_NO_REPO);
	return rc == WEIGH_OK;
}

void
publish_done(struct ask *ask)
{
	weigh_buf_adds(&ask->task.reply.body, "{}");
	ask->task.reply.status = 200;
}

/* --- a card, before it is published -------------------------------------------------------- */

static size_t
write_notes(struct weigh_jw *w, const char *key,
    const struct weigh_card_note *notes, size_t n, bool warnings)
{
	size_t told = 0;

	weigh_jw_key(w, key);
	weigh_jw_array(w);
	for (size_t i = 0; i < n; i++) {
		if (notes[i].warning != warnings)
			continue;
		weigh_jw_object(w);
		weigh_jw_kstr(w, "message", notes[i].text);
		weigh_jw_object_end(w);
		told++;
	}
	weigh_jw_array_end(w);
	return told;
}

/* Errors are told with a 400 that has the lists all the same. */
static void
answer_card(struct ask *ask, const struct weigh_card_note *notes, size_t n)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_jw w;
	size_t errors;

	weigh_jw_init(&w, &r->body);
	weigh_jw_object(&w);
	errors = write_notes(&w, "errors", notes, n, false);
	(void)write_notes(&w, "warnings", notes, n, true);
	if (errors > 0)
		weigh_jw_kstr(&w, "error", "the card is not right");
	weigh_jw_object_end(&w);
	r->status = errors > 0 ? 400 : 200;
	if (errors > 0)
		http_reply_field(r, "X-Error-Message", "%s",
		    "the card is not right");
}

void
serve_validate(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_card_note notes[NOTES];
	struct weigh_buf card;
	enum weigh_kind kind = WEIGH_MODEL;
	enum weigh_code rc;

	(void)reader;
	weigh_buf_init(&card, CARD_BODY);
	rc = weigh_card_request_parse(&card, &kind, ask->body.data,
	    ask->body.len, &r->err);
	if (rc == WEIGH_OK)
		answer_card(ask, notes,
		    weigh_card_check(card.data != NULL ? card.data : "",
			card.len, kind, notes, NOTES));
	else
		ask_fail(ask, rc, NULL);
	weigh_buf_free(&card);
}
