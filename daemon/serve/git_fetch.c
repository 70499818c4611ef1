/*
 * git_fetch: the answer to a fetch: which commits are known, where the history ends,
 * and the pack, written while it is made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/pktline.h>

#include "git.h"
#include "log/log.h"
#include "net/outlet.h"

#define SHALLOW_MAX \
	(64u << 20) /* bytes of shallow-info: every commit there may be */

/* The answer on its way out. */
struct answer {
	struct git_ask *g;
	struct weigh_buf
	    *text; /* what stands before the pack: the reply's body */
	struct http_outlet *out;
	struct weigh_buf piece; /* bytes of the pack in their packets */
};

/* --- facts ------------------------------------------------------------------------------ */

static enum weigh_code
tell_wants(struct git_ask *g, struct weigh_err *err)
{
	const struct weigh_git_request *r = &g->request;
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < r->shallows.count; i++)
		rc = repo_fetch_shallow(g->fetch, &r->shallows.ids[i], err);
	for (size_t i = 0; rc == WEIGH_OK && i < r->wants.count; i++)
		rc = repo_fetch_want(g->fetch, &r->wants.ids[i], err);
	return rc;
}

/* What is known moves to the front of `haves`: *common of them. */
static enum weigh_code
tell_haves(struct git_ask *g, size_t *common, struct weigh_err *err)
{
	struct weigh_git_ids *haves = &g->request.haves;
	enum weigh_code rc = WEIGH_OK;
	bool known;

	*common = 0;
	for (size_t i = 0; rc == WEIGH_OK && i < haves->count; i++) {
		rc = repo_fetch_have(g->fetch, &haves->ids[i], &known, err);
		if (rc == WEIGH_OK && known)
			haves->ids[(*common)++] = haves->ids[i];
	}
	return rc;
}

static enum weigh_code
gather(struct git_ask *g, struct weigh_git_facts *facts, size_t *common,
    struct weigh_err *err)
{
	const struct weigh_git_request *r = &g->request;
	enum weigh_code rc = tell_wants(g, err);

	if (rc == WEIGH_OK)
		rc = tell_haves(g, common, err);
	*facts = (struct weigh_git_facts){
		.wants = r->wants.count > 0,
		.haves = r->haves.count > 0,
		.common = rc == WEIGH_OK && *common > 0,
		.done = r->done,
		.wait_for_done = r->wait_for_done,
	};
	if (rc == WEIGH_OK && facts->common && !r->done)
		rc = repo_fetch_meets(g->fetch, &facts->meets, err);
	return rc;
}

/* --- where the history ends --------------------------------------------------------------- */

static void
add_shallow(void *ctx, bool shallow, const struct weigh_gitid *commit)
{
	weigh_git_shallow_add(ctx, shallow, commit);
}

/* The commits that are not to be led to: names as people type them. */
static enum weigh_code
find_excluded(struct git_ask *g, struct weigh_gitid *out, struct weigh_err *err)
{
	const struct weigh_git_texts *names = &g->request.excluded;
	char name[WEIGH_REV_MAX + 12];
	bool known;

	for (size_t i = 0; i < names->count; i++) {
		const struct weigh_git_text *t = &names->texts[i];

		if (t->len >= sizeof(name))
			return weigh_fail(err, WEIGH_NOT_FOUND,
			    "no ref has a name so long as that of deepen-not");
		memcpy(name, t->p, t->len);
		name[t->len] = '\0';
		if (catalog_resolve(g->reader, &g->name, name, &out[i], &known,
			err) != WEIGH_OK)
			return weigh_context(err, err->code, "deepen-not");
	}
	return WEIGH_OK;
}

static enum weigh_code
deepen(struct git_ask *g, struct weigh_buf *text, struct weigh_err *err)
{
	const struct weigh_git_request *r = &g->request;
	struct weigh_gitid excluded[WEIGH_GIT_EXCLUDED];
	const struct repo_deepen how = {
		.depth = r->depth,
		.all = r->depth == WEIGH_GIT_DEPTH_ALL,
		.relative = r->relative,
		.since = r->has_since ? r->since : INT64_MIN,
		.excluded = excluded,
		.nexcluded = r->excluded.count,
	};
	enum weigh_code rc = find_excluded(g, excluded, err);

	return rc == WEIGH_OK ?
	    repo_fetch_deepen(g->fetch, &how, add_shallow, text, err) :
	    rc;
}

/* The section stands there when something about it was asked, even if empty; and
 * where our own history ends before its root. */
static enum weigh_code
add_shallow_info(struct git_ask *g, struct weigh_buf *text,
    struct weigh_err *err)
{
	const struct weigh_git_request *r = &g->request;
	bool deepens = r->depth > 0 || r->has_since || r->excluded.count > 0;
	enum weigh_code rc = WEIGH_OK;
	struct weigh_buf lines;

	weigh_buf_init(&lines, SHALLOW_MAX);
	if (deepens)
		rc = deepen(g, &lines, err);
	if (rc == WEIGH_OK)
		rc = repo_fetch_ends(g->fetch, add_shallow, &lines, err);
	if (rc == WEIGH_OK && lines.failed)
		rc = weigh_fail(err, WEIGH_TOO_BIG,
		    "its history ends in too many places");
	if (deepens || r->shallows.count > 0 || lines.len > 0) {
		weigh_pkt_addf(text, "shallow-info");
		weigh_buf_add(text, lines.data, lines.len);
		weigh_pkt_delim(text);
	}
	weigh_buf_free(&lines);
	return rc;
}

/* --- the pack ---------------------------------------------------------------------------------- */

static enum weigh_code
put(struct answer *a, struct weigh_err *err)
{
	enum weigh_code rc;

	if (a->piece.failed)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = http_outlet_write(a->out, a->piece.data, a->piece.len, err);
	weigh_buf_reset(&a->piece);
	return rc;
}

static enum weigh_code
send_piece(void *ctx, const char *data, size_t len, struct weigh_err *err)
{
	struct answer *a = ctx;

	weigh_pkt_side(&a->piece, WEIGH_BAND_PACK, data, len);
	return put(a, err);
}

/* Everything up to the pack, and what people may like to know while it comes. */
static enum weigh_code
send_front(struct answer *a, struct weigh_err *err)
{
	char words[120];
	size_t count = repo_fetch_count(a->g->fetch);
	int n;

	weigh_buf_add(&a->piece, a->text->data, a->text->len);
	weigh_pkt_addf(&a->piece, "packfile");
	n = snprintf(words, sizeof(words),
	    "weighd: %zu object%s, every file checked against its SHA-256\n",
	    count, count == 1 ? "" : "s");
	if (!a->g->request.no_progress && count > 0)
		weigh_pkt_side(&a->piece, WEIGH_BAND_WORDS, words, (size_t)n);
	return put(a, err);
}

/* What is bad here shall be known here, too. */
static void
tell_failure(const struct git_ask *g, const struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT];

	if (err->code == WEIGH_CANCELED)
		return; /* the client is gone: its own business */
	weigh_repo_text(&g->name, name);
	log_event(LOG_ERROR_LEVEL, "git-pack-cut", "repo", name, "why",
	    err->why, NULL);
}

/* After the first byte an error is a packet of the third band.  The answer ends
 * well then: what it says is all of it. */
static void
send_pack(struct answer *a, struct weigh_err *err)
{
	struct git_ask *g = a->g;
	enum weigh_code rc = send_front(a, err);

	if (rc == WEIGH_OK)
		rc = repo_fetch_send(g->fetch, g->request.thin_pack, send_piece,
		    a, err);
	if (rc != WEIGH_OK) {
		tell_failure(g, err);
		weigh_buf_reset(&a->piece);
		weigh_git_side_err_add(&a->piece, err->why);
	}
	weigh_pkt_flush(&a->piece);
	if (rc != WEIGH_CANCELED)
		rc = put(a, err);
	http_outlet_end(a->out, rc == WEIGH_OK);
}

static void
send_answer(struct git_ask *g)
{
	struct http_reply *r = &g->ask->task.reply;
	struct answer a = { .g = g, .text = &r->body };

	weigh_buf_init(&a.piece, (8u << 20) + r->body.len);
	if (http_outlet_begin(&a.out, &g->ask->task, r->type, &r->err) ==
	    WEIGH_OK)
		send_pack(&a, &r->err);
	else
		git_fail(g, &r->err);
	weigh_buf_free(&a.piece);
}

/* --- the whole ------------------------------------------------------------------------------------- */

void
git_fetch(struct git_ask *g)
{
	struct http_reply *r = &g->ask->task.reply;
	struct weigh_git_facts facts;
	enum weigh_git_answer answer;
	enum weigh_code rc;
	size_t common = 0;

	rc = gather(g, &facts, &common, &r->err);
	answer = weigh_git_decide(&facts);
	if (rc == WEIGH_OK &&
	    (answer == WEIGH_GIT_ACKS || answer == WEIGH_GIT_ACKS_PACK))
		weigh_git_acks_add(&r->body, g->request.haves.ids, common,
		    answer == WEIGH_GIT_ACKS_PACK);
	if (rc == WEIGH_OK &&
	    (answer == WEIGH_GIT_PACK || answer == WEIGH_GIT_ACKS_PACK)) {
		rc = add_shallow_info(g, &r->body, &r->err);
		if (rc == WEIGH_OK)
			rc = repo_fetch_collect(g->fetch,
			    g->request.include_tag, &r->err);
		if (rc == WEIGH_OK && !r->body.failed)
			send_answer(g);
	}
	if (rc != WEIGH_OK)
		git_fail(g, &r->err);
}
