/*
 * follow: looking upstream again and again at what is followed, by a thread of its
 * own, one repository after the other.
 *
 * (1) A look is one question, conditional where upstream gave an etag; what it tells
 *     becomes events (weigh/follow.h), and the mirror's row keeps it for the next look.
 * (2) A look changes nothing that was admitted: that a branch moved orders a job, that
 *     a repository is gone orders nothing.
 * (3) The next look is follow_seconds later, or when upstream said; of what cannot be
 *     reached sooner, but not before FOLLOW_AGAIN seconds.
 * (4) Offline nothing is looked at, and nothing is noted.
 *
 * Threads: any; follow_new, start, stop and free: the one that builds the house.
 */
#ifndef FETCH_FOLLOW_H
#define FETCH_FOLLOW_H

#include "fetch/fetch.h"

#define FOLLOW_AGAIN \
	600 /* seconds after a look that failed, if not less is usual */

struct follow;

/* Borrowed; all outlive it. */
struct follow_parts {
	struct fetch *fetch;
	struct gate *gate;
	const char *catalog_path;
};

enum weigh_code follow_new(struct follow **out,
    const struct follow_parts *parts, unsigned seconds, struct weigh_err *err);
/* Between two looks at a repository, from now on. */
void follow_set(struct follow *f, unsigned seconds);
enum weigh_code follow_start(struct follow *f, struct weigh_err *err);
/* After fetch_stop, which ends a look that is under way.  NULL does nothing. */
void follow_stop(struct follow *f);
void follow_free(struct follow *f);

/* What a look showed. */
struct follow_seen {
	enum weigh_upstream_state state;
	struct weigh_gitid commit; /* zero: not known */
	bool moved;                /* … and it is not what is held here */
	int64_t job;               /* that was ordered for it; 0: none */
};

/* Look at one now, whether it is followed or not; bring what is new, unless it was
 * only pulled through.  WEIGH_NOT_FOUND: it does not come from elsewhere; else as
 * fetch_look, after it was noted.  Blocks until upstream answered. */
enum weigh_code follow_now(struct follow *f, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct gate_who *who,
    struct follow_seen *out, struct weigh_err *err);

#endif
