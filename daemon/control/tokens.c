/* tokens: who is known here: made, listed, taken away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include <weigh/hub.h>

#include "audit/audit.h"
#include "log/log.h"
#include "priv.h"

#define PATTERNS_SHOWN 512 /* bytes of them in a line of the journal */

/* A change under way. */
struct token_change {
	struct question question; /* first: the question is the change */
	struct weigh_who token;   /* as wished, then as it is */
	char by[96];              /* who asked for it */
	char id[WEIGH_WHO_NAME + 1];
};

/* --- what is said of a token ---------------------------------------------- */

static void
write_repos(struct weigh_jw *w, const char *repos)
{
	size_t len;

	weigh_jw_key(w, "repos");
	weigh_jw_array(w);
	for (; *repos != '\0'; repos += len + (repos[len] == ' ')) {
		len = strcspn(repos, " ");
		weigh_jw_text(w, repos, len);
	}
	weigh_jw_array_end(w);
}

static void
write_members(struct weigh_jw *w, const struct weigh_who *t)
{
	weigh_jw_kstr(w, "id", t->id);
	weigh_jw_kstr(w, "name", t->name);
	weigh_jw_kstr(w, "role", weigh_role_name(t->role));
	write_repos(w, t->repos);
	weigh_hub_kdate(w, "created", t->created);
	if (t->expires != 0)
		weigh_hub_kdate(w, "expires", t->expires);
	weigh_jw_kbool(w, "expired",
	    t->expires != 0 && t->expires <= time(NULL));
}

/* --- ls -------------------------------------------------------------------- */

struct listing {
	struct weigh_who *rows;
	size_t n;
};

static void
keep(void *ctx, const struct weigh_who *who)
{
	struct listing *l = ctx;

	if (l->n < TOKENS_MAX)
		l->rows[l->n++] = *who;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct weigh_who *)a)->name,
	    ((const struct weigh_who *)b)->name);
}

void
control_tokens(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	struct listing l = { .rows = calloc(TOKENS_MAX, sizeof(*l.rows)) };
	struct weigh_jw w;

	(void)reader;
	if (l.rows == NULL) {
		r->rc = weigh_fail(&r->err, WEIGH_NOMEM, "out of memory");
		return;
	}
	tokens_each(q->control->parts.tokens, keep, &l);
	qsort(l.rows, l.n, sizeof(*l.rows), by_name);
	weigh_jw_init(&w, &r->body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.token-ls/1");
	weigh_jw_key(&w, "tokens");
	weigh_jw_array(&w);
	for (size_t i = 0; i < l.n; i++) {
		weigh_jw_object(&w);
		write_members(&w, &l.rows[i]);
		weigh_jw_object_end(&w);
	}
	weigh_jw_array_end(&w);
	weigh_jw_object_end(&w);
	free(l.rows);
}

/* --- the journal ------------------------------------------------------------ */

struct line {
	struct audit_entry entry;
	char why[1024];
};

/* Which token, and who asked; never the token itself. */
static void
describe(struct line *line, const struct token_change *c,
    enum audit_event event)
{
	const struct weigh_who *t = &c->token;
	char until[WEIGH_HUB_DATE] = "never";

	if (t->expires != 0)
		weigh_hub_date(t->expires, until);
	snprintf(line->why, sizeof(line->why),
	    "token %s '%s' %s by %s: role %s, repositories %.*s, expires %s",
	    t->id, t->name, event == AUDIT_TOKEN_MADE ? "made" : "removed",
	    c->by, weigh_role_name(t->role), PATTERNS_SHOWN,
	    t->repos[0] != '\0' ? t->repos : "all", until);
	line->entry = (struct audit_entry){
		.event = event,
		.time = time(NULL),
		.why = line->why,
	};
	log_event(LOG_INFO_LEVEL, "token", "why", line->why, NULL);
}

static enum weigh_code
append(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	(void)catalog;
	return audit_append(audit, &((struct line *)ctx)->entry, err);
}

static enum weigh_code
journal(const struct token_change *c, enum audit_event event,
    struct weigh_err *err)
{
	struct line line;

	describe(&line, c, event);
	return gate_write(c->question.control->parts.gate, append, &line, err);
}

/* --- changes ----------------------------------------------------------------- */

/* A token nobody could read about later must not be there. */
static enum weigh_code
make(struct token_change *c, char text[WEIGH_TOKEN_MADE + 1],
    struct weigh_err *err)
{
	struct tokens *tokens = c->question.control->parts.tokens;
	enum weigh_code rc;

	rc = tokens_make(tokens, &c->token, text, err);
	if (rc != WEIGH_OK)
		return rc;
	rc = journal(c, AUDIT_TOKEN_MADE, err);
	if (rc != WEIGH_OK)
		(void)tokens_remove(tokens, c->token.id, &c->token, NULL);
	return rc;
}

static void
answer_new(struct question *q, struct catalog_reader *reader)
{
	struct token_change *c = (struct token_change *)q;
	struct http_reply *r = &q->task.reply;
	char text[WEIGH_TOKEN_MADE + 1];
	struct weigh_jw w;

	(void)reader;
	r->rc = make(c, text, &r->err);
	if (r->rc != WEIGH_OK) {
		weigh_what(&r->err, "cannot make token '%s'", c->token.name);
		return;
	}
	weigh_jw_init(&w, &r->body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.token-new/1");
	weigh_jw_kstr(&w, "token", text);
	write_members(&w, &c->token);
	weigh_jw_object_end(&w);
	OPENSSL_cleanse(text, sizeof(text));
	http_reply_field(r, "Cache-Control", "no-store");
}

static void
answer_rm(struct question *q, struct catalog_reader *reader)
{
	struct token_change *c = (struct token_change *)q;
	struct http_reply *r = &q->task.reply;
	struct weigh_jw w;

	(void)reader;
	r->rc = tokens_remove(q->control->parts.tokens, c->id, &c->token,
	    &r->err);
	if (r->rc != WEIGH_OK) {
		weigh_what(&r->err, "cannot remove token '%s'", c->id);
		return;
	}
	r->rc = journal(c, AUDIT_TOKEN_REMOVED, &r->err);
	if (r->rc != WEIGH_OK) {
		weigh_what(&r->err,
		    "token '%s' is removed, and the journal does not say so",
		    c->id);
		return;
	}
	weigh_jw_init(&w, &r->body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.token-rm/1");
	write_members(&w, &c->token);
	weigh_jw_object_end(&w);
}

/* --- requests ------------------------------------------------------------------- */

static void
say_who(const struct weigh_who *who, const struct http_exchange *x, char *out,
    size_t size)
{
	if (who->local)
		snprintf(out, size, "%s", http_peer(x));
	else
		snprintf(out, size, "token %s at %s", who->id, http_peer(x));
}

static struct token_change *
change_new(struct control *c, struct http_exchange *x)
{
	struct token_change *change = calloc(1, sizeof(*change));

	if (change == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return NULL;
	}
	change->question.control = c;
	control_who(c, x, &change->question.who);
	say_who(&change->question.who, x, change->by, sizeof(change->by));
	return change;
}

struct wish {
	char name[WEIGH_WHO_NAME + 1];
	char role[16];
	char repos[WEIGH_WHO_REPOS + 1];
	uint64_t expires;
};

static const struct weigh_json_field wish_fields[] = {
	{ "name", WEIGH_JSON_T_STRING, offsetof(struct wish, name),
	    sizeof(((struct wish *)0)->name), true },
	{ "role", WEIGH_JSON_T_STRING, offsetof(struct wish, role),
	    sizeof(((struct wish *)0)->role), true },
	{ "repos", WEIGH_JSON_T_STRING, offsetof(struct wish, repos),
	    sizeof(((struct wish *)0)->repos), false },
	{ "expires", WEIGH_JSON_T_U64, offsetof(struct wish, expires), 0,
	    false },
};

static enum weigh_code
read_wish(struct weigh_who *out, const char *body, size_t len,
    struct weigh_err *err)
{
	struct wish wish = { .repos = "" };
	enum weigh_code rc;

	rc = weigh_json_read_fields(body, len, wish_fields,
	    sizeof(wish_fields) / sizeof(wish_fields[0]), &wish, err);
	if (rc != WEIGH_OK)
		return rc;
	if (!weigh_role_parse(&out->role, wish.role, strlen(wish.role)))
		return weigh_fail(err, WEIGH_USAGE,
		    "a role is one of read, publish, approve, admin, not '%s'",
		    wish.role);
	if (wish.expires > INT64_MAX)
		return weigh_fail(err, WEIGH_USAGE, "no token lasts that long");
	snprintf(out->name, sizeof(out->name), "%s", wish.name);
	snprintf(out->repos, sizeof(out->repos), "%s", wish.repos);
	out->expires = (int64_t)wish.expires;
	out->created = time(NULL);
	return WEIGH_OK;
}

static void
with_body(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct control *c = ctx;
	struct token_change *change = change_new(c, x);
	struct weigh_err err;

	if (change == NULL)
		return;
	if (read_wish(&change->token, body, len, &err) != WEIGH_OK) {
		control_fail(x, &err, "cannot make a token");
		free(change);
		return;
	}
	control_submit(&change->question, x, answer_new);
}

void
control_token_new(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, with_body, c);
}

void
control_token_rm(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	struct token_change *change = change_new(c, x);

	if (change == NULL)
		return;
	snprintf(change->id, sizeof(change->id), "%s", m->word);
	control_submit(&change->question, x, answer_rm);
}
