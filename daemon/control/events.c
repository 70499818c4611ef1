/* events: what happened to what is mirrored, and which revisions are pinned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fetch/events.h"
#include "mirror.h"

#define LOOKS 16 /* pages of the catalog for one of ours */
#define WHY_MAX 512

/* --- events -------------------------------------------------------------- */

struct listing {
	struct question *q;
	struct catalog_reader *reader;
	struct weigh_jw w;
	const char *name; /* of events: "" of all */
	unsigned limit, shown, rows;
	int64_t last;
};

/* What names no repository is for everybody. */
static bool
may_know(struct listing *l, const char *name)
{
	struct weigh_ref ref;

	return name[0] == '\0' ||
	    (weigh_ref_parse(&ref, name, NULL) == WEIGH_OK &&
		mirror_knows(l->q->control, &l->q->who, l->reader, &ref.repo));
}

static void
write_event(void *ctx, const struct catalog_event *e)
{
	struct listing *l = ctx;
	struct weigh_jw *w = &l->w;

	l->rows++;
	if (l->shown == l->limit)
		return;
	l->last = e->id;
	if (!may_know(l, e->name))
		return;
	l->shown++;
	weigh_jw_object(w);
	weigh_jw_key(w, "id");
	weigh_jw_i64(w, e->id);
	weigh_jw_key(w, "time");
	weigh_jw_i64(w, e->time);
	weigh_jw_kstr(w, "kind", e->kind);
	weigh_jw_kstr(w, "name", e->name);
	weigh_jw_kstr(w, "what", e->what);
	if (e->more[0] != '\0') {
		weigh_jw_key(w, "more");
		weigh_jw_raw(w, e->more, strlen(e->more));
	}
	weigh_jw_object_end(w);
}

/* Number and name out of the query. */
static int64_t
query_after(const struct question *q)
{
	char text[24];

	if (!control_query(q, "after", text, sizeof(text)))
		return 0;
	return strtoll(text, NULL, 10);
}

static enum weigh_code
query_name(const struct question *q, char out[WEIGH_REPO_TEXT],
    struct weigh_err *err)
{
	struct weigh_ref ref;
	enum weigh_code rc;

	if (!control_query(q, "name", out, WEIGH_REPO_TEXT))
		return WEIGH_OK;
	rc = weigh_ref_parse(&ref, out, err);
	if (rc == WEIGH_OK)
		weigh_repo_text(&ref.repo, out);
	return rc;
}

/* One page: `key` is the name of its array.  What may not be known is passed over, so
 * several pages of the catalog may make one. */
static void
answer_page(struct question *q, struct catalog_reader *reader,
    const char *schema, const char *key,
    enum weigh_code (*read)(struct listing *l, struct weigh_err *err),
    const char *name)
{
	struct http_reply *r = &q->task.reply;
	struct listing l = {
		.q = q,
		.reader = reader,
		.name = name,
		.limit = control_limit(q),
		.last = query_after(q),
	};
	char next[24];

	weigh_jw_init(&l.w, &r->body);
	weigh_jw_object(&l.w);
	weigh_jw_kstr(&l.w, "schema", schema);
	weigh_jw_key(&l.w, key);
	weigh_jw_array(&l.w);
	for (unsigned i = 0; i < LOOKS && r->rc == WEIGH_OK; i++) {
		l.rows = 0;
		r->rc = read(&l, &r->err);
		if (l.rows <= l.limit || l.shown == l.limit)
			break;
	}
	weigh_jw_array_end(&l.w);
	snprintf(next, sizeof(next), "%lld", (long long)l.last);
	if (l.rows > l.limit)
		weigh_jw_kstr(&l.w, "next", next);
	weigh_jw_object_end(&l.w);
}

static enum weigh_code
read_events(struct listing *l, struct weigh_err *err)
{
	return catalog_events(l->reader, l->name, l->last, l->limit + 1,
	    write_event, l, err);
}

void
control_events(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *r = &q->task.reply;
	char name[WEIGH_REPO_TEXT];

	r->rc = query_name(q, name, &r->err);
	if (r->rc == WEIGH_OK)
		answer_page(q, reader, "weigh.events/1", "events", read_events,
		    name);
}

/* --- pins ---------------------------------------------------------------- */

static void
write_pin(void *ctx, int64_t id, const struct catalog_pin *pin)
{
	struct listing *l = ctx;
	char name[WEIGH_REPO_TEXT], hex[WEIGH_GITID_HEX + 1];
	struct weigh_jw *w = &l->w;

	l->rows++;
	if (l->shown == l->limit)
		return;
	l->last = id;
	weigh_repo_text(&pin->repo, name);
	if (!may_know(l, name))
		return;
	l->shown++;
	weigh_gitid_hex(&pin->commit, hex);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "name", name);
	weigh_jw_kstr(w, "revision", hex);
	weigh_jw_key(w, "time");
	weigh_jw_i64(w, pin->time);
	weigh_jw_kstr(w, "why", pin->why);
	weigh_jw_object_end(w);
}

static enum weigh_code
read_pins(struct listing *l, struct weigh_err *err)
{
	return catalog_pins(l->reader, NULL, l->last, l->limit + 1, write_pin,
	    l, err);
}

void
control_pins(struct question *q, struct catalog_reader *reader)
{
	answer_page(q, reader, "weigh.pins/1", "pins", read_pins, NULL);
}

/* --- one is set, or taken away ------------------------------------------- */

struct pinning {
	struct question question; /* first: the question is the pinning */
	bool set;
	struct weigh_ref ref;
	char why[WHY_MAX];
};

static enum weigh_code
note_pin(const struct pinning *p, const struct weigh_gitid *commit,
    const char *name, struct weigh_err *err)
{
	struct weigh_event event = {
		.kind = p->set ? WEIGH_EVENT_PINNED : WEIGH_EVENT_UNPINNED,
		.after = *commit,
	};
	char hex[WEIGH_GITID_HEX + 1];

	weigh_gitid_hex(commit, hex);
	if (p->set)
		snprintf(event.what, sizeof(event.what),
		    "revision %.12s of %s stays%s%.200s", hex, name,
		    p->why[0] != '\0' ? ": " : "", p->why);
	else
		snprintf(event.what, sizeof(event.what),
		    "revision %.12s of %s need not stay any more", hex, name);
	return events_note(p->question.control->parts.gate, &p->ref.repo,
	    &event, 1, err);
}

static enum weigh_code
do_pin(struct pinning *p, struct catalog_reader *reader,
    struct weigh_gitid *commit, const char *name, struct weigh_err *err)
{
	struct gate *gate = p->question.control->parts.gate;
	enum weigh_code rc;

	rc = catalog_resolve_short(reader, &p->ref.repo, p->ref.rev, commit,
	    err);
	if (rc != WEIGH_OK)
		return rc;
	rc = p->set ?
	    gate_pin(gate, reader, &p->ref.repo, commit, p->why, err) :
	    gate_unpin(gate, reader, &p->ref.repo, commit, err);
	return rc == WEIGH_OK ? note_pin(p, commit, name, err) : rc;
}

static void
answer_pin(struct question *q, struct catalog_reader *reader)
{
	struct pinning *p = (struct pinning *)q;
	struct http_reply *r = &q->task.reply;
	char name[WEIGH_REPO_TEXT], hex[WEIGH_GITID_HEX + 1];
	struct weigh_gitid commit;
	struct weigh_jw w;

	weigh_repo_text(&p->ref.repo, name);
	r->rc = control_may(q, reader, WEIGH_RIGHT_PUBLISH, &p->ref.repo);
	if (r->rc == WEIGH_OK)
		r->rc = do_pin(p, reader, &commit, name, &r->err);
	if (r->rc != WEIGH_OK) {
		weigh_what(&r->err, "cannot %s a revision of '%s'",
		    p->set ? "pin" : "unpin", name);
		return;
	}
	weigh_gitid_hex(&commit, hex);
	weigh_jw_init(&w, &r->body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", p->set ? "weigh.pin/1" : "weigh.unpin/1");
	weigh_jw_kstr(&w, "name", name);
	weigh_jw_kstr(&w, "revision", hex);
	weigh_jw_object_end(&w);
}

struct wish {
	char name[WEIGH_REPO_TEXT];
	char revision[WEIGH_REV_MAX + 1];
	char why[WHY_MAX];
};

static const struct weigh_json_field wish_fields[] = {
	{ "name", WEIGH_JSON_T_STRING, offsetof(struct wish, name),
	    sizeof(((struct wish *)0)->name), true },
	{ "revision", WEIGH_JSON_T_STRING, offsetof(struct wish, revision),
	    sizeof(((struct wish *)0)->revision), false },
	{ "why", WEIGH_JSON_T_STRING, offsetof(struct wish, why),
	    sizeof(((struct wish *)0)->why), false },
};

static bool
is_line(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static enum weigh_code
read_pin(struct pinning *p, const char *body, size_t len, struct weigh_err *err)
{
	struct wish wish = { .name = "" };
	enum weigh_code rc;

	rc = weigh_json_read_fields(body, len, wish_fields,
	    sizeof(wish_fields) / sizeof(wish_fields[0]), &wish, err);
	if (rc == WEIGH_OK)
		rc = weigh_ref_parse(&p->ref, wish.name, err);
	if (rc == WEIGH_OK && wish.revision[0] != '\0')
		rc = weigh_rev_check(wish.revision, strlen(wish.revision), err);
	if (rc != WEIGH_OK)
		return rc;
	if (wish.revision[0] != '\0')
		memcpy(p->ref.rev, wish.revision, sizeof(p->ref.rev));
	if (!is_line(wish.why))
		return weigh_fail(err, WEIGH_USAGE,
		    "why it is pinned is said in one line");
	memcpy(p->why, wish.why, sizeof(p->why));
	return WEIGH_OK;
}

static void
begin_pin(struct control *c, struct http_exchange *x, const char *body,
    size_t len, bool set)
{
	struct pinning *p = calloc(1, sizeof(*p));
	struct weigh_err err;

	if (p == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	p->set = set;
	p->question.control = c;
	control_who(c, x, &p->question.who);
	if (read_pin(p, body, len, &err) != WEIGH_OK) {
		control_fail(x, &err, "cannot read the request");
		free(p);
		return;
	}
	control_submit(&p->question, x, answer_pin);
}

static void
with_pin(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	begin_pin(ctx, x, body, len, true);
}

static void
with_unpin(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	begin_pin(ctx, x, body, len, false);
}

void
control_pin(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, with_pin, c);
}

void
control_unpin(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, with_unpin, c);
}
