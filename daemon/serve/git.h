/* git: what the files of git's routes share.  Private to serve/. */
#ifndef SERVE_GIT_H
#define SERVE_GIT_H

#include <weigh/gitwire.h>
#include <weigh/pktline.h>

#include "priv.h"
#include "repo/fetch.h"

/* A ref of the catalog. */
struct git_ref {
	char *name; /* full */
	struct weigh_gitid commit;
	struct weigh_gitid id; /* what git shows: the commit, or a tag of it */
};

struct git_refs {
	struct git_ref *list;
	size_t count;
	size_t room;
	struct weigh_gitid head; /* zero: HEAD leads nowhere */
	char head_ref[WEIGH_REV_MAX +
	    12]; /* full; a branch that may not exist */
};

/* One request of git's protocol, while it is worked out. */
struct git_ask {
	struct ask *ask;
	struct catalog_reader *reader;
	struct weigh_repo name; /* as it is spelled here */
	struct repo *repo;
	struct repo_fetch *fetch;
	struct weigh_git_request request;
	struct git_refs refs;
};

/* Read the repository's refs from the catalog, and what git has for its tags. */
enum weigh_code git_refs_read(struct git_ask *g, struct weigh_err *err);
void git_refs_free(struct git_refs *refs);

/* The answer to a fetch: fills the reply, or writes it by an outlet. */
void git_fetch(struct git_ask *g);

/* The reply is git's last line: ERR and err's words. */
void git_fail(struct git_ask *g, const struct weigh_err *err);

#endif
