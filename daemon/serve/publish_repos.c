/* publish_repos: repositories as such: create, delete, move, settings. */
#include "publish.h"

/* --- create ------------------------------------------------------------------------ */

static void
key_url(struct ask *ask, struct weigh_jw *w, const struct weigh_repo *repo)
{
	struct weigh_buf url;

	weigh_buf_init(&url, 16 << 10);
	publish_url(ask, repo, &url);
	weigh_jw_key(w, "url");
	weigh_jw_text(w, url.data, url.len);
	weigh_buf_free(&url);
}

/* The same members when it was there before: clients that said exist_ok read the
 * URL from the 409. */
static void
answer_repo(struct ask *ask, const struct weigh_repo *repo, const char *error)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_jw w;

	weigh_jw_init(&w, &r->body);
	weigh_jw_object(&w);
	if (error != NULL)
		weigh_jw_kstr(&w, "error", error);
	key_url(ask, &w, repo);
	weigh_jw_kstr(&w, "name", repo->name);
	weigh_jw_kstr(&w, "id", repo->name);
	weigh_jw_object_end(&w);
	r->status = 200;
}

static void
answer_exists(struct ask *ask, const struct weigh_repo *repo)
{
	static const char error[] = "You already created this repository";

	http_reply_field(&ask->task.reply, "X-Error-Message", "%s", error);
	answer_repo(ask, repo, error);
	ask->task.reply.status = 409;
}

void
serve_create(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_repo_request request = { 0 };
	struct gate_creation c = { 0 };
	struct publisher p;
	enum weigh_code rc;

	rc = weigh_repo_request_parse(&request, publish_home(&ask->who),
	    ask->body.data, ask->body.len, &r->err);
	if (rc == WEIGH_OK && request.files > 0)
		rc = weigh_fail(&r->err, WEIGH_USAGE,
		    "files of a new repository come with its first commit");
	if (rc != WEIGH_OK) {
		ask_fail(ask, rc, NULL);
		return;
	}
	if (!ask_may_repo(ask, reader, WEIGH_RIGHT_PUBLISH, &request.repo))
		return;
	publisher_fill(&p, ask);
	c.repo = request.repo;
	c.visibility = request.visibility;
	c.who = &p.who;
	rc = gate_create(ask->serve->parts.gate, reader, &c, &r->err);
	if (rc == WEIGH_OK)
		answer_repo(ask, &c.repo, NULL);
	else if (rc == WEIGH_EXISTS)
		answer_exists(ask, &request.repo);
	else
		ask_fail(ask, rc, NULL);
}

/* --- delete, move, settings ------------------------------------------------------------ */

void
serve_delete(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_repo_request request = { 0 };
	struct publisher p;
	enum weigh_code rc;

	rc = weigh_repo_request_parse(&request, publish_home(&ask->who),
	    ask->body.data, ask->body.len, &r->err);
	if (rc != WEIGH_OK) {
		ask_fail(ask, rc, NULL);
		return;
	}
	if (!ask_may_repo(ask, reader, WEIGH_RIGHT_PUBLISH, &request.repo))
		return;
	publisher_fill(&p, ask);
	rc = gate_delete_repo(ask->serve->parts.gate, reader, &request.repo,
	    &p.who, &r->err);
	if (rc == WEIGH_OK)
		publish_done(ask);
	else
		publish_fail(ask, rc, GATE_MISSING_REPO);
}

void
serve_move(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_move_request request = { 0 };
	struct publisher p;
	enum weigh_code rc;

	rc = weigh_move_request_parse(&request, ask->body.data, ask->body.len,
	    &r->err);
	if (rc != WEIGH_OK) {
		ask_fail(ask, rc, NULL);
		return;
	}
	if (!ask_may_repo(ask, reader, WEIGH_RIGHT_PUBLISH, &request.from) ||
	    !ask_may_repo(ask, reader, WEIGH_RIGHT_PUBLISH, &request.to))
		return;
	publisher_fill(&p, ask);
	rc = gate_move_repo(ask->serve->parts.gate, reader, &request.from,
	    &request.to, &p.who, &r->err);
	if (rc == WEIGH_OK)
		answer_repo(ask, &request.to, NULL);
	else
		publish_fail(ask, rc, GATE_MISSING_REPO);
}

static void
answer_settings(struct ask *ask, enum weigh_visibility v)
{
	struct weigh_jw w;

	weigh_jw_init(&w, &ask->task.reply.body);
	weigh_jw_object(&w);
	weigh_jw_kbool(&w, "private", v == WEIGH_PRIVATE);
	weigh_jw_kstr(&w, "visibility",
	    v == WEIGH_PRIVATE ? "private" : "public");
	weigh_jw_key(&w, "gated");
	if (weigh_visibility_gated(v))
		weigh_jw_str(&w, v == WEIGH_GATED_AUTO ? "auto" : "manual");
	else
		weigh_jw_bool(&w, false);
	weigh_jw_object_end(&w);
	ask->task.reply.status = 200;
}

void
serve_settings(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_settings_request request = { 0 };
	enum weigh_visibility now, then;
	struct weigh_repo held;
	struct publisher p;
	enum weigh_code rc;

	if (!publish_repo(ask, reader))
		return;
	rc = weigh_settings_request_parse(&request, ask->body.data,
	    ask->body.len, &r->err);
	if (rc == WEIGH_OK)
		rc = catalog_visibility(reader, &ask->match.repo, &held, &now,
		    &r->err);
	if (rc != WEIGH_OK) {
		publish_fail(ask, rc, GATE_MISSING_REPO);
		return;
	}
	then = weigh_settings_apply(&request, now);
	publisher_fill(&p, ask);
	if (then != now)
		rc = gate_set_visibility(ask->serve->parts.gate, reader, &held,
		    then, &p.who, &r->err);
	if (rc == WEIGH_OK)
		answer_settings(ask, then);
	else
		publish_fail(ask, rc, GATE_MISSING_REPO);
}
