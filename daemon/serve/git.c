/*
 * git: clone, fetch and ls-remote over smart HTTP (gitprotocol-http(5)), version 2
 * of the protocol.  What is spoken of it stands in proto/git/README.md.
 *
 * Errors that git shows to people are lines of its protocol, with status 200, or
 * plain text: nothing else gets past git's own "returned error: 403".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "git.h"
#include "log/log.h"

#define TEXT "text/plain; charset=utf-8"
#define RESULT "application/x-git-upload-pack-result"

/* --- answers in words ---------------------------------------------------------------- */

/* git shows a text as "remote: …" when it is plain. */
static void
say(struct ask *ask, int status, const char *words)
{
	struct http_reply *r = &ask->task.reply;

	r->status = status;
	r->type = TEXT;
	weigh_buf_reset(&r->body);
	weigh_buf_addf(&r->body, "%s\n", words);
}

void
git_fail(struct git_ask *g, const struct weigh_err *err)
{
	struct http_reply *r = &g->ask->task.reply;

	r->type = RESULT;
	weigh_buf_reset(&r->body);
	weigh_git_err_add(&r->body, err->why);
}

/* Proxies and caches keep none of it. */
static void
never_cached(struct ask *ask)
{
	http_reply_field(&ask->task.reply, "Cache-Control", "no-cache");
}

/* --- which version ---------------------------------------------------------------------- */

/* Is "version=2" one of the values between colons? */
static bool
speaks_two(const struct ask *ask)
{
	struct weigh_span v = weigh_http_field(http_head(ask->task.x),
	    "Git-Protocol");
	static const char want[] = "version=2";
	size_t len = strlen(want);

	while (v.len >= len) {
		const char *colon = memchr(v.p, ':', v.len);
		size_t n = colon != NULL ? (size_t)(colon - v.p) : v.len;

		if (n == len && memcmp(v.p, want, len) == 0)
			return true;
		n += colon != NULL;
		v.p += n;
		v.len -= n;
	}
	return false;
}

/* --- GET info/refs ----------------------------------------------------------------------- */

void
serve_git_info(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	char service[64];

	(void)reader;
	never_cached(ask);
	ask_query(ask, "service", service, sizeof(service));
	if (strcmp(service, "git-receive-pack") == 0) {
		say(ask, 403,
		    "this mirror takes no pushes: publish by `hf upload`, or "
		    "on the mirror by `weigh add`");
	} else if (strcmp(service, "git-upload-pack") != 0) {
		say(ask, 403,
		    "this mirror speaks git's smart protocol only "
		    "(?service=git-upload-pack)");
	} else {
		r->type = "application/x-git-upload-pack-advertisement";
		if (speaks_two(ask))
			weigh_git_capabilities(&r->body);
		else
			weigh_git_old_version(&r->body);
	}
}

/* --- POST git-upload-pack ------------------------------------------------------------------ */

/* The version is not asked for: before a long request git sends a lone flush to find
 * out whether it may, and that says none.  A request of another version is refused
 * when it is read. */
static bool
begin(struct ask *ask, struct catalog_reader *reader)
{
	struct weigh_span type = weigh_http_field(http_head(ask->task.x),
	    "Content-Type");

	(void)reader;
	if (weigh_span_is_nocase(type, "application/x-git-upload-pack-request"))
		return true;
	ask_fail(ask,
	    weigh_fail(&ask->task.reply.err, WEIGH_USAGE,
		"the Content-Type is not "
		"application/x-git-upload-pack-request"),
	    NULL);
	return false;
}

const struct route_body serve_git_body = {
	.max = WEIGH_GIT_REQUEST_MAX,
	.begin = begin,
};

static void
list_refs(struct git_ask *g)
{
	struct http_reply *r = &g->ask->task.reply;
	const struct git_refs *refs = &g->refs;
	struct weigh_git_ref ref = {
		.name = "HEAD",
		.id = refs->head,
		.symref = refs->head_ref,
	};

	weigh_git_ref_add(&r->body, &g->request, &ref);
	for (size_t i = 0; i < refs->count; i++) {
		ref = (struct weigh_git_ref){
			.name = refs->list[i].name,
			.id = refs->list[i].id,
		};
		if (!weigh_gitid_equal(&ref.id, &refs->list[i].commit))
			ref.peeled = refs->list[i].commit;
		weigh_git_ref_add(&r->body, &g->request, &ref);
	}
	weigh_pkt_flush(&r->body);
}

/* --- who may be given what ------------------------------------------------------------------- */

static enum weigh_code
is_admitted(void *ctx, const struct weigh_gitid *commit, bool *yes,
    struct weigh_err *err)
{
	struct git_ask *g = ctx;
	char hex[WEIGH_GITID_HEX + 1];
	struct weigh_gitid found;
	enum weigh_code rc;
	bool known;

	weigh_gitid_hex(commit, hex);
	rc = catalog_resolve(g->reader, &g->name, hex, &found, &known, err);
	*yes = rc == WEIGH_OK && weigh_gitid_equal(&found, commit);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

static void
keep_promise(void *ctx, const struct catalog_entry *e)
{
	*(struct repo_promise *)ctx = (struct repo_promise){
		.git = e->git,
		.oid = e->oid,
		.size = e->size,
		.lfs = e->lfs,
	};
}

/* A pointer gives away no byte of the file it points to: that is asked for when
 * git-lfs comes for it. */
static enum weigh_code
promise_of(void *ctx, const struct weigh_gitid *commit, const char *path,
    struct repo_promise *out, struct weigh_err *err)
{
	struct git_ask *g = ctx;
	enum weigh_code rc;

	rc = catalog_entry(g->reader, &g->name, commit, path, keep_promise, out,
	    err);
	if (rc == WEIGH_OK && !out->lfs)
		rc = gate_ask(g->ask->serve->parts.gate, g->reader,
		    WEIGH_DOOR_GIT, &out->oid, out->size, err);
	return rc;
}

/* --- one request -------------------------------------------------------------------------------- */

static enum weigh_code
open_all(struct git_ask *g, struct weigh_err *err)
{
	const struct repo_keeper keeper = {
		.admitted = is_admitted,
		.promise = promise_of,
		.ctx = g,
	};
	const struct serve_parts *parts = &g->ask->serve->parts;
	enum weigh_code rc;

	rc = catalog_find_repo(g->reader, &g->ask->match.repo, &g->name, err);
	if (rc == WEIGH_OK)
		rc = repo_open(parts->repos, &g->name, false, &g->repo, err);
	if (rc == WEIGH_OK)
		rc = repo_fetch_new(&g->fetch, g->repo, &keeper, err);
	if (rc == WEIGH_OK)
		rc = git_refs_read(g, err);
	return rc;
}

static void
answer(struct git_ask *g)
{
	struct http_reply *r = &g->ask->task.reply;
	struct weigh_err *err = &r->err;

	if (open_all(g, err) != WEIGH_OK)
		git_fail(g, err);
	else if (g->request.command == WEIGH_GIT_LS_REFS)
		list_refs(g);
	else
		git_fetch(g);
	git_refs_free(&g->refs);
	repo_fetch_free(g->fetch);
	repo_close(g->repo);
}

void
serve_git_upload_pack(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct git_ask g = { .ask = ask, .reader = reader };

	never_cached(ask);
	r->type = RESULT;
	if (weigh_git_request_parse(&g.request, ask->body.data, ask->body.len,
		&r->err) != WEIGH_OK)
		git_fail(&g, &r->err);
	else if (g.request.command != WEIGH_GIT_NOTHING)
		answer(&g);
	if (r->body.failed) { /* no part is taken for the whole */
		weigh_fail(&r->err, WEIGH_TOO_BIG, "the answer is too long");
		git_fail(&g, &r->err);
	}
	weigh_git_request_free(&g.request);
}

/* --- POST git-receive-pack ------------------------------------------------------------------------ */

void
serve_git_receive_pack(struct ask *ask, struct catalog_reader *reader)
{
	(void)reader;
	say(ask, 403,
	    "this mirror takes no pushes: publish by `hf upload`, or on the "
	    "mirror by `weigh add`");
}
