/*
 * audit: what happened to which bytes, in an append-only journal,
 * audit/journal.ndjson: one line of JSON per event, each with the SHA-256 of the
 * line before it, so that a line taken away or changed shows.
 *
 *     {"n":7,"prev":"<64 hex>","time":"…Z","event":"admit","repo":"models/org/name",
 *      "ref":"refs/heads/main","revision":"<40 hex>","manifest":"<64 hex>",
 *      "origin":"published by uid 0"}
 *
 * (1) audit_append returns after the line is on disk.
 * (2) A torn last line (a crash while writing: no line feed, or zeros where
 *     sectors never came) is cut off at open, and said.
 * (3) Any other damage is refused at open: the journal is never mended silently.
 *
 * Threads: belongs to the catalog's writer thread.  Blocking: all.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/name.h>
#include <weigh/oid.h>
#include <weigh/repofile.h>

struct audit;

enum audit_event {
	AUDIT_ADMIT,      /* a revision became visible */
	AUDIT_WITHDRAW,   /* what the line before admitted could not be done */
	AUDIT_QUARANTINE, /* a blob's bytes were found bad */
	AUDIT_DISCARD, /* such bytes were removed from quarantine, on request */
	AUDIT_COLLECT, /* what nobody names was taken away */
	AUDIT_REBUILD, /* the catalog was made again */
	AUDIT_TOKEN_MADE, /* somebody may do something, and until when */
	AUDIT_TOKEN_REMOVED,
	AUDIT_MAKE_REF, /* a branch or tag was made */
	AUDIT_DROP_REF, /* … or taken away */
	AUDIT_DELETE, /* a repository was taken away, with all its revisions */
	AUDIT_MOVE,   /* … got another name */
	AUDIT_SHOW,   /* … is visible to others than before */
	AUDIT_APPROVE, /* somebody takes responsibility for a revision's license */
	AUDIT_WAIVE,  /* … for leaving out one rule of the policy */
	AUDIT_REVOKE, /* … takes that back */
	AUDIT_DECIDE, /* the policy turned what may be done with a revision */
	AUDIT_ACCEPT, /* the bearer of a token accepted a repository's terms */
	AUDIT_GRANT,  /* an approver let them in, …  */
	AUDIT_REFUSE, /* … did not, … */
	AUDIT_REOPEN, /* … or took back what was said */
	AUDIT_EVENTS
};

struct audit_entry {
	enum audit_event event;
	int64_t time; /* seconds since 1970 */
	/* admit, withdraw; what happened to a repository or ref */
	const struct weigh_repo *repo;
	const char *origin; /* of an act: who */
	/* admit, withdraw, a ref */
	const char *ref; /* full */
	/* these, acts and decisions */
	struct weigh_gitid revision;
	struct weigh_oid manifest;        /* not of a ref */
	const struct weigh_repo *target;  /* move: its name now */
	enum weigh_visibility visibility; /* show */
	/* accept, grant, refuse, reopen: whom it is about */
	const char *token; /* its id */
	/* accept; and revision */
	struct weigh_oid terms; /* weigh/consent.h */
	struct weigh_oid card;  /* README.md; zero: none */
	/* quarantine, discard */
	struct weigh_oid blob;
	/* quarantine, discard, collect, rebuild, acts; grant, refuse, reopen: "" */
	const char *why;
	/* approve, waive, decide; none is longer than AUDIT_WORD */
	const char *rule;        /* waive, decide */
	const char *purpose;     /* approve, decide */
	const char *ticket;      /* approve, waive, revoke */
	const char *ruling;      /* decide: "allow" "review" "hold" "deny" */
	int64_t until;           /* approve, waive, decide; 0: no end */
	struct weigh_oid basis;  /* approve */
	uint64_t revokes;        /* revoke: number of the line */
	struct weigh_oid policy; /* decide */
	struct weigh_oid record; /* decide; zero: there was none */
	uint64_t option;         /* decide */
	uint64_t approved;       /* decide: number of the line; 0: none */
	const char *reason, *because; /* decide */
};
#define AUDIT_WORD 255 /* bytes of a rule, a purpose, a ticket */

/* Open or begin the journal in the data folder `dirfd` (borrowed).  *cut tells
 * whether a torn line was removed.  Reads the whole journal once, in pieces. */
enum weigh_code audit_open(struct audit **out, int dirfd, bool *cut,
    struct weigh_err *err);
void audit_close(struct audit *a);

enum weigh_code audit_append(struct audit *a, const struct audit_entry *entry,
    struct weigh_err *err);

/* The number of the last line: after audit_append, of that one. */
uint64_t audit_number(const struct audit *a);

/* A write's outcome is unknown: no more lines, until the journal is opened again. */
bool audit_in_doubt(const struct audit *a);

/* The same, but for (1): the line lasts only after audit_sync. */
enum weigh_code audit_append_unsynced(struct audit *a,
    const struct audit_entry *entry, struct weigh_err *err);
enum weigh_code audit_sync(struct audit *a, struct weigh_err *err);

/* Was this revision of this repository admitted by a line of the journal, and not
 * withdrawn by a later one?  The origin of the last such line goes to `origin`.  Reads the journal. */
enum weigh_code audit_find_admit(struct audit *a, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, char *origin, size_t size, bool *found,
    struct weigh_err *err);

/* The journal must not claim what is taken back: if such a line stands, append one
 * that withdraws it, with its words. */
enum weigh_code audit_withdraw(struct audit *a, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, struct weigh_err *err);

/* Does the last line about this repository say just this, whenever and on whose
 * behalf?  For a start that finishes what was begun: was it journaled already?
 * Reads the journal. */
enum weigh_code audit_said(struct audit *a, const struct audit_entry *entry,
    bool *said, struct weigh_err *err);

/* Every line that is an act or a decision, oldest first, with its number.  What `entry`
 * points to lives during the call.  Reads the journal. */
enum weigh_code audit_each_act(struct audit *a,
    enum weigh_code (*each)(void *ctx, uint64_t number,
	const struct audit_entry *entry, struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* --- the whole journal at once, for making the catalog again ------------- */

/* What the journal says at its end; a copy, so any thread may ask it. */
struct audit_ledger;
enum weigh_code audit_ledger_read(struct audit *a, struct audit_ledger **out,
    struct weigh_err *err);
void audit_ledger_free(struct audit_ledger *l);

/* The origin of a revision that was admitted and not withdrawn, nor deleted with its
 * repository; under the name that this has now.  NULL: it was not.  Lives as long as
 * the ledger. */
const char *audit_ledger_origin(const struct audit_ledger *l,
    const struct weigh_repo *repo, const struct weigh_gitid *revision);

/* Does it know such a revision of that repository? */
bool audit_ledger_knows(const struct audit_ledger *l,
    const struct weigh_repo *repo);

/* Were bytes of this blob ever found bad? */
bool audit_ledger_bad(const struct audit_ledger *l,
    const struct weigh_oid *blob);

/* Every such revision, in no order. */
enum weigh_code audit_ledger_each(const struct audit_ledger *l,
    enum weigh_code (*each)(void *ctx, const struct weigh_repo *repo,
	const struct weigh_gitid *revision, struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* Every ref (full) whose last word is where it leads, by the order of repositories
 * and refs: one that was dropped is not told, nor one whose last step was taken
 * back. */
enum weigh_code audit_ledger_each_ref(const struct audit_ledger *l,
    enum weigh_code (*each)(void *ctx, const struct weigh_repo *repo,
	const char *ref, const struct weigh_gitid *revision,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* What was said of consent, and what became of the repositories it was said of, in the
 * order of the journal. */
struct audit_consent {
	enum audit_event event; /* accept to reopen; move, delete */
	int64_t time;
	struct weigh_repo repo, target; /* target: of a move */
	char token[64];
	struct weigh_gitid revision;
	struct weigh_oid terms, card;
	const char *origin, *why;
};
enum weigh_code audit_ledger_each_consent(const struct audit_ledger *l,
    enum weigh_code (*each)(void *ctx, const struct audit_consent *said,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err);

/* --- how it ends: any thread, without waiting for the writer --------------- */

/* The number and time of the last whole line; 0 for none. */
enum weigh_code audit_last(int dirfd, uint64_t *n, int64_t *time,
    struct weigh_err *err);

/* --- reading it again: any thread --------------------------------------- */

/* How far the journal goes, and how it ends. */
struct audit_head {
	uint64_t size;         /* bytes */
	uint64_t n;            /* of the last line; 0 for none */
	struct weigh_oid last; /* SHA-256 of it; zero for none */
};
/* The writer thread's. */
void audit_head(const struct audit *a, struct audit_head *out);

/* Read the journal in the data folder `dirfd` again, from the disk, up to `head`:
 * is every line as it was written, and the last one that one?  *problem is "" if
 * so.  Lines behind `head` are not looked at.  Stops when *cancel is set:
 * WEIGH_CANCELED. */
enum weigh_code audit_check(int dirfd, const struct audit_head *head,
    atomic_bool *cancel, char *problem, size_t size, struct weigh_err *err);

#endif
