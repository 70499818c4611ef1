/*
 * route: does a request's target fit a pattern of a route table?  Pure.
 *
 * A pattern is a path whose parts are literal text or one of
 *
 *     {kind}   models, datasets or spaces
 *     {id}     a repository's name: `org/name`, or `name`
 *     {repo}   the same with datasets/ or spaces/ before it, or nothing
 *     {git}    {repo}, and one ".git" behind it is not part of the name
 *     {rev}    a revision: one part, %2F allowed in it; at the end of a pattern
 *              all the rest, for clients that send its slashes as they are
 *     {word}   one part of [A-Za-z0-9_.-]
 *     **       all the rest, at least one part, %2F allowed: a path
 *
 * (1) Parts are compared after decoding, and a decoded slash counts as a slash
 *     only where the pattern says so: {rev} and **.
 * (2) {id}, {repo} and {git} take two parts if the pattern then fits, else one.
 * (3) What is captured passed its own grammar (weigh_repo_parse, weigh_rev_ok or
 *     40 hex, weigh_path_check); what did not is told by `bad`.
 * (4) Where {rev} stands before **, only who knows the refs can tell where a
 *     revision sent with its slashes ends: `rev` is the first part then, `path`
 *     the rest, and `open` says so.
 */
#ifndef WEIGH_ROUTE_H
#define WEIGH_ROUTE_H

#include <stdbool.h>

#include <weigh/http.h>
#include <weigh/name.h>

enum weigh_route_bad {
	WEIGH_ROUTE_FINE,
	WEIGH_ROUTE_BAD_REPO,
	WEIGH_ROUTE_BAD_REV,
	WEIGH_ROUTE_BAD_PATH
};

struct weigh_route_match {
	enum weigh_route_bad bad;
	struct weigh_repo repo;
	char rev[WEIGH_REV_MAX + 1];
	bool open; /* parts of `path` may belong to `rev` (4) */
	/* Where in the target the repository's name stands: part and number of
	 * parts; 0 parts: nowhere. */
	unsigned repo_at, repo_parts;
	char word[65];
	char path[WEIGH_PATH_MAX + 1]; /* "" if the pattern has no ** */
};

/* Does `target`, from its part number `from`, fit `pattern`?  If so *m is
 * filled. */
bool weigh_route_match(const char *pattern, const struct weigh_http_target *t,
    unsigned from, struct weigh_route_match *m);

#endif
