/* consent: the Hub's routes about what is gated: ask, and say who is let in. */
#include <stdio.h>
#include <string.h>

#include <weigh/hub.h>
#include <weigh/publish.h>

#include "catalog/consents.h"
#include "gate/consent.h"
#include "log/log.h"
#include "publish.h"
#include "trust/access.h"

/* What a request is about: held, gated by terms. */
struct gated {
	struct weigh_repo repo;
	enum weigh_visibility visibility;
};

static bool
find_gated(struct ask *ask, struct catalog_reader *reader, struct gated *g)
{
	struct http_reply *r = &ask->task.reply;
	enum weigh_code rc;

	rc = catalog_visibility(reader, &ask->match.repo, &g->repo,
	    &g->visibility, &r->err);
	if (rc != WEIGH_OK) {
		ask_lacks(ask, rc, WEIGH_HUB_NO_REPO);
		return false;
	}
	if (weigh_visibility_asks(g->visibility))
		return true;
	ask_fail(ask,
	    weigh_fail(&r->err, WEIGH_USAGE,
		"'%s' has no terms that are to be accepted", g->repo.name),
	    NULL);
	return false;
}

static bool
say(struct ask *ask, const struct gated *g, struct gate_saying *said)
{
	struct http_reply *r = &ask->task.reply;
	const struct weigh_who *who = &ask->who;
	char by[WEIGH_WHO_ID + WEIGH_WHO_NAME + 32];
	enum weigh_code rc;

	if (who->local)
		snprintf(by, sizeof(by), "by %s", http_peer(ask->task.x));
	else
		snprintf(by, sizeof(by), "by token %s (%s)", who->id,
		    who->name);
	said->repo = g->repo;
	said->origin = by;
	rc = gate_say_consent(ask->serve->parts.gate, said, &r->err);
	if (rc != WEIGH_OK) {
		ask_fail(ask, rc, NULL);
		return false;
	}
	if (said->changed)
		log_event(LOG_INFO_LEVEL, "consent", "act",
		    weigh_consent_act_name(said->act), "repo", g->repo.name,
		    "token", said->token, "by", by, NULL);
	return true;
}

/* --- asking for access -------------------------------------------------------------- */

/* What is sent along (the fields of a form) is not kept. */
void
serve_ask_access(struct ask *ask, struct catalog_reader *reader)
{
	struct gate_saying said = {
		.act = WEIGH_CONSENT_ACCEPT, .token = ask->who.id, .why = ""
	};
	struct gated g;
	struct weigh_jw w;
	bool waits;

	if (ask->who.role == WEIGH_ROLE_NOBODY || ask->who.local) {
		ask_refuse(ask, WEIGH_HUB_GATED_TOKEN);
		return;
	}
	if (!find_gated(ask, reader, &g))
		return;
	if (!weigh_who_covers(&ask->who, &g.repo)) {
		ask_refuse(ask, WEIGH_HUB_GATED);
		return;
	}
	if (!say(ask, &g, &said))
		return;
	waits = weigh_consent_standing(&said.now, g.visibility,
		    &said.now.terms) == WEIGH_STANDING_WAITING;
	weigh_jw_init(&w, &ask->task.reply.body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "status", waits ? "pending" : "accepted");
	weigh_jw_object_end(&w);
}

/* --- who asked ---------------------------------------------------------------------- */

/* The Hub's word for where somebody stands. */
static const char *
status_of(const struct weigh_consent *c, enum weigh_visibility v)
{
	if (c->ruling == WEIGH_ANSWER_REFUSED)
		return "rejected";
	if (c->ruling == WEIGH_ANSWER_GRANTED)
		return "accepted";
	return v == WEIGH_GATED_MANUAL || !c->accepted ? "pending" : "accepted";
}

struct requests {
	struct ask *ask;
	enum weigh_visibility visibility;
	struct weigh_jw w;
};

static void
write_request(void *ctx, const struct catalog_consent *c)
{
	struct requests *l = ctx;
	const char *status = status_of(&c->now, l->visibility);
	struct weigh_who who;
	const char *user;

	if (strcmp(status, l->ask->match.word) != 0)
		return;
	if (!c->now.accepted && c->now.ruling == WEIGH_ANSWER_NONE)
		return; /* a word about them was taken back */
	user = tokens_named(l->ask->serve->parts.tokens, c->token, &who) ?
	    who.name :
	    c->token;
	weigh_jw_object(&l->w);
	weigh_jw_kstr(&l->w, "requestId", c->token);
	weigh_jw_key(&l->w, "user");
	weigh_jw_object(&l->w);
	weigh_jw_kstr(&l->w, "user", user);
	weigh_jw_kstr(&l->w, "fullname", user);
	weigh_jw_kstr(&l->w, "type", "user");
	weigh_jw_object_end(&l->w);
	weigh_jw_kstr(&l->w, "status", status);
	weigh_hub_kdate(&l->w, "timestamp", c->time);
	weigh_jw_key(&l->w, "fields");
	weigh_jw_object(&l->w);
	weigh_jw_object_end(&l->w);
	weigh_jw_object_end(&l->w);
}

/* GET …/user-access-request/pending, accepted, rejected: all on one page. */
void
serve_access_requests(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct requests l = { .ask = ask };
	struct gated g;
	enum weigh_code rc;

	if (!find_gated(ask, reader, &g))
		return;
	l.visibility = g.visibility;
	weigh_jw_init(&l.w, &r->body);
	weigh_jw_array(&l.w);
	rc = catalog_consents(reader, &g.repo, write_request, &l, &r->err);
	weigh_jw_array_end(&l.w);
	if (rc != WEIGH_OK)
		ask_fail(ask, rc, NULL);
}

/* --- letting in --------------------------------------------------------------------- */

static void
rule(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_access_request *request, enum weigh_consent_act act)
{
	struct http_reply *r = &ask->task.reply;
	struct gate_saying said = { .act = act, .why = request->reason };
	struct weigh_who who;
	struct gated g;

	if (!find_gated(ask, reader, &g))
		return;
	if (!tokens_named(ask->serve->parts.tokens, request->user, &who)) {
		ask_fail(ask,
		    weigh_fail(&r->err, WEIGH_NOT_FOUND,
			"there is no token '%s'", request->user),
		    NULL);
		return;
	}
	said.token = who.id;
	if (!say(ask, &g, &said))
		return;
	if (!said.changed) {
		ask_fail(ask,
		    weigh_fail(&r->err, WEIGH_NOT_FOUND,
			"'%s' stands so with '%s' already", request->user,
			g.repo.name),
		    NULL);
		return;
	}
	publish_done(ask);
}

static bool
read_request(struct ask *ask, struct weigh_access_request *request)
{
	struct http_reply *r = &ask->task.reply;
	enum weigh_code rc;

	rc = weigh_access_request_parse(request, ask->body.data, ask->body.len,
	    &r->err);
	if (rc != WEIGH_OK)
		ask_fail(ask, rc, NULL);
	return rc == WEIGH_OK;
}

void
serve_access_handle(struct ask *ask, struct catalog_reader *reader)
{
	struct weigh_access_request request;

	if (!read_request(ask, &request))
		return;
	if (!request.has_act) {
		ask_fail(ask,
		    weigh_fail(&ask->task.reply.err, WEIGH_USAGE,
			"a request becomes accepted, rejected or pending"),
		    NULL);
		return;
	}
	rule(ask, reader, &request, request.act);
}

void
serve_access_grant(struct ask *ask, struct catalog_reader *reader)
{
	struct weigh_access_request request;

	if (read_request(ask, &request))
		rule(ask, reader, &request, WEIGH_CONSENT_GRANT);
}
