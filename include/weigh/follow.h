/*
 * follow: what became of a repository elsewhere between two looks at it: facts in,
 * events out.  Pure.
 *
 * (1) The same two looks give the same events; a look like the one before gives
 *     none, and neither does the first.
 * (2) That nobody answered says nothing about the repository: what was known of it
 *     stays known; one event tells that it cannot be reached, another that it can
 *     again.
 * (3) Each event is one sentence that needs no other.
 */
#ifndef WEIGH_FOLLOW_H
#define WEIGH_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/err.h>
#include <weigh/name.h>
#include <weigh/oid.h>

enum weigh_event_kind {
	WEIGH_EVENT_MOVED,    /* the branch leads to another commit */
	WEIGH_EVENT_DELETED,  /* repository or revision is gone */
	WEIGH_EVENT_BACK,     /* … and there again */
	WEIGH_EVENT_GATED,    /* content is for those who were let in */
	WEIGH_EVENT_REFUSED,  /* … and we were not, or not any more */
	WEIGH_EVENT_OPENED,   /* neither any more */
	WEIGH_EVENT_RENAMED,  /* it has another name there */
	WEIGH_EVENT_LICENSE,  /* what we hold now has another license */
	WEIGH_EVENT_CARD,     /* … or another card */
	WEIGH_EVENT_LOST,     /* upstream cannot be reached */
	WEIGH_EVENT_FOUND,    /* … and can again */
	WEIGH_EVENT_MIRRORED, /* a revision was brought in */
	WEIGH_EVENT_FAILED,   /* … or could not be */
	WEIGH_EVENT_PINNED,
	WEIGH_EVENT_UNPINNED,
	WEIGH_EVENTS
};
/* "moved", "deleted", …: what the table `events` and weigh.events/1 call it. */
const char *weigh_event_name(enum weigh_event_kind kind);

struct weigh_event {
	enum weigh_event_kind kind;
	char what[512];                   /* (3) */
	struct weigh_gitid before, after; /* commits, zero: it is about none */
};

/* How a repository is found elsewhere. */
enum weigh_upstream_state {
	WEIGH_UPSTREAM_UNKNOWN, /* not looked at yet */
	WEIGH_UPSTREAM_THERE,
	WEIGH_UPSTREAM_GATED,   /* there, gated, and we are let in */
	WEIGH_UPSTREAM_REFUSED, /* we are not: gated, or private by now */
	WEIGH_UPSTREAM_GONE,
	WEIGH_UPSTREAM_STATES
};
/* "unknown", "there", "gated", "refused", "gone". */
const char *weigh_upstream_state_name(enum weigh_upstream_state state);

struct weigh_upstream {
	enum weigh_upstream_state state;
	struct weigh_gitid commit; /* where the revision led; zero: not known */
	struct weigh_repo called;  /* its name there; "": as here */
	char error[256];           /* why nobody answered; "": somebody did */
};

/* What a look that ended with `rc` says (the words in *err, unless WEIGH_OK): `found`
 * is what was told if it is WEIGH_OK.  What is not known by it is taken from `before`
 * (2). */
void weigh_upstream_look(struct weigh_upstream *out,
    const struct weigh_upstream *before, enum weigh_code rc,
    const struct weigh_err *err, const struct weigh_upstream *found);

/* What changed.  `rev` is what is followed, "" the default branch.  Answers how many
 * events there are. */
#define WEIGH_FOLLOW_MOST 5
size_t weigh_follow_judge(const char *rev, const struct weigh_upstream *before,
    const struct weigh_upstream *now,
    struct weigh_event out[WEIGH_FOLLOW_MOST]);

/* What a revision that is held says of itself. */
struct weigh_declared {
	struct weigh_gitid commit;
	const char *license;     /* as the card declares it; "" */
	struct weigh_gitid card; /* README.md's git blob; zero: none */
	struct weigh_gitid text; /* of the license's own file; zero: none */
	const char *text_path;   /* its name; "" */
};
/* Another license (declared, or the text of its file), another card. */
#define WEIGH_DECLARED_MOST 2
size_t weigh_follow_declared(const struct weigh_declared *before,
    const struct weigh_declared *now,
    struct weigh_event out[WEIGH_DECLARED_MOST]);

/* Is this file the text of a license, by its name: LICENSE, LICENSE.md, COPYING, …, in
 * the root? */
bool weigh_follow_is_license(const char *path);

#endif
