/* access: terms that are shown and accepted, who is let in, who sees what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <weigh/hub.h>

#include "base/fd.h"
#include "catalog/consents.h"
#include "gate/change.h"
#include "gate/consent.h"
#include "log/log.h"
#include "priv.h"
#include "trust/access.h"

#define TEXTS 64               /* license texts that are shown */
#define TEXTS_BYTES (2u << 20) /* of all of them */

/* A request with a body: what somebody says, or sets. */
struct saying {
	struct question question; /* first: the question is the saying */
	struct {
		char name[WEIGH_REPO_TEXT];
		char token[WEIGH_WHO_NAME + 1];
		char act[16];
		char why[512];
		char terms[WEIGH_OID_HEX + 1];
		char visibility[16];
	} wish;
	char by[192]; /* who says it */
};

/* --- about which repository -------------------------------------------------------- */

/* The held repository of that name, if whoever asks may do that to it. */
static enum weigh_code
find_repo(struct question *q, struct catalog_reader *reader, const char *name,
    enum weigh_right right, struct weigh_repo *held, enum weigh_visibility *v)
{
	struct http_reply *r = &q->task.reply;
	struct weigh_ref ref;

	r->rc = weigh_ref_parse(&ref, name, &r->err);
	if (r->rc == WEIGH_OK && ref.rev[0] != '\0')
		r->rc = weigh_fail(&r->err, WEIGH_USAGE,
		    "access is of a repository, not of a revision of it");
	if (r->rc == WEIGH_OK)
		r->rc = control_may(q, reader, right, &ref.repo);
	if (r->rc == WEIGH_OK)
		r->rc = catalog_visibility(reader, &ref.repo, held, v, &r->err);
	return r->rc;
}

static enum weigh_code
asks(const struct weigh_repo *repo, enum weigh_visibility v,
    struct weigh_err *err)
{
	if (weigh_visibility_asks(v))
		return WEIGH_OK;
	weigh_fail(err, WEIGH_USAGE,
	    v == WEIGH_GATED ?
		"'%s' is for tokens that name it; nothing is to be accepted" :
		"'%s' is not gated; nothing is to be accepted",
	    repo->name);
	weigh_fix(err, "to ask for its terms: weigh access set %s gated-auto",
	    repo->name);
	return WEIGH_USAGE;
}

static void
write_oid(struct weigh_jw *w, const char *key, const struct weigh_oid *oid)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(oid, hex);
	weigh_jw_kstr(w, key, hex);
}

static void
write_commit(struct weigh_jw *w, const char *key, const struct weigh_gitid *id)
{
	char hex[WEIGH_GITID_HEX + 1];

	weigh_gitid_hex(id, hex);
	weigh_jw_kstr(w, key, hex);
}

static void
begin(struct weigh_jw *w, struct question *q, const char *schema,
    const struct weigh_repo *repo)
{
	char name[WEIGH_REPO_TEXT];

	weigh_repo_text(repo, name);
	weigh_jw_init(w, &q->task.reply.body);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "schema", schema);
	weigh_jw_kstr(w, "name", name);
}

/* --- terms ------------------------------------------------------------------------- */

struct text {
	char path[WEIGH_PATH_MAX + 1];
	struct weigh_oid oid;
	uint64_t size;
};

struct terms {
	struct weigh_buf prompt;
	struct text *texts;
	size_t n, all;
};

static void
keep_prompt(void *ctx, const char *text, size_t len)
{
	struct terms *t = ctx;

	weigh_buf_add(&t->prompt, text, len);
}

static void
keep_text(void *ctx, const char *path, const struct weigh_oid *oid,
    uint64_t size)
{
	struct terms *t = ctx;

	if (t->all++ >= TEXTS)
		return;
	t->texts[t->n].oid = *oid;
	t->texts[t->n].size = size;
	snprintf(t->texts[t->n].path, sizeof(t->texts[t->n].path), "%s", path);
	t->n++;
}

/* The words of a text, where they are here and are words. */
static void
write_words(struct weigh_jw *w, struct question *q,
    struct catalog_reader *reader, const struct text *text, size_t *left)
{
	char *bytes;
	int fd = -1;

	if (text->size > *left || (bytes = malloc(text->size)) == NULL)
		return;
	if (gate_open(q->control->parts.gate, reader, WEIGH_DOOR_CONTROL,
		&text->oid, text->size, &fd, NULL) == WEIGH_OK &&
	    fd_pread_all(fd, bytes, text->size, 0, NULL) == WEIGH_OK &&
	    weigh_utf8_ok(bytes, text->size)) {
		weigh_jw_key(w, "text");
		weigh_jw_text(w, bytes, text->size);
		*left -= text->size;
	}
	if (fd >= 0)
		close(fd);
	free(bytes);
}

static void
write_texts(struct weigh_jw *w, struct question *q,
    struct catalog_reader *reader, const struct terms *t)
{
	size_t left = TEXTS_BYTES;

	if (t->prompt.len > 0) {
		weigh_jw_key(w, "prompt");
		weigh_jw_text(w, t->prompt.data, t->prompt.len);
	}
	weigh_jw_key(w, "texts");
	weigh_jw_array(w);
	for (size_t i = 0; i < t->n; i++) {
		weigh_jw_object(w);
		weigh_jw_kstr(w, "path", t->texts[i].path);
		write_oid(w, "sha256", &t->texts[i].oid);
		weigh_jw_ku64(w, "size", t->texts[i].size);
		write_words(w, q, reader, &t->texts[i], &left);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
	weigh_jw_ku64(w, "more", t->all - t->n);
}

static void
answer_terms(struct question *q, struct catalog_reader *reader,
    const struct weigh_repo *repo, enum weigh_visibility v, struct terms *t)
{
	const struct catalog_gating_texts texts = { keep_prompt, keep_text, t };
	struct http_reply *r = &q->task.reply;
	enum weigh_standing standing;
	struct catalog_gating now;
	struct weigh_jw w;

	r->rc = catalog_gating(reader, repo, &texts, &now, &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = access_standing(reader, &q->who, repo, v, &standing,
		    &r->err);
	if (r->rc != WEIGH_OK)
		return;
	begin(&w, q, "weigh.terms/1", repo);
	weigh_jw_kstr(&w, "visibility", weigh_visibility_name(v));
	write_commit(&w, "revision", &now.commit);
	write_oid(&w, "terms", &now.terms);
	weigh_jw_kstr(&w, "standing",
	    q->who.local ? "may" : weigh_standing_name(standing));
	write_texts(&w, q, reader, t);
	weigh_jw_object_end(&w);
}

/* Whoever may know of it may read what would have to be accepted. */
void
control_terms(struct question *q, struct catalog_reader *reader)
{
	struct terms t = { .n = 0 };
	char name[WEIGH_REPO_TEXT];
	enum weigh_visibility v;
	struct weigh_repo repo;

	(void)control_query(q, "name", name, sizeof(name));
	if (find_repo(q, reader, name, WEIGH_RIGHT_LOOK, &repo, &v) != WEIGH_OK)
		return;
	weigh_buf_init(&t.prompt, WEIGH_GATING_MAX);
	t.texts = calloc(TEXTS, sizeof(*t.texts));
	if (t.texts == NULL)
		q->task.reply.rc = weigh_fail(&q->task.reply.err, WEIGH_NOMEM,
		    "out of memory");
	else
		answer_terms(q, reader, &repo, v, &t);
	weigh_buf_free(&t.prompt);
	free(t.texts);
}

/* --- ls ---------------------------------------------------------------------------- */

struct listing {
	struct question *q;
	enum weigh_visibility visibility;
	struct weigh_oid terms;
	struct weigh_jw w;
};

static void
write_consent(void *ctx, const struct catalog_consent *c)
{
	static const char *const rulings[WEIGH_ANSWERS] = {
		[WEIGH_ANSWER_NONE] = "none",
		[WEIGH_ANSWER_GRANTED] = "granted",
		[WEIGH_ANSWER_REFUSED] = "refused",
	};
	struct listing *l = ctx;
	struct weigh_who who;
	bool known = tokens_named(l->q->control->parts.tokens, c->token, &who);

	weigh_jw_object(&l->w);
	weigh_jw_kstr(&l->w, "token", c->token);
	weigh_jw_kstr(&l->w, "who", known ? who.name : "");
	weigh_jw_kstr(&l->w, "standing",
	    weigh_standing_name(weigh_consent_standing(&c->now, l->visibility,
		&l->terms)));
	weigh_jw_kbool(&l->w, "accepted", c->now.accepted);
	if (c->now.accepted) {
		write_oid(&l->w, "terms", &c->now.terms);
		write_oid(&l->w, "card", &c->now.card);
		write_commit(&l->w, "revision", &c->now.commit);
	}
	weigh_jw_kstr(&l->w, "ruling",
	    (unsigned)c->now.ruling < WEIGH_ANSWERS ? rulings[c->now.ruling] :
						      "");
	weigh_jw_kstr(&l->w, "last", weigh_consent_act_name(c->act));
	weigh_jw_kstr(&l->w, "by", c->by);
	weigh_jw_kstr(&l->w, "why", c->why);
	weigh_hub_kdate(&l->w, "time", c->time);
	weigh_jw_object_end(&l->w);
}

void
control_access(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	struct listing l = { .q = q };
	char name[WEIGH_REPO_TEXT];
	struct catalog_gating now;
	struct weigh_repo repo;

	(void)control_query(q, "name", name, sizeof(name));
	if (find_repo(q, reader, name, WEIGH_RIGHT_APPROVE, &repo,
		&l.visibility) != WEIGH_OK)
		return;
	r->rc = catalog_gating(reader, &repo, NULL, &now, &r->err);
	if (r->rc != WEIGH_OK)
		return;
	l.terms = now.terms;
	begin(&l.w, q, "weigh.access-ls/1", &repo);
	weigh_jw_kstr(&l.w, "visibility", weigh_visibility_name(l.visibility));
	write_oid(&l.w, "terms", &now.terms);
	weigh_jw_key(&l.w, "tokens");
	weigh_jw_array(&l.w);
	r->rc = catalog_consents(reader, &repo, write_consent, &l, &r->err);
	weigh_jw_array_end(&l.w);
	weigh_jw_object_end(&l.w);
}

/* --- accept, grant, refuse, reopen -------------------------------------------------- */

static void
say(struct saying *s, struct catalog_reader *reader,
    const struct weigh_repo *repo, enum weigh_visibility v,
    struct gate_saying *said)
{
	struct question *q = &s->question;
	struct http_reply *r = &q->task.reply;
	struct catalog_gating now;
	struct weigh_jw w;

	said->repo = *repo;
	said->origin = s->by;
	said->why = s->wish.why;
	r->rc = gate_say_consent(q->control->parts.gate, said, &r->err);
	if (r->rc == WEIGH_OK)
		r->rc = catalog_gating(reader, repo, NULL, &now, &r->err);
	if (r->rc != WEIGH_OK)
		return;
	if (said->changed)
		log_event(LOG_INFO_LEVEL, "consent", "act",
		    weigh_consent_act_name(said->act), "repo", repo->name,
		    "token", said->token, "by", s->by, NULL);
	begin(&w, q, "weigh.consent/1", repo);
	weigh_jw_kstr(&w, "token", said->token);
	weigh_jw_kstr(&w, "act", weigh_consent_act_name(said->act));
	weigh_jw_kbool(&w, "changed", said->changed);
	weigh_jw_kstr(&w, "standing",
	    weigh_standing_name(weigh_consent_standing(&said->now, v,
		&now.terms)));
	weigh_jw_object_end(&w);
}

/* A person accepts, and is known by a token. */
static enum weigh_code
check_bearer(struct question *q)
{
	struct http_reply *r = &q->task.reply;

	if (q->who.local) {
		r->rc = weigh_fail(&r->err, WEIGH_USAGE,
		    "the control socket shows no token, and who accepts terms "
		    "is known by one");
		weigh_fix(&r->err,
		    "show yours over HTTP: --server URL, and WEIGH_TOKEN");
	} else if (q->who.role == WEIGH_ROLE_NOBODY) {
		r->status = 401;
		r->hub_code = "GatedRepo";
		r->rc = weigh_hub_error_say(WEIGH_HUB_GATED_TOKEN, &r->err);
	}
	return r->rc;
}

static void
answer_accept(struct question *q, struct catalog_reader *reader)
{
	struct saying *s = (struct saying *)q;
	struct gate_saying said = { .act = WEIGH_CONSENT_ACCEPT,
		.token = q->who.id };
	struct http_reply *r = &q->task.reply;
	enum weigh_visibility v;
	struct weigh_repo repo;
	struct weigh_oid shown;

	if (find_repo(q, reader, s->wish.name, WEIGH_RIGHT_LOOK, &repo, &v) !=
		WEIGH_OK ||
	    check_bearer(q) != WEIGH_OK ||
	    (r->rc = asks(&repo, v, &r->err)) != WEIGH_OK)
		return;
	if (!weigh_who_covers(&q->who, &repo)) {
		r->status = 403;
		r->hub_code = "GatedRepo";
		r->rc = weigh_hub_error_say(WEIGH_HUB_GATED, &r->err);
		return;
	}
	if (!weigh_oid_parse(&shown, s->wish.terms, strlen(s->wish.terms))) {
		r->rc = weigh_fail(&r->err, WEIGH_USAGE,
		    "which terms are accepted is not said");
		return;
	}
	said.shown = &shown;
	say(s, reader, &repo, v, &said);
	if (r->rc != WEIGH_OK)
		weigh_what(&r->err, "cannot accept the terms of '%s'",
		    s->wish.name);
}

static void
answer_rule(struct question *q, struct catalog_reader *reader)
{
	struct saying *s = (struct saying *)q;
	struct http_reply *r = &q->task.reply;
	struct gate_saying said = { .token = "" };
	enum weigh_visibility v;
	struct weigh_repo repo;
	struct weigh_who who;

	if (find_repo(q, reader, s->wish.name, WEIGH_RIGHT_APPROVE, &repo,
		&v) != WEIGH_OK ||
	    (r->rc = asks(&repo, v, &r->err)) != WEIGH_OK)
		return;
	if (!weigh_consent_act_parse(&said.act, s->wish.act,
		strlen(s->wish.act)) ||
	    said.act == WEIGH_CONSENT_ACCEPT || said.act == WEIGH_CONSENT_END) {
		r->rc = weigh_fail(&r->err, WEIGH_USAGE,
		    "an approver can grant, refuse or reopen");
		return;
	}
	if (!tokens_named(q->control->parts.tokens, s->wish.token, &who)) {
		r->rc = weigh_fail(&r->err, WEIGH_NOT_FOUND,
		    "there is no token '%s'", s->wish.token);
		weigh_fix(&r->err,
		    "say a token's id or name, as weigh access ls "
		    "and weigh token ls list them");
		return;
	}
	said.token = who.id;
	say(s, reader, &repo, v, &said);
}

/* --- set --------------------------------------------------------------------------- */

static void
answer_set(struct question *q, struct catalog_reader *reader)
{
	struct saying *s = (struct saying *)q;
	const struct gate_who who = { .token = q->who.id, .origin = s->by };
	struct http_reply *r = &q->task.reply;
	enum weigh_visibility was, v;
	struct weigh_repo repo;
	struct weigh_jw w;

	if (find_repo(q, reader, s->wish.name, WEIGH_RIGHT_PUBLISH, &repo,
		&was) != WEIGH_OK)
		return;
	if (!weigh_visibility_parse(&v, s->wish.visibility,
		strlen(s->wish.visibility))) {
		r->rc = weigh_fail(&r->err, WEIGH_USAGE,
		    "a repository is public, gated, gated-auto, gated-manual or "
		    "private, not '%s'",
		    s->wish.visibility);
		return;
	}
	if (v != was)
		r->rc = gate_set_visibility(q->control->parts.gate, reader,
		    &repo, v, &who, &r->err);
	if (r->rc != WEIGH_OK)
		return;
	begin(&w, q, "weigh.access-set/1", &repo);
	weigh_jw_kstr(&w, "visibility", weigh_visibility_name(v));
	weigh_jw_kstr(&w, "before", weigh_visibility_name(was));
	weigh_jw_object_end(&w);
}

/* --- requests ----------------------------------------------------------------------- */

#define FIELD(key, required) \
	{ \
#key, WEIGH_JSON_T_STRING, \
		    offsetof(struct saying, wish.key) - \
		    offsetof(struct saying, wish), \
		    sizeof(((struct saying *)0)->wish.key), required \
	}

static void
take(struct control *c, struct http_exchange *x, const char *body, size_t len,
    void (*answer)(struct question *q, struct catalog_reader *reader))
{
	static const struct weigh_json_field fields[] = {
		FIELD(name, true),
		FIELD(token, false),
		FIELD(act, false),
		FIELD(why, false),
		FIELD(terms, false),
		FIELD(visibility, false),
	};
	struct saying *s = calloc(1, sizeof(*s));
	const struct weigh_who *who;
	struct weigh_err err;

	if (s == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	s->question.control = c;
	control_who(c, x, &s->question.who);
	if (weigh_json_read_fields(body, len, fields,
		sizeof(fields) / sizeof(fields[0]), &s->wish,
		&err) != WEIGH_OK) {
		control_fail(x, &err, "cannot do this");
		free(s);
		return;
	}
	who = &s->question.who;
	if (who->local)
		snprintf(s->by, sizeof(s->by), "by %s", http_peer(x));
	else
		snprintf(s->by, sizeof(s->by), "by token %s (%s)", who->id,
		    who->name);
	control_submit(&s->question, x, answer);
}

static void
with_accept(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	take(ctx, x, body, len, answer_accept);
}

void
control_accept(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, with_accept, c);
}

static void
with_rule(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	take(ctx, x, body, len, answer_rule);
}

void
control_access_rule(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, with_rule, c);
}

static void
with_set(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	take(ctx, x, body, len, answer_set);
}

void
control_access_set(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, with_set, c);
}
