/*
 * gitwire: the server's side of git's fetch protocol, version 2, as bytes and
 * decisions.  Which part of it is spoken, byte by byte: proto/git/README.md.
 * Source: git's gitprotocol-v2(5).
 *
 * (1) A request is read whole or refused: an unknown command, capability or
 *     argument, an argument of the other command, an id that is none.
 * (2) Each request stands alone.  What to answer to a fetch is one pure function
 *     of facts (weigh_git_decide).
 * (3) A pack follows only if something is wanted, and the client said `done`, has
 *     nothing, or was told `ready`.
 * (4) Words that go to a terminal hold no control character.
 */
#ifndef WEIGH_GITWIRE_H
#define WEIGH_GITWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/oid.h>

/* The most bytes of a request: some 80,000 wants and haves.  git itself sends at
 * most 16,384 haves at a time, and those that we know besides. */
#define WEIGH_GIT_REQUEST_MAX (4u << 20)
/* With more prefixes than this, all refs are told, as git does with 65,536. */
#define WEIGH_GIT_PREFIXES 1000
#define WEIGH_GIT_EXCLUDED 100         /* refs of deepen-not */
#define WEIGH_GIT_DEPTH_ALL 0x7fffffff /* "deepen": all there is */

enum weigh_git_command {
	WEIGH_GIT_NOTHING, /* a lone flush: asks whether we are there */
	WEIGH_GIT_LS_REFS,
	WEIGH_GIT_FETCH
};

struct weigh_git_ids {
	struct weigh_gitid *ids;
	size_t count;
	size_t room;
};

/* Texts of a request; they point into its bytes. */
struct weigh_git_text {
	const char *p;
	size_t len;
};
struct weigh_git_texts {
	struct weigh_git_text *texts;
	size_t count;
	size_t room;
};

struct weigh_git_request {
	enum weigh_git_command command;
	/* ls-refs */
	bool peel, symrefs, unborn;
	struct weigh_git_texts prefixes; /* none: every ref */
	/* fetch */
	struct weigh_git_ids wants, haves;
	struct weigh_git_ids shallows; /* of these the client has no parents */
	bool done, wait_for_done;
	bool thin_pack, include_tag, no_progress;
	bool ofs_delta; /* understood, never needed */
	uint32_t depth; /* commits from each want; 0: not asked */
	bool relative;  /* from the client's shallows, not the wants */
	bool has_since;
	int64_t since;                   /* seconds since 1970 */
	struct weigh_git_texts excluded; /* refs of deepen-not */
};

/* Read a request of at most WEIGH_GIT_REQUEST_MAX bytes, which must outlive it.
 * WEIGH_MALFORMED, WEIGH_TOO_BIG, WEIGH_NOMEM; then it is empty. */
enum weigh_code weigh_git_request_parse(struct weigh_git_request *out,
    const char *data, size_t len, struct weigh_err *err);
void weigh_git_request_free(struct weigh_git_request *r);

/* Is a ref of this name asked for? */
bool weigh_git_prefix_fits(const struct weigh_git_request *r, const char *name);

/* --- what to answer to a fetch ----------------------------------------------- */

struct weigh_git_facts {
	bool wants;  /* something is wanted */
	bool haves;  /* the client named something */
	bool common; /* of which we know some */
	bool meets;  /* every want leads to one of those */
	bool done;
	bool wait_for_done;
};

enum weigh_git_answer {
	WEIGH_GIT_SILENCE,   /* nothing was asked */
	WEIGH_GIT_ACKS,      /* acknowledgments; the client asks again */
	WEIGH_GIT_ACKS_PACK, /* acknowledgments with `ready`, and the pack */
	WEIGH_GIT_PACK       /* the pack */
};

enum weigh_git_answer weigh_git_decide(const struct weigh_git_facts *f);

/* --- what is written --------------------------------------------------------- */

/* The answer to info/refs?service=git-upload-pack. */
void weigh_git_capabilities(struct weigh_buf *out);
/* The same for a client that speaks another version: words. */
void weigh_git_old_version(struct weigh_buf *out);

struct weigh_git_ref {
	const char *name;          /* "refs/heads/main", "HEAD" */
	struct weigh_gitid id;     /* zero: HEAD leads to a branch unborn */
	struct weigh_gitid peeled; /* of an annotated tag; else zero */
	const char *symref;        /* what HEAD stands for; else NULL */
};
/* A ref's line, with what the request wants to know of it; nothing for one that
 * does not fit. */
void weigh_git_ref_add(struct weigh_buf *out, const struct weigh_git_request *r,
    const struct weigh_git_ref *ref);

/* The section `acknowledgments`, and the mark behind it. */
void weigh_git_acks_add(struct weigh_buf *out, const struct weigh_gitid *common,
    size_t count, bool ready);

/* A line of the section `shallow-info`: "shallow" or "unshallow". */
void weigh_git_shallow_add(struct weigh_buf *out, bool shallow,
    const struct weigh_gitid *commit);

/* The line that ends everything: ERR and words. */
void weigh_git_err_add(struct weigh_buf *out, const char *words);
/* The same in the middle of a pack. */
void weigh_git_side_err_add(struct weigh_buf *out, const char *words);

#endif
