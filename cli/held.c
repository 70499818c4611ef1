/* held: texts of licenses that a weighd holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/oid.h>

#include "held.h"
#include "text.h"

#define SHORT 12 /* digits of a commit, for people */
#define NAMES (4 * (WEIGH_REPO_TEXT + WEIGH_PATH_MAX + SERVER_TEXT))

void
held_begin(struct held *h, const struct call *c)
{
	*h = (struct held){ .call = c };
}

void
held_end(struct held *h)
{
	if (h->open)
		client_close(&h->client);
	*h = (struct held){ .silent = true };
}

void
held_text_free(struct held_text *t)
{
	free(t->path);
	free(t->name);
	*t = (struct held_text){ .path = NULL };
}

/* --- who is asked ------------------------------------------------------------------ */

/* Nobody answers: said when a person named the server, else with -v. */
static enum weigh_code
give_up(struct held *h, const struct weigh_err *why, struct weigh_err *err)
{
	const struct out *out = h->call->out;

	h->silent = true;
	if (why->code == WEIGH_CANCELED || why->code == WEIGH_NOMEM)
		return weigh_fail(err, why->code, "%s", why->why);
	if (out->verbose || h->client.server.chosen)
		out_say(out, "no weighd was asked for missing words: %s",
		    why->why);
	return WEIGH_OK;
}

static enum weigh_code
open_client(struct held *h, struct weigh_err *err)
{
	const char *given = opts_value(h->call->opts, OPT_SERVER, NULL);
	unsigned seconds = HELD_SECONDS;
	struct server s;
	enum weigh_code rc = call_timeout(h->call, &seconds, err);

	if (rc == WEIGH_OK)
		rc = server_find(&s, given, err);
	if (rc != WEIGH_OK)
		return rc;
	if (seconds > HELD_SECONDS)
		seconds = HELD_SECONDS;
	h->open = true;
	server_text(&s, h->where);
	rc = client_open(&h->client, &s, seconds, err);
	h->client.whole = seconds;
	return rc;
}

/* --- where they stand --------------------------------------------------------------- */

/* One row of its answer, if it is what it should be. */
static bool
read_row(const struct doc *row, struct held_text *t)
{
	const char *commit = doc_str(row, "revision");
	const char *path = doc_str(row, "path");
	const char *sha256 = doc_str(row, "sha256");
	struct weigh_gitid id;
	struct weigh_oid oid;
	size_t room = strlen(path) + WEIGH_REPO_TEXT + SHORT + 3;
	char repo[WEIGH_REPO_TEXT];

	*t = (struct held_text){ .path = NULL };
	if (weigh_ref_parse(&t->ref, doc_str(row, "name"), NULL) != WEIGH_OK ||
	    !weigh_gitid_parse(&id, commit, strlen(commit)) ||
	    !weigh_oid_parse(&oid, sha256, strlen(sha256)) ||
	    weigh_path_check(path, strlen(path), NULL) != WEIGH_OK)
		return false;
	memcpy(t->ref.rev, commit, strlen(commit) + 1);
	memcpy(t->sha256, sha256, sizeof(t->sha256));
	weigh_repo_text(&t->ref.repo, repo);
	t->path = strdup(path);
	t->name = malloc(room);
	if (t->name != NULL)
		snprintf(t->name, room, "%s@%.*s:%s", repo, SHORT, commit,
		    path);
	return t->path != NULL && t->name != NULL;
}

static void
say_answer(const struct held *h, const char *license, const struct doc *d,
    size_t n)
{
	if (!h->call->out->verbose)
		return;
	out_say(h->call->out, "%s was asked for texts of %s: %zu%s", h->where,
	    license, n,
	    doc_bool(d, "looking") ? ", and some are still looked at" : "");
}

enum weigh_code
held_ask(struct held *h, const char *license,
    struct held_text texts[HELD_TEXTS], size_t *n, struct weigh_err *err)
{
	struct weigh_err why = { 0 };
	const struct doc *row;
	struct weigh_buf path;
	struct doc *d = NULL;
	enum weigh_code rc = WEIGH_OK;

	*n = 0;
	if (h->silent)
		return WEIGH_OK;
	weigh_buf_init(&path, 4096);
	weigh_buf_adds(&path, "/-/v1/license/texts");
	call_query(&path, "license", license);
	if (path.failed)
		rc = weigh_fail(&why, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK && !h->open)
		rc = open_client(h, &why);
	if (rc == WEIGH_OK)
		rc = client_doc(&h->client, path.data, NULL,
		    "weigh.license-texts/1", &d, &why);
	weigh_buf_free(&path);
	if (rc != WEIGH_OK)
		return give_up(h, &why, err);
	row = doc_get(d, "texts");
	for (row = row != NULL ? row->first : NULL;
	     row != NULL && *n < HELD_TEXTS; row = row->next)
		if (read_row(row, &texts[*n]))
			++*n;
		else
			held_text_free(&texts[*n]);
	say_answer(h, license, d, *n);
	doc_free(d);
	return WEIGH_OK;
}

/* --- the bytes ----------------------------------------------------------------------- */

/* Other bytes than were told: the words may be quoted from elsewhere, but a weighd that
 * does this is not to be passed over in silence. */
static enum weigh_code
say_other(const struct held *h, const struct held_text *t,
    struct weigh_err *err)
{
	struct weigh_buf names;

	weigh_buf_init(&names, NAMES);
	weigh_buf_addc(&names, '\'');
	text_clean(&names, t->name);
	weigh_buf_adds(&names, "' as ");
	text_clean(&names, h->where);
	if (!names.failed)
		out_say(h->call->out,
		    "%s gave it is not the SHA-256 it told: "
		    "its words are not quoted",
		    names.data);
	weigh_buf_free(&names);
	return weigh_fail(err, WEIGH_MISMATCH, "'%s' is not %s", t->name,
	    t->sha256);
}

enum weigh_code
held_read(struct held *h, const struct held_text *t, struct weigh_buf *out,
    struct weigh_err *err)
{
	char hex[WEIGH_OID_HEX + 1];
	struct weigh_oid oid;
	enum weigh_code rc;

	if (h->silent)
		return weigh_fail(err, WEIGH_NETWORK, "nobody is asked");
	/* No err: a code that the server names is not one of ours. */
	rc = call_file(&h->client, &t->ref, t->path, out, NULL);
	if (rc == WEIGH_TOO_BIG)
		return say_other(h, t, err);
	if (rc != WEIGH_OK)
		return weigh_fail(err, rc, "'%s' is not to be had", t->name);
	if (!weigh_oid_of(&oid, out->len > 0 ? out->data : "", out->len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_oid_hex(&oid, hex);
	return strcmp(hex, t->sha256) == 0 ? WEIGH_OK : say_other(h, t, err);
}
