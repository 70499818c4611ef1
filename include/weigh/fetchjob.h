/*
 * fetchjob: what is asked of a fetch, what it would do, and how it stands: the words
 * that weighd's engine, its catalog and `weigh` share.
 *
 * (1) An order as text (JSON) and back is the same order; anything else is refused.
 */
#ifndef WEIGH_FETCHJOB_H
#define WEIGH_FETCHJOB_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>
#include <weigh/json.h>
#include <weigh/name.h>
#include <weigh/oid.h>
#include <weigh/select.h>

#define WEIGH_FETCH_SOURCE 1024 /* bytes of a source, with its NUL */
#define WEIGH_FETCH_REF 300 /* bytes of a ref with its folder, with its NUL */

enum weigh_fetch_state {
	WEIGH_FETCH_QUEUED,
	WEIGH_FETCH_RESOLVING, /* asking what the revision is */
	WEIGH_FETCH_LISTING,   /* its commit, trees and small files */
	WEIGH_FETCH_BYTES,     /* its large files */
	WEIGH_FETCH_ADMITTING,
	WEIGH_FETCH_WAITING, /* until `until`: upstream, the night, or room */
	WEIGH_FETCH_PAUSED,
	WEIGH_FETCH_DONE,
	WEIGH_FETCH_FAILED,
	WEIGH_FETCH_CANCELED,
	WEIGH_FETCH_STATES
};
/* "queued", "resolving", …; "unknown" for what is none. */
const char *weigh_fetch_state_name(enum weigh_fetch_state state);
/* Will it go on, now or when it is told to? */
bool weigh_fetch_state_live(enum weigh_fetch_state state);

struct weigh_fetch_order {
	struct weigh_repo repo;
	char revision[256];              /* "" the default branch */
	char source[WEIGH_FETCH_SOURCE]; /* "" [mirror] upstream, in order */
	struct weigh_select select;      /* which files */
	bool follow;                     /* and from now on keep it so */
	int priority;                    /* higher first; 0 usual */
};

struct weigh_fetch_plan {
	struct weigh_gitid commit;
	char source[WEIGH_FETCH_SOURCE];
	uint64_t files, bytes;           /* selected */
	uint64_t held_files, held_bytes; /* of them here already */
	uint64_t skipped_files, skipped_bytes;
	uint64_t calls;    /* requests to upstream, about */
	uint64_t room;     /* bytes free for it here */
	bool proved;       /* git is offered */
	char license[128]; /* as the card declares it; "" */
	/* Array of path, size, held, skipped (why). */
	struct weigh_buf files_json;
	/* Array of name, why: repositories that belong to it. */
	struct weigh_buf also_json;
};

struct weigh_fetch_job {
	int64_t id;
	struct weigh_fetch_order order;
	enum weigh_fetch_state state;
	struct weigh_gitid commit; /* zero: not known yet */
	/* "refs/heads/main", which leads to it; "". */
	char ref[WEIGH_FETCH_REF];
	int64_t made, changed; /* seconds since 1970 */
	int64_t until;         /* WAITING: when it goes on */
	uint64_t files, bytes; /* to do in all; 0 before it is listed */
	uint64_t done_files, done_bytes;
	uint64_t rate;                 /* bytes a second, of late */
	char from[WEIGH_FETCH_SOURCE]; /* the source it uses now */
	bool proved;
	bool unchanged;       /* nothing of it was new here, so far */
	struct weigh_err err; /* the last failure; WEIGH_OK none */
};

#define WEIGH_FETCH_ORDER_MAX (64u << 10) /* bytes of an order as JSON */
#define WEIGH_FETCH_PRIORITY 1000 /* at most, and at least with a minus */

/* An order as one JSON object, its keys always in the same order: name (as
 * weigh_repo_text), revision, source, include, exclude, formats, follow, priority. */
void weigh_fetch_order_write(struct weigh_jw *w,
    const struct weigh_fetch_order *order);
/* Read one back; keys that are absent have their usual value, but for `name`.
 * WEIGH_MALFORMED, WEIGH_USAGE: a name, revision or priority that is none. */
enum weigh_code weigh_fetch_order_read(struct weigh_fetch_order *out,
    const char *text, size_t len, struct weigh_err *err);
/* The same for an order as somebody asked for it: where it says nothing of formats, it
 * means `usual`; a kept order means all by that. */
enum weigh_code weigh_fetch_order_asked(struct weigh_fetch_order *out,
    enum weigh_formats usual, const char *text, size_t len,
    struct weigh_err *err);
/* Would the same be brought, wherever from and however soon? */
bool weigh_fetch_order_same(const struct weigh_fetch_order *a,
    const struct weigh_fetch_order *b);

/* A job as one JSON object, for control and `weigh --json`: id, name, revision,
 * commit, state, follow, priority, source, files, bytes, done_files, done_bytes,
 * rate, until, made, changed, proved, unchanged (done, and nothing was new), error (as
 * weigh_control_error; null: none). */
void weigh_fetch_job_write(struct weigh_jw *w,
    const struct weigh_fetch_job *job);

/* An error as it is kept: code, what, why and fix as an object; and back.  "" is no
 * error. */
void weigh_fetch_error_write(struct weigh_buf *out,
    const struct weigh_err *err);
void weigh_fetch_error_read(struct weigh_err *out, const char *text,
    size_t len);

#endif
