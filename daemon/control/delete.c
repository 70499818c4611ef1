/* delete: a repository is taken away, also one that cannot be read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/change.h"
#include "log/log.h"
#include "priv.h"

struct deletion {
	struct question question; /* first: the question is the deletion */
	struct weigh_repo repo;
	char origin[192]; /* who asked for it */
};

static void
answer_delete(struct question *q, struct catalog_reader *reader)
{
	struct deletion *d = (struct deletion *)q;
	struct http_reply *r = &q->task.reply;
	const struct gate_who who = { .token = "", .origin = d->origin };
	char text[WEIGH_REPO_TEXT];
	struct weigh_jw w;

	weigh_repo_text(&d->repo, text);
	r->rc = gate_delete_repo(q->control->parts.gate, reader, &d->repo, &who,
	    &r->err);
	if (r->rc != WEIGH_OK) {
		weigh_what(&r->err, "cannot delete '%s'", text);
		return;
	}
	log_event(LOG_INFO_LEVEL, "deleted", "repo", text, "by", d->origin,
	    NULL);
	weigh_jw_init(&w, &r->body);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.rm/1");
	weigh_jw_kstr(&w, "name", text);
	weigh_jw_object_end(&w);
}

static enum weigh_code
read_name(struct weigh_repo *out, const char *body, size_t len,
    struct weigh_err *err)
{
	struct wish {
		char name[WEIGH_REPO_TEXT];
	} wish = { .name = "" };
	static const struct weigh_json_field fields[] = {
		{ "name", WEIGH_JSON_T_STRING, offsetof(struct wish, name),
		    sizeof(((struct wish *)0)->name), true },
	};
	struct weigh_ref ref;
	enum weigh_code rc;

	rc = weigh_json_read_fields(body, len, fields, 1, &wish, err);
	if (rc == WEIGH_OK)
		rc = weigh_ref_parse(&ref, wish.name, err);
	if (rc == WEIGH_OK && ref.rev[0] != '\0')
		rc = weigh_fail(err, WEIGH_USAGE,
		    "a repository is deleted whole, not a revision of it");
	if (rc == WEIGH_OK)
		*out = ref.repo;
	return rc;
}

static void
with_body(struct http_exchange *x, const char *body, size_t len, void *ctx)
{
	struct control *c = ctx;
	struct deletion *d = calloc(1, sizeof(*d));
	struct weigh_err err;

	if (d == NULL) {
		http_fail(x, 0, WEIGH_NOMEM, NULL, "out of memory");
		return;
	}
	d->question.control = c;
	control_who(c, x, &d->question.who);
	if (read_name(&d->repo, body, len, &err) != WEIGH_OK) {
		control_fail(x, &err, "cannot delete this");
		free(d);
		return;
	}
	if (d->question.who.local)
		snprintf(d->origin, sizeof(d->origin), "by %s", http_peer(x));
	else
		snprintf(d->origin, sizeof(d->origin), "by token %s (%s)",
		    d->question.who.id, d->question.who.name);
	control_submit(&d->question, x, answer_delete);
}

void
control_delete(struct control *c, struct http_exchange *x,
    const struct weigh_route_match *m)
{
	(void)m;
	http_collect(x, WEIGH_CONTROL_BODY, with_body, c);
}
