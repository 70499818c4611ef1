/* priv: what the files of serve/ share. */
#ifndef SERVE_PRIV_H
#define SERVE_PRIV_H

#include <stdatomic.h>

#include <weigh/access.h>
#include <weigh/hub_error.h>
#include <weigh/json.h>
#include <weigh/route.h>

#include "net/intake.h"
#include "net/task.h"
#include "serve/serve.h"

struct cache;
struct uploads;

struct serve {
	struct serve_parts parts;
	struct server *server;
	struct cache **caches; /* one a loop */
	struct uploads *uploads;
	atomic_size_t bodies; /* bytes of requests' bodies that are collected */
};

/* A question that waits until upstream was asked. */
struct ask_wait {
	struct fetch_waiter waiter; /* first: the waiter is the wait */
	struct ask *ask;
	char rev[WEIGH_REV_MAX + 12]; /* that is to be known */
	bool wanted;                  /* the worker's word to the loop */
	bool over;                    /* upstream was asked */
	bool repo_known; /* and so it is about the revision alone */
};

/* A question on its way to a worker and back. */
struct ask {
	union { /* first: the task is the ask */
		struct http_task task;
		struct http_intake intake; /* where the route takes a body */
	};
	struct serve *serve;
	const struct route *route;
	struct weigh_route_match match;
	struct weigh_who who; /* asks */
	bool shared; /* nobody in particular may have the same: see ask_may */
	uint64_t generation;       /* when it was asked */
	struct weigh_gitid commit; /* what match.rev means, once looked up */
	struct weigh_buf body; /* of the request, if its route collects it */
	size_t counted;        /* bytes of it in serve->bodies */
	void *own; /* the handler's: from begin and block to work or lost */
	struct ask_wait wait;
};

/* How a route takes its request's body; net/intake.h says when each is called. */
struct route_body {
	uint64_t max; /* bytes, after a coding was taken off */
	/* Before the body is read; NULL: it is wanted.  False: not, and the reply
	 * is filled. */
	bool (*begin)(struct ask *ask, struct catalog_reader *reader);
	/* Takes the body block by block; NULL: it is collected in ask->body. */
	enum weigh_code (*block)(struct ask *ask, struct catalog_reader *reader,
	    const char *data, size_t len, struct weigh_err *err);
	/* Releases ask->own where `work` will not be called; may be NULL, and so
	 * may be `reader`. */
	void (*lost)(struct ask *ask, struct catalog_reader *reader);
};

enum route_flags {
	ROUTE_CACHED = 1, /* the answer may be given again */
	ROUTE_HUB = 2,    /* tolerates one empty part in front */
	/* Whose threads work it out; neither: `workers`, for questions. */
	ROUTE_HEAVY = 4,   /* reads or writes many bytes, waits for no client */
	ROUTE_STREAMS = 8, /* writes by an outlet, so waits for its client */
	ROUTE_GIT = 16,   /* a 401 asks for user and password, as git expects */
	ROUTE_LFS = 32,   /* and so does git-lfs, by a field of its own */
	ROUTE_OCI = 64,   /* likewise, and errors are in OCI's shape */
	ROUTE_THROUGH = 256, /* what is not here may be brought in for it */
	ROUTE_HOME = 128, /* a name of one part may mean the asker's own: the
			    handler finds out, and asks for the right */
};

struct route {
	const char *methods; /* "GET", or "GET POST": HEAD goes with GET */
	const char *pattern;
	/* What it needs: judged before begin and work, so no handler can forget
	 * it (serve.h, 5). */
	enum weigh_right right;
	/* On a worker; fills the reply.  NULL: it is answered on the loop. */
	void (*work)(struct ask *ask, struct catalog_reader *reader);
	unsigned flags;
	const struct route_body *body; /* NULL: it takes none */
};

/* --- helpers of the handlers ------------------------------------------------ */

/* Look up repository and revision: fills ask->commit and the X-Repo-Commit field,
 * or the reply with the Hub's error.  False on error.  Where the revision was sent
 * with its slashes, match.rev and match.path are put right. */
bool ask_revision(struct ask *ask, struct catalog_reader *reader);

/* The same where a path must follow the revision. */
bool ask_revision_of_file(struct ask *ask, struct catalog_reader *reader);

/* The reply becomes 307 to the same address in this repository. */
void ask_send_to(struct ask *ask, const struct weigh_repo *now);

/* The reply becomes this error; `hub_code` is static or NULL. */
void ask_fail(struct ask *ask, enum weigh_code rc, const char *hub_code);

/* May whoever asks do what the route is for, to the repository that it names?
 * Asked before begin and work; a handler asks again (ask_may_repo) about every
 * other repository that its request names: a new name, a copy's source.  False:
 * the reply is the refusal.  `right` is one of the last four. */
bool ask_may(struct ask *ask, struct catalog_reader *reader);
bool ask_may_repo(struct ask *ask, struct catalog_reader *reader,
    enum weigh_right right, const struct weigh_repo *repo);

/* The reply becomes this row of the Hub's table of errors, with its status and
 * fields.  reply.err may say why in better words; it is left empty otherwise. */
void ask_refuse(struct ask *ask, enum weigh_hub_case which);

/* The reply becomes the row `missing` if `rc` is WEIGH_NOT_FOUND, else our trouble. */
void ask_lacks(struct ask *ask, enum weigh_code rc,
    enum weigh_hub_case missing);

/* X-HF-Warning fields about the revision that ask->commit is, and about the token:
 * for model info and files. */
void ask_notices(struct ask *ask, struct catalog_reader *reader);

/* The predicate for lists: leave out what is answered false. */
bool ask_sees(const struct ask *ask, const struct weigh_repo *repo,
    enum weigh_visibility visibility);

/* A query parameter; "" and false when absent or malformed. */
bool ask_query(const struct ask *ask, const char *key, char *out, size_t size);
bool ask_flag(const struct ask *ask, const char *key);

/* --- through.c: what is not here yet -------------------------------------------- */
/* Repository or revision are not here: shall upstream be asked?  True: the reply is
 * of no account, and `work` will be called again. */
bool ask_misses(struct ask *ask, struct catalog_reader *reader,
    bool repo_known);
/* A task's `waits`. */
bool ask_waits(struct http_task *task);
/* Are files that are listed and not held brought in when they are asked for?  Where
 * they are not they are left out of lists. */
bool ask_brings(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_repo *repo);
/* A file whose bytes are not held: the reply, which describes it already, sends them as
 * they come, or says why not.  False: they came meanwhile. */
bool ask_bring(struct ask *ask, struct catalog_reader *reader, const char *path,
    const struct weigh_oid *oid, bool wants_bytes);
/* The bytes of a file are asked for; `held`: they are here. */
void ask_counts(struct ask *ask, struct catalog_reader *reader, bool held);
/* Upstream lied about these bytes a short while ago, and a part of them is asked for:
 * the reply is 416, as a part completes a copy. */
bool ask_lied(struct ask *ask, const struct weigh_oid *oid);
/* Whose threads work it out. */
struct pool *ask_pool(const struct ask *ask);

/* --- info.c, for lists too ------------------------------------------------------- */
/* The members that `expand` and `expand[]` name; *expanded: there are any.  Names
 * that nobody knows are passed over, as if they were not there. */
uint32_t serve_expand(const struct ask *ask, bool *expanded);
/* Write the member "siblings" of a revision; *files: how many there were. */
enum weigh_code serve_siblings(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit, bool blobs,
    struct weigh_jw *w, unsigned *files, struct weigh_err *err);

/* --- handlers ------------------------------------------------------------------ */
void serve_resolve(struct ask *ask, struct catalog_reader *reader);
void serve_list(struct ask *ask, struct catalog_reader *reader);
void serve_raw(struct ask *ask, struct catalog_reader *reader);
void serve_paths(struct ask *ask, struct catalog_reader *reader);
extern const struct route_body serve_paths_body;
void serve_commits(struct ask *ask, struct catalog_reader *reader);
void serve_auth_check(struct ask *ask, struct catalog_reader *reader);
void serve_info(struct ask *ask, struct catalog_reader *reader);
void serve_tree(struct ask *ask, struct catalog_reader *reader);
void serve_refs(struct ask *ask, struct catalog_reader *reader);
void serve_whoami(struct ask *ask, struct catalog_reader *reader);
void serve_ready(struct ask *ask, struct catalog_reader *reader);
void serve_metrics(struct ask *ask, struct catalog_reader *reader);
void serve_front(struct ask *ask, struct catalog_reader *reader);

/* --- git.c: git's protocol over HTTP ------------------------------------------------ */
void serve_git_info(struct ask *ask, struct catalog_reader *reader);
void serve_git_upload_pack(struct ask *ask, struct catalog_reader *reader);
void serve_git_receive_pack(struct ask *ask, struct catalog_reader *reader);
extern const struct route_body serve_git_body;

/* --- lfs.c: the LFS batch API -------------------------------------------------------- */
void serve_lfs_batch(struct ask *ask, struct catalog_reader *reader);
void serve_lfs_object(struct ask *ask, struct catalog_reader *reader);
extern const struct route_body serve_lfs_body;

/* --- oci.c: GGUF models as images ---------------------------------------------------- */
void serve_oci(struct ask *ask, struct catalog_reader *reader);
void serve_oci_manifest(struct ask *ask, struct catalog_reader *reader);
void serve_oci_blob(struct ask *ask, struct catalog_reader *reader);
void serve_oci_tags(struct ask *ask, struct catalog_reader *reader);
/* Answer with an error as OCI clients read it. */
void oci_send_error(struct http_exchange *x, int status, const char *hub_code,
    const struct weigh_err *err);
/* A reply that is an error becomes one with such a body. */
void oci_turn_error(struct http_reply *r);

/* --- weights.c: what files of weights say ------------------------------------------ */
/* Headers read while somebody waits; others are read in the background. */
#define SERVE_HEADERS_NOW 8
/* Write the members "safetensors" and "gguf" of a revision's info, each where it
 * is known: all of a model's files were read.  Headers that were never looked at
 * are read: at most `now` here, the others later, and the gate's generation rises
 * when they are. */
enum weigh_code serve_weights(struct serve *s, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    unsigned now, struct weigh_jw *jw, struct weigh_err *err);

/* --- cache.c: answers that may be given again, for one loop ------------------------ */
enum weigh_code cache_new(struct cache **out, struct weigh_err *err);
void cache_free(struct cache *c);
/* Whom an answer may be given to again. */
enum cache_for {
	CACHE_FOR_NOBODY, /* whoever shows no token: it was made for such a one */
	CACHE_FOR_ALL /* whoever is known, too: it is the same for everybody */
};
/* Answer `x` from the cache if it holds an answer to this very request made under
 * `generation`, for such a one.  True: answered. */
bool cache_answer(struct cache *c, struct http_exchange *x, uint64_t generation,
    enum cache_for whom);
/* Keep a copy of a reply, if it is small and no error. */
void cache_keep(struct cache *c, const struct http_exchange *x,
    uint64_t generation, enum cache_for whom, const struct http_reply *r);

/* --- access.c: who asks --------------------------------------------------------- */
/* Who sent this request; on the loop. */
void serve_identify(struct serve *s, struct http_exchange *x,
    struct weigh_who *who);
/* False, and answered: whoever asks is refused, and no catalog is needed to say
 * so.  `repo` is the one the route names, or NULL. */
bool serve_admits(struct serve *s, struct http_exchange *x,
    const struct route *route, const struct weigh_who *who,
    const struct weigh_repo *repo);
/* Does their token end within a week?  Then they are told, and no cache is. */
bool serve_ends_soon(const struct weigh_who *who);
/* Which answers of the cache are for them; false: none (serve.h, 6). */
bool serve_cache_for(struct serve *s, const struct weigh_who *who,
    enum cache_for *whom);

#endif
