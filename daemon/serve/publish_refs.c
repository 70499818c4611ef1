/* publish_refs: branches and tags, made and taken away. */
#include <stdio.h>
#include <string.h>

#include "publish.h"

/* Clients send "refs/heads/x" for x now and then. */
static const char *
short_name(const char *name, enum catalog_ref_kind kind)
{
	enum catalog_ref_kind found;
	const char *text = catalog_ref_short(name, &found);

	return text != NULL && found == kind ? text : name;
}

static void
end_ref(struct ask *ask, enum weigh_code rc, const struct gate_ref *ref)
{
	if (rc == WEIGH_OK)
		publish_done(ask);
	else
		publish_fail(ask, rc, ref->missing);
}

/* --- branches -------------------------------------------------------------------- */

static enum weigh_code
make_branch(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_ref_request *request, struct gate_ref *ref)
{
	struct weigh_err *err = &ask->task.reply.err;
	enum weigh_code rc;

	if (request->empty) {
		weigh_fail(err, WEIGH_USAGE,
		    "a branch without a commit is not kept here");
		weigh_fix(err, "begin it at a revision, then delete files");
		return WEIGH_USAGE;
	}
	/* As the Hub: without a revision nothing is to be done to one that is
	 * there. */
	ref->replace = request->overwrite && request->at[0] != '\0';
	rc = gate_make_ref(ask->serve->parts.gate, reader, ref, err);
	if (rc != WEIGH_EXISTS || !request->overwrite || ref->replace)
		return rc;
	weigh_err_clear(err);
	return WEIGH_OK;
}

void
serve_branch_make(struct ask *ask, struct catalog_reader *reader)
{
	struct weigh_ref_request request;
	struct publisher p;
	struct gate_ref ref = { .kind = CATALOG_BRANCH, .who = &p.who };
	enum weigh_code rc;

	if (!publish_repo(ask, reader))
		return;
	publisher_fill(&p, ask);
	rc = weigh_branch_request_parse(&request, ask->body.data, ask->body.len,
	    &ask->task.reply.err);
	if (rc == WEIGH_OK) {
		ref.repo = ask->match.repo;
		ref.name = short_name(ask->match.rev, CATALOG_BRANCH);
		ref.at = request.at;
		rc = make_branch(ask, reader, &request, &ref);
	}
	end_ref(ask, rc, &ref);
}

/* --- tags --------------------------------------------------------------------------- */

void
serve_tag_make(struct ask *ask, struct catalog_reader *reader)
{
	struct weigh_ref_request request;
	struct publisher p;
	struct gate_ref ref = { .kind = CATALOG_TAG, .who = &p.who };
	enum weigh_code rc;

	if (!publish_repo(ask, reader))
		return;
	publisher_fill(&p, ask);
	rc = weigh_tag_request_parse(&request, ask->body.data, ask->body.len,
	    &ask->task.reply.err);
	if (rc == WEIGH_OK) {
		ref.repo = ask->match.repo;
		ref.name = short_name(request.name, CATALOG_TAG);
		ref.at = ask->match.rev;
		ref.message = request.message[0] != '\0' ? request.message :
							   NULL;
		rc = gate_make_ref(ask->serve->parts.gate, reader, &ref,
		    &ask->task.reply.err);
	}
	end_ref(ask, rc, &ref);
}

/* --- taking away ---------------------------------------------------------------------- */

static void
drop(struct ask *ask, struct catalog_reader *reader, enum catalog_ref_kind kind)
{
	struct publisher p;
	struct gate_ref ref = { .kind = kind, .who = &p.who };
	enum weigh_code rc;

	if (!publish_repo(ask, reader))
		return;
	publisher_fill(&p, ask);
	ref.repo = ask->match.repo;
	ref.name = short_name(ask->match.rev, kind);
	rc = gate_drop_ref(ask->serve->parts.gate, reader, &ref,
	    &ask->task.reply.err);
	end_ref(ask, rc, &ref);
}

void
serve_branch_drop(struct ask *ask, struct catalog_reader *reader)
{
	drop(ask, reader, CATALOG_BRANCH);
}

void
serve_tag_drop(struct ask *ask, struct catalog_reader *reader)
{
	drop(ask, reader, CATALOG_TAG);
}
