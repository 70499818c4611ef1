/*
 * gitclient: the client's side of git's fetch protocol, version 2, as far as a mirror
 * needs it: what a server can, which commit a name means there, one commit without its
 * history.  Byte by byte: proto/git/README.md.  Source: git's gitprotocol-v2(5).
 *
 * (1) Questions are written from names and ids that were checked; our own server reads
 *     each of them (weigh_git_request_parse).
 * (2) Answers are read strictly: a section, a band or a line that was not asked for is
 *     refused; so is what stands behind the end, and an end too early.
 * (3) A fetch's answer may come in pieces of any size: every cutting gives the same
 *     pack, or the same refusal.  Memory does not grow with it.
 * (4) The server's words come out without control characters.
 *
 * Nothing here blocks or takes memory, but for the buffers that are given.
 */
#ifndef WEIGH_GITCLIENT_H
#define WEIGH_GITCLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/gitpack.h>
#include <weigh/oid.h>

/* Bytes of an answer to info/refs and to ls-refs: some 100,000 refs. */
#define WEIGH_GIT_TOLD_MAX (16u << 20)

/* --- what a server can --------------------------------------------------- */

struct weigh_git_server {
	bool two;           /* speaks version 2 */
	bool refs, fetch;   /* knows these commands */
	bool shallow;       /* can leave history out */
	bool object_format; /* wants to hear that ours is sha1 */
};

/* The answer to GET info/refs?service=git-upload-pack, asked for version 2.  A server of
 * another version is WEIGH_OK without `two`.  WEIGH_MALFORMED: not git at all, or
 * repositories of another hash than SHA-1; WEIGH_NOT_FOUND: its words say no. */
enum weigh_code weigh_git_server_parse(struct weigh_git_server *out,
    const char *data, size_t len, struct weigh_err *err);

/* --- which commit a name means ------------------------------------------- */

struct weigh_git_pick {
	bool found;
	bool tag;         /* and no branch */
	char branch[256]; /* the branch's or tag's name */
	struct weigh_gitid commit;
};

/* The question for what `rev` may be: "" (the default branch), a full ref, else a
 * branch or a tag.  False: it has no form that a ref has. */
bool weigh_git_ask_refs(struct weigh_buf *out,
    const struct weigh_git_server *server, const char *rev);
/* Its answer.  Of a branch and a tag of one name it is the branch; a tag that is an
 * object of its own is followed to its commit.  WEIGH_MALFORMED, WEIGH_NOT_FOUND (its
 * words say no). */
enum weigh_code weigh_git_pick_ref(struct weigh_git_pick *out, const char *rev,
    const char *data, size_t len, struct weigh_err *err);

/* --- one commit, its trees and files ------------------------------------- */

void weigh_git_ask_commit(struct weigh_buf *out,
    const struct weigh_git_server *server, const struct weigh_gitid *commit);

enum weigh_git_told_state {
	WEIGH_GIT_TOLD_SECTION, /* a section's name comes */
	WEIGH_GIT_TOLD_SHALLOW, /* the lines of shallow-info */
	WEIGH_GIT_TOLD_PACK,    /* bands */
	WEIGH_GIT_TOLD_END,     /* nothing comes */
	WEIGH_GIT_TOLD_BAD
};

/* Reads the answer; not to be looked into. */
struct weigh_git_told {
	weigh_pack_sink *sink; /* takes the pack */
	void *ctx;
	enum weigh_git_told_state state;
	char digits[4]; /* of a packet's length */
	unsigned ndigits;
	size_t left;     /* bytes of the packet under way */
	int band;        /* of it; 0: not known yet */
	char line[1024]; /* a packet that is no part of the pack */
	size_t len;
	uint64_t pack; /* bytes of it so far */
};

void weigh_git_told_init(struct weigh_git_told *t, weigh_pack_sink *sink,
    void *ctx);
/* The next bytes.  WEIGH_MALFORMED; WEIGH_NOT_FOUND: its words say no, before the pack;
 * WEIGH_NETWORK: its words say that it failed, in the middle; or what the sink says. */
enum weigh_code weigh_git_told_feed(struct weigh_git_told *t, const char *data,
    size_t len, struct weigh_err *err);
/* That was all.  WEIGH_NETWORK: it is cut. */
enum weigh_code weigh_git_told_end(const struct weigh_git_told *t,
    struct weigh_err *err);

#endif
