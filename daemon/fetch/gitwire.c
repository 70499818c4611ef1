/*
 * gitwire: see gitwire.h.  One POST each for a question, before them one GET to learn what
 * the server can, where that is not taken for granted; the pack goes to the stage as it
 * comes.
 */
#include <stdio.h>
#include <string.h>

#include <weigh/gitwire.h>
#include <weigh/upstream.h>

#include "gitwire.h"

#define SERVICE "git-upload-pack"
#define INFO "/info/refs?service=" SERVICE
#define VERSION_TWO "Git-Protocol: version=2\r\n"
#define TYPE(what) "application/x-" SERVICE "-" what
#define REDIRECTS 3
/* Words for people may come between the pack's bytes, and each packet has its head. */
#define ANSWER_MAX (GITWIRE_PACK_MAX + (64u << 20))

/* What each server of version 2 can (git 2.18, of 2018), and every question carries all
 * that it needs. */
static const struct weigh_git_server usual = {
	.two = true,
	.refs = true,
	.fetch = true,
	.shallow = true,
};

/* --- answers ------------------------------------------------------------- */

int64_t
gitwire_wait(const struct outbound_head *head)
{
	return head->retry_after < 0 && head->left == 0 ? head->reset :
							  head->retry_after;
}

/* What is no answer of git's: a refusal that has its own meaning, or no git there. */
static enum weigh_code
check_head(const struct outbound_head *head, const char *type,
    struct weigh_err *err)
{
	enum weigh_code rc;

	rc = weigh_upstream_refusal(head->status, head->error_code, err);
	if (rc == WEIGH_MALFORMED || head->status == 501 ||
	    (rc == WEIGH_OK && strcmp(head->type, type) != 0))
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "upstream does not offer git there (status %d)",
		    head->status);
	return rc;
}

static struct outbound_request
request(const struct gitwire *g, const char *url)
{
	return (struct outbound_request){
		.site = &g->place->site,
		.kind = OUTBOUND_SMALL,
		.method = "GET",
		.url = url,
		.fields = VERSION_TWO,
		.basic = true,
		.max = WEIGH_GIT_TOLD_MAX,
		.cancel = g->place->cancel,
	};
}

static struct outbound_request
question(const struct gitwire *g, const char *url, const struct weigh_buf *body)
{
	struct outbound_request r = request(g, url);

	r.method = "POST";
	r.accept = TYPE("result");
	r.type = TYPE("request");
	r.body = body->data;
	r.body_len = body->len;
	return r;
}

/* --- who is there -------------------------------------------------------- */

/* The place that answered, without what was asked of it. */
static enum weigh_code
keep_base(struct gitwire *g, const char *url, struct weigh_err *err)
{
	size_t len = strlen(url), tail = strlen(INFO);

	if (len <= tail || len - tail >= sizeof(g->base) ||
	    strcmp(url + len - tail, INFO) != 0)
		return weigh_fail(err, WEIGH_NOT_FOUND,
		    "upstream leads from its git to another place");
	memmove(g->base, url, len - tail);
	g->base[len - tail] = '\0';
	return WEIGH_OK;
}

static enum weigh_code
check_server(const struct weigh_git_server *s, struct weigh_err *err)
{
	if (s->two && s->refs && s->fetch)
		return WEIGH_OK;
	(void)weigh_fail(err, WEIGH_NOT_FOUND,
	    "upstream's git does not speak version 2 of its protocol");
	weigh_fix(err,
	    "ask whoever runs it to allow protocol version 2 (git 2.18 or "
	    "newer)");
	return WEIGH_NOT_FOUND;
}

enum weigh_code
gitwire_meet(struct gitwire *g, const struct source_place *p, const char *base,
    int64_t *wait, struct weigh_err *err)
{
	struct outbound_request r;
	struct outbound_head head;
	struct weigh_buf url, body;
	enum weigh_code rc;

	*g = (struct gitwire){ .place = p };
	*wait = -1;
	weigh_buf_init(&url, sizeof(g->base) + sizeof(INFO));
	weigh_buf_init(&body, WEIGH_GIT_TOLD_MAX);
	weigh_buf_addf(&url, "%s" INFO, base);
	r = request(g, url.data);
	r.redirects = REDIRECTS;
	rc = url.failed ?
	    weigh_fail(err, WEIGH_TOO_BIG, "the address is too long") :
	    outbound_collect(p->outbound, &r, &head, &body, err);
	if (rc == WEIGH_OK) {
		*wait = gitwire_wait(&head);
		rc = check_head(&head, TYPE("advertisement"), err);
	}
	if (rc == WEIGH_OK)
		rc = weigh_git_server_parse(&g->server, body.data, body.len,
		    err);
	if (rc == WEIGH_OK)
		rc = check_server(&g->server, err);
	if (rc == WEIGH_OK)
		rc = keep_base(g, head.url, err);
	weigh_buf_free(&body);
	weigh_buf_free(&url);
	return rc;
}

/* --- which commit -------------------------------------------------------- */

enum weigh_code
gitwire_pick(struct gitwire *g, const char *rev, struct weigh_git_pick *out,
    int64_t *wait, struct weigh_err *err)
{
	struct outbound_request r;
	struct outbound_head head;
	struct weigh_buf url, ask, body;
	enum weigh_code rc = WEIGH_OK;

	*out = (struct weigh_git_pick){ .found = false };
	*wait = -1;
	weigh_buf_init(&url, sizeof(g->base) + 32);
	weigh_buf_init(&ask, WEIGH_GIT_REQUEST_MAX);
	weigh_buf_init(&body, WEIGH_GIT_TOLD_MAX);
	weigh_buf_addf(&url, "%s/" SERVICE, g->base);
	if (!weigh_git_ask_refs(&ask, &g->server, rev))
		goto out; /* no ref is called so */
	r = question(g, url.data, &ask);
	rc = outbound_collect(g->place->outbound, &r, &head, &body, err);
	if (rc == WEIGH_OK) {
		*wait = gitwire_wait(&head);
		rc = check_head(&head, TYPE("result"), err);
	}
	if (rc == WEIGH_OK)
		rc = weigh_git_pick_ref(out, rev, body.data, body.len, err);
out:
	weigh_buf_free(&body);
	weigh_buf_free(&ask);
	weigh_buf_free(&url);
	return rc;
}

/* --- a commit ------------------------------------------------------------ */

/* An answer on its way into a stage. */
struct inflow {
	struct weigh_git_told told;
	bool is_git; /* its head says so */
	int status;  /* 0: nothing came */
};

static enum weigh_code
take_head(void *ctx, const struct outbound_head *head, struct weigh_err *err)
{
	struct inflow *in = ctx;

	(void)err;
	in->status = head->status;
	in->is_git = head->status == 200 && !head->coded &&
	    strcmp(head->type, TYPE("result")) == 0;
	return WEIGH_OK;
}

static enum weigh_code
take_block(void *ctx, const void *data, size_t len, struct weigh_err *err)
{
	struct inflow *in = ctx;

	return in->is_git ? weigh_git_told_feed(&in->told, data, len, err) :
			    WEIGH_OK;
}

static enum weigh_code
take_pack(void *ctx, const char *data, size_t len, struct weigh_err *err)
{
	return stage_pack_add(ctx, data, len, err);
}

/* Is this how a server answers that cannot what was asked of it?  It may die of a
 * question of version 2, or lead elsewhere. */
static bool
speaks_otherwise(const struct inflow *in, enum weigh_code rc)
{
	if (in->status == 500)
		return true;
	return in->status != 0 && in->status != 404 && in->told.pack == 0 &&
	    (rc == WEIGH_NOT_FOUND || rc == WEIGH_MALFORMED ||
		rc == WEIGH_NETWORK);
}

/* Ask for it; the pack comes into the stage, and is begun there. */
static enum weigh_code
fetch_pack(struct gitwire *g, const struct weigh_gitid *commit,
    struct stage *stage, int64_t *wait, struct weigh_err *err)
{
	struct inflow in = { .status = 0 };
	struct outbound_request r;
	struct outbound_head head;
	struct weigh_buf url, ask;
	enum weigh_code rc;

	weigh_buf_init(&url, sizeof(g->base) + 32);
	weigh_buf_init(&ask, WEIGH_GIT_REQUEST_MAX);
	weigh_buf_addf(&url, "%s/" SERVICE, g->base);
	weigh_git_ask_commit(&ask, &g->server, commit);
	weigh_git_told_init(&in.told, take_pack, stage);
	r = question(g, url.data, &ask);
	r.kind = OUTBOUND_BULK;
	r.max = ANSWER_MAX;
	r.head = take_head;
	r.block = take_block;
	r.ctx = &in;
	rc = outbound_ask(g->place->outbound, &r, &head, err);
	if (rc == WEIGH_OK) {
		*wait = gitwire_wait(&head);
		rc = check_head(&head, TYPE("result"), err);
	}
	if (rc == WEIGH_OK)
		rc = weigh_git_told_end(&in.told, err);
	g->other = speaks_otherwise(&in, rc);
	weigh_buf_free(&ask);
	weigh_buf_free(&url);
	return rc;
}

enum weigh_code
gitwire_bring(struct gitwire *g, const struct weigh_gitid *commit,
    struct stage *stage, int64_t *wait, struct weigh_err *err)
{
	bool whole = false;
	enum weigh_code rc = stage_has(stage, commit, &whole, err);

	*wait = -1;
	if (rc != WEIGH_OK || whole)
		return rc;
	rc = stage_pack_begin(stage, GITWIRE_PACK_MAX, err);
	if (rc == WEIGH_OK)
		rc = fetch_pack(g, commit, stage, wait, err);
	if (rc == WEIGH_OK)
		rc = stage_pack_end(stage, err);
	stage_pack_abandon(stage);
	if (rc == WEIGH_OK)
		rc = stage_has(stage, commit, &whole, err);
	if (rc == WEIGH_OK && !whole)
		rc = weigh_fail(err, WEIGH_MISMATCH,
		    "the pack does not hold all that the commit leads to");
	return weigh_context(err, rc, "git at '%s'", g->base);
}

enum weigh_code
gitwire_objects(const struct source_place *p, const char *base,
    const struct weigh_gitid *commit, struct stage *stage, int64_t *wait,
    struct weigh_err *err)
{
	struct gitwire g = { .place = p, .server = usual };
	enum weigh_code rc;

	if (snprintf(g.base, sizeof(g.base), "%s", base) >= (int)sizeof(g.base))
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "the address is too long");
	rc = gitwire_bring(&g, commit, stage, wait, err);
	if (rc == WEIGH_OK || !g.other)
		return rc;
	weigh_err_clear(err);
	rc = gitwire_meet(&g, p, base, wait, err);
	return rc == WEIGH_OK ? gitwire_bring(&g, commit, stage, wait, err) :
				rc;
}
