/*
 * gitwire: git over smart HTTP (gitprotocol-http(5)), as client: what source_git asks,
 * and source_hub of an upstream that offers git beside its API.  What is asked and how
 * answers are read: weigh/gitclient.h.
 *
 * (1) Version 2 only: who speaks no other does not offer git, WEIGH_NOT_FOUND.
 * (2) A commit comes without its history; what came is kept only if it has all that the
 *     commit leads to, hashed from the commit down.
 * (3) No answer is longer than its bound: 16 MiB of refs, 1 GiB of pack.
 *
 * Threads: any.  Blocking: all.  Errors: those of outbound_ask and
 * weigh_upstream_refusal; *wait as in fetch/source.h.
 */
#ifndef FETCH_GITWIRE_H
#define FETCH_GITWIRE_H

#include <weigh/gitclient.h>

#include "fetch/source.h"

#define GITWIRE_PACK_MAX (1ull << 30)

struct gitwire {
	const struct source_place *place;
	char base[2048]; /* "https://forge.example/org/name.git" */
	struct weigh_git_server server;
	bool other; /* a commit was asked for, and perhaps not understood */
};

/* Ask at BASE/info/refs what this server can; where that was redirected to, the rest
 * is asked.  WEIGH_NOT_FOUND: git is not offered there. */
enum weigh_code gitwire_meet(struct gitwire *g, const struct source_place *p,
    const char *base, int64_t *wait, struct weigh_err *err);

/* What `rev` means; !out->found: nothing. */
enum weigh_code gitwire_pick(struct gitwire *g, const char *rev,
    struct weigh_git_pick *out, int64_t *wait, struct weigh_err *err);

/* A commit into the stage, if it is not there yet.  WEIGH_NOT_FOUND: it is not given
 * there; WEIGH_MISMATCH: what came is not all of it. */
enum weigh_code gitwire_bring(struct gitwire *g,
    const struct weigh_gitid *commit, struct stage *stage, int64_t *wait,
    struct weigh_err *err);

/* The objects step of a Hub: ask for the commit at once, in one round trip; where that
 * is not understood, meet, then bring. */
enum weigh_code gitwire_objects(const struct source_place *p, const char *base,
    const struct weigh_gitid *commit, struct stage *stage, int64_t *wait,
    struct weigh_err *err);

/* Seconds that an answer asks to wait, or -1. */
int64_t gitwire_wait(const struct outbound_head *head);

#endif
