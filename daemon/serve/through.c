/*
 * through: what is not here yet (serve.h, 7).
 *
 *   unknown repository or revision: the question waits, upstream is asked once for
 *   all who wait, and then the usual handler answers from the catalog, in which the
 *   revision is partial: listed, its large files not held;
 *
 *   a file that is listed and not held: described at once; its bytes are sent while
 *   they come in.
 */
#include <stdio.h>
#include <string.h>

#include "priv.h"
#include "trust/access.h"

#define GATED_FIX \
	"ask the mirror's administrator for a token of upstream that was " \
	"given access"

/* --- what trouble upstream is in the Hub's words ------------------------- */

static enum weigh_hub_case
case_of(enum weigh_code code)
{
	/* Of our token there; nothing is said of theirs here. */
	if (code == WEIGH_UNAUTHORIZED || code == WEIGH_FORBIDDEN)
		return WEIGH_HUB_GATED;
	return code == WEIGH_NOT_YET ? WEIGH_HUB_UPSTREAM_SLOW :
				       WEIGH_HUB_UPSTREAM_DOWN;
}

/* Is it trouble of our own, which the table has no row for? */
static bool
is_ours(enum weigh_code code)
{
	return code == WEIGH_NOMEM || code == WEIGH_FULL || code == WEIGH_IO ||
	    code == WEIGH_BUG || code == WEIGH_CANCELED;
}

static void
refuse(struct ask *ask, const struct weigh_err *err)
{
	struct http_reply *r = &ask->task.reply;

	r->err = *err;
	r->status = 0;
	if (is_ours(err->code)) {
		ask_fail(ask, err->code, NULL);
		return;
	}
	if (err->code == WEIGH_PARTLY) { /* once somebody ordered it */
		r->err.code = WEIGH_NOT_YET;
		ask_fail(ask, WEIGH_NOT_YET, NULL);
		return;
	}
	ask_refuse(ask, case_of(err->code));
	if (case_of(err->code) == WEIGH_HUB_GATED)
		weigh_fix(&r->err, GATED_FIX);
}

/* The same for a file whose bytes were about to come: status and code. */
static const char *
refusal_of_bytes(const struct weigh_err *err, int *status)
{
	const struct weigh_hub_error *e = weigh_hub_error(case_of(err->code));

	*status = is_ours(err->code) ? 503 : e->status;
	return is_ours(err->code) ? NULL : e->hub_code;
}

/* --- repositories and revisions ------------------------------------------ */

/* If it were here, open to everybody, could they do what the route is for? */
static bool
could(const struct ask *ask, struct catalog_reader *reader)
{
	const struct tokens *t = ask->serve->parts.tokens;

	if (ask->route->right == WEIGH_RIGHT_READ)
		return access_reads(t, reader, &ask->who, &ask->match.repo,
		    WEIGH_PUBLIC);
	return access_sees(t, &ask->who, &ask->match.repo, WEIGH_PUBLIC);
}

/* The revision that is asked for.  Where it was sent with its slashes it is one part,
 * or the three of "refs/pr/1". */
static void
name_revision(struct ask *ask)
{
	const struct weigh_route_match *m = &ask->match;
	char *rev = ask->wait.rev;
	const char *slash;

	snprintf(rev, sizeof(ask->wait.rev), "%s", m->rev);
	if (!m->open || strcmp(rev, "refs") != 0 ||
	    (slash = strchr(m->path, '/')) == NULL)
		return;
	snprintf(rev, sizeof(ask->wait.rev), "refs/%.*s",
	    (int)(slash - m->path + 1 + (int)strcspn(slash + 1, "/")), m->path);
}

bool
ask_misses(struct ask *ask, struct catalog_reader *reader, bool repo_known)
{
	struct fetch *fetch = ask->serve->parts.fetch;

	if (fetch == NULL || ask->wait.over ||
	    !(ask->route->flags & ROUTE_THROUGH) ||
	    ask->match.repo.name[0] == '\0' || !could(ask, reader) ||
	    !fetch_through_allows(fetch, reader, &ask->match.repo))
		return false;
	name_revision(ask);
	ask->wait.repo_known = repo_known;
	ask->wait.wanted = true;
	return true;
}

/* Does the usual handler know what to say now?  It was brought in, or published here
 * meanwhile; or upstream has none either; or we are offline, which is the same. */
static bool
is_settled(enum weigh_code code)
{
	return code == WEIGH_OK || code == WEIGH_EXISTS ||
	    code == WEIGH_NOT_FOUND || code == WEIGH_DENIED;
}

static void
begin_waiting(struct ask *ask)
{
	struct ask_wait *wait = &ask->wait;

	fetch_know(ask->serve->parts.fetch, &ask->match.repo, wait->rev,
	    wait->repo_known, &wait->waiter);
}

static void
known(struct job *job)
{
	struct ask_wait *wait = (struct ask_wait *)job;
	struct ask *ask = wait->ask;

	/* Is it the revision that upstream does not have, or the repository? */
	if (wait->waiter.code == WEIGH_NOT_FOUND && !wait->repo_known &&
	    wait->rev[0] != '\0') {
		wait->rev[0] = '\0';
		begin_waiting(ask);
		return;
	}
	if (is_settled(wait->waiter.code)) {
		http_task_again(&ask->task, pool_queue(ask_pool(ask)));
		return;
	}
	http_reply_clear(&ask->task.reply);
	refuse(ask, &wait->waiter.err);
	http_task_end(&ask->task);
}

bool
ask_waits(struct http_task *task)
{
	struct ask *ask = (struct ask *)task;
	struct ask_wait *wait = &ask->wait;

	if (!wait->wanted)
		return false;
	wait->wanted = false;
	wait->over = true;
	wait->ask = ask;
	wait->waiter.job.done = known;
	wait->waiter.job.home = http_loop(task->x);
	ask->generation = gate_generation(ask->serve->parts.gate);
	begin_waiting(ask);
	return true;
}

/* --- files --------------------------------------------------------------- */

bool
ask_brings(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_repo *repo)
{
	struct fetch *fetch = ask->serve->parts.fetch;

	return fetch != NULL && fetch_through_allows(fetch, reader, repo);
}

/* What nobody brings is to clients as if the revision did not have it. */
static void
say_left_out(struct ask *ask, const char *path)
{
	struct http_reply *r = &ask->task.reply;

	ask_lacks(ask,
	    weigh_fail(&r->err, WEIGH_NOT_FOUND,
		"'%s' of '%s' was left out when this mirror took the revision "
		"in",
		path, ask->match.repo.name),
	    WEIGH_HUB_NO_ENTRY);
	weigh_fix(&r->err,
	    "ask the mirror's administrator for it: weigh mirror %s "
	    "--include '%s'",
	    ask->match.repo.name, path);
}

bool
ask_bring(struct ask *ask, struct catalog_reader *reader, const char *path,
    const struct weigh_oid *oid, bool bytes)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_err err;
	enum weigh_code rc;

	if (!ask_brings(ask, reader, &ask->match.repo)) {
		say_left_out(ask, path);
		return true;
	}
	if (!bytes)
		return true;
	weigh_err_clear(&err);
	rc = fetch_flow(ask->serve->parts.fetch, reader, &ask->match.repo,
	    &ask->commit, path, oid, r->size, &r->flow, &err);
	/* While it was waited for, a lie may have come to light. */
	if ((rc == WEIGH_OK || rc == WEIGH_EXISTS) && ask_lied(ask, oid)) {
		flow_drop(r->flow);
		r->flow = NULL;
		return true;
	}
	if (rc == WEIGH_EXISTS)
		return false;
	r->refusal = refusal_of_bytes;
	if (rc == WEIGH_DENIED)
		say_left_out(ask, path); /* offline */
	else if (rc != WEIGH_OK)
		refuse(ask, &err);
	return true;
}

void
ask_counts(struct ask *ask, struct catalog_reader *reader, bool held)
{
	struct fetch *fetch = ask->serve->parts.fetch;

	if (fetch != NULL)
		fetch_asked(fetch, reader, &ask->match.repo, held);
}

bool
ask_lied(struct ask *ask, const struct weigh_oid *oid)
{
	struct fetch *fetch = ask->serve->parts.fetch;
	struct http_reply *r = &ask->task.reply;

	if (fetch == NULL ||
	    weigh_http_field(http_head(ask->task.x), "Range").p == NULL ||
	    !fetch_lied(fetch, oid))
		return false;
	http_reply_field(r, "Content-Range", "bytes */%llu",
	    (unsigned long long)r->size);
	r->status = 416;
	r->rc = weigh_fail(&r->err, WEIGH_NOT_YET,
	    "upstream sent other bytes for this file a short while ago, and "
	    "what you have of it may be of those");
	weigh_what(&r->err, "no part of '%s' is sent for now", ask->match.path);
	weigh_fix(&r->err, "begin the file anew");
	return true;
}
